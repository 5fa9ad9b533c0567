// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json.c: the JSON writer.
 */
#include <string.h>

#include "json.h"

#define EXACT_MAX (1ULL << 53)	/* a double counts up to here */

unsigned int json_utf8_len(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	unsigned int len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (unsigned int i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

/* What is gathered goes to the stream. */
static void flush(struct json *json)
{
	if (json->used)
		fwrite(json->text, 1, json->used, json->fp);
	json->used = 0;
}

static inline void put(struct json *json, const char *text, size_t len)
{
	if (len > sizeof(json->text) - json->used)
		flush(json);
	if (len > sizeof(json->text)) {
		fwrite(text, 1, len, json->fp);
		return;
	}
	memcpy(json->text + json->used, text, len);
	json->used += len;
}

#define PUT(json, literal) put(json, literal, sizeof(literal) - 1)

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void write_string(struct json *json, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	char escape[8];

	PUT(json, "\"");
	while (*s) {
		unsigned int len = 0;

		while (is_plain(s[len]))
			len++;
		if (!len && *s >= 0x80)
			len = json_utf8_len(s);
		if (len) {
			put(json, (const char *)s, len);
			s += len;
			continue;
		}
		if (*s >= 0x80)
			snprintf(escape, sizeof(escape), "\\ufffd");
		else if (*s == '"' || *s == '\\')
			snprintf(escape, sizeof(escape), "\\%c", *s);
		else
			snprintf(escape, sizeof(escape), "\\u%04x", *s);
		put(json, escape, strlen(escape));
		s++;
	}
	PUT(json, "\"");
}

/* Where len more bytes can be written; the caller adds them to used. */
static inline char *room(struct json *json, size_t len)
{
	if (len > sizeof(json->text) - json->used)
		flush(json);
	return json->text + json->used;
}

#define DIGITS 20	/* 2^64 has so many, or 16 and "0x" */

static void write_decimal(struct json *json, uint64_t value, bool negative)
{
	char digits[DIGITS + 1];	/* and a sign */
	char *at = digits + sizeof(digits);

	do
		*--at = '0' + value % 10;
	while (value /= 10);
	if (negative)
		*--at = '-';
	put(json, at, digits + sizeof(digits) - at);
}

/* A string, with its sign and 0x. */
static void write_hex(struct json *json, uint64_t value, bool negative)
{
	int nr = value ? (67 - __builtin_clzll(value)) / 4 : 1;
	char *to = room(json, DIGITS + 3), *at = to;

	*at++ = '"';
	if (negative)
		*at++ = '-';
	*at++ = '0';
	*at++ = 'x';
	for (int shift = 4 * (nr - 1); shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[value >> shift & 15];
	*at++ = '"';
	json->used += at - to;
}

static void before(struct json *json, const char *key)
{
	if (json->comma)
		PUT(json, ", ");
	json->comma = true;
	if (key) {
		PUT(json, "\"");
		put(json, key, strlen(key));
		PUT(json, "\": ");
	}
}

/* After every value. */
static void after(struct json *json)
{
	if (!json->depth)
		flush(json);
}

void json_open(struct json *json, const char *key, char kind)
{
	before(json, key);
	put(json, &kind, 1);
	json->comma = false;
	json->depth++;
}

void json_close(struct json *json, char kind)
{
	put(json, &kind, 1);
	json->comma = true;
	json->depth--;
	after(json);
}

void json_string(struct json *json, const char *key, const char *value)
{
	before(json, key);
	if (value)
		write_string(json, value);
	else
		PUT(json, "null");
	after(json);
}

void json_bool(struct json *json, const char *key, bool value)
{
	before(json, key);
	if (value)
		PUT(json, "true");
	else
		PUT(json, "false");
	after(json);
}

void json_null(struct json *json, const char *key)
{
	json_string(json, key, NULL);
}

static void number_or_string(struct json *json, const char *key, uint64_t size,
			     bool negative)
{
	before(json, key);
	if (size > EXACT_MAX)
		write_hex(json, size, negative);
	else
		write_decimal(json, size, negative);
	after(json);
}

void json_uint(struct json *json, const char *key, uint64_t value)
{
	number_or_string(json, key, value, false);
}

void json_int(struct json *json, const char *key, int64_t value)
{
	number_or_string(json, key,
			 value < 0 ? -(uint64_t)value : (uint64_t)value,
			 value < 0);
}

void json_hex(struct json *json, const char *key, uint64_t value)
{
	before(json, key);
	write_hex(json, value, false);
	after(json);
}
