// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backtrace.c: follows the frame records of wedged CPUs (walk.h) over stacks
 * that are read through the kernel's page tables, whose root VMCOREINFO tells:
 * so stacks in vmalloc space, and every granule, are the same.
 *
 * Where a CPU's stacks are, only its per-CPU data would say. But each is as
 * large as it is aligned (THREAD_SIZE; arch/arm64/include/asm/memory.h), so an
 * address on one tells its borders.
 *
 * Addresses in modules get their names out of the same memory (modules.h), and
 * their lines out of their files (kofiles.h).
 */
#include <stdlib.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "backtrace.h"
#include "bytes.h"
#include "kofiles.h"
#include "modules.h"
#include "names.h"
#include "pagetable.h"
#include "physmem.h"
#include "report.h"
#include "vmcore.h"
#include "walk.h"

/* CPUs with a chain: a person reads no more, and the work stays bounded. */
#define CPUS_MAX 64

struct chain_frame {
	enum walk_kind kind;
	uint64_t pc;
	char *symbol, *line;	/* owned, or NULL */
};

struct chain {
	const struct stop_cpu *cpu;
	struct chain_frame *frames;
	size_t nr;
	const char *end;	/* why it ended; NULL: as it should */
	bool user;		/* at an entry from user space */
};

struct backtraces {
	struct chain chains[CPUS_MAX];
	size_t nr;
	size_t more;		/* CPUs that have none because of CPUS_MAX */
};

/* What the callbacks of pagetable.h and walk.h need. */
struct memory {
	const struct stop_facts *facts;
	struct names *names;
	struct physmem *physmem;
	struct pagetable table;
	struct modules *modules;	/* or NULL */
	struct kofiles *kofiles;	/* or NULL */
};

static bool read_word(void *arg, uint64_t paddr, uint64_t *to)
{
	struct memory *memory = arg;
	uint8_t word[8];

	if (!physmem_read(memory->physmem, paddr, word, sizeof(word)))
		return false;
	*to = stop_get64(word, memory->facts->big_endian);
	return true;
}

/* Fills table from what VMCOREINFO told; false when it is too little. */
static bool find_tables(struct memory *memory)
{
	const struct stop_facts *facts = memory->facts;
	uint64_t bits = facts->va_bits;

	/*
	 * A kernel built for 52 bits may run with fewer. With pages of 64 KiB
	 * its root table is the same then, and the hardware is told a place
	 * inside it (TTBR1_BADDR_4852_OFFSET); with others it loses a level.
	 */
	if (facts->t1sz && facts->t1sz < 64 && facts->page_size != 65536)
		bits = 64 - facts->t1sz;
	if (!facts->swapper_pg_dir || !facts->kimage_voffset ||
	    !facts->va_bits || bits > 64 || facts->page_size < 4096 ||
	    facts->page_size > 65536)
		return false;
	memory->table = (struct pagetable){
		.root = facts->swapper_pg_dir - facts->kimage_voffset,
		.va_bits = bits,
		.page_shift = __builtin_ctzll(facts->page_size),
		.read = read_word, .arg = memory,
	};
	return true;
}

static bool read_virtual(void *arg, uint64_t address, void *to, size_t len)
{
	struct memory *memory = arg;
	uint64_t page = 1ULL << memory->table.page_shift, paddr;
	uint8_t *out = to;

	while (len) {
		uint64_t n = page - address % page;

		if (n > len)
			n = len;
		if (!pagetable_translate(&memory->table, address, &paddr) ||
		    !physmem_read(memory->physmem, paddr, out, n))
			return false;
		address += n;
		out += n;
		len -= n;
	}
	return true;
}

/* Fills symbol and line of an address in a module; see names.c for back. */
static void name_in_module(const struct memory *memory, uint64_t address,
			   unsigned int back, char **symbol, char **line)
{
	struct modules_place place;

	if (!modules_place(memory->modules, address, back, &place))
		return;
	*symbol = strdup(place.symbol);
	*line = kofiles_line(memory->kofiles, memory->names, &place, address,
			     back);
}

/* Names for what is in modules, where vmlinux has none. */
static void name_modules(const struct memory *memory, struct stop_facts *facts)
{
	for (size_t i = 0; memory->modules && i < facts->nr_cpus; i++) {
		struct stop_cpu *cpu = &facts->cpus[i];

		if (!cpu->has_regs || stop_cpu_not_kernel(cpu))
			continue;
		if (!cpu->pc_symbol)
			name_in_module(memory, cpu->regs.pc, 0,
				       &cpu->pc_symbol, &cpu->pc_line);
		if (!cpu->lr_symbol)
			name_in_module(memory,
				       walk_strip_pac(facts->kernelpacmask,
						      cpu->regs.x[30]),
				       4, &cpu->lr_symbol, &cpu->lr_line);
	}
}

/* The walk */

