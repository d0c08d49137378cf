/*
 * SCRAM (RFC 5802, 7677) without channel binding.
 *
 * The password goes into PBKDF2 as it is: SASLprep would map exotic spaces and
 * compose letters, and passwords with control characters are refused by
 * sasl_new() before they get here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "sasl_int.h"
#include "util/mem.h"

struct scram {
	const EVP_MD *md;
	char *nonce;
	char *first;                           /* client-first-message-bare */
	unsigned char expect[EVP_MAX_MD_SIZE]; /* ServerSignature */
	size_t size;                           /* of a digest */
	bool verified;
};

/* A server-first-message, pointing into it. */
struct challenge {
	const char *nonce, *salt;
	size_t nonce_len, salt_len;
	int rounds;
};

int
scram_new(struct sasl *s, struct err *e)
{
	struct scram *c = mem_zalloc(sizeof *c);
	unsigned char random[18];
	struct buf nonce = BUF_INIT(64);

	s->scram = c;
	c->md = EVP_get_digestbyname(s->mech->digest);
	if (c->md == NULL || RAND_bytes(random, sizeof random) != 1)
		return err_set(e, ERR_AUTH,
		    "%s: OpenSSL has no %s or no "
		    "randomness",
		    s->mech->name, s->mech->digest);
	c->size = (size_t)EVP_MD_get_size(c->md);
	base64_encode(random, sizeof random, &nonce);
	c->nonce = buf_take(&nonce);
	return 0;
}

void
scram_free(struct scram *c)
{
	if (c == NULL)
		return;
	free(c->nonce);
	free(c->first);
	mem_wipe(c, sizeof *c);
	free(c);
}

bool
scram_verified(const struct scram *c)
{
	return c->verified;
}

void
scram_set_nonce(struct sasl *s, const char *nonce)
{
	free(s->scram->nonce);
	s->scram->nonce = mem_str(nonce);
}

static int
client_first(struct sasl *s, struct buf *out)
{
	struct buf bare = BUF_INIT(SASL_ANSWER_MAX);

	buf_puts(&bare, "n=");
	sasl_put_name(&bare, s->user);
	buf_printf(&bare, ",r=%s", s->scram->nonce);
	buf_printf(out, "n,,%s", buf_text(&bare));
	free(s->scram->first);
	s->scram->first = buf_take(&bare);
	return 0;
}

/* "k=value,": the value and what follows; NULL when it is not that. */
static const char *
attribute(const char *p, const char *end, char key, size_t *len)
{
	const char *comma;

	if (p == NULL || end - p < 2 || p[0] != key || p[1] != '=')
		return NULL;
	p += 2;
	comma = memchr(p, ',', (size_t)(end - p));
	*len = (size_t)((comma != NULL ? comma : end) - p);
	return p;
}

