// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * walk.c: follows arm64 frame records (x29: saved x29, return address) over
 * stacks that are in memory, through exceptions and changes of the stack.
 */
#include "walk.h"

#include <string.h>

/* arch/arm64/include/asm/stacktrace/frame.h, Linux 6.13 */
#define FRAME_META_FINAL	1
#define FRAME_META_PT_REGS	2

/* Bit 55 selects the half of the address space whatever the PAC bits are. */
#define KERNEL_HALF		(1ull << 55)

const struct walk_stack *walk_stack_of(const struct walk *walk, uint64_t addr)
{
	for (size_t i = 0; i < walk->nr_stacks; i++) {
		const struct walk_stack *s = &walk->stacks[i];

		if (addr >= s->low && addr < s->high)
			return s;
	}
	return NULL;
}

uint64_t walk_strip_pac(uint64_t pac_mask, uint64_t pointer)
{
	return pointer & KERNEL_HALF ? pointer | pac_mask : pointer & ~pac_mask;
}

bool walk_read(struct walk *walk, uint64_t addr, void *to, size_t len)
{
	const struct walk_stack *s = walk_stack_of(walk, addr);

	if (!s || s->high - addr < len)
		return false;
	if (!s->data && !s->unreadable && walk->load)
		walk->load(walk->arg, &walk->stacks[s - walk->stacks]);
	if (!s->data)
		return false;
	memcpy(to, s->data + (addr - s->low), len);
	return true;
}

static uint64_t function_of(const struct walk *walk, uint64_t addr,
			    const char **name)
{
	*name = NULL;
	return walk->function(walk->arg, addr, name);
}

/*
 * A return address is behind the call: after a call that does not return it
 * is the start of the next function.
 */
static uint64_t caller_of(const struct walk *walk, uint64_t ret,
			  const char **name)
{
	return ret < 4 ? 0 : function_of(walk, ret - 4, name);
}

/*
 * The function graph tracer and return probes put the address of their own code
 * in the place of a return address, and only they know that one.
 */
static bool is_traced(const struct walk *walk, uint64_t ret)
{
	const char *name;

	return function_of(walk, ret, &name) == ret && name &&
	       (!strcmp(name, "return_to_handler") ||
		!strcmp(name, "arch_rethook_trampoline") ||
		!strcmp(name, "__kretprobe_trampoline") ||
		!strcmp(name, "kretprobe_trampoline"));
}

static struct walk_frame *add_frame(struct walk *walk, enum walk_kind kind,
				    uint64_t pc, uint64_t fp)
{
	if (walk->nr_frames == WALK_MAX_FRAMES) {
		walk->end = "more frames than shown";
		return NULL;
	}
	struct walk_frame *f = &walk->frames[walk->nr_frames++];
	const struct walk_stack *s = walk_stack_of(walk, fp);

	memset(f, 0, sizeof(*f));
	f->kind = kind;
	f->pc = pc;
	f->fp = fp;
	f->stack = s ? s->name : NULL;
	return f;
}

/*
 * The first function of a register set, and its caller where only the link
 * register knows that: a leaf function, and any function in its first and last
 * instructions, has no frame record, and x29 is still its caller's. Where a
 * record exists, the link register is either the same return address or points
 * back into the function after a call it made.
 */
static bool add_regs(struct walk *walk, enum walk_kind kind,
		     const struct stop_regs *regs)
{
	const char *name;
	uint64_t lr = walk_strip_pac(walk->pac_mask, regs->x[30]);
	uint64_t record[2] = { 0, 0 };
	uint64_t in_lr = caller_of(walk, lr, &name);
	bool leaf = in_lr && function_of(walk, regs->pc, &name) != in_lr &&
		    !(walk_read(walk, regs->x[29], record, sizeof(record)) &&
		      walk_strip_pac(walk->pac_mask, record[1]) == lr);
	struct walk_frame *f = add_frame(walk, kind, regs->pc,
					 leaf ? regs->sp : regs->x[29]);

	if (!f)
		return false;
	f->no_record = leaf;
	f->regs = *regs;
	return !leaf || add_frame(walk, is_traced(walk, lr) ? WALK_TRACED :
				  WALK_LR, lr, regs->x[29]);
}

