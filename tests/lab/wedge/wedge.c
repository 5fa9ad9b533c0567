// SPDX-License-Identifier: GPL-2.0
/*
 * wedge: the ways to lose a CPU that lkdtm does not have, for the lab only.
 *
 * Write a verb and CPU numbers to /sys/module/wedge/parameters/run:
 *
 *	spin-masked CPU...	spin there with D, A, I and F masked
 *	unreachable CPU...	the same, and SDEI masked there by firmware call
 *	deadlock CPU CPU	two CPUs, two locks, opposite order, interrupts off
 *	race-before CPU		this CPU panics; CPU panics while the winner prints,
 *				before it starts to stop anybody
 *	race-after CPU		the same, but CPU panics when the winner already
 *				waits for CPUs to stop
 *	nmi-loser CPU		this CPU panics; an interrupt on CPU then calls
 *				nmi_panic() with the registers that it interrupted
 *	panic			this CPU panics
 *	wait-stuck CPU...	return when CPU no longer takes an IPI
 *
 * Every function that spins or panics is a function of its own, so that a dump
 * can be asked whether a CPU's pc or call chain lies in it. What is wedged
 * where is said on the console: the witness that does not depend on the dump.
 *
 * Nothing here sleeps once a CPU is wedged: a timer may be queued there.
 */
#define pr_fmt(fmt) "wedge: " fmt

#include <linux/arm-smccc.h>
#include <linux/atomic.h>
#include <linux/console.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <uapi/linux/arm_sdei.h>
#include <asm/irq_regs.h>

#define WEDGE_TIMEOUT_MS	5000
#define WEDGE_HOLD_MS		2000
/* A busy host can hold a virtual CPU back for a while. */
#define WEDGE_PROBE_MS		100

/* CPUs that stand where their verb wants them. */
static cpumask_t wedge_ready;
/* CPUs that are to stop themselves before the winner of a panic goes on. */
static cpumask_t wedge_losers;
static unsigned int wedge_online_before;

static DEFINE_SPINLOCK(wedge_lock_a);
static DEFINE_SPINLOCK(wedge_lock_b);
static atomic_t wedge_locked;
static DEFINE_PER_CPU(struct hrtimer, wedge_timer);
static DEFINE_PER_CPU(call_single_data_t, wedge_csd);
static DEFINE_PER_CPU(int, wedge_answered);

static __always_inline void wedge_mask_all(void)
{
	asm volatile("msr daifset, #0xf" : : : "memory");
}

static void wedge_say(const char *function)
{
	pr_info("CPU %u is in %s\n", raw_smp_processor_id(), function);
}

/*
 * The loops are written out so that the callee-saved registers hold values
 * that nobody would make up: 0x5de1, the register's number, the CPU. A dump
 * must show exactly those.
 */
static __always_inline void wedge_spin_with_marks(unsigned long cpu)
{
	asm volatile("mov	x20, %0\n"
		     "mov	x21, %1\n"
		     "mov	x22, %2\n"
		     "1:	yield\n"
		     "	b	1b\n"
		     : : "r" (0x5de1000000140000UL | cpu),
			 "r" (0x5de1000000150000UL | cpu),
			 "r" (0x5de1000000160000UL | cpu)
		     : "x20", "x21", "x22", "memory");
}

static noinline void wedge_spin_masked(unsigned long cpu)
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

static noinline void wedge_spin_unreachable(unsigned long cpu)
{
	cpumask_set_cpu(cpu, &wedge_ready);
	wedge_spin_with_marks(cpu);
}

static int wedge_unreachable_thread(void *arg)
{
	struct arm_smccc_res res;

	wedge_mask_all();
	arm_smccc_smc(SDEI_1_0_FN_SDEI_PE_MASK, 0, 0, 0, 0, 0, 0, 0, &res);
	pr_info("CPU %u is in wedge_spin_unreachable, D A I F masked, SDEI masked (%ld)\n",
		raw_smp_processor_id(), (long)res.a0);
	wedge_spin_unreachable(raw_smp_processor_id());
	return 0;
}

