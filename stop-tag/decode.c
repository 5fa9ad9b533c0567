// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * decode.c: the stop tag, struct elf_prstatus of arm64 and the note walk, from
 * bytes to facts.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <elf.h>

#include <linux/cpu_stop_tag.h>

#include "bytes.h"
#include "decode.h"

/* struct elf_prstatus on arm64 (include/linux/elfcore.h, 64-bit layout). */
#define PRSTATUS_SIZE	392
#define PRSTATUS_PID	32
#define PRSTATUS_REG	112
#define PRSTATUS_SP	360
#define PRSTATUS_PC	368
#define PRSTATUS_PSTATE	376

#define NOTE_HEADER	sizeof(Elf64_Nhdr)	/* three u32 */

/* Layout of struct cpu_stop_tag: the structure itself is the authority. */
#define TAG(field) offsetof(struct cpu_stop_tag, field)

_Static_assert(sizeof(struct cpu_stop_tag) == CPU_STOP_TAG_SIZE, "tag size");
_Static_assert(CPU_STOP_TAG_OFFSET + CPU_STOP_TAG_SIZE == PRSTATUS_REG,
	       "the tag ends where pr_reg begins");

static enum stop_tag_state malformed(char why[80], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static enum stop_tag_state malformed(char why[80], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, 80, fmt, args);
	va_end(args);
	return STOP_TAG_MALFORMED;
}

enum stop_tag_state stop_tag_decode(const void *bytes, size_t len,
				    bool big_endian, struct stop_tag *tag,
				    char why[80])
{
	const uint8_t *p = bytes;

	memset(tag, 0, sizeof(*tag));
	why[0] = '\0';
	if (len < sizeof(CPU_STOP_TAG_MAGIC) ||
	    memcmp(p, CPU_STOP_TAG_MAGIC, sizeof(CPU_STOP_TAG_MAGIC)))
		return STOP_TAG_ABSENT;
	if (len < CPU_STOP_TAG_SIZE)
		return malformed(why, "%zu bytes, not the %d of a tag", len,
				 CPU_STOP_TAG_SIZE);

	tag->version = stop_get16(p + TAG(version), big_endian);
	tag->size = stop_get16(p + TAG(size), big_endian);
	tag->mechanism = p[TAG(mechanism)];
	tag->regs = p[TAG(regs)];
	tag->rungs = stop_get16(p + TAG(rungs), big_endian);
	tag->cpu = stop_get32(p + TAG(cpu), big_endian);
	tag->flags = stop_get32(p + TAG(flags), big_endian);
	tag->mpidr = stop_get64(p + TAG(mpidr), big_endian);
	tag->stop_ns = stop_get64(p + TAG(stop_ns), big_endian);
	tag->request_ns = stop_get64(p + TAG(request_ns), big_endian);
	tag->nr_online = stop_get32(p + TAG(nr_online), big_endian);
	tag->nr_left = stop_get32(p + TAG(nr_left), big_endian);
	tag->sdei_status = (int32_t)stop_get32(p + TAG(sdei_status),
					       big_endian);
	tag->reserved = stop_get32(p + TAG(reserved), big_endian);

	if (!tag->version)
		return malformed(why, "version 0");
	if (tag->version <= CPU_STOP_TAG_VERSION ?
	    tag->size != CPU_STOP_TAG_SIZE : tag->size < CPU_STOP_TAG_SIZE)
		return malformed(why, "version %u with size %u", tag->version,
				 tag->size);
	if (tag->reserved)
		return malformed(why, "reserved word is 0x%x", tag->reserved);
	if (tag->cpu >= STOP_CPU_LIMIT)
		return malformed(why, "cpu %u is beyond any kernel's limit",
				 tag->cpu);
	return STOP_TAG_VALID;
}

int stop_prstatus_decode(const void *desc, size_t len, bool big_endian,
			 struct stop_cpu *cpu)
{
	const uint8_t *p = desc;

	if (len != PRSTATUS_SIZE)
		return -EINVAL;
	cpu->has_regs = true;
	cpu->pid = stop_get32(p + PRSTATUS_PID, big_endian);
	for (unsigned int i = 0; i < 31; i++)
		cpu->regs.x[i] = stop_get64(p + PRSTATUS_REG + 8 * i,
					    big_endian);
	cpu->regs.sp = stop_get64(p + PRSTATUS_SP, big_endian);
	cpu->regs.pc = stop_get64(p + PRSTATUS_PC, big_endian);
	cpu->regs.pstate = stop_get64(p + PRSTATUS_PSTATE, big_endian);
	cpu->tag_state = stop_tag_decode(p + CPU_STOP_TAG_OFFSET,
					 CPU_STOP_TAG_SIZE, big_endian,
					 &cpu->tag, cpu->tag_why);
	return 0;
}