static bool read_pt_regs(struct walk *walk, uint64_t fp,
			 struct stop_regs *regs)
{
	/* struct pt_regs begins with struct user_pt_regs. */
	return walk->pt_regs_stackframe >= 0 &&
	       walk_read(walk, fp - (uint64_t)walk->pt_regs_stackframe, regs,
			  sizeof(*regs));
}

/*
 * Vectors of arch/arm64/kernel/entry.S: el1h_64_irq, el0t_64_sync, ..., and what
 * they come to when the stack has overflown.
 */
static bool exception_entry(const char *name, char level)
{
	if (name && level == '1' && !strcmp(name, "__bad_stack"))
		return true;
	return name && !strncmp(name, "el", 2) && name[2] == level &&
	       (name[3] == 't' || name[3] == 'h') &&
	       (!strncmp(name + 4, "_64_", 4) ||
		!strncmp(name + 4, "_32_", 4)) &&
	       (!strcmp(name + 8, "sync") || !strcmp(name + 8, "irq") ||
		!strcmp(name + 8, "fiq") || !strcmp(name + 8, "error"));
}

/*
 * Where the kernel goes on on another stack (arch/arm64/kernel/entry.S, before
 * Linux 5.15 el1_irq and el0_irq; efi-rt-wrapper.S), besides exceptions.
 */
static bool leaves_stack(const char *function)
{
	static const char *const names[] = {
		"call_on_irq_stack", "__sdei_asm_handler",
		"__efi_rt_asm_wrapper", "el1_irq", "el0_irq",
	};

	for (size_t i = 0; function && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(function, names[i]))
			return true;
	return exception_entry(function, '1') || exception_entry(function, '0');
}

static bool is_any(const char *function, const char *one, const char *other)
{
	return function && (!strcmp(function, one) ||
			    (other && !strcmp(function, other)));
}

/* pt_regs is the last on a stack, and the record nearly the last in it. */
#define LAST_RECORD	64

/*
 * Whether the record of zeros at fp is where a chain ends: that of the entry
 * from user space, or what a task and a CPU begin with. Zeros may be anywhere
 * else, on a stack that something has written over.
 */
static bool is_last(struct walk *walk, const struct walk_stack *s, uint64_t fp,
		    const char *function)
{
	uint64_t type;

	/* An event has interrupted user space, or a guest. */
	if (is_any(function, "__sdei_asm_handler", NULL))
		return true;
	/* A CPU's first function was called with zeros until Linux 5.14. */
	if (is_any(function, "start_kernel", "secondary_start_kernel"))
		return true;
	if (walk->meta_frames)
		return walk_read(walk, fp + 16, &type, 8) &&
		       type == FRAME_META_FINAL;
	return s->high - fp <= LAST_RECORD;
}

/* The record of zeros at fp: the end, or the border to another context. */
static bool zero_record(struct walk *walk, const struct walk_stack *s,
			uint64_t fp, const char *function,
			struct stop_regs *regs)
{
	uint64_t type;

	if (walk->meta_frames && walk_read(walk, fp + 16, &type, 8) &&
	    type == FRAME_META_PT_REGS) {
		if (read_pt_regs(walk, fp, regs) && !stop_regs_user(regs))
			return true;
		walk->end = "the registers of an exception cannot be read";
		return false;
	}
	if (!is_last(walk, s, fp, function)) {
		walk->end = "a frame record of zeros, which is not the last of its stack";
		return false;
	}
	if (exception_entry(function, '0')) {
		walk->user = true;
		walk->has_user_regs = read_pt_regs(walk, fp, &walk->user_regs) &&
				      stop_regs_user(&walk->user_regs);
	}
	return false;
}

/*
 * Adds what took the exception, or the SDEI event, whose entry code the chain
 * has come to: its record has the pc itself, not a return address. Where the
 * registers are known, they are the whole context.
 */
