// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_notes.c: the walk over a note segment, and VMCOREINFO.
 */
#include "unit.h"

/* Decodes exactly these bytes, in memory of exactly their size. */
static void decode(struct stop_facts *facts, const uint8_t *p, size_t len,
		   uint64_t offset)
{
	uint8_t *exact = malloc(len ? len : 1);

	memcpy(exact, p, len);
	assert_int_equal(stop_notes_decode(facts, exact, len, offset), 0);
	free(exact);
}

static struct bytes join(const char *const *names)
{
	struct bytes all = { 0 };

	for (; *names; names++) {
		struct bytes b = load(*names);

		all.p = realloc(all.p, all.len + b.len);
		memcpy(all.p + all.len, b.p, b.len);
		all.len += b.len;
		free(b.p);
	}
	return all;
}

#define JOIN(...) join((const char *const[]){ __VA_ARGS__, NULL })

static void file_order(void **state)
{
	struct bytes b = JOIN("note-sdei-cpu2", "note-stop-cpu3",
			      "note-vmcoreinfo", "note-ipi-cpu0");
	struct stop_facts facts;

	(void)state;
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_int_equal(facts.nr_cpus, 3);
	assert_int_equal(facts.nr_defects, 0);
	assert_int_equal(facts.cpus[0].cpu, 2);
	assert_true(facts.cpus[0].has_note && facts.cpus[0].has_regs);
	assert_int_equal(facts.cpus[1].cpu, 3);
	assert_true(facts.cpus[1].has_note && !facts.cpus[1].has_regs);
	assert_int_equal(facts.cpus[1].tag.mechanism, 6);
	assert_true(facts.cpus[1].tag.sdei_status == -3);
	assert_int_equal(facts.cpus[2].cpu, 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(facts.cpus[i].note_index, i);
	assert_string_equal(facts.osrelease, "6.12.1-test");

	/* A second segment goes on counting. */
	decode(&facts, b.p, NOTE, 0);
	assert_int_equal(facts.nr_cpus, 4);
	assert_int_equal(facts.cpus[3].note_index, 3);
	stop_facts_destroy(&facts);
	free(b.p);
}

static void untagged_has_no_number(void **state)
{
	struct bytes b = JOIN("note-untagged");
	struct stop_facts facts;

	(void)state;
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_int_equal(facts.nr_cpus, 1);
	assert_true(facts.cpus[0].cpu == STOP_CPU_UNKNOWN);
	assert_int_equal(facts.cpus[0].tag_state, STOP_TAG_ABSENT);
	assert_int_equal(facts.cpus[0].pid, 33);
	stop_facts_destroy(&facts);
	free(b.p);
}

static void vmcoreinfo(void **state)
{
	struct bytes b = JOIN("note-vmcoreinfo");
	struct stop_facts facts;

	(void)state;
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_true(facts.has_vmcoreinfo && facts.has_crashtime);
	assert_true(facts.crashtime == 1700000000);
	assert_true(facts.advertises_tags);
	assert_int_equal(facts.tag_version, 1);
	assert_string_equal(facts.build_id,
			    "00112233445566778899aabbccddeeff01234567");
	assert_true(facts.has_kerneloffset);
	assert_true(facts.kerneloffset == 0x1000000);
	assert_true(facts.kernelpacmask == 0x7f000000000000);
	stop_facts_destroy(&facts);
	free(b.p);
}

static void vmcoreinfo_odd(void **state)
{
	static const char text[] = "\n=\nOSRELEASE\nKERNELOFFSET=zz\n"
		"NUMBER(STOP_TAG_VERSION)=-\nNOTOSRELEASE=a\nOSRELEASE=";
	struct stop_facts facts;
	char *big = malloc(70000);

	(void)state;
	stop_facts_init(&facts);
	stop_vmcoreinfo_decode(&facts, text, sizeof(text) - 1);
	assert_true(facts.has_vmcoreinfo);
	assert_string_equal(facts.osrelease, "");
	assert_false(facts.has_kerneloffset);
	assert_false(facts.advertises_tags);
	stop_facts_destroy(&facts);

	/* A line without end, longer than any value. */
	stop_facts_init(&facts);
	memset(big, 'A', 70000);
	memcpy(big, "OSRELEASE=", 10);
	stop_vmcoreinfo_decode(&facts, big, 70000);
	assert_string_equal(facts.osrelease, "");
	memcpy(big, "\0OSRELEASE=x\n", 13);
	stop_vmcoreinfo_decode(&facts, big, 70000);
	assert_string_equal(facts.osrelease, "");
	stop_facts_destroy(&facts);
	free(big);
}

static void foreign_notes_are_skipped(void **state)
{
	struct bytes b = JOIN("note-ipi-cpu0", "note-ipi-cpu0",
			      "note-stop-cpu3", "note-panic-cpu1");
	struct stop_facts facts;

	(void)state;
	memcpy(b.p + 12, "XORE", 4);		/* not "CORE" */
	put32(&b, NOTE + 8, 2);			/* not NT_PRSTATUS */
	put32(&b, 2 * NOTE + 8, 1);		/* "CPUSTOP", but type 1 */
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_int_equal(facts.nr_cpus, 1);
	assert_int_equal(facts.cpus[0].cpu, 1);
	assert_int_equal(facts.nr_defects, 0);
	stop_facts_destroy(&facts);
	free(b.p);
}

/* Sizes at which a u32 roundup wraps, and others that leave the segment. */
static void sizes_that_wrap(void **state)
{
	static const uint32_t sizes[] = {
		0xfffffff0, 0xfffffffd, 0xffffffff, 0x80000000, 393 + 3, 4096,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (size_t field = 0; field < 8; field += 4) {
			struct bytes b = JOIN("note-panic-cpu1",
					      "note-ipi-cpu0");
			struct stop_facts facts;

			put32(&b, NOTE + field, sizes[i]);
			stop_facts_init(&facts);
			decode(&facts, b.p, b.len, 0x1000);
			assert_int_equal(facts.nr_cpus, 1);
			assert_int_equal(facts.nr_defects, 1);
			assert_true(facts.defects[0].offset == 0x1000 + NOTE);
			stop_facts_destroy(&facts);
			free(b.p);
		}
	}
}

static void wrong_prstatus_size(void **state)
{
	struct bytes b = JOIN("note-ipi-cpu0", "note-panic-cpu1");
	struct stop_facts facts;

	(void)state;
	put32(&b, 4, 388);	/* then 4 zero bytes, a gap */
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_int_equal(facts.nr_defects, 1);
	assert_non_null(strstr(facts.defects[0].what, "388"));
	assert_int_equal(facts.nr_cpus, 1);
	assert_int_equal(facts.cpus[0].cpu, 1);
	stop_facts_destroy(&facts);
	free(b.p);
}

static void stop_note_without_tag(void **state)
{
	struct bytes b = JOIN("note-stop-cpu3");
	struct stop_facts facts;

	(void)state;
	b.p[20] = 'X';		/* the tag's magic */
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_int_equal(facts.nr_cpus, 1);
	assert_int_equal(facts.cpus[0].tag_state, STOP_TAG_MALFORMED);
	assert_true(facts.cpus[0].cpu == STOP_CPU_UNKNOWN);
	stop_facts_destroy(&facts);

	b.p[20] = 'C';
	put32(&b, 4, 60);	/* a tag that is cut */
	stop_facts_init(&facts);
	decode(&facts, b.p, 80, 0);
	assert_int_equal(facts.nr_cpus, 1);
	assert_int_equal(facts.cpus[0].tag_state, STOP_TAG_MALFORMED);
	stop_facts_destroy(&facts);
	free(b.p);
}

/* One word behind the tag: versions 1 and 2 do not have it, a later one may. */
static void stop_note_of_68_bytes(void **state)
{
	struct bytes b = JOIN("note-stop-cpu3", "note-zero");
	struct stop_facts facts;

	(void)state;
	put32(&b, 4, 68);
	stop_facts_init(&facts);
	decode(&facts, b.p, 20 + 68, 0);
	assert_int_equal(facts.nr_cpus, 1);
	assert_int_equal(facts.cpus[0].tag_state, STOP_TAG_MALFORMED);
	assert_non_null(strstr(facts.cpus[0].tag_why, "68"));
	stop_facts_destroy(&facts);

	b.p[20 + 8] = 2;	/* version */
	stop_facts_init(&facts);
	decode(&facts, b.p, 20 + 68, 0);
	assert_int_equal(facts.cpus[0].tag_state, STOP_TAG_MALFORMED);
	stop_facts_destroy(&facts);

	b.p[20 + 8] = 3;	/* version */
	b.p[20 + 10] = 68;	/* size */
	stop_facts_init(&facts);
	decode(&facts, b.p, 20 + 68, 0);
	assert_int_equal(facts.cpus[0].tag_state, STOP_TAG_VALID);
	assert_int_equal(facts.cpus[0].cpu, 3);
	stop_facts_destroy(&facts);
	free(b.p);
}

static void first_vmcoreinfo_counts(void **state)
{
	struct bytes b = JOIN("note-vmcoreinfo", "note-vmcoreinfo");
	struct stop_facts facts;

	(void)state;
	b.p[220 + 24 + 10] = 'X';	/* the second one's OSRELEASE */
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_string_equal(facts.osrelease, "6.12.1-test");
	stop_facts_destroy(&facts);
	free(b.p);
}

static void more_notes_than_cpus(void **state)
{
	struct bytes one = JOIN("note-stop-cpu3"), b = { 0 };
	struct stop_facts facts;

	(void)state;
	b.len = 65537 * one.len;
	b.p = malloc(b.len);
	for (size_t i = 0; i < 65537; i++)
		memcpy(b.p + i * one.len, one.p, one.len);
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_int_equal(facts.nr_cpus, 65536);
	assert_int_equal(facts.nr_defects, 1);
	stop_facts_destroy(&facts);
	free(one.p);
	free(b.p);
}

static void every_length(void **state)
{
	struct bytes b = JOIN("note-panic-cpu1", "note-stop-cpu3",
			      "note-vmcoreinfo");

	(void)state;
	for (size_t len = 0; len <= b.len; len++) {
		struct stop_facts facts;
		/* 194 bytes of VMCOREINFO have 2 of padding. */
		bool whole = !len || len == NOTE || len == NOTE + 84 ||
			     len >= b.len - 2;

		stop_facts_init(&facts);
		decode(&facts, b.p, len, 0);
		assert_int_equal(facts.nr_cpus, (len >= NOTE) +
						(len >= NOTE + 84));
		assert_int_equal(facts.nr_defects, !whole);
		assert_true(facts.has_vmcoreinfo == (len >= b.len - 2));
		stop_facts_destroy(&facts);
	}
	free(b.p);
}

/* Every byte of a header and name, with every value. */
static void every_byte(void **state)
{
	struct bytes good = JOIN("note-ipi-cpu0", "note-panic-cpu1");

	(void)state;
	for (size_t at = 0; at < DESC; at++) {
		for (int value = 0; value < 256; value++) {
			struct stop_facts facts;
			uint8_t was = good.p[at];

			good.p[at] = value;
			stop_facts_init(&facts);
			decode(&facts, good.p, good.len, 0);
			assert_true(facts.nr_cpus <= 2);
			stop_facts_destroy(&facts);
			good.p[at] = was;
		}
	}
	free(good.p);
}

static void defects_are_bounded(void **state)
{
	struct bytes b = { malloc(20 * 5000), 20 * 5000 };
	struct stop_facts facts;

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		put32(&b, i * 20, 5);
		put32(&b, i * 20 + 4, 0);	/* no descriptor */
		put32(&b, i * 20 + 8, 1);
		memcpy(b.p + i * 20 + 12, "CORE\0\0\0", 8);
	}
	stop_facts_init(&facts);
	decode(&facts, b.p, b.len, 0);
	assert_int_equal(facts.nr_cpus, 0);
	assert_in_range(facts.nr_defects, 2, 1000);
	assert_non_null(strstr(facts.defects[facts.nr_defects - 1].what,
			       "more"));
	stop_facts_destroy(&facts);
	free(b.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_order),
		cmocka_unit_test(untagged_has_no_number),
		cmocka_unit_test(vmcoreinfo),
		cmocka_unit_test(vmcoreinfo_odd),
		cmocka_unit_test(foreign_notes_are_skipped),
		cmocka_unit_test(sizes_that_wrap),
		cmocka_unit_test(wrong_prstatus_size),
		cmocka_unit_test(stop_note_without_tag),
		cmocka_unit_test(stop_note_of_68_bytes),
		cmocka_unit_test(first_vmcoreinfo_counts),
		cmocka_unit_test(more_notes_than_cpus),
		cmocka_unit_test(every_length),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(defects_are_bounded),
	};

	return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
