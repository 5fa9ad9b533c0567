/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules.h: names for addresses in modules, out of the dump's memory: the
 * kernel keeps the list of its modules and their symbols there (kallsyms), so
 * no file of theirs is needed. For source lines one is: kofiles.h.
 */
#ifndef STOP_MODULES_H
#define STOP_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"

struct modules;

/*
 * Reads len bytes of the kernel's memory at a virtual address; false if not all
 * of them are there.
 */
typedef bool modules_read(void *arg, uint64_t address, void *to, size_t len);

/*
 * The modules of a dump whose kernel has this layout. As many as can be read;
 * NULL if there is none or the layout does not say.
 */
struct modules *modules_new(const struct stop_facts *facts,
			    const struct names_layout *layout,
			    modules_read *read, void *arg);
void modules_free(struct modules *modules);

/* What is known of an address in a module. */
struct modules_place {
	uint64_t start;		/* of the function; of the module if not known */
	char symbol[256];	/* "function+0x10 [module]", "[module]+0x10" */
	/* For who knows the module's file; valid as long as the modules. */
	const char *module;
	const char *build_id;	/* hex; "" if not known */
	char function[128];	/* "" if not known */
	uint64_t size;		/* of the function; 0 if not known */
};

/* back: see names.c. False if the address is in no module. */
bool modules_place(struct modules *modules, uint64_t address, unsigned int back,
		   struct modules_place *place);

#endif /* STOP_MODULES_H */
