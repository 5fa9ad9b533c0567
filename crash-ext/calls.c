// SPDX-License-Identifier: GPL-2.0-or-later
/* calls.c: see calls.h. */
#include "calls.h"

/* include/linux/smp_types.h */
#define CSD_FLAG_LOCK	0x01

/* A queue that is longer has been damaged, or every CPU of a large machine asks. */
#define MAX_QUEUE	8192

enum stop_known calls_many(const struct call_env *env, uint64_t from,
			   uint64_t to)
{
	uint64_t csd;
	uint32_t flags;

	if (!env->cfd_data || env->cfd_csd < 0 || env->csd_flags < 0 ||
	    !env->read(env->arg, env->cfd_data + from + env->cfd_csd, &csd,
		       sizeof(csd)) || !csd ||
	    !env->read(env->arg, csd + to + env->csd_flags, &flags,
		       sizeof(flags)))
		return STOP_UNKNOWN;
	return flags & CSD_FLAG_LOCK ? STOP_YES : STOP_NO;
}

enum stop_known calls_queued(const struct call_env *env, uint64_t to,
			     uint64_t low, uint64_t high)
{
	uint64_t at;

	if (!env->call_single_queue ||
	    !env->read(env->arg, env->call_single_queue + to, &at, sizeof(at)))
		return STOP_UNKNOWN;
	for (int i = 0; at; i++) {
		if (at >= low && at < high)
			return STOP_YES;
		/* The llist_node comes first in a call_single_data. */
		if (i == MAX_QUEUE ||
		    !env->read(env->arg, at, &at, sizeof(at)))
			return STOP_UNKNOWN;
	}
	return STOP_NO;
}
