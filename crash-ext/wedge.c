// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wedge.c: what a wedged CPU waits for and who may hold it, out of the
 * registers and stacks of all CPUs. How long: silence.c.
 */
#include "crash-defs.h"

#include "crash-read.h"
#include "layout.h"
#include "silence.h"
#include "wedge.h"

/* Words of the stack that may have kept a lock's address: a few frames. */
#define STACK_WORDS	64

static bool env_read(void *arg, uint64_t addr, void *to, size_t len)
{
	(void)arg;
	return read_mem(addr, to, len);
}

static bool env_is_task(void *arg, uint64_t addr)
{
	(void)arg;
	return addr && !(pc->flags & MINIMAL_MODE) && task_exists(addr);
}

static uint64_t env_qnodes(void *arg, uint32_t cpu)
{
	const struct session *session = arg;
	const struct cpu_memory *c = collect_cpu(&session->memory, cpu);

	if (!c || !read_symbol_exists("qnodes"))
		return 0;
	return symbol_value("qnodes") + c->base;
}

static struct lock_env lock_env(struct session *session, enum lock_kind kind)
{
	const struct crash_memory *memory = &session->memory;
	struct lock_env env = {
		.read = env_read,
		.is_task = env_is_task,
		.qnodes = env_qnodes,
		.arg = session,
		.mutex_wait_list = -1,
		.rwsem_wait_list = -1,
		.semaphore_wait_list = -1,
		.rwsem_owner = -1,
	};

	if (memory->nr_cpus)
		env.nr_cpus = memory->cpus[memory->nr_cpus - 1].cpu + 1;
	if (kind == LOCK_MUTEX) {
		env.mutex_wait_list = layout(L_MUTEX_WAIT_LIST);
	} else if (kind == LOCK_RWSEM) {
		env.rwsem_wait_list = layout(L_RWSEM_WAIT_LIST);
		env.rwsem_owner = layout(L_RWSEM_OWNER);
	} else if (kind == LOCK_SEMAPHORE) {
		env.semaphore_wait_list = layout(L_SEMAPHORE_WAIT_LIST);
	}
	return env;
}

const struct stop_cpu *wedge_cpu(const struct session *session, uint32_t cpu)
{
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		const struct stop_cpu *c = &session->facts.cpus[i];

		if (c->cpu == cpu && c->has_regs)
			return c;
	}
	return NULL;
}

static enum lock_kind function_kind(uint64_t addr, bool is_return,
				    char name[64])
{
	char symbol[256];

	if (!collect_symbol(addr, is_return, symbol, sizeof(symbol)))
		return LOCK_NONE;
	*strchr(symbol, '+') = '\0';
	snprintf(name, 64, "%.63s", symbol);
	return lock_function(symbol);
}

static bool is_interrupted(const struct stop_cpu *cpu)
{
	return cpu->has_regs && !walk_regs_user(&cpu->regs);
}

/*
 * What a CPU waits for by its registers alone: quick, for looking at all of
 * them.
 */
static bool quick_wait(struct session *session, const struct stop_cpu *cpu,
		       struct lock_wait *wait)
{
	struct lock_place place = { .cpu = cpu->cpu, .regs = &cpu->regs };
	enum lock_kind kind;
	char name[64];

	if (!is_interrupted(cpu))
		return false;
	kind = function_kind(cpu->regs.pc, false, name);
	if (kind == LOCK_NONE || kind == LOCK_CALL)
		return false;

	struct lock_env env = lock_env(session, kind);

	lock_find(&env, kind, &place, wait);
	return wait->addr;
}

/* The innermost function that waits, among the first few of the chain. */
static enum lock_kind chain_kind(const struct walk *walk, size_t *frame,
				 char name[64])
{
	for (size_t i = 0; i < walk->nr_frames && i < 6; i++) {
		const struct walk_frame *f = &walk->frames[i];
		enum lock_kind kind;

		/* Behind an exception is what it interrupted. */
		if (i && f->kind == WALK_EXCEPTION)
			break;
		kind = function_kind(f->pc, f->kind == WALK_LR ||
				     f->kind == WALK_CALLER, name);
		if (kind != LOCK_NONE) {
			*frame = i;
			return kind;
		}
	}
	return LOCK_NONE;
}

static size_t stack_words(struct walk *walk, const struct stop_regs *regs,
			  uint64_t words[STACK_WORDS])
{
	size_t nr = 0;

	while (nr < STACK_WORDS &&
	       walk_read(walk, regs->sp + nr * 8, &words[nr], 8))
		nr++;
	return nr;
}

