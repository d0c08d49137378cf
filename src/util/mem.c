#include "util/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util_int.h"

#define ARENA_FIRST   1024
#define ARENA_LARGEST (64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t cap, used;
	alignas(max_align_t) char data[];
};

void
util_die(const char *what)
{
	fprintf(stderr, "etui: %s\n", what);
	abort();
}

void *
mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		util_die("out of memory");
	return p;
}

void *
mem_array(size_t n, size_t elem)
{
	void *p = calloc(n ? n : 1, elem ? elem : 1); /* checks n * elem */

	if (!p)
		util_die("out of memory");
	return p;
}

void *
mem_zalloc(size_t n)
{
	return mem_array(1, n);
}

void *
mem_dup(const void *p, size_t n)
{
	void *q = mem_alloc(n);

	if (n > 0)
		memcpy(q, p, n);
	return q;
}

char *
mem_strn(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);

	if (n > 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
mem_str(const char *s)
{
	return s ? mem_strn(s, strlen(s)) : NULL;
}

char *
mem_vprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		util_die("out of memory");
	return s;
}

char *
mem_printf(const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	return s;
}

void
mem_grow(void *array, size_t *cap, size_t need, size_t elem)
{
	void *p;
	size_t want;

	if (need <= *cap)
		return;
	want = *cap > SIZE_MAX / 2 ? need : *cap * 2;
	if (want < 8)
		want = 8;
	if (want < need)
		want = need;
	/* `array` is the address of some T *, which may not be read as a
	 * void **. */
	memcpy(&p, array, sizeof p);
	p = reallocarray(p, want, elem);
	if (!p)
		util_die("out of memory");
	memcpy(array, &p, sizeof p);
	*cap = want;
}

void
mem_wipe(void *p, size_t n)
{
	if (p && n > 0)
		explicit_bzero(p, n);
}

static struct arena_block *
arena_block_new(size_t cap)
{
	struct arena_block *b;

	if (cap > SIZE_MAX - sizeof *b)
		util_die("out of memory");
	b = mem_zalloc(sizeof *b + cap);
	b->cap = cap;
	return b;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->head;
	const size_t align = alignof(max_align_t);
	size_t cap;

	if (n > SIZE_MAX - align)
		util_die("out of memory");
	n = n ? (n + align - 1) / align * align : align;
	if (!b || b->cap - b->used < n) {
		cap = b ? b->cap * 2 : ARENA_FIRST;
		if (cap > ARENA_LARGEST)
			cap = ARENA_LARGEST;
		if (n > cap / 4 && b) {
			/* Big: a block of its own behind the head, whose room
			 * stays in use. */
			b = arena_block_new(n);
			b->next = a->head->next;
			a->head->next = b;
		} else {
			b = arena_block_new(n > cap ? n : cap);
			b->next = a->head;
			a->head = b;
		}
	}
	b->used += n;
	return b->data + b->used - n;
}

char *
arena_strn(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(p, s, n);
	return p;
}

char *
arena_str(struct arena *a, const char *s)
{
	return s ? arena_strn(a, s, strlen(s)) : NULL;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	char *s, *p;
	va_list ap;

	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	p = arena_str(a, s);
	free(s);
	return p;
}

void
arena_free(struct arena *a)
{
	struct arena_block *b = a->head, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	a->head = NULL;
}
