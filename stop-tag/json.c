// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json.c: the JSON writer.
 */
#include <inttypes.h>

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

static void write_string(FILE *fp, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	putc('"', fp);
	while (*s) {
		unsigned int len = json_utf8_len(s);

		if (!len) {
			fputs("\\ufffd", fp);
			len = 1;
		} else if (*s == '"' || *s == '\\') {
			fprintf(fp, "\\%c", *s);
		} else if (*s < 0x20 || *s == 0x7f) {
			fprintf(fp, "\\u%04x", *s);
		} else {
			fwrite(s, 1, len, fp);
		}
		s += len;
	}
	putc('"', fp);
}

static void before(struct json *json, const char *key)
{
	if (json->comma)
		fputs(", ", json->fp);
	json->comma = true;
	if (key) {
		write_string(json->fp, key);
		fputs(": ", json->fp);
	}
}

void json_open(struct json *json, const char *key, char kind)
{
	before(json, key);
	putc(kind, json->fp);
	json->comma = false;
}

void json_close(struct json *json, char kind)
{
	putc(kind, json->fp);
	json->comma = true;
}

void json_string(struct json *json, const char *key, const char *value)
{
	before(json, key);
	if (value)
		write_string(json->fp, value);
	else
		fputs("null", json->fp);
}

void json_bool(struct json *json, const char *key, bool value)
{
	before(json, key);
	fputs(value ? "true" : "false", json->fp);
}

void json_null(struct json *json, const char *key)
{
	json_string(json, key, NULL);
}

void json_uint(struct json *json, const char *key, uint64_t value)
{
	before(json, key);
	fprintf(json->fp, value > EXACT_MAX ? "\"0x%" PRIx64 "\"" : "%" PRIu64,
		value);
}

void json_int(struct json *json, const char *key, int64_t value)
{
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;

	before(json, key);
	if (size > EXACT_MAX)
		fprintf(json->fp, "\"%s0x%" PRIx64 "\"", value < 0 ? "-" : "",
			size);
	else
		fprintf(json->fp, "%" PRId64, value);
}

void json_hex(struct json *json, const char *key, uint64_t value)
{
	before(json, key);
	fprintf(json->fp, "\"0x%" PRIx64 "\"", value);
}
