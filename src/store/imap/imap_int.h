/*
 * imap_int - one IMAP connection, as the files of this folder see it.
 *
 * conn.c	commands out, responses in; the tag table
 * reply.c	untagged responses that are not FETCH; response codes
 * open.c	dialling, greeting, STARTTLS, what is remembered
 * login.c	authentication, the first flight
 * folder.c	SELECT and its state
 * seqmap.c	which UID stands at which sequence number
 * fetch.c	FETCH responses (through libetpan's parser), streamed parts
 * rows.c	newest, older, since, rows
 * changes.c	what happened while we were away
 * acts.c	flags, move, append, search
 * folders.c	LIST, STATUS
 * watch.c	IDLE, NOOP, LOGOUT
 *
 * One operation runs at a time; it may have several commands in flight.
 * Responses are read one by one and handed to whatever `struct imap` says is
 * being collected; tags are looked up in a table, because servers finish
 * commands in any order.
 */
#ifndef ETUI_IMAP_INT_H
#define ETUI_IMAP_INT_H

#include "etpan.h"
#include "mutf7.h"
#include "scan.h"
#include "seqmap.h"
#include "store_int.h"

#define IMAP_IN_FLIGHT 8
#define IMAP_CODE_MAX  (256 * 1024)      /* one response code: COPYUID */
#define IMAP_REPLY_MAX (1024 * 1024)     /* a LIST with its literals, ... */
#define IMAP_FETCH_MAX (2 * 1024 * 1024) /* a FETCH held in memory */
#define IMAP_DRAIN_MAX (64 * 1024 * 1024)
#define IMAP_JUNK_MAX  10000 /* lines in a row that say nothing to us */
/* bytes of responses that libetpan failed on: it may lose memory over them */
#define IMAP_UNREADABLE_MAX (16 * 1024 * 1024)
#define IMAP_UNASKED_MAX    2000000
#define IMAP_PIECE          (64 * 1024)
#define IMAP_SET_BYTES      8000
#define IMAP_CHUNK          1000 /* rows of one FETCH */
/* ms for an answer that may never come: this part of io-timeout, at most */
#define IMAP_PATIENCE_OF 6
#define IMAP_PATIENCE    10000
#define IMAP_ODD_MAX     1000
#define IMAP_RANGES_MAX  200000

enum imap_cap {
	CAP_REV1 = 1 << 0,
	CAP_REV2 = 1 << 1,
	CAP_SASL_IR = 1 << 2,
	CAP_STARTTLS = 1 << 3,
	CAP_LOGINDISABLED = 1 << 4,
	CAP_LITERAL_PLUS = 1 << 5,
	CAP_ENABLE = 1 << 6,
	CAP_CONDSTORE = 1 << 7,
	CAP_QRESYNC = 1 << 8,
	CAP_IDLE = 1 << 9,
	CAP_MOVE = 1 << 10,
	CAP_UIDPLUS = 1 << 11,
	CAP_ESEARCH = 1 << 12,
	CAP_LIST_EXTENDED = 1 << 13,
	CAP_LIST_STATUS = 1 << 14,
	CAP_SPECIAL_USE = 1 << 15,
	CAP_UNSELECT = 1 << 16,
};

struct imap_caps {
	unsigned bits;  /* enum imap_cap */
	char auth[200]; /* mechanisms, blank-separated */
	bool said;      /* by the server; else nothing is known */
};

enum imap_status { IMAP_WAITING, IMAP_OK, IMAP_NO, IMAP_BAD };

struct imap_cmd {
	unsigned num; /* the tag's number; 0: this slot is free */
	enum imap_status status;
	bool orphan;     /* nobody waits: the answer frees the slot */
	char text[160];  /* the server's words, cleaned */
	struct buf code; /* "COPYUID 1 2 3": inside of the brackets */
};

/* The selected folder. */
struct imap_sel {
	char *folder; /* UTF-8; NULL: none */
	bool fresh;   /* what comes is about this folder, not the last */
	struct folder_state st;
	uint64_t keywords_known; /* FLAG_* the server keeps besides its own */
};

/* A SELECT that was sent and not yet read. */
struct imap_pending {
	struct imap_cmd *enable, *select;
	char *folder;
	uint64_t modseq; /* QRESYNC was asked from here; 0: it was not */
	bool condstore;
};

/* What FETCH responses are wanted for. */
enum imap_want { WANT_NOTHING, WANT_HEADER, WANT_STRUCTURE, WANT_PART };

struct imap_miss {
	uint64_t seq, uid; /* uid 0: the line did not even say */
};
#define IMAP_MISS_MAX 1000

