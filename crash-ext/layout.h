/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h: where the dumped kernel's structures have their members. Asked of
 * the debug information by name (debuginfo.h), or of crash, each once in a
 * session and only when it is needed: the first question to crash about a
 * structure can cost 60 ms, and in crash 9 each one leaks a little memory
 * inside gdb.
 */
#ifndef SDEI_STOP_LAYOUT_H
#define SDEI_STOP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(name, structure, member): layout(L_name) is offsetof(). */
#define LAYOUTS(X)							\
	X(RQ_CURR, "rq", "curr")					\
	X(RQ_CLOCK, "rq", "clock")					\
	X(TASK_PID, "task_struct", "pid")				\
	X(TASK_COMM, "task_struct", "comm")				\
	X(TASK_STACK, "task_struct", "stack")				\
	X(TASK_STATE, "task_struct", "__state")				\
	X(TASK_LOCKDEP_DEPTH, "task_struct", "lockdep_depth")		\
	X(TASK_HELD_LOCKS, "task_struct", "held_locks")			\
	X(HELD_LOCK_INSTANCE, "held_lock", "instance")			\
	X(HELD_LOCK_IP, "held_lock", "acquire_ip")			\
	X(LOCKDEP_MAP_NAME, "lockdep_map", "name")			\
	X(CPUHP_STATE, "cpuhp_cpu_state", "state")			\
	X(PT_REGS_STACKFRAME, "pt_regs", "stackframe")			\
	X(PT_REGS_PMR, "pt_regs", "pmr")				\
	X(PT_REGS_PMR_SAVE, "pt_regs", "pmr_save")			\
	X(SDEI_EVENT_REGS, "sdei_registered_event", "interrupted_regs")	\
	X(SDEI_EVENT_NUM, "sdei_registered_event", "event_num")		\
	X(SDEI_LIST, "sdei_event", "list")				\
	X(SDEI_NUM, "sdei_event", "event_num")				\
	X(SDEI_PRIVATE, "sdei_event", "private_registered")		\
	X(IRQ_DESC_KSTAT, "irq_desc", "kstat_irqs")			\
	X(TICK_SCHED_TIMER, "tick_sched", "sched_timer")		\
	X(TICK_FLAGS, "tick_sched", "flags")				\
	X(TICK_LAST_TICK, "tick_sched", "last_tick")			\
	X(TICK_NEXT_TICK, "tick_sched", "next_tick")			\
	X(HRTIMER_EXPIRES, "hrtimer", "_softexpires")			\
	X(HRTIMER_STATE, "hrtimer", "state")				\
	X(HRTIMER_QUEUED, "hrtimer", "is_queued")			\
	X(CLOCKSOURCE_MULT, "clocksource", "mult")			\
	X(CLOCKSOURCE_SHIFT, "clocksource", "shift")			\
	X(TK_DATA_TIMEKEEPER, "tk_data", "timekeeper")			\
	X(TK_MONO, "timekeeper", "tkr_mono")				\
	X(TKR_CYCLE_LAST, "tk_read_base", "cycle_last")			\
	X(TKR_MULT, "tk_read_base", "mult")				\
	X(TKR_SHIFT, "tk_read_base", "shift")				\
	X(TKR_NSEC, "tk_read_base", "xtime_nsec")			\
	X(TKR_BASE, "tk_read_base", "base")				\
	X(CD_READ_DATA, "clock_data", "read_data")			\
	X(CRD_EPOCH_NS, "clock_read_data", "epoch_ns")			\
	X(CRD_EPOCH_CYC, "clock_read_data", "epoch_cyc")		\
	X(CRD_MASK, "clock_read_data", "sched_clock_mask")		\
	X(CRD_MULT, "clock_read_data", "mult")				\
	X(CRD_SHIFT, "clock_read_data", "shift")			\
	X(RCU_STATE_GP_SEQ, "rcu_state", "gp_seq")			\
	X(RCU_STATE_GP_START, "rcu_state", "gp_start")			\
	X(RCU_STATE_FORCE_QS, "rcu_state", "jiffies_force_qs")		\
	X(RCU_STATE_KTHREAD, "rcu_state", "gp_kthread")			\
	X(RCU_DATA_GRPMASK, "rcu_data", "grpmask")			\
	X(RCU_DATA_MYNODE, "rcu_data", "mynode")			\
	X(RCU_NODE_QSMASK, "rcu_node", "qsmask")			\
	X(RCU_NODE_EXPMASK, "rcu_node", "expmask")			\
	X(CFD_CSD, "call_function_data", "csd")				\
	X(CSD_FLAGS, "__call_single_node", "u_flags")			\
	X(PAGE_COMPOUND_HEAD, "page", "compound_head")			\
	X(PAGE_COMPOUND_INFO, "page", "compound_info")			\
	X(SLAB_CACHE, "slab", "slab_cache")				\
	X(KMEM_CACHE_NAME, "kmem_cache", "name")			\
	X(KMEM_CACHE_LIST, "kmem_cache", "list")			\
	X(MUTEX_WAIT_LIST, "mutex", "wait_list")			\
	X(RWSEM_OWNER, "rw_semaphore", "owner")				\
	X(RWSEM_WAIT_LIST, "rw_semaphore", "wait_list")			\
	X(SEMAPHORE_WAIT_LIST, "semaphore", "wait_list")		\
	X(MUTEX_FIRST_WAITER, "mutex", "first_waiter")			\
	X(RWSEM_FIRST_WAITER, "rw_semaphore", "first_waiter")		\
	X(SEMAPHORE_FIRST_WAITER, "semaphore", "first_waiter")		\
	X(PRB_DESC_RING, "printk_ringbuffer", "desc_ring")		\
	X(PRB_TEXT_RING, "printk_ringbuffer", "text_data_ring")		\
	X(PRB_COUNT_BITS, "prb_desc_ring", "count_bits")		\
	X(PRB_DESCS, "prb_desc_ring", "descs")				\
	X(PRB_INFOS, "prb_desc_ring", "infos")				\
	X(PRB_HEAD, "prb_desc_ring", "head_id")				\
	X(PRB_TAIL, "prb_desc_ring", "tail_id")				\
	X(PRB_SIZE_BITS, "prb_data_ring", "size_bits")			\
	X(PRB_DATA, "prb_data_ring", "data")				\
	X(PRB_STATE, "prb_desc", "state_var")				\
	X(PRB_LPOS, "prb_desc", "text_blk_lpos")			\
	X(PRB_BEGIN, "prb_data_blk_lpos", "begin")			\
	X(PRB_NEXT, "prb_data_blk_lpos", "next")			\
	X(PRB_TEXT_LEN, "printk_info", "text_len")			\
	X(PRB_FACILITY, "printk_info", "facility")

enum layout_id {
#define LAYOUT_ID(id, type, member) L_##id,
	LAYOUTS(LAYOUT_ID)
#undef LAYOUT_ID
	L_NR,
};

/* The offset, or -1: this kernel has no such member, or nothing says where. */
long layout(enum layout_id id);

/* That member of the structure at base. False: no such, or not readable. */
bool layout_read(uint64_t base, enum layout_id id, void *to, size_t len);

/* The size of a structure, or -1. Not kept: for questions asked once. */
long layout_size(const char *type);

enum layout_enum_id {
	L_CPUHP_ONLINE,
	L_IPI_CPU_STOP,
	L_IPI_CPU_STOP_NMI,
	L_IPI_CPU_CRASH_STOP,
	L_ENUM_NR,
};

/* The value of an enumerator; false: this kernel has none of that name. */
bool layout_enum(enum layout_enum_id id, long *value);

/* sizeof(note_buf_t), THREAD_SIZE: known without debug information, too. */
long layout_note_buf(void);
long layout_thread_size(void);

#endif /* SDEI_STOP_LAYOUT_H */
