/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kofiles.h: the files of modules (.ko, .ko.debug), for the source lines of
 * addresses in them. Which file it is, the build id tells that the module has in
 * the dump's memory.
 *
 * Where in its file an address is, follows from the function that it lies in: of
 * that the dump's memory has name, start and size (modules.h), and the file has
 * them, too. So nothing needs to be known of where its sections were put.
 *
 * As with vmlinux.h a worker opens nothing: it asks for the files that it lacks.
 */
#ifndef STOP_KOFILES_H
#define STOP_KOFILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kofiles;
struct modules_place;
struct names;
struct stop_facts;

struct kofiles_where {
	const char *tree;	/* searched with all that is below it, or NULL */
	const char *const *dirs;	/* as --debug-dir takes them */
	size_t nr_dirs;
	const char *vmlinux;	/* a file: its directory is one more; or NULL */
	bool system;		/* /usr/lib/debug and /lib/modules, too */
};

/* What where points to must stay. NULL when memory is short. */
struct kofiles *kofiles_new(const struct kofiles_where *where);
void kofiles_free(struct kofiles *kofiles);

/*
 * "file.c:123" of an address in a module, owned by the caller; back: see
 * names.c. NULL if it is not known, or kofiles is NULL. A file that nobody has
 * looked for yet is put down, for kofiles_question().
 */
char *kofiles_line(struct kofiles *kofiles, const struct names *names,
		   const struct modules_place *place, uint64_t address,
		   unsigned int back);

/*
 * What a worker asks for, one line: KOFILES_ASKS, the kernel release, and the
 * name and build id of each module. Returns whether there is anything to ask.
 */
#define KOFILES_ASKS "modules "
#define KOFILES_QUESTION 2048
bool kofiles_question(const struct kofiles *kofiles,
		      const struct stop_facts *facts,
		      char text[KOFILES_QUESTION]);

/*
 * Looks for them, with text that comes from a worker and is not believed: what
 * is no name makes no path. Returns 0, or -1 if text is no such question.
 */
int kofiles_look(struct kofiles *kofiles, const char *text);

#endif /* STOP_KOFILES_H */
