/*
 * sasl - authentication exchanges (RFC 4422), ours, on OpenSSL.
 *
 * PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), SCRAM-SHA-1/-256 (RFC 5802,
 * 7677), EXTERNAL, XOAUTH2, OAUTHBEARER (RFC 7628).  Works on decoded octets:
 * the protocol does base64 and framing.
 */
#ifndef ETUI_NET_SASL_H
#define ETUI_NET_SASL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/secret.h"

struct sasl;

struct sasl_login {
	const char *user;
	const struct secret *secret; /* password, or token for the OAuth ones */
	const char *host;            /* OAUTHBEARER's host and port fields */
	uint16_t port;
};

/* The mechanism to use.  `want` is the option auth: "auto" or one name.
 * `offered` is a blank-separated list of what the server offers, NULL where it
 * has not said yet.  auto: PLAIN under verified TLS or on loopback, then
 * SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, LOGIN; never PLAIN or LOGIN in clear
 * off loopback unless cleartext_ok.  NULL and err when none fits. */
const char *sasl_pick(const char *want, const char *offered, bool secure,
    bool cleartext_ok, struct err *e);

struct sasl *sasl_new(
    const char *mech, const struct sasl_login *login, struct err *e);
void sasl_free(struct sasl *s); /* wipes */
const char *sasl_mech(const struct sasl *s);
bool sasl_client_first(const struct sasl *s); /* has an initial response */
/*
 * Answer one challenge (n == 0 and challenge NULL for the initial response).
 * Appends the answer's octets to out.  SCRAM checks the server's signature;
 * an OAuth error challenge is answered as the RFC says and kept for
 * sasl_error().  1: exchange is complete from our side, 0: go on.
 */
int sasl_step(struct sasl *s, const char *challenge, size_t n, struct buf *out,
    struct err *e) MUST_CHECK;
/* After the server's OK: was the server proven where the mechanism can
 * (SCRAM)?  ERR_TLS if it was not. */
int sasl_done(struct sasl *s, struct err *e) MUST_CHECK;
/* The server's OAuth error, or NULL; borrowed. */
const char *sasl_error(const struct sasl *s);

void base64_encode(const void *p, size_t n, struct buf *out);
int base64_decode(
    const char *s, size_t n, struct buf *out, struct err *e) MUST_CHECK;

#endif