struct imap_fetch {
	enum imap_want want;
	struct row_sink *rows;
	bool stop;     /* the sink has had enough: send no more */
	bool given_up; /* the sink failed; err has why */
	struct err err;
	uint64_t expected;       /* rows: far more than that is an attack */
	uint64_t taken;          /* rows handed over */
	uint64_t seq_lo, seq_hi; /* asked for by number, or 0 */
	bool bare; /* the last try: UID and FLAGS have to be enough */
	const struct mset *uids; /* asked for by UID, or NULL */
	uint64_t uid_from;       /* ... or everything from here */
	struct imap_miss *miss;  /* asked for, and not understood */
	size_t nmiss, misscap;
	/* WANT_PART */
	uint64_t uid;
	const char *const *sections;
	struct byte_sink *sinks;
	size_t nsections;
	bool *got;
};

struct imap_odd {
	char *utf8, *wire;
};

struct imap {
	struct store base;
	bool secure;  /* TLS or loopback: the server's words may be shown */
	bool closing; /* LOGOUT was sent: BYE is its answer */
	struct imap_caps caps;
	struct imap_caps before_login, after_login; /* of the memory */
	int patience;                               /* ms */
	bool no_pipeline;
	bool no_idle; /* offered, but it does not work */
	bool qresync_on, condstore_on;
	bool authed;
	bool ask_caps;   /* the server has not said what it can */
	bool opened_any; /* a SELECT was sent: ENABLE comes too late */
	bool selecting;
	uint64_t known_validity; /* while selecting; 0: nothing known */
	char bye[160];

	unsigned last_tag;
	struct imap_cmd cmds[IMAP_IN_FLIGHT];
	struct imap_cmd *code_for; /* takes untagged COPYUID */
	struct buf line, resp, out;
	struct buf cont; /* text of the last "+" */
	bool has_cont;
	unsigned junk;
	uint64_t unasked, unreadable;
	char *piece; /* IMAP_PIECE bytes, made when first used */

	struct imap_sel sel;
	struct imap_pending pending;
	struct seqmap map;
	uint64_t low;      /* lowest sequence number handed over; 0: unknown */
	uint64_t page_lo;  /* lowest that newest() handed over; 0: none */
	uint64_t known_lo; /* lowest UID the cache holds; 0: none */
	struct change_sink sink;
	bool has_sink;
	struct err sink_err; /* the sink failed; the operation says so */
	uint64_t events;     /* changes heard, for watch() */

	struct imap_fetch *fetch;
	struct mset *found; /* SEARCH and ESEARCH results go here */
	uint64_t found_max; /* of UIDs or numbers, whichever was asked */
	struct imap_folders *list;
	struct store_folder *status;
	const char *status_wire;
	bool status_got;

	struct imap_odd *odd;
	size_t nodd, oddcap;

	struct etpan *etpan;
};

