/*
 * Acts: orders to the journal, and what to say when they are done.
 *
 * The list shows an act when the journal has it on disk, a few milliseconds
 * after the key.  Until then the messages of a move are kept in
 * priv->moving, so that a second quick `d` does not take the same one again.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

/* Goes to the database as the context of an act and comes back through the
 * queue as its answer. */
struct act_answer {
	struct node node;
	int kind; /* APP_EV_ACT */
	struct queue *events;
	int64_t account;
	bool quiet, undo, move;
	int64_t *ids; /* sorted; those of a move */
	size_t n;
	struct act_done done;
};

void
act_answer_free(struct act_answer *t)
{
	if (t == NULL)
		return;
	free(t->ids);
	free(t);
}

/* On the writer thread. */
static void
on_done(void *ctx, const struct act_done *done)
{
	struct act_answer *t = ctx;

	t->done = *done;
	queue_push(t->events, &t->node);
}

static struct act_answer *
answer_new(struct app *a, int64_t account)
{
	struct act_answer *t = mem_zalloc(sizeof *t);

	t->kind = APP_EV_ACT;
	t->events = a->events;
	t->account = account;
	return t;
}

static void
moving_add(struct app_private *p, const int64_t *ids, size_t n)
{
	mem_grow(
	    &p->moving, &p->movingcap, p->nmoving + n + 1, sizeof *p->moving);
	memcpy(p->moving + p->nmoving, ids, n * sizeof *ids);
	p->nmoving += n;
	ids_sort(p->moving, p->nmoving);
}

void
act_order(
    struct app *a, int64_t *take_ids, size_t n, const struct act_order *how)
{
	struct act_order o = *how;
	struct act_answer *t;

	if (n == 0) {
		free(take_ids);
		return;
	}
	t = answer_new(a, a->cur->id);
	t->quiet = how->quiet;
	t->move = how->kind == ACT_MOVE;
	t->ids = take_ids;
	t->n = n;
	o.account = a->cur->id;
	o.ids = take_ids;
	o.n = n;
	if (t->move)
		moving_add(a->priv, take_ids, n);
	a->priv->acts_open++;
	db_post_act(a->db, &o, on_done, t);
}

void
act_undo(struct app *a)
{
	struct act_answer *t = answer_new(a, a->cur->id);

	t->undo = true;
	a->priv->acts_open++;
	db_post_undo(a->db, a->cur->id, on_done, t);
}

int64_t *
act_targets(struct app *a, size_t *n)
{
	struct app_private *p = a->priv;
	int64_t *ids = NULL;

	*n = 0;
	if (a->mail != NULL && front_screen(a) == SCREEN_PAGER &&
	    !(a->list != NULL && a->list->tag_prefix)) {
		ids = mem_dup(&a->mail->id, sizeof a->mail->id);
		*n = 1;
	} else if (a->list != NULL)
		ids = list_targets(a->list, n);
	if (ids != NULL)
		*n = ids_filter(ids, *n, p->moving, p->nmoving, false);
	return ids;
}

void
act_trash(struct app *a, int64_t *take_ids, size_t n)
{
	struct act_order how = {.kind = ACT_MOVE};
	const struct folder *here = app_folder(a);

	how.to = app_trash(a->cur);
	if (how.to == NULL && !app_folders_listed(a->cur))
		app_say(a, APP_WARN,
		    "Which folder of %s is the trash is not known before its "
		    "folders have been listed; try again in a moment",
		    a->cur->name);
	else if (how.to == NULL)
		app_say(a, APP_ERROR,
		    "%s has no trash folder that is known; "
		    "folder-trash = NAME in its section says which",
		    a->cur->name);
	else if (here != NULL && strcmp(here->name, how.to) == 0)
		app_say(a, APP_WARN,
		    "This is the trash; deleting for ever is not available "
		    "yet");
	else {
		act_order(a, take_ids, n, &how);
		return;
	}
	free(take_ids);
}

/* ---- answers ---- */

static void
say_done(struct app *a, const struct act_answer *t)
{
	const char *key = keymap_keys(a->keys, "index", "undo");

	if (t->quiet)
		return;
	if (t->done.n == 0 && !t->undo)
		app_say(a, APP_INFO, "Nothing to change");
	else if (t->undo)
		app_say(a, APP_INFO, "%s%s", t->done.text,
		    strcasestr(t->done.text, "undo") != NULL ||
			    strcasestr(t->done.text, "undone") != NULL
			? ""
			: ": undone");
	else if (*key != '\0')
		app_say(a, APP_INFO, "%s (%s undo)", t->done.text, key);
	else
		app_say(a, APP_INFO, "%s", t->done.text);
}

static void
say_failed(struct app *a, const struct act_answer *t)
{
	if (t->undo && t->done.err.kind == ERR_GONE)
		app_say(a, APP_WARN, "There is nothing to undo");
	else if (t->done.err.kind != ERR_CANCEL)
		app_say(a, APP_ERROR, "%s", t->done.err.text);
}

void
act_answered(struct app *a, struct act_answer *t)
{
	struct app_private *p = a->priv;
	struct app_account *acc = app_account_by_id(a, t->account);

	p->acts_open--;
	if (t->move) {
		ids_sort(t->ids, t->n);
		p->nmoving = ids_filter(
		    p->moving, p->nmoving, t->ids, t->n, false);
	}
	if (t->done.rc < 0)
		say_failed(a, t);
	else {
		say_done(a, t);
		if (acc != NULL && acc->sync != NULL)
			sync_nudge(acc->sync);
	}
	if (a->list == NULL)
		return;
	if (t->move && t->done.rc == 0)
		a->list->ntagged = ids_filter(
		    a->list->tagged, a->list->ntagged, t->ids, t->n, false);
	if (t->move || t->undo)
		list_refresh(a, a->list);
	else
		list_flags_changed(a, a->list);
}
