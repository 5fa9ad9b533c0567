// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * measure: what a command costs, appended to a file in one line.
 *
 * measure FILE COMMAND...: elapsed time and time of the CPU, with children's
 * (microseconds), peak of resident memory as the kernel accounts it (KiB), page
 * faults, exit status. busybox's time knows hundredths of a second, and
 * /proc/PID/status is gone when the peak is known; these are wait4()'s.
 *
 * measure --pages FILE COMMAND...: the peaks of all resident pages, of anonymous
 * and of file pages, each exact; of the whole machine's anonymous pages with
 * page tables and kernel stacks, of its page cache, and of the memory that was
 * not free any more since the start, all in pages; and exit status. The kernel's
 * own peak is true to 32 pages only, because it counts per CPU
 * (percpu_counter_batch); what is resident now, in /proc/PID/status, is exact
 * (get_mm_counter_sum(), in 6.12's stable kernels and since 6.16), and what the
 * machine has is exact behind a write to vm.stat_refresh. Memory becomes less in
 * a few system calls only, so it is looked at in front of each of these, those
 * of children, too. Resident pages are the command's own; the machine's are
 * everybody's.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long
microseconds(long sec, long usec)
{
	return sec * 1000000LL + usec;
}

static int
status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int
cost(FILE *fp, char *command[])
{
	struct timespec start, end;
	struct rusage ru;
	int status;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		execv(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &ru) != pid) {
		perror("measure");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	fprintf(fp, "%lld %lld %ld %ld %d\n",
		microseconds(end.tv_sec - start.tv_sec,
			     (end.tv_nsec - start.tv_nsec) / 1000),
		microseconds(ru.ru_utime.tv_sec, ru.ru_utime.tv_usec) +
		microseconds(ru.ru_stime.tv_sec, ru.ru_stime.tv_usec),
		ru.ru_maxrss, ru.ru_minflt, status_of(status));
	return 0;
}

struct peaks {
	long all, anonymous, file;
	long private, cache, taken;
	long free_before;
};

static void
higher(long *peak, long value)
{
	if (value > *peak)
		*peak = value;
}

/* look_at PID: its resident memory, in KiB. */
static int
look_at(pid_t pid, struct peaks *peaks)
{
	long anonymous = -1, file = -1, shmem = -1;
	char line[256];
	FILE *fp;

	snprintf(line, sizeof(line), "/proc/%d/status", pid);
	fp = fopen(line, "r");
	while (fp && fgets(line, sizeof(line), fp)) {
		sscanf(line, "RssAnon: %ld", &anonymous);
		sscanf(line, "RssFile: %ld", &file);
		sscanf(line, "RssShmem: %ld", &shmem);
	}
	if (fp)
		fclose(fp);
	if (anonymous < 0 || file < 0 || shmem < 0)
		return -1;
	file += shmem;
	higher(&peaks->all, anonymous + file);
	higher(&peaks->anonymous, anonymous);
	higher(&peaks->file, file);
	return 0;
}

/* The machine's, in KiB; free_before is the first that was seen. */
static int
look_around(struct peaks *peaks)
{
	long unused = -1, cache = -1, anonymous = -1, tables = -1, stacks = -1;
	char line[256];
	FILE *fp;

	fp = fopen("/proc/sys/vm/stat_refresh", "w");
	if (!fp || fputs("1", fp) < 0 || fclose(fp))
		return -1;
	fp = fopen("/proc/meminfo", "r");
	while (fp && fgets(line, sizeof(line), fp)) {
		sscanf(line, "MemFree: %ld", &unused);
		sscanf(line, "Cached: %ld", &cache);
		sscanf(line, "AnonPages: %ld", &anonymous);
		sscanf(line, "PageTables: %ld", &tables);
		sscanf(line, "KernelStack: %ld", &stacks);
	}
	if (fp)
		fclose(fp);
	if (unused < 0 || cache < 0 || anonymous < 0 || tables < 0 ||
	    stacks < 0)
		return -1;
	if (!peaks->free_before)
		peaks->free_before = unused;
	higher(&peaks->private, anonymous + tables + stacks);
	higher(&peaks->cache, cache);
	higher(&peaks->taken, peaks->free_before - unused);
	return 0;
}

/* Also true for a call that is not known to make it less. */
static int
may_shrink(unsigned long long nr)
{
	switch (nr) {
	case SYS_munmap:
	case SYS_mmap:		/* over what is there */
	case SYS_mremap:
	case SYS_brk:
	case SYS_madvise:
	case SYS_execve:
	case SYS_exit:
	case SYS_exit_group:
		return 1;
	}
	return 0;
}

static int
pages(FILE *fp, char *command[])
{
	const int options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
			    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	struct __ptrace_syscall_info info;
	struct peaks peaks = { 0 };
	int status, ended, signal, page = getpagesize() / 1024;
	pid_t pid = fork(), one;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid ||
	    !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, options) ||
	    look_around(&peaks) || ptrace(PTRACE_SYSCALL, pid, NULL, 0))
		goto failed;
	for (ended = 0; !ended; ) {
		one = waitpid(-1, &status, __WALL);
		if (one < 0)
			goto failed;
		if (!WIFSTOPPED(status)) {
			ended = one == pid;
			continue;
		}
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80)) {
			signal = 0;
			if (ptrace(PTRACE_GET_SYSCALL_INFO, one, sizeof(info),
				   &info) <= 0)
				goto failed;
			if (info.op == PTRACE_SYSCALL_INFO_ENTRY &&
			    may_shrink(info.entry.nr) &&
			    ((one == pid && look_at(one, &peaks)) ||
			     look_around(&peaks)))
				goto failed;
		} else if (status >> 16 || signal == SIGSTOP) {
			/* A child is there, or begins, or has a new program. */
			signal = 0;
		}
		if (ptrace(PTRACE_SYSCALL, one, NULL, signal))
			goto failed;
	}
	fprintf(fp, "%ld %ld %ld %ld %ld %ld %d\n", peaks.all / page,
		peaks.anonymous / page, peaks.file / page,
		peaks.private / page, peaks.cache / page, peaks.taken / page,
		status_of(status));
	return 0;
failed:
	perror("measure --pages");
	return 1;
}

int
main(int argc, char *argv[])
{
	int exact = argc > 1 && !strcmp(argv[1], "--pages"), ret;
	FILE *fp;

	argv += exact;
	if (argc - exact < 3) {
		fprintf(stderr, "usage: measure [--pages] FILE COMMAND...\n");
		return 1;
	}
	fp = fopen(argv[1], "a");
	if (!fp) {
		perror(argv[1]);
		return 1;
	}
	ret = (exact ? pages : cost)(fp, argv + 2);
	return fclose(fp) || ret;
}
