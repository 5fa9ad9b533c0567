// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sdei_stop.c: the crash(8) command sdei_stop. Registers, takes the options,
 * and brings facts, judge and report together.
 */
#include "crash-defs.h"

#include "compare.h"
#include "crash-read.h"
#include "crosscheck.h"
#include "evidence.h"
#include "infer.h"
#include "json_more.h"
#include "options.h"
#include "output.h"
#include "report.h"
#include "session.h"
#include "show.h"
#include "switch.h"
#include "timeline.h"
#include "waits.h"
#include "wedge.h"

#define PSR_I	0x80		/* arch/arm64/include/uapi/asm/ptrace.h */

/*
 * crash leaves a command by longjmp when the person interrupts it, past any
 * cleanup (see session.h). The options are therefore kept here, where the next run of the
 * command finds and frees them.
 */
static struct stop_options options;
static struct session *session;

static void print_difference(void *arg, const char *text)
{
	(void)arg;
	fprintf(out, "  %s\n", text);
}

/* Whose notes those are that are shown, where memory's cannot be. */
static const char *notes_shown(const struct crash_memory *memory)
{
	if (!session->facts.from_memory)
		return "; those of the dump file are shown";
	if (!memory->nr_from_file)
		return "";
	return memory->nr_from_file < memory->nr_unread ?
	       "; those of the dump file are shown where it has them" :
	       "; those of the dump file are shown";
}

static void print_notes(void)
{
	const struct crash_memory *memory = &session->memory;
	struct compare compare = { .taken = memory->from_file,
				   .nr_taken = memory->nr_from_file };

	if (memory->notes_why[0])
		fprintf(out, "notes: %s%s\n", memory->notes_why,
			notes_shown(memory));
	if (!session->have_file) {
		if (session->why_no_file[0])
			fprintf(out, "notes: not compared with the dump file: %s\n",
				session->why_no_file);
		return;
	}
	compare_notes(&compare, &session->facts, &session->file);
	if (!compare.nr_differ) {
		fprintf(out, "notes: %zu in memory, the same in the dump file%s\n",
			compare.nr_memory, compare.nr_file > compare.nr_memory ?
			", which has more" : "");
		return;
	}
	fprintf(out, "notes: %zu in memory, %zu in the dump file; they differ:\n",
		compare.nr_memory, compare.nr_file);
	compare.differs = print_difference;
	compare_notes(&compare, &session->facts, &session->file);
}

/* CPUs that took no part, and where the notes came from: for people. */
static void print_memory(void)
{
	const struct crash_memory *memory = &session->memory;
	const char *sep = session->facts.live ? "offline: CPU " :
			  "not running before the crash: CPU ";

	if (memory->has_panic_cpu && memory->panic_cpu >= 0)
		fprintf(out, "panicking CPU: %d\n", memory->panic_cpu);
	for (size_t i = 0; i < memory->nr_cpus; i++) {
		if (memory->cpus[i].running == STOP_NO) {
			fprintf(out, "%s%u", sep, memory->cpus[i].cpu);
			sep = ", ";
		}
	}
	if (*sep == ',')
		fputc('\n', out);
	print_notes();
}

/*
 * -m looks at the tag, and without one at what the stop left in memory. A CPU
 * of the latter kind has to be asked about, which takes longer.
 */
static bool want_mechanism(const struct stop_cpu *cpu)
{
	const struct cpu_memory *memory;
	struct inferred inferred;
	struct evidence evidence;

	if (!options.mechanisms)
		return true;
	if (cpu->tag_state == STOP_TAG_VALID)
		return cpu->tag.mechanism < 32 &&
		       options.mechanisms >> cpu->tag.mechanism & 1;
	memory = collect_cpu(&session->memory, cpu->cpu);
	if (!memory)
		return false;
	evidence_infer(session, memory, &evidence, &inferred);
	return infer_mechanism(inferred.how) >= 0 &&
	       options.mechanisms >> infer_mechanism(inferred.how) & 1;
}

