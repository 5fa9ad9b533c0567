/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backtrace.h: the call chains of CPUs whose own one is news, out of the memory
 * in the dump: those stopped by SDEI or pseudo-NMI, and those that stopped
 * themselves.
 */
#ifndef STOP_BACKTRACE_H
#define STOP_BACKTRACE_H

#include <stdio.h>

#include "facts.h"
#include "json.h"

struct backtraces;
struct kofiles;
struct names;

/*
 * fd: the dump, open; names: of its vmlinux. Takes what it can from the dump:
 * a chain ends where the memory of its stack is not there, and says so. NULL
 * when there is no CPU to show or nothing at all can be read. Of any CPU whose
 * pc or link register is in a module, fills pc_symbol and lr_symbol, and the
 * lines that kofiles has (it may be NULL, and may have a question behind this).
 */
struct backtraces *backtraces_new(int fd, struct stop_facts *facts,
				  struct names *names, struct kofiles *kofiles);
void backtraces_free(struct backtraces *backtraces);

/* For people, behind the rows of the table. NULL: nothing. */
void backtraces_table(FILE *fp, const struct backtraces *backtraces);
/* The member "backtraces" of a dump's object. NULL: none. */
void backtraces_json(struct json *json, const struct backtraces *backtraces);

#endif /* STOP_BACKTRACE_H */
