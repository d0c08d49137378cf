/* What the files of this room share among themselves. */
#ifndef ETUI_CONFIG_INT_H
#define ETUI_CONFIG_INT_H

#include "config/config.h"
#include "util/buf.h"
#include "util/mem.h"

#define CONFIG_FILE_MAX     (4 * 1024 * 1024)
#define CONFIG_INCLUDES_MAX 256 /* in all: a file may include and include */
#define CONFIG_NAME_MAX     64
#define SHOWN_MAX           64

struct place {
	const char *file;
	int line; /* 0: nowhere */
};

/* One option's value, as written and as a number. */
struct value {
	const char *str; /* NULL: not set */
	int64_t num;
	struct place at;
};

struct account {
	const char *name;
	struct place at;
	struct value own[OPT_COUNT];
	const struct config *config;
};

struct config {
	struct arena arena; /* all strings, accounts and sections */
	struct value top[OPT_COUNT];
	struct account **account;
	size_t accounts, accounts_cap;
	struct config_bind *bind;
	size_t binds, binds_cap;
	struct config_color *color;
	size_t colors, colors_cap;
	struct config_identity *identity;
	size_t identities, identities_cap;
};

/* What somebody wrote, fit for an error message: cleaned and short. */
const char *shown(const char *s, char space[SHOWN_MAX * 4]);
/* Put "file:line: " in front of the error; returns -1. */
int err_at(struct err *e, const struct place *at);

/* option_value.c: the number behind a checked value (bool, enum index...). */
int64_t option_number(const struct option *o, const char *val);

/* The place of `val` in a blank-separated list; -1 when it has none. */
int word_index(const char *words, const char *val);

/* account.c: what only makes sense together. */
int account_check(const struct account *a, struct err *e) MUST_CHECK;

/* check.c: is `val` an address, a host name...  The error says what is not. */
int check_address(const char *val, struct err *e) MUST_CHECK;
int check_host(const char *val, struct err *e) MUST_CHECK;
int check_charset(const char *val, struct err *e) MUST_CHECK;
int check_headers(const char *val, struct err *e) MUST_CHECK;
int check_index_format(const char *val, struct err *e) MUST_CHECK;
int check_date_format(const char *val, struct err *e) MUST_CHECK;

/*
 * reader.c: lines become calls.  `current` is whatever section() made of the
 * section that the line stands in, NULL before the first.  An included file
 * goes on in the section it was included from, and does not change it.
 */
struct sink {
	void *ctx;
	int (*section)(void *ctx, const struct place *at, const char *kind,
	    const char *name, void **current, struct err *e);
	int (*entry)(void *ctx, void *current, const struct place *at,
	    const char *key, const char *value, struct err *e);
};

int read_config_file(const char *path, struct arena *a, const struct sink *sink,
    struct err *e) MUST_CHECK;
int read_config_text(const char *name, const char *text, size_t n,
    struct arena *a, const struct sink *sink, struct err *e) MUST_CHECK;
/* `path` as seen from the file it was written in; in the arena. */
const char *path_from(struct arena *a, const char *file, const char *path);

#endif
