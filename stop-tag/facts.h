/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h: what is known of how a dump's CPUs were stopped, before anyone
 * judges it. Plain data: the tag decoder and the note walk fill it from bytes
 * (decode.h), sdei_stop.so from crash's memory access, and judge.h and
 * report.h only read it.
 */
#ifndef STOP_FACTS_H
#define STOP_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* pr_reg of an arm64 NT_PRSTATUS: struct user_pt_regs, in host byte order. */
struct stop_regs {
	uint64_t x[31];
	uint64_t sp;
	uint64_t pc;
	uint64_t pstate;
};

/* struct cpu_stop_tag (linux/cpu_stop_tag.h) in host byte order. */
struct stop_tag {
	uint16_t version;
	uint16_t size;
	uint8_t mechanism;
	uint8_t regs;
	uint16_t rungs;
	uint32_t cpu;
	uint32_t flags;
	uint64_t mpidr;
	uint64_t stop_ns;
	uint64_t request_ns;
	uint32_t nr_online;
	uint32_t nr_left;
	int32_t sdei_status;
	uint32_t reserved;
};

enum stop_tag_state {
	STOP_TAG_ABSENT,	/* no magic where a tag would be */
	STOP_TAG_VALID,
	STOP_TAG_MALFORMED,	/* magic, but not to be trusted: see tag_why */
};

/* A fact that only memory can give is unknown where memory was not looked at. */
enum stop_known {
	STOP_UNKNOWN,
	STOP_NO,
	STOP_YES,
};

#define STOP_CPU_UNKNOWN UINT32_MAX

/*
 * One CPU: one note (NT_PRSTATUS or CPUSTOP) of the dump, or, from memory, one
 * CPU that is known to have run and has no note (has_note false).
 */
struct stop_cpu {
	/* Logical number: the tag's, or per-CPU crash_notes' in crash, which
	 * wins. STOP_CPU_UNKNOWN for an untagged note of a file: the n-th note
	 * is not CPU n. */
	uint32_t cpu;
	bool has_note;
	unsigned int note_index;	/* among the CPU notes, file order */

	enum stop_tag_state tag_state;
	char tag_why[80];		/* what is malformed; "" otherwise */
	struct stop_tag tag;		/* zero when absent */

	bool has_regs;			/* the note is an NT_PRSTATUS */
	uint32_t pid;			/* pr_pid, when has_regs */
	struct stop_regs regs;

	/* Names for pc and lr (x30), owned; NULL when unknown. From --vmlinux or
	 * crash: "function+0x10", and "file.c:123". */
	char *pc_symbol;
	char *pc_line;
	char *lr_symbol;
	char *lr_line;

	/* Facts that need symbols or memory. */
	enum stop_known pc_in_stop_code; /* pc is in the kernel's stop code */
	enum stop_known running;	/* was running when the crash began */
	enum stop_known sp_in_stack;	/* sp lies in a stack of this CPU */
	enum stop_known pid_matches;	/* pr_pid is the current task's */
	uint32_t task_pid;		/* of the current task, see task_comm */
	char task_comm[16];		/* "" when unknown */
};

/* A note or segment that could not be walked. */
struct stop_defect {
	uint64_t offset;		/* in the dump file or note segment */
	char what[120];
};

struct stop_facts {
	/* About the dump. Strings are "" when unknown. */
	char container[48];		/* "ELF64", "kdump-compressed v6", ... */
	char osrelease[65];
	char build_id[41];		/* hex, from VMCOREINFO BUILD-ID */
	bool big_endian;
	bool live;			/* /proc/kcore: one zeroed note is normal */
	bool from_memory;		/* facts come from crash, not from a file */
	bool has_vmcoreinfo;
	bool has_crashtime;		/* no: taken from outside, a hypervisor */
	int64_t crashtime;		/* seconds since the epoch */
	bool advertises_tags;		/* NUMBER(STOP_TAG_VERSION) */
	uint32_t tag_version;		/* its value */
	bool has_kerneloffset;
	uint64_t kerneloffset;		/* KERNELOFFSET: vmlinux + this = dump */
	uint64_t kernelpacmask;		/* NUMBER(KERNELPACMASK), 0: no PAC */
	/* The kernel's page tables, for who reads memory; 0: not told. */
	uint64_t swapper_pg_dir;	/* virtual */
	uint64_t kimage_voffset;	/* of the image: virtual - physical */
	uint64_t page_size;		/* bytes */
	uint64_t va_bits;		/* that the kernel was built for */
	uint64_t t1sz;			/* of TCR_EL1: it runs with 64 - this */

	struct stop_cpu *cpus;		/* owned; in note order */
	size_t nr_cpus;
	struct stop_defect *defects;	/* owned */
	size_t nr_defects;
};

/* Zeroes *facts. */
void stop_facts_init(struct stop_facts *facts);

/* Frees what *facts owns and zeroes it. */
void stop_facts_destroy(struct stop_facts *facts);

/*
 * Appends a zeroed CPU with cpu = STOP_CPU_UNKNOWN. The pointer is valid until
 * the next call; NULL when memory is short.
 */
struct stop_cpu *stop_facts_add_cpu(struct stop_facts *facts);

/* Appends a defect, printf-like. Returns 0, or -ENOMEM. */
int stop_facts_add_defect(struct stop_facts *facts, uint64_t offset,
			  const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The panicking CPU: the one valid tag with CPU_STOP_PANIC; NULL if none. */
const struct stop_cpu *stop_facts_panic_cpu(const struct stop_facts *facts);

/* CPUs with a tag of either kind (valid or malformed). */
size_t stop_facts_nr_tags(const struct stop_facts *facts);

/* Stopped by pseudo-NMI or SDEI, or not stopped at all. */
bool stop_cpu_wedged(const struct stop_cpu *cpu);

/* Registers of EL0 or AArch32: no kernel ran with them. */
bool stop_regs_user(const struct stop_regs *regs);

/*
 * Its registers are those of user space, or of a guest, which may have a kernel
 * at the same addresses: this kernel's names and memory are not theirs.
 */
bool stop_cpu_not_kernel(const struct stop_cpu *cpu);

/* Whether its registers tell anything: no CPU runs with neither pc nor sp. */
bool stop_cpu_has_context(const struct stop_cpu *cpu);

/*
 * Whether the CPU was inside an SDEI event when it was given up on. A tag of
 * version 1 does not say.
 */
enum stop_known stop_tag_in_sdei(const struct stop_tag *tag);

/* "IPI", "SDEI", ...; an unknown value as a number, in a static buffer's stead
 * written to buf. Never NULL. For people. */
const char *stop_mechanism_name(uint8_t mechanism, char buf[16]);

/*
 * What a tag's sdei_status means, with the number: "-5, pending". The errors
 * are those of the SDEI specification, Arm DEN 0054, and -3 is FORMAT.md's too.
 */
const char *stop_sdei_status_name(int32_t status, char buf[40]);
const char *stop_regs_name(uint8_t regs, char buf[16]);

/*
 * Whether a function of this name is the kernel's stop code, where the pc of a
 * CPU that was stopped with registers of its own must not be: what to set
 * pc_in_stop_code by. Clone suffixes (.isra.0) are ignored.
 */
bool stop_code_function(const char *function);

#endif /* STOP_FACTS_H */
