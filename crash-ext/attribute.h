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

#endif /* SDEI_STOP_ATTRIBUTE_H */
