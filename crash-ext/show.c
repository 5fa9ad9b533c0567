// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show.c: one CPU's context in full: how and when it was stopped, registers,
 * call chain; or, for a CPU without registers, what is left to be said.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "show.h"

#define NS_PER_US	1000
#define NS_PER_MS	1000000
#define NS_PER_S	1000000000

/* Stale return addresses are a hint: the first few are enough for one. */
#define MAX_HINTS	24

static const char *last_rung(uint16_t rungs)
{
	if (rungs & CPU_STOP_RUNG_SDEI)
		return "SDEI event";
	if (rungs & CPU_STOP_RUNG_NMI_IPI)
		return "pseudo-NMI IPI";
	return "IPI";
}

static void show_time(FILE *fp, uint64_t ns)
{
	fprintf(fp, "%" PRIu64 ".%06" PRIu64 " s", ns / NS_PER_S,
		ns % NS_PER_S / NS_PER_US);
}

static void show_span(FILE *fp, uint64_t ns)
{
	if (ns < NS_PER_MS)
		fprintf(fp, "%" PRIu64 ".%03" PRIu64 " us", ns / NS_PER_US,
			ns % NS_PER_US);
	else
		fprintf(fp, "%" PRIu64 ".%03" PRIu64 " ms", ns / NS_PER_MS,
			ns % NS_PER_MS / NS_PER_US);
}

static void show_when(FILE *fp, const struct stop_tag *tag)
{
	char buf[40];
	bool stopped = tag->mechanism != CPU_STOP_NOT_STOPPED;

	fprintf(fp, "  %-9s ", stopped ? "stopped" : "given up");
	show_time(fp, tag->stop_ns);
	fprintf(fp, " after boot");
	if (tag->request_ns && tag->stop_ns >= tag->request_ns) {
		fprintf(fp, ", ");
		show_span(fp, tag->stop_ns - tag->request_ns);
		fprintf(fp, " after the %s was signalled",
			last_rung(tag->rungs));
	} else if (tag->request_ns) {
		fprintf(fp, ", before the %s was signalled at ",
			last_rung(tag->rungs));
		show_time(fp, tag->request_ns);
	}
	fputc('\n', fp);

	if (tag->rungs)
		fprintf(fp, "  signalled%s%s%s%s%s\n",
			tag->rungs & CPU_STOP_RUNG_IPI ? " IPI" : "",
			tag->rungs & CPU_STOP_RUNG_NMI_IPI &&
			tag->rungs & CPU_STOP_RUNG_IPI ? "," : "",
			tag->rungs & CPU_STOP_RUNG_NMI_IPI ? " pseudo-NMI IPI" :
							     "",
			tag->rungs & CPU_STOP_RUNG_SDEI &&
			tag->rungs & ~CPU_STOP_RUNG_SDEI ? "," : "",
			tag->rungs & CPU_STOP_RUNG_SDEI ? " SDEI event" : "");
	if (tag->rungs & CPU_STOP_RUNG_SDEI && tag->sdei_status)
		fprintf(fp, "  SDEI      SDEI_EVENT_SIGNAL: %s\n",
			stop_sdei_status_name(tag->sdei_status, buf));
	if (tag->mechanism == CPU_STOP_PANIC)
		fprintf(fp, "  totals    %u CPUs were running, %u were left\n",
			tag->nr_online, tag->nr_left);
	fprintf(fp, "  mpidr     0x%" PRIx64 "\n", tag->mpidr);
}

static const char *how_stopped(const struct stop_tag *tag, char buf[32])
{
	char name[16];

	if (tag->mechanism == CPU_STOP_PANIC)
		return "ran the crash";
	if (tag->mechanism == CPU_STOP_SELF)
		return "stopped itself";
	snprintf(buf, 32, "stopped by %s",
		 stop_mechanism_name(tag->mechanism, name));
	return buf;
}

