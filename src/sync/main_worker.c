/*
 * main_worker - the thread that keeps one account in step.
 *
 * A loop with a strict order of what matters: what a person asked for, then
 * the journal, then the open folder's first page, structures of what is on
 * screen, rows scrolled to, the folder list, backfill; with nothing left to
 * do it watches.  Each step is short or gives way to a waiting request.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/journal.h"
#include "sync_int.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/os.h"

#define FIRST_REQUEST_MS 50 /* how long a start waits for its folder */
#define GOODBYE_MS       100
#define COMPLAINT_MS     5000 /* pause after a failure of our own */

struct agenda {
	struct open_folder folder;
	struct request *visible; /* newest one only */
	bool check;
	int64_t folders_at; /* when the folder list was last asked, 0 never */
	struct request **waiting; /* once: folders to do after this one */
	size_t nwaiting, waitcap;
	char said[240]; /* the last complaint, which is not repeated */
	int failures;   /* connections in a row that came to nothing */
};

static bool
folder_is_due(const struct worker *w, const struct agenda *g)
{
	int64_t every = account_int(w->sync->account, OPT_CHECK_INTERVAL) *
			1000;

	return g->folders_at == 0 ||
	       (every > 0 && os_now_ms() - g->folders_at >= every);
}

static void
agenda_open(struct agenda *g, struct request *r)
{
	if (g->folder.id == r->folder) {
		if (r->count > g->folder.page)
			g->folder.page = (unsigned)r->count;
		g->check = true;
		return;
	}
	folder_close(&g->folder);
	free(g->folder.name);
	memset(&g->folder, 0, sizeof g->folder);
	g->folder.id = r->folder;
	g->folder.name = mem_str(r->name);
	g->folder.page = r->count > 0 ? (unsigned)r->count : 1;
}

/* The command line asks for several folders: each gets its turn. */
static bool
agenda_must_wait(
    const struct worker *w, const struct agenda *g, const struct request *r)
{
	return w->sync->once && r->kind == REQ_OPEN && g->folder.id != 0 &&
	       g->folder.id != r->folder;
}

static void
agenda_take(struct worker *w, struct agenda *g, struct request *r)
{
	if (agenda_must_wait(w, g, r)) {
		mem_grow(&g->waiting, &g->waitcap, g->nwaiting + 1,
		    sizeof *g->waiting);
		g->waiting[g->nwaiting++] = r;
		return;
	}
	switch (r->kind) {
	case REQ_OPEN:
		agenda_open(g, r);
		break;
	case REQ_OLDER:
		if (r->folder == g->folder.id)
			g->folder.want_older += r->count;
		break;
	case REQ_VISIBLE:
		if (g->visible != NULL)
			request_free(g->visible);
		g->visible = r;
		return;
	case REQ_CHECK:
		g->check = true;
		g->folders_at = 0;
		w->refused = false;
		break;
	case REQ_NUDGE:
	case REQ_STOP:
	case REQ_FETCH:
		break;
	}
	request_free(r);
}

static void
agenda_drain(struct worker *w, struct agenda *g)
{
	struct node *n;

	while ((n = queue_pop(w->requests)) != NULL)
		agenda_take(w, g, (struct request *)n);
}

/* ---- once: for the command line ---- */

/* The folder asked for is done, well or not: say so and forget it. */
static void
once_end(struct worker *w, struct agenda *g, int rc, const struct err *e)
{
	struct request *next;

	event_folder(w->sync, g->folder.id, rc, e);
	folder_close(&g->folder);
	free(g->folder.name);
	memset(&g->folder, 0, sizeof g->folder);
	if (g->nwaiting == 0)
		return;
	next = g->waiting[0];
	memmove(g->waiting, g->waiting + 1, --g->nwaiting * sizeof *g->waiting);
	agenda_take(w, g, next);
}

/* ---- connected ---- */

static int
step_structures(struct worker *w, struct agenda *g, struct err *e)
{
	struct request *r = g->visible;
	int rc = 0;

	g->visible = NULL;
	if (r->folder == g->folder.id && g->folder.selected)
		rc = structures_fetch(w, r->ids, r->n, r->folder, e);
	request_free(r);
	return rc;
}

static void
tell_synced(struct worker *w, struct agenda *g)
{
	if (g->folder.told || !g->folder.first_done)
		return;
	g->folder.told = true;
	event_folder(w->sync, g->folder.id, 0, NULL);
}

