// SPDX-License-Identifier: GPL-2.0
/*
 * Panics and oopses of several CPUs. They do not race: each waits until the one
 * before it is where the verb wants it.
 */
#include "wedge.h"

#include <linux/atomic.h>
#include <linux/console.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/kdebug.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <asm/irq_regs.h>

#define WEDGE_HOLD_MS		2000

/* CPUs that are to stop themselves before the winner of a panic goes on. */
static cpumask_t wedge_losers;
static DEFINE_PER_CPU(struct hrtimer, wedge_timer);

/* Nanoseconds: the first is the panicking CPU's, the others the losers' in turn. */
static unsigned int wedge_delays[NR_CPUS];
static int wedge_nr_delays;
module_param_array_named(delays, wedge_delays, uint, &wedge_nr_delays, 0600);

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

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
/*
 * The serial console is an nbcon there. With one of those about, consoles of
 * the old kind are silent in a panic until the other CPUs are stopped.
 */
static void wedge_console_write_nbcon(struct console *con,
				      struct nbcon_write_context *wctxt)
{
	wedge_console_write(con, wctxt->outbuf, wctxt->len);
}

static void wedge_console_lock(struct console *con, unsigned long *flags)
{
	migrate_disable();
}

static void wedge_console_unlock(struct console *con, unsigned long flags)
{
	migrate_enable();
}

static struct console wedge_console = {
	.name		= "wedge",
	.write_atomic	= wedge_console_write_nbcon,
	.write_thread	= wedge_console_write_nbcon,
	.device_lock	= wedge_console_lock,
	.device_unlock	= wedge_console_unlock,
	.flags		= CON_ENABLED | CON_NBCON,
	.index		= -1,
};
#else
static struct console wedge_console = {
	.name	= "wedge",
	.write	= wedge_console_write,
	.flags	= CON_ENABLED,
	.index	= -1,
};
#endif

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
	u64 begin;

	wedge_say(__func__);
	wedge_mask_all();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!wedge_stop_has_begun())
		cpu_relax();
	begin = sched_clock();
	while (sched_clock() - begin < wedge_delays[0])
		cpu_relax();
	wedge_panic_second();
	return 0;
}

/* The other way round: the machine is to be reset while a crash waits for it. */
static int wedge_restart_in_crash_thread(void *arg)
{
	wedge_say(__func__);
	wedge_mask_all();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!wedge_stop_has_begun())
		cpu_relax();
	emergency_restart();
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

	wedge_timer_init(timer, wedge_nmi_timer);
	wedge_say("wedge_nmi_victim");
	hrtimer_start(timer, ms_to_ktime(10), HRTIMER_MODE_REL_PINNED_HARD);
	wedge_nmi_victim(raw_smp_processor_id());
	return 0;
}

/* A store to an address that no page table maps. */
static noinline void wedge_oops_here(void)
{
	asm volatile("str	xzr, [%0]" : : "r" (8UL) : "memory");
}

static int wedge_oops_second_thread(void *arg)
{
	wedge_say(__func__);
	wedge_mask_all();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!READ_ONCE(oops_in_progress))
		cpu_relax();
	wedge_oops_here();
	return 0;
}

/* Called by an oops that holds the lock which lets in one at a time. */
static bool wedge_first_is_in;
static int wedge_die_called(struct notifier_block *nb, unsigned long val,
			    void *data)
{
	WRITE_ONCE(wedge_first_is_in, true);
	return NOTIFY_DONE;
}

static struct notifier_block wedge_die_nb = {
	.notifier_call	= wedge_die_called,
};

static int wedge_oops_loser_thread(void *arg)
{
	wedge_say(__func__);
	wedge_mask_all();
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!READ_ONCE(wedge_first_is_in))
		cpu_relax();
	wedge_oops_here();
	return 0;
}

static int wedge_oops_first_thread(void *arg)
{
	wedge_say(__func__);
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	wedge_oops_here();
	return 0;
}

