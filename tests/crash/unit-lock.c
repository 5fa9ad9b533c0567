// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit-lock.c: what a CPU waits for, on memory written by hand. Layouts are the
 * kernel's own (asm-generic/qspinlock_types.h, qrwlock_types.h,
 * locking/mcs_spinlock.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "calls.h"
#include "lock.h"

#define MEM	0xffff000000100000ull
#define LOCK	(MEM + 0x80)
#define TASK	0xffff000000900000ull
#define NR_CPUS	8
#define QNODES(cpu)	(MEM + 0x400 + (cpu) * 0x40)

static uint64_t memory[0x1000 / 8];
static struct stop_regs regs;
static struct lock_wait found;

static bool read_memory(void *arg, uint64_t addr, void *to, size_t len)
{
	(void)arg;
	if (addr < MEM || addr + len > MEM + sizeof(memory))
		return false;
	memcpy(to, (char *)memory + (addr - MEM), len);
	return true;
}

static bool is_task(void *arg, uint64_t addr)
{
	(void)arg;
	return addr == TASK;
}

static uint64_t qnodes(void *arg, uint32_t cpu)
{
	(void)arg;
	return cpu < NR_CPUS ? QNODES(cpu) : 0;
}

static const struct lock_env env = {
	.read = read_memory, .is_task = is_task, .qnodes = qnodes,
	.nr_cpus = NR_CPUS, .mutex.offset = 16, .rwsem.offset = 24,
	.semaphore.offset = 8, .rwsem_owner = 8,
};

static int setup(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	memset(&regs, 0, sizeof(regs));
	return 0;
}

static void put32(uint64_t addr, uint32_t value)
{
	memcpy((char *)memory + (addr - MEM), &value, 4);
}

static void put64(uint64_t addr, uint64_t value)
{
	memcpy((char *)memory + (addr - MEM), &value, 8);
}

static void find(enum lock_kind kind, uint32_t cpu)
{
	struct lock_place place = { .cpu = cpu, .regs = &regs };

	lock_find(&env, kind, &place, &found);
}

/* next, locked and count of a CPU's first node. */
static void node(uint32_t cpu, uint64_t next)
{
	put64(QNODES(cpu), next);
	put32(QNODES(cpu) + 8, 0);
	put32(QNODES(cpu) + 12, 1);
}

#define TAIL(cpu)	(((cpu) + 1) << 18)

static void pending_waiter(void **state)
{
	(void)state;
	put32(LOCK, 0x101);
	/* another word of the kernel's, which is no lock */
	put64(MEM + 0x200, 0x123456789abcdefull);
	regs.x[3] = MEM + 0x200;
	regs.x[20] = LOCK;
	find(LOCK_SPIN, 2);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.in, 20);
	assert_int_equal(found.nr_queue, 0);
	assert_int_equal(found.owner_cpu, STOP_CPU_UNKNOWN);
}

static void queue_in_order(void **state)
{
	(void)state;
	/* held, CPU 4 pending; queued: 1, then 6, then 3 */
	put32(LOCK, TAIL(3) | 0x101);
	node(1, QNODES(6));
	node(6, QNODES(3));
	node(3, 0);
	regs.x[0] = LOCK;
	find(LOCK_SPIN, 6);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.nr_queue, 3);
	assert_int_equal(found.queue[0], 1);
	assert_int_equal(found.queue[1], 6);
	assert_int_equal(found.queue[2], 3);
	assert_false(found.queue_cut);
}

static void queue_goes_before_pending(void **state)
{
	(void)state;
	/* one word that any CPU might wait for, and one that names this CPU */
	put32(MEM + 0x300, 0x101);
	put32(LOCK, TAIL(5) | 1);
	node(5, 0);
	regs.x[0] = MEM + 0x300;
	regs.x[19] = LOCK;
	find(LOCK_SPIN, 5);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.queue[0], 5);
}

/* A word that reads as a lock whose last waiter is a CPU that queues nowhere. */
static void tail_of_nobody(void **state)
{
	(void)state;
	put32(MEM + 0x300, TAIL(5));
	put32(LOCK, 0x101);
	regs.x[0] = LOCK;
	regs.x[14] = MEM + 0x300;
	find(LOCK_SPIN, 5);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.nr_queue, 0);
}

