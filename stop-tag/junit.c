// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * junit.c: the form in which CI systems show results. A dump is a test case:
 * failed if its status is 4, in error if it is 1, skipped if it is 5, as
 * nothing is known then; warnings are in the output of a case that passed.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "json.h"
#include "pages.h"

struct junit {
	char *text;
	size_t len;
	FILE *fp;		/* into text: the cases */
	size_t nr, failures, errors, skipped;
};

/* U+202A to U+202E, U+2066 to U+2069: what follows would be shown elsewhere. */
static bool turns_direction(const unsigned char *s)
{
	return s[0] == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) ||
				(s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

/* U+FFFE and U+FFFF are characters of JSON, but not of XML. */
static bool no_xml(const unsigned char *s)
{
	return s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe;
}

void pages_text(FILE *fp, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned int len;

	for (; *s; s += len) {
		len = json_utf8_len(s);
		if (*s == '&') {
			fputs("&amp;", fp);
		} else if (*s == '<') {
			fputs("&lt;", fp);
		} else if (*s == '>') {
			fputs("&gt;", fp);
		} else if (*s == '"') {
			fputs("&quot;", fp);
		} else if (*s == '\'') {
			fputs("&#39;", fp);
		} else if (!len || *s < ' ' || *s == 0x7f ||
			   (*s == 0xc2 && s[1] < 0xa0) ||
			   turns_direction(s) || no_xml(s)) {
			/* No character: one that pages_print() cut through. */
			len += !len;
			fputs("\xef\xbf\xbd", fp);
		} else {
			fwrite(s, 1, len, fp);
		}
	}
}

void pages_print(FILE *fp, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pages_text(fp, text);
}

const struct json_value *pages_worst(const struct json_value *dump)
{
	const struct json_value *verdicts = json_get(dump, "verdicts");

	/* Failures come first. */
	return verdicts ? verdicts->first : NULL;
}

struct junit *junit_new(void)
{
	struct junit *junit = calloc(1, sizeof(*junit));

	if (junit)
		junit->fp = open_memstream(&junit->text, &junit->len);
	if (junit && !junit->fp) {
		free(junit);
		junit = NULL;
	}
	return junit;
}

static void put_verdicts(FILE *fp, const struct json_value *dump)
{
	const struct json_value *v = pages_worst(dump);

	for (; v; v = v->next) {
		pages_print(fp, "%s %s: ", json_text(v, "severity", "?"),
			    json_text(v, "id", "?"));
		pages_text(fp, json_text(v, "text", ""));
		putc('\n', fp);
	}
}

static void put_element(FILE *fp, const char *name, const char *type,
			const char *message, const struct json_value *dump)
{
	fprintf(fp, "    <%s type=\"", name);
	pages_text(fp, type);
	fputs("\" message=\"", fp);
	pages_text(fp, message);
	fputs("\">", fp);
	put_verdicts(fp, dump);
	fprintf(fp, "</%s>\n", name);
}

int junit_add(struct junit *junit, const struct json_value *dump)
{
	const struct json_value *worst = pages_worst(dump);
	const char *id = json_text(worst, "id", "none");
	const char *text = json_text(worst, "text", "");
	FILE *fp = junit->fp;
	int64_t status = STOP_STATUS_ERROR;

	json_integer(dump, "status", &status);
	junit->nr++;
	fputs("  <testcase classname=\"stopcheck.", fp);
	pages_text(fp, json_text(dump, "kernel", "unknown"));
	fputs("\" name=\"", fp);
	pages_text(fp, json_text(dump, "dump", "(none)"));
	fputs("\">\n", fp);
	if (status == STOP_STATUS_ERROR) {
		junit->errors++;
		put_element(fp, "error", "error",
			    json_text(dump, "error", "error"), dump);
	} else if (status == STOP_STATUS_FAIL) {
		junit->failures++;
		put_element(fp, "failure", id, text, dump);
	} else if (status == STOP_STATUS_UNTAGGED) {
		junit->skipped++;
		fputs("    <skipped message=\"no tags: whether all CPUs are here is not known\"/>\n",
		      fp);
	} else if (worst) {
		fputs("    <system-out>", fp);
		put_verdicts(fp, dump);
		fputs("</system-out>\n", fp);
	}
	fputs("  </testcase>\n", fp);
	return ferror(fp) ? -1 : 0;
}

void junit_end(struct junit *junit, FILE *fp)
{
	bool whole = !fclose(junit->fp);

	if (fp && whole) {
		fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", fp);
		fprintf(fp,
			"<testsuite name=\"stopcheck\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
			junit->nr, junit->failures, junit->errors,
			junit->skipped);
		fwrite(junit->text, 1, junit->len, fp);
		fputs("</testsuite>\n", fp);
	}
	free(junit->text);
	free(junit);
}
