// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * heap.c: preloaded into crash, appends the bytes of heap in use to the file
 * HEAP_LOG whenever SIGUSR1 comes. The resident size does not tell: what a
 * command leaks fits into what crash freed when it started.
 */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void tell(int sig)
{
	int fd = open(getenv("HEAP_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);

	/* crash waits for the child that sent this: it is not in malloc. */
	(void)sig;
	if (fd < 0)
		return;
	dprintf(fd, "%zu\n", mallinfo2().uordblks + mallinfo2().hblkhd);
	close(fd);
}

static void __attribute__((constructor)) heap_init(void)
{
	signal(SIGUSR1, tell);
}