static void show_head(FILE *fp, const struct stop_cpu *cpu)
{
	char mechanism[32], regs[16];

	if (cpu->cpu == STOP_CPU_UNKNOWN)
		fprintf(fp, "CPU note %u: ", cpu->note_index);
	else
		fprintf(fp, "CPU %u: ", cpu->cpu);

	if (cpu->tag_state == STOP_TAG_VALID &&
	    cpu->tag.mechanism == CPU_STOP_NOT_STOPPED)
		fprintf(fp, "did not stop%s",
			stop_tag_in_sdei(&cpu->tag) == STOP_YES ?
			", inside an SDEI event" : "");
	else if (cpu->tag_state == STOP_TAG_VALID)
		fprintf(fp, "%s, %s registers, interrupts %s%s%s",
			how_stopped(&cpu->tag, mechanism),
			stop_regs_name(cpu->tag.regs, regs),
			cpu->tag.flags & CPU_STOP_F_IRQS_MASKED ? "masked" :
								  "on",
			cpu->tag.flags & CPU_STOP_F_NOT_KERNEL ?
			", in user space or a guest" : "",
			cpu->tag.flags & CPU_STOP_F_POWERED_OFF ?
			", powered off" : "");
	else
		fprintf(fp, "%s", cpu->has_regs ?
			"no tag says how it was stopped" :
			"was running, left no registers and no tag");
	fputc('\n', fp);
}

static void show_task(FILE *fp, const struct stop_cpu *cpu,
		      const struct cpu_memory *memory)
{
	if (memory && memory->task) {
		fprintf(fp, "  task      PID: %u  TASK: %016" PRIx64
			"  COMMAND: \"%s\"\n", memory->pid, memory->task,
			memory->comm);
	} else if (memory && memory->lost_task) {
		fprintf(fp, "  task      unknown: its task_struct at %016" PRIx64
			" cannot be read\n", memory->lost_task);
		if (memory->sp_stack)
			fprintf(fp, "            (its stack is taken for the one that sp is on)\n");
	} else {
		fprintf(fp, "  task      unknown\n");
	}
	if (cpu->tag_state == STOP_TAG_VALID)
		show_when(fp, &cpu->tag);
	else if (cpu->tag_state == STOP_TAG_MALFORMED)
		fprintf(fp, "  tag       malformed: %s\n", cpu->tag_why);
}

static void show_pstate(FILE *fp, uint64_t p)
{
	fprintf(fp, "%c%c%c%c %c%c%c%c ", p & 1u << 31 ? 'N' : 'n',
		p & 1u << 30 ? 'Z' : 'z', p & 1u << 29 ? 'C' : 'c',
		p & 1u << 28 ? 'V' : 'v', p & 1u << 9 ? 'D' : 'd',
		p & 1u << 8 ? 'A' : 'a', p & 1u << 7 ? 'I' : 'i',
		p & 1u << 6 ? 'F' : 'f');
	if (p & 1u << 4)
		fprintf(fp, "AArch32");
	else
		fprintf(fp, "EL%u%c", (unsigned int)(p >> 2) & 3,
			p & 1 ? 'h' : 't');
}

/* Where its context ran: as seen from a kernel at exception level kernel_el. */
static const char *level(const struct context *context)
{
	uint64_t pstate = context->cpu->regs.pstate;
	unsigned int el = pstate >> 2 & 3;

	if (pstate & 1u << 4)
		return "AArch32: user space or a guest";
	if (!el)
		return context->kernel_el == 2 ?
			"EL0: user space, or that of a guest" :
			"EL0: user space";
	if (context->kernel_el && el < context->kernel_el)
		return "EL1: a guest's kernel";
	return el == 2 ? "EL2: the host's kernel" : "EL1: kernel";
}

static void show_masks(FILE *fp, const struct context *context)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} bits[] = {
		{ 1u << 9, "D (debug)" }, { 1u << 8, "A (SError)" },
		{ 1u << 7, "I (IRQ)" }, { 1u << 6, "F (FIQ)" },
	};
	const struct wedge *w = context->wedge;
	const char *sep = "";

	fprintf(fp, "  masks     ");
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
		if (context->cpu->regs.pstate & bits[i].bit) {
			fprintf(fp, "%s%s", sep, bits[i].name);
			sep = ", ";
		}
	}
	fprintf(fp, "%s in PSTATE", *sep ? "" : "none");
	if (w && w->has_pmr)
		/* GIC_PRIO_PSR_I_SET, and GIC_PRIO_IRQON: arm-gic-prio.h */
		fprintf(fp, "; priority mask %#" PRIx64 ": %s", w->pmr,
			w->pmr & 0x10 ? "PSTATE decides" :
			w->pmr >= 0xe0 ? "all interrupts" :
			"only pseudo-NMIs get through");
	fprintf(fp, "; %s\n", level(context));
}

