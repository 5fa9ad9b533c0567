/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline.h: the stop as a time line, out of the tags. Pure C.
 */
#ifndef SDEI_STOP_TIMELINE_H
#define SDEI_STOP_TIMELINE_H

#include <stdbool.h>
#include <stdio.h>

#include "facts.h"

/*
 * One line per rung and event, CPUs that fared alike folded into one line.
 * False, and nothing printed: no tag has a time.
 */
bool print_timeline(FILE *fp, const struct stop_facts *facts);

/* "0,2-3,7" of ascending CPU numbers; "..." where it does not fit. */
void cpu_list(const uint32_t *cpus, size_t nr, char *buf, size_t len);

#endif /* SDEI_STOP_TIMELINE_H */
