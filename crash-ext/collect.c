// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * collect.c: the present CPUs of a dump, their crash_notes buffers, tasks and
 * stacks, read through crash(8).
 *
 * Every read may fail and none may end the command: RETURN_ON_ERROR|QUIET.
 */
#include "crash-defs.h"

#include <errno.h>

#include "collect.h"
#include "crash-read.h"
#include "decode.h"

/*
 * sizeof(note_buf_t) on arm64: a PRSTATUS note and an empty header. Used when
 * the debug information does not tell.
 */
#define NOTE_BUF_SIZE	424
#define NOTE_BUF_MAX	4096

/* arch/arm64/include/asm/memory.h */
#define OVERFLOW_STACK_SIZE	4096

#define VMCOREINFO_MAX	65536

struct offsets {
	bool known;
	long curr, pid, comm, stack, state, online;
	long thread_size, note_buf, cpumask;
};

/*
 * The kernel of a session does not change, and each such question leaks a
 * little memory inside crash 9's gdb: they are asked once.
 */
static const struct offsets *offsets(void)
{
	static struct offsets found;
	struct offsets *o = &found;
	long value;

	if (o->known)
		return o;

	o->curr = read_member("rq", "curr");
	o->pid = read_member("task_struct", "pid");
	o->comm = read_member("task_struct", "comm");
	o->stack = read_member("task_struct", "stack");
	o->state = read_member("cpuhp_cpu_state", "state");
	o->online = enumerator_value("CPUHP_ONLINE", &value) ? value : -1;
	o->thread_size = STRUCT_SIZE("thread_union");
	if (o->thread_size <= 0)
		o->thread_size = machdep->stacksize;
	o->note_buf = STRUCT_SIZE("note_buf_t");
	if (o->note_buf < 12 || o->note_buf > NOTE_BUF_MAX)
		o->note_buf = NOTE_BUF_SIZE;
	o->cpumask = STRUCT_SIZE("cpumask");
	if (o->cpumask <= 0 || o->cpumask > NR_CPUS / 8)
		o->cpumask = NR_CPUS / 8;
	o->known = true;
	return o;
}

/* A cpumask by name, in crash's memory; NULL when it cannot be read. */
static unsigned char *read_mask(const char *name, size_t *cpus)
{
	long size = offsets()->cpumask;
	unsigned char *mask = (unsigned char *)GETBUF(size);

	*cpus = size * 8;
	if (read_symbol(name, mask, size))
		return mask;
	FREEBUF(mask);
	return NULL;
}

static bool mask_has(const unsigned char *mask, size_t cpu)
{
	/* unsigned long words of a little-endian kernel, as crash needs it */
	return mask[cpu / 8] & (1u << (cpu % 8));
}

static void add_stack(struct cpu_memory *cpu, const char *name, uint64_t low,
		      uint64_t size)
{
	if (!low || low + size < low || cpu->nr_stacks == WALK_MAX_STACKS)
		return;
	struct walk_stack *s = &cpu->stacks[cpu->nr_stacks++];

	s->name = name;
	s->low = low;
	s->high = low + size;
	s->data = NULL;
}

static void read_stacks(struct cpu_memory *cpu, uint64_t base,
			const struct offsets *o)
{
	/* All of IRQ_STACK_SIZE and SDEI_STACK_SIZE are THREAD_SIZE. */
	static const struct {
		const char *symbol, *name;
	} by_pointer[] = {
		{ "irq_stack_ptr", "IRQ" },
		{ "sdei_stack_normal_ptr", "SDEI normal" },
		{ "sdei_stack_critical_ptr", "SDEI critical" },
	};
	uint64_t p;

	if (cpu->task && o->stack >= 0 &&
	    read_mem(cpu->task + o->stack, &p, sizeof(p)))
		add_stack(cpu, "task", p, o->thread_size);
	for (size_t i = 0; i < sizeof(by_pointer) / sizeof(*by_pointer); i++) {
		if (read_percpu(by_pointer[i].symbol, base, 0, &p, sizeof(p)))
			add_stack(cpu, by_pointer[i].name, p, o->thread_size);
	}
	if (read_symbol_exists("overflow_stack"))
		add_stack(cpu, "overflow",
			  symbol_value("overflow_stack") + base,
			  OVERFLOW_STACK_SIZE);
	/* Firmware's runtime services run on one stack of their own. */
	if (read_symbol("efi_rt_stack_top", &p, sizeof(p)) && p)
		add_stack(cpu, "EFI", p - o->thread_size, o->thread_size);
}

