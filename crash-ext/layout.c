// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * layout.c: structure layouts, asked once: of what crash knows already, of the
 * debug information itself, of crash.
 */
#include "crash-defs.h"

#include "crash-read.h"
#include "debuginfo.h"
#include "facts.h"
#include "layout.h"

/*
 * sizeof(note_buf_t) on arm64: a PRSTATUS note and an empty header. Used when
 * the debug information does not tell.
 */
#define NOTE_BUF_SIZE	424
#define NOTE_BUF_MAX	4096

#define THREAD_SIZE_MAX	(1 << 20)

static const struct {
	const char *type, *member;
} members[L_NR] = {
#define LAYOUT_NAME(id, type, member) { type, member },
	LAYOUTS(LAYOUT_NAME)
#undef LAYOUT_NAME
};

/*
 * A function of the unit that owns a structure, in Linux 6.12 and 7.3: the one
 * that works with it, since a unit has only the types that it uses. Where that
 * unit does not define it, as in some other kernel, crash is asked; as it is
 * for those that it has looked at when it started.
 */
static const char *owner(const char *type)
{
	static const struct {
		const char *type, *function;
	} owners[] = {
		{ "rq", "wake_up_process" },
		{ "held_lock", "lock_acquire" },
		{ "lockdep_map", "lock_acquire" },
		{ "cpuhp_cpu_state", "cpus_read_lock" },
		{ "sdei_registered_event", "sdei_event_register" },
		{ "sdei_event", "sdei_event_register" },
		{ "irq_desc", "irq_to_desc" },
		{ "tick_sched", "tick_get_tick_sched" },
		{ "hrtimer", "tick_get_tick_sched" },
		{ "clocksource", "ktime_get" },
		{ "tk_data", "ktime_get" },
		{ "timekeeper", "ktime_get" },
		{ "tk_read_base", "ktime_get" },
		{ "seqcount_raw_spinlock", "ktime_get" },
		{ "clock_data", "sched_clock" },
		{ "clock_read_data", "sched_clock" },
		{ "rcu_state", "call_rcu" },
		{ "rcu_data", "call_rcu" },
		{ "rcu_node", "call_rcu" },
		{ "call_function_data", "smp_call_function" },
		{ "__call_single_node", "smp_call_function" },
		{ "slab", "kmem_cache_destroy" },
		{ "kmem_cache", "kmem_cache_destroy" },
		{ "mutex", "mutex_lock" },
		{ "rw_semaphore", "down_read" },
		{ "semaphore", "down" },
		{ "printk_ringbuffer", "prb_reserve" },
		{ "prb_desc_ring", "prb_reserve" },
		{ "prb_data_ring", "prb_reserve" },
		{ "prb_desc", "prb_reserve" },
		{ "prb_data_blk_lpos", "prb_reserve" },
		{ "printk_info", "prb_reserve" },
	};

	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
		if (!strcmp(owners[i].type, type))
			return owners[i].function;
	}
	return NULL;
}

/*
 * crash finds members of anonymous structures and unions by another way, which
 * takes very long when there is no such member: only those that can be in one.
 */
static bool may_be_anonymous(enum layout_id id)
{
	return id == L_SDEI_PRIVATE || id == L_PAGE_COMPOUND_HEAD ||
	       id == L_PAGE_COMPOUND_INFO ||
	       id == L_TASK_STACK || id == L_SLAB_CACHE ||
	       id == L_CSD_FLAGS;
}

static long member_offset(enum layout_id id)
{
	char *type = (char *)members[id].type;
	char *member = (char *)members[id].member;
	const char *function = owner(type);
	long offset;

	if (function && debuginfo_member(function, type, member, &offset) !=
	    STOP_UNKNOWN)
		return offset;
	offset = MEMBER_OFFSET(type, member);
	if (offset < 0 && may_be_anonymous(id))
		offset = ANON_MEMBER_OFFSET(type, member);
	return offset;
}

/*
 * What crash asked when it started is in its offset_table, which costs nothing
 * to look at and only ever grows at its end.
 */
static long crash_knows(enum layout_id id)
{
	if (pc->flags & MINIMAL_MODE)
		return -1;
	switch (id) {
	case L_RQ_CURR:
		return VALID_MEMBER(runqueue_curr) ?
			offset_table.runqueue_curr : -1;
	case L_TASK_PID:
		return VALID_MEMBER(task_struct_pid) ?
			offset_table.task_struct_pid : -1;
	case L_TASK_COMM:
		return VALID_MEMBER(task_struct_comm) ?
			offset_table.task_struct_comm : -1;
	case L_TASK_STACK:
		return VALID_MEMBER(task_struct_stack) ?
			offset_table.task_struct_stack : -1;
	case L_TASK_STATE:
		return VALID_MEMBER(task_struct_state) ?
			offset_table.task_struct_state : -1;
	default:
		return -1;
	}
}

long layout(enum layout_id id)
{
	static struct {
		bool known;
		long offset;
	} found[L_NR];

	if (!found[id].known) {
		found[id].offset = crash_knows(id);
		if (found[id].offset < 0)
			found[id].offset = member_offset(id);
		found[id].known = true;
	}
	return found[id].offset;
}

bool layout_read(uint64_t base, enum layout_id id, void *to, size_t len)
{
	return layout(id) >= 0 && read_mem(base + layout(id), to, len);
}

long layout_size(const char *type)
{
	const char *function = owner(type);
	long size;

	if (function && debuginfo_size(function, type, &size) == STOP_YES)
		return size;
	return STRUCT_SIZE((char *)type);
}

static enum stop_known find_enum(enum layout_enum_id id, long *value)
{
	static const struct {
		const char *name, *type, *function;
	} enums[L_ENUM_NR] = {
		[L_CPUHP_ONLINE] = {
			"CPUHP_ONLINE", "cpuhp_state", "cpus_read_lock",
		},
		[L_IPI_CPU_STOP] = {
			"IPI_CPU_STOP", "ipi_msg_type", "smp_send_stop",
		},
		[L_IPI_CPU_STOP_NMI] = {
			"IPI_CPU_STOP_NMI", "ipi_msg_type", "smp_send_stop",
		},
		[L_IPI_CPU_CRASH_STOP] = {
			"IPI_CPU_CRASH_STOP", "ipi_msg_type", "smp_send_stop",
		},
	};
	enum stop_known known = debuginfo_enumerator(enums[id].function,
						     enums[id].type,
						     enums[id].name, value);

	if (known != STOP_UNKNOWN)
		return known;
	return enumerator_value((char *)enums[id].name, value) ? STOP_YES :
								 STOP_NO;
}

bool layout_enum(enum layout_enum_id id, long *value)
{
	static struct {
		enum stop_known known;
		long value;
	} found[L_ENUM_NR];

	if (found[id].known == STOP_UNKNOWN)
		found[id].known = find_enum(id, &found[id].value);
	*value = found[id].value;
	return found[id].known == STOP_YES;
}

long layout_note_buf(void)
{
	long size = VALID_SIZE(note_buf) ? size_table.note_buf : -1;

	return size >= 12 && size <= NOTE_BUF_MAX ? size : NOTE_BUF_SIZE;
}

long layout_thread_size(void)
{
	long size = VALID_SIZE(thread_union) ? size_table.thread_union : -1;

	if (size < 4096 || size > THREAD_SIZE_MAX)
		size = machdep->stacksize;
	return size;
}
