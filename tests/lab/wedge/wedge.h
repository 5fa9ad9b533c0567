/* SPDX-License-Identifier: GPL-2.0 */
/* wedge.h: what the parts of the lab's module share. */
#ifndef WEDGE_H
#define WEDGE_H

#define pr_fmt(fmt) "wedge: " fmt

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/version.h>

struct task_struct;

/* CPUs that stand where their verb wants them. */
extern cpumask_t wedge_ready;
/* CPUs that were online before the verb began. */
extern unsigned int wedge_online_before;

struct wedge_verb {
	const char *name;
	int (*run)(const cpumask_t *cpus);
};

/* Each ends with an entry without name. */
extern const struct wedge_verb wedge_spin_verbs[];
extern const struct wedge_verb wedge_race_verbs[];
extern const struct wedge_verb wedge_sdei_verbs[];
extern const struct wedge_verb wedge_reboot_verbs[];

static __always_inline void wedge_mask_all(void)
{
	asm volatile("msr daifset, #0xf" : : : "memory");
}

/*
 * The loop is written out so that the callee-saved registers hold values that
 * nobody would make up: 0x5de1, the register's number, the CPU. A dump must
 * show exactly those.
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

static inline void wedge_say(const char *function)
{
	pr_info("CPU %u is in %s\n", raw_smp_processor_id(), function);
}

/* Have the smp_send_stop() of another CPU's crash stopped anybody yet? */
static __always_inline bool wedge_stop_has_begun(void)
{
	return num_online_cpus() < READ_ONCE(wedge_online_before);
}

static inline void wedge_timer_init(struct hrtimer *timer,
				    enum hrtimer_restart (*f)(struct hrtimer *))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, f, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer->function = f;
#endif
}

/* Wait, without sleeping, until every CPU of the mask is ready. */
bool wedge_wait_ready(const cpumask_t *mask);

/* A thread bound to a CPU, not yet awake. */
struct task_struct *wedge_create(int (*thread)(void *), unsigned int cpu);

/* Such threads on all CPUs of the mask, woken and waited for. */
int wedge_start_all(int (*thread)(void *), const cpumask_t *cpus);

/* Spins for good with D, A, I and F masked; ready when it does. */
void wedge_spin_masked(unsigned long cpu);

/* The same where SDEI is masked, too. */
void wedge_spin_unreachable(unsigned long cpu);

/* Masks SDEI on this CPU by firmware call; what firmware says. */
long wedge_mask_sdei(void);

#endif
