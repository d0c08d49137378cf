/*
 * One thread and one poll loop.  What arrives waits in a queue of chunks,
 * each with the time at which it may go on.
 */
#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "scratch.h"

#define LINKS_MAX 64

struct chunk {
	struct chunk *next;
	int64_t due;
	size_t at, n;
	char data[16384];
};

struct way {
	struct chunk *first, **last;
	bool ended; /* nothing more will be read */
};

struct link {
	int fd[2];         /* the client, the server */
	struct way way[2]; /* from the client, from the server */
	unsigned turns;
	bool heard; /* the client has received since it last sent */
};

struct relay {
	int listener, wake[2];
	uint16_t port, server;
	unsigned half_ms;
	pthread_t thread;

	pthread_mutex_t lock; /* all below */
	struct link *link[LINKS_MAX];
	size_t nlinks;
	struct relay_count count;
	bool stalled, over;
};

static int
listen_on_loopback(uint16_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		fail_because("listen: %s", strerror(errno));
	*port = ntohs(a.sin_port);
	return fd;
}

static void
link_free(struct link *l)
{
	for (int i = 0; i < 2; i++) {
		close(l->fd[i]);
		while (l->way[i].first) {
			struct chunk *c = l->way[i].first;

			l->way[i].first = c->next;
			free(c);
		}
	}
	free(l);
}

static void
plain_socket(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void
take_client(struct relay *r)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_port = htons(r->server)};
	struct link *l;
	int client = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (client < 0 || server < 0 || r->nlinks == LINKS_MAX ||
	    connect(server, (struct sockaddr *)&a, sizeof a) < 0) {
		close(client);
		close(server);
		return;
	}
	l = calloc(1, sizeof *l);
	if (!l)
		abort();
	plain_socket(client);
	plain_socket(server);
	l->fd[0] = client;
	l->fd[1] = server;
	for (int i = 0; i < 2; i++)
		l->way[i].last = &l->way[i].first;
	r->link[r->nlinks++] = l;
	r->count.connections++;
}

/* Read from one end what there is. */
static void
take_bytes(struct relay *r, struct link *l, int from)
{
	struct chunk *c = malloc(sizeof *c);
	ssize_t n;

	if (!c)
		abort();
	n = recv(l->fd[from], c->data, sizeof c->data, 0);
	if (n <= 0) {
		free(c);
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			l->way[from].ended = true;
		return;
	}
	c->next = NULL;
	c->due = scratch_ms() + r->half_ms;
	c->at = 0;
	c->n = (size_t)n;
	*l->way[from].last = c;
	l->way[from].last = &c->next;
	if (from == 0) {
		r->count.up += (uint64_t)n;
		if (l->heard && ++l->turns > r->count.turns)
			r->count.turns = l->turns;
		l->heard = false;
	}
}

/* Pass on what is due; the link is over when an end has closed and all that
 * came before has gone on. */
