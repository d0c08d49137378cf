/*
 * What a sync worker says about messages, put into rows.
 *
 * A batch is cut into transactions of at most BATCH_ROWS rows and BATCH_US,
 * so that an act waits no longer than that.  `i` moves on after a commit
 * only: a step that failed may be called again.
 */
#include <stdlib.h>
#include <string.h>

#include "adopt.h"
#include "db_int.h"
#include "message_int.h"

struct put_job {
	struct job job;
	int64_t folder;
	const struct db_msg *v;
	const struct db_flags *flag;
	size_t n, i;
};

static int64_t
sort_date(const struct db_msg *m)
{
	return m->date != INT64_MIN ? m->date : m->idate;
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

/* ---- a row that is here ---- */

/* The server's word on flags; what is shown follows from it and the journal.
 */
static int
put_server_flags(struct db *d, const struct home *h, struct row *r,
    unsigned flags, const char *keywords, struct err *e)
{
	if (r->sflags == flags && same_text(r->keywords, keywords) &&
	    (h->pending || (r->flags == flags && r->folder == h->id)))
		return 0;
	if (row_set_server(d, r, flags, keywords, e) < 0)
		return -1;
	tx_changed(d, DB_FLAGS | DB_COUNTS, h->account, r->folder);
	r->sflags = flags;
	return pending_show(d, r, e);
}

/* Is this the message that the row was made from?  A header never changes,
 * so a difference means that the storage has given the key to another one, or
 * that the first answer was incomplete. */
static int
is_same(struct db *d, const struct row *r, const struct db_msg *m, bool *same,
    struct err *e)
{
	int64_t one;
	int rc = sql_int(&d->cache, e, &one,
	    "SELECT 1 FROM message WHERE id = ? AND idate = ? AND sdate = ?"
	    " AND size = ? AND subject IS ? AND from_addr IS ? AND msgid IS ?"
	    " AND rcpt IS ?",
	    "iiiissss", r->id, m->idate, sort_date(m), (int64_t)m->size,
	    m->subject, m->from_addr, m->msgid, m->to);

	*same = rc > 0;
	return rc < 0 ? -1 : 0;
}

/* ---- a new row ---- */

static int
insert_new(
    struct db *d, const struct home *h, const struct db_msg *m, struct err *e)
{
	struct shown s = {.folder = h->id, .flags = m->flags};
	struct row r = {.home = h->id,
	    .uid = (int64_t)m->key.num,
	    .ukey = m->key.num == 0 ? m->key.str : NULL,
	    .sdate = sort_date(m),
	    .idate = m->idate,
	    .size = (int64_t)m->size,
	    .sflags = m->flags,
	    .msgid = m->msgid};

	if (h->pending &&
	    pending_apply(d, h, &m->key, m->msgid, m->flags, &s, e) < 0)
		return -1;
	r.folder = s.folder;
	r.flags = s.flags;
	if (tx_new_id(d, &r.id, e) < 0 || row_insert(d, h, &r, m, e) < 0)
		return -1;
	d->find_behind = true;
	tx_changed(d, DB_ROWS | DB_COUNTS, h->account, r.folder);
	return 0;
}

static int
put_one(struct db *d, const struct home *h, struct adopt *ad,
    const struct db_msg *m, struct arena *a, struct err *e)
{
	struct row r;
	bool same = false;
	int rc = row_by_place(d, h->id, &m->key, a, &r, e);

	if (rc > 0 && is_same(d, &r, m, &same, e) < 0)
		return -1;
	if (rc > 0 && same)
		return put_server_flags(d, h, &r, m->flags, m->keywords, e);
	if (rc > 0) {
		tx_changed(d, DB_ROWS, h->account, r.folder);
		rc = row_delete(d, &r, e);
	}
	if (rc == 0)
		rc = adopt_try(d, h, ad, m, e);
	if (rc == 0)
		rc = insert_new(d, h, m, e);
	return rc < 0 ? -1 : 0;
}

static int
put_step(struct db *d, struct job *job, struct err *e)
{
	struct put_job *j = (struct put_job *)job;
	struct adopt ad = ADOPT_INIT;
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	struct home h;
	size_t i = j->i, end;
	int rc = -1;

	if (tx_begin(d, e) < 0 || home_load(d, j->folder, &a, &h, e) < 0 ||
	    adopt_load(d, &h, &ad, e) < 0)
		goto out;
	end = j->n - i > BATCH_ROWS ? i + BATCH_ROWS : j->n;
	for (; i < end; i++) {
		if (i % 32 == 31 && tx_is_late(d))
			break;
		if (put_one(d, &h, &ad, &j->v[i], &scratch, e) < 0)
			goto out;
		arena_free(&scratch);
	}
	if (tx_commit(d, e) < 0)
		goto out;
	j->i = i;
	rc = adopt_tell(d, &h, &ad, e) < 0 ? -1 : i < j->n;
out:
	adopt_done(&ad);
	arena_free(&scratch);
	arena_free(&a);
	return rc;
}

int
db_put_messages(struct db *d, int64_t folder, const struct db_msg *v, size_t n,
    struct err *e)
{
	struct put_job j = {
	    .job.step = put_step, .folder = folder, .v = v, .n = n};

	for (size_t i = 0; i < n; i++)
		if (!mkey_is_told(&v[i].key))
			return err_set(e, ERR_INPUT, "a message has no key");
	return n > 0 ? job_call(d, LANE_BATCH, &j.job, e) : 0;
}

/* ---- flags ---- */

static int
flags_step(struct db *d, struct job *job, struct err *e)
{
	struct put_job *j = (struct put_job *)job;
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	struct home h;
	struct row r;
	size_t i = j->i;
	int rc = -1, found;

	if (tx_begin(d, e) < 0 || home_load(d, j->folder, &a, &h, e) < 0)
		goto out;
	for (; i < j->n; i++) {
		const struct db_flags *f = &j->flag[i];

		if (i - j->i == BATCH_ROWS * 10 ||
		    (i % 32 == 31 && tx_is_late(d)))
			break;
		found = row_by_place(d, h.id, &f->key, &scratch, &r, e);
		if (found > 0)
			found = put_server_flags(
			    d, &h, &r, f->flags, f->keywords, e);
		if (found < 0)
			goto out;
		arena_free(&scratch);
	}
	if (tx_commit(d, e) < 0)
		goto out;
	j->i = i;
	rc = i < j->n;
out:
	arena_free(&scratch);
	arena_free(&a);
	return rc;
}

int
db_put_flags(struct db *d, int64_t folder, const struct db_flags *v, size_t n,
    struct err *e)
{
	struct put_job j = {
	    .job.step = flags_step, .folder = folder, .flag = v, .n = n};

	return n > 0 ? job_call(d, LANE_BATCH, &j.job, e) : 0;
}
