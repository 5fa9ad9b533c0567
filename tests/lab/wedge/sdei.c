// SPDX-License-Identifier: GPL-2.0
/*
 * SDEI events at the wrong time: at the CPU that crashes the machine, and at a
 * CPU that is already inside one.
 */
#include "wedge.h"

#include <linux/arm-smccc.h>
#include <linux/arm_sdei.h>
#include <linux/irqflags.h>
#include <linux/moduleparam.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/sched/clock.h>
#include <linux/sysrq.h>
#include <uapi/linux/arm_sdei.h>
#include <asm/cputype.h>

/* SDEI_EVENT_SIGNAL; the base kernel's header does not have it. */
#define WEDGE_SDEI_EVENT_SIGNAL	SDEI_1_0_FN(0x0F)
#define WEDGE_EVENT		0

#define WEDGE_LATE_MS		60000

/* Address of __sdei_asm_handler, by /proc/kallsyms: it is not exported. */
static unsigned long wedge_sdei_entry;
module_param_named(sdei_entry, wedge_sdei_entry, ulong, 0600);

/* Address of crash_notes, likewise. */
static unsigned long wedge_crash_notes;
module_param_named(crash_notes, wedge_crash_notes, ulong, 0600);

/* Address of sdei_nmi_stop_mask, likewise. */
static unsigned long wedge_stop_mask;
module_param_named(stop_mask, wedge_stop_mask, ulong, 0600);

/* Who writes the verb is the one who crashes the machine next. */
static u64 wedge_panicking_mpidr;
static unsigned int wedge_panicking_cpu;

static long wedge_sdei_call(unsigned long fn, unsigned long a1,
			    unsigned long a2, unsigned long a3,
			    unsigned long a4, unsigned long a5)
{
	struct arm_smccc_res res;

	arm_smccc_smc(fn, a1, a2, a3, a4, a5, 0, 0, &res);
	return (long)res.a0;
}

static long wedge_signal(u64 mpidr)
{
	return wedge_sdei_call(WEDGE_SDEI_EVENT_SIGNAL, WEDGE_EVENT, mpidr, 0,
			       0, 0);
}

/* The affinity of this CPU, by which firmware knows it. */
static u64 wedge_own_mpidr(void)
{
	return read_cpuid_mpidr() & MPIDR_HWID_BITMASK;
}

/*
 * The stop is over when the panicking CPU has a note; the stop's own times are no
 * help, being udelay()s on a CPU that may get every fourth turn. Later events
 * would only be a nuisance to the capture kernel.
 */
static bool wedge_late_over(void)
{
	void __percpu *notes = *(void __percpu **)wedge_crash_notes;

	return READ_ONCE(*(u32 *)per_cpu_ptr(notes, wedge_panicking_cpu));
}

/*
 * Masked and out of SDEI's reach, so that nothing stops this CPU, wait for the
 * stop to begin and call @again all through it.
 */
static void wedge_late(void (*again)(void))
{
	u64 begin, now;

	wedge_mask_all();
	wedge_mask_sdei();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!wedge_stop_has_begun())
		cpu_relax();
	begin = sched_clock();
	do {
		again();
		now = sched_clock() - begin;
	} while (!wedge_late_over() &&
		 now < WEDGE_LATE_MS * NSEC_PER_MSEC);
	wedge_spin_unreachable(raw_smp_processor_id());
}

static void wedge_signal_panicking(void)
{
	wedge_signal(wedge_panicking_mpidr);
	mdelay(10);
}

static int wedge_late_event0_thread(void *arg)
{
	wedge_say(__func__);
	wedge_late(wedge_signal_panicking);
	return 0;
}

static int wedge_start_late(int (*thread)(void *), const cpumask_t *cpus)
{
	if (!wedge_crash_notes)
		return -EINVAL;
	wedge_panicking_cpu = raw_smp_processor_id();
	wedge_panicking_mpidr = wedge_own_mpidr();
	return wedge_start_all(thread, cpus);
}

static int wedge_late_event0(const cpumask_t *cpus)
{
	return wedge_start_late(wedge_late_event0_thread, cpus);
}

static void wedge_backtrace(void)
{
	handle_sysrq('l');
	mdelay(200);
}

static int wedge_late_backtrace_thread(void *arg)
{
	wedge_say(__func__);
	wedge_late(wedge_backtrace);
	return 0;
}

static int wedge_late_backtrace(const cpumask_t *cpus)
{
	return wedge_start_late(wedge_late_backtrace_thread, cpus);
}

static noinline void wedge_inside_sdei(unsigned long cpu)
{
	cpumask_set_cpu(cpu, &wedge_ready);
	wedge_spin_with_marks(cpu);
}

static int wedge_sdei_spins(u32 event, struct pt_regs *regs, void *arg)
{
	wedge_inside_sdei(raw_smp_processor_id());
	return 0;
}

