// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * badread.c: preloaded into stopcheck, stands for a bug in the reader that one
 * dump sets off: pread() of a file with a mark at offset 9, which ELF and the
 * reader leave alone, crashes, loops, sleeps, ends, or talks without end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void act(const char *mark)
{
	static char junk[1 << 16];

	if (!memcmp(mark, "CRASH", 5))
		__builtin_trap();
	if (!memcmp(mark, "LOOP!", 5))
		for (;;)
			__asm__ volatile("");
	if (!memcmp(mark, "SLEEP", 5))
		sleep(1);
	if (!memcmp(mark, "EXIT0", 5))
		_exit(0);
	if (!memcmp(mark, "EXIT1", 5))
		_exit(1);
	if (!memcmp(mark, "EXIT9", 5))
		_exit(9);
	if (!memcmp(mark, "BABEL", 5)) {
		/* Frames of 64 KiB in the order that the pool reads them. */
		unsigned int frame[2] = { 'r', sizeof(junk) };

		for (;;)
			for (int fd = 3; fd < 16; fd++)
				if (write(fd, frame, sizeof(frame)) > 0)
					(void)!write(fd, junk, sizeof(junk));
	}
}

ssize_t pread64(int fd, void *buf, size_t len, off64_t offset)
{
	static ssize_t (*real)(int, void *, size_t, off64_t);
	ssize_t n;

	if (!real)
		real = (ssize_t (*)(int, void *, size_t, off64_t))
			dlsym(RTLD_NEXT, "pread64");
	n = real(fd, buf, len, offset);
	if (n >= 16 && !offset)
		act((char *)buf + 9);
	return n;
}
