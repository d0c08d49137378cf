/*
 * thread_folder has one row a thread and folder, ordered by the thread's
 * newest message there: what a threaded list walks.  Its key contains that
 * date, which is also the last entry of message_thread, so no second index is
 * needed to find the row: thread_add() runs before the message row is written
 * or moved in, thread_drop() after it has gone.
 *
 * `stamp` changes with the membership, so that a view knows whether the tree
 * it has computed still holds.
 */
#include "db_int.h"

static int
newest_of(struct db *d, int64_t folder, int64_t thread, int64_t *newest,
    struct err *e)
{
	return sql_int(&d->cache, e, newest,
	    "SELECT sdate FROM message WHERE thread = ? AND folder = ?"
	    " ORDER BY sdate DESC LIMIT 1",
	    "ii", thread, folder);
}

static int
set_row(struct db *d, int64_t folder, int64_t thread, int64_t from, int64_t to,
    int64_t count, int64_t unseen, struct err *e)
{
	int64_t seq;

	if (tx_seq(d, &seq, e) < 0)
		return -1;
	return sql_run(&d->cache, e,
	    "UPDATE thread_folder SET newest = ?, count = count + ?, unseen ="
	    " unseen + ?, stamp = ? WHERE folder = ? AND newest = ? AND"
	    " thread = ?",
	    "iiiiiii", to, count, unseen, seq, folder, from, thread);
}

int
thread_add(struct db *d, int64_t folder, int64_t thread, int64_t sdate,
    bool unseen, bool fresh, struct err *e)
{
	int64_t newest = 0, seq;
	int rc = 0;

	if (!fresh)
		rc = newest_of(d, folder, thread, &newest, e);
	if (rc < 0)
		return -1;
	if (rc > 0)
		return set_row(d, folder, thread, newest,
		    sdate > newest ? sdate : newest, 1, unseen, e);
	if (tx_seq(d, &seq, e) < 0)
		return -1;
	return sql_run(&d->cache, e,
	    "INSERT INTO thread_folder VALUES(?, ?, ?, 1, ?, ?)", "iiiii",
	    folder, sdate, thread, (int64_t)unseen, seq);
}

int
thread_drop(struct db *d, int64_t folder, int64_t thread, int64_t sdate,
    bool unseen, struct err *e)
{
	int64_t newest;
	int rc = newest_of(d, folder, thread, &newest, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return sql_run(&d->cache, e,
		    "DELETE FROM thread_folder WHERE folder = ? AND newest = ?"
		    " AND thread = ?",
		    "iii", folder, sdate, thread);
	return set_row(d, folder, thread, sdate > newest ? sdate : newest,
	    newest, -1, unseen ? -1 : 0, e);
}

int
thread_seen(
    struct db *d, int64_t folder, int64_t thread, int unseen, struct err *e)
{
	int64_t newest;
	int rc = newest_of(d, folder, thread, &newest, e);

	if (rc <= 0)
		return rc;
	return sql_run(&d->cache, e,
	    "UPDATE thread_folder SET unseen = unseen + ? WHERE folder = ?"
	    " AND newest = ? AND thread = ?",
	    "iiii", (int64_t)unseen, folder, newest, thread);
}
