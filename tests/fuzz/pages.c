// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pages.c: the page and the JUnit file for what the targets have read. What a
 * report says must stay text in both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "json.h"
#include "pages.h"
#include "targets.h"

/* That of check.c, which needs all of stopcheck. */
const char *check_status_name(enum stop_status status)
{
	return status == STOP_STATUS_PASS ? "pass" : "other";
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

/* Whether there is anything that a browser or terminal would obey. */
static void look_at(const char *text, size_t len, size_t scripts)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned int n;

	for (size_t i = 0; i < len; i += n) {
		n = json_utf8_len(s + i);
		if (!n || (s[i] < ' ' && s[i] != '\n' && s[i] != '\t'))
			abort();
	}
	/* Nothing in it is a NUL, so all of it is one string. */
	if (strlen(text) != len || count(text, "<script") != scripts ||
	    count(text, "<img") || count(text, "<iframe"))
		abort();
}

void target_pages(const struct json_value *dump)
{
	struct html *html = html_new();
	struct junit *junit = junit_new();
	char *page = NULL, *xml = NULL;
	size_t page_len, xml_len;
	FILE *page_fp = open_memstream(&page, &page_len);
	FILE *xml_fp = open_memstream(&xml, &xml_len);

	if (!html || !junit || !page_fp || !xml_fp || html_add(html, dump) ||
	    junit_add(junit, dump))
		abort();
	html_end(html, page_fp);
	junit_end(junit, xml_fp);
	if (fclose(page_fp) || fclose(xml_fp))
		abort();
	look_at(page, page_len, 1);
	look_at(xml, xml_len, 0);
	free(page);
	free(xml);
}
