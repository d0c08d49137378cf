/*
 * The pipe: messages, raw or as text, into a command of the person's own.
 *
 * They are collected first, one by one, since some may have to be fetched;
 * the terminal is given away only when all are here.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

#define PIPE_MAX (128u << 20)

struct pipe_task {
	char *command;
	int64_t *ids;
	size_t n, at;
	bool decode;
	uint64_t ticket; /* of the fetch it waits for */
	size_t asked;    /* messages up to this one were asked for */
	struct buf out;
};

void
pipe_stop(struct app *a)
{
	struct pipe_task *t = a->priv->pipe;

	a->priv->pipe = NULL;
	if (t == NULL)
		return;
	free(t->command);
	free(t->ids);
	buf_free(&t->out);
	free(t);
}

/* As programs expect it on stdin: LF line ends. */
static int
add_lf(struct buf *out, const char *p, size_t n, struct err *e)
{
	const char *end = p + n, *cr;

	while (p < end) {
		cr = memmem(p, (size_t)(end - p), "\r\n", 2);
		if (cr == NULL)
			return buf_add(out, p, (size_t)(end - p), e);
		if (buf_add(out, p, (size_t)(cr - p), e) < 0)
			return -1;
		p = cr + 1;
	}
	return 0;
}

/* 0 added, 1 not here, -1 error. */
static int
add_raw(struct app *a, struct pipe_task *t, int64_t id, struct err *e)
{
	struct buf raw = BUF_INIT(PIPE_MAX);
	int rc;

	if (!dbr_has_part(a->dbr, id, ""))
		return 1;
	rc = dbr_part(a->dbr, id, "", &raw, e);
	if (rc == 0)
		rc = add_lf(&t->out, buf_text(&raw), raw.len, e);
	buf_free(&raw);
	return rc;
}

static int
add_decoded(struct app *a, struct pipe_task *t, int64_t id, struct err *e)
{
	struct mail *m = mail_peek(a, id);
	int rc = m->state == MAIL_READY ? 0 : 1;

	for (size_t i = 0; rc == 0 && i < m->nlines; i++) {
		const struct mail_line *l = &m->line[i];

		for (int q = 0; rc == 0 && l->flowed && q < l->quote; q++)
			rc = buf_add(&t->out, "> ", 2, e);
		if (rc == 0)
			rc = buf_add(&t->out, l->s, l->n, e);
		if (rc == 0)
			rc = buf_add(&t->out, "\n", 1, e);
	}
	mail_free(m);
	return rc;
}

static void
run(struct app *a, struct pipe_task *t)
{
	const char *argv[] = {"/bin/sh", "-c", t->command, NULL};

	if (a->front != NULL && a->front->child != NULL)
		a->front->child(a->front, argv, buf_text(&t->out), t->out.len);
	pipe_stop(a);
}

static int
add_one(struct app *a, struct pipe_task *t, struct err *e)
{
	int rc;

	rc = t->decode ? add_decoded(a, t, t->ids[t->at], e)
		       : add_raw(a, t, t->ids[t->at], e);
	if (rc == 0 && t->at + 1 < t->n)
		rc = buf_add(&t->out, "\n", 1, e);
	return rc;
}

static void
go_on(struct app *a)
{
	struct pipe_task *t = a->priv->pipe;
	struct err e = ERR_INIT;
	int rc = 0;

	while (t->at < t->n && (rc = add_one(a, t, &e)) == 0)
		t->at++;
	if (rc == 0) {
		run(a, t);
		return;
	}
	if (rc == 1 && t->asked <= t->at && a->cur->sync != NULL) {
		t->asked = t->at + 1;
		t->ticket = ++a->next_ticket;
		sync_fetch(a->cur->sync, t->ticket, t->ids[t->at],
		    t->decode ? NULL : "", false);
		app_say(a, APP_INFO, "Fetching what goes into the pipe");
		return;
	}
	app_say(a, APP_ERROR, "Not piped: %s",
	    rc < 0 ? e.text : "a message is not here and cannot be fetched");
	pipe_stop(a);
}

bool
pipe_arrived(struct app *a, uint64_t ticket, int rc, const struct err *e)
{
	struct pipe_task *t = a->priv->pipe;

	if (t == NULL || ticket == 0 || t->ticket != ticket)
		return false;
	if (rc == 0) {
		go_on(a);
		return true;
	}
	if (e->kind != ERR_CANCEL)
		app_say(a, APP_ERROR, "Not piped: %s", e->text);
	pipe_stop(a);
	return true;
}

void
pipe_start(struct app *a, int64_t *take_ids, size_t n, const char *cmd)
{
	struct pipe_task *t;

	if (n == 0 || *cmd == '\0') {
		free(take_ids);
		return;
	}
	pipe_stop(a);
	t = mem_zalloc(sizeof *t);
	t->command = mem_str(cmd);
	t->ids = take_ids;
	t->n = n;
	t->decode = config_bool(a->config, OPT_PIPE_DECODE);
	t->out.max = PIPE_MAX;
	a->priv->pipe = t;
	go_on(a);
}
