#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cancel.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/queue.h"

#define SENDERS 4
#define EACH    5000

struct item {
	struct node node;
	int sender, number;
};

static struct item *
item_new(int sender, int number)
{
	struct item *i = mem_zalloc(sizeof *i);

	i->sender = sender;
	i->number = number;
	return i;
}

static bool
is_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static int
pop_number(struct queue *q)
{
	struct item *i = (struct item *)(void *)queue_pop(q);
	int n = i ? i->number : -1;

	free(i);
	return n;
}

static void
test_order(void **state)
{
	struct queue *q = queue_new();

	(void)state;
	assert_null(queue_pop(q));
	assert_false(is_readable(queue_fd(q)));
	queue_push(q, &item_new(0, 1)->node);
	queue_push(q, &item_new(0, 2)->node);
	queue_push_front(q, &item_new(0, 0)->node);
	assert_true(is_readable(queue_fd(q)));
	assert_int_equal(pop_number(q), 0);
	assert_int_equal(pop_number(q), 1);
	assert_true(is_readable(queue_fd(q)));
	assert_int_equal(pop_number(q), 2);
	assert_false(is_readable(queue_fd(q)));
	/* to the front of an empty one, then behind it */
	queue_push_front(q, &item_new(0, 7)->node);
	queue_push(q, &item_new(0, 8)->node);
	assert_int_equal(pop_number(q), 7);
	assert_int_equal(pop_number(q), 8);
	assert_int_equal(pop_number(q), -1);
	queue_free(q);
	queue_free(NULL);
}

struct sender {
	struct queue *q;
	int id;
};

static void *
send_all(void *arg)
{
	struct sender *s = arg;

	for (int i = 0; i < EACH; i++)
		queue_push(s->q, &item_new(s->id, i)->node);
	return NULL;
}

static void
test_threads(void **state)
{
	struct queue *q = queue_new();
	struct sender s[SENDERS];
	pthread_t t[SENDERS];
	int next[SENDERS] = {0};

	(void)state;
	for (int i = 0; i < SENDERS; i++) {
		s[i] = (struct sender){q, i};
		pthread_create(&t[i], NULL, send_all, &s[i]);
	}
	for (int n = 0; n < SENDERS * EACH; n++) {
		struct item *i = (struct item *)(void *)queue_wait(q, 20000);

		assert_non_null(i);
		assert_int_equal(i->number, next[i->sender]++);
		free(i);
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(t[i], NULL);
	assert_false(is_readable(queue_fd(q)));
	queue_free(q);
}

static void
test_wait(void **state)
{
	struct queue *q = queue_new();
	int64_t start = os_now_ms();

	(void)state;
	assert_null(queue_wait(q, 0));
	assert_null(queue_wait(q, 50));
	assert_in_range(os_now_ms() - start, 49, 5000);
	queue_free(q);
}

static void *
set_it(void *arg)
{
	cancel_set(arg);
	cancel_unref(arg);
	return NULL;
}

static void
test_cancel(void **state)
{
	struct cancel *c = cancel_new();
	pthread_t t;

	(void)state;
	assert_false(cancel_is_set(NULL));
	assert_int_equal(cancel_fd(NULL), -1);
	assert_null(cancel_ref(NULL));
	cancel_unref(NULL);
	cancel_set(NULL);
	assert_false(cancel_is_set(c));
	assert_false(is_readable(cancel_fd(c)));
	pthread_create(&t, NULL, set_it, cancel_ref(c));
	while (!cancel_is_set(c))
		usleep(1000);
	pthread_join(t, NULL);
	cancel_set(c);
	assert_true(is_readable(cancel_fd(c)));
	cancel_reset(c);
	assert_false(cancel_is_set(c));
	assert_false(is_readable(cancel_fd(c)));
	cancel_reset(c);
	cancel_unref(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_wait),
	    cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
