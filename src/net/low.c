/*
 * libetpan's low driver.  Its rules: read never returns 0 (libetpan spins on
 * that), the first failure stays the answer, a write moves everything or
 * fails, and every wait ends by cancel or by the limit.
 */
#include "stream_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/os.h"
#include "wait.h"

static void
lower_first(char *s)
{
	if (s[0] >= 'A' && s[0] <= 'Z' && !(s[1] >= 'A' && s[1] <= 'Z'))
		s[0] = (char)(s[0] + 'a' - 'A');
}

int
low_die(struct stream *s, const struct err *e)
{
	if (s->dead.kind == ERR_NONE) {
		s->dead = *e;
		trace_note(s->trace, "%s", e->text);
	}
	return -1;
}

static int
die(struct stream *s, enum err_kind kind, const char *what)
{
	struct err e = ERR_INIT;
	char text[sizeof e.text];

	snprintf(text, sizeof text, "%s", what);
	lower_first(text);
	err_set(&e, kind, "%s: %s", s->host, text);
	return low_die(s, &e);
}

static int
die_waiting(struct stream *s, enum waited how, const char *doing)
{
	int seconds = (s->io_ms + 999) / 1000;
	struct err e = ERR_INIT;

	if (how == WAIT_CANCEL)
		err_set(&e, ERR_CANCEL, "%s: cancelled", s->host);
	else
		err_set(&e, ERR_NET, "%s: nothing %s for %d second%s", s->host,
		    doing, seconds, seconds == 1 ? "" : "s");
	return low_die(s, &e);
}

static ssize_t
plain_read(struct stream *s, void *p, size_t n, short *wants)
{
	ssize_t got = recv(s->fd, p, n, 0);

	*wants = POLLIN;
	if (got > 0)
		return got;
	if (got == 0)
		return die(s, ERR_NET, "the server closed the connection");
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	return die(s, ERR_NET, strerror(errno));
}

static ssize_t
plain_write(struct stream *s, const void *p, size_t n, short *wants)
{
	ssize_t put = send(s->fd, p, n, MSG_NOSIGNAL);

	*wants = POLLOUT;
	if (put >= 0)
		return put;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	return die(s, ERR_NET, strerror(errno));
}

static ssize_t
after_tls(struct stream *s, ssize_t rc)
{
	if (rc == TLS_END)
		return die(s, ERR_NET, "the server closed the connection");
	if (rc == TLS_FAIL)
		return die(s, ERR_NET, tls_why(s->tls));
	return rc;
}

ssize_t
low_try_read(struct stream *s, void *p, size_t n, short *wants)
{
	ssize_t got;

	if (s->dead.kind != ERR_NONE)
		return -1;
	if (cancel_is_set(s->cancel))
		return die_waiting(s, WAIT_CANCEL, NULL);
	if (s->tls != NULL)
		got = after_tls(s, tls_read(s->tls, p, n, wants));
	else
		got = plain_read(s, p, n, wants);
	if (got <= 0)
		return got;
	trace_bytes(s->trace, TRACE_IN, p, (size_t)got, s->hide);
	return got;
}

static ssize_t
low_read(mailstream_low *low, void *p, size_t n)
{
	struct stream *s = low->data;
	int64_t deadline = os_now_ms() + s->io_ms;

	for (;;) {
		short wants;
		enum waited how;
		ssize_t got = low_try_read(s, p, n, &wants);

		if (got != 0)
			return got;
		how = wait_fd(s->fd, wants, deadline, s->cancel);
		if (how != WAIT_READY)
			return die_waiting(s, how, "arrived");
	}
}

/* Trace what was sent, with the stretches that stream_hide() named hidden. */
static void
trace_sent(struct stream *s, const char *p, size_t n, bool private)
{
	uint64_t at = s->out, end = at + n;

	while (at < end) {
		uint64_t stop = end;
		bool hide = private;

		for (int i = 0; i < s->n_hidden; i++) {
			const struct span *h = &s->hidden[i];

			if (at >= h->from && at < h->to) {
				hide = true;
				stop = h->to < stop ? h->to : stop;
			} else if (h->from > at && h->from < stop) {
				stop = h->from;
			}
		}
		trace_bytes(s->trace, TRACE_OUT, p, (size_t)(stop - at), hide);
		p += stop - at;
		at = stop;
	}
	if (s->n_hidden > 0 && s->hidden[s->n_hidden - 1].to <= end)
		s->n_hidden = 0;
}

static ssize_t
try_write(struct stream *s, const void *p, size_t n, short *wants)
{
	if (cancel_is_set(s->cancel))
		return die_waiting(s, WAIT_CANCEL, NULL);
	if (s->tls != NULL)
		return after_tls(s, tls_write(s->tls, p, n, wants));
	return plain_write(s, p, n, wants);
}

static ssize_t
low_write(mailstream_low *low, const void *p, size_t n)
{
	struct stream *s = low->data;
	int64_t deadline = os_now_ms() + s->io_ms;
	size_t done = 0;

	if (s->dead.kind != ERR_NONE)
		return -1;
	while (done < n) {
		short wants;
		enum waited how;
		ssize_t put = try_write(
		    s, (const char *)p + done, n - done, &wants);

		if (put < 0)
			return -1;
		if (put > 0) {
			trace_sent(s, (const char *)p + done, (size_t)put,
			    low->privacy == 0);
			s->out += (uint64_t)put;
			done += (size_t)put;
			deadline = os_now_ms() + s->io_ms;
			continue;
		}
		how = wait_fd(s->fd, wants, deadline, s->cancel);
		if (how != WAIT_READY)
			return die_waiting(s, how, "was taken");
	}
	return (ssize_t)n;
}

static int
low_close(mailstream_low *low)
{
	struct stream *s = low->data;

	tls_free(s->tls);
	s->tls = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	if (s->dead.kind == ERR_NONE)
		err_set(
		    &s->dead, ERR_NET, "%s: the connection is closed", s->host);
	return 0;
}

static int
low_get_fd(mailstream_low *low)
{
	return ((struct stream *)low->data)->fd;
}

static void
low_free(mailstream_low *low)
{
	((struct stream *)low->data)->mail = NULL;
	free(low);
}

static void
low_cancel(mailstream_low *low)
{
	cancel_set(((struct stream *)low->data)->cancel);
}

static const mailstream_low_driver driver = {
    .mailstream_read = low_read,
    .mailstream_write = low_write,
    .mailstream_close = low_close,
    .mailstream_get_fd = low_get_fd,
    .mailstream_free = low_free,
    .mailstream_cancel = low_cancel,
};

mailstream *
low_new(struct stream *s)
{
	/* libetpan's type is not const, but it never writes there. */
	mailstream_low *low = mailstream_low_new(
	    s, (mailstream_low_driver *)&driver);
	mailstream *mail;

	if (low == NULL)
		return NULL;
	mail = mailstream_new(low, STREAM_BUFFER);
	if (mail == NULL)
		free(low);
	return mail;
}

uint64_t
low_written(const struct stream *s)
{
	return s->out + (s->mail != NULL ? s->mail->write_buffer_len : 0);
}
