/*
 * Trace: what crossed the wire of the account's connections.  Written anew at
 * most twice a second; whoever looks at its end stays there.
 */
#include <string.h>

#include "paper.h"
#include "util/os.h"

#define TRACE_EVERY_MS 400

static void
add_trace_line(void *ctx, enum trace_dir dir, double seconds, const char *line)
{
	static const char mark[] = {
	    [TRACE_IN] = '<', [TRACE_OUT] = '>', [TRACE_NOTE] = '*'};

	paper_add(ctx, dir == TRACE_OUT ? ST_TRACE_OUT : ST_NORMAL, 0,
	    "%8.3f %c %s", seconds, mark[dir], line);
}

static void
write_trace(struct ui *ui, struct paper *p)
{
	static const char *const names[] = {
	    "Connection for folders", "Connection for messages"};
	struct app_account *acc = ui->app->cur;

	paper_clear(p);
	for (int i = 0; i < 2 && acc != NULL && acc->sync != NULL; i++) {
		struct trace *t = sync_trace(acc->sync, i);

		if (t == NULL)
			continue;
		if (p->n > 0)
			paper_add(p, ST_NORMAL, 0, "%s", "");
		paper_add(p, ST_TITLE, 0, "%s: %s", acc->name, names[i]);
		trace_each(t, add_trace_line, p);
		trace_unref(t);
	}
	if (p->n == 0)
		paper_add(p, ST_NORMAL, 0,
		    "This account has no connection to look at.");
	p->written = os_now_ms();
}

static void
follow(struct ui *ui, struct paper *p)
{
	bool end = p->tv.nrows > 0 && textview_at_end(&p->tv);

	if (os_now_ms() - p->written < TRACE_EVERY_MS)
		return;
	write_trace(ui, p);
	textview_reset(&p->tv, true);
	if (end)
		textview_move(&p->tv, MOVE_LAST, 0, 0);
}

static struct screen *
trace_open(struct ui *ui, const char *arg)
{
	struct paper *p = paper_new("Trace (passwords are hidden)");
	struct area at = {.w = ui->cv.w, .h = 1};

	(void)arg;
	write_trace(ui, p);
	textview_size(&p->tv, at.w, at.h);
	return &p->base;
}

static void
trace_draw(struct ui *ui, struct screen *s, struct area at)
{
	struct paper *p = (struct paper *)s;

	textview_size(&p->tv, at.w, at.h);
	follow(ui, p);
	paper_show(ui, p, at);
}

const struct screen_ops screen_trace = {
    .kind = SCREEN_TRACE,
    .scope = "help",
    .open = trace_open,
    .close = paper_close,
    .draw = trace_draw,
    .move = paper_move,
    .search = paper_search,
    .status = paper_status,
};
