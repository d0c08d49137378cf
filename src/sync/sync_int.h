/*
 * sync_int - what the workers of one account share.
 *
 * Requests move to a worker through its queue; events move back through the
 * queue of whoever started us.  Between the two workers only `struct keyring`
 * (the password) is shared, under its own lock.
 */
#ifndef ETUI_SYNC_INT_H
#define ETUI_SYNC_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "db/folder.h"
#include "db/message.h"
#include "store/store.h"
#include "sync/sync.h"

#define SYNC_CHUNK         500    /* rows handed to the database at once */
#define SYNC_CHUNK_MAX     4000   /* ... where a chunk must not be torn */
#define SYNC_FETCH_IDLE_MS 300000 /* the fetch connection is closed after */
#define SYNC_JOURNAL_LOOK_MS                                                   \
	5000 /* acts another etui posted are seen after                        \
	      */
#define SYNC_JOB_TICKET (UINT64_C(1) << 62) /* tickets below are callers' */
#define SYNC_STALLED_MS                                                        \
	500 /* a server silent for this long is cut off by ^G                  \
	     */

enum request_kind {
	REQ_OPEN,    /* folder, name, count: rows of a page */
	REQ_OLDER,   /* folder, count */
	REQ_VISIBLE, /* folder, ids */
	REQ_CHECK,
	REQ_NUDGE,
	REQ_FETCH,  /* ticket, msg, section, ahead */
	REQ_WARM,   /* name: dial now, so that the first message need not */
	REQ_CANCEL, /* ticket: of a fetch that has not begun */
	REQ_STOP,
};

struct request {
	struct node node;
	enum request_kind kind;
	int64_t folder;
	char *name;
	uint64_t count;
	uint64_t ticket;
	int64_t msg;
	char *section; /* NULL: what reading it needs */
	bool ahead;
	int64_t *ids;
	size_t n;
};
void request_free(struct request *r);
struct sync;
void request_warm(struct sync *s, const char *folder);
uint64_t job_number(struct sync *s); /* for a job nobody gave a ticket */

/* The password, once a person or a command gave it. */
struct keyring {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	struct secret secret;
	bool asking;      /* one worker is finding out */
	unsigned answers; /* counted, so that nobody misses "I give up" */
	bool stop;
};
void keyring_init(struct keyring *k);
void keyring_done(struct keyring *k);
void keyring_answer(struct keyring *k, const struct secret *answer);
void keyring_stop(struct keyring *k);
/* Forget what the server refused, so that the next login asks. */
void keyring_forget(struct keyring *k);

struct sync;

/*
 * One connection and the thread that drives it.
 *
 * A job is stopped by its number, so that a stop which comes too late hits
 * nothing.  A cut (cancel) that comes too late hits the next job; that one
 * dials again and goes on.
 */
struct worker {
	struct sync *sync;
	const char *name; /* "main", "fetch": for traces and the log */
	pthread_t thread;
	struct queue *requests;
	struct cancel *cancel; /* of the connection; reset between two */
	struct trace *trace;
	struct dbr *dbr;
	struct store *st;       /* NULL while not connected */
	char *memory;           /* what the cache remembers of the server */
	atomic_ullong ticket;   /* the job being done, 0 none */
	atomic_ullong unwanted; /* the job that was to be stopped last */
	atomic_llong alive_ms; /* when this job last heard the server; 0: not */
	atomic_bool busy;      /* between two rests */
};

struct sync {
	const struct account *account;
	int64_t account_id;
	struct db *db;
	struct queue *events;
	char *lock_path;
	atomic_int lock_fd; /* held: this etui pushes the journal; -1 not */
	atomic_ullong jobs; /* numbers for jobs of our own */
	bool once;
	atomic_bool stop;
	atomic_bool online; /* main is connected: fetch may dial */
	struct keyring keys;
	struct worker main, fetch;
	atomic_int refs; /* workers that still run, and the owner */
};

