/*
 * A threaded list walks thread_folder, which is ordered by the newest message
 * of each thread; a thread takes as many positions as it has messages here.
 * Anchors are positions at which a thread begins.  The trees of the threads
 * looked at lately are kept while their stamp holds, so that a thread of
 * 10,000 messages is not computed again at each key.
 */
#include <stdlib.h>
#include <string.h>

#include "view_int.h"

#define TREES      256
#define TREE_ITEMS 200000 /* kept in all of them, beside the newest */

struct view_thread_state {
	struct tree tree[TREES];
	size_t n, items;
	uint64_t clock;
};

/* A thread in the list: its key is (newest, thread, 0). */
struct place_at {
	int64_t key[KEYS];
	uint64_t count;
	int64_t stamp;
};

static int64_t
thread_of(const struct place_at *p)
{
	return p->key[1];
}

/* ---- trees ---- */

static void
drop_tree(struct view_thread_state *t, size_t i)
{
	t->items -= t->tree[i].n;
	free(t->tree[i].v);
	t->tree[i] = t->tree[--t->n];
}

static void
drop_oldest(struct view_thread_state *t)
{
	size_t oldest = 0;

	for (size_t i = 1; i < t->n; i++)
		if (t->tree[i].used < t->tree[oldest].used)
			oldest = i;
	drop_tree(t, oldest);
}

static const struct tree *
tree_of(struct view *v, int64_t thread, int64_t stamp)
{
	struct view_thread_state *t = v->threads;
	struct tree *new;

	t->clock++;
	for (size_t i = 0; i < t->n; i++) {
		if (t->tree[i].thread != thread)
			continue;
		if (t->tree[i].stamp == stamp) {
			t->tree[i].used = t->clock;
			return &t->tree[i];
		}
		drop_tree(t, i);
		break;
	}
	while (t->n == TREES || (t->n > 0 && t->items > TREE_ITEMS))
		drop_oldest(t);
	new = &t->tree[t->n];
	if (tree_load(v->s, v->spec.folder, thread, NULL, 0, new) < 0)
		return NULL;
	new->stamp = stamp;
	new->used = t->clock;
	t->items += new->n;
	t->n++;
	return new;
}

/* ---- walking ---- */

#define THREADS(bound, order)                                                  \
	"SELECT newest, thread, count, stamp FROM thread_folder"               \
	" WHERE folder = ?1" bound " ORDER BY " order
#define UP      "newest, thread"
#define DOWN    "newest DESC, thread DESC"
#define KEY     "(newest, thread)"
#define UNSEEN  " AND unseen > 0"
#define BETWEEN " AND " KEY " >= (?2, ?3) AND " KEY " < (?4, ?5)"

/* [keys fall][0 from an end, 1 from a key on, 2 after a key] */
static const char *const walks[2][3] = {
    {
	THREADS("", UP),
	THREADS(" AND " KEY " >= (?2, ?3)", UP),
	THREADS(" AND " KEY " > (?2, ?3)", UP),
    },
    {
	THREADS("", DOWN),
	THREADS(" AND " KEY " <= (?2, ?3)", DOWN),
	THREADS(" AND " KEY " < (?2, ?3)", DOWN),
    },
};
static const char *const unseen_walks[2] = {
    THREADS(" AND " KEY " > (?2, ?3)" UNSEEN, UP),
    THREADS(" AND " KEY " < (?2, ?3)" UNSEEN, DOWN),
};

static const char *
walk_query(const struct view *v, bool back, int bound)
{
	return walks[v->spec.reverse != back][bound];
}

static sqlite3_stmt *
walk_from(struct view *v, const char *query, const int64_t *key)
{
	return sql_query(v->s, NULL, query, "iii", v->spec.folder,
	    key != NULL ? key[0] : (int64_t)0,
	    key != NULL ? key[1] : (int64_t)0);
}

static int
step_thread(struct view *v, sqlite3_stmt *st, struct place_at *out)
{
	int rc = sql_step(v->s, st, NULL);

	if (rc <= 0)
		return rc;
	out->key[0] = sqlite3_column_int64(st, 0);
	out->key[1] = sqlite3_column_int64(st, 1);
	out->key[2] = 0;
	out->count = (uint64_t)sqlite3_column_int64(st, 2);
	out->stamp = sqlite3_column_int64(st, 3);
	return 1;
}

/* Where the thread that holds position `first` begins: walks back to it. */
static bool
walk_back(struct view *v, const struct anchor *a, uint64_t from, uint64_t first,
    struct anchor *out)
{
	sqlite3_stmt *st = walk_from(v, walk_query(v, true, a != NULL ? 2 : 0),
	    a != NULL ? a->key : NULL);
	struct place_at p;
	bool found = false;

