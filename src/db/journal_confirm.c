/*
 * What the server confirmed, in the journal and in the cache.
 */
#include <stdlib.h>
#include <string.h>

#include "journal_int.h"

/* ---- reading the act ---- */

int
confirms_init(struct db *d, int64_t act, struct confirms *c, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->data, e,
	    "SELECT account, kind, flags_on, flags_off FROM act WHERE id = ?",
	    "i", act);
	int rc = sql_step(&d->data, st, e);

	if (rc == 0)
		return err_set(e, ERR_GONE, "no such act in the journal");
	if (rc < 0)
		return -1;
	c->act = act;
	c->n = c->i = 0;
	c->account = sql_arena(st, 0, &c->a);
	c->kind = (enum act_kind)sqlite3_column_int(st, 1);
	c->on = sqlite3_column_int64(st, 2);
	c->off = sqlite3_column_int64(st, 3);
	sql_end(st);
	return 0;
}

void
confirms_done(struct confirms *c)
{
	free(c->v);
	c->v = NULL;
	c->n = c->cap = 0;
	arena_free(&c->a);
}

#define TARGETS                                                                \
	"SELECT t.n, t.at_folder, t.at_uid, t.at_ukey, t.msgid,"               \
	" t.at_uidvalidity, coalesce(t.dest, a.dest), t.was_folder,"           \
	" t.was_uid, t.was_ukey, t.was_uidvalidity FROM act_target t"          \
	" JOIN act a ON a.id = t.act WHERE t.act = ? AND t.state = ?"

static struct confirm *
add(struct confirms *c, sqlite3_stmt *st)
{
	struct confirm *new;

	mem_grow(&c->v, &c->cap, c->n + 1, sizeof *c->v);
	new = &c->v[c->n++];
	memset(new, 0, sizeof *new);
	new->index = sqlite3_column_int64(st, 0);
	new->at.folder = sql_arena(st, 1, &c->a);
	new->at.uid = sqlite3_column_int64(st, 2);
	new->at.ukey = sql_arena(st, 3, &c->a);
	new->at.msgid = sql_arena(st, 4, &c->a);
	new->at_uidvalidity = (uint64_t)sqlite3_column_int64(st, 5);
	if (c->kind == ACT_MOVE)
		new->dest = sql_arena(st, 6, &c->a);
	return new;
}

/* One that the journal has as moved: from where it was to where it is.  false:
 * it never moved (the undo of a move that failed). */
static bool
turn_to_past(struct confirms *c, struct confirm *v, sqlite3_stmt *st)
{
	if (v->dest == NULL)
		return true;
	if (sqlite3_column_type(st, 7) == SQLITE_NULL)
		return false;
	v->dest = v->at.folder;
	v->key.num = (uint64_t)v->at.uid;
	v->key.str = v->at.ukey;
	v->uidvalidity = v->at_uidvalidity;
	v->at.folder = sql_arena(st, 7, &c->a);
	v->at.uid = sqlite3_column_int64(st, 8);
	v->at.ukey = sql_arena(st, 9, &c->a);
	v->at_uidvalidity = (uint64_t)sqlite3_column_int64(st, 10);
	return true;
}

int
confirms_add_all(
    struct db *d, struct confirms *c, enum target_state state, struct err *e)
{
	sqlite3_stmt *st = sql_query(
	    &d->data, e, TARGETS, "ii", c->act, (int64_t)state);
	int rc;

	while ((rc = sql_step(&d->data, st, e)) > 0) {
		struct confirm *v = add(c, st);

		if (state == TARGET_DONE && !turn_to_past(c, v, st))
			c->n--;
	}
	return rc;
}

/* The move had been noticed before it was confirmed (adopt.h): the cache may
 * know the key that the server did not tell. */
