/*
 * Listening, threads and the verdict.  A script runs on its connection's
 * thread, where cmocka's own failures must not be raised, so a script that is
 * disappointed leaves a sentence behind and jumps out; peer_stop() raises it.
 */
#include "peer_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>

enum { TIMEOUT_MS = 10000, LINGER_MS = 1000, JOIN_S = 20 };

static void
die(const char *what)
{
	fprintf(stderr, "peer: %s: %s\n", what, strerror(errno));
	abort();
}

static struct timespec
from_now(int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += (long)(ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}

void
peer_note_received(struct peer_conn *c, const void *p, size_t n)
{
	pthread_mutex_lock(&c->peer->lock);
	if (c->got_len + n > c->got_cap) {
		c->got_cap = (c->got_len + n) * 2;
		c->got = realloc(c->got, c->got_cap);
		if (c->got == NULL)
			die("memory");
	}
	memcpy(c->got + c->got_len, p, n);
	c->got_len += n;
	pthread_mutex_unlock(&c->peer->lock);
}

void
peer_end(struct peer_conn *c)
{
	longjmp(c->end, 1);
}

void
peer_fail(struct peer_conn *c, const char *fmt, ...)
{
	struct peer *p = c->peer;
	va_list ap;

	pthread_mutex_lock(&p->lock);
	if (p->failure[0] == '\0') {
		va_start(ap, fmt);
		vsnprintf(p->failure, sizeof p->failure, fmt, ap);
		va_end(ap);
	}
	pthread_mutex_unlock(&p->lock);
	peer_end(c);
}

void
peer_hang_up(struct peer_conn *c, bool reset)
{
	struct linger hard = {.l_onoff = 1, .l_linger = 0};

	if (c->fd < 0)
		return;
	SSL_free(c->ssl);
	c->ssl = NULL;
	if (reset)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	close(c->fd);
	c->fd = -1;
}

/* The script is over, but what the client still says counts for
 * peer_received(): say goodbye and listen until it hangs up. */
static void
linger(struct peer_conn *c)
{
	if (c->fd < 0 || c->peer->opts.mute)
		return;
	if (c->ssl != NULL)
		SSL_shutdown(c->ssl);
	shutdown(c->fd, SHUT_WR);
	do
		c->in_len = 0;
	while (peer_fill(c, LINGER_MS) > 0);
}

static void
run_script(struct peer_conn *c)
{
	struct peer *p = c->peer;

	if (setjmp(c->end) != 0)
		return;
	if (p->opts.tls && !peer_start_tls(c, p->opts.cert))
		return;
	if (p->opts.mute)
		peer_stall(c, 60000);
	else if (p->script != NULL)
		p->script(c, p->ctx);
}

static void *
conn_main(void *arg)
{
	struct peer_conn *c = arg;
	struct peer *p = c->peer;

	run_script(c);
	linger(c);
	peer_hang_up(c, false);
	pthread_mutex_lock(&p->lock);
	c->ended = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void
add_conn(struct peer *p, int fd)
{
	struct peer_conn *c = calloc(1, sizeof *c);
	int one = 1;

	if (c == NULL)
		die("memory");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	c->peer = p;
	c->fd = fd;
	pthread_mutex_lock(&p->lock);
	c->index = p->count++;
	c->next = p->conns;
	p->conns = c;
	if (pthread_create(&c->thread, NULL, conn_main, c) != 0)
		die("thread");
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

static void *
listen_main(void *arg)
{
	struct peer *p = arg;
	struct pollfd fds[2] = {{.fd = p->listen_fd, .events = POLLIN},
	    {.fd = p->stop_fd, .events = POLLIN}};

	for (;;) {
		int fd;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (fds[1].revents != 0)
			return NULL;
		fd = accept4(
		    p->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			add_conn(p, fd);
	}
}

static socklen_t
loopback(struct sockaddr_storage *ss, bool ipv6, uint16_t port)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof *ss);
	if (ipv6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_addr = in6addr_loopback;
		in6->sin6_port = htons(port);
		return sizeof *in6;
	}
	in4->sin_family = AF_INET;
	in4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in4->sin_port = htons(port);
	return sizeof *in4;
}

/* A deaf peer: its accept queue is full from the start, and a full queue
 * makes Linux drop further connects without a word. */
static void
fill_queue(struct peer *p)
{
	struct sockaddr_storage ss;
	socklen_t n = loopback(&ss, p->opts.ipv6, p->port);

	for (int i = 0; i < 4; i++) {
		p->filler[i] = socket(ss.ss_family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (p->filler[i] >= 0 &&
		    connect(p->filler[i], (struct sockaddr *)&ss, n) < 0 &&
		    errno != EINPROGRESS)
			die("connect to myself");
	}
}

static void
open_listener(struct peer *p)
{
	struct sockaddr_storage ss;
	socklen_t n = loopback(&ss, p->opts.ipv6, p->opts.port);
	int one = 1, small = 2048;

	p->listen_fd = socket(
	    ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->listen_fd < 0)
		die("socket");
	setsockopt(p->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (p->opts.mute)
		setsockopt(
		    p->listen_fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	if (bind(p->listen_fd, (struct sockaddr *)&ss, n) < 0)
		die("bind");
	if (listen(p->listen_fd, p->opts.deaf ? 0 : 64) < 0)
		die("listen");
	n = sizeof ss;
	if (getsockname(p->listen_fd, (struct sockaddr *)&ss, &n) < 0)
		die("getsockname");
	p->port = ntohs(ss.ss_family == AF_INET6
			    ? ((struct sockaddr_in6 *)&ss)->sin6_port
			    : ((struct sockaddr_in *)&ss)->sin_port);
}

struct peer *
peer_start(const struct peer_opts *opts, peer_script *script, void *ctx)
{
	struct peer *p = calloc(1, sizeof *p);

	if (p == NULL)
		die("memory");
	if (opts != NULL)
		p->opts = *opts;
	if (p->opts.timeout_ms == 0)
		p->opts.timeout_ms = TIMEOUT_MS;
	p->script = script;
	p->ctx = ctx;
	for (int i = 0; i < 4; i++)
		p->filler[i] = -1;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->stop_fd < 0)
		die("eventfd");
	signal(SIGPIPE, SIG_IGN); /* SSL_write has no MSG_NOSIGNAL */
	open_listener(p);
	if (p->opts.deaf)
		fill_queue(p);
	else if (pthread_create(&p->thread, NULL, listen_main, p) != 0)
		die("thread");
	return p;
}

uint16_t
peer_port(const struct peer *p)
{
	return p->port;
}

int
peer_connections(struct peer *p)
{
	int n;

	pthread_mutex_lock(&p->lock);
	n = p->count;
	pthread_mutex_unlock(&p->lock);
	return n;
}

static bool
all_ended(const struct peer *p)
{
	for (const struct peer_conn *c = p->conns; c != NULL; c = c->next)
		if (!c->ended)
			return false;
	return true;
}

bool
peer_wait_connections(struct peer *p, int n, int timeout_ms)
{
	struct timespec until = from_now(timeout_ms);
	bool ok;

	pthread_mutex_lock(&p->lock);
	while (p->count < n &&
	       pthread_cond_timedwait(&p->changed, &p->lock, &until) == 0)
		continue;
	ok = p->count >= n;
	pthread_mutex_unlock(&p->lock);
	return ok;
}

bool
peer_wait_ended(struct peer *p, int timeout_ms)
{
	struct timespec until = from_now(timeout_ms);
	bool ok;

	pthread_mutex_lock(&p->lock);
	while (!all_ended(p) &&
	       pthread_cond_timedwait(&p->changed, &p->lock, &until) == 0)
		continue;
	ok = all_ended(p);
	pthread_mutex_unlock(&p->lock);
	return ok;
}

char *
peer_received(struct peer *p, size_t *n)
{
	char *all = NULL;
	size_t len = 0;

	peer_wait_ended(p, 2000);
	pthread_mutex_lock(&p->lock);
	for (int i = 0; i < p->count; i++) {
		struct peer_conn *c = p->conns;

		while (c != NULL && c->index != i)
			c = c->next;
		if (c == NULL || c->got_len == 0)
			continue;
		all = realloc(all, len + c->got_len + 1);
		if (all == NULL)
			die("memory");
		memcpy(all + len, c->got, c->got_len);
		len += c->got_len;
	}
	pthread_mutex_unlock(&p->lock);
	if (all == NULL && (all = malloc(1)) == NULL)
		die("memory");
	all[len] = '\0';
	if (n != NULL)
		*n = len;
	return all;
}

static bool
is_base64(char ch)
{
	return ch != '\0' &&
	       strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789+/",
		   ch) != NULL;
}

/* Does the run of base64 letters hold text, once decoded? */
static bool
hidden_in(const char *run, size_t n, const char *text)
{
	size_t whole = n / 4 * 4, padded = (n + 3) / 4 * 4;
	char *in = malloc(padded + 1);
	unsigned char *out = malloc(padded + 1);
	bool found = false;
	int len;

	if (in == NULL || out == NULL)
		die("memory");
	memset(in, '=', padded);
	memcpy(in, run, n);
	if (n - whole == 1)
		padded = whole;
	len = EVP_DecodeBlock(out, (unsigned char *)in, (int)padded);
	if (len > 0)
		found = memmem(out, (size_t)len, text, strlen(text)) != NULL;
	free(in);
	free(out);
	return found;
}

bool
peer_saw(struct peer *p, const char *text)
{
	size_t n, run;
	char *all = peer_received(p, &n);
	bool found = memmem(all, n, text, strlen(text)) != NULL;

	for (size_t i = 0; i < n && !found; i += run + 1) {
		for (run = 0; i + run < n && is_base64(all[i + run]); run++)
			continue;
		if (run >= 4)
			found = hidden_in(all + i, run, text);
	}
	free(all);
	return found;
}

static void
join(pthread_t thread)
{
	struct timespec until = from_now(JOIN_S * 1000);

	if (pthread_timedjoin_np(thread, NULL, &until) != 0) {
		fprintf(stderr, "peer: a thread does not end\n");
		abort();
	}
}

static void
free_conns(struct peer *p)
{
	while (p->conns != NULL) {
		struct peer_conn *c = p->conns;

		p->conns = c->next;
		join(c->thread);
		free(c->got);
		free(c);
	}
}

void
peer_stop(struct peer *p)
{
	char failure[sizeof p->failure];

	if (p == NULL)
		return;
	if (eventfd_write(p->stop_fd, 1) < 0)
		die("eventfd");
	if (!p->opts.deaf)
		join(p->thread);
	free_conns(p);
	for (int i = 0; i < 4; i++)
		if (p->filler[i] >= 0)
			close(p->filler[i]);
	close(p->listen_fd);
	close(p->stop_fd);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	memcpy(failure, p->failure, sizeof failure);
	free(p);
	if (failure[0] != '\0')
		fail_msg("peer: %s", failure);
}
