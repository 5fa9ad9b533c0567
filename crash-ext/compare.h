/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h: the crash_notes of memory against the notes of the dump file,
 * which are two copies of the same bytes. Pure C.
 */
#ifndef SDEI_STOP_COMPARE_H
#define SDEI_STOP_COMPARE_H

#include "facts.h"

struct compare {
	const uint32_t *taken;		/* CPUs of memory that have the file's ... */
	size_t nr_taken;		/* ... own note: not compared */
	size_t nr_memory, nr_file;	/* CPU notes on either side */
	size_t nr_differ;		/* notes that differ or have no partner */
	/* Called for each of those, with one line for people. */
	void (*differs)(void *arg, const char *text);
	void *arg;
};

/*
 * A tagged note's partner is the one with the same cpu; untagged notes are in
 * the order of their CPUs on both sides.
 */
void compare_notes(struct compare *compare, const struct stop_facts *memory,
		   const struct stop_facts *file);

#endif /* SDEI_STOP_COMPARE_H */
