// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore_notes.c: brings the notes of a dump into memory and leaves out what
 * can be huge: gaps of zeros between notes, and descriptors that are too large
 * to be a CPU's.
 *
 * Walks the ELF note headers for this, so it also sees the two kinds of core
 * that are not of a crash: a process's, and /proc/kcore.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <elf.h>

#include "bytes.h"
#include "decode.h"
#include "vmcore_priv.h"

#define WINDOW (64 * 1024)

/*
 * A CPU's largest note is SVE state of 2048-bit vectors, 17 KiB; VMCOREINFO is
 * at most a page. What is larger is a device dump (NT_VMCOREDD), which drivers
 * add in front of the CPUs' notes and which may be gigabytes.
 */
#define DESC_LIMIT (128 * 1024)

/* 65536 CPUs of 412 bytes are 27 MB. */
#define STORE_LIMIT (128U * 1024 * 1024)

/* A walk over one extent; positions are relative to its start. */
struct walk {
	struct vmcore *vmcore;
	char *err;
	uint64_t offset;	/* of the extent in the file */
	uint64_t claimed;	/* its size, says the header */
	uint64_t there;		/* its size, says the file */
	uint64_t pos;
	uint64_t budget;	/* bytes that may still be read */

	uint8_t *window;	/* what was read last */
	uint64_t window_pos;
	size_t window_len;

	bool in_segment;	/* the last of segs is still growing */
};

static int fail(struct walk *walk, int error, const char *what)
{
	vmcore_fail(walk->err, "%s", what);
	return error;
}

/*
 * The bytes at pos: at least want of them (at most WINDOW) unless the extent
 * ends before. *data is valid until the next call. Returns how many, or a
 * negative errno.
 */
static ssize_t peek(struct walk *walk, size_t want, const uint8_t **data)
{
	uint64_t left = walk->there - walk->pos;
	uint64_t in = walk->pos - walk->window_pos;
	uint64_t near = walk->vmcore->horizon - walk->offset - walk->pos;
	ssize_t len = left < WINDOW ? left : WINDOW;

	if (want > left)
		want = left;
	if (in > walk->window_len || walk->window_len - in < want) {
		/* Not behind the horizon before somebody wants that. */
		if ((uint64_t)len > near)
			len = near > want ? near : want;
		if ((uint64_t)len > walk->budget)
			return fail(walk, -EINVAL,
				"is a broken dump: its note segments overlap");
		walk->budget -= len;
		len = vmcore_pread(walk->vmcore, walk->window, len,
				   walk->offset + walk->pos);
		if (len < 0) {
			vmcore_fail(walk->err, "cannot read its notes: %s",
				    strerror(-len));
			return len;
		}
		walk->window_pos = walk->pos;
		walk->window_len = len;
		in = 0;
	}
	*data = walk->window + in;
	return walk->window_len - in;
}

/* Skips holes of a sparse file, where the file system knows them. */
static void skip_hole(struct walk *walk)
{
	uint64_t data = vmcore_next_data(walk->vmcore,
					 walk->offset + walk->pos);
	uint8_t last;

	data -= walk->offset;
	if (data >= walk->there) {
		/*
		 * Nothing but holes from here on; or the file shrank while it
		 * was read, and what is claimed is not there any more.
		 */
		if (vmcore_pread(walk->vmcore, &last, 1, walk->offset +
				 walk->there - 1) != 1)
			walk->there = walk->pos;
		walk->pos = walk->there;
	} else {
		walk->pos += (data - walk->pos) & ~3ULL;
	}
}

