// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory.c: what is fuzzed: the memory in a dump, through page tables and frame
 * records to call chains. Then what stopcheck makes of them: the table, and the
 * JSON, which must be JSON, and the pages that are made of that.
 *
 * Byte 15 of the dump, which no container uses, chooses what a vmlinux tells of
 * the stacks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "backtrace.h"
#include "dump.h"
#include "judge.h"
#include "jsonread.h"
#include "physmem.h"
#include "report.h"
#include "targets.h"

static FILE *nowhere;

static void json_more(struct json *json, void *arg)
{
	backtraces_json(json, arg);
}

static void report(const struct stop_facts *facts,
		   const struct stop_verdicts *verdicts,
		   struct backtraces *backtraces)
{
	struct stop_report_opts opts = {
		.name = "fuzzed", .json_more = json_more,
		.json_more_arg = backtraces,
	};
	struct json_doc *doc;
	char *text = NULL, err[160];
	size_t len;
	FILE *fp = open_memstream(&text, &len);

	if (!fp)
		abort();
	stop_report_json(fp, facts, verdicts, &opts);
	if (fclose(fp))
		abort();
	backtraces_table(nowhere, backtraces);
	doc = json_parse(text, len, err);
	if (!doc)
		abort();
	target_pages(json_root(doc));
	json_free(doc);
	free(text);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static int fd = -1;
	struct stop_verdicts verdicts = { 0 };
	struct backtraces *backtraces;
	struct stop_facts facts;
	char err[160];

	if (fd < 0) {
		physmem_prepare();
		nowhere = fopen("/dev/null", "w");
		fd = memfd_create("dump", MFD_CLOEXEC);
	}
	if (!nowhere || fd < 0 || ftruncate(fd, 0) ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	target_layout(size > 15 ? data[15] : 0);
	stop_facts_init(&facts);
	if (!stop_dump_read_fd(fd, &facts, err) &&
	    !stop_judge(&facts, &verdicts)) {
		backtraces = backtraces_new(fd, &facts, NULL, NULL);
		if (backtraces)
			report(&facts, &verdicts, backtraces);
		backtraces_free(backtraces);
	}
	stop_verdicts_destroy(&verdicts);
	stop_facts_destroy(&facts);
	return 0;
}
