/*
 * rows - windows of the folder: the newest page, older ones in chunks.
 *
 * Windows are asked for by sequence number, so that no list of UIDs is needed
 * first; two chunks are in flight.  EXPUNGE moves what is not yet asked for
 * (im->low, next), and UIDs in the answers say which message each is.
 */
#include <stdlib.h>
#include <string.h>

#include "imap_int.h"
#include "util/mem.h"

#define HEADER_ITEM                                                            \
	"UID FLAGS INTERNALDATE RFC822.SIZE "                                  \
	"BODY.PEEK[HEADER.FIELDS (" STORE_HEADERS ")]"
#define SMALL_HEADER_ITEM                                                      \
	"UID FLAGS RFC822.SIZE "                                               \
	"BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE MESSAGE-ID)]"
#define STRUCTURE_ITEM "UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE"

static const char *
shape(const struct imap *im, enum imap_want want)
{
	if (want == WANT_STRUCTURE)
		return im->condstore_on ? "(" STRUCTURE_ITEM " MODSEQ)"
					: "(" STRUCTURE_ITEM ")";
	return im->condstore_on ? "(" HEADER_ITEM " MODSEQ)"
				: "(" HEADER_ITEM ")";
}

/* Some messages were expunged meanwhile: what there is has been sent.  Any
 * other NO means that rows are missing, whatever came before it. */
static bool
only_expunged(const struct imap_cmd *c)
{
	struct scan s = scan_of(buf_text(&c->code), c->code.len);

	return c->status == IMAP_NO && scan_word(&s, "EXPUNGEISSUED");
}

/* Ends one FETCH. */
static int
end_fetch(struct imap *im, struct imap_cmd *c, struct err *e)
{
	int rc = imap_await(im, c, e);

	if (rc == 0 && c->status != IMAP_OK && !only_expunged(c))
		rc = imap_refused(c, "list messages", e);
	imap_free_cmd(c);
	return rc;
}

/* Send the pieces of a set and keep a few of them in flight. */
int
imap_over_set(struct imap *im, const struct mset *set, const char *verb,
    const char *after, const char *what, struct err *e)
{
	struct imap_cmd *flying[4] = {NULL};
	size_t from = 0, first = 0, n = 0;
	int rc = 0;

	while (rc == 0 && (from < set->n || n > 0)) {
		while (rc == 0 && n < 4 && from < set->n &&
		       !(im->fetch != NULL && im->fetch->stop)) {
			char *text = mset_text(set, &from, IMAP_SET_BYTES);

			rc = imap_send(im, &flying[(first + n++) % 4], e,
			    "%s %s%s%s", verb, text, after[0] != 0 ? " " : "",
			    after);
			free(text);
		}
		if (n == 0)
			break;
		if (rc == 0)
			rc = imap_flush(im, e);
		if (rc < 0)
			break;
		if (im->fetch != NULL)
			rc = end_fetch(im, flying[first], e);
		else
			rc = imap_finish(im, flying[first], what, e);
		first = (first + 1) % 4;
		n--;
	}
	/* after a refusal: the others' answers mean nothing any more */
	for (; n > 0; n--, first = (first + 1) % 4) {
		if (!im->base.dead && imap_await(im, flying[first], NULL) < 0)
			rc = -1;
		imap_free_cmd(flying[first]);
	}
	return rc;
}

/* Rows that could not be read, once more and simpler. */
static int
fetch_missed(struct imap *im, const char *items, struct err *e)
{
	struct imap_fetch *f = im->fetch;
	struct mset uids = MSET_INIT, seqs = MSET_INIT;
	const struct mset *was = f->uids;
	uint64_t lo = f->seq_lo, hi = f->seq_hi, from = f->uid_from;
	int rc = 0;

	for (size_t i = 0; i < f->nmiss; i++) {
		if (f->miss[i].uid != 0)
			mset_add(&uids, f->miss[i].uid);
		else if (f->miss[i].seq <= im->sel.st.exists)
			mset_add(&seqs, f->miss[i].seq);
	}
	f->nmiss = 0;
	f->uid_from = 0;
	f->uids = &uids;
	f->seq_lo = f->seq_hi = 0;
	if (uids.n > 0)
		rc = imap_over_set(im, &uids, "UID FETCH", items, "", e);
	if (rc == 0 && seqs.n > 0) {
		f->uids = NULL;
		f->seq_lo = seqs.range[0].lo;
		f->seq_hi = seqs.range[seqs.n - 1].hi;
		rc = imap_over_set(im, &seqs, "FETCH", items, "", e);
	}
	f->uids = was;
	f->seq_lo = lo;
	f->seq_hi = hi;
	f->uid_from = from;
	mset_free(&uids);
	mset_free(&seqs);
	return rc;
}

