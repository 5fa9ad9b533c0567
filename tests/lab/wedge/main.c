// SPDX-License-Identifier: GPL-2.0
/*
 * wedge: the ways to lose a CPU that lkdtm does not have, for the lab only.
 * This file owns the parameter by which it is told, and the threads.
 *
 * Write a verb and CPU numbers to /sys/module/wedge/parameters/run:
 *
 *	spin-masked CPU...	spin there with D, A, I and F masked
 *	spin-irq CPU...		spin there in an interrupt's handler
 *	unreachable CPU...	spin-masked, and SDEI masked there by firmware call
 *	deadlock CPU CPU	two CPUs, two locks, opposite order, interrupts off
 *	race-before CPU...	this CPU panics; CPU panics while the winner prints,
 *				before it starts to stop anybody
 *	race-after CPU...	the same, but CPU panics when the winner already
 *				waits for CPUs to stop
 *	race-stop CPU...	CPU panics when whoever stops the CPUs next, say for
 *				a restart, already waits for it; parameter delays has
 *				it wait longer
 *	restart-in-crash CPU...	CPU restarts the machine when whoever stops the CPUs
 *				next, say for a crash, already waits for it
 *	race-timed CPU...	this CPU and CPU... panic, each after a time of its own
 *				(parameter delays)
 *	nmi-loser CPU		this CPU panics; an interrupt on CPU then calls
 *				nmi_panic() with the registers that it interrupted
 *	oops-second CPU		this CPU panics; CPU then oopses
 *	oops-loser CPU CPU	the first CPU oopses; the second does when the first
 *				is at it
 *	panic			this CPU panics
 *	late-event0 CPU		CPU, unreachable itself, signals SDEI event 0 at
 *				this CPU all through the stop; a crash must follow,
 *				and parameter crash_notes be set
 *	late-backtrace CPU	the same with all-CPU backtraces
 *	inside-sdei CPU		CPU spins in a handler of SDEI event 0 that never
 *				ends; parameter sdei_entry must be set
 *	panic-inside-sdei CPU	the same, but CPU panics in there when another one has
 *	panic-inside-sdei-late CPU
 *				the same, but not before the stop has come to SDEI, so
 *				that its event waits behind the one that CPU is in;
 *				parameter stop_mask must be set, too
 *	panic-in-own-stop CPU	this CPU panics inside an SDEI event when it has begun
 *				to stop the others, say for a restart, which must
 *				follow; CPU signals the event and then spins masked
 *	panic-in-restart	panic when a restart has stopped the other CPUs;
 *				an emergency restart must follow
 *	late-reachable CPU...	spin with D, A, I and F masked until that restart has
 *				given up on CPU, then with all of them open
 *	panic-in-reboot CPU...	wedge CPU and panic when all reboot notifiers have
 *				been called; a reboot must follow
 *	grace-period		start an RCU grace period
 *	wait-stuck CPU...	return when CPU no longer takes an IPI
 *	wait-alive CPU...	return when CPU has taken an IPI, fail if it does not
 *
 * Every function that spins or panics is a function of its own, so that a dump
 * can be asked whether a CPU's pc or call chain lies in it. What is wedged
 * where is said on the console: the witness that does not depend on the dump.
 *
 * Nothing here sleeps once a CPU is wedged: a timer may be queued there.
 */
#include "wedge.h"

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#define WEDGE_TIMEOUT_MS	5000
/* A busy host can hold a virtual CPU back for a while. */
#define WEDGE_PROBE_MS		100

cpumask_t wedge_ready;
unsigned int wedge_online_before;

static DEFINE_PER_CPU(call_single_data_t, wedge_csd);
static DEFINE_PER_CPU(int, wedge_answered);

bool wedge_wait_ready(const cpumask_t *mask)
{
	int ms;

	for (ms = 0; ms < WEDGE_TIMEOUT_MS; ms++) {
		if (cpumask_subset(mask, &wedge_ready))
			return true;
		mdelay(1);
	}
	return false;
}

