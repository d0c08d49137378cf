/*
 * fetch - FETCH responses: rows that were asked for, and news of flags.
 *
 * The items are looked at here first (names that we know, nesting, numbers
 * that fit), then libetpan's parser reads them.  What neither understands is
 * noted and asked for again in a smaller shape by rows.c; the connection goes
 * on either way, because the response was read to its end before.
 */
#include <string.h>

#include "imap_int.h"
#include "mime/header.h"
#include "util/mem.h"

/* What our own look at the items found. */
struct seen {
	uint64_t uid, size, modseq;
	bool flags, header, body;
	bool sound; /* libetpan may parse it */
};

void
imap_tell_flags(struct imap *im, uint64_t seq, uint64_t uid, unsigned flags,
    const char *keywords, uint64_t modseq)
{
	struct mkey key = {.num = uid};
	struct err e = ERR_INIT;

	im->events++;
	if (uid == 0)
		uid = key.num = seqmap_uid(&im->map, seq);
	if (uid == 0 || !im->has_sink || im->sink.flags == NULL)
		return;
	if (im->selecting && im->known_validity != im->sel.st.uidvalidity)
		return;
	if (im->sink.flags(im->sink.ctx, &key, flags, keywords, modseq, &e) < 0)
		im->sink_err = e;
}

void
imap_tell_gone(struct imap *im, const struct mset *gone)
{
	struct err e = ERR_INIT;

	if (!im->has_sink || im->sink.gone == NULL)
		return;
	if (im->selecting && im->known_validity != im->sel.st.uidvalidity)
		return;
	if (im->sink.gone(im->sink.ctx, gone, &e) < 0)
		im->sink_err = e;
}

/* No number of a BODYSTRUCTURE may be larger than libetpan can hold. */
static bool
numbers_fit(const char *p, const char *end)
{
	bool in = false;
	size_t run = 0;

	for (; p < end; p++) {
		if (in && *p == '\\')
			p++;
		else if (*p == '"')
			in = !in;
		if (!in && p < end && *p >= '0' && *p <= '9') {
			if (++run > 9)
				return false;
		} else {
			run = 0;
		}
	}
	return true;
}

/* "BODY[HEADER.FIELDS (DATE FROM)]", the only section that rows ask for.
 * libetpan loses memory over those that it cannot read. */
static bool
is_header_item(struct span name)
{
	static const char start[] = "BODY[HEADER.FIELDS (";
	struct scan s = scan_of(name.p, name.n);
	struct span a;
	size_t n = sizeof start - 1;

	if (name.n <= n || !span_is((struct span){name.p, n}, start))
		return false;
	s.p += n;
	do {
		bool nil;
		struct buf field = BUF_INIT(256);
		bool ok = scan_peek(&s) == '"' ? scan_string(&s, &field, &nil)
					       : scan_atom(&s, &a);

		buf_free(&field);
		if (!ok)
			return false;
	} while (scan_char(&s, ' '));
	return scan_char(&s, ')') && scan_char(&s, ']') && s.p == s.end;
}

static bool
look_at_modseq(struct scan *s, uint64_t *out)
{
	return scan_char(s, '(') && scan_number(s, SCAN_MOD_MAX, out) &&
	       scan_char(s, ')');
}

static bool
look_at_item(struct scan *s, struct span name, struct seen *seen)
{
	const char *from = s->p;

	if (span_is(name, "UID"))
		return scan_number(s, SCAN_UID_MAX, &seen->uid);
	if (span_is(name, "RFC822.SIZE"))
		return scan_number(s, SCAN_MOD_MAX, &seen->size);
	if (span_is(name, "MODSEQ"))
		return look_at_modseq(s, &seen->modseq);
	if (!scan_skip(s))
		return false;
	if (span_is(name, "FLAGS")) {
		seen->flags = true;
	} else if (span_is(name, "BODYSTRUCTURE")) {
		seen->body = true;
		return numbers_fit(from, s->p);
	} else if (is_header_item(name)) {
		seen->header = true;
	} else if (!span_is(name, "INTERNALDATE")) {
		seen->sound = false;
	}
	return true;
}

static void
look(const struct imap *im, struct seen *out)
{
	struct scan s = scan_of(im->resp.data + 2, im->resp.len - 4);
	struct span name;
	uint64_t seq;

	*out = (struct seen){.sound = true};
	(void)scan_number(&s, SCAN_UID_MAX, &seq);
	scan_blanks(&s);
	(void)scan_word(&s, "FETCH");
	scan_blanks(&s);
	if (!scan_char(&s, '(')) {
		out->sound = false;
		return;
	}
	for (scan_blanks(&s); !scan_char(&s, ')'); scan_blanks(&s)) {
		if (!scan_item(&s, &name)) {
			out->sound = false;
			return;
		}
		scan_blanks(&s);
		if (look_at_item(&s, name, out))
			continue;
		/* a later UID still says which message this was */
		out->sound = false;
		if (!scan_skip(&s))
			return;
	}
}

static bool
was_asked(const struct imap_fetch *f, uint64_t seq, uint64_t uid)
{
	if (f == NULL || f->want == WANT_NOTHING)
		return false;
	if (f->seq_lo != 0 && seq >= f->seq_lo && seq <= f->seq_hi)
		return true;
	if (uid == 0)
		return false;
	if (f->uid_from != 0 && uid >= f->uid_from)
		return true;
	return f->uids != NULL && mset_has(f->uids, uid);
}

