/*
 * Connecting, as RFC 8305 has it: addresses of both families in turn, each
 * with a head start, the first to connect wins and the others are closed.
 */
#include "stream_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "util/mem.h"
#include "util/os.h"
#include "wait.h"

struct race {
	const struct addrs *addrs;
	int fds[DNS_ADDRS_MAX]; /* -1: not begun, or lost */
	int begun;
	int open;
	int error; /* the first failure */
};

static void
lose(struct race *r, int i, int error)
{
	if (r->error == 0)
		r->error = error;
	if (r->fds[i] >= 0) {
		close(r->fds[i]);
		r->open--;
	}
	r->fds[i] = -1;
}

/* 1: connected at once, 0: under way, -1: lost. */
static int
begin(struct race *r)
{
	int i = r->begun++;
	const struct addr *a = &r->addrs->list[i];

	r->fds[i] = socket(a->ss.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
	if (r->fds[i] < 0) {
		lose(r, i, errno);
		return -1;
	}
	r->open++;
	if (connect(r->fds[i], (const struct sockaddr *)&a->ss, a->len) == 0)
		return 1;
	if (errno == EINPROGRESS || errno == EINTR)
		return 0;
	lose(r, i, errno);
	return -1;
}

/* Close all but the winner (-1: nobody), and return its socket. */
static int
finish(struct race *r, int winner)
{
	for (int k = 0; k < r->begun; k++)
		if (k != winner && r->fds[k] >= 0)
			close(r->fds[k]);
	return winner >= 0 ? r->fds[winner] : -1;
}

/* Look at those that poll() named; the index of the winner or -1. */
static int
look(struct race *r, const struct pollfd *fds, const int *index, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		int error = 0;
		socklen_t len = sizeof error;

		if (fds[k].revents == 0)
			continue;
		if (getsockopt(fds[k].fd, SOL_SOCKET, SO_ERROR, &error, &len) <
		    0)
			error = errno;
		if (error == 0)
			return index[k];
		lose(r, index[k], error);
	}
	return -1;
}

/* Wait until an attempt ended, `until`, or cancel; the winner's index or -1. */
static int
watch(struct race *r, int64_t until, struct cancel *c)
{
	struct pollfd fds[DNS_ADDRS_MAX];
	int index[DNS_ADDRS_MAX];
	size_t n = 0;

	for (int i = 0; i < r->begun; i++) {
		if (r->fds[i] < 0)
			continue;
		fds[n] = (struct pollfd){.fd = r->fds[i], .events = POLLOUT};
		index[n++] = i;
	}
	if (wait_any(fds, n, until, c) != WAIT_READY)
		return -1;
	return look(r, fds, index, n);
}

static int
say(const struct stream *s, enum err_kind kind, const char *why, struct err *e)
{
	char text[100];

	snprintf(text, sizeof text, "%s", why);
	if (text[0] >= 'A' && text[0] <= 'Z')
		text[0] = (char)(text[0] + 'a' - 'A');
	return err_set(e, kind, "connect to %s port %u: %s", s->host,
	    (unsigned)s->port, text);
}

int
dial_race(const struct stream *s, const struct addrs *a, int64_t deadline,
    struct err *e)
{
	struct race r = {.addrs = a};
	int64_t next = 0; /* when the next attempt may begin */

	for (int i = 0; i < DNS_ADDRS_MAX; i++)
		r.fds[i] = -1;
	while (os_now_ms() < deadline && !cancel_is_set(s->cancel)) {
		int64_t now = os_now_ms(), until = deadline;
		int won;

		if (r.begun < a->n && (r.open == 0 || now >= next)) {
			next = now + STREAM_STAGGER_MS;
			if (begin(&r) == 1)
				return finish(&r, r.begun - 1);
			continue;
		}
		if (r.open == 0)
			return say(s, ERR_NET, strerror(r.error), e);
		if (r.begun < a->n && next < until)
			until = next;
		won = watch(&r, until, s->cancel);
		if (won >= 0)
			return finish(&r, won);
	}
	finish(&r, -1);
	if (cancel_is_set(s->cancel))
		return say(s, ERR_CANCEL, "cancelled", e);
	return say(s, ERR_NET, "timed out", e);
}