static bool
pass_on(struct relay *r, struct link *l, int from, int64_t now)
{
	struct way *w = &l->way[from];
	ssize_t n;

	while (w->first && w->first->due <= now) {
		struct chunk *c = w->first;

		n = send(
		    l->fd[!from], c->data + c->at, c->n - c->at, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (from == 1) {
			r->count.down += (uint64_t)n;
			l->heard = true;
		}
		c->at += (size_t)n;
		if (c->at < c->n)
			return true;
		w->first = c->next;
		if (!w->first)
			w->last = &w->first;
		free(c);
	}
	return w->first || !w->ended;
}

static void
turn(struct relay *r, const struct pollfd *p)
{
	int64_t now = scratch_ms();
	size_t kept = 0, n = r->nlinks;

	for (size_t i = 0; i < n; i++) {
		struct link *l = r->link[i];
		bool lives = true;

		for (int from = 0; from < 2; from++) {
			if (p[2 + 2 * i + (size_t)from].revents)
				take_bytes(r, l, from);
			if (!r->stalled && !pass_on(r, l, from, now))
				lives = false;
		}
		if (lives)
			r->link[kept++] = l;
		else
			link_free(l);
	}
	r->nlinks = kept;
	if (p[0].revents)
		take_client(r);
}

/* What to wait for; how many milliseconds at most. */
static int
prepare(struct relay *r, struct pollfd *p)
{
	int64_t next = INT64_MAX, now = scratch_ms();

	p[0] = (struct pollfd){.fd = r->listener, .events = POLLIN};
	p[1] = (struct pollfd){.fd = r->wake[0], .events = POLLIN};
	for (size_t i = 0; i < r->nlinks; i++) {
		for (int from = 0; from < 2; from++) {
			struct way *w = &r->link[i]->way[from];

			p[2 + 2 * i + (size_t)from] = (struct pollfd){
			    .fd = w->ended ? -1 : r->link[i]->fd[from],
			    .events = POLLIN};
			if (w->first && w->first->due < next)
				next = w->first->due;
		}
	}
	if (r->stalled || next == INT64_MAX)
		return -1;
	return next > now ? (int)(next - now) : 1;
}

static void *
run(void *arg)
{
	struct relay *r = arg;
	struct pollfd p[2 + 2 * LINKS_MAX];
	char byte[16];
	size_t n;
	int ms;

	for (;;) {
		pthread_mutex_lock(&r->lock);
		if (r->over)
			break;
		ms = prepare(r, p);
		n = 2 + 2 * r->nlinks;
		pthread_mutex_unlock(&r->lock);
		poll(p, n, ms);
		pthread_mutex_lock(&r->lock);
		if (p[1].revents && read(r->wake[0], byte, sizeof byte) < 0)
			break;
		/* relay_cut() may have taken the links away meanwhile. */
		if (n == 2 + 2 * r->nlinks)
			turn(r, p);
		pthread_mutex_unlock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static void
wake(struct relay *r)
{
	if (write(r->wake[1], "", 1) < 0)
		fail_because("wake the relay: %s", strerror(errno));
}

struct relay *
relay_start(uint16_t server_port, unsigned rtt_ms)
{
	struct relay *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->listener = listen_on_loopback(&r->port);
	r->server = server_port;
	r->half_ms = rtt_ms / 2;
	pthread_mutex_init(&r->lock, NULL);
	if (pipe2(r->wake, O_CLOEXEC) < 0 ||
	    pthread_create(&r->thread, NULL, run, r) != 0)
		fail_because("start the relay: %s", strerror(errno));
	return r;
}

static void
drop_links(struct relay *r)
{
	for (size_t i = 0; i < r->nlinks; i++)
		link_free(r->link[i]);
	r->nlinks = 0;
}

void
relay_free(struct relay *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->over = true;
	pthread_mutex_unlock(&r->lock);
	wake(r);
	pthread_join(r->thread, NULL);
	drop_links(r);
	close(r->listener);
	close(r->wake[0]);
	close(r->wake[1]);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

uint16_t
relay_port(const struct relay *r)
{
	return r->port;
}

struct relay_count
relay_count(struct relay *r)
{
	struct relay_count c;

	pthread_mutex_lock(&r->lock);
	c = r->count;
	pthread_mutex_unlock(&r->lock);
	return c;
}

void
relay_reset(struct relay *r)
{
	pthread_mutex_lock(&r->lock);
	r->count = (struct relay_count){0};
	for (size_t i = 0; i < r->nlinks; i++)
		r->link[i]->turns = 0;
	pthread_mutex_unlock(&r->lock);
}

void
relay_stall(struct relay *r, bool on)
{
	pthread_mutex_lock(&r->lock);
	r->stalled = on;
	pthread_mutex_unlock(&r->lock);
	wake(r);
}

void
relay_cut(struct relay *r)
{
	pthread_mutex_lock(&r->lock);
	drop_links(r);
	pthread_mutex_unlock(&r->lock);
	wake(r);
}
