// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report.c: what the table and the JSON have in common.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "report_priv.h"

void stop_report_totals(const struct stop_facts *facts,
			struct stop_totals *totals)
{
	const struct stop_cpu *panic = stop_facts_panic_cpu(facts);

	memset(totals, 0, sizeof(*totals));
	if (panic) {
		totals->has_nr_online = true;
		totals->nr_online = panic->tag.nr_online;
		totals->nr_left = panic->tag.nr_left;
	}
	for (size_t i = 0; i < facts->nr_cpus; i++) {
		const struct stop_cpu *cpu = &facts->cpus[i];

		totals->with_regs += cpu->has_regs;
		if (cpu->tag_state == STOP_TAG_ABSENT)
			totals->untagged++;
		else if (cpu->tag_state == STOP_TAG_MALFORMED)
			totals->malformed++;
		else if (cpu->tag.mechanism <= CPU_STOP_NOT_STOPPED)
			totals->by[cpu->tag.mechanism]++;
		else
			totals->other++;
	}
}

static int rank(const struct stop_cpu *cpu)
{
	if (stop_cpu_wedged(cpu))
		return 0;
	if (cpu->tag_state == STOP_TAG_VALID &&
	    cpu->tag.mechanism == CPU_STOP_PANIC)
		return 1;
	return 2;
}

static int compare(const void *a, const void *b)
{
	const struct stop_cpu *x = *(const struct stop_cpu *const *)a;
	const struct stop_cpu *y = *(const struct stop_cpu *const *)b;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (x->cpu != y->cpu)	/* STOP_CPU_UNKNOWN is the largest */
		return x->cpu < y->cpu ? -1 : 1;
	/* All are elements of one array, in note order. */
	return x < y ? -1 : x > y;
}

/* Stable: CPUs that compare equal stay in the order above. */
static void resort(const struct stop_cpu **rows, size_t nr,
		   int (*order)(const struct stop_cpu *a,
				const struct stop_cpu *b))
{
	for (size_t i = 1; i < nr; i++) {
		const struct stop_cpu *row = rows[i];
		size_t j;

		for (j = i; j && order(row, rows[j - 1]) < 0; j--)
			rows[j] = rows[j - 1];
		rows[j] = row;
	}
}

const struct stop_cpu **stop_report_rows(const struct stop_facts *facts,
					 const struct stop_report_opts *opts,
					 size_t *nr)
{
	const struct stop_cpu **rows = calloc(facts->nr_cpus + 1,
					      sizeof(*rows));

	*nr = 0;
	if (!rows)
		return NULL;
	for (size_t i = 0; i < facts->nr_cpus; i++) {
		const struct stop_cpu *cpu = &facts->cpus[i];

		if (!opts->want_cpu || opts->want_cpu(cpu, opts->want_arg))
			rows[(*nr)++] = cpu;
	}
	qsort(rows, *nr, sizeof(*rows), compare);
	if (opts->compare)
		resort(rows, *nr, opts->compare);
	return rows;
}

bool stop_report_after(const struct stop_cpu *cpu, int64_t *ns)
{
	if (cpu->tag_state != STOP_TAG_VALID || !cpu->tag.request_ns ||
	    !cpu->tag.stop_ns)
		return false;
	*ns = (int64_t)(cpu->tag.stop_ns - cpu->tag.request_ns);
	return true;
}
