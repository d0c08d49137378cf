/*
 * The pager: the open message.  Its lines are app's; here they get styles
 * and a width.
 */
#include <stdlib.h>
#include <string.h>

#include "textview.h"
#include "ui_int.h"
#include "util/mem.h"
#include "util/utf8.h"

#define TAB_COLS 8

struct pager {
	struct screen base;
	struct textview tv;
	/* what the rows were made of */
	const struct mail *mail;
	int64_t id;
	unsigned generation;
	const struct mail_line *lines;
	/* the last line with tabs, expanded */
	struct buf tabs;
	size_t tabs_line;
	bool have_tabs;
	char prefix[64];
};

static enum style
quote_style(int depth)
{
	static const enum style st[] = {ST_QUOTE1, ST_QUOTE2, ST_QUOTE3};

	return st[depth > 0 ? (depth - 1) % 3 : 0];
}

static enum style
kind_style(const struct mail_line *l)
{
	switch (l->kind) {
	case LINE_HEADER:
		return ST_HEADER;
	case LINE_QUOTE:
		return quote_style(l->quote);
	case LINE_SIG:
		return ST_SIGNATURE;
	case LINE_PART:
		return ST_PART;
	case LINE_DIFF_ADD:
		return ST_DIFF_ADD;
	case LINE_DIFF_DEL:
		return ST_DIFF_DEL;
	case LINE_DIFF_HUNK:
		return ST_DIFF_HUNK;
	case LINE_BLANK:
	case LINE_TEXT:
		break;
	}
	return ST_PAGER;
}

/* Tabs as blanks up to the next multiple of eight. */
static void
expand_tabs(struct pager *p, size_t i, const struct mail_line *l)
{
	size_t at = 0;
	int col = 0;

	if (p->have_tabs && p->tabs_line == i)
		return;
	buf_cut(&p->tabs, 0);
	while (at < l->n) {
		const char *tab = memchr(l->s + at, '\t', l->n - at);
		size_t end = tab ? (size_t)(tab - l->s) : l->n;

		buf_put(&p->tabs, l->s + at, end - at);
		col += utf8_width(l->s + at, end - at);
		at = end;
		if (tab == NULL)
			break;
		do
			buf_putc(&p->tabs, ' ');
		while (++col % TAB_COLS != 0);
		at++;
	}
	p->tabs_line = i;
	p->have_tabs = true;
}

/* "> > " for a flowed quote, whose marks are not in its text. */
static const char *
quote_prefix(struct pager *p, int depth)
{
	size_t n = 0;

	while (n < (size_t)depth && n + 2 < sizeof p->prefix)
		p->prefix[n++] = '>';
	p->prefix[n++] = ' ';
	p->prefix[n] = '\0';
	return p->prefix;
}

static void
pager_line(void *ctx, size_t i, struct tv_line *out)
{
	struct pager *p = ctx;
	const struct mail_line *l = &p->mail->line[i];

	*out = (struct tv_line){.s = l->s,
	    .n = l->n,
	    .style = kind_style(l),
	    .links = l->kind != LINE_PART,
	    .quoted = l->kind == LINE_QUOTE};
	if (l->kind == LINE_HEADER) {
		out->head = l->name_len;
		out->head_style = ST_HEADER_NAME;
		out->indent = 4;
	}
	if (l->quote > 0 && l->flowed)
		out->prefix = quote_prefix(p, l->quote);
	if (memchr(l->s, '\t', l->n) != NULL) {
		expand_tabs(p, i, l);
		out->s = buf_text(&p->tabs);
		out->n = p->tabs.len;
	}
}

static size_t
pager_count(void *ctx)
{
	const struct pager *p = ctx;

	return p->mail != NULL ? p->mail->nlines : 0;
}

/* The message may be another, or have got its text, since the last look. */
static void
follow_mail(struct ui *ui, struct pager *p)
{
	const struct mail *m = ui->app->mail;
	bool same = m != NULL && p->mail == m && p->id == m->id;

	if (same && p->generation == m->generation && p->lines == m->line &&
	    p->tv.fold_quotes == ui->fold_quotes)
		return;
	p->mail = m;
	p->id = m != NULL ? m->id : 0;
	p->generation = m != NULL ? m->generation : 0;
	p->lines = m != NULL ? m->line : NULL;
	p->have_tabs = false;
	p->tv.fold_quotes = ui->fold_quotes;
	textview_reset(&p->tv, same);
}

