/*
 * cli - the command line: what was asked for, and the commands that need no
 * screen.
 *
 * Exit codes: 0 done, 1 error or nothing found, 2 wrong usage; then as
 * sysexits.h has them: 65 bad data, 69 the server cannot be reached, 75 try
 * again later, 76 the server broke the protocol or cannot be trusted, 77
 * login refused, 78 the config is wrong.
 */
#ifndef ETUI_CLI_CLI_H
#define ETUI_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "app/app.h"

enum cli_action {
	CLI_SCREEN, /* the full-screen program; main's business */
	CLI_LIST,
	CLI_SHOW,
	CLI_FOLDERS,
	CLI_SYNC,
	CLI_VERSION,
	CLI_HELP,
	CLI_DOCS,
};

struct cli_args {
	enum cli_action action;
	const char *account, *config, *folder, *log;
	const char *docs;  /* folder that CLI_DOCS writes to */
	const char *count; /* list: a number or "all"; NULL */
	bool demo, low_bandwidth, json, raw, offline;
	bool file;            /* show: the operands are files, not ids */
	const char **operand; /* array is owned, strings are argv's */
	size_t noperands;
};

/* -1: wrong usage, err says what. */
int cli_parse(int argc, char *const argv[], struct cli_args *out,
    struct err *e) MUST_CHECK;
void cli_args_done(struct cli_args *args);

/* Runs any action but CLI_SCREEN; returns the exit code.  check, here and
 * below, may be NULL: a further look at the config before it is used. */
int cli_run(const struct cli_args *args,
    int (*check)(const struct config *c, struct err *e));

/* Config or demo, and the app on top of it; for main and for the commands.
 * 0, or an exit code, what is wrong having been said. */
struct cli_session {
	struct app *app;
	struct demo demo;
};
int cli_begin(const struct cli_args *args, bool online,
    int (*check)(const struct config *c, struct err *e),
    struct cli_session *out);
void cli_end(struct cli_session *s);

/* "etui: what"; clean for a terminal, to stderr.  Returns code. */
int cli_fail(int code, const char *text);
int cli_exit_code(const struct err *e);

#endif
