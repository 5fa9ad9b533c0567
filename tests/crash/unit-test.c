// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit-test.c: the pure parts of the extension, on stacks, notes and options
 * written by hand. The layouts are those of arch/arm64/kernel/entry.S.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compare.h"
#include "options.h"
#include "walk.h"

#define TASK	0xffff800080010000ull
#define IRQ	0xffff800080020000ull
#define SIZE	0x1000
#define EL1H	0x3c5		/* DAIF masked, EL1h */

/* Functions of the imaginary kernel, 0x100 bytes each. */
#define TEXT	0xffffd00000000000ull
enum { INNER, MIDDLE, OUTER, EL1_IRQ, EL0_SYNC, BAD_STACK, SDEI, ON_IRQ_STACK,
       BEFORE, TRACER, START_KERNEL, FROM_FORK, NR_FUNCTIONS };
static const char *const names[] = { "inner", "middle", "outer", "el1h_64_irq",
				     "el0t_64_sync", "__bad_stack",
				     "__sdei_asm_handler", "call_on_irq_stack",
				     "ftrace_stub_graph", "return_to_handler",
				     "start_kernel", "ret_from_fork" };
/* The last record, in the last pt_regs of the stack. */
#define END	(TASK + SIZE - 32)
#define IN(function, offset)	(TEXT + (function) * 0x100 + (offset))

static uint64_t task[SIZE / 8], irq[SIZE / 8];
static struct walk walk;
static struct stop_regs regs;

static uint64_t function(void *arg, uint64_t addr, const char **name)
{
	(void)arg;
	if (addr < TEXT || addr >= IN(NR_FUNCTIONS, 0))
		return 0;
	if (name)
		*name = names[(addr - TEXT) / 0x100];
	return addr & ~0xffull;
}

static int setup(void **state)
{
	(void)state;
	memset(task, 0, sizeof(task));
	memset(irq, 0, sizeof(irq));
	memset(&walk, 0, sizeof(walk));
	memset(&regs, 0, sizeof(regs));
	walk.stacks[0] = (struct walk_stack){ .name = "task", .low = TASK,
					      .high = TASK + SIZE,
					      .data = (unsigned char *)task };
	walk.stacks[1] = (struct walk_stack){ .name = "IRQ", .low = IRQ,
					      .high = IRQ + SIZE,
					      .data = (unsigned char *)irq };
	walk.nr_stacks = 2;
	walk.pt_regs_stackframe = 304;
	walk.function = function;
	regs.pstate = EL1H;
	return 0;
}

static void record(uint64_t at, uint64_t fp, uint64_t ret)
{
	uint64_t *words = at >= IRQ ? irq + (at - IRQ) / 8 :
				      task + (at - TASK) / 8;

	words[0] = fp;
	words[1] = ret;
}

static void expect_chain(size_t nr, const uint64_t *pcs)
{
	assert_int_equal(walk.nr_frames, nr);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(walk.frames[i].pc, pcs[i]);
}
#define CHAIN(...) expect_chain(sizeof((uint64_t[]){ __VA_ARGS__ }) / 8, \
				(uint64_t[]){ __VA_ARGS__ })

static void plain_chain(void **state)
{
	(void)state;
	/* inner has made a call: its link register points into itself */
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + 0x200, IN(MIDDLE, 0x30));
	record(TASK + 0x200, END, IN(OUTER, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(MIDDLE, 0x30), IN(OUTER, 0x30));
	assert_null(walk.end);
	assert_false(walk.user);
	assert_int_equal(walk.frames[0].fp, TASK + 0x100);
	assert_string_equal(walk.frames[1].stack, "task");
}

static void leaf_function(void **state)
{
	(void)state;
	/* x29 is middle's: that inner was called by it, only lr knows */
	regs.pc = IN(INNER, 8);
	regs.sp = TASK + 0x100;
	regs.x[30] = IN(MIDDLE, 0x30);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + 0x200, IN(OUTER, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 8), IN(MIDDLE, 0x30), IN(OUTER, 0x30));
	assert_int_equal(walk.frames[1].kind, WALK_LR);
	assert_int_equal(walk.frames[2].kind, WALK_CALLER);
}

