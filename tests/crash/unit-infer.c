// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit-infer.c: what a stop left behind, and what follows from it: evidence, the
 * log's ring buffer and its lines, written by hand. Layouts are those of
 * kernel/printk/printk_ringbuffer.h, lines those of arch/arm64/kernel/smp.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "infer.h"
#include "klog.h"
#include "ladder.h"

static enum infer conclusion(struct evidence e)
{
	struct inferred inferred;

	infer(&e, &inferred);
	assert_true(inferred.why[0]);
	return inferred.how;
}

/* Where there is no note, the registers of event 0 were never looked for. */
static void evidence_without_note(void **state)
{
	struct evidence e = {
		.online = STOP_YES, .hotplug = STOP_YES, .has_note = STOP_NO,
		.sdei_active = STOP_NO,
	};
	char text[1024] = "";
	FILE *fp = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(fp);
	infer_print_evidence(fp, &e);
	fflush(fp);
	assert_non_null(strstr(text, "registers of event 0: there is no note to compare them with\n"));
	rewind(fp);
	e.has_note = STOP_YES;
	infer_print_evidence(fp, &e);
	fclose(fp);
	assert_non_null(strstr(text, "registers of event 0: not readable\n"));
}

static void inference(void **state)
{
	/* An offline CPU that hotplug had running, with CPU 1 panicking. */
	const struct evidence stopped = {
		.cpu = 2, .has_panic_cpu = true, .panic_cpu = 1,
		.online = STOP_NO, .hotplug = STOP_YES, .has_note = STOP_YES,
		.sdei_active = STOP_NO, .sdei_same_regs = STOP_NO,
		.has_counts = true, .pseudo_nmi = STOP_NO,
	};
	struct evidence e = stopped;

	(void)state;
	assert_int_equal(conclusion(e), INFER_SELF);
	e.nr_stop = 1;
	assert_int_equal(conclusion(e), INFER_IPI);
	e.nr_stop_nmi = 1;
	assert_int_equal(conclusion(e), INFER_IPI);
	e.pseudo_nmi = STOP_YES;
	assert_int_equal(conclusion(e), INFER_NMI_IPI);
	e = stopped;
	e.sdei_same_regs = STOP_YES;
	assert_int_equal(conclusion(e), INFER_SDEI);
	e = stopped;
	e.sdei_active = STOP_YES;
	assert_int_equal(conclusion(e), INFER_SDEI);
	e.online = STOP_YES;
	assert_int_equal(conclusion(e), INFER_NOT_STOPPED);
	e.panic_cpu = 2;
	assert_int_equal(conclusion(e), INFER_PANIC);
	e.panic_cpu = -1;
	assert_int_equal(conclusion(e), INFER_NO_CRASH);
	e = stopped;
	e.has_counts = false;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	/* then the frames of the stop code are what is left */
	e.entry = ENTRY_IPI;
	assert_int_equal(conclusion(e), INFER_IPI);
	e.entry = ENTRY_NMI;
	assert_int_equal(conclusion(e), INFER_NMI_IPI);
	e.entry = ENTRY_SDEI;
	assert_int_equal(conclusion(e), INFER_SDEI);
	e.entry = ENTRY_SELF;
	assert_int_equal(conclusion(e), INFER_SELF);
	e.entry = ENTRY_UNKNOWN;
	e.has_note = STOP_NO;
	e.hotplug = STOP_NO;
	assert_int_equal(conclusion(e), INFER_NOT_RUNNING);
	e.hotplug = STOP_UNKNOWN;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	e = stopped;
	e.online = STOP_UNKNOWN;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	e.has_panic_cpu = false;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
}

/* Where evidence is at odds, nothing is claimed that not all of it allows. */
static void contradictions(void **state)
{
	const struct evidence stopped = {
		.cpu = 2, .has_panic_cpu = true, .panic_cpu = 1,
		.online = STOP_NO, .hotplug = STOP_YES, .has_note = STOP_YES,
		.sdei_active = STOP_NO, .sdei_same_regs = STOP_NO,
		.sdei_came = STOP_YES, .has_counts = true,
	};
	struct evidence e = stopped;

	(void)state;
	/* An idle CPU: the event of a backtrace, and the stop IPI at last. */
	e.sdei_same_regs = STOP_YES;
	e.nr_stop = 1;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	e.entry = ENTRY_IPI;
	assert_int_equal(conclusion(e), INFER_IPI);
	e.entry = ENTRY_SDEI;
	assert_int_equal(conclusion(e), INFER_SDEI);

	/* Its note is lost: that event 0 came says not what for. */
	e = stopped;
	e.has_note = STOP_NO;
	e.sdei_same_regs = STOP_UNKNOWN;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	e.sdei_came = STOP_UNKNOWN;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	e.sdei_came = STOP_NO;
	assert_int_equal(conclusion(e), INFER_SELF);

	/* It panicked inside of an event, and stopped itself there. */
	e = stopped;
	e.sdei_active = STOP_YES;
	e.entry = ENTRY_SELF;
	assert_int_equal(conclusion(e), INFER_SELF);

	/* Frames of a handler that by its own count never ran. */
	e = stopped;
	e.entry = ENTRY_IPI;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);

	/* No note and not CPUHP_ONLINE, but a stop was counted: it was running. */
	e = stopped;
	e.has_note = STOP_NO;
	e.hotplug = STOP_NO;
	e.nr_stop = 1;
	assert_int_equal(conclusion(e), INFER_IPI);
}

