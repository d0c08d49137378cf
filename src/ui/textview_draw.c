#include <stdio.h>
#include <string.h>
#include <wctype.h>

#include "textview_int.h"
#include "url.h"
#include "util/utf8.h"

/* ---- search ---- */

static int32_t
fold(int32_t cp)
{
	return cp < 0x80 ? (cp >= 'A' && cp <= 'Z' ? cp + 32 : cp)
			 : (int32_t)towlower((wint_t)cp);
}

static void
take_needle(struct textview *tv, const char *text)
{
	size_t n = strlen(text), at = 0;
	int32_t cp;

	tv->nneedle = 0;
	while (at < n && tv->nneedle < NEEDLE_MAX) {
		at += utf8_next(text + at, n - at, &cp);
		tv->needle[tv->nneedle++] = fold(cp);
	}
}

/* Bytes that the needle takes at s; 0: it does not stand there. */
static size_t
match_at(const struct textview *tv, const char *s, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < tv->nneedle; i++) {
		int32_t cp;
		size_t len = utf8_next(s + at, n - at, &cp);

		if (len == 0 || fold(cp) != tv->needle[i])
			return 0;
		at += len;
	}
	return at;
}

bool
textview_match(const struct textview *tv, const char *s, size_t n, size_t from,
    size_t *start, size_t *len)
{
	if (tv->nneedle == 0)
		return false;
	for (size_t i = from; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) == 0x80)
			continue;
		*len = match_at(tv, s + i, n - i);
		if (*len > 0) {
			*start = i;
			return true;
		}
	}
	return false;
}

/* The last match that begins before `before`. */
static bool
match_before(const struct textview *tv, const struct tv_line *l, size_t before,
    size_t *start)
{
	size_t at = 0, len;
	bool any = false;

	while (textview_match(tv, l->s, l->n, at, &at, &len) && at < before) {
		*start = at;
		any = true;
		at += len;
	}
	return any;
}

static bool
match_line(struct textview *tv, size_t i, int dir, size_t from, size_t *off)
{
	struct tv_line l = {.n = 0};
	size_t len;

	tv->line(tv->ctx, i, &l);
	if (dir > 0)
		return textview_match(tv, l.s, l.n, from, off, &len);
	return match_before(tv, &l, from, off);
}

static void
show_place(struct textview *tv, size_t line, size_t off)
{
	size_t row = textview_row_of(tv, line, off);

	tv->have_found = true;
	tv->found_line = line;
	tv->found_off = off;
	if (row >= tv->top && row < tv->top + tv->h)
		return;
	tv->top = row;
	/* Behind the end there is nothing to see. */
	while (tv->top > 0 && !textview_need(tv, tv->top + tv->h - 1))
		tv->top--;
}

static void
search_start(struct textview *tv, int dir, size_t *line, size_t *off)
{
	size_t shown = tv->top < tv->nrows ? tv->row[tv->top].line : 0;

	*line = shown;
	*off = tv->top < tv->nrows ? tv->row[tv->top].off : 0;
	if (tv->have_found && tv->found_line >= shown) {
		*line = tv->found_line;
		*off = tv->found_off + (dir > 0);
	}
}

enum tv_found
textview_search(struct textview *tv, const char *text, int dir)
{
	size_t n = tv->count(tv->ctx), line, off, at;

	if (text != NULL) {
		take_needle(tv, text);
		tv->have_found = false;
	}
	textview_need(tv, tv->top + tv->h);
	if (n == 0 || tv->nneedle == 0)
		return TV_NOT_FOUND;
	search_start(tv, dir, &line, &off);
	for (size_t k = 0; k <= n; k++) {
		size_t i = dir > 0 ? (line + k) % n : (line + n - k % n) % n;
		size_t from = k == 0 ? off : dir > 0 ? 0 : SIZE_MAX;
		bool wrapped = k > 0 && (dir > 0 ? i <= line : i >= line);

		if (!match_line(tv, i, dir, from, &at))
			continue;
		show_place(tv, i, at);
		return wrapped ? TV_WRAPPED : TV_FOUND;
	}
	return TV_NOT_FOUND;
}

/* ---- drawing ---- */

