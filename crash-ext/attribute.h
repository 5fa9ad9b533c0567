/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attribute.h: whose the notes of a dump file are that say it nowhere.
 */
#ifndef SDEI_STOP_ATTRIBUTE_H
#define SDEI_STOP_ATTRIBUTE_H

#include "collect.h"
#include "facts.h"

/*
 * Gives those of *facts that name no CPU the number of the CPU on whose stacks
 * their stack pointer lies: a stack is in use by one CPU at a time. Those of
 * user space, and two that would be the same CPU, stay without.
 */
void attribute_notes(struct crash_memory *memory, struct stop_facts *facts);

/*
 * The file's notes of CPUs whose crash_notes cannot be read, into *facts: those
 * whose tag names such a CPU or, without one, whose stack pointer lies on its
 * stacks. Counts them in memory->nr_from_file. Returns 0, or -ENOMEM.
 */
int attribute_lost(struct crash_memory *memory, struct stop_facts *facts,
		   const struct stop_facts *file);

#endif /* SDEI_STOP_ATTRIBUTE_H */
