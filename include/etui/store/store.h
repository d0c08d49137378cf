/*
 * store - what a mail storage can do, whichever protocol it speaks.
 *
 * Each account is a libetpan `struct mailstorage` whose driver is ours
 * ("imap", "maildir", later "pop3", "mbox"); store_open() fills one in and
 * calls mailstorage_connect(), the point where the protocol is chosen.
 * Behind it stands one connection and `struct store_ops`.
 *
 * Every call runs on that connection's worker thread and may block, until the
 * stream's limits or the cancel end it.  After ERR_NET, ERR_TLS or ERR_CANCEL
 * the store is dead: close it and open another.  ERR_PROTO from a single
 * command (the server said NO) leaves it usable: ask store_is_dead().
 *
 * Names of folders are UTF-8 here; the driver encodes them (mUTF-7) and
 * refuses CR, LF and NUL.
 */
#ifndef ETUI_STORE_STORE_H
#define ETUI_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "mime/message.h"
#include "net/trace.h"
#include "util/buf.h"
#include "util/cancel.h"
#include "util/mkey.h"
#include "util/secret.h"

#define STORE_FOLDERS_MAX  50000
#define STORE_KEYWORDS_MAX 1024 /* bytes of one message's keywords */

struct store; /* one connection */

enum store_cap {
	STORE_WATCH = 1 << 0, /* can push changes of the selected folder */
	STORE_FLAGS = 1 << 1,
	STORE_MOVE = 1 << 2,
	STORE_APPEND = 1 << 3,
	STORE_COUNTS = 1 << 4, /* folders() also gives counts, cheaply */
	STORE_LOCAL = 1 << 5,  /* no network: never "offline" */
	STORE_PLACES = 1 << 6, /* move() tells where what it moved is now */
};

/* One folder as folders() reports it; strings last for the callback. */
struct store_folder {
	const char *name; /* UTF-8, whole path */
	char delim;       /* 0: flat */
	enum folder_role role;
	bool selectable;
	bool subscribed;
	bool has_counts;
	uint64_t messages, unseen, uidnext, uidvalidity, modseq;
};
struct folder_sink {
	void *ctx;
	int (*folder)(void *ctx, const struct store_folder *f, struct err *e);
};

/* What the cache knew of a folder when it was last synced; all 0: nothing. */
struct folder_known {
	uint64_t uidvalidity, uidnext, modseq;
	const struct mset *uids; /* the rows the cache holds; borrowed */
};

/* What select() learned. */
struct folder_state {
	uint64_t uidvalidity, uidnext, modseq; /* modseq 0: server has none */
	uint64_t exists;
	bool read_only;
	bool keywords; /* the server keeps keywords ($Forwarded, ...) */
	bool reset;    /* UIDVALIDITY is not the known one: forget the rows */
	bool resynced; /* QRESYNC or CONDSTORE has delivered all changes of
			  known rows to the change sink */
};

/* Changes of the selected folder, in the order the server said them; from
 * select() with QRESYNC, changes(), watch(), and unasked during any call. */
struct change_sink {
	void *ctx;
	int (*flags)(void *ctx, const struct mkey *k, unsigned flags,
	    const char *keywords, uint64_t modseq, struct err *e);
	int (*gone)(void *ctx, const struct mset *gone, struct err *e);
	int (*exists)(void *ctx, uint64_t exists, struct err *e);
};

/* One message as the server described it; all borrowed for the callback. */
struct store_row {
	struct mkey key;
	unsigned flags;
	const char *keywords; /* others than mail_flag's, blank-separated */
	int64_t idate;        /* INTERNALDATE, seconds */
	uint64_t size;
	uint64_t modseq;
	/* the fields of STORE_HEADERS, raw; NULL when not asked */
	const char *header;
	size_t header_len;
	const struct part *body; /* NULL when not asked */
};
struct row_sink {
	void *ctx;
	/* 0: go on; 1: finish what is in flight and return; -1: give up */
	int (*row)(void *ctx, const struct store_row *r, struct err *e);
};
/* The header fields rows carry. */
#define STORE_HEADERS                                                          \
	"DATE FROM SENDER REPLY-TO TO CC SUBJECT MESSAGE-ID REFERENCES "       \
	"IN-REPLY-TO LIST-ID CONTENT-TYPE"

struct byte_sink {
	void *ctx;
	int (*bytes)(void *ctx, const void *p, size_t n, struct err *e);
	/* may be NULL; before the first bytes where known */
	void (*size)(void *ctx, uint64_t total);
};

