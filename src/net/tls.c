#include "tls_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "util/mem.h"
#include "wait.h"

/* What the library's own error means to a person. */
static void
say_ssl(struct tls *t, unsigned long code)
{
	const char *say = NULL, *reason;

	switch (ERR_GET_REASON(code)) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_BAD_PROTOCOL_VERSION_NUMBER:
		say = "the server does not speak TLS here (wrong port, or "
		      "starttls?)";
		break;
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
		say = "the server offers only an old TLS version; 1.2 is the "
		      "least that is safe";
		break;
	case SSL_R_DH_KEY_TOO_SMALL:
	case SSL_R_EE_KEY_TOO_SMALL:
	case SSL_R_CA_KEY_TOO_SMALL:
	case SSL_R_CA_MD_TOO_WEAK:
		say = "the server's key or signature is too weak to be safe";
		break;
	default:
		break;
	}
	if (say == NULL) {
		reason = ERR_reason_error_string(code);
		say = reason != NULL ? reason : "the TLS session broke";
	}
	snprintf(t->why, sizeof t->why, "%s", say);
}

/* After a failed call: what it wants, or TLS_END, or TLS_FAIL with a reason. */
static int
outcome(struct tls *t, int rc, short *wants)
{
	int saved = errno;
	unsigned long code;

	*wants = 0;
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		*wants = POLLIN;
		return 0;
	case SSL_ERROR_WANT_WRITE:
		*wants = POLLOUT;
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_END;
	case SSL_ERROR_SYSCALL:
		t->broken = true;
		if (saved == 0)
			return TLS_END;
		snprintf(t->why, sizeof t->why, "%s", strerror(saved));
		return TLS_FAIL;
	default:
		t->broken = true;
		code = ERR_peek_error();
		if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
			return TLS_END;
		if (t->why[0] == '\0')
			say_ssl(t, code);
		return TLS_FAIL;
	}
}

ssize_t
tls_read(struct tls *t, void *p, size_t n, short *wants)
{
	size_t got = 0;
	int rc;

	ERR_clear_error();
	errno = 0;
	rc = SSL_read_ex(t->ssl, p, n, &got);
	return rc == 1 ? (ssize_t)got : outcome(t, rc, wants);
}

ssize_t
tls_write(struct tls *t, const void *p, size_t n, short *wants)
{
	size_t put = 0;
	int rc;

	ERR_clear_error();
	errno = 0;
	rc = SSL_write_ex(t->ssl, p, n, &put);
	return rc == 1 ? (ssize_t)put : outcome(t, rc, wants);
}

const char *
tls_why(const struct tls *t)
{
	return t->why;
}

const char *
tls_text(const struct tls *t)
{
	return t->text;
}

static int
new_context(struct tls *t)
{
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (t->ctx == NULL ||
	    SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION) != 1)
		return -1;
	SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
				     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				     SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_read_ahead(t->ctx, 1);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	return 0;
}

static int
attach(struct tls *t)
{
	BIO *b = tls_bio_new(t->opts->fd, &t->method);

	if (b == NULL)
		return -1;
	SSL_set_bio(t->ssl, b, b);
	return 0;
}

static int
say_failed(const struct tls *t, int rc, struct err *e)
{
	const char *host = t->opts->host;

	if (rc == TLS_END)
		return err_set(e, ERR_NET,
		    "TLS with %s: the server hung up in the handshake", host);
	/* Only a reset is the network's doing. */
	return err_set(e,
	    t->broken && ERR_peek_error() == 0 ? ERR_NET : ERR_TLS,
	    "TLS with %s: %s", host, t->why);
}

static int
handshake(struct tls *t, struct err *e)
{
	const struct tls_opts *o = t->opts;

	for (;;) {
		short wants;
		int rc;

		ERR_clear_error();
		errno = 0;
		rc = SSL_connect(t->ssl);
		if (rc == 1)
			return 0;
		rc = outcome(t, rc, &wants);
		if (rc != 0)
			return say_failed(t, rc, e);
		switch (wait_fd(o->fd, wants, o->deadline, o->cancel)) {
		case WAIT_READY:
			break;
		case WAIT_TIMEOUT:
			return err_set(e, ERR_NET,
			    "TLS with %s: timed out in the handshake", o->host);
		case WAIT_CANCEL:
			return err_set(
			    e, ERR_CANCEL, "TLS with %s: cancelled", o->host);
		}
	}
}

static void
describe(struct tls *t)
{
	const char *group = SSL_group_to_name(
	    t->ssl, (int)SSL_get_negotiated_group(t->ssl));

	snprintf(t->text, sizeof t->text, "%s, %s, %s", SSL_get_version(t->ssl),
	    group != NULL ? group : "no group", SSL_get_cipher_name(t->ssl));
}

static int
establish(struct tls *t, struct err *e)
{
	if (new_context(t) < 0)
		return err_set(e, ERR_TLS, "OpenSSL cannot be set up");
	if (tls_verify_setup(t, e) < 0)
		return -1;
	if (attach(t) < 0)
		return err_set(e, ERR_TLS, "OpenSSL cannot be set up");
	if (handshake(t, e) < 0)
		return -1;
	/* Both are implied by SSL_VERIFY_PEER; a bug there must not cost a
	 * password. */
	if (SSL_get_verify_result(t->ssl) != X509_V_OK ||
	    SSL_get0_peer_certificate(t->ssl) == NULL)
		return err_set(e, ERR_TLS, "TLS with %s: it is not verified",
		    t->opts->host);
	return 0;
}

int
tls_open(const struct tls_opts *o, struct tls **out, struct err *e)
{
	struct tls *t = mem_zalloc(sizeof *t);
	int rc;

	t->opts = o;
	rc = establish(t, e);
	t->opts = NULL;
	if (rc < 0) {
		tls_free(t);
		return -1;
	}
	t->open = true;
	describe(t);
	*out = t;
	return 0;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	ERR_clear_error();
	if (t->open && !t->broken)
		SSL_shutdown(t->ssl);
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	BIO_meth_free(t->method);
	ERR_clear_error();
	free(t);
}