static bool
is_row(const struct imap_fetch *f, const struct seen *seen)
{
	if (f->bare)
		return seen->flags;
	return f->want == WANT_HEADER ? seen->header : seen->body;
}

static void
missed(struct imap_fetch *f, uint64_t seq, uint64_t uid)
{
	if (f->nmiss >= IMAP_MISS_MAX)
		return;
	mem_grow(&f->miss, &f->misscap, f->nmiss + 1, sizeof *f->miss);
	f->miss[f->nmiss++] = (struct imap_miss){.seq = seq, .uid = uid};
}

static void
give_row(struct imap_fetch *f, const struct store_row *row)
{
	int rc;

	f->taken++;
	if (f->given_up)
		return;
	rc = f->rows->row(f->rows->ctx, row, &f->err);
	if (rc < 0)
		f->given_up = true;
	if (rc != 0)
		f->stop = true;
}

static void
deliver(struct imap_fetch *f, uint64_t uid, const struct seen *seen,
    const struct etpan_fetch *got)
{
	struct arena a = ARENA_INIT;
	struct store_row row = {
	    .key.num = uid,
	    .flags = got->flags,
	    .keywords = got->keywords,
	    .idate = got->idate != INT64_MIN ? got->idate : 0,
	    .size = seen->size,
	    .modseq = seen->modseq,
	};

	if (f->want == WANT_HEADER) {
		row.header = got->header != NULL ? got->header : "";
		row.header_len = got->header != NULL ? got->header_len : 0;
	} else {
		row.body = got->body != NULL ? structure_tree(&a, got->body)
					     : structure_raw(&a, seen->size);
	}
	give_row(f, &row);
	arena_free(&a);
}

/* Neither we nor libetpan can read it.  Ours: ask again, smaller. */
static void
not_understood(struct imap *im, uint64_t seq, uint64_t uid)
{
	struct imap_fetch *f = im->fetch;
	struct seen nothing = {.uid = uid};
	struct etpan_fetch empty = {.idate = INT64_MIN};

	imap_note(im, "a FETCH of message %llu could not be read",
	    (unsigned long long)seq);
	if (!was_asked(f, seq, uid))
		return;
	if (!f->bare || uid == 0)
		missed(f, seq, uid);
	else
		deliver(f, uid, &nothing, &empty);
}

static int
act_on_fetch(struct imap *im, uint64_t seq, struct err *e)
{
	struct imap_fetch *f = im->fetch;
	struct etpan_fetch got;
	struct seen seen;
	uint64_t uid;

	look(im, &seen);
	uid = seen.uid != 0 ? seen.uid : seqmap_uid(&im->map, seq);
	if (seen.uid != 0 && !im->selecting)
		seqmap_set(&im->map, seq, seen.uid);
	if (!seen.sound || !etpan_parse(im->etpan, &im->resp, &got)) {
		not_understood(im, seq, uid);
		im->unreadable += seen.sound ? im->resp.len : 0;
		if (im->unreadable > IMAP_UNREADABLE_MAX)
			return imap_die(im, e, ERR_PROTO,
			    "the server sends what nobody can read");
		return 0;
	}
	if (got.header_len > HEADER_MAX || (uid == 0 && was_asked(f, seq, uid)))
		not_understood(im, seq, uid);
	else if (was_asked(f, seq, uid) && is_row(f, &seen))
		deliver(f, uid, &seen, &got);
	else if (got.has_flags)
		imap_tell_flags(
		    im, seq, uid, got.flags, got.keywords, seen.modseq);
	etpan_done(&got);
	return 0;
}

/* Are the bytes of some part in it? */
static bool
has_section(const struct buf *line)
{
	for (size_t i = 0; i + 5 < line->len; i++)
		if (span_is((struct span){line->data + i, 5}, "BODY["))
			return true;
	return false;
}

int
imap_fetch_reply(struct imap *im, uint64_t seq, struct err *e)
{
	struct imap_fetch *f = im->fetch;
	uint64_t taken = f != NULL ? f->taken : 0;
	int over;

	if (f != NULL && f->want == WANT_PART && has_section(&im->line))
		return imap_part_reply(im, e);
	over = imap_whole(im, IMAP_FETCH_MAX, e);
	if (over < 0)
		return -1;
	if (im->sel.folder == NULL || seq == 0 ||
	    (!im->selecting && seq > im->sel.st.exists))
		return 1;
	if (!im->sel.fresh)
		return 0;
	if (over > 0)
		not_understood(im, seq, seqmap_uid(&im->map, seq));
	else if (act_on_fetch(im, seq, e) < 0)
		return -1;
	if (f != NULL && f->taken > taken) {
		im->junk = 0;
		if (f->taken / 2 > f->expected + IMAP_CHUNK)
			return imap_die(im, e, ERR_PROTO,
			    "the server sends messages again and again");
		return 0;
	}
	if (++im->unasked > IMAP_UNASKED_MAX)
		return imap_die(im, e, ERR_PROTO,
		    "the server sends what nobody asked for, without end");
	return 0;
}