static int
mend(struct imap *im, struct err *e)
{
	struct imap_fetch *f = im->fetch;

	if (f->nmiss > 0 && f->want == WANT_HEADER &&
	    fetch_missed(im, "(" SMALL_HEADER_ITEM ")", e) < 0)
		return -1;
	f->bare = true;
	if (f->nmiss > 0 && fetch_missed(im, "(UID FLAGS)", e) < 0)
		return -1;
	f->bare = false;
	return 0;
}

/* What every operation here ends with. */
static int
finish(struct imap *im, int rc, struct err *e)
{
	struct imap_fetch *f = im->fetch;

	if (rc == 0 && !f->given_up)
		rc = mend(im, e);
	if (rc == 0 && f->given_up)
		rc = err_set(e, f->err.kind, "%s", f->err.text);
	if (rc == 0 && im->sink_err.kind != ERR_NONE)
		rc = err_set(e, im->sink_err.kind, "%s", im->sink_err.text);
	free(f->miss);
	im->fetch = NULL;
	return rc;
}

int
imap_newest(
    struct store *s, uint64_t count, struct row_sink *sink, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct imap_fetch f = {.want = WANT_HEADER, .rows = sink};
	uint64_t exists, lo;
	struct imap_cmd *c;
	int rc;

	if (imap_in_folder(im, e) < 0)
		return -1;
	exists = im->sel.st.exists;
	if (exists == 0 || count == 0)
		return 0;
	lo = exists > count ? exists - count + 1 : 1;
	f.seq_lo = lo;
	f.seq_hi = exists;
	f.expected = exists - lo + 1;
	im->fetch = &f;
	seqmap_cover(&im->map, exists - lo < SEQMAP_MAX ? lo : 0);
	rc = imap_send(im, &c, e, "FETCH %llu:%llu %s", (unsigned long long)lo,
	    (unsigned long long)exists, shape(im, WANT_HEADER));
	if (rc == 0)
		rc = imap_flush(im, e);
	if (rc == 0)
		rc = end_fetch(im, c, e);
	if (rc == 0 && (im->page_lo == 0 || im->page_lo > lo))
		im->page_lo = lo;
	if (rc == 0 && im->low > lo)
		im->low = lo;
	return finish(im, rc, e);
}

/* The number of the oldest message that the cache holds. */
static int
find_low(struct imap *im, struct err *e)
{
	struct mset found = MSET_INIT;
	char text[80];
	int rc;

	if (im->low != 0)
		return 0;
	if (im->known_lo <= 1) {
		im->low = 1;
		return 0;
	}
	snprintf(text, sizeof text, "UID 1:%llu",
	    (unsigned long long)im->known_lo - 1);
	rc = imap_search(im, text, false, &found, e);
	if (rc == 0) {
		im->low = found.n > 0 ? found.range[found.n - 1].hi + 1 : 1;
		if (im->low > im->sel.st.exists + 1)
			im->low = im->sel.st.exists + 1;
		if (im->page_lo != 0 && im->page_lo < im->low)
			im->low = im->page_lo;
	}
	mset_free(&found);
	return rc;
}

struct chunk {
	struct imap_cmd *c;
	uint64_t lo, hi;
};

