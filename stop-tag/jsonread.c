// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * jsonread.c: a parser of JSON (RFC 8259), strict: what is not JSON is an
 * error. Strings are decoded where they stand; values come from an arena.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "jsonread.h"

#define DEPTH_MAX 32	/* ours are 5 deep */
#define BLOCK 1024	/* values */

struct block {
	struct block *next;
	size_t used;
	struct json_value values[BLOCK];
};

struct json_doc {
	struct block *blocks;
	struct json_value *root;
};

struct parser {
	struct json_doc *doc;
	char *at, *end;
	unsigned int depth;
	const char *wrong;	/* the first thing that is */
};

static struct json_value *new_value(struct parser *p, enum json_kind kind)
{
	struct block *block = p->doc->blocks;
	struct json_value *value;

	if (!block || block->used == BLOCK) {
		block = malloc(sizeof(*block));
		if (!block) {
			p->wrong = "out of memory";
			return NULL;
		}
		block->next = p->doc->blocks;
		block->used = 0;
		p->doc->blocks = block;
	}
	value = &block->values[block->used++];
	memset(value, 0, sizeof(*value));
	value->kind = kind;
	return value;
}

static void *wrong(struct parser *p, const char *what)
{
	if (!p->wrong)
		p->wrong = what;
	return NULL;
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->end && strchr(" \t\r\n", *p->at) && *p->at)
		p->at++;
}

static bool next_is(struct parser *p, char c)
{
	skip_blanks(p);
	if (p->at >= p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

/* Four digits behind \u. Returns -1 if they are none. */
static int hex4(const char *at)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		char c = at[i];

		value <<= 4;
		if (c >= '0' && c <= '9')
			value |= c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value |= (c | 32) - 'a' + 10;
		else
			return -1;
	}
	return value;
}

static char *put_utf8(char *to, unsigned int c)
{
	if (c < 0x80) {
		*to++ = c;
	} else if (c < 0x800) {
		*to++ = 0xc0 | c >> 6;
		*to++ = 0x80 | (c & 0x3f);
	} else if (c < 0x10000) {
		*to++ = 0xe0 | c >> 12;
		*to++ = 0x80 | (c >> 6 & 0x3f);
		*to++ = 0x80 | (c & 0x3f);
	} else {
		*to++ = 0xf0 | c >> 18;
		*to++ = 0x80 | (c >> 12 & 0x3f);
		*to++ = 0x80 | (c >> 6 & 0x3f);
		*to++ = 0x80 | (c & 0x3f);
	}
	return to;
}

