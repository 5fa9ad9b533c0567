// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_json.c: the report for programs. FORMAT.md documents every key; keys
 * are only ever added.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "json.h"
#include "report_priv.h"

static const char *const mechanisms[] = {
	[CPU_STOP_UNSET] = "unset",
	[CPU_STOP_PANIC] = "panic",
	[CPU_STOP_IPI] = "ipi",
	[CPU_STOP_NMI_IPI] = "nmi-ipi",
	[CPU_STOP_SDEI] = "sdei",
	[CPU_STOP_SELF] = "self-stop",
	[CPU_STOP_NOT_STOPPED] = "not-stopped",
};

static const char *const provenances[] = {
	[CPU_STOP_REGS_NONE] = "none",
	[CPU_STOP_REGS_INTERRUPTED] = "interrupted",
	[CPU_STOP_REGS_CAPTURED] = "captured",
	[CPU_STOP_REGS_EXCEPTION] = "exception",
};

static const char *const x_names[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
	"x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20",
	"x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
};

#define NR(array) (sizeof(array) / sizeof(*(array)))

/* A known value as its name, any other as the number it is. */
static void enumerated(struct json *json, const char *key,
		       const char *const *names, size_t nr, uint8_t value)
{
	if (value < nr)
		json_string(json, key, names[value]);
	else
		json_uint(json, key, value);
}

const char *stop_mechanism_id(uint8_t mechanism)
{
	return mechanism < NR(mechanisms) ? mechanisms[mechanism] : NULL;
}

static void string_or_null(struct json *json, const char *key,
			   const char *value)
{
	json_string(json, key, value && value[0] ? value : NULL);
}

static void known(struct json *json, const char *key, enum stop_known value)
{
	if (value == STOP_UNKNOWN)
		json_null(json, key);
	else
		json_bool(json, key, value == STOP_YES);
}

static void write_tag(struct json *json, const struct stop_cpu *cpu)
{
	const struct stop_tag *tag = &cpu->tag;
	int64_t after;

	json_open(json, "tag", '{');
	json_uint(json, "version", tag->version);
	json_uint(json, "size", tag->size);
	enumerated(json, "mechanism", mechanisms, NR(mechanisms),
		   tag->mechanism);
	enumerated(json, "regs", provenances, NR(provenances), tag->regs);
	json_open(json, "rungs", '[');
	if (tag->rungs & CPU_STOP_RUNG_IPI)
		json_string(json, NULL, "ipi");
	if (tag->rungs & CPU_STOP_RUNG_NMI_IPI)
		json_string(json, NULL, "nmi-ipi");
	if (tag->rungs & CPU_STOP_RUNG_SDEI)
		json_string(json, NULL, "sdei");
	json_close(json, ']');
	json_uint(json, "rungs_raw", tag->rungs);
	json_uint(json, "cpu", tag->cpu);
	json_uint(json, "flags", tag->flags);
	json_bool(json, "irqs_masked", tag->flags & CPU_STOP_F_IRQS_MASKED);
	json_bool(json, "powered_off", tag->flags & CPU_STOP_F_POWERED_OFF);
	json_bool(json, "not_kernel", tag->flags & CPU_STOP_F_NOT_KERNEL);
	known(json, "in_sdei", stop_tag_in_sdei(tag));
	json_hex(json, "mpidr", tag->mpidr);
	json_uint(json, "stop_ns", tag->stop_ns);
	json_uint(json, "request_ns", tag->request_ns);
	if (stop_report_after(cpu, &after))
		json_int(json, "after_ns", after);
	else
		json_null(json, "after_ns");
	if (tag->mechanism == CPU_STOP_PANIC) {
		json_uint(json, "nr_online", tag->nr_online);
		json_uint(json, "nr_left", tag->nr_left);
	}
	if (tag->rungs & CPU_STOP_RUNG_SDEI)
		json_int(json, "sdei_status", tag->sdei_status);
	json_close(json, '}');
}

static void write_regs(struct json *json, const struct stop_cpu *cpu)
{
	json_hex(json, "pc", cpu->regs.pc);
	json_string(json, "pc_symbol", cpu->pc_symbol);
	json_string(json, "pc_source", cpu->pc_line);
	json_string(json, "lr_symbol", cpu->lr_symbol);
	json_string(json, "lr_source", cpu->lr_line);
	json_uint(json, "pid", cpu->pid);
	json_open(json, "registers", '{');
	for (unsigned int i = 0; i < NR(x_names); i++)
		json_hex(json, x_names[i], cpu->regs.x[i]);
	json_hex(json, "sp", cpu->regs.sp);
	json_hex(json, "pc", cpu->regs.pc);
	json_hex(json, "pstate", cpu->regs.pstate);
	json_close(json, '}');
}

