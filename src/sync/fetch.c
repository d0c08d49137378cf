/*
 * fetch - the worker that brings messages somebody waits for.
 *
 * A thread and a connection of their own, so that no backfill stands between
 * a person and the message just opened.  Urgent requests go ahead of
 * prefetch.  What is fetched, and how, stands in text.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/journal.h"
#include "sync_int.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/os.h"

#define AHEAD_MAX 8 /* prefetches waiting; older ones are dropped */

struct fetcher {
	struct worker *w;
	char *folder; /* selected, or NULL */
	struct folder_state state;
	struct request **wanted; /* somebody waits; oldest first */
	size_t nwanted, wantedcap;
	struct request *ahead[AHEAD_MAX]; /* oldest first */
	size_t nahead;
};

/* ---- the folder it is in ---- */

static int
select_anew(struct fetcher *f, const char *name, struct err *e)
{
	struct folder_known none = {.uidvalidity = 0};

	free(f->folder);
	f->folder = NULL;
	memset(&f->state, 0, sizeof f->state);
	if (store_ops(f->w->st)->select(
		f->w->st, name, &none, NULL, &f->state, e) < 0)
		return -1;
	f->folder = mem_str(name);
	return 0;
}

static bool
is_selected(const struct fetcher *f, const struct folder *row)
{
	return f->folder != NULL && strcmp(f->folder, row->name) == 0 &&
	       (row->uidvalidity == 0 ||
		   row->uidvalidity == f->state.uidvalidity);
}

static int
select_for(struct fetcher *f, const struct msg *m, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct folder row;
	int rc = -1;

	if (dbr_folder(f->w->dbr, m->folder_key, &a, &row) < 0) {
		err_set(e, ERR_GONE, "the folder of this message is gone");
		goto out;
	}
	if (!is_selected(f, &row) && select_anew(f, row.name, e) < 0)
		goto out;
	if (!is_selected(f, &row)) {
		err_set(e, ERR_GONE,
		    "%s was rebuilt on the server and is being read again",
		    row.name);
		goto out;
	}
	rc = 0;
out:
	arena_free(&a);
	return rc;
}

/* With `name` selected in the login's flight, where that can be. */
static int
dial(struct fetcher *f, const char *name, struct err *e)
{
	struct folder_known none = {.uidvalidity = 0};

	free(f->folder);
	f->folder = NULL;
	return worker_connect(f->w, name, &none, e);
}

static int
connect_for(struct fetcher *f, const struct msg *m, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct folder row;
	int rc;

	if (f->w->st != NULL)
		return 0;
	if (dbr_folder(f->w->dbr, m->folder_key, &a, &row) < 0)
		rc = err_set(e, ERR_GONE, "the folder of this message is gone");
	else
		rc = dial(f, row.name, e);
	arena_free(&a);
	return rc;
}

static int
fetch_message(struct fetcher *f, const struct request *r, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct msg m;
	int rc = -1;

	if (text_is_here(f->w, r)) {
		rc = 0;
		goto out;
	}
	if (dbr_message(f->w->dbr, r->msg, &a, &m) < 0) {
		err_set(e, ERR_GONE, "this message is no longer here");
		goto out;
	}
	if (!mkey_is_told(&m.key)) {
		err_set(e, ERR_GONE,
		    "this message was moved; its new place is not known yet");
		goto out;
	}
	if (connect_for(f, &m, e) < 0 || select_for(f, &m, e) < 0)
		goto out;
	rc = text_fetch(f->w, &m, r, e);
	/* A server need not tell this connection of mail that came since its
	 * folder was opened, or fetch it, before it has been asked for news. */
	if (rc < 0 && e->kind == ERR_GONE && !store_is_dead(f->w->st)) {
		err_clear(e);
		if (store_ops(f->w->st)->noop(f->w->st, e) == 0)
			rc = text_fetch(f->w, &m, r, e);
	}
out:
	arena_free(&a);
	return rc;
}

/* A connection that had gone stale says so only when it is used; and a cut
 * may have been meant for the job before. */
static bool
is_worth_another(const struct fetcher *f, bool fresh, const struct err *e)
{
	if (worker_is_stopped(f->w) || worker_job_is_unwanted(f->w))
		return false;
	return e->kind == ERR_CANCEL || (e->kind == ERR_NET && !fresh);
}

static int
fetch_once(struct fetcher *f, const struct request *r, struct err *e)
{
	struct worker *w = f->w;
	int rc = fetch_message(f, r, e);

	if (w->st != NULL &&
	    (store_is_dead(w->st) || (rc < 0 && e->kind == ERR_CANCEL)))
		worker_disconnect(w, 0);
	return rc;
}

static int
fetch_patiently(struct fetcher *f, const struct request *r, struct err *e)
{
	bool fresh;
	int rc;

	if (cancel_is_set(f->w->cancel))
		worker_disconnect(f->w, 0);
	fresh = f->w->st == NULL;
	rc = fetch_once(f, r, e);
	if (rc == 0 || !is_worth_another(f, fresh, e))
		return rc;
	err_clear(e);
	return fetch_once(f, r, e);
}

/* ---- the worker ---- */

static void
ahead_add(struct fetcher *f, struct request *r)
{
	if (f->nahead == AHEAD_MAX) {
		request_free(f->ahead[0]);
		memmove(
		    f->ahead, f->ahead + 1, (AHEAD_MAX - 1) * sizeof *f->ahead);
		f->nahead--;
	}
	f->ahead[f->nahead++] = r;
}

