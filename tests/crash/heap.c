// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * heap.c: preloaded into crash, appends the bytes of heap in use to the file
 * HEAP_LOG whenever a shell command ("!true") is over. The resident size does
 * not tell: what a command leaks fits into what crash freed when it started. A
 * signal would not do: crash can be inside of malloc() then.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

int pclose(FILE *pipe)
{
	int (*real)(FILE *pipe) = (int (*)(FILE *))dlsym(RTLD_NEXT, "pclose");
	int ret = real(pipe);
	FILE *log = fopen(getenv("HEAP_LOG"), "a");
	struct mallinfo2 info = mallinfo2();

	if (log) {
		fprintf(log, "%zu\n", info.uordblks + info.hblkhd);
		fclose(log);
	}
	return ret;
}
