/*
 * os - files saved whole, directories, clocks, child processes.
 */
#ifndef ETUI_UTIL_OS_H
#define ETUI_UTIL_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/buf.h"
#include "util/cancel.h"

/* Replace `path` whole or not at all (temporary file, fsync, rename, fsync of
 * the folder); mode 0600. */
int os_save(
    const char *path, const void *p, size_t n, struct err *e) MUST_CHECK;
/* Append the whole file to out, whose max is the bound (ERR_LIMIT). */
int os_read_file(const char *path, struct buf *out, struct err *e) MUST_CHECK;
/* Mode 0700, like mkdir -p. */
int os_mkdirs(const char *path, struct err *e) MUST_CHECK;
int os_remove_tree(const char *path, struct err *e); /* does not follow links */
/* A new directory in $TMPDIR or /tmp; yours to free and remove. */
char *os_tempdir(const char *prefix, struct err *e) MUST_CHECK;

enum os_dir { OS_CONFIG, OS_CACHE, OS_DATA, OS_STATE, OS_RUNTIME };
/* $XDG_..._HOME/etui, or the standard fallback below $HOME; yours. */
char *os_dir(enum os_dir which);
/* "~/x" and "$VAR/x" at the start become absolute; yours. */
char *os_expand(const char *path);

int64_t os_now_ms(void); /* monotonic */
int64_t os_time(void);   /* seconds since 1970 */

/*
 * Run /bin/sh -c `command` (a command of the user's own config, never text
 * from a message), stdin from /dev/null, append its stdout to out.  Non-zero
 * exit, signal, timeout or cancel is an error that quotes the first line of
 * its stderr.  Default signals, closed fds.
 */
int os_capture(const char *command, int timeout_ms, struct cancel *c,
    struct buf *out, struct err *e) MUST_CHECK;

/*
 * Start argv with default signal mask and handlers, its stdin fed from
 * (in, in_len) when `in` is not NULL (by a thread-free writer before waiting),
 * stdin/stdout/stderr otherwise inherited.  Waits.  *status is wait's.
 */
int os_run(const char *const argv[], const void *in, size_t in_len, int *status,
    struct err *e) MUST_CHECK;

#endif
