// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * measure: runs a command and appends to a file, in one line: elapsed time and
 * time of the CPU (microseconds), peak of resident memory (KiB), page faults,
 * exit status.
 *
 * busybox's time knows hundredths of a second, and /proc/PID/status is gone
 * when the peak is known. Both come from the kernel here (wait4).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long
microseconds(long sec, long usec)
{
	return sec * 1000000LL + usec;
}

int
main(int argc, char *argv[])
{
	struct timespec start, end;
	struct rusage ru;
	int status;
	FILE *fp;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND...\n");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		execv(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &ru) != pid) {
		perror("measure");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);

	fp = fopen(argv[1], "a");
	if (!fp) {
		perror(argv[1]);
		return 1;
	}
	fprintf(fp, "%lld %lld %ld %ld %d\n",
		microseconds(end.tv_sec - start.tv_sec,
			     (end.tv_nsec - start.tv_nsec) / 1000),
		microseconds(ru.ru_utime.tv_sec, ru.ru_utime.tv_usec) +
		microseconds(ru.ru_stime.tv_sec, ru.ru_stime.tv_usec),
		ru.ru_maxrss, ru.ru_minflt,
		WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	return fclose(fp) ? 1 : 0;
}
