/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * klog.h: the records of the kernel's log buffer, newest first. Pure C.
 */
#ifndef SDEI_STOP_KLOG_H
#define SDEI_STOP_KLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Offsets in the structures of kernel/printk/printk_ringbuffer.h. */
struct klog_layout {
	long desc_ring, text_ring;			/* printk_ringbuffer */
	long count_bits, descs, infos, head, tail;	/* prb_desc_ring */
	long size_bits, data;				/* prb_data_ring */
	long state, lpos, desc_size;			/* prb_desc */
	long begin, next;				/* prb_data_blk_lpos */
	long text_len, facility, info_size;		/* printk_info */
};

struct klog {
	bool (*read)(void *arg, uint64_t addr, void *to, size_t len);
	void *arg;
	uint64_t ringbuffer;		/* the struct printk_ringbuffer */
	struct klog_layout layout;
};

#define KLOG_TEXT	1100		/* printk() itself cuts at 1024 */

/*
 * Calls record() for what the kernel itself wrote, newest first, until that
 * returns false; text ends in '\0' and lives until record() returns. What
 * user space wrote through /dev/kmsg is left out: it can be any text.
 *
 * A record that cannot be read, or that does not say of itself what it must,
 * is as if it were not there. Returns whether there was none of that kind.
 */
bool klog_records(const struct klog *log,
		  bool (*record)(void *arg, const char *text), void *arg);

#endif /* SDEI_STOP_KLOG_H */
