/*
 * One connection inside: dial.c makes it, low.c moves bytes between the socket
 * (or TLS) and libetpan's mailstream, stream.c is the contract.
 */
#ifndef ETUI_NET_STREAM_INT_H
#define ETUI_NET_STREAM_INT_H

#include "dns.h"
#include "net/stream.h"
#include "tls.h"

#define STREAM_BUFFER     (16 * 1024)
#define STREAM_CONNECT_MS 30000
#define STREAM_IO_MS      60000
#define STREAM_STAGGER_MS 250 /* RFC 8305: head start of each attempt */
#define STREAM_HIDDEN_MAX 8

/* A stretch of what was written, by its position in the stream. */
struct span {
	uint64_t from, to;
};

struct stream {
	mailstream *mail; /* NULL once libetpan closed it */
	int fd;
	struct tls *tls;
	char *host; /* as configured, for sentences */
	char *name; /* ASCII, for look-up and certificates */
	bool literal;
	bool loopback;
	uint16_t port;
	char *ca_file;
	int connect_ms, io_ms;
	struct cancel *cancel;
	struct trace *trace;
	struct err dead; /* ERR_NONE while it lives */
	bool hide;
	struct span hidden[STREAM_HIDDEN_MAX];
	int n_hidden;
	uint64_t out;
};

/* For tests: the same as stream_dial() with another resolver. */
int stream_dial_with(const struct stream_opts *o, dns_resolver *how, void *ctx,
    struct stream **out, struct err *e) MUST_CHECK;
/* The winner's socket, connected and non-blocking, or -1. */
int dial_race(const struct stream *s, const struct addrs *a, int64_t deadline,
    struct err *e);

/* TLS on the connected socket. */
int stream_secure(struct stream *s, int64_t deadline, struct err *e) MUST_CHECK;

mailstream *low_new(struct stream *s);
/* One try to fill p: > 0 bytes, 0 wait for *wants, -1 dead. */
ssize_t low_try_read(struct stream *s, void *p, size_t n, short *wants);
/* Mark it dead with what e says; returns -1. */
int low_die(struct stream *s, const struct err *e);
uint64_t low_written(const struct stream *s); /* buffered bytes included */

#endif
