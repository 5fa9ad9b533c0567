/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pages.h: reports of several dumps in one file: an HTML page, JUnit XML.
 * Both are made from the JSON of the reports, so it does not matter which
 * host made those.
 */
#ifndef STOP_PAGES_H
#define STOP_PAGES_H

#include <stdio.h>

#include "jsonread.h"

struct html;
struct junit;

/* NULL when memory is short, as everywhere here. */
struct html *html_new(void);
/* Adds a dump: what --json wrote of it. Returns 0, or -1. */
int html_add(struct html *html, const struct json_value *dump);
/* Writes the page and frees html. fp NULL: only frees it. */
void html_end(struct html *html, FILE *fp);

struct junit *junit_new(void);
int junit_add(struct junit *junit, const struct json_value *dump);
void junit_end(struct junit *junit, FILE *fp);

/*
 * Writes text so that it is text in HTML and XML, in an attribute, too: with
 * markup escaped, and U+FFFD for control characters and for those that turn
 * the direction of writing around.
 */
void pages_text(FILE *fp, const char *text);
/* The same, printf-like. */
void pages_print(FILE *fp, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The worst verdict of a dump, or NULL. */
const struct json_value *pages_worst(const struct json_value *dump);

#endif /* STOP_PAGES_H */
