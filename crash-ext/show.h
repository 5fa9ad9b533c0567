/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.h: one CPU's context in full, for people. Pure C.
 */
#ifndef SDEI_STOP_SHOW_H
#define SDEI_STOP_SHOW_H

#include <stdio.h>

#include "collect.h"
#include "facts.h"
#include "walk.h"
#include "wedge.h"

/* Names an address as collect_symbol() and collect_object() do. */
typedef const char *(*symbol_fn)(uint64_t addr, bool is_return, char *buf,
				 size_t len);
typedef const char *(*object_fn)(uint64_t addr, char *buf, size_t len);

/* What a context is shown from; any of the pointers but cpu may be NULL. */
struct context {
	const struct session *session;
	const struct stop_cpu *cpu;
	const struct cpu_memory *memory;
	struct walk *walk;		/* walked, when the CPU has registers */
	const struct wedge *wedge;
	const char *pc_line, *lr_line;	/* source lines */
	unsigned int kernel_el;		/* exception level of the kernel; 0: ? */
	bool by_event;			/* registers are the SDEI event's */
	symbol_fn symbol;
	object_fn object;
};

/*
 * How it was stopped, what it waited for, when, its registers and its call
 * chain.
 */
void print_context(FILE *fp, const struct context *context);

/* What it waited for, with whom and for how long. */
void print_wedge(FILE *fp, const struct session *session, uint32_t cpu,
		 const struct wedge *wedge, symbol_fn symbol,
		 object_fn object);

#endif /* SDEI_STOP_SHOW_H */
