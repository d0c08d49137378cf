/*
 * Header and body text goes to the terminal, and whoever sent the mail chose
 * it.  Controls could move the cursor or retitle the window, bidi overrides
 * can make "gpj.exe" read "exe.jpg", and invisible characters make two names
 * look the same, so all of them are shown as U+FFFD.  We replace rather than
 * drop: a dropped byte would join words that the sender had apart, and hide
 * that something was there.
 *
 * A mark is kept only where it has a base to stand on (else U+25CC is put
 * under it), and only so many of them on one base: a cell has room for a few,
 * and "Zalgo" text is a way to fill memory and deface a screen.
 */
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "utf8_int.h"

#define MARKS_MAX      16 /* on one base */
#define JOINS_MAX      8  /* emoji in one sequence */
#define CP_ESC_PICTURE 0x241b
#define CP_CIRCLE      0x25cc /* dotted: a base for a mark that has none */

struct cleaner {
	struct buf *out;
	unsigned flags;
	int32_t prev; /* the last code point written; '\n' at the start */
	int marks, joins;
	bool full;
};

static void
put(struct cleaner *c, const char *s, size_t n)
{
	if (!c->full && buf_add(c->out, s, n, NULL) < 0)
		c->full = true;
}

static void
put_cp(struct cleaner *c, int32_t cp)
{
	char bytes[4];

	if (c->flags & CLEAN_ASCII && cp >= 0x80)
		cp = '?';
	put(c, bytes, utf8_put(cp, bytes));
	c->prev = cp;
	c->marks = 0;
}

static bool
is_mark(const utf8proc_property_t *p)
{
	return p->category == UTF8PROC_CATEGORY_MN ||
	       p->category == UTF8PROC_CATEGORY_MC ||
	       p->category == UTF8PROC_CATEGORY_ME;
}

static bool
is_letter(const utf8proc_property_t *p)
{
	return p->category >= UTF8PROC_CATEGORY_LU &&
	       p->category <= UTF8PROC_CATEGORY_LO;
}

static bool
is_emoji(int32_t cp)
{
	return utf8proc_get_property(cp)->boundclass ==
		   UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ||
	       (cp >= 0x1f3fb && cp <= 0x1f3ff);
}

/* ZWJ and ZWNJ shape Arabic and Indic letters, and join emoji.  Between
 * ASCII letters they only hide. */
static bool
may_join(struct cleaner *c, int32_t cp, int32_t next)
{
	const utf8proc_property_t *a, *b;

	if (c->prev < 0x80 || next < 0x80)
		return false;
	if (is_emoji(next))
		return cp == CP_ZWJ && c->joins++ < JOINS_MAX &&
		       (is_emoji(c->prev) || c->prev == CP_VS16);
	a = utf8proc_get_property(c->prev);
	b = utf8proc_get_property(next);
	return (is_letter(a) || is_mark(a)) && (is_letter(b) || is_mark(b)) &&
	       c->prev != CP_VS16;
}

/* Variation selectors choose between two pictures of the character before;
 * behind any other they are hidden data. */
static bool
may_vary(int32_t prev, int32_t cp)
{
	if (cp == CP_VS15 || cp == CP_VS16)
		return is_emoji(prev) || prev == '#' || prev == '*' ||
		       (prev >= '0' && prev <= '9');
	if (cp >= 0xfe00 && cp < CP_VS15)
		return prev >= 0x2190 && prev != CP_REPLACEMENT &&
		       !is_mark(utf8proc_get_property(prev));
	if (cp >= 0xe0100 && cp <= 0xe01ef)
		return (prev >= 0x3400 && prev <= 0x9fff) ||
		       (prev >= 0xf900 && prev <= 0xfaff) ||
		       (prev >= 0x20000 && prev <= 0x3ffff);
	if ((cp >= 0x180b && cp <= 0x180d) || cp == 0x180f)
		return prev >= 0x1820 && prev <= 0x18aa;
	return false;
}

/* Never characters, or kept free by Unicode for invisible ones. */
static bool
is_noncharacter(int32_t cp)
{
	return (cp & 0xfffe) == 0xfffe || (cp >= 0xfdd0 && cp <= 0xfdef) ||
	       cp == 0x2065 || (cp >= 0xfff0 && cp <= 0xfff8) ||
	       (cp >= 0xe0000 && cp <= 0xe00ff) ||
	       (cp >= 0xe01f0 && cp <= 0xe0fff);
}

static bool
may_stay(struct cleaner *c, int32_t cp, int32_t next)
{
	const utf8proc_property_t *p = utf8proc_get_property(cp);

	switch (p->category) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return false;
	case UTF8PROC_CATEGORY_CF:
		if (cp == CP_ZWJ || cp == CP_ZWNJ)
			return may_join(c, cp, next);
		/* the Arabic number signs and their like are visible */
		return p->boundclass == UTF8PROC_BOUNDCLASS_PREPEND;
	default:
		if (is_noncharacter(cp))
			return false;
		return !p->ignorable || may_vary(c->prev, cp);
	}
}

/* One code point that is not printable ASCII. */
static void
clean_cp(struct cleaner *c, int32_t cp, const char *s, size_t len, size_t n)
{
	const utf8proc_property_t *p;
	int32_t next;

	if (cp == 0x1b) {
		put_cp(c, CP_ESC_PICTURE);
		return;
	}
	utf8_next(s + len, n - len, &next);
	if (cp < 0 || !may_stay(c, cp, next)) {
		put_cp(c, CP_REPLACEMENT);
		return;
	}
	if (c->flags & CLEAN_ASCII) {
		put_cp(c, '?');
		return;
	}
	p = utf8proc_get_property(cp);
	if (is_mark(p)) {
		if (c->prev == '\n' || c->prev == '\t')
			put_cp(c, CP_CIRCLE);
		if (c->marks++ >= MARKS_MAX) {
			put_cp(c, CP_REPLACEMENT);
			return;
		}
	} else {
		c->marks = 0;
		if (cp != CP_ZWJ && c->prev != CP_ZWJ)
			c->joins = 0;
	}
	put(c, s, len);
	c->prev = cp;
}

/* TAB, LF or CR; returns how many bytes it was. */
static size_t
clean_blank(struct cleaner *c, const char *s, size_t n)
{
	const bool crlf = *s == '\r' && n > 1 && s[1] == '\n';

	if (!(c->flags & CLEAN_TEXT))
		put_cp(c, ' ');
	else if (*s == '\r' && !crlf)
		put_cp(c, CP_REPLACEMENT);
	else
		put_cp(c, crlf ? '\n' : *s);
	return crlf ? 2 : 1;
}

void
utf8_clean(struct buf *out, const char *s, size_t n, unsigned flags)
{
	struct cleaner c = {.out = out, .flags = flags, .prev = '\n'};
	size_t i = 0, len;
	int32_t cp;

	while (i < n && !c.full) {
		len = utf8_ascii_run(s + i, n - i);
		if (len > 0) {
			put(&c, s + i, len);
			i += len;
			c.prev = (unsigned char)s[i - 1];
			c.marks = c.joins = 0;
			continue;
		}
		if (s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
			i += clean_blank(&c, s + i, n - i);
			continue;
		}
		len = utf8_next(s + i, n - i, &cp);
		clean_cp(&c, cp, s + i, len, n - i);
		i += len;
	}
}

char *
utf8_cleaned(const char *s, unsigned flags)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);

	utf8_clean(&out, s, strlen(s), flags);
	return buf_take(&out);
}
