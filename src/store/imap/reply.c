/*
 * reply - untagged responses other than FETCH, and response codes.
 *
 * Each is a few lines over scan.h; libetpan's parsers for these crash on
 * some inputs or lose the session on an extension they do not know.
 */
#include <stdlib.h>
#include <string.h>

#include "imap_int.h"
#include "util/mem.h"

/* alert() where it may */
static void
say(struct imap *im, const char *text)
{
	if (im->secure && im->base.alert != NULL && text[0] != 0)
		im->base.alert(im->base.ctx, text);
}

static void
permanent_flags(struct imap *im, struct scan *s)
{
	struct span a;

	scan_blanks(s);
	if (!scan_char(s, '('))
		return;
	im->sel.st.keywords = false;
	for (;;) {
		scan_blanks(s);
		if (!scan_atom(s, &a))
			return;
		if (span_is(a, "\\*"))
			im->sel.st.keywords = true;
		else if (span_is(a, "$Forwarded"))
			im->sel.keywords_known |= FLAG_FORWARDED;
		else if (span_is(a, "$Junk"))
			im->sel.keywords_known |= FLAG_JUNK;
		else if (span_is(a, "$NotJunk"))
			im->sel.keywords_known |= FLAG_NOTJUNK;
		else if (span_is(a, "$MDNSent"))
			im->sel.keywords_known |= FLAG_MDNSENT;
	}
}

static void
code_number(struct scan *s, uint64_t max, uint64_t *out)
{
	scan_blanks(s);
	(void)scan_number(s, max, out);
}

/* The codes that are about the folder being selected. */
static bool
folder_code(struct imap *im, struct scan *s)
{
	struct folder_state *st = &im->sel.st;

	if (scan_word(s, "UIDVALIDITY")) {
		im->sel.fresh = true;
		code_number(s, SCAN_UID_MAX, &st->uidvalidity);
	} else if (scan_word(s, "UIDNEXT")) {
		code_number(s, SCAN_UID_MAX, &st->uidnext);
	} else if (scan_word(s, "HIGHESTMODSEQ")) {
		code_number(s, SCAN_MOD_MAX, &st->modseq);
	} else if (scan_word(s, "NOMODSEQ")) {
		st->modseq = 0;
	} else if (scan_word(s, "PERMANENTFLAGS")) {
		permanent_flags(im, s);
	} else if (scan_word(s, "READ-ONLY")) {
		st->read_only = true;
	} else if (scan_word(s, "READ-WRITE")) {
		st->read_only = false;
	} else if (scan_word(s, "CLOSED")) {
		im->sel.fresh = true;
	} else {
		return false;
	}
	return true;
}

/* Where the code ends: the first "]" outside of quotes. */
static const char *
code_end(const char *s, size_t n)
{
	bool in = false;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			in = !in;
		else if (s[i] == '\\' && in)
			i++;
		else if (s[i] == ']' && !in)
			return s + i;
	}
	return memchr(s, ']', n);
}

void
imap_resp_text(struct imap *im, struct imap_cmd *c, const char *s, size_t n)
{
	const char *end = n > 0 && s[0] == '[' ? code_end(s, n) : NULL;
	char text[160];
	bool alert = false;

	if (end != NULL) {
		struct scan code = scan_of(s + 1, (size_t)(end - s) - 1);
		struct imap_cmd *to = c != NULL ? c : im->code_for;

		if (to != NULL &&
		    buf_add(&to->code, code.p, (size_t)(code.end - code.p),
			NULL) == 0 &&
		    c == NULL)
			buf_putc(&to->code, '\n');
		if (scan_word(&code, "ALERT"))
			alert = true;
		else if (scan_word(&code, "CAPABILITY"))
			caps_parse(
			    &im->caps, code.p, (size_t)(code.end - code.p));
		else
			(void)folder_code(im, &code);
		n -= (size_t)(end + 1 - s);
		s = end + 1;
		while (n > 0 && *s == ' ') {
			s++;
			n--;
		}
	}
	imap_clean(text, sizeof text, s, n);
	if (c != NULL)
		memcpy(c->text, text, sizeof text);
	if (alert)
		say(im, text);
}

