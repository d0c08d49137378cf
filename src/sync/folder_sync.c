/*
 * folder_sync - the folder on screen: newest page first, then what changed,
 * then backfill, newest to oldest.
 *
 * HIGHESTMODSEQ is stored only after the changes up to it are in the
 * database: a sync that was cut begins again from the older value, and
 * applying a change twice does no harm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync_int.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/os.h"

#define BACKFILL_STEP 20000 /* rows asked of older() at once */

void
folder_known_load(struct worker *w, int64_t folder, struct folder_known *known,
    struct mset *uids, struct arena *a)
{
	struct folder f;

	memset(known, 0, sizeof *known);
	if (dbr_folder(w->dbr, folder, a, &f) < 0 || f.uidvalidity == 0)
		return;
	known->uidvalidity = f.uidvalidity;
	known->uidnext = f.uidnext;
	known->modseq = f.modseq;
	if (f.rows > 0) {
		dbr_uids(w->dbr, folder, uids);
		known->uids = uids;
	}
}

void
folder_close(struct open_folder *f)
{
	f->selected = false;
	f->done = false;
	intake_done(&f->rows);
}

static void
forget_progress(struct folder_update *u)
{
	u->uidnext = 0;
	u->modseq = 0;
	u->complete = 0;
}

int
folder_note_validity(
    struct worker *w, int64_t folder, uint64_t uidvalidity, struct err *e)
{
	struct folder_update u = FOLDER_UPDATE_KEEP;
	struct arena a = ARENA_INIT;
	struct folder row;
	uint64_t known = 0;

	if (dbr_folder(w->dbr, folder, &a, &row) == 0)
		known = row.uidvalidity;
	arena_free(&a);
	if (known == uidvalidity)
		return 0;
	u.uidvalidity = uidvalidity;
	if (known != 0)
		forget_progress(&u);
	return db_put_folder_state(w->sync->db, folder, &u, e);
}

static int
put_state(struct worker *w, int64_t folder, const struct folder_state *st,
    struct err *e)
{
	struct folder_update u = FOLDER_UPDATE_KEEP;

	u.uidvalidity = st->uidvalidity;
	u.messages = st->exists;
	if (st->reset)
		forget_progress(&u);
	return db_put_folder_state(w->sync->db, folder, &u, e);
}

/* The sync up to st is complete. */
static int
put_synced(
    struct worker *w, struct open_folder *f, bool complete, struct err *e)
{
	struct folder_update u = FOLDER_UPDATE_KEEP;

	u.modseq = f->state.modseq;
	u.uidnext = f->state.uidnext;
	u.synced = (uint64_t)os_time();
	if (complete)
		u.complete = 1;
	return db_put_folder_state(w->sync->db, f->id, &u, e);
}

static bool
known_has_rows(const struct folder_known *k)
{
	return k->uids != NULL && (k->uids->n > 0 || k->uids->nstr > 0);
}

/* Nothing is here yet: the page that is on screen, and no more. */
static int
first_page(struct worker *w, struct open_folder *f, struct err *e)
{
	const struct store_ops *ops = store_ops(w->st);
	struct row_sink sink = intake_sink(&f->rows);

	if (f->state.exists == 0)
		return 0;
	f->rows.downward = true;
	if (ops->newest(w->st, f->page, &sink, e) < 0 ||
	    intake_flush(&f->rows, e) < 0)
		return -1;
	f->rows.downward = false;
	return 0;
}

/*
 * After a long absence there is more new mail than a screen shows: the page
 * that is looked at comes before the rest, and once more with it.  Only where
 * a stored UIDNEXT says from where on to ask again should the rest be cut.
 */
static int
first_of_many(
    struct worker *w, struct open_folder *f, uint64_t from, struct err *e)
{
	struct row_sink sink = intake_sink(&f->rows);
	struct mset page = MSET_INIT;
	uint64_t next = f->state.uidnext;
	int rc;

	if (from == 0 || next <= from || next - from <= 2 * (uint64_t)f->page)
		return 0;
	mset_add_range(&page, next - f->page, next - 1);
	rc = store_ops(w->st)->rows(w->st, &page, false, &sink, e);
	if (rc == 0)
		rc = intake_flush(&f->rows, e);
	mset_free(&page);
	return rc;
}

static void
tell_news(struct worker *w, struct open_folder *f)
{
	if (f->rows.fresh > 0)
		event_new(w->sync, f->id, f->rows.fresh);
	f->rows.fresh = 0;
	f->rows.arrivals = false;
}

/* Rows are here: new mail first, for that is what one looks for, then what
 * became of the others. */
static int
refresh(struct worker *w, struct open_folder *f,
    const struct folder_known *known, struct err *e)
{
	const struct store_ops *ops = store_ops(w->st);
	struct row_sink sink = intake_sink(&f->rows);
	uint64_t from = known->uidnext;

	f->rows.arrivals = true;
	if (first_of_many(w, f, from, e) < 0)
		return -1;
	/* the first sync was cut off behind its page */
	if (from == 0 && known->uids->n > 0)
		from = known->uids->range[known->uids->n - 1].hi + 1;
	if (ops->since(w->st, from, &sink, e) < 0 ||
	    intake_flush(&f->rows, e) < 0)
		return -1;
	tell_news(w, f);
	if (!f->state.resynced) {
		if (ops->changes(w->st, known, &f->sink, e) < 0)
			return -1;
	}
	return intake_flush(&f->rows, e);
}