	while (!found && step_thread(v, st, &p) > 0) {
		from = p.count < from ? from - p.count : 0;
		found = from <= first;
		out->pos = from;
		memcpy(out->key, p.key, sizeof out->key);
	}
	sql_end(st);
	return found;
}

/* Copy the items of one thread from position `skip` in it. */
static size_t
copy_items(struct view *v, const struct place_at *p, uint64_t skip, size_t n,
    struct item *out)
{
	const struct tree *t = tree_of(v, thread_of(p), p->stamp);
	size_t got;

	if (t == NULL || skip >= t->n)
		return 0;
	got = t->n - (size_t)skip < n ? t->n - (size_t)skip : n;
	memcpy(out, t->v + skip, got * sizeof *out);
	return got;
}

static size_t
threads_items(struct view *v, uint64_t first, size_t n, struct item *out)
{
	struct anchor back;
	const struct anchor *a;
	struct place_at p;
	sqlite3_stmt *st;
	uint64_t pos;
	size_t got = 0;

	if (first >= v->count)
		return 0;
	a = anchor_near(&v->anchors, first, v->count, &pos);
	if (pos > first) {
		if (!walk_back(v, a, pos, first, &back))
			return 0;
		a = &back;
		pos = back.pos;
	}
	st = walk_from(v, walk_query(v, false, a != NULL ? 1 : 0),
	    a != NULL ? a->key : NULL);
	while (got < n && step_thread(v, st, &p) > 0) {
		if (pos + p.count > first + got) {
			uint64_t skip = first + got > pos ? first + got - pos
							  : 0;

			anchor_add(&v->anchors, pos, p.key);
			got += copy_items(v, &p, skip, n - got, out + got);
		}
		pos += p.count;
	}
	sql_end(st);
	return got;
}

/* ---- positions ---- */

#define NEAR 2048 /* threads */

static const int64_t lowest[KEYS] = {INT64_MIN, INT64_MIN, INT64_MIN};
static const int64_t highest[KEYS] = {INT64_MAX, INT64_MAX, INT64_MAX};

/* Messages in the threads from a on, before b; *threads says how many threads
 * that were: `limit` when it was cut short. */
static int64_t
between(struct view *v, const int64_t *a, const int64_t *b, int64_t limit,
    int64_t *threads)
{
	const int64_t *lo = a != NULL ? a : lowest;
	const int64_t *hi = b != NULL ? b : highest;
	int64_t step = 0, n = -1;
	sqlite3_stmt *st;

	if (v->spec.reverse) {
		lo = b != NULL ? b : lowest;
		hi = a != NULL ? a : highest;
		step = 1; /* (b, a] */
	}
	st = sql_query(v->s, NULL,
	    "SELECT ifnull(sum(count), 0), count(*) FROM (SELECT count FROM"
	    " thread_folder WHERE folder = ?1" BETWEEN " LIMIT ?6)",
	    "iiiiii", v->spec.folder, lo[0],
	    lo[1] + (lo[1] < INT64_MAX ? step : 0), hi[0],
	    hi[1] + (hi[1] < INT64_MAX ? step : 0), limit);
	if (sql_step(v->s, st, NULL) > 0) {
		n = sqlite3_column_int64(st, 0);
		*threads = sqlite3_column_int64(st, 1);
	}
	sql_end(st);
	return n;
}

/* Where the thread with this key begins. */
static int64_t
position(struct view *v, const int64_t key[KEYS])
{
	const struct anchor *a, *b;
	int64_t n, pos, threads;

	anchor_around(&v->anchors, key, v->spec.reverse, &a, &b);
	pos = a != NULL ? (int64_t)a->pos : 0;
	n = between(v, a != NULL ? a->key : NULL, key, NEAR, &threads);
	if (n < 0 || threads < NEAR)
		return n < 0 ? -1 : pos + n;
	n = between(v, key, b != NULL ? b->key : NULL, NEAR, &threads);
	if (n < 0)
		return -1;
	if (threads < NEAR)
		return (int64_t)(b != NULL ? b->pos : v->count) - n;
	n = between(v, a != NULL ? a->key : NULL, key, INT64_MAX, &threads);
	return n < 0 ? -1 : pos + n;
}

/* The place of a message's thread in this folder. */
static int
place_of(struct view *v, int64_t id, struct place_at *out)
{
	sqlite3_stmt *st = sql_query(v->s, NULL,
	    "SELECT newest, t.thread, count, stamp FROM message m"
	    " CROSS JOIN thread_folder t ON t.folder = m.folder AND t.newest ="
	    " (SELECT max(sdate) FROM message n WHERE n.thread = m.thread"
	    " AND n.folder = m.folder) AND t.thread = m.thread"
	    " WHERE m.id = ? AND m.folder = ?",
	    "ii", id, v->spec.folder);
	int rc = step_thread(v, st, out);

	sql_end(st);
	return rc;
}

