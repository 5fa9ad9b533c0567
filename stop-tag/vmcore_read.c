// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore_read.c: the bytes of a dump, wherever they are: in a file as they
 * are, in the chunks of a flattened file, or in memory, for a pipe.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "vmcore_priv.h"

ssize_t vmcore_pread_file(const struct vmcore *vmcore, void *buf, size_t len,
			  uint64_t pos)
{
	size_t done = 0;

	if (pos >= vmcore->file_size)
		return 0;
	if (len > vmcore->file_size - pos)
		len = vmcore->file_size - pos;
	while (done < len) {
		ssize_t n = pread(vmcore->fd, (char *)buf + done, len - done,
				  pos + done);

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

uint64_t vmcore_data_in_file(const struct vmcore *vmcore, uint64_t pos)
{
	off_t data = lseek(vmcore->fd, pos, SEEK_DATA);

	if (data < 0)
		/* ENXIO: nothing but holes from here on */
		return errno == ENXIO ? UINT64_MAX : pos;
	return data;
}

ssize_t vmcore_pread(struct vmcore *vmcore, void *buf, size_t len,
		     uint64_t offset)
{
	if (offset >= vmcore->size)
		return 0;
	if (len > vmcore->size - offset)
		len = vmcore->size - offset;
	if (offset >= vmcore->horizon || len > vmcore->horizon - offset) {
		vmcore->beyond = true;
		if (offset + len > vmcore->wanted)
			vmcore->wanted = offset + len;
		return -EOVERFLOW;
	}
	if (vmcore->image) {
		memcpy(buf, vmcore->image + offset, len);
		return len;
	}
	if (vmcore->flattened)
		return vmcore_pread_pieces(vmcore, buf, len, offset);
	return vmcore_pread_file(vmcore, buf, len, offset);
}

uint64_t vmcore_next_data(const struct vmcore *vmcore, uint64_t offset)
{
	if (vmcore->image)
		return offset;
	if (vmcore->flattened)
		return vmcore_data_in_pieces(vmcore, offset);
	return vmcore_data_in_file(vmcore, offset);
}
