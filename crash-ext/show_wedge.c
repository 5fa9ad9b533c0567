// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show_wedge.c: what a wedged CPU waited for, for how long and with whom, in
 * the order in which one wants to know it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "show.h"

#define NS_PER_MS	1000000
#define NS_PER_S	1000000000

static void seconds(FILE *fp, uint64_t ns)
{
	fprintf(fp, "%" PRIu64 ".%03" PRIu64 " s", ns / NS_PER_S,
		ns % NS_PER_S / NS_PER_MS);
}

static void show_state(FILE *fp, const struct lock_wait *lock)
{
	uint32_t v = lock->value;

	switch (lock->kind) {
	case LOCK_SPIN:
		fprintf(fp, ", %s", v & 0xff ? "held" : "free");
		break;
	case LOCK_READ:
	case LOCK_WRITE:
		if (v & 0xff)
			fprintf(fp, ", held by a writer");
		else if (v >> 9)
			fprintf(fp, ", held by %u reader%s", v >> 9,
				v >> 9 == 1 ? "" : "s");
		else
			fprintf(fp, ", free");
		if (v & 0x100)
			fprintf(fp, ", a writer waits");
		break;
	default:
		if (lock->kind == LOCK_RWSEM && v & 1)
			fprintf(fp, ", held by a writer");
		else if (lock->kind == LOCK_RWSEM)
			fprintf(fp, ", held by %u reader%s", v >> 8,
				v >> 8 == 1 ? "" : "s");
		if (lock->nr_sleepers)
			fprintf(fp, ", %zu%s task%s asleep on its wait list",
				lock->nr_sleepers,
				lock->sleepers_cut ? " or more" : "",
				lock->nr_sleepers == 1 ? "" : "s");
	}
}

/* Pending waits on the lock word itself, all others on their MCS nodes. */
static void show_queue(FILE *fp, const struct wedge *wedge, uint32_t cpu)
{
	const struct lock_wait *lock = &wedge->lock;
	const char *sep = "";

	if (lock->kind != LOCK_SPIN)
		return;
	if (wedge->pending == cpu && !lock->nr_queue) {
		fprintf(fp, "            it is the only waiter (pending) and spins on the lock word\n");
		return;
	}
	if (!(lock->value & 0xff00) && !lock->nr_queue)
		return;
	fprintf(fp, "  queue     ");
	if (lock->value & 0xff00) {
		if (wedge->pending == STOP_CPU_UNKNOWN)
			fprintf(fp, "a CPU not found (pending)");
		else
			fprintf(fp, "CPU %u (pending)", wedge->pending);
		sep = ", ";
	}
	for (size_t i = 0; i < lock->nr_queue; i++) {
		fprintf(fp, "%sCPU %u", sep, lock->queue[i]);
		sep = ", ";
	}
	fprintf(fp, "%s%s\n", lock->queue_cut ? " and more" : "",
		lock->queue_broken ? "; others may be in front of these" :
				     ", the first one gets it next");
}

/* Where a CPU is: what it does with the lock. */
static void show_doing(FILE *fp, const struct session *session, uint32_t cpu)
{
	const struct stop_cpu *c = wedge_cpu(session, cpu);

	if (!c)
		fprintf(fp, "            which left no registers\n");
	else if (c->pc_symbol)
		fprintf(fp, "            which is in %s, called from %s\n",
			c->pc_symbol, c->lr_symbol ? c->lr_symbol : "?");
}

/* A lock that is free, and who was stopped before it took it. */
static void show_next(FILE *fp, const struct wedge *wedge, uint32_t cpu)
{
	const struct lock_wait *lock = &wedge->lock;
	uint32_t next = wedge->pending;

	if (next == STOP_CPU_UNKNOWN && lock->nr_queue && !lock->queue_broken)
		next = lock->queue[0];
	fprintf(fp, "  owner     nobody: it is free");
	if (next == cpu)
		fprintf(fp, ", and this CPU was to get it next\n");
	else if (next != STOP_CPU_UNKNOWN)
		fprintf(fp, "; CPU %u, which was to get it next, had been stopped\n",
			next);
	else
		fputc('\n', fp);
}

