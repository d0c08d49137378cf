/*
 * fetch - brings the text of messages into the cache.
 *
 * A worker and a connection of their own, so that no backfill stands between
 * a person and the message just opened.  A small message comes whole, in one
 * turn, and is taken apart here; of a large one come header and text, by
 * number.  Urgent requests go ahead of prefetch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/journal.h"
#include "mime/message.h"
#include "sync_int.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/os.h"

#define TEXT_PARTS_MAX 32
#define AHEAD_MAX      8 /* prefetches waiting; older ones are dropped */

struct fetcher {
	struct worker *w;
	char *folder; /* selected, or NULL */
	struct folder_state state;
	struct request *ahead[AHEAD_MAX]; /* oldest first */
	size_t nahead;
};

/* ---- bytes on their way into memory ---- */

struct take {
	struct worker *worker;
	struct buf out;
	struct progress *progress;
};

static int
on_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct take *t = ctx;

	atomic_store(&t->worker->alive_ms, os_now_ms());
	if (atomic_load(&t->worker->soft))
		return err_set(e, ERR_CANCEL, "stopped");
	if (t->progress != NULL) {
		t->progress->done += n;
		progress_tell(t->progress);
	}
	return buf_add(&t->out, p, n, e);
}

static void
on_size(void *ctx, uint64_t total)
{
	struct take *t = ctx;

	if (t->progress != NULL)
		t->progress->total = total;
}

static uint64_t
part_bound(struct worker *w)
{
	uint64_t max = (uint64_t)account_int(
	    w->sync->account, OPT_MAX_MESSAGE_SIZE);

	return max == 0 || max > DB_PART_MAX ? DB_PART_MAX : max;
}

static int
get_parts(struct worker *w, const struct msg *m, const char *const *sections,
    size_t n, struct take *takes, struct err *e)
{
	struct byte_sink sinks[TEXT_PARTS_MAX + 1];
	const struct store_ops *ops = store_ops(w->st);
	size_t i;

	for (i = 0; i < n; i++) {
		sinks[i].ctx = &takes[i];
		sinks[i].bytes = on_bytes;
		sinks[i].size = on_size;
	}
	if (ops->parts != NULL)
		return ops->parts(w->st, &m->key, sections, n, sinks, e);
	for (i = 0; i < n; i++)
		if (ops->part(w->st, &m->key, sections[i], &sinks[i], e) < 0)
			return -1;
	return 0;
}

static int
put_part(struct worker *w, int64_t id, const char *section, const void *p,
    size_t n, struct err *e)
{
	return db_put_part(w->sync->db, id, section, p, n, e);
}

static int
put_structure(
    struct worker *w, int64_t id, const struct part *root, struct err *e)
{
	struct buf packed = BUF_INIT(16u << 20);
	int rc;

	part_pack(root, &packed);
	rc = put_part(w, id, "STRUCTURE", packed.data, packed.len, e);
	buf_free(&packed);
	return rc;
}

/* ---- one message ---- */

/* Take a whole message apart: what a server would have given by number. */
static int
put_whole(struct worker *w, int64_t id, const char *p, size_t n, struct err *e)
{
	const struct part *text[TEXT_PARTS_MAX];
	struct arena a = ARENA_INIT;
	struct part *root = message_parse(&a, p, n);
	size_t k = part_texts(root, false, text, TEXT_PARTS_MAX);
	int rc;

	rc = put_part(w, id, "HEADER", p, message_body_at(p, n), e);
	for (size_t i = 0; rc == 0 && i < k; i++) {
		if (text[i]->offset > n || text[i]->size > n - text[i]->offset)
			continue;
		rc = put_part(w, id, text[i]->section, p + text[i]->offset,
		    text[i]->size, e);
	}
	if (rc == 0)
		rc = put_part(w, id, "", p, n, e);
	/* Last: its presence says that the others are there. */
	if (rc == 0)
		rc = put_structure(w, id, root, e);
	arena_free(&a);
	return rc;
}

