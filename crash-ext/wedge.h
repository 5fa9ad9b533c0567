/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wedge.h: what a wedged CPU waited for, for how long, and who suffered.
 */
#ifndef SDEI_STOP_WEDGE_H
#define SDEI_STOP_WEDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "calls.h"
#include "lock.h"
#include "session.h"

enum owner_known {
	OWNER_UNKNOWN,
	OWNER_RECORDED,		/* the lock itself names it */
	OWNER_LIKELY,		/* the only one that has its address at hand */
};

struct wedge_owner {
	enum owner_known known;
	uint32_t cpu;			/* STOP_CPU_UNKNOWN: on no CPU */
	uint64_t task;			/* OWNER_RECORDED; 0: not known */
	size_t nr_likely;		/* CPUs that have its address at hand */
	uint32_t candidate;		/* if nr_likely: the first of them, ... */
	int in;				/* ... there: x0 to x28, -1: stack */
	bool interrupted;		/* ... in what it had interrupted */
	size_t nr_unsure;		/* CPUs that may wait for it as well */
	size_t nr_unread;		/* CPUs whose stacks are not all known */
	bool nobody;			/* the lock is free */
	size_t nr_without_regs;		/* CPUs that nothing is known of */
};

/* What RCU's kthread, which begins and ends grace periods, has to do with a CPU. */
enum rcu_kthread {
	RCU_KTHREAD_NO_MATTER,
	RCU_KTHREAD_CURRENT,		/* it is what the CPU runs */
	RCU_KTHREAD_QUEUED,		/* it is to run there */
	RCU_KTHREAD_ASLEEP,		/* a timer there should have woken it */
};

#define WEDGE_MAX_HELD	8
#define WEDGE_MAX_CYCLE	16

struct wedge {
	bool waits;			/* in a function that waits */
	char function[64];		/* which */
	struct lock_wait lock;
	struct wedge_owner owner;
	uint32_t pending;		/* waits by the pending bit, or unknown */
	size_t nr_cycle;		/* CPUs that wait for each other */
	uint32_t cycle[WEDGE_MAX_CYCLE];
	bool cycle_likely;		/* by likely owners, not recorded ones */
	struct call_cpus calls;		/* that have not run what it waits for */
	struct call_cpus callers;	/* that wait for it to run a function */

	bool has_silence;
	uint64_t at_least, at_most;	/* ns; at_most 0: no bound known */
	const char *silence_by;
	bool has_watchdog;
	uint64_t watchdog_s;		/* since the softlockup watchdog ran */

	bool rcu_quiescent;		/* a grace period waits for this CPU, */
	enum rcu_kthread rcu_kthread;	/* or for the kthread that is there */
	uint64_t rcu_overdue_ns;	/* RCU_KTHREAD_ASLEEP: that timer */
	uint64_t rcu_ns;		/* how long it has been under way */
	uint32_t rcu_stall_s;		/* that long is a stall; 0: it is none */
	bool rcu_expedited;		/* an expedited one waits for this CPU */

	bool has_held;			/* lockdep is built in */
	bool lockdep_off;		/* and had stopped to record */
	size_t nr_held;			/* held locks, innermost last, ... */
	size_t nr_outer;		/* ... and so many before them */
	struct {
		uint64_t lock, ip;
		char name[48];
	} held[WEDGE_MAX_HELD];

	bool has_pmr;			/* the priority mask of that context */
	uint64_t pmr;
};

/* A normal grace period waits for this CPU, one way or the other. */
static inline bool rcu_waits(const struct wedge *wedge)
{
	return wedge->rcu_quiescent ||
	       wedge->rcu_kthread != RCU_KTHREAD_NO_MATTER;
}

/*
 * What is to be said of session->facts.cpus[i]. All of it is optional: what
 * cannot be found is left out. Of a dump it is found out once. Never NULL.
 */
const struct wedge *wedge_of(struct session *session, size_t i);

/* The register sets of a CPU, as the dump's notes have it; NULL: none. */
const struct stop_cpu *wedge_cpu(const struct session *session, uint32_t cpu);

#endif /* SDEI_STOP_WEDGE_H */
