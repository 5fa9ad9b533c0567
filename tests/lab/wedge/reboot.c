// SPDX-License-Identifier: GPL-2.0
/*
 * Panics on the way down: when a restart has stopped the other CPUs already, or
 * given up on them, and when the reboot notifiers have reset what they look after.
 */
#include "wedge.h"

#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/reboot.h>
#include <linux/smp.h>
#include <asm/daifflags.h>

#define WEDGE_LATE_MS	2000

/* CPUs that take an IPI only when the restart has given up on them. */
static cpumask_t wedge_late_cpus;
static bool wedge_restart_gave_up;

static cpumask_t wedge_reboot_cpus;
static call_single_data_t wedge_reboot_csd[NR_CPUS];

static noinline void wedge_panic_in_restart(void)
{
	panic("wedge: panic in a restart handler, on CPU %u",
	      raw_smp_processor_id());
}

static int wedge_restart_called(struct notifier_block *nb, unsigned long mode,
				void *cmd)
{
	int ms;

	WRITE_ONCE(wedge_restart_gave_up, true);
	for (ms = 0; ms < WEDGE_LATE_MS; ms++) {
		if (!cpumask_intersects(&wedge_late_cpus, cpu_online_mask))
			break;
		mdelay(1);
	}
	wedge_panic_in_restart();
	return NOTIFY_DONE;
}

static struct notifier_block wedge_restart_nb = {
	.notifier_call	= wedge_restart_called,
	.priority	= 255,
};

static int wedge_panic_at_restart(const cpumask_t *cpus)
{
	return register_restart_handler(&wedge_restart_nb);
}

static noinline void wedge_spin_open(void)
{
	/* The restart's stop IPI is pending. */
	local_daif_restore(DAIF_PROCCTX);
	for (;;)
		cpu_relax();
}

static int wedge_late_reachable_thread(void *arg)
{
	wedge_say(__func__);
	wedge_mask_all();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!READ_ONCE(wedge_restart_gave_up))
		cpu_relax();
	wedge_spin_open();
	return 0;
}

static int wedge_start_late_reachable(const cpumask_t *cpus)
{
	cpumask_copy(&wedge_late_cpus, cpus);
	return wedge_start_all(wedge_late_reachable_thread, cpus);
}

static void wedge_spin_by_ipi(void *arg)
{
	wedge_spin_masked(raw_smp_processor_id());
}

static noinline void wedge_panic_in_reboot(void)
{
	panic("wedge: panic in a reboot notifier, on CPU %u",
	      raw_smp_processor_id());
}

/*
 * The last of all: SDEI's own notifier must have been there. CPUs are wedged
 * only now, since that one asks all of them.
 */
static int wedge_reboot_called(struct notifier_block *nb, unsigned long mode,
			       void *cmd)
{
	unsigned int cpu;

	cpumask_clear(&wedge_ready);
	for_each_cpu(cpu, &wedge_reboot_cpus) {
		INIT_CSD(&wedge_reboot_csd[cpu], wedge_spin_by_ipi, NULL);
		smp_call_function_single_async(cpu, &wedge_reboot_csd[cpu]);
	}
	if (!wedge_wait_ready(&wedge_reboot_cpus))
		pr_err("a CPU does not get wedged\n");
	wedge_panic_in_reboot();
	return NOTIFY_DONE;
}

static struct notifier_block wedge_reboot_nb = {
	.notifier_call	= wedge_reboot_called,
	.priority	= INT_MIN,
};

static int wedge_panic_at_reboot(const cpumask_t *cpus)
{
	cpumask_copy(&wedge_reboot_cpus, cpus);
	return register_reboot_notifier(&wedge_reboot_nb);
}

const struct wedge_verb wedge_reboot_verbs[] = {
	{ "panic-in-restart", wedge_panic_at_restart },
	{ "late-reachable", wedge_start_late_reachable },
	{ "panic-in-reboot", wedge_panic_at_reboot },
	{ }
};