static void show_where(FILE *fp, const struct context *context)
{
	const struct stop_cpu *cpu = context->cpu;

	fprintf(fp, "  where     ");
	if (stop_cpu_not_kernel(cpu))
		fprintf(fp, "outside the kernel, pc %" PRIx64, cpu->regs.pc);
	else if (cpu->pc_symbol)
		fprintf(fp, "%s", cpu->pc_symbol);
	else
		fprintf(fp, "no kernel code, pc %" PRIx64, cpu->regs.pc);
	if (context->pc_line)
		fprintf(fp, " (%s)", context->pc_line);
	if (cpu->lr_symbol)
		fprintf(fp, ", lr %s", cpu->lr_symbol);
	if (context->lr_line)
		fprintf(fp, " (%s)", context->lr_line);
	fputc('\n', fp);
}

static void show_regs(FILE *fp, const struct stop_cpu *cpu,
		      const struct walk *walk, symbol_fn symbol)
{
	const struct stop_regs *regs = &cpu->regs;
	bool user = stop_cpu_not_kernel(cpu);
	const char *whose = stop_regs_user(regs) ? "user space" : "a guest";
	uint64_t lr = walk_strip_pac(walk ? walk->pac_mask : 0, regs->x[30]);
	const struct walk_stack *stack =
		walk && !user ? walk_stack_of(walk, regs->sp) : NULL;
	char buf[256];
	const char *name;

	name = user ? NULL : symbol(regs->pc, false, buf, sizeof(buf));
	fprintf(fp, "     PC: %016" PRIx64 "  [%s]\n", regs->pc,
		name ? name : user ? whose : "no kernel code");
	name = user ? NULL : symbol(lr, true, buf, sizeof(buf));
	fprintf(fp, "     LR: %016" PRIx64 "%s%s%s\n", regs->x[30],
		name ? "  [" : "", name ? name : "", name ? "]" : "");
	fprintf(fp, "     SP: %016" PRIx64 "  [%s%s]\n", regs->sp,
		stack ? stack->name : user ? whose :
		cpu->sp_in_stack == STOP_NO ? "in no stack of this CPU" :
		walk && walk->nr_stacks ? "in no stack that is known" :
		"stacks unknown", stack ? " stack" : "");
	fprintf(fp, " PSTATE: %08" PRIx64 "  [", regs->pstate);
	show_pstate(fp, regs->pstate);
	fprintf(fp, "]\n");
	for (int i = 29; i >= 0; i--)
		fprintf(fp, "%sX%-2d: %016" PRIx64 "%s",
			(29 - i) % 3 ? "  " : "    ", i, regs->x[i],
			(29 - i) % 3 == 2 ? "\n" : "");
}

static void show_frames(FILE *fp, const struct walk *walk, symbol_fn symbol)
{
	char buf[256];

	for (size_t i = 0; i < walk->nr_frames; i++) {
		const struct walk_frame *f = &walk->frames[i];
		const struct walk_frame *before = i ? f - 1 : NULL;
		const char *name;

		if (f->kind == WALK_EVENT) {
			fprintf(fp, "--- SDEI event ---\n");
		} else if (f->kind == WALK_EXCEPTION) {
			fprintf(fp, "--- exception: sp %016" PRIx64
				", pstate %08" PRIx64 " [", f->regs.sp,
				f->regs.pstate);
			show_pstate(fp, f->regs.pstate);
			fprintf(fp, "] ---\n");
		} else if (before && f->stack && before->stack &&
			   strcmp(f->stack, before->stack)) {
			fprintf(fp, "--- %s stack ---\n", f->stack);
		}
		name = symbol(f->pc, walk_back(f->kind), buf, sizeof(buf));
		fprintf(fp, "%s#%zu [%016" PRIx64 "] %s at %" PRIx64 "%s\n",
			i < 10 ? " " : "", i, f->fp, name ? name : "(unknown)",
			f->pc, f->kind == WALK_LR ? "  (from the link register)" :
			f->kind == WALK_TRACED ? "  (its caller is with the tracer)" :
			"");
	}
	if (walk->user && walk->has_user_regs)
		fprintf(fp, "--- user space: pc %016" PRIx64 ", sp %016" PRIx64
			" ---\n", walk->user_regs.pc, walk->user_regs.sp);
	else if (walk->user)
		fprintf(fp, "--- user space ---\n");
	if (walk->end)
		fprintf(fp, "    (ends here: %s)\n", walk->end);
}

