/*
 * mem - allocation that cannot fail (the process ends instead; drafts are on
 * disk by then), arenas, and growing arrays.
 *
 * Sizes a server or a sender chose must have passed a named bound before they
 * get here.
 */
#ifndef ETUI_UTIL_MEM_H
#define ETUI_UTIL_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

void *mem_alloc(size_t n); /* not zeroed */
void *mem_zalloc(size_t n);
void *mem_array(size_t n, size_t elem); /* zeroed; n * elem checked */
void *mem_dup(const void *p, size_t n);
char *mem_str(const char *s);            /* strdup; NULL gives NULL */
char *mem_strn(const char *s, size_t n); /* n bytes and a NUL */
char *mem_printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
char *mem_vprintf(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);

/*
 * Make room for `need` elements in the array at *(void **)array, whose
 * capacity is *cap; doubles.  Usage:
 *	mem_grow(&v, &cap, n + 1, sizeof *v);
 */
void mem_grow(void *array, size_t *cap, size_t need, size_t elem);
/* Overwrite in a way the compiler keeps. */
void mem_wipe(void *p, size_t n);

/* An arena frees all it gave out at once; pointers stay valid until then. */
struct arena {
	struct arena_block *head;
};
#define ARENA_INIT                                                             \
	{                                                                      \
		.head = NULL                                                   \
	}

void *arena_alloc(struct arena *a, size_t n);    /* zeroed, aligned */
char *arena_str(struct arena *a, const char *s); /* NULL gives NULL */
char *arena_strn(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
void arena_free(struct arena *a); /* a is empty and reusable */

#endif
