/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crash-defs.h: crash's defs.h, the one way to include it here.
 *
 * Without -DARM64, defs.h silently gives the layouts of the machine that the
 * compiler runs on, and the extension would read nonsense.
 */
#ifndef SDEI_STOP_CRASH_DEFS_H
#define SDEI_STOP_CRASH_DEFS_H

#ifndef ARM64
#error "build with -DARM64: the extension is for a crash that reads arm64 dumps"
#endif

/* defs.h declares more than it uses, and not for C11 with every warning. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include <defs.h>
#pragma GCC diagnostic pop

#endif /* SDEI_STOP_CRASH_DEFS_H */