static bool has_problem(const struct stop_cpu *cpu)
{
	for (size_t i = 0; i < session->verdicts.nr; i++) {
		const struct stop_verdict *v = &session->verdicts.v[i];

		if (v->cpu != STOP_CPU_UNKNOWN && v->cpu == cpu->cpu)
			return true;
	}
	return stop_cpu_wedged(cpu);
}

static bool want_cpu(const struct stop_cpu *cpu, void *arg)
{
	(void)arg;
	return stop_options_want(&options, cpu->cpu) &&
	       (!options.problems || has_problem(cpu)) && want_mechanism(cpu);
}

/* No crash: a dump that a hypervisor took, or a live system. */
static bool nobody_panicked(void)
{
	return session->memory.has_panic_cpu && session->memory.panic_cpu < 0;
}

/* In the kernel, not idle, and it waits for a lock or takes no interrupts. */
static bool looks_wedged(size_t i)
{
	return waits_can_hold(session, i) &&
	       (waits_of(session, i)->waits ||
		session->facts.cpus[i].regs.pstate & PSR_I);
}

/*
 * Without tags, a CPU that was running and left no registers is what one came
 * to look at, and one that the plain IPI did not stop.
 */
static bool want_context(size_t i, size_t *nr_unknown)
{
	const struct stop_cpu *cpu = &session->facts.cpus[i];
	const struct cpu_memory *memory = collect_cpu(&session->memory,
						      cpu->cpu);
	struct inferred inferred = { .how = INFER_UNKNOWN };
	struct evidence evidence;

	if (options.nr_ranges || options.mechanisms || options.problems)
		return want_cpu(cpu, NULL);
	if (cpu->tag_state == STOP_TAG_VALID || !cpu->has_regs)
		return stop_cpu_wedged(cpu) ||
		       cpu->tag_state != STOP_TAG_VALID;
	if (nobody_panicked())
		return looks_wedged(i);
	if (memory)
		evidence_infer(session, memory, &evidence, &inferred);
	*nr_unknown += inferred.how == INFER_UNKNOWN;
	return inferred.how == INFER_SDEI || inferred.how == INFER_NMI_IPI ||
	       inferred.how == INFER_NOT_STOPPED;
}

/* The kernel's exception level: that of the CPU that is furthest up. */
static unsigned int kernel_el(void)
{
	unsigned int max = 0;

	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		const struct stop_cpu *c = &session->facts.cpus[i];
		unsigned int el = c->regs.pstate >> 2 & 3;

		if (c->has_regs && c->pc_symbol && el > max)
			max = el;
	}
	return max;
}

/*
 * A CPU without registers that is inside an SDEI event: what that interrupted
 * is kept with the event.
 */
static void print_event(const struct cpu_memory *memory)
{
	struct stop_regs regs;
	char buf[256];
	const char *name;

	if (!memory || session->facts.live || !evidence_inside_sdei(memory) ||
	    !evidence_sdei_regs(memory, &regs) || !regs.pc)
		return;
	name = stop_regs_user(&regs) ? "user space or a guest" :
	       collect_symbol(regs.pc, false, buf, sizeof(buf));
	fprintf(out, "  It is inside an SDEI event, which interrupted %s at %llx.\n",
		name ? name : "no kernel code", (unsigned long long)regs.pc);
}

