/*
 * cutter - passes bytes between the program and a server on loopback, and
 * hangs up on both after so many of them.
 *
 * One thread; at most CUTTER_MAX connections at a time.  Limits count all
 * connections together and are spent by one cut.
 */
#ifndef ETUI_TEST_CUTTER_H
#define ETUI_TEST_CUTTER_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CUTTER_MAX 8

struct cutter {
	int listener;
	uint16_t port, server;
	pthread_t thread;
	atomic_bool stop;
	atomic_bool blind;           /* COPYUID is made unreadable */
	atomic_llong down_at, up_at; /* bytes still to pass; -1: no limit */
	atomic_llong down, up;       /* passed since the start */
	atomic_int cuts;
	struct {
		int client, server;
	} way[CUTTER_MAX];
};

static inline int
cutter_dial(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static inline void
cutter_close(struct cutter *c, int i)
{
	close(c->way[i].client);
	close(c->way[i].server);
	c->way[i].client = c->way[i].server = -1;
}

static inline void
cutter_cut(struct cutter *c)
{
	for (int i = 0; i < CUTTER_MAX; i++)
		if (c->way[i].client >= 0)
			cutter_close(c, i);
	atomic_store(&c->down_at, -1);
	atomic_store(&c->up_at, -1);
	atomic_fetch_add(&c->cuts, 1);
}

static inline void
cutter_accept(struct cutter *c)
{
	int fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC), i;

	if (fd < 0)
		return;
	for (i = 0; i < CUTTER_MAX && c->way[i].client >= 0; i++)
		;
	if (i < CUTTER_MAX) {
		c->way[i].server = cutter_dial(c->server);
		c->way[i].client = fd;
	}
	if (i == CUTTER_MAX || c->way[i].server < 0) {
		close(fd);
		if (i < CUTTER_MAX)
			c->way[i].client = -1;
	}
}

static inline bool
cutter_send(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static inline void
cutter_blind(char *p, size_t n)
{
	for (size_t i = 0; i + 7 <= n; i++)
		if (memcmp(p + i, "COPYUID", 7) == 0)
			memcpy(p + i, "XOPYXID", 7);
}

/* False: this way is closed, or all of them were. */
static inline bool
cutter_pass(struct cutter *c, int i, bool down)
{
	int from = down ? c->way[i].server : c->way[i].client;
	int to = down ? c->way[i].client : c->way[i].server;
	atomic_llong *limit = down ? &c->down_at : &c->up_at;
	char buf[16384];
	ssize_t n = recv(from, buf, sizeof buf, 0);
	long long left = atomic_load(limit);

	if (n <= 0) {
		cutter_close(c, i);
		return false;
	}
	if (down && atomic_load(&c->blind))
		cutter_blind(buf, (size_t)n);
	if (left >= 0 && n >= left) {
		cutter_send(to, buf, (size_t)left);
		cutter_cut(c);
		return false;
	}
	if (left >= 0)
		atomic_store(limit, left - n);
	atomic_fetch_add(down ? &c->down : &c->up, n);
	if (!cutter_send(to, buf, (size_t)n)) {
		cutter_close(c, i);
		return false;
	}
	return true;
}

static inline void *
cutter_main(void *arg)
{
	struct cutter *c = arg;
	struct pollfd p[1 + 2 * CUTTER_MAX];

	while (!atomic_load(&c->stop)) {
		p[0] = (struct pollfd){.fd = c->listener, .events = POLLIN};
		for (int i = 0; i < CUTTER_MAX; i++) {
			p[1 + 2 * i] = (struct pollfd){
			    .fd = c->way[i].client, .events = POLLIN};
			p[2 + 2 * i] = (struct pollfd){
			    .fd = c->way[i].server, .events = POLLIN};
		}
		if (poll(p, 1 + 2 * CUTTER_MAX, 20) <= 0)
			continue;
		for (int i = 0; i < CUTTER_MAX; i++) {
			if (c->way[i].client >= 0 &&
			    p[1 + 2 * i].fd == c->way[i].client &&
			    p[1 + 2 * i].revents != 0 &&
			    !cutter_pass(c, i, false))
				break;
			if (c->way[i].client >= 0 &&
			    p[2 + 2 * i].fd == c->way[i].server &&
			    p[2 + 2 * i].revents != 0 &&
			    !cutter_pass(c, i, true))
				break;
		}
		if (p[0].revents != 0)
			cutter_accept(c);
	}
	return NULL;
}

static inline struct cutter *
cutter_start(uint16_t server)
{
	struct cutter *c = calloc(1, sizeof *c);
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof a;

	if (c == NULL)
		abort();
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->server = server;
	for (int i = 0; i < CUTTER_MAX; i++)
		c->way[i].client = c->way[i].server = -1;
	atomic_store(&c->down_at, -1);
	atomic_store(&c->up_at, -1);
	c->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(c->listener, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(c->listener, 8) < 0 ||
	    getsockname(c->listener, (struct sockaddr *)&a, &n) < 0 ||
	    pthread_create(&c->thread, NULL, cutter_main, c) != 0)
		abort();
	c->port = ntohs(a.sin_port);
	return c;
}

static inline void
cutter_free(struct cutter *c)
{
	atomic_store(&c->stop, true);
	pthread_join(c->thread, NULL);
	for (int i = 0; i < CUTTER_MAX; i++)
		if (c->way[i].client >= 0)
			cutter_close(c, i);
	close(c->listener);
	free(c);
}

#endif
