/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h: what a process may still do while it looks at bytes that nobody
 * vouches for: read what is open, use memory, write its report, end.
 */
#ifndef STOP_SANDBOX_H
#define STOP_SANDBOX_H

/*
 * From here on this process opens, starts, sends and changes nothing, and
 * writes to out and standard error only: the kernel refuses it (EPERM). Returns
 * 0, or -1 with errno where the kernel or the architecture cannot do that, and
 * then nothing has changed.
 */
int sandbox_enter(int out);

/* "seccomp", or why there is none; tried in a process of its own. */
const char *sandbox_name(char text[80]);

#endif /* STOP_SANDBOX_H */
