/* A string as JSON text, quotes and all. */
#ifndef ETUI_JSON_INT_H
#define ETUI_JSON_INT_H

#include <stddef.h>

#include "util/buf.h"

void json_put_string(struct buf *out, const char *s, size_t n);

#endif
