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

/* Bytes of a flattened file that are bytes of its dump. */
struct vmcore_piece {
	uint64_t offset;	/* in the dump */
	uint64_t size;
	uint64_t pos;		/* in the file */
};

struct vmcore {
	int fd;
	bool borrowed;			/* fd is the caller's */
	off_t position;			/* of the caller's fd, to be restored */
	uint64_t file_size;
	uint64_t size;			/* of the dump: restored, if flattened */
	uint64_t horizon;		/* what lies behind cannot be read */
	bool beyond;			/* and that was tried, ... */
	uint64_t wanted;		/* ... up to here at most */

	bool flattened;
	bool cut_off;			/* it has no end marker */
	uint64_t cut_off_at;
	struct vmcore_piece *pieces;	/* sorted, without overlaps */
	size_t nr_pieces;
	size_t pieces_room;		/* allocated */
	uint8_t *image;			/* of a pipe: up to horizon */

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
int vmcore_flat_open(struct vmcore *vmcore, const uint8_t *head,
		     char err[VMCORE_ERR]);

/* Finds the container and opens it. Returns 0, or -1 with err filled. */
int vmcore_recognise(struct vmcore *vmcore, char err[VMCORE_ERR]);
bool vmcore_is_flat(const uint8_t *head);
/* Fills err if head is not that of any container. */
bool vmcore_is_refused(const uint8_t *head, char err[VMCORE_ERR]);

/*
 * Reads fd, the beginning of the dump into image: as far as headers and notes
 * are, or to its end. 0, or -1 and err.
 */
int vmcore_read_pipe(struct vmcore *vmcore, char err[VMCORE_ERR]);
/* Frees what vmcore_flat_open() and vmcore_read_pipe() took. */
void vmcore_flat_close(struct vmcore *vmcore);
/* Why something behind horizon cannot be read. */
void vmcore_explain_beyond(const struct vmcore *vmcore, char err[VMCORE_ERR]);

/* Adds one that was written behind all others. 0, or -1 and err. */
int vmcore_add_piece(struct vmcore *vmcore, struct vmcore_piece piece,
		     char err[VMCORE_ERR]);
/* To be called behind the last one. 0, or -1 and err. */
int vmcore_sort_pieces(struct vmcore *vmcore, char err[VMCORE_ERR]);

/* Fills err and returns -1. */
int vmcore_fail(char err[VMCORE_ERR], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Reads up to len bytes at offset of the dump. Returns how many there were
 * before its end, or a negative errno: -EOVERFLOW, and sets beyond, if not all
 * of them lie in front of horizon.
 */
ssize_t vmcore_pread(struct vmcore *vmcore, void *buf, size_t len,
		     uint64_t offset);
/*
 * The first byte at or behind offset that may be something else than a hole;
 * behind the end of the dump if there is none.
 */
uint64_t vmcore_next_data(const struct vmcore *vmcore, uint64_t offset);

/* The same two for the file itself, and for the pieces of a flattened one. */
ssize_t vmcore_pread_file(const struct vmcore *vmcore, void *buf, size_t len,
			  uint64_t pos);
uint64_t vmcore_data_in_file(const struct vmcore *vmcore, uint64_t pos);
ssize_t vmcore_pread_pieces(const struct vmcore *vmcore, uint8_t *buf,
			    size_t len, uint64_t offset);
uint64_t vmcore_data_in_pieces(const struct vmcore *vmcore, uint64_t offset);

/* Appends to notes. Returns 0, or -1 with err filled. */
int vmcore_add_notes(struct vmcore *vmcore, uint64_t offset, uint64_t size,
		     char err[VMCORE_ERR]);

/* Fills store and segs from notes. Returns 0, or a negative errno and err. */
int vmcore_load_notes(struct vmcore *vmcore, char err[VMCORE_ERR]);

#endif /* STOP_VMCORE_PRIV_H */
