/* What a script can do with its connection. */
#include "peer_int.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

static long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int
peer_poll(struct peer_conn *c, short events, int timeout_ms)
{
	struct pollfd fds[2] = {{.fd = c->fd, .events = events},
	    {.fd = c->peer->stop_fd, .events = POLLIN}};
	int n = poll(fds, 2, timeout_ms);

	if (n > 0 && fds[0].revents != 0)
		return 1;
	return fds[1].revents != 0 ? -1 : 0;
}

/* What an SSL call wants before it can go on; 0 when it cannot. */
static short
ssl_wants(SSL *ssl, int rc)
{
	switch (SSL_get_error(ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return POLLIN;
	case SSL_ERROR_WANT_WRITE:
		return POLLOUT;
	default:
		return 0;
	}
}

/* One try: >0 bytes, 0 end, -1 with *wants set when it must wait. */
static ssize_t
try_read(struct peer_conn *c, void *p, size_t n, short *wants)
{
	ssize_t got;

	*wants = POLLIN;
	if (c->ssl != NULL) {
		ERR_clear_error();
		got = SSL_read(c->ssl, p, (int)n);
		if (got > 0)
			return got;
		*wants = ssl_wants(c->ssl, (int)got);
		return *wants != 0 ? -1 : 0;
	}
	got = recv(c->fd, p, n, 0);
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return 0;
	return got;
}

int
peer_fill(struct peer_conn *c, int timeout_ms)
{
	long until = now_ms() + timeout_ms;

	if (c->fd < 0)
		return 0;
	for (;;) {
		short wants;
		long left;
		ssize_t got = try_read(
		    c, c->in + c->in_len, sizeof c->in - c->in_len, &wants);

		if (got > 0) {
			peer_note_received(c, c->in + c->in_len, (size_t)got);
			c->in_len += (size_t)got;
			return (int)got;
		}
		if (got == 0)
			return 0;
		left = until - now_ms();
		if (left <= 0 || peer_poll(c, wants, (int)left) <= 0)
			return -1;
	}
}

static void
consume(struct peer_conn *c, size_t n)
{
	memmove(c->in, c->in + n, c->in_len - n);
	c->in_len -= n;
}

/* The next line: 1; 0 at the end, -1 after the timeout. */
static int
next_line(struct peer_conn *c, char *line, size_t cap)
{
	for (;;) {
		char *lf = memchr(c->in, '\n', c->in_len);
		int rc = 1;

		if (lf == NULL && c->in_len < sizeof c->in)
			rc = peer_fill(c, c->peer->opts.timeout_ms);
		if (lf == NULL && rc > 0 && c->in_len == sizeof c->in)
			lf = c->in + c->in_len - 1; /* cut */
		if (lf != NULL) {
			size_t n = (size_t)(lf - c->in), keep = n;

			if (keep > 0 && c->in[keep - 1] == '\r')
				keep--;
			if (keep >= cap)
				keep = cap - 1;
			memcpy(line, c->in, keep);
			line[keep] = '\0';
			consume(c, n + 1);
			return 1;
		}
		if (rc <= 0)
			return rc;
	}
}

bool
peer_read_line(struct peer_conn *c, char *line, size_t cap)
{
	return next_line(c, line, cap) == 1;
}

bool
peer_glob(const char *glob, const char *text)
{
	const char *star = NULL, *mark = NULL;

	while (*text != '\0') {
		if (*glob == '*') {
			star = ++glob;
			mark = text;
		} else if (tolower((unsigned char)*glob) ==
			   tolower((unsigned char)*text)) {
			glob++;
			text++;
		} else if (star != NULL) {
			glob = star;
			text = ++mark;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

void
peer_expect_line(struct peer_conn *c, const char *glob, char tag[64])
{
	char line[sizeof c->in + 1];
	const char *rest = line, *want = glob;
	size_t word = 0;
	int rc = next_line(c, line, sizeof line);

	if (rc <= 0)
		peer_fail(c, "connection %d: wanted \"%s\", but %s", c->index,
		    glob,
		    rc == 0 ? "the client hung up" : "nothing came in time");
	if (*want == '%') {
		word = strcspn(line, " ");
		rest = line + word;
		want++;
	}
	if (!peer_glob(want, rest))
		peer_fail(c, "connection %d: wanted \"%s\", got \"%.400s\"",
		    c->index, glob, line);
	if (word > 0 && tag != NULL)
		snprintf(tag, 64, "%.*s", (int)word, line);
}

void
peer_skip(struct peer_conn *c, size_t n)
{
	while (n > 0) {
		size_t here;

		if (c->in_len == 0 &&
		    peer_fill(c, c->peer->opts.timeout_ms) <= 0)
			peer_fail(c, "connection %d: %zu bytes are missing",
			    c->index, n);
		here = c->in_len < n ? c->in_len : n;
		consume(c, here);
		n -= here;
	}
}

void
peer_expect_bytes(struct peer_conn *c, const void *p, size_t n)
{
	const char *want = p;

	while (n > 0) {
		size_t here;

		if (c->in_len == 0 &&
		    peer_fill(c, c->peer->opts.timeout_ms) <= 0)
			peer_fail(c, "connection %d: %zu bytes are missing",
			    c->index, n);
		here = c->in_len < n ? c->in_len : n;
		if (memcmp(c->in, want, here) != 0)
			peer_fail(c,
			    "connection %d: wanted \"%.*s\", got \"%.*s\"",
			    c->index, (int)here, want, (int)here, c->in);
		consume(c, here);
		want += here;
		n -= here;
	}
}

void
peer_send_raw(struct peer_conn *c, const void *p, size_t n)
{
	const char *s = p;

	while (n > 0 && c->fd >= 0) {
		short wants = POLLOUT;
		ssize_t put;

		if (c->ssl != NULL) {
			ERR_clear_error();
			put = SSL_write(c->ssl, s, (int)n);
			wants = put > 0 ? POLLOUT : ssl_wants(c->ssl, (int)put);
		} else {
			put = send(c->fd, s, n, MSG_NOSIGNAL);
			if (put < 0 && errno != EAGAIN && errno != EINTR)
				wants = 0;
		}
		if (put > 0) {
			s += put;
			n -= (size_t)put;
		} else if (wants == 0 ||
			   peer_poll(c, wants, c->peer->opts.timeout_ms) <= 0) {
			peer_end(c);
		}
	}
}

void
peer_send(struct peer_conn *c, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	/* not freed when the client hung up: peer_end() jumps, so copy */
	if (n < 8192) {
		char copy[8192];

		memcpy(copy, text, (size_t)n);
		free(text);
		peer_send_raw(c, copy, (size_t)n);
	} else {
		peer_send_raw(c, text, (size_t)n);
		free(text);
	}
}

void
peer_send_slowly(
    struct peer_conn *c, const void *p, size_t n, size_t piece, int gap_ms)
{
	const char *s = p;

	while (n > 0) {
		size_t here = n < piece ? n : piece;

		peer_send_raw(c, s, here);
		s += here;
		n -= here;
		if (n > 0)
			peer_stall(c, gap_ms);
	}
}

bool
peer_start_tls(struct peer_conn *c, enum test_cert cert)
{
	const struct peer_opts *o = &c->peer->opts;
	SSL_CTX *ctx;
	int rc;

	if (o->files == NULL)
		peer_fail(c, "a peer without tls_files cannot speak TLS");
	ctx = tls_files_ctx(o->files, cert, o->max_version);
	c->ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1)
		abort();
	for (;;) {
		short wants;

		ERR_clear_error();
		rc = SSL_accept(c->ssl);
		if (rc == 1)
			return true;
		wants = ssl_wants(c->ssl, rc);
		if (wants == 0 || peer_poll(c, wants, o->timeout_ms) <= 0)
			return false;
	}
}

void
peer_stall(struct peer_conn *c, int ms)
{
	if (c->fd >= 0 && peer_poll(c, POLLRDHUP, ms) != 0)
		peer_end(c);
}

void
peer_wait_hangup(struct peer_conn *c)
{
	do
		c->in_len = 0;
	while (peer_fill(c, c->peer->opts.timeout_ms) > 0);
}

void
peer_close(struct peer_conn *c)
{
	peer_hang_up(c, false);
}

void
peer_reset(struct peer_conn *c)
{
	peer_hang_up(c, true);
}

int
peer_index(const struct peer_conn *c)
{
	return c->index;
}

char *
peer_tag(struct peer_conn *c, char letter)
{
	assert(letter >= 'a' && letter <= 'z');
	return c->tags[letter - 'a'];
}
