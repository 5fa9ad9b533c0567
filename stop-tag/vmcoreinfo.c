// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcoreinfo.c: the lines of VMCOREINFO that matter here (written by
 * kernel/vmcore_info.c and arch/arm64/kernel/vmcore_info.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

/* Values are numbers of at most 64 bits or short strings. */
#define VALUE_MAX 128

/* The whole value must be a number; false leaves *number alone. */
static bool parse(const char *value, int base, uint64_t *number)
{
	unsigned long long n;
	char *end;

	if (!*value)
		return false;
	errno = 0;
	n = strtoull(value, &end, base);
	if (errno || *end)
		return false;
	*number = n;
	return true;
}

static void line_decode(struct stop_facts *facts, const char *key, size_t len,
			const char *value)
{
	uint64_t n;

#define IS(name) (len == sizeof(name) - 1 && !memcmp(key, name, len))
	if (IS("OSRELEASE")) {
		snprintf(facts->osrelease, sizeof(facts->osrelease), "%.64s",
			 value);
	} else if (IS("BUILD-ID")) {
		snprintf(facts->build_id, sizeof(facts->build_id), "%.40s",
			 value);
	} else if (IS("CRASHTIME")) {
		facts->has_crashtime = true;
		if (parse(value, 10, &n))
			facts->crashtime = (int64_t)n;
	} else if (IS("KERNELOFFSET")) {
		if (parse(value, 16, &n)) {
			facts->has_kerneloffset = true;
			facts->kerneloffset = n;
		}
	} else if (IS("NUMBER(KERNELPACMASK)")) {
		parse(value, 16, &facts->kernelpacmask);
	} else if (IS("NUMBER(STOP_TAG_VERSION)")) {
		if (parse(value, 10, &n) && n && n <= UINT32_MAX) {
			facts->advertises_tags = true;
			facts->tag_version = n;
		}
	} else if (IS("SYMBOL(swapper_pg_dir)")) {
		parse(value, 16, &facts->swapper_pg_dir);
	} else if (IS("NUMBER(kimage_voffset)")) {
		parse(value, 16, &facts->kimage_voffset);
	} else if (IS("PAGESIZE")) {
		parse(value, 10, &facts->page_size);
	} else if (IS("NUMBER(VA_BITS)")) {
		parse(value, 10, &facts->va_bits);
	} else if (IS("NUMBER(TCR_EL1_T1SZ)")) {
		parse(value, 16, &facts->t1sz);
	}
#undef IS
}

void stop_vmcoreinfo_decode(struct stop_facts *facts, const char *text,
			    size_t len)
{
	const char *end = text + strnlen(text, len);

	/* A container may carry it twice; the text is the same. */
	if (facts->has_vmcoreinfo || text == end)
		return;
	facts->has_vmcoreinfo = true;

	while (text < end) {
		const char *eol = memchr(text, '\n', end - text);
		const char *equals;
		char value[VALUE_MAX];

		if (!eol)
			eol = end;
		equals = memchr(text, '=', eol - text);
		if (equals && eol - equals - 1 < VALUE_MAX) {
			memcpy(value, equals + 1, eol - equals - 1);
			value[eol - equals - 1] = '\0';
			line_decode(facts, text, equals - text, value);
		}
		text = eol + (eol < end);
	}
}
