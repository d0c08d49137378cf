/*
 * tty - a canvas on a real terminal.  The one back end is curses.c, the only
 * file that knows ncurses; keys do not come from here (input.h).
 */
#ifndef ETUI_UI_TTY_H
#define ETUI_UI_TTY_H

#include "canvas.h"

struct tty;

enum tty_flags {
	TTY_MONO = 1 << 0,  /* no colours whatever the terminal can do */
	TTY_PLAIN = 1 << 1, /* nothing but characters: no links (few bytes) */
};

/* Takes the terminal of stdin and stdout into screen mode. */
int tty_open(const struct look look[ST_COUNT], unsigned flags, struct tty **out,
    struct err *e) MUST_CHECK;
/* hung_up: the terminal is gone, do not write to it. */
void tty_close(struct tty *t, bool hung_up);
/* What the terminal says now; bounded. */
void tty_size(unsigned *w, unsigned *h);
void tty_resized(struct tty *t, unsigned w, unsigned h);
/* Bring the screen to what is on the canvas: writes only what changed, and
 * nothing when nothing did. */
void tty_show(struct tty *t, const struct canvas *c);
void tty_repaint(struct tty *t); /* the next show draws everything (^L) */
/* Give the terminal away (a child, ^Z), and take it back. */
void tty_leave(struct tty *t);
void tty_enter(struct tty *t);
/* Left, but keys come at once: for "press any key". */
void tty_raw(struct tty *t);
/* The byte that the terminal's Backspace sends. */
unsigned char tty_erase(const struct tty *t);

#endif
