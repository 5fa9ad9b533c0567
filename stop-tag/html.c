// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html.c: one page for a set of dumps that needs nothing but itself: no
 * network, and no script but for sorting and searching. Its own style and
 * script are let in by their hashes and nothing else is, so that no string of
 * a dump can become active even if an escape were forgotten.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "html_priv.h"
#include "judge.h"
#include "page_assets.h"

struct html {
	char *rows_text, *sections_text;
	size_t rows_len, sections_len;
	FILE *rows, *sections;
	size_t nr, nr_by[STOP_STATUS_UNTAGGED + 1];
};

static const struct {
	enum stop_status status;
	const char *name;
} results[] = {
	{ STOP_STATUS_ERROR, "error" },
	{ STOP_STATUS_FAIL, "failures" },
	{ STOP_STATUS_WARN, "warnings" },
	{ STOP_STATUS_UNTAGGED, "no tags" },
	{ STOP_STATUS_PASS, "pass" },
};
#define NR_RESULTS (sizeof(results) / sizeof(*results))

struct html *html_new(void)
{
	struct html *html = calloc(1, sizeof(*html));

	if (!html)
		return NULL;
	html->rows = open_memstream(&html->rows_text, &html->rows_len);
	html->sections = open_memstream(&html->sections_text,
					&html->sections_len);
	if (html->rows && html->sections)
		return html;
	html_end(html, NULL);
	return NULL;
}

enum stop_status html_status(const struct json_value *dump)
{
	int64_t status = STOP_STATUS_ERROR;

	json_integer(dump, "status", &status);
	return status == STOP_STATUS_PASS ||
	       (status >= STOP_STATUS_WARN && status <= STOP_STATUS_UNTAGGED) ?
	       (enum stop_status)status : STOP_STATUS_ERROR;
}

const char *html_result(enum stop_status status)
{
	for (size_t i = 0; i < NR_RESULTS; i++)
		if (results[i].status == status)
			return results[i].name;
	return "error";
}

void html_time(FILE *fp, const struct json_value *dump)
{
	int64_t seconds;
	char text[40];
	struct tm tm;
	time_t when;

	if (!json_integer(dump, "crashtime", &seconds))
		return;
	when = seconds;
	if (gmtime_r(&when, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		fprintf(fp, "<time datetime=\"%.10sT%.8sZ\">%s</time>", text,
			text + 11, text);
}

/* Stays empty if the dump does not say. */
static void number_cell(FILE *fp, const struct json_value *totals,
			const char *key)
{
	int64_t n;

	fputs("<td class=\"num\">", fp);
	if (json_integer(totals, key, &n))
		fprintf(fp, "%lld", (long long)n);
	fputs("</td>", fp);
}

static void put_row(struct html *html, const struct json_value *dump,
		    enum stop_status status)
{
	/* Sorted by what is worse, not by the alphabet. */
	static const char rank[] = { [STOP_STATUS_ERROR] = '0',
		[STOP_STATUS_FAIL] = '1', [STOP_STATUS_WARN] = '2',
		[STOP_STATUS_UNTAGGED] = '3', [STOP_STATUS_PASS] = '4' };
	const struct json_value *worst = pages_worst(dump);
	const struct json_value *totals = json_get(dump, "totals");
	const char *name = json_text(dump, "dump", "(none)");
	FILE *fp = html->rows;

	fprintf(fp, "<tr class=\"s%d\" data-s=\"%d\" data-name=\"", status,
		status);
	pages_text(fp, name);
	fprintf(fp, "\"><td data-key=\"%c\"><span class=\"result s%d\">%s</span></td><td class=\"name\"><a href=\"#d%zu\"><bdi>",
		rank[status], status, html_result(status), html->nr);
	pages_text(fp, name);
	fputs("</bdi></a></td><td>", fp);
	pages_text(fp, json_text(dump, "kernel", ""));
	fputs("</td><td>", fp);
	html_time(fp, dump);
	fputs("</td>", fp);
	number_cell(fp, totals, "nr_online");
	number_cell(fp, totals, "with_registers");
	number_cell(fp, totals, "nmi-ipi");
	number_cell(fp, totals, "sdei");
	number_cell(fp, totals, "not-stopped");
	fputs("<td>", fp);
	if (worst) {
		pages_print(fp, "%s: ", json_text(worst, "id", "?"));
		pages_text(fp, json_text(worst, "text", ""));
	} else {
		pages_text(fp, json_text(dump, "error", ""));
	}
	fputs("</td></tr>\n", fp);
}

int html_add(struct html *html, const struct json_value *dump)
{
	enum stop_status status = html_status(dump);

	html->nr++;
	html->nr_by[status]++;
	put_row(html, dump, status);
	if (html_section(html->sections, dump, html->nr))
		return -1;
	return ferror(html->rows) || ferror(html->sections) ? -1 : 0;
}

static void put_filter(const struct html *html, FILE *fp)
{
	fprintf(fp, "<div class=\"filter\"><label><input type=\"radio\" name=\"f\" id=\"fa\" checked> all %zu</label>",
		html->nr);
	for (size_t i = 0; i < NR_RESULTS; i++) {
		enum stop_status status = results[i].status;

		if (html->nr_by[status])
			fprintf(fp, "<label><input type=\"radio\" name=\"f\" id=\"f%d\"> %zu <span class=\"result s%d\">%s</span></label>",
				status, html->nr_by[status], status,
				results[i].name);
	}
	fputs("<span class=\"js\"><label>name has <input type=\"search\" id=\"find\"></label></span></div>\n",
	      fp);
}

static void put_page(const struct html *html, FILE *fp)
{
	static const char *const columns[] = {
		"result", "dump", "kernel", "crashed (UTC)", "CPUs",
		"with registers", "by pseudo-NMI", "by SDEI", "not stopped",
		"worst problem",
	};

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '"
	      PAGE_CSS_HASH "'; script-src '" PAGE_JS_HASH "'; base-uri 'none'; form-action 'none'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<title>stopcheck</title>\n<style>", fp);
	fputs(page_css, fp);
	fputs("</style></head><body>\n<h1>How each CPU was stopped</h1>\n", fp);
	put_filter(html, fp);
	html_legend(fp);
	fputs("<div class=\"scroll\"><table class=\"sort\"><thead><tr>", fp);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		fprintf(fp, "<th%s>%s</th>",
			i >= 4 && i <= 8 ? " class=\"num\"" : "", columns[i]);
	fputs("</tr></thead><tbody>\n", fp);
	fwrite(html->rows_text, 1, html->rows_len, fp);
	fputs("</tbody></table></div>\n", fp);
	fwrite(html->sections_text, 1, html->sections_len, fp);
	fputs("<script>", fp);
	fputs(page_js, fp);
	fputs("</script></body></html>\n", fp);
}

void html_end(struct html *html, FILE *fp)
{
	bool whole = true;

	if (html->rows)
		whole = !fclose(html->rows);
	if (html->sections)
		whole &= !fclose(html->sections);
	if (fp && whole)
		put_page(html, fp);
	free(html->rows_text);
	free(html->sections_text);
	free(html);
}
