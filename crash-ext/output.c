// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * output.c: a command's text, put together and written at once.
 */
#include "crash-defs.h"

#include "output.h"
#include "session.h"

FILE *out;

static char *text;
static size_t len;

static void drop(void)
{
	if (out)
		fclose(out);
	out = NULL;
	free(text);
	text = NULL;
}

bool output_begin(void)
{
	drop();
	out = open_memstream(&text, &len);
	return out;
}

void output_end(void)
{
	fflush(out);
	interrupt_release();
	/* A pager or a pipe may be left here by longjmp: drop() is to come. */
	fwrite(text, 1, len, fp);
	fflush(fp);
	interrupt_hold();
	drop();
	interrupt_release();
}