static void one_context(size_t i)
{
	static struct walk walk;	/* 60 KiB: not for the stack */
	struct stop_cpu copy = session->facts.cpus[i], *cpu = &copy;
	struct cpu_memory *memory = collect_cpu(&session->memory, cpu->cpu);
	bool by_event = evidence_event_context(session, memory, cpu);
	struct context context = {
		.session = session, .cpu = cpu, .memory = memory,
		.walk = &walk, .kernel_el = kernel_el(), .by_event = by_event,
		.symbol = collect_symbol, .object = collect_object,
	};

	collect_walk(&walk, memory, &session->facts);
	if (stop_cpu_has_context(cpu) &&
	    !stop_cpu_not_kernel(cpu)) {
		walk_regs(&walk, &cpu->regs);
		context.pc_line = session_line(session, i, false);
		if (options.lines)
			context.lr_line = session_line(session, i, true);
	}
	context.wedge = wedge_of(session, i);
	print_context(out, &context);
	if (!cpu->has_regs)
		print_event(memory);
	collect_walk_done(&walk);
}

static void print_contexts(void)
{
	size_t shown = 0, nr_unknown = 0, nr_regs = 0;

	/* Said whatever was asked for: it is why there is nothing of it. */
	if (session->facts.live)
		fprintf(out, "A live system: no CPU was stopped, and of a running one there are no registers.\n");
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		nr_regs += session->facts.cpus[i].has_regs;
		if (!want_context(i, &nr_unknown))
			continue;
		if (shown++)
			fputc('\n', out);
		one_context(i);
		interrupt_point();
	}
	if (options.nr_ranges || options.mechanisms || options.problems ||
	    session->facts.live)
		return;
	if (shown && nobody_panicked())
		fprintf(out, "\nNobody panicked. These CPUs wait for a lock or have their interrupts masked;\n"
			     "since when, and if for good, is not known.\n");
	else if (shown)
		return;
	else if (!nr_regs)
		fprintf(out, "There are no registers of any CPU, so what they did is not known.\n");
	else if (nobody_panicked())
		fprintf(out, "Nobody panicked, so no CPU was stopped; none waits for a lock or has its\n"
			     "interrupts masked. -c LIST shows what any was doing.\n");
	else if (nr_unknown)
		fprintf(out, "No CPU is known to have been wedged; how %zu of them were stopped is not known.\n",
			nr_unknown);
	else
		fprintf(out, "No CPU was wedged.\n");
}

/* What can be said of a CPU without a note, on a line of its own. */
static void print_no_note(uint32_t nr, const struct cpu_memory *cpu)
{
	fprintf(out, "CPU %u: ", nr);
	if (!cpu)
		fprintf(out, "not present\n");
	else if (cpu->running == STOP_NO)
		fprintf(out, session->facts.live ? "offline\n" :
			"was not running before the crash\n");
	else if (!session->facts.live)
		fprintf(out, "has no note\n");
	else if (cpu->running != STOP_YES)
		fprintf(out, "not known to be online\n");
	else if (cpu->task)
		fprintf(out, "online; when this was read, its task was PID: %u  TASK: %llx  COMMAND: \"%s\"\n",
			cpu->pid, (unsigned long long)cpu->task, cpu->comm);
	else
		fprintf(out, "online; its task is not known\n");
}

/* CPUs that were asked for and that there is nothing to say about. */
static void print_unknown(void)
{
	for (size_t r = 0; r < options.nr_ranges; r++) {
		const struct stop_range *range = &options.ranges[r];

		for (uint32_t n = range->first; n <= range->last; n++) {
			if (!collect_stop_cpu(&session->facts, n))
				print_no_note(n, collect_cpu(&session->memory,
							     n));
		}
	}
}

