/*
 * The open message: from "asked for" to "read".
 *
 * It is built from the cache each time something changes (parts came, headers
 * toggled); that costs about a millisecond and leaves no half-built state.
 * While the text is missing its header lines stand there already, from the
 * row.  A request survives the connection: when it is lost the state says so,
 * and when it is back the text is asked for again.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"
#include "mail_int.h"

struct cached {
	struct app *app;
	struct mail *mail;
};

static int
from_cache(void *ctx, const struct part *p, struct buf *out, struct err *e)
{
	struct cached *c = ctx;

	return dbr_part(c->app->dbr, c->mail->id, p->section, out, e);
}

static int
add_cached(struct app *a, struct mail *m, const char *section, struct buf *out)
{
	struct err e = ERR_INIT;

	return dbr_part(a->dbr, m->id, section, out, &e);
}

/* Header and structure into the arena; true when all of the text is here. */
static bool
load_parts(struct app *a, struct mail *m)
{
	struct buf b = BUF_INIT(64u << 20);
	const struct part *text[MAIL_TEXTS_MAX];
	size_t n;

	if (add_cached(a, m, "HEADER", &b) == 0) {
		m->header = arena_strn(&m->arena, buf_text(&b), b.len);
		m->header_len = b.len;
	}
	buf_cut(&b, 0);
	if (add_cached(a, m, "STRUCTURE", &b) == 0)
		m->root = part_unpack(&m->arena, buf_text(&b), b.len);
	buf_free(&b);
	if (m->header == NULL || m->root == NULL)
		return false;
	n = part_texts(m->root, false, text, MAIL_TEXTS_MAX);
	for (size_t i = 0; i < n; i++)
		if (!dbr_has_part(a->dbr, m->id, text[i]->section))
			return false;
	return true;
}

static void
drop(struct mail *m)
{
	lines_drop(m);
	arena_free(&m->arena);
	m->header = NULL;
	m->header_len = 0;
	m->root = NULL;
	m->msg = (struct msg){.id = m->id};
}

/* Build it from the cache; true when it is all there. */
static bool
build(struct app *a, struct mail *m)
{
	struct cached ctx = {.app = a, .mail = m};
	struct part_source from = {.ctx = &ctx, .get = from_cache};
	bool whole;

	drop(m);
	m->generation++;
	a->dirty |= DIRTY_MAIL | DIRTY_STATUS;
	if (dbr_message(a->dbr, m->id, &m->arena, &m->msg) < 0) {
		m->state = MAIL_FAILED;
		m->waits = false;
		err_set(&m->err, ERR_GONE, "This message is gone");
		return false;
	}
	whole = load_parts(a, m);
	mail_add_header(m);
	if (whole) {
		mail_add_body(m, &from);
		m->state = MAIL_READY;
	}
	return whole;
}

static struct mail *
mail_new(const struct config *c, int64_t id)
{
	struct mail *m = mem_zalloc(sizeof *m);

	m->id = id;
	m->config = c;
	m->assumed = config_str(c, OPT_ASSUMED_CHARSET);
	return m;
}

void
mail_free(struct mail *m)
{
	if (m == NULL)
		return;
	drop(m);
	free(m);
}

/* ---- reading ---- */

static void
mark_seen(struct app *a, struct mail *m)
{
	struct act_order how = {
	    .kind = ACT_FLAGS, .on = FLAG_SEEN, .quiet = true};

	if ((m->msg.flags & FLAG_SEEN) == 0 &&
	    config_bool(a->config, OPT_MARK_SEEN))
		act_order(a, mem_dup(&m->id, sizeof m->id), 1, &how);
}

static bool
is_here(struct app *a, int64_t id)
{
	return dbr_has_part(a->dbr, id, "HEADER") &&
	       dbr_has_part(a->dbr, id, "STRUCTURE");
}

void
mail_prefetch(struct app *a)
{
	struct list *l = a->list;

	if (l == NULL || a->cur->sync == NULL ||
	    !config_bool(a->config, OPT_PREFETCH))
		return;
	for (int d = 1; d >= -1; d -= 2) {
		const struct view_row *r;

		if (d < 0 && l->cursor == 0)
			continue;
		r = list_row(a, l, d < 0 ? l->cursor - 1 : l->cursor + 1);
		if (r != NULL && !is_here(a, r->id))
			sync_fetch(a->cur->sync, 0, r->id, NULL, true);
	}
}

