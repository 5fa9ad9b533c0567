/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.h: checks dumps in worker processes, several at a time. What a broken
 * dump does to its worker, a crash, a loop, a shortage of memory, is an error
 * of that dump and of no other.
 */
#ifndef STOP_POOL_H
#define STOP_POOL_H

#include "check.h"
#include "find.h"

struct pool_result {
	const struct find_target *target;
	int status;		/* as check_dump() returned it */
	const char *report;	/* what to show; "" if there is none */
	size_t report_len;
	const char *json;	/* the same in JSON, if that was asked for */
	size_t json_len;
	const char *error;	/* one line; NULL: there is a report */
};

struct pool {
	const struct check_opts *opts;
	unsigned int jobs;	/* workers at once, at least 1 */
	unsigned int timeout;	/* seconds per dump, 0: none; never for "-" */
	bool timeout_grows;	/* by one for each MiB of a compressed file */
	/* Called in the order of the targets, whatever ends first. */
	void (*done)(const struct pool_result *result, void *arg);
	/*
	 * Called with the question of a worker that ended with CHECK_ASKS.
	 * Returns 0 when its dump is to be checked again, twice at most. May be
	 * NULL.
	 */
	int (*ask)(const char *question, void *arg);
	/* Called now and then with how many are finished; may be NULL. */
	void (*progress)(size_t finished, void *arg);
	void *arg;
};

/* Returns 0, or -1 with errno when no worker can be started at all. */
int pool_run(const struct pool *pool, const struct find_targets *targets);

#endif /* STOP_POOL_H */
