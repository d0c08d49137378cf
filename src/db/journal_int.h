/*
 * journal_int - what the files of the journal share.
 *
 * A target's state is its own: TARGET_OPEN until the server has confirmed it
 * or the act was taken back.  Where the storage has its message now stands in
 * at_...; it follows the message through later moves (journal_place.c), so an
 * act can be pushed, or undone, whatever happened before it.
 *
 * What a person did is on disk (synchronous = FULL) before anything else; what
 * the server confirmed need not be: said twice, it is true twice.  For the
 * same reason a confirmation changes the cache first and the journal after.
 */
#ifndef ETUI_DB_JOURNAL_INT_H
#define ETUI_DB_JOURNAL_INT_H

#include "db_int.h"

enum target_state { TARGET_OPEN, TARGET_DONE, TARGET_DROPPED };

int data_begin(struct db *d, bool durable, struct err *e) MUST_CHECK;
int data_commit(struct db *d, struct err *e) MUST_CHECK;
void data_abort(struct db *d); /* fine when none is open */

/* "3 messages moved to Trash", yours. */
char *act_text(
    enum act_kind kind, unsigned on, unsigned off, const char *to, size_t n);

#endif
