// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c: function and source line of pc and lr through libdwfl.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>

#include "bytes.h"
#include "lines.h"
#include "names.h"

/* Bit 55 tells the kernel's half of the address space, PAC or not. */
#define KERNEL_HALF (1ULL << 55)

#define BUILD_ID_MAX 20		/* bytes; SHA-1 */

/*
 * Most CPUs of a large machine are found at the same few places, and libdw takes
 * a millisecond for one.
 */
#define CACHED 256	/* a byte of a hash */

struct cached {
	bool used;
	const char *function;	/* NULL: none, which takes as long to see */
	char *symbol, *line;
	uint64_t linked;
	unsigned int back;
};

struct names {
	struct cached cache[CACHED];
	Dwfl *dwfl;
	Dwfl_Module *module;
	char build_id[2 * BUILD_ID_MAX + 1];
	bool ask_all;		/* units: see lines.h */
	/* What every source file's name begins with: where it was built. */
	char *source_root;
	struct names_layout layout;
};

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = lines_no_debuginfo,
	.section_address = dwfl_offline_section_address,
};

/* Before libdw sees it, whose messages are not for people. */
static int check_elf(int fd, char err[160])
{
	Elf64_Ehdr ehdr;
	uint16_t type, machine;
	bool big_endian;

	if (pread(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr) ||
	    memcmp(ehdr.e_ident, ELFMAG, SELFMAG)) {
		snprintf(err, 160, "is not an ELF file (a compressed kernel?)");
		return -1;
	}
	big_endian = ehdr.e_ident[EI_DATA] == ELFDATA2MSB;
	type = stop_get16(&ehdr.e_type, big_endian);
	machine = stop_get16(&ehdr.e_machine, big_endian);
	if (ehdr.e_ident[EI_CLASS] != ELFCLASS64 || machine != EM_AARCH64)
		snprintf(err, 160, "is not an arm64 vmlinux");
	else if (type != ET_EXEC && type != ET_DYN)
		snprintf(err, 160, "is an ELF file, but not a vmlinux");
	else
		return 0;
	return -1;
}

static int open_module(struct names *names, const char *vmlinux, char err[160])
{
	struct stat st;
	int fd;

	/* Not opened otherwise, see vmcore.c. */
	if (!stat(vmlinux, &st) && !S_ISREG(st.st_mode)) {
		snprintf(err, 160, "is not a regular file");
		return -1;
	}
	fd = open(vmlinux, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		snprintf(err, 160, "%s", strerror(errno));
		return -1;
	}
	if (check_elf(fd, err))
		goto out_close;
	names->dwfl = dwfl_begin(&callbacks);
	if (!names->dwfl) {
		snprintf(err, 160, "%s", dwfl_errmsg(-1));
		goto out_close;
	}
	dwfl_report_begin(names->dwfl);
	/* Base 0 and p_vaddr added: addresses are those that it was linked at. */
	names->module = dwfl_report_elf(names->dwfl, "kernel", vmlinux, fd, 0,
					true);
	if (!names->module) {
		snprintf(err, 160, "%s", dwfl_errmsg(-1));
		goto out_close;
	}
	/* fd belongs to the module now. */
	dwfl_report_end(names->dwfl, NULL, NULL);
	lines_build_id(names->module, names->build_id,
		       sizeof(names->build_id));
	return 0;
out_close:
	close(fd);
	return -1;
}

/*
 * Debug information names files by their path on the machine that built the
 * kernel. start_kernel() has always been in init/main.c, so what precedes that
 * is the tree.
 */
static void find_source_root(struct names *names, GElf_Addr start_kernel)
{
	static const char known[] = "init/main.c";
	int lineno;
	const char *file = lines_file(names->module, start_kernel,
				      names->ask_all, &lineno);
	size_t len = file ? strlen(file) : 0;

	if (len >= strlen(known) && !strcmp(file + len - strlen(known), known))
		names->source_root = strndup(file, len - strlen(known));
}

