/*
 * store_int - how a driver plugs into the store room.
 *
 * A driver is two constants: its `struct store_ops` and a libetpan
 * mailstorage_driver.  store_open() makes a mailstorage, points sto_driver at
 * the driver the account's `receive` names and calls mailstorage_connect();
 * sto_connect() then does the work:
 *
 *	static int
 *	maildir_connect(struct mailstorage *sto)
 *	{
 *		struct store_opening *op = store_opening(sto);
 *		struct maildir *m = mem_zalloc(sizeof *m);
 *
 *		store_init(&m->base, &store_maildir, op);
 *		...
 *		return store_opened(sto, &m->base);
 *	on failure:
 *		... op->e is set; release everything, store_done() too
 *		return store_failed(sto);
 *	}
 *
 * It embeds `struct store` as its first member.  NULL slots of the ops are
 * fine: callers get a table in which store.c has filled them with refusals.
 * The driver's close() releases everything of its own, calls store_done() and
 * frees the memory; the mailstorage is store.c's.
 */
#ifndef ETUI_STORE_INT_H
#define ETUI_STORE_INT_H

#include <libetpan/mailstorage.h>

#include "net/stream.h"
#include "store/store.h"

/* What every driver's connection begins with. */
struct store {
	struct store_ops ops;           /* what callers use: no slot is NULL */
	const struct store_ops *driver; /* as the driver wrote it */
	struct mailstorage *sto;        /* store.c's */
	unsigned caps;                  /* enum store_cap; the driver sets it */
	bool dead;             /* close it: the connection cannot be used */
	struct stream *stream; /* NULL for local storages */
	struct buf memory;     /* store_memory(); the driver keeps it */

	const struct account *account; /* borrowed, for the store's life */
	struct cancel *cancel;         /* a reference, or NULL */
	struct trace *trace;           /* a reference, or NULL */
	void *ctx;                     /* for the two below */
	int (*secret)(void *ctx, bool again, const char *reason,
	    struct secret *out, struct err *e);
	void (*alert)(void *ctx, const char *text);
};

/* What sto_connect() is given, in sto_user_data. */
struct store_opening {
	const struct store_opts *opts;
	struct store *out;
	struct err *e;
};

struct store_opening *store_opening(struct mailstorage *sto);
/* Fill the base from the ops and the opts. */
void store_init(struct store *s, const struct store_ops *driver,
    const struct store_opening *op);
void store_done(struct store *s); /* what store_init() took; not the stream */
/* What sto_connect() returns; MAIL_* of libetpan. */
int store_opened(struct mailstorage *sto, struct store *s);
int store_failed(struct mailstorage *sto);

/* Marks the store dead when e's kind says that it is (ERR_NET, ERR_TLS,
 * ERR_CANCEL); returns -1. */
int store_fail(struct store *s, const struct err *e);

extern const struct store_ops store_imap;
extern const struct mailstorage_driver store_imap_driver;
extern const struct store_ops store_maildir;
extern const struct mailstorage_driver store_maildir_driver;

#endif
