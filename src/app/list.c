/*
 * The window: rows are copied out of the database some three screens at a
 * time, so that a key that moves inside them touches memory only, and one
 * that leaves them costs one indexed read.
 *
 * The cursor rests on a message, not on a number: when rows come and go it is
 * looked up again.  One exception: at the top of a newest-first list that
 * nobody has moved in, it stays at the top, so that new mail is seen; once a
 * person has moved it stays on its message, so that no key ever acts on mail
 * that slid under it.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

#define WINDOW_MIN 60

struct view_spec
list_spec(const struct list *l)
{
	return (struct view_spec){.folder = l->folder,
	    .sort = l->sort,
	    .reverse = l->reverse,
	    .threaded = l->threaded,
	    .ids = l->limit != NULL ? l->limit_ids : NULL,
	    .nids = l->limit != NULL ? l->nlimit : 0};
}

/* How many more there are on the server, and which of them come alone. */
static void
count_missing(struct app *a, struct list *l)
{
	struct arena tmp = ARENA_INIT;
	struct folder f;
	uint64_t bound, target;

	l->coming = l->beyond = 0;
	if (l->limit != NULL)
		return;
	if (dbr_folder(a->dbr, l->folder, &tmp, &f) == 0 && !f.complete &&
	    f.messages > f.rows) {
		bound = (uint64_t)account_int(a->cur->cfg, OPT_SYNC_MESSAGES);
		target = bound == 0 || bound > f.messages ? f.messages : bound;
		if (!l->threaded && l->reverse && target > f.rows &&
		    (l->sort == SORT_DATE || l->sort == SORT_ARRIVAL))
			l->coming = target - f.rows;
		l->beyond = f.messages - f.rows - l->coming;
	}
	arena_free(&tmp);
}

static void
drop_window(struct list *l)
{
	arena_free(l->win_arena);
	l->nwin = 0;
}

static void
load_window(struct list *l, uint64_t around)
{
	uint64_t height = l->height > 0 ? l->height : 1;
	uint64_t n = height * 3;

	n = n < WINDOW_MIN ? WINDOW_MIN : n;
	drop_window(l);
	l->win_first = around > height ? around - height : 0;
	free(l->win);
	l->win = mem_array((size_t)n, sizeof *l->win);
	l->nwin = view_rows(l->view, l->win_first, (size_t)n, l->win);
	for (size_t i = 0; i < l->nwin; i++) {
		struct view_row *r = &l->win[i];

		r->key.str = arena_str(l->win_arena, r->key.str);
		r->keywords = arena_str(l->win_arena, r->keywords);
		r->subject = arena_str(l->win_arena, r->subject);
		r->from_name = arena_str(l->win_arena, r->from_name);
		r->from_addr = arena_str(l->win_arena, r->from_addr);
		r->to = arena_str(l->win_arena, r->to);
	}
}

static bool
in_window(const struct list *l, uint64_t pos)
{
	return pos >= l->win_first && pos < l->win_first + l->nwin;
}

const struct view_row *
list_row(struct app *a, struct list *l, uint64_t pos)
{
	(void)a;
	if (pos >= l->rows)
		return NULL;
	if (!in_window(l, pos))
		load_window(l, pos);
	return in_window(l, pos) ? &l->win[pos - l->win_first] : NULL;
}

uint64_t
list_count(const struct list *l)
{
	return l->rows + l->coming + (l->beyond > 0 ? 1 : 0);
}

static void
clamp(struct list *l)
{
	uint64_t n = list_count(l);

	if (l->cursor >= n)
		l->cursor = n > 0 ? n - 1 : 0;
	if (l->top >= n)
		l->top = n > 0 ? n - 1 : 0;
}

static void
note_cursor(struct app *a, struct list *l)
{
	const struct view_row *r = list_row(a, l, l->cursor);

	l->cursor_id = r != NULL ? r->id : 0;
}

/* ---- opening ---- */

static enum view_sort
sort_option(const struct config *c, bool *threaded)
{
	static const struct {
		const char *word;
		enum view_sort sort;
	} words[] = {
	    {"date", SORT_DATE},
	    {"arrival", SORT_ARRIVAL},
	    {"from", SORT_FROM},
	    {"subject", SORT_SUBJECT},
	    {"size", SORT_SIZE},
	};

	*threaded = config_is(c, OPT_SORT, "threads");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!config_is(c, OPT_SORT, words[i].word))
			continue;
		/* Trees have no order but that of time. */
		*threaded = config_bool(c, OPT_THREADS) &&
			    words[i].sort <= SORT_ARRIVAL;
		return words[i].sort;
	}
	return SORT_DATE;
}

void
list_order_as_configured(struct app *a, struct list *l)
{
	bool threaded;
	enum view_sort sort = sort_option(a->config, &threaded);

	list_order(
	    a, l, sort, config_bool(a->config, OPT_SORT_REVERSE), threaded);
}

