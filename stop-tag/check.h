/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h: one dump from container to report, in a process of its own
 * (pool.h), and what that process sends home.
 */
#ifndef STOP_CHECK_H
#define STOP_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "judge.h"

struct kofiles;
struct names;
struct policy;
struct vmlinuxes;

/* How a worker ends if the file is no dump and need not be one. */
#define CHECK_NO_DUMP 6
/*
 * And if it needs a vmlinux or modules that nobody has looked for: its error part
 * is the question (vmlinux.h, kofiles.h), and the dump is to be checked again.
 */
#define CHECK_ASKS 7

struct check_opts {
	bool json;		/* as JSON rather than as a table */
	bool pages;		/* as JSON as well, for pages.h */
	bool brief;		/* one line per dump, unless as JSON */
	bool colour;
	struct names *names;	/* of the one vmlinux that was named, or NULL */
	struct vmlinuxes *vmlinuxes;	/* to be found, or NULL */
	struct kofiles *kofiles;	/* of modules, or NULL */
	const struct policy *policy;
};

/* Where a report goes: what is to be shown, and why there is none. */
struct check_out {
	int fd;			/* what all of them write to */
	/* To be called when the dump is a compressed file, before it is read. */
	void (*packed)(const struct check_out *out);
	bool last;		/* of a dump's checks: it asks no more */
	FILE *report;
	FILE *json;		/* the same for programs, if that is wanted */
	FILE *error;
};

/*
 * Checks the dump at path. With maybe, a file that is no dump is nothing to
 * report. Returns a status of judge.h, CHECK_NO_DUMP or CHECK_ASKS.
 */
int check_dump(const struct check_opts *opts, const char *path, bool maybe,
	       const struct check_out *out);

/* Whether a number is the status of a dump. */
static inline bool check_is_status(int64_t status)
{
	return status == STOP_STATUS_PASS || status == STOP_STATUS_ERROR ||
	       (status >= STOP_STATUS_WARN && status <= STOP_STATUS_UNTAGGED);
}

/* "pass", "warnings", ...: how --summary calls a status. */
const char *check_status_name(enum stop_status status);

#endif /* STOP_CHECK_H */
