/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls.h: functions that a CPU was asked to run by another one, and has not:
 * kernel/smp.c keeps a call_single_data for each call, which the one that asks
 * locks and the one that answers unlocks. Pure C.
 */
#ifndef SDEI_STOP_CALLS_H
#define SDEI_STOP_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

#define CALLS_MAX	32

struct call_cpus {
	uint32_t cpus[CALLS_MAX];	/* the first of them */
	size_t nr;			/* of all */
};

static inline void calls_add(struct call_cpus *to, uint32_t cpu)
{
	if (to->nr < CALLS_MAX)
		to->cpus[to->nr] = cpu;
	to->nr++;
}

/* How many of them are in cpus[]. */
static inline size_t calls_listed(const struct call_cpus *calls)
{
	return calls->nr < CALLS_MAX ? calls->nr : CALLS_MAX;
}

struct call_env {
	bool (*read)(void *arg, uint64_t addr, void *to, size_t len);
	void *arg;
	/* Per-CPU variables, without a CPU's offset; 0: not known. */
	uint64_t cfd_data, call_single_queue;
	long cfd_csd;			/* call_function_data.csd, or -1 */
	long csd_flags;			/* __call_single_node.u_flags, or -1 */
};

/*
 * Whether the CPU with the per-CPU offset `to` has not answered the one with
 * `from`, which is in smp_call_function_many_cond().
 */
enum stop_known calls_many(const struct call_env *env, uint64_t from,
			   uint64_t to);

/*
 * Whether the queue of the CPU with that per-CPU offset has a call that lies on
 * the stack from low up to high: smp_call_function_single() keeps there what it
 * waits for. What a CPU has begun to run is in its queue no more.
 */
enum stop_known calls_queued(const struct call_env *env, uint64_t to,
			     uint64_t low, uint64_t high);

#endif /* SDEI_STOP_CALLS_H */
