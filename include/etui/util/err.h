/*
 * err - one failure, as a kind that decides what happens next and one
 * sentence that a person can act on.
 *
 * Fallible functions return int 0/-1 and take a `struct err *` last.  The
 * text is built outward: err_set() where it failed, err_wrap() with
 * "what was being done" on the way up.  Log or show it once, where it is
 * handled.  Text from a server goes through utf8_clean() before err_set().
 *
 * Ownership: a struct err lives on the caller's stack; nothing to free.
 * Threads: none of its own.
 */
#ifndef ETUI_UTIL_ERR_H
#define ETUI_UTIL_ERR_H

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err_kind {
	ERR_NONE,
	ERR_SYS,    /* a system call failed; errno is in the text */
	ERR_NET,    /* connection lost or refused: worth retrying */
	ERR_TLS,    /* peer not trusted: never retried silently */
	ERR_AUTH,   /* credentials refused: ask the user again */
	ERR_PROTO,  /* the server broke its protocol, or said NO */
	ERR_INPUT,  /* user, config or message data is malformed */
	ERR_LIMIT,  /* a built-in bound was hit; data was not truncated */
	ERR_GONE,   /* the message or folder no longer exists */
	ERR_CANCEL, /* the user asked us to stop; do not report */
	ERR_FULL,   /* the disk is full: say it once, go on reading */
};

struct err {
	enum err_kind kind;
	char text[240];
};

#define ERR_INIT                                                               \
	{                                                                      \
		.kind = ERR_NONE                                               \
	}

/* Both return -1, so a failing path reads `return err_set(...)`.
 * `e` may be NULL where the caller does not care. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* Put "context: " in front of what the callee reported; kind is kept. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* err_set with ": strerror(errno)" appended; ENOSPC and EDQUOT are ERR_FULL. */
int err_errno(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
void err_clear(struct err *e);

#endif