/*
 * Nothing says where in its stack this CPU was, so only addresses that lie on
 * it can be shown, old and new alike.
 */
static void show_hints(FILE *fp, struct walk *walk, symbol_fn symbol)
{
	const struct walk_stack *task = NULL;
	char buf[256];
	size_t shown = 0;
	uint64_t word;

	for (size_t i = 0; walk && i < walk->nr_stacks; i++) {
		if (!strcmp(walk->stacks[i].name, "task"))
			task = &walk->stacks[i];
	}
	if (!task || !walk_read(walk, task->low, &word, sizeof(word))) {
		fprintf(fp, "  The stack of its task cannot be read.\n");
		return;
	}

	fprintf(fp, "  Return addresses on the stack of its task, outermost first; not the CPU's\n"
		    "  state at the crash, and the later ones may be left from before it:\n");
	for (uint64_t at = task->high - 8; at >= task->low + 8; at -= 8) {
		uint64_t record[2];
		const char *name;

		/* A frame record: x29 up this stack, and a return address. */
		memcpy(record, task->data + (at - 8 - task->low), 16);
		if (record[0] && (record[0] <= at || record[0] >= task->high))
			continue;
		name = symbol(walk_strip_pac(walk->pac_mask, record[1]), true,
			      buf, sizeof(buf));
		if (!name)
			continue;
		if (shown++ == MAX_HINTS) {
			fprintf(fp, "     ...\n");
			break;
		}
		fprintf(fp, "     [%016" PRIx64 "] %s\n", at, name);
	}
	if (!shown)
		fprintf(fp, "     none\n");
}

void print_context(FILE *fp, const struct context *context)
{
	const struct stop_cpu *cpu = context->cpu;
	struct walk *walk = context->walk;
	bool has_regs = stop_cpu_has_context(cpu);

	show_head(fp, cpu);
	if (has_regs) {
		show_where(fp, context);
		if (context->wedge)
			print_wedge(fp, context->session, cpu->cpu,
				    context->wedge, context->symbol,
				    context->object);
		show_masks(fp, context);
	} else if (context->wedge) {
		print_wedge(fp, context->session, cpu->cpu, context->wedge,
			    context->symbol, context->object);
	}
	show_task(fp, cpu, context->memory);

	if (!cpu->has_regs) {
		if (context->session->facts.live)
			fprintf(fp, "  No registers: the system is live.\n");
		else if (context->memory && context->memory->note_unread)
			fprintf(fp, "  No registers: its crash_notes cannot be read, and the dump file has no note\n"
				    "  that is known to be this CPU's. Its current task is above.\n");
		else if (context->session->memory.has_panic_cpu &&
			 (uint32_t)context->session->memory.panic_cpu ==
			 cpu->cpu)
			fprintf(fp, "  No registers: this CPU ran the crash, but its note is empty or was never\n"
				    "  written. Its current task is above.\n");
		else if (cpu->tag_state == STOP_TAG_VALID ||
			 (context->memory &&
			  context->memory->online == STOP_YES))
			fprintf(fp, "  No registers: this CPU never ran the stop code, so nothing in the dump\n"
				    "  says where it was. Its current task is above.\n");
		else
			fprintf(fp, "  No registers: this CPU is offline, so it did stop, but its note is empty or\n"
				    "  was never written. Its current task is above.\n");
		show_hints(fp, walk, context->symbol);
		return;
	}
	if (!has_regs) {
		fprintf(fp, "  Its registers are all zero: nothing was saved.\n");
		return;
	}
	if (cpu->tag_state == STOP_TAG_VALID &&
	    cpu->tag.regs == CPU_STOP_REGS_CAPTURED &&
	    cpu->tag.mechanism != CPU_STOP_PANIC)
		fprintf(fp, "  These are the registers of the stop code, which was handed none: what\n"
			    "  this CPU was doing is further down its call chain.\n");
	if (context->by_event)
		fprintf(fp, "  Its note is empty. These are the registers that SDEI event 0 interrupted,\n"
			    "  which is what stopped it.\n");
	show_regs(fp, cpu, walk, context->symbol);
	if (stop_cpu_not_kernel(cpu))
		fprintf(fp, "  It ran outside the kernel, which has no frame of this context.\n");
	else if (!walk)
		fprintf(fp, "  Nothing is known of its stacks.\n");
	else
		show_frames(fp, walk, context->symbol);
}
