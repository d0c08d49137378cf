/*
 * Fetched parts.  Up to FILE_PART_MIN bytes are a blob in the row; more are a
 * file in parts/, written by the worker's own thread before its row is, and
 * deleted after the row is gone.  Its name is the row's id and a hash of the
 * section, which a server may have had a hand in.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db_int.h"
#include "util/os.h"

#define USED_STEP 3600 /* seconds: how exactly "last used" is kept */

static char *
part_path(const struct db *d, int64_t msg, const char *section)
{
	static const uint64_t key[2] = {0x65747569, 0x70617274};

	return mem_printf("%s/%" PRId64 "-%014" PRIx64, d->parts_dir, msg,
	    thread_hash(key, 0, section));
}

/* No fsync: a file that a power cut has spoilt is found by its size. */
static int
write_file(const char *path, const void *p, size_t n, struct err *e)
{
	const char *at = p;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t k = 0;

	if (fd < 0)
		return err_errno(e, "create %s", path);
	while (n > 0) {
		k = write(fd, at, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		at += k;
		n -= (size_t)k;
	}
	if (n > 0) {
		err_errno(e, "write %s", path);
		close(fd);
		unlink(path);
		return -1;
	}
	close(fd);
	return 0;
}

/* ---- writing ---- */

struct part_job {
	struct job job;
	int64_t msg;
	const char *section;
	const void *p; /* NULL: in the file */
	size_t n;
};

static void
unlink_part(struct db *d, int64_t msg, const char *section)
{
	tx_unlink(d, part_path(d, msg, section));
}

/* Drop one row of part; the statement is at (id, msg, section, size, file). */
static int
drop_row(struct db *d, sqlite3_stmt *st, struct err *e)
{
	d->tx.part_bytes -= sqlite3_column_int64(st, 3);
	if (sqlite3_column_int(st, 4) != 0)
		unlink_part(d, sqlite3_column_int64(st, 1), sql_text(st, 2));
	return sql_run(&d->cache, e, "DELETE FROM part WHERE id = ?", "i",
	    sqlite3_column_int64(st, 0));
}

static int
drop_rows(struct db *d, sqlite3_stmt *st, struct err *e)
{
	int rc;

	while ((rc = sql_step(&d->cache, st, e)) > 0)
		if (drop_row(d, st, e) < 0) {
			sql_end(st);
			return -1;
		}
	return rc;
}

#define PART_COLUMNS "id, msg, section, size, body IS NULL"

int
parts_drop(struct db *d, int64_t msg, struct err *e)
{
	return drop_rows(d,
	    sql_query(&d->cache, e,
		"SELECT " PART_COLUMNS " FROM part WHERE msg = ?", "i", msg),
	    e);
}

/* Files are named by their message: those stay behind and go with it. */
int
parts_move(struct db *d, int64_t from, int64_t to, struct err *e)
{
	return sql_run(&d->cache, e,
	    "UPDATE OR IGNORE part SET msg = ? WHERE msg = ?"
	    " AND body IS NOT NULL",
	    "ii", to, from);
}

static int
make_room(struct db *d, struct err *e)
{
	int64_t bytes;
	int rc;

	if (meta_get(&d->cache, "part_bytes", &bytes, e) < 0)
		return -1;
	while (bytes + d->tx.part_bytes > DB_PARTS_MAX) {
		sqlite3_stmt *st = sql_query(&d->cache, e,
		    "SELECT " PART_COLUMNS " FROM part ORDER BY used LIMIT 1",
		    "");

		rc = sql_step(&d->cache, st, e);
		if (rc == 0) /* the count was wrong: there are none */
			d->tx.part_bytes = -bytes;
		if (rc <= 0)
			return rc;
		rc = drop_row(d, st, e);
		sql_end(st);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* What stood there before; a file that the new one has replaced stays. */
static int
drop_old(struct db *d, const struct part_job *j, struct err *e)
{
	size_t files = d->tx.nfile;

	if (drop_rows(d,
		sql_query(&d->cache, e,
		    "SELECT " PART_COLUMNS " FROM part WHERE msg = ?"
		    " AND section = ?",
		    "is", j->msg, j->section),
		e) < 0)
		return -1;
	while (j->p == NULL && d->tx.nfile > files)
		free(d->tx.file[--d->tx.nfile]);
	return 0;
}

static int
part_step(struct db *d, struct job *job, struct err *e)
{
	struct part_job *j = (struct part_job *)job;
	int64_t folder, account = 0;
	int rc;

	if (tx_begin(d, e) < 0)
		return -1;
	rc = sql_int(&d->cache, e, &folder,
	    "SELECT folder FROM message WHERE id = ?", "i", j->msg);
	if (rc == 0)
		return err_set(e, ERR_GONE, "the message no longer exists");
	if (rc < 0 || drop_old(d, j, e) < 0)
		return -1;
	d->tx.part_bytes += (int64_t)j->n;
	if (make_room(d, e) < 0 ||
	    sql_run(&d->cache, e,
		"INSERT INTO part(msg, section, size, used, body)"
		" VALUES(?, ?, ?, ?, ?)",
		"isiib", j->msg, j->section, (int64_t)j->n, os_time(), j->p,
		j->n) < 0)
		return -1;
	if (sql_int(&d->cache, e, &account,
		"SELECT account FROM folder WHERE id = ?", "i", folder) < 0)
		return -1;
	tx_changed(d, DB_PARTS, account, folder);
	return tx_commit(d, e);
}

static int
put_file(struct db *d, struct part_job *j, const void *p, struct err *e)
{
	char *path = part_path(d, j->msg, j->section);
	int rc = -1;

	if (os_mkdirs(d->parts_dir, e) < 0 || write_file(path, p, j->n, e) < 0)
		goto out;
	rc = job_call(d, LANE_BATCH, &j->job, e);
	if (rc < 0)
		unlink(path);
out:
	free(path);
	return rc;
}

int
db_put_part(struct db *d, int64_t msg, const char *section, const void *p,
    size_t n, struct err *e)
{
	struct part_job j = {
	    .job.step = part_step, .msg = msg, .section = section, .n = n};

	if (n > DB_PART_MAX)
		return err_set(e, ERR_LIMIT,
		    "a part of %zu bytes is larger than the cache takes", n);
	if (n > FILE_PART_MIN)
		return put_file(d, &j, p, e);
	j.p = n > 0 ? p : "";
	return job_call(d, LANE_BATCH, &j.job, e);
}

/* ---- reading ---- */

struct touch_job {
	struct job job;
	int64_t part;
};

static int
touch_step(struct db *d, struct job *job, struct err *e)
{
	struct touch_job *j = (struct touch_job *)job;

	if (tx_begin(d, e) < 0 ||
	    sql_run(&d->cache, e, "UPDATE part SET used = ? WHERE id = ?", "ii",
		os_time(), j->part) < 0)
		return -1;
	return tx_commit(d, e);
}

static void
touch_finish(struct db *d, struct job *job)
{
	(void)d;
	free(job);
}

static void
touch(struct db *d, int64_t part)
{
	struct touch_job *j = mem_zalloc(sizeof *j);

	j->job.step = touch_step;
	j->job.finish = touch_finish;
	j->part = part;
	job_post(d, LANE_BATCH, &j->job);
}

bool
dbr_has_part(struct dbr *r, int64_t msg, const char *section)
{
	struct sql *s = dbr_cache(r, NULL);
	int64_t file = 0;
	struct stat st;
	char *path;
	bool here;
	int rc;

	if (s == NULL)
		return false;
	rc = sql_int(s, NULL, &file,
	    "SELECT iif(body IS NULL, size, -1) FROM part WHERE msg = ?"
	    " AND section = ?",
	    "is", msg, section);
	dbr_failed(r);
	if (rc <= 0 || file < 0)
		return rc > 0;
	path = part_path(r->d, msg, section);
	here = stat(path, &st) == 0 && st.st_size == file;
	free(path);
	return here;
}

static int
gone(const char *section, struct err *e)
{
	return err_set(e, ERR_GONE, "part %s is not in the cache", section);
}

static int
read_file(struct dbr *r, int64_t msg, const char *section, int64_t size,
    struct buf *out, struct err *e)
{
	char *path = part_path(r->d, msg, section);
	struct stat st;
	int rc;

	if (stat(path, &st) < 0 || st.st_size != size)
		rc = gone(section, e);
	else
		rc = os_read_file(path, out, e);
	free(path);
	return rc;
}

int
dbr_part(struct dbr *r, int64_t msg, const char *section, struct buf *out,
    struct err *e)
{
	struct sql *s = dbr_cache(r, e);
	sqlite3_stmt *st;
	int64_t size;
	int rc;

	if (s == NULL)
		return -1;
	st = sql_query(s, e,
	    "SELECT id, size, used, body FROM part WHERE msg = ?"
	    " AND section = ?",
	    "is", msg, section);
	rc = sql_step(s, st, e);
	if (rc <= 0) {
		dbr_failed(r);
		return rc < 0 ? -1 : gone(section, e);
	}
	size = sqlite3_column_int64(st, 1);
	if (os_time() - sqlite3_column_int64(st, 2) > USED_STEP)
		touch(r->d, sqlite3_column_int64(st, 0));
	if (sqlite3_column_type(st, 3) == SQLITE_NULL) {
		sql_end(st);
		return read_file(r, msg, section, size, out, e);
	}
	rc = buf_add(out, sqlite3_column_blob(st, 3),
	    (size_t)sqlite3_column_bytes(st, 3), e);
	sql_end(st);
	return rc;
}
