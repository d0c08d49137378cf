/*
 * Readers: connections of their own, read-only, so that reading never waits
 * for the writer.  Opened when first used; opened again when cache.db was
 * replaced under them.
 */
#include <stdlib.h>
#include <string.h>

#include "db_int.h"

#define REPORTED "the mail cache was damaged and is being built again"

int
db_reader(struct db *d, struct dbr **out, struct err *e)
{
	struct dbr *r = mem_zalloc(sizeof *r);

	r->d = d;
	if (dbr_cache(r, e) == NULL) {
		free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
dbr_close(struct dbr *r)
{
	if (r == NULL)
		return;
	sql_close(&r->cache);
	sql_close(&r->data);
	free(r);
}

static int
open_reader(struct sql *s, const char *path, const char *name, struct err *e)
{
	if (sql_open(s, path, name, true, e) < 0)
		return -1;
	if (sql_exec(s, "PRAGMA query_only = 1; PRAGMA cache_size = -2048", e) <
	    0) {
		sql_close(s);
		return -1;
	}
	return 0;
}

struct sql *
dbr_cache(struct dbr *r, struct err *e)
{
	unsigned now = atomic_load(&r->d->generation);

	if (r->cache.corrupt)
		dbr_failed(r);
	if (r->cache.db != NULL && r->generation == now)
		return &r->cache;
	sql_close(&r->cache);
	if (open_reader(&r->cache, r->d->cache_path, "the mail cache", e) < 0)
		return NULL;
	if (hash_key_load(&r->cache, r->hash_key, e) < 0) {
		bool corrupt = r->cache.corrupt;

		sql_close(&r->cache);
		r->cache.corrupt = corrupt;
		if (corrupt)
			dbr_failed(r);
		return NULL;
	}
	r->generation = now;
	return &r->cache;
}

struct sql *
dbr_data(struct dbr *r, struct err *e)
{
	if (r->data.db == NULL &&
	    open_reader(&r->data, r->d->data_path, "the journal", e) < 0)
		return NULL;
	return &r->data;
}

/* ---- damage that a reader met ---- */

struct report {
	struct job job;
	unsigned generation;
};

static int
report_step(struct db *d, struct job *j, struct err *e)
{
	struct report *rep = (struct report *)j;

	if (rep->generation != atomic_load(&d->generation))
		return 0; /* somebody else has said so */
	if (cache_rebuild(d, REPORTED, e) < 0)
		return -1;
	db_changed(
	    d, DB_FOLDERS | DB_COUNTS | DB_ROWS | DB_FLAGS | DB_PARTS, 0, 0);
	return 0;
}

static void
report_finish(struct db *d, struct job *j)
{
	(void)d;
	free(j);
}

void
dbr_failed(struct dbr *r)
{
	struct report *rep;

	if (!r->cache.corrupt)
		return;
	r->cache.corrupt = false;
	rep = mem_zalloc(sizeof *rep);
	rep->job.step = report_step;
	rep->job.finish = report_finish;
	rep->generation = r->generation;
	job_post(r->d, LANE_ACT, &rep->job);
}
