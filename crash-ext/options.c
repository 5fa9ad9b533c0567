// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options.c: the options of sdei_stop.
 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

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

/* "sdei,nmi" */
static bool parse_mechanisms(struct stop_options *options, const char *p)
{
	static const struct {
		const char *name;
		int mechanism;
	} names[] = {
		{ "unset", CPU_STOP_UNSET }, { "panic", CPU_STOP_PANIC },
		{ "ipi", CPU_STOP_IPI }, { "nmi", CPU_STOP_NMI_IPI },
		{ "nmi-ipi", CPU_STOP_NMI_IPI }, { "sdei", CPU_STOP_SDEI },
		{ "self", CPU_STOP_SELF }, { "self-stop", CPU_STOP_SELF },
		{ "not-stopped", CPU_STOP_NOT_STOPPED },
	};

	for (;;) {
		size_t len = strcspn(p, ","), i;

		for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
			if (strlen(names[i].name) == len &&
			    !strncmp(names[i].name, p, len))
				break;
		}
		if (i == sizeof(names) / sizeof(*names))
			return false;
		options->mechanisms |= 1u << names[i].mechanism;
		p += len;
		if (!*p++)
			return true;
	}
}

static bool parse_order(struct stop_options *options, const char *p)
{
	static const char *const names[] = {
		[STOP_ORDER_WEDGED] = "wedged",
		[STOP_ORDER_CPU] = "cpu",
		[STOP_ORDER_AFTER] = "after",
		[STOP_ORDER_PID] = "pid",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(p, names[i])) {
			options->order = i;
			return true;
		}
	}
	return false;
}

static bool set_mode(struct stop_options *options, enum stop_mode mode)
{
	if (options->mode != STOP_TABLE && options->mode != mode)
		return false;
	options->mode = mode;
	return true;
}

static bool parse_one(struct stop_options *options, int c)
{
	const char *end;

	switch (c) {
	case 'w':
		return set_mode(options, STOP_CONTEXTS);
	case 't':
		return set_mode(options, STOP_TIMELINE);
	case 'x':
		return set_mode(options, STOP_CHECKS);
	case 'e':
		return set_mode(options, STOP_EVIDENCE);
	case 'j':
		return set_mode(options, STOP_JSON);
	case 'u':
		return set_mode(options, STOP_UNDO);
	case 's':
		end = parse_cpu(optarg, &options->cpu);
		return end && !*end && set_mode(options, STOP_SWITCH);
	case 'l':
		options->lines = true;
		return true;
	case 'P':
		options->problems = true;
		return true;
	case 'o':
		return parse_order(options, optarg);
	case 'm':
		return parse_mechanisms(options, optarg);
	case 'c':
		return parse_list(options, optarg);
	}
	return false;
}

/* Options that would do nothing are no help to who thinks that they did. */
static bool fit_together(const struct stop_options *options)
{
	bool selects = options->mechanisms || options->problems;

	switch (options->mode) {
	case STOP_TABLE:
	case STOP_JSON:
		return true;
	case STOP_CONTEXTS:
		return !options->order;
	case STOP_CHECKS:
		return !options->order && !options->lines;
	case STOP_EVIDENCE:
		return !options->order && !options->lines && !selects;
	case STOP_TIMELINE:
	case STOP_SWITCH:
	case STOP_UNDO:
		break;
	}
	return !options->order && !options->lines && !selects &&
	       !options->nr_ranges;
}

bool stop_options_parse(struct stop_options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "problems", no_argument, NULL, 'P' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	memset(options, 0, sizeof(*options));
	/* The same process parses options again and again. */
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "wtxejus:lo:m:c:", long_options,
				NULL)) != -1) {
		if (!parse_one(options, c))
			return false;
	}
	return optind == argc && fit_together(options);
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