/* What is asked of older() first: 0 rows, to learn how many there are. */
static int
count_left(struct worker *w, struct open_folder *f, struct err *e)
{
	struct row_sink sink = intake_sink(&f->rows);

	f->left = 0;
	if (f->state.exists == 0)
		return 0;
	return store_ops(w->st)->older(w->st, 0, &f->left, &sink, e);
}

int
folder_start(struct worker *w, struct open_folder *f, struct err *e)
{
	const struct store_ops *ops = store_ops(w->st);
	struct folder_known known;
	struct mset uids = MSET_INIT;
	struct arena a = ARENA_INIT;
	int rc = -1;

	folder_close(f);
	intake_init(&f->rows, w, f->id);
	f->sink = intake_changes(&f->rows);
	f->first_done = false;
	if (!f->told)
		atomic_store(&w->alive_ms, 0); /* a person waits for it */
	folder_known_load(w, f->id, &known, &uids, &a);
	if (ops->select(w->st, f->name, &known, &f->sink, &f->state, e) < 0)
		goto out;
	f->selected = true;
	if (f->state.reset) {
		log_line("sync", "folder rebuilt on the server");
		mset_free(&uids);
		memset(&known, 0, sizeof known);
		if (db_remove_all(w->sync->db, f->id, e) < 0)
			goto out;
	}
	if (intake_flush(&f->rows, e) < 0 ||
	    put_state(w, f->id, &f->state, e) < 0)
		goto out;
	if (known_has_rows(&known))
		rc = refresh(w, f, &known, e);
	else
		rc = first_page(w, f, e);
	if (rc == 0)
		rc = count_left(w, f, e);
	if (rc == 0)
		rc = put_synced(w, f, f->left == 0, e);
	f->first_done = rc == 0;
out:
	mset_free(&uids);
	arena_free(&a);
	if (rc < 0)
		err_wrap(e, "open %s", f->name);
	return rc;
}

/* How many more rows this folder should have here. */
static uint64_t
rows_missing(struct worker *w, struct open_folder *f)
{
	uint64_t bound = (uint64_t)account_int(
	    w->sync->account, OPT_SYNC_MESSAGES);
	struct arena a = ARENA_INIT;
	struct folder row;
	uint64_t have = 0, want;

	if (dbr_folder(w->dbr, f->id, &a, &row) == 0)
		have = row.rows;
	arena_free(&a);
	if (bound == 0)
		return f->left;
	want = have < bound ? bound - have : 0;
	if (f->want_older > want)
		want = f->want_older;
	return want < f->left ? want : f->left;
}

int
folder_backfill(
    struct worker *w, struct open_folder *f, bool *more, struct err *e)
{
	struct row_sink sink = intake_sink(&f->rows);
	struct progress p;
	uint64_t missing = rows_missing(w, f), step, before, left;
	int rc = 0;

	*more = false;
	if (missing == 0)
		return 0;
	progress_start(
	    &p, w->sync, job_number(w->sync), "Headers of %s", f->name);
	p.total = missing;
	worker_job(w, p.ticket);
	f->rows.progress = &p;
	f->rows.polite = f->rows.downward = true;
	while (rc == 0 && missing > 0 && f->left > 0 && !worker_is_wanted(w)) {
		step = missing < BACKFILL_STEP ? missing : BACKFILL_STEP;
		before = f->rows.total;
		left = f->left;
		rc = store_ops(w->st)->older(w->st, step, &f->left, &sink, e);
		if (rc == 0)
			rc = intake_flush(&f->rows, e);
		before = f->rows.total - before;
		missing = before < missing ? missing - before : 0;
		f->want_older = before < f->want_older ? f->want_older - before
						       : 0;
		if (rc == 0 && before == 0 && f->left >= left &&
		    !worker_is_wanted(w)) {
			f->halted = true; /* a server that gives nothing */
			break;
		}
	}
	f->rows.polite = f->rows.downward = false;
	f->rows.progress = NULL;
	f->halted = f->halted || worker_job_is_unwanted(w);
	worker_job(w, 0);
	progress_end(&p, rc, e);
	if (rc == 0 && f->left == 0)
		rc = put_synced(w, f, true, e);
	*more = rc == 0 && !f->halted && missing > 0 && f->left > 0;
	return rc;
}

int
folder_catch_up(struct worker *w, struct open_folder *f, struct err *e)
{
	struct row_sink sink = intake_sink(&f->rows);
	struct folder_update u = FOLDER_UPDATE_KEEP;

	if (intake_flush(&f->rows, e) < 0)
		return -1;
	if (!f->rows.exists_told)
		return 0;
	f->rows.exists_told = false;
	u.messages = f->rows.exists;
	f->rows.arrivals = true;
	if (store_ops(w->st)->since(w->st, f->state.uidnext, &sink, e) < 0 ||
	    intake_flush(&f->rows, e) < 0)
		return -1;
	tell_news(w, f);
	if (f->rows.uid_max >= f->state.uidnext && f->rows.uid_max > 0)
		f->state.uidnext = f->rows.uid_max + 1;
	u.uidnext = f->state.uidnext;
	return db_put_folder_state(w->sync->db, f->id, &u, e);
}
