/*
 * cli_int - what the files of cli share.
 */
#ifndef ETUI_CLI_CLI_INT_H
#define ETUI_CLI_CLI_INT_H

#include <stdint.h>

#include "cli/cli.h"
#include "db/journal.h"
#include "mime/header.h"
#include "util/buf.h"
#include "util/json.h"

enum {
	EXIT_DONE = 0,
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
	EXIT_BAD_DATA = 65,
	EXIT_SERVER = 69,
	EXIT_LATER = 75,
	EXIT_PROTOCOL = 76,
	EXIT_LOGIN = 77,
	EXIT_CONFIG = 78,
};

#define CLI_OUT_MAX ((size_t)1 << 30)

/* Text we wrote, to stdout whole; the exit code. */
int cli_print(const struct buf *out);
/* One line or text of somebody else's, clean. */
void put_clean(struct buf *out, const char *s, unsigned flags);

/* ---- id.c: account/folder/uidvalidity/key ---- */
struct id {
	char *account, *folder, *str;
	uint64_t uidvalidity;
	struct mkey key; /* str points to the one above */
};
char *id_text(const char *account, const char *folder, uint64_t uidvalidity,
    const struct mkey *key); /* yours */
int id_parse(const char *text, struct id *out, struct err *e) MUST_CHECK;
void id_done(struct id *id);

/* ---- commands ---- */
int cmd_list(struct app *a, const struct cli_args *args);
int cmd_folders(struct app *a, const struct cli_args *args);
int cmd_sync(struct app *a, const struct cli_args *args);
int cmd_show(struct app *a, const struct cli_args *args);
int cmd_show_file(const struct cli_args *args);
int cmd_docs(const char *dir);
/* Sync unless offline; an exit code, 0 also when what is here will do. */
int sync_first(struct app *a, const struct cli_args *args);

/* ---- describe.c ---- */
/* The keys of a message as one JSON object: from, to, cc, subject, date,
 * message_id, text, text_kind, attachments.  Into the object that is open. */
void describe(struct json *j, const char *bytes, size_t n);
void describe_flags(struct json *j, unsigned flags, const char *keywords);

/* ---- usage.c ---- */
struct cli_option {
	const char *name; /* "config" */
	char letter;      /* or 0 */
	const char *arg;  /* "FILE"; NULL: takes none */
	unsigned actions; /* 1 << enum cli_action */
	bool hidden;
	const char *help;
};
enum cli_option_id {
	O_ACCOUNT,
	O_CONFIG,
	O_FOLDER,
	O_DEMO,
	O_LOW_BANDWIDTH,
	O_LOG,
	O_JSON,
	O_OFFLINE,
	O_COUNT,
	O_RAW,
	O_FILE,
	O_VERSION,
	O_HELP,
	O_DOCS,
	CLI_OPTIONS
};
extern const struct cli_option cli_options[CLI_OPTIONS];
struct cli_command {
	const char *name;
	enum cli_action action;
	const char *operands; /* "[FOLDER ...]"; NULL: takes none */
	const char *help;
};
extern const struct cli_command cli_commands[];
extern const size_t cli_commands_count;
void usage_write(struct buf *out);
void usage_write_man(struct buf *out); /* etui(1) */

/* ---- sha256.c ---- */
/* To tell attachments apart in JSON; not for secrets. */
void sha256_hex(const void *p, size_t n, char out[65]);

#endif
