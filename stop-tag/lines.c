// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lines.c: source lines through libdwfl.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>

#include "lines.h"

int lines_no_debuginfo(Dwfl_Module *module, void **userdata, const char *name,
		       Dwarf_Addr base, const char *file, const char *link,
		       GElf_Word crc, char **found)
{
	(void)module, (void)userdata, (void)name, (void)base, (void)file;
	(void)link, (void)crc, (void)found;
	return -1;
}

/* The name in the tree, for a file in it. */
static const char *source_name(const char *root, const char *file)
{
	size_t len = root ? strlen(root) : 0;

	if (len && !strncmp(file, root, len))
		file += len;
	while (!strncmp(file, "./", 2))
		file += 2;
	return file;
}

Dwarf_Die *lines_unit(Dwfl_Module *module, GElf_Addr address, bool ask_all,
		      Dwarf_Addr *bias)
{
	Dwarf_Die *cu = dwfl_module_addrdie(module, address, bias);

	if (cu || !ask_all)
		return cu;
	while ((cu = dwfl_module_nextcu(module, cu, bias)))
		if (dwarf_haspc(cu, address - *bias) > 0)
			return cu;
	return NULL;
}

/* The place where what is at address was inlined. NULL if nothing was. */
static const char *inlined_at(Dwarf_Die *cu, GElf_Addr address, int *lineno)
{
	Dwarf_Die *innermost = NULL, *chain = NULL, *outermost = NULL;
	Dwarf_Word file_index = 0, line = 0;
	const char *file = NULL;
	Dwarf_Attribute attr;
	Dwarf_Files *files;
	size_t nr_files;
	int nr;

	if (dwarf_getscopes(cu, address, &innermost) <= 0)
		return NULL;
	/*
	 * Behind an inlined DIE that call goes on with where the inlined code
	 * was declared; this one, with what contains it.
	 */
	nr = dwarf_getscopes_die(&innermost[0], &chain);
	for (int i = 0; i < nr; i++) {
		if (dwarf_tag(&chain[i]) == DW_TAG_subprogram)
			break;
		if (dwarf_tag(&chain[i]) == DW_TAG_inlined_subroutine)
			outermost = &chain[i];
	}
	if (outermost &&
	    !dwarf_formudata(dwarf_attr(outermost, DW_AT_call_file, &attr),
			     &file_index) &&
	    !dwarf_formudata(dwarf_attr(outermost, DW_AT_call_line, &attr),
			     &line) &&
	    !dwarf_getsrcfiles(cu, &files, &nr_files) &&
	    file_index < nr_files)
		file = dwarf_filesrc(files, file_index, NULL, NULL);
	free(chain);
	free(innermost);
	*lineno = line;
	return file;
}

const char *lines_file(Dwfl_Module *module, GElf_Addr address, bool ask_all,
		       int *lineno)
{
	Dwfl_Line *src = dwfl_module_getsrc(module, address);
	Dwarf_Line *line;
	Dwarf_Addr bias;
	Dwarf_Die *cu;

	if (src)
		return dwfl_lineinfo(src, NULL, lineno, NULL, NULL, NULL);
	cu = ask_all ? lines_unit(module, address, true, &bias) : NULL;
	line = cu ? dwarf_getsrc_die(cu, address - bias) : NULL;
	return line && !dwarf_lineno(line, lineno) ?
	       dwarf_linesrc(line, NULL, NULL) : NULL;
}

char *lines_at(Dwfl_Module *module, GElf_Addr address, bool ask_all,
	       const char *root)
{
	Dwarf_Addr bias;
	Dwarf_Die *cu = lines_unit(module, address, ask_all, &bias);
	int lineno;
	const char *file = cu ? inlined_at(cu, address - bias, &lineno) : NULL;
	char *line;

	if (!file)
		file = lines_file(module, address, ask_all, &lineno);
	if (!file || asprintf(&line, "%s:%d", source_name(root, file),
			      lineno) < 0)
		return NULL;
	return line;
}

void lines_build_id(Dwfl_Module *module, char *hex, size_t size)
{
	const unsigned char *bits;
	GElf_Addr vaddr;
	int len = dwfl_module_build_id(module, &bits, &vaddr);

	hex[0] = '\0';
	for (int i = 0; i < len && 2 * (size_t)i + 2 < size; i++)
		sprintf(hex + 2 * i, "%02x", bits[i]);
}