static void show_owner(FILE *fp, const struct session *session,
		       const struct wedge *wedge, uint32_t cpu)
{
	const struct wedge_owner *o = &wedge->owner;
	char where[16] = "stack";

	if (o->nobody) {
		show_next(fp, wedge, cpu);
		return;
	}
	if (o->nr_likely && o->in >= 0)
		snprintf(where, sizeof(where), "x%d", o->in);
	if (!lock_spins(wedge->lock.kind) && o->known == OWNER_UNKNOWN) {
		fprintf(fp, "  owner     %s\n", wedge->lock.kind == LOCK_RWSEM ?
			"unknown: readers hold it, who are not recorded" :
			"not recorded by the lock");
		return;
	}
	switch (o->known) {
	case OWNER_RECORDED:
		fprintf(fp, "  owner     ");
		if (o->task)
			fprintf(fp, "task %" PRIx64 "%s", o->task,
				o->cpu == STOP_CPU_UNKNOWN ?
				", which runs on no CPU\n" : ", on ");
		if (o->cpu != STOP_CPU_UNKNOWN)
			fprintf(fp, "CPU %u\n", o->cpu);
		break;
	case OWNER_LIKELY:
		if (o->cpu == cpu) {
			fprintf(fp, "  owner     likely this CPU, in what was interrupted: that alone has the lock's\n"
				    "            address at hand (%s); the lock records no owner\n",
				where);
			return;
		}
		fprintf(fp, "  owner     likely CPU %u%s: it alone has the lock's address at hand (%s) and does not\n"
			    "            wait for it; the lock records no owner\n",
			o->cpu, o->interrupted ? ", in what was interrupted" : "",
			where);
		break;
	case OWNER_UNKNOWN:
		fprintf(fp, "  owner     unknown: the lock records none, and ");
		if (o->nr_likely == 1)
			fprintf(fp, "CPU %u has its address at hand (%s),\n"
				    "            but it may be ",
				o->candidate, where);
		else if (o->nr_likely)
			fprintf(fp, "%zu CPUs have its address at hand\n",
				o->nr_likely);
		else
			fprintf(fp, "no other CPU has its address at hand\n");
		if (o->nr_without_regs)
			fprintf(fp, "%sone of %zu CPU%s that left no registers\n",
				o->nr_likely == 1 ? "" : "            or it is ",
				o->nr_without_regs,
				o->nr_without_regs == 1 ? "" : "s");
		else if (o->nr_unsure)
			fprintf(fp, "%sone of %zu CPU%s that wait%s for a lock not found\n",
				o->nr_likely == 1 ? "" : "            or it is ",
				o->nr_unsure, o->nr_unsure == 1 ? "" : "s",
				o->nr_unsure == 1 ? "s" : "");
		else if (o->nr_unread)
			fprintf(fp, "%sone of %zu CPU%s of whose stacks not all could be read\n",
				o->nr_likely == 1 ? "" : "            or it is ",
				o->nr_unread, o->nr_unread == 1 ? "" : "s");
	}
	if (o->known != OWNER_UNKNOWN && o->cpu != STOP_CPU_UNKNOWN)
		show_doing(fp, session, o->cpu);
}

static void show_cycle(FILE *fp, const struct wedge *wedge)
{
	if (!wedge->nr_cycle)
		return;
	if (wedge->nr_cycle == 1) {
		fprintf(fp, "  deadlock  %sCPU %u waits for what it holds itself\n",
			wedge->cycle_likely ? "likely, " : "",
			wedge->cycle[0]);
		return;
	}
	fprintf(fp, "  deadlock  %s", wedge->cycle_likely ?
		"likely, these wait for each other: " :
		"these wait for each other: ");
	for (size_t i = 0; i < wedge->nr_cycle; i++)
		fprintf(fp, "CPU %u -> ", wedge->cycle[i]);
	fprintf(fp, "CPU %u\n", wedge->cycle[0]);
}

/* "CPU 3", "CPUs 3, 5 and 7 more" */
static void show_cpus(FILE *fp, const struct call_cpus *calls)
{
	size_t listed = calls_listed(calls);

	fprintf(fp, "CPU%s ", calls->nr == 1 ? "" : "s");
	for (size_t i = 0; i < listed; i++)
		fprintf(fp, "%s%" PRIu32, i ? ", " : "", calls->cpus[i]);
	if (calls->nr > listed)
		fprintf(fp, " and %zu more", calls->nr - listed);
}

static void show_calls(FILE *fp, const struct session *session,
		       const struct wedge *wedge)
{
	if (!wedge->calls.nr)
		return;
	fprintf(fp, "            not run by ");
	show_cpus(fp, &wedge->calls);
	fputc('\n', fp);
	if (wedge->calls.nr == 1)
		show_doing(fp, session, wedge->calls.cpus[0]);
}

/* Begins a line about others who wait. */
static void other(FILE *fp, bool *first)
{
	fprintf(fp, "  %-9s ", *first ? "others" : "");
	*first = false;
}

static void show_rcu(FILE *fp, const struct wedge *wedge, bool *first)
{
	static const char *const kthread[] = {
		[RCU_KTHREAD_CURRENT] = "RCU's kthread is the task that it runs",
		[RCU_KTHREAD_QUEUED] = "RCU's kthread waits to run on it",
		[RCU_KTHREAD_ASLEEP] = "RCU's kthread sleeps on it, to be woken by "
				       "a timer that is overdue by ",
	};

	other(fp, first);
	fprintf(fp, "an RCU grace period waits for this CPU");
	if (wedge->rcu_ns) {
		fprintf(fp, ", under way for ");
		seconds(fp, wedge->rcu_ns);
	}
	if (wedge->rcu_stall_s)
		fprintf(fp, ": an RCU stall\n            "
			"(it is one from %" PRIu32 " s on)",
			wedge->rcu_stall_s);
	fputc('\n', fp);
	if (wedge->rcu_kthread == RCU_KTHREAD_NO_MATTER)
		return;
	fprintf(fp, "            %s", kthread[wedge->rcu_kthread]);
	if (wedge->rcu_kthread == RCU_KTHREAD_ASLEEP)
		seconds(fp, wedge->rcu_overdue_ns);
	fputc('\n', fp);
}

