/*
 * message - the tree of parts, whoever described it: a server's
 * BODYSTRUCTURE, or a message parsed here.
 *
 * Ownership: a tree lives in one arena.  Bounds: PART_MAX_DEPTH,
 * PART_MAX_COUNT; what lies beyond is shown as one raw part.
 */
#ifndef ETUI_MIME_MESSAGE_H
#define ETUI_MIME_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/mem.h"

#define PART_MAX_DEPTH 64
#define PART_MAX_COUNT 2000

struct param {
	const char *name, *value; /* RFC 2231 and 2047 decoded, UTF-8 */
	struct param *next;
};

struct part {
	const char *type, *subtype; /* lower case: "text", "plain" */
	struct param *params;       /* of Content-Type */
	const char *encoding;       /* lower case; "7bit" when missing */
	const char *disposition;    /* "inline", "attachment", or "" */
	const char *filename;       /* decoded, not cleaned; NULL */
	const char *description, *content_id; /* or NULL */
	const char *section; /* IMAP's: "1", "2.1"; "" is the message itself */
	uint64_t size;       /* encoded octets */
	uint64_t lines;
	struct part *parent, *child, *next;
	/* Local trees only, in the whole message: where its header lines
	 * begin, and where they end and the encoded body begins. */
	uint64_t header, offset;
};

/*
 * Parameters as they stand in a header or a BODYSTRUCTURE, made readable: the
 * pieces of RFC 2231 put together and decoded, encoded words and raw 8-bit
 * too, names in lower case; the first of a name counts.  Arena-owned.
 */
struct param *params_decode(struct arena *a, const struct param *raw);
const char *params_get(const struct param *list, const char *name); /* NULL */

const char *part_param(const struct part *p, const char *name); /* NULL */
/* subtype NULL: any. */
bool part_is(const struct part *p, const char *type, const char *subtype);
/* Would a person call it one? */
bool part_is_attachment(const struct part *p);
/* Depth-first; NULL after the last.  Start with the root. */
struct part *part_next(const struct part *p);
struct part *part_by_section(const struct part *root, const char *section);
/*
 * The parts to show as the text of the message, in order: the best
 * alternative of each multipart/alternative (plain, or html with
 * prefer_html), every inline text part of a mixed one.  At most max; returns
 * how many.
 */
size_t part_texts(const struct part *root, bool prefer_html,
    const struct part **out, size_t max);

/* A tree as bytes for the cache, and back: total on any bytes, NULL where
 * they are no tree. */
void part_pack(const struct part *root, struct buf *out);
struct part *part_unpack(struct arena *a, const void *p, size_t n);

/*
 * Parse a whole message under our bounds; sections are numbered as IMAP does
 * (RFC 9051 section 6.4.5), offsets and sizes filled in.  The multipart of an
 * embedded message at "2" is "2.TEXT".  Never fails: bytes that are no MIME
 * are one text/plain part.
 */
struct part *message_parse(struct arena *a, const char *bytes, size_t n);
/* Where the header ends: offset of the body; 0 when there is no header. */
size_t message_body_at(const char *bytes, size_t n);

#endif
