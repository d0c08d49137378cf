/*
 * Work that nobody waits for.  Checkpoints (moving the log into cache.db) are
 * ours rather than SQLite's automatic ones, which would come in the middle of
 * a batch while an act waits.
 */
#include "db_int.h"
#include "util/os.h"

#define WAL_IDLE     2000 /* pages: worth moving when there is a moment */
#define WAL_LONG     8000 /* pages: now, whoever waits */
#define JOURNAL_DAYS 30

int
wal_grew(void *ctx, sqlite3 *s, const char *name, int pages)
{
	struct db *d = ctx;

	(void)s;
	(void)name;
	d->wal_pages = pages;
	return SQLITE_OK;
}

/* A failure (a full disk) leaves the log as it is; it is tried again. */
static void
checkpoint(struct db *d)
{
	int rc = sqlite3_wal_checkpoint_v2(
	    d->cache.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	if ((rc & 0xff) == SQLITE_CORRUPT)
		d->cache.corrupt = true;
	d->wal_pages = 0;
}

void
checkpoint_if_long(struct db *d)
{
	if (d->wal_pages > WAL_LONG)
		checkpoint(d);
}

int
idle_work(struct db *d)
{
	int rc;

	if (d->find_behind) {
		rc = fulltext_index(d, NULL);
		if (rc > 0)
			return 1;
		tx_abort(d);
		d->find_behind = false; /* until there are new rows */
	}
	if (d->wal_pages > WAL_IDLE) {
		checkpoint(d);
		return 1;
	}
	return 0;
}

static int
prune(struct db *d)
{
	int64_t before = os_time() - (int64_t)JOURNAL_DAYS * 86400;

	d->pruned = true;
	if (sql_run(&d->data, NULL,
		"DELETE FROM act_target WHERE act IN (SELECT id FROM act"
		" WHERE state >= 2 AND time < ?)",
		"i", before) < 0)
		return -1;
	return sql_run(&d->data, NULL,
	    "DELETE FROM act WHERE state >= 2 AND time < ?", "i", before);
}

int
quiet_work(struct db *d)
{
	if (d->unmerged > 0) {
		int rc = fulltext_merge(d, NULL);

		if (rc < 0)
			tx_abort(d);
		if (rc <= 0)
			d->unmerged = 0;
		return 1;
	}
	if (d->wal_pages > 0)
		checkpoint(d);
	if (!d->pruned && prune(d) < 0)
		d->data.corrupt = false; /* said when it is met by a person */
	return 0;
}
