// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * evidence.c: reads what a stop leaves in memory, through crash(8).
 */
#include "crash-defs.h"

#include "crash-read.h"
#include "evidence.h"
#include "klog.h"
#include "ladder.h"
#include "layout.h"
#include "wedge.h"

#define MAX_EVENTS	64

/* The address of the active event, 0: none. Neither readable: false. */
static bool active_event(const struct cpu_memory *cpu, uint64_t *event)
{
	static const char *const names[] = {
		"sdei_active_critical_event", "sdei_active_normal_event",
	};
	bool read = false;

	*event = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !*event; i++)
		read |= read_percpu(names[i], cpu->base, 0, event,
				    sizeof(*event));
	return read;
}

/*
 * Event 0 is private: one struct sdei_registered_event per CPU, found by the
 * driver's list. It keeps what it interrupted last, also when it has ended.
 */
static bool event_zero(const struct cpu_memory *cpu, uint64_t *registered)
{
	uint64_t head, at, private;
	uint32_t number;

	if (!read_symbol_exists("sdei_list") || layout(L_SDEI_LIST) < 0 ||
	    layout(L_SDEI_NUM) < 0 || layout(L_SDEI_PRIVATE) < 0)
		return false;
	head = symbol_value("sdei_list");
	at = head;
	for (int i = 0; i < MAX_EVENTS && read_mem(at, &at, sizeof(at)) &&
	     at && at != head; i++) {
		uint64_t event = at - layout(L_SDEI_LIST);

		if (read_mem(event + layout(L_SDEI_NUM), &number, 4) &&
		    !number && read_mem(event + layout(L_SDEI_PRIVATE),
					&private, 8) && private) {
			*registered = private + cpu->base;
			return true;
		}
	}
	return false;
}

bool evidence_sdei_regs(const struct cpu_memory *cpu, struct stop_regs *regs)
{
	uint64_t registered;

	/* A handler that is still in it points there. */
	if (!active_event(cpu, &registered) || !registered) {
		if (!event_zero(cpu, &registered))
			return false;
	}
	return layout(L_SDEI_EVENT_REGS) >= 0 &&
	       read_mem(registered + layout(L_SDEI_EVENT_REGS), regs,
			sizeof(*regs));
}

bool evidence_inside_sdei(const struct cpu_memory *cpu)
{
	uint64_t event;

	return active_event(cpu, &event) && event;
}

/* ipi_desc[]; since Linux 7.0 one such array for each CPU. */
static bool ipi_desc(const struct cpu_memory *cpu, long number, uint64_t *desc)
{
	size_t at = number * sizeof(*desc);

	if (read_symbol_exists("pcpu_ipi_desc"))
		return read_percpu("pcpu_ipi_desc", cpu->base, at, desc,
				   sizeof(*desc));
	return read_symbol_at("ipi_desc", at, desc, sizeof(*desc));
}

/* How often a CPU handled that IPI. */
static bool ipi_count(const struct cpu_memory *cpu, enum layout_enum_id ipi,
		      uint32_t *count)
{
	uint64_t desc, counts;
	long number;

	/* kstat_irqs: per CPU, a count or a structure that begins with it. */
	return layout_enum(ipi, &number) && number >= 0 && number < 32 &&
	       ipi_desc(cpu, number, &desc) && desc &&
	       layout(L_IRQ_DESC_KSTAT) >= 0 &&
	       read_mem(desc + layout(L_IRQ_DESC_KSTAT), &counts, 8) &&
	       counts && read_mem(counts + cpu->base, count, 4);
}

/*
 * The functions that stop a CPU for good. A frame record with a return address
 * into one of them is no leftover of earlier calls: nobody returns from these.
 */
static bool in_stop_function(uint64_t addr)
{
	static const char *const names[] = {
		"arm64_nmi_cpu_stop", "local_cpu_stop", "ipi_cpu_crash_stop",
	};
	static struct {
		bool known;
		uint64_t low, high;
	} range[sizeof(names) / sizeof(*names)];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!range[i].known && read_symbol_exists(names[i])) {
			range[i].low = symbol_value((char *)names[i]);
			range[i].high = range[i].low +
				read_symbol_size(names[i]);
		}
		range[i].known = true;
		if (addr > range[i].low && addr <= range[i].high)
			return true;
	}
	return false;
}

