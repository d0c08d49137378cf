/*
 * A tree of parts as bytes for the cache.
 *
 *	'P' version, then each part in depth-first order: its depth, numbers
 *	as base-128, strings as length + 1 (0: NULL) and bytes.
 *
 * What comes back from a disk may be anything: every read is checked, depth
 * and count are bounded as when parsing, and a tree is all there or not one.
 */
#include <string.h>

#include "mime_int.h"

#define VERSION    1
#define PARAMS_MAX 200

static void
put_number(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		buf_putc(out, (char)(v | 0x80));
		v >>= 7;
	}
	buf_putc(out, (char)v);
}

static void
put_string(struct buf *out, const char *s)
{
	size_t n;

	if (s == NULL) {
		put_number(out, 0);
		return;
	}
	n = strlen(s);
	put_number(out, n + 1);
	buf_put(out, s, n);
}

static void
put_part(struct buf *out, const struct part *p, size_t depth)
{
	const struct param *q;
	size_t n = 0;

	put_number(out, depth);
	put_string(out, p->type);
	put_string(out, p->subtype);
	put_string(out, p->encoding);
	put_string(out, p->disposition);
	put_string(out, p->section);
	put_string(out, p->filename);
	put_string(out, p->description);
	put_string(out, p->content_id);
	put_number(out, p->size);
	put_number(out, p->offset);
	put_number(out, p->header);
	put_number(out, p->lines);
	for (q = p->params; q != NULL && n < PARAMS_MAX; q = q->next)
		n++;
	put_number(out, n);
	for (q = p->params; n > 0; q = q->next, n--) {
		put_string(out, q->name);
		put_string(out, q->value);
	}
}

void
part_pack(const struct part *root, struct buf *out)
{
	const struct part *p, *up;
	size_t count = 0;

	buf_putc(out, 'P');
	buf_putc(out, VERSION);
	for (p = root; p != NULL && count < PART_MAX_COUNT; p = part_next(p)) {
		size_t depth = 0;

		for (up = p; up != root && up != NULL; up = up->parent)
			depth++;
		if (depth > PART_MAX_DEPTH)
			continue;
		put_part(out, p, depth);
		count++;
	}
}

struct reader {
	struct arena *a;
	const unsigned char *p, *end;
	bool bad;
};

static uint64_t
get_number(struct reader *r)
{
	uint64_t v = 0;
	unsigned shift = 0;

	while (r->p < r->end && shift < 64) {
		unsigned char c = *r->p++;

		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return v;
		shift += 7;
	}
	r->bad = true;
	return 0;
}

static const char *
get_string(struct reader *r)
{
	uint64_t n = get_number(r);
	const char *s;

	if (n == 0)
		return NULL;
	if (n - 1 > (uint64_t)(r->end - r->p)) {
		r->bad = true;
		return NULL;
	}
	s = arena_strn(r->a, (const char *)r->p, (size_t)(n - 1));
	r->p += n - 1;
	return s;
}

/* A string that is never NULL in a tree. */
static const char *
get_word(struct reader *r)
{
	const char *s = get_string(r);

	if (s == NULL)
		r->bad = true;
	return s;
}

static void
get_params(struct reader *r, struct part *p)
{
	struct param **end = &p->params;
	uint64_t n = get_number(r);

	if (n > PARAMS_MAX)
		r->bad = true;
	while (n-- > 0 && !r->bad) {
		struct param *q = arena_alloc(r->a, sizeof *q);

		q->name = get_word(r);
		q->value = get_word(r);
		*end = q;
		end = &q->next;
	}
}

static struct part *
get_part(struct reader *r, uint64_t *depth)
{
	struct part *p = arena_alloc(r->a, sizeof *p);

	*depth = get_number(r);
	p->type = get_word(r);
	p->subtype = get_word(r);
	p->encoding = get_word(r);
	p->disposition = get_word(r);
	p->section = get_word(r);
	p->filename = get_string(r);
	p->description = get_string(r);
	p->content_id = get_string(r);
	p->size = get_number(r);
	p->offset = get_number(r);
	p->header = get_number(r);
	p->lines = get_number(r);
	get_params(r, p);
	return p;
}

struct part *
part_unpack(struct arena *a, const void *bytes, size_t n)
{
	struct reader r = {.a = a, .p = bytes};
	struct part *last[PART_MAX_DEPTH + 1]; /* the last one of each depth */
	struct part *root;
	uint64_t depth, above = 0, count = 1;

	r.end = r.p + n;
	if (n < 2 || r.p[0] != 'P' || r.p[1] != VERSION)
		return NULL;
	r.p += 2;
	root = last[0] = get_part(&r, &depth);
	if (depth != 0)
		return NULL;
	while (!r.bad && r.p < r.end && count++ < PART_MAX_COUNT) {
		struct part *p = get_part(&r, &depth);

		if (r.bad || depth == 0 || depth > PART_MAX_DEPTH ||
		    depth > above + 1)
			return NULL;
		p->parent = last[depth - 1];
		if (depth == above + 1)
			p->parent->child = p;
		else
			last[depth]->next = p;
		last[depth] = p;
		above = depth;
	}
	return r.bad || r.p != r.end ? NULL : root;
}
