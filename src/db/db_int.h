/*
 * db_int - what the files of this room share.
 *
 * The writer (struct db) owns the two connections that write.  A job is a
 * function that is called on the writer thread until it says that it is done,
 * each call at most one transaction on cache.db, so that acts can go between
 * two calls.  struct tx gathers what a transaction changes beside the message
 * rows: counts, events, files to delete.
 *
 * A message row has two places: `folder`, where it is shown, and its place in
 * the storage (home, uid, ukey).  They differ while a move is pending.  uid 0
 * or less with no ukey: the storage has it in `home`, under a key not told to
 * us ("waiting").  `flags` are shown, `sflags` are the server's.  Whatever is
 * shown is computed from the server's state and the journal (pending.c), never
 * the other way round.
 */
#ifndef ETUI_DB_INT_H
#define ETUI_DB_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "db/db.h"
#include "db/folder.h"
#include "db/journal.h"
#include "db/message.h"
#include "sql.h"
#include "util/mem.h"

#define BATCH_ROWS    1000 /* in one transaction */
#define BATCH_US      15000
#define REFS_MAX      64   /* of one message; first one and the last ones */
#define REF_CACHE     4096 /* a power of two */
#define FILE_PART_MIN (256 * 1024)

/* Beside enum mail_flag, in sflags alone: the server no longer has it, but an
 * act is on its way that may be the reason. */
#define SFLAG_GONE (1u << 30)

/* message.bits */
#define BIT_ATTACHMENT 1
#define BIT_UNDATED    2 /* no Date: sdate is the arrival */

struct job {
	struct job *next;
	/* One transaction's worth: 1 call again, 0 done, -1 failed. */
	int (*step)(struct db *d, struct job *j, struct err *e);
	/* On the writer thread, afterwards; NULL: somebody waits for it. */
	void (*finish)(struct db *d, struct job *j);
	bool over, retried;
	int rc;
	struct err err;
};

enum lane { LANE_ACT, LANE_BATCH };

struct count_delta {
	int64_t folder, rows, unseen;
};
struct change {
	unsigned what;
	int64_t account, folder;
};

struct tx {
	bool open;
	int64_t started_us;
	int64_t next_id, seq; /* 0: not read yet */
	int64_t indexed;      /* -1: not read yet */
	bool new_id, new_seq;
	struct count_delta *delta;
	size_t ndelta, deltacap;
	struct change *change;
	size_t nchange, changecap;
	char **file; /* parts to delete after the commit */
	size_t nfile, filecap;
	int64_t part_bytes;
};

/* Which thread a Message-ID is in, as the transaction sees it. */
struct ref_slot {
	int64_t hash, thread;
};

struct lanes {
	struct job *head, **tail;
};

struct db {
	char *cache_dir, *cache_path, *bad_path, *parts_dir, *data_path;
	struct sql cache, data; /* the writer's */
	ino_t cache_ino;
	struct tx tx;
	uint64_t hash_key[2];
	struct ref_slot *refs; /* REF_CACHE of them */
	int64_t cache_version; /* PRAGMA data_version, last seen */
	int64_t data_version;
	int64_t floor_id; /* row ids of a cache set aside are not given again */
	bool find_behind; /* rows wait for the full text index */
	int unmerged;     /* pieces the full text index grew by */
	int wal_pages;    /* of cache.db's log */
	bool pruned;      /* the journal of last month is gone */
	struct buf text;

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, answered;
	struct lanes lane[2];
	bool quit, started;
	bool rested; /* what waits for quiet has been done */

	void (*changed)(
	    void *ctx, unsigned what, int64_t account, int64_t folder);
	void *changed_ctx;
	_Atomic(const char *) note;
	atomic_uint generation; /* of cache.db: grows when it is replaced */
	atomic_bool polling;
};

struct dbr {
	struct db *d;
	struct sql cache, data;
	unsigned generation;
	uint64_t hash_key[2];
	bool has_key;
};

/* A row of message, without what is only shown. */
struct row {
	int64_t id, folder, home, uid, sdate, idate, thread, size;
	unsigned flags, sflags;
	const char *ukey, *msgid, *keywords; /* in the arena given */
};

/* What is known of a folder while its messages are written. */
struct home {
	int64_t id, account;
	uint64_t uidvalidity;
	const char *name, *account_name_of;
	bool pending; /* the journal has open acts of this account */
};

/* ---- schema.c ---- */
extern const char *const cache_steps[];
extern const char *const data_steps[];
/* Bring a database to the newest version, one transaction a step: 0, or 1
 * when it is of a newer program (nothing was done). */
int schema_migrate(
    struct sql *s, const char *const steps[], struct err *e) MUST_CHECK;
