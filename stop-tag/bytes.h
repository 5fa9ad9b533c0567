/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes.h: integers out of a dump's bytes, in the dump's byte order and
 * without regard to alignment.
 */
#ifndef STOP_BYTES_H
#define STOP_BYTES_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t stop_get(const void *from, unsigned int bytes,
				bool big_endian)
{
	const uint8_t *p = from;
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes; i++)
		value = value << 8 | p[big_endian ? i : bytes - 1 - i];
	return value;
}

static inline uint16_t stop_get16(const void *from, bool big_endian)
{
	return stop_get(from, 2, big_endian);
}

static inline uint32_t stop_get32(const void *from, bool big_endian)
{
	return stop_get(from, 4, big_endian);
}

static inline uint64_t stop_get64(const void *from, bool big_endian)
{
	return stop_get(from, 8, big_endian);
}

/* Rounds up to the padding of ELF notes; 64 bits, so that it cannot wrap. */
static inline uint64_t stop_align4(uint32_t value)
{
	return ((uint64_t)value + 3) & ~3ULL;
}

#endif /* STOP_BYTES_H */
