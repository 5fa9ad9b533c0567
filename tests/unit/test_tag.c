// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_tag.c: the 64 bytes of a tag, in both byte orders, and what is
 * malformed about one. Expected values are those of data/tag*.txt.
 */
#include <linux/cpu_stop_tag.h>

#include "unit.h"

static void check_layout(const char *name, bool big_endian)
{
	struct bytes b = load(name);
	struct stop_tag tag;
	char why[80];

	assert_int_equal(b.len, 64);
	assert_int_equal(stop_tag_decode(b.p, b.len, big_endian, &tag, why),
			 STOP_TAG_VALID);
	assert_string_equal(why, "");
	assert_int_equal(tag.version, 1);
	assert_int_equal(tag.size, 64);
	assert_int_equal(tag.mechanism, 4);
	assert_int_equal(tag.regs, 1);
	assert_int_equal(tag.rungs, 5);
	assert_int_equal(tag.cpu, 0x4321);
	assert_int_equal(tag.flags, 5);
	assert_true(tag.mpidr == 0x1112131415161718);
	assert_true(tag.stop_ns == 0x2122232425262728);
	assert_true(tag.request_ns == 0x3132333435363738);
	assert_int_equal(tag.nr_online, 0x41424344);
	assert_int_equal(tag.nr_left, 0x51525354);
	assert_true(tag.sdei_status == -3);
	assert_int_equal(tag.reserved, 0);
	free(b.p);
}

static void little_endian(void **state)
{
	(void)state;
	check_layout("tag", false);
}

static void big_endian(void **state)
{
	(void)state;
	check_layout("tag-big-endian", true);
}

/* Decodes data/tag with one byte changed. */
static enum stop_tag_state changed(size_t at, uint8_t value, size_t len,
				   struct stop_tag *tag, char why[80])
{
	struct bytes b = load("tag");
	uint8_t *exact = malloc(len);	/* so that a read behind it is seen */
	enum stop_tag_state result;

	b.p[at] = value;
	memcpy(exact, b.p, len);
	result = stop_tag_decode(exact, len, false, tag, why);
	free(exact);
	free(b.p);
	return result;
}

static void no_magic(void **state)
{
	struct stop_tag tag;
	char why[80];

	(void)state;
	for (size_t at = 0; at < 8; at++) {
		assert_int_equal(changed(at, 'x', 64, &tag, why),
				 STOP_TAG_ABSENT);
		assert_int_equal(tag.version, 0);
		assert_int_equal(tag.cpu, 0);
	}
}

static void wrong_size(void **state)
{
	struct stop_tag tag;
	char why[80];

	(void)state;
	assert_int_equal(changed(10, 63, 64, &tag, why), STOP_TAG_MALFORMED);
	assert_string_equal(why, "version 1 with size 63");
	assert_int_equal(changed(10, 72, 64, &tag, why), STOP_TAG_MALFORMED);
	assert_int_equal(changed(10, 0, 64, &tag, why), STOP_TAG_MALFORMED);
}

static void version_zero(void **state)
{
	struct stop_tag tag;
	char why[80];

	(void)state;
	assert_int_equal(changed(8, 0, 64, &tag, why), STOP_TAG_MALFORMED);
	assert_non_null(strstr(why, "version 0"));
}

static void reserved_word(void **state)
{
	struct stop_tag tag;
	char why[80];

	(void)state;
	for (size_t at = 60; at < 64; at++)
		assert_int_equal(changed(at, 1, 64, &tag, why),
				 STOP_TAG_MALFORMED);
	assert_non_null(strstr(why, "reserved"));
}

static void cpu_limit(void **state)
{
	struct stop_tag tag;
	char why[80];

	(void)state;
	assert_int_equal(changed(18, 1, 64, &tag, why), STOP_TAG_MALFORMED);
	assert_non_null(strstr(why, "82721"));	/* 0x14321 */
	/* 65535 is the last that is within it. */
	struct bytes b = load("tag");

	put32(&b, 16, 65535);
	assert_int_equal(stop_tag_decode(b.p, 64, false, &tag, why),
			 STOP_TAG_VALID);
	put32(&b, 16, 65536);
	assert_int_equal(stop_tag_decode(b.p, 64, false, &tag, why),
			 STOP_TAG_MALFORMED);
	free(b.p);
}

