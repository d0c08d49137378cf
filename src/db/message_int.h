/*
 * message_int - removing many rows, for the files that change folders.
 * All inside a transaction.
 */
#ifndef ETUI_DB_MESSAGE_INT_H
#define ETUI_DB_MESSAGE_INT_H

#include "db_int.h"

/* Every row that has its home in the folder: 0 all gone, 1 call again in
 * another transaction, -1. */
int remove_rows(struct db *d, int64_t folder, struct err *e) MUST_CHECK;

/* Rows whose key was never told: the folder has been synced without their
 * turning up, twice (a sync may have begun before the move). */
int expire_waiting(
    struct db *d, const struct home *h, struct err *e) MUST_CHECK;

#endif
