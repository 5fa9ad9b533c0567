/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h: the facts and verdicts of the dump of this session of crash. A
 * dump does not change: they are collected once. Of a live system they are
 * collected anew by every command.
 */
#ifndef SDEI_STOP_SESSION_H
#define SDEI_STOP_SESSION_H

#include <stdbool.h>

#include "collect.h"
#include "facts.h"
#include "judge.h"

struct session {
	struct stop_facts facts;
	struct stop_facts file;		/* of the dump file, if have_file */
	struct crash_memory memory;
	struct stop_verdicts verdicts;
	bool have_file;
	char why_no_file[160];
};

/*
 * The session; NULL, and the reason printed, when memory is short. with_file:
 * read the dump file's notes even where that takes long (a flattened file).
 */
struct session *session_get(bool with_file);

/* Whether facts come with source lines; to find those out may take long. */
void session_lines(struct session *session, bool lines);

/*
 * "file.c:123" for the pc of facts.cpus[i], or for its lr; NULL: unknown. Found
 * out when first asked for.
 */
const char *session_line(struct session *session, size_t i, bool lr);

/* Where session_get() counts how often it collected. */
unsigned int session_generation(void);

/*
 * What is found out once about each of facts.cpus[] and kept for as long as
 * they are. One of these is static in the function that finds it out.
 */
struct session_kept {
	unsigned int generation;
	size_t nr;
	bool *known;
	char *items;
};

/*
 * That of facts.cpus[i], of size bytes, which find() fills in when it is first
 * asked for. When memory is short, it is found out every time, in *one.
 */
void *session_keep(struct session_kept *kept, struct session *session,
		   size_t i, void *one, size_t size,
		   void (*find)(struct session *session, size_t i, void *item));

/* Gives all memory back. */
void session_end(void);

/*
 * An interrupt ends a command by longjmp out of wherever it is, be that in the
 * middle of malloc(). So a command is held as long as it works, and asks now
 * and then, when all is in order, whether one has come. These nest; a point
 * inside of a second hold does nothing.
 */
void interrupt_hold(void);
void interrupt_point(void);
void interrupt_release(void);

/* As it was when the command began, wherever that has come to. */
void interrupt_hold_again(void);

/* The last command may have ended by longjmp, too: nothing is held any more. */
void interrupt_reset(void);

#endif /* SDEI_STOP_SESSION_H */
