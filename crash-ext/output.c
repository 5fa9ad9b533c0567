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
	len = 0;
}

bool output_begin(void)
{
	drop();
	out = open_memstream(&text, &len);
	return out;
}

/*
 * Tasks, modules, locks and caches have names that can hold anything: none of
 * it may reach the terminal as a control sequence. 0xc2 0x80 to 0x9f are the C1
 * controls.
 */
static void make_plain(void)
{
	unsigned char *s = (unsigned char *)text, *end = s + len;

	for (; s < end; s++) {
		bool c1 = *s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0;

		if (c1)
			*s++ = '?';
		if (c1 || *s == 0x7f || (*s < ' ' && *s != '\n' && *s != '\t'))
			*s = '?';
	}
}

void output_end(void)
{
	fflush(out);
	make_plain();
	interrupt_release();
	/* A pager or a pipe may be left here by longjmp: drop() is to come. */
	fwrite(text, 1, len, fp);
	fflush(fp);
	interrupt_hold();
	drop();
	interrupt_release();
}