/* Waits, without sleeping, until every CPU of the mask is ready. */
static bool wedge_wait_ready(const cpumask_t *mask)
{
	int ms;

	for (ms = 0; ms < WEDGE_TIMEOUT_MS; ms++) {
		if (cpumask_subset(mask, &wedge_ready))
			return true;
		mdelay(1);
	}
	return false;
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

static noinline void wedge_panic_first(void)
{
	panic("wedge: first panic, on CPU %u", raw_smp_processor_id());
}

static noinline void wedge_panic_second(void)
{
	panic("wedge: second panic, on CPU %u", raw_smp_processor_id());
}

/*
 * A console that is slow on purpose: what a panic() that wins prints first, it
 * prints when it owns panic_cpu and has not yet begun to stop anybody. It is
 * held there until the loser is gone from the online mask, so that there is no
 * race to lose to a busy host.
 */
static void wedge_console_write(struct console *con, const char *s,
				unsigned int n)
{
	int ms;

	if (!READ_ONCE(oops_in_progress))
		return;
	for (ms = 0; ms < WEDGE_HOLD_MS; ms++) {
		if (!cpumask_intersects(&wedge_losers, cpu_online_mask))
			return;
		mdelay(1);
	}
}

static struct console wedge_console = {
	.name	= "wedge",
	.write	= wedge_console_write,
	.flags	= CON_ENABLED,
	.index	= -1,
};

/*
 * panic() owns panic_cpu before it raises oops_in_progress: a panic() that
 * starts when that is seen loses, and while wedge_console holds the winner, it
 * loses before the stop begins.
 */
static int wedge_race_before_thread(void *arg)
{
	wedge_say(__func__);
	wedge_mask_all();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!READ_ONCE(oops_in_progress))
		cpu_relax();
	wedge_panic_second();
	return 0;
}

/*
 * CPUs leave the online mask when the winner's stop IPI reaches them. The
 * winner then waits a second for this CPU, which has interrupts masked.
 */
static int wedge_race_after_thread(void *arg)
{
	wedge_say(__func__);
	wedge_mask_all();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (num_online_cpus() >= READ_ONCE(wedge_online_before))
		cpu_relax();
	wedge_panic_second();
	return 0;
}

static noinline void wedge_nmi_victim(unsigned long cpu)
{
	wedge_spin_with_marks(cpu);
}

static enum hrtimer_restart wedge_nmi_timer(struct hrtimer *timer)
{
	struct pt_regs *regs = get_irq_regs();

	pr_info("CPU %u was interrupted in %ps, nmi_panic() follows\n",
		raw_smp_processor_id(), (void *)regs->pc);
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!READ_ONCE(oops_in_progress))
		cpu_relax();
	nmi_panic(regs, "wedge: nmi_panic that loses");
	return HRTIMER_NORESTART;
}

static int wedge_nmi_loser_thread(void *arg)
{
	struct hrtimer *timer = this_cpu_ptr(&wedge_timer);

	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer->function = wedge_nmi_timer;
	wedge_say("wedge_nmi_victim");
	hrtimer_start(timer, ms_to_ktime(10), HRTIMER_MODE_REL_PINNED_HARD);
	wedge_nmi_victim(raw_smp_processor_id());
	return 0;
}

static struct task_struct *wedge_create(int (*thread)(void *), unsigned int cpu)
{
	return kthread_create_on_cpu(thread, NULL, cpu, "wedge/%u");
}

/* Creating a thread sleeps: all are created before the first one is woken. */
static int wedge_start_all(int (*thread)(void *), const cpumask_t *cpus)
{
	static struct task_struct *tasks[NR_CPUS];
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		tasks[cpu] = wedge_create(thread, cpu);
		if (IS_ERR(tasks[cpu]))
			return PTR_ERR(tasks[cpu]);
	}
	for_each_cpu(cpu, cpus)
		wake_up_process(tasks[cpu]);
	return wedge_wait_ready(cpus) ? 0 : -ETIMEDOUT;
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

