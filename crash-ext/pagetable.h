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
	/*
	 * 64 - TCR_EL1.T1SZ: what the kernel runs with. With 64 KiB pages also
	 * CONFIG_ARM64_VA_BITS: its root table is always that of these.
	 */
	unsigned int va_bits;
	unsigned int page_shift; /* 12, 14 or 16 */
	/* Reads 8 bytes of physical memory; false when they are not there. */
	bool (*read)(void *arg, uint64_t paddr, uint64_t *to);
	void *arg;
};

/*
 * The physical address of a kernel address, by VMSAv8-64 with and without
 * FEAT_LPA and FEAT_LPA2. False when it is not mapped.
 */
bool pagetable_translate(const struct pagetable *table, uint64_t addr,
			 uint64_t *paddr);

#endif /* SDEI_STOP_PAGETABLE_H */
