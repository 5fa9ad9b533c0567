/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html_priv.h: between the page (html.c) and what is in it for one dump
 * (html_dump.c, html_time.c).
 */
#ifndef STOP_HTML_PRIV_H
#define STOP_HTML_PRIV_H

#include "judge.h"
#include "pages.h"

/* Its status, which is an error if it is none. */
enum stop_status html_status(const struct json_value *dump);
const char *html_result(enum stop_status status);
/* The time of the crash; nothing if it is not known. */
void html_time(FILE *fp, const struct json_value *dump);

/* Which letter and colour is what. */
void html_legend(FILE *fp);
/* All of one dump, the number-th of the page. Returns 0, or -1. */
int html_section(FILE *fp, const struct json_value *dump, size_t number);
/* When CPUs were asked to stop, and when they did. */
void html_timeline(FILE *fp, const struct json_value *cpus);

/* The mechanism of a CPU: a class of the style, never of the dump's choice. */
struct html_mechanism {
	const char *id;		/* in JSON, and the class */
	const char *letter;
	const char *name;
};
extern const struct html_mechanism html_mechanisms[];	/* id NULL: the rest */
const struct html_mechanism *html_mechanism(const struct json_value *cpu);

/* html_chain.c: what "backtraces" has of a CPU, or NULL; and shows it. */
const struct json_value *html_chain(const struct json_value *dump,
				    const struct json_value *cpu);
void html_put_chain(FILE *fp, const struct json_value *chain);

#endif /* STOP_HTML_PRIV_H */
