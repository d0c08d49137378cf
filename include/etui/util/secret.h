/*
 * secret - a password or token: wiped when freed, never printed, never in an
 * err, a log or a trace.
 */
#ifndef ETUI_UTIL_SECRET_H
#define ETUI_UTIL_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct secret {
	char *data; /* NUL-terminated; NULL when there is none */
	size_t len;
};
#define SECRET_INIT                                                            \
	{                                                                      \
		.data = NULL                                                   \
	}

void secret_set(struct secret *s, const char *p, size_t n); /* wipes the old */
void secret_copy(struct secret *to, const struct secret *from);
bool secret_is_set(const struct secret *s);
void secret_free(struct secret *s);

#endif
