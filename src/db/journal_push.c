/*
 * What the sync worker says of acts that it carries to the server.
 *
 * A confirmation changes the cache rows first (their place, or the server's
 * flags; what is shown stays) and the journal after: cut off in between, the
 * act is pushed once more, which changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "journal_int.h"

/* One target that the server has confirmed. */
struct confirm {
	int64_t index;
	struct place at;
	int64_t at_uidvalidity;
	const char *dest; /* NULL: flags */
	struct mkey key;  /* in dest; empty: not told */
	uint64_t uidvalidity;
};

struct push_job {
	struct job job;
	int64_t act;
	enum act_state state; /* ACT_PUSHING while targets are confirmed */
	const char *error;
	const struct act_moved *moved;
	size_t nmoved;

	bool loaded, written;
	enum act_kind kind;
	char *account;
	int64_t on, off;
	struct confirm *v;
	size_t n, cap, i;
	struct reshow show;
	struct arena a;
};

/* ---- reading the act ---- */

static int
load_act(struct db *d, struct push_job *j, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->data, e,
	    "SELECT account, kind, flags_on, flags_off FROM act WHERE id = ?",
	    "i", j->act);
	int rc = sql_step(&d->data, st, e);

	if (rc == 0)
		return err_set(e, ERR_GONE, "no such act in the journal");
	if (rc < 0)
		return -1;
	j->account = sql_arena(st, 0, &j->a);
	j->kind = (enum act_kind)sqlite3_column_int(st, 1);
	j->on = sqlite3_column_int64(st, 2);
	j->off = sqlite3_column_int64(st, 3);
	sql_end(st);
	return 0;
}

#define TARGETS                                                                \
	"SELECT t.n, t.at_folder, t.at_uid, t.at_ukey, t.msgid,"               \
	" t.at_uidvalidity, coalesce(t.dest, a.dest) FROM act_target t"        \
	" JOIN act a ON a.id = t.act WHERE t.act = ? AND t.state = 0"

static struct confirm *
add_confirm(struct push_job *j, sqlite3_stmt *st)
{
	struct confirm *c;

	mem_grow(&j->v, &j->cap, j->n + 1, sizeof *j->v);
	c = &j->v[j->n++];
	memset(c, 0, sizeof *c);
	c->index = sqlite3_column_int64(st, 0);
	c->at.folder = sql_arena(st, 1, &j->a);
	c->at.uid = sqlite3_column_int64(st, 2);
	c->at.ukey = sql_arena(st, 3, &j->a);
	c->at.msgid = sql_arena(st, 4, &j->a);
	c->at_uidvalidity = sqlite3_column_int64(st, 5);
	if (j->kind == ACT_MOVE)
		c->dest = sql_arena(st, 6, &j->a);
	return c;
}

static int
load_one(
    struct db *d, struct push_job *j, const struct act_moved *m, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->data, e, TARGETS " AND t.n = ?", "ii",
	    j->act, (int64_t)m->index);
	int rc = sql_step(&d->data, st, e);

	if (rc > 0) {
		struct confirm *c = add_confirm(j, st);

		c->key = m->key;
		c->uidvalidity = m->uidvalidity;
	}
	sql_end(st);
	return rc < 0 ? -1 : 0;
}

