// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shortage.c: preloaded into stopcheck, stands for what seldom fails. With
 * SHORT=rows in the environment there is no memory for what holds a pointer per
 * CPU; with SHORT=close the report is lost when it is closed, as NFS has it with
 * a quota; with SHORT=kill a process that was killed stays, as one does that waits
 * for a server that is gone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_calloc(size_t nr, size_t size);

static int is_short(const char *of)
{
	const char *what = getenv("SHORT");

	/* Not in who starts it, such as timeout(1). */
	return what && !strcmp(what, of) &&
	       !strcmp(program_invocation_short_name, "stopcheck");
}

void *calloc(size_t nr, size_t size)
{
	/* The dumps of the texts that this is for have three CPUs. */
	if (size == sizeof(void *) && nr <= 4 && is_short("rows"))
		return NULL;
	return __libc_calloc(nr, size);
}

int fclose(FILE *fp)
{
	static int (*real)(FILE *);
	int ret;

	if (!real)
		real = (int (*)(FILE *))dlsym(RTLD_NEXT, "fclose");
	if (fp != stdout || !is_short("close"))
		return real(fp);
	ret = real(fp);
	errno = EDQUOT;
	return ret ? ret : EOF;
}

int kill(pid_t pid, int signal)
{
	static int (*real)(pid_t, int);

	if (!real)
		real = (int (*)(pid_t, int))dlsym(RTLD_NEXT, "kill");
	return is_short("kill") ? 0 : real(pid, signal);
}
