/*
 * config - what the user wrote: accounts, options, key bindings, colours.
 *
 * [section name], key = value, include = FILE; DESIGN section 8 has the
 * syntax.  Any error is "file:line: what, nearest known name" and the program
 * ends with 78; nothing is skipped in silence.  Passwords cannot stand here.
 *
 * Ownership: the config owns everything it hands out until config_free().
 * Threads: read-only after loading, but config_set() (UI thread, global
 * options only); workers read account options, which never change.
 */
#ifndef ETUI_CONFIG_CONFIG_H
#define ETUI_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/options.h"
#include "util/buf.h"

#define CONFIG_LINE_MAX      8192
#define CONFIG_INCLUDE_DEPTH 8
#define CONFIG_ACCOUNTS_MAX  64

struct config;
struct account; /* one [account NAME] */

/* A `command = KEY KEY` line of [bind SCOPE]; checked by whoever has the
 * command table. */
struct config_bind {
	const char *scope, *command, *keys;
	const char *file;
	int line;
};
/* A `name = attributes` line of [color]; likewise. */
struct config_color {
	const char *name, *value;
	const char *file;
	int line;
};

/* One [identity NAME]: who a message can be from.  What was not given is
 * NULL; `account` names one that exists, and signature is a whole path. */
struct config_identity {
	const char *id;
	const char *name, *address, *signature, *reply_to, *organization;
	const char *sent_folder, *account;
	const char *file;
	int line;
};

int config_load(
    const char *path, struct config **out, struct err *e) MUST_CHECK;
/* From memory, for the demo and tests; `name` stands in messages. */
int config_parse(const char *name, const char *text, struct config **out,
    struct err *e) MUST_CHECK;
void config_free(struct config *c);
char *config_path(void); /* the default place; yours */

const char *config_str(const struct config *c, enum opt o); /* NULL: not set */
int64_t config_int(const struct config *c, enum opt o);
bool config_bool(const struct config *c, enum opt o);
bool config_is(const struct config *c, enum opt o, const char *word);
/* :set NAME VALUE; only options that are not about accounts. */
int config_set(struct config *c, const char *name, const char *val,
    struct err *e) MUST_CHECK;

size_t config_accounts(const struct config *c);
/* In file order. */
const struct account *config_account(const struct config *c, size_t i);
const struct account *config_account_named(
    const struct config *c, const char *name);
const char *config_account_nearest(const struct config *c, const char *name);

/* The word in [account NAME]. */
const char *account_name(const struct account *a);
/* The account's own value, else the top level's, else the default. */
const char *account_str(const struct account *a, enum opt o);
int64_t account_int(const struct account *a, enum opt o);
bool account_bool(const struct account *a, enum opt o);
bool account_is(const struct account *a, enum opt o, const char *word);
/* As given, or by protocol and TLS; 0 for storages that have none. */
uint16_t account_receive_port(const struct account *a);
uint16_t account_send_port(const struct account *a);

size_t config_binds(const struct config *c);
const struct config_bind *config_bind_at(const struct config *c, size_t i);
size_t config_colors(const struct config *c);
const struct config_color *config_color_at(const struct config *c, size_t i);
size_t config_identities(const struct config *c);
const struct config_identity *config_identity_at(
    const struct config *c, size_t i);

/* What `name` of [color] is for; NULL when the manual does not know it.
 * Whoever draws tests that it has a row for each of its names. */
const char *config_color_help(const char *name);

/* Generated documents: config.example, and etui.conf(5) in troff. */
void config_write_example(struct buf *out);
void config_write_man(struct buf *out);

#endif
