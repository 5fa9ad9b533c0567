/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * standin.h: as much of makedumpfile's interface as the files of the series
 * need that are its own, in its common.h and print_info.h, so that they can be
 * compiled and run where makedumpfile's source is not to be had.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <stdio.h>

#define TRUE 1
#define FALSE 0

#define COMMON_LEVEL 2
#define ERROR_LEVEL 4
#define DEBUG_LEVEL 8

extern int message_level;
extern int flag_strerr_message;

void standin_message(int level, const char *function, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define MSG(...) standin_message(COMMON_LEVEL, NULL, __VA_ARGS__)
#define DEBUG_MSG(...) standin_message(DEBUG_LEVEL, NULL, __VA_ARGS__)
#define ERRMSG(...) standin_message(ERROR_LEVEL, __func__, __VA_ARGS__)

#endif /* STANDIN_H */
