// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore_kdump.c: the kdump-compressed format of makedumpfile (its
 * diskdump_mod.h) and of QEMU's dump-guest-memory: struct disk_dump_header,
 * and at block_size struct kdump_sub_header, in the byte order of the machine
 * that wrote it.
 */
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "vmcore_priv.h"

/* struct disk_dump_header, 64-bit */
#define HEADER_VERSION		8
#define HEADER_MACHINE		272	/* utsname.machine, 65 bytes */
#define HEADER_MACHINE_LEN	65
#define HEADER_BLOCK_SIZE	428
#define HEADER_LEN		432	/* as far as it is read here */

/* struct kdump_sub_header, 64-bit */
#define SUB_OFFSET_VMCOREINFO	32	/* since version 3 */
#define SUB_SIZE_VMCOREINFO	40
#define SUB_OFFSET_NOTE		48	/* since version 4 */
#define SUB_SIZE_NOTE		56
#define SUB_LEN			64

/*
 * 6 is the newest in use; a newer one only appends. The limit is what tells
 * the byte orders apart.
 */
#define VERSION_LIMIT 0x10000

static bool power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

int vmcore_kdump_open(struct vmcore *vmcore, const uint8_t *head,
		      char err[VMCORE_ERR])
{
	char machine[HEADER_MACHINE_LEN + 1] = "";
	uint8_t sub[SUB_LEN];
	uint32_t version, block_size;
	uint64_t notes, size;

	if (vmcore->size < HEADER_LEN)
		return vmcore_fail(err, "is a truncated kdump-compressed dump");
	version = stop_get32(head + HEADER_VERSION, false);
	if (version >= VERSION_LIMIT) {
		vmcore->big_endian = true;
		version = stop_get32(head + HEADER_VERSION, true);
	}
	block_size = stop_get32(head + HEADER_BLOCK_SIZE, vmcore->big_endian);
	if (!version || version >= VERSION_LIMIT || block_size < 512 ||
	    block_size > 1024 * 1024 || !power_of_two(block_size))
		return vmcore_fail(err, "is a broken kdump-compressed dump");

	memcpy(machine, head + HEADER_MACHINE, HEADER_MACHINE_LEN);
	for (char *c = machine; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	/* A tool that could not read it leaves it empty; QEMU never knows it. */
	if (machine[0] && strcmp(machine, "Unknown") &&
	    strncmp(machine, "aarch64", 7))
		return vmcore_fail(err,
			"is a dump of another architecture (%s, not arm64)",
			machine);
	if (version < 4)
		return vmcore_fail(err,
			"is a kdump-compressed dump of version %u, which has no CPU notes (they came with 4)",
			version);
	if (vmcore_pread(vmcore, sub, sizeof(sub), block_size) != sizeof(sub))
		return vmcore_fail(err, "is a truncated kdump-compressed dump");

	vmcore->vmcoreinfo.offset = stop_get64(sub + SUB_OFFSET_VMCOREINFO,
					       vmcore->big_endian);
	vmcore->vmcoreinfo.size = stop_get64(sub + SUB_SIZE_VMCOREINFO,
					     vmcore->big_endian);
	notes = stop_get64(sub + SUB_OFFSET_NOTE, vmcore->big_endian);
	size = stop_get64(sub + SUB_SIZE_NOTE, vmcore->big_endian);
	snprintf(vmcore->container, sizeof(vmcore->container),
		 "kdump-compressed v%u%s", version,
		 vmcore->big_endian ? ", big-endian" : "");
	if (!notes || !size)
		return vmcore_fail(err,
			"is a kdump-compressed dump without CPU notes");
	return vmcore_add_notes(vmcore, notes, size, err);
}
