// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lock.c: finds the lock that a CPU spins on.
 *
 * Layouts (Linux 6.12 and 7.3, little endian): asm-generic/qspinlock_types.h,
 * qrwlock_types.h, kernel/locking/mcs_spinlock.h; of the sleeping locks, whose
 * layout depends on the configuration, the owner is the first word or has its
 * offset told.
 */
#include "lock.h"

#include <stdlib.h>
#include <string.h>

/* Bit 55 tells kernel addresses from all others, with or without tags. */
#define KERNEL_HALF		(1ull << 55)

#define QSPIN_LOCKED		0xffu
#define QSPIN_PENDING		0xff00u
#define QSPIN_TAIL		0xffff0000u
#define TAIL_IDX(value)		((value) >> 16 & 3)
#define TAIL_CPU(value)		((value) >> 18)		/* plus one */

#define QRW_WRITER		0xffu
#define QRW_WAITING		0x100u
#define QRW_READER_SHIFT	9

#define MCS_NODE		16	/* next, locked, count */
#define MCS_NODES		4	/* task, softirq, hardirq, nmi */

/* Behind the word of a spinlock, with CONFIG_DEBUG_SPINLOCK. */
#define SPINLOCK_MAGIC		0xdead4eadu

/* owner words keep flags in their low bits. */
#define OWNER_FLAGS		7ull
#define RWSEM_READER_OWNED	1ull

/* kernel/locking/rwsem.c: the count of a rw_semaphore is its first word. */
#define RWSEM_WRITER		1ull
#define RWSEM_READER_SHIFT	8

#define MAX_SLEEPERS		10000

/*
 * Those that are called when there is something to wait for. _raw_spin_lock()
 * and the like are not: who is in there may just have got the lock.
 */
static const struct {
	const char *name;
	enum lock_kind kind;
} functions[] = {
	{ "queued_spin_lock_slowpath", LOCK_SPIN },
	{ "native_queued_spin_lock_slowpath", LOCK_SPIN },
	{ "queued_read_lock_slowpath", LOCK_READ },
	{ "queued_write_lock_slowpath", LOCK_WRITE },
	{ "__mutex_lock", LOCK_MUTEX },
	{ "__mutex_lock_slowpath", LOCK_MUTEX },
	{ "__mutex_lock_common", LOCK_MUTEX },
	{ "mutex_spin_on_owner", LOCK_MUTEX },
	{ "mutex_optimistic_spin", LOCK_MUTEX },
	{ "rwsem_down_read_slowpath", LOCK_RWSEM },
	{ "rwsem_down_write_slowpath", LOCK_RWSEM },
	{ "rwsem_optimistic_spin", LOCK_RWSEM },
	{ "rwsem_spin_on_owner", LOCK_RWSEM },
	{ "__down", LOCK_SEMAPHORE },
	{ "__down_common", LOCK_SEMAPHORE },
	{ "___down_common", LOCK_SEMAPHORE },
	{ "__down_interruptible", LOCK_SEMAPHORE },
	{ "__down_killable", LOCK_SEMAPHORE },
	{ "__down_timeout", LOCK_SEMAPHORE },
	{ "smp_call_function_many_cond", LOCK_CALL },
	{ "smp_call_function_single", LOCK_CALL },
	{ "__smp_call_function_single", LOCK_CALL },	/* 7.3 */
};

enum lock_kind lock_function(const char *function)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		size_t len = strlen(functions[i].name);

		if (!strncmp(function, functions[i].name, len) &&
		    (!function[len] || function[len] == '.'))
			return functions[i].kind;
	}
	return LOCK_NONE;
}

const char *lock_kind_name(enum lock_kind kind)
{
	static const char *const names[] = {
		[LOCK_NONE] = "nothing",
		[LOCK_SPIN] = "spinlock",
		[LOCK_READ] = "rwlock, to read,",
		[LOCK_WRITE] = "rwlock, to write,",
		[LOCK_MUTEX] = "mutex",
		[LOCK_RWSEM] = "rw_semaphore",
		[LOCK_SEMAPHORE] = "semaphore",
		[LOCK_CALL] = "other CPUs",
	};

	return names[kind];
}

bool lock_is_held(const struct lock_wait *lock)
{
	if (lock->kind == LOCK_SPIN)
		return lock->value & QSPIN_LOCKED;
	return lock->value & QRW_WRITER || lock->value >> QRW_READER_SHIFT;
}

static bool read_u32(const struct lock_env *env, uint64_t addr, uint32_t *to)
{
	return env->read(env->arg, addr, to, sizeof(*to));
}

static bool read_u64(const struct lock_env *env, uint64_t addr, uint64_t *to)
{
	return env->read(env->arg, addr, to, sizeof(*to));
}

