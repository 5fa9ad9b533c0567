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
	{ MAGIC("makedumpfile\0\0\0\0"), .open = vmcore_flat_open },
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

bool vmcore_is_flat(const uint8_t *head)
{
	const struct vmcore_format *format = find(formats, head);

	return format && format->open == vmcore_flat_open;
}

bool vmcore_is_refused(const uint8_t *head, char err[VMCORE_ERR])
{
	const struct vmcore_format *format = find(vmcore_refused, head);

	if (find(formats, head))
		return false;
	vmcore_fail(err, "%s", format ? format->refused :
		    "is not a dump of a known kind");
	return true;
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
	vmcore->file_size = vmcore->size = st.st_size;
	return 0;
}

/* It is asked before it is opened: there are devices that do something then. */
int vmcore_open_file(const char *path, char err[VMCORE_ERR])
{
	struct stat st;
	int fd;

	if (stat(path, &st))
		return vmcore_fail(err, "%s", strerror(errno));
	if (check_type(&st, err))
		return -1;
	/* May be another than before, and a FIFO would block. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return vmcore_fail(err, "%s", strerror(errno));
	return fd;
}

int vmcore_recognise(struct vmcore *vmcore, char err[VMCORE_ERR])
{
	uint8_t head[VMCORE_HEAD] = { 0 };
	ssize_t len;

	len = vmcore_pread(vmcore, head, sizeof(head), 0);
	if (len < 0)
		return vmcore_fail(err, "%s", strerror(-len));
	if (vmcore_is_refused(head, err))
		return vmcore->cut_off ?
		       vmcore_fail(err, "is a truncated flattened dump") : -1;
	return find(formats, head)->open(vmcore, head, err);
}

static struct vmcore *new_vmcore(int fd, char err[VMCORE_ERR])
{
	struct vmcore *vmcore = calloc(1, sizeof(*vmcore));

	if (!vmcore) {
		vmcore_fail(err, "out of memory");
		return NULL;
	}
	vmcore->fd = fd;
	vmcore->borrowed = fd >= 0;
	vmcore->position = vmcore->borrowed ? lseek(fd, 0, SEEK_CUR) : -1;
	vmcore->horizon = UINT64_MAX;
	return vmcore;
}

/* Nobody could say what the bytes mean that a container did not get. */
static int why(struct vmcore *vmcore, int ret, char err[VMCORE_ERR])
{
	if (ret && vmcore->beyond)
		vmcore_explain_beyond(vmcore, err);
	return ret;
}

/* What is open, or NULL if what came before failed or this does. */
static struct vmcore *finish_open(struct vmcore *vmcore, int ret,
				  char err[VMCORE_ERR])
{
	char container[sizeof(vmcore->container)];

	if (!ret)
		ret = why(vmcore, vmcore_recognise(vmcore, err), err);
	if (ret) {
		vmcore_close(vmcore);
		return NULL;
	}
	if (vmcore->flattened) {
		memcpy(container, vmcore->container, sizeof(container));
		snprintf(vmcore->container, sizeof(container), "flattened %.37s",
			 container);
	}
	return vmcore;
}

struct vmcore *vmcore_open(const char *path, char err[VMCORE_ERR])
{
	struct vmcore *vmcore = new_vmcore(-1, err);

	if (!vmcore)
		return NULL;
	vmcore->fd = vmcore_open_file(path, err);
	return finish_open(vmcore, vmcore->fd < 0 ? -1 :
			   take_file(vmcore, err), err);
}

struct vmcore *vmcore_fdopen(int fd, char err[VMCORE_ERR])
{
	struct vmcore *vmcore = new_vmcore(fd, err);

	return vmcore ? finish_open(vmcore, take_file(vmcore, err), err) : NULL;
}

struct vmcore *vmcore_stream(int fd, char err[VMCORE_ERR])
{
	struct vmcore *vmcore = new_vmcore(fd, err);
	struct stat st;
	int ret;

	if (!vmcore)
		return NULL;
	if (fstat(fd, &st))
		ret = vmcore_fail(err, "%s", strerror(errno));
	else if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		ret = take_file(vmcore, err);
	else
		ret = vmcore_read_pipe(vmcore, err);
	return finish_open(vmcore, ret, err);
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
	vmcore_flat_close(vmcore);
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

bool vmcore_cut_off(const struct vmcore *vmcore, uint64_t *at)
{
	*at = vmcore->cut_off_at;
	return vmcore->cut_off;
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
		int ret = why(vmcore, vmcore_load_notes(vmcore, err), err);

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
		return why(vmcore, n, err);
	}
	*text = vmcore->vmcoreinfo_text;
	*len = n;
	return 0;
}
