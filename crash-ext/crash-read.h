/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crash-read.h: reads that neither print nor end the command when they fail.
 */
#ifndef SDEI_STOP_CRASH_READ_H
#define SDEI_STOP_CRASH_READ_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * crash ends a command by a jump to where commands are read, or, in a loop of its
 * foreach, into that: between these, it jumps to what is set up with
 * setjmp(pc->foreach_loop_env) instead. They nest.
 */
struct crash_guard {
	jmp_buf env;
	bool in_foreach;
};
void crash_guard_enter(struct crash_guard *outer);
void crash_guard_leave(const struct crash_guard *outer);

/* Kernel memory at addr. */
bool read_mem(uint64_t addr, void *to, size_t len);

/* Whether addr is in the kernel's image: of no module, and of no allocation. */
bool read_in_image(uint64_t addr);

bool read_symbol_exists(const char *name);

/* From a symbol to the next one; 0: unknown. */
uint64_t read_symbol_size(const char *name);

/* The variable of that name, and at an offset in it. */
bool read_symbol(const char *name, void *to, size_t len);
bool read_symbol_at(const char *name, size_t offset, void *to, size_t len);

/* ns from one tick to the next; 0: unknown. */
uint64_t read_tick_ns(void);

/* At an offset in a per-CPU variable of the CPU with that offset (base). */
bool read_percpu(const char *name, uint64_t base, size_t offset, void *to,
		 size_t len);

#endif /* SDEI_STOP_CRASH_READ_H */
