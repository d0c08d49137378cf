/*
 * A list by date or by arrival is a walk along the index of that order,
 * starting at the nearest position whose key is known (an anchor: where a
 * window was, or one of the two ends).  SQLite's OFFSET counts only the rows
 * between that and the window.
 */
#include <string.h>

#include "view_int.h"

#define BY_DATE    "sdate, ord, 0"
#define BY_ARRIVAL "idate, uid, ord"

#define DATE_KEY     "(sdate, ord)"
#define DATE_ARGS    "(?4, ?5)"
#define ARRIVAL_KEY  "(idate, uid, ord)"
#define ARRIVAL_ARGS "(?4, ?5, ?6)"

#define WALK(cols, bound, order)                                               \
	"SELECT id, " cols " FROM message WHERE folder = ?1" bound             \
	" ORDER BY " order " LIMIT ?2 OFFSET ?3"
#define DATE_UP      "sdate, ord"
#define DATE_DOWN    "sdate DESC, ord DESC"
#define ARRIVAL_UP   "idate, uid, ord"
#define ARRIVAL_DOWN "idate DESC, uid DESC, ord DESC"

/* [by arrival][keys fall][0 from an end, 1 from a key on, 2 after a key] */
static const char *const walks[2][2][3] = {
    {
	{
	    WALK(BY_DATE, "", DATE_UP),
	    WALK(BY_DATE, " AND " DATE_KEY " >= " DATE_ARGS, DATE_UP),
	    WALK(BY_DATE, " AND " DATE_KEY " > " DATE_ARGS, DATE_UP),
	},
	{
	    WALK(BY_DATE, "", DATE_DOWN),
	    WALK(BY_DATE, " AND " DATE_KEY " <= " DATE_ARGS, DATE_DOWN),
	    WALK(BY_DATE, " AND " DATE_KEY " < " DATE_ARGS, DATE_DOWN),
	},
    },
    {
	{
	    WALK(BY_ARRIVAL, "", ARRIVAL_UP),
	    WALK(BY_ARRIVAL, " AND " ARRIVAL_KEY " >= " ARRIVAL_ARGS,
		ARRIVAL_UP),
	    WALK(
		BY_ARRIVAL, " AND " ARRIVAL_KEY " > " ARRIVAL_ARGS, ARRIVAL_UP),
	},
	{
	    WALK(BY_ARRIVAL, "", ARRIVAL_DOWN),
	    WALK(BY_ARRIVAL, " AND " ARRIVAL_KEY " <= " ARRIVAL_ARGS,
		ARRIVAL_DOWN),
	    WALK(BY_ARRIVAL, " AND " ARRIVAL_KEY " < " ARRIVAL_ARGS,
		ARRIVAL_DOWN),
	},
    },
};

static bool
by_arrival(const struct view *v)
{
	return v->spec.sort == SORT_ARRIVAL;
}

/* ---- windows ---- */

struct found {
	int64_t id, key[KEYS];
};

/* Rows in the list's direction (back: against it), from the anchor on;
 * going back, the anchor itself is left out. */
static size_t
walk(struct view *v, const struct anchor *from, bool back, uint64_t skip,
    size_t n, struct item *out, struct found *ends)
{
	bool falls = v->spec.reverse != back;
	int bound = from == NULL ? 0 : back ? 2 : 1;
	static const struct anchor nothing = {.pos = 0};
	const int64_t *key = from != NULL ? from->key : nothing.key;
	sqlite3_stmt *st = sql_query(v->s, NULL,
	    walks[by_arrival(v)][falls][bound], "iiiiii", v->spec.folder,
	    (int64_t)n, (int64_t)skip, key[0], key[1], key[2]);
	size_t got = 0;

	while (got < n && sql_step(v->s, st, NULL) > 0) {
		struct found f = {.id = sqlite3_column_int64(st, 0)};

		for (int k = 0; k < KEYS; k++)
			f.key[k] = sqlite3_column_int64(st, k + 1);
		out[got++] = (struct item){.id = f.id, .last = true};
		if (got == 1)
			ends[0] = f;
		ends[1] = f;
	}
	sql_end(st);
	return got;
}

static void
turn_round(struct item *v, size_t n, struct found *ends)
{
	struct found f = ends[0];

	ends[0] = ends[1];
	ends[1] = f;
	for (size_t i = 0; i < n / 2; i++) {
		struct item it = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = it;
	}
}

