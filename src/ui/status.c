/*
 * The lines around a screen.  What stands here changes only when something
 * did: no clock, and no position that moves with every step.
 */
#include <stdio.h>
#include <string.h>

#include "ui_int.h"
#include "util/os.h"
#include "util/utf8.h"

/* ---- the help line ---- */

void
ui_help_line(struct ui *ui, unsigned y)
{
	const char *scope = ui_top(ui)->ops->scope;
	unsigned x = 0, bit = ui_scope_bit(ui);
	const struct command *c;

	canvas_fill(&ui->cv, y, 0, ui->cv.w, ST_HELP_LINE);
	for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
		const char *keys;
		char item[64];

		if (c->hint == NULL || !(c->scope & bit))
			continue;
		keys = keymap_keys(ui->app->keys, scope, c->name);
		if (keys[0] == '\0')
			continue;
		snprintf(item, sizeof item, "%s:%s", keys, c->hint);
		if (x + (unsigned)utf8_width(item, strlen(item)) > ui->cv.w)
			break;
		x += canvas_puts(
		    &ui->cv, y, x, ui->cv.w - x, ST_HELP_LINE, item);
		x += 2;
	}
}

/* ---- jobs and connection ---- */

/* The job worth showing, or NULL. */
static const struct app_job *
shown_job(const struct ui *ui, int64_t now)
{
	const struct app *a = ui->app;

	for (size_t i = a->njobs; i-- > 0;) {
		const struct app_job *j = &a->job[i];

		if (!j->over && now - j->started_ms >= JOB_SHOWN_MS)
			return j;
	}
	return NULL;
}

/* The next job that will be old enough to show, in ms; -1: none. */
static int
next_job(const struct ui *ui, int64_t now)
{
	const struct app *a = ui->app;
	int64_t best = -1;

	for (size_t i = 0; i < a->njobs; i++) {
		int64_t left = a->job[i].started_ms + JOB_SHOWN_MS - now;

		if (!a->job[i].over && left > 0 && (best < 0 || left < best))
			best = left;
	}
	return (int)best;
}

int
ui_next_spin(const struct ui *ui, int64_t now)
{
	int soon = next_job(ui, now);

	if (soon >= 0)
		return soon;
	if (ui_top(ui)->ops->kind == SCREEN_TRACE)
		return SPIN_MS;
	if (shown_job(ui, now) == NULL)
		return -1;
	if (ui_top(ui)->ops->kind == SCREEN_JOBS)
		return SPIN_MS;
	return ui_plain(ui) ? -1 : SPIN_MS;
}

static const char *
state_word(const struct app_account *acc)
{
	switch (acc->state) {
	case SYNC_OFFLINE:
		return "offline";
	case SYNC_CONNECTING:
		return "connecting";
	case SYNC_BUSY:
	case SYNC_IDLE:
		return "online";
	case SYNC_AUTH:
		return "password wanted";
	case SYNC_STOPPED:
		return "stopped";
	case SYNC_ELSEWHERE:
		return "shared";
	}
	return "";
}

static void
put_job(
    const struct ui *ui, const struct app_job *j, int64_t now, struct buf *out)
{
	static const char spin[] = "|/-\\";

	buf_printf(out, "%s", j->what);
	if (j->total > 0 && j->done <= j->total)
		buf_printf(out, " %u%%",
		    (unsigned)((double)j->done * 100 / (double)j->total));
	if (!ui_plain(ui))
		buf_printf(out, " %c", spin[now / SPIN_MS % 4]);
	buf_puts(out, "  ");
}

/* ---- the status line ---- */

static void
put_right(struct ui *ui, struct buf *right)
{
	int64_t now = os_now_ms();
	const struct app_job *j = shown_job(ui, now);

	if (ui->nkeys > 0) {
		ui_pending(ui, right);
		buf_puts(right, "  ");
	}
	if (ui->app->list != NULL && ui->app->list->tag_prefix)
		buf_puts(right, "tag-  ");
	if (j != NULL)
		put_job(ui, j, now, right);
	if (ui->app->demo)
		buf_puts(right, "demo");
	else if (ui->app->cur != NULL && ui->app->cur->sync != NULL)
		buf_puts(right, state_word(ui->app->cur));
}

void
ui_status_line(struct ui *ui, unsigned y)
{
	struct screen *s = ui_top(ui);
	struct buf left = BUF_INIT(SIZE_MAX), right = BUF_INIT(SIZE_MAX);
	struct buf clean = BUF_INIT(SIZE_MAX);
	unsigned w = ui->cv.w, rw;

	if (s->ops->status != NULL)
		s->ops->status(ui, s, &left, &right);
	if (right.len > 0)
		buf_puts(&right, "  ");
	put_right(ui, &right);
	utf8_clean(&clean, buf_text(&right), right.len, CLEAN_LINE);
	rw = (unsigned)utf8_width(buf_text(&clean), clean.len);
	canvas_fill(&ui->cv, y, 0, w, ST_STATUS);
	/* What is happening is on the right and goes first, up to half. */
	if (rw > w / 2)
		rw = w / 2;
	canvas_cut(&ui->cv, y, w - rw, rw, ST_STATUS, buf_text(&clean));
	if (w > rw + 1)
		canvas_cut(
		    &ui->cv, y, 0, w - rw - 1, ST_STATUS, buf_text(&left));
	buf_free(&clean);
	buf_free(&left);
	buf_free(&right);
}
