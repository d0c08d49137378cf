/*
 * Opening and closing: what must be there before the first screen, in the
 * order that makes it appear soonest.  The database and the first folder's
 * first window come first; the workers start at the first turn, after the
 * front has drawn.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app_int.h"

#define STOP_GRACE_MS 300

struct app_account *
app_account_by_id(struct app *a, int64_t id)
{
	for (size_t i = 0; i < a->naccounts; i++)
		if (a->account[i].id == id)
			return &a->account[i];
	return NULL;
}

void
app_load_folders(struct app *a, struct app_account *acc)
{
	arena_free(&acc->folder_arena);
	acc->folders = NULL;
	acc->nfolders = dbr_folders(
	    a->dbr, acc->id, &acc->folder_arena, &acc->folders);
}

const struct folder *
app_folder_find(const struct app_account *acc, int64_t id)
{
	for (size_t i = 0; i < acc->nfolders; i++)
		if (acc->folders[i].id == id)
			return &acc->folders[i];
	return NULL;
}

struct folder *
app_folder(struct app *a)
{
	struct app_private *p = a->priv;

	if (a->list == NULL)
		return NULL;
	for (size_t i = 0; i < a->cur->nfolders; i++)
		if (a->cur->folders[i].id == a->list->folder)
			return &a->cur->folders[i];
	if (p->folder.id == a->list->folder && p->folder.name != NULL)
		return &p->folder;
	arena_free(&p->folder_arena);
	p->folder = (struct folder){.id = 0};
	if (dbr_folder(a->dbr, a->list->folder, &p->folder_arena, &p->folder) <
	    0)
		return NULL;
	return &p->folder;
}

const char *
app_trash(const struct app_account *acc)
{
	const char *name = account_str(acc->cfg, OPT_FOLDER_TRASH);

	if (name != NULL && *name != '\0')
		return name;
	for (size_t i = 0; i < acc->nfolders; i++)
		if (acc->folders[i].role == ROLE_TRASH)
			return acc->folders[i].name;
	return NULL;
}

/* A large message that nobody waits for any more must not keep the next one
 * waiting.  A small one is sooner here than stopped. */
#define LARGE_BYTES (256 * 1024)

static void
leave_mail(struct app *a)
{
	struct mail *m = a->mail;

	if (m != NULL && m->ticket != 0 && m->msg.size > LARGE_BYTES &&
	    a->cur->sync != NULL)
		sync_cancel(a->cur->sync, m->ticket);
	mail_free(m);
	a->mail = NULL;
}

struct mail *
app_show(struct app *a, int64_t id)
{
	bool all = a->mail != NULL && a->mail->all_headers;

	leave_mail(a);
	a->mail = mail_open(a, id);
	if (all)
		mail_headers(a, a->mail, true);
	a->dirty |= DIRTY_MAIL | DIRTY_STATUS;
	return a->mail;
}

void
app_hide(struct app *a)
{
	leave_mail(a);
	a->dirty |= DIRTY_LIST | DIRTY_STATUS;
}

/* ---- folders ---- */

static void
tell_sync(struct app *a, struct app_account *acc, int64_t folder)
{
	struct arena tmp = ARENA_INIT;
	struct folder f;

	if (acc->sync != NULL && dbr_folder(a->dbr, folder, &tmp, &f) == 0)
		sync_open_folder(
		    acc->sync, folder, f.name, a->page > 0 ? a->page : 40);
	arena_free(&tmp);
}

int
app_open_folder_id(struct app *a, int64_t id, struct err *e)
{
	struct list *l;

	l = list_open(a, id, e);
	if (l == NULL)
		return -1;
	find_stop(a);
	list_free(a->list);
	a->list = l;
	a->side_folder = id;
	a->priv->stale = 0;
	a->dirty |= DIRTY_LIST | DIRTY_FOLDERS | DIRTY_STATUS;
	if (a->priv->started)
		tell_sync(a, a->cur, id);
	return 0;
}

static const char *
without_prefix(const char *name)
{
	return *name == '=' || *name == '+' ? name + 1 : name;
}

/* The folder meant by a name as a person types it: whole, in any case, or a
 * part that only one has.  *many says how many hold it. */
static const struct folder *
guess_folder(const struct app_account *acc, const char *name, size_t *many)
{
	const struct folder *part = NULL;

	*many = 0;
	for (size_t i = 0; i < acc->nfolders; i++)
		if (strcmp(acc->folders[i].name, name) == 0)
			return &acc->folders[i];
	for (size_t i = 0; i < acc->nfolders; i++)
		if (strcasecmp(acc->folders[i].name, name) == 0)
			return &acc->folders[i];
	for (size_t i = 0; i < acc->nfolders; i++) {
		const struct folder *f = &acc->folders[i];

		if (f->selectable && strcasestr(f->name, name) != NULL) {
			part = f;
			(*many)++;
		}
	}
	return *many == 1 ? part : NULL;
}

