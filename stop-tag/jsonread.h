/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jsonread.h: reads JSON back, for printers that show several dumps together
 * or reports that other hosts made.
 */
#ifndef STOP_JSONREAD_H
#define STOP_JSONREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json_value {
	enum json_kind kind;
	bool truth;			/* JSON_BOOL */
	double number;			/* JSON_NUMBER */
	const char *string;		/* JSON_STRING; valid UTF-8 */
	const char *key;		/* of a member of an object */
	struct json_value *first;	/* of JSON_ARRAY, JSON_OBJECT */
	struct json_value *next;
	size_t nr;			/* how many are in it */
};

struct json_doc;

/*
 * Parses all of text, len bytes and a NUL behind them, and writes into it;
 * text must outlive the document. Returns NULL with one line in err.
 */
struct json_doc *json_parse(char *text, size_t len, char err[160]);
const struct json_value *json_root(const struct json_doc *doc);
void json_free(struct json_doc *doc);

/* A member of an object; NULL if there is none, or value is no object. */
const struct json_value *json_get(const struct json_value *value,
				  const char *key);
/* The same for the kinds of them; a default for what is missing or else. */
const char *json_text(const struct json_value *value, const char *key,
		      const char *otherwise);
bool json_true(const struct json_value *value, const char *key);
/* Also from a string in hex, as json_int() and json_hex() write them. */
bool json_integer(const struct json_value *value, const char *key,
		  int64_t *number);

#endif /* STOP_JSONREAD_H */