static void write_cpu(struct json *json, const struct stop_cpu *cpu)
{
	static const char *const states[] = {
		[STOP_TAG_ABSENT] = "absent",
		[STOP_TAG_VALID] = "valid",
		[STOP_TAG_MALFORMED] = "malformed",
	};
	char comm[sizeof(cpu->task_comm) + 1] = "";

	json_open(json, NULL, '{');
	if (cpu->cpu == STOP_CPU_UNKNOWN)
		json_null(json, "cpu");
	else
		json_uint(json, "cpu", cpu->cpu);
	if (cpu->has_note)
		json_uint(json, "note", cpu->note_index);
	else
		json_null(json, "note");
	json_bool(json, "wedged", stop_cpu_wedged(cpu));
	json_string(json, "tag_state", states[cpu->tag_state]);
	if (cpu->tag_state == STOP_TAG_VALID)
		write_tag(json, cpu);
	else
		json_null(json, "tag");
	if (cpu->tag_state == STOP_TAG_MALFORMED)
		json_string(json, "tag_why", cpu->tag_why);
	json_bool(json, "has_registers", cpu->has_regs);
	if (cpu->has_regs)
		write_regs(json, cpu);
	known(json, "pc_in_stop_code", cpu->pc_in_stop_code);
	known(json, "running", cpu->running);
	known(json, "sp_in_stack", cpu->sp_in_stack);
	known(json, "pid_matches", cpu->pid_matches);
	memcpy(comm, cpu->task_comm, sizeof(cpu->task_comm));
	if (comm[0]) {
		json_uint(json, "task_pid", cpu->task_pid);
		json_string(json, "task_comm", comm);
	}
	json_close(json, '}');
}

static void write_totals(struct json *json, const struct stop_facts *facts)
{
	struct stop_totals totals;

	stop_report_totals(facts, &totals);
	json_open(json, "totals", '{');
	if (totals.has_nr_online) {
		json_uint(json, "nr_online", totals.nr_online);
		json_uint(json, "nr_left", totals.nr_left);
	} else {
		json_null(json, "nr_online");
		json_null(json, "nr_left");
	}
	for (size_t i = 0; i < NR(mechanisms); i++)
		json_uint(json, mechanisms[i], totals.by[i]);
	json_uint(json, "other", totals.other);
	json_uint(json, "malformed", totals.malformed);
	json_uint(json, "untagged", totals.untagged);
	json_uint(json, "with_registers", totals.with_regs);
	json_close(json, '}');
}

static void write_dump(struct json *json, const struct stop_facts *facts)
{
	string_or_null(json, "container", facts->container);
	string_or_null(json, "kernel", facts->osrelease);
	string_or_null(json, "build_id", facts->build_id);
	json_bool(json, "big_endian", facts->big_endian);
	json_bool(json, "live", facts->live);
	json_bool(json, "from_memory", facts->from_memory);
	json_bool(json, "vmcoreinfo", facts->has_vmcoreinfo);
	if (facts->has_crashtime)
		json_int(json, "crashtime", facts->crashtime);
	else
		json_null(json, "crashtime");
	if (facts->advertises_tags)
		json_uint(json, "tag_version", facts->tag_version);
	else
		json_null(json, "tag_version");
	if (facts->has_kerneloffset)
		json_hex(json, "kerneloffset", facts->kerneloffset);
	else
		json_null(json, "kerneloffset");
}

static void write_verdicts(struct json *json,
			   const struct stop_verdicts *verdicts)
{
	json_open(json, "verdicts", '[');
	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct stop_verdict *v = &verdicts->v[i];

		json_open(json, NULL, '{');
		json_string(json, "id", stop_verdict_name(v->id));
		json_string(json, "severity", stop_severity_name(v->severity));
		if (v->cpu == STOP_CPU_UNKNOWN)
			json_null(json, "cpu");
		else
			json_uint(json, "cpu", v->cpu);
		if (v->note_index < 0)
			json_null(json, "note");
		else
			json_uint(json, "note", v->note_index);
		json_string(json, "text", v->text);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static const char *result_name(enum stop_status status)
{
	switch (status) {
	case STOP_STATUS_PASS:
		return "pass";
	case STOP_STATUS_WARN:
		return "warnings";
	case STOP_STATUS_FAIL:
		return "failures";
	case STOP_STATUS_UNTAGGED:
		return "no-tags";
	case STOP_STATUS_ERROR:
		break;
	}
	return "error";
}

int stop_report_json(FILE *fp, const struct stop_facts *facts,
		     const struct stop_verdicts *verdicts,
		     const struct stop_report_opts *opts)
{
	enum stop_status status = stop_judge_status(facts, verdicts);
	struct json json = { .fp = fp };
	const struct stop_cpu **rows;
	size_t nr;

	rows = stop_report_rows(facts, opts, &nr);
	if (!rows)
		return -1;
	json_open(&json, NULL, '{');
	json_string(&json, "dump", opts->name);
	write_dump(&json, facts);
	if (opts->note)
		json_string(&json, "remark", opts->note);
	write_totals(&json, facts);
	json_open(&json, "cpus", '[');
	for (size_t i = 0; i < nr; i++)
		write_cpu(&json, rows[i]);
	json_close(&json, ']');
	write_verdicts(&json, verdicts);
	json_string(&json, "result", result_name(status));
	json_uint(&json, "status", status);
	if (opts->json_more)
		opts->json_more(&json, opts->json_more_arg);
	json_close(&json, '}');
	putc('\n', fp);
	free(rows);
	return 0;
}

void stop_report_json_error(FILE *fp, const char *name, const char *text)
{
	struct json json = { .fp = fp };

	json_open(&json, NULL, '{');
	json_string(&json, "dump", name);
	json_string(&json, "error", text);
	json_string(&json, "result", result_name(STOP_STATUS_ERROR));
	json_uint(&json, "status", STOP_STATUS_ERROR);
	json_close(&json, '}');
	putc('\n', fp);
}