static void later_version(void **state)
{
	struct bytes b = load("tag");
	struct stop_tag tag;
	char why[80];

	(void)state;
	b.p[8] = 2;	/* version, of the same size */
	assert_int_equal(stop_tag_decode(b.p, 64, false, &tag, why),
			 STOP_TAG_VALID);
	assert_int_equal(tag.version, 2);
	b.p[10] = 80;	/* size */
	assert_int_equal(stop_tag_decode(b.p, 64, false, &tag, why),
			 STOP_TAG_MALFORMED);
	assert_string_equal(why, "version 2 with size 80");
	b.p[8] = 3;	/* version */
	assert_int_equal(stop_tag_decode(b.p, 64, false, &tag, why),
			 STOP_TAG_VALID);
	assert_int_equal(tag.version, 3);
	assert_int_equal(tag.size, 80);
	assert_int_equal(tag.cpu, 0x4321);
	b.p[10] = 63;
	assert_int_equal(stop_tag_decode(b.p, 64, false, &tag, why),
			 STOP_TAG_MALFORMED);
	free(b.p);
}

/* Bit 3 of flags has a meaning since version 2. */
static void in_sdei(void **state)
{
	struct bytes b = load("tag");
	struct stop_tag tag;
	char why[80];

	(void)state;
	for (uint8_t version = 1; version < 4; version++) {
		for (int bit = 0; bit < 2; bit++) {
			b.p[8] = version;
			b.p[20] = 5 | bit << 3;
			assert_int_equal(stop_tag_decode(b.p, 64, false, &tag,
							 why), STOP_TAG_VALID);
			assert_int_equal(tag.flags, 5 | bit << 3);
			assert_int_equal(stop_tag_in_sdei(&tag),
					 version == 1 ? STOP_UNKNOWN :
					 bit ? STOP_YES : STOP_NO);
		}
	}
	free(b.p);
}

static void unknown_values(void **state)
{
	struct stop_tag tag;
	char why[80], buf[16];

	(void)state;
	assert_int_equal(changed(12, 9, 64, &tag, why), STOP_TAG_VALID);
	assert_int_equal(tag.mechanism, 9);
	assert_string_equal(stop_mechanism_name(tag.mechanism, buf), "9");
	assert_int_equal(changed(13, 200, 64, &tag, why), STOP_TAG_VALID);
	assert_int_equal(tag.regs, 200);
	assert_string_equal(stop_regs_name(tag.regs, buf), "200");
	assert_int_equal(changed(23, 0x80, 64, &tag, why), STOP_TAG_VALID);
	assert_true(tag.flags == 0x80000005);
}

static void any_length(void **state)
{
	struct stop_tag tag;
	char why[80];

	(void)state;
	for (size_t len = 0; len < 64; len++)
		assert_int_equal(changed(0, 'C', len, &tag, why),
				 len < 8 ? STOP_TAG_ABSENT :
				 STOP_TAG_MALFORMED);
}

static void prstatus(void **state)
{
	struct bytes b = load("note-sdei-cpu2");
	struct stop_cpu cpu = { .cpu = 77 };

	(void)state;
	for (size_t len = 380; len < 392; len++)
		assert_int_not_equal(stop_prstatus_decode(b.p + DESC, len,
							  false, &cpu), 0);
	assert_int_equal(stop_prstatus_decode(b.p + DESC, 392, false, &cpu), 0);
	assert_true(cpu.has_regs);
	assert_int_equal(cpu.cpu, 77);	/* not the decoder's to say */
	assert_int_equal(cpu.pid, 72);
	for (uint64_t i = 0; i < 30; i++)
		assert_true(cpu.regs.x[i] == 0x300 + i);
	assert_true(cpu.regs.x[30] == 0xffa5800080040004);
	assert_true(cpu.regs.sp == 0xffff800084003c00);
	assert_true(cpu.regs.pc == 0xffff800080040010);
	assert_true(cpu.regs.pstate == 0x800003c5);
	assert_int_equal(cpu.tag_state, STOP_TAG_VALID);
	assert_int_equal(cpu.tag.mechanism, CPU_STOP_SDEI);
	free(b.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(little_endian),
		cmocka_unit_test(big_endian),
		cmocka_unit_test(no_magic),
		cmocka_unit_test(wrong_size),
		cmocka_unit_test(version_zero),
		cmocka_unit_test(reserved_word),
		cmocka_unit_test(cpu_limit),
		cmocka_unit_test(later_version),
		cmocka_unit_test(in_sdei),
		cmocka_unit_test(unknown_values),
		cmocka_unit_test(any_length),
		cmocka_unit_test(prstatus),
	};

	return cmocka_run_group_tests_name("tag", tests, NULL, NULL);
}
