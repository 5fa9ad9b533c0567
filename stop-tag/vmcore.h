/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmcore.h: the reader of dump containers. Knows where each container keeps
 * its note segments; knows nothing of what is in them.
 *
 * Work and memory are bounded by the notes, never by the size of the dumped
 * memory. The file is only read.
 */
#ifndef STOP_VMCORE_H
#define STOP_VMCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmcore;

/*
 * Opens and recognises a dump. On failure returns NULL and puts one line,
 * without the path, into err. Not a dump, another architecture and a container
 * that has no notes are failures that name what the file is.
 */
struct vmcore *vmcore_open(const char *path, char err[160]);
/*
 * Opens the file at path for vmcore_fdopen(), if it is a regular one. Returns a
 * descriptor, or -1 with one line in err.
 */
int vmcore_open_file(const char *path, char err[160]);
/*
 * The same for a dump that the caller has open and keeps: vmcore_close() leaves
 * fd open and its file offset where it was.
 */
struct vmcore *vmcore_fdopen(int fd, char err[160]);
/*
 * The same for standard input. A regular file is as for vmcore_fdopen(). From
 * anything else, a pipe, it waits for all of the dump, to the end marker of a
 * flattened one, and keeps the first 192 MiB of it in memory.
 */
struct vmcore *vmcore_stream(int fd, char err[160]);
void vmcore_close(struct vmcore *vmcore);

/*
 * "ELF64", "kdump-compressed v6", "flattened ELF64", ...; valid until
 * vmcore_close().
 */
const char *vmcore_container(const struct vmcore *vmcore);
bool vmcore_big_endian(const struct vmcore *vmcore);
/*
 * Whether a flattened dump has no end, so that its headers and notes may be
 * older ones, and where the end should be in the flattened file.
 */
bool vmcore_cut_off(const struct vmcore *vmcore, uint64_t *at);
/* A live /proc/kcore, or a copy of one; known after vmcore_segments(). */
bool vmcore_live(const struct vmcore *vmcore);

struct vmcore_segment {
	const void *data;	/* owned by the vmcore */
	size_t len;		/* bytes that are there */
	uint64_t offset;	/* in the file; of a flattened one, restored */
	uint64_t claimed;	/* bytes that the header claims; > len: truncated */
};

/*
 * The note segments, in file order. Zeros between notes and descriptors that
 * are too large to be a CPU's (device dumps of /proc/vmcore) are left out, so
 * one segment of the file may come as several, each beginning with a note.
 * Returns 0, or a negative errno with one line in err when they cannot be read
 * at all or are not a kernel's.
 */
int vmcore_segments(struct vmcore *vmcore, const struct vmcore_segment **segs,
		    size_t *nr, char err[160]);

/*
 * VMCOREINFO where the container points at it apart from the notes
 * (kdump-compressed); *len = 0 when it does not. Owned by the vmcore.
 */
int vmcore_vmcoreinfo(struct vmcore *vmcore, const char **text, size_t *len,
		      char err[160]);

#endif /* STOP_VMCORE_H */
