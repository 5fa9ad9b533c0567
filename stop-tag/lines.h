/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.h: source lines out of debug information, for vmlinux (names.h) and
 * for modules (kofiles.h).
 */
#ifndef STOP_LINES_H
#define STOP_LINES_H

#include <stdbool.h>

#include <elfutils/libdwfl.h>

/*
 * The unit that has code at an address of the file, and by how much its own
 * addresses differ. Before version 0.191 libdw finds it by .debug_aranges alone,
 * which clang does not write: with ask_all each unit is asked then, thousands of
 * a kernel.
 */
Dwarf_Die *lines_unit(Dwfl_Module *module, GElf_Addr address, bool ask_all,
		      Dwarf_Addr *bias);

/* The file and line of an address, inlined or not; NULL: none. */
const char *lines_file(Dwfl_Module *module, GElf_Addr address, bool ask_all,
		       int *lineno);

/*
 * "file.c:123" of an address of the file, owned by the caller; NULL if it has
 * none. root, which may be NULL, is left out where a file's name begins with it.
 * What was inlined is at the place of its call: the line of the inlined code
 * itself is often in a header, and says nothing beside the function's name.
 */
char *lines_at(Dwfl_Module *module, GElf_Addr address, bool ask_all,
	       const char *root);

/* The file's build id in hex, what fits into size bytes of it; "": none. */
void lines_build_id(Dwfl_Module *module, char *hex, size_t size);

/*
 * For Dwfl_Callbacks: no search for separate debug information. libdw would ask
 * the network where DEBUGINFOD_URLS is set, and the file that is there is the
 * one meant.
 */
int lines_no_debuginfo(Dwfl_Module *module, void **userdata, const char *name,
		       Dwarf_Addr base, const char *file, const char *link,
		       GElf_Word crc, char **found);

#endif /* STOP_LINES_H */
