/*
 * Search in header fields.  The trigram index gives candidates for the
 * needles of three characters and more (each trigram of each needle must be
 * there, somewhere in the header); every candidate's fields are then folded
 * and searched, which also does what the index cannot: which field, short
 * needles, and "not".  Rows that are not indexed yet, and the whole folder
 * when no needle is long enough, are read one by one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/view.h"
#include "db_int.h"
#include "util/cancel.h"
#include "util/utf8.h"

#define TRIGRAMS_MAX 24 /* of all needles together; enough to be selective */
#define PROGRESS_OPS 20000

struct finder {
	struct sql *s;
	int64_t folder;
	const struct find_term *term;
	char **needle; /* folded */
	size_t n;
	struct cancel *cancel;
	struct buf text;
	int64_t *ids;
	size_t nids, cap;
};

/* ---- the check ---- */

static bool
field_has(struct finder *f, sqlite3_stmt *st, int col, const char *needle)
{
	const char *s = sql_text(st, col);

	if (s == NULL)
		return false;
	buf_cut(&f->text, 0);
	fold_into(&f->text, s);
	return strstr(buf_text(&f->text), needle) != NULL;
}

/* Columns from 1 on: subject, from_name, from_addr, rcpt, cc. */
static bool
term_holds(struct finder *f, sqlite3_stmt *st, size_t i)
{
	static const struct {
		unsigned field;
		int col;
	} columns[] = {
	    {FIND_SUBJECT, 1},
	    {FIND_FROM, 2},
	    {FIND_FROM, 3},
	    {FIND_TO, 4},
	    {FIND_TO, 5},
	};
	bool has = *f->needle[i] == '\0';

	for (size_t k = 0; !has && k < sizeof columns / sizeof *columns; k++)
		if (f->term[i].fields & columns[k].field)
			has = field_has(f, st, columns[k].col, f->needle[i]);
	return has != f->term[i].negate;
}

static void
check_row(struct finder *f, sqlite3_stmt *st)
{
	for (size_t i = 0; i < f->n; i++)
		if (!term_holds(f, st, i))
			return;
	mem_grow(&f->ids, &f->cap, f->nids + 1, sizeof *f->ids);
	f->ids[f->nids++] = sqlite3_column_int64(st, 0);
}

static int
check_rows(struct finder *f, sqlite3_stmt *st, struct err *e)
{
	int rc;

	while ((rc = sql_step(f->s, st, e)) > 0) {
		if (cancel_is_set(f->cancel)) {
			sql_end(st);
			return err_set(e, ERR_CANCEL, "cancelled");
		}
		check_row(f, st);
	}
	return rc;
}

/* ---- the index ---- */

/* "abcd" is "abc" AND "bcd"; each a string of FTS5, its quotes doubled. */
static size_t
add_trigrams(struct buf *out, const char *needle, size_t room)
{
	size_t n = strlen(needle), at = 0, added = 0;
	int32_t cp;

	while (added < room) {
		size_t end = at, step = utf8_next(needle + at, n - at, &cp);
		int chars;

		for (chars = 0; chars < 3 && end < n; chars++)
			end += utf8_next(needle + end, n - end, &cp);
		if (chars < 3)
			break;
		buf_puts(out, out->len > 0 ? " AND \"" : "\"");
		for (size_t i = at; i < end; i++) {
			if (needle[i] == '"')
				buf_putc(out, '"');
			buf_putc(out, needle[i]);
		}
		buf_putc(out, '"');
		added++;
		at += step;
	}
	return added;
}

/* "" when no needle can be looked up. */
static void
make_match(const struct finder *f, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n && n < TRIGRAMS_MAX; i++)
		if (!f->term[i].negate)
			n += add_trigrams(out, f->needle[i], TRIGRAMS_MAX - n);
}

#define FIND_COLUMNS "m.id, subject, from_name, from_addr, rcpt, cc"

static int
search_index(struct finder *f, const char *match, struct err *e)
{
	int64_t indexed;

	if (meta_get(f->s, "indexed", &indexed, e) < 0)
		return -1;
	if (check_rows(f,
		sql_query(f->s, e,
		    "SELECT " FIND_COLUMNS " FROM head CROSS JOIN message m"
		    " ON m.id = head.rowid WHERE head MATCH ?"
		    " AND m.folder = ?",
		    "si", match, f->folder),
		e) < 0)
		return -1;
	return check_rows(f,
	    sql_query(f->s, e,
		"SELECT " FIND_COLUMNS " FROM message m WHERE id > ?"
		" AND +folder = ?",
		"ii", indexed, f->folder),
	    e);
}

static int
search_all(struct finder *f, struct err *e)
{
	return check_rows(f,
	    sql_query(f->s, e,
		"SELECT " FIND_COLUMNS " FROM message m INDEXED BY"
		" message_date WHERE folder = ? ORDER BY sdate DESC, ord DESC",
		"i", f->folder),
	    e);
}

/* ---- the search ---- */

static int
compare_ids(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
on_progress(void *ctx)
{
	return cancel_is_set(ctx);
}

/* In one transaction: the index and the rows are of the same moment. */
static int
search(struct finder *f, struct err *e)
{
	struct buf match = BUF_INIT(SIZE_MAX / 2);
	int rc;

	make_match(f, &match);
	if (sql_exec(f->s, "BEGIN", e) < 0) {
		buf_free(&match);
		return -1;
	}
	sqlite3_progress_handler(
	    f->s->db, PROGRESS_OPS, on_progress, f->cancel);
	rc = match.len > 0 ? search_index(f, match.data, e) : search_all(f, e);
	sqlite3_progress_handler(f->s->db, 0, NULL, NULL);
	sqlite3_exec(f->s->db, "COMMIT", NULL, NULL, NULL);
	buf_free(&match);
	return rc;
}

int
dbr_find(struct dbr *r, int64_t folder, const struct find_term *t, size_t n,
    struct cancel *c, int64_t **ids, size_t *nids, struct err *e)
{
	struct finder f = {.s = dbr_cache(r, e),
	    .folder = folder,
	    .term = t,
	    .n = n,
	    .cancel = c,
	    .text = BUF_INIT(SIZE_MAX / 2)};
	int rc;

	if (f.s == NULL)
		return -1;
	f.needle = mem_array(n, sizeof *f.needle);
	for (size_t i = 0; i < n; i++)
		f.needle[i] = utf8_folded(t[i].needle, strlen(t[i].needle));
	rc = search(&f, e);
	if (rc == 0) {
		if (f.nids > 1)
			qsort(f.ids, f.nids, sizeof *f.ids, compare_ids);
		*ids = f.ids;
		*nids = f.nids;
	} else {
		free(f.ids);
		dbr_failed(r);
	}
	for (size_t i = 0; i < n; i++)
		free(f.needle[i]);
	free(f.needle);
	buf_free(&f.text);
	return rc;
}