static bool spin_value_possible(const struct lock_env *env, uint32_t value)
{
	return (value & QSPIN_LOCKED) <= 1 &&
	       (value & QSPIN_PENDING) <= 0x100 &&
	       (!(value & QSPIN_TAIL) ||
		(TAIL_CPU(value) && TAIL_CPU(value) <= env->nr_cpus));
}

/* count, in a CPU's first node, says how many of its nodes are in use. */
static bool node_in_use(const struct lock_env *env, uint32_t cpu, uint32_t idx)
{
	uint64_t base = env->qnodes(env->arg, cpu);
	uint32_t count;

	/* What cannot be read denies nothing. */
	return !base || !read_u32(env, base + 12, &count) || idx < count;
}

/* Whether addr is in a CPU's MCS nodes, which are at base, if that is not 0. */
static bool in_nodes(uint64_t base, uint64_t addr)
{
	return base && addr >= base && addr < base + MCS_NODES * MCS_NODE;
}

/* An address of some CPU's MCS nodes, where no lock is. */
static bool is_node(const struct lock_env *env, uint64_t addr)
{
	for (uint32_t c = 0; c < env->nr_cpus; c++) {
		if (in_nodes(env->qnodes(env->arg, c), addr))
			return true;
	}
	return false;
}

/* The MCS nodes of all CPUs, read once for a queue. */
struct nodes {
	uint32_t nr;
	bool unread;			/* those of some CPU cannot be read */
	struct cpu_nodes {
		uint64_t base;		/* 0: none */
		uint64_t words[MCS_NODES * MCS_NODE / 8];
	} *cpus;
};

static bool read_nodes(const struct lock_env *env, struct nodes *nodes)
{
	nodes->nr = env->nr_cpus;
	nodes->unread = false;
	nodes->cpus = calloc(nodes->nr, sizeof(*nodes->cpus));
	if (!nodes->cpus)
		return false;
	for (uint32_t c = 0; c < nodes->nr; c++) {
		struct cpu_nodes *n = &nodes->cpus[c];

		n->base = env->qnodes(env->arg, c);
		if (n->base && !env->read(env->arg, n->base, n->words,
					  sizeof(n->words))) {
			memset(n->words, 0, sizeof(n->words));
			nodes->unread = true;
		}
	}
	return true;
}

/* The CPU whose MCS node lies at addr. */
static bool node_at(const struct nodes *nodes, uint64_t addr, uint32_t *cpu)
{
	for (uint32_t c = 0; c < nodes->nr; c++) {
		if (in_nodes(nodes->cpus[c].base, addr)) {
			*cpu = c;
			return true;
		}
	}
	return false;
}

/* The node in front of the one at addr: the one whose next leads there. */
static bool node_before(const struct nodes *nodes, uint64_t addr,
			uint64_t *before)
{
	for (uint32_t c = 0; c < nodes->nr; c++) {
		const struct cpu_nodes *n = &nodes->cpus[c];

		/* count, in the first node, says how many are in use. */
		for (uint32_t i = 0; i < MCS_NODES &&
		     i < (uint32_t)(n->words[1] >> 32); i++) {
			if (n->words[i * 2] == addr) {
				*before = n->base + i * MCS_NODE;
				return true;
			}
		}
	}
	return false;
}

/*
 * The queue of a spinlock with this tail. next points away from the first
 * waiter, so it is followed back from the last one, to its end: the first ones
 * are those to keep. Returns whether the CPU is in it.
 */
static bool walk_queue(const struct nodes *nodes, uint64_t node, uint32_t cpu,
		       struct lock_wait *wait)
{
	size_t nr = 0, most = (size_t)nodes->nr * MCS_NODES;
	bool seen = false, more = true;
	uint32_t at;

	while (more && nr < most && node_at(nodes, node, &at)) {
		if (wait->nr_queue < LOCK_MAX_QUEUE)
			wait->nr_queue++;
		memmove(wait->queue + 1, wait->queue,
			(wait->nr_queue - 1) * sizeof(*wait->queue));
		wait->queue[0] = at;
		nr++;
		seen |= at == cpu;
		more = node_before(nodes, node, &node);
	}
	/* One that is not linked yet looks like the first, for an instant. */
	wait->queue_broken = more || nodes->unread;
	wait->queue_cut = nr > wait->nr_queue;
	return seen;
}

static bool read_queue(const struct lock_env *env, uint32_t cpu,
		       struct lock_wait *wait)
{
	uint32_t last = TAIL_CPU(wait->value) - 1;
	uint64_t node = env->qnodes(env->arg, last);
	struct nodes nodes;
	bool seen;

