/*
 * What a person does: db_post_act().  The entry is on disk before the rows
 * change, and the rows change before the answer.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "journal_int.h"
#include "util/os.h"

struct post_job {
	struct job job;
	struct act_order o; /* copied */
	void (*done)(void *ctx, const struct act_done *);
	void *ctx;
	bool written;
	const char *account;
	struct reshow show;
	struct act_done answer;
	struct arena a;
};

char *
act_text(
    enum act_kind kind, unsigned on, unsigned off, const char *to, size_t n)
{
	const char *what = n == 1 ? "message" : "messages";
	const char *did = "changed";

	if (kind == ACT_MOVE)
		return mem_printf(
		    "%zu %s moved to %s", n, what, to != NULL ? to : "?");
	if (on == FLAG_FLAGGED && off == 0)
		did = "flagged";
	else if (off == FLAG_FLAGGED && on == 0)
		did = "unflagged";
	else if (on == FLAG_SEEN && off == 0)
		did = "marked read";
	else if (off == FLAG_SEEN && on == 0)
		did = "marked unread";
	return mem_printf("%zu %s %s", n, what, did);
}

/* ---- the targets ---- */

/* Folders of the messages at hand; most orders are of one. */
struct names {
	int64_t id;
	struct home h;
};

static int
folder_of(struct db *d, int64_t id, struct names *last, struct arena *a,
    struct err *e)
{
	if (last->id == id)
		return 0;
	if (home_load(d, id, a, &last->h, e) < 0)
		return -1;
	last->id = id;
	return 0;
}

static bool
is_change(const struct act_order *o, const struct row *r, const char *shown)
{
	if (o->kind == ACT_MOVE)
		return strcmp(shown, o->to) != 0;
	return ((r->flags | o->on) & ~o->off) != r->flags;
}

static int
write_target(struct db *d, struct post_job *j, const struct row *r,
    const struct names *shown, const struct names *home, struct err *e)
{
	bool there = r->folder == r->home;
	int64_t uid = r->uid > 0 ? r->uid : 0;
	const char *ukey = r->ukey != NULL ? r->ukey : "";
	const char *msgid = r->msgid != NULL ? r->msgid : "";
	struct place *p;

	if (sql_run(&d->data, e,
		"INSERT INTO act_target VALUES(?, ?, 0, ?, ?, ?, ?, ?, ?,"
		" NULL, ?, ?, ?, ?, NULL, NULL, NULL, NULL)",
		"iiisiisssiis", j->answer.act, (int64_t)j->answer.n,
		(int64_t)r->flags, shown->h.name,
		there ? (int64_t)shown->h.uidvalidity : (int64_t)0,
		there ? uid : (int64_t)0, there ? ukey : "", msgid,
		home->h.name, (int64_t)home->h.uidvalidity, uid, ukey) < 0)
		return -1;
	j->answer.n++;
	mem_grow(&j->show.v, &j->show.cap, j->show.n + 1, sizeof *j->show.v);
	p = &j->show.v[j->show.n++];
	p->folder = arena_str(&j->show.a, home->h.name);
	p->ukey = arena_str(&j->show.a, ukey);
	p->msgid = arena_str(&j->show.a, msgid);
	p->uid = uid;
	return 0;
}

static int
write_targets(struct db *d, struct post_job *j, struct err *e)
{
	struct names shown = {.id = 0}, home = {.id = 0};
	struct arena a = ARENA_INIT;
	struct row r;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < j->o.n; i++) {
		rc = row_by_id(d, j->o.ids[i], &a, &r, e);
		if (rc <= 0)
			continue;
		if (folder_of(d, r.folder, &shown, &j->a, e) < 0 ||
		    folder_of(d, r.home, &home, &j->a, e) < 0)
			rc = -1;
		else if (shown.h.account == j->o.account &&
			 is_change(&j->o, &r, shown.h.name))
			rc = write_target(d, j, &r, &shown, &home, e);
		arena_free(&a);
	}
	arena_free(&a);
	return rc;
}

