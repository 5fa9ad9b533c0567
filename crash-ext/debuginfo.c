// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * debuginfo.c: DWARF by libdw, of the vmlinux that crash has open.
 *
 * libdw is loaded when it is first needed, with RTLD_DEEPBIND: crash brings
 * copies of zlib's functions along and exports them, and a library that is
 * linked as usual would call these with its own zlib's data. Nothing depends
 * on it: a host without libdw.so.1 has crash's gdb.
 */
#include "crash-defs.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>

#include "debuginfo.h"
#include "session.h"

/* Bound by name at run time; their types are those of the headers. */
#define FUNCTIONS(X)							\
	X(elf_version) X(elf_begin) X(elf_end) X(elf_getshdrstrndx)	\
	X(elf_nextscn) X(elf_strptr) X(elf_rawdata)			\
	X(gelf_getehdr) X(gelf_getshdr)					\
	X(dwarf_begin_elf) X(dwarf_nextcu)			\
	X(dwarf_offdie) X(dwarf_child) X(dwarf_siblingof) X(dwarf_tag)	\
	X(dwarf_diename) X(dwarf_attr) X(dwarf_hasattr)			\
	X(dwarf_formudata) X(dwarf_formref_die)	\
	X(dwarf_bytesize)						\
	X(dwarf_getsrclines) X(dwarf_onesrcline) X(dwarf_lineaddr)	\
	X(dwarf_lineno) X(dwarf_linesrc) X(dwarf_linebeginstatement)	\
	X(dwarf_lineendsequence) X(dwarf_linediscriminator)

static struct {
#define POINTER(name) typeof(name) *name;
	FUNCTIONS(POINTER)
#undef POINTER
} dw;

/* A kernel's unit defines some hundred structures and enumerations. */
struct type {
	const char *name;
	Dwarf_Die die;
};

struct unit {
	const char *function;		/* by which it is asked for */
	size_t nr;
	struct type *types;
};

#define MAX_UNITS	32

static struct {
	bool tried, open;
	int fd;
	Elf *elf;
	Dwarf *dwarf;
	uint64_t relocation;		/* of the dump against the file */
	const unsigned char *aranges;
	size_t aranges_len;
	struct unit units[MAX_UNITS];
	size_t nr_units;
} kernel;

