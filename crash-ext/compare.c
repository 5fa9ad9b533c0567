// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare.c: notes of memory against notes of the dump file.
 */
#include "compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void differ(struct compare *compare, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void differ(struct compare *compare, const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	compare->nr_differ++;
	if (compare->differs)
		compare->differs(compare->arg, text);
}

static bool tagged(const struct stop_cpu *cpu)
{
	return cpu->tag_state == STOP_TAG_VALID;
}

/* The file's note for cpu; *untagged counts the untagged ones so far. */
static const struct stop_cpu *partner(const struct stop_facts *file,
				      const struct stop_cpu *cpu,
				      size_t *untagged)
{
	size_t skip = tagged(cpu) ? 0 : (*untagged)++;

	for (size_t i = 0; i < file->nr_cpus; i++) {
		const struct stop_cpu *c = &file->cpus[i];

		if (!c->has_note || tagged(c) != tagged(cpu))
			continue;
		if (tagged(cpu) ? c->tag.cpu == cpu->tag.cpu : !skip--)
			return c;
	}
	return NULL;
}

/* What differs first between two notes; NULL: nothing. */
static const char *difference(const struct stop_cpu *a,
			      const struct stop_cpu *b)
{
	if (a->has_regs != b->has_regs)
		return "only one of the two has registers";
	if (a->has_regs && memcmp(&a->regs, &b->regs, sizeof(a->regs)))
		return "registers";
	if (a->has_regs && a->pid != b->pid)
		return "pr_pid";
	if (a->tag_state != b->tag_state ||
	    memcmp(&a->tag, &b->tag, sizeof(a->tag)))
		return "tag";
	return NULL;
}

static bool is_taken(const struct compare *compare, uint32_t cpu)
{
	for (size_t i = 0; i < compare->nr_taken; i++) {
		if (compare->taken[i] == cpu)
			return true;
	}
	return false;
}

static size_t count(const struct stop_facts *facts)
{
	size_t nr = 0;

	for (size_t i = 0; i < facts->nr_cpus; i++)
		nr += facts->cpus[i].has_note;
	return nr;
}

void compare_notes(struct compare *compare, const struct stop_facts *memory,
		   const struct stop_facts *file)
{
	size_t untagged = 0, matched = 0;

	compare->nr_memory = count(memory) - compare->nr_taken;
	compare->nr_file = count(file);
	compare->nr_differ = 0;

	for (size_t i = 0; i < memory->nr_cpus; i++) {
		const struct stop_cpu *a = &memory->cpus[i], *b;
		const char *what;

		if (!a->has_note)
			continue;
		b = partner(file, a, &untagged);
		if (is_taken(compare, a->cpu)) {
			matched++;
			continue;
		}
		if (!b) {
			differ(compare,
			       "CPU %u: has a note in memory, none in the file",
			       a->cpu);
			continue;
		}
		matched++;
		what = difference(a, b);
		if (what && a->has_regs && b->has_regs)
			differ(compare, "CPU %u: %s (pc in memory 0x%" PRIx64
			       ", in the file 0x%" PRIx64 ")", a->cpu, what,
			       a->regs.pc, b->regs.pc);
		else if (what)
			differ(compare, "CPU %u: %s", a->cpu, what);
	}
	if (compare->nr_file > matched)
		differ(compare, "%zu note%s of the file %s not in memory",
		       compare->nr_file - matched,
		       compare->nr_file - matched == 1 ? "" : "s",
		       compare->nr_file - matched == 1 ? "is" : "are");
}
