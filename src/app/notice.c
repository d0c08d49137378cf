/*
 * What the program says to a person, and the jobs it is at.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app_int.h"

void
app_say(struct app *a, enum app_level level, const char *fmt, ...)
{
	struct app_notice *n = &a->notice[a->nnotices++ % APP_NOTICES_MAX];
	va_list ap;

	n->when = os_time();
	n->level = level;
	va_start(ap, fmt);
	vsnprintf(n->text, sizeof n->text, fmt, ap);
	va_end(ap);
	a->dirty |= DIRTY_STATUS;
	if (a->front != NULL && a->front->say != NULL)
		a->front->say(a->front, level, n->text);
}

static struct app_job *
job_find(struct app *a, const struct app_account *acc, uint64_t ticket)
{
	for (size_t i = 0; i < a->njobs; i++)
		if (a->job[i].account == acc && a->job[i].ticket == ticket)
			return &a->job[i];
	return NULL;
}

/* A free place; the oldest job that is over makes room, else the oldest. */
static struct app_job *
job_slot(struct app *a)
{
	size_t out = 0;

	if (a->njobs < APP_JOBS_MAX)
		return &a->job[a->njobs++];
	for (size_t i = 0; i < a->njobs; i++)
		if (a->job[i].over) {
			out = i;
			break;
		}
	memmove(&a->job[out], &a->job[out + 1],
	    (a->njobs - out - 1) * sizeof *a->job);
	return &a->job[a->njobs - 1];
}

void
job_event(struct app *a, const struct sync_event *ev)
{
	struct app_account *acc = NULL;
	struct app_job *j;

	for (size_t i = 0; i < a->naccounts; i++)
		if (a->account[i].sync == ev->from)
			acc = &a->account[i];
	j = job_find(a, acc, ev->ticket);
	if (j == NULL || (j->over && !ev->over)) {
		j = job_slot(a);
		*j = (struct app_job){.ticket = ev->ticket,
		    .account = acc,
		    .started_ms = os_now_ms()};
	}
	memcpy(j->what, ev->what, sizeof j->what);
	j->done = ev->done;
	j->total = ev->total;
	j->bytes = ev->bytes;
	j->updated_ms = os_now_ms();
	j->over = ev->over;
	if (ev->over && ev->rc < 0)
		j->err = ev->err;
	a->dirty |= DIRTY_JOBS | DIRTY_STATUS;
}
