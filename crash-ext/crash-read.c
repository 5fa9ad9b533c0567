// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crash-read.c: kernel memory through crash(8), also under --minimal.
 */
#include "crash-defs.h"

#include "crash-read.h"
#include "pagetable.h"

bool read_in_image(uint64_t addr)
{
	return symbol_exists("_text") && symbol_exists("_end") &&
	       addr >= symbol_value("_text") && addr < symbol_value("_end");
}

/*
 * Under --minimal crash has not looked at the kernel's page tables and takes
 * every address for one of the linear map or of the kernel image: what it
 * then reads from a vmalloc address is some other memory.
 */
static bool crash_can_read(uint64_t addr, uint64_t last)
{
	unsigned int va_bits = machdep->machspec->VA_BITS;

	if (!(pc->flags & MINIMAL_MODE))
		return true;
	if (read_in_image(addr) && read_in_image(last))
		return true;
	/* Since Linux 5.4 the linear map is the lower half, up to PAGE_END. */
	if (va_bits < 36 || va_bits > 52)
		return false;
	return addr >= -(1ull << va_bits) &&
	       last < -(1ull << ((va_bits > 48 ? 48 : va_bits) - 1));
}

static bool read_physical(void *arg, uint64_t paddr, uint64_t *to)
{
	(void)arg;
	return readmem(paddr, PHYSADDR, to, sizeof(*to), "page table",
		       RETURN_ON_ERROR | QUIET);
}

static bool read_translated(uint64_t addr, char *to, size_t len)
{
	struct machine_specific *ms = machdep->machspec;
	struct pagetable table = {
		.va_bits = ms->CONFIG_ARM64_VA_BITS ? ms->CONFIG_ARM64_VA_BITS :
						      ms->VA_BITS,
		.page_shift = machdep->pageshift,
		.read = read_physical,
	};

	/* Built for 52 bits, on a CPU that has fewer: see pagetable.h. */
	if (machdep->pagesize != 65536 && ms->VA_BITS_ACTUAL)
		table.va_bits = ms->VA_BITS_ACTUAL;
	if (!symbol_exists("swapper_pg_dir"))
		return false;
	table.root = VTOP(symbol_value("swapper_pg_dir"));
	while (len) {
		size_t part = machdep->pagesize - (addr & machdep->pageoffset);
		uint64_t paddr;

		if (part > len)
			part = len;
		if (!pagetable_translate(&table, addr, &paddr) ||
		    !readmem(paddr, PHYSADDR, to, part, "sdei_stop",
			     RETURN_ON_ERROR | QUIET))
			return false;
		addr += part;
		to += part;
		len -= part;
	}
	return true;
}

bool read_mem(uint64_t addr, void *to, size_t len)
{
	if (!len || addr + len - 1 < addr)
		return false;
	if (!crash_can_read(addr, addr + len - 1))
		return read_translated(addr, to, len);
	return readmem(addr, KVADDR, to, len, "sdei_stop",
		       RETURN_ON_ERROR | QUIET);
}

bool read_symbol_exists(const char *name)
{
	return symbol_exists((char *)name);
}

uint64_t read_symbol_size(const char *name)
{
	struct syment *symbol = symbol_search((char *)name), *next;

	/* get_symbol_length() ends the command for what gdb does not know. */
	next = symbol ? next_symbol(NULL, symbol) : NULL;
	return next && next->value > symbol->value ?
	       next->value - symbol->value : 0;
}

bool read_symbol_at(const char *name, size_t offset, void *to, size_t len)
{
	return read_symbol_exists(name) &&
	       read_mem(symbol_value((char *)name) + offset, to, len);
}

bool read_symbol(const char *name, void *to, size_t len)
{
	return read_symbol_at(name, 0, to, len);
}

uint64_t read_tick_ns(void)
{
	uint64_t ns;

	/* crash itself takes a guess where the kernel has no IKCONFIG. */
	return read_symbol("tick_nsec", &ns, sizeof(ns)) && ns < 1000000000 ?
	       ns : 0;
}

bool read_percpu(const char *name, uint64_t base, size_t offset, void *to,
		 size_t len)
{
	return read_symbol_at(name, base + offset, to, len);
}
