/*
 * The writer thread.  Acts go before batches; a batch that is not done yet
 * stays at the head of its lane and is continued after the acts that came
 * meanwhile.  With both lanes empty there is work that can wait: the full
 * text index, checkpoints of the logs, the journal of last month.
 *
 * Damage found while writing rebuilds cache.db and the job is tried once more
 * (its steps remember only what was committed).
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db_int.h"
#include "util/log.h"

#define REBUILT "the mail cache was damaged and is being built again"

static struct lanes *
next_lane(struct db *d)
{
	for (int i = LANE_ACT; i <= LANE_BATCH; i++)
		if (d->lane[i].head != NULL)
			return &d->lane[i];
	return NULL;
}

static void
lane_pop(struct lanes *l)
{
	l->head = l->head->next;
	if (l->head == NULL)
		l->tail = &l->head;
}

/* 1: call again. */
static int
run_step(struct db *d, struct job *j)
{
	int rc = j->step(d, j, &j->err);

	if (rc >= 0)
		return rc;
	tx_abort(d);
	if (!d->cache.corrupt)
		return -1;
	if (cache_rebuild(d, REBUILT, &j->err) < 0)
		return -1;
	db_changed(
	    d, DB_FOLDERS | DB_COUNTS | DB_ROWS | DB_FLAGS | DB_PARTS, 0, 0);
	if (j->retried)
		return -1;
	j->retried = true;
	err_clear(&j->err);
	return 1;
}

static void
answer(struct db *d, struct job *j, int rc)
{
	j->rc = rc;
	if (j->finish != NULL) {
		j->finish(d, j);
		return;
	}
	pthread_mutex_lock(&d->lock);
	j->over = true;
	pthread_cond_broadcast(&d->answered);
	pthread_mutex_unlock(&d->lock);
}

/* Wait for a job: false when it has been quiet for long enough to do what
 * waits for that. */
static bool
wait_for_job(struct db *d)
{
	struct timespec until;

	if (d->rested) {
		pthread_cond_wait(&d->work, &d->lock);
		return true;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += QUIET_MS / 1000;
	return pthread_cond_timedwait(&d->work, &d->lock, &until) == 0;
}

/* No job waits; called and left with the lock held. */
static void
rest(struct db *d)
{
	int rc;

	pthread_mutex_unlock(&d->lock);
	rc = idle_work(d);
	pthread_mutex_lock(&d->lock);
	if (rc > 0)
		return;
	if (next_lane(d) != NULL || d->quit || wait_for_job(d))
		return;
	do {
		pthread_mutex_unlock(&d->lock);
		rc = quiet_work(d);
		pthread_mutex_lock(&d->lock);
	} while (rc > 0 && next_lane(d) == NULL && !d->quit);
	d->rested = rc == 0;
}

static void *
writer_main(void *arg)
{
	struct db *d = arg;

	pthread_mutex_lock(&d->lock);
	for (;;) {
		struct lanes *l = next_lane(d);
		struct job *j;
		int rc;

		if (l == NULL) {
			if (d->quit)
				break;
			rest(d);
			continue;
		}
		j = l->head;
		pthread_mutex_unlock(&d->lock);
		d->rested = false;
		rc = run_step(d, j);
		checkpoint_if_long(d);
		pthread_mutex_lock(&d->lock);
		if (rc > 0)
			continue;
		lane_pop(l);
		pthread_mutex_unlock(&d->lock);
		answer(d, j, rc);
		pthread_mutex_lock(&d->lock);
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

int
writer_start(struct db *d, struct err *e)
{
	sigset_t all, old;
	int rc;

	/* Signals are for the thread that draws. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&d->thread, NULL, writer_main, d);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0) {
		errno = rc;
		return err_errno(e, "start the database's thread");
	}
	d->started = true;
	return 0;
}

void
writer_stop(struct db *d)
{
	if (!d->started)
		return;
	pthread_mutex_lock(&d->lock);
	d->quit = true;
	pthread_cond_signal(&d->work);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	d->started = false;
}

static void
push(struct db *d, enum lane lane, struct job *j)
{
	struct lanes *l = &d->lane[lane];

	j->next = NULL;
	*l->tail = j;
	l->tail = &j->next;
	pthread_cond_signal(&d->work);
}

void
job_post(struct db *d, enum lane lane, struct job *j)
{
	pthread_mutex_lock(&d->lock);
	push(d, lane, j);
	pthread_mutex_unlock(&d->lock);
}

int
job_call(struct db *d, enum lane lane, struct job *j, struct err *e)
{
	pthread_mutex_lock(&d->lock);
	push(d, lane, j);
	while (!j->over)
		pthread_cond_wait(&d->answered, &d->lock);
	pthread_mutex_unlock(&d->lock);
	if (j->rc < 0 && e != NULL)
		*e = j->err;
	return j->rc;
}
