/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * silence.h: since when a CPU took no interrupt any more.
 */
#ifndef SDEI_STOP_SILENCE_H
#define SDEI_STOP_SILENCE_H

#include "wedge.h"

/* Fills the silence, watchdog and pmr members of *wedge. */
void silence_of(struct session *session, const struct stop_cpu *cpu,
		const struct cpu_memory *memory, struct wedge *wedge);

#endif /* SDEI_STOP_SILENCE_H */
