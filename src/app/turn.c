/*
 * What comes to the UI thread: states and answers of the workers, changes of
 * the database, answers of acts and searches, things that are due.
 *
 * Changes of the database are shown at once when the last ones are a while
 * ago, else a little later and together: a sync that commits fifty times a
 * second must not make the screen read fifty times a second.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

void
app_on_change(void *ctx, unsigned what, int64_t account, int64_t folder)
{
	struct app *a = ctx;
	struct changes *c = &a->priv->changes;
	struct app_event *ev = NULL;
	size_t i;

	pthread_mutex_lock(&c->lock);
	for (i = 0; i < c->n; i++)
		if (c->v[i].account == account && c->v[i].folder == folder)
			break;
	if (i < CHANGES_MAX) {
		c->v[i].account = account;
		c->v[i].folder = folder;
		c->v[i].what = (i < c->n ? c->v[i].what : 0) | what;
		c->n = i < c->n ? c->n : c->n + 1;
	} else
		c->all = true;
	if (!c->queued) {
		c->queued = true;
		ev = mem_zalloc(sizeof *ev);
		ev->kind = APP_EV_CHANGES;
	}
	pthread_mutex_unlock(&c->lock);
	if (ev != NULL)
		queue_push(a->events, &ev->node);
}

void
app_later(struct app *a, enum tick what, int64_t ms)
{
	struct job *j;

	if ((a->priv->ticks & what) != 0 || a->priv->jobs == NULL)
		return;
	a->priv->ticks |= what;
	j = mem_zalloc(sizeof *j);
	j->kind = APP_EV_TICK;
	j->tick = what;
	j->due = os_now_ms() + ms;
	jobs_post(a->priv->jobs, j);
}

/* ---- changes of the database ---- */

static void
refresh(struct app *a)
{
	struct app_private *p = a->priv;

	p->refreshed = os_now_ms();
	if (p->folders_stale) {
		for (size_t i = 0; i < a->naccounts; i++)
			app_load_folders(a, &a->account[i]);
		p->folders_stale = false;
		p->folder.id = 0;
		a->dirty |= DIRTY_FOLDERS | DIRTY_STATUS;
	}
	if (a->list == NULL)
		return;
	if ((p->stale & DB_ROWS) != 0)
		list_refresh(a, a->list);
	else if ((p->stale & (DB_FLAGS | DB_COUNTS)) != 0)
		list_flags_changed(a, a->list);
	p->stale = 0;
}

/* Rows for a screen that is not full yet: somebody waits for them. */
static bool
is_awaited(const struct app *a)
{
	return a->list != NULL && (a->priv->stale & DB_ROWS) != 0 &&
	       a->list->rows < (a->page > 0 ? a->page : 1);
}

static void
refresh_soon(struct app *a)
{
	int64_t since = os_now_ms() - a->priv->refreshed;

	if (since >= REFRESH_EVERY_MS || is_awaited(a))
		refresh(a);
	else
		app_later(a, TICK_REFRESH, REFRESH_EVERY_MS - since);
}

static void
nudge_all(struct app *a)
{
	for (size_t i = 0; i < a->naccounts; i++)
		if (a->account[i].sync != NULL)
			sync_nudge(a->account[i].sync);
}

static void
note_change(struct app *a, const struct change *c)
{
	struct app_private *p = a->priv;
	bool here = a->list != NULL &&
		    (c->folder == a->list->folder || c->folder == 0);

	if ((c->what & (DB_FOLDERS | DB_COUNTS | DB_ROWS)) != 0)
		p->folders_stale = true;
	if (here)
		p->stale |= c->what & (DB_ROWS | DB_FLAGS | DB_COUNTS);
	if ((c->what & DB_JOURNAL) != 0)
		a->dirty |= DIRTY_STATUS;
	/* Acts of another etui, and perhaps it is we who carry them. */
	if ((c->what & DB_JOURNAL) != 0 && c->account == 0)
		nudge_all(a);
}

