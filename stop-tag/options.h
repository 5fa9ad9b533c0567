/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h: the command line of stopcheck.
 */
#ifndef STOP_OPTIONS_H
#define STOP_OPTIONS_H

#include <stdbool.h>

#include "policy.h"

#define OPTIONS_DEBUG_DIRS 16

struct options {
	bool json;
	bool recursive;
	bool summary;		/* one line per dump, then the counts */
	unsigned int jobs;
	unsigned int timeout;	/* seconds ... */
	bool timeout_grows;	/* ... and one for each MiB that is compressed */
	const char *vmlinux;
	bool find_vmlinux;	/* by the dump's build id; dirs first: */
	const char *debug_dirs[OPTIONS_DEBUG_DIRS];
	size_t nr_debug_dirs;
	const char *modules;	/* a directory of their files, or NULL */
	const char *policy_file;
	const char *html, *junit;	/* files to write */
	bool from_json;		/* names are of reports, not of dumps */
	struct policy policy;	/* its options; the file is not read yet */
	bool help, version;	/* all that is wanted */
	char **names;		/* what is left: dumps */
	int nr_names;
};

/*
 * Fills *options; its strings are those of argv. Returns 0, or -1 with one
 * line in err for wrong usage; options->json is right even then.
 */
int options_parse(struct options *options, int argc, char **argv,
		  char err[160]);

extern const char options_help[];

#endif /* STOP_OPTIONS_H */