/* ---- events (event.c) ---- */
void event_state(struct worker *w, enum sync_state state, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void event_note(struct sync *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void event_folder(struct sync *s, int64_t folder, int rc, const struct err *e);
void event_message(
    struct sync *s, uint64_t ticket, int rc, const struct err *e);
void event_new(struct sync *s, int64_t folder, uint64_t count);
void event_ask(struct sync *s, const char *prompt);

/* Progress of one job, told at most ten times a second. */
struct progress {
	struct sync *sync;
	uint64_t ticket;
	char what[80];
	uint64_t done, total;
	bool bytes;
	bool told;
	int64_t started_ms, told_ms;
};
void progress_start(struct progress *p, struct sync *s, uint64_t ticket,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
void progress_tell(struct progress *p);
void progress_end(struct progress *p, int rc, const struct err *e);

/* ---- connection (connect.c) ---- */
int worker_connect(struct worker *w, const char *first_folder,
    const struct folder_known *known, struct err *e) MUST_CHECK;
void worker_disconnect(struct worker *w, int timeout_ms);
/* Keep what was learned of the server for the next connection. */
void worker_remember(struct worker *w);
void worker_job(struct worker *w, uint64_t ticket); /* begins; 0: it is over */
bool worker_job_is_unwanted(const struct worker *w);
bool worker_is_stopped(const struct worker *w);
/* Has a request come, or is the job to stop?  Sinks ask between rows. */
bool worker_is_wanted(struct worker *w);
int lock_take(struct sync *s);

/* ---- rows on their way into the database (rows.c) ---- */
struct intake {
	struct worker *worker;
	int64_t folder;
	struct arena arena;
	struct db_msg *v;
	size_t n, cap;
	struct db_flags *flag;
	size_t nflags, flagcap;
	struct mset gone;
	bool arrivals; /* what comes now may be new mail: count `fresh` */
	uint64_t total, fresh; /* rows seen; unread ones nobody knew */
	uint64_t uid_max;
	bool downward; /* rows come in chunks, the newest chunk first */
	uint64_t last; /* UID of the last row */
	bool polite;   /* give way when a request waits */
	struct progress *progress;
	uint64_t exists;
	bool exists_told;
};
void intake_init(struct intake *r, struct worker *w, int64_t folder);
void intake_done(struct intake *r);
struct row_sink intake_sink(struct intake *r);
struct change_sink intake_changes(struct intake *r);
int intake_flush(struct intake *r, struct err *e) MUST_CHECK;

/* ---- the open folder (folder_sync.c) ---- */
struct open_folder {
	int64_t id; /* 0: none */
	char *name;
	unsigned page;
	bool selected;   /* on this connection */
	bool first_done; /* newest page and changes are in */
	bool told;       /* SYNC_EV_FOLDER was sent */
	bool done;       /* all rows it is to have here are here */
	bool halted;     /* no backfill: it was stopped, or is of no use */
	struct folder_state state;
	uint64_t left;       /* messages on the server below the lowest row */
	uint64_t want_older; /* asked for by scrolling */
	struct intake rows;  /* target of the change sink while selected */
	struct change_sink sink; /* lives as long as the folder is selected */
};
int folder_start(
    struct worker *w, struct open_folder *f, struct err *e) MUST_CHECK;
/* Rows older than those here, until the bound or a request; *more tells
 * whether there is more to do. */
int folder_backfill(struct worker *w, struct open_folder *f, bool *more,
    struct err *e) MUST_CHECK;
/* After the server said something: new mail, flags, removals. */
int folder_catch_up(
    struct worker *w, struct open_folder *f, struct err *e) MUST_CHECK;
void folder_known_load(struct worker *w, int64_t folder,
    struct folder_known *known, struct mset *uids, struct arena *a);
void folder_close(struct open_folder *f);
/* The server has this folder under this UIDVALIDITY: if it is not the one we
 * know, what we know is of no use. */
int folder_note_validity(struct worker *w, int64_t folder, uint64_t uidvalidity,
    struct err *e) MUST_CHECK;

/* ---- the folder list and counts (folders.c) ---- */
int folders_sync(struct worker *w, int64_t open, struct err *e) MUST_CHECK;

void *fetch_main(void *worker);

/* ---- text of messages (text.c) ---- */
/* Is everything that reading needs here already? */
bool text_is_here(struct worker *w, const struct request *r);
/* The folder of m is selected. */
int text_fetch(struct worker *w, const struct msg *m, const struct request *r,
    struct err *e) MUST_CHECK;
/* Structures of what is on screen. */
int structures_fetch(struct worker *w, const int64_t *ids, size_t n,
    int64_t folder, struct err *e) MUST_CHECK;

/* ---- journal (push.c, push_split.c) ---- */
/* Push what is pending; afterwards another folder may be selected.  *ended:
 * how many acts are over. */
int journal_push(struct worker *w, struct open_folder *f, size_t *ended,
    struct err *e) MUST_CHECK;

void *main_worker(void *worker);

#endif