static bool
is_loopback(const struct sockaddr_storage *ss)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

	if (ss->ss_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	if (ss->ss_family != AF_INET6)
		return false;
	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) ||
	       (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) &&
		   in6->sin6_addr.s6_addr[12] == 127);
}

/* A peer that is gone shows after two minutes of silence at the latest; the
 * limit on unanswered bytes must not be shorter, or one lost probe on a bad
 * line would end an idle connection. */
static void
tune(struct stream *s)
{
	int patience = s->io_ms > 120000 ? s->io_ms : 120000;
	const struct {
		int level, name, value;
	} opts[] = {
	    {IPPROTO_TCP, TCP_NODELAY, 1},
	    {SOL_SOCKET, SO_KEEPALIVE, 1},
	    {IPPROTO_TCP, TCP_KEEPIDLE, 60},
	    {IPPROTO_TCP, TCP_KEEPINTVL, 20},
	    {IPPROTO_TCP, TCP_KEEPCNT, 3},
	    {IPPROTO_TCP, TCP_USER_TIMEOUT, patience},
	};
	struct sockaddr_storage ss = {0};
	socklen_t n = sizeof ss;

	for (size_t i = 0; i < sizeof opts / sizeof *opts; i++)
		setsockopt(s->fd, opts[i].level, opts[i].name, &opts[i].value,
		    sizeof opts[i].value);
	if (getpeername(s->fd, (struct sockaddr *)&ss, &n) == 0)
		s->loopback = is_loopback(&ss);
}

static int
find(struct stream *s, dns_resolver *how, void *ctx, int64_t deadline,
    struct addrs *out, struct err *e)
{
	if (dns_literal(s->host, s->port, &out->list[0])) {
		size_t n = strlen(s->host);

		out->n = 1;
		s->literal = true;
		s->name = s->host[0] == '[' ? mem_strn(s->host + 1, n - 2)
					    : mem_str(s->host);
		return 0;
	}
	s->name = dns_ascii(s->host, e);
	if (s->name == NULL)
		return -1;
	if (dns_lookup(s->host, s->name, s->port, how, ctx, deadline, s->cancel,
		out, e) < 0)
		return -1;
	dns_interleave(out);
	return 0;
}

static struct stream *
prepare(const struct stream_opts *o)
{
	struct stream *s = mem_zalloc(sizeof *s);

	s->fd = -1;
	s->host = mem_str(o->host);
	s->port = o->port;
	s->ca_file = mem_str(o->ca_file);
	s->connect_ms = o->connect_ms > 0 ? o->connect_ms : STREAM_CONNECT_MS;
	s->io_ms = o->io_ms > 0 ? o->io_ms : STREAM_IO_MS;
	s->cancel = cancel_ref(o->cancel);
	s->trace = trace_ref(o->trace);
	return s;
}

static int
connect_to(struct stream *s, dns_resolver *how, void *ctx, int64_t deadline,
    struct err *e)
{
	struct addrs a = {.n = 0};

	if (find(s, how, ctx, deadline, &a, e) < 0)
		return -1;
	s->fd = dial_race(s, &a, deadline, e);
	if (s->fd < 0)
		return -1;
	tune(s);
	trace_note(
	    s->trace, "connected to %s port %u", s->host, (unsigned)s->port);
	s->mail = low_new(s);
	if (s->mail == NULL)
		return err_set(e, ERR_SYS, "connect: out of memory");
	return 0;
}

int
stream_dial_with(const struct stream_opts *o, dns_resolver *how, void *ctx,
    struct stream **out, struct err *e)
{
	struct stream *s = prepare(o);
	int64_t deadline = os_now_ms() + s->connect_ms;

	if (connect_to(s, how, ctx, deadline, e) < 0 ||
	    (o->tls == TLS_IMPLICIT && stream_secure(s, deadline, e) < 0)) {
		if (s->dead.kind == ERR_NONE && e != NULL)
			trace_note(s->trace, "%s", e->text);
		stream_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
stream_dial(const struct stream_opts *o, struct stream **out, struct err *e)
{
	return stream_dial_with(o, dns_system, NULL, out, e);
}