/* How CPUs without a tag were stopped, as far as memory tells. */
static void print_inferred(bool with_evidence)
{
	bool heading = false;

	for (size_t i = 0; i < session->memory.nr_cpus; i++) {
		const struct cpu_memory *memory = &session->memory.cpus[i];
		const struct stop_cpu *cpu = collect_stop_cpu(&session->facts, memory->cpu);
		struct evidence evidence;
		struct inferred inferred;
		char name[16];

		if (with_evidence ? !stop_options_want(&options, memory->cpu) :
		    !cpu || cpu->tag_state == STOP_TAG_VALID ||
		    !want_cpu(cpu, NULL))
			continue;
		interrupt_point();
		evidence_infer(session, memory, &evidence, &inferred);
		if (!heading && !with_evidence)
			fprintf(out, "inferred, not recorded (sdei_stop -e shows the evidence):\n");
		heading = true;
		fprintf(out, "%sCPU %u: %s: %s\n", with_evidence ? "" : "  ",
			memory->cpu, infer_name(inferred.how), inferred.why);
		if (!with_evidence)
			continue;
		infer_print_evidence(out, &evidence);
		if (!cpu || cpu->tag_state != STOP_TAG_VALID)
			fprintf(out, "      tag: none\n");
		else
			fprintf(out, "      tag: %s%s\n",
				stop_mechanism_name(cpu->tag.mechanism, name),
				infer_agrees(inferred.how, cpu) ? "" :
				inferred.how == INFER_UNKNOWN ? "" :
				", which is not what the evidence says");
	}
}

static int by_cpu(const struct stop_cpu *a, const struct stop_cpu *b)
{
	return a->cpu < b->cpu ? -1 : a->cpu > b->cpu;
}

static int by_pid(const struct stop_cpu *a, const struct stop_cpu *b)
{
	return a->task_pid < b->task_pid ? -1 : a->task_pid > b->task_pid;
}

static uint64_t answer_time(const struct stop_cpu *cpu)
{
	if (cpu->tag_state != STOP_TAG_VALID || !cpu->tag.request_ns ||
	    cpu->tag.stop_ns < cpu->tag.request_ns)
		return 0;
	return cpu->tag.stop_ns - cpu->tag.request_ns;
}

static int by_after(const struct stop_cpu *a, const struct stop_cpu *b)
{
	uint64_t x = answer_time(a), y = answer_time(b);

	return x > y ? -1 : x < y;
}

static const char *report_name(void)
{
	return pc->dumpfile ? pc->dumpfile : "this system";
}

/* Wedged, as -w has it, or asked for: the rest of JSON is about those. */
static bool want_in_json(size_t i, bool wedged)
{
	size_t nr_unknown = 0;

	if (options.nr_ranges || options.mechanisms || options.problems)
		return want_cpu(&session->facts.cpus[i], NULL);
	return !wedged || want_context(i, &nr_unknown);
}

static void print_table(const struct stop_report_opts *opts)
{
	if (stop_report_table(out, &session->facts, &session->verdicts, opts))
		fprintf(out, "sdei_stop: out of memory\n");
	if (!session->facts.live)
		print_inferred(false);
	print_memory();
	print_unknown();
}

static void run(void)
{
	static int (*const orders[])(const struct stop_cpu *a,
				     const struct stop_cpu *b) = {
		[STOP_ORDER_CPU] = by_cpu,
		[STOP_ORDER_AFTER] = by_after,
		[STOP_ORDER_PID] = by_pid,
	};
	struct json_more more = { .session = session, .want_cpu = want_in_json };
	struct stop_report_opts opts = {
		.name = report_name(), .json_more = json_more,
		.json_more_arg = &more,
	};

	session_lines(session, options.mode == STOP_JSON ||
		      (options.lines && options.mode == STOP_TABLE));
	if (options.nr_ranges || options.mechanisms || options.problems)
		opts.want_cpu = want_cpu;
	if ((size_t)options.order < sizeof(orders) / sizeof(*orders))
		opts.compare = orders[options.order];

	switch (options.mode) {
	case STOP_TABLE:
		print_table(&opts);
		break;
	case STOP_CONTEXTS:
		print_contexts();
		print_unknown();
		break;
	case STOP_TIMELINE:
		if (!print_timeline(out, &session->facts))
			fprintf(out, "no tags: %s\n", session->facts.live ?
				"a live system, no CPU was stopped" :
				nobody_panicked() ?
				"nobody panicked, and no CPU was stopped" :
				"nothing says when a CPU was stopped; sdei_stop -e tells by what");
		break;
	case STOP_CHECKS:
		crosscheck(session, opts.want_cpu, NULL);
		print_unknown();
		break;
	case STOP_EVIDENCE:
		if (!session->memory.nr_cpus)
			fprintf(out, "no CPU is known: %s\n",
				session->memory.notes_why);
		print_inferred(true);
		print_unknown();
		break;
	case STOP_SWITCH:
		switch_to(session, options.cpu);
		break;
	case STOP_UNDO:
		switch_back();
		break;
	case STOP_JSON:
		if (stop_report_json(out, &session->facts, &session->verdicts,
				     &opts))
			stop_report_json_error(out, opts.name, "out of memory");
	}
}

