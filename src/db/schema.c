/*
 * Each step is what one version added; it runs in a transaction that also
 * sets user_version, so a database is always of some version, whole.  To
 * change the schema, add a step; a step that was released is never edited.
 *
 * The indexes of message are few because the sync of 100,000 headers pays for
 * each: by place (what the storage calls it), by date and by arrival for the
 * views, by thread with the date (so that a thread's newest is one seek), and
 * partial ones for what is rare.  `ord` is the id once more: SQLite seeks by
 * (sdate, ord) as a whole, but not when the second is the rowid itself, and a
 * sender can give any number of messages the same date.
 *
 * ref_new takes new rows of ref: their keys are random, and writing each to
 * its own page of a large tree would cost more than all else (thread.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db_int.h"
#include "util/os.h"

#define PAGE_SIZE 4096

const char *const cache_steps[] = {
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('next_id', 1), ('seq', 1), ('indexed', 0),"
    " ('part_bytes', 0), ('hash0', random()), ('hash1', random());"
    "CREATE TABLE account(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " memory TEXT);"
    "CREATE TABLE folder(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " account INTEGER NOT NULL, name TEXT NOT NULL,"
    " delim INTEGER NOT NULL DEFAULT 0, role INTEGER NOT NULL DEFAULT 0,"
    " selectable INTEGER NOT NULL DEFAULT 1,"
    " subscribed INTEGER NOT NULL DEFAULT 1,"
    " uidvalidity INTEGER NOT NULL DEFAULT 0,"
    " uidnext INTEGER NOT NULL DEFAULT 0, modseq INTEGER NOT NULL DEFAULT 0,"
    " messages INTEGER NOT NULL DEFAULT 0,"
    " unseen INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0,"
    " rows_unseen INTEGER NOT NULL DEFAULT 0,"
    " complete INTEGER NOT NULL DEFAULT 0,"
    " synced INTEGER NOT NULL DEFAULT 0,"
    /* grows when a row leaves or moves in: lists that were sorted by hand */
    " moves INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE(account, name));"
    "CREATE TABLE message(id INTEGER PRIMARY KEY, folder INTEGER NOT NULL,"
    " home INTEGER NOT NULL, uid INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " sflags INTEGER NOT NULL, sdate INTEGER NOT NULL,"
    " idate INTEGER NOT NULL, size INTEGER NOT NULL, thread INTEGER NOT NULL,"
    " bits INTEGER NOT NULL, ord INTEGER NOT NULL, ukey TEXT, subject TEXT, "
    "from_name TEXT,"
    " from_addr TEXT, rcpt TEXT, cc TEXT, msgid TEXT, list_id TEXT,"
    " keywords TEXT, refs BLOB);"
    "CREATE UNIQUE INDEX message_uid ON message(home, uid) WHERE uid > 0;"
    "CREATE UNIQUE INDEX message_ukey ON message(home, ukey)"
    " WHERE ukey IS NOT NULL;"
    "CREATE INDEX message_date ON message(folder, sdate, ord);"
    "CREATE INDEX message_arrival ON message(folder, idate, uid, ord);"
    "CREATE INDEX message_thread ON message(thread, folder, sdate);"
    "CREATE INDEX message_unseen ON message(folder, sdate, ord)"
    " WHERE (flags & 1) = 0;"
    "CREATE INDEX message_waiting ON message(home)"
    " WHERE uid <= 0 AND ukey IS NULL;"
    "CREATE INDEX message_away ON message(folder) WHERE folder <> home;"
    "CREATE TABLE thread_folder(folder INTEGER NOT NULL,"
    " newest INTEGER NOT NULL, thread INTEGER NOT NULL,"
    " count INTEGER NOT NULL, unseen INTEGER NOT NULL,"
    " stamp INTEGER NOT NULL,"
    " PRIMARY KEY(folder, newest, thread)) WITHOUT ROWID;"
    "CREATE TABLE ref(hash INTEGER PRIMARY KEY, thread INTEGER NOT NULL);"
    "CREATE TABLE ref_new(hash INTEGER PRIMARY KEY, thread INTEGER NOT NULL);"
    "CREATE TABLE part(id INTEGER PRIMARY KEY, msg INTEGER NOT NULL,"
    " section TEXT NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL,"
    " body BLOB, UNIQUE(msg, section));"
    "CREATE INDEX part_used ON part(used);"
    "CREATE VIRTUAL TABLE head USING fts5(text, content='', columnsize=0,"
    " detail=none, tokenize='trigram case_sensitive 1');"
    "INSERT INTO head(head, rank) VALUES('automerge', 0),"
    " ('crisismerge', 400), ('hashsize', 4000000);",
    NULL,
};