/* Moves pos to the next word that is not zero. Returns 0 or negative errno. */
static int skip_zeros(struct walk *walk)
{
	static const uint8_t zeros[4096];
	const uint8_t *data;
	uint64_t before;
	ssize_t len;

	while (walk->pos < walk->there) {
		size_t i = 0;

		before = walk->pos;
		len = peek(walk, 4, &data);
		if (len < 0)
			return len;
		while (len - i >= sizeof(zeros) &&
		       !memcmp(data + i, zeros, sizeof(zeros)))
			i += sizeof(zeros);
		while (len - i >= 4 && !memcmp(data + i, zeros, 4))
			i += 4;
		walk->pos += i;
		if (len - i >= 4)
			return 0;
		if (len - i) {	/* 1 to 3 bytes */
			if (walk->pos + (len - i) < walk->there)
				continue;	/* of a window, not of the end */
			if (!memcmp(data + i, zeros, len - i))
				walk->pos = walk->there;
			return 0;
		}
		skip_hole(walk);
		/* The file shrank while it was read. */
		if (walk->pos == before)
			walk->there = walk->pos;
	}
	return 0;
}

static int start_segment(struct walk *walk)
{
	struct vmcore *vmcore = walk->vmcore;
	struct vmcore_segment *segs = vmcore->segs, *seg;
	size_t nr = vmcore->nr_segs;

	if (!(nr & (nr - 1))) {
		segs = reallocarray(segs, nr ? nr * 2 : 1, sizeof(*segs));
		if (!segs)
			return fail(walk, -ENOMEM, "out of memory");
		vmcore->segs = segs;
	}
	seg = &segs[vmcore->nr_segs++];
	seg->data = NULL;
	seg->len = 0;
	seg->claimed = 0;
	seg->offset = walk->offset + walk->pos;
	walk->in_segment = true;
	return 0;
}

/* Copies len bytes at pos to the segment and moves pos behind them. */
static int keep(struct walk *walk, uint64_t len)
{
	struct vmcore *vmcore = walk->vmcore;
	int ret;

	if (!walk->in_segment) {
		ret = start_segment(walk);
		if (ret)
			return ret;
	}
	if (len > STORE_LIMIT - vmcore->store_len)
		return fail(walk, -EFBIG,
			    "has more than 128 MiB of notes: not believable");
	while (len) {
		size_t have = vmcore->store_len;
		const uint8_t *data;
		ssize_t n = peek(walk, 1, &data);

		if (n < 0)
			return n;
		if (!n)		/* shrank; what was kept so far stays */
			break;
		if ((uint64_t)n > len)
			n = len;
		if (vmcore->store_size - have < (size_t)n) {
			size_t size = (have + WINDOW) * 2;
			uint8_t *store = realloc(vmcore->store, size);

			if (!store)
				return fail(walk, -ENOMEM, "out of memory");
			vmcore->store = store;
			vmcore->store_size = size;
		}
		memcpy(vmcore->store + have, data, n);
		vmcore->store_len += n;
		vmcore->segs[vmcore->nr_segs - 1].len += n;
		walk->pos += n;
		len -= n;
	}
	return 0;
}

/* What a note says about the whole file. note has namesz bytes behind it. */
static int look_at(struct walk *walk, const uint8_t *note, size_t len)
{
	bool big_endian = walk->vmcore->big_endian;
	uint32_t type = stop_get32(note + 8, big_endian);

	if (len < sizeof(Elf64_Nhdr) + 5 ||
	    memcmp(note + sizeof(Elf64_Nhdr), "CORE", 5))
		return 0;
	/* fs/binfmt_elf.c gives every process's core its auxiliary vector. */
	if (type == NT_AUXV)
		return fail(walk, -EINVAL,
			    "is the core of a process, not a kernel's dump");
	/* fs/proc/kcore.c, and nobody else for arm64 */
	if (type == NT_TASKSTRUCT)
		walk->vmcore->live = true;
	return 0;
}

