/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h: the verdicts, a pure function of the facts. One set of ids for
 * every tool; FORMAT.md says when each is given.
 */
#ifndef STOP_JUDGE_H
#define STOP_JUDGE_H

#include "facts.h"

enum stop_severity {
	STOP_INFO,
	STOP_WARN,
	STOP_FAIL,
};

enum stop_verdict_id {
	STOP_V_NOT_STOPPED,
	STOP_V_MISSING_REGS,
	STOP_V_NULL_REGS,
	STOP_V_ZERO_REGS,
	STOP_V_STOP_CODE_REGS,
	STOP_V_DUPLICATE_CPU,
	STOP_V_MALFORMED_TAG,
	STOP_V_MALFORMED_NOTE,
	STOP_V_FOREIGN_SP,
	STOP_V_WRONG_PID,
	STOP_V_UNTAGGED,
	STOP_V_HYPERVISOR_DUMP,
	STOP_V_POLICY,			/* never given by stop_judge() */
	STOP_V_NR,
};

struct stop_verdict {
	enum stop_verdict_id id;
	enum stop_severity severity;
	uint32_t cpu;			/* STOP_CPU_UNKNOWN: none in particular */
	int note_index;			/* -1: none in particular */
	char text[160];			/* one line for people, without the id */
};

struct stop_verdicts {
	struct stop_verdict *v;		/* owned; fail first, then warn, info */
	size_t nr;
	/* Somebody's policy: no tags at all is as good as a pass. */
	bool untagged_allowed;
};

/* Exit statuses of every checking command (FORMAT.md). */
enum stop_status {
	STOP_STATUS_PASS = 0,
	STOP_STATUS_ERROR = 1,		/* could not do it */
	STOP_STATUS_WARN = 3,
	STOP_STATUS_FAIL = 4,
	STOP_STATUS_UNTAGGED = 5,
};

/* "not-stopped", ...; the stable id that tools print. */
const char *stop_verdict_name(enum stop_verdict_id id);
const char *stop_severity_name(enum stop_severity severity);

/* Fills *out, which stop_verdicts_destroy() frees. Returns 0, or -ENOMEM. */
int stop_judge(const struct stop_facts *facts, struct stop_verdicts *out);
void stop_verdicts_destroy(struct stop_verdicts *verdicts);
/*
 * Puts them in order again, for who has changed a severity or added one.
 * Stable. Returns 0, or -ENOMEM and nothing is changed.
 */
int stop_verdicts_sort(struct stop_verdicts *verdicts);

/* The exit status for one dump. */
enum stop_status stop_judge_status(const struct stop_facts *facts,
				   const struct stop_verdicts *verdicts);

/* The worse of two, in the order 1, 4, 3, 5, 0. */
enum stop_status stop_status_worst(enum stop_status a, enum stop_status b);

#endif /* STOP_JUDGE_H */