static int
step_folder_list(struct worker *w, struct agenda *g, struct err *e)
{
	int rc = folders_sync(w, g->folder.id, e);

	g->folders_at = os_now_ms();
	if (rc < 0 && !store_is_dead(w->st)) {
		event_note(w->sync, "%s", e->text);
		rc = 0;
	}
	return rc;
}

/* The server refused this folder (gone, no permission): say so, and watch
 * nothing until another is opened. */
static int
folder_refused(struct worker *w, struct agenda *g, struct err *e)
{
	bool ours = e->kind == ERR_FULL || e->kind == ERR_SYS;

	if (store_is_dead(w->st) || e->kind == ERR_CANCEL ||
	    (ours && !w->sync->once))
		return -1;
	if (w->sync->once) {
		once_end(w, g, -1, e);
		return 0;
	}
	event_folder(w->sync, g->folder.id, -1, e);
	folder_close(&g->folder);
	g->folder.id = 0;
	return 0;
}

/* One thing; returns 1 when there was something to do, 0 when all is done. */
static int
step(struct worker *w, struct agenda *g, struct err *e)
{
	struct open_folder *f = &g->folder;
	bool more = false;
	size_t acts;

	if (f->id != 0 && !f->selected) {
		if (folder_start(w, f, e) < 0)
			return folder_refused(w, g, e) < 0 ? -1 : 1;
		return 1;
	}
	acts = atomic_load(&w->sync->lock_fd) >= 0
		   ? dbr_acts_count(w->dbr, account_name(w->sync->account))
		   : (size_t)0;
	if (acts > 0)
		return journal_push(w, f, e) < 0 ? -1 : 1;
	if (g->check) {
		g->check = false;
		if (f->selected && store_ops(w->st)->noop(w->st, e) < 0)
			return -1;
		return f->selected && folder_catch_up(w, f, e) < 0 ? -1 : 1;
	}
	if (g->visible != NULL)
		return step_structures(w, g, e) < 0 ? -1 : 1;
	if (f->selected && f->want_older > 0) {
		if (folder_backfill(w, f, &more, e) < 0)
			return -1;
		if (!more)
			f->want_older = 0;
		return 1;
	}
	if (folder_is_due(w, g))
		return step_folder_list(w, g, e) < 0 ? -1 : 1;
	if (f->selected && f->left > 0) {
		if (folder_backfill(w, f, &more, e) < 0)
			return -1;
		if (more)
			return 1;
		f->left = 0;
	}
	tell_synced(w, g);
	if (w->sync->once && f->id != 0) {
		once_end(w, g, 0, NULL);
		return 1;
	}
	return 0;
}

/* Nothing to do: let the server speak, or a request wake us. */
static int
rest(struct worker *w, struct agenda *g, struct err *e)
{
	struct open_folder *f = &g->folder;
	int64_t every = account_int(w->sync->account, OPT_CHECK_INTERVAL) *
			1000;
	int64_t left = every > 0 ? g->folders_at + every - os_now_ms() : -1;
	int timeout = left < 0 ? 3600 * 1000 : (int)left;
	struct node *n;

	event_state(w, SYNC_IDLE, "%s", store_tls_text(w->st));
	if (f->selected && (store_caps(w->st) & STORE_WATCH)) {
		if (store_ops(w->st)->watch(
			w->st, queue_fd(w->requests), timeout, e) < 0)
			return -1;
		return folder_catch_up(w, f, e);
	}
	n = queue_wait(w->requests, timeout);
	if (n != NULL)
		queue_push_front(w->requests, n);
	return 0;
}

/* Something here failed, not the server (a full disk): say it once, and give
 * it time. */
static void
complain(struct worker *w, struct agenda *g, struct err *e)
{
	struct node *n;

	if (strcmp(g->said, e->text) != 0)
		event_note(w->sync, "%s", e->text);
	snprintf(g->said, sizeof g->said, "%s", e->text);
	err_clear(e);
	n = queue_wait(w->requests, COMPLAINT_MS);
	if (n != NULL)
		queue_push_front(w->requests, n);
}

/* Work on this connection until it dies; always leaves why in e. */
static void
serve(struct worker *w, struct agenda *g, struct err *e)
{
	bool busy = false;
	int rc;

	for (;;) {
		agenda_drain(w, g);
		if (worker_is_stopped(w)) {
			err_set(e, ERR_CANCEL, "stopped");
			return;
		}
		rc = step(w, g, e);
		if (rc > 0) {
			if (!busy)
				event_state(
				    w, SYNC_BUSY, "%s", store_tls_text(w->st));
			busy = true;
			g->failures = 0;
			continue;
		}
		if (rc == 0) {
			busy = false;
			rc = rest(w, g, e);
		}
		if (rc < 0 && (store_is_dead(w->st) || e->kind == ERR_CANCEL))
			return;
		if (rc < 0)
			complain(w, g, e);
	}
}

