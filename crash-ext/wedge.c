// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wedge.c: who may hold what a wedged CPU waits for, out of what all CPUs wait
 * for and have at hand (waits.c). How long: silence.c.
 */
#include "crash-defs.h"

#include "crash-read.h"
#include "layout.h"
#include "rcu.h"
#include "silence.h"
#include "waits.h"
#include "wedge.h"

const struct stop_cpu *wedge_cpu(const struct session *session, uint32_t cpu)
{
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		const struct stop_cpu *c = &session->facts.cpus[i];

		if (c->cpu == cpu && c->has_regs)
			return c;
	}
	return NULL;
}

static uint32_t cpu_of_task(const struct session *session, uint64_t task)
{
	for (size_t i = 0; i < session->memory.nr_cpus; i++) {
		if (session->memory.cpus[i].task == task)
			return session->memory.cpus[i].cpu;
	}
	return STOP_CPU_UNKNOWN;
}

/*
 * A spinlock does not say who holds it. Whoever does will unlock it and so has
 * its address at hand, as has everyone who waits for it; if only one CPU has
 * it that does not wait for it, that one is likely the holder. It may be the CPU
 * itself, in what an interrupt interrupted that waits for it now. Not if there
 * is a CPU of which nothing is known: that may be the holder as well.
 */
static void find_owner(struct session *session, const struct lock_wait *lock,
		       struct wedge_owner *owner)
{
	size_t nr[AT_HAND_KEPT + 1] = { 0 };
	enum at_hand want;

	memset(owner, 0, sizeof(*owner));
	owner->cpu = STOP_CPU_UNKNOWN;
	if (lock->owner_task || lock->owner_cpu != STOP_CPU_UNKNOWN) {
		owner->known = OWNER_RECORDED;
		owner->task = lock->owner_task;
		owner->cpu = lock->owner_cpu != STOP_CPU_UNKNOWN ?
			     lock->owner_cpu :
			     cpu_of_task(session, lock->owner_task);
		return;
	}
	if (!lock_spins(lock->kind))
		return;
	/*
	 * Given back after the CPU that was to get it next had been stopped:
	 * whoever has the address at hand now holds nothing.
	 */
	owner->nobody = !lock_is_held(lock);
	if (owner->nobody)
		return;
	for (size_t n = 0; n < session->facts.nr_cpus; n++) {
		const struct stop_cpu *c = &session->facts.cpus[n];
		struct at_hand_in hand;

		if (!stop_cpu_has_context(c)) {
			owner->nr_without_regs++;
			continue;
		}
		if (!waits_can_hold(session, n))
			continue;
		hand = waits_at_hand(session, n, lock->addr);
		owner->nr_unsure += hand.unsure;
		owner->nr_unread += hand.unread && !hand.unsure;
		/* The first of those that have it in the better way. */
		if (hand.how != AT_HAND_NOT && !nr[hand.how]++ &&
		    (hand.how == AT_HAND_KEPT || !nr[AT_HAND_KEPT])) {
			owner->candidate = c->cpu;
			owner->in = hand.in;
			owner->interrupted = hand.interrupted;
		}
	}
	want = nr[AT_HAND_KEPT] ? AT_HAND_KEPT : AT_HAND_PASSING;
	owner->nr_likely = nr[want];
	if (nr[want] == 1 && !owner->nr_without_regs && !owner->nr_unsure &&
	    !owner->nr_unread) {
		owner->known = OWNER_LIKELY;
		owner->cpu = owner->candidate;
	}
}

/* The waiter that the pending bit stands for: the only one not in the queue. */
static uint32_t find_pending(struct session *session,
			     const struct lock_wait *lock)
{
	uint32_t pending = STOP_CPU_UNKNOWN;

	if (lock->kind != LOCK_SPIN || !(lock->value & 0xff00) ||
	    lock->queue_cut || lock->queue_broken)
		return STOP_CPU_UNKNOWN;
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		const struct stop_cpu *c = &session->facts.cpus[i];
		bool queued = false;

		if (waits_of(session, i)->lock.addr != lock->addr)
			continue;
		for (size_t q = 0; q < lock->nr_queue; q++)
			queued |= lock->queue[q] == c->cpu;
		if (queued)
			continue;
		if (pending != STOP_CPU_UNKNOWN)
			return STOP_CPU_UNKNOWN;
		pending = c->cpu;
	}
	return pending;
}

static int index_of(const struct session *session, uint32_t cpu)
{
	const struct stop_cpu *c = collect_stop_cpu(&session->facts, cpu);

	return c ? c - session->facts.cpus : -1;
}

/*
 * Of the CPUs that have not run a call: one that waits itself may lead around,
 * else the first that is known, or -1.
 */
static int called_by(struct session *session, struct call_cpus calls)
{
	int first = -1;

	for (size_t n = 0; n < calls_listed(&calls); n++) {
		int cpu = index_of(session, calls.cpus[n]);

		if (cpu >= 0 && waits_of(session, cpu)->waits)
			return cpu;
		first = first < 0 ? cpu : first;
	}
	return first;
}

/* The CPU that i waits for, or -1. *likely: not as the lock records it. */
static int blocked_by(struct session *session, size_t i, bool *likely)
{
	const struct cpu_waits *waits = waits_of(session, i);
	struct wedge_owner owner;

	if (waits->calls.nr)
		return called_by(session, waits->calls);
	if (!waits->lock.addr)
		return -1;
	find_owner(session, &waits->lock, &owner);
	if (owner.known == OWNER_UNKNOWN || owner.cpu == STOP_CPU_UNKNOWN)
		return -1;
	*likely |= owner.known == OWNER_LIKELY;
	return index_of(session, owner.cpu);
}

