// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check.c: container -> notes -> facts -> verdicts -> report, for one dump.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "backtrace.h"
#include "check.h"
#include "dump.h"
#include "kind.h"
#include "kofiles.h"
#include "names.h"
#include "policy.h"
#include "report.h"
#include "sandbox.h"
#include "unpack.h"
#include "vmcore.h"
#include "vmlinux.h"

const char *check_status_name(enum stop_status status)
{
	switch (status) {
	case STOP_STATUS_PASS:
		return "pass";
	case STOP_STATUS_WARN:
		return "warnings";
	case STOP_STATUS_FAIL:
		return "failures";
	case STOP_STATUS_UNTAGGED:
		return "no tags";
	case STOP_STATUS_ERROR:
		break;
	}
	return "error";
}

#define REMARK sizeof(((struct vmlinux *)0)->remark)

/*
 * The names for a dump, or NULL: text says why, if that is to be said, and
 * question is "" unless it has to be asked first.
 */
static struct names *names_for(const struct check_opts *opts, const char *path,
			       const struct stop_facts *facts,
			       char text[REMARK],
			       char question[VMLINUX_QUESTION])
{
	const struct vmlinux *vmlinux;

	question[0] = text[0] = '\0';
	if (opts->names || !opts->vmlinuxes)
		return opts->names;
	vmlinux = vmlinuxes_get(opts->vmlinuxes, facts->build_id);
	if (vmlinux) {
		memcpy(text, vmlinux->remark, REMARK);
		return vmlinux->names;
	}
	if (!strcmp(path, "-"))
		snprintf(text, REMARK,
			 "no names: no vmlinux is looked for, as standard input cannot be read twice");
	else if (vmlinux_question(facts, question))
		snprintf(text, REMARK,
			 "no names: the dump has no BUILD-ID to find its vmlinux by");
	return NULL;
}

/*
 * Names for the addresses of a dump. Returns what is to be said about it, in
 * text, or NULL.
 */
static const char *name(struct names *names, struct stop_facts *facts,
			char text[REMARK], bool *named)
{
	*named = names && !names_fill(names, facts, text);
	return !*named && text[0] ? text : NULL;
}

/* What is to be said of addresses that got none, in text, or NULL. */
static const char *unnamed(const struct stop_facts *facts, char text[REMARK])
{
	size_t nr = 0;

	for (size_t i = 0; i < facts->nr_cpus; i++)
		nr += facts->cpus[i].has_regs &&
		      !stop_cpu_not_kernel(&facts->cpus[i]) &&
		      !facts->cpus[i].pc_symbol &&
		      facts->cpus[i].regs.pc >> 63;
	if (!nr)
		return NULL;
	snprintf(text, REMARK,
		 "%zu pc%s in no function of vmlinux (perhaps a module's, whose names are not in what was read of the dump)",
		 nr, nr == 1 ? " is" : "s are");
	return text;
}

/* Result, name, and the first and worst verdict. */
static void brief(FILE *fp, const char *path, enum stop_status status,
		  const struct stop_verdicts *verdicts)
{
	fprintf(fp, "%-8s  ", check_status_name(status));
	stop_report_text(fp, path);
	if (verdicts->nr) {
		fprintf(fp, ": %s: %s", stop_verdict_name(verdicts->v[0].id),
			verdicts->v[0].text);
		if (verdicts->nr > 1)
			fprintf(fp, " (and %zu more)", verdicts->nr - 1);
	}
	putc('\n', fp);
}

/* What stopcheck has to say beyond facts and verdicts. */
struct more {
	struct policy_effect effect;
	struct backtraces *backtraces;
};

static void json_more(struct json *json, void *arg)
{
	const struct more *more = arg;

	backtraces_json(json, more->backtraces);
	policy_json(json, &more->effect);
}

static void table_more(FILE *fp, void *arg)
{
	const struct more *more = arg;

	backtraces_table(fp, more->backtraces);
}

static int table(FILE *fp, struct stop_report_opts *report,
		 const struct stop_facts *facts,
		 const struct stop_verdicts *verdicts,
		 const struct policy_effect *effect)
{
	char policy[400], note[700];

	policy_text(effect, policy);
	if (policy[0]) {
		snprintf(note, sizeof(note), "%s%s%s",
			 report->note ? report->note : "",
			 report->note ? "; " : "", policy);
		report->note = note;
	}
	return stop_report_table(fp, facts, verdicts, report);
}

/* fd: the dump, or -1 if it cannot be read again. */
static int report(const struct check_opts *opts, const char *path, int fd,
		  struct stop_facts *facts, const struct check_out *out)
{
	struct more more = { .backtraces = NULL };
	struct stop_report_opts report = {
		.name = path, .colour = opts->colour,
		.json_more = json_more, .json_more_arg = &more,
		.table_more = table_more, .table_more_arg = &more,
	};
	struct stop_verdicts verdicts = { 0 };
	enum stop_status status;
	struct names *names;
	bool named;
	int ret;
	char why[REMARK], question[VMLINUX_QUESTION], modules[KOFILES_QUESTION];

