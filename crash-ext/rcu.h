/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rcu.h: whether RCU waited for a CPU.
 */
#ifndef SDEI_STOP_RCU_H
#define SDEI_STOP_RCU_H

#include "wedge.h"

/* Fills the rcu members of *wedge, which are zero. */
void rcu_of(const struct cpu_memory *memory, struct wedge *wedge);

#endif /* SDEI_STOP_RCU_H */
