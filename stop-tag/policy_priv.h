/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_priv.h: the sections of a policy file, between who reads and who
 * applies them.
 */
#ifndef STOP_POLICY_PRIV_H
#define STOP_POLICY_PRIV_H

#include "policy.h"

enum policy_of {
	POLICY_OF_ALL,		/* what stands in front of all sections */
	POLICY_OF_KERNEL,	/* glob matches the release */
	POLICY_OF_DUMP,		/* glob matches the name as it was given */
};

struct policy_section {
	enum policy_of of;
	char *glob;		/* owned */
	struct policy_rules rules;
};

#endif /* STOP_POLICY_PRIV_H */
