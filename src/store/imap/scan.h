/*
 * scan - reading a server's line, one token at a time.
 *
 * Total on any bytes: every function either takes a token and advances, or
 * says false and stays where it was.  Nothing is allocated by a number the
 * server wrote, numbers never wrap, nesting is walked without recursion.
 * A response with literals is one text here: "{3}" CR LF and the octets.
 */
#ifndef ETUI_IMAP_SCAN_H
#define ETUI_IMAP_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define SCAN_DEPTH_MAX 200
#define SCAN_UID_MAX   UINT64_C(4294967295)
#define SCAN_MOD_MAX   UINT64_C(9223372036854775807)

struct span {
	const char *p;
	size_t n;
};

struct scan {
	const char *p, *end;
};

struct scan scan_of(const char *p, size_t n);
char scan_peek(const struct scan *s); /* 0 at the end */
bool scan_char(struct scan *s, char c);
void scan_blanks(struct scan *s);
/* Digits, at most max. */
bool scan_number(struct scan *s, uint64_t max, uint64_t *out);
/* What runs up to a blank, parenthesis, quote or control character. */
bool scan_atom(struct scan *s, struct span *out);
/* The atom `word`, any case. */
bool scan_word(struct scan *s, const char *word);
/* Name and section of a FETCH item: "BODY[HEADER.FIELDS (X)]<0>". */
bool scan_item(struct scan *s, struct span *out);
/* An astring: atom, quoted or literal; *nil for the bare atom NIL.  Appends
 * to out; false also when out is full. */
bool scan_string(struct scan *s, struct buf *out, bool *nil);
/* Any one value: atom, string, or a list however nested (<= depth max). */
bool scan_skip(struct scan *s);

bool span_is(struct span a, const char *word); /* any case */
/* Does the line end in "{n}", "{n+}" or "~{n}"?  *size is bounded by
 * UINT64_MAX. */
bool scan_literal_at_end(const char *line, size_t n, uint64_t *size);

#endif