/* The child of parent that has this tag and name. */
static bool find_child(Dwarf_Die *parent, int tag, const char *name,
		       Dwarf_Die *child)
{
	if (dwarf_child(parent, child))
		return false;
	do {
		const char *this = dwarf_diename(child);

		if (dwarf_tag(child) == tag && this && !strcmp(this, name) &&
		    !dwarf_hasattr(child, DW_AT_declaration))
			return true;
	} while (!dwarf_siblingof(child, child));
	return false;
}

/*
 * struct pt_regs, out of init/main.c's unit, which knows it by linux/sched.h.
 * Since Linux 6.13 its stackframe is a struct frame_record_meta, of three words;
 * it was an array of two.
 */
static void find_pt_regs(struct names *names, Dwarf_Die *cu)
{
	Dwarf_Die pt_regs, member, type;
	Dwarf_Attribute attr;
	Dwarf_Word offset, size;

	if (!find_child(cu, DW_TAG_structure_type, "pt_regs", &pt_regs) ||
	    !find_child(&pt_regs, DW_TAG_member, "stackframe", &member) ||
	    dwarf_formudata(dwarf_attr(&member, DW_AT_data_member_location,
				       &attr), &offset) ||
	    !dwarf_formref_die(dwarf_attr(&member, DW_AT_type, &attr), &type) ||
	    dwarf_aggregate_size(&type, &size) || offset > 4096)
		return;
	names->layout.pt_regs_stackframe = offset;
	names->layout.meta_frames = size >= 24;
}

/* The offset of a member, and its type if that is wanted. */
static bool member_of(Dwarf_Die *parent, const char *name, size_t *offset,
		      Dwarf_Die *type)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;
	Dwarf_Die member;

	if (!find_child(parent, DW_TAG_member, name, &member) ||
	    dwarf_formudata(dwarf_attr(&member, DW_AT_data_member_location,
				       &attr), &value) ||
	    (type && (!dwarf_formref_die(dwarf_attr(&member, DW_AT_type, &attr),
					 type) ||
		      dwarf_peel_type(type, type))))
		return false;
	*offset = value;
	return true;
}

/*
 * Where a module's read-only data are, among them its notes: the third of mem[]
 * (MOD_RODATA), or behind the code in core_layout.
 */
static void find_rodata(Dwarf_Die *mem, Dwarf_Die *element, size_t offset,
			struct names_module *layout)
{
	Dwarf_Word size, all;

	if (mem && (dwarf_aggregate_size(element, &size) ||
		    dwarf_aggregate_size(mem, &all) || all < 3 * size))
		return;
	if (mem) {
		layout->ro_base = layout->text_base + 2 * size;
		layout->ro_end = layout->text_size + 2 * size;
	} else {
		if (!member_of(element, "ro_size", &layout->ro_end, NULL))
			return;
		layout->ro_base = layout->text_base;
		layout->ro_begin = layout->text_size;
		layout->ro_end += offset;
	}
	layout->has_rodata = true;
}

/*
 * struct module's code: the first of mem[] (MOD_TEXT) since Linux 6.4, before
 * that core_layout.
 */
static bool find_text(Dwarf_Die *module, struct names_module *layout)
{
	size_t offset, size;
	Dwarf_Attribute attr;
	Dwarf_Die type, mem;
	bool has_mem = member_of(module, "mem", &offset, &type);

	if (has_mem) {
		mem = type;
		if (dwarf_tag(&type) != DW_TAG_array_type ||
		    !dwarf_formref_die(dwarf_attr(&type, DW_AT_type, &attr),
				       &type) || dwarf_peel_type(&type, &type))
			return false;
	} else if (!member_of(module, "core_layout", &offset, &type)) {
		return false;
	}
	if (!member_of(&type, "base", &layout->text_base, NULL) ||
	    (!member_of(&type, "text_size", &size, NULL) &&
	     !member_of(&type, "size", &size, NULL)))
		return false;
	layout->text_base += offset;
	layout->text_size = offset + size;
	find_rodata(has_mem ? &mem : NULL, &type, offset, layout);
	return true;
}

