/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack.h: dumps that somebody compressed with gzip, xz, zstd, bzip2 or lz4.
 * A process of its own writes what is in them into a pipe, from which they are
 * read as from any other: no temporary file, and no more memory than that.
 */
#ifndef STOP_UNPACK_H
#define STOP_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

/* "gzip", ... by what the file begins with; NULL if it is none of them. */
const char *unpack_kind(int fd);

/* Whether a file with these first bytes, 8 at least, is one of them, too. */
bool unpack_is_packed_head(const unsigned char *head);

struct unpack {
	int out;	/* to be read until its end */
	int error;	/* one line if something is wrong with the file */
};

/*
 * Starts it; fd is at its beginning. Returns 0, or -1 with one line in err.
 * The process ends when out is closed or read to its end.
 */
int unpack_start(struct unpack *unpack, int fd, char err[160]);
/*
 * Closes both. Returns 0, or -1 with one line in err if out did not have all
 * of the file. What was not read is not known to be right.
 */
int unpack_end(struct unpack *unpack, char err[160]);

#endif /* STOP_UNPACK_H */