/* The targets named, or with DONE all that are left. */
static int
load(struct db *d, struct push_job *j, struct err *e)
{
	sqlite3_stmt *st;
	int rc = 0;

	j->n = 0;
	if (load_act(d, j, e) < 0)
		return -1;
	for (size_t i = 0; i < j->nmoved; i++)
		if (load_one(d, j, &j->moved[i], e) < 0)
			return -1;
	if (j->state != ACT_DONE)
		return 0;
	st = sql_query(&d->data, e, TARGETS, "i", j->act);
	while ((rc = sql_step(&d->data, st, e)) > 0)
		add_confirm(j, st);
	return rc;
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

/* The move had been noticed before it was confirmed (adopt.h): the cache may
 * know the key that the server did not tell. */
static int
learn_key(struct db *d, struct push_job *j, struct confirm *c, int64_t account,
    int64_t home, struct err *e)
{
	uint64_t hash;
	sqlite3_stmt *st;
	int rc;

	if (key_is_told(&c->key) || *c->at.msgid == '\0')
		return 0;
	hash = thread_hash(d->hash_key, account, c->at.msgid);
	st = sql_query(&d->cache, e,
	    "SELECT uid, ukey FROM message WHERE thread IN"
	    " (SELECT thread FROM ref_new WHERE hash = ?1 UNION ALL"
	    " SELECT thread FROM ref WHERE hash = ?1) AND home = ?2"
	    " AND msgid = ?3 AND (uid > 0 OR ukey IS NOT NULL) LIMIT 1",
	    "iis", (int64_t)hash, home, c->at.msgid);
	rc = sql_step(&d->cache, st, e);
	if (rc > 0) {
		c->key.num = (uint64_t)sqlite3_column_int64(st, 0);
		c->key.str = sql_arena(st, 1, &j->a);
	}
	sql_end(st);
	return rc < 0 ? -1 : 0;
}

static int
confirm_move(struct db *d, struct push_job *j, int64_t account,
    struct confirm *c, const struct rows *rows, struct err *e)
{
	const struct row *r = rows->n > 0 ? &rows->v[0] : NULL;
	struct row end;
	struct arena a = ARENA_INIT;
	int64_t home;
	int rc = -1;

	if (c->dest == NULL)
		return 0;
	if (folder_id(d, account, c->dest, true, &home, e) < 0)
		goto out;
	if (r == NULL) {
		rc = learn_key(d, j, c, account, home, e);
		goto out;
	}
	tx_changed(d, DB_ROWS, account, r->folder);
	rc = row_by_place(d, home, &c->key, &a, &end, e);
	if (rc > 0 && end.id != r->id)
		rc = merge(d, r, &end, home, &c->key, e);
	else if (rc == 0)
		rc = row_set_place(d, r, home, &c->key, e);
out:
	arena_free(&a);
	return rc < 0 ? -1 : 0;
}

static int
confirm_flags(struct db *d, const struct push_job *j, const struct rows *rows,
    struct err *e)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];
		unsigned flags = (r->sflags | (unsigned)j->on) &
				 ~(unsigned)j->off;

		if (row_set_server(d, r, flags, r->keywords, e) < 0)
			return -1;
	}
	return 0;
}

static int
confirm_one(struct db *d, struct push_job *j, int64_t account,
    struct confirm *c, struct err *e)
{
	struct mkey at = {.num = (uint64_t)c->at.uid, .str = c->at.ukey};
	struct rows rows = ROWS_INIT;
	int64_t home;
	int rc = folder_id(d, account, c->at.folder, false, &home, e);

	if (rc > 0)
		rc = rows_at(d, home, &at, c->at.msgid, &rows, e);
	if (rc >= 0)
		rc = j->kind == ACT_MOVE
			 ? confirm_move(d, j, account, c, &rows, e)
			 : confirm_flags(d, j, &rows, e);
	rows_done(&rows);
	return rc;
}

/* 1: more to do. */
static int
confirm_rows(struct db *d, struct push_job *j, struct err *e)
{
	size_t i = j->i;
	int64_t account;
	int rc;

	if (i == j->n)
		return 0;
	if (tx_begin(d, e) < 0)
		return -1;
	rc = account_id(d, j->account, &account, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		i = j->n; /* a cache that knows nothing of it */
	for (; i < j->n && i - j->i < BATCH_ROWS; i++) {
		if (i % 32 == 31 && tx_is_late(d))
			break;
		if (confirm_one(d, j, account, &j->v[i], e) < 0)
			return -1;
	}
	if (tx_commit(d, e) < 0)
		return -1;
	j->i = i;
	return i < j->n;
}

/* ---- the journal ---- */

static int
note_confirmed(struct db *d, const struct push_job *j, const struct confirm *c,
    struct err *e)
{
	struct moved m = {.account = j->account,
	    .folder = c->at.folder,
	    .uidvalidity = (uint64_t)c->at_uidvalidity,
	    .uid = c->at.uid,
	    .ukey = c->at.ukey,
	    .msgid = c->at.msgid,
	    .to_folder = c->dest,
	    .to_uidvalidity = c->uidvalidity,
	    .to_uid = (int64_t)c->key.num,
	    .to_ukey = c->key.num == 0 && c->key.str != NULL ? c->key.str : ""};

	if (c->dest != NULL && journal_moved(d, &m, e) < 0)
		return -1;
	return sql_run(&d->data, e,
	    "UPDATE act_target SET state = 1 WHERE act = ? AND n = ?", "ii",
	    j->act, c->index);
}

/* An undo of what has just failed has nothing to reverse any more. */
static int
release_undo(struct db *d, const struct push_job *j, struct err *e)
{
	if (sql_run(&d->data, e,
		"UPDATE act_target SET state = 1 WHERE state = 0 AND act IN"
		" (SELECT id FROM act WHERE undoes = ?1 AND kind = 1)"
		" AND n IN (SELECT n FROM act_target WHERE act = ?1"
		" AND state = 2)",
		"i", j->act) < 0)
		return -1;
	return sql_run(&d->data, e,
	    "UPDATE act SET state = 2 WHERE undoes = ?1 AND kind = 1"
	    " AND state < 2 AND NOT EXISTS (SELECT 1 FROM act_target"
	    " WHERE act = act.id AND act_target.state = 0)",
	    "i", j->act);
}

static int
drop_targets(struct db *d, struct push_job *j, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->data, e,
	    "SELECT at_folder, at_uid, at_ukey, msgid FROM act_target"
	    " WHERE act = ? AND state = 0",
	    "i", j->act);
	int rc;

	j->show.n = 0;
	while ((rc = sql_step(&d->data, st, e)) > 0)
		reshow_add(&j->show, st, 0);
	if (rc < 0 || sql_run(&d->data, e,
			  "UPDATE act_target SET state = 2 WHERE act = ?"
			  " AND state = 0",
			  "i", j->act) < 0)
		return -1;
	return release_undo(d, j, e);
}