static bool add_interrupted(struct walk *walk, uint64_t fp, uint64_t record[2],
			    const char **function, struct stop_regs *regs)
{
	if (!strcmp(*function, "__sdei_asm_handler")) {
		if (!add_frame(walk, WALK_EVENT, record[1], record[0]))
			return false;
		function_of(walk, record[1], function);
		return true;
	}
	if (!read_pt_regs(walk, fp, regs) || regs->pc != record[1]) {
		walk->end = "the registers of an exception cannot be read";
		return false;
	}
	if (!add_regs(walk, WALK_EXCEPTION, regs))
		return false;
	function_of(walk, regs->pc, function);
	record[0] = regs->x[29];
	return true;
}

/*
 * Whether the record at fp is one of entry code, with the pc of what it has
 * interrupted. Where a chain has come to that code by a pc in it, the record must
 * show that it is.
 */
static bool is_entry(struct walk *walk, const char *function, uint64_t fp,
		     uint64_t pc, bool by_pc)
{
	struct stop_regs regs;

	if (is_any(function, "__sdei_asm_handler", NULL))
		return !by_pc;
	return exception_entry(function, '1') &&
	       (!by_pc || (read_pt_regs(walk, fp, &regs) && regs.pc == pc));
}

void walk_regs(struct walk *walk, const struct stop_regs *first)
{
	struct stop_regs regs = *first;
	bool left[WALK_MAX_STACKS] = { false };
	const struct walk_stack *on = NULL;
	const char *function;
	uint64_t fp = regs.x[29], lowest = 0;
	bool may_leave = false;
	/* Entry code that a pc lies in may not have made its record yet. */
	bool by_pc = true;

	walk->nr_frames = 0;
	walk->end = NULL;
	walk->user = walk->has_user_regs = false;

	if (stop_regs_user(&regs)) {
		walk->end = "the context is not the kernel's";
		return;
	}
	if (!add_regs(walk, WALK_PC, &regs))
		return;
	function_of(walk, regs.pc, &function);

	for (;;) {
		const struct walk_stack *s = walk_stack_of(walk, fp);
		uint64_t record[2];
		bool traced;

		/* So a kernel thread's chain ended until Linux 5.14. */
		if (!fp && !walk->meta_frames &&
		    is_any(function, "ret_from_fork", NULL))
			return;
		if (!s || fp & 7) {
			walk->end = walk->partial ?
				    "x29 leads to no stack that is known" :
				    "x29 leads to no stack of this CPU";
			return;
		}
		if (s != on) {
			if (left[s - walk->stacks]) {
				walk->end = "x29 leads back to a stack";
				return;
			}
			/* A stack may be in two pieces here, one above the other. */
			if (on && !may_leave && s->low != on->high) {
				walk->end = "x29 leads to another stack";
				return;
			}
			if (on)
				left[on - walk->stacks] = true;
			on = s;
		} else if (fp < lowest) {
			walk->end = "x29 leads down the stack";
			return;
		}
		lowest = fp + 16;
		if (!walk_read(walk, fp, record, sizeof(record))) {
			walk->end = s->data ? "x29 leads out of the stack" :
				"the stack cannot be read";
			return;
		}

		uint64_t ret = walk_strip_pac(walk->pac_mask, record[1]);

		if (!record[0] && !ret) {
			if (!zero_record(walk, s, fp, function, &regs) ||
			    !add_regs(walk, WALK_EXCEPTION, &regs))
				return;
			function_of(walk, regs.pc, &function);
			fp = regs.x[29];
			may_leave = by_pc = true;
			continue;
		}
		if (is_entry(walk, function, fp, record[1], by_pc)) {
			if (!add_interrupted(walk, fp, record, &function,
					     &regs))
				return;
			fp = record[0];
			may_leave = by_pc = true;
			continue;
		}
		by_pc = false;
		traced = is_traced(walk, ret);
		if (!add_frame(walk, traced ? WALK_TRACED : WALK_CALLER, ret,
			       record[0]))
			return;
		function = NULL;
		/* It may lie in a module that crash knows nothing of. */
		if (!traced && !caller_of(walk, ret, &function) &&
		    (!(ret & KERNEL_HALF) || ret & 3)) {
			walk->end = "not an address of kernel code";
			return;
		}
		fp = record[0];
		/* Who knows what called what is traced. */
		may_leave = traced || leaves_stack(function);
	}
}
