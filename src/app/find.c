/*
 * Running a pattern over a folder, on the job thread.
 *
 * Text goes through the database's index; everything else narrows what that
 * left: numbers and tags by set arithmetic, flags by reading the rows a
 * window at a time, so that memory holds ids only and a cancel is seen
 * within one window.
 */
#include <stdlib.h>

#include "app_int.h"

#define WINDOW 500

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
ids_sort(int64_t *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof *v, compare);
}

bool
ids_has(const int64_t *v, size_t n, int64_t id)
{
	return n > 0 && bsearch(&id, v, n, sizeof *v, compare) != NULL;
}

size_t
ids_filter(int64_t *v, size_t n, const int64_t *w, size_t nw, bool keep)
{
	size_t out = 0, k = 0;

	for (size_t i = 0; i < n; i++) {
		while (k < nw && w[k] < v[i])
			k++;
		if ((k < nw && w[k] == v[i]) == keep)
			v[out++] = v[i];
	}
	return out;
}

/* All ids of a view, sorted by id. */
static int
all_ids(struct dbr *r, const struct view_spec *spec, int64_t **ids, size_t *n,
    struct err *e)
{
	struct view *v;
	size_t count;

	if (view_open(r, spec, &v, e) < 0)
		return -1;
	count = (size_t)view_count(v);
	*ids = mem_array(count + 1, sizeof **ids);
	*n = view_ids(v, *ids, count);
	view_close(v);
	ids_sort(*ids, *n);
	return 0;
}

/* The ids at positions lo..hi (from 1) of the list as it was shown. */
static int
ids_between(struct dbr *r, struct job *j, const struct pattern_range *range,
    int64_t **ids, size_t *n, struct err *e)
{
	struct view_row *row;
	struct view *v;
	uint64_t pos, end;
	size_t got = 0, cap = 0;

	*ids = NULL;
	*n = 0;
	if (view_open(r, &j->spec, &v, e) < 0)
		return -1;
	end = view_count(v);
	end = range->hi < end ? range->hi : end;
	row = mem_array(WINDOW, sizeof *row);
	for (pos = range->lo - 1; pos < end; pos += got) {
		uint64_t want = end - pos < WINDOW ? end - pos : WINDOW;

		got = view_rows(v, pos, (size_t)want, row);
		if (got == 0 || cancel_is_set(j->cancel))
			break;
		mem_grow(ids, &cap, *n + got, sizeof **ids);
		for (size_t i = 0; i < got; i++)
			(*ids)[(*n)++] = row[i].id;
	}
	free(row);
	view_close(v);
	ids_sort(*ids, *n);
	return 0;
}

static int
narrow_ranges(struct dbr *r, struct job *j, struct err *e)
{
	for (size_t i = 0; i < j->pattern.nrange; i++) {
		const struct pattern_range *range = &j->pattern.range[i];
		int64_t *ids;
		size_t n;

		if (ids_between(r, j, range, &ids, &n, e) < 0)
			return -1;
		j->nids = ids_filter(j->ids, j->nids, ids, n, !range->negate);
		free(ids);
	}
	return 0;
}

/* Keep those whose flags fit; the order of the walk is the database's. */
static int
narrow_flags(struct dbr *r, struct job *j, struct err *e)
{
	const struct pattern *p = &j->pattern;
	struct view_spec spec = j->spec;
	struct view_row *row;
	struct view *v;
	int64_t *kept;
	size_t n = 0, got;

	if ((p->on == 0 && p->off == 0) || j->nids == 0)
		return 0;
	spec.ids = j->ids;
	spec.nids = j->nids;
	spec.threaded = false;
	if (view_open(r, &spec, &v, e) < 0)
		return -1;
	kept = mem_array(j->nids + 1, sizeof *kept);
	row = mem_array(WINDOW, sizeof *row);
	for (uint64_t pos = 0; n < j->nids; pos += got) {
		got = view_rows(v, pos, WINDOW, row);
		if (got == 0 || cancel_is_set(j->cancel))
			break;
		for (size_t i = 0; i < got && n < j->nids; i++)
			if ((row[i].flags & p->on) == p->on &&
			    (row[i].flags & p->off) == 0)
				kept[n++] = row[i].id;
	}
	free(row);
	view_close(v);
	free(j->ids);
	j->ids = kept;
	j->nids = n;
	ids_sort(kept, n);
	return 0;
}

static int
first_set(struct dbr *r, struct job *j, struct err *e)
{
	if (j->pattern.none) {
		j->ids = mem_array(1, sizeof *j->ids);
		return 0;
	}
	if (j->pattern.ntext == 0)
		return all_ids(r, &j->spec, &j->ids, &j->nids, e);
	if (dbr_find(r, j->spec.folder, j->pattern.text, j->pattern.ntext,
		j->cancel, &j->ids, &j->nids, e) < 0)
		return -1;
	if (j->spec.ids != NULL)
		j->nids = ids_filter(
		    j->ids, j->nids, j->spec.ids, j->spec.nids, true);
	return 0;
}

int
find_run(struct dbr *r, struct job *j, struct err *e)
{
	if (first_set(r, j, e) < 0)
		return -1;
	if (narrow_ranges(r, j, e) < 0)
		return -1;
	if (j->pattern.tagged)
		j->nids = ids_filter(
		    j->ids, j->nids, j->tagged, j->ntagged, true);
	if (j->pattern.untagged)
		j->nids = ids_filter(
		    j->ids, j->nids, j->tagged, j->ntagged, false);
	if (narrow_flags(r, j, e) < 0)
		return -1;
	if (cancel_is_set(j->cancel))
		return err_set(e, ERR_CANCEL, "the search was stopped");
	return 0;
}
