/*
 * Lists that are sorted here: a limit (some messages, in any order), and a
 * folder by sender, subject or size, for which keeping an index would cost
 * every sync more than the sort costs now and then (100,000 rows: some 100
 * ms).
 *
 * After a refresh as little as possible is done again.  New rows have higher
 * ids than all before, so they are read and merged in; only when a row left,
 * moved in, or changed its thread (folder.moves) is the list made anew.
 */
#include <stdlib.h>
#include <string.h>

#include "view_int.h"

struct sorted {
	uint64_t k1;      /* a number, or the first bytes of text */
	const char *text; /* NULL: numbers only */
	int64_t k2, k3;
	int64_t id, thread;
};

struct view_array_state {
	struct sorted *v;
	size_t n, cap;
	struct item *item; /* threaded: the rows, in order */
	size_t nitem, itemcap;
	struct arena text;
	int64_t moves, last_id;
	bool loaded;
};

/* ---- keys ---- */

static uint64_t
biased(int64_t x)
{
	return (uint64_t)x ^ (uint64_t)1 << 63;
}

static uint64_t
first_bytes(const char *s)
{
	uint64_t k = 0;

	for (int i = 0; i < 8; i++) {
		k = k << 8 | (unsigned char)*s;
		s += *s != '\0';
	}
	return k;
}

/* "re: fwd: plan" and "plan" stand together. */
static const char *
base_subject(const char *s)
{
	static const char *const marks[] = {
	    "re:", "fwd:", "fw:", "aw:", "wg:", "sv:", "vs:", "antw:", "odp:"};
	bool again = true;

	while (again) {
		again = false;
		while (*s == ' ' || *s == '\t')
			s++;
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
			size_t n = strlen(marks[i]);

			if (strncmp(s, marks[i], n) != 0)
				continue;
			s += n;
			again = true;
		}
	}
	return s;
}

static void
text_key(
    struct view_array_state *a, struct sorted *out, const char *s, bool subject)
{
	struct buf b = BUF_INIT(SIZE_MAX / 2);
	const char *folded;

	fold_into(&b, s);
	folded = subject ? base_subject(buf_text(&b)) : buf_text(&b);
	out->text = arena_str(&a->text, folded);
	out->k1 = first_bytes(out->text);
	buf_free(&b);
}

#define COLUMNS                                                                \
	"id, sdate, idate, uid, size, thread,"                                 \
	" iif(?2 = 2, coalesce(nullif(from_name, ''), from_addr),"             \
	" iif(?2 = 3, subject, NULL))"

static void
read_sorted(const struct view *v, sqlite3_stmt *st, struct sorted *out)
{
	int64_t sdate = sqlite3_column_int64(st, 1);

	memset(out, 0, sizeof *out);
	out->id = sqlite3_column_int64(st, 0);
	out->thread = sqlite3_column_int64(st, 5);
	out->k2 = sdate;
	out->k3 = out->id;
	if (v->spec.threaded) {
		out->k1 = biased(sdate);
		return;
	}
	switch (v->spec.sort) {
	case SORT_DATE:
		out->k1 = biased(sdate);
		break;
	case SORT_ARRIVAL:
		out->k1 = biased(sqlite3_column_int64(st, 2));
		out->k2 = sqlite3_column_int64(st, 3);
		break;
	case SORT_SIZE:
		out->k1 = (uint64_t)sqlite3_column_int64(st, 4);
		break;
	case SORT_FROM:
	case SORT_SUBJECT:
		text_key(v->array, out, sql_text(st, 6),
		    v->spec.sort == SORT_SUBJECT);
		break;
	}
}

static int
compare(const void *x, const void *y)
{
	const struct sorted *a = x, *b = y;
	int c = 0;

	if (a->k1 != b->k1)
		return a->k1 < b->k1 ? -1 : 1;
	if (a->text != NULL && b->text != NULL)
		c = strcmp(a->text, b->text);
	if (c == 0)
		c = (a->k2 > b->k2) - (a->k2 < b->k2);
	return c != 0 ? c : (a->k3 > b->k3) - (a->k3 < b->k3);
}

