#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sasl_int.h"
#include "util/mem.h"
#include "util/utf8.h"

static const struct sasl_mech mechs[] = {
    {.name = "PLAIN",
	.client_first = true,
	.reveals = true,
	.step = plain_step},
    {.name = "SCRAM-SHA-256",
	.client_first = true,
	.digest = "SHA256",
	.step = scram_step},
    {.name = "SCRAM-SHA-1",
	.client_first = true,
	.digest = "SHA1",
	.step = scram_step},
    {.name = "CRAM-MD5", .step = cram_step},
    {.name = "LOGIN", .reveals = true, .step = login_step},
    {.name = "EXTERNAL", .client_first = true, .step = external_step},
    {.name = "XOAUTH2",
	.client_first = true,
	.token = true,
	.reveals = true,
	.step = xoauth2_step},
    {.name = "OAUTHBEARER",
	.client_first = true,
	.token = true,
	.reveals = true,
	.step = oauthbearer_step},
};

/* auto: the secret itself where nobody can listen, since every server takes
 * it; elsewhere the proofs first. */
static const char *const safe_order[] = {
    "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "LOGIN", NULL};
static const char *const open_order[] = {
    "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", NULL};

static const struct sasl_mech *
find(const char *name)
{
	for (size_t i = 0; i < sizeof mechs / sizeof *mechs; i++)
		if (strcasecmp(mechs[i].name, name) == 0)
			return &mechs[i];
	return NULL;
}

static bool
is_offered(const char *offered, const char *name)
{
	size_t len = strlen(name);

	if (offered == NULL)
		return true;
	for (;;) {
		size_t n;

		offered += strspn(offered, " ");
		n = strcspn(offered, " ");
		if (n == 0)
			return false;
		if (n == len && strncasecmp(offered, name, n) == 0)
			return true;
		offered += n;
	}
}

static int
say_offer(const char *offered, const char *what, struct err *e)
{
	struct buf clean = BUF_INIT(8192);

	utf8_clean(&clean, offered, strnlen(offered, 100), CLEAN_LINE);
	if (clean.len == 0)
		err_set(e, ERR_AUTH, "the server offers no way to log in");
	else
		err_set(e, ERR_AUTH,
		    "the server does not offer %s; it offers %s", what,
		    buf_text(&clean));
	buf_free(&clean);
	return -1;
}

static const char *
pick_named(
    const char *want, const char *offered, bool may_reveal, struct err *e)
{
	const struct sasl_mech *m = find(want);

	if (m == NULL) {
		err_set(e, ERR_INPUT, "\"%s\" is not a way to log in", want);
		return NULL;
	}
	if (m->reveals && !may_reveal) {
		err_set(e, ERR_AUTH,
		    "%s would send the secret over a connection that is not "
		    "encrypted",
		    m->name);
		return NULL;
	}
	if (!is_offered(offered, m->name)) {
		say_offer(offered, m->name, e);
		return NULL;
	}
	return m->name;
}

const char *
sasl_pick(const char *want, const char *offered, bool secure, bool cleartext_ok,
    struct err *e)
{
	const char *const *order = secure ? safe_order : open_order;
	bool may_reveal = secure || cleartext_ok, hidden = false;

	if (want != NULL && strcasecmp(want, "auto") != 0)
		return pick_named(want, offered, may_reveal, e);
	for (; *order != NULL; order++) {
		const struct sasl_mech *m = find(*order);

		if (!is_offered(offered, m->name))
			continue;
		if (!m->reveals || may_reveal)
			return m->name;
		hidden = true;
	}
	if (hidden)
		err_set(e, ERR_AUTH,
		    "the server wants the password itself, and the connection "
		    "is not encrypted");
	else
		say_offer(offered, "a way to log in that is known here", e);
	return NULL;
}

/* What would end a field early in some mechanism, or be mapped by SASLprep. */
static bool
has_controls(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return true;
	return false;
}

static int
check(const struct sasl_mech *m, const struct sasl_login *l, struct err *e)
{
	bool needs_user = strcmp(m->name, "EXTERNAL") != 0;

	if (needs_user && (l->user == NULL || l->user[0] == '\0'))
		return err_set(e, ERR_AUTH, "%s needs a user's name", m->name);
	if (l->user != NULL && has_controls(l->user, strlen(l->user)))
		return err_set(
		    e, ERR_INPUT, "the user's name has a control character");
	if (needs_user && (l->secret == NULL || !secret_is_set(l->secret)))
		return err_set(e, ERR_AUTH, "there is no %s",
		    m->token ? "token" : "password");
	if (needs_user && has_controls(l->secret->data, l->secret->len))
		return err_set(e, ERR_INPUT,
		    "the %s has a control character in it",
		    m->token ? "token" : "password");
	if (needs_user &&
	    l->secret->len + strlen(l->user) * 3 > SASL_ANSWER_MAX / 4)
		return err_set(e, ERR_LIMIT, "the %s is longer than %d bytes",
		    m->token ? "token" : "password", SASL_ANSWER_MAX / 4);
	return 0;
}

struct sasl *
sasl_new(const char *mech, const struct sasl_login *login, struct err *e)
{
	const struct sasl_mech *m = find(mech);
	struct sasl *s;

	if (m == NULL) {
		err_set(e, ERR_INPUT, "\"%s\" is not a way to log in", mech);
		return NULL;
	}
	if (check(m, login, e) < 0)
		return NULL;
	s = mem_zalloc(sizeof *s);
	s->mech = m;
	s->user = mem_str(login->user != NULL ? login->user : "");
	s->host = mem_str(login->host != NULL ? login->host : "");
	s->port = login->port;
	if (login->secret != NULL)
		secret_copy(&s->secret, login->secret);
	if (m->digest != NULL && scram_new(s, e) < 0) {
		sasl_free(s);
		return NULL;
	}
	return s;
}

struct sasl *
sasl_example(uint8_t which, const char *nonce)
{
	char word[] = "pencil";
	struct secret secret = {.data = word, .len = strlen(word)};
	struct sasl_login login = {.user = "ann", .secret = &secret};
	size_t i = (size_t)(which - '0') % (sizeof mechs / sizeof *mechs);
	struct sasl *s = sasl_new(mechs[i].name, &login, NULL);

	if (s != NULL && s->scram != NULL)
		scram_set_nonce(s, nonce);
	return s;
}

void
sasl_free(struct sasl *s)
{
	if (s == NULL)
		return;
	secret_free(&s->secret);
	scram_free(s->scram);
	free(s->user);
	free(s->host);
	free(s->error);
	free(s);
}

const char *
sasl_mech(const struct sasl *s)
{
	return s->mech->name;
}

bool
sasl_client_first(const struct sasl *s)
{
	return s->mech->client_first;
}

int
sasl_step(struct sasl *s, const char *challenge, size_t n, struct buf *out,
    struct err *e)
{
	int rc;

	if (s->over)
		return sasl_unexpected(s, e);
	if (n > SASL_CHALLENGE_MAX)
		rc = err_set(e, ERR_LIMIT,
		    "%s: the server's challenge is longer than %d bytes",
		    s->mech->name, SASL_CHALLENGE_MAX);
	else
		rc = s->mech->step(
		    s, challenge != NULL ? challenge : "", n, out, e);
	s->step++;
	s->over = rc < 0;
	return rc;
}

int
sasl_done(struct sasl *s, struct err *e)
{
	if (s->scram != NULL && !scram_verified(s->scram))
		return err_set(e, ERR_TLS,
		    "%s: the server did not prove that it knows the password; "
		    "it may not be the right one",
		    s->mech->name);
	return 0;
}

const char *
sasl_error(const struct sasl *s)
{
	return s->error;
}

void
sasl_put_name(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == ',')
			buf_puts(out, "=2C");
		else if (*name == '=')
			buf_puts(out, "=3D");
		else
			buf_putc(out, *name);
	}
}

void
sasl_keep_error(struct sasl *s, const char *p, size_t n)
{
	struct buf clean = BUF_INIT(4096);

	utf8_clean(&clean, p, n < 160 ? n : 160, CLEAN_LINE);
	free(s->error);
	s->error = mem_str(buf_text(&clean));
	buf_free(&clean);
}

int
sasl_unexpected(const struct sasl *s, struct err *e)
{
	return err_set(e, ERR_PROTO,
	    "%s: the server asks for more than there is to say", s->mech->name);
}
