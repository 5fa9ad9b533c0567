// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crosscheck.c: -x.
 */
#include "crash-defs.h"

#include <inttypes.h>
#include <stdarg.h>

#include <linux/cpu_stop_tag.h>

#include "compare.h"
#include "crash-read.h"
#include "crosscheck.h"
#include "evidence.h"
#include "infer.h"
#include "output.h"

#define MPIDR_AFFINITY	0xff00ffffffull

/* What is compared, and how many CPUs of each. */
enum what {
	REGISTERS, STACKS, TASKS, MASKS, MPIDRS, EVIDENCE, NOTES, NR_WHAT
};

struct check {
	struct session *session;
	size_t found;
	size_t compared[NR_WHAT];
};

static void found(struct check *check, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void found(struct check *check, const char *fmt, ...)
{
	va_list args;

	check->found++;
	va_start(args, fmt);
	vfprintf(out, fmt, args);
	va_end(args);
	fputc('\n', out);
}

static void in_crash(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/* What a person without this command would get to see. */
static void in_crash(const char *fmt, ...)
{
	va_list args;

	fprintf(out, "    in crash: ");
	va_start(args, fmt);
	vfprintf(out, fmt, args);
	va_end(args);
	fputc('\n', out);
}

static const struct stop_verdict *verdict(const struct session *session,
					  enum stop_verdict_id id,
					  uint32_t cpu)
{
	for (size_t i = 0; i < session->verdicts.nr; i++) {
		if (session->verdicts.v[i].id == id &&
		    session->verdicts.v[i].cpu == cpu)
			return &session->verdicts.v[i];
	}
	return NULL;
}

/* What the judge found of a CPU's registers. */
static void check_verdicts(struct check *check, const struct stop_cpu *cpu)
{
	static const struct {
		enum stop_verdict_id id;
		const char *crash;
	} known[] = {
		{ STOP_V_FOREIGN_SP, "bt -c %u starts at that sp: a chain that is not this CPU's, or none" },
		{ STOP_V_WRONG_PID, "bt -c %u prints these registers' chain under the current task's name" },
		{ STOP_V_STOP_CODE_REGS, "bt -c %u begins in the stop code; what was interrupted is further down" },
		{ STOP_V_NULL_REGS, "bt -c %u begins in the stop code; what it did before is further down" },
		{ STOP_V_ZERO_REGS, "bt -c %u prints the task's name and no frame" },
		{ STOP_V_NOT_STOPPED, "bt -c %u prints the task's name and no frame" },
		{ STOP_V_MISSING_REGS, "bt -c %u prints the task's name and no frame" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const struct stop_verdict *v = verdict(check->session,
						       known[i].id, cpu->cpu);
		char text[120];

		if (!v)
			continue;
		found(check, "%s: %s", stop_verdict_name(v->id), v->text);
		snprintf(text, sizeof(text), known[i].crash, cpu->cpu);
		in_crash("%s", text);
	}
}

/* The online bit is the ack of a stop; hotplug's state stays what it was. */
static void check_masks(struct check *check, const struct stop_cpu *cpu,
			const struct cpu_memory *memory)
{
	bool stopped = cpu->tag.mechanism != CPU_STOP_PANIC &&
		       cpu->tag.mechanism != CPU_STOP_NOT_STOPPED &&
		       cpu->tag.mechanism != CPU_STOP_UNSET;

	if (cpu->tag_state != STOP_TAG_VALID)
		return;
	check->compared[MASKS] += memory->online != STOP_UNKNOWN;
	if (stopped && memory->online == STOP_YES) {
		found(check, "online-mask: CPU %u: its tag says that it stopped, but it is online",
		      cpu->cpu);
		in_crash("sys counts it as online, like a CPU that did not stop");
	}
	if (cpu->tag.mechanism == CPU_STOP_NOT_STOPPED &&
	    memory->online == STOP_NO) {
		found(check, "online-mask: CPU %u: its tag says that it did not stop, but it is offline: it stopped late",
		      cpu->cpu);
		in_crash("sys counts it as offline, like a CPU that stopped");
	}
	if (cpu->tag.mechanism == CPU_STOP_PANIC &&
	    memory->online == STOP_NO) {
		found(check, "online-mask: CPU %u: ran the crash, but is offline",
		      cpu->cpu);
		in_crash("sys counts it as offline");
	}
	if (collect_hotplug(memory) == STOP_NO) {
		found(check, "cpuhp-state: CPU %u: has a tag, but hotplug did not have it running",
		      cpu->cpu);
		in_crash("p cpuhp_state:%u shows the state", cpu->cpu);
	}
}

static void check_mpidr(struct check *check, const struct stop_cpu *cpu)
{
	uint64_t map;

	if (cpu->tag_state != STOP_TAG_VALID ||
	    !read_symbol_at("__cpu_logical_map", cpu->cpu * sizeof(map), &map,
			    sizeof(map)))
		return;
	check->compared[MPIDRS]++;
	if ((map & MPIDR_AFFINITY) == (cpu->tag.mpidr & MPIDR_AFFINITY))
		return;
	found(check, "mpidr: CPU %u: its tag has MPIDR %#" PRIx64
	      ", the kernel's map %#" PRIx64, cpu->cpu, cpu->tag.mpidr, map);
	in_crash("nothing tells; the tag may be of another CPU");
}

static void check_evidence(struct check *check, const struct stop_cpu *cpu,
			   const struct cpu_memory *memory)
{
	struct inferred inferred;
	struct evidence evidence;
	char name[16];

	if (cpu->tag_state != STOP_TAG_VALID)
		return;
	evidence_infer(check->session, memory, &evidence, &inferred);
	check->compared[EVIDENCE] += inferred.how != INFER_UNKNOWN;
	if (inferred.how == INFER_UNKNOWN ||
	    infer_agrees(inferred.how, cpu))
		return;
	found(check, "evidence: CPU %u: its tag says %s, what the stop left in memory says %s (%s)",
	      cpu->cpu, stop_mechanism_name(cpu->tag.mechanism, name),
	      infer_name(inferred.how), inferred.why);
	in_crash("nothing tells either; sdei_stop -e -c %u has the facts",
		 cpu->cpu);
}

/* The registers that crash itself took for a CPU. */
static void check_crash_regs(struct check *check, const struct stop_cpu *cpu)
{
	const struct arm64_pt_regs *theirs = machdep->machspec->panic_task_regs;

	if (pc->flags & MINIMAL_MODE || ACTIVE() ||
	    cpu->cpu >= (uint32_t)kt->cpus)
		return;
	check->compared[REGISTERS]++;
	if (theirs && (theirs[cpu->cpu].pc || theirs[cpu->cpu].sp)) {
		theirs += cpu->cpu;
		if (!cpu->has_regs) {
			found(check, "crash-regs: CPU %u: left no registers, but crash has some",
			      cpu->cpu);
			in_crash("bt -c %u shows another CPU's registers, pc %#lx",
				 cpu->cpu, (ulong)theirs->pc);
		} else if (memcmp(theirs, &cpu->regs, sizeof(cpu->regs))) {
			found(check, "crash-regs: CPU %u: crash has other registers than its note",
			      cpu->cpu);
			in_crash("bt -c %u begins with pc %#lx instead of %#lx",
				 cpu->cpu, (ulong)theirs->pc,
				 (ulong)cpu->regs.pc);
		}
	} else if (stop_cpu_has_context(cpu)) {
		found(check, "crash-regs: CPU %u: has registers, but crash took none",
		      cpu->cpu);
		in_crash("bt -c %u prints the task's name and no frame",
			 cpu->cpu);
	}
}

/* What was compared, of one CPU at least. */
static void print_agreement(const struct check *check)
{
	static const char *const names[NR_WHAT] = {
		[REGISTERS] = "crash's registers", [STACKS] = "stacks",
		[TASKS] = "tasks", [MASKS] = "masks", [MPIDRS] = "MPIDRs",
		[EVIDENCE] = "evidence", [NOTES] = "notes of the file",
	};
	size_t left = 0;

	for (size_t i = 0; i < NR_WHAT; i++)
		left += check->compared[i] != 0;
	if (!left) {
		fprintf(out, "nothing was compared\n");
		return;
	}
	fprintf(out, "nothing found: ");
	for (size_t i = 0; i < NR_WHAT; i++) {
		if (!check->compared[i])
			continue;
		fprintf(out, "%s%s", names[i], --left > 1 ? ", " :
			left ? " and " : "");
	}
	fprintf(out, " agree\n");
}

static void print_difference(void *arg, const char *text)
{
	found(arg, "notes: %s (memory against the dump file)", text);
	in_crash("bt takes the registers in memory, help -D shows the file's");
}

void crosscheck(struct session *session,
		bool (*want_cpu)(const struct stop_cpu *cpu, void *arg),
		void *arg)
{
	struct check check = { .session = session };
	struct compare compare = {
		.differs = print_difference, .arg = &check,
		.taken = session->memory.from_file,
		.nr_taken = session->memory.nr_from_file,
	};

	if (!session->facts.nr_cpus) {
		fprintf(out, "nothing to compare: %s\n",
			session->facts.live ?
			"a live system, no CPU was stopped" :
			"no CPU left registers");
		return;
	}
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		const struct stop_cpu *cpu = &session->facts.cpus[i];
		const struct cpu_memory *memory;

		if (want_cpu && !want_cpu(cpu, arg))
			continue;
		check_verdicts(&check, cpu);
		check.compared[STACKS] += cpu->sp_in_stack != STOP_UNKNOWN;
		check.compared[TASKS] += cpu->pid_matches != STOP_UNKNOWN;
		check_crash_regs(&check, cpu);
		memory = collect_cpu(&session->memory, cpu->cpu);
		if (!memory)
			continue;
		check_masks(&check, cpu, memory);
		check_mpidr(&check, cpu);
		check_evidence(&check, cpu, memory);
	}
	if (session->have_file) {
		compare_notes(&compare, &session->facts, &session->file);
		check.compared[NOTES] = compare.nr_memory;
	} else {
		fprintf(out, "not compared with the dump file: %s\n",
			session->why_no_file[0] ? session->why_no_file :
			"its notes are the ones shown");
	}
	if (!check.found)
		print_agreement(&check);
	else
		fprintf(out, "%zu finding%s\n", check.found,
			check.found == 1 ? "" : "s");
}