/* Before the first listing we know of no folder but those opened so far. */
bool
app_folders_listed(const struct app_account *acc)
{
	for (size_t i = 0; i < acc->nfolders; i++)
		if (acc->folders[i].synced != 0 || acc->nfolders > 1)
			return true;
	return false;
}

static int
find_folder(struct app *a, const char *name, int64_t *id, struct err *e)
{
	struct app_account *acc = a->cur;
	const struct folder *f;
	size_t many;

	f = guess_folder(acc, name, &many);
	if (f == NULL && many == 0 && !app_folders_listed(acc)) {
		if (db_need_folder(a->db, acc->id, name, ROLE_NONE, id, e) < 0)
			return -1;
		app_load_folders(a, acc);
		return 0;
	}
	if (f == NULL && many > 1)
		return err_set(e, ERR_GONE, "%zu folders have %s in their name",
		    many, name);
	if (f == NULL)
		return err_set(e, ERR_GONE, "no folder of %s is called %s",
		    acc->name, name);
	if (!f->selectable)
		return err_set(
		    e, ERR_GONE, "%s holds folders, no messages", f->name);
	*id = f->id;
	return 0;
}

int
app_open_folder(struct app *a, const char *name, struct err *e)
{
	int64_t id;

	if (find_folder(a, without_prefix(name), &id, e) < 0)
		return -1;
	return app_open_folder_id(a, id, e);
}

static int
find_inbox(struct app *a, struct app_account *acc, int64_t *id, struct err *e)
{
	struct arena tmp = ARENA_INIT;
	struct folder f;
	int rc = 0;

	if (dbr_folder_role(a->dbr, acc->id, ROLE_INBOX, &tmp, &f) == 0)
		*id = f.id;
	else
		rc = db_need_folder(a->db, acc->id, "INBOX", ROLE_INBOX, id, e);
	arena_free(&tmp);
	return rc;
}

/* ---- accounts ---- */

static void
remember_place(struct app *a)
{
	struct place *place;

	if (a->list == NULL)
		return;
	place = &a->priv->place[a->cur - a->account];
	place->folder = a->list->folder;
	place->message = a->list->cursor_id;
}

static int
enter_account(struct app *a, struct app_account *acc, struct err *e)
{
	struct place place = a->priv->place[acc - a->account];
	struct app_account *before = a->cur;
	int64_t pos;

	if (place.folder == 0 && find_inbox(a, acc, &place.folder, e) < 0)
		return -1;
	remember_place(a);
	a->cur = acc;
	app_load_folders(a, acc);
	if (app_open_folder_id(a, place.folder, e) < 0) {
		a->cur = before;
		return -1;
	}
	if (place.message != 0) {
		pos = view_find(a->list->view, place.message);
		if (pos > 0)
			list_goto(a, a->list, (uint64_t)pos);
	}
	return 0;
}

int
app_open_account(struct app *a, const char *name, struct err *e)
{
	const char *near;

	for (size_t i = 0; i < a->naccounts; i++)
		if (strcmp(a->account[i].name, name) == 0) {
			if (a->cur == &a->account[i])
				return 0;
			return enter_account(a, &a->account[i], e);
		}
	near = config_account_nearest(a->config, name);
	if (near != NULL)
		return err_set(e, ERR_INPUT,
		    "no account is called %s; the nearest is %s", name, near);
	return err_set(e, ERR_INPUT, "no account is called %s", name);
}

static int
load_accounts(struct app *a, struct err *e)
{
	size_t n = config_accounts(a->config);

	if (n == 0)
		return err_set(
		    e, ERR_INPUT, "the config has no [account NAME] section");
	a->account = mem_array(n, sizeof *a->account);
	a->priv->place = mem_array(n, sizeof *a->priv->place);
	for (size_t i = 0; i < n; i++) {
		struct app_account *acc = &a->account[i];

		acc->cfg = config_account(a->config, i);
		acc->name = account_name(acc->cfg);
		acc->state = SYNC_OFFLINE;
		if (db_account(a->db, acc->name, &acc->id, e) < 0)
			return -1;
		a->naccounts++;
	}
	for (size_t i = 0; i < n; i++)
		app_load_folders(a, &a->account[i]);
	return 0;
}

/* The workers of all accounts; each watches its own INBOX until a folder of
 * it is opened. */
void
app_sync_start(struct app *a)
{
	a->priv->started = true;
	app_later(a, TICK_FOREIGN, FOREIGN_RARELY_MS);
	for (size_t i = 0; i < a->naccounts; i++) {
		struct app_account *acc = &a->account[i];
		struct sync_opts so = {.account = acc->cfg,
		    .account_id = acc->id,
		    .db = a->db,
		    .data_dir = a->priv->data_dir,
		    .events = a->events};
		struct err e = ERR_INIT;
		int64_t folder;

		acc->sync = sync_start(&so, &e);
		if (acc->sync == NULL) {
			app_say(a, APP_ERROR, "%s: %s", acc->name, e.text);
			continue;
		}
		if (acc == a->cur)
			tell_sync(a, acc, a->list->folder);
		else if (find_inbox(a, acc, &folder, &e) == 0)
			tell_sync(a, acc, folder);
	}
}