int data_open(struct db *d, struct err *e) MUST_CHECK;
int cache_open(struct db *d, struct err *e) MUST_CHECK;
/* cache.db is damaged: put it aside and begin a new one. */
int cache_rebuild(struct db *d, const char *note, struct err *e) MUST_CHECK;
int cache_check_foreign(struct db *d, bool *changed, struct err *e) MUST_CHECK;
int meta_get(
    struct sql *s, const char *key, int64_t *out, struct err *e) MUST_CHECK;
int meta_set(
    struct sql *s, const char *key, int64_t value, struct err *e) MUST_CHECK;
int hash_key_load(struct sql *s, uint64_t key[2], struct err *e) MUST_CHECK;

/* ---- writer.c ---- */
int writer_start(struct db *d, struct err *e) MUST_CHECK;
void writer_stop(struct db *d);
void job_post(struct db *d, enum lane lane, struct job *j);
int job_call(
    struct db *d, enum lane lane, struct job *j, struct err *e) MUST_CHECK;

/* ---- tx.c ---- */
int tx_begin(struct db *d, struct err *e) MUST_CHECK;
int tx_commit(struct db *d, struct err *e) MUST_CHECK;
void tx_abort(struct db *d); /* fine when none is open */
bool tx_is_late(struct db *d);
int tx_new_id(struct db *d, int64_t *id, struct err *e) MUST_CHECK;
int tx_seq(struct db *d, int64_t *seq, struct err *e) MUST_CHECK;
void tx_count(struct db *d, int64_t folder, int64_t rows, int64_t unseen);
void tx_changed(struct db *d, unsigned what, int64_t account, int64_t folder);
void tx_unlink(struct db *d, char *take_path);
void db_changed(struct db *d, unsigned what, int64_t account, int64_t folder);
void db_changed_abroad(struct db *d); /* by another process */

/* ---- row.c ---- */
#define ROW_COLUMNS                                                            \
	"id,folder,home,uid,sdate,idate,thread,size,flags,sflags,ukey,msgid,"  \
	"keywords"
void row_read(sqlite3_stmt *st, struct arena *a, struct row *out);
/* 1 found, 0 not, -1. */
int row_by_id(struct db *d, int64_t id, struct arena *a, struct row *out,
    struct err *e) MUST_CHECK;
int row_by_place(struct db *d, int64_t home, const struct mkey *k,
    struct arena *a, struct row *out, struct err *e) MUST_CHECK;
int row_insert(struct db *d, const struct home *h, const struct row *r,
    const struct db_msg *m, struct err *e) MUST_CHECK;
int row_delete(struct db *d, const struct row *r, struct err *e) MUST_CHECK;
/* Show it in this folder with these flags. */
int row_show(struct db *d, const struct row *r, int64_t folder, unsigned flags,
    struct err *e) MUST_CHECK;
int row_set_place(struct db *d, const struct row *r, int64_t home,
    const struct mkey *k, struct err *e) MUST_CHECK;
int row_set_server(struct db *d, const struct row *r, unsigned sflags,
    const char *keywords, struct err *e) MUST_CHECK;
/* The folder's list changed otherwise than by a new row: folder.moves. */
int row_bump(struct db *d, int64_t folder, struct err *e) MUST_CHECK;

/* ---- thread_folder.c ---- */
int thread_add(struct db *d, int64_t folder, int64_t thread, int64_t sdate,
    bool unseen, bool fresh, struct err *e) MUST_CHECK;
int thread_drop(struct db *d, int64_t folder, int64_t thread, int64_t sdate,
    bool unseen, struct err *e) MUST_CHECK;
int thread_seen(struct db *d, int64_t folder, int64_t thread, int unseen,
    struct err *e) MUST_CHECK;

/* ---- thread.c ---- */
uint64_t thread_hash(const uint64_t key[2], int64_t account, const char *msgid);
/* Own hash (0: none) and those of the references, oldest first. */
size_t thread_hashes(const uint64_t key[2], int64_t account,
    const struct db_msg *m, int64_t out[REFS_MAX + 1]);
int thread_join(struct db *d, const int64_t *hash, size_t n, int64_t id,
    int64_t *thread, struct err *e) MUST_CHECK;
void refs_forget(struct db *d);

/* ---- fulltext.c ---- */
/* Case and accents folded, appended to out; NULL is fine. */
void fold_into(struct buf *out, const char *s);
int fulltext_remove(struct db *d, int64_t id, struct err *e) MUST_CHECK;
/* One transaction of work: 1 there is more, 0, -1. */
int fulltext_index(struct db *d, struct err *e) MUST_CHECK;
int fulltext_merge(struct db *d, struct err *e) MUST_CHECK;

