// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge.c: verdicts from facts. Looks at nothing else and changes nothing, so
 * that every tool that has the same facts says the same.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "judge.h"

static const struct {
	const char *name;
	enum stop_severity severity;
} verdicts_known[STOP_V_NR] = {
	[STOP_V_NOT_STOPPED] = { "not-stopped", STOP_FAIL },
	[STOP_V_MISSING_REGS] = { "missing-regs", STOP_FAIL },
	[STOP_V_NULL_REGS] = { "null-regs", STOP_WARN },
	[STOP_V_ZERO_REGS] = { "zero-regs", STOP_FAIL },
	[STOP_V_STOP_CODE_REGS] = { "stop-code-regs", STOP_WARN },
	[STOP_V_DUPLICATE_CPU] = { "duplicate-cpu", STOP_FAIL },
	[STOP_V_MALFORMED_TAG] = { "malformed-tag", STOP_FAIL },
	[STOP_V_MALFORMED_NOTE] = { "malformed-note", STOP_FAIL },
	[STOP_V_FOREIGN_SP] = { "foreign-sp", STOP_WARN },
	[STOP_V_WRONG_PID] = { "wrong-pid", STOP_WARN },
	[STOP_V_UNTAGGED] = { "untagged", STOP_INFO },
	[STOP_V_HYPERVISOR_DUMP] = { "hypervisor-dump", STOP_INFO },
	[STOP_V_POLICY] = { "policy", STOP_FAIL },
};

const char *stop_verdict_name(enum stop_verdict_id id)
{
	return (unsigned int)id < STOP_V_NR ? verdicts_known[id].name : "?";
}

const char *stop_severity_name(enum stop_severity severity)
{
	switch (severity) {
	case STOP_INFO:
		return "info";
	case STOP_WARN:
		return "warn";
	case STOP_FAIL:
		return "fail";
	}
	return "?";
}

/* Collects verdicts; the first shortage of memory is remembered. */
struct judge {
	const struct stop_facts *facts;
	struct stop_verdicts *out;
	bool no_memory;
	/* Asked of every CPU, and each answer looks at all of them. */
	bool is_crash;
	bool tags_are_due;
	size_t nr_untagged_regs;	/* NT_PRSTATUS without a tag */
	size_t nr_named_missing;	/* missing-regs that name their CPU */
};

