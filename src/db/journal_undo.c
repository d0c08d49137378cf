/*
 * Undo.  What was not pushed is taken back: the act is UNDONE and its messages
 * are shown as without it.  What was pushed, or may have been, is reversed by
 * a new act: a move back, each message to its own folder; flags as they were
 * before, one act for each way in which they differed (for one flag that is a
 * single act, of the messages that it changed).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal_int.h"
#include "util/os.h"

struct undo_job {
	struct job job;
	int64_t account;
	void (*done)(void *ctx, const struct act_done *);
	void *ctx;
	bool written;
	const char *account_name_of;
	int64_t act; /* the one to undo */
	enum act_kind kind;
	enum act_state state;
	const char *text;
	int64_t first_new; /* new acts are from here on; 0: none */
	struct reshow show;
	struct act_done answer;
	struct arena a;
};

static int
find_newest(struct db *d, struct undo_job *j, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->data, e,
	    "SELECT id, kind, state, text FROM act WHERE account = ?"
	    " AND quiet = 0 AND undoes = 0 AND undone = 0 AND (state < 3 OR"
	    " state = 3 AND EXISTS (SELECT 1 FROM act_target"
	    " WHERE act = act.id AND act_target.state = 1))"
	    " ORDER BY id DESC LIMIT 1",
	    "s", j->account_name_of);
	int rc = sql_step(&d->data, st, e);

	if (rc > 0) {
		j->act = sqlite3_column_int64(st, 0);
		j->kind = (enum act_kind)sqlite3_column_int(st, 1);
		j->state = (enum act_state)sqlite3_column_int(st, 2);
		j->text = sql_arena(st, 3, &j->a);
	}
	sql_end(st);
	return rc;
}

static int
take_back(struct db *d, struct undo_job *j, struct err *e)
{
	if (sql_run(&d->data, e,
		"UPDATE act SET state = 4, undone = 1, shown = 0"
		" WHERE id = ?",
		"i", j->act) < 0)
		return -1;
	return sql_run(&d->data, e,
	    "UPDATE act_target SET state = 2 WHERE act = ?", "i", j->act);
}

static int
new_act(struct db *d, struct undo_job *j, int64_t on, int64_t off, int64_t *id,
    struct err *e)
{
	char *text = mem_printf("Undone: %s", j->text);
	int rc = sql_run(&d->data, e,
	    "INSERT INTO act(account, kind, state, time, flags_on, flags_off,"
	    " undoes, quiet, text) VALUES(?, ?, 0, ?, ?, ?, ?, 0, ?)",
	    "siiiiis", j->account_name_of, (int64_t)j->kind, os_time(), on, off,
	    j->act, text);

	free(text);
	*id = sqlite3_last_insert_rowid(d->data.db);
	if (j->first_new == 0)
		j->first_new = *id;
	return rc;
}

/* Its targets keep their numbers.  Those that were put back already have
 * nothing left to do. */
static int
reverse_move(struct db *d, struct undo_job *j, struct err *e)
{
	int64_t id;

	if (new_act(d, j, 0, 0, &id, e) < 0)
		return -1;
	return sql_run(&d->data, e,
	    "INSERT INTO act_target SELECT ?, n, iif(state = 2, 1, 0),"
	    " flags_before, folder, uidvalidity, uid, ukey, msgid, folder,"
	    " at_folder, at_uidvalidity, at_uid, at_ukey, NULL, NULL, NULL,"
	    " NULL FROM act_target"
	    " WHERE act = ?",
	    "ii", id, j->act);
}

struct way {
	int64_t on, off;
};

static int
reverse_way(
    struct db *d, struct undo_job *j, const struct way *w, struct err *e)
{
	int64_t id;

	if (new_act(d, j, w->on, w->off, &id, e) < 0)
		return -1;
	return sql_run(&d->data, e,
	    "INSERT INTO act_target SELECT ?1, row_number() OVER"
	    " (ORDER BY t.n) - 1, 0, t.flags_before, t.folder, t.uidvalidity,"
	    " t.uid, t.ukey, t.msgid, NULL, t.at_folder, t.at_uidvalidity,"
	    " t.at_uid, t.at_ukey, NULL, NULL, NULL, NULL FROM act_target t"
	    " JOIN act a ON a.id = t.act"
	    " WHERE t.act = ?2 AND t.state <> 2"
	    " AND (a.flags_off & t.flags_before) = ?3"
	    " AND (a.flags_on & ~t.flags_before) = ?4",
	    "iiii", id, j->act, w->on, w->off);
}

