/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h: what a test plan or a fleet wants of its dumps, beyond what the
 * judge says of every dump. It changes verdicts between judge and report, so
 * printers and exit status need not know of it.
 */
#ifndef STOP_POLICY_H
#define STOP_POLICY_H

#include "judge.h"
#include "json.h"

/* What can be asked for, as far as somebody asked. */
struct policy_rules {
	bool has_expect_cpus, has_require, has_allow, has_strict;
	uint32_t expect_cpus;	/* 0: any number */
	uint32_t require;	/* bits CPU_STOP_*, POLICY_TAGS */
	uint32_t allow;		/* bits enum stop_verdict_id */
	bool strict;
};

#define POLICY_TAGS (1U << 31)

struct policy_section;

struct policy {
	struct policy_section *sections;	/* of the file, in its order */
	size_t nr_sections;
	struct policy_rules options;	/* win over the file */
};

/*
 * Sets one rule by its name, "require" for example, from text. Returns 0, or
 * -1 with one line in err.
 */
int policy_set(struct policy_rules *rules, const char *key, const char *value,
	       char err[160]);
/* Reads a file. Returns 0, or -1 with one line, without the path, in err. */
int policy_load(struct policy *policy, const char *path, char err[160]);
void policy_destroy(struct policy *policy);

/* What a policy did to the verdicts of one dump. */
struct policy_effect {
	bool any;			/* some rule holds for this dump */
	struct policy_rules rules;
	enum stop_status without;	/* the status that it would have */
	size_t allowed[STOP_V_NR];	/* how many verdicts count no more */
	size_t raised[STOP_V_NR];	/* and how many count as failures */
};

/* Returns 0, or -1 when memory is short. */
int policy_apply(const struct policy *policy, const char *dump,
		 const struct stop_facts *facts,
		 struct stop_verdicts *verdicts, struct policy_effect *effect);

/* Writes the member "policy". */
void policy_json(struct json *json, const struct policy_effect *effect);
/* One line for people; "" if nothing was changed. */
void policy_text(const struct policy_effect *effect, char text[400]);

#endif /* STOP_POLICY_H */
