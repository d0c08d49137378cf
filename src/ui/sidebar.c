/*
 * The folders of all accounts, beside the index and the pager.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui_int.h"
#include "util/mem.h"
#include "util/utf8.h"

#define DEPTH_MAX 16

/* Then what the cache counts is right, with the acts on their way. */
bool
ui_all_here(const struct folder *f)
{
	return f->complete || f->rows >= f->messages;
}

uint64_t
ui_unread(const struct folder *f)
{
	return ui_all_here(f) ? f->rows_unseen : f->unseen;
}

static bool
is_below(const char *name, const char *parent, char delim)
{
	size_t n = strlen(parent);

	return delim != '\0' && strncmp(name, parent, n) == 0 &&
	       name[n] == delim && name[n + 1] != '\0';
}

static size_t
account_lines(const struct app_account *acc, struct folder_line **out)
{
	struct folder_line *v = mem_array(acc->nfolders + 1, sizeof *v);
	const struct folder *above[DEPTH_MAX];
	unsigned depth = 0;

	for (size_t i = 0; i < acc->nfolders; i++) {
		const struct folder *f = &acc->folders[i];

		while (depth > 0 &&
		       !is_below(f->name, above[depth - 1]->name, f->delim))
			depth--;
		v[i] = (struct folder_line){.folder = f,
		    .account = acc,
		    .depth = depth,
		    .name = f->name};
		if (depth > 0)
			v[i].name += strlen(above[depth - 1]->name) + 1;
		if (depth < DEPTH_MAX)
			above[depth++] = f;
	}
	*out = v;
	return acc->nfolders;
}

static void
folder_line_draw(struct ui *ui, const struct folder_line *l, unsigned y,
    unsigned x, unsigned w, enum style st)
{
	uint64_t unread = ui_unread(l->folder);
	unsigned indent = l->depth * 2 + 1, n = 0;
	char count[24] = "";

	canvas_fill(&ui->cv, y, x, w, st);
	if (unread > 0)
		n = (unsigned)snprintf(
		    count, sizeof count, "%llu ", (unsigned long long)unread);
	if (indent > w / 2)
		indent = w / 2;
	if (w > indent + n + 1)
		canvas_cut(
		    &ui->cv, y, x + indent, w - indent - n - 1, st, l->name);
	if (n > 0 && n < w)
		canvas_puts(&ui->cv, y, x + w - n, n, st, count);
}

size_t
folder_lines(const struct ui *ui, struct folder_line **out)
{
	struct folder_line *all = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < ui->app->naccounts; i++) {
		const struct app_account *acc = &ui->app->account[i];
		struct folder_line *v;
		size_t k = account_lines(acc, &v);

		mem_grow(&all, &cap, n + k + 1, sizeof *all);
		all[n++] = (struct folder_line){
		    .account = acc, .name = acc->name};
		memcpy(all + n, v, k * sizeof *v);
		n += k;
		free(v);
	}
	*out = all;
	return n;
}

static enum style
line_style(const struct ui *ui, const struct folder_line *l, int64_t mark)
{
	const struct app *a = ui->app;
	int64_t open = a->list != NULL ? a->list->folder : 0;

	if (l->folder == NULL)
		return ST_SIDEBAR_ACCOUNT;
	if (l->folder->id == mark)
		return ST_SIDEBAR_OPEN;
	if (l->folder->id == open || ui_unread(l->folder) > 0)
		return ST_SIDEBAR_NEW;
	return ST_SIDEBAR;
}

static size_t
scroll_to_mark(const struct folder_line *v, size_t n, int64_t mark, unsigned h,
    size_t *top)
{
	size_t at = 0;

	while (at < n && (v[at].folder == NULL || v[at].folder->id != mark))
		at++;
	if (at < n && at < *top)
		*top = at > 0 && v[at - 1].folder == NULL ? at - 1 : at;
	if (at < n && at >= *top + h)
		*top = at + 1 - h;
	if (*top + h > n)
		*top = n > h ? n - h : 0;
	return at;
}

int64_t
ui_marked_folder(const struct ui *ui)
{
	const struct app *a = ui->app;

	if (a->side_folder != 0)
		return a->side_folder;
	return a->list != NULL ? a->list->folder : 0;
}

static void
draw_line(
    struct ui *ui, const struct folder_line *l, struct area at, int64_t mark)
{
	enum style st = line_style(ui, l, mark);

	if (l->folder == NULL)
		canvas_cut(&ui->cv, at.y, at.x, at.w, st, l->name);
	else
		folder_line_draw(ui, l, at.y, at.x, at.w, st);
}

void
folder_lines_draw(struct ui *ui, struct area at, size_t *top, bool cursor)
{
	struct folder_line *v;
	size_t n = folder_lines(ui, &v);
	int64_t mark = ui_marked_folder(ui);
	size_t marked = scroll_to_mark(v, n, mark, at.h, top);
	struct area line = {.x = at.x, .h = 1, .w = at.w};

	for (unsigned i = 0; i < at.h && *top + i < n; i++) {
		line.y = at.y + i;
		draw_line(ui, &v[*top + i], line, mark);
		if (cursor && *top + i == marked) {
			ui->cv.cy = line.y;
			ui->cv.cx = line.x;
		}
	}
	free(v);
}

void
sidebar_draw(struct ui *ui, struct area at)
{
	folder_lines_draw(ui, at, &ui->sidebar_top, false);
}
