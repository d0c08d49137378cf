/*
 * Text takes one of two ways: printable ASCII goes into the cells byte by
 * byte (nearly all of every screen), everything else through utf8_clean()
 * and grapheme by grapheme.  Cleaning what is clean changes nothing, so
 * callers need not know which text was cleaned before.
 */
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "util/mem.h"
#include "util/utf8.h"

/* A grapheme may be long, but who wants more than this many bytes shown in
 * one cell is up to no good. */
#define BYTES_PER_COL 64

static const struct cell blank = {.g = " ", .n = 1, .width = 1};

static unsigned
bounded(unsigned v, unsigned max)
{
	return v > max ? max : v;
}

void
canvas_init(struct canvas *c, unsigned w, unsigned h, bool ascii)
{
	*c = (struct canvas){.ascii = ascii};
	c->scratch.max = SIZE_MAX;
	canvas_resize(c, w, h);
}

void
canvas_resize(struct canvas *c, unsigned w, unsigned h)
{
	free(c->cell);
	c->w = bounded(w, CANVAS_MAX_COLS);
	c->h = bounded(h, CANVAS_MAX_ROWS);
	c->cell = mem_array((size_t)c->w * c->h + 1, sizeof *c->cell);
	canvas_clear(c);
}

static void
drop_links(struct canvas *c)
{
	for (size_t i = 0; i < c->nlinks; i++)
		free(c->link[i].url);
	c->nlinks = 0;
}

void
canvas_done(struct canvas *c)
{
	drop_links(c);
	free(c->link);
	free(c->cell);
	buf_free(&c->scratch);
	*c = (struct canvas){.w = 0};
}

void
canvas_clear(struct canvas *c)
{
	size_t n = (size_t)c->w * c->h;

	for (size_t i = 0; i < n; i++)
		c->cell[i] = blank;
	drop_links(c);
	c->cy = c->cx = 0;
}

struct cell *
canvas_at(const struct canvas *c, unsigned y, unsigned x)
{
	return &c->cell[(size_t)y * c->w + x];
}

/* Half of a wide character must not stay behind when the other half goes. */
static void
part_wide(struct canvas *c, unsigned y, unsigned x)
{
	struct cell *k = canvas_at(c, y, x);

	if (k->width == 0 && x > 0) {
		struct cell *left = k - 1;

		memcpy(left->g, " ", 2);
		left->n = left->width = 1;
	}
	if (k->width == 2 && x + 1 < c->w) {
		memcpy(k[1].g, " ", 2);
		k[1].n = k[1].width = 1;
	}
}

static void
put(struct canvas *c, unsigned y, unsigned x, enum style st, const char *g,
    size_t n, unsigned width)
{
	struct cell *k = canvas_at(c, y, x);

	if (k->width != 1)
		part_wide(c, y, x);
	if (width == 2 && k[1].width != 1)
		part_wide(c, y, x + 1);
	memcpy(k->g, g, n);
	k->n = (uint8_t)n;
	k->width = (uint8_t)width;
	k->style = (uint8_t)st;
	k->link = 0;
	if (width == 2) {
		k[1] = *k;
		k[1].n = 0;
		k[1].width = 0;
	}
}

static bool
is_ascii(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	}
	return true;
}

/* Whole code points of g that fit a cell. */
static size_t
cell_fit(const char *g, size_t n)
{
	size_t at = 0;
	int32_t cp;

	while (at < n) {
		size_t len = utf8_next(g + at, n - at, &cp);

		if (at + len > CELL_BYTES)
			break;
		at += len;
	}
	return at;
}

static unsigned
put_graphemes(struct canvas *c, unsigned y, unsigned x, unsigned cols,
    enum style st, const char *s, size_t n)
{
	unsigned used = 0;

	while (n > 0) {
		int width;
		size_t len = utf8_grapheme(s, n, &width);
		unsigned w = width > 2 ? 2 : (unsigned)(width < 0 ? 0 : width);

		if (len == 0 || used + w > cols)
			break;
		if (w > 0)
			put(c, y, x + used, st, s, cell_fit(s, len), w);
		used += w;
		s += len;
		n -= len;
	}
	return used;
}

