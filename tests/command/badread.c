// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * badread.c: preloaded into stopcheck, stands for a bug in the reader that one
 * dump sets off: pread() of a file with a mark at offset 9, which ELF and the
 * reader leave alone, crashes, loops, sleeps, ends, talks without end, or tries
 * to do what an attacker would. With PROBE_FIRST in the environment that is
 * tried before anything else, too, to see that nothing else refuses it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void tried(const char *what, long result)
{
	char line[80];
	int len = snprintf(line, sizeof(line), "probe %s: %s\n", what,
			   result != -1 ? "done" :
			   errno == EPERM ? "refused" : strerror(errno));

	(void)!write(STDERR_FILENO, line, len);
}

static void probe(void)
{
	char *none[] = { NULL };
	struct stat st;
	void *page;
	pid_t pid;

	tried("read a file", open("/etc/passwd", O_RDONLY));
	tried("make a file", open("probe.file", O_WRONLY | O_CREAT, 0600));
	tried("look at a path", stat("/etc/passwd", &st));
	tried("rename", rename("probe.from", "probe.to"));
	tried("remove", unlink("probe.gone"));
	tried("link", symlink("x", "probe.link"));
	tried("change a mode", chmod("probe.mode", 0600));
	tried("connect", socket(AF_INET, SOCK_STREAM, 0));
	tried("local socket", socket(AF_UNIX, SOCK_STREAM, 0));
	pid = fork();
	if (!pid)
		_exit(0);
	tried("start a process", pid);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	/* Nothing there: not refused is another error than EPERM. */
	tried("run a program", execve("/nowhere/probe", none, none));
	tried("signal", kill(getppid(), 0));
	tried("write to standard output", write(STDOUT_FILENO, "probe\n", 6));
	page = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tried("map code", page == MAP_FAILED ? -1 : 0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	tried("share memory", page == MAP_FAILED ? -1 : 0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tried("make code", mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

__attribute__((constructor)) static void probe_first(void)
{
	if (getenv("PROBE_FIRST"))
		probe();
}

static void act(const char *mark)
{
	static char junk[1 << 16];

	if (!memcmp(mark, "CRASH", 5))
		__builtin_trap();
	if (!memcmp(mark, "LOOP!", 5))
		for (;;)
			__asm__ volatile("");
	if (!memcmp(mark, "SLEEP", 5))
		poll(NULL, 0, 1000);	/* which the sandbox lets pass */
	if (!memcmp(mark, "EXIT0", 5))
		_exit(0);
	if (!memcmp(mark, "EXIT1", 5))
		_exit(1);
	if (!memcmp(mark, "EXIT9", 5))
		_exit(9);
	if (!memcmp(mark, "PROBE", 5))
		probe();
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
