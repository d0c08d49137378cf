#include "util/cancel.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "util/mem.h"

struct cancel {
	atomic_int refs;
	atomic_bool set;
	int fd; /* -1 when there was none to be had: the flag still works */
};

struct cancel *
cancel_new(void)
{
	struct cancel *c = mem_zalloc(sizeof *c);

	atomic_init(&c->refs, 1);
	atomic_init(&c->set, false);
	c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return c;
}

struct cancel *
cancel_ref(struct cancel *c)
{
	if (c)
		atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void
cancel_unref(struct cancel *c)
{
	if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

void
cancel_set(struct cancel *c)
{
	const uint64_t one = 1;

	if (!c || atomic_exchange(&c->set, true))
		return;
	if (c->fd >= 0 && write(c->fd, &one, sizeof one) < 0)
		return; /* full: it is readable already */
}

void
cancel_reset(struct cancel *c)
{
	uint64_t drain;

	if (!c)
		return;
	atomic_store(&c->set, false);
	if (c->fd >= 0 && read(c->fd, &drain, sizeof drain) < 0)
		return; /* it was not set */
}

bool
cancel_is_set(const struct cancel *c)
{
	return c && atomic_load(&c->set);
}

int
cancel_fd(const struct cancel *c)
{
	return c ? c->fd : -1;
}
