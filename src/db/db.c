/*
 * Opening: both files are made and brought up to date on the caller's thread,
 * then handed to the writer.
 */
#include "db/db.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "db_int.h"
#include "util/os.h"

static struct db *
db_new(const char *cache_dir, const char *data_dir)
{
	struct db *d = mem_zalloc(sizeof *d);
	pthread_condattr_t attr;

	d->cache_dir = mem_str(cache_dir);
	d->cache_path = mem_printf("%s/cache.db", cache_dir);
	d->bad_path = mem_printf("%s/cache.db.bad", cache_dir);
	d->parts_dir = mem_printf("%s/parts", cache_dir);
	d->data_path = mem_printf("%s/data.db", data_dir);
	d->refs = mem_array(REF_CACHE, sizeof *d->refs);
	d->text.max = SIZE_MAX / 2;
	for (int i = LANE_ACT; i <= LANE_BATCH; i++)
		d->lane[i].tail = &d->lane[i].head;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->work, &attr);
	pthread_cond_init(&d->answered, &attr);
	pthread_condattr_destroy(&attr);
	return d;
}

static void
db_free(struct db *d)
{
	sql_close(&d->cache);
	sql_close(&d->data);
	for (size_t i = 0; i < d->tx.nfile; i++)
		free(d->tx.file[i]);
	free(d->tx.file);
	free(d->tx.delta);
	free(d->tx.change);
	buf_free(&d->text);
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->work);
	pthread_cond_destroy(&d->answered);
	free(d->refs);
	free(d->cache_dir);
	free(d->cache_path);
	free(d->bad_path);
	free(d->parts_dir);
	free(d->data_path);
	free(d);
}

int
db_open(
    const char *cache_dir, const char *data_dir, struct db **out, struct err *e)
{
	struct db *d;

	/* Counting its memory costs SQLite a lock at each allocation.  Refused,
	 * and then without effect, when it runs already. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (os_mkdirs(cache_dir, e) < 0 || os_mkdirs(data_dir, e) < 0)
		return -1;
	d = db_new(cache_dir, data_dir);
	if (data_open(d, e) < 0 || cache_open(d, e) < 0 ||
	    pending_recover(d, e) < 0 || writer_start(d, e) < 0) {
		db_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
db_close(struct db *d)
{
	if (d == NULL)
		return;
	writer_stop(d);
	db_free(d);
}

void
db_on_change(struct db *d,
    void (*fn)(void *ctx, unsigned what, int64_t account, int64_t folder),
    void *ctx)
{
	pthread_mutex_lock(&d->lock);
	d->changed = fn;
	d->changed_ctx = ctx;
	pthread_mutex_unlock(&d->lock);
}

const char *
db_note(const struct db *d)
{
	return atomic_load(&((struct db *)(uintptr_t)d)->note);
}

/* ---- other processes ---- */

static int
poll_step(struct db *d, struct job *j, struct err *e)
{
	bool cache, data;
	int64_t v = 0;

	(void)j;
	if (cache_check_foreign(d, &cache, e) < 0)
		return -1;
	if (sql_int(&d->data, e, &v, "PRAGMA data_version", "") < 0)
		return -1;
	data = d->data_version != 0 && v != d->data_version;
	d->data_version = v;
	if (cache)
		db_changed_abroad(d);
	if (data)
		db_changed(d, DB_JOURNAL, 0, 0);
	return 0;
}

static void
poll_finish(struct db *d, struct job *j)
{
	free(j);
	atomic_store(&d->polling, false);
}

void
db_poll_foreign(struct db *d)
{
	struct job *j;

	if (atomic_exchange(&d->polling, true))
		return;
	j = mem_zalloc(sizeof *j);
	j->step = poll_step;
	j->finish = poll_finish;
	job_post(d, LANE_BATCH, j);
}
