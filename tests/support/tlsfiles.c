#include "tlsfiles.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum { DAY = 24 * 60 * 60 };

/* One row for each certificate: who signs it, what it says, when it holds. */
static const struct {
	const char *file;
	const char *cn;
	const char *san; /* NULL: no SAN extension */
	enum { BY_CA, BY_STRANGER, BY_ITSELF } issuer;
	int from_day, to_day;
} kinds[CERT_KINDS] = {
    [CERT_GOOD] = {"good", "localhost", "DNS:localhost,IP:127.0.0.1,IP:::1",
	BY_CA, -1, 30},
    [CERT_EXPIRED] = {"expired", "localhost",
	"DNS:localhost,IP:127.0.0.1,IP:::1", BY_CA, -30, -1},
    [CERT_NOT_YET] = {"notyet", "localhost",
	"DNS:localhost,IP:127.0.0.1,IP:::1", BY_CA, 1, 30},
    [CERT_WRONG_NAME] = {"wrongname", "mail.other.example",
	"DNS:mail.other.example,DNS:imap.other.example", BY_CA, -1, 30},
    [CERT_SELF_SIGNED] = {"selfsigned", "localhost",
	"DNS:localhost,IP:127.0.0.1,IP:::1", BY_ITSELF, -1, 30},
    [CERT_UNKNOWN_CA] = {"unknownca", "localhost",
	"DNS:localhost,IP:127.0.0.1,IP:::1", BY_STRANGER, -1, 30},
    [CERT_CN_DIFFERS] = {"cndiffers", "localhost", "DNS:other.example", BY_CA,
	-1, 30},
    [CERT_CN_ALONE] = {"cnalone", "localhost", NULL, BY_CA, -1, 30},
    [CERT_NAME_ONLY] = {"nameonly", "localhost", "DNS:localhost", BY_CA, -1,
	30},
    [CERT_IP_AS_NAME] = {"ipasname", "127.0.0.1", "DNS:127.0.0.1", BY_CA, -1,
	30},
    [CERT_WILDCARD] = {"wildcard", "example.test", "DNS:*.example.test", BY_CA,
	-1, 30},
    [CERT_PARTIAL] = {"partial", "localhost", "DNS:im*.example.test", BY_CA, -1,
	30},
};

struct tls_files {
	char *dir;
	char *ca;
	char *cert[CERT_KINDS];
	char *key[CERT_KINDS];
};

struct signer {
	X509 *cert;
	EVP_PKEY *key;
};

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "tlsfiles: %s\n", what);
	ERR_print_errors_fp(stderr);
	abort();
}

static char *
in_dir(const char *dir, const char *name, const char *suffix)
{
	char *path;

	need(asprintf(&path, "%s/%s%s", dir, name, suffix) > 0, "memory");
	return path;
}

static void
extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX v3;
	X509_EXTENSION *ext;

	X509V3_set_ctx(&v3, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &v3, nid, value);
	need(ext != NULL, value);
	need(X509_add_ext(cert, ext, -1), "add extension");
	X509_EXTENSION_free(ext);
}

/* A key and an unsigned certificate that is its own issuer until it is given
 * another. */
static struct signer
begin(const char *cn, long serial, int from_day, int to_day)
{
	struct signer s = {X509_new(), EVP_EC_gen("P-256")};
	X509_NAME *name;

	need(s.cert != NULL && s.key != NULL, "new certificate");
	X509_set_version(s.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(s.cert), serial);
	X509_gmtime_adj(X509_getm_notBefore(s.cert), (long)from_day * DAY);
	X509_gmtime_adj(X509_getm_notAfter(s.cert), (long)to_day * DAY);
	X509_set_pubkey(s.cert, s.key);
	name = X509_get_subject_name(s.cert);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(s.cert, name);
	return s;
}

static void
drop(struct signer *s)
{
	X509_free(s->cert);
	EVP_PKEY_free(s->key);
}