/* Out of the same unit, which knows them by linux/module.h. */
static void find_modules(struct names *names, Dwarf_Die *cu, GElf_Addr head)
{
	struct names_module *layout = &names->layout.module;
	Dwarf_Die module, kallsyms;

	if (!find_child(cu, DW_TAG_structure_type, "module", &module) ||
	    !member_of(&module, "list", &layout->list, NULL) ||
	    !member_of(&module, "name", &layout->name, NULL) ||
	    !find_text(&module, layout))
		return;
	layout->head = head;
	layout->has_kallsyms =
		find_child(cu, DW_TAG_structure_type, "mod_kallsyms",
			   &kallsyms) &&
		member_of(&module, "kallsyms", &layout->kallsyms, NULL) &&
		member_of(&kallsyms, "symtab", &layout->symtab, NULL) &&
		member_of(&kallsyms, "num_symtab", &layout->num_symtab,
			  NULL) &&
		member_of(&kallsyms, "strtab", &layout->strtab, NULL);
}

static void look_around(struct names *names)
{
	int nr = dwfl_module_getsymtab(names->module);
	GElf_Addr begin = 0, end = 0, start_kernel = 0, modules = 0;
	Dwarf_Addr bias;
	Dwarf_Die *cu;

	names->layout.pt_regs_stackframe = -1;
	for (int i = 0; i < nr; i++) {
		const char *symbol;
		GElf_Addr address;
		GElf_Sym sym;

		symbol = dwfl_module_getsym_info(names->module, i, &sym,
						 &address, NULL, NULL, NULL);
		if (!symbol)
			continue;
		if (!strcmp(symbol, "start_kernel"))
			start_kernel = address;
		else if (!strcmp(symbol, "modules"))
			modules = address;
		else if (!strcmp(symbol, "init_stack"))
			begin = address;
		/* The older name last: then it is not of the stack alone. */
		else if (!strcmp(symbol, "__end_init_stack") ||
			 (!strcmp(symbol, "__end_init_task") && !end))
			end = address;
	}
	if (begin && end > begin && end - begin <= 1 << 20)
		names->layout.thread_size = end - begin;
	if (!start_kernel)
		return;
	names->ask_all = !lines_unit(names->module, start_kernel, false, &bias);
	cu = lines_unit(names->module, start_kernel, true, &bias);
	if (!cu)
		return;
	find_source_root(names, start_kernel);
	find_pt_regs(names, cu);
	if (modules)
		find_modules(names, cu, modules);
}

struct names *names_open(const char *vmlinux, const char *build_id,
			 bool *differs, char err[160])
{
	struct names *names = calloc(1, sizeof(*names));
	bool other;

	if (differs)
		*differs = false;
	if (!names) {
		snprintf(err, 160, "out of memory");
		return NULL;
	}
	if (open_module(names, vmlinux, err)) {
		names_close(names);
		return NULL;
	}
	other = build_id && strcasecmp(names->build_id, build_id);
	if (differs)
		*differs = other;
	if (other) {
		names_close(names);
		snprintf(err, 160, "is of another build");
		return NULL;
	}
	look_around(names);
	return names;
}

void names_close(struct names *names)
{
	if (!names)
		return;
	if (names->dwfl)
		dwfl_end(names->dwfl);
	for (size_t i = 0; i < CACHED; i++) {
		free(names->cache[i].symbol);
		free(names->cache[i].line);
	}
	free(names->source_root);
	free(names);
}

/*
 * Is the vmlinux this dump's? The build id decides; only one that was made by
 * the same link has the same.
 */
static int check_build_id(const struct names *names,
			  const struct stop_facts *facts, char err[160])
{
	if (!facts->build_id[0])
		snprintf(err, 160,
			 "no names: the dump has no BUILD-ID, so nothing tells whether vmlinux is its kernel's");
	else if (!names->build_id[0])
		snprintf(err, 160,
			 "no names: vmlinux has no build id, so nothing tells whether it is the dump's kernel");
	else if (strcasecmp(names->build_id, facts->build_id))
		snprintf(err, 160,
			 "no names: vmlinux is of another kernel (build id %.12s..., the dump's is %.12s...)",
			 names->build_id, facts->build_id);
	else if (!facts->has_kerneloffset)
		snprintf(err, 160,
			 "no names: the dump does not say where its kernel was (KERNELOFFSET)");
	else
		return 0;
	return -1;
}

