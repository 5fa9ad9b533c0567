/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_line.h: lines of a file of text that may be none.
 */
#ifndef STOP_TEXT_LINE_H
#define STOP_TEXT_LINE_H

#include <stdio.h>

/*
 * The next line, without its newline, *len bytes and a NUL in *line, which is
 * the caller's to free and begins as NULL with *room 0. Not getline(): that takes
 * all memory for a dump that is given in the place of a text, and its -1 is the
 * same for a lack of memory as for the end.
 *
 * Returns 1, 0 at the end, or -1 with errno: EFBIG for a line of limit bytes or
 * more.
 */
int text_line(FILE *fp, char **line, size_t *room, size_t *len, size_t limit);

#endif /* STOP_TEXT_LINE_H */
