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
#define COMPLAINT_MS     5000  /* pause after a failure of our own */
#define STEADY_MS        10000 /* a connection this old was no failure */
#define REST_MAX_MS      (3600 * 1000)

struct agenda {
	struct open_folder folder;
	struct request *visible; /* newest one only */
	bool check;
	bool opened;        /* a folder was asked for since the last failure */
	int64_t folders_at; /* when the folder list was last asked, 0 never */
	struct request **waiting; /* once: folders to do after this one */
	size_t nwaiting, waitcap;
	char said[240]; /* the last complaint, which is not repeated */
	bool full;      /* ... was of a full disk, and that is not over */
	int failures;   /* connections in a row that came to nothing */
};

/* How long until the folder list is to be asked again. */
static int
folders_due_ms(const struct worker *w, const struct agenda *g)
{
	int64_t every = account_int(w->sync->account, OPT_CHECK_INTERVAL) *
			1000;
	int64_t left = g->folders_at + every - os_now_ms();

	if (g->folders_at == 0)
		return 0;
	if (every <= 0 || left > REST_MAX_MS)
		return REST_MAX_MS;
	return left > 0 ? (int)left : 0;
}

static void
agenda_open(struct agenda *g, struct request *r)
{
	g->opened = true;
	if (g->folder.id == r->folder) {
		if (r->count > g->folder.page)
			g->folder.page = (unsigned)r->count;
		g->check = g->check || g->folder.selected;
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
		if (r->folder != g->folder.id)
			break;
		g->folder.want_older += r->count;
		g->folder.halted = false;
		break;
	case REQ_VISIBLE:
		if (g->visible != NULL)
			request_free(g->visible);
		g->visible = r;
		return;
	case REQ_CHECK:
		g->check = true;
		g->folders_at = 0;
		break;
	case REQ_NUDGE:
	case REQ_STOP:
	case REQ_FETCH:
	case REQ_WARM:
	case REQ_CANCEL:
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

/* What goes on failing is said when it begins. */
static void
say_once(struct worker *w, struct agenda *g, struct err *e)
{
	bool again = strcmp(g->said, e->text) == 0 ||
		     (e->kind == ERR_FULL && g->full);

	if (!again)
		event_note(w->sync, "%s", e->text);
	g->full = g->full || e->kind == ERR_FULL;
	snprintf(g->said, sizeof g->said, "%s", e->text);
	err_clear(e);
}

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
	g->check = g->check || !(store_caps(w->st) & STORE_WATCH);
	worker_remember(w);
	if (rc < 0 && !store_is_dead(w->st) && e->kind != ERR_FULL) {
		say_once(w, g, e);
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

/* Rows scrolled to, or with nothing better to do, all the others. */
static int
step_backfill(struct worker *w, struct agenda *g, struct err *e)
{
	struct open_folder *f = &g->folder;
	bool more = false;

	if (folder_backfill(w, f, &more, e) < 0) {
		if (store_is_dead(w->st) || e->kind != ERR_PROTO)
			return -1;
		/* it will not do better if asked again */
		say_once(w, g, e);
		f->halted = true;
		folder_close(f);
		return 1;
	}
	if (!more) {
		f->want_older = 0;
		f->done = true;
	}
	return 1;
}

static int
step_check(struct worker *w, struct agenda *g, struct err *e)
{
	g->check = false;
	if (!g->folder.selected)
		return 1;
	if (store_ops(w->st)->noop(w->st, e) < 0 ||
	    folder_catch_up(w, &g->folder, e) < 0)
		return -1;
	return 1;
}

/* Acts to push; 1 when some were. */
static int
step_journal(struct worker *w, struct agenda *g, struct err *e)
{
	const char *account = account_name(w->sync->account);
	size_t ended = 0;

	if (atomic_load(&w->sync->lock_fd) < 0 ||
	    dbr_acts_count(w->dbr, account) == 0)
		return 0;
	if (journal_push(w, &g->folder, &ended, e) < 0)
		return -1;
	return ended > 0;
}

/* One thing; returns 1 when there was something to do, 0 when all is done. */
static int
step(struct worker *w, struct agenda *g, struct err *e)
{
	struct open_folder *f = &g->folder;
	int rc;

	if (f->id != 0 && !f->selected) {
		if (folder_start(w, f, e) < 0)
			return folder_refused(w, g, e) < 0 ? -1 : 1;
		if (!w->sync->once && !(store_caps(w->st) & STORE_LOCAL))
			request_warm(w->sync, f->name);
		return 1;
	}
	rc = step_journal(w, g, e);
	if (rc != 0)
		return rc;
	if (g->check)
		return step_check(w, g, e);
	if (g->visible != NULL)
		return step_structures(w, g, e) < 0 ? -1 : 1;
	if (f->selected && f->want_older > 0)
		return step_backfill(w, g, e);
	if (folders_due_ms(w, g) == 0)
		return step_folder_list(w, g, e) < 0 ? -1 : 1;
	if (f->selected && !f->done && !f->halted)
		return step_backfill(w, g, e);
	if (w->sync->once && f->id != 0) {
		once_end(w, g, 0, NULL);
		return 1;
	}
	tell_synced(w, g);
	return 0;
}

/* Where another etui carries the changes, that is what there is to say. */
static void
tell_state(struct worker *w, enum sync_state state)
{
	if (atomic_load(&w->sync->lock_fd) < 0)
		event_state(w, SYNC_ELSEWHERE,
		    "another etui sends this account's changes");
	else
		event_state(w, state, "%s", store_tls_text(w->st));
}

static void
sleep_until_asked(struct worker *w, int ms)
{
	struct node *n = queue_wait(w->requests, ms);

	if (n != NULL)
		queue_push_front(w->requests, n);
}

/* Nothing to do: let the server speak, or a request wake us. */
static int
rest(struct worker *w, struct agenda *g, struct err *e)
{
	struct open_folder *f = &g->folder;
	int timeout = folders_due_ms(w, g), rc;

	tell_state(w, SYNC_IDLE);
	atomic_store(&w->alive_ms, 0);
	atomic_store(&w->busy, false);
	if (f->selected && (store_caps(w->st) & STORE_WATCH)) {
		rc = store_ops(w->st)->watch(
		    w->st, queue_fd(w->requests), timeout, e);
		atomic_store(&w->busy, true);
		return rc < 0 ? -1 : folder_catch_up(w, f, e);
	}
	sleep_until_asked(w, timeout);
	atomic_store(&w->busy, true);
	return 0;
}

/* Something here failed, not the server (a full disk): say it once, and give
 * it time.  What was lost on the way is not known, so the folder is opened
 * anew. */
static void
complain(struct worker *w, struct agenda *g, struct err *e)
{
	if (w->sync->once && g->folder.id != 0) {
		once_end(w, g, -1, e);
		return;
	}
	say_once(w, g, e);
	folder_close(&g->folder);
	sleep_until_asked(w, COMPLAINT_MS);
}

/* Work on this connection until it dies; always leaves why in e. */
static void
serve(struct worker *w, struct agenda *g, struct err *e)
{
	int64_t since = os_now_ms();
	bool busy = false;
	int rc;

	for (;;) {
		agenda_drain(w, g);
		if (worker_is_stopped(w)) {
			err_set(e, ERR_CANCEL, "stopped");
			return;
		}
		if (!busy && g->folder.id != 0 && !g->folder.selected) {
			tell_state(w, SYNC_BUSY); /* may take a while */
			busy = true;
		}
		atomic_store(&w->alive_ms, os_now_ms());
		rc = step(w, g, e);
		if (os_now_ms() - since > STEADY_MS)
			g->failures = 0;
		if (rc > 0 && !busy)
			tell_state(w, SYNC_BUSY);
		busy = rc > 0;
		if (rc == 0) {
			g->failures = 0;
			g->full = false;
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

/* What ends the waiting for the next attempt. */
enum retry {
	RETRY_SOON,   /* the time, or any of the following */
	RETRY_OPENED, /* a folder is opened, or */
	RETRY_ASKED,  /* a person asks for it */
};

static void
pause_until(struct worker *w, struct agenda *g, enum retry when)
{
	int64_t end = os_now_ms() + backoff_ms(g->failures);
	struct node *n;
	int left = -1;

	g->check = g->opened = false;
	while (!worker_is_stopped(w) && !g->check &&
	       !(g->opened && when != RETRY_ASKED)) {
		if (when == RETRY_SOON)
			left = (int)(end - os_now_ms());
		if (when == RETRY_SOON && left <= 0)
			return;
		n = queue_wait(w->requests, left);
		if (n != NULL)
			agenda_take(w, g, (struct request *)n);
	}
}

static bool
is_for_a_person(const struct err *e)
{
	return e->kind == ERR_TLS || e->kind == ERR_AUTH ||
	       e->kind == ERR_INPUT;
}

static void
say_offline(struct worker *w, const struct err *e, bool connected)
{
	if (e->kind != ERR_CANCEL)
		event_state(w, is_for_a_person(e) ? SYNC_STOPPED : SYNC_OFFLINE,
		    "%s", e->text);
	else if (connected)
		event_state(w, SYNC_OFFLINE, "stopped by hand");
	else
		event_state(w, SYNC_OFFLINE, "stopped by hand; G tries again");
}

/* The folder being synced has failed; the others too, where no connection
 * could be had. */
static void
once_failed(struct worker *w, struct agenda *g, const struct err *e, bool all)
{
	agenda_drain(w, g);
	do
		if (g->folder.id != 0)
			once_end(w, g, -1, e);
	while (all && g->folder.id != 0);
}

static void
after_failure(struct worker *w, struct agenda *g, struct err *e, bool connected)
{
	enum retry when = RETRY_SOON;

	if (worker_is_stopped(w))
		return;
	log_line("sync", "%s: %s", account_name(w->sync->account), e->text);
	say_offline(w, e, connected);
	if (e->kind == ERR_AUTH)
		keyring_forget(&w->sync->keys);
	if (w->sync->once) {
		once_failed(w, g, e, !connected);
		if (g->folder.id != 0)
			return;
		when = RETRY_OPENED;
	} else if (is_for_a_person(e)) {
		when = RETRY_ASKED;
	} else if (e->kind == ERR_CANCEL && !connected) {
		when = RETRY_OPENED;
	}
	atomic_store(&w->busy, false);
	pause_until(w, g, when);
	atomic_store(&w->busy, true);
}

static int
connect_first(struct worker *w, struct agenda *g, struct err *e)
{
	struct folder_known known;
	struct mset uids = MSET_INIT;
	struct arena a = ARENA_INIT;
	int rc;

	event_state(w, SYNC_CONNECTING, "connecting");
	atomic_store(&w->alive_ms, 0);
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
	bool connected;

	g->failures++;
	connected = connect_first(w, g, &e) == 0;
	if (connected) {
		atomic_store(&w->sync->online, true);
		lock_take(w->sync);
		serve(w, g, &e);
		atomic_store(&w->sync->online, false);
		worker_disconnect(w, worker_is_stopped(w) ? 0 : GOODBYE_MS);
	}
	folder_close(&g->folder);
	g->folder.told = false;
	after_failure(w, g, &e, connected);
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
	atomic_store(&w->busy, true);
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
