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

/* The place where what is at address was inlined. NULL if nothing was. */
static const char *inlined_at(Dwfl_Module *module, GElf_Addr address,
			      int *lineno)
{
	Dwarf_Die *innermost = NULL, *chain = NULL, *outermost = NULL;
	Dwarf_Word file_index = 0, line = 0;
	const char *file = NULL;
	Dwarf_Attribute attr;
	Dwarf_Files *files;
	Dwarf_Addr bias;
	Dwarf_Die *cu = dwfl_module_addrdie(module, address, &bias);
	size_t nr_files;
	int nr;

	if (!cu || dwarf_getscopes(cu, address - bias, &innermost) <= 0)
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

char *lines_at(Dwfl_Module *module, GElf_Addr address, const char *root)
{
	int lineno;
	const char *file = inlined_at(module, address, &lineno);
	char *line;

	if (!file) {
		Dwfl_Line *src = dwfl_module_getsrc(module, address);

		file = src ? dwfl_lineinfo(src, NULL, &lineno, NULL, NULL,
					   NULL) : NULL;
	}
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
