/*
 * text - from the encoded bytes of a text part to UTF-8 lines to read.
 *
 * Transfer encodings (RFC 2045 section 6), charsets by iconv (names checked
 * against a list, wrong labels repaired: a "us-ascii" that is UTF-8, an
 * "iso-8859-1" that is windows-1252), format=flowed with DelSp (RFC 3676).
 * Never fails: what cannot be decoded is shown as replacement characters.
 */
#ifndef ETUI_MIME_TEXT_H
#define ETUI_MIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/message.h"
#include "util/buf.h"

/* Undo the transfer encoding (any name); appends to out, whose max is the
 * bound (ERR_LIMIT). */
int text_decode(const char *encoding, const char *p, size_t n, struct buf *out,
    struct err *e) MUST_CHECK;
/* Bytes in `charset` (NULL: guess, then `assumed`) to UTF-8. */
int text_to_utf8(const char *charset, const char *assumed, const char *p,
    size_t n, struct buf *out, struct err *e) MUST_CHECK;
/* The whole way for one text part: decode, convert, LF line ends.  Text of
 * text/html is turned into readable lines. Not cleaned. */
int text_of_part(const struct part *p, const char *encoded, size_t n,
    const char *assumed, struct buf *out, struct err *e) MUST_CHECK;

/* One logical line to show: flowed lines are joined, so a view may wrap it. */
struct text_line {
	const char *s; /* UTF-8; flowed lines have their quote marks cut off */
	size_t n;
	int quote;   /* depth of > marks */
	bool flowed; /* a paragraph: wrap at words; else as it is, wrap hard */
	bool sig;    /* the "-- " line and what follows it */
};
struct text_lines {
	struct text_line *v;
	size_t n, cap;
	struct arena arena;
};
/* Split UTF-8 text; with flowed, RFC 3676 section 4.  Lines point into their
 * own arena. */
void text_split(const char *utf8, size_t n, bool flowed, bool delsp,
    struct text_lines *out);
void text_lines_free(struct text_lines *l);

/* HTML to text lines behind our own caps (depth 256, 4 MiB). UTF-8 in. */
int html_to_text(
    const char *html, size_t n, struct buf *out, struct err *e) MUST_CHECK;

#endif
