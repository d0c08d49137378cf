/* Notices: what the message line said, with the time. */
#include <string.h>
#include <time.h>

#include "paper.h"

static enum style
level_style(enum app_level level)
{
	return level == APP_ERROR  ? ST_ERROR
	       : level == APP_WARN ? ST_WARNING
				   : ST_NORMAL;
}

static void
add_notice(struct paper *p, const struct app_notice *n)
{
	time_t t = (time_t)n->when;
	char when[32] = "";
	struct tm tm;

	if (localtime_r(&t, &tm) != NULL)
		strftime(when, sizeof when, "%H:%M:%S", &tm);
	paper_add(
	    p, level_style(n->level), strlen(when), "%s  %s", when, n->text);
}

static void
write_notices(struct ui *ui, struct paper *p)
{
	struct app *a = ui->app;
	size_t n = a->nnotices;
	size_t first = n > APP_NOTICES_MAX ? n - APP_NOTICES_MAX : 0;

	paper_clear(p);
	while (n-- > first)
		add_notice(p, &a->notice[n % APP_NOTICES_MAX]);
	if (a->nnotices == 0)
		paper_add(p, ST_NORMAL, 0, "Nothing was said yet.");
	textview_reset(&p->tv, true);
	p->written = (int64_t)a->nnotices;
}

static struct screen *
notices_open(struct ui *ui, const char *arg)
{
	struct paper *p = paper_new("Messages, newest first");

	(void)arg;
	write_notices(ui, p);
	return &p->base;
}

static void
notices_draw(struct ui *ui, struct screen *s, struct area at)
{
	struct paper *p = (struct paper *)s;

	if (p->written != (int64_t)ui->app->nnotices)
		write_notices(ui, p);
	paper_show(ui, p, at);
}

const struct screen_ops screen_notices = {
    .kind = SCREEN_NOTICES,
    .scope = "help",
    .open = notices_open,
    .close = paper_close,
    .draw = notices_draw,
    .move = paper_move,
    .search = paper_search,
    .status = paper_status,
};
