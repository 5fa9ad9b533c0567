// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unpack.c: the decompressors of Debian's libraries behind one interface: some
 * bytes in, some bytes out, until the file ends. Several streams one behind
 * the other are one file, as they are for the programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "sandbox.h"
#include "unpack.h"

/* What xz -9 and zstd --ultra -22 need is less. */
#define MEMORY_MAX (256U << 20)
#define WINDOW_LOG_MAX 27

struct stream {
	const unsigned char *in;
	size_t in_len;
	unsigned char *out;
	size_t out_room;
	bool last;		/* there is no more input */
	void *state;
};

enum progress {
	MORE,			/* go on */
	STREAM_END,		/* another may follow */
	BROKEN,
	TOO_LARGE,		/* more memory than there shall be */
};

static void took(struct stream *s, size_t in_left, size_t out_left)
{
	s->in += s->in_len - in_left;
	s->in_len = in_left;
	s->out += s->out_room - out_left;
	s->out_room = out_left;
}

static enum progress gzip_step(struct stream *s)
{
	z_stream *z = s->state;
	int ret;

	if (!z) {
		z = s->state = calloc(1, sizeof(*z));
		if (!z || inflateInit2(z, 15 + 16) != Z_OK)
			return TOO_LARGE;
	}
	z->next_in = (unsigned char *)s->in;
	z->avail_in = s->in_len;
	z->next_out = s->out;
	z->avail_out = s->out_room;
	ret = inflate(z, Z_NO_FLUSH);
	took(s, z->avail_in, z->avail_out);
	if (ret == Z_STREAM_END) {
		inflateReset(z);
		return STREAM_END;
	}
	return ret == Z_OK || ret == Z_BUF_ERROR ? MORE : BROKEN;
}

static enum progress xz_step(struct stream *s)
{
	static const lzma_stream init = LZMA_STREAM_INIT;
	lzma_stream *x = s->state;
	lzma_ret ret;

	if (!x) {
		x = s->state = malloc(sizeof(*x));
		if (!x)
			return TOO_LARGE;
		*x = init;
		if (lzma_stream_decoder(x, MEMORY_MAX, 0) != LZMA_OK)
			return TOO_LARGE;
	}
	x->next_in = s->in;
	x->avail_in = s->in_len;
	x->next_out = s->out;
	x->avail_out = s->out_room;
	ret = lzma_code(x, s->last ? LZMA_FINISH : LZMA_RUN);
	took(s, x->avail_in, x->avail_out);
	if (ret == LZMA_STREAM_END)
		return lzma_stream_decoder(x, MEMORY_MAX, 0) == LZMA_OK ?
		       STREAM_END : TOO_LARGE;
	if (ret == LZMA_MEMLIMIT_ERROR || ret == LZMA_MEM_ERROR)
		return TOO_LARGE;
	return ret == LZMA_OK || ret == LZMA_BUF_ERROR ? MORE : BROKEN;
}

static enum progress zstd_step(struct stream *s)
{
	ZSTD_inBuffer in = { s->in, s->in_len, 0 };
	ZSTD_outBuffer out = { s->out, s->out_room, 0 };
	size_t ret;

	if (!s->state) {
		s->state = ZSTD_createDStream();
		if (!s->state)
			return TOO_LARGE;
		ZSTD_DCtx_setParameter(s->state, ZSTD_d_windowLogMax,
				       WINDOW_LOG_MAX);
	}
	ret = ZSTD_decompressStream(s->state, &out, &in);
	took(s, in.size - in.pos, out.size - out.pos);
	if (ZSTD_isError(ret))
		return strstr(ZSTD_getErrorName(ret), "memory") ? TOO_LARGE :
		       BROKEN;
	return ret ? MORE : STREAM_END;
}

static enum progress bzip2_step(struct stream *s)
{
	bz_stream *b = s->state;
	int ret;

	if (!b) {
		b = s->state = calloc(1, sizeof(*b));
		if (!b || BZ2_bzDecompressInit(b, 0, 0) != BZ_OK)
			return TOO_LARGE;
	}
	b->next_in = (char *)s->in;
	b->avail_in = s->in_len;
	b->next_out = (char *)s->out;
	b->avail_out = s->out_room;
	ret = BZ2_bzDecompress(b);
	took(s, b->avail_in, b->avail_out);
	if (ret == BZ_STREAM_END) {
		BZ2_bzDecompressEnd(b);
		free(b);
		s->state = NULL;
		return STREAM_END;
	}
	return ret == BZ_OK ? MORE : BROKEN;
}

static enum progress lz4_step(struct stream *s)
{
	LZ4F_dctx *l = s->state;
	size_t in = s->in_len, out = s->out_room, ret;

	if (!l) {
		if (LZ4F_isError(LZ4F_createDecompressionContext(&l,
				LZ4F_VERSION)))
			return TOO_LARGE;
		s->state = l;
	}
	ret = LZ4F_decompress(l, s->out, &out, s->in, &in, NULL);
	took(s, s->in_len - in, s->out_room - out);
	if (LZ4F_isError(ret))
		return BROKEN;
	return ret ? MORE : STREAM_END;
}