static void read_task(struct cpu_memory *cpu, uint64_t base,
		      const struct offsets *o)
{
	uint64_t task = 0;
	uint32_t pid;

	if (o->curr < 0 ||
	    !read_percpu("runqueues", base, o->curr, &task, sizeof(task)))
		read_percpu("__entry_task", base, 0, &task, sizeof(task));
	if (!task || o->pid < 0 ||
	    !read_mem(task + o->pid, &pid, sizeof(pid)))
		return;
	cpu->task = task;
	cpu->pid = pid;
	if (o->comm >= 0 && !read_mem(task + o->comm, cpu->comm, 16))
		cpu->comm[0] = '\0';
	cpu->comm[16] = '\0';
}

/*
 * A stopped CPU has cleared its online bit, so that bit alone does not tell
 * it from one that was offline: the hotplug state does, no stop changes it.
 */
static enum stop_known read_running(const struct cpu_memory *cpu,
				    uint64_t base, const struct offsets *o)
{
	uint32_t state;

	if (cpu->online == STOP_YES)
		return STOP_YES;
	if (o->state < 0 || o->online < 0 ||
	    !read_percpu("cpuhp_state", base, o->state, &state, sizeof(state)))
		return STOP_UNKNOWN;
	return state == (uint32_t)o->online ? STOP_YES : STOP_NO;
}

/* The buffer says whose note it is; the judge compares that with the tag. */
static void own_notes(struct stop_facts *facts, size_t first, uint32_t cpu)
{
	for (size_t i = first; i < facts->nr_cpus; i++)
		facts->cpus[i].cpu = cpu;
}

static int read_notes(struct crash_memory *memory, struct stop_facts *facts,
		      const uint64_t *bases, const struct offsets *o)
{
	unsigned char *buf = (unsigned char *)GETBUF(o->note_buf);
	uint64_t notes = 0;
	size_t unread = 0;
	int ret = 0;

	if (!read_symbol("crash_notes", &notes, sizeof(notes)) || !notes)
		snprintf(memory->notes_why, sizeof(memory->notes_why),
			 "crash_notes is not in the dump");

	for (size_t i = 0; i < memory->nr_cpus && !ret; i++) {
		struct cpu_memory *cpu = &memory->cpus[i];
		size_t first = facts->nr_cpus;

		if (notes && read_mem(notes + bases[i], buf, o->note_buf))
			ret = stop_notes_decode(facts, buf, o->note_buf,
						notes + bases[i]);
		else
			unread++;
		if (facts->nr_cpus > first) {
			own_notes(facts, first, cpu->cpu);
			memory->nr_notes++;
		} else if (!ret && facts->has_crashtime &&
			   cpu->running == STOP_YES) {
			struct stop_cpu *c = stop_facts_add_cpu(facts);

			if (!c)
				ret = -ENOMEM;
			else
				c->cpu = cpu->cpu;
		}
	}
	if (unread && !memory->notes_why[0])
		snprintf(memory->notes_why, sizeof(memory->notes_why),
			 "the crash_notes of %zu CPU%s cannot be read", unread,
			 unread == 1 ? "" : "s");
	FREEBUF(buf);
	return ret;
}

