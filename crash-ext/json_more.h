/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_more.h: what only a look into memory tells, in the JSON report.
 */
#ifndef SDEI_STOP_JSON_MORE_H
#define SDEI_STOP_JSON_MORE_H

#include "json.h"

/* The member "memory"; arg is the struct session. */
void json_more(struct json *json, void *arg);

#endif /* SDEI_STOP_JSON_MORE_H */
