// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * klog.c: reads the lockless ring buffer of printk(), which is the kernel's log
 * since Linux 5.10: kernel/printk/printk_ringbuffer.c says how it works.
 *
 * crash's own `log` prints; and where the buffer is damaged, it ends the
 * command.
 */
#include "klog.h"

#include <string.h>

/* The two bits on top of a descriptor's id: what state its record is in. */
#define STATE_SHIFT	62
#define STATE(value)	((value) >> STATE_SHIFT)
#define ID(value)	((value) & ((1ull << STATE_SHIFT) - 1))
#define COMMITTED	1
#define FINALIZED	2
#define REUSABLE	3

/* lpos of a record without text: no address has this bit. */
#define NO_DATA		1ull

/* Each block of text begins with the id of its record. */
#define BLOCK_ID	8

#define MAX_BITS	30
/* Enough to be behind whatever a panic prints of all tasks. */
#define MAX_RECORDS	50000

struct ring {
	const struct klog *log;
	uint64_t descs, infos, data;
	uint64_t head, tail;
	uint32_t count_bits, size_bits;
};

static bool read_at(const struct klog *log, uint64_t base, long offset,
		    void *to, size_t len)
{
	return offset >= 0 && log->read(log->arg, base + offset, to, len);
}

static bool read_ring(const struct klog *log, struct ring *ring)
{
	const struct klog_layout *l = &log->layout;
	uint64_t desc = log->ringbuffer + l->desc_ring;
	uint64_t text = log->ringbuffer + l->text_ring;

	ring->log = log;
	return l->desc_ring >= 0 && l->text_ring >= 0 && l->desc_size > 0 &&
	       l->info_size > 0 &&
	       read_at(log, desc, l->count_bits, &ring->count_bits, 4) &&
	       read_at(log, desc, l->descs, &ring->descs, 8) &&
	       read_at(log, desc, l->infos, &ring->infos, 8) &&
	       read_at(log, desc, l->head, &ring->head, 8) &&
	       read_at(log, desc, l->tail, &ring->tail, 8) &&
	       read_at(log, text, l->size_bits, &ring->size_bits, 4) &&
	       read_at(log, text, l->data, &ring->data, 8) &&
	       ring->count_bits && ring->count_bits <= MAX_BITS &&
	       ring->size_bits && ring->size_bits <= MAX_BITS;
}

/* Where the text between two positions lies, and how long its block is. */
static bool find_text(const struct ring *ring, uint64_t begin, uint64_t next,
		      uint64_t *at, uint64_t *size)
{
	uint64_t mask = (1ull << ring->size_bits) - 1;

	if (begin >> ring->size_bits == (next - 1) >> ring->size_bits) {
		*at = begin & mask;
		*size = next - begin;
	} else if ((begin >> ring->size_bits) + 1 ==
		   (next - 1) >> ring->size_bits) {
		/* It did not fit in front of the end: it is at the start. */
		*at = 0;
		*size = next & mask;
	} else {
		return false;
	}
	return *size > BLOCK_ID && *at + *size <= mask + 1;
}

enum outcome { GOOD, NOT_OURS, BAD };

static enum outcome read_record(const struct ring *ring, uint64_t id,
				char text[KLOG_TEXT])
{
	const struct klog *log = ring->log;
	const struct klog_layout *l = &log->layout;
	uint64_t index = id & ((1ull << ring->count_bits) - 1);
	uint64_t desc = ring->descs + index * l->desc_size;
	uint64_t info = ring->infos + index * l->info_size;
	uint64_t state, begin, next, at, size, block;
	uint16_t len;
	uint8_t facility;

	if (l->lpos < 0 || !read_at(log, desc, l->state, &state, 8))
		return BAD;
	/* Still being written, or the oldest, which is about to go. */
	if (STATE(state) == REUSABLE)
		return NOT_OURS;
	if (ID(state) != id || (STATE(state) != COMMITTED &&
				STATE(state) != FINALIZED))
		return BAD;
	if (!read_at(log, info, l->text_len, &len, 2) ||
	    !read_at(log, info, l->facility, &facility, 1) ||
	    !read_at(log, desc + l->lpos, l->begin, &begin, 8) ||
	    !read_at(log, desc + l->lpos, l->next, &next, 8))
		return BAD;
	if (facility || !len || (begin & NO_DATA && next & NO_DATA))
		return NOT_OURS;
	if (!find_text(ring, begin, next, &at, &size) ||
	    !read_at(log, ring->data, at, &block, 8) || ID(block) != id)
		return BAD;
	if (len > size - BLOCK_ID)
		len = size - BLOCK_ID;
	if (len > KLOG_TEXT - 1)
		len = KLOG_TEXT - 1;
	if (!read_at(log, ring->data, at + BLOCK_ID, text, len))
		return BAD;
	text[len] = '\0';
	return GOOD;
}

bool klog_records(const struct klog *log,
		  bool (*record)(void *arg, const char *text), void *arg)
{
	char text[KLOG_TEXT];
	bool all = true;
	struct ring ring;
	uint64_t count;

	if (!read_ring(log, &ring))
		return false;
	count = ID(ring.head - ring.tail) + 1;
	if (count > 1ull << ring.count_bits)
		return false;
	if (count > MAX_RECORDS)
		count = MAX_RECORDS;
	for (uint64_t i = 0; i < count; i++) {
		switch (read_record(&ring, ID(ring.head - i), text)) {
		case GOOD:
			if (!record(arg, text))
				return all;
			break;
		case NOT_OURS:
			break;
		case BAD:
			all = false;
		}
	}
	return all;
}