struct list *
list_open(struct app *a, int64_t folder, struct err *e)
{
	struct list *l = mem_zalloc(sizeof *l);
	struct view_spec spec;

	l->folder = folder;
	l->sort = sort_option(a->config, &l->threaded);
	l->reverse = config_bool(a->config, OPT_SORT_REVERSE);
	l->win_arena = mem_zalloc(sizeof *l->win_arena);
	l->height = a->page;
	l->find_dir = 1;
	spec = list_spec(l);
	if (view_open(a->dbr, &spec, &l->view, e) < 0) {
		list_free(l);
		return NULL;
	}
	l->rows = view_count(l->view);
	count_missing(a, l);
	if (!l->reverse && l->rows > 0)
		l->cursor = l->rows - 1;
	note_cursor(a, l);
	return l;
}

void
list_free(struct list *l)
{
	if (l == NULL)
		return;
	view_close(l->view);
	arena_free(l->win_arena);
	free(l->win_arena);
	free(l->win);
	free(l->limit);
	free(l->limit_ids);
	free(l->tagged);
	free(l->find);
	free(l->find_ids);
	free(l);
}

/* ---- what is on screen ---- */

/* Rows that were scrolled to before they are here. */
static void
ask_older(struct app *a, struct list *l)
{
	uint64_t end = l->top + l->height, last = l->rows + l->coming;

	if (end > last)
		end = last;
	if (end <= l->rows || a->cur->sync == NULL)
		return;
	if (l->asked == end) /* asked already; the answer grows rows */
		return;
	l->asked = end;
	sync_older(a->cur->sync, l->folder, end - l->rows);
}

static void
scroll_to_cursor(struct list *l)
{
	uint64_t h = l->height, n = list_count(l);

	if (l->cursor < l->top)
		l->top = l->top - l->cursor > h
			     ? (l->cursor > h / 2 ? l->cursor - h / 2 : 0)
			     : l->cursor;
	else if (l->cursor >= l->top + h)
		l->top = l->cursor - l->top >= 2 * h ? l->cursor - h / 2
						     : l->cursor - h + 1;
	if (n > h && l->top > n - h && l->cursor >= n - h)
		l->top = n - h;
}

void
list_show(struct app *a, struct list *l, unsigned height)
{
	uint64_t end;

	l->height = height > 0 ? height : 1;
	clamp(l);
	scroll_to_cursor(l);
	end = l->top + l->height < l->rows ? l->top + l->height : l->rows;
	if (l->top < end && (!in_window(l, l->top) || !in_window(l, end - 1)))
		load_window(l, l->top);
	ask_older(a, l);
	a->priv->visible_due = os_now_ms() + VISIBLE_AFTER_MS;
	if (a->cur->sync != NULL)
		app_later(a, TICK_VISIBLE, VISIBLE_AFTER_MS);
}

/* The person has stopped moving: fetch how these messages are built, so that
 * opening one takes one turn. */
void
list_visible(struct app *a, struct list *l)
{
	int64_t *ids;
	size_t n = 0;

	if (a->cur->sync == NULL || l->height == 0)
		return;
	/* Once for what is on screen: a drawing alone must not wake the
	 * worker, whose waking would be drawn. */
	if (l->seen_top == l->top + 1 && l->seen_rows == l->rows)
		return;
	l->seen_top = l->top + 1;
	l->seen_rows = l->rows;
	ids = mem_array(l->height, sizeof *ids);
	for (uint64_t pos = l->top; pos < l->top + l->height; pos++) {
		const struct view_row *r = list_row(a, l, pos);

		if (r != NULL && r->size > SYNC_WHOLE_MAX &&
		    !dbr_has_part(a->dbr, r->id, "STRUCTURE"))
			ids[n++] = r->id;
	}
	if (n > 0)
		sync_visible(a->cur->sync, l->folder, ids, n);
	free(ids);
}

void
list_goto(struct app *a, struct list *l, uint64_t pos)
{
	uint64_t n = list_count(l);

	if (n == 0)
		return;
	pos = pos < n ? pos : n - 1;
	if (pos != l->cursor)
		l->moved = true;
	l->cursor = pos;
	note_cursor(a, l);
	a->dirty |= DIRTY_LIST | DIRTY_STATUS;
}

/* ---- the database changed ---- */

static void
follow_cursor(struct list *l)
{
	bool at_top = l->top == 0;
	int64_t pos;
	uint64_t above;

	if (l->cursor_id == 0)
		return;
	if (!l->moved && l->cursor == 0 && l->reverse)
		return;
	pos = view_find(l->view, l->cursor_id);
	if (pos < 0)
		return;
	above = l->cursor >= l->top ? l->cursor - l->top : 0;
	l->cursor = (uint64_t)pos;
	if (at_top && l->height > 0 && l->cursor < l->height)
		l->top = 0;
	else
		l->top = l->cursor > above ? l->cursor - above : 0;
}

