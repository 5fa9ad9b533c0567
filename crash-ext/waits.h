/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * waits.h: what each CPU waits for, and which have a lock's address at hand.
 */
#ifndef SDEI_STOP_WAITS_H
#define SDEI_STOP_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calls.h"
#include "lock.h"
#include "session.h"

struct cpu_waits {
	bool waits;			/* in a function that waits */
	char function[64];		/* which */
	struct lock_wait lock;		/* addr 0: for what is not known */
	/* LOCK_CALL: CPUs that have not run what this one asked for. */
	struct call_cpus calls;
};

/*
 * What facts.cpus[i] waits for, by its registers and its call chain. Found out
 * once of a dump. Never NULL, and good until the next call of a live system.
 */
const struct cpu_waits *waits_of(struct session *session, size_t i);

/* Whether facts.cpus[i] can hold a spinlock: its registers say what it does,
 * and that is in the kernel, and not its idle loop. */
bool waits_can_hold(const struct session *session, size_t i);

enum at_hand {
	AT_HAND_NOT,
	/* In a register that any call may change: of an earlier call, perhaps. */
	AT_HAND_PASSING,
	/* In one that calls preserve, or on the part of a stack that is in use. */
	AT_HAND_KEPT,
};

struct at_hand_in {
	enum at_hand how;
	int in;				/* x0 to x28, or -1: on a stack */
	bool interrupted;		/* in what an exception interrupted */
	bool unread;			/* some of its stacks is not known */
	bool unsure;			/* and in one that waits, who knows for what */
};

/*
 * Whether facts.cpus[i] has the lock at addr at hand, in what it was doing or
 * in what that had interrupted; but not in one of these that waits for it.
 */
struct at_hand_in waits_at_hand(struct session *session, size_t i,
				uint64_t addr);

#endif /* SDEI_STOP_WAITS_H */
