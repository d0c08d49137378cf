/*
 * journal - every change a person makes, on disk before anything else.
 *
 * An act names its messages by mkey, so that it survives a restart, being
 * offline, and a deleted cache.db.  It is written to data.db (FULL), then
 * shown (cache rows changed), then pushed by a sync worker, then confirmed or
 * put back with the server's reason.  Undo is: take back what was not pushed,
 * else a new act that reverses it.
 */
#ifndef ETUI_DB_JOURNAL_H
#define ETUI_DB_JOURNAL_H

#include "db/db.h"
#include "util/mem.h"

enum act_kind { ACT_FLAGS, ACT_MOVE };

/*
 * Folder and key of an act_target that is not done say where the storage has
 * the message now: they follow it through moves that were confirmed since.
 * Those of a move that is done, and of an undo of a move, are as they were
 * asked for: `folder` is where it came from, and is to go back to.
 *
 * An undo of flags is one act for each way in which they are to be put back
 * (usually one), with on and off filled in; an undo of a move has the targets
 * of what it reverses, under the same indexes, `done` where nothing is left
 * to reverse.
 */

enum act_state {
	ACT_PENDING, /* on disk, shown, not said to the server */
	ACT_PUSHING, /* a worker has it; after a crash it is PENDING again */
	ACT_DONE,
	ACT_FAILED, /* put back; error says why */
	ACT_UNDONE, /* taken back before it was pushed */
};

struct act_target {
	const char *folder; /* name */
	uint64_t uidvalidity;
	struct mkey key;
	const char *msgid; /* NULL: it has none */
	const char *to;    /* ACT_MOVE: act.to, or in an undo the folder it goes
			      back to */
	unsigned flags_before;
	struct mkey moved; /* ACT_MOVE done: its key in `to`, where known */
	uint64_t moved_uidvalidity;
	bool done; /* this one was confirmed (an act may be cut half-way) */
};

struct act {
	int64_t id;          /* in data.db; grows */
	const char *account; /* name */
	enum act_kind kind;
	enum act_state state;
	int64_t when;
	unsigned on, off; /* ACT_FLAGS */
	const char *to;   /* ACT_MOVE: folder name; for an undo of a move, NULL:
			     each back to its folder */
	int64_t undoes;   /* id of the act this one reverses, or 0 */
	bool undone;      /* a later act reverses this one */
	const char *text; /* "3 messages moved to Trash" */
	const char *error;
	struct act_target *v;
	size_t n;
};

/* What the UI asks for: the same change to these messages (row ids). */
struct act_order {
	int64_t account;
	enum act_kind kind;
	unsigned on, off;
	const char *to; /* folder name */
	int64_t *ids;   /* all copied by the call */
	size_t n;
	bool quiet; /* \Seen by reading: not an entry of the undo list */
};
struct act_done {
	int rc;
	struct err err;
	int64_t act;
	size_t n;       /* messages it touched */
	char text[120]; /* what was done, for the message line */
};
/* Write the act, change the cache rows, then call done (on the writer thread;
 * the struct lasts for the call).  Never blocks.  Acts go ahead of batches. */
void db_post_act(struct db *d, const struct act_order *o,
    void (*done)(void *ctx, const struct act_done *), void *ctx);
/* Undo the newest act of the account that is not undone (quiet ones left
 * out); done's rc is -1 with ERR_GONE when there is none. */
void db_post_undo(struct db *d, int64_t account,
    void (*done)(void *ctx, const struct act_done *), void *ctx);

/* ---- for the sync worker ---- */
/* Acts to push, oldest first, at most max; strings in a.  An act on a message
 * that an earlier one moves comes only once that is confirmed, as the message
 * has another key then; one on a message whose new key the server never told
 * comes when the message has turned up. */
size_t dbr_acts_pending(struct dbr *r, const char *account, size_t max,
    struct arena *a, struct act **out);
/* Pending and pushing, without those that wait for a message to turn up. */
size_t dbr_acts_count(struct dbr *r, const char *account);
/* One act with its targets; -1: none.  For an undo, the pusher reads where
 * the reversed act put the messages. */
int dbr_act(struct dbr *r, int64_t id, struct arena *a, struct act *out);
/* ERR_GONE: it was taken back meanwhile. */
int db_act_pushing(struct db *d, int64_t act, struct err *e) MUST_CHECK;
/* Confirm targets as the server does; key.num 0 and str NULL: not told. */
struct act_moved {
	size_t index;
	struct mkey key;
	uint64_t uidvalidity;
};
int db_act_targets_done(struct db *d, int64_t act, const struct act_moved *v,
    size_t n, struct err *e) MUST_CHECK;
/* DONE, FAILED (error is the reason; unconfirmed targets are put back in the
 * cache) or PENDING (try again later). */
int db_act_end(struct db *d, int64_t act, enum act_state state,
    const char *error, struct err *e) MUST_CHECK;
/* The journal for a screen, newest first. */
size_t dbr_acts(struct dbr *r, const char *account, size_t max, struct arena *a,
    struct act **out);

#endif
