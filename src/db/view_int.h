/*
 * view_int - the kinds of view, and what they share.
 *
 * A kind turns positions into messages and back; contents are read by id, and
 * kept for the rows that were asked for lately (view.c).
 *
 *	view_flat.c    by date or arrival: a walk along an index
 *	view_thread.c  threads: a walk along thread_folder, trees inside
 *	view_array.c   limits, and the orders that have no index: sorted here
 */
#ifndef ETUI_DB_VIEW_INT_H
#define ETUI_DB_VIEW_INT_H

#include "db/view.h"
#include "db_int.h"

/* One position of a list. */
struct item {
	int64_t id, thread;
	uint64_t lines;
	int depth;
	unsigned count; /* of its thread, on its first row */
	bool last;
};

/* ---- tree.c ---- */
struct tree {
	int64_t thread, stamp;
	uint64_t used; /* when, for who keeps them */
	size_t n;
	struct item *v; /* in order */
};
/* The rows of one thread in one folder, or (with a sorted set of ids) those
 * in the set. */
int tree_load(struct sql *s, int64_t folder, int64_t thread, const int64_t *ids,
    size_t nids, struct tree *out) MUST_CHECK;

/* ---- anchors: positions whose keys are known ---- */
#define ANCHORS 48
#define KEYS    3
struct anchor {
	uint64_t pos;
	int64_t key[KEYS];
};
struct anchors {
	struct anchor v[ANCHORS]; /* sorted by pos */
	size_t n;
};
void anchor_add(struct anchors *a, uint64_t pos, const int64_t key[KEYS]);
/* The known position nearest to pos: the anchor, or NULL for one of the ends
 * (*from is 0 or count). */
const struct anchor *anchor_near(
    const struct anchors *a, uint64_t pos, uint64_t count, uint64_t *from);
/* The anchors around a key in the list's order; NULL: the ends. */
void anchor_around(const struct anchors *a, const int64_t key[KEYS],
    bool reverse, const struct anchor **before, const struct anchor **after);

/* ---- kinds ---- */
struct view_kind {
	/* Read counts, and what else holds until the next refresh. */
	int (*load)(struct view *v);
	size_t (*items)(
	    struct view *v, uint64_t first, size_t n, struct item *out);
	int64_t (*find)(struct view *v, int64_t id);
	/* The next message after position `from` (which may be -1 or the
	 * count) by its id, or 0. */
	int64_t (*next)(
	    struct view *v, int64_t from, int dir, unsigned on, unsigned off);
	void (*done)(struct view *v);
};
extern const struct view_kind view_flat, view_threads, view_array;

struct view_cached;
struct view_array_state;
struct view_thread_state;

struct view {
	struct dbr *r;
	struct sql *s; /* r's connection, for the call at hand */
	struct view_spec spec;
	const struct view_kind *kind;
	bool fresh;
	unsigned generation; /* of cache.db when it was fresh */
	uint64_t count;
	struct anchors anchors;
	struct view_array_state *array;
	struct view_thread_state *threads;

	struct view_cached *row;
	size_t nrow, rowcap;
	size_t *slot; /* ids to rows: open addressing, index + 1 */
	size_t nslot;
	struct arena strings;
};

int folder_count(struct view *v, uint64_t *rows, int64_t *moves) MUST_CHECK;

#endif
