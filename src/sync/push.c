/*
 * push - carries the journal to the server.
 *
 * Acts go in the order they were made.  Neighbours that say the same of the
 * same folder go as one command; an act that concerns several folders (an
 * undo) goes as several.  What the server confirms is noted target by target,
 * so an act that was cut half-way goes on where it stopped.  A connection
 * that dies puts nothing back: the act stays pending.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "push_int.h"
#include "util/log.h"
#include "util/mem.h"

#define PUSH_ACTS_MAX 200 /* acts looked at in one go */
#define LOCATE_MAX    20  /* messages looked for where a move put them */

int
push_find(struct push *p, const char *msgid, struct mkey *key, struct err *e)
{
	struct mset found = MSET_INIT;
	struct store *st = p->worker->st;
	int rc = store_ops(st)->find_msgid(st, msgid, &found, e);

	memset(key, 0, sizeof *key);
	if (rc == 0 && found.n > 0)
		key->num = found.range[found.n - 1].hi;
	else if (rc == 0 && found.nstr > 0)
		key->str = arena_str(&p->arena, found.str[found.nstr - 1]);
	mset_free(&found);
	return rc < 0 ? -1 : mkey_is_told(key);
}

int
push_select(
    struct push *p, const char *folder, struct folder_state *st, struct err *e)
{
	struct folder_known none = {.uidvalidity = 0};
	struct store *s = p->worker->st;

	folder_close(p->open);
	memset(st, 0, sizeof *st);
	return store_ops(s)->select(s, folder, &none, NULL, st, e);
}

/*
 * Numbers mean something only together with the UIDVALIDITY they were given
 * under.  Where either is not known, or they differ, other messages could be
 * hit.
 */
static int
check_validity(const struct group *g, uint64_t validity, struct err *e)
{
	if (g->v[0].key.num == 0 ||
	    (validity != 0 && validity == g->uidvalidity))
		return 0;
	return err_set(e, ERR_GONE,
	    "%s was rebuilt on the server; its messages have other numbers",
	    g->folder);
}

static int
group_select(struct push *p, const struct group *g, struct err *e)
{
	struct open_folder *f = p->open;
	struct folder_state st;

	if (f->selected && strcmp(f->name, g->folder) == 0)
		return check_validity(g, f->state.uidvalidity, e);
	if (push_select(p, g->folder, &st, e) < 0)
		return err_wrap(e, "open %s", g->folder);
	return check_validity(g, st.uidvalidity, e);
}

static void
item_moved(struct item *i, const struct mkey *to, uint64_t uidvalidity)
{
	i->done = true;
	i->moved.num = to->num;
	i->moved.str = mem_str(to->str);
	i->moved_uidvalidity = uidvalidity;
}

/* One whose new place is not told is either moved or gone: see
 * settle_untold(). */
static int
on_moved(void *ctx, const struct mkey *from, const struct mkey *to,
    uint64_t uidvalidity, struct err *e)
{
	struct group *g = ctx;

	(void)e;
	if (!mkey_is_told(to))
		return 0;
	for (size_t i = 0; i < g->n; i++) {
		if (g->v[i].done || !mkey_equal(&g->v[i].key, from))
			continue;
		item_moved(&g->v[i], to, uidvalidity);
		g->told = true;
		break;
	}
	return 0;
}

static void
group_all_done(struct group *g)
{
	for (size_t i = 0; i < g->n; i++)
		g->v[i].done = true;
}

static const char *
item_msgid(const struct item *i)
{
	return i->act->v[i->index].msgid;
}

/* Look for the messages where they should be now; *found counts. */
static int
group_locate(struct push *p, struct group *g, size_t *found, struct err *e)
{
	struct folder_state st;
	struct mkey key;

	*found = 0;
	if (push_select(p, g->to, &st, e) < 0)
		return -1;
	for (size_t i = 0; i < g->n; i++) {
		const char *id = item_msgid(&g->v[i]);
		int rc = id != NULL ? push_find(p, id, &key, e) : 0;

		if (rc < 0)
			return -1;
		if (rc > 0) {
			item_moved(&g->v[i], &key, st.uidvalidity);
			++*found;
		}
	}
	return 0;
}