static void wedge_answer(void *answered)
{
	WRITE_ONCE(*(int *)answered, 1);
}

/*
 * Lets others run on this CPU between probes, but does not sleep: whoever is to
 * wedge the CPU may still be on its way there from here.
 */
static int wedge_wait_stuck(unsigned int cpu)
{
	unsigned long end = jiffies + msecs_to_jiffies(WEDGE_TIMEOUT_MS);
	int *answered = per_cpu_ptr(&wedge_answered, cpu);
	call_single_data_t *csd = per_cpu_ptr(&wedge_csd, cpu);
	int ms;

	while (time_before(jiffies, end)) {
		WRITE_ONCE(*answered, 0);
		INIT_CSD(csd, wedge_answer, answered);
		if (smp_call_function_single_async(cpu, csd))
			return -EIO;
		for (ms = 0; ms < WEDGE_PROBE_MS; ms++) {
			mdelay(1);
			if (READ_ONCE(*answered))
				break;
		}
		if (ms == WEDGE_PROBE_MS) {
			pr_info("CPU %u does not answer an IPI\n", cpu);
			return 0;
		}
		cond_resched();
	}
	return -ETIMEDOUT;
}

static int wedge_do(const char *verb, const cpumask_t *cpus)
{
	unsigned int cpu;
	int err = 0;

	cpumask_clear(&wedge_ready);
	wedge_online_before = num_online_cpus();

	if (!strcmp(verb, "spin-masked"))
		return wedge_start_all(wedge_spin_masked_thread, cpus);
	if (!strcmp(verb, "unreachable"))
		return wedge_start_all(wedge_unreachable_thread, cpus);
	if (!strcmp(verb, "deadlock"))
		return wedge_start_deadlock(cpus);
	if (!strcmp(verb, "wait-stuck")) {
		for_each_cpu(cpu, cpus) {
			err = wedge_wait_stuck(cpu);
			if (err)
				return err;
		}
		return 0;
	}

	if (!strcmp(verb, "race-before"))
		err = wedge_start_all(wedge_race_before_thread, cpus);
	else if (!strcmp(verb, "race-after"))
		err = wedge_start_all(wedge_race_after_thread, cpus);
	else if (!strcmp(verb, "nmi-loser"))
		err = wedge_start_all(wedge_nmi_loser_thread, cpus);
	else if (strcmp(verb, "panic"))
		return -EINVAL;
	if (err)
		return err;
	pr_info("CPU %u is about to panic first\n", raw_smp_processor_id());
	if (!strcmp(verb, "race-before") || !strcmp(verb, "nmi-loser")) {
		cpumask_copy(&wedge_losers, cpus);
		register_console(&wedge_console);
	}
	wedge_panic_first();
	return 0;
}

static int wedge_run(const char *val, const struct kernel_param *kp)
{
	char buf[64], *rest = buf, *verb, *word;
	cpumask_t cpus = CPU_MASK_NONE;
	unsigned int cpu;

	if (strscpy(buf, val, sizeof(buf)) < 0)
		return -EINVAL;
	rest = strim(buf);
	verb = strsep(&rest, " ");
	while ((word = strsep(&rest, " "))) {
		if (kstrtouint(word, 10, &cpu) || cpu >= nr_cpu_ids ||
		    !cpu_online(cpu))
			return -EINVAL;
		/* Whoever drives this must stay alive to crash the machine. */
		if (cpu == raw_smp_processor_id())
			return -EBUSY;
		cpumask_set_cpu(cpu, &cpus);
	}
	return wedge_do(verb, &cpus);
}

static const struct kernel_param_ops wedge_run_ops = {
	.set = wedge_run,
};
module_param_cb(run, &wedge_run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "verb and CPU numbers, see the head of wedge.c");

MODULE_DESCRIPTION("Wedges CPUs on purpose");
MODULE_LICENSE("GPL");
