// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * standin.c: runs what the series adds to makedumpfile, without makedumpfile.
 *
 * Usage: standin [--json] DUMP...		as --check-stops does
 *        standin --while-dumping LEVEL DUMP	as while a dump is created
 *
 * With TRAP in the environment, what reads a dump does not come back: crash,
 * hang, exit. With TRAP=fork no process can be made (that is not for root).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "standin.h"
#include "check_stops.h"
#include "stop_tag/dump.h"

int message_level = 7;
int flag_strerr_message;

void standin_message(int level, const char *function, const char *fmt, ...)
{
	FILE *fp = function || flag_strerr_message ? stderr : stdout;
	va_list args;

	if (!(message_level & level))
		return;
	if (function)
		fprintf(fp, "%s: ", function);
	va_start(args, fmt);
	vfprintf(fp, fmt, args);
	va_end(args);
}

/* The linker puts the first in the place of the second (--wrap). */
int __wrap_stop_dump_read_fd(int fd, struct stop_facts *facts, char err[160]);
int __real_stop_dump_read_fd(int fd, struct stop_facts *facts, char err[160]);

int __wrap_stop_dump_read_fd(int fd, struct stop_facts *facts, char err[160])
{
	const char *trap = getenv("TRAP");

	if (!trap || !strcmp(trap, "fork"))
		return __real_stop_dump_read_fd(fd, facts, err);
	lseek(fd, 1, SEEK_SET);
	if (!strcmp(trap, "crash"))
		raise(SIGSEGV);
	if (!strcmp(trap, "hang"))
		for (;;)
			;
	exit(3);
}

/* The input is as it was afterwards: open, and read from where it stood. */
static int while_dumping(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || lseek(fd, 17, SEEK_SET) != 17) {
		perror(path);
		return 1;
	}
	show_stops(fd);
	if (lseek(fd, 0, SEEK_CUR) != 17) {
		fputs("the file offset was changed\n", stderr);
		return 1;
	}
	return close(fd) != 0;
}

int main(int argc, char **argv)
{
	int json = argc > 1 && !strcmp(argv[1], "--json");

	if (argc == 4 && !strcmp(argv[1], "--while-dumping")) {
		message_level = atoi(argv[2]);
		if (getenv("TRAP") && !strcmp(getenv("TRAP"), "fork"))
			setrlimit(RLIMIT_NPROC, &(struct rlimit){ 0, 0 });
		return while_dumping(argv[3]);
	}
	flag_strerr_message = TRUE;
	return check_stops(argc - 1 - json, argv + 1 + json, json);
}
