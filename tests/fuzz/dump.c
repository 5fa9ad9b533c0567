// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dump.c: what is fuzzed: a dump's bytes through reader, decoder, judge and
 * both reports, as a file and, every fourth, through a pipe. A dump must be the
 * same both ways.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "dump.h"
#include "judge.h"
#include "report.h"
#include "targets.h"

/* A pipe holds this much without a reader. */
#define PIPE_LIMIT (64 * 1024)

/* What was made of it: text of the JSON without the container, or an error. */
struct outcome {
	int ret;
	size_t nr_cpus;
	enum stop_status status;
};

static FILE *nowhere;

static void look(int ret, struct stop_facts *facts, struct outcome *outcome)
{
	struct stop_verdicts verdicts = { 0 };
	struct stop_report_opts opts = { .name = "fuzzed" };

	memset(outcome, 0, sizeof(*outcome));
	outcome->ret = ret;
	if (!ret && !stop_judge(facts, &verdicts)) {
		outcome->nr_cpus = facts->nr_cpus;
		outcome->status = stop_judge_status(facts, &verdicts);
		stop_report_table(nowhere, facts, &verdicts, &opts);
		stop_report_json(nowhere, facts, &verdicts, &opts);
		stop_report_brief(nowhere, facts, &verdicts, "Stops: ");
	}
	stop_verdicts_destroy(&verdicts);
	stop_facts_destroy(facts);
}

static void from_file(const unsigned char *data, size_t size,
		      struct outcome *outcome)
{
	static int fd = -1;
	struct stop_facts facts;
	char why[160];

	if (fd < 0)
		fd = memfd_create("dump", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) || ftruncate(fd, size) ||
	    pwrite(fd, data, size, 0) != (ssize_t)size ||
	    lseek(fd, 7, SEEK_SET) != 7)
		abort();
	stop_facts_init(&facts);
	look(stop_dump_read_fd(fd, &facts, why), &facts, outcome);
	if (lseek(fd, 0, SEEK_CUR) != 7)
		abort();
}

static void from_pipe(const unsigned char *data, size_t size,
		      struct outcome *outcome)
{
	struct stop_facts facts;
	char why[160];
	int ends[2];

	if (pipe(ends) || write(ends[1], data, size) != (ssize_t)size ||
	    close(ends[1]) || dup2(ends[0], STDIN_FILENO) < 0 ||
	    close(ends[0]))
		abort();
	stop_facts_init(&facts);
	look(stop_dump_read("-", &facts, why), &facts, outcome);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct outcome file, pipe;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!nowhere)
		abort();
	from_file(data, size, &file);
	if (size % 4 || size > PIPE_LIMIT)
		return 0;
	from_pipe(data, size, &pipe);
	/* A pipe may refuse what lies too far behind. */
	if (!file.ret && !pipe.ret && memcmp(&file, &pipe, sizeof(file)))
		abort();
	return 0;
}