/* One note at pos. Sets *end when nothing can be walked behind it. */
static int walk_note(struct walk *walk, bool *end)
{
	bool big_endian = walk->vmcore->big_endian;
	uint64_t left = walk->there - walk->pos, used, full;
	const uint8_t *note;
	uint32_t descsz;
	ssize_t len;
	int ret;

	*end = true;
	len = peek(walk, 64, &note);
	if (len < 0)
		return len;
	if (len < (ssize_t)sizeof(Elf64_Nhdr))
		return keep(walk, len);

	descsz = stop_get32(note + 4, big_endian);
	used = sizeof(Elf64_Nhdr) + stop_align4(stop_get32(note, big_endian));
	full = used + stop_align4(descsz);
	used += descsz;
	if (used > left)
		/* The decoder says what is wrong with it; show it that. */
		return keep(walk, left < DESC_LIMIT ? left : DESC_LIMIT);
	ret = look_at(walk, note, len);
	if (ret)
		return ret;

	/* With a broken size, other CPUs' notes are in what it claims. */
	if (used > DESC_LIMIT && stop_note_is_taken(note, len, big_endian))
		return keep(walk, DESC_LIMIT);
	*end = false;
	if (full > left)
		full = left;
	if (used <= DESC_LIMIT)
		return keep(walk, full);
	walk->pos += full;
	walk->in_segment = false;
	return 0;
}

static int walk_extent(struct walk *walk)
{
	struct vmcore *vmcore = walk->vmcore;
	uint64_t before, missing;
	bool end = false;
	int ret;

	walk->in_segment = false;
	while (!end) {
		before = walk->pos;
		ret = skip_zeros(walk);
		if (ret)
			return ret;
		if (walk->pos >= walk->there)
			break;
		if (walk->pos != before)
			walk->in_segment = false;
		ret = walk_note(walk, &end);
		if (ret)
			return ret;
		/* The file shrank while it was read. */
		if (walk->pos == before)
			break;
	}

	missing = walk->claimed - walk->there;
	if (missing && !walk->in_segment) {
		walk->pos = walk->there;
		ret = start_segment(walk);
		if (ret)
			return ret;
	}
	if (walk->in_segment) {
		struct vmcore_segment *seg = &vmcore->segs[vmcore->nr_segs - 1];

		seg->claimed = seg->len + missing;
		if (seg->claimed < missing)
			seg->claimed = UINT64_MAX;
	}
	return 0;
}

int vmcore_load_notes(struct vmcore *vmcore, char err[VMCORE_ERR])
{
	uint64_t total = 0;
	size_t at = 0;
	struct walk walk = { .vmcore = vmcore, .err = err };
	int ret = 0;

	/*
	 * Nothing is read more often than twice, at the end of a window, and
	 * holes only where a piece of a flattened file ends. What the headers
	 * claim says less: a file of holes can have any size.
	 */
	walk.budget = vmcore->image ? vmcore->horizon : vmcore->file_size;
	if (walk.budget < UINT64_MAX / 4)
		walk.budget = 2 * walk.budget +
			      (vmcore->nr_pieces + 1) * WINDOW;

	walk.window = malloc(WINDOW);
	if (!walk.window)
		return fail(&walk, -ENOMEM, "out of memory");
	for (size_t i = 0; i < vmcore->nr_notes && !ret; i++) {
		const struct vmcore_extent *extent = &vmcore->notes[i];

		walk.offset = extent->offset;
		walk.claimed = extent->size;
		walk.there = 0;
		if (extent->offset < vmcore->size)
			walk.there = vmcore->size - extent->offset;
		if (walk.there > extent->size)
			walk.there = extent->size;
		walk.pos = 0;
		walk.window_pos = 0;
		walk.window_len = 0;

		/* Many headers that point at the same bytes are an attack. */
		total += walk.there;
		if (total > vmcore->size)
			ret = fail(&walk, -EINVAL,
				   "is a broken dump: its note segments overlap");
		else
			ret = walk_extent(&walk);
	}
	free(walk.window);
	if (ret)
		return ret;
	/* The store may have moved while it grew. */
	for (size_t i = 0; i < vmcore->nr_segs; i++) {
		struct vmcore_segment *seg = &vmcore->segs[i];

		/* There is no store if all of them are empty. */
		seg->data = vmcore->store ? vmcore->store + at : NULL;
		at += seg->len;
		if (seg->claimed < seg->len)
			seg->claimed = seg->len;
	}
	return 0;
}