static int
learn_key(struct db *d, struct confirms *c, struct confirm *v, struct err *e)
{
	sqlite3_stmt *st;
	int64_t account, home;
	uint64_t hash;
	int rc;

	if (v->dest == NULL || mkey_is_told(&v->key) || *v->at.msgid == '\0')
		return 0;
	rc = account_id(d, c->account, &account, e);
	if (rc > 0)
		rc = folder_id(d, account, v->dest, false, &home, e);
	if (rc <= 0)
		return rc;
	hash = thread_hash(d->hash_key, account, v->at.msgid);
	st = sql_query(&d->cache, e,
	    "SELECT uid, ukey FROM message WHERE thread IN"
	    " (SELECT thread FROM ref_new WHERE hash = ?1 UNION ALL"
	    " SELECT thread FROM ref WHERE hash = ?1) AND home = ?2"
	    " AND msgid = ?3 AND (uid > 0 OR ukey IS NOT NULL) LIMIT 1",
	    "iis", (int64_t)hash, home, v->at.msgid);
	rc = sql_step(&d->cache, st, e);
	if (rc > 0) {
		v->key.num = (uint64_t)sqlite3_column_int64(st, 0);
		v->key.str = sql_arena(st, 1, &c->a);
	}
	sql_end(st);
	return rc < 0 ? -1 : 0;
}

/* Is the row still where the act names it? */
static int
is_there(struct db *d, const struct confirms *c, const struct confirm *v,
    bool *there, struct err *e)
{
	struct mkey k = {.num = (uint64_t)v->at.uid, .str = v->at.ukey};
	struct rows rows = ROWS_INIT;
	int64_t account, home;
	int rc = account_id(d, c->account, &account, e);

	if (rc > 0)
		rc = folder_id(d, account, v->at.folder, false, &home, e);
	if (rc > 0)
		rc = rows_at(d, home, &k, v->at.msgid, &rows, e);
	*there = rows.n > 0;
	rows_done(&rows);
	return rc < 0 ? -1 : 0;
}

int
confirms_add(
    struct db *d, struct confirms *c, const struct act_moved *m, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->data, e, TARGETS " AND t.n = ?", "iii",
	    c->act, (int64_t)TARGET_OPEN, (int64_t)m->index);
	int rc = sql_step(&d->data, st, e);
	struct confirm *v;
	bool there;

	if (rc <= 0)
		return rc;
	v = add(c, st);
	sql_end(st);
	v->key = m->key;
	v->uidvalidity = m->uidvalidity;
	if (is_there(d, c, v, &there, e) < 0)
		return -1;
	return there ? 0 : learn_key(d, c, v, e);
}

/* ---- the journal ---- */

static int
note_one(struct db *d, const struct confirms *c, const struct confirm *v,
    struct err *e)
{
	struct moved m = {.account = c->account,
	    .folder = v->at.folder,
	    .uidvalidity = v->at_uidvalidity,
	    .uid = v->at.uid,
	    .ukey = v->at.ukey,
	    .msgid = v->at.msgid,
	    .to_folder = v->dest,
	    .to_uidvalidity = v->uidvalidity,
	    .to_uid = (int64_t)v->key.num,
	    .to_ukey = v->key.num == 0 && v->key.str != NULL ? v->key.str : ""};

	if (sql_run(&d->data, e,
		"UPDATE act_target SET state = 1, was_folder = at_folder,"
		" was_uidvalidity = at_uidvalidity, was_uid = at_uid,"
		" was_ukey = at_ukey WHERE act = ? AND n = ?",
		"ii", c->act, v->index) < 0)
		return -1;
	return v->dest != NULL ? journal_moved(d, &m, e) : 0;
}

int
confirms_note(struct db *d, const struct confirms *c, struct err *e)
{
	for (size_t i = 0; i < c->n; i++)
		if (note_one(d, c, &c->v[i], e) < 0)
			return -1;
	return c->n == 0
		   ? 0
		   : sql_run(&d->data, e,
			 "UPDATE act SET shown = 0 WHERE id = ?", "i", c->act);
}

/* ---- the cache ---- */

