/*
 * Jobs: what is being done and was done, with progress, rate and time left.
 */
#include <stdio.h>
#include <string.h>

#include "paper.h"
#include "util/os.h"

#define BAR_COLS 20

static void
amount(uint64_t n, bool bytes, char out[16])
{
	if (bytes)
		size_text(n, out);
	else
		snprintf(out, 16, "%llu", (unsigned long long)n);
}

static void
put_bar(const struct ui *ui, const struct app_job *j, struct buf *out)
{
	unsigned full;

	if (j->total == 0 || j->done > j->total)
		return;
	full = (unsigned)((double)j->done * BAR_COLS / (double)j->total);
	buf_puts(out, "[");
	for (unsigned i = 0; i < BAR_COLS; i++)
		buf_puts(out, i < full ? (ui->ascii ? "#" : "\xe2\x96\x88")
				       : (ui->ascii ? "." : "\xc2\xb7"));
	buf_printf(out, "] %u%%  ",
	    (unsigned)((double)j->done * 100 / (double)j->total));
}

static void
put_rate(const struct app_job *j, int64_t now, struct buf *out)
{
	double s = (double)(now - j->started_ms) / 1000, rate, left;
	char text[16];

	if (s < 0.2 || j->done == 0)
		return;
	rate = (double)j->done / s;
	amount((uint64_t)rate, j->bytes, text);
	buf_printf(out, ", %s/s", text);
	if (j->total <= j->done)
		return;
	left = (double)(j->total - j->done) / rate;
	if (left < 60)
		buf_printf(out, ", %.0f s left", left);
	else if (left < 360000)
		buf_printf(out, ", %.0f min left", left / 60);
}

static void
add_job(struct ui *ui, struct paper *p, const struct app_job *j, int64_t now)
{
	struct buf b = BUF_INIT(SIZE_MAX);
	char done[16], total[16];

	if (j->account != NULL)
		buf_printf(&b, "%s: ", j->account->name);
	buf_puts(&b, j->what);
	paper_add(p, ST_NORMAL, b.len, "%s", buf_text(&b));
	buf_cut(&b, 0);
	amount(j->done, j->bytes, done);
	amount(j->total, j->bytes, total);
	if (j->over) {
		buf_printf(
		    &b, "%s", j->err.kind == ERR_NONE ? "done" : j->err.text);
		if (j->err.kind == ERR_CANCEL && j->err.text[0] == '\0')
			buf_puts(&b, "stopped");
	} else {
		put_bar(ui, j, &b);
		buf_puts(&b, done);
		if (j->total > 0)
			buf_printf(&b, " of %s", total);
		put_rate(j, now, &b);
	}
	paper_add(p, ST_NORMAL, 0, "    %s", buf_text(&b));
	buf_free(&b);
}

static void
write_jobs(struct ui *ui, struct paper *p)
{
	struct app *a = ui->app;
	int64_t now = os_now_ms();

	paper_clear(p);
	for (size_t i = a->njobs; i-- > 0;)
		add_job(ui, p, &a->job[i], now);
	if (a->njobs == 0)
		paper_add(p, ST_NORMAL, 0, "Nothing is being done.");
	textview_reset(&p->tv, true);
}

static struct screen *
jobs_open(struct ui *ui, const char *arg)
{
	struct paper *p = paper_new("Jobs (^G stops what is waited for)");

	(void)arg;
	write_jobs(ui, p);
	return &p->base;
}

static void
jobs_draw(struct ui *ui, struct screen *s, struct area at)
{
	struct paper *p = (struct paper *)s;

	write_jobs(ui, p);
	paper_show(ui, p, at);
}

const struct screen_ops screen_jobs = {
    .kind = SCREEN_JOBS,
    .scope = "help",
    .open = jobs_open,
    .close = paper_close,
    .draw = jobs_draw,
    .move = paper_move,
    .search = paper_search,
    .status = paper_status,
};
