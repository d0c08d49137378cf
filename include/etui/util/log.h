/*
 * log - lines for the developer and the bug report, to a file the user asked
 * for (-d, or ETUI_LOG); nothing otherwise.  Never secrets, never mail text.
 * Any thread.
 */
#ifndef ETUI_UTIL_LOG_H
#define ETUI_UTIL_LOG_H

#include "util/err.h"

int log_open(const char *path, struct err *e);
void log_line(const char *room, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_close(void);

#endif