static void
fit(struct ui *ui, struct pager *p)
{
	int64_t wrap = config_int(ui->app->config, OPT_WRAP);
	struct area at = ui_content(ui);
	unsigned w = wrap > 0 && wrap < 10000 ? (unsigned)wrap : 0;

	follow_mail(ui, p);
	if (w != p->tv.wrap) {
		p->tv.wrap = w;
		textview_reset(&p->tv, true);
	}
	textview_size(&p->tv, at.w, at.h);
}

static struct screen *
pager_open(struct ui *ui, const char *arg)
{
	struct pager *p = mem_zalloc(sizeof *p);

	(void)ui;
	(void)arg;
	p->tv.ctx = p;
	p->tv.count = pager_count;
	p->tv.line = pager_line;
	p->tabs.max = SIZE_MAX;
	return &p->base;
}

static void
pager_close(struct screen *s)
{
	struct pager *p = (struct pager *)s;

	textview_done(&p->tv);
	buf_free(&p->tabs);
	free(p);
}

static void
draw_failure(struct ui *ui, const struct mail *m, struct area at)
{
	const char *text = m->err.text[0] != '\0'
			       ? m->err.text
			       : "The text could not be fetched";
	unsigned rows = ui_text_rows(text, at.w, at.h);

	if (m->nlines > 0)
		at.y += at.h - rows;
	at.h = rows;
	for (unsigned i = 0; i < rows; i++)
		canvas_fill(&ui->cv, at.y + i, at.x, at.w, ST_PAGER);
	ui_put_text(ui, at, ST_ERROR, text);
}

static void
draw_state(struct ui *ui, const struct mail *m, struct area at)
{
	if (m == NULL)
		return;
	if (m->state == MAIL_FAILED)
		draw_failure(ui, m, at);
	else if (m->state == MAIL_LOADING && m->nlines == 0)
		canvas_puts(&ui->cv, at.y, at.x, at.w, ST_INDEX_COMING,
		    "Fetching the text...");
}

static void
pager_draw(struct ui *ui, struct screen *s, struct area at)
{
	struct pager *p = (struct pager *)s;

	fit(ui, p);
	textview_draw(&p->tv, &ui->cv, at.y, at.x);
	draw_state(ui, p->mail, at);
	ui->cv.cy = at.y + at.h - 1;
	ui->cv.cx = at.x;
}

static void
pager_move(struct ui *ui, struct screen *s, enum front_move how, long n)
{
	struct pager *p = (struct pager *)s;
	int64_t context = config_int(ui->app->config, OPT_PAGER_CONTEXT);

	fit(ui, p);
	if (context < 0 || context > 1000)
		context = 0;
	if (textview_move(&p->tv, how, n, (unsigned)context))
		return;
	if (how == MOVE_QUOTED)
		ui_say(ui, APP_INFO, "No more quoted text");
	else
		ui_say(ui, APP_INFO,
		    how == MOVE_FIRST || (how != MOVE_LAST && n < 0)
			? "This is the top of the message"
			: "This is the end of the message");
}

void
ui_say_found(struct ui *ui, enum tv_found found, int dir)
{
	if (found == TV_NOT_FOUND)
		ui_say(ui, APP_WARN, "Not found");
	else if (found == TV_WRAPPED)
		ui_say(ui, APP_INFO,
		    dir > 0 ? "The search went on from the top"
			    : "The search went on from the bottom");
}

static void
pager_search(struct ui *ui, struct screen *s, const char *text, int dir)
{
	struct pager *p = (struct pager *)s;

	fit(ui, p);
	ui_say_found(ui, textview_search(&p->tv, text, dir), dir);
}

static void
pager_status(
    struct ui *ui, struct screen *s, struct buf *left, struct buf *right)
{
	struct pager *p = (struct pager *)s;
	const struct mail *m = p->mail;

	(void)ui;
	if (m == NULL)
		return;
	buf_printf(left, " %s: %s",
	    m->msg.from_name != NULL && m->msg.from_name[0] != '\0'
		? m->msg.from_name
	    : m->msg.from_addr ? m->msg.from_addr
			       : "",
	    m->msg.subject ? m->msg.subject : "");
	if (m->state == MAIL_LOADING)
		buf_puts(right, "fetching");
	else if (textview_at_end(&p->tv))
		buf_puts(right, p->tv.top == 0 ? "all" : "end");
	else
		buf_printf(right, "%u%%", textview_percent(&p->tv));
}

const struct screen_ops screen_pager = {
    .kind = SCREEN_PAGER,
    .scope = "pager",
    .beside = true,
    .open = pager_open,
    .close = pager_close,
    .draw = pager_draw,
    .move = pager_move,
    .search = pager_search,
    .status = pager_status,
};
