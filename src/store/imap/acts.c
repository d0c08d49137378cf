/*
 * acts - flags, move, append, search: what changes mail on the server.
 *
 * All by UID.  A message is deleted for good only where UIDPLUS lets us name
 * it: a bare EXPUNGE would take what other clients marked along.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "imap_int.h"
#include "util/mem.h"

static const struct {
	unsigned flag;
	const char *name;
	bool keyword;
} flag_names[] = {
    {FLAG_SEEN, "\\Seen", false},
    {FLAG_ANSWERED, "\\Answered", false},
    {FLAG_FLAGGED, "\\Flagged", false},
    {FLAG_DELETED, "\\Deleted", false},
    {FLAG_DRAFT, "\\Draft", false},
    {FLAG_FORWARDED, "$Forwarded", true},
    {FLAG_JUNK, "$Junk", true},
    {FLAG_NOTJUNK, "$NotJunk", true},
    {FLAG_MDNSENT, "$MDNSent", true},
};

/* "(\Seen $Junk)"; keywords only where the folder keeps them.  Yours. */
static char *
flag_list(const struct imap *im, unsigned flags, bool all)
{
	struct buf b = BUF_INIT(1024);
	const char *blank = "";

	buf_putc(&b, '(');
	for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++) {
		if ((flags & flag_names[i].flag) == 0)
			continue;
		if (flag_names[i].keyword && !all && !im->sel.st.keywords &&
		    (im->sel.keywords_known & flag_names[i].flag) == 0)
			continue;
		buf_printf(&b, "%s%s", blank, flag_names[i].name);
		blank = " ";
	}
	buf_putc(&b, ')');
	return buf_take(&b);
}

static int
store_flags(struct imap *im, const struct mset *set, char sign, unsigned flags,
    struct err *e)
{
	char *list = flag_list(im, flags, false);
	char *after = mem_printf("%cFLAGS.SILENT %s", sign, list);
	int rc = 0;

	if (strcmp(list, "()") != 0)
		rc = imap_over_set(im, set, "UID STORE", after, "set flags", e);
	free(after);
	free(list);
	return rc;
}

int
imap_set_flags(struct store *s, const struct mset *set, unsigned on,
    unsigned off, struct err *e)
{
	struct imap *im = (struct imap *)s;

	if (imap_in_folder(im, e) < 0)
		return -1;
	if (im->sel.st.read_only)
		return err_set(e, ERR_INPUT, "the folder is read-only");
	if (set->n == 0)
		return 0;
	if (on != 0 && store_flags(im, set, '+', on, e) < 0)
		return -1;
	if (off != 0 && store_flags(im, set, '-', off, e) < 0)
		return -1;
	return 0;
}

/* Every UID of a set, ascending: *i is the range, *at the UID. */
static bool
next_uid(const struct mset *s, size_t *i, uint64_t *at)
{
	if (*i >= s->n)
		return false;
	if (*at == 0)
		*at = s->range[*i].lo;
	else if (*at < s->range[*i].hi)
		++*at;
	else if (++*i < s->n)
		*at = s->range[*i].lo;
	else
		return false;
	return true;
}

/* The UIDs of "1:3,9" in the order in which they stand there. */
struct listed {
	struct scan s;
	uint64_t at, hi;
};

static bool
next_listed(struct listed *l)
{
	uint64_t other;

	if (l->at < l->hi) {
		l->at++;
		return true;
	}
	(void)scan_char(&l->s, ',');
	if (!scan_number(&l->s, SCAN_UID_MAX, &l->at))
		return false;
	l->hi = l->at;
	if (!scan_char(&l->s, ':'))
		return true;
	if (!scan_number(&l->s, SCAN_UID_MAX, &other))
		return false;
	l->hi = other > l->at ? other : l->at;
	l->at = other > l->at ? l->at : other;
	return true;
}

/* "COPYUID validity from to": pairs in order.  A UID that was not asked for
 * ends it; the rest then counts as not said. */
static int
tell_pairs(
    struct mset *left, struct scan *s, struct move_sink *sink, struct err *e)
{
	struct listed from = {.at = 0}, to = {.at = 0};
	uint64_t validity;
	struct span x, y;

	scan_blanks(s);
	if (!scan_number(s, SCAN_UID_MAX, &validity))
		return 0;
	scan_blanks(s);
	if (!scan_atom(s, &x))
		return 0;
	scan_blanks(s);
	if (!scan_atom(s, &y))
		return 0;
	from.s = scan_of(x.p, x.n);
	to.s = scan_of(y.p, y.n);
	while (next_listed(&from) && next_listed(&to)) {
		struct mkey was = {.num = from.at}, is = {.num = to.at};

		if (!mset_has(left, from.at))
			break;
		mset_remove(left, from.at);
		if (sink->moved(sink->ctx, &was, &is, validity, e) < 0)
			return -1;
	}
	return 0;
}