static size_t
byte_bound(const char *s, size_t n, unsigned cols)
{
	size_t max = ((size_t)cols + 1) * BYTES_PER_COL;

	if (n <= max)
		return n;
	/* Do not leave half a character at the cut. */
	while (max > 0 && ((unsigned char)s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

unsigned
canvas_text(struct canvas *c, unsigned y, unsigned x, unsigned cols,
    enum style st, const char *s, size_t n)
{
	if (y >= c->h || x >= c->w)
		return 0;
	if (cols > c->w - x)
		cols = c->w - x;
	n = byte_bound(s, n, cols);
	if (is_ascii(s, n)) {
		unsigned used = n < cols ? (unsigned)n : cols;

		for (unsigned i = 0; i < used; i++)
			put(c, y, x + i, st, s + i, 1, 1);
		return used;
	}
	buf_cut(&c->scratch, 0);
	utf8_clean(&c->scratch, s, n, c->ascii ? CLEAN_ASCII : CLEAN_LINE);
	return put_graphemes(
	    c, y, x, cols, st, buf_text(&c->scratch), c->scratch.len);
}

unsigned
canvas_puts(struct canvas *c, unsigned y, unsigned x, unsigned cols,
    enum style st, const char *s)
{
	return canvas_text(c, y, x, cols, st, s, strlen(s));
}

unsigned
canvas_cut(struct canvas *c, unsigned y, unsigned x, unsigned cols,
    enum style st, const char *s)
{
	const char *dots = c->ascii ? "~" : "\xe2\x80\xa6";
	unsigned used;
	int all;

	if (y >= c->h || x >= c->w || cols == 0)
		return 0;
	if (cols > c->w - x)
		cols = c->w - x;
	buf_cut(&c->scratch, 0);
	utf8_clean(&c->scratch, s, byte_bound(s, strlen(s), cols),
	    c->ascii ? CLEAN_ASCII : CLEAN_LINE);
	s = buf_text(&c->scratch);
	utf8_fit(s, c->scratch.len, (int)cols + 2, &all);
	if ((unsigned)all <= cols)
		return put_graphemes(c, y, x, cols, st, s, c->scratch.len);
	used = put_graphemes(c, y, x, cols - 1, st, s, c->scratch.len);
	return used + put_graphemes(c, y, x + used, 1, st, dots, strlen(dots));
}

void
canvas_fill(
    struct canvas *c, unsigned y, unsigned x, unsigned cols, enum style st)
{
	if (y >= c->h || x >= c->w)
		return;
	if (cols > c->w - x)
		cols = c->w - x;
	for (unsigned i = 0; i < cols; i++)
		put(c, y, x + i, st, " ", 1, 1);
}

void
canvas_restyle(
    struct canvas *c, unsigned y, unsigned x, unsigned cols, enum style st)
{
	if (y >= c->h || x >= c->w)
		return;
	if (cols > c->w - x)
		cols = c->w - x;
	for (unsigned i = 0; i < cols; i++)
		canvas_at(c, y, x + i)->style = (uint8_t)st;
}

static uint32_t
link_hash(const char *url, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)url[i]) * 16777619u;
	return h;
}

uint32_t
canvas_link(struct canvas *c, const char *url, size_t n)
{
	uint32_t id = link_hash(url, n);

	if (n == 0 || n > LINK_MAX || c->nlinks >= LINKS_MAX)
		return 0;
	/* Two URLs of one hash would open each other: look on for a free
	 * number. */
	for (;; id++) {
		const char *have = id == 0 ? "" : canvas_url(c, id);

		if (have == NULL)
			break;
		if (strlen(have) == n && memcmp(have, url, n) == 0)
			return id;
	}
	mem_grow(&c->link, &c->linkcap, c->nlinks + 1, sizeof *c->link);
	c->link[c->nlinks++] = (struct canvas_link){
	    .id = id, .url = mem_strn(url, n)};
	return id;
}

const char *
canvas_url(const struct canvas *c, uint32_t id)
{
	for (size_t i = 0; i < c->nlinks; i++) {
		if (c->link[i].id == id)
			return c->link[i].url;
	}
	return NULL;
}

void
canvas_set_link(
    struct canvas *c, unsigned y, unsigned x, unsigned cols, uint32_t id)
{
	if (y >= c->h || x >= c->w)
		return;
	if (cols > c->w - x)
		cols = c->w - x;
	for (unsigned i = 0; i < cols; i++)
		canvas_at(c, y, x + i)->link = id;
}

bool
cell_same(const struct cell *a, const struct cell *b)
{
	return a->n == b->n && a->width == b->width && a->style == b->style &&
	       a->link == b->link && memcmp(a->g, b->g, a->n) == 0;
}

void
canvas_dump(const struct canvas *c, struct buf *out)
{
	for (unsigned y = 0; y < c->h; y++) {
		size_t end = out->len;

		for (unsigned x = 0; x < c->w; x++) {
			const struct cell *k = canvas_at(c, y, x);

			buf_put(out, k->g, k->n);
			if (k->width != 0 && !(k->n == 1 && k->g[0] == ' '))
				end = out->len;
		}
		buf_cut(out, end);
		buf_putc(out, '\n');
	}
}
