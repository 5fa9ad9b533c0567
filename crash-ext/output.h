/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h: where a command prints. crash's own fp is unbuffered when it is
 * redirected or piped, so that every fprintf() becomes a system call, which
 * took most of the command's time; text is put together in memory first.
 */
#ifndef SDEI_STOP_OUTPUT_H
#define SDEI_STOP_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/* Valid between begin and end. */
extern FILE *out;

/* False: memory is short. Gives back what an interrupted command left. */
bool output_begin(void);

/*
 * Writes it all to crash's fp, with "?" for control characters. That takes as
 * long as a reader likes: interrupts that the command held (session.h) are
 * released for it.
 */
void output_end(void);

#endif /* SDEI_STOP_OUTPUT_H */
