// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_more.c: one more member of the report that every tool writes.
 */
#include "crash-defs.h"

#include "compare.h"
#include "evidence.h"
#include "infer.h"
#include "json_more.h"
#include "session.h"
#include "wedge.h"

static void json_difference(void *arg, const char *text)
{
	json_string(arg, NULL, text);
}

static void json_compare(struct json *json, const struct session *session)
{
	struct compare compare = {
		.differs = json_difference, .arg = json,
		.taken = session->memory.from_file,
		.nr_taken = session->memory.nr_from_file,
	};

	json_bool(json, "compared", session->have_file);
	json_open(json, "differences", '[');
	if (session->have_file)
		compare_notes(&compare, &session->facts, &session->file);
	json_close(json, ']');
}

static void json_known(struct json *json, const char *key,
		       enum stop_known value)
{
	if (value == STOP_UNKNOWN)
		json_null(json, key);
	else
		json_bool(json, key, value == STOP_YES);
}

/* Whether a CPU is wanted; one that is not among the facts is by all means. */
static bool want(const struct json_more *more, uint32_t cpu)
{
	const struct stop_facts *facts = &more->session->facts;
	const struct stop_cpu *c = collect_stop_cpu(facts, cpu);

	return !c || more->want_cpu(c - facts->cpus, false);
}

