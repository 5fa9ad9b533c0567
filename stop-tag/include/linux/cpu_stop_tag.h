/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note */
/*
 * cpu_stop_tag.h: the stop tag, how a CPU was stopped for a crash dump and
 * where its registers came from.
 *
 * The kernel writes one tag per CPU, dump readers decode it. It lies in the
 * CPU's NT_PRSTATUS note, over the four timevals of struct elf_prstatus
 * (pr_utime to pr_cstime), which crash_save_cpu() always left zero. A CPU that
 * never stopped has no registers to report: its note buffer holds a note of
 * name CPU_STOP_NOTE_NAME and type CPU_STOP_NOTE_TYPE instead, whose
 * descriptor is the tag alone.
 *
 * All fields are in the byte order of the dumped kernel. VMCOREINFO of a
 * kernel that writes tags has NUMBER(STOP_TAG_VERSION). A later version may
 * append fields and give bits of flags a meaning that had none; what the first
 * CPU_STOP_TAG_SIZE bytes meant before they keep meaning.
 */
#ifndef _UAPI_LINUX_CPU_STOP_TAG_H
#define _UAPI_LINUX_CPU_STOP_TAG_H

#include <linux/types.h>

#define CPU_STOP_TAG_MAGIC	"CPUSTOP"	/* 8 bytes with its NUL */
#define CPU_STOP_TAG_VERSION	2
#define CPU_STOP_TAG_SIZE	64
/* Offset in the descriptor of NT_PRSTATUS on 64-bit: pr_utime. */
#define CPU_STOP_TAG_OFFSET	48

/*
 * The type must not be NT_PRSTATUS (1) or any other that a dump reader
 * matches without looking at the name.
 */
#define CPU_STOP_NOTE_NAME	"CPUSTOP"
#define CPU_STOP_NOTE_TYPE	0x53544f50	/* "STOP" */

/* cpu_stop_tag.mechanism: what stopped this CPU */
#define CPU_STOP_UNSET		0
#define CPU_STOP_PANIC		1	/* ran the crash, nobody stopped it */
#define CPU_STOP_IPI		2
#define CPU_STOP_NMI_IPI	3	/* pseudo-NMI IPI */
#define CPU_STOP_SDEI		4
#define CPU_STOP_SELF		5	/* lost to another CPU's panic */
#define CPU_STOP_NOT_STOPPED	6	/* written by the requester */

/* cpu_stop_tag.regs: where pr_reg came from */
#define CPU_STOP_REGS_NONE		0
#define CPU_STOP_REGS_INTERRUPTED	1	/* pt_regs of what the CPU did */
#define CPU_STOP_REGS_CAPTURED		2	/* no pt_regs: own context */
#define CPU_STOP_REGS_EXCEPTION		3	/* what took it into panic */

/* cpu_stop_tag.rungs: signalled at this CPU so far */
#define CPU_STOP_RUNG_IPI	(1 << 0)
#define CPU_STOP_RUNG_NMI_IPI	(1 << 1)
#define CPU_STOP_RUNG_SDEI	(1 << 2)

/* cpu_stop_tag.flags */
#define CPU_STOP_F_IRQS_MASKED	(1 << 0)	/* in the stopped context */
#define CPU_STOP_F_POWERED_OFF	(1 << 1)	/* afterwards; else parked */
#define CPU_STOP_F_NOT_KERNEL	(1 << 2)	/* user space or a guest */
/* Since version 2: not stopped, and why event 0 did not reach it. */
#define CPU_STOP_F_IN_SDEI	(1 << 3)	/* inside an SDEI event */

/**
 * struct cpu_stop_tag - how one CPU was stopped
 * @magic: CPU_STOP_TAG_MAGIC
 * @version: CPU_STOP_TAG_VERSION
 * @size: bytes of the tag, CPU_STOP_TAG_SIZE in versions 1 and 2
 * @mechanism: CPU_STOP_UNSET to CPU_STOP_NOT_STOPPED
 * @regs: CPU_STOP_REGS_NONE to CPU_STOP_REGS_EXCEPTION
 * @rungs: CPU_STOP_RUNG_* that were signalled at this CPU so far
 * @cpu: logical CPU number
 * @flags: CPU_STOP_F_*
 * @mpidr: hardware id (MPIDR_EL1 affinity)
 * @stop_ns: sched_clock when this CPU ran the stop code; for a CPU that did
 *	not stop, when the requester gave up on it
 * @request_ns: sched_clock when the last rung in @rungs was signalled; 0 on
 *	the panicking CPU and on a CPU that stopped itself
 * @nr_online: panicking CPU only: CPUs that were running when the crash began
 * @nr_left: panicking CPU only: CPUs without registers, as they were still
 *	online after the last rung
 * @sdei_status: result of SDEI_EVENT_SIGNAL at this CPU, valid when @rungs has
 *	CPU_STOP_RUNG_SDEI; SDEI_DENIED (-3) is also that of a CPU that had
 *	events masked and was not signalled for that reason
 * @reserved: zero
 */
struct cpu_stop_tag {
	__u8	magic[8];
	__u16	version;
	__u16	size;
	__u8	mechanism;
	__u8	regs;
	__u16	rungs;
	__u32	cpu;
	__u32	flags;
	__u64	mpidr;
	__u64	stop_ns;
	__u64	request_ns;
	__u32	nr_online;
	__u32	nr_left;
	__s32	sdei_status;
	__u32	reserved;
};

#endif /* _UAPI_LINUX_CPU_STOP_TAG_H */
