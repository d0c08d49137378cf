/*
 * What a transaction on cache.db changes beside rows: the counts kept in
 * folder (so that nobody counts rows), the next row id, files to delete, and
 * the events to tell once it is committed.
 *
 * Row ids come from meta.next_id rather than AUTOINCREMENT, which would write
 * its own table once a row.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "db_int.h"

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
forget_files(struct tx *t, bool unlink_them)
{
	for (size_t i = 0; i < t->nfile; i++) {
		if (unlink_them)
			unlink(t->file[i]);
		free(t->file[i]);
	}
	t->nfile = 0;
}

int
tx_begin(struct db *d, struct err *e)
{
	struct tx *t = &d->tx;
	bool changed;

	if (cache_check_foreign(d, &changed, e) < 0)
		return -1;
	if (changed) /* nobody else will look again */
		db_changed_abroad(d);
	if (sql_exec(&d->cache, "BEGIN IMMEDIATE", e) < 0)
		return -1;
	t->open = true;
	t->started_us = now_us();
	t->next_id = t->seq = t->part_bytes = 0;
	t->indexed = -1;
	t->new_id = t->new_seq = false;
	t->ndelta = t->nchange = 0;
	forget_files(t, false);
	return 0;
}

void
tx_abort(struct db *d)
{
	if (!d->tx.open)
		return;
	d->tx.open = false;
	sqlite3_exec(d->cache.db, "ROLLBACK", NULL, NULL, NULL);
	forget_files(&d->tx, false);
	refs_forget(d);
}

bool
tx_is_late(struct db *d)
{
	return now_us() - d->tx.started_us > BATCH_US;
}

int
tx_new_id(struct db *d, int64_t *id, struct err *e)
{
	struct tx *t = &d->tx;

	if (t->next_id == 0 &&
	    meta_get(&d->cache, "next_id", &t->next_id, e) < 0)
		return -1;
	*id = t->next_id++;
	t->new_id = true;
	return 0;
}

int
tx_seq(struct db *d, int64_t *seq, struct err *e)
{
	struct tx *t = &d->tx;

	if (!t->new_seq) {
		if (meta_get(&d->cache, "seq", &t->seq, e) < 0)
			return -1;
		t->seq++;
		t->new_seq = true;
	}
	*seq = t->seq;
	return 0;
}

void
tx_count(struct db *d, int64_t folder, int64_t rows, int64_t unseen)
{
	struct tx *t = &d->tx;
	size_t i;

	for (i = 0; i < t->ndelta; i++)
		if (t->delta[i].folder == folder)
			break;
	if (i == t->ndelta) {
		mem_grow(&t->delta, &t->deltacap, i + 1, sizeof *t->delta);
		t->delta[t->ndelta++] = (struct count_delta){.folder = folder};
	}
	t->delta[i].rows += rows;
	t->delta[i].unseen += unseen;
}

void
tx_changed(struct db *d, unsigned what, int64_t account, int64_t folder)
{
	struct tx *t = &d->tx;
	struct change *c;

	for (size_t i = t->nchange; i-- > 0;) {
		c = &t->change[i];
		if (c->account == account && c->folder == folder) {
			c->what |= what;
			return;
		}
	}
	mem_grow(&t->change, &t->changecap, t->nchange + 1, sizeof *t->change);
	t->change[t->nchange++] = (struct change){what, account, folder};
}

void
tx_unlink(struct db *d, char *take_path)
{
	struct tx *t = &d->tx;

	mem_grow(&t->file, &t->filecap, t->nfile + 1, sizeof *t->file);
	t->file[t->nfile++] = take_path;
}

void
db_changed(struct db *d, unsigned what, int64_t account, int64_t folder)
{
	if (d->changed != NULL)
		d->changed(d->changed_ctx, what, account, folder);
}

void
db_changed_abroad(struct db *d)
{
	db_changed(
	    d, DB_FOLDERS | DB_COUNTS | DB_ROWS | DB_FLAGS | DB_PARTS, 0, 0);
}

static int
write_counts(struct db *d, struct err *e)
{
	struct tx *t = &d->tx;

	for (size_t i = 0; i < t->ndelta; i++) {
		struct count_delta *c = &t->delta[i];

		if (c->rows == 0 && c->unseen == 0)
			continue;
		if (sql_run(&d->cache, e,
			"UPDATE folder SET rows = rows + ?, rows_unseen ="
			" rows_unseen + ? WHERE id = ?",
			"iii", c->rows, c->unseen, c->folder) < 0)
			return -1;
	}
	if (t->new_id && meta_set(&d->cache, "next_id", t->next_id, e) < 0)
		return -1;
	if (t->new_seq && meta_set(&d->cache, "seq", t->seq, e) < 0)
		return -1;
	if (t->part_bytes != 0 &&
	    sql_run(&d->cache, e,
		"UPDATE meta SET value = value + ? WHERE key = 'part_bytes'",
		"i", t->part_bytes) < 0)
		return -1;
	return 0;
}

/* One event a folder, or a single one for all of them. */
static void
tell(struct db *d)
{
	struct tx *t = &d->tx;
	unsigned what = 0;

	if (t->nchange <= 16) {
		for (size_t i = 0; i < t->nchange; i++)
			db_changed(d, t->change[i].what, t->change[i].account,
			    t->change[i].folder);
		return;
	}
	for (size_t i = 0; i < t->nchange; i++)
		what |= t->change[i].what;
	db_changed(d, what, t->change[0].account, 0);
}

int
tx_commit(struct db *d, struct err *e)
{
	struct tx *t = &d->tx;

	if (write_counts(d, e) < 0 || sql_exec(&d->cache, "COMMIT", e) < 0) {
		tx_abort(d);
		return -1;
	}
	t->open = false;
	if (t->next_id > d->floor_id)
		d->floor_id = t->next_id;
	forget_files(t, true);
	tell(d);
	return 0;
}
