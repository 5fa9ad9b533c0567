/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_more.h: what only a look into memory tells, in the JSON report.
 */
#ifndef SDEI_STOP_JSON_MORE_H
#define SDEI_STOP_JSON_MORE_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"

struct session;

struct json_more {
	struct session *session;
	/* Whether to tell of facts.cpus[i], and of what it was wedged in. */
	bool (*want_cpu)(size_t i, bool wedged);
};

/* The member "memory"; arg is a struct json_more. */
void json_more(struct json *json, void *arg);

#endif /* SDEI_STOP_JSON_MORE_H */
