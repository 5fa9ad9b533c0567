/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump.h: the first two arrows, container -> notes -> facts, for a file.
 */
#ifndef STOP_DUMP_H
#define STOP_DUMP_H

#include "facts.h"

/*
 * Fills *facts, which the caller initialised and destroys, from the dump at
 * path, or on standard input if that is "-". Returns 0, or -1 with one line,
 * without the path, in err.
 */
int stop_dump_read(const char *path, struct stop_facts *facts, char err[160]);

/* The same from an open file, which stays open, its offset unchanged. */
int stop_dump_read_fd(int fd, struct stop_facts *facts, char err[160]);

#endif /* STOP_DUMP_H */
