// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore_flat.c: flattened dumps (makedumpfile -F): a dump in the order in
 * which it was written, for pipes: a header of 4096 bytes, then chunks, each
 * an offset in the dump, a size, and that many bytes. The dump's own headers
 * may be written again at the end, so every chunk has to be looked at.
 *
 * Of a file only the chunks' headers are read here. Of a pipe, which cannot be
 * read again, the beginning of the dump is kept in memory; one that is not
 * flattened is read no further than its headers say.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "bytes.h"
#include "vmcore_priv.h"

/* struct makedumpfile_header, big-endian */
#define HEADER_TYPE	16
#define HEADER_VERSION	24
#define HEADER_LEN	4096

/* struct makedumpfile_data_header, big-endian; both are -1 at the end */
#define CHUNK_OFFSET	0
#define CHUNK_SIZE	8
#define CHUNK_LEN	16

/*
 * What is kept of a pipe: the largest table of program headers (56 MiB) and
 * behind it the most notes (128 MiB) that are accepted.
 */
#define IMAGE_SIZE (192ULL * 1024 * 1024)

/* A pipe that is read from its beginning. */
struct pipe {
	int fd;
	uint8_t *buf;		/* PIPE_BUF_SIZE */
	size_t at, len;		/* what is left in buf */
};

#define PIPE_BUF_SIZE (256 * 1024)

/* Both kinds of source, as far as the chunks' headers are concerned. */
struct source {
	struct vmcore *vmcore;
	struct pipe *pipe;	/* NULL: a file */
	char *err;
	uint64_t pos;		/* in the flattened file */

	uint8_t window[4096];	/* of the file: small chunks come many at once */
	uint64_t window_pos;
	size_t window_len;
};

/* Waits for more bytes. Returns how many there are, 0 at the end, or -1. */
static ssize_t fill(struct pipe *pipe, char err[VMCORE_ERR])
{
	while (pipe->at == pipe->len) {
		ssize_t n = read(pipe->fd, pipe->buf, PIPE_BUF_SIZE);

		if (n > 0) {
			pipe->at = 0;
			pipe->len = n;
		} else if (!n) {
			return 0;
		} else if (errno == EAGAIN) {
			struct pollfd fd = { .fd = pipe->fd, .events = POLLIN };

			poll(&fd, 1, -1);
		} else if (errno != EINTR) {
			return vmcore_fail(err, "%s", strerror(errno));
		}
	}
	return pipe->len - pipe->at;
}

/*
 * Takes size bytes off the pipe; those that belong into the first room bytes
 * of to go there. Puts into *taken how many there were before the end.
 */
static int take(struct pipe *pipe, uint8_t *to, uint64_t room, uint64_t size,
		uint64_t *taken, char err[VMCORE_ERR])
{
	for (*taken = 0; *taken < size; ) {
		ssize_t n = fill(pipe, err);

		if (n <= 0)
			return n;
		if ((uint64_t)n > size - *taken)
			n = size - *taken;
		if (*taken < room)
			memcpy(to + *taken, pipe->buf + pipe->at,
			       (uint64_t)n < room - *taken ? (uint64_t)n :
			       room - *taken);
		pipe->at += n;
		*taken += n;
	}
	return 0;
}

/* The next header. Puts how many bytes of it there are into *len. */
static int next_header(struct source *source, uint8_t header[CHUNK_LEN],
		       uint64_t *len)
{
	struct vmcore *vmcore = source->vmcore;
	uint64_t in;
	ssize_t n;

	if (source->pipe)
		return take(source->pipe, header, CHUNK_LEN, CHUNK_LEN, len,
			    source->err);
	in = source->pos - source->window_pos;
	if (in > source->window_len || source->window_len - in < CHUNK_LEN) {
		n = vmcore_pread_file(vmcore, source->window,
				      sizeof(source->window), source->pos);
		if (n < 0)
			return vmcore_fail(source->err, "%s", strerror(-n));
		source->window_pos = source->pos;
		source->window_len = n;
		in = 0;
	}
	*len = source->window_len - in;
	if (*len > CHUNK_LEN)
		*len = CHUNK_LEN;
	memcpy(header, source->window + in, *len);
	return 0;
}

