/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit.h: what the unit tests share: dumps that were written as text, bytes of
 * them changed, and the way from a file to its verdicts.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decode.h"
#include "dump.h"
#include "judge.h"
#include "report.h"
#include "vmcore.h"

/* Notes begin here in the ELF texts, and this long is one NT_PRSTATUS. */
#define NOTES	0x100
#define NOTE	412
/* Of a note: its header, and its descriptor behind header and name. */
#define DESC	20
#define TAG	(DESC + 48)
#define REGS	(DESC + 112)

struct bytes {
	uint8_t *p;
	size_t len;
};

/* A text of data/, as bytes. */
struct bytes load(const char *name);
void put32(struct bytes *bytes, size_t at, uint32_t value);

/* Its file; or one with these bytes, gone with the next call. */
const char *data_path(const char *name);
const char *write_file(const void *p, size_t len);

struct judged {
	int ret;		/* of stop_dump_read() */
	char err[160];
	struct stop_facts facts;
	struct stop_verdicts verdicts;
	enum stop_status status;
};

void judge_path(struct judged *judged, const char *path);
void judge_bytes(struct judged *judged, const struct bytes *bytes);
void judge_facts(struct judged *judged);
void judged_free(struct judged *judged);

/* How many verdicts with this id; the first one's text through *text. */
size_t count(const struct judged *judged, enum stop_verdict_id id,
	     const char **text);

#endif /* UNIT_H */
