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
#include "layout.h"

/* arch/arm64/include/asm/memory.h */
#define OVERFLOW_STACK_SIZE	4096

#define VMCOREINFO_MAX	65536

/*
 * The bytes of a cpumask that are in use. A kernel built for a fixed number of
 * CPUs has no nr_cpu_ids: then up to the next symbol.
 */
static size_t mask_size(const char *name)
{
	uint32_t nr = 0;
	size_t len;

	if (read_symbol("nr_cpu_ids", &nr, sizeof(nr)) && nr && nr <= NR_CPUS)
		return (nr + 63) / 64 * 8;
	len = read_symbol_size(name) / 8 * 8;
	return !len || len > NR_CPUS / 8 ? NR_CPUS / 8 : len;
}

/* A cpumask by name, in crash's memory; NULL when it cannot be read. */
static unsigned char *read_mask(const char *name, size_t *cpus)
{
	unsigned char *mask;
	size_t size;

	if (!read_symbol_exists(name))
		return NULL;
	size = mask_size(name);
	mask = (unsigned char *)GETBUF(size);
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

bool collect_task_stack(const struct cpu_memory *cpu, uint64_t *low,
			uint64_t *high)
{
	if (!cpu->task || layout(L_TASK_STACK) < 0 ||
	    !read_mem(cpu->task + layout(L_TASK_STACK), low, sizeof(*low)))
		return false;
	*high = *low + layout_thread_size();
	return true;
}

/* In the order in which one can be entered from the other. */
void collect_stacks(struct cpu_memory *cpu)
{
	/* All of IRQ_STACK_SIZE and SDEI_STACK_SIZE are THREAD_SIZE. */
	static const struct {
		const char *symbol, *name;
	} by_pointer[] = {
		{ "irq_stack_ptr", "IRQ" },
		{ "sdei_stack_normal_ptr", "SDEI normal" },
		{ "sdei_stack_critical_ptr", "SDEI critical" },
	};
	long size = layout_thread_size();
	uint64_t p, high;

	if (cpu->has_stacks)
		return;
	cpu->has_stacks = true;
	cpu->nr_stacks = 0;
	if (collect_task_stack(cpu, &p, &high))
		add_stack(cpu, "task", p, high - p);
	for (size_t i = 0; i < sizeof(by_pointer) / sizeof(*by_pointer); i++) {
		if (read_percpu(by_pointer[i].symbol, cpu->base, 0, &p,
				sizeof(p)))
			add_stack(cpu, by_pointer[i].name, p, size);
		else if (read_symbol_exists(by_pointer[i].symbol))
			cpu->stacks_lost = true;
	}
	if (read_symbol_exists("overflow_stack"))
		add_stack(cpu, "overflow",
			  symbol_value("overflow_stack") + cpu->base,
			  OVERFLOW_STACK_SIZE);
	/* Firmware's runtime services run on one stack of their own. */
	if (read_symbol("efi_rt_stack_top", &p, sizeof(p)) && p)
		add_stack(cpu, "EFI", p - size, size);
}

bool collect_on_stacks(struct cpu_memory *cpu, uint64_t sp)
{
	collect_stacks(cpu);
	for (size_t i = 0; i < cpu->nr_stacks; i++) {
		if (sp >= cpu->stacks[i].low && sp <= cpu->stacks[i].high)
			return true;
	}
	return false;
}

/* crash has the names of all tasks at hand, but of a live system's old ones. */
static bool known_task(struct cpu_memory *cpu, uint64_t task)
{
	struct task_context *tc;

	if (ACTIVE() || (pc->flags & MINIMAL_MODE))
		return false;
	tc = task_to_context(task);
	if (!tc)
		return false;
	cpu->pid = tc->pid;
	snprintf(cpu->comm, sizeof(cpu->comm), "%s", tc->comm);
	return true;
}

/*
 * rq->curr, which crash has read of every CPU when it started: to read it again
 * takes a page out of the dump for each.
 */
static uint64_t crash_current(uint32_t cpu)
{
	if (ACTIVE() || (pc->flags & MINIMAL_MODE) || !tt->active_set ||
	    cpu >= (uint32_t)kt->cpus)
		return 0;
	return tt->active_set[cpu];
}

static void read_task(struct cpu_memory *cpu)
{
	uint64_t task = crash_current(cpu->cpu);
	uint32_t pid;

	if (task && known_task(cpu, task)) {
		cpu->task = task;
		cpu->comm[16] = '\0';
		return;
	}
	task = 0;
	if (layout(L_RQ_CURR) < 0 ||
	    !read_percpu("runqueues", cpu->base, layout(L_RQ_CURR), &task,
			 sizeof(task)))
		read_percpu("__entry_task", cpu->base, 0, &task, sizeof(task));
	if (!task)
		return;
	if (!known_task(cpu, task)) {
		if (layout(L_TASK_PID) < 0 ||
		    !read_mem(task + layout(L_TASK_PID), &pid, sizeof(pid))) {
			cpu->lost_task = task;
			return;
		}
		cpu->pid = pid;
		if (layout(L_TASK_COMM) < 0 ||
		    !read_mem(task + layout(L_TASK_COMM), cpu->comm, 16))
			cpu->comm[0] = '\0';
	}
	cpu->task = task;
	cpu->comm[16] = '\0';
}

/*
 * A stopped CPU has cleared its online bit, so that bit alone does not tell
 * it from one that was offline: the hotplug state does, no stop changes it.
 */
/*
 * A page that the dump has lost can read as zeros (under --minimal crash opens
 * such dumps), and zero is CPUHP_OFFLINE. But that is never all of the structure:
 * cpuhp_threads_init() initialises the completions of every possible CPU, whose
 * lists are not empty bytes.
 */
static bool hotplug_lost(const struct cpu_memory *cpu)
{
	long size = layout_size("cpuhp_cpu_state");
	unsigned char *state;
	bool lost = true;

	if (size <= 0 || size > 4096)
		return true;
	state = (unsigned char *)GETBUF(size);
	if (read_percpu("cpuhp_state", cpu->base, 0, state, size)) {
		for (long i = 0; i < size && lost; i++)
			lost = !state[i];
	}
	FREEBUF(state);
	return lost;
}

enum stop_known collect_hotplug(const struct cpu_memory *cpu)
{
	uint32_t state;
	long online;

	if (!layout_enum(L_CPUHP_ONLINE, &online) || layout(L_CPUHP_STATE) < 0 ||
	    !read_percpu("cpuhp_state", cpu->base, layout(L_CPUHP_STATE),
			 &state, sizeof(state)))
		return STOP_UNKNOWN;
	/* CPUHP_ONLINE is the last one: what is above it is no state. */
	if (state > (uint32_t)online || (!state && hotplug_lost(cpu)))
		return STOP_UNKNOWN;
	return state == (uint32_t)online ? STOP_YES : STOP_NO;
}

/* The buffer says whose note it is; the judge compares that with the tag. */
static void own_notes(struct stop_facts *facts, size_t first, uint32_t cpu)
{
	for (size_t i = first; i < facts->nr_cpus; i++)
		facts->cpus[i].cpu = cpu;
}

/*
 * A CPU with a note was running, and one that is online still is; only for
 * another is the hotplug state worth a look at the debug information.
 */
static int note_of_cpu(struct crash_memory *memory, struct stop_facts *facts,
		       struct cpu_memory *cpu, bool has_note)
{
	struct stop_cpu *c;

	if (has_note || cpu->online == STOP_YES)
		cpu->running = STOP_YES;
	else
		cpu->running = collect_hotplug(cpu);
	if (has_note) {
		memory->nr_notes++;
		return 0;
	}
	if (!facts->has_crashtime || cpu->running != STOP_YES)
		return 0;
	c = stop_facts_add_cpu(facts);
	if (!c)
		return -ENOMEM;
	c->cpu = cpu->cpu;
	return 0;
}

static int read_notes(struct crash_memory *memory, struct stop_facts *facts)
{
	long size = layout_note_buf();
	unsigned char *buf = (unsigned char *)GETBUF(size);
	uint64_t notes = 0;
	int ret = 0;

	if (!read_symbol("crash_notes", &notes, sizeof(notes)) || !notes)
		snprintf(memory->notes_why, sizeof(memory->notes_why),
			 "crash_notes is not in the dump");

	for (size_t i = 0; i < memory->nr_cpus && !ret; i++) {
		struct cpu_memory *cpu = &memory->cpus[i];
		size_t first = facts->nr_cpus;

		if (notes && read_mem(notes + cpu->base, buf, size))
			ret = stop_notes_decode(facts, buf, size,
						notes + cpu->base);
		else
			cpu->note_unread = true;
		memory->nr_unread += cpu->note_unread;
		own_notes(facts, first, cpu->cpu);
		if (!ret)
			ret = note_of_cpu(memory, facts, cpu,
					  facts->nr_cpus > first);
	}
	if (memory->nr_unread && !memory->notes_why[0])
		snprintf(memory->notes_why, sizeof(memory->notes_why),
			 "the crash_notes of %zu CPU%s cannot be read",
			 memory->nr_unread, memory->nr_unread == 1 ? "" : "s");
	FREEBUF(buf);
	return ret;
}

static int read_cpus(struct crash_memory *memory, const unsigned char *present,
		     size_t cpus, const unsigned char *online,
		     size_t online_cpus)
{
	/* kt->cpus is their number, and says nothing about the highest. */
	size_t nr = 0, last = 0;

	for (size_t i = 0; i < cpus; i++) {
		if (mask_has(present, i)) {
			nr++;
			last = i;
		}
	}
	memory->cpus = calloc(nr + 1, sizeof(*memory->cpus));
	if (!memory->cpus)
		return -ENOMEM;

	/* All at once; one by one where a page of them is missing. */
	uint64_t *bases = (uint64_t *)GETBUF((last + 1) * sizeof(*bases));
	bool all = read_symbol("__per_cpu_offset", bases,
			       (last + 1) * sizeof(*bases));

	for (size_t i = 0; i < cpus; i++) {
		struct cpu_memory *cpu = &memory->cpus[memory->nr_cpus];

		if (!mask_has(present, i))
			continue;
		if (!all && !read_symbol_at("__per_cpu_offset",
					    i * sizeof(*bases), &bases[i],
					    sizeof(*bases))) {
			snprintf(memory->notes_why, sizeof(memory->notes_why),
				 "the per-CPU offset of CPU %zu is not in the dump",
				 i);
			continue;
		}
		cpu->cpu = i;
		cpu->base = bases[i];
		if (online && i < online_cpus)
			cpu->online = mask_has(online, i) ? STOP_YES : STOP_NO;
		memory->nr_cpus++;
		read_task(cpu);
	}
	FREEBUF(bases);
	return 0;
}

int collect_cpus(struct crash_memory *memory, struct stop_facts *facts)
{
	size_t cpus = 0, online_cpus = 0;
	int ret;

	memset(memory, 0, sizeof(*memory));
	facts->from_memory = true;

	unsigned char *online = read_mask("__cpu_online_mask", &online_cpus);
	unsigned char *present = read_mask("__cpu_present_mask", &cpus);

	if (!present)
		present = read_mask("__cpu_possible_mask", &cpus);
	if (!present) {
		snprintf(memory->notes_why, sizeof(memory->notes_why),
			 "the mask of present CPUs is not in the dump");
		if (online)
			FREEBUF(online);
		return 0;
	}
	memory->has_panic_cpu = read_symbol("panic_cpu", &memory->panic_cpu,
					    sizeof(memory->panic_cpu));
	/*
	 * The CPU that panics stays online. If the two are at odds, the page of
	 * one of them was lost, and which one is not known.
	 */
	if (online && memory->has_panic_cpu && memory->panic_cpu >= 0 &&
	    ((size_t)memory->panic_cpu >= online_cpus ||
	     !mask_has(online, memory->panic_cpu))) {
		memory->has_panic_cpu = false;
		FREEBUF(online);
		online = NULL;
	}
	memory->has_online_mask = online;

	ret = read_cpus(memory, present, cpus, online, online_cpus);
	FREEBUF(present);
	if (online)
		FREEBUF(online);
	return ret ? ret : read_notes(memory, facts);
}

void collect_destroy(struct crash_memory *memory)
{
	free(memory->cpus);
	free(memory->from_file);
	memset(memory, 0, sizeof(*memory));
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

struct cpu_memory *collect_cpu(const struct crash_memory *memory,
			       uint32_t cpu)
{
	for (size_t i = 0; i < memory->nr_cpus; i++) {
		if (memory->cpus[i].cpu == cpu)
			return &memory->cpus[i];
	}
	return NULL;
}

struct stop_cpu *collect_stop_cpu(const struct stop_facts *facts, uint32_t cpu)
{
	for (size_t i = 0; i < facts->nr_cpus; i++) {
		if (facts->cpus[i].cpu == cpu)
			return &facts->cpus[i];
	}
	return NULL;
}
