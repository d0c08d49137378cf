/*
 * sql - a thin skin over SQLite: one connection, its prepared statements, and
 * its failures as struct err.
 *
 * A statement is named by its text, a string literal; it is prepared at first
 * use and kept.  After sql_step() has returned 0 or -1 it is reset; who stops
 * earlier calls sql_end().
 *
 * Kinds of bound values: i int64_t, s const char * (NULL is NULL), b const
 * void * and size_t (NULL is NULL).  All must last until the statement ends.
 * Threads: a connection belongs to one thread at a time.
 */
#ifndef ETUI_DB_SQL_H
#define ETUI_DB_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"
#include "util/mem.h"

#define SQL_SLOTS                                                              \
	256 /* a power of two, well above the number of statements             \
	     */

struct sql {
	sqlite3 *db;
	const char *name; /* "the mail cache": how errors call it */
	bool corrupt;     /* SQLite has found damage; for whoever rebuilds */
	struct sql_slot {
		const char *text;
		sqlite3_stmt *st;
	} slot[SQL_SLOTS];
};

int sql_open(struct sql *s, const char *path, const char *name, bool readonly,
    struct err *e) MUST_CHECK;
void sql_close(struct sql *s); /* fine when closed */

/* Several statements, of no result. */
int sql_exec(struct sql *s, const char *text, struct err *e) MUST_CHECK;
/* NULL when it cannot be prepared. */
sqlite3_stmt *sql_get(struct sql *s, const char *text, struct err *e);
/* sql_get() and bind. */
sqlite3_stmt *sql_query(
    struct sql *s, struct err *e, const char *text, const char *kinds, ...);
int sql_step(struct sql *s, sqlite3_stmt *st, struct err *e); /* 1, 0, -1 */
void sql_end(sqlite3_stmt *st);                               /* NULL is fine */
/* Run to the end. */
int sql_run(struct sql *s, struct err *e, const char *text, const char *kinds,
    ...) MUST_CHECK;
/* The first column of the first row: 1, or 0 when there is none, or -1. */
int sql_int(struct sql *s, struct err *e, int64_t *out, const char *text,
    const char *kinds, ...) MUST_CHECK;
/* The connection's last failure, as err. */
int sql_fail(struct sql *s, const char *doing, struct err *e);

static inline const char *
sql_text(sqlite3_stmt *st, int col)
{
	return (const char *)sqlite3_column_text(st, col);
}

/* A column's text, in the arena. */
static inline char *
sql_arena(sqlite3_stmt *st, int col, struct arena *a)
{
	return arena_str(a, sql_text(st, col));
}

#endif
