#include "job.h"

#include <pthread.h>
#include <stdlib.h>

#include "app_int.h"

struct job_thread {
	pthread_t thread;
	struct db *db;
	struct queue *in, *out;
	struct job *late; /* ticks that are not due, by node.next */
};

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	cancel_unref(j->cancel);
	free(j->text);
	pattern_free(&j->pattern);
	free((int64_t *)j->spec.ids);
	free(j->tagged);
	free(j->ids);
	free(j);
}

static struct job *
next_of(const struct job *j)
{
	return (struct job *)(void *)j->node.next;
}

/* Sends what is due; returns milliseconds until the next, -1: none. */
static int
ring(struct job_thread *t)
{
	int64_t now = os_now_ms(), left = -1;
	struct job *j = t->late, *next;

	t->late = NULL;
	for (; j != NULL; j = next) {
		next = next_of(j);
		if (j->due <= now) {
			queue_push(t->out, &j->node);
			continue;
		}
		j->node.next = t->late == NULL ? NULL : &t->late->node;
		t->late = j;
		if (left < 0 || j->due - now < left)
			left = j->due - now;
	}
	return (int)left;
}

static void
search(struct job_thread *t, struct dbr **reader, struct job *j)
{
	struct err e = ERR_INIT;

	j->rc = 0;
	if (*reader == NULL)
		j->rc = db_reader(t->db, reader, &e);
	if (j->rc == 0)
		j->rc = find_run(*reader, j, &e);
	j->err = e;
	queue_push(t->out, &j->node);
}

/* A job of kind 0 asks the thread to end. */
static void *
run(void *arg)
{
	struct job_thread *t = arg;
	struct dbr *reader = NULL;
	struct job *j;

	for (;;) {
		j = (struct job *)(void *)queue_wait(t->in, ring(t));
		if (j == NULL)
			continue;
		if (j->kind == 0)
			break;
		if (j->kind == APP_EV_TICK) {
			j->node.next = t->late == NULL ? NULL : &t->late->node;
			t->late = j;
			continue;
		}
		search(t, &reader, j);
	}
	job_free(j);
	dbr_close(reader);
	return NULL;
}

struct job_thread *
jobs_start(struct db *db, struct queue *out)
{
	struct job_thread *t = mem_zalloc(sizeof *t);

	t->db = db;
	t->out = out;
	t->in = queue_new();
	if (pthread_create(&t->thread, NULL, run, t) != 0) {
		queue_free(t->in);
		free(t);
		return NULL;
	}
	return t;
}

void
jobs_post(struct job_thread *t, struct job *take)
{
	queue_push(t->in, &take->node);
}

void
jobs_stop(struct job_thread *t)
{
	struct job *j, *next;

	if (t == NULL)
		return;
	queue_push_front(
	    t->in, &((struct job *)mem_zalloc(sizeof(struct job)))->node);
	pthread_join(t->thread, NULL);
	while ((j = (struct job *)(void *)queue_pop(t->in)) != NULL)
		job_free(j);
	for (j = t->late; j != NULL; j = next) {
		next = next_of(j);
		job_free(j);
	}
	queue_free(t->in);
	free(t);
}
