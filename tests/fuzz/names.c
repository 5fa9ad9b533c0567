// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c: what names.h and kofiles.h promise, without libdw and files: five
 * functions and the list of modules where tests/lib/make-chain has them. Which
 * layout a kernel's stacks have is in its debug information and not in the dump;
 * here it is the fuzzer's.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kofiles.h"
#include "modules.h"
#include "names.h"
#include "targets.h"

#define LINKED		0xffff800080001000
#define FUNCTION_LEN	0x100

static const char *const functions[] = {
	"wedge", "outer", "el1h_64_irq", "victim", "el0t_64_sync",
};

static struct names_layout layout = {
	.module = {
		.head = LINKED + 0x2000, .list = 0, .name = 16,
		.text_base = 72, .text_size = 80, .has_kallsyms = true,
		.kallsyms = 88, .symtab = 0, .num_symtab = 8, .strtab = 16,
		.has_rodata = true,
		.ro_base = 72, .ro_begin = 80, .ro_end = 84,
	},
};

void target_layout(unsigned char choice)
{
	static const uint64_t sizes[] = { 4096, 16384, 0, 65536 };

	layout.thread_size = sizes[choice & 3];
	layout.meta_frames = choice & 4;
	layout.pt_regs_stackframe = choice & 8 ? -1 : 0x130;
}

const struct names_layout *names_layout(const struct names *names)
{
	(void)names;
	return &layout;
}

const char *names_function(struct names *names, const struct stop_facts *facts,
			   uint64_t address, uint64_t *start)
{
	uint64_t in = address - facts->kerneloffset - LINKED;

	(void)names;
	if (in >= sizeof(functions) / sizeof(*functions) * FUNCTION_LEN)
		return NULL;
	*start = address - in % FUNCTION_LEN;
	return functions[in / FUNCTION_LEN];
}

void names_place(struct names *names, const struct stop_facts *facts,
		 uint64_t address, unsigned int back, char **symbol,
		 char **line)
{
	uint64_t start;
	const char *name = names_function(names, facts, address - back, &start);

	*symbol = *line = NULL;
	if (name && asprintf(symbol, "%s+%#" PRIx64, name, address - start) < 0)
		*symbol = NULL;
	if (name && asprintf(line, "%s.c:%" PRIu64, name, address - start) < 0)
		*line = NULL;
}

char *kofiles_line(struct kofiles *kofiles, const struct names *names,
		   const struct modules_place *place, uint64_t address,
		   unsigned int back)
{
	char *line;

	(void)kofiles, (void)names;
	if (!place->build_id[0] || !place->function[0])
		return NULL;
	if (asprintf(&line, "%s-%s/%s.c:%" PRIu64, place->module,
		     place->build_id, place->function,
		     address - back - place->start) < 0)
		return NULL;
	return line;
}
