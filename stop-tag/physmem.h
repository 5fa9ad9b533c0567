/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * physmem.h: the physical memory in a dump, for what needs a few pages of it:
 * ELF cores, and kdump-compressed dumps with pages of zlib, LZO, snappy and
 * zstd, both also flattened.
 */
#ifndef STOP_PHYSMEM_H
#define STOP_PHYSMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct physmem;
struct vmcore;

/*
 * To be called before the sandbox is entered: finds the libraries for LZO and
 * snappy, which are not linked, as snappy's alone would double the time that
 * stopcheck takes to start. Pages of one that is not there cannot be read.
 */
void physmem_prepare(void);

/*
 * The memory of an open dump, which must stay open. NULL when its container
 * has none that can be read, or memory is short.
 */
struct physmem *physmem_new(struct vmcore *vmcore);
void physmem_free(struct physmem *physmem);

/*
 * Reads len bytes of physical memory. False if not all of them are in the dump
 * or can be uncompressed; what is at to is undefined then.
 */
bool physmem_read(struct physmem *physmem, uint64_t paddr, void *to,
		  size_t len);

#endif /* STOP_PHYSMEM_H */
