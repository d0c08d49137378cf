/*
 * Rows that the storage no longer has.  A row that an act is moving is kept:
 * the move itself may be why it is gone from its old place.
 */
#include <stdlib.h>
#include <string.h>

#include "db_int.h"
#include "message_int.h"

struct remove_job {
	struct job job;
	int64_t folder;
	const struct mset *gone;
	size_t range, str;
	uint64_t from; /* in range: what is below is done */
};

static int
remove_one(
    struct db *d, const struct home *h, const struct row *r, struct err *e)
{
	struct mkey k = {
	    .num = r->uid > 0 ? (uint64_t)r->uid : 0, .str = r->ukey};
	struct shown s = {.moving = false};

	if (h->pending &&
	    pending_apply(d, h, &k, r->msgid, r->sflags, &s, e) < 0)
		return -1;
	if (s.moving)
		return row_set_server(
		    d, r, r->sflags | SFLAG_GONE, r->keywords, e);
	tx_changed(d, DB_ROWS | DB_COUNTS, h->account, r->folder);
	return row_delete(d, r, e);
}

/* The next rows of the range that is at hand; *from is where to go on. */
static int
remove_range(struct db *d, const struct home *h, const struct remove_job *j,
    size_t range, uint64_t *from, struct err *e)
{
	struct rows rows = ROWS_INIT;
	uint64_t lo = j->gone->range[range].lo, hi = j->gone->range[range].hi;
	int rc = -1;

	if (*from > lo)
		lo = *from;
	if (lo > INT64_MAX) {
		*from = 0;
		return 0;
	}
	if (hi > INT64_MAX)
		hi = INT64_MAX;
	if (rows_collect(d,
		sql_query(&d->cache, e,
		    "SELECT " ROW_COLUMNS " FROM message WHERE home = ?"
		    " AND uid BETWEEN ? AND ? AND uid > 0 ORDER BY uid"
		    " LIMIT 64",
		    "iii", h->id, (int64_t)lo, (int64_t)hi),
		&rows, e) < 0)
		goto out;
	for (size_t i = 0; i < rows.n; i++)
		if (remove_one(d, h, &rows.v[i], e) < 0)
			goto out;
	*from = rows.n > 0 ? (uint64_t)rows.v[rows.n - 1].uid + 1 : 0;
	rc = 0;
out:
	rows_done(&rows);
	return rc;
}

static int
remove_named(
    struct db *d, const struct home *h, const char *name, struct err *e)
{
	struct mkey k = {.str = name};
	struct arena a = ARENA_INIT;
	struct row r;
	int rc = row_by_place(d, h->id, &k, &a, &r, e);

	if (rc > 0)
		rc = remove_one(d, h, &r, e);
	arena_free(&a);
	return rc;
}

static int
remove_step(struct db *d, struct job *job, struct err *e)
{
	struct remove_job *j = (struct remove_job *)job;
	struct arena a = ARENA_INIT;
	size_t range = j->range, str = j->str;
	uint64_t from = j->from;
	struct home h;
	int rc = -1;

	if (tx_begin(d, e) < 0 || home_load(d, j->folder, &a, &h, e) < 0)
		goto out;
	while (range < j->gone->n && !tx_is_late(d)) {
		if (remove_range(d, &h, j, range, &from, e) < 0)
			goto out;
		range += from == 0;
	}
	while (range == j->gone->n && str < j->gone->nstr && !tx_is_late(d))
		if (remove_named(d, &h, j->gone->str[str++], e) < 0)
			goto out;
	if (tx_commit(d, e) < 0)
		goto out;
	j->range = range;
	j->str = str;
	j->from = from;
	rc = range < j->gone->n || str < j->gone->nstr;
out:
	arena_free(&a);
	return rc;
}

int
db_remove_messages(
    struct db *d, int64_t folder, const struct mset *gone, struct err *e)
{
	struct remove_job j = {
	    .job.step = remove_step, .folder = folder, .gone = gone};

	if (gone->n == 0 && gone->nstr == 0)
		return 0;
	return job_call(d, LANE_BATCH, &j.job, e);
}

/* ---- all of a folder ---- */

static int
collect_some(struct db *d, int64_t folder, struct rows *out, struct err *e)
{
	static const char *const query[] = {
	    "SELECT " ROW_COLUMNS " FROM message WHERE home = ? AND uid > 0"
	    " LIMIT 64",
	    "SELECT " ROW_COLUMNS " FROM message WHERE home = ?"
	    " AND ukey IS NOT NULL LIMIT 64",
	    "SELECT " ROW_COLUMNS " FROM message WHERE home = ? AND uid <= 0"
	    " AND ukey IS NULL LIMIT 64",
	};

	for (size_t i = 0; i < 3 && out->n == 0; i++)
		if (rows_collect(d,
			sql_query(&d->cache, e, query[i], "i", folder), out,
			e) < 0)
			return -1;
	return 0;
}

/* The account that a row's folder is of only matters for the event. */
int
remove_rows(struct db *d, int64_t folder, struct err *e)
{
	struct rows rows = ROWS_INIT;
	int rc = -1;

	do {
		rows.n = 0;
		arena_free(&rows.a);
		if (collect_some(d, folder, &rows, e) < 0)
			goto out;
		for (size_t i = 0; i < rows.n; i++) {
			tx_changed(d, DB_ROWS | DB_COUNTS, 0, rows.v[i].folder);
			if (row_delete(d, &rows.v[i], e) < 0)
				goto out;
		}
	} while (rows.n > 0 && !tx_is_late(d));
	rc = rows.n > 0;
out:
	rows_done(&rows);
	return rc;
}

static int
remove_all_step(struct db *d, struct job *job, struct err *e)
{
	struct remove_job *j = (struct remove_job *)job;
	int rc;

	if (tx_begin(d, e) < 0)
		return -1;
	rc = remove_rows(d, j->folder, e);
	if (rc < 0 || tx_commit(d, e) < 0)
		return -1;
	return rc;
}

int
db_remove_all(struct db *d, int64_t folder, struct err *e)
{
	struct remove_job j = {.job.step = remove_all_step, .folder = folder};

	return job_call(d, LANE_BATCH, &j.job, e);
}

/* ---- rows that wait for a key in vain ---- */

int
expire_waiting(struct db *d, const struct home *h, struct err *e)
{
	struct rows rows = ROWS_INIT;
	int rc = -1;

	if (rows_collect(d,
		sql_query(&d->cache, e,
		    "SELECT " ROW_COLUMNS " FROM message WHERE home = ?"
		    " AND uid <= 0 AND ukey IS NULL AND uid < 0",
		    "i", h->id),
		&rows, e) < 0)
		goto out;
	for (size_t i = 0; i < rows.n; i++) {
		tx_changed(
		    d, DB_ROWS | DB_COUNTS, h->account, rows.v[i].folder);
		if (row_delete(d, &rows.v[i], e) < 0 ||
		    pending_expired(d, h, rows.v[i].msgid, e) < 0)
			goto out;
	}
	rc = sql_run(&d->cache, e,
	    "UPDATE message SET uid = -1 WHERE home = ? AND uid <= 0"
	    " AND ukey IS NULL",
	    "i", h->id);
out:
	rows_done(&rows);
	return rc;
}
