#include "seqmap.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

void
seqmap_reset(struct seqmap *m, uint64_t exists)
{
	m->n = 0;
	m->head = m->cap;
	m->base = exists + 1;
}

void
seqmap_free(struct seqmap *m)
{
	free(m->v);
	*m = (struct seqmap){.v = NULL};
}

/* Room for `front` more below and `back` more above. */
static bool
make_room(struct seqmap *m, size_t front, size_t back)
{
	size_t cap;
	uint32_t *v;

	if (front <= m->head && back <= m->cap - m->head - m->n)
		return true;
	if (m->n + front + back > SEQMAP_MAX)
		return false;
	cap = m->n + front + back;
	cap += cap / 2 + 64;
	v = mem_array(cap, sizeof *v);
	/* most growth is downwards: leave the slack there, but for a few */
	size_t head = cap - m->n - back - (back > 0 ? cap / 8 : 16);

	if (head < front || head > cap)
		head = front;
	if (m->n > 0)
		memcpy(v + head, m->v + m->head, m->n * sizeof *v);
	free(m->v);
	m->v = v;
	m->cap = cap;
	m->head = head;
	return true;
}

void
seqmap_cover(struct seqmap *m, uint64_t lo)
{
	uint64_t more;

	if (lo == 0 || lo >= m->base)
		return;
	more = m->base - lo;
	if (more > SEQMAP_MAX || !make_room(m, (size_t)more, 0))
		return;
	m->head -= (size_t)more;
	m->n += (size_t)more;
	m->base = lo;
	memset(m->v + m->head, 0, (size_t)more * sizeof *m->v);
}

void
seqmap_set(struct seqmap *m, uint64_t seq, uint64_t uid)
{
	if (seq < m->base || uid == 0 || uid > UINT32_MAX)
		return;
	if (seq == m->base + m->n && make_room(m, 0, 1))
		m->n++;
	if (seq - m->base < m->n)
		m->v[m->head + (seq - m->base)] = (uint32_t)uid;
}

uint64_t
seqmap_uid(const struct seqmap *m, uint64_t seq)
{
	if (seq < m->base || seq - m->base >= m->n)
		return 0;
	return m->v[m->head + (seq - m->base)];
}

uint64_t
seqmap_expunge(struct seqmap *m, uint64_t seq)
{
	uint64_t uid;
	size_t at;

	if (seq < m->base) {
		seqmap_shift(m, 1);
		return 0;
	}
	if (seq - m->base >= m->n)
		return 0;
	at = m->head + (size_t)(seq - m->base);
	uid = m->v[at];
	memmove(
	    m->v + at, m->v + at + 1, (m->head + m->n - at - 1) * sizeof *m->v);
	m->n--;
	return uid;
}

uint64_t
seqmap_vanish(struct seqmap *m, uint64_t lo, uint64_t hi)
{
	uint32_t *v;
	size_t kept = 0, went;

	if (m->n == 0)
		return 0;
	v = m->v + m->head;
	for (size_t i = 0; i < m->n; i++)
		if (v[i] < lo || v[i] > hi)
			v[kept++] = v[i];
	went = m->n - kept;
	m->n = kept;
	return went;
}

void
seqmap_shift(struct seqmap *m, uint64_t n)
{
	m->base = m->base > n ? m->base - n : 1;
}