static void
take_changes(struct app *a)
{
	struct changes *c = &a->priv->changes;
	struct change v[CHANGES_MAX];
	size_t n;

	pthread_mutex_lock(&c->lock);
	n = c->n;
	memcpy(v, c->v, n * sizeof *v);
	if (c->all) {
		n = 1;
		v[0] = (struct change){
		    .what = DB_FOLDERS | DB_COUNTS | DB_ROWS | DB_JOURNAL};
	}
	c->n = 0;
	c->all = c->queued = false;
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < n; i++)
		note_change(a, &v[i]);
	refresh_soon(a);
}

static void
look_abroad(struct app *a)
{
	int64_t next = FOREIGN_RARELY_MS;

	db_poll_foreign(a->db);
	for (size_t i = 0; i < a->naccounts; i++)
		if (a->account[i].state == SYNC_ELSEWHERE)
			next = FOREIGN_EVERY_MS;
	app_later(a, TICK_FOREIGN, next);
}

static void
tick(struct app *a, const struct job *j)
{
	struct app_private *p = a->priv;
	int64_t left;

	p->ticks &= ~j->tick;
	if (j->tick == TICK_REFRESH)
		refresh(a);
	if (j->tick == TICK_VISIBLE) {
		left = p->visible_due - os_now_ms();
		if (left > 0)
			app_later(a, TICK_VISIBLE, left);
		else if (a->list != NULL)
			list_visible(a, a->list);
	}
	if (j->tick == TICK_FOREIGN)
		look_abroad(a);
}

/* ---- events of sync ---- */

static struct app_account *
account_of(struct app *a, const struct sync *s)
{
	for (size_t i = 0; i < a->naccounts; i++)
		if (a->account[i].sync == s)
			return &a->account[i];
	return NULL;
}

/* Once: every attempt to reconnect ends in the same sentence. */
static void
say_state(struct app *a, const struct app_account *acc)
{
	char *said = a->priv->place[acc - a->account].said;

	if (*acc->state_text == '\0' || strcmp(said, acc->state_text) == 0)
		return;
	memcpy(said, acc->state_text, sizeof acc->state_text);
	app_say(a, acc->state == SYNC_STOPPED ? APP_ERROR : APP_WARN, "%s: %s",
	    acc->name, acc->state_text);
}

static void
on_state(struct app *a, struct app_account *acc, const struct sync_event *ev)
{
	acc->state = ev->state;
	memcpy(acc->state_text, ev->text, sizeof acc->state_text);
	acc->state_text[sizeof acc->state_text - 1] = '\0';
	a->dirty |= DIRTY_STATUS | DIRTY_FOLDERS;
	mail_account_changed(a, acc);
	if (ev->state == SYNC_STOPPED || ev->state == SYNC_OFFLINE)
		say_state(a, acc);
	else if (ev->state == SYNC_BUSY || ev->state == SYNC_IDLE)
		*a->priv->place[acc - a->account].said = '\0';
}

/* For headless.c. */
static bool
was_awaited(struct app *a, const struct sync_event *ev)
{
	struct waiting *w = &a->priv->wait;

	if (ev->kind == SYNC_EV_FOLDER
		? w->folder == 0 || w->folder != ev->folder
		: w->ticket == 0 || w->ticket != ev->ticket)
		return false;
	w->done = true;
	w->rc = ev->rc;
	w->err = ev->err;
	return true;
}

static void
on_folder(struct app *a, struct app_account *acc, const struct sync_event *ev)
{
	if (was_awaited(a, ev))
		return;
	a->priv->folders_stale = true;
	if (a->list != NULL && ev->folder == a->list->folder) {
		a->priv->stale |= DB_ROWS;
		refresh(a);
	}
	/* Lost connections are a state, and said there. */
	if (ev->rc < 0 && ev->err.kind != ERR_CANCEL &&
	    ev->err.kind != ERR_NET && ev->err.kind != ERR_TLS &&
	    ev->err.kind != ERR_AUTH)
		app_say(a, APP_ERROR, "%s: %s", acc->name, ev->err.text);
}

