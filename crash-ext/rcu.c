// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rcu.c: whether a grace period of RCU was under way and waited for a CPU: for
 * a quiescent state of it, or for RCU's kthread, which begins and ends them all
 * and may have been on that CPU. Structures of kernel/rcu/tree.h.
 */
#include "crash-defs.h"

#include "crash-read.h"
#include "layout.h"
#include "rcu.h"

#define NS_PER_S	1000000000ull

/* include/linux/sched.h: what a task is that is to run. */
#define TASK_RUNNING	0x0
#define TASK_WAKING	0x200

/*
 * From when on the kernel calls it a stall: rcu_jiffies_till_stall_check(), in
 * kernel/rcu/tree_stall.h, which keeps rcu_cpu_stall_timeout within 3 to 300 s
 * and adds 5 s with CONFIG_PROVE_RCU. Of that only the lock map can be seen, which
 * is there in some more configurations: of theirs a stall is told 5 s late.
 */
static void stall_of(struct wedge *wedge)
{
	uint32_t limit;

	if (!read_symbol("rcu_cpu_stall_timeout", &limit, 4))
		return;
	limit = (int32_t)limit < 3 ? 3 : limit > 300 ? 300 : limit;
	if (read_symbol_exists("rcu_lock_map"))
		limit += 5;
	if (wedge->rcu_ns >= limit * NS_PER_S)
		wedge->rcu_stall_s = limit;
}

/* Whether the CPU's bit is set in a mask of its leaf of RCU's tree. */
static bool in_leaf(const struct cpu_memory *memory, enum layout_id which)
{
	uint64_t data, node, mask, waiting;

	if (!read_symbol_exists("rcu_data"))
		return false;
	data = symbol_value("rcu_data") + memory->base;
	return layout_read(data, L_RCU_DATA_MYNODE, &node, 8) && node &&
	       layout_read(data, L_RCU_DATA_GRPMASK, &mask, 8) &&
	       layout_read(node, which, &waiting, 8) &&
	       waiting & mask;
}

/*
 * A kthread that sleeps while a grace period is under way looks after it again
 * at jiffies_force_qs, by a timer of the CPU on which it went to sleep, as
 * rcu_check_gp_kthread_expired_fqs_timer() in kernel/rcu/tree_stall.h takes it.
 */
static enum rcu_kthread kthread_of(const struct cpu_memory *memory,
				   uint64_t state, uint64_t jiffies,
				   struct wedge *wedge)
{
	const struct task_context *context;
	uint64_t task, due;
	uint32_t run;

	if ((pc->flags & MINIMAL_MODE) ||
	    !layout_read(state, L_RCU_STATE_KTHREAD, &task, 8))
		return RCU_KTHREAD_NO_MATTER;
	context = task_to_context(task);
	if (!context || context->processor != (int)memory->cpu ||
	    !layout_read(task, L_TASK_STATE, &run, 4))
		return RCU_KTHREAD_NO_MATTER;
	if (task == memory->task)
		return RCU_KTHREAD_CURRENT;
	if (run == TASK_RUNNING || run == TASK_WAKING)
		return RCU_KTHREAD_QUEUED;
	/* A tick late is in time: jiffies are the ticks of another CPU. */
	if (!layout_read(state, L_RCU_STATE_FORCE_QS, &due, 8) ||
	    (int64_t)(jiffies - due) < 2)
		return RCU_KTHREAD_NO_MATTER;
	wedge->rcu_overdue_ns = (jiffies - due) * read_tick_ns();
	return RCU_KTHREAD_ASLEEP;
}

void rcu_of(const struct cpu_memory *memory, struct wedge *wedge)
{
	uint64_t state, seq, start, jiffies;

	if (!memory || !read_symbol_exists("rcu_state"))
		return;
	state = symbol_value("rcu_state");
	/* Nothing tells since when. */
	wedge->rcu_expedited = in_leaf(memory, L_RCU_NODE_EXPMASK);
	/* The low two bits of a sequence: under way, if not 0. */
	if (!layout_read(state, L_RCU_STATE_GP_SEQ, &seq, 8) || !(seq & 3) ||
	    !read_symbol("jiffies", &jiffies, 8))
		return;
	wedge->rcu_quiescent = in_leaf(memory, L_RCU_NODE_QSMASK);
	wedge->rcu_kthread = kthread_of(memory, state, jiffies, wedge);
	if (!rcu_waits(wedge))
		return;
	if (layout_read(state, L_RCU_STATE_GP_START, &start, 8) &&
	    jiffies >= start) {
		wedge->rcu_ns = (jiffies - start) * read_tick_ns();
		stall_of(wedge);
	}
}