static bool bind_library(void)
{
	void *lib = dlopen("libdw.so.1",
			   RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);

	if (!lib)
		return false;
#define BIND(name)							\
	dw.name = (typeof(dw.name))dlsym(lib, #name);			\
	if (!dw.name)							\
		return false;
	FUNCTIONS(BIND)
#undef BIND
	return dw.elf_version(EV_CURRENT) != EV_NONE;
}

/* False: there is something that would have to be unpacked first. */
static bool find_sections(void)
{
	Elf_Scn *section = NULL;
	Elf_Data *data;
	GElf_Shdr header;
	bool info = false;
	size_t names;

	if (dw.elf_getshdrstrndx(kernel.elf, &names))
		return false;
	while ((section = dw.elf_nextscn(kernel.elf, section))) {
		const char *name;

		if (!dw.gelf_getshdr(section, &header))
			return false;
		name = dw.elf_strptr(kernel.elf, names, header.sh_name);
		if (!name || strncmp(name, ".debug_", 7))
			continue;
		if (header.sh_flags & SHF_COMPRESSED)
			return false;
		info |= !strcmp(name, ".debug_info");
		if (strcmp(name, ".debug_aranges"))
			continue;
		data = dw.elf_rawdata(section, NULL);
		if (!data || !data->d_buf)
			return false;
		kernel.aranges = data->d_buf;
		kernel.aranges_len = data->d_size;
	}
	return info && kernel.aranges;
}

/*
 * arm64's linker script makes _text the entry: what crash says of _text, less
 * that, is by how much the dumped kernel was moved.
 */
static bool open_kernel(void)
{
	/* What crash itself takes the debug information from. */
	const char *path = pc->namelist_debug ? pc->namelist_debug :
						pc->namelist;
	GElf_Ehdr header;

	if (!path || !symbol_exists("_text") || !bind_library())
		return false;
	kernel.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (kernel.fd < 0)
		return false;
	kernel.elf = dw.elf_begin(kernel.fd, ELF_C_READ_MMAP, NULL);
	if (!kernel.elf || !dw.gelf_getehdr(kernel.elf, &header) ||
	    header.e_machine != EM_AARCH64 || !header.e_entry ||
	    !find_sections())
		goto out;
	kernel.relocation = symbol_value("_text") - header.e_entry;
	kernel.dwarf = dw.dwarf_begin_elf(kernel.elf, DWARF_C_READ, NULL);
	if (kernel.dwarf)
		return true;
out:
	if (kernel.elf)
		dw.elf_end(kernel.elf);
	close(kernel.fd);
	return false;
}

static bool is_open(void)
{
	if (!kernel.tried) {
		kernel.tried = true;
		kernel.open = !(pc->flags & MINIMAL_MODE) && open_kernel();
	}
	return kernel.open;
}

static uint64_t number(const unsigned char *p, size_t size)
{
	uint64_t n = 0;

	while (size--)
		n = n << 8 | p[size];
	return n;
}

/*
 * The unit that has code at a linked address. dwarf_addrdie() would do, but
 * sets up every unit of the kernel at its first call, which takes 4 ms.
 *
 * A set of .debug_aranges (DWARF 5, 6.1.2): its length, version 2, the unit's
 * offset, the sizes of an address (8) and of a segment (0), then pairs of
 * address and length, aligned to their size.
 */
static bool find_unit(uint64_t address, Dwarf_Die *unit)
{
	const unsigned char *p = kernel.aranges;
	const unsigned char *end = p + kernel.aranges_len;

	while (end - p >= 16) {
		uint64_t len = number(p, 4);
		Dwarf_Off offset = number(p + 6, 4), next;
		size_t header;

		/* 64-bit DWARF, or nonsense. */
		if (len < 12 || len > (uint64_t)(end - p - 4) ||
		    number(p + 4, 2) != 2 || p[10] != 8 || p[11])
			return false;
		for (const unsigned char *range = p + 16;
		     range + 16 <= p + 4 + len; range += 16) {
			uint64_t low = number(range, 8);

			if (address < low ||
			    address - low >= number(range + 8, 8))
				continue;
			return !dw.dwarf_nextcu(kernel.dwarf, offset, &next,
						&header, NULL, NULL, NULL) &&
			       dw.dwarf_offdie(kernel.dwarf, offset + header,
					       unit);
		}
		p += 4 + len;
	}
	return false;
}

static bool is_type(Dwarf_Die *die)
{
	int tag = dw.dwarf_tag(die);

	return (tag == DW_TAG_structure_type ||
		tag == DW_TAG_enumeration_type) && dw.dwarf_diename(die) &&
	       !dw.dwarf_hasattr(die, DW_AT_declaration);
}

/* The types of a unit that have names, in their order. */
static void list_types(Dwarf_Die *die, struct unit *unit)
{
	Dwarf_Die child;
	size_t room = 0;

	if (dw.dwarf_child(die, &child))
		return;
	do {
		struct type *types;

		if (!is_type(&child))
			continue;
		if (unit->nr == room) {
			room = room ? 2 * room : 256;
			types = reallocarray(unit->types, room,
					     sizeof(*types));
			if (!types)
				return;
			unit->types = types;
		}
		unit->types[unit->nr].name = dw.dwarf_diename(&child);
		unit->types[unit->nr++].die = child;
	} while (!dw.dwarf_siblingof(&child, &child));
}

static const struct unit *unit_of(const char *function)
{
	struct unit *unit;
	Dwarf_Die die;

	for (size_t i = 0; i < kernel.nr_units; i++) {
		if (!strcmp(kernel.units[i].function, function))
			return &kernel.units[i];
	}
	if (kernel.nr_units == MAX_UNITS || !symbol_exists((char *)function))
		return NULL;
	unit = &kernel.units[kernel.nr_units++];
	*unit = (struct unit){ .function = function };
	if (find_unit(symbol_value((char *)function) - kernel.relocation,
		      &die))
		list_types(&die, unit);
	return unit;
}

static bool find_type(const char *function, int tag, const char *type,
		      Dwarf_Die *die)
{
	const struct unit *unit = is_open() ? unit_of(function) : NULL;

	for (size_t i = 0; unit && i < unit->nr; i++) {
		*die = unit->types[i].die;
		if (!strcmp(unit->types[i].name, type) &&
		    dw.dwarf_tag(die) == tag)
			return true;
	}
	return false;
}

static enum stop_known find_member(Dwarf_Die *type, const char *name,
				   Dwarf_Word *offset)
{
	Dwarf_Die member, inner;

	if (dw.dwarf_child(type, &member))
		return STOP_NO;
	do {
		const char *this = dw.dwarf_diename(&member);
		enum stop_known known;
		Dwarf_Attribute attr;
		Dwarf_Word at = 0;

		if (dw.dwarf_tag(&member) != DW_TAG_member ||
		    (this && strcmp(this, name)))
			continue;
		/* The members of a union have none. */
		if (dw.dwarf_attr(&member, DW_AT_data_member_location,
				  &attr) &&
		    dw.dwarf_formudata(&attr, &at))
			return STOP_UNKNOWN;
		if (this) {
			/* Part of a byte or more: not what was asked for. */
			if (dw.dwarf_hasattr(&member, DW_AT_bit_size))
				return STOP_UNKNOWN;
			*offset = at;
			return STOP_YES;
		}
		if (!dw.dwarf_attr(&member, DW_AT_type, &attr) ||
		    !dw.dwarf_formref_die(&attr, &inner))
			return STOP_UNKNOWN;
		known = find_member(&inner, name, offset);
		if (known != STOP_NO) {
			*offset += at;
			return known;
		}
	} while (!dw.dwarf_siblingof(&member, &member));
	return STOP_NO;
}

enum stop_known debuginfo_member(const char *function, const char *type,
				 const char *member, long *offset)
{
	enum stop_known known = STOP_UNKNOWN;
	Dwarf_Word at = 0;
	Dwarf_Die die;

	interrupt_hold();
	if (find_type(function, DW_TAG_structure_type, type, &die))
		known = find_member(&die, member, &at);
	interrupt_release();
	*offset = known == STOP_YES ? (long)at : -1;
	return known;
}

enum stop_known debuginfo_size(const char *function, const char *type,
			       long *size)
{
	Dwarf_Die die;

	*size = -1;
	interrupt_hold();
	if (find_type(function, DW_TAG_structure_type, type, &die))
		*size = dw.dwarf_bytesize(&die);
	interrupt_release();
	return *size > 0 ? STOP_YES : STOP_UNKNOWN;
}

static enum stop_known find_enumerator(Dwarf_Die *type, const char *name,
				       long *value)
{
	Dwarf_Attribute attr;
	Dwarf_Die child;
	const char *this;
	Dwarf_Word n;

	if (dw.dwarf_child(type, &child))
		return STOP_NO;
	do {
		this = dw.dwarf_diename(&child);
		if (!this || strcmp(this, name))
			continue;
		/* A byte is meant unsigned: only DW_FORM_sdata has a sign. */
		if (!dw.dwarf_attr(&child, DW_AT_const_value, &attr) ||
		    dw.dwarf_formudata(&attr, &n))
			return STOP_UNKNOWN;
		*value = n;
		return STOP_YES;
	} while (!dw.dwarf_siblingof(&child, &child));
	return STOP_NO;
}

enum stop_known debuginfo_enumerator(const char *function, const char *type,
				     const char *name, long *value)
{
	enum stop_known known = STOP_UNKNOWN;
	Dwarf_Die die;

	interrupt_hold();
	if (find_type(function, DW_TAG_enumeration_type, type, &die))
		known = find_enumerator(&die, name, value);
	interrupt_release();
	return known;
}

/* A row of the line table. */
struct row {
	Dwarf_Addr address;
	const char *file;		/* one pointer for one file of a unit */
	int line;
	unsigned int discriminator;
	bool stmt, end;
};

static bool get_row(Dwarf_Lines *lines, size_t i, struct row *row)
{
	Dwarf_Line *line = dw.dwarf_onesrcline(lines, i);

	if (!line || dw.dwarf_lineaddr(line, &row->address) ||
	    dw.dwarf_lineno(line, &row->line) ||
	    dw.dwarf_linebeginstatement(line, &row->stmt) ||
	    dw.dwarf_lineendsequence(line, &row->end) ||
	    dw.dwarf_linediscriminator(line, &row->discriminator))
		return false;
	row->file = dw.dwarf_linesrc(line, NULL, NULL);
	return row->file;
}

/*
 * The row that gdb goes by, so that a line is the same as in crash's own
 * commands: the last one at or below the address; of several at one address
 * and of one file the last that begins a statement. One that does not, of
 * another file, does not count after one that does, nor does a row of the line
 * before it, once that has a discriminator (gdb/dwarf2/read.c,
 * lnp_state_machine::record_line(), and symtab.c, find_pc_sect_line()).
 */
static bool find_row(Dwarf_Lines *lines, size_t nr, uint64_t address,
		     struct row *found)
{
	bool stmt_here = false, any = false, discriminated = false;
	Dwarf_Addr last = 0;
	int last_line = 0;
	struct row row;

	for (size_t i = 0; i < nr; i++) {
		bool other_file;

		if (!get_row(lines, i, &row))
			return false;
		if (row.address > address)
			break;
		other_file = any && found->file != row.file;
		discriminated = row.discriminator ||
				(discriminated && row.line == last_line);
		if (row.end) {
			any = false;
		} else if (row.line && !(other_file && stmt_here && !row.stmt &&
					 last == row.address)) {
			bool again = any && !other_file && discriminated &&
				     row.line == last_line;

			last_line = row.line;
			/* Of those at one address, one that begins a statement. */
			if (!again && (row.stmt || !any || other_file ||
				       !found->stmt ||
				       found->address != row.address)) {
				*found = row;
				any = true;
			}
		}
		if (last != row.address)
			stmt_here = false;
		last = row.address;
		stmt_here |= row.stmt;
	}
	return any;
}

/*
 * crash's gdb has lines of some unit or other even for code that has none, as
 * assembly does. Where units of C have their code in .debug_aranges, which
 * clang leaves out, what is not there has no line.
 */
static bool complete(void)
{
	Dwarf_Die unit;

	return symbol_exists("start_kernel") &&
	       find_unit(symbol_value("start_kernel") - kernel.relocation,
			 &unit);
}

enum stop_known debuginfo_line(uint64_t address, const char **file, int *line)
{
	enum stop_known known = STOP_UNKNOWN;
	struct row row = { .file = NULL };
	uint64_t linked;
	Dwarf_Lines *lines;
	Dwarf_Die unit;
	size_t nr;

	/* What is behind the kernel is a module. */
	if (!symbol_exists("_end") || address >= symbol_value("_end") ||
	    !symbol_exists("_text") || address < symbol_value("_text"))
		return STOP_UNKNOWN;
	interrupt_hold();
	if (is_open()) {
		linked = address - kernel.relocation;
		if (!find_unit(linked, &unit))
			known = complete() ? STOP_NO : STOP_UNKNOWN;
		else if (!dw.dwarf_getsrclines(&unit, &lines, &nr) &&
			 find_row(lines, nr, linked, &row))
			known = STOP_YES;
	}
	interrupt_release();
	if (known == STOP_YES) {
		*file = row.file;
		*line = row.line;
	}
	return known;
}
