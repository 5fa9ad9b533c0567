// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * facts.c: the life of struct stop_facts, and small questions that several
 * readers of it ask.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "facts.h"

/*
 * A hostile dump can hold as many broken notes as bytes. The first ones tell
 * what is wrong; the last entry then says that there are more.
 */
#define MAX_DEFECTS 256

void stop_facts_init(struct stop_facts *facts)
{
	memset(facts, 0, sizeof(*facts));
}

void stop_facts_destroy(struct stop_facts *facts)
{
	for (size_t i = 0; i < facts->nr_cpus; i++) {
		free(facts->cpus[i].pc_symbol);
		free(facts->cpus[i].pc_line);
		free(facts->cpus[i].lr_symbol);
		free(facts->cpus[i].lr_line);
	}
	free(facts->cpus);
	free(facts->defects);
	memset(facts, 0, sizeof(*facts));
}

/*
 * Room for one more element behind nr of them. Capacity is the next power of
 * two, so it need not be kept.
 */
static void *grow(void *array, size_t nr, size_t size)
{
	if (nr & (nr - 1))
		return array;
	return reallocarray(array, nr ? nr * 2 : 1, size);
}

struct stop_cpu *stop_facts_add_cpu(struct stop_facts *facts)
{
	struct stop_cpu *cpus, *cpu;

	cpus = grow(facts->cpus, facts->nr_cpus, sizeof(*cpus));
	if (!cpus)
		return NULL;
	facts->cpus = cpus;
	cpu = &cpus[facts->nr_cpus++];
	memset(cpu, 0, sizeof(*cpu));
	cpu->cpu = STOP_CPU_UNKNOWN;
	return cpu;
}

int stop_facts_add_defect(struct stop_facts *facts, uint64_t offset,
			  const char *fmt, ...)
{
	struct stop_defect *defects, *defect;
	va_list args;

	if (facts->nr_defects >= MAX_DEFECTS) {
		defect = &facts->defects[MAX_DEFECTS - 1];
		snprintf(defect->what, sizeof(defect->what),
			 "and more after this one");
		return 0;
	}
	defects = grow(facts->defects, facts->nr_defects, sizeof(*defects));
	if (!defects)
		return -ENOMEM;
	facts->defects = defects;
	defect = &defects[facts->nr_defects++];
	defect->offset = offset;
	va_start(args, fmt);
	vsnprintf(defect->what, sizeof(defect->what), fmt, args);
	va_end(args);
	return 0;
}

const struct stop_cpu *stop_facts_panic_cpu(const struct stop_facts *facts)
{
	for (size_t i = 0; i < facts->nr_cpus; i++) {
		const struct stop_cpu *cpu = &facts->cpus[i];

		if (cpu->tag_state == STOP_TAG_VALID &&
		    cpu->tag.mechanism == CPU_STOP_PANIC)
			return cpu;
	}
	return NULL;
}

size_t stop_facts_nr_tags(const struct stop_facts *facts)
{
	size_t nr = 0;

	for (size_t i = 0; i < facts->nr_cpus; i++)
		nr += facts->cpus[i].tag_state != STOP_TAG_ABSENT;
	return nr;
}

bool stop_cpu_wedged(const struct stop_cpu *cpu)
{
	if (cpu->tag_state != STOP_TAG_VALID)
		return false;
	return cpu->tag.mechanism == CPU_STOP_NMI_IPI ||
	       cpu->tag.mechanism == CPU_STOP_SDEI ||
	       cpu->tag.mechanism == CPU_STOP_NOT_STOPPED;
}

/* PSTATE.M[3:2] is the exception level, bit 4 is AArch32. */
#define PSTATE_EL(pstate)	(((pstate) >> 2) & 3)
#define PSTATE_AARCH32		(1u << 4)

bool stop_regs_user(const struct stop_regs *regs)
{
	return (regs->pstate & PSTATE_AARCH32) || !PSTATE_EL(regs->pstate);
}

bool stop_cpu_has_context(const struct stop_cpu *cpu)
{
	return cpu->has_regs && (cpu->regs.pc || cpu->regs.sp);
}

bool stop_cpu_not_kernel(const struct stop_cpu *cpu)
{
	return stop_regs_user(&cpu->regs) ||
	       (cpu->tag_state == STOP_TAG_VALID &&
		cpu->tag.flags & CPU_STOP_F_NOT_KERNEL);
}

enum stop_known stop_tag_in_sdei(const struct stop_tag *tag)
{
	if (tag->version < 2)
		return STOP_UNKNOWN;
	return tag->flags & CPU_STOP_F_IN_SDEI ? STOP_YES : STOP_NO;
}

static const char *name_or_number(const char *const *names, size_t nr,
				  uint8_t value, char buf[16])
{
	if (value < nr)
		return names[value];
	snprintf(buf, 16, "%u", value);
	return buf;
}

const char *stop_mechanism_name(uint8_t mechanism, char buf[16])
{
	static const char *const names[] = {
		[CPU_STOP_UNSET] = "unset",
		[CPU_STOP_PANIC] = "panic",
		[CPU_STOP_IPI] = "IPI",
		[CPU_STOP_NMI_IPI] = "pseudo-NMI",
		[CPU_STOP_SDEI] = "SDEI",
		[CPU_STOP_SELF] = "self-stop",
		[CPU_STOP_NOT_STOPPED] = "not stopped",
	};

	return name_or_number(names, sizeof(names) / sizeof(*names), mechanism,
			      buf);
}

const char *stop_sdei_status_name(int32_t status, char buf[40])
{
	static const struct {
		int32_t status;
		const char *name;
	} names[] = {
		{ 0, "accepted" }, { -1, "not supported" },
		{ -2, "invalid parameters" },
		{ -3, "denied, or masked there" }, { -5, "pending" },
		{ -10, "out of resource" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].status == status) {
			snprintf(buf, 40, "%d, %s", (int)status, names[i].name);
			return buf;
		}
	}
	snprintf(buf, 40, "%d", (int)status);
	return buf;
}

const char *stop_regs_name(uint8_t regs, char buf[16])
{
	static const char *const names[] = {
		[CPU_STOP_REGS_NONE] = "none",
		[CPU_STOP_REGS_INTERRUPTED] = "interrupted",
		[CPU_STOP_REGS_CAPTURED] = "captured",
		[CPU_STOP_REGS_EXCEPTION] = "exception",
	};

	return name_or_number(names, sizeof(names) / sizeof(*names), regs, buf);
}

bool stop_code_function(const char *function)
{
	static const char *const names[] = {
		/* arch/arm64/kernel/smp.c */
		"local_cpu_stop", "ipi_cpu_crash_stop", "arm64_nmi_cpu_stop",
		"panic_smp_self_stop", "nmi_panic_self_stop",
		"crash_smp_send_stop", "smp_send_stop", "do_handle_IPI",
		"ipi_handler", "cpu_park_loop",
		/* kernel/crash_core.c, asm/kexec.h */
		"crash_save_cpu", "crash_setup_regs",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i]);

		/* A compiler's clone, local_cpu_stop.isra.0, is the same. */
		if (!strncmp(function, names[i], len) &&
		    (!function[len] || function[len] == '.'))
			return true;
	}
	return false;
}
