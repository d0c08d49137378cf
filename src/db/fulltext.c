/*
 * The full text of headers: the trigram index `head`, whose rowids are
 * message ids, fed with folded text.  It stores no text (content=''): what is
 * found is checked against the message row, folded again, which costs less
 * than keeping each header twice.
 *
 * Rows are indexed after their batch, when the writer has nothing else to do:
 * meta.indexed is the highest id that is in, and a search reads the rows
 * above it one by one (find.c).  Merging the index's pieces waits for quiet.
 */
#include <stdlib.h>
#include <string.h>

#include "db_int.h"
#include "util/utf8.h"

#define INDEX_ROWS  4000 /* in one transaction, if it is not late before */
#define MERGE_PAGES 128
#define MERGE_FROM  8 /* pieces worth merging */

void
fold_into(struct buf *out, const char *s)
{
	size_t at = out->len, n;
	char *folded;

	if (s == NULL || *s == '\0')
		return;
	n = strlen(s);
	buf_put(out, s, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)out->data[at + i];

		if (c >= 0x80)
			break;
		if (c >= 'A' && c <= 'Z')
			out->data[at + i] = (char)(c + ('a' - 'A'));
		if (i + 1 == n)
			return;
	}
	folded = utf8_folded(s, n);
	buf_cut(out, at);
	buf_puts(out, folded);
	free(folded);
}

/* From column `first` on: the fields, apart by a newline. */
static void
fold_row(struct buf *out, sqlite3_stmt *st, int first)
{
	buf_cut(out, 0);
	for (int i = first; i < sqlite3_column_count(st); i++) {
		fold_into(out, sql_text(st, i));
		buf_putc(out, '\n');
	}
}

static int
indexed(struct db *d, int64_t *upto, struct err *e)
{
	if (d->tx.indexed < 0 &&
	    meta_get(&d->cache, "indexed", &d->tx.indexed, e) < 0)
		return -1;
	*upto = d->tx.indexed;
	return 0;
}

int
fulltext_remove(struct db *d, int64_t id, struct err *e)
{
	sqlite3_stmt *st;
	int64_t upto;
	int rc;

	if (indexed(d, &upto, e) < 0)
		return -1;
	if (id > upto)
		return 0;
	st = sql_query(&d->cache, e,
	    "SELECT subject, from_name, from_addr, rcpt, cc FROM message"
	    " WHERE id = ?",
	    "i", id);
	rc = sql_step(&d->cache, st, e);
	if (rc <= 0)
		return rc;
	fold_row(&d->text, st, 0);
	sql_end(st);
	return sql_run(&d->cache, e,
	    "INSERT INTO head(head, rowid, text) VALUES('delete', ?, ?)", "is",
	    id, buf_text(&d->text));
}

static int
index_rows(struct db *d, int64_t *upto, bool *more, struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->cache, e,
	    "SELECT id, subject, from_name, from_addr, rcpt, cc FROM message"
	    " WHERE id > ? ORDER BY id",
	    "i", *upto);
	int n = 0, rc;

	*more = false;
	while ((rc = sql_step(&d->cache, st, e)) > 0) {
		fold_row(&d->text, st, 1);
		*upto = sqlite3_column_int64(st, 0);
		if (sql_run(&d->cache, e,
			"INSERT INTO head(rowid, text) VALUES(?, ?)", "is",
			*upto, buf_text(&d->text)) < 0) {
			sql_end(st);
			return -1;
		}
		n++;
		if (n == INDEX_ROWS || (n % 64 == 0 && tx_is_late(d))) {
			*more = true;
			sql_end(st);
			break;
		}
	}
	d->unmerged += n > 0;
	return rc < 0 ? -1 : 0;
}

int
fulltext_index(struct db *d, struct err *e)
{
	int64_t upto, before;
	bool more;

	if (tx_begin(d, e) < 0 || indexed(d, &before, e) < 0)
		return -1;
	upto = before;
	if (index_rows(d, &upto, &more, e) < 0)
		return -1;
	if (upto == before) {
		tx_abort(d);
		return 0;
	}
	if (meta_set(&d->cache, "indexed", upto, e) < 0 || tx_commit(d, e) < 0)
		return -1;
	return more;
}

int
fulltext_merge(struct db *d, struct err *e)
{
	int before;

	if (d->unmerged < MERGE_FROM)
		return 0;
	if (tx_begin(d, e) < 0)
		return -1;
	before = sqlite3_total_changes(d->cache.db);
	if (sql_run(&d->cache, e,
		"INSERT INTO head(head, rank) VALUES('merge', ?)", "i",
		(int64_t)MERGE_PAGES) < 0 ||
	    tx_commit(d, e) < 0)
		return -1;
	/* FTS5 says so: fewer than two changes, nothing was left to merge */
	return sqlite3_total_changes(d->cache.db) - before >= 2;
}
