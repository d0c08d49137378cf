#include "util/queue.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/os.h"
#include "util_int.h"

/*
 * The eventfd is written when the queue stops being empty and read when it
 * becomes empty again, both under the lock, so that it is readable exactly
 * while there is something to pop.
 */
struct queue {
	pthread_mutex_t lock;
	struct node *head, **tail;
	int fd;
};

struct queue *
queue_new(void)
{
	struct queue *q = mem_zalloc(sizeof *q);

	pthread_mutex_init(&q->lock, NULL);
	q->tail = &q->head;
	q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->fd < 0)
		util_die("no more file descriptors");
	return q;
}

void
queue_free(struct queue *q)
{
	if (!q)
		return;
	assert(!q->head);
	close(q->fd);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static void
wake(struct queue *q)
{
	const uint64_t one = 1;

	if (write(q->fd, &one, sizeof one) != sizeof one)
		util_die("cannot wake a queue");
}

void
queue_push(struct queue *q, struct node *take)
{
	take->next = NULL;
	pthread_mutex_lock(&q->lock);
	if (!q->head)
		wake(q);
	*q->tail = take;
	q->tail = &take->next;
	pthread_mutex_unlock(&q->lock);
}

void
queue_push_front(struct queue *q, struct node *take)
{
	pthread_mutex_lock(&q->lock);
	if (!q->head) {
		wake(q);
		q->tail = &take->next;
	}
	take->next = q->head;
	q->head = take;
	pthread_mutex_unlock(&q->lock);
}

struct node *
queue_pop(struct queue *q)
{
	struct node *n;
	uint64_t drain;

	pthread_mutex_lock(&q->lock);
	n = q->head;
	if (n) {
		q->head = n->next;
		if (!q->head) {
			q->tail = &q->head;
			if (read(q->fd, &drain, sizeof drain) < 0)
				util_die("cannot quiet a queue");
		}
		n->next = NULL;
	}
	pthread_mutex_unlock(&q->lock);
	return n;
}

struct node *
queue_wait(struct queue *q, int timeout_ms)
{
	const int64_t end = timeout_ms < 0 ? -1 : os_now_ms() + timeout_ms;
	struct pollfd p = {.fd = q->fd, .events = POLLIN};
	int64_t left = -1;

	for (;;) {
		struct node *n = queue_pop(q);

		if (n)
			return n;
		if (end >= 0) {
			left = end - os_now_ms();
			if (left <= 0)
				return NULL;
		}
		poll(&p, 1, (int)left);
	}
}

int
queue_fd(const struct queue *q)
{
	return q->fd;
}