static size_t
flat_items(struct view *v, uint64_t first, size_t n, struct item *out)
{
	struct found ends[2];
	const struct anchor *a;
	uint64_t from;
	size_t got;

	if (first >= v->count)
		return 0;
	if (n > v->count - first)
		n = (size_t)(v->count - first);
	a = anchor_near(&v->anchors, first, v->count, &from);
	if (from <= first) {
		got = walk(v, a, false, first - from, n, out, ends);
	} else if (from >= first + n) {
		got = walk(v, a, true, from - first - n, n, out, ends);
		turn_round(out, got, ends);
	} else {
		/* the anchor is inside: back to the first, then on from it */
		got = walk(v, a, true, from - first - 1, 1, out, ends);
		if (got == 1) {
			struct anchor start = {.pos = first};

			memcpy(start.key, ends[0].key, sizeof start.key);
			got = walk(v, &start, false, 0, n, out, ends);
		}
	}
	if (got > 0) {
		anchor_add(&v->anchors, first, ends[0].key);
		anchor_add(&v->anchors, first + got - 1, ends[1].key);
	}
	return got;
}

/* ---- positions ---- */

#define BETWEEN(key, args, upto)                                               \
	"SELECT count(*) FROM (SELECT 1 FROM message WHERE folder = ?1 "       \
	"AND " key " >= " args " AND " key " < " upto " LIMIT ?2)"

/* [by arrival]: how many rows from the key ?4.. up to, without it, the key
 * ?7.., at most ?2 */
static const char *const counts[2] = {
    BETWEEN(DATE_KEY, DATE_ARGS, "(?7, ?8)"),
    BETWEEN(ARRIVAL_KEY, ARRIVAL_ARGS, "(?7, ?8, ?9)"),
};

static const int64_t lowest[KEYS] = {INT64_MIN, INT64_MIN, INT64_MIN};
static const int64_t highest[KEYS] = {INT64_MAX, INT64_MAX, INT64_MAX};

/* Rows between two places of the list, the first of them counted; NULL is an
 * end of it. */
static int64_t
between(struct view *v, const int64_t *a, const int64_t *b, int64_t limit)
{
	int64_t lo[KEYS], hi[KEYS], n = -1;
	int k = by_arrival(v) ? 2 : 1;

	if (v->spec.reverse) {
		/* the list falls: [a, b) is (b, a] of the index */
		memcpy(lo, b != NULL ? b : lowest, sizeof lo);
		memcpy(hi, a != NULL ? a : highest, sizeof hi);
		lo[k] += lo[k] < INT64_MAX;
		hi[k] += hi[k] < INT64_MAX;
	} else {
		memcpy(lo, a != NULL ? a : lowest, sizeof lo);
		memcpy(hi, b != NULL ? b : highest, sizeof hi);
	}
	if (sql_int(v->s, NULL, &n, counts[by_arrival(v)], "iiiiiiiii",
		v->spec.folder, limit, (int64_t)0, lo[0], lo[1], lo[2], hi[0],
		hi[1], hi[2]) <= 0)
		return -1;
	return n;
}

#define NEAR 2048 /* rows that are counted before the other side is tried */

/* Count from whichever known place turns out to be near. */
static int64_t
position(struct view *v, const int64_t key[KEYS])
{
	const struct anchor *a, *b;
	int64_t n, pos;

	anchor_around(&v->anchors, key, v->spec.reverse, &a, &b);
	pos = a != NULL ? (int64_t)a->pos : 0;
	n = between(v, a != NULL ? a->key : NULL, key, NEAR);
	if (n < NEAR)
		return n < 0 ? -1 : pos + n;
	n = between(v, key, b != NULL ? b->key : NULL, NEAR);
	if (n < 0)
		return -1;
	if (n < NEAR)
		return (int64_t)(b != NULL ? b->pos : v->count) - n;
	n = between(v, a != NULL ? a->key : NULL, key, INT64_MAX);
	return n < 0 ? -1 : pos + n;
}