struct move_sink {
	void *ctx;
	/* `to` has num 0 and str NULL where the server did not say (no
	 * COPYUID); uidvalidity is the target folder's, or 0. */
	int (*moved)(void *ctx, const struct mkey *from, const struct mkey *to,
	    uint64_t uidvalidity, struct err *e);
};

/* A NULL slot is what the storage cannot do: store_ops() has a function there
 * that fails with ERR_INPUT "... cannot ...". */
struct store_ops {
	const char *name; /* the config word: "imap", "maildir" */
	int (*folders)(struct store *, struct folder_sink *, struct err *);
	/* counts of one folder, for servers without STORE_COUNTS */
	int (*status)(struct store *, const char *folder,
	    struct store_folder *out, struct err *);
	int (*select)(struct store *, const char *folder,
	    const struct folder_known *, struct change_sink *,
	    struct folder_state *out, struct err *);
	/* the newest `count` messages by arrival, newest last or first */
	int (*newest)(
	    struct store *, uint64_t count, struct row_sink *, struct err *);
	/* up to `count` messages next below the lowest one that newest(),
	 * older() or `known` covered, in chunks, pipelined; *left gets how
	 * many there still are below */
	int (*older)(struct store *, uint64_t count, uint64_t *left,
	    struct row_sink *, struct err *);
	/* messages that arrived since the last newest()/since()/select() */
	int (*since)(
	    struct store *, uint64_t uidnext, struct row_sink *, struct err *);
	/* these messages again; rows without header but with body when
	 * `structure`, else with header */
	int (*rows)(struct store *, const struct mset *, bool structure,
	    struct row_sink *, struct err *);
	/* all changes since known->modseq, or of all known flags where the
	 * server has no CONDSTORE; known rows not reported gone exist */
	int (*changes)(struct store *, const struct folder_known *,
	    struct change_sink *, struct err *);
	/* section: "" whole message, "HEADER", "1.2", "1.2.MIME", "2.HEADER";
	 * the bytes are as stored (transfer-encoded); never sets \Seen */
	int (*part)(struct store *, const struct mkey *, const char *section,
	    struct byte_sink *, struct err *);
	/* several parts of one message in one turn, in this order; NULL: call
	 * part() for each.  sinks has n of them. */
	int (*parts)(struct store *, const struct mkey *,
	    const char *const *sections, size_t n, struct byte_sink *sinks,
	    struct err *);
	int (*set_flags)(struct store *, const struct mset *, unsigned on,
	    unsigned off, struct err *);
	int (*move)(struct store *, const struct mset *, const char *to,
	    struct move_sink *, struct err *);
	int (*append)(struct store *, const char *folder, unsigned flags,
	    int64_t idate, const void *p, size_t n, struct mkey *out,
	    struct err *);
	/* Keys of messages with this Message-ID in the selected folder. */
	int (*find_msgid)(
	    struct store *, const char *msgid, struct mset *out, struct err *);
	/* Block until the folder changes (delivered to the select's change
	 * sink), wake_fd is readable, or timeout_ms. */
	int (*watch)(struct store *, int wake_fd, int timeout_ms, struct err *);
	/* Say hello: keeps the connection, picks up changes. */
	int (*noop)(struct store *, struct err *);
	/* Say goodbye at most timeout_ms, free. */
	void (*close)(struct store *, int timeout_ms);
};

struct store_opts {
	const struct account *account;
	/* select()ed in the login's flight; the later select() of it takes
	 * that answer */
	const char *first_folder;
	const struct folder_known *first_known;
	const char *memory; /* what store_memory() said last time, or NULL */
	struct cancel *cancel;
	struct trace *trace;
	void *ctx;
	/* The password or token; `again`: the last one was refused (reason). */
	int (*secret)(void *ctx, bool again, const char *reason,
	    struct secret *out, struct err *e);
	/* An ALERT or BYE text, cleaned; after TLS only. */
	void (*alert)(void *ctx, const char *text);
};

int store_open(
    const struct store_opts *o, struct store **out, struct err *e) MUST_CHECK;
const struct store_ops *store_ops(const struct store *s);
unsigned store_caps(const struct store *s); /* enum store_cap */
bool store_is_dead(const struct store *s);
/* What to remember of this server (capabilities, pipeline = no, ...), one
 * line of text for the cache; borrowed until the next call on s. */
const char *store_memory(const struct store *s);
const char *store_tls_text(const struct store *s);

#endif