static void json_inferred(struct json *json, const struct json_more *more)
{
	const struct session *session = more->session;

	json_open(json, "inferred", '[');
	for (size_t i = 0; i < session->memory.nr_cpus; i++) {
		struct evidence e;
		struct inferred inferred;

		if (!want(more, session->memory.cpus[i].cpu))
			continue;
		evidence_infer(session, &session->memory.cpus[i], &e,
			       &inferred);
		json_open(json, NULL, '{');
		json_uint(json, "cpu", e.cpu);
		json_string(json, "mechanism", infer_word(inferred.how));
		json_string(json, "why", inferred.why);
		json_known(json, "online", e.online);
		json_known(json, "hotplug_online", e.hotplug);
		json_known(json, "sdei_active", e.sdei_active);
		json_known(json, "sdei_same_registers", e.sdei_same_regs);
		if (e.has_counts) {
			json_uint(json, "ipi_cpu_stop", e.nr_stop);
			json_uint(json, "ipi_cpu_stop_nmi", e.nr_stop_nmi);
		}
		json_open(json, "log", '[');
		if (e.log_nmi)
			json_string(json, NULL, "nmi-ipi");
		if (e.log_sdei)
			json_string(json, NULL, "sdei");
		if (e.log_failed)
			json_string(json, NULL, "failed");
		json_close(json, ']');
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_lock(struct json *json, const struct wedge *wedge)
{
	const struct lock_wait *lock = &wedge->lock;
	static const char *const kinds[] = {
		[LOCK_SPIN] = "spinlock", [LOCK_READ] = "rwlock-read",
		[LOCK_WRITE] = "rwlock-write", [LOCK_MUTEX] = "mutex",
		[LOCK_RWSEM] = "rw_semaphore", [LOCK_SEMAPHORE] = "semaphore",
	};
	char buf[256];

	json_string(json, "function", wedge->function);
	if (!lock->addr) {
		json_null(json, "lock");
		return;
	}
	json_open(json, "lock", '{');
	json_string(json, "kind", kinds[lock->kind]);
	json_hex(json, "address", lock->addr);
	json_string(json, "object", collect_object(lock->addr, buf,
						   sizeof(buf)));
	json_hex(json, "value", lock->value);
	json_open(json, "queue", '[');
	for (size_t i = 0; i < lock->nr_queue; i++)
		json_uint(json, NULL, lock->queue[i]);
	json_close(json, ']');
	/* The first in the list is first in the queue; none is missing behind. */
	json_bool(json, "queue_from_head", !lock->queue_broken);
	json_bool(json, "queue_to_tail", !lock->queue_cut);
	if (wedge->pending != STOP_CPU_UNKNOWN)
		json_uint(json, "pending", wedge->pending);
	if (wedge->owner.nobody)
		json_bool(json, "free", true);
	json_string(json, "owner_known", wedge->owner.known == OWNER_RECORDED ?
		    "recorded" : wedge->owner.known == OWNER_LIKELY ?
		    "likely" : NULL);
	if (wedge->owner.known != OWNER_UNKNOWN &&
	    wedge->owner.cpu != STOP_CPU_UNKNOWN)
		json_uint(json, "owner_cpu", wedge->owner.cpu);
	if (wedge->owner.known == OWNER_LIKELY)
		json_bool(json, "owner_interrupted", wedge->owner.interrupted);
	json_close(json, '}');
}

/* Not part of the lock: a CPU that waits for a function call is in one too. */
static void json_cycle(struct json *json, const struct wedge *wedge)
{
	json_open(json, "cycle", '[');
	for (size_t i = 0; i < wedge->nr_cycle; i++)
		json_uint(json, NULL, wedge->cycle[i]);
	json_close(json, ']');
	if (wedge->nr_cycle)
		json_string(json, "cycle_known",
			    wedge->cycle_likely ? "likely" : "recorded");
}

static void json_cpus(struct json *json, const char *name,
		      const struct call_cpus *calls)
{
	json_open(json, name, '[');
	for (size_t i = 0; i < calls_listed(calls); i++)
		json_uint(json, NULL, calls->cpus[i]);
	json_close(json, ']');
}

static void json_rcu(struct json *json, const struct wedge *wedge)
{
	static const char *const kthread[] = {
		[RCU_KTHREAD_CURRENT] = "current",
		[RCU_KTHREAD_QUEUED] = "queued",
		[RCU_KTHREAD_ASLEEP] = "timer overdue",
	};

	json_bool(json, "rcu_waits", rcu_waits(wedge));
	json_bool(json, "rcu_quiescent_state", wedge->rcu_quiescent);
	json_string(json, "rcu_kthread", kthread[wedge->rcu_kthread]);
	if (wedge->rcu_ns)
		json_uint(json, "rcu_waits_ns", wedge->rcu_ns);
	json_bool(json, "rcu_stall", wedge->rcu_stall_s);
	json_bool(json, "rcu_expedited_waits", wedge->rcu_expedited);
}

static void json_chain(struct json *json, const struct walk *walk)
{
	char buf[256];

	json_open(json, "chain", '[');
	for (size_t i = 0; i < walk->nr_frames; i++) {
		const struct walk_frame *f = &walk->frames[i];

		json_open(json, NULL, '{');
		json_hex(json, "pc", f->pc);
		json_string(json, "symbol",
			    collect_symbol(f->pc, walk_back(f->kind), buf,
					   sizeof(buf)));
		json_string(json, "stack", f->stack);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_wedge(struct json *json, struct session *session, size_t i)
{
	static struct walk walk_buffer;
	struct walk *walk = &walk_buffer;
	struct stop_cpu copy = session->facts.cpus[i], *cpu = &copy;
	struct cpu_memory *memory = collect_cpu(&session->memory, cpu->cpu);
	bool by_event = evidence_event_context(session, memory, cpu);
	const struct wedge *wedge;

	collect_walk(walk, memory, &session->facts);
	if (stop_cpu_has_context(cpu) &&
	    !stop_cpu_not_kernel(cpu))
		walk_regs(walk, &cpu->regs);
	wedge = wedge_of(session, i);
	json_open(json, NULL, '{');
	json_uint(json, "cpu", cpu->cpu);
	if (wedge->waits)
		json_lock(json, wedge);
	json_cycle(json, wedge);
	if (wedge->has_silence) {
		json_uint(json, "silent_at_least_ns", wedge->at_least);
		if (wedge->at_most)
			json_uint(json, "silent_at_most_ns", wedge->at_most);
	}
	json_cpus(json, "calls", &wedge->calls);
	json_cpus(json, "callers", &wedge->callers);
	json_rcu(json, wedge);
	json_string(json, "registers_from", by_event ? "SDEI event 0" :
		    stop_cpu_has_context(cpu) ? "note" : NULL);
	if (by_event) {
		json_hex(json, "pc", cpu->regs.pc);
		json_hex(json, "sp", cpu->regs.sp);
	}
	if (memory && memory->lost_task)
		json_hex(json, "lost_task", memory->lost_task);
	json_chain(json, walk);
	json_close(json, '}');
	collect_walk_done(walk);
}

static void json_wedges(struct json *json, const struct json_more *more)
{
	json_open(json, "wedged", '[');
	for (size_t i = 0; i < more->session->facts.nr_cpus; i++) {
		if (more->want_cpu(i, true))
			json_wedge(json, more->session, i);
	}
	json_close(json, ']');
}

void json_more(struct json *json, void *arg)
{
	const struct json_more *more = arg;
	const struct session *session = more->session;
	const struct crash_memory *memory = &session->memory;

	json_open(json, "memory", '{');
	if (memory->has_panic_cpu && memory->panic_cpu >= 0)
		json_uint(json, "panic_cpu", memory->panic_cpu);
	else
		json_null(json, "panic_cpu");
	json_open(json, "not_running", '[');
	for (size_t i = 0; i < memory->nr_cpus; i++)
		if (memory->cpus[i].running == STOP_NO)
			json_uint(json, NULL, memory->cpus[i].cpu);
	json_close(json, ']');
	json_compare(json, session);
	json_inferred(json, more);
	json_wedges(json, more);
	json_close(json, '}');
}