struct task_struct *wedge_create(int (*thread)(void *), unsigned int cpu)
{
	return kthread_create_on_cpu(thread, NULL, cpu, "wedge/%u");
}

/* Creating a thread sleeps: all are created before the first one is woken. */
int wedge_start_all(int (*thread)(void *), const cpumask_t *cpus)
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

static void wedge_answer(void *answered)
{
	WRITE_ONCE(*(int *)answered, 1);
}

/* 0 if the CPU takes an IPI in that time, -ETIMEDOUT if it does not. */
static int wedge_probe(unsigned int cpu, int timeout_ms)
{
	int *answered = per_cpu_ptr(&wedge_answered, cpu);
	call_single_data_t *csd = per_cpu_ptr(&wedge_csd, cpu);
	int ms;

	WRITE_ONCE(*answered, 0);
	INIT_CSD(csd, wedge_answer, answered);
	if (smp_call_function_single_async(cpu, csd))
		return -EIO;
	for (ms = 0; ms < timeout_ms; ms++) {
		mdelay(1);
		if (READ_ONCE(*answered))
			return 0;
	}
	pr_info("CPU %u does not answer an IPI\n", cpu);
	return -ETIMEDOUT;
}

/*
 * Lets others run on this CPU between probes, but does not sleep: whoever is to
 * wedge the CPU may still be on its way there from here.
 */
static int wedge_wait_stuck_one(unsigned int cpu)
{
	unsigned long end = jiffies + msecs_to_jiffies(WEDGE_TIMEOUT_MS);
	int err;

	while (time_before(jiffies, end)) {
		err = wedge_probe(cpu, WEDGE_PROBE_MS);
		if (err)
			return err == -ETIMEDOUT ? 0 : err;
		cond_resched();
	}
	return -ETIMEDOUT;
}

static int wedge_wait_stuck(const cpumask_t *cpus)
{
	unsigned int cpu;
	int err = 0;

	for_each_cpu(cpu, cpus) {
		err = wedge_wait_stuck_one(cpu);
		if (err)
			break;
	}
	return err;
}

static int wedge_wait_alive(const cpumask_t *cpus)
{
	unsigned int cpu;
	int err = 0;

	for_each_cpu(cpu, cpus) {
		err = wedge_probe(cpu, WEDGE_TIMEOUT_MS);
		if (err)
			break;
		pr_info("CPU %u answers an IPI\n", cpu);
	}
	return err;
}

static void wedge_grace_period_ends(struct rcu_head *head)
{
}

static int wedge_grace_period(const cpumask_t *cpus)
{
	static struct rcu_head head;

	call_rcu(&head, wedge_grace_period_ends);
	return 0;
}

static const struct wedge_verb wedge_main_verbs[] = {
	{ "wait-stuck", wedge_wait_stuck },
	{ "wait-alive", wedge_wait_alive },
	{ "grace-period", wedge_grace_period },
	{ }
};

static int wedge_do(const char *name, const cpumask_t *cpus)
{
	static const struct wedge_verb *const tables[] = {
		wedge_main_verbs, wedge_spin_verbs, wedge_race_verbs,
		wedge_sdei_verbs, wedge_reboot_verbs,
	};
	const struct wedge_verb *verb;
	unsigned int i;

	cpumask_clear(&wedge_ready);
	wedge_online_before = num_online_cpus();

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (verb = tables[i]; verb->name; verb++)
			if (!strcmp(name, verb->name))
				return verb->run(cpus);
	return -EINVAL;
}

static int wedge_run(const char *val, const struct kernel_param *kp)
{
	char buf[128], *rest = buf, *verb, *word;
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
MODULE_PARM_DESC(run, "verb and CPU numbers, see the head of main.c");

MODULE_DESCRIPTION("Wedges CPUs on purpose");
MODULE_LICENSE("GPL");
