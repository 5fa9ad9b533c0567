// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switch.c: -s and -u.
 *
 * crash's bt begins a running task at the kdump code if it finds an address of
 * it anywhere on the stack or the IRQ stack, be it left over from long ago,
 * and has no registers for a CPU whose note it could not use. It takes them
 * from panic_task_regs, and leaves out the search without KDUMP_ENABLED.
 */
#include "crash-defs.h"

#include "evidence.h"
#include "output.h"
#include "switch.h"

static struct {
	bool active;
	uint32_t cpu;
	ulong task;			/* the context before */
	bool has_regs;			/* there were registers of it */
	struct arm64_pt_regs regs;
	bool kdump_enabled;
} before;

/* It takes a third argument since crash 8.0.6; an older one ignores it. */
static bool change_context(ulong task)
{
	int (*set)(ulong, ulong, uint) =
		(int (*)(ulong, ulong, uint))(void *)set_context;

	return task && set(task, NO_PID, TRUE);
}

static const struct stop_cpu *registers_of(const struct session *session,
					   uint32_t cpu)
{
	for (size_t i = 0; i < session->facts.nr_cpus; i++) {
		const struct stop_cpu *c = &session->facts.cpus[i];

		if (c->cpu == cpu && stop_cpu_has_context(c))
			return c;
	}
	return NULL;
}

static bool undo(void)
{
	struct machine_specific *ms = machdep->machspec;

	if (!before.active)
		return false;
	before.active = false;
	if (before.has_regs)
		ms->panic_task_regs[before.cpu] = before.regs;
	else
		memset(&ms->panic_task_regs[before.cpu], 0,
		       sizeof(before.regs));
	if (before.kdump_enabled)
		machdep->flags |= KDUMP_ENABLED;
	change_context(before.task);
	return true;
}

/* An event that came for something else has other registers than the stop. */
static bool stopped_by_event(const struct session *session,
			     const struct cpu_memory *memory)
{
	struct inferred inferred;
	struct evidence evidence;

	evidence_infer(session, memory, &evidence, &inferred);
	return inferred.sdei_regs;
}

void switch_to(const struct session *session, uint32_t cpu)
{
	const struct cpu_memory *memory = collect_cpu(&session->memory, cpu);
	const struct stop_cpu *c = registers_of(session, cpu);
	struct machine_specific *ms = machdep->machspec;
	const char *from = "its note";
	struct stop_regs regs;

	if (pc->flags & MINIMAL_MODE || ACTIVE()) {
		fprintf(out, "sdei_stop: -s needs a dump and a session without --minimal\n");
		return;
	}
	if (!memory || !memory->task || !task_exists(memory->task)) {
		fprintf(out, "sdei_stop: the task of CPU %u is not known\n", cpu);
		return;
	}
	if (cpu >= (uint32_t)kt->cpus) {
		fprintf(out, "sdei_stop: crash keeps no registers of CPU %u\n",
			cpu);
		return;
	}
	if (c) {
		regs = c->regs;
	} else if (stopped_by_event(session, memory) &&
		   evidence_sdei_regs(memory, &regs) && regs.pc) {
		from = "its SDEI event";
	} else {
		fprintf(out, "sdei_stop: CPU %u left no registers\n", cpu);
		return;
	}

	undo();
	if (!ms->panic_task_regs)
		ms->panic_task_regs = calloc(kt->cpus,
					     sizeof(*ms->panic_task_regs));
	if (!ms->panic_task_regs)
		return;
	before.task = CURRENT_TASK();
	before.cpu = cpu;
	before.regs = ms->panic_task_regs[cpu];
	before.has_regs = before.regs.pc || before.regs.sp;
	before.kdump_enabled = machdep->flags & KDUMP_ENABLED;
	before.active = true;
	memcpy(&ms->panic_task_regs[cpu], &regs, sizeof(regs));
	machdep->flags &= ~KDUMP_ENABLED;
	if (!change_context(memory->task)) {
		undo();
		return;
	}
	fprintf(out, "CPU %u is current, with the registers of %s; sdei_stop -u goes back\n",
		cpu, from);
	fprintf(out, "    PID: %u  TASK: %lx  COMMAND: \"%s\"  PC: %lx\n",
		memory->pid, (ulong)memory->task, memory->comm,
		(ulong)regs.pc);
}

void switch_back(void)
{
	if (undo())
		fprintf(out, "back to the context before sdei_stop -s\n");
	else
		fprintf(out, "sdei_stop: there is nothing to undo\n");
}
