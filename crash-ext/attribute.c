// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * attribute.c: the CPUs of notes without tags, by stacks.
 *
 * The order of notes in a file says little: the kernel merges them in the order
 * of CPUs, but leaves out those that have none, and a hypervisor has an order of
 * its own.
 */
#include "crash-defs.h"

#include <errno.h>
#include <stdlib.h>

#include "attribute.h"

static uint32_t cpu_of_stack(struct crash_memory *memory, uint64_t sp)
{
	uint32_t found = STOP_CPU_UNKNOWN;

	for (size_t i = 0; i < memory->nr_cpus; i++) {
		if (!collect_on_stacks(&memory->cpus[i], sp))
			continue;
		if (found != STOP_CPU_UNKNOWN)
			return STOP_CPU_UNKNOWN;
		found = memory->cpus[i].cpu;
	}
	return found;
}

static size_t nr_of_cpu(const struct stop_facts *facts, uint32_t cpu)
{
	size_t nr = 0;

	for (size_t i = 0; i < facts->nr_cpus; i++)
		nr += facts->cpus[i].cpu == cpu;
	return nr;
}

void attribute_notes(struct crash_memory *memory, struct stop_facts *facts)
{
	bool *ours = (bool *)GETBUF(facts->nr_cpus + 1);

	for (size_t i = 0; i < facts->nr_cpus; i++) {
		struct stop_cpu *c = &facts->cpus[i];

		if (c->cpu != STOP_CPU_UNKNOWN || !c->has_regs ||
		    stop_cpu_not_kernel(c))
			continue;
		c->cpu = cpu_of_stack(memory, c->regs.sp);
		ours[i] = c->cpu != STOP_CPU_UNKNOWN;
	}
	/* GETBUF() zeroes; all that share a CPU lose it at once. */
	for (size_t i = 0; i < facts->nr_cpus; i++)
		ours[i] = ours[i] && nr_of_cpu(facts, facts->cpus[i].cpu) > 1;
	for (size_t i = 0; i < facts->nr_cpus; i++) {
		if (ours[i])
			facts->cpus[i].cpu = STOP_CPU_UNKNOWN;
	}
	FREEBUF((char *)ours);
}

/* The CPU that a note is of; STOP_CPU_UNKNOWN: that does not show. */
static uint32_t cpu_of_note(struct crash_memory *memory,
			    const struct stop_cpu *note)
{
	if (note->has_note && note->tag_state == STOP_TAG_VALID)
		return note->tag.cpu;
	if (!note->has_regs || stop_cpu_not_kernel(note))
		return STOP_CPU_UNKNOWN;
	return cpu_of_stack(memory, note->regs.sp);
}

/* The file's only note of that CPU, or NULL; of[] says whose each one is. */
static const struct stop_cpu *find_lost(const struct stop_facts *file,
					const uint32_t *of, uint32_t cpu)
{
	const struct stop_cpu *found = NULL;

	for (size_t i = 0; i < file->nr_cpus; i++) {
		if (of[i] != cpu)
			continue;
		if (found)
			return NULL;
		found = &file->cpus[i];
	}
	return found;
}

int attribute_lost(struct crash_memory *memory, struct stop_facts *facts,
		   const struct stop_facts *file)
{
	uint32_t *of;
	int ret = 0;

	if (!memory->nr_unread)
		return 0;
	memory->from_file = calloc(memory->nr_unread,
				   sizeof(*memory->from_file));
	if (!memory->from_file)
		return -ENOMEM;
	of = (uint32_t *)GETBUF((file->nr_cpus + 1) * sizeof(*of));
	for (size_t i = 0; i < file->nr_cpus; i++)
		of[i] = cpu_of_note(memory, &file->cpus[i]);
	for (size_t i = 0; i < memory->nr_cpus && !ret; i++) {
		struct cpu_memory *cpu = &memory->cpus[i];
		const struct stop_cpu *note;
		struct stop_cpu *place;

		if (!cpu->note_unread)
			continue;
		note = find_lost(file, of, cpu->cpu);
		if (!note)
			continue;
		/* One that was running has a place already. */
		place = collect_stop_cpu(facts, cpu->cpu);
		if (!place)
			place = stop_facts_add_cpu(facts);
		if (!place) {
			ret = -ENOMEM;
			continue;
		}
		/* It owns nothing: names are of later. */
		*place = *note;
		place->cpu = cpu->cpu;
		cpu->running = STOP_YES;
		memory->from_file[memory->nr_from_file++] = cpu->cpu;
	}
	FREEBUF((char *)of);
	return ret;
}
