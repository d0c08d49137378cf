/*
 * The folder list over the whole width.  The mark is app's (side_folder), so
 * the commands that open and look work the same here and in the sidebar.
 */
#include <stdlib.h>

#include "ui_int.h"
#include "util/mem.h"

struct folders {
	struct screen base;
	size_t top;
};

static struct screen *
folders_open(struct ui *ui, const char *arg)
{
	struct folders *s = mem_zalloc(sizeof *s);

	(void)ui;
	(void)arg;
	return &s->base;
}

static void
folders_close(struct screen *s)
{
	free(s);
}

static void
folders_draw(struct ui *ui, struct screen *s, struct area at)
{
	folder_lines_draw(ui, at, &((struct folders *)s)->top, true);
}

/* Only folders can be marked: the lines without the titles. */
static size_t
only_folders(struct folder_line *v, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].folder != NULL)
			v[out++] = v[i];
	}
	return out;
}

static size_t
target(size_t at, size_t n, enum front_move how, long k, long page)
{
	long to = (long)at;

	if (k > 1000000 || k < -1000000)
		k = k > 0 ? 1000000 : -1000000;
	switch (how) {
	case MOVE_LINES:
		to += k;
		break;
	case MOVE_PAGES:
		to += k * page;
		break;
	case MOVE_HALVES:
		to += k * (page / 2 > 0 ? page / 2 : 1);
		break;
	case MOVE_FIRST:
		to = 0;
		break;
	case MOVE_LAST:
		to = (long)n - 1;
		break;
	case MOVE_TO:
		to = k;
		break;
	case MOVE_QUOTED:
		break;
	}
	return to < 0 ? 0 : (size_t)to >= n ? n - 1 : (size_t)to;
}

static void
folders_move(struct ui *ui, struct screen *s, enum front_move how, long k)
{
	struct folder_line *v;
	size_t n = folder_lines(ui, &v), at = 0;
	int64_t mark = ui_marked_folder(ui);

	(void)s;
	n = only_folders(v, n);
	while (at < n && v[at].folder->id != mark)
		at++;
	if (n > 0) {
		at = at < n ? target(at, n, how, k, (long)ui_content(ui).h) : 0;
		ui->app->side_folder = v[at].folder->id;
	}
	free(v);
}

static void
folders_status(
    struct ui *ui, struct screen *s, struct buf *left, struct buf *right)
{
	(void)ui;
	(void)s;
	(void)right;
	buf_puts(left, " Folders");
}

const struct screen_ops screen_folders = {
    .kind = SCREEN_FOLDERS,
    .scope = "folders",
    .open = folders_open,
    .close = folders_close,
    .draw = folders_draw,
    .move = folders_move,
    .status = folders_status,
};
