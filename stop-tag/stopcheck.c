// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stopcheck.c: the command: options, several dumps, exit status.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"
#include "judge.h"
#include "names.h"
#include "report.h"

#ifndef STOP_VERSION
#error "STOP_VERSION comes from the Makefile"
#endif

struct options {
	bool json;
	bool colour;
	const char *vmlinux;
};

static const char help[] =
"Usage: stopcheck [OPTION]... DUMP...\n"
"\n"
"Says how each CPU of a crashed arm64 machine was stopped, and whether the\n"
"dump holds believable registers of all of them.\n"
"\n"
"DUMP is an ELF or kdump-compressed dump, also flattened (makedumpfile -F), or\n"
"/proc/vmcore; or - for standard input, which may be a pipe.\n"
"\n"
"  --vmlinux FILE  name addresses by function, file and line; FILE is the\n"
"                  kernel of the dump with its debug information\n"
"  --json          one JSON object per dump, one per line\n"
"  --help          show this\n"
"  --version       show the version\n"
"\n"
"Exit status: 0 pass, 1 could not do it, 3 warnings, 4 failures, 5 the dump\n"
"has no stop tags. Of several dumps, the worst: 1, 4, 3, 5, 0.\n"
"\n"
"Examples:\n"
"  stopcheck --vmlinux /usr/lib/debug/boot/vmlinux-$(uname -r) vmcore\n"
"  zcat vmcore.gz | stopcheck -\n";

static void complain(const struct options *options, const char *name,
		     const char *text)
{
	if (options->json)
		stop_report_json_error(stdout, name, text);
	else
		fprintf(stderr, "stopcheck: %s%s%s\n", name ? name : "",
			name ? ": " : "", text);
}

static enum stop_status usage_error(const struct options *options,
				    const char *text)
{
	complain(options, NULL, text);
	if (!options->json)
		fputs("Try \"stopcheck --help\".\n", stderr);
	return STOP_STATUS_ERROR;
}

/*
 * Names for the addresses of a dump. Returns what is to be said about it, in
 * text; NULL when every address in the kernel got its name.
 */
static const char *name(struct names *names, struct stop_facts *facts,
			char text[160])
{
	size_t nr = 0;

	if (!names)
		return NULL;
	if (names_fill(names, facts, text))
		return text;
	for (size_t i = 0; i < facts->nr_cpus; i++)
		nr += facts->cpus[i].has_regs && !facts->cpus[i].pc_symbol &&
		      facts->cpus[i].regs.pc >> 63;
	if (!nr)
		return NULL;
	snprintf(text, 160,
		 "%zu pc%s in no function of vmlinux (a module's, which only crash can name)",
		 nr, nr == 1 ? " is" : "s are");
	return text;
}

static enum stop_status check(const struct options *options,
			      struct names *names, const char *path)
{
	struct stop_report_opts report = {
		.name = path, .colour = options->colour,
	};
	enum stop_status status = STOP_STATUS_ERROR;
	struct stop_verdicts verdicts = { 0 };
	struct stop_facts facts;
	char err[160], why[160];

	stop_facts_init(&facts);
	if (stop_dump_read(path, &facts, err)) {
		complain(options, path, err);
		goto out;
	}
	report.note = name(names, &facts, why);
	if (stop_judge(&facts, &verdicts)) {
		complain(options, path, "out of memory");
		goto out;
	}
	status = stop_judge_status(&facts, &verdicts);
	if (options->json)
		stop_report_json(stdout, &facts, &verdicts, &report);
	else
		stop_report_table(stdout, &facts, &verdicts, &report);
out:
	stop_verdicts_destroy(&verdicts);
	stop_facts_destroy(&facts);
	return status;
}

static enum stop_status check_all(const struct options *options, int nr,
				  char **paths)
{
	enum stop_status status = STOP_STATUS_PASS;
	struct names *names = NULL;
	char err[160];

	if (options->vmlinux) {
		names = names_open(options->vmlinux, err);
		if (!names) {
			complain(options, options->vmlinux, err);
			return STOP_STATUS_ERROR;
		}
	}
	for (int i = 0; i < nr; i++) {
		if (i && !options->json)
			putchar('\n');
		status = stop_status_worst(status,
					   check(options, names, paths[i]));
		fflush(stdout);	/* keep errors where they belong */
	}
	names_close(names);
	return status;
}

/* A report that could not be written is not a report. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "stopcheck: cannot write: %s\n",
			strerror(errno));
		return STOP_STATUS_ERROR;
	}
	return status;
}

/* What getopt_long() did not take. argument is the last one it looked at. */
static void bad_option(char text[160], int opt, const char *argument)
{
	if (opt == ':')
		snprintf(text, 160, "option %s needs an argument", argument);
	else if (optopt > 0 && optopt < 256)
		snprintf(text, 160, "unknown option -%c", optopt);
	else
		snprintf(text, 160, "unknown option %s", argument);
}

int main(int argc, char **argv)
{
	enum { OPT_VMLINUX = 256, OPT_JSON, OPT_HELP, OPT_VERSION };
	static const struct option longopts[] = {
		{ "vmlinux", required_argument, NULL, OPT_VMLINUX },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { 0 };
	bool bad = false;
	char text[160];
	int opt;

	/* All of them first: an error must know whether JSON was asked for. */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":", longopts, NULL)) != -1) {
		switch (opt) {
		case OPT_VMLINUX:
			options.vmlinux = optarg;
			break;
		case OPT_JSON:
			options.json = true;
			break;
		case OPT_HELP:
			fputs(help, stdout);
			return finish(STOP_STATUS_PASS);
		case OPT_VERSION:
			puts("stopcheck " STOP_VERSION);
			return finish(STOP_STATUS_PASS);
		default:
			if (!bad)
				bad_option(text, opt, argv[optind - 1]);
			bad = true;
		}
	}
	if (bad)
		return finish(usage_error(&options, text));
	if (optind == argc)
		return finish(usage_error(&options, "no dump was named"));
	options.colour = !options.json && isatty(STDOUT_FILENO) &&
			 !getenv("NO_COLOR");
	return finish(check_all(&options, argc - optind, argv + optind));
}
