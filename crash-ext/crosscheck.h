/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crosscheck.h: what is known of a dump's CPUs in more than one way, against
 * each other.
 */
#ifndef SDEI_STOP_CROSSCHECK_H
#define SDEI_STOP_CROSSCHECK_H

#include "session.h"

/*
 * Prints each contradiction, and what crash's own commands make of it, for
 * the CPUs that want_cpu wants.
 */
void crosscheck(struct session *session,
		bool (*want_cpu)(const struct stop_cpu *cpu, void *arg),
		void *arg);

#endif /* SDEI_STOP_CROSSCHECK_H */
