/*
 * changes - what happened to known messages while nobody watched.
 *
 * QRESYNC tells both flags and removals since a mod-sequence; CONDSTORE tells
 * flags, and a SEARCH over the known range what is still there; without
 * either, the flags of the known range are fetched and what is not among them
 * is gone.  Seen UIDs are kept as ranges, so a range the server makes up
 * costs nothing.
 */
#include <stdlib.h>

#include "imap_int.h"
#include "util/mem.h"

int
imap_search(struct imap *im, const char *criteria, bool uid_result,
    struct mset *out, struct err *e)
{
	const char *form = "";
	int rc;

	if (imap_has(im, CAP_ESEARCH))
		form = uid_result ? "RETURN (ALL) " : "RETURN (MAX) ";
	im->found = out;
	rc = imap_run(im, "search", e, "%sSEARCH %s%s",
	    uid_result ? "UID " : "", form, criteria);
	im->found = NULL;
	return rc;
}

/* Ranges of known that `here` has nothing of. */
static void
missing(const struct mset *known, const struct mset *here, struct mset *out)
{
	size_t j = 0;

	for (size_t i = 0; i < known->n; i++) {
		uint64_t lo = known->range[i].lo, hi = known->range[i].hi;

		while (lo <= hi) {
			while (j < here->n && here->range[j].hi < lo)
				j++;
			if (j == here->n || here->range[j].lo > hi) {
				mset_add_range(out, lo, hi);
				break;
			}
			if (here->range[j].lo > lo)
				mset_add_range(out, lo, here->range[j].lo - 1);
			if (here->range[j].hi >= hi)
				break;
			lo = here->range[j].hi + 1;
		}
	}
}

static void
tell_missing(struct imap *im, const struct mset *known, const struct mset *here)
{
	struct mset gone = MSET_INIT;

	missing(known, here, &gone);
	if (gone.n > 0)
		imap_tell_gone(im, &gone);
	mset_free(&gone);
}

/* What is heard goes to the caller and is noted down here. */
struct tap {
	struct change_sink to;
	struct mset here;
};

static int
tap_flags(void *ctx, const struct mkey *k, unsigned flags, const char *keywords,
    uint64_t modseq, struct err *e)
{
	struct tap *t = ctx;

	mset_add(&t->here, k->num);
	if (t->to.flags == NULL)
		return 0;
	return t->to.flags(t->to.ctx, k, flags, keywords, modseq, e);
}

static int
tap_gone(void *ctx, const struct mset *gone, struct err *e)
{
	struct tap *t = ctx;

	return t->to.gone != NULL ? t->to.gone(t->to.ctx, gone, e) : 0;
}

static int
tap_exists(void *ctx, uint64_t exists, struct err *e)
{
	struct tap *t = ctx;

	return t->to.exists != NULL ? t->to.exists(t->to.ctx, exists, e) : 0;
}

/* The range of known UIDs, as text. */
static char *
range_text(const struct mset *known)
{
	return mem_printf("%llu:%llu", (unsigned long long)known->range[0].lo,
	    (unsigned long long)known->range[known->n - 1].hi);
}

/* The numbers of the newest messages are learned on the way, so that later
 * an EXPUNGE can be told as a key. */
static void
prepare_map(struct imap *im, const struct mset *known)
{
	uint64_t count = mset_count(known) + IMAP_CHUNK;

	if (count > SEQMAP_MAX)
		return;
	if (im->map.base > im->sel.st.exists + 1)
		seqmap_reset(&im->map, im->sel.st.exists);
	seqmap_cover(&im->map,
	    im->sel.st.exists > count ? im->sel.st.exists - count + 1 : 1);
}

static int
by_qresync(struct imap *im, const struct folder_known *known, struct err *e)
{
	return imap_run(im, "ask for changes", e,
	    "UID FETCH 1:* (FLAGS) (CHANGEDSINCE %llu VANISHED)",
	    (unsigned long long)known->modseq);
}

/* `here` is all from some UID to the end: the newest numbers are theirs. */
static void
map_tail(struct imap *im, const struct mset *here)
{
	uint64_t n = mset_count(here), seq;

	if (n > im->sel.st.exists || n > SEQMAP_MAX)
		return;
	seq = im->sel.st.exists - n + 1;
	seqmap_cover(&im->map, seq);
	for (size_t i = 0; i < here->n; i++)
		for (uint64_t u = here->range[i].lo; u <= here->range[i].hi;
		     u++)
			seqmap_set(&im->map, seq++, u);
}

static int
by_condstore(struct imap *im, const struct folder_known *known, struct err *e)
{
	struct mset here = MSET_INIT;
	char *range = range_text(known->uids);
	char *criteria = mem_printf(
	    "UID %llu:*", (unsigned long long)known->uids->range[0].lo);
	int rc = 0;

	rc = imap_run(im, "ask for changes", e,
	    "UID FETCH %s (UID FLAGS) (CHANGEDSINCE %llu)", range,
	    (unsigned long long)known->modseq);
	if (rc == 0 && im->sel.st.exists > 0)
		rc = imap_search(im, criteria, true, &here, e);
	if (rc == 0) {
		tell_missing(im, known->uids, &here);
		map_tail(im, &here);
	}
	mset_free(&here);
	free(criteria);
	free(range);
	return rc;
}

static int
by_flags(struct imap *im, const struct folder_known *known, struct tap *t,
    struct err *e)
{
	char *range = range_text(known->uids);
	int rc = 0;

	prepare_map(im, known->uids);
	if (im->sel.st.exists > 0)
		rc = imap_run(
		    im, "ask for flags", e, "UID FETCH %s (UID FLAGS)", range);
	if (rc == 0)
		tell_missing(im, known->uids, &t->here);
	free(range);
	return rc;
}

static int
ask(struct imap *im, const struct folder_known *known, struct tap *t,
    struct err *e)
{
	bool since = known->modseq != 0 && im->sel.st.modseq != 0;

	if (since && im->qresync_on)
		return by_qresync(im, known, e);
	if (known->uids == NULL || known->uids->n == 0)
		return 0;
	if (since && imap_has(im, CAP_CONDSTORE))
		return by_condstore(im, known, e);
	return by_flags(im, known, t, e);
}

int
imap_changes(struct store *s, const struct folder_known *known,
    struct change_sink *sink, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct tap tap = {.here = MSET_INIT};
	struct change_sink was = im->sink;
	bool had = im->has_sink;
	int rc;

	if (imap_in_folder(im, e) < 0)
		return -1;
	if (sink != NULL)
		tap.to = *sink;
	im->sink = (struct change_sink){.ctx = &tap,
	    .flags = tap_flags,
	    .gone = tap_gone,
	    .exists = tap_exists};
	im->has_sink = true;
	rc = ask(im, known, &tap, e);
	im->sink = was;
	im->has_sink = had;
	mset_free(&tap.here);
	if (rc == 0 && im->sink_err.kind != ERR_NONE)
		rc = err_set(e, im->sink_err.kind, "%s", im->sink_err.text);
	return rc;
}
