/*
 * What the sync worker says of acts that it carries to the server.
 */
#include <stdlib.h>
#include <string.h>

#include "journal_int.h"

struct push_job {
	struct job job;
	int64_t act;
	enum act_state state; /* ACT_PUSHING while targets are confirmed */
	const char *error;
	const struct act_moved *moved;
	size_t nmoved;

	bool written;
	struct confirms c;
	struct reshow show;
};

/* The targets named, or with DONE all that are left. */
static int
load(struct db *d, struct push_job *j, struct err *e)
{
	if (confirms_init(d, j->act, &j->c, e) < 0)
		return -1;
	for (size_t i = 0; i < j->nmoved; i++)
		if (confirms_add(d, &j->c, &j->moved[i], e) < 0)
			return -1;
	return j->state == ACT_DONE ? confirms_add_all(d, &j->c, TARGET_OPEN, e)
				    : 0;
}

/* ---- a refusal ---- */

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

/* ---- the steps ---- */

static int
write_journal(struct db *d, struct push_job *j, struct err *e)
{
	int64_t shown = j->state != ACT_FAILED;

	if (data_begin(d, false, e) < 0)
		return -1;
	if (confirms_note(d, &j->c, e) < 0 ||
	    (j->state == ACT_FAILED && drop_targets(d, j, e) < 0))
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
	for (size_t i = 0; i < j->c.n; i++) {
		const struct confirm *c = &j->c.v[i];
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
	if (load(d, j, e) < 0)
		return -1;
	if (write_journal(d, j, e) < 0) {
		data_abort(d);
		return -1;
	}
	j->written = true;
	show_moved(j);
	j->show.account = mem_str(j->c.account);
	return 0;
}

static int
push_step(struct db *d, struct job *job, struct err *e)
{
	struct push_job *j = (struct push_job *)job;
	int rc;

	if (!j->written && push_write(d, j, e) < 0)
		return -1;
	rc = confirms_step(d, &j->c, e);
	if (rc == 0 && j->show.n > 0)
		rc = reshow_step(d, &j->show, e);
	if (rc != 0)
		return rc;
	if ((j->c.n > 0 || j->state == ACT_FAILED) &&
	    journal_shown(d, j->act, e) < 0)
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
	reshow_done(&j->show);
	confirms_done(&j->c);
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