static int
reverse_flags(struct db *d, struct undo_job *j, struct err *e)
{
	sqlite3_stmt *st;
	struct way *v = NULL;
	size_t n = 0, cap = 0;
	int rc;

	st = sql_query(&d->data, e,
	    "SELECT DISTINCT a.flags_off & t.flags_before,"
	    " a.flags_on & ~t.flags_before FROM act_target t"
	    " JOIN act a ON a.id = t.act WHERE t.act = ? AND t.state <> 2",
	    "i", j->act);
	while ((rc = sql_step(&d->data, st, e)) > 0) {
		mem_grow(&v, &cap, n + 1, sizeof *v);
		v[n].on = sqlite3_column_int64(st, 0);
		v[n++].off = sqlite3_column_int64(st, 1);
	}
	for (size_t i = 0; rc >= 0 && i < n; i++)
		if (v[i].on != 0 || v[i].off != 0)
			rc = reverse_way(d, j, &v[i], e);
	free(v);
	return rc;
}

static int
reverse(struct db *d, struct undo_job *j, struct err *e)
{
	int rc = j->kind == ACT_MOVE ? reverse_move(d, j, e)
				     : reverse_flags(d, j, e);

	if (rc < 0)
		return -1;
	return sql_run(
	    &d->data, e, "UPDATE act SET undone = 1 WHERE id = ?", "i", j->act);
}

static int
collect(struct db *d, struct undo_job *j, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->data, e,
	    "SELECT at_folder, at_uid, at_ukey, msgid FROM act_target"
	    " WHERE act = ?",
	    "i", j->act);
	int rc;

	while ((rc = sql_step(&d->data, st, e)) > 0)
		reshow_add(&j->show, st, 0);
	j->answer.n = j->show.n;
	return rc;
}

static int
write_undo(struct db *d, struct undo_job *j, struct err *e)
{
	int64_t one;
	int rc = find_newest(d, j, e);

	if (rc == 0)
		return err_set(e, ERR_GONE, "there is nothing to undo");
	if (rc > 0)
		rc = sql_int(&d->data, e, &one,
		    "SELECT 1 FROM act_target WHERE act = ? AND state = 1", "i",
		    j->act);
	if (rc < 0)
		return -1;
	if (rc == 0 && j->state == ACT_PENDING)
		rc = take_back(d, j, e);
	else
		rc = reverse(d, j, e);
	return rc < 0 ? -1 : collect(d, j, e);
}

static int
write_entry(struct db *d, struct undo_job *j, struct err *e)
{
	int rc = account_name_of(d, j->account, &j->a, &j->account_name_of, e);

	if (rc == 0)
		return err_set(e, ERR_GONE, "no such account");
	if (rc < 0 || data_begin(d, true, e) < 0)
		return -1;
	j->first_new = 0;
	j->show.n = 0;
	if (write_undo(d, j, e) < 0 || data_commit(d, e) < 0) {
		data_abort(d);
		return -1;
	}
	j->show.account = mem_str(j->account_name_of);
	j->answer.act = j->first_new != 0 ? j->first_new : j->act;
	snprintf(j->answer.text, sizeof j->answer.text, "Undone: %s", j->text);
	return 0;
}

static int
note_shown(struct db *d, struct undo_job *j, struct err *e)
{
	if (data_begin(d, false, e) < 0)
		return -1;
	if (sql_run(&d->data, e,
		"UPDATE act SET shown = 1 WHERE id = ?1 OR undoes = ?1", "i",
		j->act) < 0) {
		data_abort(d);
		return -1;
	}
	return data_commit(d, e);
}

static int
undo_step(struct db *d, struct job *job, struct err *e)
{
	struct undo_job *j = (struct undo_job *)job;
	int rc;

	if (!j->written && write_entry(d, j, e) < 0)
		return -1;
	j->written = true;
	rc = reshow_step(d, &j->show, e);
	return rc == 0 ? note_shown(d, j, e) : rc;
}

static void
undo_finish(struct db *d, struct job *job)
{
	struct undo_job *j = (struct undo_job *)job;

	j->answer.rc = j->written ? 0 : job->rc;
	j->answer.err = job->err;
	if (j->written)
		db_changed(d, DB_JOURNAL, j->account, 0);
	if (j->done != NULL)
		j->done(j->ctx, &j->answer);
	reshow_done(&j->show);
	arena_free(&j->a);
	free(j);
}

void
db_post_undo(struct db *d, int64_t account,
    void (*done)(void *ctx, const struct act_done *), void *ctx)
{
	struct undo_job *j = mem_zalloc(sizeof *j);

	j->job.step = undo_step;
	j->job.finish = undo_finish;
	j->account = account;
	j->done = done;
	j->ctx = ctx;
	job_post(d, LANE_ACT, &j->job);
}
