#include "stream_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/os.h"
#include "wait.h"

int
stream_error(struct stream *s, struct err *e)
{
	if (s->dead.kind == ERR_NONE)
		return err_set(e, ERR_NET, "%s: the connection broke", s->host);
	if (e != NULL)
		*e = s->dead;
	return -1;
}

/* e, but also for ever. */
static int
fail(struct stream *s, struct err *e, const struct err *why)
{
	low_die(s, why);
	return stream_error(s, e);
}

int
stream_secure(struct stream *s, int64_t deadline, struct err *e)
{
	struct tls_opts o = {.fd = s->fd,
	    .host = s->host,
	    .name = s->name,
	    .literal = s->literal,
	    .ca_file = s->ca_file,
	    .deadline = deadline,
	    .cancel = s->cancel};
	struct err why = ERR_INIT;

	if (tls_open(&o, &s->tls, &why) < 0)
		return fail(s, e, &why);
	trace_note(s->trace, "%s", tls_text(s->tls));
	return 0;
}

int
stream_starttls(struct stream *s, struct err *e)
{
	struct err why = ERR_INIT;
	char peek;

	if (s->dead.kind != ERR_NONE)
		return stream_error(s, e);
	if (s->tls != NULL || s->mail->write_buffer_len > 0) {
		err_set(
		    &why, ERR_TLS, "%s: STARTTLS at the wrong moment", s->host);
		return fail(s, e, &why);
	}
	/* Nothing is ours to hear between the OK and our hello: what is there
	 * was put there by somebody in between, to be believed after it. */
	if (s->mail->read_buffer_len > 0 ||
	    recv(s->fd, &peek, 1, MSG_PEEK | MSG_DONTWAIT) > 0) {
		err_set(&why, ERR_TLS,
		    "%s: bytes were injected before the TLS handshake; "
		    "somebody may be tampering with the connection",
		    s->host);
		return fail(s, e, &why);
	}
	return stream_secure(s, os_now_ms() + s->connect_ms, e);
}

void
stream_close(struct stream *s)
{
	if (s == NULL)
		return;
	if (s->mail != NULL) {
		mem_wipe(s->mail->write_buffer, s->mail->buffer_max_size);
		mem_wipe(s->mail->read_buffer, s->mail->buffer_max_size);
		mailstream_close(s->mail);
	}
	tls_free(s->tls);
	if (s->fd >= 0)
		close(s->fd);
	cancel_unref(s->cancel);
	trace_unref(s->trace);
	free(s->host);
	free(s->name);
	free(s->ca_file);
	free(s);
}

mailstream *
stream_mail(struct stream *s)
{
	return s->mail;
}

static void
consume(mailstream *m, size_t n)
{
	m->read_buffer_len -= n;
	memmove(m->read_buffer, m->read_buffer + n, m->read_buffer_len);
}

/* After the peer has hung up, what it said before (its BYE) still counts;
 * after any other end nothing does. */
static bool
may_read(const struct stream *s)
{
	return s->dead.kind == ERR_NONE || s->dead.kind == ERR_NET;
}

static int
too_long(struct stream *s, size_t max, struct err *e)
{
	struct err why = ERR_INIT;

	err_set(&why, ERR_LIMIT, "%s sent a line of more than %zu bytes",
	    s->host, max < STREAM_LINE_MAX ? max : STREAM_LINE_MAX);
	return fail(s, e, &why);
}

int
stream_read_line(struct stream *s, struct buf *line, struct err *e)
{
	mailstream *m = s->mail;

	buf_cut(line, 0);
	while (m != NULL && may_read(s) && mailstream_feed_read_buffer(m) > 0) {
		size_t n = m->read_buffer_len;
		const char *lf = memchr(m->read_buffer, '\n', n);

		if (lf != NULL)
			n = (size_t)(lf - m->read_buffer) + 1;
		if (line->len + n > STREAM_LINE_MAX + 2 ||
		    buf_add(line, m->read_buffer, n, NULL) < 0)
			return too_long(s, line->max, e);
		consume(m, n);
		if (lf == NULL)
			continue;
		n = line->len - 1;
		if (n > 0 && line->data[n - 1] == '\r')
			n--;
		buf_cut(line, n);
		return 0;
	}
	return stream_error(s, e);
}

