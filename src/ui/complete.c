/*
 * Completion at a prompt, and how a prompt is drawn.
 *
 * A candidate may be the whole line or its last part: it replaces the longest
 * end of the line, beginning at a word, that it starts with.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "prompt_int.h"
#include "util/mem.h"
#include "util/utf8.h"

#define PROMPT_COLS_MIN 4

void
prompt_close_choices(struct prompt *p)
{
	for (size_t i = 0; i < p->nchoices; i++)
		free(p->choice[i]);
	free(p->choice);
	p->choice = NULL;
	p->nchoices = p->chosen = p->choice_top = 0;
	p->cycling = false;
}

/* Where what the candidate replaces begins in the text. */
static size_t
replaced_from(const char *text, const char *candidate)
{
	const char *blank = strchr(text, ' ');

	if (blank != NULL &&
	    strncmp(text, candidate, (size_t)(blank - text) + 1) == 0)
		return 0;
	for (size_t at = 0; text[at] != '\0'; at++) {
		if (at > 0 && text[at - 1] != ' ')
			continue;
		if (strncasecmp(text + at, candidate, strlen(text + at)) == 0)
			return at;
	}
	if (text[0] != '\0' && text[strlen(text) - 1] == ' ')
		return strlen(text);
	return blank == NULL ? 0 : (size_t)(blank + 1 - text);
}

