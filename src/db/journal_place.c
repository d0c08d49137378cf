#include <stdlib.h>
#include <string.h>

#include "journal_int.h"

/* ---- transactions on data.db ---- */

int
data_begin(struct db *d, bool durable, struct err *e)
{
	return sql_exec(&d->data,
	    durable ? "PRAGMA synchronous = FULL; BEGIN IMMEDIATE"
		    : "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
	    e);
}

int
data_commit(struct db *d, struct err *e)
{
	if (sql_exec(&d->data, "COMMIT", e) < 0) {
		data_abort(d);
		return -1;
	}
	return 0;
}

void
data_abort(struct db *d)
{
	if (!sqlite3_get_autocommit(d->data.db))
		sqlite3_exec(d->data.db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- where a message is ---- */

/* A target that was asked for where the message was to be next learns its key
 * there, too. */
#define MOVE_TARGETS                                                           \
	"UPDATE act_target SET"                                                \
	" uid = iif(folder = ?1 AND uid = 0 AND ukey = '', ?3, uid),"          \
	" ukey = iif(folder = ?1 AND uid = 0 AND ukey = '', ?4, ukey),"        \
	" uidvalidity = iif(folder = ?1 AND uid = 0 AND ukey = '', ?2,"        \
	" uidvalidity),"                                                       \
	" at_folder = ?1, at_uidvalidity = ?2, at_uid = ?3, at_ukey = ?4"      \
	" WHERE at_uid = ?5 AND at_ukey = ?6 AND at_folder = ?7"               \
	" AND (at_uidvalidity = ?8 OR at_uidvalidity = 0 OR ?8 = 0)"           \
	" AND act IN (SELECT id FROM act WHERE account = ?9)"

int
journal_moved(struct db *d, const struct moved *m, struct err *e)
{
	if (m->uid != 0 || *m->ukey != '\0')
		return sql_run(&d->data, e, MOVE_TARGETS, "siisissis",
		    m->to_folder, (int64_t)m->to_uidvalidity, m->to_uid,
		    m->to_ukey, m->uid, m->ukey, m->folder,
		    (int64_t)m->uidvalidity, m->account);
	return sql_run(&d->data, e, MOVE_TARGETS " AND msgid = ?10",
	    "siisississ", m->to_folder, (int64_t)m->to_uidvalidity, m->to_uid,
	    m->to_ukey, (int64_t)0, "", m->folder, (int64_t)m->uidvalidity,
	    m->account, m->msgid);
}

static int
names_keyless(
    struct db *d, const struct home *h, const char *msgid, struct err *e)
{
	int64_t one;

	return sql_int(&d->data, e, &one,
	    "SELECT 1 FROM act_target WHERE at_uid = 0 AND at_ukey = ''"
	    " AND msgid = ? AND at_folder = ? LIMIT 1",
	    "ss", msgid, h->name);
}

int
pending_adopted(struct db *d, const struct home *h, const char *msgid,
    const struct mkey *k, struct err *e)
{
	struct moved m = {.account = h->account_name_of,
	    .folder = h->name,
	    .ukey = "",
	    .msgid = msgid,
	    .to_folder = h->name,
	    .to_uidvalidity = h->uidvalidity,
	    .to_uid = (int64_t)k->num,
	    .to_ukey = k->num == 0 && k->str != NULL ? k->str : ""};
	int rc = names_keyless(d, h, msgid, e);

	if (rc <= 0)
		return rc;
	if (data_begin(d, false, e) < 0)
		return -1;
	if (journal_moved(d, &m, e) < 0) {
		data_abort(d);
		return -1;
	}
	return data_commit(d, e);
}

int
pending_expired(
    struct db *d, const struct home *h, const char *msgid, struct err *e)
{
	const char *id = msgid != NULL ? msgid : "";
	int rc = names_keyless(d, h, id, e);

	if (rc <= 0)
		return rc;
	if (data_begin(d, false, e) < 0)
		return -1;
	if (sql_run(&d->data, e,
		"UPDATE act_target SET state = 2 WHERE at_uid = 0"
		" AND at_ukey = '' AND msgid = ? AND at_folder = ?"
		" AND state = 0 AND act IN (SELECT id FROM act"
		" WHERE account = ?)",
		"sss", id, h->name, h->account_name_of) < 0 ||
	    sql_run(&d->data, e,
		"UPDATE act SET state = 3, error = 'the message is no longer"
		" on the server' WHERE account = ? AND state < 2 AND NOT"
		" EXISTS (SELECT 1 FROM act_target t WHERE t.act = act.id"
		" AND t.state = 0)",
		"s", h->account_name_of) < 0) {
		data_abort(d);
		return -1;
	}
	return data_commit(d, e);
}

/* ---- what the cache shows ---- */

int
journal_shown(struct db *d, int64_t act, struct err *e)
{
	if (data_begin(d, false, e) < 0)
		return -1;
	if (sql_run(&d->data, e, "UPDATE act SET shown = 1 WHERE id = ?", "i",
		act) < 0) {
		data_abort(d);
		return -1;
	}
	return data_commit(d, e);
}

/* What was confirmed, then what is shown; both as often as one likes. */
static int
recover_rows(struct db *d, struct confirms *c, struct err *e)
{
	struct reshow s = RESHOW_INIT;
	sqlite3_stmt *st;
	int rc;

	if (confirms_add_all(d, c, TARGET_DONE, e) < 0)
		return -1;
	while ((rc = confirms_step(d, c, e)) > 0)
		;
	if (rc < 0)
		return -1;
	s.account = mem_str(c->account);
	st = sql_query(&d->data, e,
	    "SELECT at_folder, at_uid, at_ukey, msgid FROM act_target"
	    " WHERE act = ?",
	    "i", c->act);
	while ((rc = sql_step(&d->data, st, e)) > 0)
		reshow_add(&s, st, 0);
	if (rc == 0)
		while ((rc = reshow_step(d, &s, e)) > 0)
			;
	reshow_done(&s);
	return rc;
}

static int
recover_act(struct db *d, int64_t act, struct err *e)
{
	struct confirms c = {.act = act};
	int rc = confirms_init(d, act, &c, e);

	if (rc == 0)
		rc = recover_rows(d, &c, e);
	if (rc < 0)
		tx_abort(d);
	else
		rc = journal_shown(d, act, e);
	confirms_done(&c);
	return rc;
}

int
pending_recover(struct db *d, struct err *e)
{
	int64_t *v = NULL;
	size_t n = 0, cap = 0;
	sqlite3_stmt *st;
	int rc;

	st = sql_get(
	    &d->data, "SELECT id FROM act WHERE shown = 0 ORDER BY id", e);
	while ((rc = sql_step(&d->data, st, e)) > 0) {
		mem_grow(&v, &cap, n + 1, sizeof *v);
		v[n++] = sqlite3_column_int64(st, 0);
	}
	for (size_t i = 0; rc >= 0 && i < n; i++)
		rc = recover_act(d, v[i], e);
	free(v);
	return rc;
}