void
imap_exists(struct imap *im, uint64_t n)
{
	struct err e = ERR_INIT;

	im->sel.fresh = true;
	if (im->sel.st.exists == n && im->sel.folder != NULL)
		return;
	im->sel.st.exists = n;
	if (im->sel.folder == NULL || im->selecting)
		return;
	im->events++;
	if (im->has_sink && im->sink.exists != NULL &&
	    im->sink.exists(im->sink.ctx, n, &e) < 0)
		im->sink_err = e;
}

static int
expunge(struct imap *im, uint64_t seq)
{
	struct mset gone = MSET_INIT;
	uint64_t uid;

	if (im->sel.folder == NULL || seq == 0 || seq > im->sel.st.exists)
		return 1;
	uid = seqmap_expunge(&im->map, seq);
	if (seq < im->low)
		im->low--;
	if (seq < im->page_lo)
		im->page_lo--;
	im->events++;
	im->sel.st.exists--;
	if (uid != 0) {
		mset_add(&gone, uid);
		imap_tell_gone(im, &gone);
		mset_free(&gone);
	}
	if (im->has_sink && im->sink.exists != NULL) {
		struct err e = ERR_INIT;

		if (im->sink.exists(im->sink.ctx, im->sel.st.exists, &e) < 0)
			im->sink_err = e;
	}
	return 0;
}

/* Not (EARLIER): each of these was one of the messages that exist. */
static void
count_vanished(struct imap *im, const struct mset *gone)
{
	uint64_t all = mset_count(gone), mapped = 0, below;

	if (all > im->sel.st.exists)
		all = im->sel.st.exists;
	for (size_t i = 0; i < gone->n; i++)
		mapped += seqmap_vanish(
		    &im->map, gone->range[i].lo, gone->range[i].hi);
	below = all > mapped ? all - mapped : 0;
	seqmap_shift(&im->map, below);
	if (im->low > 0)
		im->low = im->low > below ? im->low - below : 1;
	if (im->page_lo > 0)
		im->page_lo = im->page_lo > below ? im->page_lo - below : 1;
	im->sel.st.exists -= all;
	im->events++;
}

static int
vanished(struct imap *im, struct scan *s)
{
	struct mset gone = MSET_INIT;
	struct span a;
	bool earlier = false;
	int rc = 1;

	scan_blanks(s);
	if (scan_char(s, '(')) {
		earlier = true;
		if (!scan_word(s, "EARLIER") || !scan_char(s, ')'))
			return 1;
		scan_blanks(s);
	}
	if (im->sel.folder == NULL || !scan_atom(s, &a))
		return 1;
	if (mset_parse(&gone, a.p, a.n, IMAP_RANGES_MAX) == 0) {
		if (!earlier)
			count_vanished(im, &gone);
		imap_tell_gone(im, &gone);
		rc = 0;
	}
	mset_free(&gone);
	return rc;
}

static int
search(struct imap *im, struct scan *s)
{
	uint64_t n;

	if (im->found == NULL)
		return 1;
	for (scan_blanks(s); scan_number(s, SCAN_UID_MAX, &n); scan_blanks(s))
		mset_add(im->found, n);
	return 0;
}

/* ESEARCH (TAG "e7") UID ALL 1:5,7 MAX 9 ... */
static int
esearch(struct imap *im, struct scan *s)
{
	struct span a;
	uint64_t n;

	if (im->found == NULL)
		return 1;
	scan_blanks(s);
	if (scan_peek(s) == '(' && !scan_skip(s))
		return 1;
	for (;;) {
		scan_blanks(s);
		if (scan_word(s, "UID"))
			continue;
		if (scan_word(s, "ALL")) {
			scan_blanks(s);
			if (!scan_atom(s, &a) || mset_parse(im->found, a.p, a.n,
						     IMAP_RANGES_MAX) < 0)
				return 1;
		} else if (scan_word(s, "MAX")) {
			scan_blanks(s);
			if (!scan_number(s, SCAN_UID_MAX, &n))
				return 1;
			mset_add(im->found, n);
		} else if (!scan_atom(s, &a)) {
			return 0;
		} else {
			scan_blanks(s);
			if (!scan_skip(s))
				return 0;
		}
	}
}

