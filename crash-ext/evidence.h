/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h: what a stop leaves in memory beside notes and tags.
 */
#ifndef SDEI_STOP_EVIDENCE_H
#define SDEI_STOP_EVIDENCE_H

#include "infer.h"
#include "session.h"

/* What memory says about one CPU, and what follows. Tags are not looked at. */
void evidence_infer(const struct session *session, const struct cpu_memory *cpu,
		    struct evidence *evidence, struct inferred *inferred);

/*
 * The registers that the last event 0 interrupted on that CPU, which is what
 * it did when it was stopped by SDEI, also when its note is lost. All zero: no
 * event 0 ever came there.
 */
bool evidence_sdei_regs(const struct cpu_memory *cpu, struct stop_regs *regs);

/*
 * A CPU whose note is lost and that was stopped by SDEI: fills *cpu, a copy of
 * the one in facts, with the registers that event 0 interrupted there. False:
 * another CPU, or they are not known; nothing is changed.
 */
bool evidence_event_context(const struct session *session,
			    const struct cpu_memory *memory,
			    struct stop_cpu *cpu);

/* It has not come back from an SDEI event. */
bool evidence_inside_sdei(const struct cpu_memory *cpu);

#endif /* SDEI_STOP_EVIDENCE_H */
