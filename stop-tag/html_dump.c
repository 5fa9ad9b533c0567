// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_dump.c: one dump in the page: problems, the grid of CPUs, the wedged
 * ones in full, and a table of all.
 */
#include <stdlib.h>
#include <string.h>

#include "html_priv.h"

#define OPEN_MAX 12	/* sections that are not folded */

/* In words, for what a colour says. Order: that of the time line. */
const struct html_mechanism html_mechanisms[] = {
	{ "panic", "P", "panicked" },
	{ "ipi", "I", "IPI" },
	{ "nmi-ipi", "N", "pseudo-NMI" },
	{ "sdei", "S", "SDEI" },
	{ "self-stop", "L", "stopped itself" },
	{ "not-stopped", "\xc3\x97", "not stopped" },
	{ NULL, "?", "no tag" },
};

/* How bad it is for a CPU. */
enum mark { MARK_NONE, MARK_WARN, MARK_FAIL };

struct cpu {
	const struct json_value *json;
	int64_t number, note;	/* INT64_MAX: not known */
	enum mark mark;
};

struct dump {
	FILE *fp;
	const struct json_value *json;
	size_t number;		/* of the page */
	struct cpu *cpus;	/* sorted by number */
	struct cpu **by_note;	/* the same, sorted by note */
	size_t nr_cpus;
};

const struct html_mechanism *html_mechanism(const struct json_value *cpu)
{
	const char *id = json_text(json_get(cpu, "tag"), "mechanism", "");
	size_t i;

	for (i = 0; html_mechanisms[i].id; i++)
		if (!strcmp(html_mechanisms[i].id, id))
			break;
	return &html_mechanisms[i];
}

static const char *class_of(const struct html_mechanism *mechanism)
{
	return mechanism->id ? mechanism->id : "none";
}

void html_legend(FILE *fp)
{
	fputs("<div class=\"legend grid-key\">", fp);
	for (size_t i = 0; ; i++) {
		const struct html_mechanism *m = &html_mechanisms[i];

		fprintf(fp, "<span><span class=\"c %s\">%s</span> %s</span>",
			class_of(m), m->letter, m->name);
		if (!m->id)
			break;
	}
	fputs("<span><span class=\"c none fail\">&nbsp;</span> a failure</span><span><span class=\"c none warn\">&nbsp;</span> a warning</span></div>\n",
	      fp);
}

