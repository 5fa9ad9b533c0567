// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pages.c: the page and the JUnit file for what the targets have read. What a
 * report says must stay text in both.
 */
#include <stdbool.h>
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

/* All that the two write of themselves, between spaces. */
static const char tags[] =
	" a bdi body br code details div h1 h2 h3 head html input label li meta ol p"
	" rect script section small span strong style summary svg table tbody td"
	" th thead time title tr !DOCTYPE"
	" ?xml error failure skipped system-out testcase testsuite ";
static const char attributes[] =
	" aria-label charset checked class content data-key data-name data-s"
	" datetime height href html http-equiv id lang name open"
	" preserveAspectRatio role start title type viewBox width x y"
	" classname encoding errors failures message skipped tests version ";

/* Behind the name at s, which must be one of those. */
static const char *name(const char *s, const char *names)
{
	char word[32] = " ";
	size_t len = strcspn(s, " \n\t=<>\"'");

	/* The ends of <br/> and <?xml ?>. */
	if (len == 1 && (*s == '/' || *s == '?'))
		return s + 1;
	if (!len || len > sizeof(word) - 3)
		abort();
	memcpy(word + 1, s, len);
	strcpy(word + 1 + len, " ");
	if (!strstr(names, word))
		abort();
	return s + len;
}

/* Behind a tag, whose "<" is at s. */
static const char *tag(const char *s)
{
	bool raw = !strncmp(s, "<script>", 8) || !strncmp(s, "<style>", 7);

	s = name(s + 1 + (s[1] == '/'), tags);
	while (*(s += strspn(s, " \n\t")) != '>') {
		s = name(s, attributes);
		if (*s != '=')
			continue;
		if (s[1] != '"')
			abort();
		s += 2;
		s += strcspn(s, "\"<");
		if (*s++ != '"')
			abort();
	}
	/* The program's own text, where "<" is one. */
	return raw ? strstr(s, "</") : s + 1;
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
	    count(text, "<style") != scripts)
		abort();
	while ((text = strchr(text, '<')))
		text = tag(text);
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
