/*
 * Accounts and folders, written.  Folders that went away take their rows with
 * them, in as many transactions as that needs; the folder itself goes last.
 */
#include <stdlib.h>
#include <string.h>

#include "db_int.h"
#include "message_int.h"

/* ---- what other files ask ---- */

int
account_id(struct db *d, const char *name, int64_t *id, struct err *e)
{
	return sql_int(&d->cache, e, id,
	    "SELECT id FROM account WHERE name = ?", "s", name);
}

static int
name_of(struct db *d, const char *query, int64_t id, struct arena *a,
    const char **out, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->cache, e, query, "i", id);
	int rc = sql_step(&d->cache, st, e);

	if (rc > 0)
		*out = sql_arena(st, 0, a);
	sql_end(st);
	return rc;
}

int
account_name_of(struct db *d, int64_t account, struct arena *a,
    const char **out, struct err *e)
{
	return name_of(
	    d, "SELECT name FROM account WHERE id = ?", account, a, out, e);
}

static int
folder_make(struct db *d, int64_t account, const char *name,
    enum folder_role role, int64_t *id, struct err *e)
{
	if (sql_run(&d->cache, e,
		"INSERT INTO folder(account, name, role) VALUES(?, ?, ?)",
		"isi", account, name, (int64_t)role) < 0)
		return -1;
	*id = sqlite3_last_insert_rowid(d->cache.db);
	tx_changed(d, DB_FOLDERS, account, *id);
	return 1;
}

int
folder_id(struct db *d, int64_t account, const char *name, bool make,
    int64_t *id, struct err *e)
{
	int rc = sql_int(&d->cache, e, id,
	    "SELECT id FROM folder WHERE account = ? AND name = ?", "is",
	    account, name);

	if (rc != 0 || !make)
		return rc;
	return folder_make(d, account, name, ROLE_NONE, id, e);
}

int
home_load(struct db *d, int64_t folder, struct arena *a, struct home *out,
    struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->cache, e,
	    "SELECT f.account, f.name, f.uidvalidity, a.name FROM folder f"
	    " JOIN account a ON a.id = f.account WHERE f.id = ?",
	    "i", folder);
	int rc = sql_step(&d->cache, st, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_GONE, "the folder no longer exists");
	out->id = folder;
	out->account = sqlite3_column_int64(st, 0);
	out->name = sql_arena(st, 1, a);
	out->uidvalidity = (uint64_t)sqlite3_column_int64(st, 2);
	out->account_name_of = sql_arena(st, 3, a);
	sql_end(st);
	return pending_any(d, out->account_name_of, &out->pending, e);
}

/* ---- accounts ---- */

struct account_job {
	struct job job;
	const char *name, *text;
	int64_t id;
};

