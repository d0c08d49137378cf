/*
 * The first screen without a terminal: the same frame, once the folder's
 * first page is there.
 */
#include <poll.h>

#include "ui_int.h"
#include "util/os.h"
#include "util/queue.h"

#define WAIT_MS    10000
#define OFFLINE_MS 2000 /* an account that does not even connect */

/* Has the folder been looked at, and are the rows of its first page here? */
static bool
page_is_here(struct app *a, unsigned height)
{
	const struct folder *f = app_folder(a);

	return f != NULL && f->synced != 0 &&
	       (a->list->rows >= f->messages || a->list->rows >= height);
}

static bool
settled(struct app *a, unsigned height, int64_t waited)
{
	const struct app_account *acc = a->cur;

	if (acc == NULL || a->list == NULL)
		return waited >= OFFLINE_MS;
	if (acc->state == SYNC_CONNECTING || acc->state == SYNC_BUSY)
		return false;
	if (acc->state == SYNC_OFFLINE)
		return waited >= OFFLINE_MS;
	return acc->state != SYNC_IDLE || page_is_here(a, height);
}

int
ui_first_screen_text(struct app *a, unsigned w, unsigned h, struct buf *out)
{
	struct err e = ERR_INIT;
	struct ui *ui = ui_new(a, &e);
	int64_t start = os_now_ms(), waited = 0;

	if (ui == NULL)
		return -1;
	ui_resize(ui, w, h);
	ui_draw(ui);
	while (waited < WAIT_MS && !settled(a, h, waited)) {
		struct pollfd fd = {
		    .fd = queue_fd(a->events), .events = POLLIN};

		poll(&fd, 1, 100);
		if (fd.revents != 0)
			app_turn(a);
		waited = os_now_ms() - start;
	}
	ui->say[0] = '\0';
	ui_draw(ui);
	canvas_dump(&ui->cv, out);
	ui_free(ui);
	return 0;
}
