/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h: gives addresses of a dump their names, from the kernel's vmlinux.
 * The only part that needs libdw, so it stays out of libstop-tag.a.
 */
#ifndef STOP_NAMES_H
#define STOP_NAMES_H

#include "facts.h"

struct names;

/*
 * Opens a vmlinux; if build_id (hex) is not NULL, only one of that build.
 * *differs, if not NULL, says whether it is just of another. NULL with one
 * line, without the path, in err.
 */
struct names *names_open(const char *vmlinux, const char *build_id,
			 bool *differs, char err[160]);
void names_close(struct names *names);

/*
 * Fills pc_symbol, pc_line, lr_symbol, lr_line and pc_in_stop_code of every
 * CPU with registers, where vmlinux knows the address. Returns 0, or -1 with
 * one line in err and nothing filled when vmlinux is not that of the dump, or
 * nothing tells: a wrong name is worse than none.
 */
int names_fill(struct names *names, struct stop_facts *facts, char err[160]);

/*
 * The name of the function that an address of the dump lies in, valid until
 * names are closed, and where it begins; NULL if there is none. names must be
 * of this dump (names_fill() returned 0).
 */
const char *names_function(struct names *names, const struct stop_facts *facts,
			   uint64_t address, uint64_t *start);
/*
 * "function+0x10" and "file.c:123" of an address, owned by the caller; each
 * NULL if not known. back: see names.c.
 */
void names_place(struct names *names, const struct stop_facts *facts,
		 uint64_t address, unsigned int back, char **symbol,
		 char **line);

/* Where a kernel has its modules: offsets in their structures. */
struct names_module {
	uint64_t head;			/* "modules", as linked; 0: not known */
	size_t list, name;		/* in struct module */
	size_t text_base, text_size;	/* of its code */
	/*
	 * Its read-only data, up to ro_end bytes behind their base, from the
	 * value of ro_begin on, or from 0 if that is 0.
	 */
	bool has_rodata;
	size_t ro_base, ro_begin, ro_end;
	bool has_kallsyms;
	size_t kallsyms;		/* a struct mod_kallsyms * */
	size_t symtab, num_symtab, strtab;	/* in that */
};

/* What its source files' names begin with in debug information; NULL. */
const char *names_source_root(const struct names *names);

/* What a walk over this kernel's stacks has to know. */
struct names_layout {
	uint64_t thread_size;		/* bytes of a stack; 0: not known */
	long pt_regs_stackframe;	/* offset in struct pt_regs, or -1 */
	bool meta_frames;		/* its type is struct frame_record_meta */
	struct names_module module;
};
const struct names_layout *names_layout(const struct names *names);

#endif /* STOP_NAMES_H */
