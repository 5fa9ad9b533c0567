/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmlinux.h: finds the vmlinux of a dump by its build id, in the directories
 * where distributions and kernel builds keep them.
 *
 * What reads a dump is in a sandbox and opens nothing. So a worker that comes
 * across a build id it has no answer for says so and ends, the parent looks,
 * and the dump is read again by a worker that inherits the answer; as do those
 * of all later dumps, so this is once per kernel (pool.h).
 */
#ifndef STOP_VMLINUX_H
#define STOP_VMLINUX_H

#include <stdbool.h>
#include <stddef.h>

#include "facts.h"

struct names;
struct vmlinuxes;

struct vmlinux {
	char build_id[sizeof(((struct stop_facts *)0)->build_id)];
	struct names *names;	/* NULL: there is none, and remark says why */
	char remark[240];
};

/*
 * dirs are looked in first; they must stay. NULL when memory is short.
 */
struct vmlinuxes *vmlinuxes_new(const char *const *dirs, size_t nr_dirs);
void vmlinuxes_free(struct vmlinuxes *vmlinuxes);

/* The answer for a build id, or NULL if nobody has looked yet. */
const struct vmlinux *vmlinuxes_get(const struct vmlinuxes *vmlinuxes,
				    const char *build_id);

/* Hex of at least 8 bytes: shorter ones would meet by chance. */
bool vmlinux_is_build_id(const char *text);
/* As uname -r has them: no path, no "..", nothing that a terminal obeys. */
bool vmlinux_is_release(const char *text);

/*
 * What a worker asks for, one line: the dump's build id and kernel release.
 * Returns 0, or -1 with "" when the dump has no build id to be found by.
 */
#define VMLINUX_QUESTION 160
int vmlinux_question(const struct stop_facts *facts,
		     char text[VMLINUX_QUESTION]);

/*
 * Looks for it, with text that comes from a worker and is not believed: what
 * is no build id is not looked for, what is no release makes no path. Returns
 * 0 with an answer that vmlinuxes_get() has from now on, or -1 for neither.
 */
int vmlinuxes_look(struct vmlinuxes *vmlinuxes, const char *text);

#endif /* STOP_VMLINUX_H */
