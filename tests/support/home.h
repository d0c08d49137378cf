/*
 * home - a person's home folder, made for one test: the config, the cache and
 * the data of the program stand in it and nowhere else.
 *
 *	struct home *h = home_new();
 *	home_config(h, "[account work]\nreceive = imap\n...");
 *	struct term *t = home_start(h, 80, 24, "-f", "INBOX", NULL);
 *	...
 *	home_free(h);
 */
#ifndef ETUI_TEST_HOME_H
#define ETUI_TEST_HOME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "dovecot.h"
#include "term.h"

struct home;

/* `program` is the etui to run (ETUI_PROGRAM in e2e tests). */
struct home *home_new(const char *program);
void home_free(struct home *h);

/* Replace ~/.config/etui/config. */
void home_config(struct home *h, const char *text);
/* Append "[account NAME]" for the user on this server; tls is "none",
 * "starttls" or "implicit"; `more` (may be NULL) is further lines. */
void home_account(struct home *h, const char *name, const struct dovecot *d,
    const char *user, const char *tls, const char *more);
/* One more variable of the environment, "NAME=value"; replaces. */
void home_env(struct home *h, const char *assignment);

char *home_file(const struct home *h, const char *below); /* a path; yours */
/* Remove ~/.cache/etui: what a server can give again. */
void home_forget_cache(struct home *h);

/* Start the program in a terminal, with these arguments, NULL at the end. */
struct term *home_start(struct home *h, unsigned cols, unsigned rows, ...);
/*
 * Run it to its end without a terminal, stdin from /dev/null; its exit
 * status.  What it printed goes to *out and *diag (either may be NULL);
 * yours.  More than five minutes fail the test.
 */
int home_run(struct home *h, char **out, char **diag, ...);
/* What the last home_run() took: CPU time and peak memory. */
const struct rusage *home_usage(const struct home *h);

#endif