static void give(struct judge *judge, enum stop_verdict_id id,
		 const struct stop_cpu *cpu, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void give(struct judge *judge, enum stop_verdict_id id,
		 const struct stop_cpu *cpu, const char *fmt, ...)
{
	struct stop_verdicts *out = judge->out;
	struct stop_verdict *v;
	va_list args;
	int used = 0;

	if (!(out->nr & (out->nr - 1))) {
		v = reallocarray(out->v, out->nr ? out->nr * 2 : 1, sizeof(*v));
		if (!v) {
			judge->no_memory = true;
			return;
		}
		out->v = v;
	}
	v = &out->v[out->nr++];
	memset(v, 0, sizeof(*v));
	v->id = id;
	v->severity = verdicts_known[id].severity;
	v->cpu = cpu ? cpu->cpu : STOP_CPU_UNKNOWN;
	v->note_index = cpu && cpu->has_note ? (int)cpu->note_index : -1;

	if (cpu && cpu->cpu != STOP_CPU_UNKNOWN)
		used = snprintf(v->text, sizeof(v->text), "CPU %u: ",
				cpu->cpu);
	else if (cpu && cpu->has_note)
		used = snprintf(v->text, sizeof(v->text), "CPU note %u: ",
				cpu->note_index);
	va_start(args, fmt);
	vsnprintf(v->text + used, sizeof(v->text) - used, fmt, args);
	va_end(args);
}

/* A crash was under way, so CPUs were stopped and registers are due. */
static bool is_crash(const struct stop_facts *facts)
{
	return !facts->live &&
	       (facts->has_crashtime || stop_facts_nr_tags(facts));
}

static bool tags_are_due(const struct stop_facts *facts)
{
	return is_crash(facts) &&
	       (facts->advertises_tags || stop_facts_nr_tags(facts));
}

static void judge_not_stopped(struct judge *judge, const struct stop_cpu *cpu)
{
	const struct stop_tag *tag = &cpu->tag;
	char sdei[80] = "", buf[40];

	if (tag->rungs & CPU_STOP_RUNG_SDEI)
		snprintf(sdei, sizeof(sdei), " (SDEI_EVENT_SIGNAL: %s)",
			 stop_sdei_status_name(tag->sdei_status, buf));
	give(judge, STOP_V_NOT_STOPPED, cpu, "did not stop; tried:%s%s%s%s%s%s",
	     tag->rungs & CPU_STOP_RUNG_IPI ? " IPI" : "",
	     tag->rungs & CPU_STOP_RUNG_NMI_IPI ? " pseudo-NMI" : "",
	     tag->rungs & CPU_STOP_RUNG_SDEI ? " SDEI" : "",
	     tag->rungs ? "" : " nothing", sdei,
	     stop_tag_in_sdei(tag) == STOP_YES ?
	     "; it was inside an SDEI event, which masks event 0" : "");
}

static void judge_registers(struct judge *judge, const struct stop_cpu *cpu)
{
	if (judge->is_crash && !stop_cpu_has_context(cpu))
		give(judge, STOP_V_ZERO_REGS, cpu,
		     "its registers are zero: pc and sp are 0");
	if (cpu->tag_state == STOP_TAG_VALID &&
	    cpu->tag.regs == CPU_STOP_REGS_CAPTURED &&
	    cpu->tag.mechanism != CPU_STOP_PANIC)
		give(judge, STOP_V_NULL_REGS, cpu,
		     "its registers are the stop code's own, not what it was doing (its handler had no pt_regs)");
	if (cpu->tag_state != STOP_TAG_VALID &&
	    cpu->pc_in_stop_code == STOP_YES)
		give(judge, STOP_V_STOP_CODE_REGS, cpu,
		     "pc is in the stop code itself, not in what it was doing");
	if (cpu->sp_in_stack == STOP_NO)
		give(judge, STOP_V_FOREIGN_SP, cpu,
		     "sp %#" PRIx64 " lies in no stack of this CPU",
		     cpu->regs.sp);
	if (cpu->pid_matches == STOP_NO)
		give(judge, STOP_V_WRONG_PID, cpu,
		     "its registers are of PID %u, but it was running PID %u",
		     cpu->pid, cpu->task_pid);
}

static void judge_cpu(struct judge *judge, const struct stop_cpu *cpu)
{
	bool valid = cpu->tag_state == STOP_TAG_VALID;
	bool not_stopped = valid &&
			   cpu->tag.mechanism == CPU_STOP_NOT_STOPPED;

	if (not_stopped)
		judge_not_stopped(judge, cpu);

	if (cpu->tag_state == STOP_TAG_MALFORMED)
		give(judge, STOP_V_MALFORMED_TAG, cpu, "its tag is malformed: %s",
		     cpu->tag_why);
	else if (valid && cpu->cpu != cpu->tag.cpu)
		give(judge, STOP_V_MALFORMED_TAG, cpu,
		     "the tag in its note names CPU %u", cpu->tag.cpu);

	if (cpu->has_regs)
		judge_registers(judge, cpu);

	if (cpu->has_regs && valid && !not_stopped &&
	    cpu->tag.regs == CPU_STOP_REGS_NONE)
		give(judge, STOP_V_MISSING_REGS, cpu,
		     "its tag says that its note holds no registers of it");

	/* A malformed CPUSTOP note may well be that of a CPU not stopped. */
	if (!cpu->has_regs && !not_stopped) {
		if (valid)
			give(judge, STOP_V_MISSING_REGS, cpu,
			     "has a tag but no registers");
		else if (cpu->running == STOP_YES && !cpu->has_note) {
			judge->nr_named_missing++;
			give(judge, STOP_V_MISSING_REGS, cpu,
			     "was running, but has no registers and nothing says why");
		}
	}
	if (cpu->has_regs && cpu->tag_state == STOP_TAG_ABSENT &&
	    judge->tags_are_due) {
		judge->nr_untagged_regs++;
		give(judge, STOP_V_MISSING_REGS, cpu,
		     "its tag is missing, though this kernel writes tags");
	}
}

static int compare_cpu(const void *a, const void *b)
{
	const struct stop_cpu *const *x = a, *const *y = b;

	if ((*x)->tag.cpu != (*y)->tag.cpu)
		return (*x)->tag.cpu < (*y)->tag.cpu ? -1 : 1;
	return (*x)->note_index < (*y)->note_index ? -1 :
	       (*x)->note_index > (*y)->note_index;
}

/* Gives duplicate-cpu once per CPU; returns how many tags are too many. */
static size_t judge_duplicates(struct judge *judge)
{
	const struct stop_facts *facts = judge->facts;
	const struct stop_cpu **sorted;
	size_t nr = 0, extra = 0;

	if (!facts->nr_cpus)
		return 0;
	sorted = calloc(facts->nr_cpus, sizeof(*sorted));
	if (!sorted) {
		judge->no_memory = true;
		return 0;
	}
	for (size_t i = 0; i < facts->nr_cpus; i++)
		if (facts->cpus[i].tag_state == STOP_TAG_VALID)
			sorted[nr++] = &facts->cpus[i];
	qsort(sorted, nr, sizeof(*sorted), compare_cpu);

	for (size_t i = 0, same; i < nr; i += same) {
		for (same = 1; i + same < nr; same++)
			if (sorted[i + same]->tag.cpu != sorted[i]->tag.cpu)
				break;
		if (same > 1)
			give(judge, STOP_V_DUPLICATE_CPU, sorted[i],
			     "%zu tags name this CPU", same);
		extra += same - 1;
	}
	free(sorted);
	return extra;
}

/* Are all CPUs there that were running when the crash began? */
static void judge_count(struct judge *judge, size_t duplicates)
{
	const struct stop_facts *facts = judge->facts;
	const struct stop_cpu *panic = stop_facts_panic_cpu(facts);
	size_t tags = stop_facts_nr_tags(facts) - duplicates;
	size_t regs = 0;

	for (size_t i = 0; i < facts->nr_cpus; i++)
		regs += facts->cpus[i].has_regs;

	if (!regs && !facts->from_memory && !facts->live) {
		give(judge, STOP_V_MISSING_REGS, NULL,
		     "no CPU has registers%s", judge->is_crash ?
		     ", not even the one that crashed" : "");
		return;
	}
	if (!judge->is_crash)
		return;
	if (!judge->tags_are_due)
		return;
	if (!panic) {
		give(judge, STOP_V_MISSING_REGS, NULL,
		     "the panicking CPU's tag is missing or malformed, so nothing says how many CPUs were running");
		return;
	}
	if (!panic->tag.nr_online)
		give(judge, STOP_V_MALFORMED_TAG, panic,
		     "its tag counts no CPU, not even this one");
	if (tags < panic->tag.nr_online &&
	    panic->tag.nr_online - tags >
	    judge->nr_untagged_regs + judge->nr_named_missing)
		give(judge, STOP_V_MISSING_REGS, NULL,
		     "%u CPUs were running, but only %zu of them %s in the dump",
		     panic->tag.nr_online, tags, tags == 1 ? "is" : "are");
}

static void judge_dump(struct judge *judge)
{
	const struct stop_facts *facts = judge->facts;

	for (size_t i = 0; i < facts->nr_defects; i++)
		give(judge, STOP_V_MALFORMED_NOTE, NULL, "at offset %#" PRIx64
		     ": %s", facts->defects[i].offset, facts->defects[i].what);

	if (!facts->advertises_tags && !stop_facts_nr_tags(facts))
		give(judge, STOP_V_UNTAGGED, NULL, "%s",
		     facts->has_vmcoreinfo ?
		     "this kernel writes no stop tags" :
		     "no VMCOREINFO and no tags: nothing says whether this kernel writes them");
	/* A broken dump may just have lost the line that says so. */
	if (!judge->is_crash && !facts->live &&
	    (facts->has_vmcoreinfo || !facts->nr_defects))
		give(judge, STOP_V_HYPERVISOR_DUMP, NULL,
		     "no CRASHTIME%s: taken from outside, no CPU was stopped for it",
		     facts->has_vmcoreinfo ? " in VMCOREINFO" : "");
}

int stop_verdicts_sort(struct stop_verdicts *verdicts)
{
	struct stop_verdict *sorted = calloc(verdicts->nr + 1, sizeof(*sorted));
	size_t nr = 0;

	if (!sorted)
		return -ENOMEM;
	for (int severity = STOP_FAIL; severity >= STOP_INFO; severity--)
		for (size_t i = 0; i < verdicts->nr; i++)
			if (verdicts->v[i].severity ==
			    (enum stop_severity)severity)
				sorted[nr++] = verdicts->v[i];
	free(verdicts->v);
	verdicts->v = sorted;
	return 0;
}

int stop_judge(const struct stop_facts *facts, struct stop_verdicts *out)
{
	struct judge judge = {
		.facts = facts, .out = out, .is_crash = is_crash(facts),
		.tags_are_due = tags_are_due(facts),
	};
	size_t duplicates;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < facts->nr_cpus; i++)
		judge_cpu(&judge, &facts->cpus[i]);
	duplicates = judge_duplicates(&judge);
	judge_count(&judge, duplicates);
	judge_dump(&judge);

	if (judge.no_memory || stop_verdicts_sort(out)) {
		stop_verdicts_destroy(out);
		return -ENOMEM;
	}
	return 0;
}

void stop_verdicts_destroy(struct stop_verdicts *verdicts)
{
	free(verdicts->v);
	memset(verdicts, 0, sizeof(*verdicts));
}

enum stop_status stop_judge_status(const struct stop_facts *facts,
				   const struct stop_verdicts *verdicts)
{
	enum stop_status status =
		stop_facts_nr_tags(facts) || verdicts->untagged_allowed ?
		STOP_STATUS_PASS : STOP_STATUS_UNTAGGED;

	for (size_t i = 0; i < verdicts->nr; i++) {
		if (verdicts->v[i].severity == STOP_FAIL)
			return STOP_STATUS_FAIL;
		if (verdicts->v[i].severity == STOP_WARN)
			status = STOP_STATUS_WARN;
	}
	return status;
}

enum stop_status stop_status_worst(enum stop_status a, enum stop_status b)
{
	static const enum stop_status order[] = {
		STOP_STATUS_ERROR, STOP_STATUS_FAIL, STOP_STATUS_WARN,
		STOP_STATUS_UNTAGGED,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STOP_STATUS_PASS;
}