static noinline void wedge_panic_inside_sdei(void)
{
	panic("wedge: panic inside an SDEI event, on CPU %u",
	      raw_smp_processor_id());
}

/* Loses to the panic that it waits for. */
static int wedge_sdei_panics(u32 event, struct pt_regs *regs, void *arg)
{
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!READ_ONCE(oops_in_progress))
		cpu_relax();
	wedge_panic_inside_sdei();
	return 0;
}

/*
 * This CPU is in the stop's mask when event 0 has been signalled at it, or is in
 * an instant. The stop then waits 100 ms for it.
 */
static int wedge_sdei_panics_late(u32 event, struct pt_regs *regs, void *arg)
{
	const cpumask_t *mask = (const cpumask_t *)wedge_stop_mask;
	unsigned int cpu = raw_smp_processor_id();

	cpumask_set_cpu(cpu, &wedge_ready);
	while (!cpumask_test_cpu(cpu, mask))
		cpu_relax();
	mdelay(10);
	wedge_panic_inside_sdei();
	return 0;
}

static noinline void wedge_panic_in_own_stop(void)
{
	panic("wedge: panic in its own stop, on CPU %u", raw_smp_processor_id());
}

static int wedge_sdei_panics_at_once(u32 event, struct pt_regs *regs, void *arg)
{
	wedge_panic_in_own_stop();
	return 0;
}

static struct sdei_registered_event wedge_event = {
	.event_num	= WEDGE_EVENT,
};

/*
 * Event 0 is the only event of the lab's firmware, and the kernel has it: take
 * it over on this CPU, with the kernel's own entry code and a callback that
 * does not return, as any driver's might.
 */
static void wedge_own_event0(void)
{
	long un, reg, en;

	un = wedge_sdei_call(SDEI_1_0_FN_SDEI_EVENT_UNREGISTER, WEDGE_EVENT, 0,
			     0, 0, 0);
	reg = wedge_sdei_call(SDEI_1_0_FN_SDEI_EVENT_REGISTER, WEDGE_EVENT,
			      wedge_sdei_entry, (unsigned long)&wedge_event, 0,
			      0);
	en = wedge_sdei_call(SDEI_1_0_FN_SDEI_EVENT_ENABLE, WEDGE_EVENT, 0, 0,
			     0, 0);
	pr_info("CPU %u has event 0 for itself (%ld %ld %ld)\n",
		raw_smp_processor_id(), un, reg, en);
}

static int wedge_inside_sdei_thread(void *arg)
{
	wedge_mask_all();
	wedge_own_event0();
	wedge_signal(wedge_own_mpidr());
	/* Never seen: the event comes before the call is back, or soon after. */
	for (;;)
		cpu_relax();
	return 0;
}

static int wedge_take_over(const cpumask_t *cpus, sdei_event_callback *callback)
{
	if (!wedge_sdei_entry || cpumask_weight(cpus) != 1)
		return -EINVAL;
	wedge_event.callback = callback;
	return wedge_start_all(wedge_inside_sdei_thread, cpus);
}

static int wedge_start_inside_sdei(const cpumask_t *cpus)
{
	return wedge_take_over(cpus, wedge_sdei_spins);
}

static int wedge_start_panic_inside_sdei(const cpumask_t *cpus)
{
	return wedge_take_over(cpus, wedge_sdei_panics);
}

static int wedge_start_panic_inside_sdei_late(const cpumask_t *cpus)
{
	if (!wedge_stop_mask)
		return -EINVAL;
	return wedge_take_over(cpus, wedge_sdei_panics_late);
}

static int wedge_signal_in_stop_thread(void *arg)
{
	wedge_say(__func__);
	wedge_mask_all();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!wedge_stop_has_begun())
		cpu_relax();
	wedge_signal(wedge_panicking_mpidr);
	wedge_spin_masked(raw_smp_processor_id());
	return 0;
}

static int wedge_start_panic_in_own_stop(const cpumask_t *cpus)
{
	unsigned long flags;

	if (!wedge_sdei_entry || cpumask_weight(cpus) != 1)
		return -EINVAL;
	wedge_event.callback = wedge_sdei_panics_at_once;
	wedge_panicking_mpidr = wedge_own_mpidr();
	local_irq_save(flags);
	wedge_own_event0();
	local_irq_restore(flags);
	return wedge_start_all(wedge_signal_in_stop_thread, cpus);
}

const struct wedge_verb wedge_sdei_verbs[] = {
	{ "late-event0", wedge_late_event0 },
	{ "late-backtrace", wedge_late_backtrace },
	{ "inside-sdei", wedge_start_inside_sdei },
	{ "panic-inside-sdei", wedge_start_panic_inside_sdei },
	{ "panic-inside-sdei-late", wedge_start_panic_inside_sdei_late },
	{ "panic-in-own-stop", wedge_start_panic_in_own_stop },
	{ }
};
