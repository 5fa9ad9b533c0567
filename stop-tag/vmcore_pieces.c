// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore_pieces.c: where in a flattened file each byte of its dump is. Pieces
 * come in file order and may overlap: the last one that was written wins, as
 * it does where the file is restored.
 *
 * Pieces next to each other in the dump have a chunk's header between them in
 * the file, so they cannot be merged. Notes and headers lie at the beginning
 * of a dump: when the pieces become too many, those at its end are forgotten.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmcore_priv.h"

/*
 * QEMU writes pieces of 16 KiB: half of these are 4 GiB of a dump. 12 MiB, and
 * three times that while they are sorted.
 */
#define PIECES_LIMIT (512U * 1024)

static int by_offset(const void *a, const void *b)
{
	const struct vmcore_piece *p = a, *q = b;

	return p->offset < q->offset ? -1 : p->offset > q->offset;
}

/* A heap of indices; the piece that was written last is on top. */
struct heap {
	const struct vmcore_piece *pieces;
	uint32_t *at;
	size_t nr;
};

static bool later(const struct heap *heap, size_t a, size_t b)
{
	return heap->pieces[heap->at[a]].pos > heap->pieces[heap->at[b]].pos;
}

static void swap(struct heap *heap, size_t a, size_t b)
{
	uint32_t index = heap->at[a];

	heap->at[a] = heap->at[b];
	heap->at[b] = index;
}

static void push(struct heap *heap, uint32_t index)
{
	size_t i = heap->nr++;

	heap->at[i] = index;
	for (; i && later(heap, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(heap, i, (i - 1) / 2);
}

static void pop(struct heap *heap)
{
	size_t i = 0, child;

	heap->at[0] = heap->at[--heap->nr];
	while ((child = 2 * i + 1) < heap->nr) {
		if (child + 1 < heap->nr && later(heap, child + 1, child))
			child++;
		if (!later(heap, child, i))
			break;
		swap(heap, i, child);
		i = child;
	}
}

static uint64_t end_of(const struct vmcore_piece *piece)
{
	return piece->offset + piece->size;
}

/*
 * Walks over the n sorted pieces and writes to out, which has room for 2 * n,
 * what can be seen of them. Returns how many that are.
 */
static size_t visible(struct heap *heap, size_t n, struct vmcore_piece *out)
{
	const struct vmcore_piece *pieces = heap->pieces, *top;
	uint64_t at = 0, next;
	size_t nr = 0, i = 0;

	while (i < n || heap->nr) {
		if (!heap->nr)
			at = pieces[i].offset;
		while (i < n && pieces[i].offset == at)
			push(heap, i++);
		while (heap->nr && end_of(&pieces[heap->at[0]]) <= at)
			pop(heap);
		if (!heap->nr)
			continue;
		top = &pieces[heap->at[0]];
		next = end_of(top);
		if (i < n && pieces[i].offset < next)
			next = pieces[i].offset;
		if (nr && end_of(&out[nr - 1]) == at &&
		    out[nr - 1].pos + out[nr - 1].size ==
		    top->pos + (at - top->offset))
			out[nr - 1].size += next - at;
		else
			out[nr++] = (struct vmcore_piece){
				.offset = at, .size = next - at,
				.pos = top->pos + (at - top->offset),
			};
		at = next;
	}
	return nr;
}

int vmcore_sort_pieces(struct vmcore *vmcore, char err[VMCORE_ERR])
{
	size_t n = vmcore->nr_pieces;
	struct heap heap = { .pieces = vmcore->pieces };
	struct vmcore_piece *out;

	if (!n)
		return 0;
	out = calloc(n, 2 * sizeof(*out));
	heap.at = calloc(n, sizeof(*heap.at));
	if (!out || !heap.at) {
		free(out);
		free(heap.at);
		return vmcore_fail(err, "out of memory");
	}
	qsort(vmcore->pieces, n, sizeof(*vmcore->pieces), by_offset);
	n = visible(&heap, n, out);
	free(heap.at);
	free(vmcore->pieces);
	vmcore->pieces = out;
	vmcore->pieces_room = 2 * vmcore->nr_pieces;
	vmcore->nr_pieces = n;
	return 0;
}

/* Half of the pieces, those in front, stay; reading behind them is an error. */
static int forget_pieces(struct vmcore *vmcore, char err[VMCORE_ERR])
{
	if (vmcore_sort_pieces(vmcore, err))
		return -1;
	if (vmcore->nr_pieces > PIECES_LIMIT / 2) {
		vmcore->nr_pieces = PIECES_LIMIT / 2;
		vmcore->horizon = vmcore->pieces[PIECES_LIMIT / 2].offset;
	}
	return 0;
}

int vmcore_add_piece(struct vmcore *vmcore, struct vmcore_piece piece,
		     char err[VMCORE_ERR])
{
	if (!piece.size || piece.offset >= vmcore->horizon)
		return 0;
	if (piece.size > vmcore->horizon - piece.offset)
		piece.size = vmcore->horizon - piece.offset;
	if (vmcore->nr_pieces >= PIECES_LIMIT) {
		if (forget_pieces(vmcore, err))
			return -1;
		return vmcore_add_piece(vmcore, piece, err);
	}
	if (vmcore->nr_pieces == vmcore->pieces_room) {
		size_t room = (vmcore->pieces_room + 32) * 2;
		struct vmcore_piece *pieces;

		pieces = reallocarray(vmcore->pieces, room, sizeof(*pieces));
		if (!pieces)
			return vmcore_fail(err, "out of memory");
		vmcore->pieces = pieces;
		vmcore->pieces_room = room;
	}
	vmcore->pieces[vmcore->nr_pieces++] = piece;
	return 0;
}

/* The first piece that ends behind offset; nr_pieces if there is none. */
static size_t find_piece(const struct vmcore *vmcore, uint64_t offset)
{
	size_t low = 0, high = vmcore->nr_pieces;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (end_of(&vmcore->pieces[middle]) <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

ssize_t vmcore_pread_pieces(const struct vmcore *vmcore, uint8_t *buf,
			    size_t len, uint64_t offset)
{
	size_t i = find_piece(vmcore, offset), done = 0;

	while (done < len) {
		const struct vmcore_piece *piece = &vmcore->pieces[i];
		uint64_t at = offset + done, n = len - done;
		ssize_t got;

		if (i >= vmcore->nr_pieces || piece->offset > at) {
			/* Nobody wrote this: a hole, when it is restored. */
			if (i < vmcore->nr_pieces && n > piece->offset - at)
				n = piece->offset - at;
			memset(buf + done, 0, n);
			done += n;
			continue;
		}
		if (n > end_of(piece) - at)
			n = end_of(piece) - at;
		got = vmcore_pread_file(vmcore, buf + done, n,
					piece->pos + (at - piece->offset));
		if (got < 0)
			return got;
		done += got;
		if ((uint64_t)got < n)	/* the file shrank */
			break;
		i++;
	}
	return done;
}

uint64_t vmcore_data_in_pieces(const struct vmcore *vmcore, uint64_t offset)
{
	for (size_t i = find_piece(vmcore, offset); i < vmcore->nr_pieces; i++) {
		const struct vmcore_piece *piece = &vmcore->pieces[i];
		uint64_t data;

		if (offset < piece->offset)
			offset = piece->offset;
		/* The flattened file may be sparse, too. */
		data = vmcore_data_in_file(vmcore,
			piece->pos + (offset - piece->offset));
		if (data - piece->pos < piece->size)
			return piece->offset + (data - piece->pos);
		offset = end_of(piece);
	}
	return vmcore->horizon;
}