static void
secret_given(void *ctx, const char *answer)
{
	struct app_account *acc = ctx;
	struct secret s = SECRET_INIT;

	if (acc->sync == NULL)
		return;
	if (answer == NULL) {
		sync_secret(acc->sync, NULL);
		return;
	}
	secret_set(&s, answer, strlen(answer));
	sync_secret(acc->sync, &s);
	secret_free(&s);
}

static void
on_ask(struct app *a, struct app_account *acc, const struct sync_event *ev)
{
	struct front_ask q = {.prompt = ev->text,
	    .secret = true,
	    .done = secret_given,
	    .ctx = acc};

	if (a->front == NULL || a->front->ask == NULL)
		sync_secret(acc->sync, NULL);
	else
		a->front->ask(a->front, &q);
}

static void
on_new(struct app *a, struct app_account *acc, const struct sync_event *ev)
{
	const struct folder *f = app_folder_find(acc, ev->folder);

	app_say(a, APP_INFO, "%s%s%llu new message%s in %s",
	    a->naccounts > 1 ? acc->name : "", a->naccounts > 1 ? ": " : "",
	    (unsigned long long)ev->count, ev->count == 1 ? "" : "s",
	    f != NULL ? f->name : "a folder");
}

static void
on_message(struct app *a, const struct sync_event *ev)
{
	if (was_awaited(a, ev) || pipe_arrived(a, ev->ticket, ev->rc, &ev->err))
		return;
	if (a->mail != NULL && a->mail->ticket == ev->ticket)
		mail_arrived(a, a->mail, ev->rc, &ev->err);
}

static void
on_sync(struct app *a, const struct sync_event *ev)
{
	struct app_account *acc = account_of(a, ev->from);

	if (acc == NULL)
		return;
	switch (ev->kind) {
	case SYNC_EV_STATE:
		on_state(a, acc, ev);
		break;
	case SYNC_EV_JOB:
		job_event(a, ev);
		break;
	case SYNC_EV_MESSAGE:
		on_message(a, ev);
		break;
	case SYNC_EV_FOLDER:
		on_folder(a, acc, ev);
		break;
	case SYNC_EV_NOTE:
		app_say(a, APP_WARN, "%s: %s", acc->name, ev->text);
		break;
	case SYNC_EV_ASK:
		on_ask(a, acc, ev);
		break;
	case SYNC_EV_NEW:
		on_new(a, acc, ev);
		break;
	}
}

/* ---- the turn ---- */

union any_event {
	struct node *node;
	struct app_event *own;
	struct sync_event *sync;
	struct act_answer *act;
	struct job *job;
};

static void
free_event(union any_event ev)
{
	if (ev.own->kind < APP_EV_CHANGES)
		sync_event_free(ev.sync);
	else if (ev.own->kind == APP_EV_ACT)
		act_answer_free(ev.act);
	else if (ev.own->kind == APP_EV_FOUND || ev.own->kind == APP_EV_TICK)
		job_free(ev.job);
	else
		free(ev.own);
}

static void
handle(struct app *a, union any_event ev)
{
	switch (ev.own->kind) {
	case APP_EV_CHANGES:
		take_changes(a);
		break;
	case APP_EV_ACT:
		act_answered(a, ev.act);
		break;
	case APP_EV_FOUND:
		find_answer(a, ev.job);
		break;
	case APP_EV_TICK:
		tick(a, ev.job);
		break;
	case APP_EV_START:
		app_sync_start(a);
		break;
	default:
		on_sync(a, ev.sync);
		break;
	}
}

bool
app_turn(struct app *a)
{
	union any_event ev;

	while ((ev.node = queue_pop(a->events)) != NULL) {
		handle(a, ev);
		free_event(ev);
	}
	return a->dirty != 0;
}

void
app_drain(struct app *a)
{
	union any_event ev;

	while ((ev.node = queue_pop(a->events)) != NULL)
		free_event(ev);
}
