// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge.c: reads lines of JSON and looks whether they are reports.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "check.h"
#include "merge.h"
#include "pages.h"
#include "report.h"
#include "text_line.h"

/* Twice what a report of 65,536 CPUs takes, the most that there can be. */
#define LINE_LIMIT	(256u << 20)

/* What a file has, and what it is to have by its summaries. */
struct tally {
	size_t lines, dumps;
	uint64_t due;
	enum stop_status status, due_status;
};

/*
 * No report says of a dump that it is better than its problems are. One that
 * does was changed or made by hand, and must not make a fleet look well.
 */
static bool too_good(const struct json_value *root, int64_t status)
{
	const struct json_value *v = pages_worst(root);

	for (; v; v = v->next) {
		const char *severity = json_text(v, "severity", "");

		if (!strcmp(severity, "fail") && status != STOP_STATUS_FAIL)
			return true;
		if (!strcmp(severity, "warn") && status != STOP_STATUS_FAIL &&
		    status != STOP_STATUS_WARN)
			return true;
	}
	return false;
}

/* Returns 0, or -1 if root is no report. */
static int take_report(struct merge_line *line, const struct json_value *root)
{
	const struct json_value *dump = json_get(root, "dump");
	int64_t status;

	if (!dump || (dump->kind != JSON_STRING && dump->kind != JSON_NULL) ||
	    !json_integer(root, "status", &status) || !check_is_status(status))
		return -1;
	if (status == STOP_STATUS_ERROR ? !json_text(root, "error", NULL) :
					  too_good(root, status))
		return -1;
	line->name = json_text(root, "dump", NULL);
	line->status = status;
	return 0;
}

static int take_summary(struct merge_line *line, const struct json_value *root,
			struct tally *tally)
{
	const struct json_value *summary = json_get(root, "summary");
	const struct json_value *over = json_get(summary, "passed_over");
	int64_t dumps, status;

	if (!json_integer(summary, "dumps", &dumps) || dumps < 0 ||
	    !json_integer(summary, "status", &status) || !check_is_status(status))
		return -1;
	tally->due += dumps;
	tally->due_status = stop_status_worst(tally->due_status, status);
	line->is_summary = true;
	json_integer(over, "no_dump", &line->no_dump);
	json_integer(over, "links", &line->links);
	json_integer(over, "special", &line->special);
	return 0;
}

/* text is written to. */
static void take_line(const char *place, const char *raw, char *text,
		      size_t len, struct tally *tally,
		      void (*done)(const struct merge_line *line, void *arg),
		      void *arg)
{
	struct merge_line line = {
		.raw = raw, .status = STOP_STATUS_ERROR,
	};
	char err[160];
	struct json_doc *doc = json_parse(text, len, err);

	if (!doc) {
		line.name = place;
		line.error = err;
	} else if (take_report(&line, json_root(doc)) &&
		   take_summary(&line, json_root(doc), tally)) {
		line.name = place;
		line.error = "is not a report of stopcheck --json";
	} else {
		line.json = json_root(doc);
		tally->dumps += line.name != NULL;
	}
	tally->lines++;
	tally->status = stop_status_worst(tally->status, line.is_summary ?
					  STOP_STATUS_PASS : line.status);
	done(&line, arg);
	json_free(doc);
}

static int take_lines(const char *path, FILE *fp, struct tally *tally,
		      void (*done)(const struct merge_line *line, void *arg),
		      void *arg)
{
	char *raw = NULL, *text, *place;
	size_t room = 0, number = 0, len;
	int ret;

	while ((ret = text_line(fp, &raw, &room, &len, LINE_LIMIT)) > 0) {
		number++;
		if (strspn(raw, " \t\r") == len)
			continue;
		text = malloc(len + 1);
		if (text && asprintf(&place, "%s:%zu", path, number) >= 0) {
			memcpy(text, raw, len + 1);
			take_line(place, raw, text, len, tally, done,
				  arg);
			free(place);
		} else {
			ret = -1;
		}
		free(text);
		if (ret < 0)
			break;
	}
	free(raw);
	return ret;
}

/* What is wrong with a file all lines of which are reports, or NULL. */
static const char *incomplete(const struct tally *tally)
{
	if (!tally->lines)
		return "holds no report";
	if (tally->dumps < tally->due)
		return "lacks reports of dumps that its summary counts";
	if (stop_status_worst(tally->status, tally->due_status) !=
	    tally->status)
		return "has no report as bad as its summary says";
	return NULL;
}

int merge_file(const char *path,
	       void (*done)(const struct merge_line *line, void *arg),
	       void *arg, char err[160])
{
	FILE *fp = strcmp(path, "-") ? fopen(path, "re") : stdin;
	struct tally tally = { 0 };
	int ret = -1;

	if (fp)
		ret = take_lines(path, fp, &tally, done, arg);
	if (ret && errno == EFBIG)
		snprintf(err, 160, "has a line of more than %u MiB, which is no report",
			 LINE_LIMIT >> 20);
	else if (ret)
		snprintf(err, 160, "%s", strerror(errno));
	if (fp && fp != stdin)
		fclose(fp);
	if (!ret && incomplete(&tally)) {
		snprintf(err, 160, "%s", incomplete(&tally));
		ret = -1;
	}
	return ret;
}

void merge_brief(FILE *fp, const struct merge_line *line)
{
	const struct json_value *worst = pages_worst(line->json);
	const struct json_value *verdicts = json_get(line->json, "verdicts");

	fprintf(fp, "%-8s  ", check_status_name(line->status));
	stop_report_text(fp, line->name ? line->name : "(none)");
	if (worst) {
		fputs(": ", fp);
		stop_report_text(fp, json_text(worst, "id", "?"));
		fputs(": ", fp);
		stop_report_text(fp, json_text(worst, "text", "?"));
		if (verdicts->nr > 1)
			fprintf(fp, " (and %zu more)", verdicts->nr - 1);
	}
	putc('\n', fp);
}