static void show_others(FILE *fp, const struct wedge *wedge)
{
	bool first = true;

	if (wedge->callers.nr) {
		other(fp, &first);
		show_cpus(fp, &wedge->callers);
		fprintf(fp, " wait%s for it to run a function\n",
			wedge->callers.nr == 1 ? "s" : "");
	}
	if (rcu_waits(wedge))
		show_rcu(fp, wedge, &first);
	if (wedge->rcu_expedited) {
		other(fp, &first);
		fprintf(fp, "an expedited RCU grace period waits for this CPU\n");
	}
}

static void show_silence(FILE *fp, const struct wedge *wedge)
{
	if (wedge->has_silence) {
		fprintf(fp, "  silent    ");
		if (wedge->at_most) {
			fprintf(fp, "for ");
			seconds(fp, wedge->at_least);
			fprintf(fp, " to ");
			seconds(fp, wedge->at_most);
		} else {
			fprintf(fp, "for at least ");
			seconds(fp, wedge->at_least);
		}
		fprintf(fp, ": %s\n", wedge->silence_by);
	}
	if (wedge->has_watchdog)
		fprintf(fp, "            its soft-lockup watchdog ran last %" PRIu64
			" s before\n", wedge->watchdog_s);
}

/*
 * lockdep lists a lock before it is taken, so the last one may be what the CPU
 * waits for. Its lockdep_map lies in the lock: behind the few words of one that
 * spins (raw_spinlock: at most three, with CONFIG_DEBUG_SPINLOCK), or behind a
 * raw_spinlock and a list in one that sleeps.
 */
static bool may_wait_for(const struct wedge *wedge, size_t i)
{
	const struct lock_wait *lock = &wedge->lock;

	if (!wedge->waits || lock->kind == LOCK_CALL ||
	    i + 1 != wedge->nr_held)
		return false;
	return !lock->addr || (wedge->held[i].lock >= lock->addr &&
			       wedge->held[i].lock - lock->addr <
				       (lock_spins(lock->kind) ? 64 :
							      256));
}

static void show_held(FILE *fp, const struct wedge *wedge, symbol_fn symbol)
{
	char buf[256];

	if (!wedge->has_held)
		return;
	if (wedge->lockdep_off)
		fprintf(fp, "  holds     not known: lockdep was off, it stops with its first report%s\n",
			wedge->nr_held ? "; until then:" : "");
	else if (!wedge->nr_held)
		fprintf(fp, "  holds     no lock, says lockdep\n");
	if (wedge->nr_outer)
		fprintf(fp, "  holds     %zu before these:\n", wedge->nr_outer);
	for (size_t i = 0; i < wedge->nr_held; i++) {
		const char *name = symbol(wedge->held[i].ip, true, buf,
					  sizeof(buf));

		fprintf(fp, "  %-9s ",
			i || wedge->lockdep_off || wedge->nr_outer ? "" :
								  "holds");
		for (const char *c = wedge->held[i].name; *c; c++)
			fputc(*c < ' ' || *c > '~' ? '?' : *c, fp);
		fprintf(fp, " (lockdep_map %" PRIx64 "), %s at %s\n",
			wedge->held[i].lock,
			may_wait_for(wedge, i) ? "waited for" : "taken",
			name ? name : "?");
	}
}

void print_wedge(FILE *fp, const struct session *session, uint32_t cpu,
		 const struct wedge *wedge, symbol_fn symbol,
		 object_fn object)
{
	const struct lock_wait *lock = &wedge->lock;
	char buf[256];
	const char *name;

	if (wedge->waits && lock->kind == LOCK_CALL) {
		fprintf(fp, "  waits for other CPUs to run a function (%s)\n",
			wedge->function);
		show_calls(fp, session, wedge);
		show_cycle(fp, wedge);
	} else if (wedge->waits && !lock->addr) {
		fprintf(fp, "  waits for a %s (%s): which one is not in its registers or stack\n",
			lock_kind_name(lock->kind), wedge->function);
	} else if (wedge->waits) {
		name = object(lock->addr, buf, sizeof(buf));
		fprintf(fp, "  waits for %s %s%s%" PRIx64 "%s",
			lock_kind_name(lock->kind), name ? name : "",
			name ? " (" : "", lock->addr, name ? ")" : "");
		show_state(fp, lock);
		fputc('\n', fp);
		if (lock->nr_sleepers)
			fprintf(fp, "            (list them: list %s %" PRIx64
				" -s %s.task)\n",
				lock->sleepers_ring ? "-h" : "-H",
				lock->sleepers_head,
				lock->kind == LOCK_MUTEX ? "mutex_waiter" :
				lock->kind == LOCK_RWSEM ? "rwsem_waiter" :
							   "semaphore_waiter");
		show_queue(fp, wedge, cpu);
		show_owner(fp, session, wedge, cpu);
		show_cycle(fp, wedge);
	}
	show_held(fp, wedge, symbol);
	show_silence(fp, wedge);
	show_others(fp, wedge);
}