static int64_t
index_in(const struct tree *t, int64_t id)
{
	for (size_t i = 0; t != NULL && i < t->n; i++)
		if (t->v[i].id == id)
			return (int64_t)i;
	return -1;
}

static int64_t
threads_find(struct view *v, int64_t id)
{
	struct place_at p;
	int64_t pos, at;

	if (place_of(v, id, &p) <= 0)
		return -1;
	pos = position(v, p.key);
	at = index_in(tree_of(v, thread_of(&p), p.stamp), id);
	if (pos < 0 || at < 0 || (uint64_t)(pos + at) >= v->count)
		return -1;
	anchor_add(&v->anchors, (uint64_t)pos, p.key);
	return pos + at;
}

/* ---- flags ---- */

static int
compare_ids(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The ids of the thread that have these flags, sorted. */
static size_t
ids_with(struct view *v, const struct place_at *p, unsigned on, unsigned off,
    int64_t **out)
{
	sqlite3_stmt *st = sql_query(v->s, NULL,
	    "SELECT id FROM message WHERE thread = ? AND folder = ?"
	    " AND (flags & ?3) = ?3 AND (flags & ?4) = 0",
	    "iiii", thread_of(p), v->spec.folder, (int64_t)on, (int64_t)off);
	size_t n = 0, cap = 0;

	*out = NULL;
	while (sql_step(v->s, st, NULL) > 0) {
		mem_grow(out, &cap, n + 1, sizeof **out);
		(*out)[n++] = sqlite3_column_int64(st, 0);
	}
	if (n > 1)
		qsort(*out, n, sizeof **out, compare_ids);
	return n;
}

/* The first in direction dir, past index `from` of the tree (-1: from its
 * beginning or end), or 0. */
static int64_t
next_in_thread(struct view *v, const struct place_at *p, int64_t from, int dir,
    unsigned on, unsigned off)
{
	const struct tree *t = tree_of(v, thread_of(p), p->stamp);
	int64_t *ids, id = 0, at = from;
	size_t n = ids_with(v, p, on, off, &ids);

	if (t == NULL || n == 0)
		goto out;
	if (from < 0 && dir < 0)
		at = (int64_t)t->n;
	for (at += dir; id == 0 && at >= 0 && at < (int64_t)t->n; at += dir)
		if (bsearch(&t->v[at].id, ids, n, sizeof *ids, compare_ids) !=
		    NULL)
			id = t->v[at].id;
out:
	free(ids);
	return id;
}

static int64_t
next_thread(
    struct view *v, const int64_t *key, int dir, unsigned on, unsigned off)
{
	bool back = dir < 0, falls = v->spec.reverse != back;
	static const int64_t ends[2][KEYS] = {
	    {INT64_MIN, INT64_MIN, 0}, {INT64_MAX, INT64_MAX, 0}};
	struct place_at p;
	sqlite3_stmt *st;
	int64_t id = 0;

	st = walk_from(v,
	    (off & FLAG_SEEN) ? unseen_walks[falls] : walk_query(v, back, 2),
	    key != NULL ? key : ends[falls]);
	while (id == 0 && step_thread(v, st, &p) > 0)
		id = next_in_thread(v, &p, -1, dir, on, off);
	sql_end(st);
	return id;
}

static int64_t
threads_next(struct view *v, int64_t from, int dir, unsigned on, unsigned off)
{
	struct place_at p;
	struct item it;
	int64_t id = 0, at;

	if (from < 0 || (uint64_t)from >= v->count)
		return next_thread(v, NULL, dir, on, off);
	if (threads_items(v, (uint64_t)from, 1, &it) != 1 ||
	    place_of(v, it.id, &p) <= 0)
		return 0;
	at = index_in(tree_of(v, thread_of(&p), p.stamp), it.id);
	/* backwards from the first row there is nothing more in this thread */
	if (dir > 0 || at > 0)
		id = next_in_thread(v, &p, at, dir, on, off);
	return id != 0 ? id : next_thread(v, p.key, dir, on, off);
}

static int
threads_load(struct view *v)
{
	int64_t moves;

	v->anchors.n = 0;
	if (v->threads == NULL)
		v->threads = mem_zalloc(sizeof *v->threads);
	return folder_count(v, &v->count, &moves);
}

static void
threads_done(struct view *v)
{
	while (v->threads != NULL && v->threads->n > 0)
		drop_tree(v->threads, 0);
	free(v->threads);
	v->threads = NULL;
	v->anchors.n = 0;
}

const struct view_kind view_threads = {
    .load = threads_load,
    .items = threads_items,
    .find = threads_find,
    .next = threads_next,
    .done = threads_done,
};
