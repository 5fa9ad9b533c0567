// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * waits.c: asks every CPU what it waits for, and what it has at hand.
 */
#include "crash-defs.h"

#include "crash-read.h"
#include "layout.h"
#include "waits.h"

/* sizeof(struct pt_regs) of Linux 6.12, where it is not known. */
#define PT_REGS_SIZE	336

/* Words of the stack that may have kept a lock's address: a few frames. */
#define STACK_WORDS	64

/* AAPCS64: a function finds x19 to x28 unchanged after every call it makes. */
#define FIRST_KEPT	19
#define LAST_KEPT	28

static bool env_read(void *arg, uint64_t addr, void *to, size_t len)
{
	(void)arg;
	return read_mem(addr, to, len);
}

/* crash knows all tasks, but under --minimal: then those on the CPUs. */
static bool env_is_task(void *arg, uint64_t addr)
{
	const struct session *session = arg;

	for (size_t i = 0; addr && i < session->memory.nr_cpus; i++) {
		if (session->memory.cpus[i].task == addr)
			return true;
	}
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

static struct lock_list lock_list(enum layout_id list, enum layout_id waiter)
{
	struct lock_list l = { .offset = layout(list) };

	if (l.offset < 0) {
		l.offset = layout(waiter);
		l.first_waiter = true;
	}
	return l;
}

static struct lock_env lock_env(struct session *session, enum lock_kind kind)
{
	const struct crash_memory *memory = &session->memory;
	struct lock_env env = {
		.read = env_read,
		.is_task = env_is_task,
		.qnodes = env_qnodes,
		.arg = session,
		.mutex.offset = -1,
		.rwsem.offset = -1,
		.semaphore.offset = -1,
		.rwsem_owner = -1,
	};

	if (memory->nr_cpus)
		env.nr_cpus = memory->cpus[memory->nr_cpus - 1].cpu + 1;
	if (kind == LOCK_MUTEX) {
		env.mutex = lock_list(L_MUTEX_WAIT_LIST, L_MUTEX_FIRST_WAITER);
	} else if (kind == LOCK_RWSEM) {
		env.rwsem = lock_list(L_RWSEM_WAIT_LIST, L_RWSEM_FIRST_WAITER);
		env.rwsem_owner = layout(L_RWSEM_OWNER);
	} else if (kind == LOCK_SEMAPHORE) {
		env.semaphore = lock_list(L_SEMAPHORE_WAIT_LIST,
					  L_SEMAPHORE_FIRST_WAITER);
	}
	return env;
}

static enum lock_kind function_kind(uint64_t addr, bool is_return,
				    char name[64])
{
	char symbol[256];

	if (!collect_symbol(addr, is_return, symbol, sizeof(symbol)))
		return LOCK_NONE;
	/* Cut off, a long name has none. */
	symbol[strcspn(symbol, "+")] = '\0';
	snprintf(name, 64, "%.63s", symbol);
	return lock_function(symbol);
}

static bool in_kernel(const struct stop_cpu *cpu)
{
	return stop_cpu_has_context(cpu) &&
	       !stop_cpu_not_kernel(cpu);
}

/* Waits for a call that others are to run; what is called otherwise, runs. */
static bool waits_for_call(const char *function)
{
	return !strncmp(function, "csd_lock_", 9) ||
	       !strncmp(function, "__csd_lock_", 11);
}

/*
 * The innermost function that waits, among the first few of the chain of the
 * context that begins with this frame.
 */
static enum lock_kind chain_kind(const struct walk *walk, size_t first,
				 size_t *frame, char name[64])
{
	char inner[64] = "";

	for (size_t i = first; i < walk->nr_frames && i < first + 6; i++) {
		const struct walk_frame *f = &walk->frames[i];
		enum lock_kind kind;

		/* Behind an exception is what it interrupted. */
		if (i > first && walk_is_context(f->kind))
			break;
		name[0] = '\0';
		kind = function_kind(f->pc, walk_back(f->kind), name);
		/* It runs the function on its own CPU itself. */
		if (kind == LOCK_CALL && i > first && !waits_for_call(inner))
			kind = LOCK_NONE;
		if (kind != LOCK_NONE) {
			*frame = i;
			return kind;
		}
		memcpy(inner, name, sizeof(inner));
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

static uint64_t percpu_symbol(char *name)
{
	return read_symbol_exists(name) ? symbol_value(name) : 0;
}

/* Those that have not answered a CPU that waits in kernel/smp.c. */
static void find_calls(struct session *session, const struct stop_cpu *cpu,
		       const struct stop_regs *regs, const struct walk *walk,
		       struct cpu_waits *waits)
{
	const struct crash_memory *memory = &session->memory;
	const struct cpu_memory *own = collect_cpu(memory, cpu->cpu);
	const struct walk_stack *stack = walk_stack_of(walk, regs->sp);
	bool many = !strncmp(waits->function, "smp_call_function_many", 22);
	struct call_env env = {
		.read = env_read,
		.arg = session,
		.cfd_data = percpu_symbol("cfd_data"),
		.call_single_queue = percpu_symbol("call_single_queue"),
		.cfd_csd = layout(L_CFD_CSD),
		.csd_flags = layout(L_CSD_FLAGS),
	};

	for (size_t i = 0; own && i < memory->nr_cpus; i++) {
		const struct cpu_memory *other = &memory->cpus[i];
		enum stop_known known = STOP_NO;

		if (other == own)
			continue;
		if (many)
			known = calls_many(&env, own->base, other->base);
		else if (stack)
			known = calls_queued(&env, other->base, stack->low,
					     stack->high);
		if (known == STOP_YES)
			calls_add(&waits->calls, other->cpu);
	}
}

/* Of the context that begins with frame first, of which all is known. */
static void find_lock(struct session *session, const struct stop_cpu *cpu,
		      struct walk *walk, size_t first, struct cpu_waits *waits)
{
	uint64_t words[STACK_WORDS];
	const struct stop_regs *regs = &walk->frames[first].regs;
	struct lock_place place = { .cpu = cpu->cpu, .regs = regs,
				    .words = words };
	enum lock_kind kind, outer;
	size_t frame = first;
	char name[64];

	kind = chain_kind(walk, first, &frame, waits->function);
	if (kind == LOCK_NONE)
		return;
	waits->waits = true;
	waits->lock.kind = kind;
	if (kind == LOCK_CALL) {
		find_calls(session, cpu, regs, walk, waits);
		return;
	}
	place.nr_words = stack_words(walk, regs, words);

	struct lock_env env = lock_env(session, kind);

	lock_find(&env, kind, &place, &waits->lock);
	/* The slow path of an rwlock queues on a spinlock inside of it. */
	if (kind != LOCK_SPIN || frame + 1 >= walk->nr_frames ||
	    !waits->lock.addr)
		return;
	outer = function_kind(walk->frames[frame + 1].pc, true, name);
	if (outer == LOCK_READ || outer == LOCK_WRITE) {
		waits->lock.kind = outer;
		waits->lock.on_wait_lock = true;
		waits->lock.addr -= 4;
		read_mem(waits->lock.addr, &waits->lock.value, 4);
	}
}

static struct walk *walk_of(struct session *session, size_t i)
{
	static struct walk walk;	/* 60 KiB: not for the stack */
	const struct stop_cpu *cpu = &session->facts.cpus[i];

	collect_walk(&walk, collect_cpu(&session->memory, cpu->cpu),
		     &session->facts);
	walk_regs(&walk, &cpu->regs);
	return &walk;
}

static void analyse(struct session *session, size_t i, void *item)
{
	const struct stop_cpu *cpu = &session->facts.cpus[i];
	struct cpu_waits *waits = item;
	struct walk *walk;

	memset(waits, 0, sizeof(*waits));
	waits->lock.owner_cpu = STOP_CPU_UNKNOWN;
	if (!in_kernel(cpu))
		return;
	walk = walk_of(session, i);
	if (walk->nr_frames)
		find_lock(session, cpu, walk, 0, waits);
	collect_walk_done(walk);
}

const struct cpu_waits *waits_of(struct session *session, size_t i)
{
	static struct session_kept kept;
	static struct cpu_waits one;

	return session_keep(&kept, session, i, &one, sizeof(one), analyse);
}

bool waits_can_hold(const struct session *session, size_t i)
{
	static const char *const idle[] = {
		"default_idle_call", "arch_cpu_idle", "cpu_do_idle",
		"cpuidle_enter_state", "psci_cpu_suspend_enter",
	};
	const struct stop_cpu *cpu = &session->facts.cpus[i];

	if (!in_kernel(cpu))
		return false;
	for (size_t n = 0; cpu->pc_symbol && n < sizeof(idle) / sizeof(*idle);
	     n++) {
		size_t len = strlen(idle[n]);

		if (!strncmp(cpu->pc_symbol, idle[n], len) &&
		    cpu->pc_symbol[len] == '+')
			return false;
	}
	return true;
}

/* Behind the last frame of the context that begins with this one. */
static size_t context_end(const struct walk *walk, size_t first)
{
	size_t end = first + 1;

	while (end < walk->nr_frames &&
	       !walk_is_context(walk->frames[end].kind))
		end++;
	return end;
}

/* A stack from there on, but not what belongs to the context outside. */
static bool on_stack(struct walk *walk, uint64_t from, uint64_t outside,
		     uint64_t addr, bool *unread)
{
	const struct walk_stack *s = walk_stack_of(walk, from);
	uint64_t word, high;

	if (!s || !walk_read(walk, from & ~7ull, &word, 8)) {
		*unread = true;
		return false;
	}
	high = outside >= s->low && outside < s->high ? outside : s->high;
	for (uint64_t at = from & ~7ull; at + 8 <= high &&
	     walk_read(walk, at, &word, 8); at += 8) {
		if (word == addr)
			return true;
	}
	return false;
}

/*
 * One context: its registers, and the stacks that it uses, each from where it
 * was. At an exception the registers of the context outside were put below its
 * stack pointer: those are not this one's.
 */
static enum at_hand in_context(struct walk *walk, size_t first, uint64_t addr,
			       int *in, bool *unread)
{
	static long size = -2;
	const struct stop_regs *regs = &walk->frames[first].regs;
	const struct walk_stack *stack = walk_stack_of(walk, regs->sp);
	size_t end = context_end(walk, first);
	uint64_t outside = 0;

	/* An event has a stack of its own. */
	if (end < walk->nr_frames && walk->frames[end].kind == WALK_EXCEPTION) {
		if (size == -2)
			size = layout_size("pt_regs");
		outside = walk->frames[end].regs.sp -
			  (size > 0 ? (uint64_t)size : PT_REGS_SIZE);
	}
	for (int x = FIRST_KEPT; x <= LAST_KEPT; x++) {
		if (regs->x[x] == addr) {
			*in = x;
			return AT_HAND_KEPT;
		}
	}
	*in = -1;
	if (on_stack(walk, regs->sp, outside, addr, unread))
		return AT_HAND_KEPT;
	for (size_t f = first + 1; f < end; f++) {
		const struct walk_stack *s =
			walk_stack_of(walk, walk->frames[f].fp);

		/* It went on there from another one, as a softirq does. */
		if (s && s != stack && on_stack(walk, walk->frames[f].fp,
						outside, addr, unread))
			return AT_HAND_KEPT;
		stack = s ? s : stack;
	}
	for (int x = 0; x < FIRST_KEPT; x++) {
		if (regs->x[x] == addr) {
			*in = x;
			return AT_HAND_PASSING;
		}
	}
	return AT_HAND_NOT;
}

struct at_hand_in waits_at_hand(struct session *session, size_t i,
				uint64_t addr)
{
	const struct stop_cpu *cpu = &session->facts.cpus[i];
	struct at_hand_in best = { .how = AT_HAND_NOT };
	struct cpu_waits waits;
	struct walk *walk;

	if (!in_kernel(cpu))
		return best;
	/* Of the first context it is known. */
	waits = *waits_of(session, i);
	walk = walk_of(session, i);
	/* What lies behind where it was cut short is not known either. */
	best.unread = walk->end;
	for (size_t f = 0; f < walk->nr_frames; f = context_end(walk, f)) {
		enum at_hand how;
		int in;

		/* Nothing is known of its registers. */
		if (walk->frames[f].kind == WALK_EVENT) {
			best.unsure = true;
			continue;
		}
		if (f) {
			memset(&waits, 0, sizeof(waits));
			find_lock(session, cpu, walk, f, &waits);
		}
		if (waits.lock.addr == addr)
			continue;
		how = in_context(walk, f, addr, &in, &best.unread);
		if (how == AT_HAND_NOT)
			continue;
		/* It waits for something, and it may be this. */
		if (lock_spins(waits.lock.kind) && !waits.lock.addr) {
			best.unsure = true;
		} else if (how > best.how) {
			best.how = how;
			best.in = in;
			best.interrupted = f;
		}
	}
	collect_walk_done(walk);
	return best;
}
