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

enum stop_mode {
	STOP_TABLE,		/* no option */
	STOP_CONTEXTS,		/* -w */
	STOP_TIMELINE,		/* -t */
	STOP_CHECKS,		/* -x */
	STOP_EVIDENCE,		/* -e */
	STOP_SWITCH,		/* -s */
	STOP_UNDO,		/* -u */
	STOP_JSON,		/* -j */
};

enum stop_order {
	STOP_ORDER_WEDGED,	/* wedged first, as stopcheck does */
	STOP_ORDER_CPU,
	STOP_ORDER_AFTER,	/* longest to answer first */
	STOP_ORDER_PID,
};

struct stop_options {
	enum stop_mode mode;
	bool lines;			/* -l */
	bool problems;			/* --problems */
	enum stop_order order;		/* -o */
	uint32_t mechanisms;		/* -m: bits 1 << CPU_STOP_*; 0: all */
	uint32_t cpu;			/* -s CPU */
	struct stop_range *ranges;	/* -c; owned */
	size_t nr_ranges;		/* 0: every CPU */
};

/* Fills *options. False: wrong usage, or out of memory. */
bool stop_options_parse(struct stop_options *options, int argc, char **argv);
void stop_options_destroy(struct stop_options *options);

/* Whether -c asks for this CPU; without -c every CPU is. */
bool stop_options_want(const struct stop_options *options, uint32_t cpu);

/* For crash's help command: name, one line, synopsis, text, NULL. */
extern char *stop_help[];

#endif /* SDEI_STOP_OPTIONS_H */