/* False: crash has ended it, for something in the dump that it cannot read. */
static bool run_guarded(void)
{
	volatile bool whole = false;
	struct crash_guard outer;

	crash_guard_enter(&outer);
	if (!setjmp(pc->foreach_loop_env)) {
		session = session_get(options.mode == STOP_JSON ||
				      options.mode == STOP_CHECKS);
		if (session)
			run();
		whole = true;
	}
	crash_guard_leave(&outer);
	return whole;
}

/* Half an object is none; half a text may be what one looks for. */
static void give_up(void)
{
	static const char why[] =
		"crash gave up over what it could not read of this dump";

	if (options.mode != STOP_JSON)
		fprintf(out, "sdei_stop: %s; this is not all\n", why);
	else if (output_begin())
		stop_report_json_error(out, report_name(), why);
}

static void cmd_sdei_stop(void)
{
	interrupt_reset();
	interrupt_hold();
	stop_options_destroy(&options);
	if (!stop_options_parse(&options, argcnt, args)) {
		stop_options_destroy(&options);
		interrupt_release();
		cmd_usage(pc->curcmd, SYNOPSIS);
		return;
	}
	if (!output_begin()) {
		interrupt_release();
		fprintf(fp, "sdei_stop: out of memory\n");
		return;
	}
	if (!run_guarded()) {
		interrupt_hold_again();
		give_up();
	}
	output_end();
}

static struct command_table_entry command_table[] = {
	{ "sdei_stop", cmd_sdei_stop, stop_help, MINIMAL },
	{ NULL, NULL, NULL, 0 },
};

/*
 * What this was built for is what it is loaded into: a crash that reads arm64
 * dumps, with its structures where this one's defs.h has them. Looks, and calls
 * nothing: under `crash -x` the buffer that an error would jump to is not set
 * yet.
 */
static const char *wrong_crash(void)
{
	const struct machine_specific *ms;
	ulong va_bits;

	if (!pc->machine_type || strcmp(pc->machine_type, "ARM64"))
		return "it reads no arm64 dumps";
	if (machdep->pagesize != 1u << machdep->pageshift ||
	    machdep->pageoffset != machdep->pagesize - 1)
		return "its machdep_table is laid out otherwise";
	/* Under --minimal crash has looked at neither of these. */
	if (pc->flags & MINIMAL_MODE)
		return NULL;
	ms = machdep->machspec;
	va_bits = ms ? ms->VA_BITS : 0;
	if (va_bits < 36 || va_bits > 52 ||
	    (ms->CONFIG_ARM64_VA_BITS && (ms->CONFIG_ARM64_VA_BITS < 36 ||
					  ms->CONFIG_ARM64_VA_BITS > 52)))
		return "its machine_specific is laid out otherwise";
	if (kt->cpus < 1 || kt->cpus > NR_CPUS)
		return "its kernel_table is laid out otherwise";
	return NULL;
}

static void __attribute__((constructor)) sdei_stop_init(void)
{
	const char *why = wrong_crash();

	if (why)
		fprintf(stderr, "sdei_stop: not for this crash %s: %s\n",
			pc->program_version, why);
	else
		register_extension(command_table);
}