/*
 * A chunk's bytes: remembers where they are, or copies them. Puts how many
 * there are into *len.
 */
static int take_chunk(struct source *source, uint64_t offset, uint64_t size,
		      uint64_t *len)
{
	struct vmcore *vmcore = source->vmcore;
	struct vmcore_piece piece = { .offset = offset, .pos = source->pos };
	uint64_t left, room = 0;

	if (source->pipe) {
		if (offset < IMAGE_SIZE)
			room = IMAGE_SIZE - offset;
		return take(source->pipe, room ? vmcore->image + offset : NULL,
			    room, size, len, source->err);
	}
	left = vmcore->file_size > source->pos ?
	       vmcore->file_size - source->pos : 0;
	*len = piece.size = size < left ? size : left;
	return vmcore_add_piece(vmcore, piece, source->err);
}

/* From the first chunk to the end marker, or to where the file is cut off. */
static int walk_chunks(struct source *source)
{
	struct vmcore *vmcore = source->vmcore;
	uint8_t header[CHUNK_LEN];
	uint64_t offset, size, len;

	for (;;) {
		if (next_header(source, header, &len))
			return -1;
		if (len < CHUNK_LEN)
			break;
		offset = stop_get64(header + CHUNK_OFFSET, true);
		size = stop_get64(header + CHUNK_SIZE, true);
		if (offset == UINT64_MAX && size == UINT64_MAX)
			return 0;
		/*
		 * makedumpfile -R takes no empty ones, either: a hole in the
		 * file would be billions of them.
		 */
		if (!size || offset > INT64_MAX || size > INT64_MAX - offset)
			return vmcore_fail(source->err,
				"is a broken flattened dump: at %llu a chunk for offset %#llx claims %#llx bytes",
				(unsigned long long)source->pos,
				(unsigned long long)offset,
				(unsigned long long)size);
		source->pos += CHUNK_LEN;
		if (take_chunk(source, offset, size, &len))
			return -1;
		source->pos += len;
		/* What is not there makes nothing larger. */
		if (len && offset + len > vmcore->size)
			vmcore->size = offset + len;
		if (len < size)
			break;
	}
	vmcore->cut_off = true;
	vmcore->cut_off_at = source->pos;
	return 0;
}

/* Everything of the header that can be wrong, and the chunks behind it. */
static int open_flat(struct source *source, const uint8_t *head, size_t len)
{
	struct vmcore *vmcore = source->vmcore;
	uint64_t type = stop_get64(head + HEADER_TYPE, true);
	uint64_t version = stop_get64(head + HEADER_VERSION, true);

	if (len < HEADER_LEN)
		return vmcore_fail(source->err, "is a truncated flattened dump");
	if (type != 1 || version != 1)
		return vmcore_fail(source->err,
			"is a flattened dump of type %llu, version %llu, which is not known",
			(unsigned long long)type, (unsigned long long)version);
	vmcore->flattened = true;
	vmcore->size = 0;
	source->pos = HEADER_LEN;
	if (walk_chunks(source))
		return -1;
	if (!vmcore->size)
		return vmcore_fail(source->err, "is a flattened dump of %s",
				   vmcore->cut_off ? "which nothing is there" :
				   "nothing");
	return 0;
}

int vmcore_flat_open(struct vmcore *vmcore, const uint8_t *head,
		     char err[VMCORE_ERR])
{
	struct source *source;
	int ret;

	if (vmcore->flattened)
		return vmcore_fail(err,
			"is a flattened dump inside a flattened dump");
	source = calloc(1, sizeof(*source));
	if (!source)
		return vmcore_fail(err, "out of memory");
	source->vmcore = vmcore;
	source->err = err;
	ret = open_flat(source, head, vmcore->file_size < HEADER_LEN ?
			vmcore->file_size : HEADER_LEN);
	free(source);
	if (ret || vmcore_sort_pieces(vmcore, err))
		return -1;
	return vmcore_recognise(vmcore, err);
}

