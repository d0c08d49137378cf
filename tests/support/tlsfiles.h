/*
 * tlsfiles - certificates for tests, made when the test runs: a CA of its own
 * and one server certificate for each way in which one can be right or wrong.
 *
 * The PEM files stand in a temporary directory, for real servers; the scripted
 * peer uses them through tls_files_ctx().
 *
 *	struct tls_files *t = tls_files_new();
 *	opts.ca_file = tls_files_ca(t);
 *	...
 *	tls_files_free(t);	(removes the directory)
 */
#ifndef ETUI_TEST_TLSFILES_H
#define ETUI_TEST_TLSFILES_H

#include <openssl/types.h>

enum test_cert {
	CERT_GOOD,        /* localhost, 127.0.0.1, ::1; by the test's CA */
	CERT_EXPIRED,     /* the same, ended a day ago */
	CERT_NOT_YET,     /* the same, begins in a day */
	CERT_WRONG_NAME,  /* mail.other.example, by the test's CA */
	CERT_SELF_SIGNED, /* localhost, by itself */
	CERT_UNKNOWN_CA,  /* localhost, by a CA that ca.pem does not hold */
	CERT_CN_DIFFERS,  /* CN=localhost, but SAN names other.example */
	CERT_CN_ALONE,    /* CN=localhost and no SAN at all */
	CERT_NAME_ONLY,   /* localhost without any address */
	CERT_IP_AS_NAME,  /* SAN has "127.0.0.1" as a DNS name only */
	CERT_WILDCARD,    /* *.example.test */
	CERT_PARTIAL,     /* im*.example.test: not a whole label */
	CERT_KINDS
};

struct tls_files;

struct tls_files *tls_files_new(void); /* ends the test on failure */
void tls_files_free(struct tls_files *t);

const char *tls_files_dir(const struct tls_files *t);
const char *tls_files_ca(const struct tls_files *t); /* ca.pem */
/* PEM files of one kind, for a real server; borrowed. */
const char *tls_files_cert(const struct tls_files *t, enum test_cert kind);
const char *tls_files_key(const struct tls_files *t, enum test_cert kind);

/* A server context; max_version 0, or TLS1_1_VERSION and the like, which also
 * lowers the security level so that the old version is really spoken. */
SSL_CTX *tls_files_ctx(
    const struct tls_files *t, enum test_cert kind, int max_version);

#endif
