/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * targets.h: what the fuzz targets share. One that finds a promise broken
 * aborts, which is what a fuzzer looks for.
 */
#ifndef FUZZ_TARGETS_H
#define FUZZ_TARGETS_H

#include <stddef.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* names.c: the layout of the stacks of the next dump. */
void target_layout(unsigned char choice);

struct json_value;

/* pages.c: a page and a JUnit file of one dump, and none of it is markup. */
void target_pages(const struct json_value *dump);

#endif /* FUZZ_TARGETS_H */
