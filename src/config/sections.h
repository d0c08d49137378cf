/* sections - what a line means in the section it stands in. */
#ifndef ETUI_CONFIG_SECTIONS_H
#define ETUI_CONFIG_SECTIONS_H

#include "config_int.h"

/* The two halves of struct sink; ctx is the struct config. */
int config_section(void *ctx, const struct place *at, const char *kind,
    const char *name, void **current, struct err *e);
int config_entry(void *ctx, void *current, const struct place *at,
    const char *key, const char *value, struct err *e);

/* A checked value. */
void value_store(struct config *c, struct value *to, const struct option *o,
    const char *val, const struct place *at);
/* `where`: "" or " in [account x]".  Returns -1. */
int unknown_option(const char *name, const char *where, struct err *e);
int identities_check(const struct config *c, struct err *e) MUST_CHECK;

#endif