static struct request *
ahead_take(struct fetcher *f)
{
	struct request *r;

	if (f->nahead == 0)
		return NULL;
	r = f->ahead[0];
	memmove(f->ahead, f->ahead + 1, (f->nahead - 1) * sizeof *f->ahead);
	f->nahead--;
	return r;
}

static void
wanted_add(struct fetcher *f, struct request *r)
{
	mem_grow(&f->wanted, &f->wantedcap, f->nwanted + 1, sizeof *f->wanted);
	f->wanted[f->nwanted++] = r;
}

static struct request *
wanted_take(struct fetcher *f, size_t i)
{
	struct request *r = f->wanted[i];

	f->nwanted--;
	memmove(f->wanted + i, f->wanted + i + 1,
	    (f->nwanted - i) * sizeof *f->wanted);
	return r;
}

static void
wanted_cancel(struct fetcher *f, uint64_t ticket)
{
	struct err e = ERR_INIT;
	size_t i = 0;

	err_set(&e, ERR_CANCEL, "stopped");
	while (i < f->nwanted) {
		if (f->wanted[i]->ticket != ticket) {
			i++;
			continue;
		}
		event_message(f->w->sync, ticket, -1, &e);
		request_free(wanted_take(f, i));
	}
}

static void
sort_in(struct fetcher *f, struct request *r)
{
	if ((r->kind == REQ_FETCH && r->ahead) || r->kind == REQ_WARM) {
		ahead_add(f, r);
		return;
	}
	if (r->kind == REQ_FETCH) {
		wanted_add(f, r);
		return;
	}
	if (r->kind == REQ_CANCEL)
		wanted_cancel(f, r->ticket);
	request_free(r);
}

/* The next one somebody waits for, else a prefetch, else NULL after a while. */
static struct request *
next_request(struct fetcher *f)
{
	struct queue *q = f->w->requests;
	struct node *n;

	if (f->nwanted == 0 && f->nahead == 0) {
		n = queue_wait(q, SYNC_JOURNAL_LOOK_MS);
		if (n != NULL)
			sort_in(f, (struct request *)n);
	}
	while ((n = queue_pop(q)) != NULL)
		sort_in(f, (struct request *)n);
	return f->nwanted > 0 ? wanted_take(f, 0) : ahead_take(f);
}

/* A failure is no news: main tells of an outage, and the message that is
 * opened next tries again. */
static void
warm_up(struct fetcher *f, const struct request *r)
{
	struct worker *w = f->w;
	struct err e = ERR_INIT;

	if (w->st != NULL || !atomic_load(&w->sync->online))
		return;
	worker_job(w, job_number(w->sync));
	if (dial(f, r->name, &e) < 0)
		log_line("sync", "second connection: %s", e.text);
	else
		(void)select_anew(f, r->name, &e);
	worker_job(w, 0);
	if (w->st != NULL && store_is_dead(w->st))
		worker_disconnect(w, 0);
}

static void
serve_request(struct fetcher *f, struct request *r)
{
	struct worker *w = f->w;
	struct err e = ERR_INIT;
	int rc;

	if (r->kind == REQ_WARM) {
		warm_up(f, r);
		request_free(r);
		return;
	}
	/* Prefetch never dials: it rides on a connection that is there, or
	 * on the knowledge that one can be had. */
	if (r->ahead && !atomic_load(&w->sync->online)) {
		request_free(r);
		return;
	}
	worker_job(w, r->ticket != 0 ? r->ticket : job_number(w->sync));
	rc = fetch_patiently(f, r, &e);
	worker_job(w, 0);
	if (!r->ahead)
		event_message(w->sync, r->ticket, rc, &e);
	else if (rc < 0)
		log_line("sync", "prefetch: %s", e.text);
	request_free(r);
	if (w->st != NULL)
		worker_remember(w);
}

/* Acts that another etui posted are carried by whoever holds the lock. */
static void
look_at_journal(struct worker *w)
{
	struct sync *s = w->sync;
	bool had = atomic_load(&s->lock_fd) >= 0;

	if (s->once || !atomic_load(&s->online) || lock_take(s) < 0)
		return;
	if (!had || dbr_acts_count(w->dbr, account_name(s->account)) > 0)
		sync_nudge(s);
}

static void
fetcher_done(struct fetcher *f)
{
	struct request *r;

	while ((r = ahead_take(f)) != NULL)
		request_free(r);
	while (f->nwanted > 0)
		request_free(wanted_take(f, 0));
	free(f->wanted);
	free(f->folder);
}

void *
fetch_main(void *arg)
{
	struct fetcher f = {.w = arg};
	int64_t used = os_now_ms(), looked = used;
	struct request *r;

	while (!worker_is_stopped(f.w)) {
		r = next_request(&f);
		if (r != NULL) {
			serve_request(&f, r);
			used = os_now_ms();
		} else if (f.w->st != NULL &&
			   os_now_ms() - used > SYNC_FETCH_IDLE_MS) {
			worker_disconnect(f.w, 0);
		}
		if (os_now_ms() - looked >= SYNC_JOURNAL_LOOK_MS - 100) {
			looked = os_now_ms();
			look_at_journal(f.w);
		}
	}
	fetcher_done(&f);
	return NULL;
}
