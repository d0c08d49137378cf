/*
 * canvas - the screen as cells in memory: what is drawn on, compared, shown
 * by a back end and dumped as text by tests.
 *
 * This is the gate to the terminal: canvas_text() takes any bytes and cleans
 * them, so that no byte of a mail, a server or a file name can act on the
 * terminal whoever forgot to clean it (SECURITY: terminal escapes).
 *
 * A cell holds one grapheme of at most CELL_BYTES bytes (further marks of a
 * longer one are dropped), its width, a semantic style and a link.  The cell
 * behind a wide one has width 0.
 *
 * Ownership: the canvas owns everything.  Threads: the UI thread's.
 */
#ifndef ETUI_UI_CANVAS_H
#define ETUI_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "style.h"
#include "util/buf.h"

#define CELL_BYTES      20
#define CANVAS_MAX_COLS 1000
#define CANVAS_MAX_ROWS 500
#define LINK_MAX        2048 /* bytes of a URL that becomes a link */
#define LINKS_MAX       512  /* on one screen */

struct cell {
	char g[CELL_BYTES];
	uint8_t n;     /* bytes in g */
	uint8_t width; /* 1, 2, or 0 behind a wide one */
	uint8_t style; /* enum style */
	uint32_t link; /* canvas_link(); 0 none */
};

struct canvas_link {
	uint32_t id;
	char *url;
};

struct canvas {
	unsigned w, h;
	struct cell *cell; /* w * h */
	bool ascii;
	unsigned cy, cx; /* where the terminal's cursor rests */
	struct canvas_link *link;
	size_t nlinks, linkcap;
	struct buf scratch;
};

void canvas_init(struct canvas *c, unsigned w, unsigned h, bool ascii);
void canvas_resize(struct canvas *c, unsigned w, unsigned h); /* and clear */
void canvas_done(struct canvas *c);
void canvas_clear(struct canvas *c);

struct cell *canvas_at(const struct canvas *c, unsigned y, unsigned x);
/* Draw at most `cols` cells of s, cleaned; returns how many were used.
 * Outside the canvas nothing is drawn. */
unsigned canvas_text(struct canvas *c, unsigned y, unsigned x, unsigned cols,
    enum style st, const char *s, size_t n);
unsigned canvas_puts(struct canvas *c, unsigned y, unsigned x, unsigned cols,
    enum style st, const char *s);
/* The same, ending in an ellipsis when it does not fit. */
unsigned canvas_cut(struct canvas *c, unsigned y, unsigned x, unsigned cols,
    enum style st, const char *s);
void canvas_fill(
    struct canvas *c, unsigned y, unsigned x, unsigned cols, enum style st);
/* Other style, same text. */
void canvas_restyle(
    struct canvas *c, unsigned y, unsigned x, unsigned cols, enum style st);
/* Keeps the URL until the next clear; 0 when it is none we would show. */
uint32_t canvas_link(struct canvas *c, const char *url, size_t n);
const char *canvas_url(const struct canvas *c, uint32_t id); /* or NULL */
void canvas_set_link(
    struct canvas *c, unsigned y, unsigned x, unsigned cols, uint32_t id);

bool cell_same(const struct cell *a, const struct cell *b);
/* Rows as text without trailing blanks, LF after each. */
void canvas_dump(const struct canvas *c, struct buf *out);

#endif