/* Ask for the next chunk below im->low. */
static int
send_chunk(struct imap *im, uint64_t *want, struct chunk *k, struct err *e)
{
	uint64_t n = *want < IMAP_CHUNK ? *want : IMAP_CHUNK;

	k->hi = im->low - 1;
	if (n > k->hi)
		n = k->hi;
	k->lo = im->low - n;
	*want -= n;
	im->low = k->lo;
	im->fetch->expected += n;
	if (im->fetch->seq_hi == 0)
		im->fetch->seq_hi = k->hi;
	im->fetch->seq_lo = k->lo;
	if (k->hi + 1 == im->map.base)
		seqmap_cover(&im->map, k->lo);
	return imap_send(im, &k->c, e, "FETCH %llu:%llu %s",
	    (unsigned long long)k->lo, (unsigned long long)k->hi,
	    shape(im, WANT_HEADER));
}

/* A server that says OK to chunk after chunk and gives nothing is lying
 * about how many there are. */
static int
check_progress(struct imap *im, uint64_t before, int *empty, struct err *e)
{
	if (im->fetch->taken > before || im->fetch->nmiss > 0)
		*empty = 0;
	else if (++*empty >= 3)
		return err_set(e, ERR_PROTO,
		    "the server says there are %llu messages and gives none",
		    (unsigned long long)im->sel.st.exists);
	return 0;
}

static int
walk_down(struct imap *im, uint64_t want, struct err *e)
{
	struct chunk flying[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
	int n = 0, empty = 0, rc = 0;

	for (;;) {
		uint64_t before = im->fetch->taken;

		while (rc == 0 && n < 2 && want > 0 && im->low > 1 &&
		       !im->fetch->stop)
			rc = send_chunk(im, &want, &flying[n++], e);
		if (n == 0 || rc < 0)
			break;
		rc = imap_flush(im, e);
		if (rc == 0)
			rc = end_fetch(im, flying[0].c, e);
		flying[0] = flying[1];
		n--;
		if (rc == 0)
			rc = check_progress(im, before, &empty, e);
		if (rc < 0)
			break;
	}
	if (n > 0 && !im->base.dead) {
		struct err ignored = ERR_INIT;

		(void)!end_fetch(im, flying[0].c, &ignored);
	}
	return rc;
}

int
imap_older(struct store *s, uint64_t count, uint64_t *left,
    struct row_sink *sink, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct imap_fetch f = {.want = WANT_HEADER, .rows = sink};
	int rc;

	if (imap_in_folder(im, e) < 0 || find_low(im, e) < 0)
		return -1;
	im->fetch = &f;
	rc = walk_down(im, count, e);
	rc = finish(im, rc, e);
	if (rc == 0 && left != NULL)
		*left = im->low > 0 ? im->low - 1 : 0;
	return rc;
}

int
imap_since(
    struct store *s, uint64_t uidnext, struct row_sink *sink, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct imap_fetch f = {.want = WANT_HEADER,
	    .rows = sink,
	    .uid_from = uidnext > 0 ? uidnext : 1};
	struct imap_cmd *c;
	int rc;

	if (imap_in_folder(im, e) < 0)
		return -1;
	if (im->sel.st.exists == 0)
		return 0;
	im->fetch = &f;
	f.expected = im->sel.st.exists;
	rc = imap_send(im, &c, e, "UID FETCH %llu:* %s",
	    (unsigned long long)f.uid_from, shape(im, WANT_HEADER));
	if (rc == 0)
		rc = imap_flush(im, e);
	if (rc == 0)
		rc = end_fetch(im, c, e);
	return finish(im, rc, e);
}

int
imap_rows(struct store *s, const struct mset *set, bool structure,
    struct row_sink *sink, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct imap_fetch f = {.want = structure ? WANT_STRUCTURE : WANT_HEADER,
	    .rows = sink,
	    .uids = set};
	int rc = 0;

	if (imap_in_folder(im, e) < 0)
		return -1;
	im->fetch = &f;
	f.expected = mset_count(set);
	if (set->n > 0)
		rc = imap_over_set(
		    im, set, "UID FETCH", shape(im, f.want), "", e);
	return finish(im, rc, e);
}