static void find_lock(struct session *session, const struct stop_cpu *cpu,
		      struct walk *walk, struct wedge *wedge)
{
	uint64_t words[STACK_WORDS];
	struct lock_place place = { .cpu = cpu->cpu, .regs = &cpu->regs,
				    .words = words };
	enum lock_kind kind, outer;
	size_t frame = 0, outer_frame = 0;
	char name[64];

	kind = chain_kind(walk, &frame, wedge->function);
	if (kind == LOCK_NONE)
		return;
	wedge->waits = true;
	wedge->lock.kind = kind;
	if (kind == LOCK_CALL)
		return;
	place.nr_words = stack_words(walk, &cpu->regs, words);

	struct lock_env env = lock_env(session, kind);

	lock_find(&env, kind, &place, &wedge->lock);
	/* The slow path of an rwlock queues on a spinlock inside of it. */
	if (kind != LOCK_SPIN || frame + 1 >= walk->nr_frames ||
	    !wedge->lock.addr)
		return;
	outer_frame = frame + 1;
	outer = function_kind(walk->frames[outer_frame].pc, true, name);
	if (outer == LOCK_READ || outer == LOCK_WRITE) {
		wedge->lock.kind = outer;
		wedge->lock.on_wait_lock = true;
		wedge->lock.addr -= 4;
		read_mem(wedge->lock.addr, &wedge->lock.value, 4);
	}
}

/* Whether a CPU has the address on the part of its stack that is in use. */
static bool on_stack(struct session *session, const struct stop_cpu *cpu,
		     struct walk *walk, uint64_t addr)
{
	struct cpu_memory *memory = collect_cpu(&session->memory, cpu->cpu);
	const struct walk_stack *s;
	bool found = false;
	uint64_t word;

	if (!memory || !is_interrupted(cpu))
		return false;
	collect_walk(walk, memory, &session->facts);
	s = walk_stack_of(walk, cpu->regs.sp);
	for (uint64_t at = cpu->regs.sp & ~7ull; s && !found &&
	     at + 8 <= s->high && walk_read(walk, at, &word, 8); at += 8)
		found = word == addr;
	collect_walk_done(walk);
	return found;
}

static uint32_t cpu_of_task(const struct session *session, uint64_t task)
{
	for (size_t i = 0; i < session->memory.nr_cpus; i++) {
		if (session->memory.cpus[i].task == task)
			return session->memory.cpus[i].cpu;
	}
	return STOP_CPU_UNKNOWN;
}

static void likely(struct wedge_owner *owner, const struct stop_cpu *cpu,
		   int in)
{
	if (owner->nr_likely++) {
		owner->known = OWNER_UNKNOWN;
		return;
	}
	owner->known = OWNER_LIKELY;
	owner->cpu = cpu->cpu;
	owner->in = in;
}

/*
 * A spinlock does not say who holds it. Whoever does will unlock it and so has
 * its address at hand, as has everyone who waits for it; if only one CPU has
 * it that does not wait for it, that one is likely the holder.
 */
static void find_owner(struct session *session, const struct stop_cpu *cpu,
		       const struct lock_wait *lock, bool look_at_stacks,
		       struct wedge_owner *owner)
{
	struct walk *walk = NULL;

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
	if (lock->kind != LOCK_SPIN && lock->kind != LOCK_READ &&
	    lock->kind != LOCK_WRITE)
		return;
	if (look_at_stacks)
		walk = (struct walk *)GETBUF(sizeof(*walk));
	for (int stacks = 0; stacks <= look_at_stacks; stacks++) {
		for (size_t i = 0; i < session->facts.nr_cpus; i++) {
			const struct stop_cpu *c = &session->facts.cpus[i];
			struct lock_wait theirs;
			int in;

			if (c->cpu == cpu->cpu)
				continue;
			if (!c->has_regs) {
				owner->nr_without_regs += !stacks;
				continue;
			}
			if (quick_wait(session, c, &theirs) &&
			    theirs.addr == lock->addr)
				continue;
			in = lock_in_regs(&c->regs, lock->addr);
			if (!stacks && in >= 0)
				likely(owner, c, in);
			if (stacks && on_stack(session, c, walk, lock->addr))
				likely(owner, c, -1);
		}
		if (owner->nr_likely)
			break;
	}
	if (walk)
		FREEBUF(walk);
}

