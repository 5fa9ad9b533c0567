// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind.c: the first bytes of files.
 */
#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "kind.h"

static const struct {
	const char *magic;
	size_t len;
} dumps[] = {
#define MAGIC(bytes) { bytes, sizeof(bytes) - 1 }
	MAGIC("KDUMP   "),
	MAGIC("DISKDUMP"),
	MAGIC("makedumpfile\0\0\0\0"),
	/* Without CPU notes; the reader names them (vmcore_refused.c). */
	MAGIC("sadump\0\0"),
	MAGIC("\xed\xeb\x0f\xf0"),
	MAGIC("\xee\xeb\x0f\xf0"),
	MAGIC("LinuxGuestRecord"),
	MAGIC("QEVM"),
	MAGIC("LibvirtQemudSave"),
	MAGIC("EMiL"),
	MAGIC("PAGEDU64"),
	/* Compressed so that unpack.c cannot look what is in it. */
	MAGIC("\x89LZO\0\r\n\x1a\n"),
	MAGIC("\x02\x21\x4c\x18"),
#undef MAGIC
};

bool kind_is_dump_head(const unsigned char head[KIND_HEAD])
{
	/* Programs, libraries and objects are ELF, too. */
	if (!memcmp(head, ELFMAG, SELFMAG))
		return stop_get16(head + EI_NIDENT,
				  head[EI_DATA] == ELFDATA2MSB) == ET_CORE;
	for (size_t i = 0; i < sizeof(dumps) / sizeof(*dumps); i++)
		if (!memcmp(head, dumps[i].magic, dumps[i].len))
			return true;
	return false;
}

bool kind_is_dump(int fd)
{
	unsigned char head[KIND_HEAD] = { 0 };

	/* Unreadable: who knows. The reader says why. */
	return pread(fd, head, sizeof(head), 0) < 0 || kind_is_dump_head(head);
}