const char *const data_steps[] = {
    "CREATE TABLE act(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " account TEXT NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL,"
    " time INTEGER NOT NULL, flags_on INTEGER NOT NULL,"
    " flags_off INTEGER NOT NULL, dest TEXT,"
    " undoes INTEGER NOT NULL DEFAULT 0,"
    " undone INTEGER NOT NULL DEFAULT 0, quiet INTEGER NOT NULL,"
    /* 0: the cache may not show it yet (a crash between the two files) */
    " shown INTEGER NOT NULL DEFAULT 0, text TEXT NOT NULL, error TEXT);"
    "CREATE INDEX act_open ON act(account, id) WHERE state < 2;"
    "CREATE INDEX act_unshown ON act(id) WHERE shown = 0;"
    /* folder..ukey: as it was asked for; at_...: where the storage has the
     * message now, as far as it was told; was_...: where it had it before
     * the server confirmed the move */
    "CREATE TABLE act_target(act INTEGER NOT NULL, n INTEGER NOT NULL,"
    " state INTEGER NOT NULL, flags_before INTEGER NOT NULL,"
    " folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL,"
    " uid INTEGER NOT NULL, ukey TEXT NOT NULL, msgid TEXT NOT NULL,"
    " dest TEXT, at_folder TEXT NOT NULL, at_uidvalidity INTEGER NOT NULL,"
    " at_uid INTEGER NOT NULL, at_ukey TEXT NOT NULL,"
    " was_folder TEXT, was_uidvalidity INTEGER, was_uid INTEGER,"
    " was_ukey TEXT,"
    " PRIMARY KEY(act, n)) WITHOUT ROWID;"
    "CREATE INDEX act_target_at ON act_target(at_uid, at_ukey, msgid,"
    " at_folder);",
    NULL,
};

/* ---- versions ---- */

static int
version_of(struct sql *s, int64_t *v, struct err *e)
{
	return sql_int(s, e, v, "PRAGMA user_version", "") < 0 ? -1 : 0;
}

static int
step_up(struct sql *s, const char *step, int64_t to, struct err *e)
{
	char *set = mem_printf("PRAGMA user_version = %d", (int)to);
	int rc = -1;

	if (sql_exec(s, step, e) < 0 || sql_exec(s, set, e) < 0)
		goto out;
	rc = sql_exec(s, "COMMIT", e);
out:
	free(set);
	return rc;
}

int
schema_migrate(struct sql *s, const char *const steps[], struct err *e)
{
	int64_t have = 0, newest = 0;

	while (steps[newest] != NULL)
		newest++;
	if (version_of(s, &have, e) < 0)
		return -1;
	while (have < newest) {
		/* Asked again inside: another process may be at it too. */
		if (sql_exec(s, "BEGIN IMMEDIATE", e) < 0)
			return -1;
		if (version_of(s, &have, e) == 0 && have >= newest) {
			if (sql_exec(s, "COMMIT", e) < 0)
				return -1;
		} else if (have < 0 ||
			   step_up(s, steps[have], have + 1, e) < 0) {
			sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
			return -1;
		} else {
			have++;
		}
	}
	return have > newest ? 1 : 0;
}

int
meta_get(struct sql *s, const char *key, int64_t *out, struct err *e)
{
	int rc = sql_int(
	    s, e, out, "SELECT value FROM meta WHERE key = ?", "s", key);

	if (rc == 0) {
		s->corrupt = true;
		err_set(e, ERR_SYS, "%s: it is damaged", s->name);
	}
	return rc > 0 ? 0 : -1;
}

int
meta_set(struct sql *s, const char *key, int64_t value, struct err *e)
{
	return sql_run(
	    s, e, "UPDATE meta SET value = ? WHERE key = ?", "is", value, key);
}

int
hash_key_load(struct sql *s, uint64_t key[2], struct err *e)
{
	int64_t k0, k1;

	if (meta_get(s, "hash0", &k0, e) < 0 ||
	    meta_get(s, "hash1", &k1, e) < 0)
		return -1;
	key[0] = (uint64_t)k0;
	key[1] = (uint64_t)k1;
	return 0;
}

/* ---- data.db ---- */

/* A new data.db must be on disk before the first act may rely on it; later
 * commits sync the log alone. */
static int
data_settle(struct sql *s, struct err *e)
{
	return sql_exec(
	    s, "PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)", e);
}