/* Tagged messages that are gone do not count any more.  Only for a number
 * that a person tags by hand: acts do not mind ids that are gone. */
static void
forget_gone(struct app *a, struct list *l)
{
	struct arena tmp = ARENA_INIT;
	struct msg m;
	size_t out = 0;

	if (l->ntagged > 200)
		return;
	for (size_t i = 0; i < l->ntagged; i++)
		if (dbr_message(a->dbr, l->tagged[i], &tmp, &m) == 0 &&
		    m.folder == l->folder)
			l->tagged[out++] = l->tagged[i];
	l->ntagged = out;
	arena_free(&tmp);
}

/* The view is read anew in both cases: rows may have come with the flags. */
static void
read_again(struct app *a, struct list *l)
{
	view_refresh(l->view);
	l->rows = view_count(l->view);
	count_missing(a, l);
	follow_cursor(l);
	clamp(l);
	drop_window(l);
	note_cursor(a, l);
	a->dirty |= DIRTY_LIST | DIRTY_STATUS;
}

void
list_refresh(struct app *a, struct list *l)
{
	forget_gone(a, l);
	read_again(a, l);
	l->find_stale = true;
}

void
list_flags_changed(struct app *a, struct list *l)
{
	read_again(a, l);
}

/* ---- another order, another limit ---- */

/* Opens the view anew after l's order or limit changed.  ids are the limit's
 * when `limited`. */
void
list_rebind(
    struct app *a, struct list *l, int64_t *ids_take, size_t n, bool limited)
{
	struct view_spec spec = list_spec(l);
	struct err e = ERR_INIT;
	struct view *v;
	int64_t pos;

	spec.ids = limited ? ids_take : NULL;
	spec.nids = limited ? n : 0;
	if (view_open(a->dbr, &spec, &v, &e) < 0) {
		app_say(a, APP_ERROR, "%s", e.text);
		if (ids_take != l->limit_ids)
			free(ids_take);
		return;
	}
	view_close(l->view);
	l->view = v;
	if (ids_take != l->limit_ids)
		free(l->limit_ids);
	l->limit_ids = ids_take;
	l->nlimit = n;
	l->rows = view_count(v);
	drop_window(l);
	count_missing(a, l);
	pos = l->cursor_id != 0 ? view_find(v, l->cursor_id) : -1;
	if (pos < 0)
		pos = l->reverse || l->rows == 0 ? 0 : (int64_t)l->rows - 1;
	l->cursor = (uint64_t)pos;
	l->top = 0;
	clamp(l);
	note_cursor(a, l);
	l->asked = 0;
	l->find_stale = true;
	a->dirty |= DIRTY_LIST | DIRTY_STATUS;
}

void
list_order(struct app *a, struct list *l, enum view_sort sort, bool reverse,
    bool threaded)
{
	bool at_start = !l->moved && l->cursor == 0;

	l->sort = sort;
	l->reverse = reverse;
	l->threaded = threaded;
	if (at_start) /* who has not moved wants the new order's start */
		l->cursor_id = 0;
	list_rebind(a, l, l->limit_ids, l->nlimit, l->limit != NULL);
}

/* ---- tags ---- */

/* Where id is in the sorted array, or belongs. */
static size_t
tag_place(const struct list *l, int64_t id)
{
	size_t lo = 0, hi = l->ntagged;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->tagged[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
list_is_tagged(const struct list *l, int64_t id)
{
	size_t i = tag_place(l, id);

	return i < l->ntagged && l->tagged[i] == id;
}

void
list_tag(struct list *l, int64_t id, bool on)
{
	size_t i = tag_place(l, id);
	bool is = i < l->ntagged && l->tagged[i] == id;

	if (is == on)
		return;
	if (on) {
		mem_grow(
		    &l->tagged, &l->tagcap, l->ntagged + 1, sizeof *l->tagged);
		memmove(&l->tagged[i + 1], &l->tagged[i],
		    (l->ntagged - i) * sizeof *l->tagged);
		l->tagged[i] = id;
		l->ntagged++;
		return;
	}
	l->ntagged--;
	memmove(&l->tagged[i], &l->tagged[i + 1],
	    (l->ntagged - i) * sizeof *l->tagged);
}

int64_t *
list_targets(struct list *l, size_t *n)
{
	*n = 0;
	if (l->tag_prefix) {
		*n = l->ntagged;
		return l->ntagged == 0
			   ? NULL
			   : mem_dup(l->tagged, l->ntagged * sizeof *l->tagged);
	}
	if (l->cursor_id == 0)
		return NULL;
	*n = 1;
	return mem_dup(&l->cursor_id, sizeof l->cursor_id);
}

void
list_limit(struct app *a, struct list *l, const char *pattern)
{
	find_start(a, l, FIND_LIMIT, pattern);
}
