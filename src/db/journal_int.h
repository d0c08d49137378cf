/*
 * journal_int - what the files of the journal share.
 *
 * A target's state is its own: TARGET_OPEN until the server has confirmed it
 * or the act was taken back.  Where the storage has its message now stands in
 * at_...; it follows the message through later moves (journal_place.c), so an
 * act can be pushed, or undone, whatever happened before it.
 *
 * Whatever changes is written to the journal first, with act.shown = 0, and to
 * the cache after; then shown is 1.  What a crash left at 0 is done again at
 * the next start.  What a person did is on disk (synchronous = FULL) before it
 * is answered; what the server confirmed need not be: said twice, it is true
 * twice.
 */
#ifndef ETUI_DB_JOURNAL_INT_H
#define ETUI_DB_JOURNAL_INT_H

#include "db_int.h"

enum target_state { TARGET_OPEN, TARGET_DONE, TARGET_DROPPED };

/* Targets of one act that the server has confirmed: what that changes in the
 * cache is a row's place, or the server's flags; what is shown stays. */
struct confirm {
	int64_t index;
	struct place at; /* where the message was */
	uint64_t at_uidvalidity;
	const char *dest; /* NULL: flags */
	struct mkey key;  /* in dest; empty: not told */
	uint64_t uidvalidity;
};
struct confirms {
	struct arena a;
	int64_t act;
	enum act_kind kind;
	char *account;
	int64_t on, off;
	struct confirm *v;
	size_t n, cap, i;
};

/* ERR_GONE: there is no such act. */
int confirms_init(
    struct db *d, int64_t act, struct confirms *c, struct err *e) MUST_CHECK;
int confirms_add(struct db *d, struct confirms *c, const struct act_moved *m,
    struct err *e) MUST_CHECK;
/* All that are open, or (after a crash) all that have been confirmed. */
int confirms_add_all(struct db *d, struct confirms *c, enum target_state state,
    struct err *e) MUST_CHECK;
/* In the journal, inside a transaction. */
int confirms_note(
    struct db *d, const struct confirms *c, struct err *e) MUST_CHECK;
/* In the cache: 1 call again, 0, -1. */
int confirms_step(struct db *d, struct confirms *c, struct err *e) MUST_CHECK;
void confirms_done(struct confirms *c);

int data_begin(struct db *d, bool durable, struct err *e) MUST_CHECK;
int data_commit(struct db *d, struct err *e) MUST_CHECK;
void data_abort(struct db *d); /* fine when none is open */

/* "3 messages moved to Trash", yours. */
char *act_text(
    enum act_kind kind, unsigned on, unsigned off, const char *to, size_t n);

#endif
