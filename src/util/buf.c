#include "util/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util_int.h"

/* Blocks up to this size are wiped when they are outgrown: a buf may hold a
 * password, and realloc would leave a copy behind. */
#define WIPE_BELOW 4096

static void
reserve(struct buf *b, size_t len)
{
	size_t cap = b->cap ? b->cap : 64;
	char *p;

	if (b->data && len < b->cap)
		return;
	while (cap <= len)
		cap = cap > SIZE_MAX / 2 ? len + 1 : cap * 2;
	if (cap > b->max && len < b->max)
		cap = b->max + 1;
	if (b->data && b->cap > WIPE_BELOW) {
		p = realloc(b->data, cap);
		if (!p)
			util_die("out of memory");
	} else {
		p = mem_alloc(cap);
		if (b->len > 0)
			memcpy(p, b->data, b->len);
		mem_wipe(b->data, b->len);
		free(b->data);
	}
	b->data = p;
	b->cap = cap;
}

static void
append(struct buf *b, const void *p, size_t n)
{
	reserve(b, b->len + n);
	if (n > 0)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

int
buf_add(struct buf *b, const void *p, size_t n, struct err *e)
{
	if (n > b->max || b->len > b->max - n)
		return err_set(e, ERR_LIMIT,
		    "more than %zu bytes, the limit here", b->max);
	append(b, p, n);
	return 0;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (n > b->max || b->len > b->max - n)
		util_die("text grew past its bound");
	append(b, p, n);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	buf_puts(b, s);
	free(s);
}

const char *
buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}

void
buf_cut(struct buf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

char *
buf_take(struct buf *b)
{
	char *p;

	reserve(b, b->len);
	p = b->data;
	p[b->len] = '\0';
	b->data = NULL;
	b->len = b->cap = 0;
	return p;
}

void
buf_wipe(struct buf *b)
{
	mem_wipe(b->data, b->cap);
	buf_free(b);
}

void
buf_free(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}
