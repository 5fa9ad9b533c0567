// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_table.c: the report for people.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/cpu_stop_tag.h>

#include "report_priv.h"

enum column {
	COL_CPU,
	COL_STOPPED_BY,
	COL_REGISTERS,
	COL_IRQS,
	COL_AFTER,
	COL_PID,
	COL_TASK,
	COL_PC,
	COL_SOURCE,
	NR_COLUMNS,
};

static const struct {
	const char *title;
	bool right;	/* aligned */
	bool optional;	/* left out when no CPU has anything in it */
} columns[NR_COLUMNS] = {
	[COL_CPU] = { .title = "CPU", .right = true },
	[COL_STOPPED_BY] = { .title = "STOPPED BY" },
	[COL_REGISTERS] = { .title = "REGISTERS" },
	[COL_IRQS] = { .title = "IRQS" },
	[COL_AFTER] = { .title = "AFTER", .right = true },
	[COL_PID] = { .title = "PID", .right = true },
	[COL_TASK] = { .title = "TASK", .optional = true },
	[COL_PC] = { .title = "PC" },
	[COL_SOURCE] = { .title = "SOURCE", .optional = true },
};

/* Wider cells are printed in full, but do not widen the column. */
#define WIDTH_MAX 56

struct row {
	char cell[NR_COLUMNS][256];
};

/*
 * Names in a dump, and of one, can hold anything: nothing of it may reach the
 * terminal as a control sequence. 0xc2 0x80 to 0x9f are the C1 controls.
 * Moves *text behind one character and returns what is shown of it.
 */
static char shown(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	bool c1 = *s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0;

	*text += c1 ? 2 : 1;
	return c1 || *s < ' ' || *s == 0x7f ? '?' : *s;
}

void stop_report_text(FILE *fp, const char *text)
{
	while (*text)
		putc(shown(&text), fp);
}

/* Where printf() would take most of the time of a report of many CPUs. */
static char *put_number(char *to, uint64_t value)
{
	char digits[20];
	int at = sizeof(digits);

	do
		digits[--at] = '0' + value % 10;
	while (value /= 10);
	memcpy(to, digits + at, sizeof(digits) - at);
	to += sizeof(digits) - at;
	*to = '\0';
	return to;
}

static char *put_hex(char *to, uint64_t value)
{
	*to++ = '0';
	*to++ = 'x';
	for (int shift = 60; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[value >> shift & 15];
	return to;
}

static void after_cell(char cell[256], const struct stop_cpu *cpu)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} units[] = {
		{ 1, " ns" }, { 1000, " us" }, { 1000000, " ms" },
		{ 1000000000, " s" },
	};
	size_t unit = 0;
	uint64_t size, step;
	int64_t ns;
	bool tenths;

	if (!stop_report_after(cpu, &ns)) {
		strcpy(cell, "-");
		return;
	}
	/* A CPU that did not stop was given up on after this long. */
	if (cpu->tag.mechanism == CPU_STOP_NOT_STOPPED)
		*cell++ = '>';
	if (ns < 0)
		*cell++ = '-';
	size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	while (unit < 3 && size >= 1000 * units[unit].ns)
		unit++;
	tenths = unit && (ns < 0 || size < 100 * units[unit].ns);
	step = units[unit].ns / (tenths ? 10 : 1);
	/* Halfway between two, and beyond 2^53 ns, printf() decides. */
	if ((unit && size % step == step / 2) || size >> 53) {
		sprintf(cell, "%.*f%s", tenths, (double)size / units[unit].ns,
			units[unit].name);
		return;
	}
	size = (size + step / 2) / step;
	cell = put_number(cell, tenths ? size / 10 : size);
	if (tenths) {
		*cell++ = '.';
		*cell++ = '0' + size % 10;
	}
	strcpy(cell, units[unit].name);
}

