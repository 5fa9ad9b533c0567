// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reports.c: what is fuzzed: lines that claim to be of stopcheck --json, as
 * --from-json reads them, through the one line for people and both pages. What
 * was read must be the same when it is written and read again.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "json.h"
#include "jsonread.h"
#include "merge.h"
#include "targets.h"

static FILE *nowhere;

/*
 * Keys that json.h writes are the program's own and written as they are, those
 * that were read may be anything: an object becomes an array of keys and values.
 */
static void put(struct json *json, const struct json_value *value)
{
	const struct json_value *in;

	switch (value->kind) {
	case JSON_NULL:
		json_null(json, NULL);
		break;
	case JSON_BOOL:
		json_bool(json, NULL, value->truth);
		break;
	case JSON_NUMBER:
		/* json.h writes integers only. */
		json_int(json, NULL, fabs(value->number) < 0x1p53 ?
			 (int64_t)value->number : 0);
		break;
	case JSON_STRING:
		json_string(json, NULL, value->string);
		break;
	default:
		json_open(json, NULL, '[');
		for (in = value->first; in; in = in->next) {
			if (value->kind == JSON_OBJECT)
				json_string(json, NULL, in->key);
			put(json, in);
		}
		json_close(json, ']');
	}
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same(const struct json_value *a, const struct json_value *b)
{
	bool object = a->kind == JSON_OBJECT;
	const struct json_value *x = a->first, *y = b->first;

	if (b->kind != (object ? JSON_ARRAY : a->kind) ||
	    a->truth != b->truth || b->nr != a->nr * (object ? 2 : 1) ||
	    !same_text(a->string, b->string))
		return false;
	if (a->kind == JSON_NUMBER && fabs(a->number) < 0x1p53 &&
	    trunc(a->number) != b->number)
		return false;
	for (; x && y; x = x->next, y = y->next) {
		if (object) {
			if (!same_text(x->key, y->string) || !y->next)
				return false;
			y = y->next;
		}
		if (!same(x, y))
			return false;
	}
	return !x && !y;
}

static void again(const struct json_value *value)
{
	struct json_doc *doc;
	char *text = NULL, err[160];
	size_t len;
	FILE *fp = open_memstream(&text, &len);
	struct json json = { .fp = fp };

	if (!fp)
		abort();
	put(&json, value);
	if (fclose(fp))
		abort();
	doc = json_parse(text, len, err);
	if (!doc || !same(value, json_root(doc)))
		abort();
	json_free(doc);
	free(text);
}

static void done(const struct merge_line *line, void *arg)
{
	(void)arg;
	if (line->is_summary || line->error) {
		if (line->json)
			again(line->json);
		return;
	}
	merge_brief(nowhere, line);
	target_pages(line->json);
	again(line->json);
}

/* Of a file that can be read in whole, nothing else may be wrong. */
static bool lacks_reports(const char *err)
{
	return !strcmp(err, "holds no report") ||
	       !strcmp(err, "lacks reports of dumps that its summary counts") ||
	       !strcmp(err, "has no report as bad as its summary says");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static char path[32];
	static int fd = -1;
	char err[160];

	if (fd < 0) {
		nowhere = fopen("/dev/null", "w");
		fd = memfd_create("reports", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (!nowhere || fd < 0 || ftruncate(fd, 0) ||
	    pwrite(fd, data, size, 0) != (ssize_t)size ||
	    (merge_file(path, done, NULL, err) && !lacks_reports(err)))
		abort();
	return 0;
}