static int
fetch_section(struct worker *w, const struct msg *m, const char *section,
    uint64_t ticket, struct err *e)
{
	struct progress p;
	struct take t = {.worker = w, .out = BUF_INIT(0), .progress = &p};
	int rc;

	progress_start(&p, w->sync, ticket, "Message \"%s\"", m->subject);
	p.bytes = true;
	p.total = *section == '\0' ? m->size : 0;
	t.out.max = part_bound(w);
	rc = get_parts(w, m, &section, 1, &t, e);
	if (rc == 0 && *section == '\0')
		rc = put_whole(w, m->id, buf_text(&t.out), t.out.len, e);
	else if (rc == 0)
		rc = put_part(
		    w, m->id, section, buf_text(&t.out), t.out.len, e);
	progress_end(&p, rc, e);
	buf_free(&t.out);
	return rc;
}

struct one_structure {
	struct worker *w;
	int64_t id;
	bool got;
};

static int
on_structure(void *ctx, const struct store_row *r, struct err *e)
{
	struct one_structure *o = ctx;

	if (r->body == NULL)
		return 0;
	o->got = true;
	return put_structure(o->w, o->id, r->body, e);
}

static int
fetch_structure(struct worker *w, const struct msg *m, struct err *e)
{
	struct one_structure o = {.w = w, .id = m->id};
	struct row_sink sink = {.ctx = &o, .row = on_structure};
	struct mset set = MSET_INIT;
	int rc;

	mset_add_key(&set, &m->key);
	rc = store_ops(w->st)->rows(w->st, &set, true, &sink, e);
	mset_free(&set);
	if (rc == 0 && !o.got)
		rc = err_set(
		    e, ERR_GONE, "this message is no longer on the server");
	return rc;
}

/* Header and text of a large message whose structure is known. */
static int
fetch_text_of(struct worker *w, const struct msg *m, const struct part *root,
    uint64_t ticket, struct err *e)
{
	const struct part *text[TEXT_PARTS_MAX];
	const char *section[TEXT_PARTS_MAX + 1];
	struct take take[TEXT_PARTS_MAX + 1];
	struct progress p;
	size_t k = part_texts(root, false, text, TEXT_PARTS_MAX), n = 0;
	int rc = 0;

	progress_start(&p, w->sync, ticket, "Message \"%s\"", m->subject);
	p.bytes = true;
	section[n++] = "HEADER";
	for (size_t i = 0; i < k; i++)
		section[n++] = text[i]->section;
	for (size_t i = 0; i < n; i++) {
		take[i] = (struct take){.worker = w, .progress = &p};
		take[i].out.max = part_bound(w);
	}
	rc = get_parts(w, m, section, n, take, e);
	for (size_t i = 0; i < n; i++) {
		if (rc == 0)
			rc = put_part(w, m->id, section[i],
			    buf_text(&take[i].out), take[i].out.len, e);
		buf_free(&take[i].out);
	}
	progress_end(&p, rc, e);
	return rc;
}

static int
fetch_large(
    struct worker *w, const struct msg *m, uint64_t ticket, struct err *e)
{
	struct buf packed = BUF_INIT(16u << 20);
	struct arena a = ARENA_INIT;
	struct part *root = NULL;
	int rc = -1;

	if (!dbr_has_part(w->dbr, m->id, "STRUCTURE") &&
	    fetch_structure(w, m, e) < 0)
		goto out;
	if (dbr_part(w->dbr, m->id, "STRUCTURE", &packed, e) < 0)
		goto out;
	root = part_unpack(&a, packed.data, packed.len);
	if (root == NULL) {
		err_set(e, ERR_PROTO,
		    "the structure of this message is unreadable");
		goto out;
	}
	rc = fetch_text_of(w, m, root, ticket, e);
out:
	buf_free(&packed);
	arena_free(&a);
	return rc;
}