/* The log says who was still running when a rung began, and nothing else. */
static void log_evidence(void **state)
{
	const struct evidence stopped = {
		.cpu = 2, .has_panic_cpu = true, .panic_cpu = 1,
		.online = STOP_NO, .hotplug = STOP_YES, .has_note = STOP_YES,
		.sdei_active = STOP_NO, .sdei_same_regs = STOP_NO,
		.has_counts = true, .log_sdei = true,
	};
	struct evidence e = stopped;
	struct inferred inferred;

	(void)state;
	/* By the event or by itself: without the log, it was "by itself". */
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	infer(&e, &inferred);
	assert_non_null(strstr(inferred.why, "when the SDEI event was sent"));
	e.entry = ENTRY_SDEI;
	assert_int_equal(conclusion(e), INFER_SDEI);
	e.entry = ENTRY_SELF;
	assert_int_equal(conclusion(e), INFER_SELF);
	/* It took the IPI when the SDEI event was out already: both are said. */
	e = stopped;
	e.nr_stop = 1;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	e.entry = ENTRY_IPI;
	assert_int_equal(conclusion(e), INFER_IPI);
	infer(&e, &inferred);
	assert_non_null(strstr(inferred.why, "late: the log says"));
	/* Offline by hotplug, and the log has it running: not "not running". */
	e = stopped;
	e.has_note = STOP_NO;
	e.hotplug = STOP_NO;
	assert_int_equal(conclusion(e), INFER_UNKNOWN);
	/* What the log says of a CPU that is online is no news. */
	e = stopped;
	e.online = STOP_YES;
	e.log_failed = true;
	assert_int_equal(conclusion(e), INFER_NOT_STOPPED);
}

static bool named(const struct ladder *ladder, enum ladder_rung rung,
		  uint64_t cpus)
{
	for (uint32_t cpu = 0; cpu < 64; cpu++) {
		if (ladder_named(ladder, rung, cpu) != (cpus >> cpu & 1))
			return false;
	}
	return true;
}

static void lines_of_a_stop(void **state)
{
	static struct ladder ladder;
	char text[1200];

	(void)state;
	memset(&ladder, 0, sizeof(ladder));
	ladder_line(&ladder, "SMP: stopping secondary CPUs");
	assert_true(ladder.began);
	ladder_line(&ladder, "SMP: retry stop with NMI for CPUs 0,2-3");
	assert_true(named(&ladder, LADDER_NMI, 0xd));
	ladder_line(&ladder, "SMP: retry stop with SDEI NMI for CPUs 2\n");
	assert_true(named(&ladder, LADDER_SDEI, 0x4));
	assert_true(named(&ladder, LADDER_FAILED, 0));
	ladder_line(&ladder, "SMP: failed to stop secondary CPUs 10-12,63");
	assert_true(named(&ladder, LADDER_FAILED, 1ull << 63 | 0x1c00));
	assert_true(named(&ladder, LADDER_NMI, 0xd));

	/* Damaged, or somebody else's words: nothing of it is taken. */
	memset(&ladder, 0, sizeof(ladder));
	ladder_line(&ladder, "SMP: failed to stop secondary CPUs ");
	ladder_line(&ladder, "SMP: failed to stop secondary CPUs 2-");
	ladder_line(&ladder, "SMP: failed to stop secondary CPUs 2,x");
	ladder_line(&ladder, "SMP: failed to stop secondary CPUs 2\xff");
	ladder_line(&ladder, "SMP: failed to stop secondary CPUs 9999");
	ladder_line(&ladder, "SMP: failed to stop secondary CPUs 1-99999999999");
	ladder_line(&ladder, "x SMP: failed to stop secondary CPUs 2");
	/* printk() cut it in a number: the last one may be another. */
	snprintf(text, sizeof(text), "SMP: failed to stop secondary CPUs 0");
	while (strlen(text) < 1000)
		strcat(text, ",12");
	ladder_line(&ladder, text);
	assert_false(ladder.said[LADDER_FAILED]);
	assert_true(named(&ladder, LADDER_FAILED, 0));
}

/* A ring of four records and 256 bytes, as Linux 6.12 lays it out. */
#define RING	0xffff000000200000ull
#define DESCS	(RING + 0x100)
#define INFOS	(RING + 0x200)
#define DATA	(RING + 0x400)

static unsigned char ring[0x500];
static uint64_t ring_lpos, ring_missing;

static bool ring_read(void *arg, uint64_t addr, void *to, size_t len)
{
	(void)arg;
	if (addr < RING || addr + len > RING + sizeof(ring) ||
	    (ring_missing >= addr && ring_missing < addr + len))
		return false;
	memcpy(to, ring + (addr - RING), len);
	return true;
}