static void queue_in_a_circle(void **state)
{
	(void)state;
	put32(LOCK, TAIL(3) | 1);
	node(1, QNODES(3));
	node(3, QNODES(1));
	regs.x[0] = LOCK;
	find(LOCK_SPIN, 3);
	assert_int_equal(found.addr, LOCK);
	assert_true(found.queue_broken);
	assert_true(found.nr_queue <= LOCK_MAX_QUEUE);
}

#define MANY	200
static uint64_t many_nodes[MANY * 8];

static bool read_many(void *arg, uint64_t addr, void *to, size_t len)
{
	if (addr >= TASK && addr + len <= TASK + sizeof(many_nodes)) {
		memcpy(to, (char *)many_nodes + (addr - TASK), len);
		return true;
	}
	return read_memory(arg, addr, to, len);
}

static uint64_t qnodes_of_many(void *arg, uint32_t cpu)
{
	(void)arg;
	return cpu < MANY ? TASK + cpu * 0x40 : 0;
}

/* All but CPU 0 wait, CPU 1 first: it gets the lock next, and is told so. */
static void queue_of_many(void **state)
{
	struct lock_env all = env;

	(void)state;
	all.nr_cpus = MANY;
	all.read = read_many;
	all.qnodes = qnodes_of_many;
	regs.x[19] = LOCK;
	for (uint32_t last = 63; last < MANY; last += 17) {
		memset(many_nodes, 0, sizeof(many_nodes));
		put32(LOCK, TAIL(last) | 1);
		for (uint32_t cpu = 1; cpu <= last; cpu++) {
			many_nodes[cpu * 8] = cpu == last ? 0 :
				qnodes_of_many(NULL, cpu + 1);
			many_nodes[cpu * 8 + 1] = 1ull << 32;
		}
		for (uint32_t cpu = 1; cpu <= last; cpu += last - 1) {
			struct lock_place place = { .cpu = cpu, .regs = &regs };

			lock_find(&all, LOCK_SPIN, &place, &found);
			assert_int_equal(found.addr, LOCK);
			assert_int_equal(found.nr_queue, last < LOCK_MAX_QUEUE ?
					 last : LOCK_MAX_QUEUE);
			for (uint32_t q = 0; q < found.nr_queue; q++)
				assert_int_equal(found.queue[q], q + 1);
			assert_int_equal(found.queue_cut,
					 last > LOCK_MAX_QUEUE);
			assert_false(found.queue_broken);
		}
	}
}

static void no_lock_at_hand(void **state)
{
	(void)state;
	/* CPU 9 of 8, a locked byte of 3, user addresses, unreadable ones */
	put32(MEM + 0x200, TAIL(9) | 1);
	put32(MEM + 0x204, 3);
	/* held, and nobody waits: this CPU may have got it just now */
	put32(MEM + 0x208, 1);
	regs.x[4] = MEM + 0x208;
	regs.x[0] = MEM + 0x200;
	regs.x[1] = MEM + 0x204;
	regs.x[2] = 0x400000;
	regs.x[3] = 0xffff000000000000ull;
	find(LOCK_SPIN, 2);
	assert_int_equal(found.addr, 0);
}

static void spinlock_debugging(void **state)
{
	(void)state;
	put32(LOCK, 0x101);
	put32(LOCK + 4, 0xdead4ead);
	put32(LOCK + 8, 7);
	put64(LOCK + 16, TASK);
	regs.x[0] = LOCK;
	find(LOCK_SPIN, 2);
	assert_int_equal(found.owner_cpu, 7);
	assert_int_equal(found.owner_task, TASK);
}

static void lock_on_the_stack_only(void **state)
{
	uint64_t words[] = { 7, 0, LOCK };
	struct lock_place place = { .cpu = 2, .regs = &regs, .words = words,
				    .nr_words = 3 };

	(void)state;
	put32(LOCK, 0x101);
	lock_find(&env, LOCK_SPIN, &place, &found);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.in, -1);
}

