/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ladder.h: what the kernel's log says of a stop. Pure C.
 *
 * arch/arm64/kernel/smp.c names, for each rung but the first, the CPUs that
 * were still online when it began, and in the end those that still are. That a
 * line is not there says nothing: other CPUs' messages are dropped in a panic,
 * a plain stop on the way to a restart does not say that it begins, and the
 * log may be damaged. Before Linux 6.11 the last line names all that were asked.
 */
#ifndef SDEI_STOP_LADDER_H
#define SDEI_STOP_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LADDER_CPUS	8192
/* printk() cuts what is longer than 1 KiB, also in the midst of a number. */
#define LADDER_LINE	900

enum ladder_rung {
	LADDER_NMI,		/* "retry stop with NMI" */
	LADDER_SDEI,		/* "retry stop with SDEI NMI" */
	LADDER_FAILED,		/* "failed to stop" */
	LADDER_RUNGS,
};

struct ladder {
	bool began;		/* "stopping secondary CPUs" */
	bool said[LADDER_RUNGS];
	/* The CPUs named, of all such lines there are. */
	uint64_t named[LADDER_RUNGS][LADDER_CPUS / 64];
};

/* Takes a line of the log; of any other than those, nothing. */
void ladder_line(struct ladder *ladder, const char *text);

bool ladder_named(const struct ladder *ladder, enum ladder_rung rung,
		  uint32_t cpu);

#endif /* SDEI_STOP_LADDER_H */