/* The descriptor of a CPUSTOP note: the tag alone. */
static void cpustop_decode(const void *desc, size_t len, bool big_endian,
			   struct stop_cpu *cpu)
{
	cpu->tag_state = stop_tag_decode(desc, len, big_endian, &cpu->tag,
					 cpu->tag_why);
	if (cpu->tag_state == STOP_TAG_ABSENT)
		cpu->tag_state = malformed(cpu->tag_why,
				"a CPUSTOP note whose tag has no magic");
	else if (cpu->tag_state == STOP_TAG_VALID &&
		 cpu->tag.version <= CPU_STOP_TAG_VERSION &&
		 len != CPU_STOP_TAG_SIZE)
		cpu->tag_state = malformed(cpu->tag_why,
				"size %u in a note of %zu bytes",
				cpu->tag.size, len);
}

static bool note_is(const uint8_t *note, bool big_endian, const char *name,
		    uint32_t type)
{
	uint32_t namesz = stop_get32(note, big_endian);
	size_t len = strlen(name);

	/* With or without the NUL: both have been seen in ELF notes. */
	if (namesz != len && namesz != len + 1)
		return false;
	if (stop_get32(note + 8, big_endian) != type)
		return false;
	return !memcmp(note + NOTE_HEADER, name, namesz);
}

bool stop_note_is_taken(const void *note, size_t len, bool big_endian)
{
	return len >= NOTE_HEADER + sizeof("VMCOREINFO") &&
	       (note_is(note, big_endian, "CORE", NT_PRSTATUS) ||
		note_is(note, big_endian, CPU_STOP_NOTE_NAME,
			CPU_STOP_NOTE_TYPE) ||
		note_is(note, big_endian, "VMCOREINFO", 0));
}

/* Adds the CPU of a note that has one; desc is known to be there. */
static int cpu_note_decode(struct stop_facts *facts, const uint8_t *note,
			   const uint8_t *desc, uint32_t descsz,
			   uint64_t offset, unsigned int *index)
{
	bool prstatus = note_is(note, facts->big_endian, "CORE", NT_PRSTATUS);
	struct stop_cpu *cpu;

	if (!prstatus && !note_is(note, facts->big_endian, CPU_STOP_NOTE_NAME,
				  CPU_STOP_NOTE_TYPE))
		return 0;
	if (prstatus && descsz != PRSTATUS_SIZE)
		return stop_facts_add_defect(facts, offset,
			"NT_PRSTATUS of %u bytes, not the %d of arm64",
			descsz, PRSTATUS_SIZE);
	if (*index >= STOP_CPU_LIMIT)
		return stop_facts_add_defect(facts, offset,
			"more than %d CPU notes", STOP_CPU_LIMIT);

	cpu = stop_facts_add_cpu(facts);
	if (!cpu)
		return -ENOMEM;
	cpu->has_note = true;
	cpu->note_index = (*index)++;
	if (prstatus)
		stop_prstatus_decode(desc, descsz, facts->big_endian, cpu);
	else
		cpustop_decode(desc, descsz, facts->big_endian, cpu);
	if (cpu->tag_state == STOP_TAG_VALID)
		cpu->cpu = cpu->tag.cpu;
	return 0;
}

int stop_notes_decode(struct stop_facts *facts, const void *buf, size_t len,
		      uint64_t file_offset)
{
	const uint8_t *p = buf;
	unsigned int index = 0;
	size_t pos = 0;
	int ret;

	/* The last one that has a note: a dump may have a segment per CPU. */
	for (size_t i = facts->nr_cpus; i && !index; i--)
		if (facts->cpus[i - 1].has_note)
			index = facts->cpus[i - 1].note_index + 1;

	while (pos < len) {
		size_t left = len - pos;
		const uint8_t *note = p + pos;
		uint64_t desc, end;
		uint32_t descsz;

		/*
		 * An empty header ends one CPU's buffer; how many zeros follow
		 * before the next CPU's is the container's affair. No note
		 * that we know has an empty name, so a zero word is never the
		 * start of one.
		 */
		if (left >= 4 && !stop_get32(note, facts->big_endian)) {
			pos += 4;
			continue;
		}
		if (left < NOTE_HEADER)
			return stop_facts_add_defect(facts, file_offset + pos,
				"%zu bytes are left, too few for a note", left);

		descsz = stop_get32(note + 4, facts->big_endian);
		desc = NOTE_HEADER +
		       stop_align4(stop_get32(note, facts->big_endian));
		/* The padding of the last note need not be there. */
		end = desc + descsz;
		if (end > left)
			return stop_facts_add_defect(facts, file_offset + pos,
				"a note of %llu bytes does not fit its segment",
				(unsigned long long)end);

		if (note_is(note, facts->big_endian, "VMCOREINFO", 0))
			stop_vmcoreinfo_decode(facts,
					       (const char *)note + desc,
					       descsz);
		ret = cpu_note_decode(facts, note, note + desc, descsz,
				      file_offset + pos, &index);
		if (ret)
			return ret;

		end = desc + stop_align4(descsz);
		pos += end < left ? end : left;
	}
	return 0;
}
