/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h: the options of sdei_stop, and its help text. Pure C.
 */
#ifndef SDEI_STOP_OPTIONS_H
#define SDEI_STOP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stop_range {
	uint32_t first, last;
};

struct stop_options {
	bool contexts;			/* -w */
	bool json;			/* -j */
	struct stop_range *ranges;	/* -c; owned */
	size_t nr_ranges;		/* 0: every CPU */
};

/* Fills *options, which is zeroed. False: wrong usage, or out of memory. */
bool stop_options_parse(struct stop_options *options, int argc, char **argv);
void stop_options_destroy(struct stop_options *options);

/* Whether -c asks for this CPU; without -c every CPU is. */
bool stop_options_want(const struct stop_options *options, uint32_t cpu);

/* For crash's help command: name, one line, synopsis, text, NULL. */
extern char *stop_help[];

#endif /* SDEI_STOP_OPTIONS_H */
