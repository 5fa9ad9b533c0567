// SPDX-License-Identifier: GPL-2.0
/*
 * locks: CPUs that hold locks and wait for others, for the tests of crash-ext.
 *
 * Write threads to /sys/module/locks/parameters/run, as in
 *
 *	2 mask spin:a go spin:b; 3 mask spin:b go spin:a
 *
 * which is a thread on CPU 2 and one on CPU 3, each with what it does in order:
 *
 *	mask		masks D, A, I and F
 *	spin:L		takes spinlock L, of a, b, c, d, or s, which lies in an
 *			object of the slab cache "locks_object"
 *	read:L write:L	takes rwlock L, of a, b, c
 *	mutex:L		takes mutex L
 *	rdsem:L wrsem:L	takes rw_semaphore L
 *	sem:L		takes semaphore L
 *	go		waits until all threads are here or stand still
 *	hold		spins for good
 *	call		has all other CPUs run a function, and waits for them
 *	call:N		has CPU N, of one digit, run it
 *
 * They begin one after the other: the next one when the last one stands still,
 * so that the order in a queue is the order of the threads. All of it is on the
 * console before it is done: the witness that does not depend on a dump.
 */
#define pr_fmt(fmt) "locks: " fmt

#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define MAX_THREADS	16
/* Longer than a thread that can go on takes for its next step. */
#define STILL_MS	60

static DEFINE_SPINLOCK(locks_spin_a);
static DEFINE_SPINLOCK(locks_spin_b);
static DEFINE_SPINLOCK(locks_spin_c);
static DEFINE_SPINLOCK(locks_spin_d);
static DEFINE_RWLOCK(locks_rw_a);
static DEFINE_RWLOCK(locks_rw_b);
static DEFINE_RWLOCK(locks_rw_c);
static DEFINE_MUTEX(locks_mutex_a);
static DEFINE_MUTEX(locks_mutex_b);
static DEFINE_MUTEX(locks_mutex_c);
static DECLARE_RWSEM(locks_rwsem_a);
static DECLARE_RWSEM(locks_rwsem_b);
static DECLARE_RWSEM(locks_rwsem_c);
static DEFINE_SEMAPHORE(locks_sem_a, 1);
static DEFINE_SEMAPHORE(locks_sem_b, 1);
static DEFINE_SEMAPHORE(locks_sem_c, 1);

static struct locks_object {
	unsigned long before[3];
	spinlock_t lock;
} *locks_object;

static struct locks_thread {
	struct task_struct *task;
	unsigned int cpu;
	char steps[96];
	unsigned int at;		/* steps begun */
} threads[MAX_THREADS];
static bool locks_go;

#define PICK(name, which) ({						\
	which == 'a' ? &locks_##name##_a :				\
	which == 'b' ? &locks_##name##_b : &locks_##name##_c; })

/* A function for each, so that a call chain says what its CPU is at. */
static noinline void locks_spin(spinlock_t *lock)
{
	spin_lock(lock);
}

static noinline void locks_read(rwlock_t *lock)
{
	read_lock(lock);
}

static noinline void locks_write(rwlock_t *lock)
{
	write_lock(lock);
}

static noinline void locks_mutex(struct mutex *lock)
{
	mutex_lock(lock);
}

static noinline void locks_rdsem(struct rw_semaphore *sem)
{
	down_read(sem);
}

static noinline void locks_wrsem(struct rw_semaphore *sem)
{
	down_write(sem);
}

static noinline void locks_sem(struct semaphore *sem)
{
	down(sem);
}

/*
 * Whoever holds a lock gives it back one day, or its address would not be
 * needed any more: a compiler that sees no unlock keeps it nowhere.
 */
static noinline void locks_hold(void)
{
	while (!READ_ONCE(threads[0].steps[95]))
		cpu_relax();
}

static void locks_nothing(void *unused)
{
}

static noinline void locks_call(void)
{
	smp_call_function(locks_nothing, NULL, 1);
}

static noinline void locks_call_one(unsigned int cpu)
{
	smp_call_function_single(cpu, locks_nothing, NULL, 1);
}

static void locks_steps(struct locks_thread *thread, char *rest);

static void locks_with_spin(struct locks_thread *thread, char *rest, char which)
{
	spinlock_t *lock = which == 's' ? &locks_object->lock :
			   which == 'd' ? &locks_spin_d :
					  PICK(spin, which);

	locks_spin(lock);
	locks_steps(thread, rest);
	spin_unlock(lock);
}

static void locks_with_rw(struct locks_thread *thread, char *rest, char which,
			  bool write)
{
	rwlock_t *lock = PICK(rw, which);

	if (write)
		locks_write(lock);
	else
		locks_read(lock);
	locks_steps(thread, rest);
	if (write)
		write_unlock(lock);
	else
		read_unlock(lock);
}

static void locks_with_mutex(struct locks_thread *thread, char *rest,
			     char which)
{
	struct mutex *lock = PICK(mutex, which);

	locks_mutex(lock);
	locks_steps(thread, rest);
	mutex_unlock(lock);
}