static const struct kind {
	const char *name;
	const char *magic;
	size_t len;
	enum progress (*step)(struct stream *stream);
	bool padded;		/* zeros may follow a stream, as of a tape */
	bool skips;		/* frames without data may precede one */
} kinds[] = {
	{ "gzip", "\x1f\x8b", 2, gzip_step, true, false },
	{ "xz", "\xfd" "7zXZ", 6, xz_step, true, false },
	{ "zstd", "\x28\xb5\x2f\xfd", 4, zstd_step, false, true },
	{ "bzip2", "BZh", 3, bzip2_step, true, false },
	{ "lz4", "\x04\x22\x4d\x18", 4, lz4_step, false, true },
};

static const struct kind *kind_by(const void *head)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!memcmp(head, kinds[i].magic, kinds[i].len))
			return &kinds[i];
	return NULL;
}

static bool is_skippable(const unsigned char *head)
{
	return head[0] >> 4 == 5 && !memcmp(head + 1, "\x2a\x4d\x18", 3);
}

bool unpack_is_packed_head(const unsigned char *head)
{
	return kind_by(head) || is_skippable(head);
}

/*
 * Where the first frame with data is: pzstd puts one to be skipped, of 4 bytes,
 * in front of each, and both zstd and lz4 may have them of any length. Their
 * programs do not look for other kinds behind, nor does this.
 */
static off_t skip_frames(int fd)
{
	unsigned char head[8];
	off_t at = 0;

	for (int i = 0; i < 16 && pread(fd, head, sizeof(head), at) ==
	     sizeof(head) && is_skippable(head); i++)
		at += sizeof(head) + ((uint32_t)head[7] << 24 | head[6] << 16 |
				      head[5] << 8 | head[4]);
	return at;
}

static const struct kind *kind_of(int fd)
{
	char head[6] = { 0 };
	off_t at = skip_frames(fd);
	const struct kind *kind;

	if (pread(fd, head, sizeof(head), at) < 2)
		return NULL;
	kind = kind_by(head);
	return kind && (!at || kind->skips) ? kind : NULL;
}

const char *unpack_kind(int fd)
{
	const struct kind *kind = kind_of(fd);

	return kind ? kind->name : NULL;
}

static bool write_all(int fd, const unsigned char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= n;
	}
	return true;
}

/* Returns what is wrong with the file, or NULL. */
static const char *unpack_all(const struct kind *kind, int fd, int out)
{
	static unsigned char in[1 << 16], plain[1 << 16];
	struct stream s = { .in = in };
	bool between = true;	/* no stream is under way */
	enum progress progress;
	ssize_t n;

	for (;;) {
		if (!s.in_len && !s.last) {
			n = read(fd, in, sizeof(in));
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				return strerror(errno);
			s.in = in;
			s.in_len = n;
			s.last = !n;
		}
		if (between && kind->padded) {
			while (s.in_len && !*s.in) {
				s.in++;
				s.in_len--;
			}
			if (!s.in_len && !s.last)
				continue;
		}
		if (between && !s.in_len)
			return NULL;
		s.out = plain;
		s.out_room = sizeof(plain);
		progress = kind->step(&s);
		if (!write_all(out, plain, sizeof(plain) - s.out_room))
			return NULL;	/* nobody wants more */
		if (progress == BROKEN)
			return "its compressed data is broken";
		if (progress == TOO_LARGE)
			return "its decompression needs too much memory";
		between = progress == STREAM_END;
		if (!between && s.last && s.out_room == sizeof(plain))
			return "its compressed data is truncated";
	}
}

/* Never returns. Says "ok" or what is wrong through standard error. */
static void child(const struct kind *kind, int fd, int out, int error)
{
	const char *said;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	if (dup2(error, STDERR_FILENO) < 0)
		_exit(1);
	/* Whoever reads the other ends shall see when this one is gone. */
	for (int i = STDERR_FILENO + 1; i < 1024; i++)
		if (i != fd && i != out)
			close(i);
	sandbox_enter(out);
	said = unpack_all(kind, fd, out);
	if (!said)
		said = "ok";
	write_all(STDERR_FILENO, (const unsigned char *)said, strlen(said));
	_exit(0);
}

int unpack_start(struct unpack *unpack, int fd, char err[160])
{
	const struct kind *kind = kind_of(fd);
	int out[2], error[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) || pipe2(error, O_CLOEXEC) ||
	    (pid = fork()) < 0) {
		snprintf(err, 160, "%s", strerror(errno));
		return -1;
	}
	if (!pid)
		child(kind, fd, out[1], error[1]);
	close(out[1]);
	close(error[1]);
	unpack->out = out[0];
	unpack->error = error[0];
	return 0;
}

int unpack_end(struct unpack *unpack, char err[160])
{
	size_t len = 0;
	ssize_t n;

	close(unpack->out);
	while (len < 159 && (n = read(unpack->error, err + len, 159 - len)) > 0)
		len += n;
	close(unpack->error);
	err[len] = 0;
	if (!strcmp(err, "ok"))
		return 0;
	if (!len)
		snprintf(err, 160, "its decompressor crashed");
	return -1;
}
