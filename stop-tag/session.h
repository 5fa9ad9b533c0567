/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h: one run of the command: shows results as they come, counts them,
 * and hands them to the files that were asked for.
 */
#ifndef STOP_SESSION_H
#define STOP_SESSION_H

#include "find.h"
#include "merge.h"
#include "options.h"
#include "outputs.h"
#include "pool.h"

struct kofiles;
struct vmlinuxes;

struct session {
	const struct options *options;
	const struct find_targets *targets;
	struct vmlinuxes *vmlinuxes;	/* NULL: none are looked for */
	struct kofiles *kofiles;	/* NULL: the same */
	struct outputs outputs;
	enum stop_status status;	/* the worst so far */
	size_t nr_by[STOP_STATUS_UNTAGGED + 1];
	size_t nr_dumps;		/* all of them */
	size_t nr_no_dump, nr_links, nr_special;	/* passed over */
	bool progress;			/* there is a terminal to show it on */
	bool progress_shown;
	time_t progress_at;
};

/* An error of the run; name NULL: of no file. The outputs have it, too. */
void session_error(struct session *session, const char *name,
		   const char *text);
/* One of an output, which cannot have it. */
void session_output_error(struct session *session, const char *name,
			  const char *text);
/* For struct pool and merge_file(); arg is the session. */
void session_result(const struct pool_result *result, void *arg);
void session_line(const struct merge_line *line, void *arg);
void session_progress(size_t finished, void *arg);
/* When all are there: that there are none, if so. */
void session_all(struct session *session);
/* The counts, when nothing can go wrong any more. */
void session_end(struct session *session);

/* Writes what there is to standard output; the first errno so far, or 0. */
int session_flush(void);

/* Says on standard output or error that something is wrong. */
void session_complain(const struct options *options, const char *name,
		      const char *text);

#endif /* STOP_SESSION_H */
