// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stopcheck.c: the command: hands dumps to the pool and shows what comes back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "find.h"
#include "json.h"
#include "names.h"
#include "options.h"
#include "pool.h"
#include "report.h"

#ifndef STOP_VERSION
#error "STOP_VERSION comes from the Makefile"
#endif

/* What is known while dumps come back from the pool. */
struct session {
	const struct options *options;
	const struct find_targets *targets;
	enum stop_status status;	/* the worst so far */
	size_t nr_by[STOP_STATUS_UNTAGGED + 1];
	size_t nr_dumps;		/* all of them */
	size_t nr_no_dump;		/* files passed over */
	bool progress;			/* there is a terminal to show it on */
	bool progress_shown;
	time_t progress_at;
};

static void complain(const struct options *options, const char *name,
		     const char *text)
{
	if (options->json) {
		stop_report_json_error(stdout, name, text);
		return;
	}
	fflush(stdout);		/* keep errors where they belong */
	fputs("stopcheck: ", stderr);
	if (name) {
		stop_report_text(stderr, name);
		fputs(": ", stderr);
	}
	fprintf(stderr, "%s\n", text);
}

static void clear_progress(struct session *session)
{
	if (session->progress_shown)
		fputs("\r\033[K", stderr);
	session->progress_shown = false;
}

/* Once a second, and not for what takes less. */
static void show_progress(size_t finished, void *arg)
{
	struct session *session = arg;
	time_t now = time(NULL);

	if (!session->progress || now == session->progress_at)
		return;
	session->progress_at = now;
	fflush(stdout);
	fprintf(stderr, "\r\033[K%zu of %zu files checked", finished,
		session->targets->nr);
	session->progress_shown = true;
}

static void show_result(const struct pool_result *result, void *arg)
{
	struct session *session = arg;
	const struct options *options = session->options;

	clear_progress(session);
	if (result->status == CHECK_NO_DUMP) {
		session->nr_no_dump++;
		return;
	}
	if (session->nr_dumps && !options->json && !options->summary)
		putchar('\n');
	session->nr_dumps++;
	session->nr_by[result->status]++;
	session->status = stop_status_worst(session->status, result->status);
	if (result->error)
		complain(options, result->target->path, result->error);
	else
		fwrite(result->report, 1, result->report_len, stdout);
	fflush(stdout);
}

/* The order in which one wants to know. */
static const enum stop_status order[] = {
	STOP_STATUS_ERROR, STOP_STATUS_FAIL, STOP_STATUS_WARN,
	STOP_STATUS_UNTAGGED, STOP_STATUS_PASS,
};
#define NR_ORDER (sizeof(order) / sizeof(*order))

static void put_count(size_t nr, const char *what, bool *any)
{
	if (nr)
		printf("%s%zu %s", *any ? ", " : "", nr, what);
	*any |= nr;
}

static void summary_table(const struct session *session)
{
	const struct find_targets *targets = session->targets;
	bool any = false;

	if (session->nr_dumps)
		putchar('\n');
	printf("%zu dump%s: ", session->nr_dumps,
	       session->nr_dumps == 1 ? "" : "s");
	for (size_t i = 0; i < NR_ORDER; i++)
		put_count(session->nr_by[order[i]],
			  check_status_name(order[i]), &any);
	printf("%s(exit %d)\n", any ? " " : "", session->status);
	if (!session->nr_no_dump && !targets->nr_links && !targets->nr_special)
		return;
	any = false;
	fputs("passed over: ", stdout);
	put_count(session->nr_no_dump, session->nr_no_dump == 1 ?
		  "file that is no dump" : "files that are no dumps", &any);
	put_count(targets->nr_links, targets->nr_links == 1 ?
		  "symbolic link" : "symbolic links", &any);
	put_count(targets->nr_special, targets->nr_special == 1 ?
		  "special file" : "special files", &any);
	putchar('\n');
}

static void summary_json(const struct session *session)
{
	static const char *const keys[] = {
		"error", "failures", "warnings", "no-tags", "pass",
	};
	struct json json = { .fp = stdout };

	json_open(&json, NULL, '{');
	json_open(&json, "summary", '{');
	json_uint(&json, "dumps", session->nr_dumps);
	for (size_t i = 0; i < NR_ORDER; i++)
		json_uint(&json, keys[i], session->nr_by[order[i]]);
	json_open(&json, "passed_over", '{');
	json_uint(&json, "no_dump", session->nr_no_dump);
	json_uint(&json, "links", session->targets->nr_links);
	json_uint(&json, "special", session->targets->nr_special);
	json_close(&json, '}');
	json_uint(&json, "status", session->status);
	json_close(&json, '}');
	json_close(&json, '}');
	putchar('\n');
}

/* Nothing was checked, so nothing passed. */
static void check_found_any(struct session *session)
{
	if (session->nr_dumps)
		return;
	complain(session->options, NULL, "no dump was found");
	session->status = STOP_STATUS_ERROR;
}

static enum stop_status check_all(const struct options *options,
				  const struct find_targets *targets)
{
	struct session session = {
		.options = options, .targets = targets,
		.progress = isatty(STDERR_FILENO), .progress_at = time(NULL),
	};
	struct check_opts opts = {
		.json = options->json, .brief = options->summary,
		.policy = &options->policy,
		.colour = !options->json && isatty(STDOUT_FILENO) &&
			  !getenv("NO_COLOR"),
	};
	struct pool pool = {
		.opts = &opts, .jobs = options->jobs,
		.timeout = options->timeout, .done = show_result,
		.progress = show_progress, .arg = &session,
	};
	char err[160];

	if (options->vmlinux) {
		opts.names = names_open(options->vmlinux, err);
		if (!opts.names) {
			complain(options, options->vmlinux, err);
			return STOP_STATUS_ERROR;
		}
	}
	if (pool_run(&pool, targets)) {
		clear_progress(&session);
		complain(options, NULL, strerror(errno));
		session.status = STOP_STATUS_ERROR;
	}
	clear_progress(&session);
	names_close(opts.names);
	check_found_any(&session);
	if (options->json && options->summary)
		summary_json(&session);
	else if (!options->json && (options->summary || options->recursive ||
				    options->nr_names > 1))
		summary_table(&session);
	return session.status;
}

static enum stop_status run(struct options *options)
{
	struct find_targets targets = { 0 };
	enum stop_status status = STOP_STATUS_ERROR;
	char err[160];
	int ret = 0;

	if (options->policy_file &&
	    policy_load(&options->policy, options->policy_file, err)) {
		complain(options, options->policy_file, err);
		return STOP_STATUS_ERROR;
	}
	for (int i = 0; !ret && i < options->nr_names; i++)
		ret = find_add(&targets, options->names[i],
			       options->recursive);
	if (ret)
		complain(options, NULL, "out of memory");
	else
		status = check_all(options, &targets);
	find_destroy(&targets);
	policy_destroy(&options->policy);
	return status;
}

/* A report that could not be written is not a report. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "stopcheck: cannot write: %s\n",
			strerror(errno));
		return STOP_STATUS_ERROR;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	char err[160];

	if (options_parse(&options, argc, argv, err)) {
		complain(&options, NULL, err);
		if (!options.json)
			fputs("Try \"stopcheck --help\".\n", stderr);
		return finish(STOP_STATUS_ERROR);
	}
	if (options.help) {
		fputs(options_help, stdout);
		return finish(STOP_STATUS_PASS);
	}
	if (options.version) {
		puts("stopcheck " STOP_VERSION);
		return finish(STOP_STATUS_PASS);
	}
	return finish(run(&options));
}
