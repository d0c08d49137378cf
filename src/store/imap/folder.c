/*
 * folder - SELECT, and the folder that is selected.
 */
#include <stdlib.h>
#include <string.h>

#include "imap_int.h"
#include "util/mem.h"
#include "util/os.h"

#define KNOWN_UIDS_BYTES 2000

char *
imap_wire_name(struct imap *im, const char *utf8, struct err *e)
{
	char *wire;

	for (size_t i = 0; i < im->nodd; i++)
		if (strcmp(im->odd[i].utf8, utf8) == 0)
			return mem_str(im->odd[i].wire);
	if (utf8[0] == 0 || strlen(utf8) > 4000 ||
	    strpbrk(utf8, "\r\n") != NULL) {
		err_set(e, ERR_INPUT, "this is no name for a folder");
		return NULL;
	}
	wire = mutf7_encode(utf8);
	return wire;
}

int
imap_in_folder(struct imap *im, struct err *e)
{
	if (imap_ready(im, e) < 0 || imap_settle(im, e) < 0)
		return -1;
	if (im->sel.folder == NULL)
		return err_set(e, ERR_INPUT, "no folder is open");
	return 0;
}

void
imap_forget_folder(struct imap *im)
{
	free(im->sel.folder);
	im->sel = (struct imap_sel){.folder = NULL};
	seqmap_reset(&im->map, 0);
	im->low = im->page_lo = 0;
	im->known_lo = 0;
	im->has_sink = false;
}

static void
forget_pending(struct imap *im)
{
	imap_free_cmd(im->pending.enable);
	imap_free_cmd(im->pending.select);
	free(im->pending.folder);
	im->pending = (struct imap_pending){.folder = NULL};
}

/* "(QRESYNC (validity modseq uids))", as far as it is allowed and useful. */
static void
put_params(struct imap *im, const struct folder_known *known)
{
	struct imap_pending *p = &im->pending;
	size_t from = 0;
	char *uids = NULL;

	if (!imap_has(im, CAP_CONDSTORE))
		return;
	p->condstore = true;
	if (known == NULL || known->modseq == 0 || known->uidvalidity == 0 ||
	    !(im->qresync_on || p->enable != NULL)) {
		imap_put(im, " (CONDSTORE)");
		return;
	}
	p->modseq = known->modseq;
	if (known->uids != NULL && known->uids->n > 0)
		uids = mset_text(known->uids, &from, KNOWN_UIDS_BYTES);
	if (uids != NULL && from < known->uids->n) {
		free(uids);
		uids = NULL;
	}
	imap_put(im, " (QRESYNC (%llu %llu%s%s))",
	    (unsigned long long)known->uidvalidity,
	    (unsigned long long)known->modseq, uids != NULL ? " " : "",
	    uids != NULL ? uids : "");
	free(uids);
}

int
imap_send_select(struct imap *im, const char *folder,
    const struct folder_known *known, struct err *e)
{
	struct imap_pending *p = &im->pending;

	forget_pending(im);
	/* RFC 5161: ENABLE is for when no folder is selected */
	if (!im->qresync_on && !im->opened_any && imap_has(im, CAP_QRESYNC) &&
	    imap_send(im, &p->enable, e, "ENABLE QRESYNC") < 0)
		return -1;
	p->select = imap_begin(im, e);
	if (p->select == NULL)
		return -1;
	imap_put(im, "SELECT ");
	if (imap_put_folder(im, folder, e) < 0) {
		forget_pending(im);
		return -1;
	}
	put_params(im, known);
	im->opened_any = true;
	p->folder = mem_str(folder);
	return imap_end(im, e);
}

int
imap_settle(struct imap *im, struct err *e)
{
	struct imap_pending *p = &im->pending;
	int rc = 0;

	if (p->select == NULL)
		return 0;
	imap_forget_folder(im);
	if (p->enable != NULL)
		rc = imap_await(im, p->enable, e);
	if (rc == 0)
		rc = imap_await(im, p->select, e);
	forget_pending(im);
	return rc;
}

/*
 * A SELECT that went out with the login may have been thrown away by a server
 * that does not expect it.  If nothing comes, NOOP tells: its answer without
 * the other's means that the SELECT is lost.
 */
static int
probe(struct imap *im, bool *lost, struct err *e)
{
	struct imap_cmd *noop;
	int rc = imap_wait_ms(im, im->patience, e);

	*lost = false;
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (imap_send(im, &noop, e, "NOOP") < 0 || imap_flush(im, e) < 0)
		return -1;
	while (noop->status == IMAP_WAITING &&
	       im->pending.select->status == IMAP_WAITING) {
		/* as long as io-timeout: a large folder may be slow */
		if (imap_step(im, e) < 0) {
			if (!cancel_is_set(im->base.cancel))
				im->no_pipeline = true;
			imap_remember(im);
			return -1;
		}
	}
	*lost = im->pending.select->status == IMAP_WAITING;
	if (noop->status == IMAP_WAITING)
		noop->orphan = true;
	else
		imap_free_cmd(noop);
	return 0;
}

