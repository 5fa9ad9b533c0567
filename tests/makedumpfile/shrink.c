// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shrink.c: preloaded into a program, cuts the file that it reads to SHRINK_TO
 * bytes in front of its SHRINK_AT-th pread(): a dump on a file system that is
 * cleaned up while somebody looks at it. Mapped, that ends in SIGBUS.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t pread(int fd, void *buf, size_t len, off_t offset);
ssize_t pread64(int fd, void *buf, size_t len, off_t offset);

ssize_t pread(int fd, void *buf, size_t len, off_t offset)
{
	static int calls;
	char path[40];
	int again;

	if (++calls == atoi(getenv("SHRINK_AT"))) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		again = open(path, O_WRONLY);
		if (again < 0 || ftruncate(again, atol(getenv("SHRINK_TO"))))
			abort();
		close(again);
	}
	return syscall(SYS_pread64, fd, buf, len, offset);
}

ssize_t pread64(int fd, void *buf, size_t len, off_t offset)
{
	return pread(fd, buf, len, offset);
}
