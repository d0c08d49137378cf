/*
 * The tree inside a thread, JWZ's: a message hangs below the last of its
 * references that is here.  Made when a thread is shown, from the hashes that
 * stand in its rows.
 *
 * Messages are taken in one total order (date, then id), and a link that would
 * close a loop is left out, so hostile references give some tree, the same
 * each time.  A message of which no reference is here begins a tree of its
 * own; the second and later ones hang below the first, so that a thread is one
 * block.  No recursion: a chain of 100,000 replies is one.
 */
#include <stdlib.h>
#include <string.h>

#include "view_int.h"

#define NONE SIZE_MAX

struct tnode {
	int64_t id;
	size_t refs, nrefs;  /* in hashes; the first is its own */
	size_t parent, root; /* root: towards the top of its tree */
	size_t child, sibling;
};

struct builder {
	struct tnode *v;
	size_t n, cap;
	int64_t *hash;
	size_t nhash, hashcap;
	size_t *slot; /* own hash to node: open addressing, index + 1 */
	size_t nslot;
};

/* ---- the rows ---- */

static bool
has_id(const int64_t *ids, size_t n, int64_t id)
{
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (ids[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && ids[lo] == id;
}

static void
add_node(struct builder *b, int64_t id, const void *refs, size_t bytes)
{
	struct tnode *t;
	size_t n = bytes / sizeof *b->hash;

	mem_grow(&b->v, &b->cap, b->n + 1, sizeof *b->v);
	mem_grow(&b->hash, &b->hashcap, b->nhash + n, sizeof *b->hash);
	t = &b->v[b->n];
	*t = (struct tnode){.id = id,
	    .refs = b->nhash,
	    .nrefs = n,
	    .parent = NONE,
	    .root = b->n,
	    .child = NONE,
	    .sibling = NONE};
	if (n > 0)
		memcpy(b->hash + b->nhash, refs, n * sizeof *b->hash);
	b->nhash += n;
	b->n++;
}

static int
load(struct builder *b, struct sql *s, int64_t folder, int64_t thread,
    const int64_t *ids, size_t nids)
{
	sqlite3_stmt *st = sql_query(s, NULL,
	    "SELECT id, refs FROM message WHERE thread = ? AND folder = ?"
	    " ORDER BY sdate, id",
	    "ii", thread, folder);
	int rc;

	while ((rc = sql_step(s, st, NULL)) > 0) {
		int64_t id = sqlite3_column_int64(st, 0);
		const void *refs = sqlite3_column_blob(st, 1);

		if (ids == NULL || has_id(ids, nids, id))
			add_node(
			    b, id, refs, (size_t)sqlite3_column_bytes(st, 1));
	}
	return rc;
}

/* ---- links ---- */

static size_t *
hash_slot(struct builder *b, int64_t hash)
{
	size_t i = (size_t)hash & (b->nslot - 1);

	while (b->slot[i] != 0 && b->hash[b->v[b->slot[i] - 1].refs] != hash)
		i = (i + 1) & (b->nslot - 1);
	return &b->slot[i];
}

/* Of several messages with the same id, the first has the replies. */
static void
index_nodes(struct builder *b)
{
	b->nslot = 16;
	while (b->nslot < b->n * 2)
		b->nslot *= 2;
	b->slot = mem_array(b->nslot, sizeof *b->slot);
	for (size_t i = 0; i < b->n; i++) {
		size_t *slot;

		if (b->v[i].nrefs == 0 || b->hash[b->v[i].refs] == 0)
			continue;
		slot = hash_slot(b, b->hash[b->v[i].refs]);
		if (*slot == 0)
			*slot = i + 1;
	}
}

static size_t
root_of(struct builder *b, size_t i)
{
	while (b->v[i].root != i) {
		b->v[i].root = b->v[b->v[i].root].root;
		i = b->v[i].root;
	}
	return i;
}

static void
link_node(struct builder *b, size_t i)
{
	struct tnode *t = &b->v[i];

	for (size_t k = t->nrefs; k-- > 1;) {
		size_t at = *hash_slot(b, b->hash[t->refs + k]);

		/* root_of() == i: that message is already below this one */
		if (at == 0 || root_of(b, at - 1) == i)
			continue;
		t->parent = at - 1;
		t->root = at - 1;
		return;
	}
}

static void
link_all(struct builder *b)
{
	size_t top = NONE;

	for (size_t i = 0; i < b->n; i++)
		link_node(b, i);
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].parent != NONE)
			continue;
		if (top == NONE)
			top = i;
		else
			b->v[i].parent = top;
	}
	/* backwards, each to the front: children come out in order */
	for (size_t i = b->n; i-- > 0;) {
		size_t p = b->v[i].parent;

		if (p == NONE)
			continue;
		b->v[i].sibling = b->v[p].child;
		b->v[p].child = i;
	}
}

/* ---- the order ---- */

static void
put_item(struct item *it, const struct tnode *t, const struct item *parent)
{
	it->id = t->id;
	it->last = t->sibling == NONE;
	if (parent == NULL)
		return;
	it->depth = parent->depth + 1;
	it->lines = parent->lines;
	if (parent->depth > 0 && parent->depth < 64 && !parent->last)
		it->lines |= (uint64_t)1 << parent->depth;
}

static void
walk(const struct builder *b, struct tree *out)
{
	/* the way down: nodes, and where their item is */
	size_t *path = mem_array(b->n + 1, sizeof *path);
	size_t *at = mem_array(b->n + 1, sizeof *at);
	size_t depth = 0, i = 0;

	while (i < b->n && b->v[i].parent != NONE)
		i++;
	while (i != NONE && out->n < b->n) {
		put_item(&out->v[out->n], &b->v[i],
		    depth > 0 ? &out->v[at[depth - 1]] : NULL);
		path[depth] = i;
		at[depth] = out->n++;
		if (b->v[i].child != NONE) {
			depth++;
			i = b->v[i].child;
			continue;
		}
		while (depth > 0 && b->v[path[depth]].sibling == NONE)
			depth--;
		i = depth > 0 ? b->v[path[depth]].sibling : NONE;
	}
	free(path);
	free(at);
}

int
tree_load(struct sql *s, int64_t folder, int64_t thread, const int64_t *ids,
    size_t nids, struct tree *out)
{
	struct builder b = {.n = 0};
	int rc = load(&b, s, folder, thread, ids, nids);

	out->thread = thread;
	out->n = 0;
	out->v = NULL;
	if (rc == 0 && b.n > 0) {
		index_nodes(&b);
		link_all(&b);
		out->v = mem_array(b.n, sizeof *out->v);
		walk(&b, out);
		for (size_t i = 0; i < out->n; i++)
			out->v[i].thread = thread;
		out->v[0].count = (unsigned)out->n;
	}
	free(b.v);
	free(b.hash);
	free(b.slot);
	return rc;
}