static void tag_cells(struct row *row, const struct stop_cpu *cpu)
{
	const struct stop_tag *tag = &cpu->tag;
	char buf[16];

	if (cpu->tag_state != STOP_TAG_VALID) {
		strcpy(row->cell[COL_STOPPED_BY],
		       cpu->tag_state == STOP_TAG_ABSENT ? "(no tag)" :
		       "(bad tag)");
		strcpy(row->cell[COL_REGISTERS], cpu->has_regs ? "?" : "none");
		strcpy(row->cell[COL_IRQS], "-");
		return;
	}
	strcpy(row->cell[COL_STOPPED_BY],
	       stop_mechanism_name(tag->mechanism, buf));
	strcpy(row->cell[COL_REGISTERS],
	       cpu->has_regs ? stop_regs_name(tag->regs, buf) : "none");
	if (!cpu->has_regs)
		strcpy(row->cell[COL_IRQS], "-");
	else
		strcpy(row->cell[COL_IRQS],
		       tag->flags & CPU_STOP_F_IRQS_MASKED ? "masked" : "on");
}

static void pc_cells(struct row *row, const struct stop_cpu *cpu)
{
	const char *where = "";

	if (cpu->tag_state == STOP_TAG_VALID &&
	    cpu->tag.flags & CPU_STOP_F_NOT_KERNEL)
		where = " (user space or guest)";
	if (cpu->pc_symbol)
		snprintf(row->cell[COL_PC], 256, "%s%s", cpu->pc_symbol, where);
	else
		strcpy(put_hex(row->cell[COL_PC], cpu->regs.pc), where);
	if (cpu->pc_line)
		snprintf(row->cell[COL_SOURCE], 256, "%s", cpu->pc_line);
}

static void clear_row(struct row *row)
{
	for (int i = 0; i < NR_COLUMNS; i++)
		row->cell[i][0] = '\0';
}

static void fill_row(struct row *row, const struct stop_cpu *cpu)
{
	clear_row(row);
	if (cpu->cpu == STOP_CPU_UNKNOWN)
		strcpy(row->cell[COL_CPU], "?");
	else
		put_number(row->cell[COL_CPU], cpu->cpu);
	tag_cells(row, cpu);
	after_cell(row->cell[COL_AFTER], cpu);
	if (cpu->has_regs) {
		put_number(row->cell[COL_PID], cpu->pid);
		pc_cells(row, cpu);
	} else {
		/* Without registers the task in memory is what is left. */
		if (cpu->task_comm[0])
			put_number(row->cell[COL_PID], cpu->task_pid);
		else
			strcpy(row->cell[COL_PID], "-");
		strcpy(row->cell[COL_PC],
		       cpu->tag_state == STOP_TAG_VALID &&
		       stop_tag_in_sdei(&cpu->tag) == STOP_YES ?
		       "(inside an SDEI event)" : "-");
	}
	if (cpu->task_comm[0])
		snprintf(row->cell[COL_TASK], 256, "%.16s", cpu->task_comm);
}

/*
 * Where a wedged CPU's function would return to: often who called it. For
 * registers that the stop code took of itself, lr is in the stop code too.
 */
static bool fill_lr_row(struct row *row, const struct stop_cpu *cpu)
{
	if (!stop_cpu_wedged(cpu) || !cpu->has_regs || !cpu->lr_symbol)
		return false;
	clear_row(row);
	snprintf(row->cell[COL_PC], 256, "  lr %s", cpu->lr_symbol);
	if (cpu->lr_line)
		snprintf(row->cell[COL_SOURCE], 256, "%s", cpu->lr_line);
	return true;
}

static void widen(int width[NR_COLUMNS], const struct row *row)
{
	for (int i = 0; i < NR_COLUMNS; i++) {
		int len = strlen(row->cell[i]);

		if (len > width[i])
			width[i] = len < WIDTH_MAX ? len : WIDTH_MAX;
	}
}

