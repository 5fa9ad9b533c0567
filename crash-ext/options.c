// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options.c: the options of sdei_stop.
 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

/* More than any kernel's limit; keeps a mistyped range from being a long one. */
#define CPU_MAX	65535

static const char *parse_cpu(const char *p, uint32_t *cpu)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*p))
		return NULL;
	errno = 0;
	n = strtoul(p, &end, 10);
	if (errno || n > CPU_MAX)
		return NULL;
	*cpu = n;
	return end;
}

/* "0,2-3" */
static bool parse_list(struct stop_options *options, const char *p)
{
	for (;;) {
		struct stop_range range, *ranges;

		p = parse_cpu(p, &range.first);
		if (!p)
			return false;
		range.last = range.first;
		if (*p == '-') {
			p = parse_cpu(p + 1, &range.last);
			if (!p || range.last < range.first)
				return false;
		}
		ranges = reallocarray(options->ranges, options->nr_ranges + 1,
				      sizeof(range));
		if (!ranges)
			return false;
		options->ranges = ranges;
		ranges[options->nr_ranges++] = range;
		if (!*p)
			return true;
		if (*p++ != ',')
			return false;
	}
}

bool stop_options_parse(struct stop_options *options, int argc, char **argv)
{
	int c;

	/* The same process parses options again and again. */
	optind = 0;
	opterr = 0;
	while ((c = getopt(argc, argv, "wjc:")) != -1) {
		switch (c) {
		case 'w':
			options->contexts = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'c':
			if (!parse_list(options, optarg))
				return false;
			break;
		default:
			return false;
		}
	}
	return optind == argc && !(options->contexts && options->json);
}

void stop_options_destroy(struct stop_options *options)
{
	free(options->ranges);
	options->ranges = NULL;
	options->nr_ranges = 0;
}

bool stop_options_want(const struct stop_options *options, uint32_t cpu)
{
	for (size_t i = 0; i < options->nr_ranges; i++) {
		if (cpu >= options->ranges[i].first &&
		    cpu <= options->ranges[i].last)
			return true;
	}
	return !options->nr_ranges;
}