static void
enabled(struct imap *im, struct scan *s)
{
	struct span a;

	for (scan_blanks(s); scan_atom(s, &a); scan_blanks(s)) {
		if (span_is(a, "QRESYNC"))
			im->qresync_on = im->condstore_on = true;
		else if (span_is(a, "CONDSTORE"))
			im->condstore_on = true;
	}
}

/* OK, NO, BAD and BYE carry text, which ends at the line whatever it is. */
static int
condition(struct imap *im, struct scan *s, struct err *e)
{
	bool bye = scan_word(s, "BYE");

	if (!bye && !scan_word(s, "OK") && !scan_word(s, "NO") &&
	    !scan_word(s, "BAD"))
		return 1;
	scan_blanks(s);
	imap_resp_text(im, NULL, s->p, (size_t)(s->end - s->p));
	if (!bye)
		return 0;
	if (*s->p == '[' && memchr(s->p, ']', (size_t)(s->end - s->p)))
		s->p = (const char *)memchr(
			   s->p, ']', (size_t)(s->end - s->p)) +
		       1;
	scan_blanks(s);
	if (im->secure)
		imap_clean(
		    im->bye, sizeof im->bye, s->p, (size_t)(s->end - s->p));
	if (im->closing)
		return 0;
	say(im, im->bye);
	return imap_die(im, e, ERR_NET, "the server closed the connection%s%s",
	    im->bye[0] != 0 ? ": " : "", im->bye);
}

static int
numbered(struct imap *im, uint64_t n, struct scan *s, struct err *e)
{
	scan_blanks(s);
	if (scan_word(s, "FETCH"))
		return imap_fetch_reply(im, n, e);
	if (scan_word(s, "EXISTS")) {
		imap_exists(im, n);
		return 0;
	}
	if (scan_word(s, "EXPUNGE"))
		return im->sel.fresh ? expunge(im, n) : 0;
	if (scan_word(s, "RECENT"))
		return 0;
	return imap_whole(im, 0, e) < 0 ? -1 : 1;
}

/* Responses whose strings may be literals. */
static int
with_literals(struct imap *im, struct err *e)
{
	int over = imap_whole(im, IMAP_REPLY_MAX, e);
	struct scan s;

	if (over != 0)
		return over;
	s = scan_of(im->resp.data + 2, im->resp.len - 4);
	if (scan_word(&s, "LIST"))
		imap_list_reply(im, &s, false);
	else if (scan_word(&s, "LSUB"))
		imap_list_reply(im, &s, true);
	else if (scan_word(&s, "STATUS"))
		imap_status_reply(im, &s);
	else
		return 1;
	return 0;
}

int
imap_untagged(struct imap *im, struct err *e)
{
	struct scan s = scan_of(im->line.data + 2, im->line.len - 2);
	uint64_t n;
	int rc;

	scan_blanks(&s);
	if (scan_number(&s, SCAN_UID_MAX, &n))
		return numbered(im, n, &s, e);
	rc = condition(im, &s, e);
	if (rc <= 0)
		return rc;
	if (scan_word(&s, "CAPABILITY"))
		caps_parse(&im->caps, s.p, (size_t)(s.end - s.p));
	else if (scan_word(&s, "FLAGS"))
		im->sel.fresh = true;
	else if (scan_word(&s, "SEARCH"))
		return search(im, &s);
	else if (scan_word(&s, "ESEARCH"))
		return esearch(im, &s);
	else if (scan_word(&s, "VANISHED"))
		return im->sel.fresh ? vanished(im, &s) : 0;
	else if (scan_word(&s, "ENABLED"))
		enabled(im, &s);
	else
		return with_literals(im, e);
	return 0;
}