/* Is everything that reading needs here already? */
static bool
is_here(struct worker *w, const struct request *r)
{
	struct buf packed = BUF_INIT(16u << 20);
	const struct part *text[TEXT_PARTS_MAX];
	struct arena a = ARENA_INIT;
	struct part *root;
	bool here = false;
	size_t k;

	if (r->section != NULL)
		return dbr_has_part(w->dbr, r->msg, r->section);
	if (!dbr_has_part(w->dbr, r->msg, "HEADER") ||
	    dbr_part(w->dbr, r->msg, "STRUCTURE", &packed, NULL) < 0)
		goto out;
	root = part_unpack(&a, packed.data, packed.len);
	if (root == NULL)
		goto out;
	here = true;
	k = part_texts(root, false, text, TEXT_PARTS_MAX);
	for (size_t i = 0; here && i < k; i++)
		here = dbr_has_part(w->dbr, r->msg, text[i]->section);
out:
	buf_free(&packed);
	arena_free(&a);
	return here;
}

static int
select_for(struct fetcher *f, const struct msg *m, struct err *e)
{
	struct folder_known none = {.uidvalidity = 0};
	struct worker *w = f->w;
	struct arena a = ARENA_INIT;
	struct folder row;
	int rc = -1;

	if (dbr_folder(w->dbr, m->folder_key, &a, &row) < 0) {
		err_set(e, ERR_GONE, "the folder of this message is gone");
		goto out;
	}
	if (f->folder == NULL || strcmp(f->folder, row.name) != 0) {
		free(f->folder);
		f->folder = NULL;
		memset(&f->state, 0, sizeof f->state);
		if (store_ops(w->st)->select(
			w->st, row.name, &none, NULL, &f->state, e) < 0)
			goto out;
		f->folder = mem_str(row.name);
	}
	if (row.uidvalidity != 0 && row.uidvalidity != f->state.uidvalidity) {
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

static int
connect_for(struct fetcher *f, const struct msg *m, struct err *e)
{
	struct folder_known none = {.uidvalidity = 0};
	struct arena a = ARENA_INIT;
	struct folder row;
	int rc;

	if (f->w->st != NULL)
		return 0;
	free(f->folder);
	f->folder = NULL;
	if (dbr_folder(f->w->dbr, m->folder_key, &a, &row) < 0) {
		arena_free(&a);
		return err_set(
		    e, ERR_GONE, "the folder of this message is gone");
	}
	rc = worker_connect(f->w, row.name, &none, e);
	arena_free(&a);
	return rc;
}

static int
fetch_message(struct fetcher *f, const struct request *r, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct msg m;
	int rc = -1;

	if (is_here(f->w, r)) {
		rc = 0;
		goto out;
	}
	if (dbr_message(f->w->dbr, r->msg, &a, &m) < 0) {
		err_set(e, ERR_GONE, "this message is no longer here");
		goto out;
	}
	if (m.key.num == 0 && (m.key.str == NULL || *m.key.str == '\0')) {
		err_set(e, ERR_GONE,
		    "this message was moved; its new place is not known yet");
		goto out;
	}
	if (connect_for(f, &m, e) < 0 || select_for(f, &m, e) < 0)
		goto out;
	if (r->section != NULL)
		rc = fetch_section(f->w, &m, r->section, r->ticket, e);
	else if (m.size <= SYNC_WHOLE_MAX ||
		 (store_caps(f->w->st) & STORE_LOCAL && m.size < (1u << 20)))
		rc = fetch_section(f->w, &m, "", r->ticket, e);
	else
		rc = fetch_large(f->w, &m, r->ticket, e);
out:
	arena_free(&a);
	return rc;
}

/* A connection that had gone stale says so only when it is used: once more
 * on a fresh one. */
static int
fetch_patiently(struct fetcher *f, const struct request *r, struct err *e)
{
	bool fresh = f->w->st == NULL;
	int rc = fetch_message(f, r, e);

	if (f->w->st != NULL &&
	    (store_is_dead(f->w->st) || (rc < 0 && e->kind == ERR_CANCEL)))
		worker_disconnect(f->w, 0);
	if (rc == 0 || fresh || e->kind != ERR_NET || worker_is_stopped(f->w))
		return rc;
	err_clear(e);
	rc = fetch_message(f, r, e);
	if (f->w->st != NULL && store_is_dead(f->w->st))
		worker_disconnect(f->w, 0);
	return rc;
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

/* The next one somebody waits for, else a prefetch, else NULL after a while. */
static struct request *
next_request(struct fetcher *f)
{
	struct node *n;
	struct request *r;
	int wait;

	for (;;) {
		wait = f->nahead > 0 ? 0 : SYNC_JOURNAL_LOOK_MS;
		n = wait == 0 ? queue_pop(f->w->requests)
			      : queue_wait(f->w->requests, wait);
		if (n == NULL)
			return ahead_take(f);
		r = (struct request *)n;
		if (!r->ahead)
			return r;
		ahead_add(f, r);
	}
}

static void
serve_request(struct fetcher *f, struct request *r)
{
	struct worker *w = f->w;
	struct err e = ERR_INIT;
	int rc;

	/* Prefetch never dials: it rides on a connection that is there, or
	 * on the knowledge that one can be had. */
	if (r->ahead && !atomic_load(&w->sync->online)) {
		request_free(r);
		return;
	}
	atomic_store(&w->soft, false);
	atomic_store(&w->ticket, r->ticket);
	rc = fetch_patiently(f, r, &e);
	atomic_store(&w->ticket, 0);
	if (!r->ahead)
		event_message(w->sync, r->ticket, rc, &e);
	else if (rc < 0)
		log_line("sync", "prefetch: %s", e.text);
	request_free(r);
}

/* Acts that another etui posted are carried by whoever holds the lock. */
static void
look_at_journal(struct worker *w)
{
	struct sync *s = w->sync;

	if (lock_take(s) == 0 && !s->once &&
	    dbr_acts_count(w->dbr, account_name(s->account)) > 0)
		sync_nudge(s);
}

void *
fetch_main(void *arg)
{
	struct fetcher f = {.w = arg};
	int64_t used = os_now_ms();
	struct request *r;

	while (!worker_is_stopped(f.w)) {
		r = next_request(&f);
		if (r == NULL) {
			look_at_journal(f.w);
			if (f.w->st != NULL &&
			    os_now_ms() - used > SYNC_FETCH_IDLE_MS)
				worker_disconnect(f.w, 0);
			continue;
		}
		if (r->kind == REQ_FETCH) {
			serve_request(&f, r);
			used = os_now_ms();
		} else {
			request_free(r);
		}
	}
	while ((r = ahead_take(&f)) != NULL)
		request_free(r);
	free(f.folder);
	return NULL;
}

/* ---- structures of the rows on screen, on the main connection ---- */

struct structures {
	struct worker *w;
	int64_t folder;
};

static int
on_visible(void *ctx, const struct store_row *r, struct err *e)
{
	struct structures *s = ctx;
	int64_t id;

	if (r->body == NULL)
		return 0;
	id = dbr_message_by_key(s->w->dbr, s->folder, &r->key);
	if (id == 0)
		return 0;
	return put_structure(s->w, id, r->body, e);
}

/* Only of large messages: the small ones come whole, and bring their own. */
int
structures_fetch(struct worker *w, const int64_t *ids, size_t n, int64_t folder,
    struct err *e)
{
	struct structures s = {.w = w, .folder = folder};
	struct row_sink sink = {.ctx = &s, .row = on_visible};
	struct mset set = MSET_INIT;
	struct arena a = ARENA_INIT;
	struct msg m;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		if (dbr_message(w->dbr, ids[i], &a, &m) < 0 ||
		    m.folder_key != folder || m.size <= SYNC_WHOLE_MAX ||
		    dbr_has_part(w->dbr, ids[i], "STRUCTURE"))
			continue;
		mset_add_key(&set, &m.key);
	}
	if (mset_count(&set) > 0 && !(store_caps(w->st) & STORE_LOCAL))
		rc = store_ops(w->st)->rows(w->st, &set, true, &sink, e);
	mset_free(&set);
	arena_free(&a);
	return rc;
}