static int by_number(const void *a, const void *b)
{
	const struct cpu *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static int by_note(const void *a, const void *b)
{
	const struct cpu *x = *(struct cpu *const *)a;
	const struct cpu *y = *(struct cpu *const *)b;

	return x->note < y->note ? -1 : x->note > y->note;
}

static enum mark mark_of(const struct json_value *verdict)
{
	const char *severity = json_text(verdict, "severity", "");

	return !strcmp(severity, "fail") ? MARK_FAIL :
	       !strcmp(severity, "warn") ? MARK_WARN : MARK_NONE;
}

static struct cpu *find_cpu(const struct dump *dump, int64_t number)
{
	struct cpu key = { .number = number };

	return bsearch(&key, dump->cpus, dump->nr_cpus, sizeof(key), by_number);
}

static struct cpu *find_note(const struct dump *dump, int64_t note)
{
	struct cpu key = { .note = note }, *at = &key;
	struct cpu **found = bsearch(&at, dump->by_note, dump->nr_cpus,
				     sizeof(at), by_note);

	return found ? *found : NULL;
}

/* Verdicts name a CPU, or the note of one that has no number. */
static void mark_cpus(struct dump *dump)
{
	const struct json_value *v = pages_worst(dump->json);
	int64_t number;

	for (; v; v = v->next) {
		struct cpu *cpu = NULL;

		if (json_integer(v, "cpu", &number))
			cpu = find_cpu(dump, number);
		else if (json_integer(v, "note", &number))
			cpu = find_note(dump, number);
		if (cpu && mark_of(v) > cpu->mark)
			cpu->mark = mark_of(v);
	}
}

static int take_cpus(struct dump *dump)
{
	const struct json_value *cpus = json_get(dump->json, "cpus"), *cpu;

	if (!cpus || cpus->kind != JSON_ARRAY)
		return 0;
	dump->cpus = calloc(cpus->nr + 1, sizeof(*dump->cpus));
	dump->by_note = calloc(cpus->nr + 1, sizeof(*dump->by_note));
	if (!dump->cpus || !dump->by_note)
		return -1;
	for (cpu = cpus->first; cpu; cpu = cpu->next) {
		struct cpu *to = &dump->cpus[dump->nr_cpus++];

		to->json = cpu;
		if (!json_integer(cpu, "cpu", &to->number))
			to->number = INT64_MAX;
		if (!json_integer(cpu, "note", &to->note))
			to->note = INT64_MAX;
	}
	qsort(dump->cpus, dump->nr_cpus, sizeof(*dump->cpus), by_number);
	for (size_t i = 0; i < dump->nr_cpus; i++)
		dump->by_note[i] = &dump->cpus[i];
	qsort(dump->by_note, dump->nr_cpus, sizeof(*dump->by_note), by_note);
	mark_cpus(dump);
	return 0;
}

static void put_after(FILE *fp, const struct json_value *cpu)
{
	int64_t ns;

	if (json_integer(json_get(cpu, "tag"), "after_ns", &ns))
		fprintf(fp, "%.3f ms", ns / 1e6);
}

static void put_where(FILE *fp, const struct json_value *cpu, const char *symbol,
		      const char *source, const char *address)
{
	const char *line = json_text(cpu, source, NULL);

	fputs("<code>", fp);
	pages_text(fp, json_text(cpu, symbol, address));
	fputs("</code>", fp);
	if (line) {
		fputs(" <span class=\"dim\">", fp);
		pages_text(fp, line);
		fputs("</span>", fp);
	}
}

static const char *registers_of(const struct json_value *cpu)
{
	if (!json_true(cpu, "has_registers"))
		return "none";
	return json_text(json_get(cpu, "tag"), "regs", "?");
}

static const char *irqs_of(const struct json_value *cpu)
{
	const struct json_value *tag = json_get(cpu, "tag");

	if (!tag || tag->kind != JSON_OBJECT)
		return "?";
	if (!json_true(cpu, "has_registers"))
		return "-";
	return json_true(tag, "irqs_masked") ? "masked" : "on";
}

static void put_number(FILE *fp, const struct cpu *cpu)
{
	if (cpu->number == INT64_MAX)
		putc('?', fp);
	else
		fprintf(fp, "%lld", (long long)cpu->number);
}

static void put_grid(const struct dump *dump)
{
	static const char *const marks[] = {
		[MARK_NONE] = "", [MARK_WARN] = " warn", [MARK_FAIL] = " fail",
	};
	FILE *fp = dump->fp;
	int64_t online = 0;

	fprintf(fp, "<h3>CPUs</h3><div class=\"grid%s\">",
		dump->nr_cpus <= 4 ? " small" : "");
	for (size_t i = 0; i < dump->nr_cpus; i++) {
		const struct cpu *cpu = &dump->cpus[i];
		const struct html_mechanism *m = html_mechanism(cpu->json);

		fprintf(fp, "<a class=\"c %s%s\" href=\"#d%zuc%zu\" title=\"CPU ",
			class_of(m), marks[cpu->mark], dump->number, i);
		put_number(fp, cpu);
		fprintf(fp, ": %s, registers ", m->name);
		pages_text(fp, registers_of(cpu->json));
		fprintf(fp, ", interrupts %s\">%s<small>", irqs_of(cpu->json),
			m->letter);
		put_number(fp, cpu);
		fputs("</small></a>", fp);
	}
	fputs("</div>\n", fp);
	json_integer(json_get(dump->json, "totals"), "nr_online", &online);
	online -= dump->nr_cpus;
	if (online > 0)
		fprintf(fp, "<p><strong>%lld more CPU%s running, and nothing says which.</strong></p>\n",
			(long long)online, online == 1 ? " was" : "s were");
}

static void put_registers(FILE *fp, const struct json_value *cpu)
{
	const struct json_value *regs = json_get(cpu, "registers"), *reg;

	if (!regs || regs->kind != JSON_OBJECT)
		return;
	fputs("<details><summary>registers</summary><div class=\"regs\">", fp);
	for (reg = regs->first; reg; reg = reg->next) {
		fputs("<code>", fp);
		pages_print(fp, "%.8s ", reg->key);
		pages_text(fp, reg->kind == JSON_STRING ? reg->string : "?");
		fputs("</code>", fp);
	}
	fputs("</div></details>", fp);
}

static void put_card(const struct dump *dump, const struct cpu *of,
		     const struct json_value *chain)
{
	const struct json_value *cpu = of->json;
	FILE *fp = dump->fp;
	int64_t pid;

	fputs("<div class=\"card\"><strong>CPU ", fp);
	put_number(fp, of);
	fprintf(fp, ": %s</strong>, registers ", html_mechanism(cpu)->name);
	pages_text(fp, registers_of(cpu));
	fprintf(fp, ", interrupts %s", irqs_of(cpu));
	if (json_integer(cpu, "pid", &pid))
		fprintf(fp, ", PID %lld", (long long)pid);
	fputs("<br>", fp);
	if (chain) {
		html_put_chain(fp, chain);
	} else if (json_true(cpu, "has_registers")) {
		fputs("pc ", fp);
		put_where(fp, cpu, "pc_symbol", "pc_source",
			  json_text(cpu, "pc", "?"));
		fputs("<br>lr ", fp);
		put_where(fp, cpu, "lr_symbol", "lr_source",
			  json_text(json_get(cpu, "registers"), "x30", "?"));
	}
	if (json_true(cpu, "has_registers"))
		put_registers(fp, cpu);
	fputs("</div>\n", fp);
}

/* What one came to look at, in full; then who else has a call chain. */
static void put_cards(const struct dump *dump, bool wedged, const char *heading)
{
	bool any = false;

	for (size_t i = 0; i < dump->nr_cpus; i++) {
		const struct cpu *cpu = &dump->cpus[i];
		const struct json_value *chain = html_chain(dump->json,
							    cpu->json);

		if (json_true(cpu->json, "wedged") != wedged ||
		    (!wedged && !chain))
			continue;
		if (!any)
			fprintf(dump->fp, "<h3>%s</h3>\n", heading);
		any = true;
		put_card(dump, cpu, chain);
	}
}

static void put_table(const struct dump *dump)
{
	FILE *fp = dump->fp;

	fputs("<details><summary>All CPUs</summary><div class=\"scroll\"><table class=\"sort\"><thead><tr><th class=\"num\">CPU</th><th>stopped by</th><th>registers</th><th>interrupts</th><th class=\"num\">after</th><th class=\"num\">PID</th><th>pc</th></tr></thead><tbody>\n",
	      fp);
	for (size_t i = 0; i < dump->nr_cpus; i++) {
		const struct json_value *cpu = dump->cpus[i].json;
		int64_t pid;

		fprintf(fp, "<tr id=\"d%zuc%zu\"><td class=\"num\">",
			dump->number, i);
		put_number(fp, &dump->cpus[i]);
		fprintf(fp, "</td><td>%s</td><td>", html_mechanism(cpu)->name);
		pages_text(fp, registers_of(cpu));
		fprintf(fp, "</td><td>%s</td><td class=\"num\">", irqs_of(cpu));
		put_after(fp, cpu);
		fputs("</td><td class=\"num\">", fp);
		if (json_integer(cpu, "pid", &pid))
			fprintf(fp, "%lld", (long long)pid);
		fputs("</td><td>", fp);
		if (json_true(cpu, "has_registers"))
			put_where(fp, cpu, "pc_symbol", "pc_source",
				  json_text(cpu, "pc", "?"));
		fputs("</td></tr>\n", fp);
	}
	fputs("</tbody></table></div></details>\n", fp);
}

static void put_problems(const struct dump *dump)
{
	const struct json_value *v = pages_worst(dump->json);
	static const char *const classes[] = {
		[MARK_NONE] = "s5", [MARK_WARN] = "s3", [MARK_FAIL] = "s4",
	};
	FILE *fp = dump->fp;

	for (; v; v = v->next) {
		fprintf(fp, "<p><span class=\"result %s\">",
			classes[mark_of(v)]);
		pages_text(fp, json_text(v, "severity", "?"));
		fputs("</span> <strong>", fp);
		pages_text(fp, json_text(v, "id", "?"));
		fputs("</strong> ", fp);
		pages_text(fp, json_text(v, "text", ""));
		fputs("</p>\n", fp);
	}
}

static void put_changed(FILE *fp, const struct json_value *policy,
			const char *key, const char *what)
{
	const struct json_value *of = json_get(policy, key);

	if (!of || of->kind != JSON_OBJECT || !of->first)
		return;
	fprintf(fp, " %s", what);
	for (of = of->first; of; of = of->next)
		pages_print(fp, " %s%s", of->key, of->next ? "," : ";");
}

/* Nobody may take a result for the dump's that a policy has changed. */
static void put_policy(const struct dump *dump)
{
	const struct json_value *policy = json_get(dump->json, "policy");
	FILE *fp = dump->fp;
	int64_t without;

	if (!policy || !json_integer(policy, "status_without", &without))
		return;
	fputs("<p class=\"policy\">Policy:", fp);
	put_changed(fp, policy, "allowed", "allows");
	put_changed(fp, policy, "raised", "counts as failures");
	fprintf(fp, " without it the exit status is %lld</p>\n",
		(long long)without);
}

static void put_heading(const struct dump *dump)
{
	enum stop_status status = html_status(dump->json);
	const char *name = json_text(dump->json, "dump", "(none)");
	FILE *fp = dump->fp;

	fprintf(fp, "<section class=\"s%d\" data-s=\"%d\" data-name=\"", status,
		status);
	pages_text(fp, name);
	fprintf(fp, "\"><details%s><summary id=\"d%zu\"><span class=\"result s%d\">%s</span> <h2><bdi>",
		dump->number <= OPEN_MAX ? " open" : "", dump->number,
		status, html_result(status));
	pages_text(fp, name);
	fputs("</bdi></h2></summary>\n<p class=\"dim\">", fp);
	pages_text(fp, json_text(dump->json, "container",
				 json_text(dump->json, "error", "")));
	if (json_text(dump->json, "kernel", NULL)) {
		fputs(", kernel ", fp);
		pages_text(fp, json_text(dump->json, "kernel", ""));
	}
	if (json_text(dump->json, "build_id", NULL)) {
		fputs(", build id ", fp);
		pages_text(fp, json_text(dump->json, "build_id", ""));
	}
	fputs("</p>\n", fp);
	if (json_text(dump->json, "remark", NULL)) {
		fputs("<p>", fp);
		pages_text(fp, json_text(dump->json, "remark", ""));
		fputs("</p>\n", fp);
	}
}

int html_section(FILE *fp, const struct json_value *json, size_t number)
{
	struct dump dump = { .fp = fp, .json = json, .number = number };
	int ret = take_cpus(&dump);

	if (ret)
		goto out;
	put_heading(&dump);
	put_policy(&dump);
	put_problems(&dump);
	if (dump.nr_cpus) {
		put_grid(&dump);
		html_timeline(fp, json_get(json, "cpus"));
		put_cards(&dump, true, "Wedged");
		put_cards(&dump, false, "Stopped themselves");
		put_table(&dump);
	}
	fputs("</details></section>\n", fp);
out:
	free(dump.by_note);
	free(dump.cpus);
	return ret;
}
