// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sdei_stop.c: the crash(8) command sdei_stop. Registers, takes the options,
 * and brings facts, judge and report together.
 */
#include "crash-defs.h"

#include <getopt.h>

#include "collect.h"
#include "compare.h"
#include "dump.h"
#include "judge.h"
#include "options.h"
#include "report.h"
#include "show.h"

/*
 * crash leaves a command by longjmp when the person interrupts it, past any
 * cleanup. What is malloc'ed is therefore kept here, where the next run of
 * the command finds and frees it.
 */
static struct run {
	struct stop_facts facts;
	struct stop_facts file;
	struct stop_verdicts verdicts;
	struct stop_options options;
} run;

static void run_reset(void)
{
	stop_facts_destroy(&run.facts);
	stop_facts_destroy(&run.file);
	stop_verdicts_destroy(&run.verdicts);
	stop_options_destroy(&run.options);
	memset(&run, 0, sizeof(run));
}

/* What is known of the dump as a whole, where memory did not tell. */
static void take_dump_facts(struct stop_facts *to,
			    const struct stop_facts *from)
{
	memcpy(to->osrelease, from->osrelease, sizeof(to->osrelease));
	memcpy(to->build_id, from->build_id, sizeof(to->build_id));
	to->has_vmcoreinfo = from->has_vmcoreinfo;
	to->has_crashtime = from->has_crashtime;
	to->crashtime = from->crashtime;
	to->advertises_tags = from->advertises_tags;
	to->tag_version = from->tag_version;
	to->has_kerneloffset = from->has_kerneloffset;
	to->kerneloffset = from->kerneloffset;
	to->kernelpacmask = from->kernelpacmask;
}

/* A broken file is as much a finding here as it is for stopcheck. */
static int take_defects(struct stop_facts *to, const struct stop_facts *from)
{
	int ret = 0;

	for (size_t i = 0; i < from->nr_defects && !ret; i++)
		ret = stop_facts_add_defect(to, from->defects[i].offset,
					    "in the file: %.100s",
					    from->defects[i].what);
	return ret;
}

/*
 * A dump taken from outside has empty crash_notes: the registers are those
 * that the hypervisor put into the file. Likewise where memory cannot be read.
 */
static void use_file_notes(struct crash_memory *memory)
{
	struct stop_facts memory_facts = run.facts;

	run.facts = run.file;
	run.file = memory_facts;
	run.facts.from_memory = false;
	if (!memory->notes_why[0])
		snprintf(memory->notes_why, sizeof(memory->notes_why),
			 "crash_notes is empty");
}

static int collect(struct crash_memory *memory, bool *have_file,
		   char why_no_file[160])
{
	int ret;

	why_no_file[0] = '\0';
	run.facts.live = ACTIVE();
	*have_file = !ACTIVE() && pc->dumpfile &&
		     !stop_dump_read(pc->dumpfile, &run.file, why_no_file);
	if (!collect_vmcoreinfo(&run.facts) && *have_file)
		take_dump_facts(&run.facts, &run.file);
	ret = collect_cpus(memory, &run.facts);
	if (ret)
		return ret;
	if (!memory->nr_notes && *have_file && run.file.nr_cpus) {
		use_file_notes(memory);
		*have_file = false;
	} else if (*have_file) {
		memcpy(run.facts.container, run.file.container,
		       sizeof(run.facts.container));
		ret = take_defects(&run.facts, &run.file);
		if (ret)
			return ret;
	} else {
		snprintf(run.facts.container, sizeof(run.facts.container),
			 "memory");
	}
	return collect_names(memory, &run.facts);
}

static void print_difference(void *arg, const char *text)
{
	(void)arg;
	fprintf(fp, "  %s\n", text);
}

/* CPUs that took no part, and where the notes came from: for people. */
static void print_memory(const struct crash_memory *memory, bool have_file,
			 const char *why_no_file)
{
	struct compare compare = { .differs = NULL };
	const char *sep = "not running before the crash: CPU ";

	if (memory->has_panic_cpu && memory->panic_cpu >= 0)
		fprintf(fp, "panicking CPU: %d\n", memory->panic_cpu);
	for (size_t i = 0; i < memory->nr_cpus; i++) {
		if (memory->cpus[i].running == STOP_NO) {
			fprintf(fp, "%s%u", sep, memory->cpus[i].cpu);
			sep = ", ";
		}
	}
	if (*sep == ',')
		fputc('\n', fp);

	if (memory->notes_why[0])
		fprintf(fp, "notes: %s%s\n", memory->notes_why,
			run.facts.from_memory ? "" :
			"; those of the dump file are shown");
	if (!have_file) {
		if (why_no_file[0])
			fprintf(fp, "notes: not compared with the dump file: %s\n",
				why_no_file);
		return;
	}
	compare_notes(&compare, &run.facts, &run.file);
	if (!compare.nr_differ) {
		fprintf(fp, "notes: %zu in memory, the same in the dump file\n",
			compare.nr_memory);
		return;
	}
	fprintf(fp, "notes: %zu in memory, %zu in the dump file; they differ:\n",
		compare.nr_memory, compare.nr_file);
	compare.differs = print_difference;
	compare_notes(&compare, &run.facts, &run.file);
}

