#include <string.h>

#include "db_int.h"

static void
read_message(sqlite3_stmt *st, struct arena *a, struct msg *m)
{
	int64_t bits = sqlite3_column_int64(st, 10);
	int64_t uid = sqlite3_column_int64(st, 3);

	memset(m, 0, sizeof *m);
	m->id = sqlite3_column_int64(st, 0);
	m->folder = sqlite3_column_int64(st, 1);
	m->folder_key = sqlite3_column_int64(st, 2);
	m->key.num = uid > 0 ? (uint64_t)uid : 0;
	m->key.str = sql_arena(st, 4, a);
	m->flags = (unsigned)sqlite3_column_int64(st, 5);
	m->idate = sqlite3_column_int64(st, 6);
	m->date = (bits & BIT_UNDATED) ? INT64_MIN
				       : sqlite3_column_int64(st, 7);
	m->size = (uint64_t)sqlite3_column_int64(st, 8);
	m->thread = sqlite3_column_int64(st, 9);
	m->attachment = (bits & BIT_ATTACHMENT) != 0;
	m->subject = sql_arena(st, 11, a);
	m->from_name = sql_arena(st, 12, a);
	m->from_addr = sql_arena(st, 13, a);
	m->to = sql_arena(st, 14, a);
	m->cc = sql_arena(st, 15, a);
	m->msgid = sql_arena(st, 16, a);
	m->list_id = sql_arena(st, 17, a);
	m->keywords = sql_arena(st, 18, a);
	m->account = sqlite3_column_int64(st, 19);
}

int
dbr_message(struct dbr *r, int64_t id, struct arena *a, struct msg *out)
{
	struct sql *s = dbr_cache(r, NULL);
	sqlite3_stmt *st;
	int rc;

	if (s == NULL)
		return -1;
	st = sql_query(s, NULL,
	    "SELECT m.id, m.folder, m.home, m.uid, m.ukey, m.flags, m.idate,"
	    " m.sdate, m.size, m.thread, m.bits, m.subject, m.from_name,"
	    " m.from_addr, m.rcpt, m.cc, m.msgid, m.list_id, m.keywords,"
	    " f.account FROM message m LEFT JOIN folder f ON f.id = m.folder"
	    " WHERE m.id = ?",
	    "i", id);
	rc = sql_step(s, st, NULL);
	if (rc > 0)
		read_message(st, a, out);
	sql_end(st);
	dbr_failed(r);
	return rc > 0 ? 0 : -1;
}

int64_t
dbr_message_by_key(struct dbr *r, int64_t folder, const struct mkey *k)
{
	struct sql *s = dbr_cache(r, NULL);
	int64_t id = 0;
	int rc;

	if (s == NULL || !mkey_is_told(k))
		return 0;
	if (k->num != 0)
		rc = sql_int(s, NULL, &id,
		    "SELECT id FROM message WHERE home = ? AND uid = ?"
		    " AND uid > 0",
		    "ii", folder, (int64_t)k->num);
	else
		rc = sql_int(s, NULL, &id,
		    "SELECT id FROM message WHERE home = ? AND ukey = ?"
		    " AND ukey IS NOT NULL",
		    "is", folder, k->str);
	dbr_failed(r);
	return rc > 0 ? id : 0;
}

int64_t
dbr_message_by_msgid(struct dbr *r, int64_t account, const char *msgid)
{
	struct sql *s = dbr_cache(r, NULL);
	int64_t id = 0;
	int rc;

	if (s == NULL || msgid == NULL || *msgid == '\0')
		return 0;
	rc = sql_int(s, NULL, &id,
	    "SELECT id FROM message WHERE thread IN"
	    " (SELECT thread FROM ref_new WHERE hash = ?1 UNION ALL"
	    " SELECT thread FROM ref WHERE hash = ?1) AND msgid = ?2 LIMIT 1",
	    "is", (int64_t)thread_hash(r->hash_key, account, msgid), msgid);
	dbr_failed(r);
	return rc > 0 ? id : 0;
}