static int
account_step(struct db *d, struct job *j, struct err *e)
{
	struct account_job *a = (struct account_job *)j;
	int rc = account_id(d, a->name, &a->id, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (tx_begin(d, e) < 0 ||
	    sql_run(&d->cache, e,
		"INSERT OR IGNORE INTO account(name) VALUES(?)", "s",
		a->name) < 0 ||
	    account_id(d, a->name, &a->id, e) <= 0)
		return -1;
	return tx_commit(d, e);
}

int
db_account(struct db *d, const char *name, int64_t *id, struct err *e)
{
	struct account_job a = {.job.step = account_step, .name = name};

	if (job_call(d, LANE_ACT, &a.job, e) < 0)
		return -1;
	*id = a.id;
	return 0;
}

static int
memory_step(struct db *d, struct job *j, struct err *e)
{
	struct account_job *a = (struct account_job *)j;

	if (tx_begin(d, e) < 0 ||
	    sql_run(&d->cache, e, "UPDATE account SET memory = ? WHERE id = ?",
		"si", a->text, a->id) < 0)
		return -1;
	return tx_commit(d, e);
}

int
db_put_memory(struct db *d, int64_t account, const char *text, struct err *e)
{
	struct account_job a = {
	    .job.step = memory_step, .text = text, .id = account};

	return job_call(d, LANE_BATCH, &a.job, e);
}

/* ---- the list of folders ---- */

struct folders_job {
	struct job job;
	int64_t account;
	const struct folder *v;
	size_t n;
	bool complete, written;
	int64_t *gone; /* what is to be removed, known after the first step */
	size_t ngone, gonecap;
};

/* Counts that the server did not give are DB_KEEP, which is -1 here. */
static int
put_folder(struct db *d, int64_t account, const struct folder *f, struct err *e)
{
	return sql_run(&d->cache, e,
	    "INSERT INTO folder(account, name, delim, role, selectable,"
	    " subscribed, messages, unseen)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, max(?7, 0), max(?8, 0))"
	    " ON CONFLICT(account, name) DO UPDATE SET delim = ?3, role = ?4,"
	    " selectable = ?5, subscribed = ?6,"
	    " messages = CASE ?7 WHEN -1 THEN messages ELSE ?7 END,"
	    " unseen = CASE ?8 WHEN -1 THEN unseen ELSE ?8 END",
	    "isiiiiii", account, f->name, (int64_t)f->delim, (int64_t)f->role,
	    (int64_t)f->selectable, (int64_t)f->subscribed,
	    (int64_t)f->messages, (int64_t)f->unseen);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Folders here that the server did not name. */
static int
find_gone(struct db *d, struct folders_job *j, struct err *e)
{
	const char **name = mem_array(j->n, sizeof *name);
	sqlite3_stmt *st;
	int rc;

	for (size_t i = 0; i < j->n; i++)
		name[i] = j->v[i].name;
	qsort(name, j->n, sizeof *name, compare_names);
	j->ngone = 0;
	st = sql_query(&d->cache, e,
	    "SELECT id, name FROM folder WHERE account = ?", "i", j->account);
	while ((rc = sql_step(&d->cache, st, e)) > 0) {
		const char *s = sql_text(st, 1);

		if (bsearch(&s, name, j->n, sizeof *name, compare_names) !=
		    NULL)
			continue;
		mem_grow(&j->gone, &j->gonecap, j->ngone + 1, sizeof *j->gone);
		j->gone[j->ngone++] = sqlite3_column_int64(st, 0);
	}
	free(name);
	return rc;
}

/* A folder that an act is moving messages to may not be listed yet. */
static int
remove_folder(struct db *d, int64_t folder, struct err *e)
{
	return sql_run(&d->cache, e,
	    "DELETE FROM folder WHERE id = ?1 AND NOT EXISTS"
	    " (SELECT 1 FROM message WHERE folder = ?1 AND folder <> home)",
	    "i", folder);
}

static int
remove_gone(struct db *d, struct folders_job *j, struct err *e)
{
	int64_t folder = j->gone[j->ngone - 1];
	int rc;

	if (tx_begin(d, e) < 0)
		return -1;
	rc = remove_rows(d, folder, e);
	if (rc < 0 || (rc == 0 && remove_folder(d, folder, e) < 0))
		return -1;
	tx_changed(d, DB_FOLDERS, j->account, folder);
	if (tx_commit(d, e) < 0)
		return -1;
	if (rc == 0)
		j->ngone--;
	return 0;
}

static int
folders_step(struct db *d, struct job *job, struct err *e)
{
	struct folders_job *j = (struct folders_job *)job;

	if (j->written)
		return j->ngone == 0              ? 0
		       : remove_gone(d, j, e) < 0 ? -1
						  : j->ngone > 0;
	if (tx_begin(d, e) < 0)
		return -1;
	for (size_t i = 0; i < j->n; i++)
		if (put_folder(d, j->account, &j->v[i], e) < 0)
			return -1;
	if (j->complete && find_gone(d, j, e) < 0)
		return -1;
	tx_changed(d, DB_FOLDERS, j->account, 0);
	if (tx_commit(d, e) < 0)
		return -1;
	j->written = true;
	return j->ngone > 0;
}

int
db_put_folders(struct db *d, int64_t account, const struct folder *v, size_t n,
    bool complete, struct err *e)
{
	struct folders_job j = {.job.step = folders_step,
	    .account = account,
	    .v = v,
	    .n = n,
	    .complete = complete};
	int rc = job_call(d, LANE_BATCH, &j.job, e);

	free(j.gone);
	return rc;
}

struct need_job {
	struct job job;
	int64_t account, id;
	const char *name;
	enum folder_role role;
};

static int
need_step(struct db *d, struct job *job, struct err *e)
{
	struct need_job *j = (struct need_job *)job;
	int rc;

	if (tx_begin(d, e) < 0)
		return -1;
	rc = folder_id(d, j->account, j->name, false, &j->id, e);
	if (rc == 0)
		rc = folder_make(d, j->account, j->name, j->role, &j->id, e);
	return rc < 0 ? -1 : tx_commit(d, e);
}

int
db_need_folder(struct db *d, int64_t account, const char *name,
    enum folder_role role, int64_t *id, struct err *e)
{
	struct need_job j = {.job.step = need_step,
	    .account = account,
	    .name = name,
	    .role = role};

	if (job_call(d, LANE_ACT, &j.job, e) < 0)
		return -1;
	*id = j.id;
	return 0;
}

/* ---- state ---- */

struct state_job {
	struct job job;
	int64_t folder;
	const struct folder_update *u;
};

static int
set_field(struct db *d, int64_t folder, const char *query, uint64_t value,
    struct err *e)
{
	return value == DB_KEEP
		   ? 0
		   : sql_run(&d->cache, e, query, "ii", (int64_t)value, folder);
}

static int
set_state(
    struct db *d, int64_t folder, const struct folder_update *u, struct err *e)
{
	if (set_field(d, folder,
		"UPDATE folder SET uidvalidity = ? WHERE id = ?",
		u->uidvalidity, e) < 0 ||
	    set_field(d, folder, "UPDATE folder SET uidnext = ? WHERE id = ?",
		u->uidnext, e) < 0 ||
	    set_field(d, folder, "UPDATE folder SET modseq = ? WHERE id = ?",
		u->modseq, e) < 0 ||
	    set_field(d, folder, "UPDATE folder SET messages = ? WHERE id = ?",
		u->messages, e) < 0 ||
	    set_field(d, folder, "UPDATE folder SET unseen = ? WHERE id = ?",
		u->unseen, e) < 0 ||
	    set_field(d, folder, "UPDATE folder SET complete = ? WHERE id = ?",
		u->complete, e) < 0)
		return -1;
	return set_field(d, folder, "UPDATE folder SET synced = ? WHERE id = ?",
	    u->synced, e);
}

static int
state_step(struct db *d, struct job *job, struct err *e)
{
	struct state_job *j = (struct state_job *)job;
	struct arena a = ARENA_INIT;
	struct home h;
	int rc = -1, more = 0;

	if (tx_begin(d, e) < 0 || home_load(d, j->folder, &a, &h, e) < 0)
		goto out;
	if (j->u->uidvalidity != DB_KEEP && h.uidvalidity != 0 &&
	    j->u->uidvalidity != h.uidvalidity)
		more = remove_rows(d, h.id, e);
	if (more < 0)
		goto out;
	if (more == 0 && set_state(d, h.id, j->u, e) < 0)
		goto out;
	if (more == 0 && j->u->synced != DB_KEEP &&
	    expire_waiting(d, &h, e) < 0)
		goto out;
	tx_changed(d, DB_COUNTS, h.account, h.id);
	rc = tx_commit(d, e) < 0 ? -1 : more;
out:
	arena_free(&a);
	return rc;
}

int
db_put_folder_state(
    struct db *d, int64_t folder, const struct folder_update *u, struct err *e)
{
	struct state_job j = {.job.step = state_step, .folder = folder, .u = u};

	return job_call(d, LANE_BATCH, &j.job, e);
}