/* Holds the winner in its first message until the losers are gone. */
static void wedge_hold_winner(const cpumask_t *losers)
{
	cpumask_copy(&wedge_losers, losers);
	register_console(&wedge_console);
}

static int wedge_panic_against(int (*thread)(void *), const cpumask_t *losers,
			       bool hold)
{
	int err = losers ? wedge_start_all(thread, losers) : 0;

	if (err)
		return err;
	pr_info("CPU %u is about to panic first\n", raw_smp_processor_id());
	if (hold)
		wedge_hold_winner(losers);
	wedge_panic_first();
	return 0;
}

static int wedge_race_before(const cpumask_t *cpus)
{
	return wedge_panic_against(wedge_race_before_thread, cpus, true);
}

static int wedge_race_after(const cpumask_t *cpus)
{
	return wedge_panic_against(wedge_race_after_thread, cpus, false);
}

/* Nobody panics here: whoever stops the CPUs next, for whatever reason. */
static int wedge_race_stop(const cpumask_t *cpus)
{
	return wedge_start_all(wedge_race_after_thread, cpus);
}

static int wedge_restart_in_crash(const cpumask_t *cpus)
{
	return wedge_start_all(wedge_restart_in_crash_thread, cpus);
}

static int wedge_nmi_loser(const cpumask_t *cpus)
{
	return wedge_panic_against(wedge_nmi_loser_thread, cpus, true);
}

static int wedge_oops_second(const cpumask_t *cpus)
{
	return wedge_panic_against(wedge_oops_second_thread, cpus, true);
}

static u64 wedge_start_at;
static atomic_t wedge_turn;

/* Nobody waits for anybody here: who is first, or stopped, is up to the times. */
static noinline void wedge_race_timed(unsigned int delay)
{
	while (sched_clock() < READ_ONCE(wedge_start_at) + delay)
		cpu_relax();
	wedge_panic_second();
}

static int wedge_race_timed_thread(void *arg)
{
	unsigned int turn = atomic_inc_return(&wedge_turn);

	wedge_say(__func__);
	cpumask_set_cpu(raw_smp_processor_id(), &wedge_ready);
	while (!READ_ONCE(wedge_start_at))
		cpu_relax();
	wedge_race_timed(wedge_delays[turn % max(wedge_nr_delays, 1)]);
	return 0;
}

static int wedge_start_race_timed(const cpumask_t *cpus)
{
	int err = wedge_start_all(wedge_race_timed_thread, cpus);

	if (err)
		return err;
	WRITE_ONCE(wedge_start_at, sched_clock() + 100 * NSEC_PER_USEC);
	wedge_race_timed(wedge_delays[0]);
	return 0;
}

static int wedge_panic(const cpumask_t *cpus)
{
	return wedge_panic_against(NULL, NULL, false);
}

static int wedge_oops_loser(const cpumask_t *cpus)
{
	unsigned int first = cpumask_first(cpus);
	unsigned int second = cpumask_next(first, cpus);
	struct task_struct *winner;
	int err;

	if (cpumask_weight(cpus) != 2)
		return -EINVAL;
	winner = wedge_create(wedge_oops_first_thread, first);
	if (IS_ERR(winner))
		return PTR_ERR(winner);
	err = register_die_notifier(&wedge_die_nb);
	if (!err)
		err = wedge_start_all(wedge_oops_loser_thread,
				      cpumask_of(second));
	if (err)
		return err;
	wake_up_process(winner);
	/* A crash is on its way. */
	for (;;)
		cpu_relax();
	return 0;
}

const struct wedge_verb wedge_race_verbs[] = {
	{ "race-before", wedge_race_before },
	{ "race-after", wedge_race_after },
	{ "race-stop", wedge_race_stop },
	{ "restart-in-crash", wedge_restart_in_crash },
	{ "race-timed", wedge_start_race_timed },
	{ "nmi-loser", wedge_nmi_loser },
	{ "oops-second", wedge_oops_second },
	{ "oops-loser", wedge_oops_loser },
	{ "panic", wedge_panic },
	{ }
};