static int
compare_falling(const void *x, const void *y)
{
	return compare(y, x);
}

static void
sort(const struct view *v, struct sorted *s, size_t n)
{
	if (n > 1)
		qsort(s, n, sizeof *s,
		    v->spec.reverse ? compare_falling : compare);
}

/* ---- rows ---- */

static void
add_sorted(struct view *v, sqlite3_stmt *st)
{
	struct view_array_state *a = v->array;

	mem_grow(&a->v, &a->cap, a->n + 1, sizeof *a->v);
	read_sorted(v, st, &a->v[a->n]);
	if (a->v[a->n].id > a->last_id)
		a->last_id = a->v[a->n].id;
	a->n++;
}

static int
load_listed(struct view *v)
{
	for (size_t i = 0; i < v->spec.nids; i++) {
		sqlite3_stmt *st = sql_query(v->s, NULL,
		    "SELECT " COLUMNS " FROM message WHERE id = ?3"
		    " AND folder = ?1",
		    "iii", v->spec.folder, (int64_t)v->spec.sort,
		    v->spec.ids[i]);
		int rc = sql_step(v->s, st, NULL);

		if (rc > 0)
			add_sorted(v, st);
		sql_end(st);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* In an order in which the table's rows come one after the other. */
static int
load_folder(struct view *v)
{
	sqlite3_stmt *st = sql_query(v->s, NULL,
	    "SELECT " COLUMNS " FROM message INDEXED BY message_date"
	    " WHERE folder = ?1 ORDER BY sdate DESC, ord DESC",
	    "ii", v->spec.folder, (int64_t)v->spec.sort);
	int rc;

	while ((rc = sql_step(v->s, st, NULL)) > 0)
		add_sorted(v, st);
	return rc;
}

/* Rows that came since; merged into their places. */
static int
load_new(struct view *v)
{
	struct view_array_state *a = v->array;
	size_t had = a->n, i, k, to;
	struct sorted *fresh;
	sqlite3_stmt *st;
	int rc;

	st = sql_query(v->s, NULL,
	    "SELECT " COLUMNS " FROM message WHERE id > ?3 AND +folder = ?1",
	    "iii", v->spec.folder, (int64_t)v->spec.sort, a->last_id);
	while ((rc = sql_step(v->s, st, NULL)) > 0)
		add_sorted(v, st);
	if (rc < 0 || a->n == had)
		return rc;
	sort(v, a->v + had, a->n - had);
	fresh = mem_dup(a->v + had, (a->n - had) * sizeof *fresh);
	for (i = had, k = a->n - had, to = a->n; k > 0; to--) {
		int c = i > 0 ? compare(&a->v[i - 1], &fresh[k - 1]) : -1;

		if (i > 0 && (v->spec.reverse ? c < 0 : c > 0))
			a->v[to - 1] = a->v[--i];
		else
			a->v[to - 1] = fresh[--k];
	}
	free(fresh);
	return 0;
}

/* ---- threads of a limit ---- */

struct group {
	int64_t newest, thread;
};

static int
compare_groups(const void *x, const void *y)
{
	const struct group *a = x, *b = y;

	if (a->newest != b->newest)
		return a->newest < b->newest ? -1 : 1;
	return (a->thread > b->thread) - (a->thread < b->thread);
}

static int
compare_threads(const void *x, const void *y)
{
	const struct group *a = x, *b = y;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->newest > b->newest) - (a->newest < b->newest);
}

/* The threads of the rows, each with its newest row's date, in order. */
static size_t
group_threads(const struct view *v, struct group *g)
{
	const struct view_array_state *a = v->array;
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		g[i] = (struct group){a->v[i].k2, a->v[i].thread};
	if (a->n > 1)
		qsort(g, a->n, sizeof *g, compare_threads);
	for (size_t i = 0; i < a->n; i++)
		if (i + 1 == a->n || g[i + 1].thread != g[i].thread)
			g[n++] = g[i];
	if (n > 1)
		qsort(g, n, sizeof *g, compare_groups);
	return n;
}

static int
add_thread(struct view *v, int64_t thread)
{
	struct view_array_state *a = v->array;
	struct tree t;

	if (tree_load(v->s, v->spec.folder, thread, v->spec.ids, v->spec.nids,
		&t) < 0)
		return -1;
	mem_grow(&a->item, &a->itemcap, a->nitem + t.n, sizeof *a->item);
	if (t.n > 0)
		memcpy(a->item + a->nitem, t.v, t.n * sizeof *t.v);
	a->nitem += t.n;
	free(t.v);
	return 0;
}

static int
make_threads(struct view *v)
{
	struct group *g = mem_array(v->array->n, sizeof *g);
	size_t n = group_threads(v, g);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_thread(v, g[v->spec.reverse ? n - 1 - i : i].thread);
	free(g);
	return rc;
}

/* ---- the kind ---- */

static void
array_clear(struct view_array_state *a)
{
	a->n = a->nitem = 0;
	a->last_id = 0;
	a->loaded = false;
	arena_free(&a->text);
}

static int
make_list(struct view *v)
{
	struct view_array_state *a = v->array;

	array_clear(a);
	if ((v->spec.ids != NULL ? load_listed(v) : load_folder(v)) < 0)
		return -1;
	sort(v, a->v, a->n);
	if (v->spec.threaded && make_threads(v) < 0)
		return -1;
	a->loaded = true;
	return 0;
}

static int
array_load(struct view *v)
{
	struct view_array_state *a = v->array;
	int64_t moves;
	uint64_t rows;
	int rc = 0;

	if (a == NULL)
		a = v->array = mem_zalloc(sizeof *a);
	if (folder_count(v, &rows, &moves) < 0)
		return -1;
	if (!a->loaded || a->moves != moves)
		rc = make_list(v);
	else if (v->spec.ids == NULL)
		rc = load_new(v);
	a->moves = moves;
	v->count = v->spec.threaded ? a->nitem : a->n;
	return rc;
}

static size_t
array_items(struct view *v, uint64_t first, size_t n, struct item *out)
{
	const struct view_array_state *a = v->array;
	size_t i;

	for (i = 0; i < n && first + i < v->count; i++)
		out[i] = v->spec.threaded
			     ? a->item[first + i]
			     : (struct item){
				   .id = a->v[first + i].id, .last = true};
	return i;
}

static int64_t
array_find(struct view *v, int64_t id)
{
	const struct view_array_state *a = v->array;

	for (size_t i = 0; i < v->count; i++)
		if ((v->spec.threaded ? a->item[i].id : a->v[i].id) == id)
			return (int64_t)i;
	return -1;
}

static int64_t
array_next(struct view *v, int64_t from, int dir, unsigned on, unsigned off)
{
	struct item it;
	int64_t flags;

	if (from > (int64_t)v->count)
		from = (int64_t)v->count;
	for (from += dir; from >= 0 && (uint64_t)from < v->count; from += dir) {
		array_items(v, (uint64_t)from, 1, &it);
		if (sql_int(v->s, NULL, &flags,
			"SELECT flags FROM message WHERE id = ?", "i",
			it.id) > 0 &&
		    ((unsigned)flags & on) == on &&
		    ((unsigned)flags & off) == 0)
			return it.id;
	}
	return 0;
}

static void
array_done(struct view *v)
{
	struct view_array_state *a = v->array;

	v->array = NULL;
	if (a == NULL)
		return;
	free(a->v);
	free(a->item);
	arena_free(&a->text);
	free(a);
}

const struct view_kind view_array = {
    .load = array_load,
    .items = array_items,
    .find = array_find,
    .next = array_next,
    .done = array_done,
};
