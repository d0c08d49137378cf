/*
 * Rows are made from the top as they are needed; a place is (line, offset),
 * so that it survives wrapping anew.
 */
#include <stdlib.h>
#include <string.h>

#include "textview_int.h"
#include "util/mem.h"
#include "util/utf8.h"

void
textview_done(struct textview *tv)
{
	free(tv->row);
	tv->row = NULL;
	tv->nrows = tv->cap = 0;
}

static void
drop_rows(struct textview *tv)
{
	tv->nrows = 0;
	tv->next = tv->next_off = 0;
}

static void
add_row(struct textview *tv, struct tv_row r)
{
	mem_grow(&tv->row, &tv->cap, tv->nrows + 1, sizeof *tv->row);
	tv->row[tv->nrows++] = r;
}

/* ---- wrapping ---- */

static int
columns_for(const struct textview *tv, const struct tv_line *l, bool first)
{
	unsigned w = tv->w, less = first ? 0 : l->indent;

	if (tv->wrap > 0 && tv->wrap < w)
		w = tv->wrap;
	if (l->prefix != NULL)
		less += (unsigned)utf8_width(l->prefix, strlen(l->prefix));
	return w > less + 4 ? (int)(w - less) : 4;
}

/* The next rows of a line, at most `max`; false: there are more. */
static bool
wrap_line(struct textview *tv, const struct tv_line *l, size_t max)
{
	do {
		size_t at = tv->next_off, skip = 0;
		struct tv_row r = {.line = tv->next, .off = at};

		r.len = utf8_wrap(
		    l->s + at, l->n - at, columns_for(tv, l, at == 0), &skip);
		if (r.len + skip == 0)
			r.len = l->n - at;
		add_row(tv, r);
		tv->next_off += r.len + skip;
	} while (tv->next_off < l->n && --max > 0);
	return tv->next_off >= l->n;
}

static void
add_fold(struct textview *tv, size_t i)
{
	struct tv_row *last = tv->nrows > 0 ? &tv->row[tv->nrows - 1] : NULL;

	if (last != NULL && last->folded > 0 && last->line + last->folded == i)
		last->folded++;
	else
		add_row(tv, (struct tv_row){.line = i, .folded = 1});
}

bool
textview_need(struct textview *tv, size_t rows)
{
	size_t n = tv->count(tv->ctx);

	/* A fold is complete when a line behind it is there. */
	while (tv->nrows <= rows && tv->next < n) {
		struct tv_line l = {.n = 0};

		tv->line(tv->ctx, tv->next, &l);
		if (tv->fold_quotes && l.quoted)
			add_fold(tv, tv->next);
		else if (!wrap_line(tv, &l, rows + 1 - tv->nrows))
			continue;
		tv->next++;
		tv->next_off = 0;
	}
	return tv->nrows > rows;
}

size_t
textview_row_of(struct textview *tv, size_t line, size_t off)
{
	size_t lo = 0, hi;

	while ((tv->next < line || (tv->next == line && tv->next_off <= off)) &&
	       textview_need(tv, tv->nrows + 64))
		;
	/* The last row that does not begin behind the place. */
	hi = tv->nrows;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		const struct tv_row *r = &tv->row[mid];

		if (r->line > line || (r->line == line && r->off > off))
			hi = mid;
		else
			lo = mid;
	}
	return lo;
}

void
textview_reset(struct textview *tv, bool keep_place)
{
	size_t line = 0, off = 0;

	if (keep_place && tv->top < tv->nrows) {
		line = tv->row[tv->top].line;
		off = tv->row[tv->top].off;
	}
	drop_rows(tv);
	tv->have_found = false;
	tv->top = line + off > 0 ? textview_row_of(tv, line, off) : 0;
}

void
textview_size(struct textview *tv, unsigned w, unsigned h)
{
	bool anew = w != tv->w;

	tv->h = h > 0 ? h : 1;
	if (!anew)
		return;
	if (tv->nrows > 0 && tv->top < tv->nrows) {
		size_t line = tv->row[tv->top].line;
		size_t off = tv->row[tv->top].off;

		tv->w = w;
		drop_rows(tv);
		tv->top = line + off > 0 ? textview_row_of(tv, line, off) : 0;
		return;
	}
	tv->w = w;
	drop_rows(tv);
}

/* ---- moving ---- */

bool
textview_at_end(struct textview *tv)
{
	return !textview_need(tv, tv->top + tv->h);
}

/* The furthest that scrolling goes: the last screen full. */
static size_t
last_top(struct textview *tv)
{
	while (textview_need(tv, tv->nrows + 4096))
		;
	return tv->nrows > tv->h ? tv->nrows - tv->h : 0;
}

static size_t
scrolled(struct textview *tv, long n)
{
	size_t back = (size_t)(n < 0 ? -(n + 1) : 0) + 1;

	if (n < 0)
		return tv->top > back ? tv->top - back : 0;
	if (textview_need(tv, tv->top + (size_t)n + tv->h))
		return tv->top + (size_t)n;
	return last_top(tv) > tv->top ? last_top(tv) : tv->top;
}

bool
textview_move(
    struct textview *tv, enum front_move how, long n, unsigned context)
{
	size_t was = tv->top;
	long page = (long)(tv->h > context ? tv->h - context : 1);
	long half = (long)(tv->h > 1 ? tv->h / 2 : 1);

	/* What no text is long enough for; keeps the products in range. */
	if (n > 1000000 || n < -1000000)
		n = n > 0 ? 1000000 : -1000000;
	switch (how) {
	case MOVE_LINES:
		tv->top = scrolled(tv, n);
		break;
	case MOVE_PAGES:
		tv->top = scrolled(tv, n * page);
		break;
	case MOVE_HALVES:
		tv->top = scrolled(tv, n * half);
		break;
	case MOVE_FIRST:
		tv->top = 0;
		break;
	case MOVE_LAST:
		tv->top = last_top(tv);
		break;
	case MOVE_TO:
		tv->top = 0;
		tv->top = scrolled(tv, n > 0 ? n : 0);
		break;
	case MOVE_QUOTED:
		return textview_skip_quoted(tv);
	}
	return tv->top != was;
}

bool
textview_skip_quoted(struct textview *tv)
{
	size_t i = tv->top, was = tv->top;
	bool inside = false;

	for (; textview_need(tv, i); i++) {
		const struct tv_row *r = &tv->row[i];
		struct tv_line l = {.n = 0};

		tv->line(tv->ctx, r->line, &l);
		if (inside && !l.quoted) {
			tv->top = i;
			return tv->top != was;
		}
		inside = inside || l.quoted;
	}
	return false;
}

unsigned
textview_percent(struct textview *tv)
{
	size_t n = tv->count(tv->ctx), at;

	if (textview_at_end(tv) || n == 0)
		return 100;
	at = tv->row[tv->top + tv->h - 1].line;
	return (unsigned)(at * 100 / n);
}
