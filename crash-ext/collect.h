/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect.h: facts out of a dump's memory, through crash(8). Nothing here is
 * judged or printed.
 */
#ifndef SDEI_STOP_COLLECT_H
#define SDEI_STOP_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"
#include "walk.h"

/* One present CPU, as far as it is not in struct stop_cpu. */
struct cpu_memory {
	uint32_t cpu;
	uint64_t base;			/* its per-CPU offset */
	enum stop_known online;		/* its bit in cpu_online_mask */
	enum stop_known running;	/* when the crash began */
	uint64_t task;			/* current task; 0: unknown */
	uint64_t lost_task;		/* it is this one, which cannot be read */
	uint64_t sp_stack;		/* start of the stack that sp is on, if ... */
					/* ... its task's is unknown; 0: none */
	uint32_t pid;
	char comm[17];
	bool note_unread;		/* its crash_notes cannot be read */
	bool has_stacks;		/* collect_stacks() was here */
	bool stacks_lost;		/* not all could be found */
	struct walk_stack stacks[WALK_MAX_STACKS]; /* data is NULL */
	size_t nr_stacks;
};

struct crash_memory {
	struct cpu_memory *cpus;	/* ascending; owned */
	size_t nr_cpus;
	bool has_online_mask;
	bool has_panic_cpu;
	int32_t panic_cpu;		/* < 0: nobody panicked */
	size_t nr_notes;		/* CPUs with something in crash_notes */
	size_t nr_unread;		/* CPUs whose crash_notes cannot be read ... */
	size_t nr_from_file;		/* ... for which the file's note is taken: */
	uint32_t *from_file;		/* these, ascending; owned */
	char notes_why[120];		/* crash_notes cannot be used; "": can */
};

/*
 * Reads everything about the present CPUs. Adds to *facts one stop_cpu per
 * note in a CPU's crash_notes buffer, and one without a note for a CPU that
 * was running when the crash began and has none; for that, VMCOREINFO must be
 * in *facts already, since without a crash no CPU was stopped. A CPU that was
 * not running and has no note is only in *memory.
 *
 * Calls crash, but none that could end the command. Returns 0, or -ENOMEM.
 */
int collect_cpus(struct crash_memory *memory, struct stop_facts *facts);

/* Frees what *memory owns and zeroes it. */
void collect_destroy(struct crash_memory *memory);

/* VMCOREINFO as memory has it, into *facts. False: memory has none. */
bool collect_vmcoreinfo(struct stop_facts *facts);

/*
 * What needs symbols and memory, for every CPU of *facts: names for pc and lr,
 * whether pc is in the stop code, sp on a stack of the CPU, pr_pid its task's.
 * Leaves source lines out.
 */
int collect_names(struct crash_memory *memory, struct stop_facts *facts);

/* The memory of one CPU, or NULL. */
struct cpu_memory *collect_cpu(const struct crash_memory *memory,
			       uint32_t cpu);

/* Its registers and tag, the first of that number in *facts, or NULL. */
struct stop_cpu *collect_stop_cpu(const struct stop_facts *facts, uint32_t cpu);

/* Whether hotplug had this CPU running: no stop changes that state. */
enum stop_known collect_hotplug(const struct cpu_memory *cpu);

/* [low, high) of the stack of its task; false: unknown. */
bool collect_task_stack(const struct cpu_memory *cpu, uint64_t *low,
			uint64_t *high);

/* Fills cpu->stacks, if that was not done yet. */
void collect_stacks(struct cpu_memory *cpu);

/* Whether sp is on one of them; that of an empty one is its end. */
bool collect_on_stacks(struct cpu_memory *cpu, uint64_t sp);

/*
 * Prepares *walk for one CPU: its stacks and how this kernel builds frames.
 * Their contents are read when the walk comes to them, and are crash's, for
 * one command.
 */
void collect_walk(struct walk *walk, struct cpu_memory *cpu,
		  const struct stop_facts *facts);

/* Gives the contents of the stacks back. */
void collect_walk_done(struct walk *walk);

/*
 * "function+0x10" for an address of kernel code, in buf; NULL for any other.
 * A return address is named after the function that made the call.
 */
const char *collect_symbol(uint64_t addr, bool is_return, char *buf,
			   size_t len);

/* "variable" or "variable+0x10" for an address of kernel data; else NULL. */
const char *collect_data_symbol(uint64_t addr, char *buf, size_t len);

/* The same; or of what slab cache an address of the heap is; else NULL. */
const char *collect_object(uint64_t addr, char *buf, size_t len);

/* "file.c:123", in buf; NULL when unknown. */
const char *collect_line(uint64_t addr, char *buf, size_t len);

#endif /* SDEI_STOP_COLLECT_H */