static void put_row(FILE *fp, const int width[NR_COLUMNS],
		    const struct row *row)
{
	char line[NR_COLUMNS * (256 + WIDTH_MAX + 2) + 1], *end = line;
	int pending = 1;	/* spaces, so that no line ends in them */

	for (int i = 0; i < NR_COLUMNS; i++) {
		const char *cell = row->cell[i];
		int len = strlen(cell);
		int pad = width[i] > len ? width[i] - len : 0;

		if (!width[i])
			continue;
		if (columns[i].right)
			pending += pad;
		if (len) {
			memset(end, ' ', pending);
			end += pending;
			while (*cell)
				*end++ = shown(&cell);
			pending = 0;
		}
		if (!columns[i].right)
			pending += pad;
		pending += 2;
	}
	*end++ = '\n';
	fwrite(line, 1, end - line, fp);
}

static void put_rows(FILE *fp, const struct stop_cpu **rows, size_t nr)
{
	int width[NR_COLUMNS] = { 0 };
	struct row row;

	for (size_t i = 0; i < nr; i++) {
		fill_row(&row, rows[i]);
		widen(width, &row);
		if (fill_lr_row(&row, rows[i]))
			widen(width, &row);
	}
	clear_row(&row);
	for (int i = 0; i < NR_COLUMNS; i++)
		if (width[i] || !columns[i].optional)
			strcpy(row.cell[i], columns[i].title);
	widen(width, &row);

	put_row(fp, width, &row);
	for (size_t i = 0; i < nr; i++) {
		fill_row(&row, rows[i]);
		put_row(fp, width, &row);
		if (fill_lr_row(&row, rows[i]))
			put_row(fp, width, &row);
	}
}

static void put_totals(FILE *fp, const struct stop_facts *facts)
{
	static const struct {
		int mechanism;
		const char *text;
	} parts[] = {
		{ CPU_STOP_PANIC, "panicked" },
		{ CPU_STOP_IPI, "stopped by IPI" },
		{ CPU_STOP_NMI_IPI, "by pseudo-NMI" },
		{ CPU_STOP_SDEI, "by SDEI" },
		{ CPU_STOP_SELF, "self-stopped" },
		{ CPU_STOP_NOT_STOPPED, "not stopped" },
		{ CPU_STOP_UNSET, "by a way that was not recorded" },
	};
	struct stop_totals totals;
	const char *sep = ": ";

	stop_report_totals(facts, &totals);
	if (!stop_facts_nr_tags(facts)) {
		fprintf(fp, "%zu CPU%s registers\n", totals.with_regs,
			totals.with_regs == 1 ? " has" : "s have");
		return;
	}
	if (totals.has_nr_online)
		fprintf(fp, "%u CPU%s running", totals.nr_online,
			totals.nr_online == 1 ? " was" : "s were");
	else
		fprintf(fp, "an unknown number of CPUs was running");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!totals.by[parts[i].mechanism])
			continue;
		fprintf(fp, "%s%zu %s", sep, totals.by[parts[i].mechanism],
			parts[i].text);
		sep = ", ";
	}
	if (totals.other)
		fprintf(fp, "%s%zu by a way newer than this tool", sep,
			totals.other), sep = ", ";
	if (totals.malformed)
		fprintf(fp, "%s%zu with a malformed tag", sep,
			totals.malformed), sep = ", ";
	if (totals.untagged)
		fprintf(fp, "%s%zu without a tag", sep, totals.untagged);
	putc('\n', fp);
}

