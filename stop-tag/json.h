/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h: writes JSON to a stream, on one line. Our own, and small, because
 * makedumpfile gets this source too and must not gain a dependency for it.
 */
#ifndef STOP_JSON_H
#define STOP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Initialise it with .fp alone. A report of thousands of CPUs is made of a
 * million small pieces, so they are gathered here: the stream gets them when
 * the room is used up, and whatever is left at the end of the outermost value.
 * A write error is the stream's (ferror()).
 */
struct json {
	FILE *fp;
	bool comma;	/* the next value or key needs one in front */
	unsigned int depth;	/* of what is open */
	size_t used;		/* of text */
	char text[4096];
};

/*
 * kind is '{' or '['. A key, here and below, is NULL for an element of an array,
 * and else a name of ours: it is written as it is.
 */
void json_open(struct json *json, const char *key, char kind);
/* kind is '}' or ']'. */
void json_close(struct json *json, char kind);

/*
 * The values. A string may hold any bytes: what is not UTF-8 becomes U+FFFD.
 * NULL is written as null.
 */
void json_string(struct json *json, const char *key, const char *value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
/*
 * A number; beyond 2^53, where readers of JSON lose digits, a string in hex
 * (of the magnitude, with a sign).
 */
void json_uint(struct json *json, const char *key, uint64_t value);
void json_int(struct json *json, const char *key, int64_t value);
/* Always a string in hex: addresses, registers, masks. */
void json_hex(struct json *json, const char *key, uint64_t value);

/*
 * Length of the UTF-8 sequence at s, or 0 when it is none (RFC 3629: no
 * overlong forms, no surrogates, nothing beyond U+10FFFF). NUL never
 * continues a sequence, so this does not read past the end.
 */
unsigned int json_utf8_len(const unsigned char *s);

#endif /* STOP_JSON_H */
