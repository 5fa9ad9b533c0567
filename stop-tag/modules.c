// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * modules.c: walks the kernel's list of modules, and looks an address up in the
 * symbols of the one that it lies in, as kernel/module/kallsyms.c does.
 *
 * All of it is a dump's memory and may hold anything: what is followed, kept
 * and shown is bounded, and a name is made of the characters of a name.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <elf.h>

#include "bytes.h"
#include "modules.h"

#define MODULES_MAX	512
#define NAME_LEN	56		/* MODULE_NAME_LEN on 64-bit machines */
#define TEXT_MAX	(128U << 20)	/* the modules' area, as it began */
#define SYMBOLS_MAX	65536		/* of a module */
#define SYMBOLS_ALL	(256 * 1024)	/* kept of all of them: 6 MiB */
#define CHUNK		128		/* symbols at a time */
#define TRIES		16		/* symbols without a name */
#define NOTES_MAX	65536		/* looked through for a build id */

struct symbol {
	uint64_t value, size;
	uint32_t name;		/* in strtab */
};

struct module {
	uint64_t low, high;	/* its text */
	uint64_t kallsyms;	/* struct mod_kallsyms */
	char name[NAME_LEN];
	uint64_t ro_low, ro_high;	/* its read-only data */
	char build_id[41];
	bool loaded;
	uint64_t strtab;
	struct symbol *symbols;	/* sorted by value */
	size_t nr;
};

struct modules {
	const struct names_module *layout;
	bool big_endian;
	modules_read *read;
	void *arg;
	size_t nr_symbols;	/* of all */
	size_t nr;
	struct module module[MODULES_MAX];
};

static bool read_word(struct modules *m, uint64_t address, uint64_t *to)
{
	uint8_t word[8];

	if (!m->read(m->arg, address, word, sizeof(word)))
		return false;
	*to = stop_get64(word, m->big_endian);
	return true;
}

static bool read_half(struct modules *m, uint64_t address, uint32_t *to)
{
	uint8_t half[4];

	if (!m->read(m->arg, address, half, sizeof(half)))
		return false;
	*to = stop_get32(half, m->big_endian);
	return true;
}

/* Whether text is a name that ends before len. */
static bool is_name(const char *text, size_t len)
{
	size_t n = strnlen(text, len);

	for (size_t i = 0; i < n; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') &&
		    !(text[i] >= 'A' && text[i] <= 'Z') &&
		    !(text[i] >= '0' && text[i] <= '9') &&
		    !strchr("_.-$", text[i]))
			return false;
	return n && n < len;
}

static void read_rodata(struct modules *m, uint64_t address,
			struct module *module)
{
	const struct names_module *layout = m->layout;
	uint32_t begin = 0, end;
	uint64_t base;

	if (!layout->has_rodata ||
	    !read_word(m, address + layout->ro_base, &base) ||
	    !read_half(m, address + layout->ro_end, &end) ||
	    (layout->ro_begin &&
	     !read_half(m, address + layout->ro_begin, &begin)) || begin > end)
		return;
	module->ro_low = base + begin;
	module->ro_high = base + end;
}

/* The module at address. False if it cannot be read. */
static bool read_module(struct modules *m, uint64_t address,
			struct module *module)
{
	uint32_t size;

	memset(module, 0, sizeof(*module));
	if (!read_word(m, address + m->layout->text_base, &module->low) ||
	    !read_half(m, address + m->layout->text_size, &size) ||
	    !m->read(m->arg, address + m->layout->name, module->name,
		     NAME_LEN))
		return false;
	/* One without symbols has its name all the same. */
	if (m->layout->has_kallsyms &&
	    !read_word(m, address + m->layout->kallsyms, &module->kallsyms))
		module->kallsyms = 0;
	read_rodata(m, address, module);
	module->high = module->low + size;
	return module->low >> 63 && size <= TEXT_MAX &&
	       module->high > module->low && is_name(module->name, NAME_LEN);
}

static void read_list(struct modules *m, uint64_t head)
{
	uint64_t at = head;

	/* The bound is for a list without an end. */
	for (int i = 0; i < MODULES_MAX; i++) {
		if (!read_word(m, at, &at) || at == head)
			return;
		if (read_module(m, at - m->layout->list, &m->module[m->nr]))
			m->nr++;
	}
}

struct modules *modules_new(const struct stop_facts *facts,
			    const struct names_layout *layout,
			    modules_read *read, void *arg)
{
	struct modules *m;

	if (!layout->module.head)
		return NULL;
	m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->layout = &layout->module;
	m->big_endian = facts->big_endian;
	m->read = read;
	m->arg = arg;
	read_list(m, layout->module.head + facts->kerneloffset);
	if (m->nr)
		return m;
	free(m);
	return NULL;
}

void modules_free(struct modules *m)
{
	for (size_t i = 0; m && i < m->nr; i++)
		free(m->module[i].symbols);
	free(m);
}

static int by_value(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->value < y->value ? -1 : x->value > y->value;
}

