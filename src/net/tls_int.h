/* tls.c (session), tls_bio.c (socket), tls_verify.c (certificates). */
#ifndef ETUI_NET_TLS_INT_H
#define ETUI_NET_TLS_INT_H

#include <openssl/ssl.h>

#include "tls.h"

struct tls {
	SSL_CTX *ctx;
	SSL *ssl;
	BIO_METHOD *method;
	const struct tls_opts *opts; /* while handshaking */
	bool open;                   /* handshake is done */
	bool broken;                 /* no goodbye */
	char why[200];               /* the certificate's fault, or I/O's */
	char text[120];
};

/* A BIO that sends with MSG_NOSIGNAL: a library must not end its program when
 * the peer is gone. */
BIO *tls_bio_new(int fd, BIO_METHOD **method);

/* Trust anchors and the name to be checked; puts its verdict into t->why. */
int tls_verify_setup(struct tls *t, struct err *e) MUST_CHECK;

#endif
