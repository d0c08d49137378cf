#include <stdlib.h>
#include <string.h>

#include "journal_int.h"

#define ACT_COLUMNS                                                            \
	"id, account, kind, state, time, flags_on, flags_off, dest, undoes,"   \
	" undone, text, error"

static void
read_act(sqlite3_stmt *st, struct arena *a, struct act *out)
{
	memset(out, 0, sizeof *out);
	out->id = sqlite3_column_int64(st, 0);
	out->account = sql_arena(st, 1, a);
	out->kind = (enum act_kind)sqlite3_column_int(st, 2);
	out->state = (enum act_state)sqlite3_column_int(st, 3);
	out->when = sqlite3_column_int64(st, 4);
	out->on = (unsigned)sqlite3_column_int64(st, 5);
	out->off = (unsigned)sqlite3_column_int64(st, 6);
	out->to = sql_arena(st, 7, a);
	out->undoes = sqlite3_column_int64(st, 8);
	out->undone = sqlite3_column_int(st, 9) != 0;
	out->text = sql_arena(st, 10, a);
	out->error = sql_arena(st, 11, a);
}

/* A key as contracts have it.  Unknown is "" rather than NULL where keys are
 * only compared (an undo with what it reverses). */
static struct mkey
read_key(sqlite3_stmt *st, int col, struct arena *a, bool open)
{
	struct mkey k = {.num = (uint64_t)sqlite3_column_int64(st, col)};
	const char *s = sql_text(st, col + 1);

	if (k.num == 0 && s != NULL && (*s != '\0' || !open))
		k.str = arena_str(a, s);
	return k;
}

/*
 * An open target is where the storage has the message now.  One of a move
 * that is over, or that is an undo, is named as it was asked for: its folder
 * is where it came from, or is to go back to.
 */
static void
read_target(sqlite3_stmt *st, const struct act *of, struct arena *a,
    struct act_target *t)
{
	enum target_state state = (enum target_state)sqlite3_column_int(st, 0);
	const char *at = sql_text(st, 8), *dest = sql_text(st, 12);
	bool asked = of->kind == ACT_MOVE &&
		     (of->undoes != 0 || state != TARGET_OPEN);

	memset(t, 0, sizeof *t);
	t->done = state == TARGET_DONE;
	t->flags_before = (unsigned)sqlite3_column_int64(st, 1);
	t->folder = sql_arena(st, asked ? 2 : 8, a);
	t->uidvalidity = (uint64_t)sqlite3_column_int64(st, asked ? 3 : 9);
	t->key = read_key(st, asked ? 4 : 10, a, !asked);
	t->msgid = sql_arena(st, 6, a);
	if (*t->msgid == '\0')
		t->msgid = NULL;
	t->to = of->kind != ACT_MOVE ? NULL
		: dest != NULL       ? arena_str(a, dest)
				     : of->to;
	if (of->kind == ACT_MOVE && t->done && t->to != NULL &&
	    strcmp(at, t->to) == 0) {
		t->moved = read_key(st, 10, a, true);
		t->moved_uidvalidity = (uint64_t)sqlite3_column_int64(st, 9);
	}
}

static int
read_targets(struct sql *s, struct arena *a, struct act *out)
{
	sqlite3_stmt *st;
	int64_t n = 0;
	int rc;

	if (sql_int(s, NULL, &n,
		"SELECT count(*) FROM act_target WHERE act = ?", "i",
		out->id) < 0)
		return -1;
	out->v = arena_alloc(a, (size_t)n * sizeof *out->v);
	st = sql_query(s, NULL,
	    "SELECT state, flags_before, folder, uidvalidity, uid, ukey, msgid,"
	    " n, at_folder, at_uidvalidity, at_uid, at_ukey, dest"
	    " FROM act_target WHERE act = ? ORDER BY n LIMIT ?",
	    "ii", out->id, n);
	while ((rc = sql_step(s, st, NULL)) > 0)
		read_target(st, out, a, &out->v[out->n++]);
	return rc;
}

int
dbr_act(struct dbr *r, int64_t id, struct arena *a, struct act *out)
{
	struct sql *s = dbr_data(r, NULL);
	sqlite3_stmt *st;
	int rc;

	if (s == NULL)
		return -1;
	st = sql_query(
	    s, NULL, "SELECT " ACT_COLUMNS " FROM act WHERE id = ?", "i", id);
	rc = sql_step(s, st, NULL);
	if (rc > 0)
		read_act(st, a, out);
	sql_end(st);
	return rc > 0 ? read_targets(s, a, out) : -1;
}

static size_t
load_acts(struct sql *s, sqlite3_stmt *st, struct arena *a, struct act **out)
{
	struct act *v = NULL;
	size_t n = 0, cap = 0;

	while (sql_step(s, st, NULL) > 0) {
		mem_grow(&v, &cap, n + 1, sizeof *v);
		read_act(st, a, &v[n++]);
	}
	*out = arena_alloc(a, n * sizeof **out);
	if (n > 0)
		memcpy(*out, v, n * sizeof *v);
	free(v);
	return n;
}