static size_t
common_prefix(const struct prompt *p)
{
	const char *first = p->choice[0];
	size_t n = strlen(first);

	for (size_t i = 1; i < p->nchoices; i++) {
		size_t k = 0;

		while (k < n && first[k] == p->choice[i][k])
			k++;
		n = k;
	}
	while (n > 0 && ((unsigned char)first[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
fetch_choices(struct prompt *p)
{
	char **v = NULL;
	size_t n;

	if (p->q.complete == NULL)
		return;
	n = p->q.complete(p->q.ctx, p->text, &v);
	while (n > CHOICES_MAX)
		free(v[--n]);
	p->choice = v;
	p->nchoices = n;
	if (n == 0) {
		free(v);
		p->choice = NULL;
	}
}

static void
replace_end(struct prompt *p, const char *s, size_t n)
{
	prompt_splice(p, p->keep, p->n, s, n);
	if (p->q.changed != NULL)
		p->q.changed(p->q.ctx, p->text);
}

static void
first_tab(struct prompt *p)
{
	size_t n;

	fetch_choices(p);
	if (p->nchoices == 0)
		return;
	p->keep = replaced_from(p->text, p->choice[0]);
	if (p->nchoices == 1) {
		replace_end(p, p->choice[0], strlen(p->choice[0]));
		prompt_close_choices(p);
		return;
	}
	/* Candidates may only hold what was typed: that is not given up for
	 * another beginning that they share. */
	n = common_prefix(p);
	if (n >= p->n - p->keep &&
	    strncasecmp(p->text + p->keep, p->choice[0], p->n - p->keep) == 0)
		replace_end(p, p->choice[0], n);
}

void
prompt_complete(struct prompt *p, int dir)
{
	size_t n = p->nchoices;

	p->cur = p->n;
	if (n == 0) {
		first_tab(p);
		return;
	}
	if (!p->cycling)
		p->chosen = dir > 0 ? 0 : n - 1;
	else
		p->chosen = (p->chosen + (dir > 0 ? 1 : n - 1)) % n;
	p->cycling = true;
	replace_end(p, p->choice[p->chosen], strlen(p->choice[p->chosen]));
}

/* ---- drawing ---- */

static void
draw_choices(struct prompt *p, struct canvas *c, unsigned y)
{
	size_t rows = p->nchoices;
	unsigned wide = 10;

	if (rows > CHOICES_SHOWN)
		rows = CHOICES_SHOWN;
	if (rows > y)
		rows = y;
	if (rows == 0)
		return;
	if (p->chosen < p->choice_top)
		p->choice_top = p->chosen;
	if (p->chosen >= p->choice_top + rows)
		p->choice_top = p->chosen + 1 - rows;
	for (size_t i = 0; i < rows; i++) {
		const char *s = p->choice[p->choice_top + i];
		int w = utf8_width(s, strlen(s));

		if (w > 0 && (unsigned)w > wide)
			wide = (unsigned)w;
	}
	if (wide > c->w - 2)
		wide = c->w - 2;
	for (size_t i = 0; i < rows; i++) {
		size_t at = p->choice_top + i;
		enum style st = p->cycling && at == p->chosen ? ST_CHOSEN
							      : ST_CHOICE;
		unsigned row = y - (unsigned)rows + (unsigned)i;

		canvas_fill(c, row, 0, c->w, ST_NORMAL);
		canvas_fill(c, row, 0, wide + 2, st);
		canvas_cut(c, row, 1, wide, st, p->choice[at]);
	}
}

/* Scroll the text so that the cursor is among the `cols` cells shown. */
static void
scroll_to_cursor(struct prompt *p, int cols)
{
	if (p->left > p->cur)
		p->left = p->cur;
	while (p->left < p->cur &&
	       utf8_width(p->text + p->left, p->cur - p->left) >= cols) {
		int w;

		p->left += utf8_grapheme(p->text + p->left, p->n - p->left, &w);
	}
}

/* Of what is asked: the next row's worth.  The last keeps its blank. */
static size_t
label_row(const struct prompt *p, const char *s, unsigned w, size_t *skip)
{
	unsigned cols = p->q.secret ? w - 1 : w * 2 / 3;
	size_t n = strlen(s);

	*skip = 0;
	if ((unsigned)utf8_width(s, n) <= cols)
		return n;
	return utf8_wrap(s, n, (int)cols, skip);
}

unsigned
prompt_rows(const struct prompt *p, unsigned w, unsigned max)
{
	const char *s = p->q.prompt;
	unsigned rows = 0;
	size_t skip;

	if (p->searching || w < PROMPT_COLS_MIN)
		return 1;
	do {
		s += label_row(p, s, w, &skip);
		s += skip;
		rows++;
	} while (*s != '\0' && rows < max);
	return rows;
}

static unsigned
draw_label(
    const struct prompt *p, struct canvas *c, unsigned top, unsigned rows)
{
	const char *s = p->q.prompt;
	unsigned x = 0;
	size_t n, skip;

	for (unsigned i = 0; i < rows; i++) {
		n = label_row(p, s, c->w, &skip);
		x = canvas_text(c, top + i, 0, c->w, ST_PROMPT, s, n);
		s += n + skip;
	}
	return x;
}

static unsigned
draw_searching(const struct prompt *p, struct canvas *c, unsigned y)
{
	unsigned x = canvas_puts(c, y, 0, c->w / 3, ST_PROMPT, "(history '");

	x += canvas_puts(c, y, x, c->w / 3, ST_PROMPT, p->needle);
	return x + canvas_puts(c, y, x, c->w / 3, ST_PROMPT, "') ");
}

void
prompt_draw(struct prompt *p, struct canvas *c, unsigned y)
{
	unsigned rows = prompt_rows(p, c->w, y + 1), top = y + 1 - rows, x;

	if (c->w < PROMPT_COLS_MIN || y >= c->h)
		return;
	for (unsigned i = top; i <= y; i++)
		canvas_fill(c, i, 0, c->w, ST_PROMPT);
	draw_choices(p, c, top);
	x = p->searching ? draw_searching(p, c, y)
			 : draw_label(p, c, top, rows);
	if (!p->q.secret) {
		scroll_to_cursor(p, (int)(c->w - x));
		canvas_text(c, y, x, c->w - x, ST_PROMPT, p->text + p->left,
		    p->n - p->left);
		x += (unsigned)utf8_width(p->text + p->left, p->cur - p->left);
	}
	c->cy = y;
	c->cx = x < c->w ? x : c->w - 1;
}