static void call_that_does_not_return(void **state)
{
	(void)state;
	/* the call is inner's last instruction: lr is middle's first */
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(MIDDLE, 0);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + 0x200, IN(OUTER, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(OUTER, 0x30));
}

static void jump_to_nothing(void **state)
{
	(void)state;
	regs.pc = 0;
	regs.sp = TASK + 0x100;
	regs.x[30] = IN(MIDDLE, 0x30);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + 0x200, IN(OUTER, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(0, IN(MIDDLE, 0x30), IN(OUTER, 0x30));
}

static void pointer_authentication(void **state)
{
	(void)state;
	const uint64_t mask = 0x007f000000000000ull | 0xff00000000000000ull;

	walk.pac_mask = mask;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + 0x200,
	       (IN(MIDDLE, 0x30) & ~mask) | 0x12b4000000000000ull);
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(MIDDLE, 0x30));
}

/* An interrupt: from the IRQ stack to the task's, through pt_regs. */
static void exception(bool meta)
{
	const uint64_t pt_regs = TASK + 0x400, frame = pt_regs + 304;
	uint64_t *words = task + 0x400 / 8;

	walk.meta_frames = meta;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = IRQ + 0x100;
	record(IRQ + 0x100, frame, IN(EL1_IRQ, 0x30));
	/* the interrupted context, in a leaf function */
	words[29] = TASK + 0x600;
	words[30] = IN(OUTER, 0x50);
	words[31] = TASK + 0x560;
	words[32] = IN(MIDDLE, 0x10);
	words[33] = EL1H & ~0x80;
	if (meta) {
		record(frame, 0, 0);
		words[(304 + 16) / 8] = 2;
	} else {
		record(frame, TASK + 0x600, IN(MIDDLE, 0x10));
	}
	record(TASK + 0x600, END, IN(OUTER, 0x80));
	task[(END + 16 - TASK) / 8] = 1;
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(EL1_IRQ, 0x30), IN(MIDDLE, 0x10),
	      IN(OUTER, 0x50), IN(OUTER, 0x80));
	assert_int_equal(walk.frames[2].kind, WALK_EXCEPTION);
	assert_int_equal(walk.frames[2].regs.sp, TASK + 0x560);
	assert_int_equal(walk.frames[3].kind, WALK_LR);
	assert_string_equal(walk.frames[0].stack, "IRQ");
	assert_string_equal(walk.frames[4].stack, "task");
	assert_null(walk.end);
}

static void exception_frame_record(void **state)
{
	(void)state;
	exception(false);
}

static void exception_meta_record(void **state)
{
	(void)state;
	exception(true);
}

static void entry_from_user_space(void **state)
{
	(void)state;
	uint64_t *words = task + (END - 304 - TASK) / 8;

	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, END, IN(EL0_SYNC, 0x30));
	words[31] = 0x7ffff000;
	words[32] = 0x400123;
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(EL0_SYNC, 0x30));
	assert_true(walk.user && walk.has_user_regs);
	assert_int_equal(walk.user_regs.pc, 0x400123);
}

static void user_space_has_no_chain(void **state)
{
	(void)state;
	regs.pstate = 0;
	regs.x[29] = TASK + 0x100;
	walk_regs(&walk, &regs);
	assert_int_equal(walk.nr_frames, 0);
	assert_non_null(walk.end);
}

static void hostile_chains_end(void **state)
{
	static const uint64_t next[] = {
		TASK + 0x100,		/* itself */
		TASK + 0x80,		/* down */
		TASK + 0x108,		/* overlapping */
		TASK + SIZE - 8,	/* half outside */
		0xdead000000000000ull,	/* nowhere */
		~7ull,
		TASK + 0x203,		/* unaligned */
	};

	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	for (size_t i = 0; i < sizeof(next) / sizeof(*next); i++) {
		memset(task, 0, sizeof(task));
		regs.x[29] = TASK + 0x100;
		record(TASK + 0x100, next[i], IN(MIDDLE, 0x30));
		walk_regs(&walk, &regs);
		CHAIN(IN(INNER, 0x40), IN(MIDDLE, 0x30));
		assert_non_null(walk.end);
	}
}