	wait->nr_queue = 0;
	wait->queue_cut = wait->queue_broken = false;
	if (!(wait->value & QSPIN_TAIL))
		return false;
	if (!node || !read_nodes(env, &nodes)) {
		wait->queue[wait->nr_queue++] = last;
		wait->queue_broken = true;
		return last == cpu;
	}
	seen = walk_queue(&nodes, node + TAIL_IDX(wait->value) * MCS_NODE, cpu,
			  wait);
	free(nodes.cpus);
	return seen;
}

/*
 * How well the word at addr fits a spinlock that this CPU waits for; 0: not at
 * all. A CPU in the queue leaves its number there; the first waiter only sets
 * "pending", as any other CPU could have.
 */
static int rate_spin(const struct lock_env *env, uint64_t addr, uint32_t cpu,
		     struct lock_wait *wait)
{
	uint32_t value;

	if (!read_u32(env, addr, &value) || !value ||
	    !spin_value_possible(env, value))
		return 0;
	/* Who is last in a queue has a node in it: else it is another word. */
	if (value & QSPIN_TAIL &&
	    !node_in_use(env, TAIL_CPU(value) - 1, TAIL_IDX(value)))
		return 0;
	wait->addr = addr;
	wait->value = value;
	if (read_queue(env, cpu, wait))
		return 4;
	/* Held and nobody waits: this CPU may be the one that just got it. */
	return value & QSPIN_PENDING ? 3 : 0;
}

static int rate_rw(const struct lock_env *env, enum lock_kind kind,
		   uint64_t addr, struct lock_wait *wait)
{
	uint32_t word[2], writer;

	if (!env->read(env->arg, addr, word, sizeof(word)) || !word[0])
		return 0;
	writer = word[0] & QRW_WRITER;
	if ((writer && writer != QRW_WRITER) ||
	    !spin_value_possible(env, word[1]))
		return 0;
	/* More readers than any machine has tasks: some other word. */
	if (word[0] >> 9 > 1u << 20)
		return 0;
	wait->addr = addr;
	wait->value = word[0];
	/*
	 * Who waits by the slow path holds or wants the spinlock behind it. In
	 * an interrupt a reader does not queue: it has counted itself already,
	 * and waits for the writer to go.
	 */
	if (!word[1])
		return kind == LOCK_READ && writer && word[0] >> 9 ? 2 : 0;
	if (kind == LOCK_READ && !writer && !(word[0] & QRW_WAITING))
		return 0;
	return word[0] & QRW_WAITING ? 4 : 3;
}

/* A list head, with waiters or none, or a waiter: its neighbour knows it. */
static bool is_list(const struct lock_env *env, uint64_t at)
{
	uint64_t list[2], back;

	return env->read(env->arg, at, list, sizeof(list)) &&
	       list[0] & KERNEL_HALF && !(list[0] & 7) &&
	       read_u64(env, list[0] + 8, &back) && back == at;
}

/*
 * The tasks on the wait list of the lock at addr. Since Linux 7.1 the lock has
 * no list head but points to the first waiter, and the waiters are a ring.
 * False: there is no such list there.
 */
static bool read_sleepers(const struct lock_env *env,
			  const struct lock_list *list, uint64_t addr,
			  struct lock_wait *wait)
{
	uint64_t head = addr + list->offset, at;

	wait->nr_sleepers = 0;
	wait->sleepers_cut = false;
	wait->sleepers_ring = list->first_waiter;
	if (list->first_waiter) {
		if (!read_u64(env, head, &head))
			return false;
		if (!head)
			return true;
		wait->nr_sleepers = 1;
	}
	if (head & 7 || !is_list(env, head) || !read_u64(env, head, &at))
		return false;
	wait->sleepers_head = head;
	while (at != head) {
		if (wait->nr_sleepers == MAX_SLEEPERS || !read_u64(env, at, &at)) {
			wait->sleepers_cut = true;
			break;
		}
		wait->nr_sleepers++;
	}
	return true;
}

/* A mutex that one waits for has an owner; its word also has flags. */
static bool read_mutex(const struct lock_env *env, uint64_t addr,
		       struct lock_wait *wait)
{
	uint64_t owner;

	if (!read_u64(env, addr, &owner) ||
	    !env->is_task(env->arg, owner & ~OWNER_FLAGS))
		return false;
	wait->owner_task = owner & ~OWNER_FLAGS;
	return true;
}

/* count says who has it; of many readers owner is only the last, as a hint. */
static bool read_rwsem(const struct lock_env *env, uint64_t addr,
		       struct lock_wait *wait)
{
	uint64_t count, owner;

