/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_priv.h: what the printers share: which CPUs, in which order, and the
 * totals.
 */
#ifndef STOP_REPORT_PRIV_H
#define STOP_REPORT_PRIV_H

#include "report.h"

struct stop_totals {
	bool has_nr_online;	/* a valid tag of the panicking CPU is there */
	uint32_t nr_online;
	uint32_t nr_left;
	size_t by[7];		/* valid tags, by CPU_STOP_* */
	size_t other;		/* valid tags with a mechanism not known here */
	size_t malformed;	/* tags */
	size_t untagged;	/* notes or CPUs without one */
	size_t with_regs;
};

void stop_report_totals(const struct stop_facts *facts,
			struct stop_totals *totals);

/*
 * The CPUs that opts wants: wedged first, then the panicking one, then by CPU
 * number; CPUs without a number last, in note order. The caller frees the
 * array; NULL when memory is short.
 */
const struct stop_cpu **stop_report_rows(const struct stop_facts *facts,
					 const struct stop_report_opts *opts,
					 size_t *nr);

/* From the last request to the stop; false when the tag has no such pair. */
bool stop_report_after(const struct stop_cpu *cpu, int64_t *ns);

#endif /* STOP_REPORT_PRIV_H */