static void two_stacks_in_a_circle(void **state)
{
	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, IRQ + 0x100, IN(ON_IRQ_STACK, 0x30));
	record(IRQ + 0x100, TASK + 0x200, IN(ON_IRQ_STACK, 0x40));
	walk_regs(&walk, &regs);
	assert_non_null(walk.end);
	CHAIN(IN(INNER, 0x40), IN(ON_IRQ_STACK, 0x30), IN(ON_IRQ_STACK, 0x40));
}

/* A stack that was written over with zeros. */
static void zeros_are_no_end(void **state)
{
	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + 0x200, IN(MIDDLE, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(MIDDLE, 0x30));
	assert_non_null(walk.end);
	/* Nor at the end, where that has a type. */
	walk.meta_frames = true;
	record(TASK + 0x100, END, IN(MIDDLE, 0x30));
	walk_regs(&walk, &regs);
	assert_non_null(walk.end);
	task[(END + 16 - TASK) / 8] = 1;
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(MIDDLE, 0x30));
	assert_null(walk.end);
}

/* No function but those of the kernel's entry code changes the stack. */
static void stack_is_left_for_a_reason(void **state)
{
	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = IRQ + 0x100;
	record(IRQ + 0x100, TASK + 0x100, IN(ON_IRQ_STACK, 0x30));
	record(TASK + 0x100, END, IN(MIDDLE, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(ON_IRQ_STACK, 0x30), IN(MIDDLE, 0x30));
	assert_null(walk.end);
	record(IRQ + 0x100, TASK + 0x100, IN(OUTER, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(OUTER, 0x30));
	assert_string_equal(walk.end, "x29 leads to another stack");
}

/* The first instruction of a function: its neighbour is not to be blamed. */
static void overflow_names_the_pc(void **state)
{
	const uint64_t pt_regs = IRQ + 0x400;
	uint64_t *words = irq + 0x400 / 8;

	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = IRQ + 0x100;
	record(IRQ + 0x100, pt_regs + 304, IN(BAD_STACK, 0x30));
	words[29] = TASK + 0x600;
	words[30] = IN(OUTER, 0x50);
	words[31] = TASK - 16;
	words[32] = IN(MIDDLE, 0);
	words[33] = EL1H;
	record(pt_regs + 304, TASK + 0x600, IN(MIDDLE, 0));
	record(TASK + 0x600, END, IN(OUTER, 0x80));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(BAD_STACK, 0x30), IN(MIDDLE, 0),
	      IN(OUTER, 0x50), IN(OUTER, 0x80));
	assert_int_equal(walk.frames[2].kind, WALK_EXCEPTION);
	assert_int_equal(walk_back(walk.frames[2].kind), 0);
	assert_null(walk.end);
}

static void event_names_the_pc(void **state)
{
	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = IRQ + 0x100;
	record(IRQ + 0x100, IRQ + 0x200, IN(SDEI, 0x30));
	record(IRQ + 0x200, TASK + 0x600, IN(MIDDLE, 0));
	record(TASK + 0x600, END, IN(OUTER, 0x80));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(SDEI, 0x30), IN(MIDDLE, 0), IN(OUTER, 0x80));
	assert_int_equal(walk.frames[2].kind, WALK_EVENT);
	assert_null(walk.end);
	/* User space, or a guest. */
	record(IRQ + 0x200, 0, 0);
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(SDEI, 0x30));
	assert_null(walk.end);
	assert_false(walk.user);
}

/* Without registers of it, the chain does not go on as if nothing had been. */
static void exception_without_registers(void **state)
{
	(void)state;
	walk.pt_regs_stackframe = -1;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + 0x200, IN(EL1_IRQ, 0x30));
	record(TASK + 0x200, TASK + 0x600, IN(MIDDLE, 0));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(EL1_IRQ, 0x30));
	assert_non_null(walk.end);
}

/* Before it has made its record, entry code has that of what it interrupted. */
static void pc_in_entry_code(void **state)
{
	(void)state;
	regs.pc = IN(EL1_IRQ, 0x10);
	regs.x[30] = IN(MIDDLE, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, END, IN(OUTER, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(EL1_IRQ, 0x10), IN(MIDDLE, 0x20), IN(OUTER, 0x30));
	assert_null(walk.end);
}

/* Before Linux 5.14: without a pt_regs of its own, and with x29 0. */
static void ends_of_old_kernels(void **state)
{
	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + SIZE - 112, IN(START_KERNEL, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(START_KERNEL, 0x30));
	assert_null(walk.end);
	record(TASK + 0x100, 0, IN(FROM_FORK, 0x10));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(FROM_FORK, 0x10));
	assert_null(walk.end);
	record(TASK + 0x100, 0, IN(OUTER, 0x10));
	walk_regs(&walk, &regs);
	assert_non_null(walk.end);
}