static void read_write_locks(void **state)
{
	(void)state;
	/* a writer holds it; the reader that waits has the inner spinlock */
	put32(LOCK, 0xff + 0x200);
	put32(LOCK + 4, 1);
	regs.x[19] = LOCK;
	find(LOCK_READ, 2);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.value, 0x2ff);
	/* three readers hold it, a writer waits */
	put32(LOCK, 3 << 9 | 0x100);
	find(LOCK_WRITE, 2);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.value >> 9, 3);
	/* a reader in an interrupt does not queue, but has counted itself */
	put32(LOCK, 0x2ff);
	put32(LOCK + 4, 0);
	find(LOCK_READ, 2);
	assert_int_equal(found.addr, LOCK);
	find(LOCK_WRITE, 2);
	assert_int_equal(found.addr, 0);
	put32(LOCK + 4, 1);
	/* 0x80 is neither: no rwlock */
	put32(LOCK, 0x80);
	find(LOCK_WRITE, 2);
	assert_int_equal(found.addr, 0);
}

static void mutex_with_sleepers(void **state)
{
	uint64_t one = MEM + 0x600, two = MEM + 0x640, head = LOCK + 16;

	(void)state;
	put64(LOCK, TASK | 1);
	put64(head, one);
	put64(head + 8, two);
	put64(one, two);
	put64(one + 8, head);
	put64(two, head);
	put64(two + 8, one);
	regs.x[21] = LOCK;
	find(LOCK_MUTEX, 2);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.owner_task, TASK);
	assert_int_equal(found.nr_sleepers, 2);
	assert_int_equal(found.sleepers_head, head);
	/* the owner is no task, or there is none to wait for: no mutex */
	put64(LOCK, TASK + 64);
	find(LOCK_MUTEX, 2);
	assert_int_equal(found.addr, 0);
	put64(LOCK, 1);
	find(LOCK_MUTEX, 2);
	assert_int_equal(found.addr, 0);
}

/* Linux 7.1: no list_head, but a pointer to one of a ring of waiters. */
static void mutex_with_a_ring(void **state)
{
	uint64_t one = MEM + 0x600, two = MEM + 0x640;
	struct lock_place place = { .cpu = 2, .regs = &regs };
	struct lock_env ring = env;

	(void)state;
	ring.mutex.first_waiter = true;
	put64(LOCK, TASK);
	put64(LOCK + 16, one);
	put64(one, two);
	put64(one + 8, two);
	put64(two, one);
	put64(two + 8, one);
	regs.x[21] = LOCK;
	lock_find(&ring, LOCK_MUTEX, &place, &found);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.nr_sleepers, 2);
	assert_int_equal(found.sleepers_head, one);
	put64(LOCK + 16, 0);
	lock_find(&ring, LOCK_MUTEX, &place, &found);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.nr_sleepers, 0);
	/* what it points to is in no list */
	put64(LOCK + 16, two + 64);
	lock_find(&ring, LOCK_MUTEX, &place, &found);
	assert_int_equal(found.addr, 0);
}

static void rw_semaphores(void **state)
{
	uint64_t head = LOCK + 24;

	(void)state;
	put64(LOCK, 1);
	put64(LOCK + 8, TASK);
	put64(head, head);
	put64(head + 8, head);
	regs.x[0] = LOCK;
	find(LOCK_RWSEM, 2);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.owner_task, TASK);
	/* two readers: the owner word is the last one that took it, perhaps */
	put64(LOCK, 2 << 8 | 2);
	put64(LOCK + 8, TASK | 1);
	find(LOCK_RWSEM, 2);
	assert_int_equal(found.addr, LOCK);
	assert_int_equal(found.owner_task, 0);
	assert_int_equal(found.value >> 8, 2);
	/* nobody has it, or a writer that the owner word denies */
	put64(LOCK, 2);
	find(LOCK_RWSEM, 2);
	assert_int_equal(found.addr, 0);
	put64(LOCK, 1);
	find(LOCK_RWSEM, 2);
	assert_int_equal(found.addr, 0);
}

static void functions_that_wait(void **state)
{
	(void)state;
	assert_int_equal(lock_function("queued_spin_lock_slowpath"), LOCK_SPIN);
	assert_int_equal(lock_function("__mutex_lock.constprop.0"), LOCK_MUTEX);
	assert_int_equal(lock_function("rwsem_down_write_slowpath"), LOCK_RWSEM);
	assert_int_equal(lock_function("__mutex_locked"), LOCK_NONE);
	assert_int_equal(lock_function("default_idle_call"), LOCK_NONE);
	assert_int_equal(lock_function("_raw_spin_lock"), LOCK_NONE);
}

