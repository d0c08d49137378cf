/*
 * Limit, search, and tagging by pattern: a job finds the messages, the answer
 * moves the cursor, the view or the tags.
 *
 * The next match after the cursor is its neighbour in a view of just the
 * matches and the cursor's own message, in the list's order: the cost is that
 * of the matches, not of the folder.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

void
find_stop(struct app *a)
{
	struct app_private *p = a->priv;

	if (p->find_cancel == NULL)
		return;
	cancel_set(p->find_cancel);
	cancel_unref(p->find_cancel);
	p->find_cancel = NULL;
	p->find_ticket = 0;
	a->dirty |= DIRTY_STATUS;
}

static void
clear_limit(struct app *a, struct list *l)
{
	if (l->limit == NULL)
		return;
	free(l->limit);
	l->limit = NULL;
	list_rebind(a, l, NULL, 0, false);
	app_say(a, APP_INFO, "All messages are shown");
}

static int64_t *
copy_ids(const int64_t *v, size_t n)
{
	int64_t *out = mem_array(n + 1, sizeof *out);

	if (n > 0)
		memcpy(out, v, n * sizeof *v);
	return out;
}

static struct job *
find_job(struct app *a, struct list *l, enum find_use use, const char *text,
    struct pattern *take)
{
	struct job *j = mem_zalloc(sizeof *j);

	j->kind = APP_EV_FOUND;
	j->use = use;
	j->ticket = ++a->next_ticket;
	j->cancel = cancel_new();
	j->text = mem_str(text);
	j->pattern = *take;
	j->spec = list_spec(l);
	if (use == FIND_LIMIT)
		j->spec.ids = NULL;
	if (j->spec.ids != NULL)
		j->spec.ids = copy_ids(j->spec.ids, j->spec.nids);
	j->tagged = copy_ids(l->tagged, l->ntagged);
	j->ntagged = l->ntagged;
	return j;
}

void
find_start(
    struct app *a, struct list *l, enum find_use use, const char *pattern)
{
	struct app_private *p = a->priv;
	struct err e = ERR_INIT;
	struct pattern pat;
	struct job *j;

	if (pattern_parse(pattern, &pat, &e) < 0) {
		app_say(a, APP_ERROR, "%s", e.text);
		return;
	}
	find_stop(a);
	if (use == FIND_LIMIT && pattern_is_all(&pat)) {
		pattern_free(&pat);
		clear_limit(a, l);
		return;
	}
	j = find_job(a, l, use, pattern, &pat);
	p->find_ticket = j->ticket;
	p->find_cancel = cancel_ref(j->cancel);
	p->find_use = use;
	jobs_post(p->jobs, j);
	a->dirty |= DIRTY_STATUS;
}

/* ---- search ---- */

/* The position of the match next to the cursor, -1: none.  *wrapped says
 * that the end was passed. */
static int64_t
neighbour(struct app *a, struct list *l, int dir, bool *wrapped)
{
	int64_t *ids = copy_ids(l->find_ids, l->nfind), at, count, id = 0;
	struct view_spec spec = list_spec(l);
	struct err e = ERR_INIT;
	struct view_row row;
	struct view *v;
	size_t n = l->nfind;

	if (l->cursor_id != 0 && !ids_has(ids, n, l->cursor_id)) {
		ids[n++] = l->cursor_id;
		ids_sort(ids, n);
	}
	spec.ids = ids;
	spec.nids = n;
	*wrapped = false;
	if (view_open(a->dbr, &spec, &v, &e) == 0) {
		count = (int64_t)view_count(v);
		at = l->cursor_id != 0 ? view_find(v, l->cursor_id) : -1;
		at = at < 0 && dir < 0 ? count - 1 : at + dir;
		*wrapped = at < 0 || at >= count;
		at = at < 0 ? count - 1 : at >= count ? 0 : at;
		if (count > 0 && view_rows(v, (uint64_t)at, 1, &row) == 1)
			id = row.id;
		view_close(v);
	}
	free(ids);
	return ids_has(l->find_ids, l->nfind, id) ? view_find(l->view, id) : -1;
}