/* ---- opening and closing ---- */

static int
open_database(struct app *a, const struct app_opts *o, struct err *e)
{
	char *cache = o->cache_dir ? mem_str(o->cache_dir) : os_dir(OS_CACHE);
	char *data = o->data_dir ? mem_str(o->data_dir) : os_dir(OS_DATA);
	int rc;

	rc = db_open(cache, data, &a->db, e);
	free(cache);
	a->priv->data_dir = data;
	if (rc < 0)
		return -1;
	db_on_change(a->db, app_on_change, a);
	return db_reader(a->db, &a->dbr, e);
}

static int
first_screen(struct app *a, const struct app_opts *o, struct err *e)
{
	struct app_account *acc = &a->account[0];

	if (o->account != NULL) {
		acc = NULL;
		for (size_t i = 0; i < a->naccounts; i++)
			if (strcmp(a->account[i].name, o->account) == 0)
				acc = &a->account[i];
	}
	a->cur = acc != NULL ? acc : &a->account[0];
	if (acc == NULL) /* for its sentence; never succeeds */
		return app_open_account(a, o->account, e);
	if (o->folder != NULL)
		return app_open_folder(a, o->folder, e);
	return enter_account(a, acc, e);
}

static int
open_all(struct app *a, const struct app_opts *o, struct err *e)
{
	if (commands_keymap(a->config, &a->keys, e) < 0)
		return -1;
	if (open_database(a, o, e) < 0)
		return -1;
	if (load_accounts(a, e) < 0)
		return -1;
	a->priv->jobs = jobs_start(a->db, a->events);
	if (a->priv->jobs == NULL)
		return err_set(e, ERR_SYS, "no thread can be started");
	return first_screen(a, o, e);
}

int
app_open(const struct app_opts *o, struct app **out, struct err *e)
{
	struct app *a = mem_zalloc(sizeof *a);
	struct app_event *start;

	a->priv = mem_zalloc(sizeof *a->priv);
	pthread_mutex_init(&a->priv->changes.lock, NULL);
	a->config = o->config;
	a->demo = o->demo;
	a->events = queue_new();
	if (open_all(a, o, e) < 0) {
		app_close(a);
		return -1;
	}
	if (db_note(a->db) != NULL)
		app_say(a, APP_WARN, "%s", db_note(a->db));
	if (o->online) {
		start = mem_zalloc(sizeof *start);
		start->kind = APP_EV_START;
		queue_push(a->events, &start->node);
	}
	a->dirty = ~0u;
	*out = a;
	return 0;
}

/* False when a worker has outlived its grace: it still uses the database,
 * the queue and the config. */
static bool
stop_workers(struct app *a)
{
	int64_t until = os_now_ms() + STOP_GRACE_MS, left = STOP_GRACE_MS;
	bool all = true;

	for (size_t i = 0; i < a->naccounts; i++) {
		if (!sync_stop(a->account[i].sync, left > 0 ? (int)left : 0))
			all = false;
		a->account[i].sync = NULL;
		left = until - os_now_ms();
	}
	return all;
}

static void
free_accounts(struct app *a)
{
	for (size_t i = 0; i < a->naccounts; i++)
		arena_free(&a->account[i].folder_arena);
	free(a->account);
}

static void
free_private(struct app_private *p)
{
	pthread_mutex_destroy(&p->changes.lock);
	arena_free(&p->folder_arena);
	folder_ask_free(p->folder_ask);
	free(p->data_dir);
	free(p->moving);
	free(p->place);
	free(p->text_search);
	free(p);
}

/* What was posted must be on disk, whoever else still uses the database. */
static void
await_acts(struct app *a)
{
	int64_t until = os_now_ms() + STOP_GRACE_MS;

	while (a->priv->acts_open > 0 && os_now_ms() < until) {
		struct pollfd p = {.fd = queue_fd(a->events), .events = POLLIN};

		if (poll(&p, 1, STOP_GRACE_MS) > 0)
			app_turn(a);
	}
}

void
app_close(struct app *a)
{
	bool alone;

	if (a == NULL)
		return;
	a->front = NULL;
	pipe_stop(a);
	find_stop(a);
	app_hide(a);
	alone = stop_workers(a);
	if (!alone)
		await_acts(a);
	jobs_stop(a->priv->jobs);
	a->priv->jobs = NULL;
	list_free(a->list);
	a->list = NULL;
	dbr_close(a->dbr);
	if (!alone)
		return;  /* the process ends now; the rest is the worker's */
	db_close(a->db); /* the last answers of acts come before it returns */
	app_drain(a);
	queue_free(a->events);
	keymap_free(a->keys);
	free_accounts(a);
	free_private(a->priv);
	config_free(a->config);
	free(a);
}