/* What a caller of a stop function tells. */
static enum evidence_entry entry_of(const char *function)
{
	static const struct {
		const char *begin;
		enum evidence_entry entry;
	} names[] = {
		{ "handle_percpu_devid_fasteoi_nmi", ENTRY_NMI },
		{ "__gic_handle_nmi", ENTRY_NMI },
		{ "generic_handle_domain_nmi", ENTRY_NMI },
		{ "generic_handle_domain_irq", ENTRY_IPI },
		{ "handle_percpu_devid", ENTRY_IPI_OR_NMI },
		{ "ipi_handler", ENTRY_IPI_OR_NMI },
		{ "do_handle_IPI", ENTRY_IPI_OR_NMI },
		{ "sdei_nmi_handler", ENTRY_SDEI },
		{ "sdei_event_handler", ENTRY_SDEI },
		{ "panic_smp_self_stop", ENTRY_SELF },
		{ "nmi_panic_self_stop", ENTRY_SELF },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strncmp(function, names[i].begin, strlen(names[i].begin)))
			return names[i].entry;
	}
	return ENTRY_UNKNOWN;
}

/* Follows the frame record at fp outwards until a function tells. */
static enum evidence_entry follow(struct walk *walk, uint64_t fp)
{
	enum evidence_entry found = ENTRY_UNKNOWN;
	uint64_t record[2];

	for (int i = 0; i < 8 && walk_read(walk, fp, record, 16); i++) {
		enum evidence_entry entry;
		const char *name = NULL;
		uint64_t ret = walk_strip_pac(walk->pac_mask, record[1]);

		if (ret < 4 || !walk->function(walk->arg, ret - 4, &name))
			break;
		entry = entry_of(name);
		if (entry == ENTRY_IPI_OR_NMI)
			found = entry;
		else if (entry != ENTRY_UNKNOWN)
			return entry;
		fp = record[0];
	}
	return found == ENTRY_IPI_OR_NMI ? ENTRY_IPI : found;
}

/*
 * Who called the stop code, by its frames on the stacks of the CPU: they stay
 * there, also when the CPU is off. Only where nothing else tells, since all
 * stacks have to be read. A CPU that faulted in the stop code is stopped again
 * from elsewhere, and that counts: stacks are in the order in which they can be
 * on top of each other, and on one stack the lower frame is the later one.
 */
static enum evidence_entry stop_entry(const struct session *session,
				      const struct cpu_memory *cpu)
{
	static struct walk walk;
	enum evidence_entry found = ENTRY_UNKNOWN;

	collect_walk(&walk, (struct cpu_memory *)cpu, &session->facts);
	for (size_t s = walk.nr_stacks; s-- > 0 && found == ENTRY_UNKNOWN;) {
		const struct walk_stack *stack = &walk.stacks[s];
		uint64_t record[2];

		for (uint64_t at = stack->low; at + 16 <= stack->high &&
		     found == ENTRY_UNKNOWN; at += 8) {
			if (!walk_read(&walk, at, record, sizeof(record)))
				break;
			if (in_stop_function(walk_strip_pac(walk.pac_mask,
							    record[1])) &&
			    walk_stack_of(&walk, record[0]))
				found = follow(&walk, record[0]);
		}
	}
	collect_walk_done(&walk);
	return found;
}

static bool klog_read(void *arg, uint64_t addr, void *to, size_t len)
{
	(void)arg;
	return read_mem(addr, to, len);
}

static bool take_line(void *arg, const char *text)
{
	ladder_line(arg, text);
	return true;
}

/* What the log says, read once in a session: many records, few lines. */
static const struct ladder *log_ladder(void)
{
	static struct ladder ladder;
	static unsigned int generation;
	struct klog log = { .read = klog_read };

	if (generation == session_generation())
		return &ladder;
	generation = session_generation();
	memset(&ladder, 0, sizeof(ladder));
	if (!read_symbol("prb", &log.ringbuffer, sizeof(log.ringbuffer)))
		return &ladder;
	log.layout = (struct klog_layout){
		.desc_ring = layout(L_PRB_DESC_RING),
		.text_ring = layout(L_PRB_TEXT_RING),
		.count_bits = layout(L_PRB_COUNT_BITS),
		.descs = layout(L_PRB_DESCS), .infos = layout(L_PRB_INFOS),
		.head = layout(L_PRB_HEAD), .tail = layout(L_PRB_TAIL),
		.size_bits = layout(L_PRB_SIZE_BITS),
		.data = layout(L_PRB_DATA),
		.state = layout(L_PRB_STATE), .lpos = layout(L_PRB_LPOS),
		.desc_size = layout_size("prb_desc"),
		.begin = layout(L_PRB_BEGIN), .next = layout(L_PRB_NEXT),
		.text_len = layout(L_PRB_TEXT_LEN),
		.facility = layout(L_PRB_FACILITY),
		.info_size = layout_size("printk_info"),
	};
	klog_records(&log, take_line, &ladder);
	return &ladder;
}

