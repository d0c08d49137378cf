/*
 * term - a program in a pseudo terminal, its screen read by a terminal
 * emulator (libvterm).
 *
 *	struct term *t = term_start(argv, env, 80, 24);
 *	term_expect(t, "Inbox");
 *	term_keys(t, "jj\r");
 *	term_expect(t, "Hello Ann");
 *	assert_int_equal(term_stop(t), 0);
 *
 * Functions that wait read the program's output meanwhile; nothing is read
 * otherwise.  What cannot go on ends the test and shows the screen (fail.h).
 * The program ends with the test process.
 */
#ifndef ETUI_TEST_TERM_H
#define ETUI_TEST_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct term;

/* env is all that the program gets, "NAME=value", NULL at the end. */
struct term *term_start(const char *const argv[], const char *const env[],
    unsigned cols, unsigned rows);
/* HUP, TERM, KILL until it has ended; then as term_wait_exit(). */
int term_stop(struct term *t);
/* Wait up to `ms` for the end, free t, return the exit status, 128 + signal
 * where one ended it.  A program that does not end fails the test. */
int term_wait_exit(struct term *t, int ms);
bool term_running(const struct term *t);
pid_t term_pid(const struct term *t);

void term_keys(struct term *t, const char *keys);
void term_send(struct term *t, const void *p, size_t n);
void term_resize(struct term *t, unsigned cols, unsigned rows);

/* Read until `text` stands on one row of the screen, at most `ms`. */
bool term_wait_text(struct term *t, const char *text, int ms);
bool term_wait_gone(struct term *t, const char *text, int ms);
/* The same for 30 s, ending the test when it does not come (or go). */
void term_expect(struct term *t, const char *text);
void term_expect_gone(struct term *t, const char *text);
/* Read until nothing has come for `quiet` ms (at most 30 s). */
void term_settle(struct term *t, int quiet);
void term_read(struct term *t, int ms); /* read for so long */
/* Type, and read until nothing has come for `quiet` ms: how many ms passed
 * from the key to the last byte, and how many bytes there were. */
double term_cost(struct term *t, const char *keys, int quiet, size_t *bytes);

/* The screen as text, rows without the blanks at their ends; yours. */
char *term_screen(const struct term *t);
char *term_row(const struct term *t, unsigned row);
/* The first row that holds the text, or -1. */
int term_find(const struct term *t, const char *text);
void term_cursor(const struct term *t, unsigned *col, unsigned *row);

struct term_cell {
	bool reverse, bold, underline;
};
struct term_cell term_cell(const struct term *t, unsigned col, unsigned row);

/* Every byte the program has written so far; borrowed until the next read. */
const char *term_output(const struct term *t, size_t *n);

#endif
