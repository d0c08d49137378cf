/*
 * Message-IDs: what stands in <>, blanks taken out; without any <>, tokens
 * that can be nothing else.
 */
#include <string.h>

#include "mime_int.h"

struct span {
	const char *s;
	size_t n;
};

/* The last REFERENCES_MAX spans seen. */
struct ring {
	struct span v[REFERENCES_MAX];
	size_t count;
};

static void
ring_add(struct ring *r, const char *s, size_t n)
{
	trim(&s, &n);
	if (n > 0)
		r->v[r->count++ % REFERENCES_MAX] = (struct span){s, n};
}

static void
find_bracketed(struct ring *r, const char *s, size_t n)
{
	const char *end = s + n;

	while ((s = memchr(s, '<', (size_t)(end - s))) != NULL) {
		const char *close = memchr(s, '>', (size_t)(end - s));
		const char *p;

		if (close == NULL)
			close = end;
		/* "<a@b <c@d>": the last one before the > */
		for (p = close; p > s && p[-1] != '<'; p--)
			;
		ring_add(r, p, (size_t)(close - p));
		s = close;
	}
}

static bool
is_separator(char c)
{
	return is_blank(c) || c == ',' || c == ';' || c == '"' || c == '>';
}

/* All tokens have an @, or there is only one: else it is prose. */
static void
find_bare(struct ring *r, const char *s, size_t n)
{
	size_t i = 0, from, odd = 0;

	while (i < n) {
		while (i < n && is_separator(s[i]))
			i++;
		for (from = i; i < n && !is_separator(s[i]); i++)
			;
		if (i == from)
			break;
		odd += memchr(s + from, '@', i - from) == NULL;
		ring_add(r, s + from, i - from);
	}
	if (odd > 0 && r->count > 1)
		r->count = 0;
}

size_t
msgids_parse(struct arena *a, const char *value, size_t n, const char ***out)
{
	struct ring r;
	size_t i, count, first;

	r.count = 0;
	*out = NULL;
	if (n == 0)
		return 0;
	if (memchr(value, '<', n) != NULL)
		find_bracketed(&r, value, n);
	else
		find_bare(&r, value, n);
	count = r.count < REFERENCES_MAX ? r.count : REFERENCES_MAX;
	if (count == 0)
		return 0;
	first = r.count - count;
	*out = arena_alloc(a, count * sizeof **out);
	for (i = 0; i < count; i++)
		(*out)[i] = token_text(a, r.v[(first + i) % REFERENCES_MAX].s,
		    r.v[(first + i) % REFERENCES_MAX].n, true);
	return count;
}
