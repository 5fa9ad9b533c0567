// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit-pagetable.c: pagetable.c over tables that are written here by hand, as
 * the Arm ARM lays descriptors out (D8.3).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pagetable.h"

/* Tables by hand: 4 KiB each at 0x1000, 0x2000, ... */
static uint64_t tables[8][512];

static bool read_table(void *arg, uint64_t paddr, uint64_t *to)
{
	(void)arg;
	if (paddr < 0x1000 || paddr >= 0x9000 || paddr & 7)
		return false;
	*to = tables[paddr / 0x1000 - 1][paddr % 0x1000 / 8];
	return true;
}

static void pagetable_4k(void **state)
{
	struct pagetable t = { .root = 0x1000, .va_bits = 48, .page_shift = 12,
			       .read = read_table };
	/* indices 256, 2, 3, 4 */
	const uint64_t addr = 0xffff800080604123ull;
	uint64_t paddr;

	(void)state;
	memset(tables, 0, sizeof(tables));
	assert_false(pagetable_translate(&t, addr, &paddr));
	/* attributes in the upper bits do not belong to the address */
	tables[0][256] = 0xf000000000002003ull;
	tables[1][2] = 0x3003;
	tables[2][3] = 0x4003;
	tables[3][4] = 0x0068000012345707ull;
	assert_true(pagetable_translate(&t, addr, &paddr));
	assert_int_equal(paddr, 0x12345123);
	/* the next page is not mapped; nor is a "block" of the last level */
	assert_false(pagetable_translate(&t, addr + 0x1000, &paddr));
	tables[3][4] = 0x12345701;
	assert_false(pagetable_translate(&t, addr, &paddr));
	/* a 2 MiB block */
	tables[2][3] = 0x0060000040200711ull;
	assert_true(pagetable_translate(&t, addr, &paddr));
	assert_int_equal(paddr, 0x40204123);
	/* a 1 GiB block */
	tables[1][2] = 0x0060000080000711ull;
	assert_true(pagetable_translate(&t, addr, &paddr));
	assert_int_equal(paddr, 0x80604123);
	/* a table outside memory, user space, an unknown page size */
	tables[0][256] = 0x100000000003ull;
	assert_false(pagetable_translate(&t, addr, &paddr));
	assert_false(pagetable_translate(&t, 0x400000, &paddr));
	t.page_shift = 13;
	assert_false(pagetable_translate(&t, addr, &paddr));
}

static void pagetable_39_bits(void **state)
{
	struct pagetable t = { .root = 0x1000, .va_bits = 39, .page_shift = 12,
			       .read = read_table };
	uint64_t paddr;

	(void)state;
	/* three levels: 0xffffffc080001abc is at 258, 0, 1 */
	memset(tables, 0, sizeof(tables));
	tables[0][258] = 0x2003;
	tables[1][0] = 0x3003;
	tables[2][1] = 0x77000703;
	assert_true(pagetable_translate(&t, 0xffffffc080001abcull, &paddr));
	assert_int_equal(paddr, 0x77000abc);
}

static void pagetable_64k_52_bits(void **state)
{
	struct pagetable t = { .root = 0x1000, .va_bits = 52, .page_shift = 16,
			       .read = read_table };
	uint64_t paddr;

	(void)state;
	/* 10 bits, and as used on a CPU with 48 bits: the upper 4 are one */
	memset(tables, 0, sizeof(tables));
	/* (addr >> 42) & 1023 = 992: beyond the first 4 KiB of the table */
	tables[0 + 992 / 512][992 % 512] = 0x10003;
	assert_false(pagetable_translate(&t, 0xffff800000000000ull, &paddr));
	/* a 512 MiB block is of the second level; here the first maps 4 TiB */
	tables[992 / 512][992 % 512] = 0x0000040000003701ull;
	assert_true(pagetable_translate(&t, 0xffff800000012345ull, &paddr));
	assert_int_equal(paddr, 0x0003040000012345ull);
}

