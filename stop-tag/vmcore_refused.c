// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore_refused.c: files that people take for a dump, or that are one, but
 * that hold no notes where this reader could get at them: named, so that one
 * knows what to do next.
 */
#include "vmcore_priv.h"

#define ROW(at, bytes, what) \
	{ .magic_offset = at, .magic = bytes, .magic_len = sizeof(bytes) - 1, \
	  .refused = what }

const struct vmcore_format vmcore_refused[] = {
	ROW(0, "\x1f\x8b", "is compressed with gzip: uncompress it first"),
	ROW(0, "\xfd" "7zXZ", "is compressed with xz: uncompress it first"),
	ROW(0, "\x28\xb5\x2f\xfd",
	    "is compressed with zstd: uncompress it first"),
	ROW(0, "BZh", "is compressed with bzip2: uncompress it first"),
	ROW(0, "\x04\x22\x4d\x18",
	    "is compressed with lz4: uncompress it first"),
	ROW(0, "\x02\x21\x4c\x18",
	    "is compressed with lz4's legacy format: uncompress it first"),
	ROW(0, "\x89LZO", "is compressed with lzop: uncompress it first"),
	ROW(0, "DISKDUMP",
	    "is a diskdump dump, which has no CPU notes"),
	ROW(0, "sadump\0\0", "is an sadump dump, which has no CPU notes"),
	ROW(0, "\xed\xeb\x0f\xf0", "is a Xen core, which has no CPU notes"),
	ROW(0, "\xee\xeb\x0f\xf0", "is a Xen core, which has no CPU notes"),
	ROW(0, "LinuxGuestRecord",
	    "is a saved Xen guest, which has no CPU notes"),
	ROW(0, "QEVM", "is a QEMU migration stream, which has no CPU notes"),
	ROW(0, "LibvirtQemudSave",
	    "is a guest saved by libvirt, which has no CPU notes (dump it with \"virsh dump --memory-only\")"),
	ROW(0, "EMiL", "is a LiME memory image, which has no CPU notes"),
	ROW(0, "PAGEDU64", "is a Windows crash dump"),
	ROW(56, "ARM\x64", "is an arm64 kernel image, not a dump"),
	{ .magic = NULL },
};