static void
go_to_match(struct app *a, struct list *l, int dir)
{
	bool wrapped;
	int64_t pos;

	if (l->nfind == 0) {
		app_say(a, APP_WARN, "Not found: %s", l->find);
		return;
	}
	pos = neighbour(a, l, dir, &wrapped);
	if (pos < 0) {
		app_say(a, APP_WARN, "Not found: %s", l->find);
		return;
	}
	if ((uint64_t)pos == l->cursor)
		app_say(a, APP_INFO, "This is the only match");
	else if (wrapped)
		app_say(a, APP_INFO, "The search went on at the %s",
		    dir > 0 ? "top" : "bottom");
	list_goto(a, l, (uint64_t)pos);
}

void
list_search(struct app *a, struct list *l, const char *pattern, int dir)
{
	bool same = pattern == NULL ||
		    (l->find != NULL && strcmp(l->find, pattern) == 0);

	if (pattern == NULL && l->find == NULL) {
		app_say(a, APP_WARN, "Nothing was searched for yet");
		return;
	}
	l->find_dir = dir;
	if (same && l->find_ids != NULL && !l->find_stale) {
		go_to_match(a, l, dir);
		return;
	}
	find_start(a, l, FIND_SEARCH, same ? l->find : pattern);
}

static void
take_search(struct app *a, struct list *l, struct job *j)
{
	free(l->find);
	free(l->find_ids);
	l->find = j->text;
	l->find_ids = j->ids;
	l->nfind = j->nids;
	l->find_stale = false;
	j->text = NULL;
	j->ids = NULL;
	go_to_match(a, l, l->find_dir);
}

/* ---- limit and tags ---- */

static void
take_limit(struct app *a, struct list *l, struct job *j)
{
	if (j->nids == 0) {
		app_say(a, APP_WARN, "No message matches %s", j->text);
		return;
	}
	free(l->limit);
	l->limit = j->text;
	j->text = NULL;
	list_rebind(a, l, j->ids, j->nids, true);
	app_say(a, APP_INFO, "%zu message%s match%s", j->nids,
	    j->nids == 1 ? "" : "s", j->nids == 1 ? "es" : "");
	j->ids = NULL;
}

static void
take_tags(struct app *a, struct list *l, const struct job *j, bool on)
{
	int64_t *v;
	size_t n;

	if (on) {
		v = mem_array(l->ntagged + j->nids + 1, sizeof *v);
		if (j->nids > 0)
			memcpy(v, j->ids, j->nids * sizeof *v);
		n = ids_filter(v, j->nids, l->tagged, l->ntagged, false);
		if (l->ntagged > 0)
			memcpy(v + n, l->tagged, l->ntagged * sizeof *v);
		n += l->ntagged;
		ids_sort(v, n);
		free(l->tagged);
		l->tagged = v;
		l->tagcap = l->ntagged + j->nids + 1;
		l->ntagged = n;
	} else
		l->ntagged = ids_filter(
		    l->tagged, l->ntagged, j->ids, j->nids, false);
	app_say(a, APP_INFO, "%zu message%s tagged", l->ntagged,
	    l->ntagged == 1 ? " is" : "s are");
	a->dirty |= DIRTY_LIST | DIRTY_STATUS;
}

void
find_answer(struct app *a, struct job *j)
{
	struct app_private *p = a->priv;
	struct list *l = a->list;

	if (j->ticket != p->find_ticket || l == NULL)
		return; /* it was stopped, or its list is gone */
	cancel_unref(p->find_cancel);
	p->find_cancel = NULL;
	p->find_ticket = 0;
	a->dirty |= DIRTY_STATUS;
	if (j->rc < 0) {
		if (j->err.kind != ERR_CANCEL)
			app_say(a, APP_ERROR, "%s", j->err.text);
		return;
	}
	switch (j->use) {
	case FIND_LIMIT:
		take_limit(a, l, j);
		break;
	case FIND_SEARCH:
		take_search(a, l, j);
		break;
	case FIND_TAG:
	case FIND_UNTAG:
		take_tags(a, l, j, j->use == FIND_TAG);
		break;
	case FIND_DELETE:
		act_trash(a, copy_ids(j->ids, j->nids), j->nids);
		break;
	}
}
