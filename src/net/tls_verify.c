/*
 * Whom we trust, and the sentence when we do not.
 *
 * The system's roots stand both in a hashed directory, of which OpenSSL reads
 * only the file it needs, and in one bundle that takes some 20 ms to parse.
 * So the directory is asked first, and the bundle only when the directory does
 * not know the issuer.
 */
#include "tls_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "util/mem.h"
#include "util/utf8.h"

static bool
issuer_is_unknown(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return true;
	default:
		return false;
	}
}

static void
add_name(struct buf *out, const char *s, size_t n)
{
	if (out->len > 100) {
		if (buf_text(out)[out->len - 1] != '.')
			buf_puts(out, ", ...");
		return;
	}
	if (out->len > 0)
		buf_puts(out, ", ");
	utf8_clean(out, s, n < 64 ? n : 64, CLEAN_LINE);
}

static void
add_address(struct buf *out, const ASN1_OCTET_STRING *ip)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(ip);

	if ((n == 4 || n == 16) &&
	    inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip),
		text, sizeof text) != NULL)
		add_name(out, text, strlen(text));
}

static void
add_cn(struct buf *out, const X509_NAME *name)
{
	int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	const ASN1_STRING *cn = i < 0 ? NULL
				      : X509_NAME_ENTRY_get_data(
					    X509_NAME_get_entry(name, i));

	if (cn != NULL && ASN1_STRING_length(cn) > 0)
		add_name(out, (const char *)ASN1_STRING_get0_data(cn),
		    (size_t)ASN1_STRING_length(cn));
}

/* "a, b": the names that a certificate is for. */
static void
names_of(X509 *cert, struct buf *out)
{
	GENERAL_NAMES *san = X509_get_ext_d2i(
	    cert, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(san); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(san, i);

		if (g->type == GEN_DNS)
			add_name(out,
			    (const char *)ASN1_STRING_get0_data(g->d.dNSName),
			    (size_t)ASN1_STRING_length(g->d.dNSName));
		else if (g->type == GEN_IPADD)
			add_address(out, g->d.iPAddress);
	}
	GENERAL_NAMES_free(san);
}

static void
date_of(const ASN1_TIME *when, char out[16])
{
	struct tm tm;

	if (ASN1_TIME_to_tm(when, &tm) != 1 ||
	    strftime(out, 16, "%Y-%m-%d", &tm) == 0)
		snprintf(out, 16, "an unknown day");
}

static void
say_wrong_name(struct tls *t, X509 *cert)
{
	struct buf names = BUF_INIT(4096);

	names_of(cert, &names);
	if (names.len > 0)
		snprintf(t->why, sizeof t->why,
		    "the certificate is for %s, not for %s", buf_text(&names),
		    t->opts->name);
	else
		snprintf(t->why, sizeof t->why,
		    "the certificate names no host, so it is not for %s",
		    t->opts->name);
	buf_free(&names);
}

static void
say_unknown(struct tls *t, X509 *cert)
{
	struct buf issuer = BUF_INIT(4096);

	add_cn(&issuer, X509_get_issuer_name(cert));
	snprintf(t->why, sizeof t->why,
	    "the certificate is signed by \"%s\", which %s; tls-ca-file names "
	    "a CA to trust",
	    buf_text(&issuer),
	    t->opts->ca_file != NULL ? "the tls-ca-file does not hold"
				     : "this system does not trust");
	buf_free(&issuer);
}

/* The verdict as a sentence. */
static void
say_fault(struct tls *t, int error, X509 *cert)
{
	char date[16];

	switch (cert != NULL ? error : X509_V_ERR_UNSPECIFIED) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		date_of(X509_get0_notAfter(cert), date);
		snprintf(t->why, sizeof t->why, "the certificate expired on %s",
		    date);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		date_of(X509_get0_notBefore(cert), date);
		snprintf(t->why, sizeof t->why,
		    "the certificate is not valid before %s; is the clock "
		    "right?",
		    date);
		return;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		say_wrong_name(t, cert);
		return;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		snprintf(t->why, sizeof t->why,
		    "the certificate is self-signed; to trust it, save it and "
		    "name the file in tls-ca-file");
		return;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		say_unknown(t, cert);
		return;
	default:
		snprintf(t->why, sizeof t->why, "the certificate is bad: %s",
		    X509_verify_cert_error_string(error));
	}
}

/* Once more with the bundle, on a context of its own (one cannot be used
 * twice) that has the first one's parameters: name, purpose, levels. */
static int
verify_with_bundle(struct tls *t, X509_STORE_CTX *first, int *error)
{
	X509_STORE *store = SSL_CTX_get_cert_store(t->ctx);
	X509_STORE_CTX *x = X509_STORE_CTX_new();
	int ok = 0;

	if (x != NULL && SSL_CTX_set_default_verify_file(t->ctx) == 1 &&
	    X509_STORE_CTX_init(x, store, X509_STORE_CTX_get0_cert(first),
		X509_STORE_CTX_get0_untrusted(first)) == 1 &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(x),
		X509_STORE_CTX_get0_param(first)) == 1) {
		ok = X509_verify_cert(x) == 1;
		*error = X509_STORE_CTX_get_error(x);
		X509_STORE_CTX_set_error(first, *error);
	}
	X509_STORE_CTX_free(x);
	return ok;
}

static int
verify_chain(X509_STORE_CTX *x, void *arg)
{
	struct tls *t = arg;
	int ok = X509_verify_cert(x) == 1;
	int error = X509_STORE_CTX_get_error(x);
	X509 *at = X509_STORE_CTX_get_current_cert(x);

	if (!ok && t->opts->ca_file == NULL && issuer_is_unknown(error)) {
		ok = verify_with_bundle(t, x, &error);
		if (!issuer_is_unknown(error))
			at = X509_STORE_CTX_get0_cert(x);
	}
	if (!ok)
		say_fault(t, error, at);
	return ok;
}

static int
set_name(struct tls *t)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(t->ssl);

	X509_VERIFY_PARAM_set_hostflags(
	    p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
		   X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (t->opts->literal)
		return X509_VERIFY_PARAM_set1_ip_asc(p, t->opts->name) == 1;
	return X509_VERIFY_PARAM_set1_host(p, t->opts->name, 0) == 1 &&
	       SSL_set_tlsext_host_name(t->ssl, t->opts->name) == 1;
}

int
tls_verify_setup(struct tls *t, struct err *e)
{
	const char *ca = t->opts->ca_file;

	if (ca != NULL && SSL_CTX_load_verify_file(t->ctx, ca) != 1)
		return err_set(e, ERR_TLS,
		    "tls-ca-file %s holds no certificate that can be read", ca);
	/* Whatever the user put there is trusted, a root or not. */
	if (ca != NULL)
		X509_STORE_set_flags(
		    SSL_CTX_get_cert_store(t->ctx), X509_V_FLAG_PARTIAL_CHAIN);
	if (ca == NULL && SSL_CTX_set_default_verify_dir(t->ctx) != 1)
		return err_set(
		    e, ERR_TLS, "the system's CA certificates: out of memory");
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(t->ctx, verify_chain, t);
	t->ssl = SSL_new(t->ctx);
	if (t->ssl == NULL || !set_name(t))
		return err_set(e, ERR_TLS,
		    "%s cannot be checked against a certificate",
		    t->opts->host);
	return 0;
}
