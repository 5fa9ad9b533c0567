/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge.h: reports that were made before, on this host or on others: the lines
 * of stopcheck --json.
 */
#ifndef STOP_MERGE_H
#define STOP_MERGE_H

#include <stdio.h>

#include "judge.h"
#include "jsonread.h"

struct merge_line {
	const char *name;	/* of the dump, or "FILE:LINE" with an error */
	const char *raw;	/* as it was read, without its newline */
	const struct json_value *json;	/* NULL with an error */
	enum stop_status status;
	const char *error;	/* one line: this is no report */
	/* Of a line of --summary, in the place of all that: */
	bool is_summary;
	int64_t no_dump, links, special;
};

/*
 * Calls done for every line of the file at path, "-" for standard input.
 * Returns 0, or -1 with one line in err.
 */
int merge_file(const char *path,
	       void (*done)(const struct merge_line *line, void *arg),
	       void *arg, char err[160]);

/* One line for people: what check_opts.brief makes of a dump. */
void merge_brief(FILE *fp, const struct merge_line *line);

#endif /* STOP_MERGE_H */
