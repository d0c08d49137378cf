/*
 * job - the app's own thread: searches that read the whole folder, and
 * things to be done a little later.
 *
 * A job moves to the thread and comes back through the app's queue as its
 * own answer; only its cancel is shared meanwhile.
 */
#ifndef ETUI_APP_JOB_H
#define ETUI_APP_JOB_H

#include "db/view.h"
#include "pattern.h"
#include "util/cancel.h"
#include "util/queue.h"

enum find_use {
	FIND_LIMIT,
	FIND_SEARCH,
	FIND_TAG,
	FIND_UNTAG,
	FIND_DELETE,
};

struct job {
	struct node node;
	int kind; /* APP_EV_FOUND or APP_EV_TICK */

	/* TICK */
	unsigned tick;
	int64_t due; /* os_now_ms() */

	/* FOUND */
	uint64_t ticket;
	enum find_use use;
	struct cancel *cancel; /* a reference */
	char *text;
	struct pattern pattern;
	struct view_spec spec; /* ids: owned by the job */
	int64_t *tagged;
	size_t ntagged;

	/* filled in by the thread */
	int rc;
	struct err err;
	int64_t *ids; /* sorted */
	size_t nids;
};

struct job_thread;

/* Answers go to `out`. */
struct job_thread *jobs_start(struct db *db, struct queue *out);
void jobs_post(struct job_thread *t, struct job *take);
void jobs_stop(struct job_thread *t);
void job_free(struct job *j);

/* Runs a search here and now; for the thread, and for tests. */
int find_run(struct dbr *r, struct job *j, struct err *e);

/* ---- sorted sets of row ids ---- */
bool ids_has(const int64_t *v, size_t n, int64_t id);
/* Keeps in v what is (keep) or is not (!keep) in w; returns how many. */
size_t ids_filter(int64_t *v, size_t n, const int64_t *w, size_t nw, bool keep);
void ids_sort(int64_t *v, size_t n);

#endif