/*
 * The server said OK and named new places for some of the messages, or for
 * none.  Those it left out of a list were gone before.  Without a list we look
 * ourselves.  In doubt all of it counts as done: the rows find their keys by
 * Message-ID when that folder is read, or vanish then.
 */
static int
settle_untold(struct push *p, struct group *g, struct err *e)
{
	bool sure = store_caps(p->worker->st) & STORE_PLACES;
	size_t found = 0;

	if (g->told)
		return 0;
	if (g->n > LOCATE_MAX)
		sure = false;
	else if (group_locate(p, g, &found, e) < 0) {
		if (store_is_dead(p->worker->st))
			return -1;
		err_clear(e);
		sure = false;
	}
	for (size_t i = 0; i < g->n; i++)
		if (!(sure || found > 0) || item_msgid(&g->v[i]) == NULL)
			g->v[i].done = true;
	return 0;
}

static int
group_say(struct push *p, struct group *g, struct err *e)
{
	const struct store_ops *ops = store_ops(p->worker->st);
	struct move_sink sink = {.ctx = g, .moved = on_moved};
	struct mset set = MSET_INIT;
	int rc = -1;

	if (group_select(p, g, e) < 0)
		return -1;
	for (size_t i = 0; i < g->n; i++)
		mset_add_key(&set, &g->v[i].key);
	if (g->kind == ACT_FLAGS) {
		rc = ops->set_flags(p->worker->st, &set, g->on, g->off, e);
		if (rc == 0)
			group_all_done(g);
	} else {
		rc = ops->move(p->worker->st, &set, g->to, &sink, e);
		if (rc == 0)
			rc = settle_untold(p, g, e);
	}
	mset_free(&set);
	return rc;
}

/* Numbers that a move gave out are of use only while the cache knows the
 * UIDVALIDITY they belong to, also of a folder that was never opened. */
static int
group_note_validity(struct push *p, const struct group *g, struct err *e)
{
	struct sync *s = p->worker->sync;
	uint64_t validity = 0;
	int64_t id;

	for (size_t i = 0; i < g->n && validity == 0; i++)
		if (g->v[i].done && g->v[i].moved.num != 0)
			validity = g->v[i].moved_uidvalidity;
	if (validity == 0)
		return 0;
	if (db_need_folder(s->db, s->account_id, g->to, ROLE_NONE, &id, e) < 0)
		return -1;
	return folder_note_validity(p->worker, id, validity, e);
}

/* Note what the server confirmed, act by act. */
static int
group_confirm(struct push *p, struct group *g, struct err *e)
{
	struct act_moved *m = mem_array(g->n, sizeof *m);
	int rc = group_note_validity(p, g, e);
	size_t i = 0, n;

	while (rc == 0 && i < g->n) {
		struct act *a = g->v[i].act;

		for (n = 0; i < g->n && g->v[i].act == a; i++) {
			if (!g->v[i].done)
				continue;
			m[n].index = g->v[i].index;
			m[n].key = g->v[i].moved;
			m[n].uidvalidity = g->v[i].moved_uidvalidity;
			a->v[g->v[i].index].done = true;
			n++;
		}
		if (n > 0)
			rc = db_act_targets_done(
			    p->worker->sync->db, a->id, m, n, e);
	}
	free(m);
	return rc;
}

/* ---- how an act ends ---- */

static size_t
act_left(const struct act *a)
{
	size_t left = 0;

	for (size_t i = 0; i < a->n; i++)
		left += !a->v[i].done;
	return left;
}

static int
act_end(struct push *p, struct act *a, const struct err *why, struct err *e)
{
	struct sync *s = p->worker->sync;
	size_t left = act_left(a);
	char reason[300];

	p->ended++;
	if (left == 0)
		return db_act_end(s->db, a->id, ACT_DONE, NULL, e);
	snprintf(reason, sizeof reason, "%s",
	    why != NULL ? why->text : "no longer on the server");
	event_note(s, "%s: %zu of %zu not done: %s",
	    a->text != NULL ? a->text : "a change", left, a->n, reason);
	return db_act_end(s->db, a->id, ACT_FAILED, reason, e);
}

