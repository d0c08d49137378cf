/* The mechanisms without arithmetic, and CRAM-MD5. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sasl_int.h"
#include "util/mem.h"

/* Every answer is made in a buffer of its own that is wiped, and copied to
 * `out` in one piece. */
static void
send_wiped(struct buf *answer, struct buf *out)
{
	buf_put(out, answer->data, answer->len);
	buf_wipe(answer);
}

int
plain_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e)
{
	size_t user = strlen(s->user), len = user + s->secret.len + 2;
	char *text;

	(void)c;
	(void)n;
	if (s->step > 0)
		return sasl_unexpected(s, e);
	text = mem_alloc(len);
	text[0] = '\0';
	memcpy(text + 1, s->user, user);
	text[1 + user] = '\0';
	memcpy(text + 2 + user, s->secret.data, s->secret.len);
	buf_put(out, text, len);
	mem_wipe(text, len);
	free(text);
	return 1;
}

/* Servers prompt in words of their own; only the order is certain. */
int
login_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e)
{
	(void)c;
	(void)n;
	if (s->step == 0) {
		buf_puts(out, s->user);
		return 0;
	}
	if (s->step > 1)
		return sasl_unexpected(s, e);
	buf_put(out, s->secret.data, s->secret.len);
	return 1;
}

int
cram_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (s->step > 0)
		return sasl_unexpected(s, e);
	if (n == 0)
		return err_set(
		    e, ERR_PROTO, "CRAM-MD5: the server's challenge is empty");
	if (HMAC(EVP_md5(), s->secret.data, (int)s->secret.len,
		(const unsigned char *)c, n, mac, &len) == NULL)
		return err_set(
		    e, ERR_AUTH, "CRAM-MD5: this system forbids MD5");
	buf_puts(out, s->user);
	buf_putc(out, ' ');
	for (unsigned i = 0; i < len; i++)
		buf_printf(out, "%02x", mac[i]);
	return 1;
}

int
external_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e)
{
	(void)c;
	(void)n;
	if (s->step > 0)
		return sasl_unexpected(s, e);
	buf_puts(out, s->user);
	return 1;
}

/* A refused token brings a challenge with the reason in JSON, and the server
 * says NO only after an answer that means nothing. */
static int
take_oauth_error(struct sasl *s, const char *c, size_t n, const char *dummy,
    struct buf *out, struct err *e)
{
	if (s->step > 1)
		return sasl_unexpected(s, e);
	sasl_keep_error(s, c, n);
	buf_puts(out, dummy);
	return 1;
}

int
xoauth2_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e)
{
	struct buf b = BUF_INIT(SASL_ANSWER_MAX);

	if (s->step > 0)
		return take_oauth_error(s, c, n, "", out, e);
	buf_printf(
	    &b, "user=%s\001auth=Bearer %s\001\001", s->user, s->secret.data);
	send_wiped(&b, out);
	return 1;
}

int
oauthbearer_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e)
{
	struct buf b = BUF_INIT(SASL_ANSWER_MAX);

	if (s->step > 0)
		return take_oauth_error(s, c, n, "\001", out, e);
	buf_puts(&b, "n,a=");
	sasl_put_name(&b, s->user);
	buf_printf(&b, ",\001host=%s\001port=%u\001auth=Bearer %s\001\001",
	    s->host, (unsigned)s->port, s->secret.data);
	send_wiped(&b, out);
	return 1;
}
