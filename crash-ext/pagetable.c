// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pagetable.c: the VMSAv8-64 table walk (Arm ARM, D8.3), stage 1, for the
 * upper half of the address space.
 */
#include "pagetable.h"

#define DESC_VALID	1ull
#define DESC_TABLE	2ull	/* a table; at the last level: a page */

/*
 * The address in a descriptor, of something that is 2^shift bytes large. How
 * its bits from 48 on are there depends on the table (D8.3).
 */
static uint64_t desc_addr(const struct pagetable *table, uint64_t desc,
			  unsigned int shift)
{
	uint64_t size = 1ull << shift;

	/* With 64 KiB pages, bits 15:12 are bits 51:48 of the address. */
	if (table->page_shift == 16)
		return (desc & ((1ull << 48) - 1) & -size) |
		       (desc >> 12 & 0xf) << 48;
	/*
	 * TCR_ELx.DS (FEAT_LPA2), without which there are no more than 48 bits
	 * and which Linux does not set for less (arch/arm64/mm/proc.S): bits 49
	 * and 48 are where they belong, and bits 9:8 are bits 51:50.
	 */
	if (table->va_bits > 48)
		return (desc & ((1ull << 50) - 1) & -size) |
		       (desc >> 8 & 3) << 50;
	return desc & ((1ull << 48) - 1) & -size;
}

bool pagetable_translate(const struct pagetable *table, uint64_t addr,
			 uint64_t *paddr)
{
	unsigned int per_level = table->page_shift - 3;
	unsigned int shift = table->page_shift;
	uint64_t base = table->root, desc;

	if (table->page_shift != 12 && table->page_shift != 14 &&
	    table->page_shift != 16)
		return false;
	if (table->va_bits <= table->page_shift || table->va_bits > 52 ||
	    addr < -(1ull << table->va_bits))
		return false;

	while (shift + per_level < table->va_bits)
		shift += per_level;
	for (;; shift -= per_level) {
		/* The top level may be smaller; the bits above are all one. */
		unsigned int bits = table->va_bits - shift < per_level ?
				    table->va_bits - shift : per_level;
		uint64_t index = addr >> shift & ((1ull << bits) - 1);

		if (!table->read(table->arg, base + index * 8, &desc) ||
		    !(desc & DESC_VALID))
			return false;
		if (shift == table->page_shift) {
			if (!(desc & DESC_TABLE))
				return false;
			break;
		}
		if (!(desc & DESC_TABLE))
			break;
		base = desc_addr(table, desc, table->page_shift);
	}
	*paddr = desc_addr(table, desc, shift) |
		 (addr & ((1ull << shift) - 1));
	return true;
}
