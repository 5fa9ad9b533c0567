// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crash-read.c: kernel memory through crash(8), also under --minimal.
 */
#include "crash-defs.h"

#include "crash-read.h"
#include "layout.h"
#include "pagetable.h"

#define NS_PER_S	1000000000u

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

void crash_guard_enter(struct crash_guard *outer)
{
	outer->in_foreach = pc->flags & IN_FOREACH;
	memcpy(&outer->env, &pc->foreach_loop_env, sizeof(outer->env));
	pc->flags |= IN_FOREACH;
}

void crash_guard_leave(const struct crash_guard *outer)
{
	memcpy(&pc->foreach_loop_env, &outer->env, sizeof(outer->env));
	if (!outer->in_foreach)
		pc->flags &= ~IN_FOREACH;
}

/*
 * crash's readmem() returns for what is not in the dump, but where a page table
 * is not, its own reads end the command: by a jump back into foreach, if that is
 * what runs.
 */
static bool read_guarded(uint64_t addr, void *to, size_t len)
{
	volatile bool done = false;
	struct crash_guard outer;

	crash_guard_enter(&outer);
	if (!setjmp(pc->foreach_loop_env))
		done = readmem(addr, KVADDR, to, len, "sdei_stop",
			       RETURN_ON_ERROR | QUIET);
	crash_guard_leave(&outer);
	return done;
}

bool read_mem(uint64_t addr, void *to, size_t len)
{
	if (!len || addr + len - 1 < addr)
		return false;
	if (!crash_can_read(addr, addr + len - 1))
		return read_translated(addr, to, len);
	return read_guarded(addr, to, len);
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
	uint32_t mult, shift;
	uint64_t ns, clock;

	/* crash itself takes a guess where the kernel has no IKCONFIG. */
	if (read_symbol("tick_nsec", &ns, sizeof(ns)))
		return ns < NS_PER_S ? ns : 0;
	/* Gone in Linux 6.13; the clock that counts ticks has their length. */
	if (!read_symbol_exists("clocksource_jiffies"))
		return 0;
	clock = symbol_value("clocksource_jiffies");
	if (!layout_read(clock, L_CLOCKSOURCE_MULT, &mult, 4) ||
	    !layout_read(clock, L_CLOCKSOURCE_SHIFT, &shift, 4) || shift > 31 ||
	    mult >> shift >= NS_PER_S)
		return 0;
	return mult >> shift;
}

bool read_percpu(const char *name, uint64_t base, size_t offset, void *to,
		 size_t len)
{
	return read_symbol_at(name, base + offset, to, len);
}
