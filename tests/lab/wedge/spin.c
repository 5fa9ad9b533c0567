// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs that spin: with interrupts masked, in an interrupt, out of SDEI's reach,
 * or for a lock.
 */
#include "wedge.h"

#include <linux/arm-smccc.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <uapi/linux/arm_sdei.h>

static DEFINE_SPINLOCK(wedge_lock_a);
static DEFINE_SPINLOCK(wedge_lock_b);
static atomic_t wedge_locked;
static DEFINE_PER_CPU(struct hrtimer, wedge_irq_timer);

noinline void wedge_spin_masked(unsigned long cpu)
{
	wedge_mask_all();
	cpumask_set_cpu(cpu, &wedge_ready);
	wedge_spin_with_marks(cpu);
}

static int wedge_spin_masked_thread(void *arg)
{
	wedge_say("wedge_spin_masked, D A I F masked");
	wedge_spin_masked(raw_smp_processor_id());
	return 0;
}

static int wedge_start_masked(const cpumask_t *cpus)
{
	return wedge_start_all(wedge_spin_masked_thread, cpus);
}

long wedge_mask_sdei(void)
{
	struct arm_smccc_res res;

	arm_smccc_smc(SDEI_1_0_FN_SDEI_PE_MASK, 0, 0, 0, 0, 0, 0, 0, &res);
	return (long)res.a0;
}

noinline void wedge_spin_unreachable(unsigned long cpu)
{
	cpumask_set_cpu(cpu, &wedge_ready);
	wedge_spin_with_marks(cpu);
}

static int wedge_unreachable_thread(void *arg)
{
	long status;

	wedge_mask_all();
	status = wedge_mask_sdei();
	pr_info("CPU %u is in wedge_spin_unreachable, D A I F masked, SDEI masked (%ld)\n",
		raw_smp_processor_id(), status);
	wedge_spin_unreachable(raw_smp_processor_id());
	return 0;
}

static int wedge_start_unreachable(const cpumask_t *cpus)
{
	return wedge_start_all(wedge_unreachable_thread, cpus);
}

static noinline void wedge_spin_irq(unsigned long cpu)
{
	cpumask_set_cpu(cpu, &wedge_ready);
	wedge_spin_with_marks(cpu);
}

static enum hrtimer_restart wedge_irq_expired(struct hrtimer *timer)
{
	wedge_say("wedge_spin_irq, in the timer's interrupt");
	wedge_spin_irq(raw_smp_processor_id());
	return HRTIMER_NORESTART;
}

static int wedge_spin_irq_thread(void *arg)
{
	struct hrtimer *timer = this_cpu_ptr(&wedge_irq_timer);

	wedge_timer_init(timer, wedge_irq_expired);
	hrtimer_start(timer, ms_to_ktime(10), HRTIMER_MODE_REL_PINNED_HARD);
	for (;;)
		cpu_relax();
	return 0;
}

static int wedge_start_irq(const cpumask_t *cpus)
{
	return wedge_start_all(wedge_spin_irq_thread, cpus);
}

/* The first holds A and wants B, the second the other way round. */
static noinline void wedge_deadlock(spinlock_t *mine, spinlock_t *theirs)
{
	unsigned long flags;

	spin_lock_irqsave(mine, flags);
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	atomic_inc(&wedge_locked);
	while (atomic_read(&wedge_locked) < 2)
		cpu_relax();
	spin_lock(theirs);
	pr_err("CPU %u got both locks\n", raw_smp_processor_id());
	spin_unlock(theirs);
	spin_unlock_irqrestore(mine, flags);
}

static int wedge_deadlock_ab_thread(void *arg)
{
	wedge_say("wedge_deadlock, holds A, wants B");
	wedge_deadlock(&wedge_lock_a, &wedge_lock_b);
	return 0;
}

static int wedge_deadlock_ba_thread(void *arg)
{
	wedge_say("wedge_deadlock, holds B, wants A");
	wedge_deadlock(&wedge_lock_b, &wedge_lock_a);
	return 0;
}

static int wedge_start_deadlock(const cpumask_t *cpus)
{
	unsigned int first = cpumask_first(cpus);
	unsigned int second = cpumask_next(first, cpus);
	struct task_struct *ab, *ba;

	if (cpumask_weight(cpus) != 2)
		return -EINVAL;
	ab = wedge_create(wedge_deadlock_ab_thread, first);
	if (IS_ERR(ab))
		return PTR_ERR(ab);
	ba = wedge_create(wedge_deadlock_ba_thread, second);
	if (IS_ERR(ba))
		return PTR_ERR(ba);
	wake_up_process(ab);
	wake_up_process(ba);
	return wedge_wait_ready(cpus) ? 0 : -ETIMEDOUT;
}

const struct wedge_verb wedge_spin_verbs[] = {
	{ "spin-masked", wedge_start_masked },
	{ "spin-irq", wedge_start_irq },
	{ "unreachable", wedge_start_unreachable },
	{ "deadlock", wedge_start_deadlock },
	{ }
};
