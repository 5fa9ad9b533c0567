// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c: what crash's symbols say about addresses, and a CPU's stacks with
 * their contents for the walk.
 */
#include "crash-defs.h"

#include <errno.h>

#include <linux/magic.h>

#include "collect.h"
#include "crash-read.h"
#include "debuginfo.h"
#include "layout.h"

const char *collect_symbol(uint64_t addr, bool is_return, char *buf,
			   size_t len)
{
	/* Behind a call that does not return, the next function begins. */
	uint64_t inside = is_return ? addr - 4 : addr;
	ulong offset = 0;
	struct syment *sp;

	if (!is_kernel_text(inside))
		return NULL;
	sp = value_search(inside, &offset);
	if (!sp)
		return NULL;
	snprintf(buf, len, "%s+0x%llx", sp->name,
		 (unsigned long long)(offset + (addr - inside)));
	return buf;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *collect_line(uint64_t addr, char *buf, size_t len)
{
	/* crash writes "/build/dir/kernel/panic.c: 123" of any length. */
	char *line, *colon;
	const char *file;
	int number;

	buf[0] = '\0';
	if (pc->flags & MINIMAL_MODE || !is_kernel_text(addr))
		return NULL;
	switch (debuginfo_line(addr, &file, &number)) {
	case STOP_YES:
		snprintf(buf, len, "%s:%d", base_name(file), number);
		return buf;
	case STOP_NO:
		return NULL;
	case STOP_UNKNOWN:
		break;
	}
	line = GETBUF(BUFSIZE * 2);
	get_line_number(addr, line, FALSE);
	colon = strrchr(line, ':');
	if (colon) {
		*colon = '\0';
		snprintf(buf, len, "%s:%ld", base_name(line),
			 strtol(colon + 1, NULL, 10));
	}
	FREEBUF(line);
	return buf[0] ? buf : NULL;
}

static uint64_t function_of(void *arg, uint64_t addr, const char **name)
{
	ulong offset = 0;
	struct syment *sp;

	(void)arg;
	if (!is_kernel_text(addr))
		return 0;
	sp = value_search(addr, &offset);
	if (!sp)
		return 0;
	if (name)
		*name = sp->name;
	return addr - offset;
}

const char *collect_data_symbol(uint64_t addr, char *buf, size_t len)
{
	ulong offset = 0;
	struct syment *sp = value_search(addr, &offset);
	char type;

	if (!sp || is_kernel_text(addr))
		return NULL;
	/* crash does not know the type of a module's symbols. */
	type = sp->type | 0x20;
	if (type != 'b' && type != 'd' && type != 'r' && type != 'v' &&
	    sp->type != '?')
		return NULL;
	if (offset)
		snprintf(buf, len, "%s+0x%lx", sp->name, offset);
	else
		snprintf(buf, len, "%s", sp->name);
	return buf;
}

/* The name of a slab cache; only of one that is in the list of them all. */
static bool cache_name(uint64_t cache, char *name, int len)
{
	uint64_t at, next, back;

	if (layout(L_KMEM_CACHE_NAME) < 0 || layout(L_KMEM_CACHE_LIST) < 0 ||
	    !read_mem(cache + layout(L_KMEM_CACHE_LIST), &next, 8) ||
	    !read_mem(next + 8, &back, 8) ||
	    back != cache + layout(L_KMEM_CACHE_LIST) ||
	    !read_mem(cache + layout(L_KMEM_CACHE_NAME), &at, 8))
		return false;
	return read_string(at, name, len) > 0;
}

/*
 * The pages of a slab but the first one have its address plus one. In compound_info
 * of Linux 7.1 that is, where the size of struct page is a power of two, a mask
 * (plus one) instead, to be laid over the page's own address: page-flags.h.
 */
static uint64_t head_of(uint64_t page)
{
	uint64_t info, head;

	if (!layout_read(page, L_PAGE_COMPOUND_HEAD, &info, 8) &&
	    !layout_read(page, L_PAGE_COMPOUND_INFO, &info, 8))
		return page;
	if (!(info & 1))
		return page;
	head = info - 1;
	/* A mask is ones, then zeros. */
	return layout(L_PAGE_COMPOUND_HEAD) < 0 && !(~head & (~head + 1)) ?
	       page & head : head;
}

/* The slab cache that an address of the heap belongs to. */
static bool slab_of(uint64_t addr, char *name, int len)
{
	physaddr_t paddr;
	ulong page;
	uint64_t cache;

	if (pc->flags & MINIMAL_MODE || layout(L_SLAB_CACHE) < 0 ||
	    !kvtop(NULL, addr, &paddr, 0) || !phys_to_page(paddr, &page))
		return false;
	page = head_of(page);
	/* An address, and not what a page that is no slab's has there. */
	return read_mem(page + layout(L_SLAB_CACHE), &cache, 8) && cache &&
	       !(cache & 7) && cache_name(cache, name, len);
}

const char *collect_object(uint64_t addr, char *buf, size_t len)
{
	char name[64];

	if (collect_data_symbol(addr, buf, len))
		return buf;
	if (!slab_of(addr, name, sizeof(name) - 1))
		return NULL;
	snprintf(buf, len, "in an object of slab cache %s", name);
	return buf;
}

/*
 * Where the stack begins that sp is on, as far as that shows: stacks of tasks
 * are aligned to their size, and fork() writes a mark at the far end of each.
 */
static uint64_t task_stack_at(uint64_t sp)
{
	uint64_t size = layout_thread_size(), low = sp & ~(size - 1), mark;

	return !(size & (size - 1)) && read_mem(low, &mark, sizeof(mark)) &&
	       mark == STACK_END_MAGIC ? low : 0;
}

/*
 * Whether sp is on one of the CPU's stacks. Where not all of these are known,
 * this is known only of an sp that is on another CPU's: makedumpfile up to 1.7.9
 * leaves out some pages of slabs from Linux 7.1 on, and so a task's.
 */
static enum stop_known on_own_stack(struct crash_memory *memory,
				    struct cpu_memory *cpu, uint64_t sp)
{
	uint64_t low, high;

	/* Most often it is this one, and no other is asked for. */
	if (collect_task_stack(cpu, &low, &high)) {
		if (sp >= low && sp <= high)
			return STOP_YES;
		return collect_on_stacks(cpu, sp) ? STOP_YES :
		       cpu->stacks_lost ? STOP_UNKNOWN : STOP_NO;
	}
	if (collect_on_stacks(cpu, sp))
		return STOP_YES;
	for (size_t i = 0; i < memory->nr_cpus; i++) {
		if (&memory->cpus[i] != cpu &&
		    collect_on_stacks(&memory->cpus[i], sp))
			return STOP_NO;
	}
	cpu->sp_stack = task_stack_at(sp);
	return STOP_UNKNOWN;
}

static int name_cpu(struct crash_memory *memory,
		    const struct stop_facts *facts, struct stop_cpu *c)
{
	struct cpu_memory *cpu = collect_cpu(memory, c->cpu);
	uint64_t lr = walk_strip_pac(facts->kernelpacmask, c->regs.x[30]);
	char symbol[256];
	const char *name;
	uint64_t start;

	if (cpu) {
		c->running = cpu->running;
		c->task_pid = cpu->pid;
		memcpy(c->task_comm, cpu->comm, sizeof(c->task_comm) - 1);
		/* What a hypervisor counts there are its own threads. */
		if (cpu->task && c->has_regs &&
		    (facts->from_memory || facts->has_crashtime))
			c->pid_matches = c->pid == cpu->pid ? STOP_YES :
							      STOP_NO;
	}
	if (!c->has_regs || stop_cpu_not_kernel(c))
		return 0;

	if (cpu)
		c->sp_in_stack = on_own_stack(memory, cpu, c->regs.sp);
	start = function_of(NULL, c->regs.pc, &name);
	if (start) {
		c->pc_in_stop_code = stop_code_function(name) ? STOP_YES :
								STOP_NO;
		snprintf(symbol, sizeof(symbol), "%s+0x%llx", name,
			 (unsigned long long)(c->regs.pc - start));
		c->pc_symbol = strdup(symbol);
		if (!c->pc_symbol)
			return -ENOMEM;
	}
	if (collect_symbol(lr, true, symbol, sizeof(symbol))) {
		c->lr_symbol = strdup(symbol);
		if (!c->lr_symbol)
			return -ENOMEM;
	}
	return 0;
}

int collect_names(struct crash_memory *memory, struct stop_facts *facts)
{
	int ret = 0;

	for (size_t i = 0; i < facts->nr_cpus && !ret; i++)
		ret = name_cpu(memory, facts, &facts->cpus[i]);
	return ret;
}

static void load_stack(void *arg, struct walk_stack *s)
{
	char *data = GETBUF(s->high - s->low);

	(void)arg;
	if (read_mem(s->low, data, s->high - s->low)) {
		s->data = (unsigned char *)data;
		return;
	}
	FREEBUF(data);
	s->unreadable = true;
}

/*
 * Since Linux 6.13 a frame record of zeros has a type behind it, and a member
 * of pt_regs has room for the three words: its structure is one that crash has
 * asked for already, unlike struct frame_record_meta.
 */
static bool has_meta_frames(void)
{
	static int size = -2;

	if (size == -2)
		size = MEMBER_SIZE("pt_regs", "stackframe");
	return size >= 24;
}

/* One more stack, of a task: from it all others are entered. */
static void enter_from(struct walk *walk, uint64_t low)
{
	memmove(walk->stacks + 1, walk->stacks,
		walk->nr_stacks++ * sizeof(*walk->stacks));
	walk->stacks[0] = (struct walk_stack){
		.name = "task", .low = low,
		.high = low + layout_thread_size(),
	};
}

void collect_walk(struct walk *walk, struct cpu_memory *cpu,
		  const struct stop_facts *facts)
{
	/* All but the frames, of which nr_frames tells. */
	memset(walk, 0, offsetof(struct walk, frames));
	walk->nr_frames = 0;
	walk->end = NULL;
	walk->user = walk->has_user_regs = false;
	walk->pac_mask = facts->kernelpacmask;
	walk->function = function_of;
	walk->load = load_stack;
	walk->pt_regs_stackframe = layout(L_PT_REGS_STACKFRAME);
	walk->meta_frames = has_meta_frames();
	walk->partial = true;
	if (!cpu)
		return;
	collect_stacks(cpu);
	memcpy(walk->stacks, cpu->stacks, sizeof(walk->stacks));
	walk->nr_stacks = cpu->nr_stacks;
	if (cpu->sp_stack && walk->nr_stacks < WALK_MAX_STACKS)
		enter_from(walk, cpu->sp_stack);
	walk->partial = cpu->stacks_lost || !walk->nr_stacks ||
			strcmp(walk->stacks[0].name, "task");
}

void collect_walk_done(struct walk *walk)
{
	for (size_t i = 0; i < walk->nr_stacks; i++) {
		if (walk->stacks[i].data)
			FREEBUF((char *)walk->stacks[i].data);
		walk->stacks[i].data = NULL;
	}
}