/* Digits only, and never past a bound that we compare with anyway. */
static int
number(const char *p, size_t n)
{
	int v = 0;

	if (n == 0 || n > 8)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

static int
parse_first(const char *p, size_t n, struct challenge *out)
{
	const char *end = p + n, *rounds;
	size_t len;

	out->nonce = attribute(p, end, 'r', &out->nonce_len);
	if (out->nonce == NULL || out->nonce + out->nonce_len == end)
		return -1;
	p = out->nonce + out->nonce_len + 1;
	out->salt = attribute(p, end, 's', &out->salt_len);
	if (out->salt == NULL || out->salt + out->salt_len == end)
		return -1;
	p = out->salt + out->salt_len + 1;
	rounds = attribute(p, end, 'i', &len);
	if (rounds == NULL)
		return -1;
	out->rounds = number(rounds, len);
	return 0;
}

static int
check_first(const struct sasl *s, const struct challenge *c, struct err *e)
{
	size_t own = strlen(s->scram->nonce);

	if (c->nonce_len > SCRAM_NONCE_MAX || c->nonce_len <= own ||
	    memcmp(c->nonce, s->scram->nonce, own) != 0)
		return err_set(e, ERR_PROTO,
		    "%s: the server did not continue our nonce", s->mech->name);
	if (c->rounds < SCRAM_ROUNDS_MIN || c->rounds > SCRAM_ROUNDS_MAX)
		return err_set(e, ERR_PROTO,
		    "%s: the server asks for a number of rounds outside "
		    "%d..%d",
		    s->mech->name, SCRAM_ROUNDS_MIN, SCRAM_ROUNDS_MAX);
	return 0;
}

struct keys {
	unsigned char salted[EVP_MAX_MD_SIZE], client[EVP_MAX_MD_SIZE],
	    stored[EVP_MAX_MD_SIZE], server[EVP_MAX_MD_SIZE],
	    signature[EVP_MAX_MD_SIZE];
};

static bool
mac(const struct scram *c, const unsigned char *key, const void *p, size_t n,
    unsigned char *out)
{
	return HMAC(c->md, key, (int)c->size, p, n, out, NULL) != NULL;
}

/* RFC 5802 section 3. */
static bool
derive(struct sasl *s, const struct buf *salt, int rounds,
    const struct buf *auth, struct keys *k)
{
	struct scram *c = s->scram;

	return PKCS5_PBKDF2_HMAC(s->secret.data, (int)s->secret.len,
		   (const unsigned char *)salt->data, (int)salt->len, rounds,
		   c->md, (int)c->size, k->salted) == 1 &&
	       mac(c, k->salted, "Client Key", 10, k->client) &&
	       EVP_Digest(k->client, c->size, k->stored, NULL, c->md, NULL) ==
		   1 &&
	       mac(c, k->stored, auth->data, auth->len, k->signature) &&
	       mac(c, k->salted, "Server Key", 10, k->server) &&
	       mac(c, k->server, auth->data, auth->len, c->expect);
}

static int
client_final(
    struct sasl *s, const char *p, size_t n, struct buf *out, struct err *e)
{
	struct buf salt = BUF_INIT(SCRAM_SALT_MAX),
		   auth = BUF_INIT(4 * SASL_ANSWER_MAX),
		   final = BUF_INIT(SASL_ANSWER_MAX);
	struct challenge c;
	struct keys k;
	int rc = -1;

	if (parse_first(p, n, &c) < 0) {
		err_set(e, ERR_PROTO, "%s: the server's challenge is malformed",
		    s->mech->name);
		goto out;
	}
	if (check_first(s, &c, e) < 0 ||
	    base64_decode(c.salt, c.salt_len, &salt, e) < 0)
		goto out;
	if (salt.len == 0) {
		err_set(e, ERR_PROTO, "%s: the server's salt is empty",
		    s->mech->name);
		goto out;
	}
	buf_puts(&final, "c=biws,r=");
	buf_put(&final, c.nonce, c.nonce_len);
	buf_printf(&auth, "%s,", s->scram->first);
	buf_put(&auth, p, n);
	buf_printf(&auth, ",%s", buf_text(&final));
	if (!derive(s, &salt, c.rounds, &auth, &k)) {
		err_set(e, ERR_AUTH, "%s: OpenSSL refused", s->mech->name);
		goto out;
	}
	for (size_t i = 0; i < s->scram->size; i++)
		k.client[i] ^= k.signature[i];
	buf_put(out, final.data, final.len);
	buf_puts(out, ",p=");
	base64_encode(k.client, s->scram->size, out);
	rc = 0;
out:
	mem_wipe(&k, sizeof k);
	buf_free(&salt);
	buf_free(&auth);
	buf_free(&final);
	return rc;
}

static int
server_final(struct sasl *s, const char *p, size_t n, struct err *e)
{
	struct scram *c = s->scram;
	struct buf sig = BUF_INIT(2 * EVP_MAX_MD_SIZE);
	const char *v;
	size_t len;

	v = attribute(p, p + n, 'e', &len);
	if (v != NULL) {
		sasl_keep_error(s, v, len);
		return err_set(e, ERR_AUTH, "%s: the server said: %s",
		    s->mech->name, s->error);
	}
	v = attribute(p, p + n, 'v', &len);
	if (v != NULL && base64_decode(v, len, &sig, NULL) == 0 &&
	    sig.len == c->size)
		c->verified = CRYPTO_memcmp(sig.data, c->expect, c->size) == 0;
	buf_free(&sig);
	if (!c->verified)
		return err_set(e, ERR_TLS,
		    "%s: the server could not prove that it knows the "
		    "password; it may not be the right one",
		    s->mech->name);
	return 1;
}

int
scram_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e)
{
	switch (s->step) {
	case 0:
		return client_first(s, out);
	case 1:
		return client_final(s, c, n, out, e);
	case 2:
		return server_final(s, c, n, e);
	default:
		return sasl_unexpected(s, e);
	}
}
