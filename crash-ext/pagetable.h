/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pagetable.h: arm64 kernel page tables, for a session in which crash has not
 * looked at them. Pure C.
 */
#ifndef SDEI_STOP_PAGETABLE_H
#define SDEI_STOP_PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>

struct pagetable {
	uint64_t root;		/* physical address of swapper_pg_dir */
	unsigned int va_bits;	/* CONFIG_ARM64_VA_BITS */
	unsigned int page_shift; /* 12, 14 or 16 */
	/* Reads 8 bytes of physical memory; false when they are not there. */
	bool (*read)(void *arg, uint64_t paddr, uint64_t *to);
	void *arg;
};

/*
 * The physical address of a kernel address. False when it is not mapped, or
 * for 52-bit addresses with pages of less than 64 KiB (FEAT_LPA2), whose
 * descriptors are laid out differently.
 */
bool pagetable_translate(const struct pagetable *table, uint64_t addr,
			 uint64_t *paddr);

#endif /* SDEI_STOP_PAGETABLE_H */