int
data_open(struct db *d, struct err *e)
{
	int64_t version = 0;
	int rc;

	if (sql_open(&d->data, d->data_path, "the journal", false, e) < 0)
		return -1;
	if (version_of(&d->data, &version, e) < 0)
		return -1;
	/* Nothing is lost if making a new file is cut off half-way. */
	if (version == 0 &&
	    sql_exec(&d->data, "PRAGMA synchronous = OFF", e) < 0)
		return -1;
	if (sql_exec(&d->data,
		"PRAGMA journal_mode = WAL; PRAGMA cache_size = -1024;"
		"PRAGMA temp_store = MEMORY;"
		"PRAGMA journal_size_limit = 1048576",
		e) < 0)
		return -1;
	rc = schema_migrate(&d->data, data_steps, e);
	if (rc > 0)
		return err_set(e, ERR_INPUT,
		    "%s was written by a newer version of etui; it is left "
		    "as it is",
		    d->data_path);
	if (rc < 0)
		return -1;
	return version == 0
		   ? data_settle(&d->data, e)
		   : sql_exec(&d->data, "PRAGMA synchronous = FULL", e);
}

/* ---- cache.db ---- */

static int
cache_prepare(struct db *d, struct err *e)
{
	int64_t version = 0;

	if (version_of(&d->cache, &version, e) < 0)
		return -1;
	if (version == 0 &&
	    sql_exec(&d->cache, "PRAGMA synchronous = OFF", e) < 0)
		return -1;
	if (sql_exec(&d->cache,
		"PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA "
		"cache_size = -6144;"
		"PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;"
		"PRAGMA journal_size_limit = 33554432",
		e) < 0)
		return -1;
	/* after the pragma, which takes the hook away */
	sqlite3_wal_hook(d->cache.db, wal_grew, d);
	return 0;
}

/* Enough of every table is looked at to find a file that only calls itself
 * ours; damage further in is found when it is met. */
static int
cache_look(struct db *d, struct err *e)
{
	static const char *const probes[] = {
	    "SELECT max(id) FROM account",
	    "SELECT max(id) FROM folder",
	    "SELECT max(id) FROM message",
	    "SELECT max(hash) FROM ref",
	    "SELECT max(hash) FROM ref_new",
	    "SELECT max(id) FROM part",
	    "SELECT max(newest) FROM thread_folder",
	    "SELECT length(block) FROM head_data WHERE id = 10",
	};
	int64_t unused;

	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
		if (sql_int(&d->cache, e, &unused, probes[i], "") < 0)
			return -1;
	return hash_key_load(&d->cache, d->hash_key, e);
}

/* SQLite writes whole pages, and reads what is missing of one as zeroes.  With
 * a log there the rest may be in that. */
static bool
ends_in_a_page(const struct db *d)
{
	char *wal = mem_printf("%s-wal", d->cache_path);
	struct stat st, log;
	bool cut = stat(d->cache_path, &st) == 0 &&
		   st.st_size % PAGE_SIZE != 0 &&
		   (stat(wal, &log) < 0 || log.st_size == 0);

	free(wal);
	return cut;
}

/* 0; 1 newer; -1.  Whatever is wrong with the content leaves cache.corrupt
 * set. */
static int
cache_try(struct db *d, struct err *e)
{
	bool cut = ends_in_a_page(d);
	struct stat st;
	int rc;

	if (sql_open(&d->cache, d->cache_path, "the mail cache", false, e) <
		0 ||
	    cache_prepare(d, e) < 0)
		return -1;
	d->cache.corrupt = cut;
	if (cut)
		return err_set(e, ERR_SYS, "the mail cache is cut off");
	rc = schema_migrate(&d->cache, cache_steps, e);
	if (rc != 0)
		return rc;
	if (cache_look(d, e) < 0) {
		/* no such table or column: ours by number only */
		if ((sqlite3_errcode(d->cache.db) & 0xff) == SQLITE_ERROR)
			d->cache.corrupt = true;
		return -1;
	}
	if (sql_exec(&d->cache, "PRAGMA synchronous = NORMAL", e) < 0)
		return -1;
	d->cache_ino = stat(d->cache_path, &st) == 0 ? st.st_ino : 0;
	d->cache_version = -1;
	refs_forget(d);
	d->find_behind = true;
	return 0;
}

/* Ours, or another process has replaced it already. */
static bool
is_our_file(const struct db *d)
{
	struct stat st;

	return d->cache_ino == 0 || stat(d->cache_path, &st) < 0 ||
	       st.st_ino == d->cache_ino;
}

static int
set_aside(struct db *d, struct err *e)
{
	char *wal = mem_printf("%s-wal", d->cache_path);
	char *shm = mem_printf("%s-shm", d->cache_path);
	int rc = 0;

	if (is_our_file(d)) {
		if (rename(d->cache_path, d->bad_path) < 0 && errno != ENOENT)
			rc = err_errno(e, "set %s aside", d->cache_path);
		unlink(wal);
		unlink(shm);
		os_remove_tree(d->parts_dir, NULL);
	}
	d->cache_ino = 0;
	free(wal);
	free(shm);
	return rc;
}

