#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paper.h"
#include "util/utf8.h"

#define INDENT 4

static size_t
count_lines(void *ctx)
{
	return ((struct paper *)ctx)->n;
}

static void
get_line(void *ctx, size_t i, struct tv_line *out)
{
	*out = ((struct paper *)ctx)->line[i];
}

struct paper *
paper_new(const char *title)
{
	struct paper *p = mem_zalloc(sizeof *p);

	p->title = title;
	p->tv.ctx = p;
	p->tv.count = count_lines;
	p->tv.line = get_line;
	return p;
}

void
paper_close(struct screen *s)
{
	struct paper *p = (struct paper *)s;

	textview_done(&p->tv);
	arena_free(&p->arena);
	free(p->line);
	free(p);
}

void
paper_clear(struct paper *p)
{
	arena_free(&p->arena);
	p->n = 0;
}

void
paper_add(struct paper *p, enum style st, size_t head, const char *fmt, ...)
{
	struct buf clean = BUF_INIT(SIZE_MAX);
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	utf8_clean(&clean, text, strlen(text), CLEAN_LINE);
	free(text);
	mem_grow(&p->line, &p->cap, p->n + 1, sizeof *p->line);
	p->line[p->n++] = (struct tv_line){
	    .s = arena_strn(&p->arena, buf_text(&clean), clean.len),
	    .n = clean.len,
	    .style = st,
	    .head = head < clean.len ? head : clean.len,
	    .head_style = ST_KEY,
	    .indent = INDENT,
	};
	buf_free(&clean);
}

void
paper_show(struct ui *ui, struct paper *p, struct area at)
{
	textview_size(&p->tv, at.w, at.h);
	textview_draw(&p->tv, &ui->cv, at.y, at.x);
	ui->cv.cy = at.y + at.h - 1;
	ui->cv.cx = at.x;
}

void
paper_move(struct ui *ui, struct screen *s, enum front_move how, long n)
{
	struct area at = ui_content(ui);
	struct paper *p = (struct paper *)s;

	textview_size(&p->tv, at.w, at.h);
	textview_move(&p->tv, how, n, 0);
}

void
paper_search(struct ui *ui, struct screen *s, const char *text, int dir)
{
	struct paper *p = (struct paper *)s;

	ui_say_found(ui, textview_search(&p->tv, text, dir), dir);
}

void
paper_status(
    struct ui *ui, struct screen *s, struct buf *left, struct buf *right)
{
	struct paper *p = (struct paper *)s;

	(void)ui;
	buf_printf(left, " %s", p->title);
	if (!textview_at_end(&p->tv))
		buf_printf(right, "%u%%", textview_percent(&p->tv));
}
