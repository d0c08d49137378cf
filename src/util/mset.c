/*
 * Sorted, disjoint, never touching ranges: what is contiguous on the server
 * (most of a folder) is one entry, and adding upwards is O(1).
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/mem.h"
#include "util/mkey.h"

#define RANGE_TEXT_MAX 48 /* two numbers of 20 digits, ':' and ',' */

/* The first range that ends at num or later. */
static size_t
lower_bound(const struct mset *s, uint64_t num)
{
	size_t lo = 0, hi = s->n, mid;

	if (s->n > 0 && s->range[s->n - 1].hi < num)
		return s->n;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->range[mid].hi < num)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
insert_at(struct mset *s, size_t i, uint64_t lo, uint64_t hi)
{
	mem_grow(&s->range, &s->cap, s->n + 1, sizeof *s->range);
	memmove(s->range + i + 1, s->range + i, (s->n - i) * sizeof *s->range);
	s->range[i] = (struct mrange){lo, hi};
	s->n++;
}

void
mset_add_range(struct mset *s, uint64_t lo, uint64_t hi)
{
	size_t i, j;

	assert(lo <= hi);
	/* ranges that touch lo - 1 .. hi + 1 become one */
	i = lower_bound(s, lo > 0 ? lo - 1 : 0);
	for (j = i; j < s->n; j++) {
		if (hi < UINT64_MAX && s->range[j].lo > hi + 1)
			break;
		if (s->range[j].lo < lo)
			lo = s->range[j].lo;
		if (s->range[j].hi > hi)
			hi = s->range[j].hi;
	}
	if (i == j) {
		insert_at(s, i, lo, hi);
		return;
	}
	s->range[i] = (struct mrange){lo, hi};
	memmove(s->range + i + 1, s->range + j, (s->n - j) * sizeof *s->range);
	s->n -= j - i - 1;
}

void
mset_add(struct mset *s, uint64_t num)
{
	mset_add_range(s, num, num);
}

void
mset_add_str(struct mset *s, const char *str)
{
	mem_grow(&s->str, &s->strcap, s->nstr + 1, sizeof *s->str);
	s->str[s->nstr++] = mem_str(str);
}

void
mset_add_key(struct mset *s, const struct mkey *k)
{
	if (k->num)
		mset_add(s, k->num);
	else if (k->str && *k->str)
		mset_add_str(s, k->str);
}

void
mset_remove(struct mset *s, uint64_t num)
{
	size_t i = lower_bound(s, num);
	struct mrange *r;

	if (i == s->n || s->range[i].lo > num)
		return;
	r = &s->range[i];
	if (r->lo == num && r->hi == num) {
		s->n--;
		memmove(r, r + 1, (s->n - i) * sizeof *r);
	} else if (r->lo == num) {
		r->lo++;
	} else if (r->hi == num) {
		r->hi--;
	} else {
		insert_at(s, i + 1, num + 1, r->hi);
		s->range[i].hi = num - 1;
	}
}

bool
mset_has(const struct mset *s, uint64_t num)
{
	size_t i = lower_bound(s, num);

	return i < s->n && s->range[i].lo <= num;
}

uint64_t
mset_count(const struct mset *s)
{
	uint64_t sum = s->nstr, size;

	for (size_t i = 0; i < s->n; i++) {
		size = s->range[i].hi - s->range[i].lo;
		/* a set may hold every number there is */
		if (size == UINT64_MAX || sum > UINT64_MAX - size - 1)
			return UINT64_MAX;
		sum += size + 1;
	}
	return sum;
}

void
mset_free(struct mset *s)
{
	for (size_t i = 0; i < s->nstr; i++)
		free(s->str[i]);
	free(s->str);
	free(s->range);
	*s = (struct mset)MSET_INIT;
}

char *
mset_text(const struct mset *s, size_t *from, size_t max_bytes)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	char piece[RANGE_TEXT_MAX];
	const struct mrange *r;
	int n;

	for (; *from < s->n; ++*from) {
		r = &s->range[*from];
		n = snprintf(piece, sizeof piece, "%s%" PRIu64,
		    out.len > 0 ? "," : "", r->lo);
		if (r->hi > r->lo)
			n += snprintf(piece + n, sizeof piece - (size_t)n,
			    ":%" PRIu64, r->hi);
		/* the first always, or the caller would never end */
		if (out.len > 0 && out.len + (size_t)n > max_bytes)
			break;
		buf_put(&out, piece, (size_t)n);
	}
	return buf_take(&out);
}

static int
parse_number(const char **p, const char *end, uint64_t *out)
{
	uint64_t v = 0;
	const char *s = *p;
	unsigned digit;

	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		digit = (unsigned)(*s - '0');
		if (v > (UINT64_MAX - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	if (s == *p || v == 0)
		return -1;
	*p = s;
	*out = v;
	return 0;
}

static int
by_start(const void *a, const void *b)
{
	const struct mrange *x = a, *y = b;

	return (x->lo > y->lo) - (x->lo < y->lo);
}

/* Sort what was read and join what touches. */
static void
tidy(struct mset *s)
{
	size_t n = 0;

	if (s->n == 0)
		return;
	qsort(s->range, s->n, sizeof *s->range, by_start);
	for (size_t i = 1; i < s->n; i++) {
		struct mrange *last = &s->range[n];

		if (last->hi == UINT64_MAX || s->range[i].lo <= last->hi + 1) {
			if (s->range[i].hi > last->hi)
				last->hi = s->range[i].hi;
		} else {
			s->range[++n] = s->range[i];
		}
	}
	s->n = n + 1;
}

/* Ranges as they come, so that a list in falling order is not inserted at
 * the front a hundred thousand times. */
static int
parse_ranges(struct mset *raw, const char *p, const char *end)
{
	uint64_t lo, hi, t;

	for (;;) {
		if (parse_number(&p, end, &lo) < 0)
			return -1;
		hi = lo;
		if (p < end && *p == ':') {
			p++;
			if (parse_number(&p, end, &hi) < 0)
				return -1;
		}
		if (hi < lo) { /* RFC 3501: "4:2" is "2:4" */
			t = lo;
			lo = hi;
			hi = t;
		}
		mem_grow(
		    &raw->range, &raw->cap, raw->n + 1, sizeof *raw->range);
		raw->range[raw->n++] = (struct mrange){lo, hi};
		if (p == end)
			return 0;
		if (*p++ != ',')
			return -1;
	}
}

int
mset_parse(struct mset *s, const char *text, size_t n, size_t max_ranges)
{
	struct mset raw = MSET_INIT;
	int rc = -1;

	if (parse_ranges(&raw, text, text + n) < 0)
		goto out;
	if (s->n > 0) {
		mem_grow(&raw.range, &raw.cap, raw.n + s->n, sizeof *raw.range);
		memcpy(raw.range + raw.n, s->range, s->n * sizeof *raw.range);
		raw.n += s->n;
	}
	tidy(&raw);
	if (raw.n > max_ranges)
		goto out;
	free(s->range);
	s->range = raw.range;
	s->n = raw.n;
	s->cap = raw.cap;
	raw.range = NULL;
	rc = 0;
out:
	free(raw.range);
	return rc;
}
