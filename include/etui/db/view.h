/*
 * view - a folder's messages in some order, read a window at a time.
 *
 * Positions run from 0 (top of the screen's list) to view_count()-1.
 * Opening, scrolling by a line or a page, first and last cost the same at a
 * thousand and a million rows: keyset queries from the nearest known anchor,
 * never OFFSET over the folder; only a jump to a far number counts rows.
 * Threaded: threads by their newest message (in this folder), inside a thread
 * the tree of JWZ, children by date.  Kept in the database, not computed over
 * the folder.
 *
 * Threads: as its dbr, one thread.
 */
#ifndef ETUI_DB_VIEW_H
#define ETUI_DB_VIEW_H

#include "db/message.h"

enum view_sort {
	SORT_DATE,    /* Date: header, else arrival */
	SORT_ARRIVAL, /* INTERNALDATE, then UID */
	SORT_FROM,
	SORT_SUBJECT,
	SORT_SIZE,
};

struct view_spec {
	int64_t folder;
	enum view_sort sort;
	bool reverse;  /* newest (largest, last) at the top */
	bool threaded; /* sort and reverse then order the threads by date */
	/* A limit: only these messages (sorted ascending by id, borrowed for
	 * the life of the view); NULL: all. */
	const int64_t *ids;
	size_t nids;
};

/* One line of an index; strings last until the next call on this view. */
struct view_row {
	int64_t id, thread;
	struct mkey key;
	unsigned flags;
	const char *keywords;
	int64_t idate, date;
	uint64_t size;
	const char *subject, *from_name, *from_addr, *to;
	bool attachment;
	int depth;      /* in its thread; 0 in flat views */
	uint64_t lines; /* bit d: a line runs on at depth d (an older ancestor
			   has more children) */
	bool last;      /* last child of its parent */
	/* messages of the thread here, on its first row */
	unsigned thread_count;
};

struct view;

int view_open(struct dbr *r, const struct view_spec *s, struct view **out,
    struct err *e) MUST_CHECK;
void view_close(struct view *v);
uint64_t view_count(struct view *v);
/* Up to n rows from position first; returns how many. */
size_t view_rows(
    struct view *v, uint64_t first, size_t n, struct view_row *out);
/* Position of a message, or -1. */
int64_t view_find(struct view *v, int64_t id);
/* The database changed: forget anchors and counts. */
void view_refresh(struct view *v);
/* Next position from `from` in direction dir (+1, -1) whose flags have all of
 * `on` and none of `off`, or -1.  An indexed query for unseen in flat views. */
int64_t view_find_flags(
    struct view *v, int64_t from, int dir, unsigned on, unsigned off);
/* All ids in order, at most max (a job's work, not the UI thread's). */
size_t view_ids(struct view *v, int64_t *out, size_t max);

/*
 * Find messages of a folder by text in header fields: a conjunction of terms,
 * each a needle to be found in one of `fields`, any case, any accents.
 * Through the trigram index, then checked; needles under three characters
 * scan.  Run it on a job's thread.  Sorted ids, yours to free; stops when
 * cancel is set.
 */
enum find_field { FIND_SUBJECT = 1, FIND_FROM = 2, FIND_TO = 4, FIND_ALL = 7 };
struct find_term {
	unsigned fields;
	const char *needle;
	bool negate;
};
struct cancel;
int dbr_find(struct dbr *r, int64_t folder, const struct find_term *t, size_t n,
    struct cancel *c, int64_t **ids, size_t *nids, struct err *e) MUST_CHECK;

#endif