static int
key_of(struct view *v, int64_t id, int64_t key[KEYS])
{
	sqlite3_stmt *st = sql_query(v->s, NULL,
	    by_arrival(v) ? "SELECT " BY_ARRIVAL " FROM message WHERE id = ?"
			    " AND folder = ?"
			  : "SELECT " BY_DATE " FROM message WHERE id = ?"
			    " AND folder = ?",
	    "ii", id, v->spec.folder);
	int rc = sql_step(v->s, st, NULL);

	for (int k = 0; rc > 0 && k < KEYS; k++)
		key[k] = sqlite3_column_int64(st, k);
	sql_end(st);
	return rc;
}

static int64_t
flat_find(struct view *v, int64_t id)
{
	int64_t key[KEYS], pos;

	if (key_of(v, id, key) <= 0)
		return -1;
	pos = position(v, key);
	if (pos < 0 || (uint64_t)pos >= v->count)
		return -1;
	anchor_add(&v->anchors, (uint64_t)pos, key);
	return pos;
}

/* ---- flags ---- */

#define FLAGS " AND (flags & ?2) = ?2 AND (flags & ?3) = 0"
#define SEEK(index, key, args, op, more, order)                                \
	"SELECT id FROM message INDEXED BY " index                             \
	" WHERE folder = ?1 AND " key " " op " " args FLAGS more               \
	" ORDER BY " order " LIMIT 1"
#define UNSEEN " AND (flags & 1) = 0"

/* [keys fall]; for arrival there is no index of the unseen in order: few of
 * them are sorted (true), many are walked to */
static const char *const seek_date[2] = {
    SEEK("message_date", DATE_KEY, DATE_ARGS, ">", "", DATE_UP),
    SEEK("message_date", DATE_KEY, DATE_ARGS, "<", "", DATE_DOWN),
};
static const char *const seek_date_unseen[2] = {
    SEEK("message_unseen", DATE_KEY, DATE_ARGS, ">", UNSEEN, DATE_UP),
    SEEK("message_unseen", DATE_KEY, DATE_ARGS, "<", UNSEEN, DATE_DOWN),
};
static const char *const seek_arrival[2] = {
    SEEK("message_arrival", ARRIVAL_KEY, ARRIVAL_ARGS, ">", "", ARRIVAL_UP),
    SEEK("message_arrival", ARRIVAL_KEY, ARRIVAL_ARGS, "<", "", ARRIVAL_DOWN),
};
static const char *const seek_arrival_unseen[2] = {
    SEEK("message_unseen", ARRIVAL_KEY, ARRIVAL_ARGS, ">", UNSEEN, ARRIVAL_UP),
    SEEK(
	"message_unseen", ARRIVAL_KEY, ARRIVAL_ARGS, "<", UNSEEN, ARRIVAL_DOWN),
};

#define FEW_UNSEEN 3000

static const char *
seek_query(struct view *v, bool falls, unsigned off)
{
	int64_t unseen = 0;

	if (!by_arrival(v))
		return (off & FLAG_SEEN) ? seek_date_unseen[falls]
					 : seek_date[falls];
	if ((off & FLAG_SEEN) == 0 ||
	    sql_int(v->s, NULL, &unseen,
		"SELECT rows_unseen FROM folder WHERE id = ?", "i",
		v->spec.folder) <= 0 ||
	    unseen > FEW_UNSEEN)
		return seek_arrival[falls];
	return seek_arrival_unseen[falls];
}

static int64_t
flat_next(struct view *v, int64_t from, int dir, unsigned on, unsigned off)
{
	bool falls = v->spec.reverse != (dir < 0);
	const int64_t *end = falls ? highest : lowest;
	int64_t key[KEYS], id = 0;
	struct item it;

	memcpy(key, end, sizeof key);
	if (from >= 0 && (uint64_t)from < v->count &&
	    (flat_items(v, (uint64_t)from, 1, &it) != 1 ||
		key_of(v, it.id, key) <= 0))
		return 0;
	if (sql_int(v->s, NULL, &id, seek_query(v, falls, off), "iiiiii",
		v->spec.folder, (int64_t)on, (int64_t)off, key[0], key[1],
		key[2]) <= 0)
		return 0;
	return id;
}

static int
flat_load(struct view *v)
{
	int64_t moves;

	v->anchors.n = 0;
	return folder_count(v, &v->count, &moves);
}

static void
flat_done(struct view *v)
{
	v->anchors.n = 0;
}

const struct view_kind view_flat = {
    .load = flat_load,
    .items = flat_items,
    .find = flat_find,
    .next = flat_next,
    .done = flat_done,
};
