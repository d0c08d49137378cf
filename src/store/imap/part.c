/*
 * part - the bytes of parts, from the wire to the caller's sink in pieces.
 *
 * Their FETCH response is walked item by item as it arrives, so that a large
 * literal never stands in memory.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "imap_int.h"
#include "util/mem.h"

/* Which of the wanted sections "BODY[1.2]<0>" is; -1: none of them. */
static int
section_of(const struct imap_fetch *f, struct span item)
{
	const char *end;

	if (item.n < 6 || strncasecmp(item.p, "BODY[", 5) != 0)
		return -1;
	end = memchr(item.p, ']', item.n);
	if (end == NULL)
		return -1;
	for (size_t i = 0; i < f->nsections; i++) {
		size_t n = strlen(f->sections[i]);

		if (n == (size_t)(end - item.p) - 5 &&
		    strncasecmp(f->sections[i], item.p + 5, n) == 0 &&
		    !f->got[i])
			return (int)i;
	}
	return -1;
}

static void
give(struct imap_fetch *f, int which, const void *p, size_t n)
{
	struct byte_sink *to = &f->sinks[which];

	if (n == 0 || f->given_up)
		return;
	if (to->bytes(to->ctx, p, n, &f->err) < 0)
		f->given_up = true;
}

/* The literal at the end of the line, which has `size` octets. */
static int
stream_literal(struct imap *im, struct imap_fetch *f, int which, uint64_t size,
    struct err *e)
{
	uint64_t max = (uint64_t)account_int(
	    im->base.account, OPT_MAX_MESSAGE_SIZE);
	struct byte_sink *to = which >= 0 ? &f->sinks[which] : NULL;

	if (which < 0)
		return imap_drain(im, size, e);
	if (max != 0 && size > max)
		return imap_die(im, e, ERR_LIMIT,
		    "the message is larger than max-message-size (%llu bytes)",
		    (unsigned long long)size);
	if (to->size != NULL && !f->given_up)
		to->size(to->ctx, size);
	if (im->piece == NULL)
		im->piece = mem_alloc(IMAP_PIECE);
	while (size > 0) {
		size_t now = size < IMAP_PIECE ? (size_t)size : IMAP_PIECE;

		if (stream_read(im->base.stream, im->piece, now, e) < 0)
			return imap_lost(im, e);
		give(f, which, im->piece, now);
		if (f->given_up)
			return imap_die(im, e, f->err.kind, "%s", f->err.text);
		size -= now;
	}
	return 0;
}

/* A value that stands within the line. */
static bool
inline_value(struct imap_fetch *f, int which, struct scan *s)
{
	struct buf text = BUF_INIT(STREAM_LINE_MAX);
	struct byte_sink *to;
	bool nil, ok;

	if (which < 0)
		return scan_skip(s);
	to = &f->sinks[which];
	ok = scan_string(s, &text, &nil);
	if (ok && to->size != NULL)
		to->size(to->ctx, text.len);
	if (ok)
		give(f, which, buf_text(&text), text.len);
	buf_free(&text);
	return ok;
}

/* Where the walk through one response stands. */
struct walk {
	struct scan s;
	uint64_t uid;
};

/* One line's items.  1: it ends in a literal, *which says whose. */
static int
items(struct imap_fetch *f, struct walk *w, int *which, uint64_t *size)
{
	struct span name;

	for (scan_blanks(&w->s); scan_item(&w->s, &name); scan_blanks(&w->s)) {
		struct scan before;
		bool mine;

		scan_blanks(&w->s);
		before = w->s;
		if (span_is(name, "UID")) {
			if (!scan_number(&w->s, SCAN_UID_MAX, &w->uid))
				return 0;
			continue;
		}
		mine = w->uid == 0 || w->uid == f->uid;
		*which = mine ? section_of(f, name) : -1;
		if (scan_peek(&w->s) == '{' &&
		    scan_literal_at_end(
			w->s.p, (size_t)(w->s.end - w->s.p), size) &&
		    memchr(w->s.p, ' ', (size_t)(w->s.end - w->s.p)) == NULL)
			return 1;
		if (!inline_value(f, *which, &w->s)) {
			w->s = before;
			return 0;
		}
		if (*which >= 0)
			f->got[*which] = true;
	}
	return 0;
}

