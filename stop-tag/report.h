/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h: facts and verdicts as a table for people or as JSON. The printers
 * know nothing but these two.
 */
#ifndef STOP_REPORT_H
#define STOP_REPORT_H

#include <stdio.h>

#include "facts.h"
#include "judge.h"

struct json;

struct stop_report_opts {
	const char *name;	/* what to call the dump; NULL: no heading */
	bool colour;		/* escape sequences for severities */
	/* Show only CPUs for which this returns true; NULL: all. */
	bool (*want_cpu)(const struct stop_cpu *cpu, void *arg);
	void *want_arg;
	/* Rows in another order than wedged CPUs first; < 0: a before b. */
	int (*compare)(const struct stop_cpu *a, const struct stop_cpu *b);
	/* One line about this report, such as why names are missing; NULL. */
	const char *note;
	/* Prints what only this tool has, after the rows; or NULL. */
	void (*table_more)(FILE *fp, void *arg);
	void *table_more_arg;
	/* Writes members that only this tool has, last in the object. */
	void (*json_more)(struct json *json, void *arg);
	void *json_more_arg;
};

/*
 * A heading (dump, kernel, totals), one row per CPU with wedged CPUs first,
 * then problems with their ids, then one line with the overall result. Returns 0,
 * or -1 when memory is short; nothing is printed then.
 */
int stop_report_table(FILE *fp, const struct stop_facts *facts,
		      const struct stop_verdicts *verdicts,
		      const struct stop_report_opts *opts);

/*
 * For the log of a program that does something else: one line with the totals
 * and one per verdict, 32 at most and then how many more there are, each with
 * prefix in front.
 */
void stop_report_brief(FILE *fp, const struct stop_facts *facts,
		       const struct stop_verdicts *verdicts,
		       const char *prefix);

/*
 * One JSON object on one line, ended by a newline; strings are escaped and
 * valid UTF-8 whatever the dump holds. The schema is in stop-tag/FORMAT.md.
 * Returns as stop_report_table().
 */
int stop_report_json(FILE *fp, const struct stop_facts *facts,
		     const struct stop_verdicts *verdicts,
		     const struct stop_report_opts *opts);

/* {"dump": name, "error": text, "status": 1} for a dump that cannot be read. */
void stop_report_json_error(FILE *fp, const char *name, const char *text);

/* "ipi", "nmi-ipi", ...: how JSON calls a mechanism; NULL if it is not known. */
const char *stop_mechanism_id(uint8_t mechanism);

/*
 * Writes text of a dump, or the name of one, so that no byte of it reaches a
 * terminal as a control sequence.
 */
void stop_report_text(FILE *fp, const char *text);

#endif /* STOP_REPORT_H */