/* Pairs out of the codes a command collected, one a line. */
static int
tell_moved(struct imap_cmd *c, struct mset *left, struct move_sink *sink,
    struct err *e)
{
	const char *p = buf_text(&c->code), *end = p + c->code.len;
	int rc = 0;

	while (rc == 0 && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct scan s = scan_of(
		    p, (size_t)((nl != NULL ? nl : end) - p));

		if (scan_word(&s, "COPYUID"))
			rc = tell_pairs(left, &s, sink, e);
		p = nl != NULL ? nl + 1 : end;
	}
	return rc;
}

/* The target's keys are not known; a range is bounded by what was asked. */
static int
tell_unpaired(struct mset *left, struct move_sink *sink, struct err *e)
{
	struct mkey none = {.num = 0};
	size_t i = 0;
	uint64_t uid = 0;

	while (next_uid(left, &i, &uid)) {
		struct mkey was = {.num = uid};

		if (sink->moved(sink->ctx, &was, &none, 0, e) < 0)
			return -1;
	}
	return 0;
}

/* UID MOVE or UID COPY of one piece of the set. */
static int
transfer(struct imap *im, const char *verb, const char *uids, const char *to,
    struct mset *left, struct move_sink *sink, struct err *e)
{
	struct imap_cmd *c = imap_begin(im, e);
	int rc;

	if (c == NULL)
		return -1;
	imap_put(im, "UID %s %s ", verb, uids);
	if (imap_put_folder(im, to, e) < 0) {
		imap_free_cmd(c);
		return -1;
	}
	im->code_for = c;
	rc = imap_end(im, e);
	if (rc == 0)
		rc = imap_flush(im, e);
	if (rc == 0)
		rc = imap_await(im, c, e);
	im->code_for = NULL;
	if (rc == 0 && c->status != IMAP_OK)
		rc = imap_refused(c, "move messages", e);
	if (rc == 0)
		rc = tell_moved(c, left, sink, e);
	imap_free_cmd(c);
	return rc;
}

static int
transfer_all(struct imap *im, const struct mset *set, const char *to,
    struct mset *left, struct move_sink *sink, struct err *e)
{
	const char *verb = imap_has(im, CAP_MOVE) ? "MOVE" : "COPY";
	size_t from = 0;
	int rc = 0;

	while (rc == 0 && from < set->n) {
		char *uids = mset_text(set, &from, IMAP_SET_BYTES);

		rc = transfer(im, verb, uids, to, left, sink, e);
		free(uids);
	}
	return rc;
}

/* After COPY: the originals go, one way or the other. */
static int
remove_originals(struct imap *im, const struct mset *set, struct err *e)
{
	if (imap_over_set(im, set, "UID STORE", "+FLAGS.SILENT (\\Deleted)",
		"delete messages", e) < 0)
		return -1;
	if (!imap_has(im, CAP_UIDPLUS))
		return 0;
	return imap_over_set(im, set, "UID EXPUNGE", "", "delete messages", e);
}

/* New places that are told once the originals are gone: cut off before that,
 * a move is not done, and is made again. */
struct kept {
	struct {
		uint64_t from, to, validity;
	} * v;
	size_t n, cap;
};

static int
keep(void *ctx, const struct mkey *from, const struct mkey *to,
    uint64_t uidvalidity, struct err *e)
{
	struct kept *k = ctx;

	(void)e;
	mem_grow(&k->v, &k->cap, k->n + 1, sizeof *k->v);
	k->v[k->n].from = from->num;
	k->v[k->n].to = to->num;
	k->v[k->n++].validity = uidvalidity;
	return 0;
}

static int
copy_and_remove(struct imap *im, const struct mset *set, const char *to,
    struct mset *left, struct move_sink *sink, struct err *e)
{
	struct kept k = {.n = 0};
	struct move_sink keeper = {.ctx = &k, .moved = keep};
	int rc = transfer_all(im, set, to, left, &keeper, e);

	if (rc == 0)
		rc = remove_originals(im, set, e);
	for (size_t i = 0; rc == 0 && i < k.n; i++) {
		struct mkey was = {.num = k.v[i].from}, is = {.num = k.v[i].to};

		rc = sink->moved(sink->ctx, &was, &is, k.v[i].validity, e);
	}
	free(k.v);
	return rc;
}

