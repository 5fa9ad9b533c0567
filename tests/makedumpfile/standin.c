// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * standin.c: runs what the series adds to makedumpfile, without makedumpfile.
 *
 * Usage: standin [--json] DUMP...		as --check-stops does
 *        standin --while-dumping LEVEL DUMP	as while a dump is created
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "standin.h"
#include "check_stops.h"

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
		return while_dumping(argv[3]);
	}
	flag_strerr_message = TRUE;
	return check_stops(argc - 1 - json, argv + 1 + json, json);
}
