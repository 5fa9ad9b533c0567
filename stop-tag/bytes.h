/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes.h: integers out of a dump's bytes, in the dump's byte order and
 * without regard to alignment.
 */
#ifndef STOP_BYTES_H
#define STOP_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Whether this machine has to swap them. */
static inline bool stop_swapped(bool big_endian)
{
	return big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

static inline uint16_t stop_get16(const void *from, bool big_endian)
{
	uint16_t value;

	memcpy(&value, from, sizeof(value));
	return stop_swapped(big_endian) ? __builtin_bswap16(value) : value;
}

static inline uint32_t stop_get32(const void *from, bool big_endian)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return stop_swapped(big_endian) ? __builtin_bswap32(value) : value;
}

static inline uint64_t stop_get64(const void *from, bool big_endian)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return stop_swapped(big_endian) ? __builtin_bswap64(value) : value;
}

/* Rounds up to the padding of ELF notes; 64 bits, so that it cannot wrap. */
static inline uint64_t stop_align4(uint32_t value)
{
	return ((uint64_t)value + 3) & ~3ULL;
}

#endif /* STOP_BYTES_H */