/* The names that the walk knows are of functions that no module has. */
static uint64_t function_of(void *arg, uint64_t address, const char **function)
{
	struct memory *memory = arg;
	struct modules_place place;
	uint64_t start = 0;
	const char *name = names_function(memory->names, memory->facts, address,
					  &start);

	if (function)
		*function = name;
	if (!name && modules_place(memory->modules, address, 0, &place))
		return place.start;
	return name ? start : 0;
}

static void load_stack(void *arg, struct walk_stack *stack)
{
	struct memory *memory = arg;
	uint64_t size = stack->high - stack->low;
	uint8_t *data = malloc(size);

	stack->unreadable = true;
	if (!data || !read_virtual(memory, stack->low, data, size)) {
		free(data);
		return;
	}
	/* The walk takes words as they are in this machine. */
	for (uint64_t i = 0; i < size; i += 8) {
		uint64_t word = stop_get64(data + i, memory->facts->big_endian);

		memcpy(data + i, &word, sizeof(word));
	}
	stack->data = data;
	stack->unreadable = false;
}

static bool add_stack(struct walk *walk, uint64_t address, uint64_t size)
{
	uint64_t low = address & -size;

	if (walk->nr_stacks == WALK_MAX_STACKS || !(address >> 63) ||
	    !(low + size) || walk_stack_of(walk, address))
		return false;
	walk->stacks[walk->nr_stacks++] = (struct walk_stack){
		.name = "stack", .low = low, .high = low + size,
	};
	return true;
}

/* An address that the walk knew no stack for may be on one not seen yet. */
static void walk_cpu(struct memory *memory, const struct stop_cpu *cpu,
		     struct walk *walk)
{
	const struct names_layout *layout = names_layout(memory->names);
	uint64_t size = layout->thread_size;

	memset(walk, 0, sizeof(*walk));
	walk->pac_mask = memory->facts->kernelpacmask;
	walk->pt_regs_stackframe = layout->pt_regs_stackframe;
	walk->meta_frames = layout->meta_frames;
	walk->function = function_of;
	walk->load = load_stack;
	walk->arg = memory;
	/* MIN_THREAD_SHIFT, and a page at least, which a power of two is. */
	if (size < 4096 || size & (size - 1))
		size = memory->table.page_shift > 14 ?
		       1ULL << memory->table.page_shift : 16384;
	add_stack(walk, cpu->regs.sp, size);
	do
		walk_regs(walk, &cpu->regs);
	while (walk->end && walk->nr_frames &&
	       add_stack(walk, walk->frames[walk->nr_frames - 1].fp, size));
}

static bool keep(struct memory *memory, const struct walk *walk,
		 struct chain *chain)
{
	chain->frames = calloc(walk->nr_frames + 1, sizeof(*chain->frames));
	if (!chain->frames)
		return false;
	chain->end = walk->end;
	chain->user = walk->user;
	for (size_t i = 0; i < walk->nr_frames; i++) {
		const struct walk_frame *from = &walk->frames[i];
		struct chain_frame *to = &chain->frames[chain->nr++];
		unsigned int back = walk_back(from->kind);

		to->kind = from->kind;
		to->pc = from->pc;
		names_place(memory->names, memory->facts, from->pc,
			    back, &to->symbol, &to->line);
		if (!to->symbol)
			name_in_module(memory, from->pc, back, &to->symbol,
				       &to->line);
	}
	return true;
}

static bool is_news(const struct stop_cpu *cpu)
{
	return cpu->has_regs && !stop_cpu_not_kernel(cpu) &&
	       (stop_cpu_wedged(cpu) ||
		(cpu->tag_state == STOP_TAG_VALID &&
		 cpu->tag.mechanism == CPU_STOP_SELF));
}

static void walk_all(struct backtraces *backtraces, struct memory *memory)
{
	const struct stop_facts *facts = memory->facts;
	struct walk *walk = malloc(sizeof(*walk));

	for (size_t i = 0; walk && i < facts->nr_cpus; i++) {
		struct chain *chain = &backtraces->chains[backtraces->nr];

		if (!is_news(&facts->cpus[i]))
			continue;
		if (backtraces->nr == CPUS_MAX) {
			backtraces->more++;
			continue;
		}
		walk_cpu(memory, &facts->cpus[i], walk);
		chain->cpu = &facts->cpus[i];
		if (keep(memory, walk, chain))
			backtraces->nr++;
		for (size_t k = 0; k < walk->nr_stacks; k++)
			free((void *)walk->stacks[k].data);
	}
	free(walk);
}

/* Whether memory can tell more of a CPU than vmlinux did. */
static bool has_more(const struct stop_cpu *cpu)
{
	return is_news(cpu) ||
	       (cpu->has_regs && !stop_cpu_not_kernel(cpu) &&
		!cpu->pc_symbol && cpu->regs.pc >> 63);
}

