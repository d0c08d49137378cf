/*
 * What is shown of a message: where the storage has it and with which flags,
 * with the journal's open acts applied on top, oldest first.  This is the only
 * place where the two meet.  It asks data.db for each message, but only where
 * the account has open acts at all (struct home: pending), so that a sync
 * without them costs nothing; and asking the file rather than memory is right
 * also when another etui has written it.
 */
#include <stdlib.h>
#include <string.h>

#include "db_int.h"

#define RESHOW_ROWS 1000 /* in one transaction */

int
pending_any(struct db *d, const char *account, bool *any, struct err *e)
{
	int64_t one;
	int rc = sql_int(&d->data, e, &one,
	    "SELECT 1 FROM act WHERE account = ? AND state < 2 LIMIT 1", "s",
	    account);

	*any = rc > 0;
	return rc < 0 ? -1 : 0;
}

#define OPEN_ACTS                                                              \
	"SELECT a.kind, a.flags_on, a.flags_off, coalesce(t.dest, a.dest),"    \
	" a.state FROM act_target t CROSS JOIN act a ON a.id = t.act"          \
	" WHERE t.at_uid = ?1 AND t.at_ukey = ?2 AND t.at_folder = ?3"         \
	" AND t.state = 0 AND a.state < 2 AND a.account = ?4"                  \
	" AND (t.at_uidvalidity = ?5 OR t.at_uidvalidity = 0 OR ?5 = 0)"

/* Keys are told, or the Message-ID has to do. */
static sqlite3_stmt *
open_acts(struct db *d, const struct home *h, const struct mkey *k,
    const char *msgid, struct err *e)
{
	const char *ukey = k->num == 0 && k->str != NULL ? k->str : "";
	int64_t validity = (int64_t)h->uidvalidity;

	if (mkey_is_told(k))
		return sql_query(&d->data, e, OPEN_ACTS " ORDER BY a.id",
		    "isssi", (int64_t)k->num, ukey, h->name, h->account_name_of,
		    validity);
	return sql_query(&d->data, e,
	    OPEN_ACTS " AND t.msgid = ?6 ORDER BY a.id", "isssis", (int64_t)0,
	    "", h->name, h->account_name_of, validity,
	    msgid != NULL ? msgid : "");
}

int
pending_apply(struct db *d, const struct home *h, const struct mkey *k,
    const char *msgid, unsigned sflags, struct shown *out, struct err *e)
{
	sqlite3_stmt *st = open_acts(d, h, k, msgid, e);
	int rc;

	*out = (struct shown){.folder = h->id, .flags = sflags & ~SFLAG_GONE};
	while ((rc = sql_step(&d->data, st, e)) > 0) {
		const char *to = sql_text(st, 3);

		if (sqlite3_column_int(st, 0) == ACT_FLAGS) {
			out->flags |= (unsigned)sqlite3_column_int64(st, 1);
			out->flags &= ~(unsigned)sqlite3_column_int64(st, 2);
			continue;
		}
		out->moving = true;
		if (sqlite3_column_int(st, 4) == ACT_PUSHING)
			out->pushing = true;
		if (to != NULL &&
		    folder_id(d, h->account, to, true, &out->folder, e) < 0) {
			sql_end(st);
			return -1;
		}
	}
	return rc;
}

static struct mkey
row_key(const struct row *r)
{
	return (struct mkey){
	    .num = r->uid > 0 ? (uint64_t)r->uid : 0, .str = r->ukey};
}

int
pending_shown(struct db *d, const struct row *r, unsigned sflags,
    struct shown *out, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct mkey k = row_key(r);
	struct home h;
	int rc = home_load(d, r->home, &a, &h, e);

	if (rc == 0 && h.pending)
		rc = pending_apply(d, &h, &k, r->msgid, sflags, out, e);
	else
		*out = (struct shown){
		    .folder = r->home, .flags = sflags & ~SFLAG_GONE};
	arena_free(&a);
	return rc;
}

static int64_t
account_of(struct db *d, int64_t folder)
{
	int64_t account = 0;

	if (sql_int(&d->cache, NULL, &account,
		"SELECT account FROM folder WHERE id = ?", "i", folder) <= 0)
		return 0;
	return account;
}

