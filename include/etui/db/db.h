/*
 * db - the two database files, the one thread that writes them, and readers.
 *
 * cache.db: all that a server can give again.  data.db: all that it cannot
 * (journal).  Both WAL; data.db synchronous=FULL.  Deleting, truncating or
 * scribbling over cache.db loses nothing: it is set aside as cache.db.bad
 * and built anew.
 *
 * Threads: the writer thread alone writes.  Workers call the db_put_...()
 * functions, which hand over a batch and wait until it is committed.  The UI
 * thread calls only db_post_...(), which return at once.  Each reading thread
 * has its own dbr.
 */
#ifndef ETUI_DB_DB_H
#define ETUI_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/mkey.h"

struct db;
struct dbr; /* a read-only view of both files, for one thread */

enum db_changed {
	DB_FOLDERS = 1 << 0, /* list of folders, names, roles */
	DB_COUNTS = 1 << 1,  /* counts or state of a folder */
	DB_ROWS = 1 << 2,    /* messages came or went in `folder` */
	DB_FLAGS = 1 << 3,   /* flags changed in `folder` */
	DB_JOURNAL = 1 << 4, /* an act changed its state */
	DB_PARTS = 1 << 5,   /* text of a message arrived */
};

/* Creates and migrates both files.  dir_* are folders, made if missing. */
int db_open(const char *cache_dir, const char *data_dir, struct db **out,
    struct err *e) MUST_CHECK;
void db_close(struct db *d); /* finishes what was posted, joins the writer */
/* fn runs on the writer thread after a commit; folder 0: several.  Set before
 * anything is written. */
void db_on_change(struct db *d,
    void (*fn)(void *ctx, unsigned what, int64_t account, int64_t folder),
    void *ctx);
/* Another process changed the files: calls the change function.  Cheap; the
 * UI calls it from a timer when a lock says that another etui syncs. */
void db_poll_foreign(struct db *d);
/* What was wrong at opening ("the mail cache was damaged and is being built
 * again"), or NULL; borrowed. */
const char *db_note(const struct db *d);

int db_reader(struct db *d, struct dbr **out, struct err *e) MUST_CHECK;
void dbr_close(struct dbr *r);

/* ---- accounts ---- */
/* The account's number in cache.db, made if new. */
int db_account(
    struct db *d, const char *name, int64_t *id, struct err *e) MUST_CHECK;
/* store_memory() text, kept in cache.db. */
int db_put_memory(
    struct db *d, int64_t account, const char *text, struct err *e) MUST_CHECK;
char *dbr_memory(struct dbr *r, int64_t account); /* yours; NULL */

#endif
