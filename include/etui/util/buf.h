/*
 * buf - bytes that grow, up to a bound the owner names.
 *
 * Input from the network or a message must go through a buf whose `max`
 * was chosen for that input; reaching it fails with ERR_LIMIT and leaves
 * the content as it was.  The bytes are always followed by a NUL that is
 * not counted, so `b.data` may be printed; they may also contain NULs.
 *
 *	struct buf b = BUF_INIT(64 * 1024);
 *	if (buf_add(&b, p, n, err) < 0)
 *		...
 *	buf_free(&b);
 *
 * Ownership: the buf owns its bytes until buf_take() moves them out.
 * Threads: none of its own; a buf belongs to one thread at a time.
 */
#ifndef ETUI_UTIL_BUF_H
#define ETUI_UTIL_BUF_H

#include <stddef.h>

#include "util/err.h"

struct buf {
	char *data; /* NULL before the first add; use buf_text() to print */
	size_t len;
	size_t cap;
	size_t max;
};

#define BUF_INIT(limit)                                                        \
	{                                                                      \
		.max = (limit)                                                 \
	}

int buf_add(struct buf *b, const void *p, size_t n, struct err *e) MUST_CHECK;

/* The rest are for text we make ourselves, whose size our own bounds limit:
 * they end the process when `max` is passed. */
void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

const char *buf_text(const struct buf *b); /* "" when empty; borrowed */
void buf_cut(struct buf *b, size_t len);   /* shorten to len */
char *buf_take(struct buf *b); /* caller frees; b is empty and reusable */
void buf_wipe(struct buf *b);  /* overwrite, then free */
void buf_free(struct buf *b);  /* safe on an empty or freed buf */

#endif
