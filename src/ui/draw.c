#include <string.h>

#include "ui_int.h"
#include "util/utf8.h"

static unsigned
sidebar_width(const struct ui *ui)
{
	int64_t w = config_int(ui->app->config, OPT_SIDEBAR_WIDTH);

	return w < 5 ? 5 : w > 200 ? 200 : (unsigned)w;
}

bool
ui_sidebar_shown(const struct ui *ui)
{
	unsigned room = sidebar_width(ui) + 1;

	if (ui->sidebar == SIDEBAR_OFF || !ui_top(ui)->ops->beside)
		return false;
	if (ui->sidebar == SIDEBAR_ON)
		return ui->cv.w >= room + 20;
	return ui->cv.w >= SIDEBAR_FROM_COLS && ui->cv.w >= room + 40;
}

static bool
help_line_shown(const struct ui *ui)
{
	return ui->cv.h >= 6 && config_bool(ui->app->config, OPT_HELP_LINE);
}

struct area
ui_content(const struct ui *ui)
{
	struct area at = {.h = 1, .w = ui->cv.w};

	at.y = help_line_shown(ui) ? 1 : 0;
	if (ui->cv.h > at.y + 2)
		at.h = ui->cv.h - at.y - 2;
	if (ui_sidebar_shown(ui)) {
		at.x = sidebar_width(ui) + 1;
		at.w -= at.x;
	}
	return at;
}

static enum style
say_style(enum app_level level)
{
	return level == APP_ERROR  ? ST_ERROR
	       : level == APP_WARN ? ST_WARNING
				   : ST_MESSAGE;
}

static void
draw_sidebar(struct ui *ui, struct area at)
{
	unsigned w = at.x - 1;

	sidebar_draw(ui, (struct area){.y = at.y, .x = 0, .h = at.h, .w = w});
	for (unsigned i = 0; i < at.h; i++)
		canvas_puts(&ui->cv, at.y + i, w, 1, ST_SIDEBAR_LINE,
		    ui->ascii ? "|" : "\xe2\x94\x82");
}

/* What is longer than this much of the window is cut. */
#define SAY_SHARE 3

unsigned
ui_text_rows(const char *s, unsigned cols, unsigned max)
{
	size_t n = strlen(s), at = 0, skip = 0;
	unsigned rows = 0;

	while (at < n && rows < max) {
		at += utf8_wrap(s + at, n - at, (int)cols, &skip);
		at += skip;
		rows++;
	}
	return rows > 0 ? rows : 1;
}

void
ui_put_text(struct ui *ui, struct area at, enum style st, const char *s)
{
	size_t n = strlen(s), skip = 0;

	for (unsigned i = 0; i < at.h && n > 0; i++) {
		size_t len = utf8_wrap(s, n, (int)at.w, &skip);

		if (i + 1 == at.h)
			canvas_cut(&ui->cv, at.y + i, at.x, at.w, st, s);
		else
			canvas_text(&ui->cv, at.y + i, at.x, at.w, st, s, len);
		s += len + skip;
		n -= len + skip;
	}
}

/* Rows of the message line: more than one while a long sentence stands. */
static unsigned
bottom_rows(const struct ui *ui)
{
	unsigned max = ui->cv.h / SAY_SHARE;

	if (max < 2)
		return 1;
	if (ui->prompt[0] != NULL)
		return prompt_rows(ui->prompt[0], ui->cv.w, max);
	return ui_text_rows(ui->say, ui->cv.w, max);
}

static void
draw_bottom(struct ui *ui, unsigned rows)
{
	struct area at = {.y = ui->cv.h - rows, .h = rows, .w = ui->cv.w};

	for (unsigned i = 0; rows > 1 && i < rows; i++)
		canvas_fill(&ui->cv, at.y + i, 0, at.w, ST_NORMAL);
	if (ui->prompt[0] != NULL)
		prompt_draw(ui->prompt[0], &ui->cv, at.y + rows - 1);
	else if (ui->say[0] != '\0')
		ui_put_text(ui, at, say_style(ui->say_level), ui->say);
}

void
ui_draw(struct ui *ui)
{
	struct screen *s = ui_top(ui);
	struct area at;
	unsigned rows;

	canvas_clear(&ui->cv);
	ui->app->dirty = 0;
	if (ui->cv.w < UI_MIN_COLS || ui->cv.h < UI_MIN_ROWS) {
		canvas_puts(&ui->cv, 0, 0, ui->cv.w, ST_NORMAL, "too small");
		return;
	}
	at = ui_content(ui);
	if (s->ops->kind == SCREEN_INDEX)
		ui->app->page = at.h;
	if (help_line_shown(ui))
		ui_help_line(ui, 0);
	if (ui_sidebar_shown(ui))
		draw_sidebar(ui, at);
	s->ops->draw(ui, s, at);
	rows = bottom_rows(ui);
	ui_status_line(ui, ui->cv.h - 1 - rows);
	draw_bottom(ui, rows);
}
