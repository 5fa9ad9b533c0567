// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options.c: what the command line may hold, and --help.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

#define TIMEOUT 300	/* seconds: no dump of notes takes a tenth of that */
#define JOBS_MAX 1024

const char options_help[] =
"Usage: stopcheck [OPTION]... DUMP...\n"
"\n"
"Says how each CPU of a crashed arm64 machine was stopped, and whether the\n"
"dump holds believable registers of all of them.\n"
"\n"
"DUMP is an ELF or kdump-compressed dump, also flattened (makedumpfile -F), or\n"
"/proc/vmcore; or - for standard input, which may be a pipe. Files compressed\n"
"with gzip, xz, zstd, bzip2 or lz4 are uncompressed on the way.\n"
"\n"
"  -r, --recursive  check every dump below directories; what is no dump is\n"
"                   passed over\n"
"  -j, --jobs N     check N dumps at a time (as many as there are CPUs)\n"
"  --timeout N      give up on a dump after N seconds (0: never; without this\n"
"                   300, and one more for each MiB of a compressed file)\n"
"  --summary        one line per dump, then the counts\n"
"  --vmlinux FILE   name addresses by function, file and line; FILE is the\n"
"                   kernel of the dump with its debug information\n"
"  --find-vmlinux   the same with the vmlinux of each dump's build id, where\n"
"                   debug packages and kernel builds have it\n"
"  --debug-dir DIR  and look in DIR before that\n"
"  --modules DIR    look for the files of modules, for their source lines, in DIR\n"
"                   and below, before those places and where vmlinux is\n"
"  --expect-cpus N  fail if another number of CPUs was running\n"
"  --require LIST   fail if no CPU was stopped by each of: panic, ipi, nmi-ipi,\n"
"                   sdei, self-stop, not-stopped; tags: if there are none\n"
"  --allow LIST     problems, by their ids, that do not count\n"
"  --strict         warnings, and a dump without tags, count as failures\n"
"  --policy FILE    the same from a file, for each kernel or dump\n"
"  --json           one JSON object per dump, one per line\n"
"  --html FILE      one page for a browser, with all dumps\n"
"  --junit FILE     JUnit XML, a test case per dump\n"
"  --from-json      each DUMP is a file of reports that --json wrote, or -;\n"
"                   merges them into one summary, page or stream\n"
"  --help           show this\n"
"  --version        show the version\n"
"\n"
"Exit status: 0 pass, 1 could not do it, 3 warnings, 4 failures, 5 the dump\n"
"has no stop tags. Of several dumps, the worst: 1, 4, 3, 5, 0.\n"
"\n"
"Examples:\n"
"  stopcheck --vmlinux /usr/lib/debug/boot/vmlinux-$(uname -r) vmcore\n"
"  stopcheck --summary -r /var/crash\n"
"  ssh host cat /var/crash/vmcore | stopcheck -\n";

enum {
	OPT_VMLINUX = 256,
	OPT_FIND_VMLINUX,
	OPT_DEBUG_DIR,
	OPT_MODULES,
	OPT_JSON,
	OPT_TIMEOUT,
	OPT_SUMMARY,
	OPT_EXPECT_CPUS,
	OPT_REQUIRE,
	OPT_ALLOW,
	OPT_STRICT,
	OPT_POLICY,
	OPT_HTML,
	OPT_JUNIT,
	OPT_FROM_JSON,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option longopts[] = {
	{ "recursive", no_argument, NULL, 'r' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "summary", no_argument, NULL, OPT_SUMMARY },
	{ "expect-cpus", required_argument, NULL, OPT_EXPECT_CPUS },
	{ "require", required_argument, NULL, OPT_REQUIRE },
	{ "allow", required_argument, NULL, OPT_ALLOW },
	{ "strict", no_argument, NULL, OPT_STRICT },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "html", required_argument, NULL, OPT_HTML },
	{ "junit", required_argument, NULL, OPT_JUNIT },
	{ "from-json", no_argument, NULL, OPT_FROM_JSON },
	{ "find-vmlinux", no_argument, NULL, OPT_FIND_VMLINUX },
	{ "debug-dir", required_argument, NULL, OPT_DEBUG_DIR },
	{ "modules", required_argument, NULL, OPT_MODULES },
	{ "vmlinux", required_argument, NULL, OPT_VMLINUX },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* What getopt_long() did not take. argument is the last one it looked at. */
static void bad_option(char err[160], int opt, const char *argument)
{
	if (opt == ':')
		snprintf(err, 160, "option %.100s needs an argument", argument);
	else if (optopt > 0 && optopt < 256)
		snprintf(err, 160, "unknown option -%c", optopt);
	else
		snprintf(err, 160, "unknown option %.100s", argument);
}

/* Returns 0, or -1 with err filled. */
static int number(const char *name, const char *text, unsigned int min,
		  unsigned int max, unsigned int *value, char err[160])
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || n < min ||
	    n > max) {
		snprintf(err, 160, "%s takes a number from %u to %u, not %.60s",
			 name, min, max, text);
		return -1;
	}
	*value = n;
	return 0;
}