int
imap_part_reply(struct imap *im, struct err *e)
{
	struct imap_fetch *f = im->fetch;
	struct walk w = {.uid = 0};
	uint64_t size, seq = 0;
	const char *open;
	int which;

	open = memchr(im->line.data, '(', im->line.len);
	if (open == NULL)
		return imap_whole(im, 0, e) < 0 ? -1 : 1;
	w.s = scan_of(im->line.data + 2, im->line.len - 2);
	(void)scan_number(&w.s, SCAN_UID_MAX, &seq);
	w.uid = seqmap_uid(&im->map, seq);
	w.s = scan_of(
	    open + 1, (size_t)(im->line.data + im->line.len - open) - 1);
	while (items(f, &w, &which, &size) > 0) {
		if (stream_literal(im, f, which, size, e) < 0)
			return -1;
		if (which >= 0)
			f->got[which] = true;
		if (imap_read_line(im, e) < 0)
			return -1;
		w.s = scan_of(buf_text(&im->line), im->line.len);
	}
	/* what is left of it may still have literals: read past them */
	if (imap_whole(im, 0, e) < 0)
		return -1;
	if (w.uid != 0 && w.uid != f->uid)
		return 1;
	im->junk = 0;
	return 0;
}

static int
put_sections(
    struct imap *im, const char *const *sections, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		for (const char *p = sections[i]; *p != 0; p++)
			if (strchr("0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ",
				*p) == NULL)
				return err_set(e, ERR_INPUT,
				    "this is no part of a message");
		imap_put(im, "%sBODY.PEEK[%s]", i > 0 ? " " : "", sections[i]);
	}
	return 0;
}

static int
send_fetch(
    struct imap *im, struct imap_fetch *f, struct imap_cmd **out, struct err *e)
{
	struct imap_cmd *c = imap_begin(im, e);

	if (c == NULL)
		return -1;
	imap_put(im, "UID FETCH %llu (UID ", (unsigned long long)f->uid);
	if (put_sections(im, f->sections, f->nsections, e) < 0) {
		imap_free_cmd(c);
		return -1;
	}
	imap_put(im, ")");
	*out = c;
	return imap_end(im, e) < 0 || imap_flush(im, e) < 0 ? -1 : 0;
}

static int
all_there(const struct imap_fetch *f, struct err *e)
{
	if (f->given_up)
		return err_set(e, f->err.kind, "%s", f->err.text);
	for (size_t i = 0; i < f->nsections; i++)
		if (!f->got[i])
			return err_set(e, ERR_GONE,
			    "the message is no longer on the server");
	return 0;
}

int
imap_parts(struct store *s, const struct mkey *key, const char *const *sections,
    size_t n, struct byte_sink *sinks, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct imap_fetch f = {.want = WANT_PART,
	    .uid = key->num,
	    .sections = sections,
	    .sinks = sinks,
	    .nsections = n};
	struct imap_cmd *c;
	int rc;

	if (imap_in_folder(im, e) < 0)
		return -1;
	if (n == 0)
		return 0;
	f.got = mem_array(n, sizeof *f.got);
	im->fetch = &f;
	rc = send_fetch(im, &f, &c, e);
	if (rc == 0)
		rc = imap_finish(im, c, "read a message", e);
	if (rc == 0)
		rc = all_there(&f, e);
	im->fetch = NULL;
	free(f.got);
	return rc;
}

int
imap_part(struct store *s, const struct mkey *key, const char *section,
    struct byte_sink *sink, struct err *e)
{
	return imap_parts(s, key, &section, 1, sink, e);
}
