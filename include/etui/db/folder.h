/*
 * folder - the folders of an account as the cache knows them.
 */
#ifndef ETUI_DB_FOLDER_H
#define ETUI_DB_FOLDER_H

#include "db/db.h"
#include "util/mem.h"

struct folder {
	int64_t id, account;
	const char *name; /* UTF-8 path */
	char delim;
	enum folder_role role;
	bool selectable, subscribed;
	uint64_t uidvalidity, uidnext;
	uint64_t modseq;            /* of the last completed sync */
	uint64_t messages, unseen;  /* as the server counts */
	uint64_t rows, rows_unseen; /* here, with pending acts applied */
	bool complete;              /* no messages older than the rows exist */
	int64_t synced; /* time of the last completed sync; 0 never */
};

/* What folders() of a store said: name, delim, role, selectable, subscribed,
 * and messages and unseen, DB_KEEP where not told.  With `complete`, folders
 * not in v are removed with their rows.  Ids of known names are kept. */
int db_put_folders(struct db *d, int64_t account, const struct folder *v,
    size_t n, bool complete, struct err *e) MUST_CHECK;
/* Makes sure a folder exists before it was listed; gives its id. */
int db_need_folder(struct db *d, int64_t account, const char *name,
    enum folder_role role, int64_t *id, struct err *e) MUST_CHECK;
/* uidvalidity, uidnext, messages, unseen, complete (0/1), modseq, synced; a
 * field that is DB_KEEP stays.  A new uidvalidity drops the rows. */
#define DB_KEEP UINT64_MAX
struct folder_update {
	uint64_t uidvalidity, uidnext, modseq, messages, unseen, complete,
	    synced;
};
#define FOLDER_UPDATE_KEEP                                                     \
	{                                                                      \
		DB_KEEP, DB_KEEP, DB_KEEP, DB_KEEP, DB_KEEP, DB_KEEP, DB_KEEP  \
	}
int db_put_folder_state(struct db *d, int64_t folder,
    const struct folder_update *u, struct err *e) MUST_CHECK;

/* All folders of an account: special ones first by role, then by name.
 * Strings and array live in a. */
size_t dbr_folders(
    struct dbr *r, int64_t account, struct arena *a, struct folder **out);
/* 0 found; -1 not. */
int dbr_folder(struct dbr *r, int64_t id, struct arena *a, struct folder *out);
int dbr_folder_named(struct dbr *r, int64_t account, const char *name,
    struct arena *a, struct folder *out);
int dbr_folder_role(struct dbr *r, int64_t account, enum folder_role role,
    struct arena *a, struct folder *out);
/* The UIDs of the rows the cache holds (server-side names; pending moves
 * count where the server still has them). */
void dbr_uids(struct dbr *r, int64_t folder, struct mset *out);

#endif
