/*
 * The index: a folder's messages, one a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui_int.h"
#include "util/mem.h"

#define ARROW_COLS 3

static struct screen *
index_open(struct ui *ui, const char *arg)
{
	(void)ui;
	(void)arg;
	return mem_zalloc(sizeof(struct screen));
}

static void
index_close(struct screen *s)
{
	free(s);
}

/* index-format may have been :set since the last frame. */
static const struct format *
current_format(struct ui *ui)
{
	const char *text = config_str(ui->app->config, OPT_INDEX_FORMAT);
	struct format f;
	struct err e = ERR_INIT;

	if (text == NULL)
		text = "";
	if (ui->format_text != NULL && strcmp(ui->format_text, text) == 0)
		return &ui->format;
	free(ui->format_text);
	ui->format_text = mem_str(text);
	if (format_compile(text, &f, &e) < 0) {
		err_wrap(&e, "index-format");
		ui_say(ui, APP_ERROR, e.text);
		return &ui->format;
	}
	format_free(&ui->format);
	ui->format = f;
	return &ui->format;
}

/* ---- rows ---- */

static enum style
row_style(const struct view_row *r, bool tagged)
{
	if (r->flags & FLAG_DELETED)
		return ST_INDEX_DELETED;
	if (tagged)
		return ST_INDEX_TAGGED;
	if (!(r->flags & FLAG_SEEN))
		return ST_INDEX_NEW;
	return r->flags & FLAG_FLAGGED ? ST_INDEX_FLAGGED : ST_INDEX;
}

static enum style
draw_message(
    struct ui *ui, const struct view_row *row, uint64_t pos, struct area at)
{
	const struct app *a = ui->app;
	struct buf b = BUF_INIT(SIZE_MAX);
	struct format_row r = {.row = row,
	    .number = pos + 1,
	    .tagged = list_is_tagged(a->list, row->id),
	    .own = a->cur ? account_str(a->cur->cfg, OPT_ADDRESS) : NULL,
	    .date_format = config_str(a->config, OPT_DATE_FORMAT),
	    .ascii = ui->ascii};
	enum style st = row_style(row, r.tagged);

	if (r.date_format == NULL)
		r.date_format = "%b %d";
	format_line(&ui->format, &r, at.w, &b);
	canvas_text(&ui->cv, at.y, at.x, at.w, st, buf_text(&b), b.len);
	buf_free(&b);
	return st;
}

/* 80,000 */
static const char *
thousands(uint64_t n, char out[32])
{
	char digits[24], *to = out;
	size_t len = (size_t)snprintf(
	    digits, sizeof digits, "%llu", (unsigned long long)n);

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}

/* A position that no message is at: one on its way, or the last line. */
static enum style
draw_missing(struct ui *ui, uint64_t pos, struct area at)
{
	const struct list *l = ui->app->list;
	char text[120], count[32];

	if (pos < l->rows + l->coming)
		snprintf(text, sizeof text, "%5llu   %s",
		    (unsigned long long)(pos + 1),
		    ui->ascii ? ". . ." : "\xc2\xb7 \xc2\xb7 \xc2\xb7");
	else
		snprintf(text, sizeof text,
		    "        %s older on the server: Enter fetches",
		    thousands(l->beyond, count));
	canvas_puts(&ui->cv, at.y, at.x, at.w, ST_INDEX_COMING, text);
	return ST_INDEX_COMING;
}

static void
draw_cursor(struct ui *ui, struct area at, enum style st)
{
	struct canvas *c = &ui->cv;

	c->cy = at.y;
	c->cx = at.x;
	if (ui_arrow(ui)) {
		canvas_puts(c, at.y, at.x, 2, st, "->");
		return;
	}
	canvas_restyle(c, at.y, at.x, at.w,
	    st == ST_INDEX_NEW ? ST_INDEX_CURSOR_NEW : ST_INDEX_CURSOR);
}

static void
draw_row(struct ui *ui, uint64_t pos, struct area at)
{
	struct app *a = ui->app;
	const struct view_row *row = list_row(a, a->list, pos);
	unsigned arrow = ui_arrow(ui) && at.w > ARROW_COLS ? ARROW_COLS : 0;
	struct area text = at;
	enum style st;

	text.x += arrow;
	text.w -= arrow;
	st = row != NULL ? draw_message(ui, row, pos, text)
			 : draw_missing(ui, pos, text);
	if (pos == a->list->cursor)
		draw_cursor(ui, at, st);
}

/* Why there is nothing to see. */
static const char *
empty_text(struct app *a)
{
	const struct app_account *acc = a->cur;
	struct folder *f = app_folder(a);

	if (a->list->limit != NULL)
		return "No message is like that.  l and \"all\" shows all "
		       "again.";
	if (f != NULL && f->synced != 0)
		return "There are no messages in this folder.";
	if (acc == NULL || acc->sync == NULL)
		return "Nothing of this folder is on this machine.";
	switch (acc->state) {
	case SYNC_CONNECTING:
		return "Connecting...";
	case SYNC_BUSY:
	case SYNC_IDLE:
		return "Looking...";
	case SYNC_AUTH:
		return "The server wants a password.";
	default:
		return "Not connected, and nothing of this folder is on this "
		       "machine yet.";
	}
}

