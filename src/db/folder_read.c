#include <stdlib.h>
#include <string.h>

#include "db_int.h"

#define FOLDER_COLUMNS                                                         \
	"id, account, name, delim, role, selectable, subscribed, uidvalidity," \
	" uidnext, modseq, messages, unseen, rows, rows_unseen, complete,"     \
	" synced"

static uint64_t
number(sqlite3_stmt *st, int col)
{
	return (uint64_t)sqlite3_column_int64(st, col);
}

static void
read_folder(sqlite3_stmt *st, struct arena *a, struct folder *f)
{
	memset(f, 0, sizeof *f);
	f->id = sqlite3_column_int64(st, 0);
	f->account = sqlite3_column_int64(st, 1);
	f->name = sql_arena(st, 2, a);
	f->delim = (char)sqlite3_column_int(st, 3);
	f->role = (enum folder_role)sqlite3_column_int(st, 4);
	f->selectable = sqlite3_column_int(st, 5) != 0;
	f->subscribed = sqlite3_column_int(st, 6) != 0;
	f->uidvalidity = number(st, 7);
	f->uidnext = number(st, 8);
	f->modseq = number(st, 9);
	f->messages = number(st, 10);
	f->unseen = number(st, 11);
	f->rows = number(st, 12);
	f->rows_unseen = number(st, 13);
	f->complete = sqlite3_column_int(st, 14) != 0;
	f->synced = sqlite3_column_int64(st, 15);
}

size_t
dbr_folders(
    struct dbr *r, int64_t account, struct arena *a, struct folder **out)
{
	struct sql *s = dbr_cache(r, NULL);
	struct folder *v = NULL;
	size_t n = 0, cap = 0;
	sqlite3_stmt *st;

	*out = NULL;
	if (s == NULL)
		return 0;
	st = sql_query(s, NULL,
	    "SELECT " FOLDER_COLUMNS " FROM folder WHERE account = ?"
	    " ORDER BY iif(role = 0, 1000, role), name",
	    "i", account);
	while (sql_step(s, st, NULL) > 0) {
		mem_grow(&v, &cap, n + 1, sizeof *v);
		read_folder(st, a, &v[n++]);
	}
	dbr_failed(r);
	*out = arena_alloc(a, n * sizeof *v);
	if (n > 0)
		memcpy(*out, v, n * sizeof *v);
	free(v);
	return n;
}

static int
one_folder(struct dbr *r, struct sql *s, sqlite3_stmt *st, struct arena *a,
    struct folder *out)
{
	int rc = sql_step(s, st, NULL);

	if (rc > 0)
		read_folder(st, a, out);
	sql_end(st);
	dbr_failed(r);
	return rc > 0 ? 0 : -1;
}

int
dbr_folder(struct dbr *r, int64_t id, struct arena *a, struct folder *out)
{
	struct sql *s = dbr_cache(r, NULL);

	if (s == NULL)
		return -1;
	return one_folder(r, s,
	    sql_query(s, NULL,
		"SELECT " FOLDER_COLUMNS " FROM folder WHERE id = ?", "i", id),
	    a, out);
}

int
dbr_folder_named(struct dbr *r, int64_t account, const char *name,
    struct arena *a, struct folder *out)
{
	struct sql *s = dbr_cache(r, NULL);

	if (s == NULL)
		return -1;
	return one_folder(r, s,
	    sql_query(s, NULL,
		"SELECT " FOLDER_COLUMNS " FROM folder WHERE account = ?"
		" AND name = ?",
		"is", account, name),
	    a, out);
}

int
dbr_folder_role(struct dbr *r, int64_t account, enum folder_role role,
    struct arena *a, struct folder *out)
{
	struct sql *s = dbr_cache(r, NULL);

	if (s == NULL)
		return -1;
	return one_folder(r, s,
	    sql_query(s, NULL,
		"SELECT " FOLDER_COLUMNS " FROM folder WHERE account = ?"
		" AND role = ? ORDER BY name LIMIT 1",
		"ii", account, (int64_t)role),
	    a, out);
}

void
dbr_uids(struct dbr *r, int64_t folder, struct mset *out)
{
	struct sql *s = dbr_cache(r, NULL);
	sqlite3_stmt *st;

	if (s == NULL)
		return;
	st = sql_query(s, NULL,
	    "SELECT uid FROM message INDEXED BY message_uid WHERE home = ?"
	    " AND uid > 0 ORDER BY uid",
	    "i", folder);
	while (sql_step(s, st, NULL) > 0)
		mset_add(out, (uint64_t)sqlite3_column_int64(st, 0));
	st = sql_query(s, NULL,
	    "SELECT ukey FROM message WHERE home = ? AND ukey IS NOT NULL", "i",
	    folder);
	while (sql_step(s, st, NULL) > 0)
		mset_add_str(out, sql_text(st, 0));
	dbr_failed(r);
}

char *
dbr_memory(struct dbr *r, int64_t account)
{
	struct sql *s = dbr_cache(r, NULL);
	sqlite3_stmt *st;
	char *text = NULL;

	if (s == NULL)
		return NULL;
	st = sql_query(
	    s, NULL, "SELECT memory FROM account WHERE id = ?", "i", account);
	if (sql_step(s, st, NULL) > 0)
		text = mem_str(sql_text(st, 0));
	sql_end(st);
	dbr_failed(r);
	return text;
}
