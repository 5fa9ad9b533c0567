/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk.h: the call chain of one arm64 register set, over stacks that are
 * already in memory. Pure C: knows nothing of crash.
 *
 * crash's own unwinder starts every CPU at what it takes for the kdump code:
 * it scans the task's and the interrupt stack for return addresses into
 * crash_save_cpu() and friends, knows no SDEI stack, and is not initialised
 * under --minimal. A wedged CPU's registers are of the interrupted context
 * already, so the frame records can be followed from there and nothing needs
 * to be guessed.
 */
#ifndef SDEI_STOP_WALK_H
#define SDEI_STOP_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

struct walk_stack {
	const char *name;	/* "task", "IRQ", "SDEI normal", ... */
	uint64_t low, high;	/* [low, high) */
	const unsigned char *data; /* its bytes, or NULL: not (yet) read */
	bool unreadable;
};

enum walk_kind {
	WALK_PC,		/* the pc of the register set itself */
	WALK_LR,		/* its link register: no frame record yet */
	WALK_CALLER,		/* a return address out of a frame record */
	WALK_TRACED,		/* one that a tracer keeps: its trampoline */
	WALK_EXCEPTION,		/* pc of a context that took an exception */
	WALK_EVENT,		/* that took an SDEI event: without registers */
};

/* A return address is behind the call, which may be the last of its function. */
static inline unsigned int walk_back(enum walk_kind kind)
{
	return kind == WALK_LR || kind == WALK_CALLER ? 4 : 0;
}

/* A context begins with this frame: behind it is what it interrupted. */
static inline bool walk_is_context(enum walk_kind kind)
{
	return kind == WALK_EXCEPTION || kind == WALK_EVENT;
}

struct walk_frame {
	enum walk_kind kind;
	uint64_t pc;
	uint64_t fp;		/* x29 while it ran: its own frame record; or ... */
	bool no_record;		/* ... sp, for a function that has none */
	const char *stack;	/* where fp lies; NULL: nowhere */
	struct stop_regs regs;	/* of WALK_PC and WALK_EXCEPTION */
};

#define WALK_MAX_STACKS	8
#define WALK_MAX_FRAMES	128

struct walk {
	struct walk_stack stacks[WALK_MAX_STACKS];
	size_t nr_stacks;
	bool partial;		/* these are not all of its stacks */
	uint64_t pac_mask;	/* KERNELPACMASK; 0: no pointer authentication */

	/* Offset of pt_regs.stackframe, or < 0: unknown. */
	long pt_regs_stackframe;
	/* Since Linux 6.13 a frame record of zeros has a type behind it. */
	bool meta_frames;

	/*
	 * The function that addr lies in: its start, and its name if name is
	 * not NULL. 0: no kernel text.
	 */
	uint64_t (*function)(void *arg, uint64_t addr, const char **name);
	/*
	 * Fills the data of a stack that the walk has come to; sets unreadable
	 * when it cannot. NULL: what has no data cannot be read.
	 */
	void (*load)(void *arg, struct walk_stack *stack);
	void *arg;

	struct walk_frame frames[WALK_MAX_FRAMES];
	size_t nr_frames;
	const char *end;	/* why it ended; NULL: at the end of the stack */
	bool user;		/* it ended at an entry from user space ... */
	struct stop_regs user_regs; /* ... with these registers, if they ... */
	bool has_user_regs;	/* ... could be read */
};

/* The stack that addr lies in, or NULL. */
const struct walk_stack *walk_stack_of(const struct walk *walk, uint64_t addr);

/* len bytes at addr, which lie in one stack. */
bool walk_read(struct walk *walk, uint64_t addr, void *to, size_t len);

/* A kernel pointer without its authentication code, whose bits pac_mask has. */
uint64_t walk_strip_pac(uint64_t pac_mask, uint64_t pointer);

/*
 * Fills frames, nr_frames, end and user from regs. Ends for any contents of
 * the stacks: a stack is left once only, and addresses on it must rise.
 */
void walk_regs(struct walk *walk, const struct stop_regs *regs);

#endif /* SDEI_STOP_WALK_H */
