// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * layout.c: structure layouts, asked of crash once.
 */
#include "crash-defs.h"

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
 * crash finds members of anonymous structures and unions by another way, which
 * takes very long when there is no such member: only those that can be in one.
 */
static bool may_be_anonymous(enum layout_id id)
{
	return id == L_SDEI_PRIVATE || id == L_PAGE_COMPOUND_HEAD ||
	       id == L_TASK_STACK || id == L_SLAB_CACHE;
}

static long member_offset(enum layout_id id)
{
	char *type = (char *)members[id].type;
	char *member = (char *)members[id].member;
	long offset = MEMBER_OFFSET(type, member);

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

long layout_size(const char *type)
{
	return STRUCT_SIZE((char *)type);
}

bool layout_enum(enum layout_enum_id id, long *value)
{
	static const char *const names[L_ENUM_NR] = {
		[L_CPUHP_ONLINE] = "CPUHP_ONLINE",
		[L_IPI_CPU_STOP] = "IPI_CPU_STOP",
		[L_IPI_CPU_STOP_NMI] = "IPI_CPU_STOP_NMI",
	};
	static struct {
		enum stop_known known;
		long value;
	} found[L_ENUM_NR];

	if (found[id].known == STOP_UNKNOWN)
		found[id].known = enumerator_value((char *)names[id],
						   &found[id].value) ?
				  STOP_YES : STOP_NO;
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