/*
 * Messages that a move passed over: another client took them away.  Their
 * rows were put back; they must not stay for ever.
 */
static int
forget_missing(struct push *p, struct group *g, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct mset gone = MSET_INIT;
	struct folder row;
	int rc = 0;

	if (g->kind == ACT_MOVE) {
		for (size_t i = 0; i < g->n; i++)
			if (!g->v[i].done)
				mset_add_key(&gone, &g->v[i].key);
	}
	if ((gone.n > 0 || gone.nstr > 0) &&
	    dbr_folder_named(p->worker->dbr, p->worker->sync->account_id,
		g->folder, &a, &row) == 0)
		rc = db_remove_messages(p->worker->sync->db, row.id, &gone, e);
	mset_free(&gone);
	arena_free(&a);
	return rc;
}

static void
push_reset(struct push *p)
{
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->v[i].n; k++)
			free((char *)(uintptr_t)p->v[i].v[k].moved.str);
		free(p->v[i].v);
	}
	p->n = 0;
}

static bool
is_fatal(struct worker *w, const struct err *e)
{
	return store_is_dead(w->st) || e->kind == ERR_CANCEL ||
	       e->kind == ERR_FULL;
}

/* Push acts [0, n) as the groups in p->v; all of them end here unless the
 * connection died. */
static int
push_groups(struct push *p, struct act *acts, size_t n, struct err *e)
{
	struct err why = ERR_INIT;
	bool refused = false;

	for (size_t i = 0; i < p->n; i++) {
		int rc = group_say(p, &p->v[i], &why);

		if (group_confirm(p, &p->v[i], e) < 0)
			return -1;
		if (rc < 0 && is_fatal(p->worker, &why)) {
			*e = why;
			return -1;
		}
		refused = refused || rc < 0;
	}
	for (size_t i = 0; i < n; i++)
		if (act_end(p, &acts[i], refused ? &why : NULL, e) < 0)
			return -1;
	for (size_t i = 0; !refused && i < p->n; i++)
		if (forget_missing(p, &p->v[i], e) < 0)
			return -1;
	return 0;
}

/* Take the acts in hand; those that were taken back meanwhile fall out. */
static int
acts_begin(struct push *p, struct act *acts, size_t *n, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		if (db_act_pushing(p->worker->sync->db, acts[i].id, e) == 0) {
			acts[kept++] = acts[i];
			continue;
		}
		if (e->kind != ERR_GONE)
			return -1;
		err_clear(e);
		p->ended++;
	}
	*n = kept;
	return 0;
}

static int
push_run(struct push *p, struct act *acts, size_t n, struct err *e)
{
	struct err why = ERR_INIT;
	int rc;

	push_reset(p);
	if (acts_begin(p, acts, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (push_split(p, &acts[i], &why) == 0)
			continue;
		if (is_fatal(p->worker, &why)) {
			*e = why;
			return -1;
		}
		/* only an undo fails here, and an undo goes alone */
		return act_end(p, &acts[i], &why, e);
	}
	rc = push_groups(p, acts, n, e);
	push_reset(p);
	return rc;
}

/* A folder that a person opens goes first; the rest is still there after. */
int
journal_push(
    struct worker *w, struct open_folder *f, size_t *ended, struct err *e)
{
	struct push p = {.worker = w, .open = f};
	struct arena a = ARENA_INIT;
	struct act *acts = NULL;
	size_t n, i, k;
	int rc = 0;

	n = dbr_acts_pending(
	    w->dbr, account_name(w->sync->account), PUSH_ACTS_MAX, &a, &acts);
	for (i = 0; rc == 0 && i < n; i = k) {
		if (i > 0 && worker_is_wanted(w))
			break;
		for (k = i + 1; k < n && push_alike(&acts[i], &acts[k]);)
			k++;
		rc = push_run(&p, acts + i, k - i, e);
	}
	*ended = p.ended;
	push_reset(&p);
	free(p.v);
	arena_free(&p.arena);
	arena_free(&a);
	if (rc == 0 && f->selected)
		rc = intake_flush(&f->rows, e);
	return rc;
}
