// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stamp.c: an extension of crash whose command "stamp NAME" appends NAME and
 * the CPU time that crash has used, in nanoseconds, to the file STAMP_LOG. The
 * clock on the wall tells more about what else a machine does.
 */
#ifndef ARM64
#error "build with -DARM64"
#endif
#include <defs.h>
#include <time.h>

static void cmd_stamp(void)
{
	const char *path = getenv("STAMP_LOG");
	FILE *log = path ? fopen(path, "a") : NULL;
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	if (!log || argcnt != 2)
		return;
	fprintf(log, "%s %lld\n", args[1],
		now.tv_sec * 1000000000ll + now.tv_nsec);
	fclose(log);
}

static char *help_stamp[] = { "stamp", "the CPU time so far", "NAME", NULL };

static struct command_table_entry command_table[] = {
	{ "stamp", cmd_stamp, help_stamp, MINIMAL },
	{ NULL, NULL, NULL, 0 },
};

static void __attribute__((constructor)) stamp_init(void)
{
	register_extension(command_table);
}