static int
write_journal(struct db *d, struct push_job *j, struct err *e)
{
	int64_t shown = j->state != ACT_FAILED;

	if (data_begin(d, false, e) < 0)
		return -1;
	for (size_t i = 0; i < j->n; i++)
		if (note_confirmed(d, j, &j->v[i], e) < 0)
			return -1;
	if (j->state == ACT_FAILED && drop_targets(d, j, e) < 0)
		return -1;
	if (j->state != ACT_PUSHING &&
	    sql_run(&d->data, e,
		"UPDATE act SET state = ?, error = ?, shown = min(shown, ?)"
		" WHERE id = ? AND state < 2",
		"isii", (int64_t)j->state, j->error, shown, j->act) < 0)
		return -1;
	return data_commit(d, e);
}

/* What acts that came later say of a message that was moved. */
static void
show_moved(struct push_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct confirm *c = &j->v[i];
		struct place *p;

		if (c->dest == NULL)
			continue;
		mem_grow(
		    &j->show.v, &j->show.cap, j->show.n + 1, sizeof *j->show.v);
		p = &j->show.v[j->show.n++];
		p->folder = arena_str(&j->show.a, c->dest);
		p->uid = (int64_t)c->key.num;
		p->ukey = arena_str(
		    &j->show.a, c->key.str != NULL ? c->key.str : "");
		p->msgid = arena_str(&j->show.a, c->at.msgid);
	}
}

static int
push_write(struct db *d, struct push_job *j, struct err *e)
{
	if (write_journal(d, j, e) < 0) {
		data_abort(d);
		return -1;
	}
	j->written = true;
	show_moved(j);
	j->show.account = mem_str(j->account);
	return 0;
}

static int
push_step(struct db *d, struct job *job, struct err *e)
{
	struct push_job *j = (struct push_job *)job;
	int rc;

	if (!j->loaded && load(d, j, e) < 0)
		return -1;
	j->loaded = true;
	rc = confirm_rows(d, j, e);
	if (rc != 0)
		return rc;
	if (!j->written && push_write(d, j, e) < 0)
		return -1;
	if (j->show.n > 0) {
		rc = reshow_step(d, &j->show, e);
		if (rc != 0)
			return rc;
	}
	if (j->state == ACT_FAILED && journal_shown(d, j->act, e) < 0)
		return -1;
	db_changed(d, DB_JOURNAL, 0, 0);
	return 0;
}

static int
push_call(struct db *d, struct push_job *j, struct err *e)
{
	int rc;

	j->job.step = push_step;
	rc = job_call(d, LANE_ACT, &j->job, e);
	free(j->v);
	reshow_done(&j->show);
	arena_free(&j->a);
	return rc;
}

int
db_act_targets_done(struct db *d, int64_t act, const struct act_moved *v,
    size_t n, struct err *e)
{
	struct push_job j = {
	    .act = act, .state = ACT_PUSHING, .moved = v, .nmoved = n};

	return push_call(d, &j, e);
}

int
db_act_end(struct db *d, int64_t act, enum act_state state, const char *error,
    struct err *e)
{
	struct push_job j = {.act = act, .state = state, .error = error};

	return push_call(d, &j, e);
}

/* ---- a worker takes it ---- */

static int
pushing_step(struct db *d, struct job *job, struct err *e)
{
	struct push_job *j = (struct push_job *)job;
	int changed;

	if (data_begin(d, false, e) < 0)
		return -1;
	if (sql_run(&d->data, e,
		"UPDATE act SET state = 1 WHERE id = ? AND state < 2", "i",
		j->act) < 0) {
		data_abort(d);
		return -1;
	}
	changed = sqlite3_changes(d->data.db);
	if (data_commit(d, e) < 0)
		return -1;
	if (changed == 0)
		return err_set(e, ERR_GONE, "the act was taken back");
	db_changed(d, DB_JOURNAL, 0, 0);
	return 0;
}

int
db_act_pushing(struct db *d, int64_t act, struct err *e)
{
	struct push_job j = {.job.step = pushing_step, .act = act};

	return job_call(d, LANE_ACT, &j.job, e);
}
