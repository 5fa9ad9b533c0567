// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore_elf.c: ELF64 cores: /proc/vmcore, makedumpfile -E, QEMU's and
 * libvirt's memory dumps, /proc/kcore.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <elf.h>

#include "bytes.h"
#include "vmcore_priv.h"

#ifndef EM_LOONGARCH	/* glibc before 2.36 */
#define EM_LOONGARCH 258
#endif

/*
 * A kernel's dump has one program header per range of memory, a few thousand
 * at most. With sh_info a file can claim four thousand millions.
 */
#define PHDR_LIMIT (1U << 20)
#define PHDR_CHUNK 1024		/* read at a time */

#define EHDR(field, get) \
	get(head + offsetof(Elf64_Ehdr, field), vmcore->big_endian)

static const char *machine_name(uint16_t machine, char buf[16])
{
	switch (machine) {
	case EM_X86_64: return "x86-64";
	case EM_386: return "i386";
	case EM_ARM: return "arm";
	case EM_PPC64: return "ppc64";
	case EM_S390: return "s390";
	case EM_RISCV: return "riscv";
	case EM_LOONGARCH: return "loongarch";
	case EM_MIPS: return "mips";
	}
	snprintf(buf, 16, "machine %u", machine);
	return buf;
}

/* Number of program headers, which past 0xfffe is in section header 0. */
static int phdr_count(struct vmcore *vmcore, const uint8_t *head,
		      uint32_t *count, char err[VMCORE_ERR])
{
	uint64_t shoff = EHDR(e_shoff, stop_get64);
	uint8_t shdr[sizeof(Elf64_Shdr)];

	*count = EHDR(e_phnum, stop_get16);
	if (*count != PN_XNUM)
		return 0;
	/*
	 * e_shentsize is the file's word, the structure's size is ours: read
	 * never more than that.
	 */
	if (!shoff || EHDR(e_shentsize, stop_get16) != sizeof(shdr) ||
	    vmcore_pread(vmcore, shdr, sizeof(shdr), shoff) != sizeof(shdr))
		return vmcore_fail(err,
			"is a broken ELF64 core: the section header that counts its program headers is not there");
	*count = stop_get32(shdr + offsetof(Elf64_Shdr, sh_info),
			    vmcore->big_endian);
	return 0;
}

static int read_phdrs(struct vmcore *vmcore, uint64_t offset, uint32_t count,
		      char err[VMCORE_ERR])
{
	uint8_t *chunk = malloc(PHDR_CHUNK * sizeof(Elf64_Phdr));
	int ret = 0;

	if (!chunk)
		return vmcore_fail(err, "out of memory");
	while (count && !ret) {
		uint32_t nr = count < PHDR_CHUNK ? count : PHDR_CHUNK;
		ssize_t len = nr * sizeof(Elf64_Phdr);

		if (vmcore_pread(vmcore, chunk, len, offset) != len) {
			ret = vmcore_fail(err,
				"is a truncated ELF64 core: its program headers are not all there");
			break;
		}
		for (uint32_t i = 0; i < nr && !ret; i++) {
			const uint8_t *p = chunk + i * sizeof(Elf64_Phdr);

#define PHDR(field, get) \
	get(p + offsetof(Elf64_Phdr, field), vmcore->big_endian)
			if (PHDR(p_type, stop_get32) == PT_NOTE)
				ret = vmcore_add_notes(vmcore,
					PHDR(p_offset, stop_get64),
					PHDR(p_filesz, stop_get64), err);
#undef PHDR
		}
		offset += len;
		count -= nr;
	}
	free(chunk);
	return ret;
}

/* Everything about the file that makes it not an arm64 kernel's core. */
static int check_ehdr(struct vmcore *vmcore, const uint8_t *head,
		      char err[VMCORE_ERR])
{
	uint16_t machine, type;
	char buf[16];

	if (vmcore->size < EI_NIDENT)
		return vmcore_fail(err, "is a truncated ELF file");
	if (head[EI_CLASS] == ELFCLASS32)
		return vmcore_fail(err,
			"is a 32-bit ELF file, not a dump of an arm64 kernel");
	if (head[EI_CLASS] != ELFCLASS64 ||
	    (head[EI_DATA] != ELFDATA2LSB && head[EI_DATA] != ELFDATA2MSB))
		return vmcore_fail(err, "is a broken ELF file");
	if (vmcore->size < sizeof(Elf64_Ehdr))
		return vmcore_fail(err, "is a truncated ELF file");

	vmcore->big_endian = head[EI_DATA] == ELFDATA2MSB;
	type = EHDR(e_type, stop_get16);
	machine = EHDR(e_machine, stop_get16);
	if (type == ET_EXEC || type == ET_DYN || type == ET_REL)
		return vmcore_fail(err,
			"is an ELF program or object (a vmlinux?), not a dump");
	if (type != ET_CORE)
		return vmcore_fail(err, "is an ELF file of type %u, not a dump",
				   type);
	if (machine != EM_AARCH64)
		return vmcore_fail(err,
			"is a dump of another architecture (%s, not arm64)",
			machine_name(machine, buf));
	return 0;
}

int vmcore_elf_open(struct vmcore *vmcore, const uint8_t *head,
		    char err[VMCORE_ERR])
{
	uint32_t count;

	if (check_ehdr(vmcore, head, err) ||
	    phdr_count(vmcore, head, &count, err))
		return -1;
	if (count && EHDR(e_phentsize, stop_get16) != sizeof(Elf64_Phdr))
		return vmcore_fail(err,
			"is a broken ELF64 core: program headers of %u bytes",
			EHDR(e_phentsize, stop_get16));
	if (count > PHDR_LIMIT)
		return vmcore_fail(err,
			"is a broken ELF64 core: claims %u program headers",
			count);
	if (read_phdrs(vmcore, EHDR(e_phoff, stop_get64), count, err))
		return -1;
	if (!vmcore->nr_notes)
		return vmcore_fail(err,
			"is an ELF64 core without notes (Xen's, or of no kernel)");
	snprintf(vmcore->container, sizeof(vmcore->container), "ELF64%s",
		 vmcore->big_endian ? ", big-endian" : "");
	return 0;
}
