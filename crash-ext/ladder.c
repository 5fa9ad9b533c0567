// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ladder.c: the lines of a stop in the kernel's log.
 */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

static const char *const lines[LADDER_RUNGS] = {
	[LADDER_NMI] = "SMP: retry stop with NMI for CPUs ",
	[LADDER_SDEI] = "SMP: retry stop with SDEI NMI for CPUs ",
	[LADDER_FAILED] = "SMP: failed to stop secondary CPUs ",
};

static bool number(const char **at, uint32_t *value)
{
	uint32_t n = 0;

	if (**at < '0' || **at > '9')
		return false;
	while (**at >= '0' && **at <= '9' && n < LADDER_CPUS)
		n = n * 10 + *(*at)++ - '0';
	*value = n;
	return n < LADDER_CPUS;
}

/* "0,2-3", as %*pbl prints it, up to the end of the line. */
static bool cpu_list(const char *at, uint64_t *cpus)
{
	for (;;) {
		uint32_t first, last;

		if (!number(&at, &first))
			return false;
		last = first;
		if (*at == '-' && (at++, !number(&at, &last)))
			return false;
		for (uint32_t cpu = first; cpu <= last; cpu++)
			cpus[cpu / 64] |= 1ull << cpu % 64;
		if (*at == '\0' || *at == '\n')
			return true;
		if (*at++ != ',')
			return false;
	}
}

void ladder_line(struct ladder *ladder, const char *text)
{
	if (!strncmp(text, "SMP: stopping secondary CPUs", 28))
		ladder->began = true;
	for (size_t i = 0; i < LADDER_RUNGS; i++) {
		uint64_t cpus[LADDER_CPUS / 64] = { 0 };
		size_t len = strlen(lines[i]);

		if (strncmp(text, lines[i], len) ||
		    strlen(text) > LADDER_LINE || !cpu_list(text + len, cpus))
			continue;
		ladder->said[i] = true;
		for (size_t w = 0; w < LADDER_CPUS / 64; w++)
			ladder->named[i][w] |= cpus[w];
	}
}

bool ladder_named(const struct ladder *ladder, enum ladder_rung rung,
		  uint32_t cpu)
{
	return cpu < LADDER_CPUS &&
	       ladder->named[rung][cpu / 64] >> cpu % 64 & 1;
}