/* How far the headers go, or the notes when these are there. */
static uint64_t needed(struct vmcore *vmcore)
{
	uint64_t end = 0, total = 0;
	char err[VMCORE_ERR];

	vmcore->beyond = false;
	vmcore->wanted = 0;
	vmcore->nr_notes = 0;
	vmcore->vmcoreinfo.size = 0;
	if (vmcore_recognise(vmcore, err))
		return vmcore->beyond ? vmcore->wanted : 0;
	end = vmcore->vmcoreinfo.offset + vmcore->vmcoreinfo.size;
	if (end < vmcore->vmcoreinfo.offset)
		return UINT64_MAX;
	for (size_t i = 0; i < vmcore->nr_notes; i++) {
		const struct vmcore_extent *notes = &vmcore->notes[i];

		total += notes->size;
		if (notes->size > IMAGE_SIZE || notes->offset > IMAGE_SIZE ||
		    total > IMAGE_SIZE)
			return UINT64_MAX;
		if (notes->offset + notes->size > end)
			end = notes->offset + notes->size;
	}
	/* Segments that overlap are judged by the size of the whole dump. */
	return total > end ? UINT64_MAX : end;
}

/*
 * A dump that is not flattened, of which have bytes are there: reads until what
 * is needed is. Of one that needs more than can be kept, all is read, as its size
 * tells what is wrong with it.
 */
static int read_needed(struct source *source, uint64_t have)
{
	struct vmcore *vmcore = source->vmcore;
	uint64_t need, more, want;

	for (;;) {
		vmcore->size = INT64_MAX;
		vmcore->horizon = have;
		need = needed(vmcore);
		if (need <= have)
			break;
		want = need > IMAGE_SIZE ? INT64_MAX - have : need - have;
		/* Headers tell of more headers, and are gone through anew. */
		if (have > (1 << 20) && want < have / 2)
			want = have / 2;
		if (take(source->pipe, vmcore->image + have, IMAGE_SIZE - have,
			 want, &more, source->err))
			return -1;
		have += more;
		if (more < want) {
			vmcore->size = have;
			break;
		}
	}
	vmcore->horizon = IMAGE_SIZE;
	vmcore->beyond = false;
	vmcore->nr_notes = 0;
	vmcore->vmcoreinfo.size = 0;
	return 0;
}

static int read_pipe(struct source *source)
{
	struct vmcore *vmcore = source->vmcore;
	uint8_t head[VMCORE_HEAD] = { 0 };
	uint64_t len;

	if (take(source->pipe, head, sizeof(head), sizeof(head), &len,
		 source->err))
		return -1;
	if (!len)
		return vmcore_fail(source->err, "is empty");
	if (vmcore_is_flat(head))
		return open_flat(source, head, len);
	/* Do not wait for the end of what cannot be a dump. */
	if (vmcore_is_refused(head, source->err))
		return -1;
	memcpy(vmcore->image, head, len);
	return read_needed(source, len);
}

int vmcore_read_pipe(struct vmcore *vmcore, char err[VMCORE_ERR])
{
	struct source *source = calloc(1, sizeof(*source));
	struct pipe pipe = {
		.fd = vmcore->fd, .buf = malloc(PIPE_BUF_SIZE),
	};
	int ret = -1;

	/* Pages that are not written to take no memory. */
	vmcore->image = mmap(NULL, IMAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (vmcore->image == MAP_FAILED)
		vmcore->image = NULL;
	if (!source || !pipe.buf || !vmcore->image) {
		vmcore_fail(err, "out of memory");
	} else {
		vmcore->horizon = IMAGE_SIZE;
		source->vmcore = vmcore;
		source->pipe = &pipe;
		source->err = err;
		ret = read_pipe(source);
	}
	free(pipe.buf);
	free(source);
	return ret;
}

void vmcore_flat_close(struct vmcore *vmcore)
{
	if (vmcore->image)
		munmap(vmcore->image, IMAGE_SIZE);
	free(vmcore->pieces);
}

void vmcore_explain_beyond(const struct vmcore *vmcore, char err[VMCORE_ERR])
{
	if (vmcore->image)
		vmcore_fail(err,
			"has headers or notes behind the first %llu MiB of the dump, which is all that is kept of a pipe: save it to a file first",
			IMAGE_SIZE >> 20);
	else
		vmcore_fail(err,
			"is a flattened dump of too many small chunks: its headers or notes cannot be found (restore it with \"makedumpfile -R\")");
}
