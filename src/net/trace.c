/*
 * A ring of records in one block of memory: a small head, then the text of
 * one line.  Writing costs a copy and no allocation, because every byte of
 * every connection comes through here; making text fit for a terminal waits
 * until somebody looks.
 */
#include "net/trace.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

enum { LINE_MAX_BYTES = 1024 }; /* of one line that is kept */

struct head {
	int64_t ms;
	uint32_t len;
	uint8_t dir;
};

/* A line that is not complete yet, one for each direction. */
struct partial {
	char text[LINE_MAX_BYTES];
	size_t len;
	size_t dropped; /* bytes beyond */
	bool hidden;    /* the last bytes were; said once */
};

struct trace {
	atomic_int refs;
	pthread_mutex_t lock;
	int64_t start_ms;
	FILE *file;
	char *name;
	size_t first, used; /* of ring */
	struct partial part[2];
	char ring[TRACE_MAX_BYTES];
};

struct trace *
trace_new(const char *name)
{
	struct trace *t = mem_zalloc(sizeof *t);

	atomic_init(&t->refs, 1);
	pthread_mutex_init(&t->lock, NULL);
	t->start_ms = os_now_ms();
	t->name = mem_str(name);
	return t;
}

struct trace *
trace_ref(struct trace *t)
{
	if (t != NULL)
		atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void
trace_unref(struct trace *t)
{
	if (t == NULL || atomic_fetch_sub(&t->refs, 1) != 1)
		return;
	if (t->file != NULL)
		fclose(t->file);
	pthread_mutex_destroy(&t->lock);
	free(t->name);
	free(t);
}

int
trace_to_file(struct trace *t, const char *path, struct err *e)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *file;

	if (fd < 0)
		return err_errno(e, "open %s", path);
	file = fdopen(fd, "a");
	if (file == NULL) {
		close(fd);
		return err_errno(e, "open %s", path);
	}
	pthread_mutex_lock(&t->lock);
	if (t->file != NULL)
		fclose(t->file);
	t->file = file;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

static void
ring_put(struct trace *t, const void *p, size_t n)
{
	size_t at = (t->first + t->used) % sizeof t->ring;
	size_t here = n < sizeof t->ring - at ? n : sizeof t->ring - at;

	memcpy(t->ring + at, p, here);
	memcpy(t->ring, (const char *)p + here, n - here);
	t->used += n;
}

static void
ring_get(const struct trace *t, size_t offset, void *p, size_t n)
{
	size_t at = (t->first + offset) % sizeof t->ring;
	size_t here = n < sizeof t->ring - at ? n : sizeof t->ring - at;

	memcpy(p, t->ring + at, here);
	memcpy((char *)p + here, t->ring, n - here);
}

static void
drop_oldest(struct trace *t)
{
	struct head h;

	ring_get(t, 0, &h, sizeof h);
	t->first = (t->first + sizeof h + h.len) % sizeof t->ring;
	t->used -= sizeof h + h.len;
}

static const char *
arrow(enum trace_dir dir)
{
	return dir == TRACE_IN ? "<" : dir == TRACE_OUT ? ">" : "-";
}

static void
to_file(struct trace *t, const struct head *h, const char *text)
{
	struct buf clean = BUF_INIT(16 * LINE_MAX_BYTES);

	utf8_clean(&clean, text, h->len, CLEAN_LINE);
	fprintf(t->file, "%s %.3f %s %s\n", t->name, (double)h->ms / 1000,
	    arrow(h->dir), buf_text(&clean));
	buf_free(&clean);
}

static void
add_record(struct trace *t, enum trace_dir dir, const char *text, size_t n)
{
	struct head h = {.ms = os_now_ms() - t->start_ms,
	    .len = (uint32_t)n,
	    .dir = (uint8_t)dir};

	while (t->used + sizeof h + n > sizeof t->ring)
		drop_oldest(t);
	ring_put(t, &h, sizeof h);
	ring_put(t, text, n);
	if (t->file != NULL)
		to_file(t, &h, text);
}

static void
end_line(struct trace *t, enum trace_dir dir)
{
	struct partial *p = &t->part[dir];
	char more[40];
	int n = 0;

	if (p->len > 0 && p->text[p->len - 1] == '\r')
		p->len--;
	if (p->dropped > 0) {
		n = snprintf(
		    more, sizeof more, "... %zu bytes more", p->dropped);
		if (p->len > sizeof p->text - (size_t)n)
			p->len = sizeof p->text - (size_t)n;
		memcpy(p->text + p->len, more, (size_t)n);
		p->len += (size_t)n;
	}
	add_record(t, dir, p->text, p->len);
	p->len = p->dropped = 0;
	p->hidden = false;
}

static void
extend(struct partial *p, const char *s, size_t n)
{
	size_t room = sizeof p->text - p->len;
	size_t here = n < room ? n : room;

	memcpy(p->text + p->len, s, here);
	p->len += here;
	p->dropped += n - here;
}

static void
extend_hidden(struct partial *p)
{
	if (!p->hidden)
		extend(p, "[hidden]", 8);
	p->hidden = true;
}

void
trace_bytes(
    struct trace *t, enum trace_dir dir, const void *p, size_t n, bool hidden)
{
	const char *s = p;

	if (t == NULL || dir == TRACE_NOTE)
		return;
	pthread_mutex_lock(&t->lock);
	while (n > 0) {
		const char *lf = memchr(s, '\n', n);
		size_t here = lf != NULL ? (size_t)(lf - s) : n;

		if (!hidden) {
			extend(&t->part[dir], s, here);
			t->part[dir].hidden &= here == 0;
		} else if (here > 0) {
			extend_hidden(&t->part[dir]);
		}
		if (lf != NULL)
			end_line(t, dir);
		here += lf != NULL;
		s += here;
		n -= here;
	}
	if (t->file != NULL)
		fflush(t->file);
	pthread_mutex_unlock(&t->lock);
}

void
trace_note(struct trace *t, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES];
	va_list ap;
	int n;

	if (t == NULL)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof text)
		n = sizeof text - 1;
	pthread_mutex_lock(&t->lock);
	add_record(t, TRACE_NOTE, text, (size_t)n);
	if (t->file != NULL)
		fflush(t->file);
	pthread_mutex_unlock(&t->lock);
}

/* The records as they are now, so that fn is called without the lock. */
static char *
copy_ring(struct trace *t, size_t *n)
{
	char *copy;

	pthread_mutex_lock(&t->lock);
	*n = t->used;
	copy = mem_alloc(t->used + 1);
	ring_get(t, 0, copy, t->used);
	pthread_mutex_unlock(&t->lock);
	return copy;
}

void
trace_each(struct trace *t,
    void (*fn)(void *ctx, enum trace_dir dir, double seconds, const char *line),
    void *ctx)
{
	struct buf clean = BUF_INIT(16 * LINE_MAX_BYTES);
	size_t n, at = 0;
	char *copy;

	if (t == NULL)
		return;
	copy = copy_ring(t, &n);
	while (at < n) {
		struct head h;

		memcpy(&h, copy + at, sizeof h);
		at += sizeof h;
		buf_cut(&clean, 0);
		utf8_clean(&clean, copy + at, h.len, CLEAN_LINE);
		fn(ctx, h.dir, (double)h.ms / 1000, buf_text(&clean));
		at += h.len;
	}
	buf_free(&clean);
	free(copy);
}
