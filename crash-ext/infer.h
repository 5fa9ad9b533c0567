/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * infer.h: how a CPU was stopped, told by what the stop left in memory, for
 * kernels that write no tags. Pure C.
 */
#ifndef SDEI_STOP_INFER_H
#define SDEI_STOP_INFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "facts.h"

enum infer {
	INFER_UNKNOWN,
	INFER_NO_CRASH,		/* nobody panicked: nobody was stopped */
	INFER_NOT_RUNNING,	/* offline before the crash */
	INFER_PANIC,
	INFER_IPI,
	INFER_NMI_IPI,
	INFER_SDEI,
	INFER_SELF,
	INFER_NOT_STOPPED,
};

/* Who called the stop code, by its frames. */
enum evidence_entry {
	ENTRY_UNKNOWN,
	ENTRY_IPI_OR_NMI,	/* an IPI of either kind: not a conclusion */
	ENTRY_IPI,
	ENTRY_NMI,
	ENTRY_SDEI,
	ENTRY_SELF,
};

/* What memory says about one CPU; each as far as it could be read. */
struct evidence {
	uint32_t cpu;
	bool has_panic_cpu;
	int32_t panic_cpu;
	enum stop_known online;		/* its bit in cpu_online_mask */
	enum stop_known hotplug;	/* its cpuhp state is CPUHP_ONLINE */
	enum stop_known has_note;	/* in crash_notes */
	/* sdei_active_normal_event or _critical_event, and its number */
	enum stop_known sdei_active;
	uint32_t sdei_event;
	/* event 0 interrupted exactly the context that the note has */
	enum stop_known sdei_same_regs;
	/* handled interrupts IPI_CPU_STOP and IPI_CPU_STOP_NMI */
	bool has_counts;
	uint32_t nr_stop, nr_stop_nmi;
	enum stop_known pseudo_nmi;	/* supports_pseudo_nmis */
	/* Frames of the stop code; looked for where nothing else is decisive. */
	bool has_entry;
	enum evidence_entry entry;
	/*
	 * An event 0 came to it at some time; STOP_NO: never, or the kernel
	 * has none.
	 */
	enum stop_known sdei_came;
	/* The kernel's log: still running when these rungs began, or at the end */
	bool log_nmi, log_sdei, log_failed;
};

/* A conclusion, and what it rests on. */
struct inferred {
	enum infer how;
	char why[240];
	/* The registers of event 0 are what the CPU did, note or not. */
	bool sdei_regs;
};

/* entry is worth to be looked for: by the rest, which is there already. */
bool infer_wants_entry(const struct evidence *evidence);

void infer(const struct evidence *evidence, struct inferred *inferred);

/* "IPI", "SDEI", ..., for people; the JSON report's words for a mechanism. */
const char *infer_name(enum infer how);
const char *infer_word(enum infer how);

/* CPU_STOP_*, or -1. */
int infer_mechanism(enum infer how);

/* Whether a tag says the same. INFER_UNKNOWN agrees with nothing. */
bool infer_agrees(enum infer how, const struct stop_cpu *cpu);

/* All that there is, one line per fact. */
void infer_print_evidence(FILE *fp, const struct evidence *evidence);

#endif /* SDEI_STOP_INFER_H */
