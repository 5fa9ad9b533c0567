/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock.h: the lock that a CPU spins on: which, who else waits, who may hold
 * it. From registers, stack words and the lock's own memory. Pure C.
 *
 * No register is "the lock" by any rule: the compiler keeps the address where
 * it likes. Every word at hand is tried, and must read as a lock of that kind
 * in a state in which this CPU would wait for it.
 */
#ifndef SDEI_STOP_LOCK_H
#define SDEI_STOP_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

enum lock_kind {
	LOCK_NONE,
	LOCK_SPIN,
	LOCK_READ,		/* an rwlock, to read */
	LOCK_WRITE,		/* an rwlock, to write */
	LOCK_MUTEX,
	LOCK_RWSEM,
	LOCK_SEMAPHORE,
	LOCK_CALL,		/* other CPUs, to run a function: no lock */
};

/* What the dump tells; functions that answer for it. */
struct lock_env {
	bool (*read)(void *arg, uint64_t addr, void *to, size_t len);
	/* The address is that of a task. */
	bool (*is_task)(void *arg, uint64_t addr);
	void *arg;
	/* qnodes[] of the n-th CPU number; 0: no such CPU, or unknown. */
	uint64_t (*qnodes)(void *arg, uint32_t cpu);
	uint32_t nr_cpus;		/* CPU numbers are below this */
	struct lock_list {
		long offset;		/* or -1: not known */
		bool first_waiter;	/* a pointer to it, not a list_head */
	} mutex, rwsem, semaphore;
	long rwsem_owner;		/* offset, or -1 */
};

/* Where to look for the address. */
struct lock_place {
	uint32_t cpu;
	const struct stop_regs *regs;	/* of a CPU in the function, or NULL */
	const uint64_t *words;		/* of the stack, innermost first */
	size_t nr_words;
};

/* A lock for which one spins, and never sleeps. */
static inline bool lock_spins(enum lock_kind kind)
{
	return kind == LOCK_SPIN || kind == LOCK_READ || kind == LOCK_WRITE;
}

#define LOCK_MAX_QUEUE	64

struct lock_wait {
	enum lock_kind kind;
	uint64_t addr;			/* 0: not found */
	uint32_t value;			/* of all but a mutex or semaphore */
	int in;				/* x0 to x30; -1: on the stack */
	bool on_wait_lock;		/* of an rwlock: spins on its spinlock */
	/* spinlock: who waits by the MCS queue, first one first. */
	uint32_t queue[LOCK_MAX_QUEUE];
	size_t nr_queue;
	bool queue_cut;			/* more wait behind these */
	bool queue_broken;		/* others may be in front of these */
	uint64_t owner_task;		/* 0: not recorded */
	uint32_t owner_cpu;		/* STOP_CPU_UNKNOWN: not recorded */
	uint64_t sleepers_head;		/* the list_head of that wait list ... */
	bool sleepers_ring;		/* ... or the first waiter: there is none */
	size_t nr_sleepers;		/* on the wait list of a sleeping lock */
	bool sleepers_cut;
};

/* Whether the word of a lock for which one spins says that somebody holds it. */
bool lock_is_held(const struct lock_wait *lock);

/*
 * What a function that a CPU is in is there for: LOCK_NONE for any that waits
 * for nothing. Clone suffixes are ignored.
 */
enum lock_kind lock_function(const char *function);

/* "spinlock", ... */
const char *lock_kind_name(enum lock_kind kind);

/*
 * Finds what a CPU in a function of that kind waits for. *wait is filled in
 * any case; wait->addr is 0 when no word at hand reads as such a lock.
 */
void lock_find(const struct lock_env *env, enum lock_kind kind,
	       const struct lock_place *place, struct lock_wait *wait);

/* The register that holds addr, x0 to x30, or -1. */
int lock_in_regs(const struct stop_regs *regs, uint64_t addr);

/* Who waits for whom: blocks[i] is the CPU index that i waits for, or -1.
 * Fills members, those of the cycle that start is in or leads to, start first
 * if it is one of them; returns how many, 0: none. */
size_t lock_cycle(const int *blocks, size_t nr, size_t start, int *members);

#endif /* SDEI_STOP_LOCK_H */
