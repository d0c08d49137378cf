/*
 * textview - lines of text one scrolls and searches: the pager, help, jobs,
 * traces and notices are all one of these.
 *
 * The lines stay with their owner and are asked for by number; what is kept
 * here is how they wrap, and only as far as somebody has looked: opening a
 * message of a million lines costs one screen of it.
 *
 *	tv.ctx = mail; tv.count = ...; tv.line = ...;
 *	textview_size(&tv, w, h);
 *	textview_draw(&tv, canvas, y, x);
 */
#ifndef ETUI_UI_TEXTVIEW_H
#define ETUI_UI_TEXTVIEW_H

#include "app/app.h"
#include "canvas.h"

#define NEEDLE_MAX 200

struct tv_line {
	const char *s; /* clean text; lasts until the next line is asked for */
	size_t n;
	enum style style;
	size_t head; /* first bytes in ST_HEADER_NAME (or ST_KEY) style */
	enum style head_style;
	const char *prefix; /* in front of every row of it; or NULL */
	unsigned indent;    /* of rows after the first */
	bool links;         /* URLs in it are links */
	bool quoted;        /* folds away with fold_quotes */
};

struct tv_row {
	size_t line;
	size_t off, len; /* bytes of the line's text */
	size_t folded;   /* > 0: stands for so many quoted lines */
};

struct textview {
	void *ctx;
	size_t (*count)(void *ctx);
	void (*line)(void *ctx, size_t i, struct tv_line *out);
	bool fold_quotes;
	unsigned wrap; /* columns; 0: the window */

	unsigned w, h;
	struct tv_row *row;
	size_t nrows, cap;
	size_t next;     /* the first line that is not all in rows yet, */
	size_t next_off; /* and how much of it is */
	size_t top;      /* row */

	int32_t needle[NEEDLE_MAX]; /* folded code points */
	size_t nneedle;
	bool have_found;
	size_t found_line, found_off;
};

void textview_done(struct textview *tv);
/* The lines are others now: forget rows and place (keep_place: same text,
 * more of it). */
void textview_reset(struct textview *tv, bool keep_place);
void textview_size(struct textview *tv, unsigned w, unsigned h);
/* Moves by rows; `context` rows stay when paging.  False: was at the end. */
bool textview_move(
    struct textview *tv, enum front_move how, long n, unsigned context);
enum tv_found { TV_FOUND, TV_WRAPPED, TV_NOT_FOUND };
/* text NULL: the last one again. */
enum tv_found textview_search(struct textview *tv, const char *text, int dir);
void textview_draw(
    struct textview *tv, struct canvas *c, unsigned y, unsigned x);
bool textview_at_end(struct textview *tv);
/* How far the last row shown is into the text, 0..100. */
unsigned textview_percent(struct textview *tv);

#endif