static struct signer
make_ca(const char *cn)
{
	struct signer s = begin(cn, 1, -60, 60);

	extend(s.cert, s.cert, NID_basic_constraints, "critical,CA:TRUE");
	extend(s.cert, s.cert, NID_key_usage, "critical,keyCertSign,cRLSign");
	extend(s.cert, s.cert, NID_subject_key_identifier, "hash");
	need(X509_sign(s.cert, s.key, EVP_sha256()) > 0, "sign CA");
	return s;
}

static struct signer
make_server(int kind, const struct signer *by)
{
	struct signer s = begin(kinds[kind].cn, 100 + kind,
	    kinds[kind].from_day, kinds[kind].to_day);

	if (by == NULL)
		by = &s;
	X509_set_issuer_name(s.cert, X509_get_subject_name(by->cert));
	extend(s.cert, by->cert, NID_basic_constraints, "CA:FALSE");
	extend(s.cert, by->cert, NID_ext_key_usage, "serverAuth");
	if (kinds[kind].san != NULL)
		extend(s.cert, by->cert, NID_subject_alt_name, kinds[kind].san);
	need(X509_sign(s.cert, by->key, EVP_sha256()) > 0, "sign");
	return s;
}

static void
save(const char *path, X509 *cert, EVP_PKEY *key)
{
	FILE *f = fopen(path, "wx");

	need(f != NULL, path);
	if (cert != NULL)
		need(PEM_write_X509(f, cert), path);
	if (key != NULL)
		need(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL),
		    path);
	need(fclose(f) == 0, path);
}

struct tls_files *
tls_files_new(void)
{
	struct tls_files *t = calloc(1, sizeof *t);
	struct signer ca = make_ca("etui test CA");
	struct signer stranger = make_ca("etui test stranger CA");

	need(t != NULL, "memory");
	t->dir = strdup("/tmp/etui-tls.XXXXXX");
	need(t->dir != NULL && mkdtemp(t->dir) != NULL, "mkdtemp");
	t->ca = in_dir(t->dir, "ca", ".pem");
	save(t->ca, ca.cert, NULL);
	for (int i = 0; i < CERT_KINDS; i++) {
		const struct signer *by = &ca;
		struct signer s;

		if (kinds[i].issuer == BY_STRANGER)
			by = &stranger;
		if (kinds[i].issuer == BY_ITSELF)
			by = NULL;
		s = make_server(i, by);
		t->cert[i] = in_dir(t->dir, kinds[i].file, ".pem");
		t->key[i] = in_dir(t->dir, kinds[i].file, ".key");
		save(t->cert[i], s.cert, NULL);
		save(t->key[i], NULL, s.key);
		drop(&s);
	}
	drop(&ca);
	drop(&stranger);
	return t;
}

void
tls_files_free(struct tls_files *t)
{
	if (t == NULL)
		return;
	for (int i = 0; i < CERT_KINDS; i++) {
		unlink(t->cert[i]);
		unlink(t->key[i]);
		free(t->cert[i]);
		free(t->key[i]);
	}
	unlink(t->ca);
	rmdir(t->dir);
	free(t->ca);
	free(t->dir);
	free(t);
}

const char *
tls_files_dir(const struct tls_files *t)
{
	return t->dir;
}

const char *
tls_files_ca(const struct tls_files *t)
{
	return t->ca;
}

const char *
tls_files_cert(const struct tls_files *t, enum test_cert kind)
{
	return t->cert[kind];
}

const char *
tls_files_key(const struct tls_files *t, enum test_cert kind)
{
	return t->key[kind];
}

SSL_CTX *
tls_files_ctx(const struct tls_files *t, enum test_cert kind, int max_version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	need(ctx != NULL, "SSL_CTX_new");
	if (max_version != 0) {
		SSL_CTX_set_security_level(ctx, 0);
		need(SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) == 1,
		    "lowest version");
		need(SSL_CTX_set_max_proto_version(ctx, max_version) == 1,
		    "highest version");
	}
	need(SSL_CTX_use_certificate_file(
		 ctx, t->cert[kind], SSL_FILETYPE_PEM) == 1,
	    "use certificate");
	need(SSL_CTX_use_PrivateKey_file(ctx, t->key[kind], SSL_FILETYPE_PEM) ==
		 1,
	    "use key");
	return ctx;
}
