/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * find.h: which files are to be checked: those that were named, and with -r
 * the regular files below directories that were named.
 */
#ifndef STOP_FIND_H
#define STOP_FIND_H

#include <stdbool.h>
#include <stddef.h>

struct find_target {
	char *path;		/* owned */
	bool found;		/* below a directory: it may be no dump */
	char *error;		/* owned; why it cannot be checked, or NULL */
};

struct find_targets {
	struct find_target *t;	/* owned; in the order of the reports */
	size_t nr;
	/* What was come across and left alone: */
	size_t nr_links;
	size_t nr_special;	/* devices, FIFOs, sockets */
};

/*
 * Adds path. If it is a directory and recursive is set, adds in its place what
 * is below it, sorted by name. Links below it are not followed, so that there
 * are no loops and no dump is reported twice; nor are /proc, /sys and their
 * like entered. Returns 0, or -1 when memory is short.
 */
int find_add(struct find_targets *targets, const char *path, bool recursive);
void find_destroy(struct find_targets *targets);

#endif /* STOP_FIND_H */
