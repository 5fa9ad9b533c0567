// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session.c: what is shown, and what is counted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "report.h"
#include "session.h"

int session_flush(void)
{
	static int error;

	/* What did not fit the buffer has been written, or not, by fwrite(). */
	if ((fflush(stdout) || ferror(stdout)) && !error)
		error = errno;
	return error;
}

void session_complain(const struct options *options, const char *name,
		      const char *text)
{
	if (options->json) {
		stop_report_json_error(stdout, name, text);
		return;
	}
	session_flush();	/* keep errors where they belong */
	fputs("stopcheck: ", stderr);
	if (name) {
		stop_report_text(stderr, name);
		fputs(": ", stderr);
	}
	/* That of a report of another host can hold anything. */
	stop_report_text(stderr, text);
	fputc('\n', stderr);
}

static void clear_progress(struct session *session)
{
	if (session->progress_shown)
		fputs("\r\033[K", stderr);
	session->progress_shown = false;
}

/* Once a second, and not for what takes less. */
void session_progress(size_t finished, void *arg)
{
	struct session *session = arg;
	time_t now = time(NULL);

	if (!session->progress || now == session->progress_at)
		return;
	session->progress_at = now;
	session_flush();
	fprintf(stderr, "\r\033[K%zu of %zu files checked", finished,
		session->targets->nr);
	session->progress_shown = true;
}

void session_output_error(struct session *session, const char *name,
			  const char *text)
{
	clear_progress(session);
	session_complain(session->options, name, text);
	session->status = STOP_STATUS_ERROR;
}

static void count(struct session *session, enum stop_status status)
{
	session->nr_dumps++;
	session->nr_by[status]++;
	session->status = stop_status_worst(session->status, status);
}

/* For the files that were asked for. text is written to; NULL: no memory. */
static void add_output(struct session *session, char *text, size_t len)
{
	struct json_doc *doc = NULL;
	char err[160] = "out of memory";

	if (text)
		doc = json_parse(text, len, err);
	if (!doc || outputs_add(&session->outputs, json_root(doc)))
		session_output_error(session, NULL, err);
	json_free(doc);
}

static void add_error(struct session *session, const char *name,
		      const char *error)
{
	char *text = NULL;
	size_t len;
	FILE *fp;

	if (!outputs_any(&session->outputs))
		return;
	fp = open_memstream(&text, &len);
	if (fp) {
		stop_report_json_error(fp, name, error);
		if (fclose(fp)) {
			free(text);
			text = NULL;
		}
	}
	add_output(session, text, len);
	free(text);
}

void session_error(struct session *session, const char *name, const char *text)
{
	session_output_error(session, name, text);
	add_error(session, name, text);
}

void session_result(const struct pool_result *result, void *arg)
{
	struct session *session = arg;
	const struct options *options = session->options;
	char *text;

	clear_progress(session);
	if (result->status == CHECK_NO_DUMP) {
		session->nr_no_dump++;
		return;
	}
	if (session->nr_dumps && !options->json && !options->summary)
		putchar('\n');
	count(session, result->status);
	if (result->error) {
		session_complain(options, result->target->path, result->error);
		add_error(session, result->target->path, result->error);
	} else if (options->json) {
		fwrite(result->json, 1, result->json_len, stdout);
	} else {
		fwrite(result->report, 1, result->report_len, stdout);
	}
	session_flush();
	if (!result->error && outputs_any(&session->outputs)) {
		text = malloc(result->json_len + 1);
		if (text)
			memcpy(text, result->json, result->json_len + 1);
		add_output(session, text, result->json_len);
		free(text);
	}
}

void session_line(const struct merge_line *line, void *arg)
{
	struct session *session = arg;
	const struct options *options = session->options;

	if (line->is_summary) {
		session->nr_no_dump += line->no_dump;
		session->nr_links += line->links;
		session->nr_special += line->special;
		return;
	}
	/* An error of a run that found no dump is none of a dump. */
	if (line->name)
		count(session, line->status);
	else
		session->status = stop_status_worst(session->status,
						    line->status);
	if (line->error) {
		session_complain(options, line->name, line->error);
		add_error(session, line->name, line->error);
		return;
	}
	if (options->json)
		puts(line->raw);
	else if (line->status == STOP_STATUS_ERROR)
		session_complain(options, line->name,
				 json_text(line->json, "error", "error"));
	else
		merge_brief(stdout, line);
	if (outputs_any(&session->outputs) &&
	    outputs_add(&session->outputs, line->json))
		session_output_error(session, NULL, "out of memory");
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
	bool any = false;

	if (session->nr_dumps)
		putchar('\n');
	printf("%zu dump%s: ", session->nr_dumps,
	       session->nr_dumps == 1 ? "" : "s");
	for (size_t i = 0; i < NR_ORDER; i++)
		put_count(session->nr_by[order[i]],
			  check_status_name(order[i]), &any);
	printf("%s(exit %d)\n", any ? " " : "", session->status);
	if (!session->nr_no_dump && !session->nr_links && !session->nr_special)
		return;
	any = false;
	fputs("passed over: ", stdout);
	put_count(session->nr_no_dump, session->nr_no_dump == 1 ?
		  "file that is no dump" : "files that are no dumps", &any);
	put_count(session->nr_links, session->nr_links == 1 ?
		  "symbolic link" : "symbolic links", &any);
	put_count(session->nr_special, session->nr_special == 1 ?
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
	json_uint(&json, "links", session->nr_links);
	json_uint(&json, "special", session->nr_special);
	json_close(&json, '}');
	json_uint(&json, "status", session->status);
	json_close(&json, '}');
	json_close(&json, '}');
	putchar('\n');
}

/* Nothing was checked, so nothing passed. */
void session_all(struct session *session)
{
	if (!session->nr_dumps)
		session_error(session, NULL, "no dump was found");
}

void session_end(struct session *session)
{
	const struct options *options = session->options;

	clear_progress(session);
	if (options->json && options->summary)
		summary_json(session);
	else if (!options->json &&
		 (options->summary || options->recursive ||
		  options->from_json || options->nr_names > 1))
		summary_table(session);
}