static int
await_select(struct imap *im, bool piped, struct err *e)
{
	struct imap_pending *p = &im->pending;
	bool lost = false;

	if (piped && p->select->status == IMAP_WAITING &&
	    probe(im, &lost, e) < 0)
		return -1;
	if (lost) {
		im->no_pipeline = true;
		return 1;
	}
	if (p->enable != NULL && imap_await(im, p->enable, e) < 0)
		return -1;
	return imap_await(im, p->select, e);
}

/* From now on what is heard is about this folder. */
static void
turn_to(struct imap *im, const char *folder, const struct folder_known *known,
    const struct change_sink *sink)
{
	bool fresh = im->sel.folder == NULL;

	imap_forget_folder(im);
	im->sel.folder = mem_str(folder);
	im->sel.fresh = fresh;
	im->selecting = true;
	im->known_validity = known != NULL ? known->uidvalidity : 0;
	if (sink != NULL) {
		im->sink = *sink;
		im->has_sink = true;
	}
}

static void
learned(struct imap *im, const struct folder_known *known)
{
	struct folder_state *st = &im->sel.st;

	st->reset = known != NULL && known->uidvalidity != 0 &&
		    known->uidvalidity != st->uidvalidity;
	st->resynced = im->pending.modseq != 0 && im->qresync_on &&
		       st->modseq != 0 && !st->reset;
	if (im->pending.condstore && st->modseq != 0)
		im->condstore_on = true;
	seqmap_reset(&im->map, st->exists);
	im->low = st->exists + 1;
	im->known_lo = 0;
	if (known != NULL && !st->reset && known->uids != NULL &&
	    known->uids->n > 0) {
		im->known_lo = known->uids->range[0].lo;
		im->low = 0;
	}
	im->sel.fresh = true;
}

/* One SELECT, already sent.  1: to be sent again, more plainly. */
static int
take_answer(struct imap *im, const char *folder,
    const struct folder_known *known, struct change_sink *sink, bool piped,
    struct err *e)
{
	struct imap_pending *p = &im->pending;
	char what[120];
	int rc;

	turn_to(im, folder, known, sink);
	rc = await_select(im, piped, e);
	im->selecting = false;
	if (rc != 0)
		return rc;
	if (p->select->status == IMAP_OK) {
		learned(im, known);
		return 0;
	}
	if (p->select->status == IMAP_BAD && (piped || p->condstore)) {
		if (p->condstore)
			im->caps.bits &= ~(
			    unsigned)(CAP_CONDSTORE | CAP_QRESYNC);
		im->no_pipeline = im->no_pipeline || piped;
		return 1;
	}
	imap_clean(what, sizeof what, folder, strlen(folder));
	return imap_refused(p->select, what, e);
}

static int
open_folder(struct imap *im, const char *folder,
    const struct folder_known *known, struct change_sink *sink, struct err *e)
{
	bool piped = im->pending.select != NULL &&
		     strcmp(im->pending.folder, folder) == 0;
	int rc = 1;

	if (!piped && imap_settle(im, e) < 0)
		return -1;
	for (int again = 0; rc > 0 && again < 3; again++) {
		if (!piped && (imap_send_select(im, folder, known, e) < 0 ||
				  imap_flush(im, e) < 0))
			return -1;
		rc = take_answer(im, folder, known, sink, piped, e);
		piped = false;
	}
	return rc;
}

int
imap_select(struct store *s, const char *folder,
    const struct folder_known *known, struct change_sink *sink,
    struct folder_state *out, struct err *e)
{
	struct imap *im = (struct imap *)s;
	int rc;

	if (imap_ready(im, e) < 0)
		return -1;
	rc = open_folder(im, folder, known, sink, e);
	forget_pending(im);
	if (rc == 0 && im->sink_err.kind != ERR_NONE)
		rc = err_set(e, im->sink_err.kind, "%s", im->sink_err.text);
	if (rc != 0) {
		imap_forget_folder(im);
		return -1;
	}
	if (im->ask_caps) {
		struct imap_cmd *c;

		im->ask_caps = false;
		if (imap_send(im, &c, e, "CAPABILITY") < 0)
			return -1;
		c->orphan = true;
	}
	imap_remember(im);
	*out = im->sel.st;
	return 0;
}
