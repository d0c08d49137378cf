/* identity - who mail is from: [identity NAME]. */
#ifndef ETUI_CONFIG_IDENTITY_H
#define ETUI_CONFIG_IDENTITY_H

#include "config_int.h"

/* *out is its number. */
int identity_new(struct config *c, const char *id, const struct place *at,
    size_t *out, struct err *e) MUST_CHECK;
int identity_set(struct config *c, size_t i, const struct place *at,
    const char *key, const char *value, struct err *e) MUST_CHECK;

#endif