/* Those of the module's text, out of its Elf64_Sym at address. */
static void read_symbols(struct modules *m, struct module *module,
			 uint64_t address, uint32_t nr)
{
	uint8_t chunk[CHUNK * sizeof(Elf64_Sym)];
	bool be = m->big_endian;

	for (uint32_t i = 0; i < nr; i += CHUNK) {
		uint32_t n = nr - i < CHUNK ? nr - i : CHUNK;

		if (!m->read(m->arg, address + i * sizeof(Elf64_Sym), chunk,
			     n * sizeof(Elf64_Sym)))
			return;
		for (uint32_t k = 0; k < n; k++) {
			const uint8_t *s = chunk + k * sizeof(Elf64_Sym);
			struct symbol symbol = {
				.value = stop_get64(s + 8, be),
				.size = stop_get64(s + 16, be),
				.name = stop_get32(s, be),
			};

			if (symbol.value >= module->low &&
			    symbol.value < module->high &&
			    stop_get16(s + 6, be) != SHN_UNDEF)
				module->symbols[module->nr++] = symbol;
		}
	}
}

/* Whether a note's header is that of a build id that fits here. */
static bool is_build_id(const uint8_t *note, bool big_endian, uint32_t *len)
{
	*len = stop_get32(note + 4, big_endian);
	return stop_get32(note, big_endian) == sizeof(ELF_NOTE_GNU) &&
	       *len >= 8 && *len <= 20 &&
	       stop_get32(note + 8, big_endian) == NT_GNU_BUILD_ID &&
	       !memcmp(note + 12, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU));
}

/*
 * A module's build id, which struct module has in some configurations only
 * (CONFIG_STACKTRACE_BUILD_ID). But its notes are in memory, and near the
 * beginning, as sections are laid out in the order of the file. What only looks
 * like one is the build id of no file.
 */
static void read_build_id(struct modules *m, struct module *module)
{
	uint8_t data[512 + 36];		/* a step, and a note that it ends in */

	for (uint64_t in = 0; in < NOTES_MAX; in += 512) {
		uint64_t at = module->ro_low + in, n = sizeof(data);

		if (at >= module->ro_high)
			return;
		if (n > module->ro_high - at)
			n = module->ro_high - at;
		if (!m->read(m->arg, at, data, n))
			return;
		for (size_t i = 0; i < 512 && i + 36 <= n; i += 4) {
			uint32_t len;

			if (!is_build_id(data + i, m->big_endian, &len))
				continue;
			for (uint32_t k = 0; k < len; k++)
				sprintf(module->build_id + 2 * k, "%02x",
					data[i + 16 + k]);
			return;
		}
	}
}

static void load(struct modules *m, struct module *module)
{
	const struct names_module *layout = m->layout;
	uint64_t symtab;
	uint32_t nr;

	module->loaded = true;
	read_build_id(m, module);
	if (!module->kallsyms ||
	    !read_word(m, module->kallsyms + layout->symtab, &symtab) ||
	    !read_half(m, module->kallsyms + layout->num_symtab, &nr) ||
	    !read_word(m, module->kallsyms + layout->strtab, &module->strtab) ||
	    nr > SYMBOLS_MAX || nr > SYMBOLS_ALL - m->nr_symbols)
		return;
	module->symbols = calloc(nr + 1, sizeof(*module->symbols));
	if (!module->symbols)
		return;
	m->nr_symbols += nr;
	read_symbols(m, module, symtab, nr);
	qsort(module->symbols, module->nr, sizeof(*module->symbols), by_value);
}

/* The name of a symbol, if it is one of a function. */
static bool symbol_name(struct modules *m, const struct module *module,
			const struct symbol *symbol, char name[128])
{
	uint64_t at = module->strtab + symbol->name;

	/* Near the end of the table less may be there than a name can take. */
	for (size_t len = 128; len >= 16; len /= 2) {
		if (!m->read(m->arg, at, name, len))
			continue;
		/* $x and $d mark code and data, .L is the compiler's own. */
		return is_name(name, len) && name[0] != '$' &&
		       strncmp(name, ".L", 2);
	}
	return false;
}

/* The symbol that address lies in, or NULL. */
static const struct symbol *find_symbol(struct modules *m,
					const struct module *module,
					uint64_t address, char name[128])
{
	size_t low = 0, high = module->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (module->symbols[middle].value <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (int tries = 0; low && tries < TRIES; tries++) {
		const struct symbol *symbol = &module->symbols[--low];

		if (!symbol_name(m, module, symbol, name))
			continue;
		/* Behind the end of the nearest symbol is not in it. */
		return symbol->size && address - symbol->value >= symbol->size ?
		       NULL : symbol;
	}
	return NULL;
}

bool modules_place(struct modules *m, uint64_t address, unsigned int back,
		   struct modules_place *place)
{
	const struct symbol *symbol;
	struct module *module = NULL;
	char name[128];

	for (size_t i = 0; m && i < m->nr && !module; i++)
		if (address - back >= m->module[i].low &&
		    address - back < m->module[i].high)
			module = &m->module[i];
	if (!module)
		return false;
	if (!module->loaded)
		load(m, module);
	symbol = find_symbol(m, module, address - back, name);
	place->module = module->name;
	place->build_id = module->build_id;
	place->function[0] = '\0';
	place->size = symbol ? symbol->size : 0;
	place->start = symbol ? symbol->value : module->low;
	if (symbol)
		memcpy(place->function, name, sizeof(place->function));
	if (symbol)
		snprintf(place->symbol, sizeof(place->symbol),
			 "%s+%#" PRIx64 " [%s]", name, address - place->start,
			 module->name);
	else
		snprintf(place->symbol, sizeof(place->symbol),
			 "[%s]+%#" PRIx64, module->name,
			 address - place->start);
	return true;
}
