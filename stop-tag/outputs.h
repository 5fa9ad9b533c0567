/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outputs.h: the files that stopcheck writes besides its output.
 */
#ifndef STOP_OUTPUTS_H
#define STOP_OUTPUTS_H

#include <stdio.h>

#include "options.h"
#include "jsonread.h"

struct outputs {
	struct output {
		const char *path;	/* NULL: not wanted */
		FILE *fp;
	} html_file, junit_file;
	struct html *html;
	struct junit *junit;
};

/*
 * Opens the files, but none that is a dump, or that is read or written anyway,
 * so that one that cannot be written is known before all the dumps are read.
 * They are emptied. Returns 0, or -1 with the path of one that cannot be written
 * in *bad and one line in err; the other one is open all the same.
 */
int outputs_open(struct outputs *outputs, const struct options *options,
		 const char **bad, char err[160]);
/* Adds a dump. Returns 0, or -1 when memory is short. */
int outputs_add(struct outputs *outputs, const struct json_value *dump);
/* Writes and closes the files. As outputs_open(). */
int outputs_close(struct outputs *outputs, const char **bad, char err[160]);

static inline bool outputs_any(const struct outputs *outputs)
{
	return outputs->html || outputs->junit;
}

#endif /* STOP_OUTPUTS_H */
