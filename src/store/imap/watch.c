/*
 * watch - IDLE where it works, else NOOP from time to time; and goodbye.
 */
#include <poll.h>
#include <stdlib.h>

#include "imap_int.h"
#include "util/mem.h"
#include "util/os.h"

/* RFC 2177: servers may log out who idles for 30 minutes. */
#define IDLE_MAX_MS (28 * 60 * 1000)

static int
told(struct imap *im, struct err *e)
{
	if (im->sink_err.kind != ERR_NONE)
		return err_set(e, im->sink_err.kind, "%s", im->sink_err.text);
	return 0;
}

/* Read what is there; 0 when there is nothing more. */
static int
read_ready(struct imap *im, struct err *e)
{
	for (;;) {
		int rc = imap_wait_ms(im, 0, e);

		if (rc <= 0)
			return rc;
		if (imap_step(im, e) < 0)
			return -1;
	}
}

/* How long is left until `end` (-1: for ever), at most cap. */
static int
left_ms(int64_t end, int cap)
{
	int64_t left = end - os_now_ms();

	if (end < 0 || left > cap)
		return cap;
	return left > 0 ? (int)left : 0;
}

/* Until something changes (1), the wake (2), or ms are over (0). */
static int
wait_for(struct imap *im, const struct imap_cmd *c, int wake_fd, int ms,
    struct err *e)
{
	int64_t end = os_now_ms() + ms;
	uint64_t events = im->events;

	while (c->status == IMAP_WAITING) {
		int left = left_ms(end, ms);
		int rc = stream_wait(im->base.stream, left, wake_fd, e);

		if (rc < 0)
			return imap_lost(im, e);
		if (rc == 0)
			return left_ms(end, ms) > 0 ? 2 : 0;
		if (imap_step(im, e) < 0 || read_ready(im, e) < 0)
			return -1;
		if (im->events != events)
			return 1;
	}
	return 1;
}

/* The server has to say "+" before it will hear DONE.  1: it did. */
static int
await_plus(struct imap *im, const struct imap_cmd *c, struct err *e)
{
	int64_t end = os_now_ms() + im->patience;

	while (!im->has_cont && c->status == IMAP_WAITING) {
		int rc = imap_wait_ms(im, left_ms(end, im->patience), e);

		if (rc <= 0)
			return rc;
		if (imap_step(im, e) < 0)
			return -1;
	}
	return im->has_cont ? 1 : 0;
}

/* End IDLE.  A server that never said "+" may not say OK either. */
static int
done(struct imap *im, struct imap_cmd *c, struct err *e)
{
	int64_t end = os_now_ms() + im->patience;

	if (c->status == IMAP_WAITING) {
		buf_cut(&im->out, 0);
		buf_puts(&im->out, "DONE");
		if (imap_end(im, e) < 0 || imap_flush(im, e) < 0)
			return -1;
	}
	while (c->status == IMAP_WAITING) {
		int rc = imap_wait_ms(im, left_ms(end, im->patience), e);

		if (rc == 0)
			return imap_die(
			    im, e, ERR_NET, "no answer to the end of IDLE");
		if (rc < 0 || imap_step(im, e) < 0)
			return -1;
	}
	imap_free_cmd(c);
	return 0;
}

/* One IDLE.  As wait_for(); 3: IDLE does not work here. */
static int
idle(struct imap *im, int wake_fd, int ms, struct err *e)
{
	uint64_t events = im->events;
	struct imap_cmd *c;
	int plus, how = 1;

	im->has_cont = false;
	if (imap_send(im, &c, e, "IDLE") < 0 || imap_flush(im, e) < 0)
		return -1;
	plus = await_plus(im, c, e);
	if (plus < 0)
		return -1;
	if (plus == 0) {
		im->no_idle = true;
		how = 3;
	} else if (im->events == events) {
		how = wait_for(im, c, wake_fd, ms, e);
		if (how < 0)
			return -1;
	}
	return done(im, c, e) < 0 ? -1 : how;
}

/* Without IDLE: sleep, then ask. */
static int
doze(struct imap *im, int wake_fd, int ms, struct err *e)
{
	int rc = stream_wait(im->base.stream, ms, wake_fd, e);

	if (rc < 0)
		return imap_lost(im, e);
	return imap_run(im, "ask for news", e, "NOOP");
}

int
imap_watch(struct store *s, int wake_fd, int timeout_ms, struct err *e)
{
	struct imap *im = (struct imap *)s;
	int64_t end = timeout_ms < 0 ? -1 : os_now_ms() + timeout_ms;
	int how = 0;

	if (imap_in_folder(im, e) < 0)
		return -1;
	while (how == 0 && !im->no_idle && imap_has(im, CAP_IDLE) &&
	       account_bool(im->base.account, OPT_IDLE)) {
		how = idle(im, wake_fd, left_ms(end, IDLE_MAX_MS), e);
		if (how < 0)
			return -1;
		if (how == 0 && end >= 0 && os_now_ms() >= end)
			return told(im, e);
	}
	if (how == 1 || how == 2)
		return told(im, e);
	if (doze(im, wake_fd, left_ms(end, IDLE_MAX_MS), e) < 0)
		return -1;
	return told(im, e);
}

int
imap_noop(struct store *s, struct err *e)
{
	struct imap *im = (struct imap *)s;

	if (imap_ready(im, e) < 0 || imap_settle(im, e) < 0 ||
	    imap_run(im, "ask for news", e, "NOOP") < 0)
		return -1;
	return told(im, e);
}

static void
logout(struct imap *im, int timeout_ms)
{
	int64_t end = os_now_ms() + timeout_ms;
	struct err e = ERR_INIT;
	struct imap_cmd *c;

	im->closing = true;
	im->has_sink = false;
	stream_set_io_ms(im->base.stream, timeout_ms > 0 ? timeout_ms : 1);
	if (imap_send(im, &c, &e, "LOGOUT") < 0 || imap_flush(im, &e) < 0)
		return;
	while (c->status == IMAP_WAITING) {
		int left = left_ms(end, timeout_ms);

		if (left <= 0 || imap_wait_ms(im, left, &e) <= 0 ||
		    imap_step(im, &e) < 0)
			return;
	}
}

void
imap_destroy(struct imap *im)
{
	stream_close(im->base.stream);
	for (int i = 0; i < IMAP_IN_FLIGHT; i++)
		buf_free(&im->cmds[i].code);
	for (size_t i = 0; i < im->nodd; i++) {
		free(im->odd[i].utf8);
		free(im->odd[i].wire);
	}
	free(im->odd);
	free(im->pending.folder);
	free(im->sel.folder);
	free(im->piece);
	seqmap_free(&im->map);
	buf_free(&im->line);
	buf_free(&im->resp);
	buf_wipe(&im->out);
	buf_free(&im->cont);
	etpan_free(im->etpan);
	store_done(&im->base);
	free(im);
}

void
imap_close(struct store *s, int timeout_ms)
{
	struct imap *im = (struct imap *)s;

	if (!im->base.dead && im->authed && !cancel_is_set(im->base.cancel))
		logout(im, timeout_ms);
	imap_destroy(im);
}
