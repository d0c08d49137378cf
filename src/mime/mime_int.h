/*
 * What the files of this room share: character classes, encoded words,
 * charsets, transfer encodings.
 */
#ifndef ETUI_MIME_INT_H
#define ETUI_MIME_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mime/header.h"
#include "mime/message.h"
#include "mime/text.h"

/* Longest label of a charset that is looked at. */
#define CHARSET_MAX 40

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* s[0..n) equals the lower-case word, in any case. */
static inline bool
is_word(const char *s, size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (word[i] == '\0' || lower(s[i]) != word[i])
			return false;
	return word[n] == '\0';
}

/* Offset behind the end of the line at pos < n. */
size_t line_end(const char *s, size_t n, size_t pos);
/* The line from..to, a line end at its end or not, holds nothing else. */
bool is_empty_line(const char *s, size_t from, size_t to);

/* Value of a hex digit, or -1. */
int hex_digit(char c);

/* Cut blanks and line ends off both sides. */
void trim(const char **s, size_t *n);
/* Only 7-bit bytes, no NUL. */
bool is_ascii(const char *s, size_t n);

/* One encoded word "=?charset?Q?text?=". */
struct word {
	const char *charset;
	size_t charset_len; /* without RFC 2231's language */
	char kind;          /* 'b' or 'q' */
	const char *text;
	size_t text_len;
	size_t len; /* of the whole */
};
/* s begins with one?  With `strict`, no blanks inside. */
bool word_parse(const char *s, size_t n, bool strict, struct word *out);

/* base64 that goes on across calls; what is not its alphabet is skipped.  -1
 * when out->max is reached. */
struct base64 {
	uint32_t acc;
	int bits;   /* in acc, not yet given out */
	bool ended; /* by '=' */
};
int base64_put(
    struct base64 *b, const char *p, size_t n, struct buf *out, struct err *e);

/*
 * The name to give to iconv for a label out of a message, or NULL when it is
 * none we would use.  Labels that are commonly wrong become the superset that
 * was meant (gb2312: GB18030).
 */
const char *charset_name(
    const char *label, size_t n, char out[CHARSET_MAX + 1]);
/* Bytes in that charset, to UTF-8; an unknown label is guessed.  Appends.
 * -1 when out->max is reached. */
int charset_put(struct buf *out, const char *label, size_t label_len,
    const char *p, size_t n, struct err *e);
/* UTF-8 with each broken byte replaced. */
int utf8_mend(struct buf *out, const char *p, size_t n, struct err *e);
/* Bytes without a label: UTF-8 if they are, else `assumed`, else 1252. */
int charset_guess(struct buf *out, const char *assumed, const char *p, size_t n,
    struct err *e);

/* One line, no NUL: what is decoded may not bring back what unfolding took. */
char *line_text(struct arena *a, const char *s, size_t n);
/* An address or Message-ID as sent, but no control characters, and what is
 * not UTF-8 replaced: a guess at its charset would name somebody else. */
char *token_text(struct arena *a, const char *s, size_t n, bool drop_blanks);

/* "word; a=b; ..." of a header: the word (no blanks, case kept), and the
 * parameters decoded. */
const char *params_parse(
    struct arena *a, const char *value, size_t n, struct param **out);

/* Skip one comment: s[0] is '('.  Returns its length, or 0 when it is never
 * closed. */
size_t comment_len(const char *s, size_t n);
/* Length of the quoted string at s, both quotes counted; 0: it has no end. */
size_t quoted_len(const char *s, size_t n);

#endif
