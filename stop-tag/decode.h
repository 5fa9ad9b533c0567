/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode.h: from bytes to facts. Knows ELF note headers, struct elf_prstatus
 * of arm64, the stop tag and VMCOREINFO; knows nothing of files.
 *
 * Every size is checked against what is left before it is used; any bytes are
 * safe to pass in.
 */
#ifndef STOP_DECODE_H
#define STOP_DECODE_H

#include "facts.h"

/*
 * What a tag's cpu field is checked against: the largest NR_CPUS that an arm64
 * kernel can be configured with (arch/arm64/Kconfig: range 2 4096), with room.
 */
#define STOP_CPU_LIMIT 65536

/*
 * Decodes the tag at bytes (len bytes there). Fills *tag (zero when absent)
 * and, for a malformed one, why. Unknown enum values are valid.
 */
enum stop_tag_state stop_tag_decode(const void *bytes, size_t len,
				    bool big_endian, struct stop_tag *tag,
				    char why[80]);

/*
 * Decodes the descriptor of one NT_PRSTATUS: registers, pr_pid and tag go to
 * *cpu, which keeps its other fields. Returns 0, or -EINVAL when desc is not
 * the 392 bytes of an arm64 elf_prstatus.
 */
int stop_prstatus_decode(const void *desc, size_t len, bool big_endian,
			 struct stop_cpu *cpu);

/*
 * Walks a note segment (several CPUs' note buffers one after the other, with
 * zeroed gaps) and adds a stop_cpu per NT_PRSTATUS ("CORE") and CPUSTOP note,
 * a defect per note that cannot be, and what VMCOREINFO says. file_offset is
 * that of buf, for defects. Other notes are skipped. May be called for several
 * segments. Returns 0, or -ENOMEM.
 */
int stop_notes_decode(struct stop_facts *facts, const void *buf, size_t len,
		      uint64_t file_offset);

/*
 * Whether the note that begins at note, of which len bytes are there, says that
 * it is one of those that stop_notes_decode() looks into.
 */
bool stop_note_is_taken(const void *note, size_t len, bool big_endian);

/* Reads the VMCOREINFO text (need not end in NUL) into *facts. */
void stop_vmcoreinfo_decode(struct stop_facts *facts, const char *text,
			    size_t len);

#endif /* STOP_DECODE_H */