struct backtraces *backtraces_new(int fd, struct stop_facts *facts,
				  struct names *names, struct kofiles *kofiles)
{
	struct memory memory = {
		.facts = facts, .names = names, .kofiles = kofiles,
	};
	struct backtraces *backtraces = NULL;
	bool any = false, news = false;
	struct vmcore *vmcore;
	char err[160];

	for (size_t i = 0; i < facts->nr_cpus; i++) {
		any |= has_more(&facts->cpus[i]);
		news |= is_news(&facts->cpus[i]);
	}
	vmcore = any ? vmcore_fdopen(fd, err) : NULL;
	if (!vmcore)
		return NULL;
	memory.physmem = physmem_new(vmcore);
	if (memory.physmem && find_tables(&memory)) {
		memory.modules = modules_new(facts, names_layout(names),
					     read_virtual, &memory);
		name_modules(&memory, facts);
		if (news)
			backtraces = calloc(1, sizeof(*backtraces));
	}
	if (backtraces)
		walk_all(backtraces, &memory);
	modules_free(memory.modules);
	physmem_free(memory.physmem);
	vmcore_close(vmcore);
	return backtraces;
}

void backtraces_free(struct backtraces *backtraces)
{
	for (size_t i = 0; backtraces && i < backtraces->nr; i++) {
		struct chain *chain = &backtraces->chains[i];

		for (size_t k = 0; k < chain->nr; k++) {
			free(chain->frames[k].symbol);
			free(chain->frames[k].line);
		}
		free(chain->frames);
	}
	free(backtraces);
}

/* What is shown */

void backtraces_table(FILE *fp, const struct backtraces *backtraces)
{
	static const char *const kinds[] = {
		[WALK_PC] = "", [WALK_CALLER] = "",
		[WALK_LR] = "  (from the link register)",
		[WALK_TRACED] = "  (its caller is with the tracer)",
		[WALK_EXCEPTION] = "  (took an exception)",
		[WALK_EVENT] = "  (took an SDEI event)",
	};

	for (size_t i = 0; backtraces && i < backtraces->nr; i++) {
		const struct chain *chain = &backtraces->chains[i];
		int width = 18;

		for (size_t k = 0; k < chain->nr; k++)
			if (chain->frames[k].symbol &&
			    (int)strlen(chain->frames[k].symbol) > width)
				width = strlen(chain->frames[k].symbol);
		if (chain->cpu->cpu == STOP_CPU_UNKNOWN)
			fprintf(fp, "\nCPU note %u:\n", chain->cpu->note_index);
		else
			fprintf(fp, "\nCPU %u:\n", chain->cpu->cpu);
		for (size_t k = 0; k < chain->nr; k++) {
			const struct chain_frame *frame = &chain->frames[k];
			char hex[24];

			snprintf(hex, sizeof(hex), "0x%016llx",
				 (unsigned long long)frame->pc);
			fprintf(fp, " #%-2zu %-*s", k,
				frame->line ? width : 0,
				frame->symbol ? frame->symbol : hex);
			if (frame->line) {
				fputs("  ", fp);
				stop_report_text(fp, frame->line);
			}
			fprintf(fp, "%s\n", kinds[frame->kind]);
		}
		if (chain->user)
			fputs(" user space\n", fp);
		else if (chain->end)
			fprintf(fp, " no more: %s\n", chain->end);
	}
	if (backtraces && backtraces->more)
		fprintf(fp, "\nand %zu more CPUs without their call chains\n",
			backtraces->more);
}

void backtraces_json(struct json *json, const struct backtraces *backtraces)
{
	static const char *const kinds[] = {
		[WALK_PC] = "pc", [WALK_LR] = "lr", [WALK_CALLER] = "caller",
		[WALK_TRACED] = "traced", [WALK_EXCEPTION] = "exception",
		[WALK_EVENT] = "event",
	};

	if (!backtraces)
		return;
	json_open(json, "backtraces", '[');
	for (size_t i = 0; i < backtraces->nr; i++) {
		const struct chain *chain = &backtraces->chains[i];

		json_open(json, NULL, '{');
		if (chain->cpu->cpu == STOP_CPU_UNKNOWN)
			json_null(json, "cpu");
		else
			json_uint(json, "cpu", chain->cpu->cpu);
		json_uint(json, "note", chain->cpu->note_index);
		json_open(json, "frames", '[');
		for (size_t k = 0; k < chain->nr; k++) {
			const struct chain_frame *frame = &chain->frames[k];

			json_open(json, NULL, '{');
			json_string(json, "kind", kinds[frame->kind]);
			json_hex(json, "pc", frame->pc);
			json_string(json, "symbol", frame->symbol);
			json_string(json, "source", frame->line);
			json_close(json, '}');
		}
		json_close(json, ']');
		json_bool(json, "user", chain->user);
		json_string(json, "cut_short", chain->end);
		json_close(json, '}');
	}
	json_close(json, ']');
}
