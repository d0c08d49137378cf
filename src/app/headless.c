/*
 * The same machinery with nobody in front of it: sync, wait for the answer,
 * go on.  For the command line.
 */
#include <poll.h>

#include "app_int.h"

static int
start_once(struct app *a, struct err *e)
{
	struct sync_opts so = {.account = a->cur->cfg,
	    .account_id = a->cur->id,
	    .db = a->db,
	    .data_dir = a->priv->data_dir,
	    .events = a->events,
	    .once = true};

	if (a->cur->sync == NULL)
		a->cur->sync = sync_start(&so, e);
	return a->cur->sync != NULL ? 0 : -1;
}

/* Until the answer that priv->wait describes has come. */
static int
await(struct app *a, struct err *e)
{
	struct waiting *w = &a->priv->wait;
	struct pollfd p = {.fd = queue_fd(a->events), .events = POLLIN};

	w->done = false;
	while (!w->done) {
		poll(&p, 1, -1);
		app_turn(a);
	}
	if (w->rc < 0)
		*e = w->err;
	return w->rc;
}

int
app_sync_once(struct app *a, const char *folder, struct err *e)
{
	struct waiting *w = &a->priv->wait;
	int rc;

	if (start_once(a, e) < 0)
		return -1;
	*w = (struct waiting){.folder = a->list->folder};
	if (folder != NULL && db_need_folder(a->db, a->cur->id, folder,
				  ROLE_NONE, &w->folder, e) < 0)
		return -1;
	if (folder == NULL)
		folder = app_folder(a)->name;
	sync_open_folder(a->cur->sync, w->folder, folder, 100);
	rc = await(a, e);
	app_load_folders(a, a->cur);
	if (w->folder == a->list->folder)
		list_refresh(a, a->list);
	return rc;
}

int
app_fetch_once(struct app *a, int64_t id, const char *section, struct err *e)
{
	struct waiting *w = &a->priv->wait;

	if (start_once(a, e) < 0)
		return -1;
	*w = (struct waiting){.ticket = ++a->next_ticket};
	sync_fetch(a->cur->sync, w->ticket, id, section, false);
	return await(a, e);
}

struct mail *
app_read(struct app *a, int64_t id)
{
	return mail_peek(a, id);
}