/* A rule of a policy. Lists add up, as options do. */
static int rule(struct policy_rules *rules, const char *key, const char *value,
		char err[160])
{
	uint32_t require = rules->require, allow = rules->allow;
	char why[160];

	if (policy_set(rules, key, value, why)) {
		snprintf(err, 160, "--%.150s", why);
		return -1;
	}
	rules->require |= require;
	rules->allow |= allow;
	return 0;
}

static int take(struct options *options, int opt, const char *last,
		char err[160])
{
	struct policy_rules *rules = &options->policy.options;

	switch (opt) {
	case 'r':
		options->recursive = true;
		return 0;
	case 'j':
		return number("--jobs", optarg, 1, JOBS_MAX, &options->jobs,
			      err);
	case OPT_TIMEOUT:
		options->timeout_grows = false;
		return number("--timeout", optarg, 0, 1000000,
			      &options->timeout, err);
	case OPT_SUMMARY:
		options->summary = true;
		return 0;
	case OPT_EXPECT_CPUS:
		return rule(rules, "expect-cpus", optarg, err);
	case OPT_REQUIRE:
		return rule(rules, "require", optarg, err);
	case OPT_ALLOW:
		return rule(rules, "allow", optarg, err);
	case OPT_STRICT:
		return rule(rules, "strict", "yes", err);
	case OPT_POLICY:
		options->policy_file = optarg;
		return 0;
	case OPT_HTML:
		options->html = optarg;
		return 0;
	case OPT_JUNIT:
		options->junit = optarg;
		return 0;
	case OPT_FROM_JSON:
		options->from_json = true;
		return 0;
	case OPT_DEBUG_DIR:
		if (options->nr_debug_dirs == OPTIONS_DEBUG_DIRS) {
			snprintf(err, 160, "more than %d times --debug-dir",
				 OPTIONS_DEBUG_DIRS);
			return -1;
		}
		options->debug_dirs[options->nr_debug_dirs++] = optarg;
		options->find_vmlinux = true;	/* what else is it for */
		return 0;
	case OPT_FIND_VMLINUX:
		options->find_vmlinux = true;
		return 0;
	case OPT_MODULES:
		options->modules = optarg;
		return 0;
	case OPT_VMLINUX:
		options->vmlinux = optarg;
		return 0;
	case OPT_JSON:
		options->json = true;
		return 0;
	case OPT_HELP:
		options->help = true;
		return 0;
	case OPT_VERSION:
		options->version = true;
		return 0;
	}
	bad_option(err, opt, last);
	return -1;
}

/* Whether an option is there that only holds where dumps are read. */
static bool judges(const struct options *options)
{
	const struct policy_rules *rules = &options->policy.options;

	return options->vmlinux || options->find_vmlinux ||
	       options->modules || options->recursive ||
	       options->policy_file || rules->has_expect_cpus ||
	       rules->has_require || rules->has_allow || rules->has_strict;
}

int options_parse(struct options *options, int argc, char **argv,
		  char err[160])
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char more[160];
	int opt, ret = 0;

	memset(options, 0, sizeof(*options));
	options->timeout = TIMEOUT;
	options->timeout_grows = true;
	options->jobs = cpus < 1 ? 1 : cpus > JOBS_MAX ? JOBS_MAX : cpus;

	/* All of them: an error must know whether JSON was asked for. */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":rj:", longopts, NULL)) != -1)
		if (take(options, opt, argv[optind - 1], ret ? more : err))
			ret = -1;
	options->names = argv + optind;
	options->nr_names = argc - optind;
	if (!ret && options->from_json && judges(options)) {
		snprintf(err, 160,
			 "--from-json shows reports that are finished: policies, names and -r belong where they are made");
		ret = -1;
	}
	if (!ret && options->vmlinux && options->find_vmlinux) {
		snprintf(err, 160,
			 "either --vmlinux or --find-vmlinux and --debug-dir, not both");
		ret = -1;
	}
	if (!ret && options->modules && !options->vmlinux &&
	    !options->find_vmlinux) {
		snprintf(err, 160,
			 "--modules needs the kernel that they are of: --vmlinux or --find-vmlinux");
		ret = -1;
	}
	if (!ret && !options->nr_names && !options->help && !options->version) {
		snprintf(err, 160, "no dump was named");
		ret = -1;
	}
	return ret;
}
