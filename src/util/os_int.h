/* Shared by the os files of this room. */
#ifndef ETUI_OS_INT_H
#define ETUI_OS_INT_H

#include <stddef.h>

int os_write_all(int fd, const void *p, size_t n); /* errno */

#endif
