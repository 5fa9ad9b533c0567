/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kind.h: whether a file that was come across is a dump at all. Decided by
 * its first bytes, never by its name: QA's trees hold logs, kernels and
 * half-written files beside the dumps.
 */
#ifndef STOP_KIND_H
#define STOP_KIND_H

#include <stdbool.h>

/*
 * Whether the file begins like a dump of any container, one without CPU notes
 * included: that such a dump cannot be judged is to be reported.
 */
bool kind_is_dump(int fd);
/* The same of its first bytes, zeroed behind its end. */
#define KIND_HEAD 64
bool kind_is_dump_head(const unsigned char head[KIND_HEAD]);

#endif /* STOP_KIND_H */