static void tracer_has_the_caller(void **state)
{
	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK + 0x100;
	record(TASK + 0x100, TASK + 0x200, IN(TRACER, 0));
	record(TASK + 0x200, END, IN(OUTER, 0x30));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(TRACER, 0), IN(OUTER, 0x30));
	assert_int_equal(walk.frames[1].kind, WALK_TRACED);
	assert_int_equal(walk_back(walk.frames[1].kind), 0);
	assert_null(walk.end);
	/* It may be the first one on its stack. */
	regs.x[29] = IRQ + 0x100;
	record(IRQ + 0x100, TASK + 0x200, IN(TRACER, 0));
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(TRACER, 0), IN(OUTER, 0x30));
	assert_null(walk.end);
	regs.x[29] = TASK + 0x100;
	/* The same in a link register. */
	regs.x[30] = IN(TRACER, 0);
	record(TASK + 0x100, TASK + 0x200, IN(OUTER, 0x20));
	walk_regs(&walk, &regs);
	assert_int_equal(walk.frames[1].kind, WALK_TRACED);
}

static void long_chain_is_cut(void **state)
{
	(void)state;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(INNER, 0x20);
	regs.x[29] = TASK;
	for (uint64_t at = TASK; at + 32 < TASK + SIZE; at += 16)
		record(at, at + 16, IN(OUTER, 0x30));
	walk_regs(&walk, &regs);
	assert_int_equal(walk.nr_frames, WALK_MAX_FRAMES);
	assert_non_null(walk.end);
}

static void stack_that_cannot_be_read(void **state)
{
	(void)state;
	walk.stacks[0].data = NULL;
	regs.pc = IN(INNER, 0x40);
	regs.x[30] = IN(MIDDLE, 0x20);
	regs.x[29] = TASK + 0x100;
	walk_regs(&walk, &regs);
	CHAIN(IN(INNER, 0x40), IN(MIDDLE, 0x20));
	assert_non_null(walk.end);
}

static struct stop_cpu note(uint32_t cpu, bool tagged, uint64_t pc)
{
	struct stop_cpu c = { .cpu = cpu, .has_note = true, .has_regs = true };

	c.tag_state = tagged ? STOP_TAG_VALID : STOP_TAG_ABSENT;
	c.tag.cpu = tagged ? cpu : 0;
	c.regs.pc = pc;
	return c;
}

static size_t compared(struct stop_cpu *a, size_t nr_a, struct stop_cpu *b,
		       size_t nr_b)
{
	struct stop_facts memory = { .cpus = a, .nr_cpus = nr_a };
	struct stop_facts file = { .cpus = b, .nr_cpus = nr_b };
	struct compare compare = { .differs = NULL };

	compare_notes(&compare, &memory, &file);
	assert_int_equal(compare.nr_file, nr_b);
	return compare.nr_differ;
}

static void notes_are_compared(void **state)
{
	struct stop_cpu a[] = { note(0, true, 1), note(1, false, 2),
				note(2, false, 3) };
	/* the file has them in another order; untagged ones do not swap */
	struct stop_cpu b[] = { note(1, false, 2), note(2, false, 3),
				note(0, true, 1) };
	struct stop_cpu c[] = { note(2, false, 3), note(1, false, 2),
				note(0, true, 1) };

	(void)state;
	assert_int_equal(compared(a, 3, b, 3), 0);
	assert_int_equal(compared(a, 3, c, 3), 2);
	assert_int_equal(compared(a, 3, b, 2), 1);	/* none in the file */
	assert_int_equal(compared(a, 2, b, 3), 1);	/* none in memory */
	b[2].tag.stop_ns = 5;
	assert_int_equal(compared(a, 3, b, 3), 1);
	b[2].tag.stop_ns = 0;
	b[0].regs.x[7] = 1;
	assert_int_equal(compared(a, 3, b, 3), 1);
}

