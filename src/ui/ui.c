/*
 * The stack of screens.  The index is always at its bottom; opening a kind
 * that is already there goes back to it.
 */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "ui_int.h"
#include "util/mem.h"

static const struct screen_ops *const kinds[] = {&screen_index, &screen_pager,
    &screen_help, &screen_jobs, &screen_folders, &screen_trace,
    &screen_notices};

static const struct screen_ops *
ops_of(enum screen_kind kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i]->kind == kind)
			return kinds[i];
	}
	return NULL;
}

struct screen *
ui_top(const struct ui *ui)
{
	return ui->stack[ui->depth - 1];
}

static void
pop(struct ui *ui)
{
	struct screen *s = ui->stack[--ui->depth];

	s->ops->close(s);
}

void
ui_close_top(struct ui *ui)
{
	if (ui->depth > 1)
		pop(ui);
}

void
ui_open(struct ui *ui, enum screen_kind kind, const char *arg)
{
	const struct screen_ops *ops = ops_of(kind);
	struct screen *s;
	size_t at = ui->depth;

	if (ops == NULL)
		return;
	while (at > 0 && ui->stack[at - 1]->ops != ops)
		at--;
	if (at > 0) {
		while (ui->depth > at)
			pop(ui);
		return;
	}
	if (ui->depth == SCREENS_MAX)
		return;
	s = ops->open(ui, arg);
	s->ops = ops;
	ui->stack[ui->depth++] = s;
}

unsigned
ui_scope_bit(const struct ui *ui)
{
	return screen_scope(ui_top(ui)->ops->kind);
}

bool
ui_plain(const struct ui *ui)
{
	return config_bool(ui->app->config, OPT_LOW_BANDWIDTH);
}

bool
ui_arrow(const struct ui *ui)
{
	return ui_plain(ui) || config_is(ui->app->config, OPT_CURSOR, "arrow");
}

static enum sidebar_mode
sidebar_option(const struct config *c)
{
	if (config_is(c, OPT_SIDEBAR, "yes"))
		return SIDEBAR_ON;
	return config_is(c, OPT_SIDEBAR, "no") ? SIDEBAR_OFF : SIDEBAR_BY_WIDTH;
}

int
ui_check_config(const struct config *c, struct err *e)
{
	struct look look[ST_COUNT];
	struct format f;

	if (styles_load(c, look, e) < 0)
		return -1;
	if (format_compile(config_str(c, OPT_INDEX_FORMAT), &f, e) < 0)
		return err_wrap(e, "index-format");
	format_free(&f);
	return 0;
}

struct ui *
ui_new(struct app *a, struct err *e)
{
	struct ui *ui = mem_zalloc(sizeof *ui);

	ui->app = a;
	if (ui_check_config(a->config, e) < 0 ||
	    styles_load(a->config, ui->look, e) < 0) {
		free(ui);
		return NULL;
	}
	ui->ascii = config_bool(a->config, OPT_ASCII) ||
		    strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	ui->sidebar = sidebar_option(a->config);
	ui->fold_quotes = config_bool(a->config, OPT_HIDE_QUOTED);
	canvas_init(&ui->cv, 80, 24, ui->ascii);
	ui_front(ui);
	a->front = &ui->front;
	ui_open(ui, SCREEN_INDEX, NULL);
	return ui;
}

void
ui_free(struct ui *ui)
{
	if (ui == NULL)
		return;
	while (ui->depth > 0)
		pop(ui);
	ui_drop_prompts(ui);
	ui->app->front = NULL;
	history_free(ui->history);
	format_free(&ui->format);
	free(ui->format_text);
	canvas_done(&ui->cv);
	free(ui);
}

void
ui_resize(struct ui *ui, unsigned w, unsigned h)
{
	struct area at;

	canvas_resize(&ui->cv, w, h);
	ui->app->width = ui->cv.w;
	ui->app->height = ui->cv.h;
	at = ui_content(ui);
	ui->app->page = at.h;
}
