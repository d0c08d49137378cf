/*
 * scratch - small things that tests of the whole program need: a temporary
 * folder, files in it, commands, free ports, bounded waits.
 *
 * All of them end the test (fail.h) instead of returning an error.
 */
#ifndef ETUI_TEST_SCRATCH_H
#define ETUI_TEST_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A new folder below $TMPDIR or /tmp, mode 0755; yours to remove. */
char *scratch_dir(void);
void scratch_remove(char *dir); /* the folder, what is in it, and the string */

char *scratch_printf(const char *fmt, ...)
    __attribute__((format(printf, 1, 2))); /* yours */
void scratch_mkdirs(const char *path);
void scratch_write(const char *path, const void *p, size_t n);
char *scratch_read(const char *path, size_t *n); /* yours; NUL-terminated */
bool scratch_exists(const char *path);

/* Run argv to its end (60 s), output to /dev/null; the exit status. */
int scratch_run(const char *const argv[]);
/* Ask the kernel for a loopback port that nobody has. */
uint16_t scratch_port(void);
int64_t scratch_ms(void); /* a monotonic clock */
void scratch_sleep_ms(int ms);
/* Wait up to `ms` for the child to end, leaving it to be reaped. */
bool scratch_ended(pid_t child, int ms);
/* TERM, then KILL, to our own child, and reap it; its wait status. */
int scratch_stop(pid_t child, int ms);

#endif