static bool parse(struct stop_options *options, int argc, char **argv)
{
	memset(options, 0, sizeof(*options));
	return stop_options_parse(options, argc, argv);
}

static void options_are_parsed(void **state)
{
	char *list[] = { "sdei_stop", "-w", "-c", "0,2-3,65535", NULL };
	static char *const wrong[] = { "", "a", "1-", "-1", "1,,2", "1,", "3-2",
				       "65536", "99999999999999999999", "1 2" };
	struct stop_options o;

	(void)state;
	assert_true(parse(&o, 4, list));
	assert_int_equal(o.mode, STOP_CONTEXTS);
	assert_int_equal(o.nr_ranges, 3);
	assert_true(stop_options_want(&o, 0) && stop_options_want(&o, 3) &&
		    stop_options_want(&o, 65535));
	assert_false(stop_options_want(&o, 1) || stop_options_want(&o, 4));
	stop_options_destroy(&o);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		list[3] = wrong[i];
		assert_false(parse(&o, 4, list));
		stop_options_destroy(&o);
	}

	char *more[] = { "sdei_stop", "-m", "sdei,nmi", "-o", "after",
			 "--problems", "-j", NULL };
	char *one[] = { "sdei_stop", "-s", "12", NULL };
	char *two_modes[] = { "sdei_stop", "-w", "-t", NULL };

	assert_true(parse(&o, 7, more));
	assert_int_equal(o.mode, STOP_JSON);
	assert_true(o.problems && o.order == STOP_ORDER_AFTER);
	assert_int_equal(o.mechanisms, 1 << 3 | 1 << 4);
	assert_true(parse(&o, 3, one));
	assert_int_equal(o.mode, STOP_SWITCH);
	assert_int_equal(o.cpu, 12);
	assert_false(parse(&o, 3, two_modes));

	/* What would do nothing is refused. */
	static char *const idle[][2] = {
		{ "-t", "-c1" }, { "-t", "--problems" }, { "-t", "-l" },
		{ "-e", "-msdei" }, { "-e", "--problems" }, { "-e", "-ocpu" },
		{ "-w", "-ocpu" }, { "-x", "-opid" }, { "-x", "-l" },
		{ "-s1", "-c1" }, { "-u", "-l" },
	};

	for (size_t i = 0; i < sizeof(idle) / sizeof(*idle); i++) {
		char *args[] = { "sdei_stop", idle[i][0], idle[i][1], NULL };

		assert_false(parse(&o, 3, args));
		stop_options_destroy(&o);
	}
	char *useful[] = { "sdei_stop", "-w", "-l", "-c1", NULL };

	assert_true(parse(&o, 4, useful));
	stop_options_destroy(&o);

	/* None: every CPU. Again, as the same process does. */
	assert_true(parse(&o, 1, list));
	assert_true(stop_options_want(&o, 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(plain_chain, setup),
		cmocka_unit_test_setup(leaf_function, setup),
		cmocka_unit_test_setup(call_that_does_not_return, setup),
		cmocka_unit_test_setup(jump_to_nothing, setup),
		cmocka_unit_test_setup(pointer_authentication, setup),
		cmocka_unit_test_setup(exception_frame_record, setup),
		cmocka_unit_test_setup(exception_meta_record, setup),
		cmocka_unit_test_setup(entry_from_user_space, setup),
		cmocka_unit_test_setup(user_space_has_no_chain, setup),
		cmocka_unit_test_setup(hostile_chains_end, setup),
		cmocka_unit_test_setup(two_stacks_in_a_circle, setup),
		cmocka_unit_test_setup(zeros_are_no_end, setup),
		cmocka_unit_test_setup(stack_is_left_for_a_reason, setup),
		cmocka_unit_test_setup(overflow_names_the_pc, setup),
		cmocka_unit_test_setup(event_names_the_pc, setup),
		cmocka_unit_test_setup(exception_without_registers, setup),
		cmocka_unit_test_setup(pc_in_entry_code, setup),
		cmocka_unit_test_setup(ends_of_old_kernels, setup),
		cmocka_unit_test_setup(tracer_has_the_caller, setup),
		cmocka_unit_test_setup(long_chain_is_cut, setup),
		cmocka_unit_test_setup(stack_that_cannot_be_read, setup),
		cmocka_unit_test(notes_are_compared),
		cmocka_unit_test(options_are_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
