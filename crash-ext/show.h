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

/*
 * How it was stopped, when, its registers and its call chain. cpu and walk may
 * be NULL when memory tells nothing of that CPU. walk->frames are filled here.
 * symbol names an address as collect_symbol() does.
 */
typedef const char *(*symbol_fn)(uint64_t addr, bool is_return, char *buf,
				   size_t len);

void print_context(FILE *fp, const struct stop_facts *facts,
		  const struct stop_cpu *cpu, const struct cpu_memory *memory,
		  struct walk *walk, symbol_fn symbol);

#endif /* SDEI_STOP_SHOW_H */