	names = names_for(opts, path, facts, why, question);
	if (question[0]) {
		fputs(question, out->error);
		return CHECK_ASKS;
	}
	report.note = name(names, facts, why, &named);
	if (stop_judge(facts, &verdicts) ||
	    policy_apply(opts->policy, path, facts, &verdicts,
			 &more.effect)) {
		stop_verdicts_destroy(&verdicts);
		fputs("out of memory", out->error);
		return STOP_STATUS_ERROR;
	}
	status = stop_judge_status(facts, &verdicts);
	/* Names of this dump's kernel were found. */
	if (named && fd >= 0 && (opts->json || opts->pages || !opts->brief))
		more.backtraces = backtraces_new(fd, facts, names,
						 opts->kofiles);
	if (!out->last && kofiles_question(opts->kofiles, facts, modules)) {
		fputs(modules, out->error);
		backtraces_free(more.backtraces);
		stop_verdicts_destroy(&verdicts);
		return CHECK_ASKS;
	}
	if (named)
		report.note = unnamed(facts, why);
	ret = opts->json || opts->pages ?
	      stop_report_json(out->json, facts, &verdicts, &report) : 0;
	if (opts->brief && !opts->json)
		brief(out->report, path, status, &verdicts);
	else if (!opts->json)
		ret |= table(out->report, &report, facts, &verdicts,
			     &more.effect);
	if (ret) {
		fputs("out of memory", out->error);
		status = STOP_STATUS_ERROR;
	}
	backtraces_free(more.backtraces);
	stop_verdicts_destroy(&verdicts);
	return status;
}

/*
 * Whether what is in a compressed file begins like a dump, or may: where its
 * beginning cannot be had, whoever reads it is to say why.
 */
static bool holds_dump(int fd)
{
	unsigned char head[KIND_HEAD] = { 0 };
	struct unpack unpack;
	size_t len = 0;
	ssize_t n;
	char err[160];
	int ret;

	if (unpack_start(&unpack, fd, err))
		return true;
	while (len < sizeof(head) &&
	       (n = read(unpack.out, head + len, sizeof(head) - len)) > 0)
		len += n;
	ret = unpack_end(&unpack, err);
	lseek(fd, 0, SEEK_SET);
	return kind_is_dump_head(head) || unpack_is_packed_head(head) ||
	       (ret && len < sizeof(head));
}

/* Reads a dump out of a compressed file. As stop_dump_read(). */
static int read_packed(int fd, const char *kind, const struct check_out *out,
		       struct stop_facts *facts, char err[160])
{
	char why[160], container[sizeof(facts->container)], rest[16384];
	struct unpack unpack;
	int ret;

	out->packed(out);
	/* Standard input, because that is where the reader takes a pipe. */
	if (unpack_start(&unpack, fd, err))
		return -1;
	if (dup2(unpack.out, STDIN_FILENO) < 0) {
		snprintf(err, 160, "%s", strerror(errno));
		return -1;
	}
	sandbox_enter(out->fd);
	ret = stop_dump_read("-", facts, err);
	/* Whether it is whole, its end tells. */
	while (!ret && read(STDIN_FILENO, rest, sizeof(rest)) > 0)
		;
	close(STDIN_FILENO);
	if (unpack_end(&unpack, why)) {
		/* What there was of it says nothing about the dump. */
		snprintf(err, 160, "is compressed with %s, and %.100s", kind,
			 why);
		return -1;
	}
	if (ret) {
		snprintf(why, sizeof(why), "%s", err);
		snprintf(err, 160, "what %s compressed %.130s", kind, why);
	}
	memcpy(container, facts->container, sizeof(container));
	snprintf(facts->container, sizeof(facts->container), "%.36s in %s",
		 container, kind);
	return ret;
}

/* fd: -1 for standard input */
static int check_fd(const struct check_opts *opts, const char *path, int fd,
		    bool maybe, const struct check_out *out)
{
	const char *packed = fd >= 0 ? unpack_kind(fd) : NULL;
	int status = STOP_STATUS_ERROR, ret;
	struct stop_facts facts;
	char err[160];

	if (packed && maybe && !holds_dump(fd))
		return CHECK_NO_DUMP;
	/*
	 * Without one the dump is read all the same: an old kernel is no reason
	 * to know nothing.
	 */
	if (!packed)
		sandbox_enter(out->fd);
	if (fd >= 0 && !packed && maybe && !kind_is_dump(fd))
		return CHECK_NO_DUMP;
	stop_facts_init(&facts);
	if (packed)
		ret = read_packed(fd, packed, out, &facts, err);
	else if (fd >= 0)
		ret = stop_dump_read_fd(fd, &facts, err);
	else
		ret = stop_dump_read(path, &facts, err);
	if (ret)
		fputs(err, out->error);
	else
		status = report(opts, path, packed ? -1 : fd, &facts, out);
	stop_facts_destroy(&facts);
	return status;
}

int check_dump(const struct check_opts *opts, const char *path, bool maybe,
	       const struct check_out *out)
{
	char err[160];
	int fd, status;

	if (!strcmp(path, "-"))
		return check_fd(opts, path, -1, maybe, out);
	fd = vmcore_open_file(path, err);
	if (fd < 0) {
		fputs(err, out->error);
		return STOP_STATUS_ERROR;
	}
	status = check_fd(opts, path, fd, maybe, out);
	close(fd);
	return status;
}
