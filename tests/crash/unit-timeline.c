// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit-timeline.c: the time line, on tags written by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/cpu_stop_tag.h>

#include "timeline.h"

#define MS	1000000ull

static struct stop_cpu cpu_with(uint32_t cpu, uint8_t mechanism,
				uint16_t rungs, uint64_t request, uint64_t stop)
{
	struct stop_cpu c = { .cpu = cpu, .tag_state = STOP_TAG_VALID };

	c.tag.mechanism = mechanism;
	c.tag.rungs = rungs;
	c.tag.request_ns = request;
	c.tag.stop_ns = stop;
	return c;
}

static char *timeline(struct stop_cpu *cpus, size_t nr)
{
	struct stop_facts facts = { .cpus = cpus, .nr_cpus = nr };
	size_t len;
	char *text;
	FILE *fp = open_memstream(&text, &len);

	assert_true(print_timeline(fp, &facts));
	fclose(fp);
	return text;
}

static void many_cpus_fold(void **state)
{
	struct stop_cpu cpus[256];
	char *text;

	(void)state;
	for (uint32_t i = 0; i < 256; i++)
		cpus[i] = cpu_with(i, CPU_STOP_IPI, CPU_STOP_RUNG_IPI,
				   1000 * MS, 1000 * MS + 100000 + i * 1000);
	cpus[2] = cpu_with(2, CPU_STOP_SDEI, CPU_STOP_RUNG_IPI |
			   CPU_STOP_RUNG_SDEI, 2000 * MS, 2009 * MS);
	cpus[7] = cpu_with(7, CPU_STOP_PANIC, 0, 0, 2010 * MS);
	cpus[7].tag.nr_online = 256;
	cpus[9] = cpu_with(9, CPU_STOP_IPI, CPU_STOP_RUNG_IPI, 1000 * MS,
			   1600 * MS);
	text = timeline(cpus, 256);
	assert_string_equal(text,
"+0 is 1.000000 s after boot\n"
"+    0.000 ms   IPI signalled at CPUs 0-6,8-255\n"
"                 CPUs 0-1,3-6,8,10-255 stopped after 0.100 to 0.355 ms\n"
"                 CPU 9 stopped after 600.000 ms\n"
"                 CPU 2 did not stop by it\n"
"+ 1000.000 ms   SDEI event signalled at CPU 2\n"
"                 CPU 2 stopped after 9.000 ms\n"
"+ 1010.000 ms   CPU 7 went on to the capture kernel: 256 CPUs were running, 0 left\n");
	free(text);
}

static void rung_that_nobody_answered(void **state)
{
	struct stop_cpu cpus[] = {
		cpu_with(0, CPU_STOP_PANIC, 0, 0, 150 * MS),
		cpu_with(1, CPU_STOP_NOT_STOPPED, CPU_STOP_RUNG_IPI |
			 CPU_STOP_RUNG_SDEI, 40 * MS, 140 * MS),
	};
	char *text;

	(void)state;
	cpus[0].tag.nr_online = 2;
	cpus[0].tag.nr_left = 1;
	cpus[1].tag.sdei_status = -3;
	text = timeline(cpus, 2);
	assert_string_equal(text,
"+0 is 0.040000 s after boot\n"
"(not known)    IPI signalled at CPU 1\n"
"                 CPU 1 did not stop by it\n"
"+    0.000 ms   SDEI event signalled at CPU 1\n"
"                 CPU 1 did not stop by it\n"
"+  100.000 ms   CPU 1 was given up on: SDEI_EVENT_SIGNAL: -3, denied, or masked there\n"
"+  110.000 ms   CPU 0 went on to the capture kernel: 2 CPUs were running, 1 left\n");
	free(text);
}

/* A tag has the time of its CPU's last rung only. */
static void answer_to_an_earlier_rung(void **state)
{
	struct stop_cpu cpus[] = {
		cpu_with(0, CPU_STOP_PANIC, 0, 0, 1200 * MS),
		cpu_with(1, CPU_STOP_IPI, CPU_STOP_RUNG_IPI |
			 CPU_STOP_RUNG_SDEI, 1100 * MS, 1101 * MS),
		cpu_with(2, CPU_STOP_IPI, CPU_STOP_RUNG_IPI, 100 * MS,
			 101 * MS),
	};
	char *text;

	(void)state;
	cpus[0].tag.nr_online = 3;
	text = timeline(cpus, 3);
	assert_non_null(strstr(text, "CPU 1 stopped after 1001.000 ms\n"));
	free(text);
	text = timeline(cpus, 2);
	assert_non_null(strstr(text, "(not known)    IPI signalled at CPU 1\n"
"                 CPU 1 stopped by it, but after a later one was signalled\n"));
	free(text);
}

static void no_tags_no_time_line(void **state)
{
	struct stop_cpu cpu = { .cpu = 0 };
	struct stop_facts facts = { .cpus = &cpu, .nr_cpus = 1 };

	(void)state;
	assert_false(print_timeline(stdout, &facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_cpus_fold),
		cmocka_unit_test(rung_that_nobody_answered),
		cmocka_unit_test(answer_to_an_earlier_rung),
		cmocka_unit_test(no_tags_no_time_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
