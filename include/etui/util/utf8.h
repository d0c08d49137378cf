/*
 * utf8 - the text that reaches a terminal: validity, width, graphemes, and
 * the one gate through which foreign text becomes printable.
 *
 * Everything takes (s, n) and never reads s[n].  Columns are terminal cells.
 */
#ifndef ETUI_UTIL_UTF8_H
#define ETUI_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* Decode one code point: returns its length in bytes; an invalid byte is
 * length 1 and *cp = -1.  n == 0 returns 0. */
size_t utf8_next(const char *s, size_t n, int32_t *cp);
size_t utf8_put(int32_t cp, char out[4]); /* bytes written */
bool utf8_is_valid(const char *s, size_t n);

/* The next grapheme cluster: returns its bytes, *width its cells (1 or 2; 0
 * for LF and CR alone).  A cluster never holds CR or LF with something else.
 * One that has no base of its own, an invalid byte and a control are 1. */
size_t utf8_grapheme(const char *s, size_t n, int *width);
int utf8_width(const char *s, size_t n); /* cells of clean text */

/* How many bytes of s fit in `cols` cells; *used gets the cells. */
size_t utf8_fit(const char *s, size_t n, int cols, int *used);
/* Bytes of the first line when wrapping at words to `cols` (at least one
 * grapheme); *skip gets how many blanks to drop before the next line. */
size_t utf8_wrap(const char *s, size_t n, int cols, size_t *skip);

enum clean {
	CLEAN_LINE = 0,      /* LF, CR and TAB become a blank too */
	CLEAN_TEXT = 1 << 0, /* LF and TAB stay, CRLF becomes LF */
	/* for locales that are not UTF-8: ? for the rest */
	CLEAN_ASCII = 1 << 1,
};
/*
 * Appends s so that no byte of it can act on a terminal (SECURITY: escapes,
 * bidi): C0, DEL, C1 (raw or U+0080..9F), bidi embeddings, overrides,
 * isolates and marks, tag characters, other invisible format characters (but
 * ZWJ and ZWNJ between letters or emoji), line and paragraph separators,
 * surrogates, noncharacters and invalid bytes each become one visible U+FFFD
 * ('?' with CLEAN_ASCII); ESC becomes U+241B.
 * Replaced, not dropped: a dropped byte would join words that were apart.
 * A mark with no base stands on U+25CC; too many marks on one base, and
 * variation selectors that choose nothing, are replaced too, so that no
 * cluster of clean text is without a cell or longer than a few dozen bytes.
 * Stops where `out` is full.
 */
void utf8_clean(struct buf *out, const char *s, size_t n, unsigned flags);
char *utf8_cleaned(const char *s, unsigned flags); /* yours */

/* Case- and accent-folded form for searching (utf8proc: casefold, decompose
 * with compatibility, strip marks and what is not seen); invalid bytes and NUL
 * are U+FFFD.  Yours. */
char *utf8_folded(const char *s, size_t n);

#endif