static int
write_act(struct db *d, struct post_job *j, struct err *e)
{
	const struct act_order *o = &j->o;

	if (sql_run(&d->data, e,
		"INSERT INTO act(account, kind, state, time, flags_on,"
		" flags_off, dest, quiet, text)"
		" VALUES(?, ?, 0, ?, ?, ?, ?, ?, '')",
		"siiiisi", j->account, (int64_t)o->kind, os_time(),
		(int64_t)o->on, (int64_t)o->off, o->to, (int64_t)o->quiet) < 0)
		return -1;
	j->answer.act = sqlite3_last_insert_rowid(d->data.db);
	return 0;
}

static int
set_text(struct db *d, struct post_job *j, struct err *e)
{
	const struct act_order *o = &j->o;
	char *text = act_text(o->kind, o->on, o->off, o->to, j->answer.n);
	size_t n = strlen(text);
	int rc;

	if (n >= sizeof j->answer.text)
		n = sizeof j->answer.text - 1;
	memcpy(j->answer.text, text, n);
	j->answer.text[n] = '\0';
	rc = sql_run(&d->data, e, "UPDATE act SET text = ? WHERE id = ?", "si",
	    text, j->answer.act);
	free(text);
	return rc;
}

static int
write_entry(struct db *d, struct post_job *j, struct err *e)
{
	if (account_name_of(d, j->o.account, &j->a, &j->account, e) <= 0)
		return e->kind != ERR_NONE
			   ? -1
			   : err_set(e, ERR_GONE, "no such account");
	j->answer.n = j->show.n = 0;
	if (data_begin(d, true, e) < 0)
		return -1;
	if (write_act(d, j, e) < 0 || write_targets(d, j, e) < 0 ||
	    set_text(d, j, e) < 0)
		return -1;
	if (j->answer.n == 0) {
		data_abort(d);
		j->answer.act = 0;
		return 0;
	}
	if (data_commit(d, e) < 0)
		return -1;
	j->show.account = mem_str(j->account);
	return 1;
}

static int
post_step(struct db *d, struct job *job, struct err *e)
{
	struct post_job *j = (struct post_job *)job;
	int rc;

	if (!j->written) {
		rc = write_entry(d, j, e);
		if (rc < 0)
			data_abort(d);
		if (rc <= 0)
			return rc;
		j->written = true;
	}
	rc = reshow_step(d, &j->show, e);
	if (rc == 0)
		rc = journal_shown(d, j->answer.act, e);
	return rc;
}

static void
post_free(struct post_job *j)
{
	free(j->o.ids);
	free((char *)(uintptr_t)j->o.to);
	reshow_done(&j->show);
	arena_free(&j->a);
	free(j);
}

/* Once it is in the journal it will be done, even if the cache could not be
 * changed: then it is shown at the next start. */
static void
post_finish(struct db *d, struct job *job)
{
	struct post_job *j = (struct post_job *)job;

	j->answer.rc = j->written ? 0 : job->rc;
	if (j->answer.rc < 0)
		j->answer.n = 0;
	j->answer.err = job->err;
	if (j->written)
		db_changed(d, DB_JOURNAL, j->o.account, 0);
	if (j->done != NULL)
		j->done(j->ctx, &j->answer);
	post_free(j);
}

void
db_post_act(struct db *d, const struct act_order *o,
    void (*done)(void *ctx, const struct act_done *), void *ctx)
{
	struct post_job *j = mem_zalloc(sizeof *j);

	j->job.step = post_step;
	j->job.finish = post_finish;
	j->o = *o;
	j->o.to = mem_str(o->to);
	j->o.ids = mem_dup(o->ids, o->n * sizeof *o->ids);
	j->done = done;
	j->ctx = ctx;
	if (o->kind == ACT_MOVE && o->to == NULL)
		j->o.n = 0; /* nowhere to go */
	job_post(d, LANE_ACT, &j->job);
}
