// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c: what crash's symbols say about addresses, and a CPU's stacks with
 * their contents for the walk.
 */
#include "crash-defs.h"

#include <errno.h>

#include "collect.h"
#include "crash-read.h"

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

const char *collect_line(uint64_t addr, char *buf, size_t len)
{
	/* crash writes "/build/dir/kernel/panic.c: 123" of any length. */
	char *line = GETBUF(BUFSIZE * 2);
	char *colon, *file;

	buf[0] = '\0';
	if (!(pc->flags & MINIMAL_MODE) && is_kernel_text(addr)) {
		get_line_number(addr, line, FALSE);
		colon = strrchr(line, ':');
		if (colon) {
			*colon = '\0';
			file = strrchr(line, '/');
			snprintf(buf, len, "%s:%ld", file ? file + 1 : line,
				 strtol(colon + 1, NULL, 10));
		}
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

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static int name_cpu(const struct crash_memory *memory,
		    const struct stop_facts *facts, struct stop_cpu *c)
{
	const struct cpu_memory *cpu = collect_cpu(memory, c->cpu);
	struct walk pac = { .pac_mask = facts->kernelpacmask };
	char pc_symbol[256], pc_line[160], lr_symbol[256], lr_line[160];
	uint64_t lr = walk_strip_pac(&pac, c->regs.x[30]);
	const char *name = NULL;

	if (cpu) {
		c->running = cpu->running;
		c->task_pid = cpu->pid;
		memcpy(c->task_comm, cpu->comm, sizeof(c->task_comm) - 1);
		if (cpu->task && c->has_regs)
			c->pid_matches = c->pid == cpu->pid ? STOP_YES :
							      STOP_NO;
	}
	if (!c->has_regs || walk_regs_user(&c->regs))
		return 0;

	if (cpu && cpu->nr_stacks) {
		memcpy(pac.stacks, cpu->stacks, sizeof(pac.stacks));
		pac.nr_stacks = cpu->nr_stacks;
		c->sp_in_stack = walk_stack_of(&pac, c->regs.sp) ? STOP_YES :
								   STOP_NO;
	}
	if (function_of(NULL, c->regs.pc, &name))
		c->pc_in_stop_code = stop_code_function(name) ? STOP_YES :
								STOP_NO;

	const char *names[] = {
		collect_symbol(c->regs.pc, false, pc_symbol, sizeof(pc_symbol)),
		collect_line(c->regs.pc, pc_line, sizeof(pc_line)),
		collect_symbol(lr, true, lr_symbol, sizeof(lr_symbol)),
		collect_line(lr - 4, lr_line, sizeof(lr_line)),
	};

	c->pc_symbol = copy(names[0]);
	c->pc_line = copy(names[1]);
	c->lr_symbol = copy(names[2]);
	c->lr_line = copy(names[3]);
	if ((names[0] && !c->pc_symbol) || (names[1] && !c->pc_line) ||
	    (names[2] && !c->lr_symbol) || (names[3] && !c->lr_line))
		return -ENOMEM;
	return 0;
}

int collect_names(const struct crash_memory *memory, struct stop_facts *facts)
{
	int ret = 0;

	for (size_t i = 0; i < facts->nr_cpus && !ret; i++)
		ret = name_cpu(memory, facts, &facts->cpus[i]);
	return ret;
}

void collect_walk(struct walk *walk, const struct cpu_memory *cpu,
		  const struct stop_facts *facts)
{
	/* Asked once in a session: see offsets() in collect.c. */
	static long stackframe = -2;
	static bool meta_frames;

	if (stackframe == -2) {
		meta_frames = STRUCT_EXISTS("frame_record_meta");
		stackframe = read_member("pt_regs", "stackframe");
	}
	memset(walk, 0, sizeof(*walk));
	walk->pac_mask = facts->kernelpacmask;
	walk->function = function_of;
	walk->meta_frames = meta_frames;
	walk->pt_regs_stackframe = stackframe;
	if (!cpu)
		return;

	memcpy(walk->stacks, cpu->stacks, sizeof(walk->stacks));
	walk->nr_stacks = cpu->nr_stacks;
	for (size_t i = 0; i < walk->nr_stacks; i++) {
		struct walk_stack *s = &walk->stacks[i];
		char *data = GETBUF(s->high - s->low);

		if (read_mem(s->low, data, s->high - s->low))
			s->data = (unsigned char *)data;
		else
			FREEBUF(data);
	}
}

void collect_walk_done(struct walk *walk)
{
	for (size_t i = 0; i < walk->nr_stacks; i++) {
		if (walk->stacks[i].data)
			FREEBUF((char *)walk->stacks[i].data);
		walk->stacks[i].data = NULL;
	}
}