/* Both rows are this message: one as it was shown on its way, one as a sync
 * found it at the end.  The older id stays, shown as the first. */
static int
merge(struct db *d, const struct row *way, const struct row *end, int64_t home,
    const struct mkey *k, struct err *e)
{
	const struct row *keep = way->id < end->id ? way : end;
	const struct row *drop = keep == way ? end : way;
	struct row now = *keep;

	if (parts_move(d, drop->id, keep->id, e) < 0 ||
	    row_delete(d, drop, e) < 0 ||
	    row_set_place(d, keep, home, k, e) < 0 ||
	    row_set_server(
		d, keep, end->sflags & ~SFLAG_GONE, end->keywords, e) < 0)
		return -1;
	return row_show(d, &now, way->folder, way->flags, e);
}

static int
confirm_move(struct db *d, int64_t account, const struct confirm *v,
    const struct row *r, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct row end;
	int64_t home;
	int rc = folder_id(d, account, v->dest, true, &home, e);

	if (rc > 0) {
		tx_changed(d, DB_ROWS, account, r->folder);
		rc = row_by_place(d, home, &v->key, &a, &end, e);
		if (rc > 0 && end.id != r->id)
			rc = merge(d, r, &end, home, &v->key, e);
		else if (rc == 0)
			rc = row_set_place(d, r, home, &v->key, e);
	}
	arena_free(&a);
	return rc < 0 ? -1 : 0;
}

static int
confirm_flags(struct db *d, const struct confirms *c, const struct rows *rows,
    struct err *e)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];
		unsigned flags = (r->sflags | (unsigned)c->on) &
				 ~(unsigned)c->off;

		if (row_set_server(d, r, flags, r->keywords, e) < 0)
			return -1;
	}
	return 0;
}

/* Has the folder got other messages under these keys by now? */
static int
is_other(struct db *d, int64_t home, uint64_t uidvalidity, bool *other,
    struct err *e)
{
	int64_t now = 0;

	if (sql_int(&d->cache, e, &now,
		"SELECT uidvalidity FROM folder WHERE id = ?", "i", home) < 0)
		return -1;
	*other = now != 0 && uidvalidity != 0 && (uint64_t)now != uidvalidity;
	return 0;
}

static int
confirm_one(struct db *d, const struct confirms *c, int64_t account,
    const struct confirm *v, struct err *e)
{
	struct mkey at = {.num = (uint64_t)v->at.uid, .str = v->at.ukey};
	struct rows rows = ROWS_INIT;
	bool other = false;
	int64_t home;
	int rc;

	if (c->kind == ACT_MOVE && v->dest == NULL)
		return 0;
	rc = folder_id(d, account, v->at.folder, false, &home, e);
	if (rc > 0)
		rc = is_other(d, home, v->at_uidvalidity, &other, e) < 0
			 ? -1
			 : rows_at(d, home, &at, v->at.msgid, &rows, e);
	if (rc >= 0 && !other && c->kind == ACT_FLAGS)
		rc = confirm_flags(d, c, &rows, e);
	else if (rc >= 0 && !other && rows.n > 0)
		rc = confirm_move(d, account, v, &rows.v[0], e);
	rows_done(&rows);
	return rc;
}

int
confirms_step(struct db *d, struct confirms *c, struct err *e)
{
	size_t i = c->i;
	int64_t account;
	int rc;

	if (i == c->n)
		return 0;
	if (tx_begin(d, e) < 0)
		return -1;
	rc = account_id(d, c->account, &account, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		i = c->n; /* a cache that knows nothing of it */
	for (; i < c->n && i - c->i < BATCH_ROWS; i++) {
		if (i % 32 == 31 && tx_is_late(d))
			break;
		if (confirm_one(d, c, account, &c->v[i], e) < 0)
			return -1;
	}
	if (tx_commit(d, e) < 0)
		return -1;
	c->i = i;
	return i < c->n;
}