static void json_difference(void *arg, const char *text)
{
	json_string(arg, NULL, text);
}

/* What only memory has: one more member of the report of every tool. */
struct json_memory {
	const struct crash_memory *memory;
	bool have_file;
};

static void json_memory(struct json *json, void *arg)
{
	const struct json_memory *what = arg;
	const struct crash_memory *memory = what->memory;
	struct compare compare = { .differs = json_difference, .arg = json };

	json_open(json, "memory", '{');
	if (memory->has_panic_cpu && memory->panic_cpu >= 0)
		json_uint(json, "panic_cpu", memory->panic_cpu);
	else
		json_null(json, "panic_cpu");
	json_open(json, "not_running", '[');
	for (size_t i = 0; i < memory->nr_cpus; i++)
		if (memory->cpus[i].running == STOP_NO)
			json_uint(json, NULL, memory->cpus[i].cpu);
	json_close(json, ']');
	json_bool(json, "compared", what->have_file);
	json_open(json, "differences", '[');
	if (what->have_file)
		compare_notes(&compare, &run.facts, &run.file);
	json_close(json, ']');
	json_close(json, '}');
}

static bool want_cpu(const struct stop_cpu *cpu, void *arg)
{
	return stop_options_want(arg, cpu->cpu);
}

/*
 * Without tags, a CPU that was running and left no registers is what one came
 * to look at.
 */
static bool want_context(const struct stop_cpu *cpu)
{
	if (run.options.nr_ranges)
		return stop_options_want(&run.options, cpu->cpu);
	return stop_cpu_wedged(cpu) ||
	       (cpu->tag_state != STOP_TAG_VALID && !cpu->has_regs);
}

static void print_contexts(const struct crash_memory *memory)
{
	/* Not on the stack: crash's is not for 60 KiB. */
	struct walk *walk = (struct walk *)GETBUF(sizeof(*walk));
	size_t shown = 0;

	for (size_t i = 0; i < run.facts.nr_cpus; i++) {
		const struct stop_cpu *cpu = &run.facts.cpus[i];
		const struct cpu_memory *of_cpu;

		if (!want_context(cpu))
			continue;
		if (shown++)
			fputc('\n', fp);
		of_cpu = collect_cpu(memory, cpu->cpu);
		collect_walk(walk, of_cpu, &run.facts);
		print_context(fp, &run.facts, cpu, of_cpu, walk,
			     collect_symbol);
		collect_walk_done(walk);
	}
	if (!shown && !run.options.nr_ranges)
		fprintf(fp, "No CPU was wedged.\n");
	FREEBUF(walk);
}

/* CPUs that were asked for and that there is nothing to say about. */
static void print_unknown(const struct crash_memory *memory)
{
	for (size_t r = 0; r < run.options.nr_ranges; r++) {
		const struct stop_range *range = &run.options.ranges[r];

		for (uint32_t n = range->first; n <= range->last; n++) {
			const struct cpu_memory *cpu = collect_cpu(memory, n);
			bool found = false;

			for (size_t i = 0; i < run.facts.nr_cpus; i++)
				found |= run.facts.cpus[i].cpu == n;
			if (found)
				continue;
			fprintf(fp, "CPU %u: %s\n", n, !cpu ?
				"not present" : cpu->running == STOP_NO ?
				"was not running before the crash" :
				"has no note");
		}
	}
}

static void cmd_sdei_stop(void)
{
	struct stop_report_opts opts = { .name = pc->dumpfile };
	struct crash_memory memory;
	char why_no_file[160];
	bool have_file;
	struct json_memory more = { .memory = &memory };

	run_reset();
	if (!stop_options_parse(&run.options, argcnt, args)) {
		run_reset();
		cmd_usage(pc->curcmd, SYNOPSIS);
		return;
	}
	if (run.options.nr_ranges) {
		opts.want_cpu = want_cpu;
		opts.want_arg = &run.options;
	}
	if (collect(&memory, &have_file, why_no_file) ||
	    stop_judge(&run.facts, &run.verdicts)) {
		run_reset();
		fprintf(fp, "sdei_stop: out of memory\n");
		return;
	}

	more.have_file = have_file;
	opts.json_more = json_memory;
	opts.json_more_arg = &more;
	if (run.options.json) {
		stop_report_json(fp, &run.facts, &run.verdicts, &opts);
	} else if (run.options.contexts) {
		print_contexts(&memory);
		print_unknown(&memory);
	} else {
		stop_report_table(fp, &run.facts, &run.verdicts, &opts);
		print_memory(&memory, have_file, why_no_file);
		print_unknown(&memory);
	}
	run_reset();
}

static struct command_table_entry command_table[] = {
	{ "sdei_stop", cmd_sdei_stop, stop_help, MINIMAL },
	{ NULL, NULL, NULL, 0 },
};

/*
 * Nothing but this: under `crash -x` the buffer that an error would jump to is
 * not set yet.
 */
static void __attribute__((constructor)) sdei_stop_init(void)
{
	register_extension(command_table);
}