int collect_cpus(struct crash_memory *memory, struct stop_facts *facts)
{
	const struct offsets *o = offsets();
	size_t cpus, online_cpus;
	uint64_t *bases;

	memset(memory, 0, sizeof(*memory));
	facts->from_memory = true;

	unsigned char *online = read_mask("__cpu_online_mask", &online_cpus);
	unsigned char *present = read_mask("__cpu_present_mask", &cpus);

	if (!present)
		present = read_mask("__cpu_possible_mask", &cpus);
	if (!present) {
		snprintf(memory->notes_why, sizeof(memory->notes_why),
			 "the mask of present CPUs is not in the dump");
		return 0;
	}
	memory->has_online_mask = online;
	memory->has_panic_cpu = read_symbol("panic_cpu", &memory->panic_cpu,
					    sizeof(memory->panic_cpu));

	/* kt->cpus is their number, and says nothing about the highest. */
	size_t nr = 0;

	for (size_t i = 0; i < cpus; i++)
		nr += mask_has(present, i);
	memory->cpus = (struct cpu_memory *)GETBUF((nr + 1) *
						   sizeof(*memory->cpus));
	bases = (uint64_t *)GETBUF((nr + 1) * sizeof(*bases));

	for (size_t i = 0; i < cpus; i++) {
		struct cpu_memory *cpu = &memory->cpus[memory->nr_cpus];
		uint64_t base;

		if (!mask_has(present, i))
			continue;
		memset(cpu, 0, sizeof(*cpu));
		cpu->cpu = i;
		if (online)
			cpu->online = mask_has(online, i) ? STOP_YES : STOP_NO;
		if (!read_symbol_at("__per_cpu_offset", i * sizeof(base),
				    &base, sizeof(base))) {
			snprintf(memory->notes_why, sizeof(memory->notes_why),
				 "the per-CPU offset of CPU %zu is not in the dump",
				 i);
			continue;
		}
		bases[memory->nr_cpus++] = base;
		cpu->running = read_running(cpu, base, o);
		read_task(cpu, base, o);
		read_stacks(cpu, base, o);
	}

	int ret = read_notes(memory, facts, bases, o);

	FREEBUF(bases);
	FREEBUF(present);
	if (online)
		FREEBUF(online);
	return ret;
}

/*
 * The page that the panicking kernel last wrote lies in the capture kernel's
 * memory, which no dump has. What it copied to vmcoreinfo_note is there; before
 * a crash that note is empty and vmcoreinfo_data is as at boot.
 */
bool collect_vmcoreinfo(struct stop_facts *facts)
{
	static const char name[] = "VMCOREINFO";
	uint32_t head[6];
	uint64_t note, data, size;
	size_t len = 0;
	char *buf;

	if (read_symbol("vmcoreinfo_note", &note, sizeof(note)) && note &&
	    read_mem(note, head, sizeof(head)) && head[0] == sizeof(name) &&
	    head[1] && head[1] <= VMCOREINFO_MAX &&
	    !memcmp(head + 3, name, sizeof(name))) {
		data = note + sizeof(head);
		len = head[1];
	} else if (read_symbol("vmcoreinfo_data", &data, sizeof(data)) && data &&
		   read_symbol("vmcoreinfo_size", &size, sizeof(size)) &&
		   size && size <= VMCOREINFO_MAX) {
		len = size;
	}
	if (!len)
		return false;

	buf = GETBUF(len);

	bool read = read_mem(data, buf, len);

	if (read)
		stop_vmcoreinfo_decode(facts, buf, len);
	FREEBUF(buf);
	return read && facts->has_vmcoreinfo;
}

const struct cpu_memory *collect_cpu(const struct crash_memory *memory,
				     uint32_t cpu)
{
	for (size_t i = 0; i < memory->nr_cpus; i++) {
		if (memory->cpus[i].cpu == cpu)
			return &memory->cpus[i];
	}
	return NULL;
}
