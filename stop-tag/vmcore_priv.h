/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmcore_priv.h: what the containers (vmcore_*.c) share with each other and
 * with nobody else.
 */
#ifndef STOP_VMCORE_PRIV_H
#define STOP_VMCORE_PRIV_H

#include <sys/types.h>

#include "vmcore.h"

#define VMCORE_ERR 160		/* bytes of every err[] */
#define VMCORE_HEAD 4096	/* bytes of a file that containers match */

/* Where a file has notes, as its headers claim. */
struct vmcore_extent {
	uint64_t offset;
	uint64_t size;
};

struct vmcore {
	int fd;
	bool borrowed;			/* fd is the caller's */
	off_t position;			/* of the caller's fd, to be restored */
	uint64_t size;			/* of the file */
	char container[48];
	bool big_endian;
	bool live;

	struct vmcore_extent *notes;	/* filled by the container's open() */
	size_t nr_notes;
	struct vmcore_extent vmcoreinfo;	/* size 0: only in the notes */

	bool loaded;			/* what follows is there */
	uint8_t *store;			/* what segs point into */
	size_t store_len;		/* bytes used */
	size_t store_size;		/* bytes allocated */
	struct vmcore_segment *segs;
	size_t nr_segs;
	char *vmcoreinfo_text;
};

/* One row of the table of containers. */
struct vmcore_format {
	const char *magic;
	size_t magic_len;
	size_t magic_offset;
	/* What it is, for a file that this container cannot give notes of. */
	const char *refused;
	/*
	 * Fills container, big_endian, notes, vmcoreinfo. head is the start of
	 * the file, zeroed behind its end. Returns 0, or -1 with err filled.
	 */
	int (*open)(struct vmcore *vmcore, const uint8_t *head,
		    char err[VMCORE_ERR]);
};

/* Ends with a row whose magic is NULL. */
extern const struct vmcore_format vmcore_refused[];

int vmcore_elf_open(struct vmcore *vmcore, const uint8_t *head,
		    char err[VMCORE_ERR]);
int vmcore_kdump_open(struct vmcore *vmcore, const uint8_t *head,
		      char err[VMCORE_ERR]);

/* Fills err and returns -1. */
int vmcore_fail(char err[VMCORE_ERR], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Reads up to len bytes at offset. Returns how many there were before the end
 * of the file, or a negative errno.
 */
ssize_t vmcore_pread(const struct vmcore *vmcore, void *buf, size_t len,
		     uint64_t offset);

/* Appends to notes. Returns 0, or -1 with err filled. */
int vmcore_add_notes(struct vmcore *vmcore, uint64_t offset, uint64_t size,
		     char err[VMCORE_ERR]);

/* Fills store and segs from notes. Returns 0, or a negative errno and err. */
int vmcore_load_notes(struct vmcore *vmcore, char err[VMCORE_ERR]);

#endif /* STOP_VMCORE_PRIV_H */
