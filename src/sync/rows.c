/*
 * rows - from what a storage says of messages to what the database keeps.
 *
 * The only place where the two meet: header bytes are understood here (mime),
 * gathered, and handed over SYNC_CHUNK at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mime/header.h"
#include "sync_int.h"
#include "util/mem.h"
#include "util/os.h"

void
intake_init(struct intake *r, struct worker *w, int64_t folder)
{
	memset(r, 0, sizeof *r);
	r->worker = w;
	r->folder = folder;
}

void
intake_done(struct intake *r)
{
	arena_free(&r->arena);
	mset_free(&r->gone);
	free(r->v);
	free(r->flag);
	memset(r, 0, sizeof *r);
}

/* "Ann <ann@x>, Bob <bob@x>" for one line; long lists end in "...". */
#define TO_TEXT_MAX 20

static const char *
addresses_text(struct arena *a, const struct addresses *list)
{
	struct buf b = BUF_INIT(1 << 20);
	const char *out;
	size_t i;

	if (list->n == 0)
		return "";
	for (i = 0; i < list->n && i < TO_TEXT_MAX; i++) {
		if (i > 0)
			buf_puts(&b, ", ");
		buf_puts(&b, address_text(a, &list->v[i]));
	}
	if (i < list->n)
		buf_puts(&b, ", ...");
	out = arena_str(a, buf_text(&b));
	buf_free(&b);
	return out;
}

static struct mkey
key_copy(struct arena *a, const struct mkey *k)
{
	struct mkey c = {.num = k->num, .str = arena_str(a, k->str)};

	return c;
}

static void
row_to_msg(struct arena *a, const struct store_row *r, struct db_msg *m)
{
	struct envelope env;

	memset(&env, 0, sizeof env);
	envelope_parse(a, r->header, r->header_len, NULL, &env);
	m->key = key_copy(a, &r->key);
	m->flags = r->flags;
	m->keywords = arena_str(a, r->keywords);
	m->idate = r->idate;
	m->date = env.date;
	m->size = r->size;
	m->subject = env.subject;
	if (env.from.n > 0) {
		m->from_name = env.from.v[0].name;
		m->from_addr = env.from.v[0].addr;
	} else if (env.sender.n > 0) {
		m->from_name = env.sender.v[0].name;
		m->from_addr = env.sender.v[0].addr;
	}
	m->to = addresses_text(a, &env.to);
	m->cc = addresses_text(a, &env.cc);
	m->msgid = env.msgid;
	m->refs = env.refs;
	m->nrefs = env.nrefs;
	m->list_id = env.list_id;
	m->attachment = env.maybe_attachment;
}

/*
 * What is older than the rows here is asked for from the oldest row on, so
 * there must never be a gap above it, however a sync ends.  Chunks come newest
 * first, but the rows of one oldest first: only whole chunks are handed over.
 */
static bool
is_full(const struct intake *rs, const struct store_row *next)
{
	if (!rs->downward)
		return rs->n >= SYNC_CHUNK;
	return (rs->n >= SYNC_CHUNK && next->key.num < rs->last) ||
	       rs->n >= SYNC_CHUNK_MAX;
}

/* Unread, and not a message of this account that came back to the folder. */
static bool
is_news(const struct intake *rs, const struct db_msg *m)
{
	const struct worker *w = rs->worker;

	return !(m->flags & FLAG_SEEN) &&
	       dbr_message_by_msgid(w->dbr, w->sync->account_id, m->msgid) == 0;
}

static int
on_row(void *ctx, const struct store_row *r, struct err *e)
{
	struct intake *rs = ctx;

	if (rs->worker == NULL)
		return 0;
	atomic_store(&rs->worker->alive_ms, os_now_ms());
	if (r->header == NULL)
		return 0;
	if (is_full(rs, r) && intake_flush(rs, e) < 0)
		return -1;
	rs->last = r->key.num;
	mem_grow(&rs->v, &rs->cap, rs->n + 1, sizeof *rs->v);
	memset(&rs->v[rs->n], 0, sizeof *rs->v);
	row_to_msg(&rs->arena, r, &rs->v[rs->n]);
	rs->n++;
	rs->total++;
	if (rs->arrivals && is_news(rs, &rs->v[rs->n - 1]))
		rs->fresh++;
	if (r->key.num > rs->uid_max)
		rs->uid_max = r->key.num;
	if (rs->progress != NULL) {
		rs->progress->done++;
		progress_tell(rs->progress);
	}
	return rs->polite && worker_is_wanted(rs->worker) ? 1 : 0;
}

struct row_sink
intake_sink(struct intake *r)
{
	struct row_sink s = {.ctx = r, .row = on_row};

	return s;
}

static int
on_flags(void *ctx, const struct mkey *k, unsigned flags, const char *keywords,
    uint64_t modseq, struct err *e)
{
	struct intake *r = ctx;

	(void)modseq;
	if (r->worker == NULL)
		return 0; /* of a folder that was closed */
	atomic_store(&r->worker->alive_ms, os_now_ms());
	mem_grow(&r->flag, &r->flagcap, r->nflags + 1, sizeof *r->flag);
	r->flag[r->nflags].key = key_copy(&r->arena, k);
	r->flag[r->nflags].flags = flags;
	r->flag[r->nflags].keywords = arena_str(&r->arena, keywords);
	r->nflags++;
	return r->nflags >= SYNC_CHUNK ? intake_flush(r, e) : 0;
}

static int
on_gone(void *ctx, const struct mset *gone, struct err *e)
{
	struct intake *r = ctx;
	size_t i;

	(void)e;
	if (r->worker == NULL)
		return 0;
	for (i = 0; i < gone->n; i++)
		mset_add_range(&r->gone, gone->range[i].lo, gone->range[i].hi);
	for (i = 0; i < gone->nstr; i++)
		mset_add_str(&r->gone, gone->str[i]);
	return 0;
}

static int
on_exists(void *ctx, uint64_t exists, struct err *e)
{
	struct intake *r = ctx;

	(void)e;
	r->exists = exists;
	r->exists_told = r->worker != NULL;
	return 0;
}

struct change_sink
intake_changes(struct intake *r)
{
	struct change_sink s = {
	    .ctx = r, .flags = on_flags, .gone = on_gone, .exists = on_exists};

	return s;
}

static int
newest_first(const void *a, const void *b)
{
	const struct db_msg *x = a, *y = b;

	return (x->key.num < y->key.num) - (x->key.num > y->key.num);
}

/* A full disk must not end reading: what could not be kept is fetched again
 * another time. */
static int
put_all(struct intake *r, struct err *e)
{
	struct db *db = r->worker->sync->db;

	/* they may be committed in parts, the first ones first */
	if (r->downward && r->n > 1 && r->v[0].key.num != 0)
		qsort(r->v, r->n, sizeof *r->v, newest_first);
	if (r->n > 0 && db_put_messages(db, r->folder, r->v, r->n, e) < 0)
		return -1;
	if (r->nflags > 0 &&
	    db_put_flags(db, r->folder, r->flag, r->nflags, e) < 0)
		return -1;
	if ((r->gone.n > 0 || r->gone.nstr > 0) &&
	    db_remove_messages(db, r->folder, &r->gone, e) < 0)
		return -1;
	return 0;
}

int
intake_flush(struct intake *r, struct err *e)
{
	int rc = r->worker != NULL ? put_all(r, e) : 0;

	r->n = 0;
	r->nflags = 0;
	mset_free(&r->gone);
	arena_free(&r->arena);
	return rc;
}
