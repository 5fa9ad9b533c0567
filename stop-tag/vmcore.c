// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore.c: opens a dump and finds its container in a table.
 *
 * Headers are read with pread() and the structures of <elf.h>, not through
 * libelf: a dump is untrusted and may be terabytes, and this way every size is
 * checked here before it is used, the file may shrink while it is read (an
 * mmap() of it would end in SIGBUS), and makedumpfile gains no dependency.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "vmcore_priv.h"

/* VMCOREINFO is at most a page (vmcoreinfo_data, 64 KiB pages at most). */
#define VMCOREINFO_MAX (64 * 1024)

#define MAGIC(bytes) .magic = bytes, .magic_len = sizeof(bytes) - 1

static const struct vmcore_format formats[] = {
	{ MAGIC("\177ELF"), .open = vmcore_elf_open },
	{ MAGIC("KDUMP   "), .open = vmcore_kdump_open },
	{ .magic = NULL },
};

int vmcore_fail(char err[VMCORE_ERR], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err, VMCORE_ERR, fmt, args);
	va_end(args);
	return -1;
}

ssize_t vmcore_pread(const struct vmcore *vmcore, void *buf, size_t len,
		     uint64_t offset)
{
	size_t done = 0;

	if (offset >= vmcore->size)
		return 0;
	if (len > vmcore->size - offset)
		len = vmcore->size - offset;
	while (done < len) {
		ssize_t n = pread(vmcore->fd, (char *)buf + done, len - done,
				  offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += n;
	}
	return done;
}

int vmcore_add_notes(struct vmcore *vmcore, uint64_t offset, uint64_t size,
		     char err[VMCORE_ERR])
{
	struct vmcore_extent *notes = vmcore->notes;
	size_t nr = vmcore->nr_notes;

	if (!(nr & (nr - 1))) {
		notes = reallocarray(notes, nr ? nr * 2 : 1, sizeof(*notes));
		if (!notes)
			return vmcore_fail(err, "out of memory");
		vmcore->notes = notes;
	}
	notes[nr] = (struct vmcore_extent){ offset, size };
	vmcore->nr_notes++;
	return 0;
}

static const struct vmcore_format *find(const struct vmcore_format *format,
					const uint8_t *head)
{
	for (; format->magic; format++)
		if (!memcmp(head + format->magic_offset, format->magic,
			    format->magic_len))
			return format;
	return NULL;
}

static int check_type(const struct stat *st, char err[VMCORE_ERR])
{
	if (S_ISDIR(st->st_mode))
		return vmcore_fail(err, "is a directory, not a dump");
	if (!S_ISREG(st->st_mode))
		return vmcore_fail(err, "is not a regular file");
	return 0;
}

static int take_file(struct vmcore *vmcore, char err[VMCORE_ERR])
{
	struct stat st;

	if (fstat(vmcore->fd, &st))
		return vmcore_fail(err, "%s", strerror(errno));
	if (check_type(&st, err))
		return -1;
	if (st.st_size <= 0)
		return vmcore_fail(err, "is empty");
	vmcore->size = st.st_size;
	return 0;
}

/*
 * Takes nothing but files, and asks before it opens: a FIFO would block, and
 * there are devices that do something when opened.
 */
static int open_file(struct vmcore *vmcore, const char *path,
		     char err[VMCORE_ERR])
{
	struct stat st;

	vmcore->fd = -1;
	if (stat(path, &st))
		return vmcore_fail(err, "%s", strerror(errno));
	if (check_type(&st, err))
		return -1;
	vmcore->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (vmcore->fd < 0)
		return vmcore_fail(err, "%s", strerror(errno));
	return take_file(vmcore, err);	/* may be another than before */
}

static int recognise(struct vmcore *vmcore, char err[VMCORE_ERR])
{
	uint8_t head[VMCORE_HEAD] = { 0 };
	const struct vmcore_format *format;
	ssize_t len;

	len = vmcore_pread(vmcore, head, sizeof(head), 0);
	if (len < 0)
		return vmcore_fail(err, "%s", strerror(-len));
	format = find(formats, head);
	if (format)
		return format->open(vmcore, head, err);
	format = find(vmcore_refused, head);
	if (format)
		return vmcore_fail(err, "%s", format->refused);
	return vmcore_fail(err, "is not a dump of a known kind");
}

struct vmcore *vmcore_open(const char *path, char err[VMCORE_ERR])
{
	struct vmcore *vmcore = calloc(1, sizeof(*vmcore));

	if (!vmcore) {
		vmcore_fail(err, "out of memory");
		return NULL;
	}
	if (open_file(vmcore, path, err) || recognise(vmcore, err)) {
		vmcore_close(vmcore);
		return NULL;
	}
	return vmcore;
}

struct vmcore *vmcore_fdopen(int fd, char err[VMCORE_ERR])
{
	struct vmcore *vmcore = calloc(1, sizeof(*vmcore));

	if (!vmcore) {
		vmcore_fail(err, "out of memory");
		return NULL;
	}
	vmcore->fd = fd;
	vmcore->borrowed = true;
	vmcore->position = lseek(fd, 0, SEEK_CUR);
	if (take_file(vmcore, err) || recognise(vmcore, err)) {
		vmcore_close(vmcore);
		return NULL;
	}
	return vmcore;
}

void vmcore_close(struct vmcore *vmcore)
{
	if (!vmcore)
		return;
	if (vmcore->borrowed) {
		if (vmcore->position >= 0)
			lseek(vmcore->fd, vmcore->position, SEEK_SET);
	} else if (vmcore->fd >= 0) {
		close(vmcore->fd);
	}
	free(vmcore->notes);
	free(vmcore->store);
	free(vmcore->segs);
	free(vmcore->vmcoreinfo_text);
	free(vmcore);
}

const char *vmcore_container(const struct vmcore *vmcore)
{
	return vmcore->container;
}

bool vmcore_big_endian(const struct vmcore *vmcore)
{
	return vmcore->big_endian;
}

bool vmcore_live(const struct vmcore *vmcore)
{
	return vmcore->live;
}

int vmcore_segments(struct vmcore *vmcore, const struct vmcore_segment **segs,
		    size_t *nr, char err[VMCORE_ERR])
{
	*segs = NULL;
	*nr = 0;
	if (!vmcore->loaded) {
		int ret = vmcore_load_notes(vmcore, err);

		if (ret)
			return ret;
		vmcore->loaded = true;
	}
	*segs = vmcore->segs;
	*nr = vmcore->nr_segs;
	return 0;
}

int vmcore_vmcoreinfo(struct vmcore *vmcore, const char **text, size_t *len,
		      char err[VMCORE_ERR])
{
	uint64_t size = vmcore->vmcoreinfo.size;
	ssize_t n;

	*text = NULL;
	*len = 0;
	if (!size)
		return 0;
	if (size > VMCOREINFO_MAX)
		size = VMCOREINFO_MAX;
	free(vmcore->vmcoreinfo_text);
	vmcore->vmcoreinfo_text = malloc(size);
	if (!vmcore->vmcoreinfo_text) {
		vmcore_fail(err, "out of memory");
		return -ENOMEM;
	}
	n = vmcore_pread(vmcore, vmcore->vmcoreinfo_text, size,
			 vmcore->vmcoreinfo.offset);
	if (n < 0) {
		vmcore_fail(err, "cannot read VMCOREINFO: %s", strerror(-n));
		return n;
	}
	*text = vmcore->vmcoreinfo_text;
	*len = n;
	return 0;
}
