/* A cancel from another thread, in a moment, and how long it took to be
 * heard. */
#ifndef ETUI_TEST_LATER_H
#define ETUI_TEST_LATER_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "util/cancel.h"
#include "util/os.h"

struct later {
	pthread_t thread;
	struct cancel *cancel;
	int ms;
	int64_t said;
};

static void *
later_main(void *arg)
{
	struct later *l = arg;
	struct timespec ts = {
	    .tv_sec = l->ms / 1000, .tv_nsec = (long)(l->ms % 1000) * 1000000};

	nanosleep(&ts, NULL);
	l->said = os_now_ms();
	cancel_set(l->cancel);
	return NULL;
}

static inline void
later_cancel(struct later *l, struct cancel *c, int ms)
{
	*l = (struct later){.cancel = c, .ms = ms};
	assert_int_equal(pthread_create(&l->thread, NULL, later_main, l), 0);
}

/* Milliseconds since the cancel; waits for the thread, so call it last. */
static inline int64_t
later_took_ms(struct later *l)
{
	int64_t now = os_now_ms();

	pthread_join(l->thread, NULL);
	return now < l->said ? 0 : now - l->said;
}

#endif