/* Behind the backslash. What is no character, NUL included, is U+FFFD. */
static char *escape(struct parser *p, char *to)
{
	static const char from[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *known = *p->at ? strchr(from, *p->at) : NULL;
	int c, low;

	if (known) {
		p->at++;
		*to++ = means[known - from];
		return to;
	}
	if (*p->at != 'u' || (c = hex4(p->at + 1)) < 0)
		return wrong(p, "an unknown escape in a string");
	p->at += 5;
	if (c >= 0xd800 && c < 0xdc00 && p->at[0] == '\\' && p->at[1] == 'u' &&
	    (low = hex4(p->at + 2)) >= 0xdc00 && low < 0xe000) {
		p->at += 6;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	return put_utf8(to, !c || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c);
}

/* Behind the quote. Text ends in a NUL, so nothing is read behind it. */
static const char *string(struct parser *p)
{
	char *to = p->at, *start = p->at;
	unsigned int len;

	while (*p->at != '"') {
		if ((unsigned char)*p->at < ' ')
			return wrong(p, p->at >= p->end ?
				     "a string without an end" :
				     "a control character in a string");
		if (*p->at == '\\') {
			p->at++;
			to = escape(p, to);
			if (!to)
				return NULL;
			continue;
		}
		len = json_utf8_len((unsigned char *)p->at);
		if (!len)
			return wrong(p, "a string that is not UTF-8");
		memmove(to, p->at, len);
		to += len;
		p->at += len;
	}
	p->at++;
	*to = 0;
	return start;
}

static struct json_value *any(struct parser *p);

static struct json_value *container(struct parser *p, enum json_kind kind)
{
	char closing = kind == JSON_OBJECT ? '}' : ']';
	struct json_value *value = new_value(p, kind), **last, *element;
	const char *key = NULL;

	if (!value)
		return NULL;
	if (++p->depth > DEPTH_MAX)
		return wrong(p, "values nested too deeply");
	last = &value->first;
	if (next_is(p, closing)) {
		p->depth--;
		return value;
	}
	do {
		if (kind == JSON_OBJECT) {
			if (!next_is(p, '"'))
				return wrong(p, "a member without a name");
			key = string(p);
			if (key && !next_is(p, ':'))
				return wrong(p, "a name without a colon");
		}
		element = p->wrong ? NULL : any(p);
		if (!element)
			return NULL;
		element->key = key;
		*last = element;
		last = &element->next;
		value->nr++;
	} while (next_is(p, ','));
	p->depth--;
	return next_is(p, closing) ? value :
	       wrong(p, "a list or object without an end");
}

static char *digits(char *at)
{
	while (*at >= '0' && *at <= '9')
		at++;
	return at;
}

/* strtod() takes more than JSON has: "1.", ".5", "0x1p3", "inf". */
static struct json_value *number(struct parser *p)
{
	struct json_value *value = new_value(p, JSON_NUMBER);
	char *at = p->at + (*p->at == '-'), *end = digits(at);
	bool good = end > at && (*at != '0' || end == at + 1);

	if (!value)
		return NULL;
	if (*end == '.') {
		at = end + 1;
		end = digits(at);
		good &= end > at;
	}
	if (*end == 'e' || *end == 'E') {
		at = end + 1;
		at += *at == '+' || *at == '-';
		end = digits(at);
		good &= end > at;
	}
	value->number = good ? strtod(p->at, NULL) : 0;
	if (!good || !isfinite(value->number))
		return wrong(p, "a value that is none");
	p->at = end;
	return value;
}

static struct json_value *word(struct parser *p, const char *text,
			       enum json_kind kind, bool truth)
{
	size_t len = strlen(text);
	struct json_value *value;

	if (strncmp(p->at, text, len))
		return wrong(p, "a value that is none");
	p->at += len;
	value = new_value(p, kind);
	if (value)
		value->truth = truth;
	return value;
}

static struct json_value *any(struct parser *p)
{
	struct json_value *value;

	if (next_is(p, '{'))
		return container(p, JSON_OBJECT);
	if (next_is(p, '['))
		return container(p, JSON_ARRAY);
	if (next_is(p, '"')) {
		value = new_value(p, JSON_STRING);
		if (value)
			value->string = string(p);
		return value && value->string ? value : NULL;
	}
	switch (*p->at) {
	case 't':
		return word(p, "true", JSON_BOOL, true);
	case 'f':
		return word(p, "false", JSON_BOOL, false);
	case 'n':
		return word(p, "null", JSON_NULL, false);
	}
	return number(p);
}

struct json_doc *json_parse(char *text, size_t len, char err[160])
{
	struct json_doc *doc = calloc(1, sizeof(*doc));
	struct parser p = { .doc = doc, .at = text, .end = text + len };

	if (!doc) {
		snprintf(err, 160, "out of memory");
		return NULL;
	}
	doc->root = any(&p);
	skip_blanks(&p);
	if (doc->root && p.at != p.end)
		wrong(&p, "more behind the first value");
	if (p.wrong) {
		snprintf(err, 160, "is not JSON: %s at byte %zu", p.wrong,
			 (size_t)(p.at - text));
		json_free(doc);
		return NULL;
	}
	return doc;
}

const struct json_value *json_root(const struct json_doc *doc)
{
	return doc->root;
}

void json_free(struct json_doc *doc)
{
	while (doc && doc->blocks) {
		struct block *next = doc->blocks->next;

		free(doc->blocks);
		doc->blocks = next;
	}
	free(doc);
}

const struct json_value *json_get(const struct json_value *value,
				  const char *key)
{
	if (!value || value->kind != JSON_OBJECT)
		return NULL;
	for (value = value->first; value; value = value->next)
		if (!strcmp(value->key, key))
			return value;
	return NULL;
}

const char *json_text(const struct json_value *value, const char *key,
		      const char *otherwise)
{
	value = json_get(value, key);
	return value && value->kind == JSON_STRING ? value->string : otherwise;
}

bool json_true(const struct json_value *value, const char *key)
{
	value = json_get(value, key);
	return value && value->kind == JSON_BOOL && value->truth;
}

bool json_integer(const struct json_value *value, const char *key,
		  int64_t *integer)
{
	const char *text;
	bool minus;
	char *end;

	value = json_get(value, key);
	if (!value)
		return false;
	if (value->kind == JSON_NUMBER && value->number > -0x1p63 &&
	    value->number < 0x1p63) {
		*integer = value->number;
		/* Half a status is none. */
		return *integer == value->number;
	}
	if (value->kind != JSON_STRING)
		return false;
	text = value->string;
	minus = *text == '-';
	text += minus;
	if (strncmp(text, "0x", 2) || !text[2])
		return false;
	*integer = strtoull(text, &end, 16);
	if (minus)
		*integer = -(uint64_t)*integer;
	return !*end;
}
