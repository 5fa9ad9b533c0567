// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * attribute.c: the CPUs of notes without tags, by stacks.
 *
 * The order of notes in a file says little: the kernel merges them in the order
 * of CPUs, but leaves out those that have none, and a hypervisor has an order of
 * its own.
 */
#include "crash-defs.h"

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