/* Where a row's bytes stand on the canvas. */
struct place {
	struct canvas *c;
	unsigned y, x, cols;
	const struct tv_line *l;
	const struct tv_row *r;
};

/* Cells of the part [from, to) of the line that this row shows. */
static bool
cells_of(
    const struct place *p, size_t from, size_t to, unsigned *x, unsigned *cols)
{
	size_t end = p->r->off + p->r->len;
	const char *s = p->l->s;

	if (from < p->r->off)
		from = p->r->off;
	if (to > end)
		to = end;
	if (from >= to)
		return false;
	*x = p->x + (unsigned)utf8_width(s + p->r->off, from - p->r->off);
	*cols = (unsigned)utf8_width(s + from, to - from);
	return *x < p->x + p->cols;
}

/* A window of the line around the row, in which a URL or match that the row
 * shows a part of must begin. */
static size_t
window_start(const struct place *p, size_t back)
{
	return p->r->off > back ? p->r->off - back : 0;
}

static void
mark_links(const struct place *p)
{
	size_t at = window_start(p, URL_MAX), len;
	size_t end = p->r->off + p->r->len;
	size_t n = p->l->n - end > URL_MAX ? end + URL_MAX : p->l->n;

	while (at < end && url_find(p->l->s, n, at, &at, &len)) {
		unsigned x, cols;

		if (cells_of(p, at, at + len, &x, &cols)) {
			canvas_restyle(p->c, p->y, x, cols, ST_LINK);
			canvas_set_link(p->c, p->y, x, cols,
			    canvas_link(p->c, p->l->s + at, len));
		}
		at += len;
	}
}

static void
mark_matches(const struct textview *tv, const struct place *p)
{
	size_t at = window_start(p, NEEDLE_MAX * 4), len;
	size_t end = p->r->off + p->r->len;
	size_t n = p->l->n - end > NEEDLE_MAX * 4 ? end + NEEDLE_MAX * 4
						  : p->l->n;

	while (at < end && textview_match(tv, p->l->s, n, at, &at, &len)) {
		unsigned x, cols;

		if (cells_of(p, at, at + len, &x, &cols))
			canvas_restyle(p->c, p->y, x, cols, ST_FOUND);
		at += len;
	}
}

static void
draw_fold(const struct place *p)
{
	char text[64];

	snprintf(text, sizeof text, "[%zu quoted line%s]", p->r->folded,
	    p->r->folded == 1 ? "" : "s");
	canvas_puts(p->c, p->y, p->x, p->cols, ST_QUOTE1, text);
}

static void
draw_row(struct textview *tv, struct place *p)
{
	const struct tv_line *l = p->l;
	unsigned before = p->x, x, cols;

	if (p->r->folded > 0) {
		draw_fold(p);
		return;
	}
	if (l->prefix != NULL)
		p->x += canvas_puts(
		    p->c, p->y, p->x, p->cols, l->style, l->prefix);
	if (p->r->off > 0)
		p->x += l->indent < p->cols ? l->indent : 0;
	p->cols -= p->x - before < p->cols ? p->x - before : p->cols;
	canvas_text(
	    p->c, p->y, p->x, p->cols, l->style, l->s + p->r->off, p->r->len);
	if (l->head > 0 && cells_of(p, 0, l->head, &x, &cols))
		canvas_restyle(p->c, p->y, x, cols, l->head_style);
	if (l->links)
		mark_links(p);
	if (tv->nneedle > 0)
		mark_matches(tv, p);
}

void
textview_draw(struct textview *tv, struct canvas *c, unsigned y, unsigned x)
{
	size_t n = tv->count(tv->ctx);

	textview_need(tv, tv->top + tv->h);
	for (unsigned i = 0; i < tv->h && tv->top + i < tv->nrows; i++) {
		struct tv_line l = {.n = 0};
		struct place p = {.c = c,
		    .y = y + i,
		    .x = x,
		    .cols = tv->w,
		    .l = &l,
		    .r = &tv->row[tv->top + i]};

		if (p.r->line >= n)
			break;
		tv->line(tv->ctx, p.r->line, &l);
		if (p.r->off + p.r->len > l.n)
			continue; /* the line changed under us: next frame */
		draw_row(tv, &p);
	}
}