/* ---- between two connections ---- */

static int
backoff_ms(int failures)
{
	static const int s[] = {1, 2, 5, 10, 30, 60, 120};
	size_t i = failures > 0 ? (size_t)failures - 1 : 0;

	if (i >= sizeof s / sizeof *s)
		i = sizeof s / sizeof *s - 1;
	return s[i] * 1000;
}

/* Wait until it is time to try again, or somebody asks for it. */
static void
pause_until_retry(struct worker *w, struct agenda *g, bool for_ever)
{
	int64_t end = os_now_ms() + backoff_ms(g->failures);
	struct node *n;
	int left;

	g->check = false;
	while (!worker_is_stopped(w) && !g->check) {
		left = for_ever ? -1 : (int)(end - os_now_ms());
		if (!for_ever && left <= 0)
			return;
		n = queue_wait(w->requests, left);
		if (n != NULL)
			agenda_take(w, g, (struct request *)n);
	}
}

static void
say_offline(struct worker *w, struct agenda *g, const struct err *e)
{
	bool person = e->kind == ERR_TLS || e->kind == ERR_AUTH ||
		      e->kind == ERR_INPUT;

	if (w->sync->once && g->folder.id != 0) {
		once_end(w, g, -1, e);
		return;
	}
	if (e->kind == ERR_CANCEL) {
		event_state(w, SYNC_OFFLINE, "stopped by hand; G tries again");
		return;
	}
	event_state(w, person ? SYNC_STOPPED : SYNC_OFFLINE, "%s", e->text);
}

static void
after_failure(struct worker *w, struct agenda *g, struct err *e)
{
	bool person;

	if (worker_is_stopped(w))
		return;
	log_line("sync", "%s: %s", account_name(w->sync->account), e->text);
	say_offline(w, g, e);
	if (e->kind == ERR_AUTH)
		keyring_forget(&w->sync->keys);
	person = e->kind == ERR_TLS || e->kind == ERR_AUTH ||
		 e->kind == ERR_INPUT || e->kind == ERR_CANCEL;
	if (!w->sync->once || g->folder.id == 0)
		pause_until_retry(w, g, person || w->sync->once);
}

static int
connect_first(struct worker *w, struct agenda *g, struct err *e)
{
	struct folder_known known;
	struct mset uids = MSET_INIT;
	struct arena a = ARENA_INIT;
	int rc;

	event_state(w, SYNC_CONNECTING, "connecting");
	memset(&known, 0, sizeof known);
	if (g->folder.id != 0)
		folder_known_load(w, g->folder.id, &known, &uids, &a);
	rc = worker_connect(w, g->folder.name, &known, e);
	mset_free(&uids);
	arena_free(&a);
	return rc;
}

static void
connection(struct worker *w, struct agenda *g)
{
	struct err e = ERR_INIT;

	g->failures++;
	if (connect_first(w, g, &e) == 0) {
		atomic_store(&w->sync->online, true);
		lock_take(w->sync);
		if (atomic_load(&w->sync->lock_fd) < 0)
			event_state(w, SYNC_ELSEWHERE,
			    "another etui sends this account's changes");
		serve(w, g, &e);
		atomic_store(&w->sync->online, false);
		worker_disconnect(w, worker_is_stopped(w) ? 0 : GOODBYE_MS);
	}
	folder_close(&g->folder);
	g->folder.told = false;
	after_failure(w, g, &e);
}

void *
main_worker(void *arg)
{
	struct worker *w = arg;
	struct agenda g;
	struct node *n;

	memset(&g, 0, sizeof g);
	n = queue_wait(w->requests, FIRST_REQUEST_MS);
	if (n != NULL)
		agenda_take(w, &g, (struct request *)n);
	agenda_drain(w, &g);
	while (!worker_is_stopped(w))
		connection(w, &g);
	folder_close(&g.folder);
	free(g.folder.name);
	if (g.visible != NULL)
		request_free(g.visible);
	for (size_t i = 0; i < g.nwaiting; i++)
		request_free(g.waiting[i]);
	free(g.waiting);
	return NULL;
}