int
pending_show(struct db *d, const struct row *r, struct err *e)
{
	int64_t account;
	struct shown s;

	if (pending_shown(d, r, r->sflags, &s, e) < 0)
		return -1;
	if ((r->sflags & SFLAG_GONE) != 0 && !s.moving) {
		tx_changed(d, DB_ROWS | DB_COUNTS, account_of(d, r->folder),
		    r->folder);
		return row_delete(d, r, e);
	}
	if (s.folder == r->folder && s.flags == r->flags)
		return 0;
	account = account_of(d, r->folder);
	if (s.folder != r->folder) {
		tx_changed(d, DB_ROWS | DB_COUNTS, account, r->folder);
		tx_changed(d, DB_ROWS | DB_COUNTS, account, s.folder);
	} else {
		tx_changed(d, DB_FLAGS | DB_COUNTS, account, s.folder);
	}
	return row_show(d, r, s.folder, s.flags, e);
}

/* ---- many of them ---- */

int
rows_collect(struct db *d, sqlite3_stmt *st, struct rows *out, struct err *e)
{
	int rc;

	while ((rc = sql_step(&d->cache, st, e)) > 0) {
		mem_grow(&out->v, &out->cap, out->n + 1, sizeof *out->v);
		row_read(st, &out->a, &out->v[out->n++]);
	}
	return rc;
}

void
rows_done(struct rows *r)
{
	free(r->v);
	r->v = NULL;
	r->n = r->cap = 0;
	arena_free(&r->a);
}

int
rows_at(struct db *d, int64_t home, const struct mkey *k, const char *msgid,
    struct rows *out, struct err *e)
{
	if (!mkey_is_told(k))
		return rows_collect(d,
		    sql_query(&d->cache, e,
			"SELECT " ROW_COLUMNS " FROM message WHERE home = ?"
			" AND uid <= 0 AND ukey IS NULL"
			" AND ifnull(msgid, '') = ?",
			"is", home, msgid != NULL ? msgid : ""),
		    out, e);
	mem_grow(&out->v, &out->cap, out->n + 1, sizeof *out->v);
	switch (row_by_place(d, home, k, &out->a, &out->v[out->n], e)) {
	case -1:
		return -1;
	case 0:
		return 0;
	default:
		out->n++;
		return 0;
	}
}

void
reshow_add(struct reshow *s, sqlite3_stmt *st, int col)
{
	struct place *p;

	mem_grow(&s->v, &s->cap, s->n + 1, sizeof *s->v);
	p = &s->v[s->n++];
	p->folder = sql_arena(st, col, &s->a);
	p->uid = sqlite3_column_int64(st, col + 1);
	p->ukey = sql_arena(st, col + 2, &s->a);
	p->msgid = sql_arena(st, col + 3, &s->a);
}

void
reshow_done(struct reshow *s)
{
	free(s->v);
	free(s->account);
	arena_free(&s->a);
}

static int
show_place(struct db *d, int64_t account, const struct place *p, struct err *e)
{
	struct mkey k = {.num = (uint64_t)p->uid, .str = p->ukey};
	struct rows rows = ROWS_INIT;
	int64_t home;
	int rc = folder_id(d, account, p->folder, false, &home, e);

	if (rc > 0)
		rc = rows_at(d, home, &k, p->msgid, &rows, e);
	for (size_t i = 0; rc >= 0 && i < rows.n; i++)
		rc = pending_show(d, &rows.v[i], e);
	rows_done(&rows);
	return rc < 0 ? -1 : 0;
}

int
reshow_step(struct db *d, struct reshow *s, struct err *e)
{
	size_t i = s->i;
	int64_t account;
	int rc;

	if (tx_begin(d, e) < 0)
		return -1;
	rc = account_id(d, s->account, &account, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		i = s->n; /* a cache that knows nothing of it */
	for (; i < s->n && i - s->i < RESHOW_ROWS; i++) {
		if (i % 32 == 31 && tx_is_late(d))
			break;
		if (show_place(d, account, &s->v[i], e) < 0)
			return -1;
	}
	if (tx_commit(d, e) < 0)
		return -1;
	s->i = i;
	return i < s->n;
}
