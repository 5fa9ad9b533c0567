/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch.h: makes what a CPU was doing crash's own current context, and back.
 */
#ifndef SDEI_STOP_SWITCH_H
#define SDEI_STOP_SWITCH_H

#include <stdint.h>

#include "session.h"

/* -s and -u. Each says on fp what it did, or why it did not. */
void switch_to(const struct session *session, uint32_t cpu);
void switch_back(void);

#endif /* SDEI_STOP_SWITCH_H */