/* ---- idle.c ---- */
/* What can wait until no job does: 1 when something was done. */
int idle_work(struct db *d);
/* What can wait until there has been no job for QUIET_MS; 1 as above. */
#define QUIET_MS 2000
int quiet_work(struct db *d);
void checkpoint_if_long(struct db *d);
int wal_grew(void *ctx, sqlite3 *s, const char *name, int pages);

/* ---- folder.c ---- */
int home_load(struct db *d, int64_t folder, struct arena *a, struct home *out,
    struct err *e) MUST_CHECK;
int account_name_of(struct db *d, int64_t account, struct arena *a,
    const char **out, struct err *e) MUST_CHECK;
/* 1 found, 0 not. */
int account_id(
    struct db *d, const char *name, int64_t *id, struct err *e) MUST_CHECK;
int folder_id(struct db *d, int64_t account, const char *name, bool make,
    int64_t *id, struct err *e) MUST_CHECK;

/* ---- part.c ---- */
int parts_drop(struct db *d, int64_t msg, struct err *e) MUST_CHECK;
int parts_move(
    struct db *d, int64_t from, int64_t to, struct err *e) MUST_CHECK;

/* ---- pending.c ---- */
/* Does the journal have acts of this account that are not confirmed? */
int pending_any(
    struct db *d, const char *account, bool *any, struct err *e) MUST_CHECK;
/* What is to be shown of a message that the storage has at this place with
 * these flags. */
struct shown {
	int64_t folder;
	unsigned flags;
	bool moving;  /* an open act moves it */
	bool pushing; /* and a worker is at it */
};
int pending_apply(struct db *d, const struct home *h, const struct mkey *k,
    const char *msgid, unsigned sflags, struct shown *out,
    struct err *e) MUST_CHECK;
/* The same for a row. */
int pending_shown(struct db *d, const struct row *r, unsigned sflags,
    struct shown *out, struct err *e) MUST_CHECK;
/* Compute again what is shown of this row; deletes it when the server has
 * none and nothing moves it. */
int pending_show(struct db *d, const struct row *r, struct err *e) MUST_CHECK;

/* Messages whose rows are to be shown anew, by where the storage has them. */
struct place {
	char *folder, *ukey, *msgid; /* "" for none */
	int64_t uid;
};
struct reshow {
	struct arena a;
	char *account;
	struct place *v;
	size_t n, cap, i;
};
#define RESHOW_INIT                                                            \
	{                                                                      \
		.n = 0                                                         \
	}
/* From columns folder, uid, ukey, msgid. */
void reshow_add(struct reshow *s, sqlite3_stmt *st, int col);
int reshow_step(struct db *d, struct reshow *s, struct err *e) MUST_CHECK;
void reshow_done(struct reshow *s);
/* The rows at a place; usually one. */
struct rows {
	struct row *v;
	size_t n, cap;
	struct arena a;
};
#define ROWS_INIT                                                              \
	{                                                                      \
		.n = 0                                                         \
	}
int rows_collect(
    struct db *d, sqlite3_stmt *st, struct rows *out, struct err *e) MUST_CHECK;
int rows_at(struct db *d, int64_t home, const struct mkey *k, const char *msgid,
    struct rows *out, struct err *e) MUST_CHECK;
void rows_done(struct rows *r);

/* ---- journal_place.c ---- */
/* A message is elsewhere now: every target that names it learns so. */
struct moved {
	const char *account, *folder, *ukey, *msgid;
	uint64_t uidvalidity;
	int64_t uid;
	const char *to_folder, *to_ukey;
	uint64_t to_uidvalidity;
	int64_t to_uid;
};
int journal_moved(
    struct db *d, const struct moved *m, struct err *e) MUST_CHECK;
/* A message whose place was not told has turned up: the journal learns it. */
int pending_adopted(struct db *d, const struct home *h, const char *msgid,
    const struct mkey *k, struct err *e) MUST_CHECK;
/* It never did: acts on it cannot be done. */
int pending_expired(struct db *d, const struct home *h, const char *msgid,
    struct err *e) MUST_CHECK;
/* At start: acts whose cache rows may not have been changed. */
int pending_recover(struct db *d, struct err *e) MUST_CHECK;
/* Note that the cache shows the act; need not survive a power cut. */
int journal_shown(struct db *d, int64_t act, struct err *e) MUST_CHECK;

/* ---- reader.c ---- */
/* The reader's connection to cache.db, opened again when the file was
 * replaced; NULL when it cannot. */
struct sql *dbr_cache(struct dbr *r, struct err *e);
struct sql *dbr_data(struct dbr *r, struct err *e);
/* After a failure: tells the writer when there is damage. */
void dbr_failed(struct dbr *r);

#endif