static void
draw_empty(struct ui *ui, struct area at)
{
	const struct app_account *acc = ui->app->cur;
	const char *text = "No folder is open.";
	bool cut = acc != NULL && acc->sync != NULL &&
		   (acc->state == SYNC_OFFLINE || acc->state == SYNC_STOPPED);

	if (ui->app->list != NULL)
		text = empty_text(ui->app);
	if (at.h > 2) {
		at.y++;
		at.h--;
	}
	at.x += at.w > 2 ? 2 : 0;
	at.w -= at.w > 2 ? 2 : 0;
	ui_put_text(ui, at, ST_INDEX_COMING, text);
	if (!cut || at.h < 4)
		return;
	at.y += ui_text_rows(text, at.w, at.h) + 1;
	at.h -= ui_text_rows(text, at.w, at.h) + 1;
	ui_put_text(ui, at, ST_INDEX_COMING, acc->state_text);
}

static void
index_draw(struct ui *ui, struct screen *s, struct area at)
{
	struct app *a = ui->app;
	struct list *l = a->list;

	(void)s;
	ui->cv.cy = at.y;
	ui->cv.cx = at.x;
	current_format(ui);
	if (l == NULL || list_count(l) == 0) {
		draw_empty(ui, at);
		return;
	}
	list_show(a, l, at.h);
	for (unsigned i = 0; i < at.h; i++) {
		uint64_t pos = l->top + i;

		if (pos >= list_count(l))
			break;
		draw_row(ui, pos,
		    (struct area){.y = at.y + i, .x = at.x, .h = 1, .w = at.w});
	}
}

/* ---- moving ---- */

/*
 * A step over the edge turns the page rather than scrolling a line: beside
 * the sidebar no terminal can scroll, so each such line would cost a whole
 * screen.
 */
static void
turn_page(struct list *l, uint64_t page)
{
	if (l->cursor >= l->top + page)
		l->top = l->cursor;
	else if (l->cursor < l->top)
		l->top = l->cursor + 1 > page ? l->cursor + 1 - page : 0;
}

static uint64_t
shifted(uint64_t at, long n, uint64_t count)
{
	uint64_t k = (uint64_t)(n < 0 ? -(n + 1) : 0) + 1;

	if (n < 0)
		return at > k ? at - k : 0;
	return at + (uint64_t)n < count ? at + (uint64_t)n : count - 1;
}

static void
move_lines(struct app *a, long n, uint64_t page)
{
	struct list *l = a->list;

	list_goto(a, l, shifted(l->cursor, n, list_count(l)));
	if (n == 1 || n == -1)
		turn_page(l, page);
}

static void
move_pages(struct app *a, long n, long rows)
{
	struct list *l = a->list;
	uint64_t count = list_count(l), top;

	if (n > 1000000 || n < -1000000)
		n = n > 0 ? 1000000 : -1000000;
	top = shifted(l->top, n * rows, count);
	list_goto(a, l, shifted(l->cursor, n * rows, count));
	l->top = top;
}

static void
index_move(struct ui *ui, struct screen *s, enum front_move how, long n)
{
	struct app *a = ui->app;
	long page = (long)(a->page > 0 ? a->page : 1);

	(void)s;
	if (a->list == NULL || list_count(a->list) == 0)
		return;
	switch (how) {
	case MOVE_LINES:
		move_lines(a, n, (uint64_t)page);
		break;
	case MOVE_PAGES:
		move_pages(a, n, page);
		break;
	case MOVE_HALVES:
		move_pages(a, n, page > 1 ? page / 2 : 1);
		break;
	case MOVE_FIRST:
		list_goto(a, a->list, 0);
		break;
	case MOVE_LAST:
		list_goto(a, a->list, list_count(a->list) - 1);
		break;
	case MOVE_TO:
		list_goto(a, a->list, n > 0 ? (uint64_t)n : 0);
		break;
	case MOVE_QUOTED:
		break;
	}
}

/* ---- status ---- */

static const char *
sort_word(enum view_sort sort)
{
	switch (sort) {
	case SORT_DATE:
		return "date";
	case SORT_ARRIVAL:
		return "arrival";
	case SORT_FROM:
		return "from";
	case SORT_SUBJECT:
		return "subject";
	case SORT_SIZE:
		return "size";
	}
	return "";
}

static void
index_status(
    struct ui *ui, struct screen *s, struct buf *left, struct buf *right)
{
	struct app *a = ui->app;
	const struct list *l = a->list;
	const struct folder *f = app_folder(a);

	(void)s;
	(void)right;
	buf_printf(left, " %s", a->cur != NULL ? a->cur->name : "etui");
	if (l == NULL)
		return;
	if (f != NULL) {
		uint64_t total = ui_all_here(f) ? f->rows : f->messages;

		buf_printf(
		    left, "/%s [Msgs:%llu", f->name, (unsigned long long)total);
		if (ui_unread(f) > 0)
			buf_printf(left, " New:%llu",
			    (unsigned long long)ui_unread(f));
		if (l->ntagged > 0)
			buf_printf(left, " Tag:%zu", l->ntagged);
		buf_puts(left, "]");
	}
	buf_printf(left, " (%s%s%s)", l->threaded ? "threads/" : "",
	    l->reverse ? "reverse-" : "", sort_word(l->sort));
	if (l->limit != NULL)
		buf_printf(left, " limit: %s (%llu)", l->limit,
		    (unsigned long long)l->rows);
}

const struct screen_ops screen_index = {
    .kind = SCREEN_INDEX,
    .scope = "index",
    .beside = true,
    .open = index_open,
    .close = index_close,
    .draw = index_draw,
    .move = index_move,
    .status = index_status,
};
