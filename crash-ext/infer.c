// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * infer.c: conclusions from evidence. What does not follow is unknown.
 */
#include <stdarg.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "infer.h"

static void conclude(struct inferred *inferred, enum infer how,
		     const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void conclude(struct inferred *inferred, enum infer how,
		     const char *fmt, ...)
{
	va_list args;

	inferred->how = how;
	va_start(args, fmt);
	vsnprintf(inferred->why, sizeof(inferred->why), fmt, args);
	va_end(args);
}

static const char *entry_name(enum evidence_entry entry)
{
	static const char *const names[] = {
		[ENTRY_UNKNOWN] = "nobody known",
		[ENTRY_IPI_OR_NMI] = "an IPI's handler",
		[ENTRY_IPI] = "an IPI's handler",
		[ENTRY_NMI] = "a pseudo-NMI's handler",
		[ENTRY_SDEI] = "an SDEI event's handler",
		[ENTRY_SELF] = "panic()",
	};

	return names[entry];
}

static const char *log_says(const struct evidence *e)
{
	return e->log_sdei ? "the log says that it still ran when the SDEI event was sent" :
	       e->log_nmi ? "the log says that it still ran when the pseudo-NMI was sent" :
	       e->log_failed ? "the log says that it could not be stopped" :
			       NULL;
}

/* Its interrupt counts, which only a stop IPI that it took can have raised. */
static bool counted(const struct evidence *e)
{
	return e->has_counts && (e->nr_stop || e->nr_stop_nmi);
}

/*
 * Beside a stop IPI that it took there are traces of SDEI: of an event before,
 * such as a backtrace, or of one that found it on its way through the IPI's
 * handler.
 */
static bool both_ways(const struct evidence *e)
{
	return counted(e) && (e->sdei_active == STOP_YES ||
			      e->sdei_same_regs == STOP_YES || e->log_sdei);
}

bool infer_wants_entry(const struct evidence *e)
{
	return e->online == STOP_NO && (!counted(e) || both_ways(e));
}

static void by_count(const struct evidence *e, struct inferred *out)
{
	/* Without pseudo-NMIs it is an interrupt like any other. */
	bool nmi = e->nr_stop_nmi && e->pseudo_nmi == STOP_YES;

	conclude(out, nmi ? INFER_NMI_IPI : INFER_IPI,
		 "it took %s (%u handled)%s%s",
		 e->nr_stop_nmi ? "IPI_CPU_STOP_NMI" : "IPI_CPU_STOP",
		 e->nr_stop_nmi ? e->nr_stop_nmi : e->nr_stop,
		 log_says(e) ? ", late: " : "", log_says(e) ? log_says(e) : "");
}

static void by_entry(const struct evidence *e, struct inferred *out)
{
	static const enum infer how[] = {
		[ENTRY_UNKNOWN] = INFER_UNKNOWN,
		[ENTRY_IPI_OR_NMI] = INFER_UNKNOWN,
		[ENTRY_IPI] = INFER_IPI, [ENTRY_NMI] = INFER_NMI_IPI,
		[ENTRY_SDEI] = INFER_SDEI, [ENTRY_SELF] = INFER_SELF,
	};
	bool ipi = e->entry == ENTRY_IPI || e->entry == ENTRY_NMI;

	if (ipi && e->has_counts && !counted(e)) {
		conclude(out, INFER_UNKNOWN,
			 "its stack has the stop code, called from %s, but it counted no stop IPI",
			 entry_name(e->entry));
		return;
	}
	/* The event that a pt_regs of a stop by SDEI is kept in. */
	out->sdei_regs = how[e->entry] == INFER_SDEI;
	conclude(out, how[e->entry],
		 "its stack has the stop code, called from %s%s%s",
		 entry_name(e->entry),
		 ipi && log_says(e) ? ", late: " : "",
		 ipi && log_says(e) ? log_says(e) : "");
}

/* It took no IPI and has no frames of the stop code: the rest. */
static void by_rest(const struct evidence *e, struct inferred *out)
{
	if (e->sdei_active == STOP_YES) {
		out->sdei_regs = true;
		conclude(out, INFER_SDEI,
			 "offline, and still inside SDEI event %u",
			 e->sdei_event);
	} else if (e->sdei_same_regs == STOP_YES) {
		out->sdei_regs = true;
		conclude(out, INFER_SDEI,
			 "its registers are those that SDEI event 0 interrupted there");
	} else if (log_says(e)) {
		conclude(out, INFER_UNKNOWN,
			 "it was stopped late, or stopped itself: %s",
			 log_says(e));
	} else if (e->has_counts && e->sdei_active == STOP_NO &&
		   (e->sdei_came == STOP_NO || e->sdei_same_regs == STOP_NO) &&
		   e->hotplug == STOP_YES) {
		conclude(out, INFER_SELF,
			 "offline though hotplug had it running, and it took no stop IPI and no SDEI event");
	} else if (e->has_counts && e->hotplug == STOP_YES) {
		conclude(out, INFER_UNKNOWN,
			 "it took no stop IPI: an SDEI event stopped it, or it stopped itself");
	} else {
		conclude(out, INFER_UNKNOWN,
			 "it was stopped, but what is left does not say by what");
	}
}

/* It cleared its online bit, which is the ack of a stop: by what? */
static void infer_stopped(const struct evidence *e, struct inferred *out)
{
	bool known = e->entry != ENTRY_UNKNOWN && e->entry != ENTRY_IPI_OR_NMI;

	if (counted(e) && !both_ways(e))
		by_count(e, out);
	else if (known)
		by_entry(e, out);
	else if (both_ways(e))
		conclude(out, INFER_UNKNOWN,
			 "it took %s, and %s: which of both came first is not known",
			 e->nr_stop_nmi ? "IPI_CPU_STOP_NMI" : "IPI_CPU_STOP",
			 e->sdei_active == STOP_YES ?
			 "it is inside an SDEI event" :
			 e->sdei_same_regs == STOP_YES ?
			 "SDEI event 0 interrupted the same registers" :
			 log_says(e));
	else
		by_rest(e, out);
}

void infer(const struct evidence *e, struct inferred *out)
{
	memset(out, 0, sizeof(*out));
	if (!e->has_panic_cpu) {
		conclude(out, INFER_UNKNOWN, "panic_cpu cannot be read");
	} else if (e->panic_cpu < 0) {
		conclude(out, INFER_NO_CRASH, "panic_cpu says that nobody panicked");
	} else if (e->panic_cpu == (int32_t)e->cpu) {
		conclude(out, INFER_PANIC, "panic_cpu names it");
	} else if (e->online == STOP_YES) {
		conclude(out, INFER_NOT_STOPPED,
			 "it is still online, and is not the panicking CPU%s",
			 e->log_failed ?
			 "; the log, too, says that it could not be stopped" :
			 "");
	} else if (e->online == STOP_UNKNOWN) {
		conclude(out, INFER_UNKNOWN, "cpu_online_mask cannot be read%s%s",
			 log_says(e) ? "; " : "", log_says(e) ? log_says(e) : "");
	} else if (e->has_note != STOP_YES && e->hotplug == STOP_NO &&
		   !counted(e) && !log_says(e) &&
		   e->sdei_active != STOP_YES) {
		conclude(out, INFER_NOT_RUNNING,
			 "offline by its hotplug state, and it left no note");
	} else {
		infer_stopped(e, out);
	}
}

static const struct {
	const char *name, *word;
	int mechanism;
} names[] = {
	[INFER_UNKNOWN] = { "unknown", NULL, -1 },
	[INFER_NO_CRASH] = { "nothing", "none", -1 },
	[INFER_NOT_RUNNING] = { "not running", "not-running", -1 },
	[INFER_PANIC] = { "panic", "panic", CPU_STOP_PANIC },
	[INFER_IPI] = { "IPI", "ipi", CPU_STOP_IPI },
	[INFER_NMI_IPI] = { "pseudo-NMI", "nmi-ipi", CPU_STOP_NMI_IPI },
	[INFER_SDEI] = { "SDEI", "sdei", CPU_STOP_SDEI },
	[INFER_SELF] = { "self-stop", "self-stop", CPU_STOP_SELF },
	[INFER_NOT_STOPPED] = { "not stopped", "not-stopped",
				CPU_STOP_NOT_STOPPED },
};

const char *infer_name(enum infer how)
{
	return names[how].name;
}

const char *infer_word(enum infer how)
{
	return names[how].word;
}

int infer_mechanism(enum infer how)
{
	return names[how].mechanism;
}

bool infer_agrees(enum infer how, const struct stop_cpu *cpu)
{
	return names[how].mechanism >= 0 &&
	       cpu->tag_state == STOP_TAG_VALID &&
	       names[how].mechanism == cpu->tag.mechanism;
}

static const char *known(enum stop_known value, const char *yes,
			 const char *no)
{
	return value == STOP_YES ? yes : value == STOP_NO ? no : "not readable";
}

void infer_print_evidence(FILE *fp, const struct evidence *e)
{
	fprintf(fp, "      cpu_online_mask: %s\n",
		known(e->online, "online", "offline"));
	fprintf(fp, "      cpuhp state: %s\n",
		known(e->hotplug, "CPUHP_ONLINE", "another"));
	fprintf(fp, "      crash_notes: %s\n",
		known(e->has_note, "a note", "no note"));
	if (e->sdei_active == STOP_YES)
		fprintf(fp, "      sdei_active_*_event: event %u\n",
			e->sdei_event);
	else
		fprintf(fp, "      sdei_active_*_event: %s\n",
			known(e->sdei_active, "", "none"));
	fprintf(fp, "      registers of event 0: %s\n",
		e->sdei_same_regs == STOP_UNKNOWN && e->has_note == STOP_NO ?
		"there is no note to compare them with" :
		known(e->sdei_same_regs, "the note's", "not the note's"));
	if (e->has_counts)
		fprintf(fp, "      interrupts: IPI_CPU_STOP %u, IPI_CPU_STOP_NMI %u%s\n",
			e->nr_stop, e->nr_stop_nmi,
			e->pseudo_nmi == STOP_YES ? " (pseudo-NMI)" : "");
	else
		fprintf(fp, "      interrupts: not readable\n");
	if (e->has_entry)
		fprintf(fp, "      stop code on its stacks: %s%s\n",
			e->entry == ENTRY_UNKNOWN ? "none found" :
						    "called from ",
			e->entry == ENTRY_UNKNOWN ? "" : entry_name(e->entry));
	if (log_says(e))
		fprintf(fp, "      kernel log: still running when %s\n",
			e->log_failed && e->log_sdei ?
			"the SDEI event was sent, and at the end" :
			e->log_sdei ? "the SDEI event was sent" :
			e->log_failed && e->log_nmi ?
			"the pseudo-NMI was sent, and at the end" :
			e->log_nmi ? "the pseudo-NMI was sent" :
				     "the stop was given up");
}