	if (env->rwsem_owner < 0 || !read_u64(env, addr, &count) ||
	    !read_u64(env, addr + env->rwsem_owner, &owner))
		return false;
	/* More readers than any machine has tasks: some other word. */
	if (count >> RWSEM_READER_SHIFT > 1u << 22)
		return false;
	wait->value = count;
	wait->owner_task = 0;
	if (owner & ~OWNER_FLAGS && !env->is_task(env->arg,
						  owner & ~OWNER_FLAGS))
		return false;
	if (!(count & RWSEM_WRITER))
		return count >> RWSEM_READER_SHIFT;
	if (owner & RWSEM_READER_OWNED)
		return false;
	wait->owner_task = owner & ~OWNER_FLAGS;
	return wait->owner_task;
}

static int rate_sleeping(const struct lock_env *env, enum lock_kind kind,
			 uint64_t addr, struct lock_wait *wait)
{
	const struct lock_list *list = kind == LOCK_MUTEX ? &env->mutex :
				       kind == LOCK_RWSEM ? &env->rwsem :
							    &env->semaphore;

	if (list->offset < 0 || addr & 7 ||
	    (kind == LOCK_MUTEX && !read_mutex(env, addr, wait)) ||
	    (kind == LOCK_RWSEM && !read_rwsem(env, addr, wait)) ||
	    !read_sleepers(env, list, addr, wait))
		return 0;
	/* Of a semaphore its list is all that tells it from any other word. */
	if (kind == LOCK_SEMAPHORE && !wait->nr_sleepers)
		return 0;
	wait->addr = addr;
	return wait->nr_sleepers || !wait->sleepers_ring ? 4 : 3;
}

static int rate(const struct lock_env *env, enum lock_kind kind, uint64_t addr,
		uint32_t cpu, struct lock_wait *wait)
{
	if (!(addr & KERNEL_HALF) || addr & 3 || is_node(env, addr))
		return 0;
	switch (kind) {
	case LOCK_SPIN:
		return rate_spin(env, addr, cpu, wait);
	case LOCK_READ:
	case LOCK_WRITE:
		return rate_rw(env, kind, addr, wait);
	case LOCK_MUTEX:
	case LOCK_RWSEM:
	case LOCK_SEMAPHORE:
		return rate_sleeping(env, kind, addr, wait);
	default:
		return 0;
	}
}

static void try_word(const struct lock_env *env, enum lock_kind kind,
		     uint64_t addr, uint32_t cpu, int in, int *best,
		     struct lock_wait *wait)
{
	struct lock_wait now = *wait;
	int how;

	if (addr == wait->addr)
		return;
	how = rate(env, kind, addr, cpu, &now);
	if (how > *best) {
		now.in = in;
		*wait = now;
		*best = how;
	}
}

static void read_debug_owner(const struct lock_env *env,
			     struct lock_wait *wait)
{
	/* magic and owner_cpu behind the word that is spun on, then owner. */
	struct {
		uint32_t magic, cpu;
	} debug;
	uint64_t task;

	if (!env->read(env->arg, wait->addr + 4, &debug, sizeof(debug)) ||
	    debug.magic != SPINLOCK_MAGIC ||
	    !read_u64(env, wait->addr + 16, &task))
		return;
	if (debug.cpu < env->nr_cpus)
		wait->owner_cpu = debug.cpu;
	if (env->is_task(env->arg, task))
		wait->owner_task = task;
}

void lock_find(const struct lock_env *env, enum lock_kind kind,
	       const struct lock_place *place, struct lock_wait *wait)
{
	int best = 0;

	memset(wait, 0, sizeof(*wait));
	wait->kind = kind;
	wait->owner_cpu = STOP_CPU_UNKNOWN;
	wait->in = -1;
	for (int i = 0; place->regs && i < 31; i++)
		try_word(env, kind, place->regs->x[i], place->cpu, i, &best,
			 wait);
	/* A word of the stack may be of long ago: only if nothing else fits. */
	for (size_t i = 0; best < 3 && i < place->nr_words; i++)
		try_word(env, kind, place->words[i], place->cpu, -1, &best,
			 wait);
	if (best < 1) {
		wait->addr = 0;
		return;
	}
	if (kind == LOCK_SPIN)
		read_debug_owner(env, wait);
}

int lock_in_regs(const struct stop_regs *regs, uint64_t addr)
{
	for (int i = 0; i < 31; i++) {
		if (regs->x[i] == addr)
			return i;
	}
	return -1;
}

size_t lock_cycle(const int *blocks, size_t nr, size_t start, int *members)
{
	size_t at = start, n = 0, from;

	/* After nr steps one is in a cycle, if there is one. */
	for (size_t i = 0; i < nr; i++) {
		if (blocks[at] < 0)
			return 0;
		at = blocks[at];
	}
	from = at;
	do {
		at = blocks[at];
	} while (at != from && at != start);
	from = at;
	do {
		members[n++] = at;
		at = blocks[at];
	} while (at != from);
	return n;
}
