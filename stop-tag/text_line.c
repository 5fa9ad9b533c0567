// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_line.c: getline() with an end.
 */
#include <errno.h>
#include <stdlib.h>

#include "text_line.h"

static int grow(char **line, size_t *room, size_t limit)
{
	size_t more = *room ? 2 * *room : 4096;
	char *grown;

	if (*room == limit) {
		errno = EFBIG;
		return -1;
	}
	if (more > limit)
		more = limit;
	grown = realloc(*line, more);
	if (!grown)
		return -1;
	*line = grown;
	*room = more;
	return 0;
}

int text_line(FILE *fp, char **line, size_t *room, size_t *len, size_t limit)
{
	int c;

	*len = 0;
	if (!*room && grow(line, room, limit))
		return -1;
	while ((c = getc_unlocked(fp)) != EOF && c != '\n') {
		if (*len + 1 == *room && grow(line, room, limit))
			return -1;
		(*line)[(*len)++] = c;
	}
	if (ferror(fp))
		return -1;
	(*line)[*len] = '\0';
	return *len || c == '\n';
}