/* Ready, for a person: it counts as read, and the next one is wanted. */
static void
shown(struct app *a, struct mail *m)
{
	m->waits = false;
	m->ticket = 0;
	mark_seen(a, m);
	mail_prefetch(a);
}

/* ---- waiting ---- */

static void
say_waiting(struct mail *m, const struct app_account *acc)
{
	bool cut = *acc->state_text != '\0' &&
		   (acc->state == SYNC_OFFLINE || acc->state == SYNC_STOPPED ||
		       acc->state == SYNC_AUTH);

	m->state = cut || acc->sync == NULL ? MAIL_FAILED : MAIL_LOADING;
	if (acc->sync == NULL)
		err_set(&m->err, ERR_NET,
		    "This message is not here, and nothing was asked of the "
		    "server");
	else if (cut)
		err_set(&m->err, ERR_NET,
		    "This message is not here yet and work is offline "
		    "(%.120s); it will come when the connection is back",
		    acc->state_text);
}

static void
request(struct app *a, struct mail *m, struct app_account *acc)
{
	m->waits = true;
	m->ticket = ++a->next_ticket;
	say_waiting(m, acc);
	if (acc->sync != NULL)
		sync_fetch(acc->sync, m->ticket, m->id, NULL, false);
}

struct mail *
mail_open(struct app *a, int64_t id)
{
	struct mail *m = mail_new(a->config, id);

	if (build(a, m))
		shown(a, m);
	else if (m->state != MAIL_FAILED)
		request(a, m, a->cur);
	return m;
}

struct mail *
mail_peek(struct app *a, int64_t id)
{
	struct mail *m = mail_new(a->config, id);

	build(a, m);
	return m;
}

void
mail_headers(struct app *a, struct mail *m, bool all)
{
	m->all_headers = all;
	/* The cache may have let go of its text meanwhile. */
	if (!build(a, m) && m->state == MAIL_READY)
		request(a, m, a->cur);
}

void
mail_arrived(struct app *a, struct mail *m, int rc, const struct err *e)
{
	m->ticket = 0;
	if (build(a, m)) {
		shown(a, m);
		return;
	}
	if (m->state == MAIL_FAILED && m->err.kind == ERR_GONE)
		return;
	m->state = MAIL_FAILED;
	if (rc == 0)
		err_set(&m->err, ERR_PROTO,
		    "The server did not send the text of this message");
	else if (e->kind == ERR_CANCEL)
		err_set(
		    &m->err, ERR_CANCEL, "Fetching this message was stopped");
	else
		m->err = *e;
	m->waits = rc < 0 && e->kind == ERR_NET;
	if (m->waits)
		say_waiting(m, a->cur);
}

void
mail_account_changed(struct app *a, const struct app_account *acc)
{
	struct mail *m = a->mail;

	if (m == NULL || !m->waits || acc != a->cur)
		return;
	if (m->ticket == 0 &&
	    (acc->state == SYNC_IDLE || acc->state == SYNC_BUSY))
		request(a, m, a->cur);
	else
		say_waiting(m, acc);
	a->dirty |= DIRTY_MAIL;
}

/* ---- without a database ---- */

struct whole {
	const char *bytes;
	size_t n;
};

static int
from_bytes(void *ctx, const struct part *p, struct buf *out, struct err *e)
{
	const struct whole *w = ctx;

	if (p->offset > w->n || p->size > w->n - p->offset)
		return err_set(e, ERR_INPUT, "this part is cut off");
	return buf_add(out, w->bytes + p->offset, (size_t)p->size, e);
}

struct mail *
mail_from_bytes(const struct config *c, const char *bytes, size_t n)
{
	struct mail *m = mail_new(c, 0);
	struct whole w = {.bytes = bytes, .n = n};
	struct part_source from = {.ctx = &w, .get = from_bytes};

	m->header_len = message_body_at(bytes, n);
	m->header = arena_strn(&m->arena, bytes, m->header_len);
	m->root = message_parse(&m->arena, bytes, n);
	mail_add_header(m);
	mail_add_body(m, &from);
	m->state = MAIL_READY;
	return m;
}