int
stream_read(struct stream *s, void *p, size_t n, struct err *e)
{
	char *to = p;

	while (n > 0) {
		ssize_t got = s->mail != NULL ? mailstream_read(s->mail, to, n)
					      : -1;

		if (got <= 0)
			return stream_error(s, e);
		to += got;
		n -= (size_t)got;
	}
	return 0;
}

int
stream_write(struct stream *s, const void *p, size_t n, struct err *e)
{
	const char *from = p;

	while (n > 0) {
		ssize_t put = s->dead.kind == ERR_NONE && s->mail != NULL
				  ? mailstream_write(s->mail, from, n)
				  : -1;

		if (put <= 0)
			return stream_error(s, e);
		from += put;
		n -= (size_t)put;
	}
	return 0;
}

int
stream_flush(struct stream *s, struct err *e)
{
	bool secret = s->n_hidden > 0;

	if (s->dead.kind != ERR_NONE || s->mail == NULL ||
	    mailstream_flush(s->mail) < 0)
		return stream_error(s, e);
	if (secret)
		mem_wipe(s->mail->write_buffer, s->mail->buffer_max_size);
	return 0;
}

/* What is ready goes into the shared buffer, so that "readable" means bytes
 * of the protocol and not only a TLS record about something else. */
static int
fill(struct stream *s, short *wants)
{
	mailstream *m = s->mail;
	ssize_t got;

	if (m == NULL || !may_read(s))
		return -1;
	if (m->read_buffer_len > 0)
		return 1;
	got = low_try_read(s, m->read_buffer, m->buffer_max_size, wants);
	if (got > 0)
		m->read_buffer_len = (size_t)got;
	return got > 0 ? 1 : (int)got;
}

int
stream_wait(struct stream *s, int timeout_ms, int wake_fd, struct err *e)
{
	int64_t deadline = timeout_ms < 0 ? -1 : os_now_ms() + timeout_ms;
	struct err why = ERR_INIT;

	for (;;) {
		struct pollfd fds[2] = {
		    {.fd = s->fd}, {.fd = wake_fd, .events = POLLIN}};
		int rc = fill(s, &fds[0].events);

		if (rc != 0)
			return rc > 0 ? 1 : stream_error(s, e);
		switch (wait_any(fds, 2, deadline, s->cancel)) {
		case WAIT_TIMEOUT:
			return 0;
		case WAIT_CANCEL:
			err_set(&why, ERR_CANCEL, "%s: cancelled", s->host);
			return fail(s, e, &why);
		case WAIT_READY:
			if (fds[0].revents == 0)
				return 0;
			break;
		}
	}
}

bool
stream_is_tls(const struct stream *s)
{
	return s->tls != NULL;
}

bool
stream_is_loopback(const struct stream *s)
{
	return s->loopback;
}

const char *
stream_tls_text(const struct stream *s)
{
	return s->tls != NULL ? tls_text(s->tls) : "";
}

void
stream_hide(struct stream *s, bool on)
{
	uint64_t at = low_written(s);

	if (on == s->hide)
		return;
	s->hide = on;
	if (!on) {
		s->hidden[s->n_hidden - 1].to = at;
		return;
	}
	/* Out of slots: rather hide too much. */
	if (s->n_hidden == STREAM_HIDDEN_MAX)
		s->n_hidden--;
	else
		s->hidden[s->n_hidden].from = at;
	s->hidden[s->n_hidden++].to = UINT64_MAX;
}

void
stream_set_io_ms(struct stream *s, int ms)
{
	s->io_ms = ms > 0 ? ms : STREAM_IO_MS;
}
