/*
 * One message row, and what follows from it: the counts of its folder, its
 * thread's row there, the full text, its parts.  Everything that changes a
 * row goes through here, so that these cannot disagree.
 */
#include <string.h>

#include "db_int.h"

static bool
is_unseen(unsigned flags)
{
	return (flags & FLAG_SEEN) == 0;
}

static int64_t
key_uid(const struct mkey *k)
{
	return (int64_t)k->num;
}

static const char *
key_text(const struct mkey *k)
{
	return k->num == 0 && k->str != NULL && *k->str != '\0' ? k->str : NULL;
}

/* ---- reading ---- */

void
row_read(sqlite3_stmt *st, struct arena *a, struct row *out)
{
	out->id = sqlite3_column_int64(st, 0);
	out->folder = sqlite3_column_int64(st, 1);
	out->home = sqlite3_column_int64(st, 2);
	out->uid = sqlite3_column_int64(st, 3);
	out->sdate = sqlite3_column_int64(st, 4);
	out->idate = sqlite3_column_int64(st, 5);
	out->thread = sqlite3_column_int64(st, 6);
	out->size = sqlite3_column_int64(st, 7);
	out->flags = (unsigned)sqlite3_column_int64(st, 8);
	out->sflags = (unsigned)sqlite3_column_int64(st, 9);
	out->ukey = sql_arena(st, 10, a);
	out->msgid = sql_arena(st, 11, a);
	out->keywords = sql_arena(st, 12, a);
}

static int
read_one(struct db *d, sqlite3_stmt *st, struct arena *a, struct row *out,
    struct err *e)
{
	int rc = sql_step(&d->cache, st, e);

	if (rc > 0)
		row_read(st, a, out);
	sql_end(st);
	return rc;
}

int
row_by_id(
    struct db *d, int64_t id, struct arena *a, struct row *out, struct err *e)
{
	return read_one(d,
	    sql_query(&d->cache, e,
		"SELECT " ROW_COLUMNS " FROM message WHERE id = ?", "i", id),
	    a, out, e);
}

int
row_by_place(struct db *d, int64_t home, const struct mkey *k, struct arena *a,
    struct row *out, struct err *e)
{
	sqlite3_stmt *st;

	if (!mkey_is_told(k))
		return 0;
	st = k->num != 0
		 ? sql_query(&d->cache, e,
		       "SELECT " ROW_COLUMNS " FROM message WHERE home = ?"
		       " AND uid = ? AND uid > 0",
		       "ii", home, key_uid(k))
		 : sql_query(&d->cache, e,
		       "SELECT " ROW_COLUMNS " FROM message WHERE home = ?"
		       " AND ukey = ? AND ukey IS NOT NULL",
		       "is", home, k->str);
	return read_one(d, st, a, out, e);
}

/* ---- writing ---- */

int
row_bump(struct db *d, int64_t folder, struct err *e)
{
	return sql_run(&d->cache, e,
	    "UPDATE folder SET moves = moves + 1 WHERE id = ?", "i", folder);
}

int
row_insert(struct db *d, const struct home *h, const struct row *r,
    const struct db_msg *m, struct err *e)
{
	int64_t hash[REFS_MAX + 1], thread;
	int64_t bits = (m->attachment ? BIT_ATTACHMENT : 0) |
		       (m->date == INT64_MIN ? BIT_UNDATED : 0);
	size_t n = thread_hashes(d->hash_key, h->account, m, hash);

	if (thread_join(d, hash, n, r->id, &thread, e) < 0)
		return -1;
	if (thread_add(d, r->folder, thread, r->sdate, is_unseen(r->flags),
		thread == r->id, e) < 0)
		return -1;
	tx_count(d, r->folder, 1, is_unseen(r->flags));
	return sql_run(&d->cache, e,
	    "INSERT INTO message(id, folder, home, uid, flags, sflags, sdate,"
	    " idate, size, thread, bits, ord, ukey, subject, from_name, "
	    "from_addr,"
	    " rcpt, cc, msgid, list_id, keywords, refs)"
	    " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	    "iiiiiiiiiiiisssssssssb", r->id, r->folder, r->home, r->uid,
	    (int64_t)r->flags, (int64_t)r->sflags, r->sdate, r->idate, r->size,
	    thread, bits, r->id, r->ukey, m->subject, m->from_name,
	    m->from_addr, m->to, m->cc, r->msgid, m->list_id, m->keywords,
	    (const void *)hash, n * sizeof *hash);
}

int
row_delete(struct db *d, const struct row *r, struct err *e)
{
	if (fulltext_remove(d, r->id, e) < 0 || parts_drop(d, r->id, e) < 0)
		return -1;
	if (sql_run(&d->cache, e, "DELETE FROM message WHERE id = ?", "i",
		r->id) < 0)
		return -1;
	if (thread_drop(
		d, r->folder, r->thread, r->sdate, is_unseen(r->flags), e) < 0)
		return -1;
	tx_count(d, r->folder, -1, -is_unseen(r->flags));
	return row_bump(d, r->folder, e);
}

static int
show_elsewhere(struct db *d, const struct row *r, int64_t folder,
    unsigned flags, struct err *e)
{
	if (thread_add(
		d, folder, r->thread, r->sdate, is_unseen(flags), false, e) < 0)
		return -1;
	if (sql_run(&d->cache, e,
		"UPDATE message SET folder = ?, flags = ? WHERE id = ?", "iii",
		folder, (int64_t)flags, r->id) < 0)
		return -1;
	if (thread_drop(
		d, r->folder, r->thread, r->sdate, is_unseen(r->flags), e) < 0)
		return -1;
	tx_count(d, r->folder, -1, -is_unseen(r->flags));
	tx_count(d, folder, 1, is_unseen(flags));
	if (row_bump(d, r->folder, e) < 0)
		return -1;
	return row_bump(d, folder, e);
}

int
row_show(struct db *d, const struct row *r, int64_t folder, unsigned flags,
    struct err *e)
{
	int unseen = is_unseen(flags) - is_unseen(r->flags);

	if (folder != r->folder)
		return show_elsewhere(d, r, folder, flags, e);
	if (flags == r->flags)
		return 0;
	if (sql_run(&d->cache, e, "UPDATE message SET flags = ? WHERE id = ?",
		"ii", (int64_t)flags, r->id) < 0)
		return -1;
	if (unseen == 0)
		return 0;
	tx_count(d, folder, 0, unseen);
	return thread_seen(d, folder, r->thread, unseen, e);
}

int
row_set_place(struct db *d, const struct row *r, int64_t home,
    const struct mkey *k, struct err *e)
{
	return sql_run(&d->cache, e,
	    "UPDATE message SET home = ?, uid = ?, ukey = ?, sflags = ?"
	    " WHERE id = ?",
	    "iisii", home, key_uid(k), key_text(k),
	    (int64_t)(r->sflags & ~SFLAG_GONE), r->id);
}

int
row_set_server(struct db *d, const struct row *r, unsigned sflags,
    const char *keywords, struct err *e)
{
	return sql_run(&d->cache, e,
	    "UPDATE message SET sflags = ?, keywords = ? WHERE id = ?", "isi",
	    (int64_t)sflags, keywords, r->id);
}
