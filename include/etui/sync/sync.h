/*
 * sync - brings one account's database and its server together.
 *
 * A supervisor with two workers, each with a connection of its own: "main"
 * (the open folder: newest page, backfill, changes, IDLE, the journal, the
 * other folders' counts) and "fetch" (text of messages a person waits for,
 * and prefetch).  They connect, back off and reconnect by themselves; what
 * they learn goes into the database, what a person must know comes as events.
 *
 * Threads: all functions are for the UI thread (or the cli's) and never
 * block, but sync_stop().
 */
#ifndef ETUI_SYNC_SYNC_H
#define ETUI_SYNC_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "db/db.h"
#include "net/trace.h"
#include "util/queue.h"
#include "util/secret.h"

/* Messages up to this size are fetched whole; only larger ones are worth a
 * sync_visible(). */
#define SYNC_WHOLE_MAX 49152

enum sync_state {
	SYNC_OFFLINE, /* not connected; text says why, retry_at when */
	SYNC_CONNECTING,
	SYNC_BUSY,      /* connected and working */
	SYNC_IDLE,      /* connected, watching */
	SYNC_AUTH,      /* waits for a password */
	SYNC_STOPPED,   /* a failure that waits for a person (TLS, AUTH) */
	SYNC_ELSEWHERE, /* another etui syncs this account */
};

enum sync_event_kind {
	SYNC_EV_STATE,   /* state, text, tls */
	SYNC_EV_JOB,     /* progress of a job, or its end */
	SYNC_EV_MESSAGE, /* answer to sync_fetch(): ticket, rc, err */
	SYNC_EV_FOLDER,  /* a sync of `folder` ended: rc, err; after it the rows
			    are all the server has */
	SYNC_EV_NOTE, /* text for the message line (ALERT, an act that failed,
			 ...) */
	SYNC_EV_ASK,  /* a password is wanted: text is the prompt; answer with
			 sync_secret() */
	SYNC_EV_NEW,  /* count new messages arrived in `folder` */
};

/* From the workers to whoever gave the queue; free with sync_event_free(). */
struct sync_event {
	struct node node;
	enum sync_event_kind kind;
	struct sync *from;
	enum sync_state state;
	int64_t folder;
	uint64_t ticket; /* MESSAGE; JOB: which job */
	int rc;
	struct err err;
	char text[200]; /* cleaned for the terminal */
	/* JOB */
	char what[80];        /* "Headers of INBOX" */
	uint64_t done, total; /* total 0: unknown */
	bool bytes;           /* done and total are bytes, else messages */
	bool over;            /* the job ended: rc, err */
	uint64_t count;       /* NEW */
};
void sync_event_free(struct sync_event *ev);

struct sync_opts {
	const struct account *account; /* borrowed until sync_stop() */
	int64_t account_id;
	struct db *db;
	/* where the account's lock file stands; NULL: the XDG place */
	const char *data_dir;
	struct queue *events;
	/* cli: sync the folders asked for, then end with SYNC_EV_FOLDER */
	bool once;
};

struct sync *sync_start(const struct sync_opts *o, struct err *e);
/* Ask the workers to end and wait at most grace_ms.  False: one has not ended
 * (a stuck disk) and goes on by itself; then the database, the queue and the
 * account must outlive it, which is to say that the process should end. */
bool sync_stop(struct sync *s, int grace_ms);

/* The folder on screen: synced first, watched.  page: rows a screen shows. */
void sync_open_folder(
    struct sync *s, int64_t folder, const char *name, unsigned page);
/* Rows older than those here were scrolled to: `count` more. */
void sync_older(struct sync *s, int64_t folder, uint64_t count);
/*
 * Make sure that this message's structure, header and text (or with
 * `section`, that part; "" the whole message) are in the database, then
 * SYNC_EV_MESSAGE with the ticket.  `ahead` is for prefetch: no event, lowest
 * priority.
 */
void sync_fetch(struct sync *s, uint64_t ticket, int64_t msg,
    const char *section, bool ahead);
/* BODYSTRUCTURE of the rows on screen, so that opening one is one turn. */
void sync_visible(struct sync *s, int64_t folder, const int64_t *ids, size_t n);
/* Stop a job or fetch (ticket), or with 0 whatever is being waited for; the
 * connection may be dropped and dialled again.  A fetch ends with
 * SYNC_EV_MESSAGE and ERR_CANCEL, also one that has not begun. */
bool sync_cancel(struct sync *s, uint64_t ticket); /* was there any? */
/* Look for new mail now, and try again now when offline. */
void sync_check(struct sync *s);
void sync_nudge(struct sync *s); /* the journal has new acts */
/* The answer to SYNC_EV_ASK; NULL: the person gave up. */
void sync_secret(struct sync *s, const struct secret *answer);
/* Wire traces: the main and fetch connections; references, or NULL. */
struct trace *sync_trace(struct sync *s, int which);

#endif