/* The waiter that the pending bit stands for: in the function, not queued. */
static uint32_t find_pending(struct session *session,
			     const struct lock_wait *lock)
{
	if (lock->kind != LOCK_SPIN || !(lock->value & 0xff00))
		return STOP_CPU_UNKNOWN;
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		const struct stop_cpu *c = &session->facts.cpus[i];
		struct lock_wait theirs;
		bool queued = false;

		if (!quick_wait(session, c, &theirs) ||
		    theirs.addr != lock->addr)
			continue;
		for (size_t q = 0; q < lock->nr_queue; q++)
			queued |= lock->queue[q] == c->cpu;
		if (!queued)
			return c->cpu;
	}
	return STOP_CPU_UNKNOWN;
}

static int index_of(const struct session *session, uint32_t cpu)
{
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		if (session->facts.cpus[i].cpu == cpu)
			return i;
	}
	return -1;
}

/* Follows whom a CPU waits for until it comes around. */
static void find_cycle(struct session *session, const struct stop_cpu *cpu,
		       struct wedge *wedge)
{
	size_t nr = session->facts.nr_cpus, steps = 0;
	int *blocks = (int *)GETBUF(nr * sizeof(*blocks));
	int *members = (int *)GETBUF(nr * sizeof(*members));
	int at = index_of(session, cpu->cpu);
	int next = index_of(session, wedge->owner.cpu);

	for (size_t i = 0; i < nr; i++)
		blocks[i] = -1;
	while (at >= 0 && next >= 0 && blocks[at] < 0 && steps++ < nr) {
		const struct stop_cpu *c = &session->facts.cpus[next];
		struct wedge_owner owner;
		struct lock_wait wait;

		blocks[at] = next;
		at = next;
		if (blocks[at] >= 0 || !quick_wait(session, c, &wait))
			break;
		find_owner(session, c, &wait, true, &owner);
		next = owner.known == OWNER_UNKNOWN ? -1 :
						      index_of(session, owner.cpu);
	}
	nr = at < 0 ? 0 : lock_cycle(blocks, nr, index_of(session, cpu->cpu),
				     members);
	for (size_t i = 0; i < nr && i < WEDGE_MAX_CYCLE; i++)
		wedge->cycle[wedge->nr_cycle++] =
			session->facts.cpus[members[i]].cpu;
	FREEBUF(members);
	FREEBUF(blocks);
}

/*
 * Held locks of the task, when lockdep keeps them. A held_lock is found by its
 * own size, which the configuration decides.
 */
static void find_held(const struct cpu_memory *memory, struct wedge *wedge)
{
	static long size = -2;
	uint32_t depth;

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
	for (uint32_t i = 0; i < depth && i < WEDGE_MAX_HELD; i++) {
		uint64_t at = memory->task + layout(L_TASK_HELD_LOCKS) +
			      i * size;
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

static void analyse(struct session *session, const struct stop_cpu *cpu,
		    struct walk *walk, struct wedge *wedge)
{
	const struct cpu_memory *memory = collect_cpu(&session->memory,
						      cpu->cpu);

	memset(wedge, 0, sizeof(*wedge));
	wedge->pending = STOP_CPU_UNKNOWN;
	wedge->owner.cpu = STOP_CPU_UNKNOWN;
	if (is_interrupted(cpu))
		find_lock(session, cpu, walk, wedge);
	if (wedge->lock.addr) {
		find_owner(session, cpu, &wedge->lock, true, &wedge->owner);
		wedge->pending = find_pending(session, &wedge->lock);
		if (wedge->owner.known != OWNER_UNKNOWN &&
		    wedge->owner.cpu != STOP_CPU_UNKNOWN)
			find_cycle(session, cpu, wedge);
	}
	find_held(memory, wedge);
	silence_of(session, cpu, memory, wedge);
}

const struct wedge *wedge_of(struct session *session, size_t i,
			     struct walk *walk)
{
	static struct {
		unsigned int generation;
		size_t nr;
		struct {
			bool known;
			struct wedge wedge;
		} *cpus;
	} kept;
	static struct wedge one;

	if (kept.generation != session_generation()) {
		interrupt_hold();
		free(kept.cpus);
		kept.nr = session->facts.nr_cpus;
		kept.cpus = calloc(kept.nr, sizeof(*kept.cpus));
		kept.generation = session_generation();
		interrupt_release();
	}
	if (!kept.cpus || i >= kept.nr) {
		analyse(session, &session->facts.cpus[i], walk, &one);
		return &one;
	}
	if (!kept.cpus[i].known) {
		analyse(session, &session->facts.cpus[i], walk,
			&kept.cpus[i].wedge);
		kept.cpus[i].known = true;
	}
	return &kept.cpus[i].wedge;
}
