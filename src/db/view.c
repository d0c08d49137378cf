#include "db/view.h"

#include <stdlib.h>
#include <string.h>

#include "view_int.h"

#define ROWS_KEPT 512 /* contents that are kept between calls */

struct view_cached {
	struct view_row row;
};

/* ---- contents, by id ---- */

static void
forget_rows(struct view *v)
{
	v->nrow = 0;
	if (v->slot != NULL)
		memset(v->slot, 0, v->nslot * sizeof *v->slot);
	arena_free(&v->strings);
}

static size_t *
row_slot(struct view *v, int64_t id)
{
	size_t i = (size_t)id * 0x9e3779b1u & (v->nslot - 1);

	while (v->slot[i] != 0 && v->row[v->slot[i] - 1].row.id != id)
		i = (i + 1) & (v->nslot - 1);
	return &v->slot[i];
}

/* Room for n more; what is kept may go, so this is asked once a call. */
static void
make_room(struct view *v, size_t n)
{
	size_t want = v->nrow + n > ROWS_KEPT ? n : ROWS_KEPT;

	if (v->nrow + n > ROWS_KEPT)
		forget_rows(v);
	mem_grow(&v->row, &v->rowcap, v->nrow + n, sizeof *v->row);
	if (v->nslot >= want * 2)
		return;
	free(v->slot);
	v->nslot = v->nslot ? v->nslot : 1024;
	while (v->nslot < want * 2)
		v->nslot *= 2;
	v->slot = mem_array(v->nslot, sizeof *v->slot);
	forget_rows(v);
}

static void
read_content(sqlite3_stmt *st, struct arena *a, struct view_row *r)
{
	int64_t bits = sqlite3_column_int64(st, 7);
	int64_t uid = sqlite3_column_int64(st, 1);

	memset(r, 0, sizeof *r);
	r->id = sqlite3_column_int64(st, 0);
	r->key.num = uid > 0 ? (uint64_t)uid : 0;
	r->key.str = sql_arena(st, 2, a);
	r->flags = (unsigned)sqlite3_column_int64(st, 3);
	r->idate = sqlite3_column_int64(st, 4);
	r->date = (bits & BIT_UNDATED) ? INT64_MIN
				       : sqlite3_column_int64(st, 5);
	r->size = (uint64_t)sqlite3_column_int64(st, 6);
	r->attachment = (bits & BIT_ATTACHMENT) != 0;
	r->thread = sqlite3_column_int64(st, 8);
	r->keywords = sql_arena(st, 9, a);
	r->subject = sql_arena(st, 10, a);
	r->from_name = sql_arena(st, 11, a);
	r->from_addr = sql_arena(st, 12, a);
	r->to = sql_arena(st, 13, a);
}

static const struct view_row *
content(struct view *v, int64_t id)
{
	size_t *slot = row_slot(v, id);
	sqlite3_stmt *st;

	if (*slot != 0)
		return &v->row[*slot - 1].row;
	st = sql_query(v->s, NULL,
	    "SELECT id, uid, ukey, flags, idate, sdate, size, bits, thread,"
	    " keywords, subject, from_name, from_addr, rcpt FROM message"
	    " WHERE id = ?",
	    "i", id);
	if (sql_step(v->s, st, NULL) <= 0)
		return NULL;
	read_content(st, &v->strings, &v->row[v->nrow].row);
	sql_end(st);
	*slot = ++v->nrow;
	return &v->row[v->nrow - 1].row;
}

/* ---- views ---- */

static const struct view_kind *
kind_of(const struct view_spec *s)
{
	if (s->ids != NULL)
		return &view_array;
	if (s->threaded)
		return &view_threads;
	return s->sort == SORT_DATE || s->sort == SORT_ARRIVAL ? &view_flat
							       : &view_array;
}

int
folder_count(struct view *v, uint64_t *rows, int64_t *moves)
{
	sqlite3_stmt *st = sql_query(v->s, NULL,
	    "SELECT rows, moves FROM folder WHERE id = ?", "i", v->spec.folder);
	int rc = sql_step(v->s, st, NULL);

	*rows = rc > 0 ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
	*moves = rc > 0 ? sqlite3_column_int64(st, 1) : 0;
	sql_end(st);
	return rc < 0 ? -1 : 0;
}

/* Before each use: a connection, and what a refresh has thrown away. */
static bool
ready(struct view *v)
{
	unsigned now;

	v->s = dbr_cache(v->r, NULL);
	if (v->s == NULL)
		return false;
	now = v->r->generation;
	if (v->fresh && v->generation == now)
		return true;
	forget_rows(v);
	if (v->generation != now)
		v->kind->done(v);
	v->generation = now;
	v->fresh = v->kind->load(v) == 0;
	dbr_failed(v->r);
	return v->fresh;
}

int
view_open(
    struct dbr *r, const struct view_spec *s, struct view **out, struct err *e)
{
	struct view *v;

	if (dbr_cache(r, e) == NULL)
		return -1;
	v = mem_zalloc(sizeof *v);
	v->r = r;
	v->spec = *s;
	v->kind = kind_of(s);
	v->generation = r->generation;
	*out = v;
	return 0;
}

void
view_close(struct view *v)
{
	if (v == NULL)
		return;
	v->kind->done(v);
	free(v->row);
	free(v->slot);
	arena_free(&v->strings);
	free(v);
}

uint64_t
view_count(struct view *v)
{
	return ready(v) ? v->count : 0;
}

size_t
view_rows(struct view *v, uint64_t first, size_t n, struct view_row *out)
{
	struct item *item;
	size_t got, filled = 0;

	if (!ready(v) || first >= v->count)
		return 0;
	if (n > v->count - first)
		n = (size_t)(v->count - first);
	item = mem_array(n, sizeof *item);
	got = v->kind->items(v, first, n, item);
	make_room(v, got);
	for (size_t i = 0; i < got; i++) {
		const struct view_row *r = content(v, item[i].id);

		if (r == NULL)
			continue; /* gone since the last refresh */
		out[filled] = *r;
		out[filled].depth = item[i].depth;
		out[filled].lines = item[i].lines;
		out[filled].last = item[i].last;
		out[filled++].thread_count = item[i].count;
	}
	free(item);
	dbr_failed(v->r);
	return filled;
}

int64_t
view_find(struct view *v, int64_t id)
{
	int64_t pos = ready(v) && id > 0 ? v->kind->find(v, id) : -1;

	dbr_failed(v->r);
	return pos;
}

void
view_refresh(struct view *v)
{
	v->fresh = false;
}

int64_t
view_find_flags(
    struct view *v, int64_t from, int dir, unsigned on, unsigned off)
{
	int64_t id, pos = -1;

	if (!ready(v))
		return -1;
	if (dir < 0 ? from <= 0 : from >= (int64_t)v->count)
		return -1;
	id = v->kind->next(v, from, dir, on, off);
	if (id > 0)
		pos = v->kind->find(v, id);
	dbr_failed(v->r);
	return pos;
}

size_t
view_ids(struct view *v, int64_t *out, size_t max)
{
	struct item item[512];
	size_t n = 0, got;

	if (!ready(v))
		return 0;
	do {
		got = max - n < 512 ? max - n : 512;
		got = got > 0 ? v->kind->items(v, n, got, item) : 0;
		for (size_t i = 0; i < got; i++)
			out[n++] = item[i].id;
	} while (got > 0);
	dbr_failed(v->r);
	return n;
}
