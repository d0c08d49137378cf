/*
 * event - what the workers tell whoever is in front.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync_int.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

#define PROGRESS_EVERY_MS 100

void
sync_event_free(struct sync_event *ev)
{
	free(ev);
}

static struct sync_event *
event_make(struct sync *s, enum sync_event_kind kind)
{
	struct sync_event *ev = mem_zalloc(sizeof *ev);

	ev->kind = kind;
	ev->from = s;
	return ev;
}

static void
event_post(struct sync_event *ev)
{
	queue_push(ev->from->events, &ev->node);
}

/* Texts quote servers: nothing in them may act on a terminal. */
static void __attribute__((format(printf, 3, 0)))
event_text(char *out, size_t cap, const char *fmt, va_list ap)
{
	struct buf clean = BUF_INIT(4096);
	char raw[512];

	vsnprintf(raw, sizeof raw, fmt, ap);
	utf8_clean(&clean, raw, strlen(raw), CLEAN_LINE);
	snprintf(out, cap, "%s", buf_text(&clean));
	buf_free(&clean);
}

void
event_state(struct worker *w, enum sync_state state, const char *fmt, ...)
{
	struct sync_event *ev = event_make(w->sync, SYNC_EV_STATE);
	va_list ap;

	va_start(ap, fmt);
	event_text(ev->text, sizeof ev->text, fmt, ap);
	va_end(ap);
	ev->state = state;
	event_post(ev);
}

void
event_note(struct sync *s, const char *fmt, ...)
{
	struct sync_event *ev = event_make(s, SYNC_EV_NOTE);
	va_list ap;

	va_start(ap, fmt);
	event_text(ev->text, sizeof ev->text, fmt, ap);
	va_end(ap);
	event_post(ev);
}

void
event_folder(struct sync *s, int64_t folder, int rc, const struct err *e)
{
	struct sync_event *ev = event_make(s, SYNC_EV_FOLDER);

	ev->folder = folder;
	ev->rc = rc;
	if (rc < 0)
		ev->err = *e;
	event_post(ev);
}

void
event_message(struct sync *s, uint64_t ticket, int rc, const struct err *e)
{
	struct sync_event *ev = event_make(s, SYNC_EV_MESSAGE);

	ev->ticket = ticket;
	ev->rc = rc;
	if (rc < 0)
		ev->err = *e;
	event_post(ev);
}

void
event_new(struct sync *s, int64_t folder, uint64_t count)
{
	struct sync_event *ev = event_make(s, SYNC_EV_NEW);

	ev->folder = folder;
	ev->count = count;
	event_post(ev);
}

void
event_ask(struct sync *s, const char *prompt)
{
	struct sync_event *ev = event_make(s, SYNC_EV_ASK);

	snprintf(ev->text, sizeof ev->text, "%s", prompt);
	event_post(ev);
}

void
progress_start(
    struct progress *p, struct sync *s, uint64_t ticket, const char *fmt, ...)
{
	va_list ap;

	memset(p, 0, sizeof *p);
	p->sync = s;
	p->ticket = ticket;
	p->started_ms = os_now_ms();
	p->told_ms = p->started_ms;
	va_start(ap, fmt);
	event_text(p->what, sizeof p->what, fmt, ap);
	va_end(ap);
}

static void
progress_post(struct progress *p, bool over, int rc, const struct err *e)
{
	struct sync_event *ev = event_make(p->sync, SYNC_EV_JOB);

	snprintf(ev->what, sizeof ev->what, "%s", p->what);
	ev->ticket = p->ticket;
	ev->done = p->done;
	ev->total = p->total;
	ev->bytes = p->bytes;
	ev->over = over;
	ev->rc = rc;
	if (rc < 0)
		ev->err = *e;
	event_post(ev);
}

void
progress_tell(struct progress *p)
{
	int64_t now = os_now_ms();

	if (now - p->told_ms < PROGRESS_EVERY_MS)
		return;
	p->told_ms = now;
	p->told = true;
	progress_post(p, false, 0, NULL);
}

/* A job too short to have been told of ends unheard. */
void
progress_end(struct progress *p, int rc, const struct err *e)
{
	if (p->told)
		progress_post(p, true, rc, e);
}