/* Whether address (as linked) is in a section of code. */
static bool is_code(Dwfl_Module *module, GElf_Addr address)
{
	GElf_Addr bias, at = address;
	Elf_Scn *scn = dwfl_module_address_section(module, &at, &bias);
	GElf_Shdr shdr;

	return scn && gelf_getshdr(scn, &shdr) &&
	       shdr.sh_flags & SHF_EXECINSTR;
}

const char *names_function(struct names *names, const struct stop_facts *facts,
			   uint64_t address, uint64_t *start)
{
	GElf_Addr linked = address - facts->kerneloffset;
	GElf_Off offset = 0;
	GElf_Sym sym;
	const char *function;

	if (!(address & KERNEL_HALF) || !is_code(names->module, linked))
		return NULL;
	function = dwfl_module_addrinfo(names->module, linked, &offset, &sym,
					NULL, NULL, NULL);
	/* Behind the end of the nearest symbol is not in it. */
	if (function && sym.st_size && offset >= sym.st_size)
		return NULL;
	*start = address - offset;
	return function;
}

static void look_up(struct names *names, const struct stop_facts *facts,
		    uint64_t address, struct cached *to)
{
	uint64_t start;

	to->function = names_function(names, facts, address - to->back, &start);
	if (!to->function)
		return;
	if (asprintf(&to->symbol, "%s+%#" PRIx64, to->function,
		     address - start) < 0)
		to->symbol = NULL;
	to->line = lines_at(names->module, to->linked, names->ask_all,
			    names->source_root);
}

/*
 * Names of an address of the dump. back is how many bytes before it the
 * instruction is that is meant (4 for a return address, whose call may be the
 * last of its function). Leaves NULL what is not known. *function is valid
 * until names are closed.
 */
static void name(struct names *names, const struct stop_facts *facts,
		 uint64_t address, unsigned int back, char **symbol,
		 char **line, const char **function)
{
	uint64_t linked = address - facts->kerneloffset - back;
	/* By the upper bits of a product, in which all of the address is. */
	struct cached *cached = &names->cache[linked * 0x9e3779b97f4a7c15 >> 56];

	if (!cached->used || cached->linked != linked ||
	    cached->back != back) {
		free(cached->symbol);
		free(cached->line);
		*cached = (struct cached){
			.used = true, .linked = linked, .back = back,
		};
		look_up(names, facts, address, cached);
	}
	*function = cached->function;
	if (cached->symbol)
		*symbol = strdup(cached->symbol);
	if (cached->line)
		*line = strdup(cached->line);
}

void names_place(struct names *names, const struct stop_facts *facts,
		 uint64_t address, unsigned int back, char **symbol,
		 char **line)
{
	const char *function;

	*symbol = *line = NULL;
	name(names, facts, address, back, symbol, line, &function);
}

const char *names_source_root(const struct names *names)
{
	return names->source_root;
}

const struct names_layout *names_layout(const struct names *names)
{
	return &names->layout;
}

int names_fill(struct names *names, struct stop_facts *facts, char err[160])
{
	if (check_build_id(names, facts, err))
		return -1;
	for (size_t i = 0; i < facts->nr_cpus; i++) {
		struct stop_cpu *cpu = &facts->cpus[i];
		const char *function;
		uint64_t lr;

		if (!cpu->has_regs || stop_cpu_not_kernel(cpu))
			continue;
		name(names, facts, cpu->regs.pc, 0, &cpu->pc_symbol,
		     &cpu->pc_line, &function);
		if (function)
			cpu->pc_in_stop_code = stop_code_function(function) ?
					       STOP_YES : STOP_NO;
		lr = cpu->regs.x[30];
		/* A signed return address: the mask's bits are a sign extension. */
		if (lr & KERNEL_HALF)
			lr |= facts->kernelpacmask;
		name(names, facts, lr, 4, &cpu->lr_symbol, &cpu->lr_line,
		     &function);
	}
	return 0;
}
