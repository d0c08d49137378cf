/*
 * Most mail is ASCII and most calls come from drawing a screen or storing a
 * header, so everything here first runs over printable ASCII eight bytes at a
 * time and asks utf8proc only about the rest.
 *
 * Width of a cluster: the cells of its code points added up, at most 2, where
 * a mark that takes no cell of its own, an emoji modifier and a conjoining
 * vowel or final jamo count 0 behind their base; U+FE0F behind an emoji or a
 * keycap base, and a pair of regional indicators, make it 2.  A cluster that
 * would come out as 0 (a mark with no base) is 1, because whoever draws it
 * must give it a cell; only a bare LF or CR is 0.
 */
#include "util/utf8.h"

#include <string.h>
#include <utf8proc.h>

#include "utf8_int.h"

/* No writing system comes near this; hostile text does. */
#define CLUSTER_MAX 32

#define ONES (~(uint64_t)0 / 255)

size_t
utf8_ascii_run(const char *s, size_t n)
{
	size_t i = 0;
	uint64_t v;

	for (; i + sizeof v <= n; i += sizeof v) {
		memcpy(&v, s + i, sizeof v);
		/* a high bit, or a byte below 0x20, or a byte that is 0x7f */
		if ((v | (v - ONES * 0x20) | ((v ^ ONES * 0x7f) - ONES)) &
		    ONES * 0x80)
			break;
	}
	while (i < n && s[i] >= 0x20 && s[i] < 0x7f)
		i++;
	return i;
}

size_t
utf8_next(const char *s, size_t n, int32_t *cp)
{
	utf8proc_ssize_t got;

	*cp = -1;
	if (n == 0)
		return 0;
	if ((unsigned char)*s < 0x80) {
		*cp = (unsigned char)*s;
		return 1;
	}
	got = utf8proc_iterate(
	    (const utf8proc_uint8_t *)s, (utf8proc_ssize_t)(n < 4 ? n : 4), cp);
	if (got <= 0) {
		*cp = -1;
		return 1;
	}
	return (size_t)got;
}

size_t
utf8_put(int32_t cp, char out[4])
{
	utf8proc_ssize_t n = utf8proc_encode_char(
	    cp, (utf8proc_uint8_t *)(void *)out);

	return n > 0 ? (size_t)n : 0;
}

bool
utf8_is_valid(const char *s, size_t n)
{
	size_t i = 0;
	int32_t cp;

	while (i < n) {
		i += utf8_ascii_run(s + i, n - i);
		if (i >= n)
			break;
		i += utf8_next(s + i, n - i, &cp);
		if (cp < 0)
			return false;
	}
	return true;
}

static bool
takes_emoji_style(int32_t cp, const utf8proc_property_t *p)
{
	return p->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ||
	       cp == '#' || cp == '*' || (cp >= '0' && cp <= '9');
}

static int
cp_width(const utf8proc_property_t *p, bool first)
{
	if (!first && (p->boundclass == UTF8PROC_BOUNDCLASS_EXTEND ||
			  p->boundclass == UTF8PROC_BOUNDCLASS_V ||
			  p->boundclass == UTF8PROC_BOUNDCLASS_T ||
			  p->boundclass == UTF8PROC_BOUNDCLASS_LV ||
			  p->boundclass == UTF8PROC_BOUNDCLASS_LVT))
		return 0;
	/* utf8proc says 0 for spacing marks; terminals move on. */
	if (p->category == UTF8PROC_CATEGORY_MC)
		return 1;
	return p->charwidth;
}

static size_t
cluster(const char *s, size_t n, int *width)
{
	int32_t first, prev, cp, state = 0;
	size_t len = utf8_next(s, n, &first), step;
	const utf8proc_property_t *p, *base;
	int w, count = 1;

	if (first < 0) {
		*width = 1;
		return len;
	}
	base = utf8proc_get_property(first);
	w = cp_width(base, true);
	for (prev = first; len < n && count < CLUSTER_MAX; prev = cp, count++) {
		step = utf8_next(s + len, n - len, &cp);
		if (cp < 0 ||
		    utf8proc_grapheme_break_stateful(prev, cp, &state))
			break;
		p = utf8proc_get_property(cp);
		if (cp == CP_VS16 && prev == first &&
		    takes_emoji_style(first, base))
			w = 2;
		w += cp_width(p, false);
		len += step;
	}
	*width = w < 1 ? 1 : w > 2 ? 2 : w;
	return len;
}

size_t
utf8_grapheme(const char *s, size_t n, int *width)
{
	if (n == 0) {
		*width = 0;
		return 0;
	}
	if (*s == '\n' || *s == '\r') {
		*width = 0;
		return 1;
	}
	if ((unsigned char)*s < 0x80 &&
	    (n == 1 || (unsigned char)s[1] < 0x80)) {
		*width = 1;
		return 1;
	}
	return cluster(s, n, width);
}

/* ASCII bytes that are surely clusters of their own: the last one before
 * something else may carry marks. */
static size_t
plain_run(const char *s, size_t n)
{
	size_t run = utf8_ascii_run(s, n);

	return run > 0 && run < n ? run - 1 : run;
}

int
utf8_width(const char *s, size_t n)
{
	size_t i = 0, run;
	int cells = 0, w;

	while (i < n) {
		run = plain_run(s + i, n - i);
		cells += (int)run;
		i += run;
		if (i < n) {
			i += utf8_grapheme(s + i, n - i, &w);
			cells += w;
		}
	}
	return cells;
}

size_t
utf8_fit(const char *s, size_t n, int cols, int *used)
{
	size_t i = 0, run, g, room;
	int cells = 0, w;

	if (cols < 0)
		cols = 0;
	while (i < n) {
		room = (size_t)(cols - cells);
		/* one byte more than fits, to see whether it is a mark */
		run = plain_run(s + i, n - i < room + 1 ? n - i : room + 1);
		if (run > room)
			run = room;
		cells += (int)run;
		i += run;
		if (i >= n)
			break;
		g = utf8_grapheme(s + i, n - i, &w);
		if (cells + w > cols)
			break;
		cells += w;
		i += g;
	}
	if (used)
		*used = cells;
	return i;
}
