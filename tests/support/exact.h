/* A heap copy of exactly these bytes, with no NUL behind them, so that ASan
 * sees any read past the end.  Free it. */
#ifndef ETUI_TEST_EXACT_H
#define ETUI_TEST_EXACT_H

#include <stdlib.h>
#include <string.h>

static inline char *
exact(const char *s, size_t n)
{
	char *p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		abort();
	if (n > 0)
		memcpy(p, s, n);
	return p;
}

#endif