/*
 * FEAT_LPA2 (Arm ARM TCR_ELx.DS): 52 bits with 4 KiB pages start at
 * level -1, and bits 9:8 of a descriptor are bits 51:50 of the address.
 */
static void pagetable_4k_52_bits(void **state)
{
	struct pagetable t = { .root = 0x1000, .va_bits = 52, .page_shift = 12,
			       .read = read_table };
	/* indices 8 (of 16), 1, 2, 3, 4 */
	const uint64_t addr = 0xfff8008080604123ull;
	uint64_t paddr;

	(void)state;
	memset(tables, 0, sizeof(tables));
	tables[0][8] = 0x2003;
	tables[1][1] = 0x3003;
	tables[2][2] = 0x4003;
	tables[3][3] = 0x5003;
	/* AF is bit 10; bits 9:8 are no shareability here */
	tables[4][4] = 0x0068000012345403ull;
	assert_true(pagetable_translate(&t, addr, &paddr));
	assert_int_equal(paddr, 0x12345123);
	/* all bits of an address: 51:50 are 0b10, 49:48 0b01 */
	tables[4][4] = 0x0069234512345603ull;
	assert_true(pagetable_translate(&t, addr, &paddr));
	assert_int_equal(paddr, 0x9234512345123ull);
	/* a 2 MiB block, a 1 GiB block, and one of 512 GiB */
	tables[3][3] = 0x0063000040200701ull;
	assert_true(pagetable_translate(&t, addr, &paddr));
	assert_int_equal(paddr, 0xf000040204123ull);
	tables[2][2] = 0x0060000080000501ull;
	assert_true(pagetable_translate(&t, addr, &paddr));
	assert_int_equal(paddr, 0x4000080604123ull);
	tables[1][1] = 0x0061008000000601ull;
	assert_true(pagetable_translate(&t, addr, &paddr));
	assert_int_equal(paddr, 0x9008080604123ull);
	/* a table beyond 48 bits is where its descriptor says: not here */
	tables[1][1] = 0x3103;
	assert_false(pagetable_translate(&t, addr, &paddr));
	/* the same tables of a CPU that has 48 bits start at level 0 */
	t.root = 0x2000;
	t.va_bits = 48;
	tables[1][1] = 0x3103;	/* bit 8 is an attribute then */
	tables[2][2] = 0x4003;
	tables[3][3] = 0x5003;
	tables[4][4] = 0x12345703;
	assert_true(pagetable_translate(&t, 0xffff008080604123ull, &paddr));
	assert_int_equal(paddr, 0x12345123);
}

/* Pages of 16 KiB: 5, 11, 11 and 11 bits; a table is four of these here. */
static void pagetable_16k_52_bits(void **state)
{
	struct pagetable t = { .root = 0x4000, .va_bits = 52, .page_shift = 14,
			       .read = read_table };
	uint64_t paddr;

	(void)state;
	memset(tables, 0, sizeof(tables));
	/* indices 16 (of 32), 0, 1: the root is at 0x4000, so tables[3] */
	tables[3][16] = 0x4003;
	tables[3][0] = 0x4003;
	/* a 32 MiB block, its address with bits 51:50 and 49 */
	tables[3][1] = 0x0062000042000701ull;
	assert_true(pagetable_translate(&t, 0xfff8000002345678ull, &paddr));
	assert_int_equal(paddr, 0xe000042345678ull);
	/* a page: the last table's index is 0xd1 (bits 24:14) */
	tables[3][1] = 0x4003;
	tables[3][0xd1] = 0x0061000000014603ull;
	assert_true(pagetable_translate(&t, 0xfff8000002345678ull, &paddr));
	assert_int_equal(paddr, 0x9000000015678ull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pagetable_4k),
		cmocka_unit_test(pagetable_39_bits),
		cmocka_unit_test(pagetable_64k_52_bits),
		cmocka_unit_test(pagetable_4k_52_bits),
		cmocka_unit_test(pagetable_16k_52_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
