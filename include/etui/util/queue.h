/*
 * queue - hands things from one thread to another.
 *
 * Many threads may push; one thread pops.  Pushing moves ownership: the
 * sender's pointer is dead from then on.  The fd is readable while the queue
 * is not empty, for poll().  Embed `struct node` first in what is sent.
 */
#ifndef ETUI_UTIL_QUEUE_H
#define ETUI_UTIL_QUEUE_H

#include <stdbool.h>

struct node {
	struct node *next;
};

struct queue;

struct queue *queue_new(void);
void queue_free(struct queue *q); /* the queue must be empty */
void queue_push(struct queue *q, struct node *take);
/* Overtakes the others. */
void queue_push_front(struct queue *q, struct node *take);
struct node *queue_pop(struct queue *q); /* NULL when empty; never blocks */
/* Waits up to timeout_ms (-1: for ever) for something; NULL on timeout. */
struct node *queue_wait(struct queue *q, int timeout_ms);
int queue_fd(const struct queue *q);

#endif