int
cache_open(struct db *d, struct err *e)
{
	int rc = cache_try(d, e);
	const char *note = rc > 0 ? "the mail cache was written by a newer "
				    "etui and is being built again"
				  : "the mail cache was damaged and is being "
				    "built again";

	if (rc == 0 || (rc < 0 && !d->cache.corrupt))
		return rc;
	sql_close(&d->cache);
	err_clear(e);
	if (set_aside(d, e) < 0)
		return -1;
	atomic_store(&d->note, note);
	rc = cache_try(d, e);
	return rc > 0 ? err_set(e, ERR_SYS, "the mail cache is of a newer etui")
		      : rc;
}

/* ---- replaced while running ---- */

struct saved_folder {
	int64_t id, account, role, delim;
	char *name;
};
struct saved {
	int64_t next_id;
	struct saved_folder *account, *folder;
	size_t naccount, nfolder, accountcap, foldercap;
	struct arena a;
};

static void
save_names(struct db *d, struct saved *s)
{
	sqlite3_stmt *st;
	struct saved_folder *f;

	st = sql_get(&d->cache, "SELECT id, name FROM account", NULL);
	while (sql_step(&d->cache, st, NULL) > 0) {
		mem_grow(&s->account, &s->accountcap, s->naccount + 1,
		    sizeof *s->account);
		f = &s->account[s->naccount++];
		f->id = sqlite3_column_int64(st, 0);
		f->name = sql_arena(st, 1, &s->a);
	}
	st = sql_get(&d->cache,
	    "SELECT id, name, account, role, delim FROM folder", NULL);
	while (sql_step(&d->cache, st, NULL) > 0) {
		mem_grow(&s->folder, &s->foldercap, s->nfolder + 1,
		    sizeof *s->folder);
		f = &s->folder[s->nfolder++];
		f->id = sqlite3_column_int64(st, 0);
		f->name = sql_arena(st, 1, &s->a);
		f->account = sqlite3_column_int64(st, 2);
		f->role = sqlite3_column_int64(st, 3);
		f->delim = sqlite3_column_int64(st, 4);
	}
	if (sql_int(&d->cache, NULL, &s->next_id,
		"SELECT value FROM meta WHERE key = 'next_id'", "") <= 0)
		s->next_id = d->floor_id + (1 << 20);
}

static int
restore_names(struct db *d, const struct saved *s, struct err *e)
{
	const struct saved_folder *f;

	if (sql_exec(&d->cache, "BEGIN IMMEDIATE", e) < 0)
		return -1;
	for (f = s->account; f < s->account + s->naccount; f++)
		if (sql_run(&d->cache, e,
			"INSERT OR IGNORE INTO account(id, name) VALUES(?, ?)",
			"is", f->id, f->name) < 0)
			return -1;
	for (f = s->folder; f < s->folder + s->nfolder; f++)
		if (sql_run(&d->cache, e,
			"INSERT OR IGNORE INTO folder(id, name, account, role,"
			" delim) VALUES(?, ?, ?, ?, ?)",
			"isiii", f->id, f->name, f->account, f->role,
			f->delim) < 0)
			return -1;
	if (sql_run(&d->cache, e,
		"UPDATE meta SET value = max(value, ?) WHERE key = 'next_id'",
		"i", s->next_id) < 0)
		return -1;
	return sql_exec(&d->cache, "COMMIT", e);
}

/*
 * Accounts and folders keep their numbers where they can still be read, and
 * message ids go on from where they were: the program is running, and holds
 * such numbers.
 */
int
cache_rebuild(struct db *d, const char *note, struct err *e)
{
	struct saved s = {.a = ARENA_INIT};
	int rc = -1;

	tx_abort(d);
	save_names(d, &s);
	sql_close(&d->cache);
	if (set_aside(d, e) < 0 || cache_open(d, e) < 0)
		goto out;
	if (restore_names(d, &s, e) < 0) {
		sqlite3_exec(d->cache.db, "ROLLBACK", NULL, NULL, NULL);
		goto out;
	}
	d->floor_id = s.next_id;
	if (note != NULL)
		atomic_store(&d->note, note);
	rc = 0;
out:
	atomic_fetch_add(&d->generation, 1);
	arena_free(&s.a);
	free(s.account);
	free(s.folder);
	return rc;
}

/* Another process wrote, or replaced cache.db. */
int
cache_check_foreign(struct db *d, bool *changed, struct err *e)
{
	int64_t v = 0;

	*changed = false;
	if (!is_our_file(d)) {
		*changed = true;
		return cache_rebuild(d, NULL, e);
	}
	if (sql_int(&d->cache, e, &v, "PRAGMA data_version", "") < 0)
		return -1;
	if (v != d->cache_version) {
		*changed = d->cache_version >= 0;
		d->cache_version = v;
		refs_forget(d);
		d->find_behind = true;
	}
	return 0;
}
