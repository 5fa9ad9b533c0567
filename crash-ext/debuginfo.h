/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debuginfo.h: structures, enumerators and source lines out of the kernel's
 * DWARF, by libdw.
 *
 * crash's gdb answers the same questions, but reads in all of a compilation
 * unit before it answers the first one about it, which takes 5 to 60 ms for
 * each unit. Here a unit is named by a function that is in it, and only the
 * names of its types are looked at, which takes a fifth of a millisecond.
 *
 * STOP_UNKNOWN means: ask crash. That is so without libdw, under
 * --minimal, and for debug information that is compressed or has no
 * .debug_aranges.
 */
#ifndef SDEI_STOP_DEBUGINFO_H
#define SDEI_STOP_DEBUGINFO_H

#include <stdbool.h>

#include "facts.h"

/*
 * Of a structure that the unit of function defines: where a member is, also
 * one in a structure or union without a name. STOP_NO: it has no such member.
 */
enum stop_known debuginfo_member(const char *function, const char *type,
				 const char *member, long *offset);

/* Its size. Never STOP_NO. */
enum stop_known debuginfo_size(const char *function, const char *type,
			       long *size);

/* An enumerator of an enumeration with this tag in the unit of function. */
enum stop_known debuginfo_enumerator(const char *function, const char *type,
				     const char *name, long *value);

/*
 * The source line of kernel code, as crash's gdb has it; STOP_NO: it has none.
 * *file stays.
 */
enum stop_known debuginfo_line(uint64_t address, const char **file, int *line);

#endif /* SDEI_STOP_DEBUGINFO_H */