static void put_heading(FILE *fp, const struct stop_facts *facts,
			const char *name)
{
	time_t when = facts->crashtime;
	char text[40];
	struct tm tm;

	stop_report_text(fp, name);
	fputs(": ", fp);
	stop_report_text(fp, facts->container[0] ? facts->container : "dump");
	if (facts->osrelease[0]) {
		fputs(", kernel ", fp);
		stop_report_text(fp, facts->osrelease);
	}
	if (facts->live)
		fputs(", live", fp);
	else if (facts->has_crashtime && gmtime_r(&when, &tm) &&
		 strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		fprintf(fp, ", crashed %s UTC", text);
	if (facts->advertises_tags && facts->tag_version > CPU_STOP_TAG_VERSION)
		fprintf(fp, ", tag version %u (this tool knows %u)",
			facts->tag_version, CPU_STOP_TAG_VERSION);
	putc('\n', fp);
	put_totals(fp, facts);
}

static void put_verdicts(FILE *fp, const struct stop_verdicts *verdicts,
			 bool colour)
{
	static const char *const colours[] = {
		[STOP_INFO] = "\033[36m",
		[STOP_WARN] = "\033[33m",
		[STOP_FAIL] = "\033[31m",
	};

	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct stop_verdict *v = &verdicts->v[i];

		fprintf(fp, "%s%s%s  %-15s  ",
			colour ? colours[v->severity] : "",
			stop_severity_name(v->severity), colour ? "\033[m" : "",
			stop_verdict_name(v->id));
		stop_report_text(fp, v->text);
		putc('\n', fp);
	}
}

/* A serial console may need ten milliseconds per line while others wait. */
#define BRIEF_MAX 32

void stop_report_brief(FILE *fp, const struct stop_facts *facts,
		       const struct stop_verdicts *verdicts,
		       const char *prefix)
{
	fputs(prefix, fp);
	put_totals(fp, facts);
	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct stop_verdict *v = &verdicts->v[i];

		if (i == BRIEF_MAX) {
			fprintf(fp, "%sand %zu more\n", prefix,
				verdicts->nr - i);
			break;
		}
		fprintf(fp, "%s%s %s: ", prefix,
			stop_severity_name(v->severity),
			stop_verdict_name(v->id));
		stop_report_text(fp, v->text);
		putc('\n', fp);
	}
}

/* What it means that there are no tags; never that all is well. */
static const char *no_tags(const struct stop_facts *facts)
{
	if (facts->live)
		return "no tags: a live system, no CPU was stopped";
	if (facts->has_vmcoreinfo && !facts->has_crashtime)
		return "no tags: not a crash, no CPU was stopped";
	return "no tags: whether all CPUs are here is not known";
}

static void put_result(FILE *fp, const struct stop_facts *facts,
		       enum stop_status status)
{
	bool tagged = stop_facts_nr_tags(facts);

	fputs("result: ", fp);
	if (status == STOP_STATUS_PASS)
		fputs("pass", fp);
	else if (status == STOP_STATUS_WARN)
		fputs("warnings", fp);
	else if (status == STOP_STATUS_FAIL)
		fputs("failures", fp);
	if (!tagged)
		fprintf(fp, "%s%s", status == STOP_STATUS_UNTAGGED ? "" : "; ",
			no_tags(facts));
	fprintf(fp, " (exit %d)\n", status);
}

int stop_report_table(FILE *fp, const struct stop_facts *facts,
		      const struct stop_verdicts *verdicts,
		      const struct stop_report_opts *opts)
{
	const struct stop_cpu **rows;
	size_t nr;

	rows = stop_report_rows(facts, opts, &nr);
	if (!rows)
		return -1;
	if (opts->name) {
		put_heading(fp, facts, opts->name);
		putc('\n', fp);
	}
	if (opts->note) {
		stop_report_text(fp, opts->note);
		fputs("\n\n", fp);
	}
	if (nr)
		put_rows(fp, rows, nr);
	else
		fputs("no CPU to show\n", fp);
	free(rows);
	if (opts->table_more)
		opts->table_more(fp, opts->table_more_arg);

	putc('\n', fp);
	if (verdicts->nr) {
		put_verdicts(fp, verdicts, opts->colour);
		putc('\n', fp);
	}
	put_result(fp, facts, stop_judge_status(facts, verdicts));
	return 0;
}