static void put(uint64_t addr, uint64_t value, size_t len)
{
	memcpy(ring + (addr - RING), &value, len);
}

static const struct klog klog = {
	.read = ring_read, .ringbuffer = RING,
	.layout = {
		.desc_ring = 0, .text_ring = 48,
		.count_bits = 0, .descs = 8, .infos = 16, .head = 24,
		.tail = 32, .size_bits = 0, .data = 8,
		.state = 0, .lpos = 8, .desc_size = 24, .begin = 0, .next = 8,
		.text_len = 16, .facility = 18, .info_size = 88,
	},
};

/* Ids begin far away from 0, and the text is somewhere in its third round. */
#define FIRST_ID	0x1001ull

static void ring_begin(void)
{
	memset(ring, 0, sizeof(ring));
	ring_missing = 0;
	ring_lpos = 2 * 256 + 160;
	put(RING, 2, 4);
	put(RING + 8, DESCS, 8);
	put(RING + 16, INFOS, 8);
	put(RING + 24, FIRST_ID - 1, 8);
	put(RING + 32, FIRST_ID, 8);
	put(RING + 48, 8, 4);
	put(RING + 56, DATA, 8);
}

static void ring_add(const char *text, unsigned int facility)
{
	uint64_t id = FIRST_ID - 1, next, at, len = strlen(text);
	uint64_t desc, info;

	memcpy(&id, ring + 24, 8);
	id++;
	next = ring_lpos + (8 + len + 7) / 8 * 8;
	at = ring_lpos;
	if ((next - 1) / 256 != ring_lpos / 256) {
		at = next / 256 * 256;
		next = at + (8 + len + 7) / 8 * 8;
	}
	desc = DESCS + id % 4 * 24;
	info = INFOS + id % 4 * 88;
	put(desc, id | 2ull << 62, 8);
	put(desc + 8, ring_lpos, 8);
	put(desc + 16, next, 8);
	put(info + 16, len, 2);
	put(info + 18, facility, 1);
	put(DATA + at % 256, id, 8);
	memcpy(ring + (DATA - RING) + at % 256 + 8, text, len);
	put(RING + 24, id, 8);
	ring_lpos = next;
}

static char seen[400];

static bool see(void *arg, const char *text)
{
	(void)arg;
	strcat(strcat(seen, text), "|");
	return strcmp(text, "stop here");
}

static bool records(const char *want)
{
	bool all;

	seen[0] = '\0';
	all = klog_records(&klog, see, NULL);
	assert_string_equal(seen, want);
	return all;
}

static void log_ring(void **state)
{
	(void)state;
	ring_begin();
	ring_add("one", 0);
	ring_add("from user space", 1);
	/* does not fit in front of the end, and lies at the start */
	ring_add("a text that is so long that it does not fit there", 0);
	assert_true(records("a text that is so long that it does not fit there|one|"));
	ring_add("SMP: stopping secondary CPUs", 0);
	assert_true(records("SMP: stopping secondary CPUs|a text that is so long that it does not fit there|one|"));
	/* the next two take the places of the first two */
	ring_add("five", 0);
	put(RING + 32, FIRST_ID + 1, 8);
	assert_true(records("five|SMP: stopping secondary CPUs|a text that is so long that it does not fit there|"));
	ring_add("stop here", 0);
	put(RING + 32, FIRST_ID + 2, 8);
	assert_true(records("stop here|"));
}

static void log_ring_damaged(void **state)
{
	(void)state;
	ring_begin();
	ring_add("one", 0);
	ring_add("two", 0);
	ring_add("three", 0);
	/* a descriptor, a block and a length that are not what they must be */
	put(DESCS + (FIRST_ID + 1) % 4 * 24, 77 | 2ull << 62, 8);
	assert_false(records("three|one|"));
	put(DATA + 160, 78, 8);
	assert_false(records("three|"));
	put(DESCS + (FIRST_ID + 2) % 4 * 24 + 16, ~0ull, 8);
	assert_false(records(""));

	ring_begin();
	ring_add("one", 0);
	ring_add("two", 0);
	/* a page of it is not in the dump */
	ring_missing = INFOS + FIRST_ID % 4 * 88 + 16;
	assert_false(records("two|"));
	ring_missing = RING + 24;
	assert_false(records(""));
	ring_missing = 0;
	/* numbers that would have it read for ever, or anywhere */
	put(RING + 32, FIRST_ID - 1000, 8);
	assert_false(records(""));
	put(RING + 32, FIRST_ID, 8);
	put(RING, 63, 4);
	assert_false(records(""));
	put(RING, 2, 4);
	put(RING + 48, 0, 4);
	assert_false(records(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inference),
		cmocka_unit_test(evidence_without_note),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(log_evidence),
		cmocka_unit_test(lines_of_a_stop),
		cmocka_unit_test(log_ring),
		cmocka_unit_test(log_ring_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
