/*
 * message - message rows, their flags, threads, and cached parts.
 *
 * A row id (never given out twice) names a message for views and
 * screens; it never leaves the process.  A row that an act moved stands in
 * its new folder at once, with no key there yet; (folder_key, key) say where
 * the storage still has it.
 */
#ifndef ETUI_DB_MESSAGE_H
#define ETUI_DB_MESSAGE_H

#include "db/db.h"
#include "util/mem.h"

/* A message to be stored; strings borrowed for the call. */
struct db_msg {
	struct mkey key;
	unsigned flags;
	const char *keywords;
	int64_t idate, date; /* seconds; date: INT64_MIN: the mail has none */
	uint64_t size;
	/* decoded UTF-8; to and cc: "Name <a@b>, ..." for one line */
	const char *subject, *from_name, *from_addr, *to, *cc;
	const char *msgid;
	const char *const *refs; /* for threads */
	size_t nrefs;
	const char *list_id;
	bool attachment;
};

struct db_flags {
	struct mkey key;
	unsigned flags;
	const char *keywords;
};

/* Insert or replace by (folder, key).  Threads, full text and counts follow;
 * pending acts are applied on top.  A row here without a key that has the
 * same Message-ID takes this key (the end of a move). */
int db_put_messages(struct db *d, int64_t folder, const struct db_msg *v,
    size_t n, struct err *e) MUST_CHECK;
/* Flags as the server has them; pending acts are applied on top. */
int db_put_flags(struct db *d, int64_t folder, const struct db_flags *v,
    size_t n, struct err *e) MUST_CHECK;
/* They are no longer in this folder on the server. */
int db_remove_messages(struct db *d, int64_t folder, const struct mset *gone,
    struct err *e) MUST_CHECK;
/* UIDVALIDITY changed or the like: all rows of the folder. */
int db_remove_all(struct db *d, int64_t folder, struct err *e) MUST_CHECK;

/* One message, whole; strings live in the arena. */
struct msg {
	int64_t id, account, folder;
	struct mkey key;    /* where the storage has it: folder_key */
	int64_t folder_key; /* the folder the key is in: folder, or where a
			       pending move took it from */
	unsigned flags;
	const char *keywords;
	int64_t idate, date;
	uint64_t size;
	const char *subject, *from_name, *from_addr, *to, *cc, *msgid, *list_id;
	int64_t thread;
	bool attachment;
};
/* -1: gone. */
int dbr_message(struct dbr *r, int64_t id, struct arena *a, struct msg *out);
/* Their ids; 0: none. */
int64_t dbr_message_by_key(struct dbr *r, int64_t folder, const struct mkey *k);
int64_t dbr_message_by_msgid(struct dbr *r, int64_t account, const char *msgid);

/* Cached parts: section "HEADER", "1", ..., raw as fetched; "STRUCTURE" is a
 * part_pack()ed tree.  Over 256 KiB they are files.  The cache keeps at most
 * DB_PARTS_MAX bytes of them, oldest used out first. */
#define DB_PART_MAX  (64u << 20)
#define DB_PARTS_MAX (512u << 20)
int db_put_part(struct db *d, int64_t msg, const char *section, const void *p,
    size_t n, struct err *e) MUST_CHECK;
bool dbr_has_part(struct dbr *r, int64_t msg, const char *section);
/* Appends to out; -1 with ERR_GONE when it is not there. */
int dbr_part(struct dbr *r, int64_t msg, const char *section, struct buf *out,
    struct err *e) MUST_CHECK;

#endif
