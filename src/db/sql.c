#include "sql.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "util/log.h"

#define BUSY_MS 5000 /* another etui writes; its transactions take 20 ms */

static bool
is_full(int errnum)
{
	return errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG;
}

int
sql_fail(struct sql *s, const char *doing, struct err *e)
{
	int last = errno; /* SQLite does not always keep it */
	int rc = s->db != NULL ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
	int errnum = s->db != NULL ? sqlite3_system_errno(s->db) : ENOMEM;

	if (errnum == 0)
		errnum = last;
	log_line("db", "%s %s: %d, errno %d: %s", doing, s->name,
	    s->db != NULL ? sqlite3_extended_errcode(s->db) : rc, errnum,
	    s->db != NULL ? sqlite3_errmsg(s->db) : "out of memory");
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return err_set(
		    e, ERR_FULL, "%s %s: the disk is full", doing, s->name);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		s->corrupt = true;
		return err_set(
		    e, ERR_SYS, "%s %s: it is damaged", doing, s->name);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_SYS,
		    "%s %s: another program keeps it locked", doing, s->name);
	case SQLITE_INTERRUPT:
		return err_set(e, ERR_CANCEL, "cancelled");
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		if (is_full(errnum))
			return err_set(e, ERR_FULL, "%s %s: the disk is full",
			    doing, s->name);
		return err_set(e, ERR_SYS, "%s %s: %s%s%s", doing, s->name,
		    sqlite3_errmsg(s->db), errnum != 0 ? ": " : "",
		    errnum != 0 ? strerror(errnum) : "");
	default:
		return err_set(e, ERR_SYS, "%s %s: %s", doing, s->name,
		    s->db != NULL ? sqlite3_errmsg(s->db) : "out of memory");
	}
}

int
sql_open(struct sql *s, const char *path, const char *name, bool readonly,
    struct err *e)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, keep = 1;

	memset(s, 0, sizeof *s);
	s->name = name;
	flags |= readonly ? SQLITE_OPEN_READONLY
			  : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
		sql_fail(s, "open", e);
		sql_close(s);
		return -1;
	}
	/* The log and its index stay, empty: on a full disk they could not be
	 * made anew, and without them nothing can be read. */
	sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	return 0;
}

void
sql_close(struct sql *s)
{
	for (size_t i = 0; i < SQL_SLOTS; i++)
		sqlite3_finalize(s->slot[i].st);
	memset(s->slot, 0, sizeof s->slot);
	sqlite3_close(s->db);
	s->db = NULL;
}

int
sql_exec(struct sql *s, const char *text, struct err *e)
{
	if (sqlite3_exec(s->db, text, NULL, NULL, NULL) != SQLITE_OK)
		return sql_fail(s, "use", e);
	return 0;
}

sqlite3_stmt *
sql_get(struct sql *s, const char *text, struct err *e)
{
	size_t i = ((uintptr_t)text >> 3) * 0x9e3779b1u % SQL_SLOTS;
	struct sql_slot *slot;

	while (s->slot[i].text != NULL && s->slot[i].text != text)
		i = (i + 1) % SQL_SLOTS;
	slot = &s->slot[i];
	if (slot->text == NULL) {
		if (sqlite3_prepare_v3(s->db, text, -1,
			SQLITE_PREPARE_PERSISTENT, &slot->st,
			NULL) != SQLITE_OK) {
			sql_fail(s, "use", e);
			return NULL;
		}
		slot->text = text;
	}
	return slot->st;
}

static void
bind(sqlite3_stmt *st, const char *kinds, va_list ap)
{
	const void *p;
	const char *text;
	size_t n;

	for (int i = 1; *kinds != '\0'; kinds++, i++) {
		switch (*kinds) {
		case 'i':
			sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
			break;
		case 's':
			text = va_arg(ap, const char *);
			sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
			break;
		case 'b':
			p = va_arg(ap, const void *);
			n = va_arg(ap, size_t);
			sqlite3_bind_blob64(st, i, p, n, SQLITE_STATIC);
			break;
		}
	}
}

sqlite3_stmt *
sql_query(
    struct sql *s, struct err *e, const char *text, const char *kinds, ...)
{
	sqlite3_stmt *st = sql_get(s, text, e);
	va_list ap;

	if (st == NULL)
		return NULL;
	va_start(ap, kinds);
	bind(st, kinds, ap);
	va_end(ap);
	return st;
}

int
sql_step(struct sql *s, sqlite3_stmt *st, struct err *e)
{
	int rc;

	if (st == NULL)
		return -1; /* sql_get() has said why */
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE) {
		sqlite3_reset(st);
		return 0;
	}
	sql_fail(s, "use", e);
	sqlite3_reset(st);
	return -1;
}

void
sql_end(sqlite3_stmt *st)
{
	if (st != NULL)
		sqlite3_reset(st);
}

int
sql_run(struct sql *s, struct err *e, const char *text, const char *kinds, ...)
{
	sqlite3_stmt *st = sql_get(s, text, e);
	va_list ap;
	int rc;

	if (st == NULL)
		return -1;
	va_start(ap, kinds);
	bind(st, kinds, ap);
	va_end(ap);
	while ((rc = sql_step(s, st, e)) > 0)
		;
	return rc;
}

int
sql_int(struct sql *s, struct err *e, int64_t *out, const char *text,
    const char *kinds, ...)
{
	sqlite3_stmt *st = sql_get(s, text, e);
	va_list ap;
	int rc;

	if (st == NULL)
		return -1;
	va_start(ap, kinds);
	bind(st, kinds, ap);
	va_end(ap);
	rc = sql_step(s, st, e);
	if (rc <= 0)
		return rc;
	*out = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return 1;
}
