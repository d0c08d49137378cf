#include <string.h>

#include "view_int.h"

static int
key_compare(const int64_t a[KEYS], const int64_t b[KEYS])
{
	for (int i = 0; i < KEYS; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* When full, the one farthest from the new one makes room: what is near the
 * screen is what will be asked for. */
static void
make_room(struct anchors *a, uint64_t pos)
{
	uint64_t first = a->v[0].pos, last = a->v[a->n - 1].pos;
	bool drop_first = pos > first &&
			  (pos >= last || pos - first > last - pos);

	a->n--;
	if (drop_first)
		memmove(a->v, a->v + 1, a->n * sizeof *a->v);
}

void
anchor_add(struct anchors *a, uint64_t pos, const int64_t key[KEYS])
{
	size_t i;

	for (i = 0; i < a->n && a->v[i].pos < pos; i++)
		;
	if (i == a->n || a->v[i].pos != pos) {
		if (a->n == ANCHORS) {
			make_room(a, pos);
			for (i = 0; i < a->n && a->v[i].pos < pos; i++)
				;
		}
		memmove(a->v + i + 1, a->v + i, (a->n - i) * sizeof *a->v);
		a->n++;
	}
	a->v[i].pos = pos;
	memcpy(a->v[i].key, key, sizeof a->v[i].key);
}

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a < b ? b - a : a - b;
}

const struct anchor *
anchor_near(
    const struct anchors *a, uint64_t pos, uint64_t count, uint64_t *from)
{
	const struct anchor *best = NULL;

	*from = pos < count - pos ? 0 : count;
	for (size_t i = 0; i < a->n; i++) {
		if (distance(a->v[i].pos, pos) > distance(*from, pos))
			continue;
		best = &a->v[i];
		*from = best->pos;
	}
	return best;
}

void
anchor_around(const struct anchors *a, const int64_t key[KEYS], bool reverse,
    const struct anchor **before, const struct anchor **after)
{
	*before = *after = NULL;
	for (size_t i = 0; i < a->n; i++) {
		int c = key_compare(a->v[i].key, key);

		if (reverse ? c >= 0 : c <= 0) {
			*before = &a->v[i];
		} else {
			*after = &a->v[i];
			break;
		}
	}
}
