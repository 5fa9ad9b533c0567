// SPDX-License-Identifier: GPL-2.0
/*
 * Panics on the way down: when a restart has stopped the other CPUs already,
 * and when the reboot notifiers have reset what they look after.
 */
#include "wedge.h"

#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/reboot.h>
#include <linux/smp.h>

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
	{ "panic-in-reboot", wedge_panic_at_reboot },
	{ }
};
