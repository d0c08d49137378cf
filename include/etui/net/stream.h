/*
 * stream - one TCP connection, in clear or under TLS, as a libetpan
 * mailstream whose low driver is ours.
 *
 * Dialling races IPv6 and IPv4 (RFC 8305), names are looked up on a detached
 * thread, everything stops at once when `cancel` is set, and every wait has a
 * limit.  After the first failure the stream is dead and says the same error
 * again.  It never returns 0 from read (libetpan spins on that).
 *
 * Before a TLS upgrade nothing may be buffered: bytes the peer sent before the
 * handshake are an injection (as in CVE-2011-0411), and
 * stream_starttls() then fails with ERR_TLS.
 *
 * Threads: a stream belongs to one worker; only its cancel is shared.
 */
#ifndef ETUI_NET_STREAM_H
#define ETUI_NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libetpan/mailstream.h>

#include "net/trace.h"
#include "util/buf.h"
#include "util/cancel.h"

#define STREAM_LINE_MAX (1024 * 1024) /* longest line a server may send */

enum tls_mode { TLS_IMPLICIT, TLS_STARTTLS, TLS_NONE };

struct stream_opts {
	const char *host; /* UTF-8 or ASCII name (IDN), or an address */
	uint16_t port;
	enum tls_mode tls;   /* TLS_IMPLICIT handshakes while dialling */
	const char *ca_file; /* trust these, not the system's roots; or NULL */
	int connect_ms;      /* whole dial incl. handshake; 0: 30 s */
	int io_ms;           /* each read or write without progress; 0: 60 s */
	struct cancel *cancel; /* a reference is taken; may be NULL */
	struct trace *trace;   /* the same */
};

struct stream;

int stream_dial(
    const struct stream_opts *o, struct stream **out, struct err *e) MUST_CHECK;
/* Upgrade in place; chain and host name are verified, TLS >= 1.2, SNI. */
int stream_starttls(struct stream *s, struct err *e) MUST_CHECK;
void stream_close(struct stream *s); /* never blocks; NULL is fine */

/* libetpan's view, for its parsers; owned by the stream. Reads through it and
 * through the functions below share one buffer (16 KiB). */
mailstream *stream_mail(struct stream *s);

/* One line without CRLF or LF into `line` (emptied first), up to
 * STREAM_LINE_MAX.  EOF is ERR_NET. */
int stream_read_line(
    struct stream *s, struct buf *line, struct err *e) MUST_CHECK;
/* Exactly n bytes. */
int stream_read(struct stream *s, void *p, size_t n, struct err *e) MUST_CHECK;
/* Buffered; stream_flush() sends. */
int stream_write(
    struct stream *s, const void *p, size_t n, struct err *e) MUST_CHECK;
int stream_flush(struct stream *s, struct err *e) MUST_CHECK;
/* Is there something to read, waiting at most timeout_ms (-1: until cancel or
 * wake_fd)?  1 yes, 0 no (timeout, or wake_fd became readable), -1 error.
 * Looks into the buffer and into TLS first.  wake_fd -1: none. */
int stream_wait(
    struct stream *s, int timeout_ms, int wake_fd, struct err *e) MUST_CHECK;

/* What happened below libetpan's return code: sets e from the stream's own
 * error and returns -1. */
int stream_error(struct stream *s, struct err *e);
bool stream_is_tls(const struct stream *s);
bool stream_is_loopback(const struct stream *s); /* the peer's address is */
/* "TLSv1.3, X25519, ..." or "". */
const char *stream_tls_text(const struct stream *s);
/* What is written or read while on is secret: keep it from the trace. */
void stream_hide(struct stream *s, bool on);
void stream_set_io_ms(struct stream *s, int ms);

#endif