/* Whether event 0 ever came there. */
static enum stop_known event_came(const struct cpu_memory *cpu)
{
	struct stop_regs regs;

	if (!read_symbol_exists("sdei_list"))
		return STOP_NO;
	if (!evidence_sdei_regs(cpu, &regs))
		return STOP_UNKNOWN;
	return regs.pc || regs.sp || regs.pstate ? STOP_YES : STOP_NO;
}

static void evidence_of(const struct session *session,
			const struct cpu_memory *cpu, struct evidence *e)
{
	const struct stop_cpu *note = wedge_cpu(session, cpu->cpu);
	struct stop_regs regs;
	uint64_t event;
	uint32_t enabled;
	long crash_stop;

	memset(e, 0, sizeof(*e));
	e->cpu = cpu->cpu;
	e->has_panic_cpu = session->memory.has_panic_cpu;
	e->panic_cpu = session->memory.panic_cpu;
	e->online = cpu->online;
	e->hotplug = collect_hotplug(cpu);
	/* Of the file's notes nothing says without a tag whose they are. */
	if (session->facts.from_memory && !cpu->note_unread)
		e->has_note = note ? STOP_YES : STOP_NO;
	if (active_event(cpu, &event)) {
		e->sdei_active = event ? STOP_YES : STOP_NO;
		if (event && (layout(L_SDEI_EVENT_NUM) < 0 ||
			      !read_mem(event + layout(L_SDEI_EVENT_NUM),
					&e->sdei_event, 4)))
			e->sdei_active = STOP_UNKNOWN;
	} else if (!read_symbol_exists("sdei_active_normal_event")) {
		/* A kernel without SDEI. */
		e->sdei_active = STOP_NO;
	}
	if (note && evidence_sdei_regs(cpu, &regs))
		e->sdei_same_regs = memcmp(&regs, &note->regs, sizeof(regs)) ?
				    STOP_NO : STOP_YES;
	/* Before Linux 6.12 a crash has an IPI of its own, without a count. */
	e->has_counts = !layout_enum(L_IPI_CPU_CRASH_STOP, &crash_stop) &&
			ipi_count(cpu, L_IPI_CPU_STOP, &e->nr_stop);
	if (e->has_counts &&
	    !ipi_count(cpu, L_IPI_CPU_STOP_NMI, &e->nr_stop_nmi))
		e->nr_stop_nmi = 0;
	if (read_symbol("supports_pseudo_nmis", &enabled, sizeof(enabled)))
		e->pseudo_nmi = enabled ? STOP_YES : STOP_NO;
	e->sdei_came = event_came(cpu);
	e->log_nmi = ladder_named(log_ladder(), LADDER_NMI, cpu->cpu);
	e->log_sdei = ladder_named(log_ladder(), LADDER_SDEI, cpu->cpu);
	e->log_failed = ladder_named(log_ladder(), LADDER_FAILED, cpu->cpu);
	e->has_entry = infer_wants_entry(e);
	if (e->has_entry)
		e->entry = stop_entry(session, cpu);
}

void evidence_infer(const struct session *session, const struct cpu_memory *cpu,
		    struct evidence *evidence, struct inferred *inferred)
{
	evidence_of(session, cpu, evidence);
	infer(evidence, inferred);
}

bool evidence_event_context(const struct session *session,
			    const struct cpu_memory *memory,
			    struct stop_cpu *cpu)
{
	static char pc_symbol[256], lr_symbol[256];
	struct inferred inferred;
	struct evidence evidence;
	struct stop_regs regs;

	if (!memory || cpu->has_regs || session->facts.live ||
	    cpu->tag_state == STOP_TAG_VALID)
		return false;
	evidence_infer(session, memory, &evidence, &inferred);
	if (!inferred.sdei_regs || !evidence_sdei_regs(memory, &regs) ||
	    !regs.pc)
		return false;
	cpu->has_regs = true;
	cpu->regs = regs;
	if (stop_cpu_not_kernel(cpu))
		return true;
	if (collect_symbol(regs.pc, false, pc_symbol, sizeof(pc_symbol)))
		cpu->pc_symbol = pc_symbol;
	if (collect_symbol(regs.x[30], true, lr_symbol, sizeof(lr_symbol)))
		cpu->lr_symbol = lr_symbol;
	return true;
}