/* Per-CPU offsets of 0x100 here; the call_single_data of one are at CFD_CSD. */
#define CFD		(MEM + 0x10)
#define QUEUE		(MEM + 0x20)
#define CFD_CSD		(MEM + 0x40)
#define STACK		(MEM + 0x800)

static const struct call_env calls = {
	.read = read_memory, .cfd_data = CFD, .call_single_queue = QUEUE,
	.cfd_csd = 0, .csd_flags = 8,
};

static void calls_to_many(void **state)
{
	struct call_env old = calls;

	(void)state;
	put64(CFD + 0x100, CFD_CSD);
	put32(CFD_CSD + 0x200 + 8, 0x11);
	put32(CFD_CSD + 0x300 + 8, 0x10);
	assert_int_equal(calls_many(&calls, 0x100, 0x200), STOP_YES);
	assert_int_equal(calls_many(&calls, 0x100, 0x300), STOP_NO);
	/* Neither a CPU without such a structure nor one out of memory. */
	assert_int_equal(calls_many(&calls, 0x200, 0x100), STOP_UNKNOWN);
	assert_int_equal(calls_many(&calls, 0x100, 0x10000), STOP_UNKNOWN);
	old.csd_flags = -1;
	assert_int_equal(calls_many(&old, 0x100, 0x200), STOP_UNKNOWN);
}

static void calls_to_one(void **state)
{
	(void)state;
	assert_int_equal(calls_queued(&calls, 0x100, STACK, STACK + 0x100),
			 STOP_NO);
	/* Two in the queue of that CPU, the second one on the stack. */
	put64(QUEUE + 0x100, MEM + 0x700);
	put64(MEM + 0x700, STACK + 0x40);
	assert_int_equal(calls_queued(&calls, 0x100, STACK, STACK + 0x100),
			 STOP_YES);
	assert_int_equal(calls_queued(&calls, 0x100, STACK + 0x48,
				      STACK + 0x100), STOP_NO);
	assert_int_equal(calls_queued(&calls, 0x200, STACK, STACK + 0x100),
			 STOP_NO);
	/* One that leads nowhere, and one in a circle. */
	put64(MEM + 0x700, 8);
	assert_int_equal(calls_queued(&calls, 0x100, STACK, STACK + 0x100),
			 STOP_UNKNOWN);
	put64(MEM + 0x700, MEM + 0x700);
	assert_int_equal(calls_queued(&calls, 0x100, STACK, STACK + 0x100),
			 STOP_UNKNOWN);
}

static void cycles(void **state)
{
	const int two[] = { 1, 0, 0, -1 };
	const int three[] = { 1, 2, 0, -1 };
	const int chain[] = { 1, 2, 3, -1 };
	const int self[] = { 0 };
	int members[4];

	(void)state;
	assert_int_equal(lock_cycle(two, 4, 0, members), 2);
	/* 2 waits for a CPU that is in a deadlock with another one */
	assert_int_equal(lock_cycle(two, 4, 2, members), 2);
	assert_int_equal(lock_cycle(two, 4, 3, members), 0);
	/* each begins with itself */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lock_cycle(three, 4, i, members), 3);
		assert_int_equal(members[0], i);
		assert_int_equal(members[1], (i + 1) % 3);
	}
	assert_int_equal(lock_cycle(chain, 4, 0, members), 0);
	assert_int_equal(lock_cycle(self, 1, 0, members), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(pending_waiter, setup),
		cmocka_unit_test_setup(queue_in_order, setup),
		cmocka_unit_test_setup(queue_goes_before_pending, setup),
		cmocka_unit_test_setup(tail_of_nobody, setup),
		cmocka_unit_test_setup(queue_in_a_circle, setup),
		cmocka_unit_test_setup(queue_of_many, setup),
		cmocka_unit_test_setup(no_lock_at_hand, setup),
		cmocka_unit_test_setup(spinlock_debugging, setup),
		cmocka_unit_test_setup(lock_on_the_stack_only, setup),
		cmocka_unit_test_setup(read_write_locks, setup),
		cmocka_unit_test_setup(mutex_with_sleepers, setup),
		cmocka_unit_test_setup(mutex_with_a_ring, setup),
		cmocka_unit_test_setup(rw_semaphores, setup),
		cmocka_unit_test(functions_that_wait),
		cmocka_unit_test_setup(calls_to_many, setup),
		cmocka_unit_test_setup(calls_to_one, setup),
		cmocka_unit_test(cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