size_t
dbr_acts(struct dbr *r, const char *account, size_t max, struct arena *a,
    struct act **out)
{
	struct sql *s = dbr_data(r, NULL);
	size_t n;

	*out = NULL;
	if (s == NULL)
		return 0;
	n = load_acts(s,
	    sql_query(s, NULL,
		"SELECT " ACT_COLUMNS " FROM act WHERE account = ?"
		" ORDER BY id DESC LIMIT ?",
		"si", account, (int64_t)max),
	    a, out);
	for (size_t i = 0; i < n; i++)
		read_targets(s, a, &(*out)[i]);
	return n;
}

/* ---- what may be pushed ---- */

enum push_when {
	PUSH_NOW,
	PUSH_LATER, /* behind a move of the same message */
	PUSH_STUCK, /* names a message whose place the server never told */
};

struct stuck {
	int64_t *v;
	size_t n, cap;
};

static bool
is_stuck(const struct stuck *s, int64_t act)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i] == act)
			return true;
	return false;
}

/* The earlier act that has to be confirmed first, or 0. */
static int64_t
behind(struct sql *s, const struct act *a)
{
	int64_t id = 0;

	if (sql_int(s, NULL, &id,
		"SELECT b.id FROM act_target t JOIN act_target o ON"
		" o.at_uid = t.at_uid AND o.at_ukey = t.at_ukey"
		" AND o.at_folder = t.at_folder AND o.act < t.act"
		" AND (t.at_uid <> 0 OR t.at_ukey <> '' OR o.msgid = t.msgid)"
		" JOIN act b ON b.id = o.act WHERE t.act = ?1 AND t.state = 0"
		" AND o.state = 0 AND b.state < 2 AND b.kind = 1"
		" AND b.account = ?2 LIMIT 1",
		"is", a->id, a->account) <= 0)
		return 0;
	return id;
}

static bool
is_keyless(struct sql *s, const struct act *a)
{
	int64_t one;

	/* where a reversed move put it, the pusher asks the server */
	if (a->kind == ACT_MOVE && a->undoes != 0)
		return false;
	return sql_int(s, NULL, &one,
		   "SELECT 1 FROM act_target WHERE act = ? AND state = 0"
		   " AND at_uid = 0 AND at_ukey = '' LIMIT 1",
		   "i", a->id) > 0;
}

static enum push_when
when_to_push(
    struct sql *s, const struct act *a, bool moves, struct stuck *stuck)
{
	int64_t first = moves ? behind(s, a) : 0;

	if (is_keyless(s, a) || (first != 0 && is_stuck(stuck, first))) {
		mem_grow(
		    &stuck->v, &stuck->cap, stuck->n + 1, sizeof *stuck->v);
		stuck->v[stuck->n++] = a->id;
		return PUSH_STUCK;
	}
	return first != 0 ? PUSH_LATER : PUSH_NOW;
}

static sqlite3_stmt *
open_acts(struct sql *s, const char *account)
{
	return sql_query(s, NULL,
	    "SELECT " ACT_COLUMNS " FROM act WHERE account = ? AND state < 2"
	    " ORDER BY id",
	    "s", account);
}

size_t
dbr_acts_pending(struct dbr *r, const char *account, size_t max,
    struct arena *a, struct act **out)
{
	struct sql *s = dbr_data(r, NULL);
	struct stuck stuck = {.n = 0};
	struct act *v;
	size_t n, ready = 0;
	bool moves = false;

	*out = NULL;
	if (s == NULL)
		return 0;
	n = load_acts(s, open_acts(s, account), a, &v);
	for (size_t i = 0; i < n && ready < max; i++) {
		enum push_when w = when_to_push(s, &v[i], moves, &stuck);

		moves = moves || v[i].kind == ACT_MOVE;
		if (w == PUSH_LATER)
			break;
		if (w == PUSH_STUCK || read_targets(s, a, &v[i]) < 0)
			continue;
		v[ready++] = v[i];
	}
	free(stuck.v);
	*out = v;
	return ready;
}

size_t
dbr_acts_count(struct dbr *r, const char *account)
{
	struct sql *s = dbr_data(r, NULL);
	struct stuck stuck = {.n = 0};
	struct arena a = ARENA_INIT;
	struct act *v;
	size_t n, count = 0;
	bool moves = false;

	if (s == NULL)
		return 0;
	n = load_acts(s, open_acts(s, account), &a, &v);
	for (size_t i = 0; i < n; i++) {
		count += when_to_push(s, &v[i], moves, &stuck) != PUSH_STUCK;
		moves = moves || v[i].kind == ACT_MOVE;
	}
	free(stuck.v);
	arena_free(&a);
	return count;
}