/* Follows whom a CPU waits for until it comes around, or to one that runs. */
static void find_cycle(struct session *session, size_t i, struct wedge *wedge)
{
	size_t nr = session->facts.nr_cpus;
	int *blocks = (int *)GETBUF(nr * sizeof(*blocks));
	int *members = (int *)GETBUF(nr * sizeof(*members));
	int at = i;

	for (size_t n = 0; n < nr; n++)
		blocks[n] = -1;
	while (at >= 0 && blocks[at] < 0) {
		blocks[at] = blocked_by(session, at, &wedge->cycle_likely);
		at = blocks[at];
	}
	nr = at < 0 ? 0 : lock_cycle(blocks, nr, i, members);
	for (size_t n = 0; n < nr && n < WEDGE_MAX_CYCLE; n++)
		wedge->cycle[wedge->nr_cycle++] =
			session->facts.cpus[members[n]].cpu;
	FREEBUF(members);
	FREEBUF(blocks);
}

/*
 * Held locks of the task, when lockdep keeps them. A held_lock is found by its
 * own size, which the configuration decides. After its first report lockdep
 * records nothing more (debug_locks is 0): what it has is of that moment.
 */
static void find_held(const struct cpu_memory *memory, struct wedge *wedge)
{
	static long size = -2;
	uint32_t depth, on;

	if (!memory || !memory->task || !read_symbol_exists("lock_chains") ||
	    layout(L_TASK_HELD_LOCKS) < 0 || layout(L_TASK_LOCKDEP_DEPTH) < 0)
		return;
	if (size == -2)
		size = layout_size("held_lock");
	if (size <= 0 || layout(L_HELD_LOCK_INSTANCE) < 0 ||
	    layout(L_HELD_LOCK_IP) < 0 || layout(L_LOCKDEP_MAP_NAME) < 0 ||
	    !read_mem(memory->task + layout(L_TASK_LOCKDEP_DEPTH), &depth, 4))
		return;
	wedge->has_held = true;
	wedge->lockdep_off = !read_symbol("debug_locks", &on, sizeof(on)) || !on;
	/* More than MAX_LOCK_DEPTH are none that lockdep has written. */
	if (depth > 48)
		depth = 0;
	if (depth > WEDGE_MAX_HELD)
		wedge->nr_outer = depth - WEDGE_MAX_HELD;
	for (uint32_t i = 0; i + wedge->nr_outer < depth; i++) {
		uint64_t at = memory->task + layout(L_TASK_HELD_LOCKS) +
			      (wedge->nr_outer + i) * size;
		uint64_t name = 0;

		wedge->nr_held = i;
		if (!read_mem(at + layout(L_HELD_LOCK_INSTANCE),
			      &wedge->held[i].lock, 8) ||
		    !read_mem(at + layout(L_HELD_LOCK_IP),
			      &wedge->held[i].ip, 8))
			return;
		wedge->nr_held = i + 1;
		if (read_mem(wedge->held[i].lock + layout(L_LOCKDEP_MAP_NAME),
			     &name, 8) && name)
			read_string(name, wedge->held[i].name,
				    sizeof(wedge->held[i].name) - 1);
	}
}

static void find_callers(struct session *session, uint32_t cpu,
			 const struct cpu_memory *memory, struct wedge *wedge)
{
	uint64_t queued;

	/* So that most dumps need not be asked what all their CPUs wait for. */
	if (!memory || !read_percpu("call_single_queue", memory->base, 0,
				    &queued, 8) || !queued)
		return;
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		const struct cpu_waits *waits = waits_of(session, i);

		for (size_t n = 0; n < calls_listed(&waits->calls); n++) {
			if (waits->calls.cpus[n] == cpu)
				calls_add(&wedge->callers,
					  session->facts.cpus[i].cpu);
		}
	}
}

static void analyse(struct session *session, size_t i, void *item)
{
	struct wedge *wedge = item;
	const struct stop_cpu *cpu = &session->facts.cpus[i];
	const struct cpu_memory *memory = collect_cpu(&session->memory,
						      cpu->cpu);
	const struct cpu_waits *waits = waits_of(session, i);

	memset(wedge, 0, sizeof(*wedge));
	wedge->pending = STOP_CPU_UNKNOWN;
	wedge->owner.cpu = STOP_CPU_UNKNOWN;
	wedge->waits = waits->waits;
	memcpy(wedge->function, waits->function, sizeof(wedge->function));
	wedge->lock = waits->lock;
	wedge->calls = waits->calls;
	if (wedge->lock.addr) {
		find_owner(session, &wedge->lock, &wedge->owner);
		wedge->pending = find_pending(session, &wedge->lock);
	}
	if (wedge->lock.addr || wedge->calls.nr)
		find_cycle(session, i, wedge);
	find_callers(session, cpu->cpu, memory, wedge);
	find_held(memory, wedge);
	silence_of(session, cpu, memory, wedge);
	rcu_of(memory, wedge);
}

const struct wedge *wedge_of(struct session *session, size_t i)
{
	static struct session_kept kept;
	static struct wedge one;

	return session_keep(&kept, session, i, &one, sizeof(one), analyse);
}