/* conn.c */
void imap_note(struct imap *im, const char *fmt, ...) PRINTF_LIKE(2, 3);
int imap_die(struct imap *im, struct err *e, enum err_kind kind,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* A stream call failed: the connection is dead.  Returns -1. */
int imap_lost(struct imap *im, struct err *e);
int imap_ready(struct imap *im, struct err *e) MUST_CHECK;
struct imap_cmd *imap_begin(struct imap *im, struct err *e);
void imap_put(struct imap *im, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Quoted, or a literal where the bytes need one (which may wait for "+"). */
int imap_put_string(
    struct imap *im, const char *s, size_t n, struct err *e) MUST_CHECK;
int imap_put_folder(
    struct imap *im, const char *utf8, struct err *e) MUST_CHECK;
int imap_end(struct imap *im, struct err *e) MUST_CHECK;   /* CRLF, queued */
int imap_flush(struct imap *im, struct err *e) MUST_CHECK; /* all queued */
/* imap_begin, the text, imap_end. */
int imap_send(struct imap *im, struct imap_cmd **out, struct err *e,
    const char *fmt, ...) PRINTF_LIKE(4, 5) MUST_CHECK;
/* Read one response and act on it. */
int imap_step(struct imap *im, struct err *e) MUST_CHECK;
/* 1: there is something to read; 0: not within ms. */
int imap_wait_ms(struct imap *im, int ms, struct err *e) MUST_CHECK;
/* Until the command is answered; the slot stays the caller's. */
int imap_await(
    struct imap *im, const struct imap_cmd *c, struct err *e) MUST_CHECK;
int imap_await_go(
    struct imap *im, const struct imap_cmd *c, struct err *e) MUST_CHECK;
void imap_free_cmd(struct imap_cmd *c); /* NULL is fine */
/* imap_await; NO and BAD are ERR_PROTO "what: server said: ..."; frees. */
int imap_finish(struct imap *im, struct imap_cmd *c, const char *what,
    struct err *e) MUST_CHECK;
int imap_refused(const struct imap_cmd *c, const char *what, struct err *e);
int imap_run(struct imap *im, const char *what, struct err *e, const char *fmt,
    ...) PRINTF_LIKE(4, 5) MUST_CHECK;
/* The literal at the end of im->line, and the line after it, and so on until
 * the response is whole: into im->resp, or nowhere when max is 0.  1: it was
 * too large and has been read past. */
int imap_whole(struct imap *im, size_t max, struct err *e) MUST_CHECK;
int imap_drain(struct imap *im, uint64_t n, struct err *e) MUST_CHECK;
int imap_read_line(struct imap *im, struct err *e) MUST_CHECK;
/* Bytes of a server's, cleaned and cut to the array. */
void imap_clean(char *out, size_t size, const char *s, size_t n);

/* reply.c */
int imap_untagged(struct imap *im, struct err *e) MUST_CHECK;
/* "[CODE ...] text"; cmd NULL for untagged. */
void imap_resp_text(
    struct imap *im, struct imap_cmd *c, const char *s, size_t n);
void imap_exists(struct imap *im, uint64_t n);

/* caps.c */
void caps_parse(struct imap_caps *c, const char *s, size_t n);
void caps_write(const struct imap_caps *c, const char *key, struct buf *out);
void caps_read(struct imap_caps *c, const char *memory, const char *key);
bool imap_has(const struct imap *im, enum imap_cap cap);
void imap_remember(struct imap *im);
void imap_recall(struct imap *im, const char *memory);

/* login.c */
struct imap_plan {
	bool bold;     /* pipeline, and trust what was remembered */
	bool daring;   /* boldness was used: a failure may be its fault */
	bool answered; /* the login was answered with NO: it is not */
	bool refused;  /* ... because of the password */
	bool have;     /* the secret below was got */
	bool again;    /* ask for another one: `reason` */
	char reason[160];
	struct secret secret;
	const struct store_opts *opts;
};
int imap_login(
    struct imap *im, struct imap_plan *plan, struct err *e) MUST_CHECK;
int imap_ask_capability(struct imap *im, struct err *e) MUST_CHECK;

/* folder.c */
int imap_send_select(struct imap *im, const char *folder,
    const struct folder_known *known, struct err *e) MUST_CHECK;
/* Whatever SELECT is still unread is read and forgotten. */
int imap_settle(struct imap *im, struct err *e) MUST_CHECK;
void imap_forget_folder(struct imap *im);
int imap_select(struct store *s, const char *folder,
    const struct folder_known *known, struct change_sink *sink,
    struct folder_state *out, struct err *e);
/* Wire form of a folder's name; yours.  NULL: it cannot be one. */
char *imap_wire_name(struct imap *im, const char *utf8, struct err *e);
/* ERR_INPUT unless a folder is selected. */
int imap_in_folder(struct imap *im, struct err *e) MUST_CHECK;

/* fetch.c, part.c */
int imap_fetch_reply(struct imap *im, uint64_t seq, struct err *e) MUST_CHECK;
void imap_tell_flags(struct imap *im, uint64_t seq, uint64_t uid,
    unsigned flags, const char *keywords, uint64_t modseq);
void imap_tell_gone(struct imap *im, const struct mset *gone);
int imap_part_reply(struct imap *im, struct err *e) MUST_CHECK;
int imap_part(struct store *s, const struct mkey *key, const char *section,
    struct byte_sink *sink, struct err *e);
int imap_parts(struct store *s, const struct mkey *key,
    const char *const *sections, size_t n, struct byte_sink *sinks,
    struct err *e);

/* rows.c */
int imap_newest(
    struct store *s, uint64_t count, struct row_sink *sink, struct err *e);
int imap_older(struct store *s, uint64_t count, uint64_t *left,
    struct row_sink *sink, struct err *e);
int imap_since(
    struct store *s, uint64_t uidnext, struct row_sink *sink, struct err *e);
int imap_rows(struct store *s, const struct mset *set, bool structure,
    struct row_sink *sink, struct err *e);
/* Commands over a set, in pieces that fit a line, several in flight;
 * fmt_after is what follows the set. */
int imap_over_set(struct imap *im, const struct mset *set, const char *verb,
    const char *after, const char *what, struct err *e) MUST_CHECK;

/* changes.c */
int imap_changes(struct store *s, const struct folder_known *known,
    struct change_sink *sink, struct err *e);
int imap_search(struct imap *im, const char *criteria, bool uid_result,
    struct mset *out, struct err *e) MUST_CHECK;

/* acts.c */
int imap_set_flags(struct store *s, const struct mset *set, unsigned on,
    unsigned off, struct err *e);
int imap_move(struct store *s, const struct mset *set, const char *to,
    struct move_sink *sink, struct err *e);
int imap_append(struct store *s, const char *folder, unsigned flags,
    int64_t idate, const void *p, size_t n, struct mkey *out, struct err *e);
int imap_find_msgid(
    struct store *s, const char *msgid, struct mset *out, struct err *e);

/* folders.c */
int imap_folders(struct store *s, struct folder_sink *sink, struct err *e);
int imap_status(struct store *s, const char *folder, struct store_folder *out,
    struct err *e);
void imap_list_reply(struct imap *im, struct scan *s, bool lsub);
void imap_status_reply(struct imap *im, struct scan *s);

/* watch.c */
int imap_watch(struct store *s, int wake_fd, int timeout_ms, struct err *e);
int imap_noop(struct store *s, struct err *e);
void imap_close(struct store *s, int timeout_ms);
void imap_destroy(struct imap *im);

#endif