static void locks_with_rwsem(struct locks_thread *thread, char *rest,
			     char which, bool write)
{
	struct rw_semaphore *sem = PICK(rwsem, which);

	if (write)
		locks_wrsem(sem);
	else
		locks_rdsem(sem);
	locks_steps(thread, rest);
	if (write)
		up_write(sem);
	else
		up_read(sem);
}

static void locks_with_sem(struct locks_thread *thread, char *rest, char which)
{
	struct semaphore *sem = PICK(sem, which);

	locks_sem(sem);
	locks_steps(thread, rest);
	up(sem);
}

/* What is left to do while a lock is held is a call deeper: see locks_hold(). */
static noinline void locks_steps(struct locks_thread *thread, char *rest)
{
	char *step = strsep(&rest, " ");
	char which = 'a';
	char *colon;

	if (!step)
		return;
	WRITE_ONCE(thread->at, thread->at + 1);
	colon = strchr(step, ':');
	if (colon) {
		*colon = '\0';
		which = colon[1];
	}
	if (!strcmp(step, "spin"))
		return locks_with_spin(thread, rest, which);
	if (!strcmp(step, "read") || !strcmp(step, "write"))
		return locks_with_rw(thread, rest, which, step[0] == 'w');
	if (!strcmp(step, "mutex"))
		return locks_with_mutex(thread, rest, which);
	if (!strcmp(step, "rdsem") || !strcmp(step, "wrsem"))
		return locks_with_rwsem(thread, rest, which, step[0] == 'w');
	if (!strcmp(step, "sem"))
		return locks_with_sem(thread, rest, which);
	if (!strcmp(step, "mask")) {
		/* By this first, or lockdep is off at the next lock. */
		local_irq_disable();
		asm volatile("msr daifset, #0xf" : : : "memory");
	} else if (!strcmp(step, "call") && colon)
		locks_call_one(which - '0');
	else if (!strcmp(step, "call"))
		locks_call();
	else if (!strcmp(step, "hold"))
		locks_hold();
	else if (!strcmp(step, "go"))
		while (!READ_ONCE(locks_go))
			cpu_relax();
	locks_steps(thread, rest);
}

static int locks_thread(void *arg)
{
	struct locks_thread *thread = arg;

	locks_steps(thread, thread->steps);
	pr_err("CPU %u came through\n", thread->cpu);
	return 0;
}

/* Nothing here sleeps: a timer may be queued on a CPU that is lost already. */
static void locks_wait_still(struct locks_thread *thread)
{
	unsigned int at;
	int still;

	for (still = 0, at = 0; still < STILL_MS; still++) {
		mdelay(1);
		if (READ_ONCE(thread->at) != at || !at) {
			at = READ_ONCE(thread->at);
			still = 0;
		}
	}
}

static int locks_run(const char *val, const struct kernel_param *kp)
{
	char *buf = kstrdup(val, GFP_KERNEL), *rest = buf, *one;
	unsigned int nr = 0, i;

	if (!buf)
		return -ENOMEM;
	while ((one = strsep(&rest, ";")) && nr < MAX_THREADS) {
		struct locks_thread *thread = &threads[nr];
		char *steps = strim(one);
		char *cpu = strsep(&steps, " ");

		if (!steps || kstrtouint(cpu, 10, &thread->cpu) ||
		    !cpu_online(thread->cpu))
			return -EINVAL;
		strscpy(thread->steps, strim(steps),
			sizeof(thread->steps) - 1);
		thread->task = kthread_create_on_cpu(locks_thread, thread,
						     thread->cpu, "locks/%u");
		if (IS_ERR(thread->task))
			return PTR_ERR(thread->task);
		nr++;
	}
	for (i = 0; i < nr; i++) {
		pr_info("CPU %u: %s, task %px\n", threads[i].cpu,
			threads[i].steps, threads[i].task);
		wake_up_process(threads[i].task);
		locks_wait_still(&threads[i]);
	}
	WRITE_ONCE(locks_go, true);
	for (i = 0; i < nr; i++)
		locks_wait_still(&threads[i]);
	return 0;
}

static const struct kernel_param_ops locks_run_ops = {
	.set = locks_run,
};
module_param_cb(run, &locks_run_ops, NULL, 0200);

static int __init locks_init(void)
{
	struct kmem_cache *cache;

	cache = kmem_cache_create("locks_object", sizeof(*locks_object), 0,
				  SLAB_NO_MERGE, NULL);
	if (!cache)
		return -ENOMEM;
	/* The second of a slab: an object's address is not its page's. */
	locks_object = kmem_cache_alloc(cache, GFP_KERNEL);
	locks_object = kmem_cache_alloc(cache, GFP_KERNEL);
	if (!locks_object)
		return -ENOMEM;
	spin_lock_init(&locks_object->lock);
	pr_info("spinlock s at %px\n", &locks_object->lock);
	return 0;
}
module_init(locks_init);

MODULE_DESCRIPTION("Holds locks and waits for others");
MODULE_LICENSE("GPL");
