// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * measure.c: measure RUNS COMMAND...: the smallest time, the smallest CPU time
 * (both in us) and the peak memory of the largest process (in KiB) of so many
 * runs, without their output.
 *
 * In C because what forks counts: the kernel takes a process's memory from
 * before exec() for its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

static long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static long us(struct timeval time)
{
	return time.tv_sec * 1000000L + time.tv_usec;
}

int main(int argc, char **argv)
{
	long runs = argc > 2 ? atol(argv[1]) : 0;
	long wall = 0, cpu = 0, size = 0;
	posix_spawn_file_actions_t quiet;

	if (runs < 1) {
		fprintf(stderr, "Usage: measure RUNS COMMAND...\n");
		return 1;
	}
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	for (long i = 0; i < runs; i++) {
		struct rusage usage;
		long start = now_us(), took;
		int error, status;
		pid_t pid;

		error = posix_spawnp(&pid, argv[2], &quiet, NULL, argv + 2,
				     environ);
		if (error) {
			fprintf(stderr, "measure: %s: %s\n", argv[2],
				strerror(error));
			return 1;
		}
		/* What it waited for itself is in its figures. */
		while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
			;
		took = now_us() - start;
		if (status) {
			fprintf(stderr, "measure: %s: status %#x\n", argv[2],
				status);
			return 1;
		}
		if (!i || took < wall)
			wall = took;
		took = us(usage.ru_utime) + us(usage.ru_stime);
		if (!i || took < cpu)
			cpu = took;
		if (usage.ru_maxrss > size)
			size = usage.ru_maxrss;
	}
	printf("%ld %ld %ld\n", wall, cpu, size);
	return 0;
}
