/*
 * tls - a verified TLS session on a connected, non-blocking socket.
 *
 * Verified means: a chain to a trusted root, dates, and a name in the
 * certificate's SAN that is the host (an address against an IP SAN).  Where
 * that fails the error is a sentence a person can act on, and there is no way
 * to go on.
 */
#ifndef ETUI_NET_TLS_H
#define ETUI_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/cancel.h"
#include "util/err.h"

struct tls;

struct tls_opts {
	int fd;
	const char *host; /* as the user wrote it, for sentences */
	const char *name; /* ASCII name or address that must be certified */
	bool literal;     /* name is an address */
	const char *ca_file;
	int64_t deadline;
	struct cancel *cancel;
};

int tls_open(
    const struct tls_opts *o, struct tls **out, struct err *e) MUST_CHECK;
void tls_free(struct tls *t); /* says goodbye if that does not block */

/*
 * One try: > 0 bytes moved, 0: wait for the poll events in *wants and repeat
 * (a write with the same bytes), TLS_END when the peer hung up, TLS_FAIL with
 * a reason in tls_why().
 */
#define TLS_END  (-1)
#define TLS_FAIL (-2)
ssize_t tls_read(struct tls *t, void *p, size_t n, short *wants);
ssize_t tls_write(struct tls *t, const void *p, size_t n, short *wants);
const char *tls_why(const struct tls *t);
const char *tls_text(const struct tls *t);

#endif