int
imap_move(struct store *s, const struct mset *set, const char *to,
    struct move_sink *sink, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct mset left = MSET_INIT;
	int rc;

	if (imap_in_folder(im, e) < 0)
		return -1;
	if (im->sel.st.read_only)
		return err_set(e, ERR_INPUT, "the folder is read-only");
	if (set->n == 0)
		return 0;
	for (size_t i = 0; i < set->n; i++)
		mset_add_range(&left, set->range[i].lo, set->range[i].hi);
	if (imap_has(im, CAP_MOVE))
		rc = transfer_all(im, set, to, &left, sink, e);
	else
		rc = copy_and_remove(im, set, to, &left, sink, e);
	if (rc == 0)
		rc = tell_unpaired(&left, sink, e);
	mset_free(&left);
	return rc;
}

static void
put_date(struct imap *im, int64_t idate)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)idate;
	struct tm tm;

	if (idate <= 0 || gmtime_r(&t, &tm) == NULL || tm.tm_year > 8000)
		return;
	imap_put(im, " \"%2d-%.3s-%04d %02d:%02d:%02d +0000\"", tm.tm_mday,
	    months + tm.tm_mon * 3, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
}

/* The message itself, after the command's line has been taken. */
static int
send_message(
    struct imap *im, struct imap_cmd *c, const void *p, size_t n, struct err *e)
{
	bool plus = imap_has(im, CAP_LITERAL_PLUS);

	imap_put(im, " {%zu%s}", n, plus ? "+" : "");
	if (imap_end(im, e) < 0)
		return -1;
	if (!plus && (imap_flush(im, e) < 0 || imap_await_go(im, c, e) < 0))
		return -1;
	if (stream_write(im->base.stream, p, n, e) < 0 ||
	    stream_write(im->base.stream, "\r\n", 2, e) < 0 ||
	    stream_flush(im->base.stream, e) < 0)
		return imap_lost(im, e);
	return imap_await(im, c, e);
}

/* "APPENDUID validity uid" */
static void
take_appenduid(const struct imap_cmd *c, struct mkey *out)
{
	struct scan s = scan_of(buf_text(&c->code), c->code.len);
	uint64_t validity, uid;

	out->num = 0;
	out->str = NULL;
	if (!scan_word(&s, "APPENDUID"))
		return;
	scan_blanks(&s);
	if (!scan_number(&s, SCAN_UID_MAX, &validity))
		return;
	scan_blanks(&s);
	if (scan_number(&s, SCAN_UID_MAX, &uid))
		out->num = uid;
}

int
imap_append(struct store *s, const char *folder, unsigned flags, int64_t idate,
    const void *p, size_t n, struct mkey *out, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct imap_cmd *c;
	char *list;
	int rc;

	if (imap_ready(im, e) < 0 || imap_settle(im, e) < 0)
		return -1;
	if (n == 0 || memchr(p, 0, n) != NULL)
		return err_set(
		    e, ERR_INPUT, "a message with NUL bytes cannot be stored");
	c = imap_begin(im, e);
	if (c == NULL)
		return -1;
	imap_put(im, "APPEND ");
	rc = imap_put_folder(im, folder, e);
	if (rc == 0) {
		list = flag_list(im, flags, true);
		imap_put(im, " %s", list);
		free(list);
		put_date(im, idate);
		rc = send_message(im, c, p, n, e);
	}
	if (rc == 0 && c->status != IMAP_OK)
		rc = imap_refused(c, "store a message", e);
	if (rc == 0 && out != NULL)
		take_appenduid(c, out);
	imap_free_cmd(c);
	return rc;
}

int
imap_find_msgid(
    struct store *s, const char *msgid, struct mset *out, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct imap_cmd *c;
	char *id;
	int rc;

	if (imap_in_folder(im, e) < 0)
		return -1;
	c = imap_begin(im, e);
	if (c == NULL)
		return -1;
	id = msgid[0] == '<' ? mem_str(msgid) : mem_printf("<%s>", msgid);
	imap_put(im, "UID SEARCH %sHEADER Message-ID ",
	    imap_has(im, CAP_ESEARCH) ? "RETURN (ALL) " : "");
	im->found = out;
	rc = imap_put_string(im, id, strlen(id), e);
	if (rc == 0)
		rc = imap_end(im, e);
	if (rc == 0)
		rc = imap_flush(im, e);
	if (rc == 0)
		rc = imap_await(im, c, e);
	if (rc == 0 && c->status != IMAP_OK)
		rc = imap_refused(c, "search", e);
	im->found = NULL;
	imap_free_cmd(c);
	free(id);
	return rc;
}
