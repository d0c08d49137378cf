#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sasl_int.h"
#include "util/mem.h"

static struct secret
secret_of(const char *text)
{
	struct secret s = SECRET_INIT;

	secret_set(&s, text, strlen(text));
	return s;
}

static struct sasl *
begin(const char *mech, const char *user, const char *password)
{
	struct secret secret = secret_of(password);
	struct sasl_login l = {.user = user,
	    .secret = &secret,
	    .host = "server.example.com",
	    .port = 143};
	struct err e = ERR_INIT;
	struct sasl *s = sasl_new(mech, &l, &e);

	if (s == NULL)
		fail_msg("%s", e.text);
	secret_free(&secret);
	return s;
}

/* An exact heap copy without NUL, so that a read past the end is seen. */
static int
step(struct sasl *s, const char *challenge, struct buf *out, struct err *e)
{
	size_t n = challenge != NULL ? strlen(challenge) : 0;
	char *copy = challenge != NULL ? mem_dup(challenge, n) : NULL;
	int rc;

	buf_cut(out, 0);
	rc = sasl_step(s, copy, n, out, e);
	free(copy);
	return rc;
}

static void
base64(void **state)
{
	static const struct {
		const char *why, *plain, *text;
	} cases[] = {
	    {"RFC 4648: nothing", "", ""},
	    {"RFC 4648: two pads", "f", "Zg=="},
	    {"RFC 4648: one pad", "fo", "Zm8="},
	    {"RFC 4648: no pad", "foo", "Zm9v"},
	    {"RFC 4648: longer", "foobar", "Zm9vYmFy"},
	    {"high bytes, + and /", "\xfb\xff\xbf", "+/+/"},
	};
	static const struct {
		const char *why, *text;
	} bad[] = {
	    {"cut short", "Zg="},
	    {"a letter that is none", "Zg*="},
	    {"a pad in the middle", "Zg==Zg=="},
	    {"a pad first", "=AAA"},
	    {"three pads", "Z==="},
	    {"only pads", "===="},
	    {"a blank", "Zm9 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = BUF_INIT(100), back = BUF_INIT(100);

		base64_encode(cases[i].plain, strlen(cases[i].plain), &b);
		assert_string_equal(buf_text(&b), cases[i].text);
		assert_int_equal(
		    base64_decode(buf_text(&b), b.len, &back, NULL), 0);
		assert_string_equal(buf_text(&back), cases[i].plain);
		buf_free(&b);
		buf_free(&back);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf b = BUF_INIT(100);
		struct err e = ERR_INIT;

		buf_puts(&b, "kept");
		if (base64_decode(bad[i].text, strlen(bad[i].text), &b, &e) !=
		    -1)
			fail_msg("%s: accepted", bad[i].why);
		assert_string_equal(buf_text(&b), "kept");
		assert_int_equal(e.kind, ERR_PROTO);
		buf_free(&b);
	}
}

/* Tables write the octets 0 and 1 as ^0 and ^1. */
static void
assert_same(const struct buf *got, const char *want)
{
	struct buf b = BUF_INIT(4096);

	for (size_t i = 0; i < got->len; i++) {
		if (got->data[i] == 0 || got->data[i] == 1)
			buf_printf(&b, "^%d", got->data[i]);
		else
			buf_putc(&b, got->data[i]);
	}
	assert_string_equal(buf_text(&b), want);
	buf_free(&b);
}

static void
vectors(void **state)
{
	static const struct {
		const char *why, *mech, *user, *password, *nonce;
		const char *in[3], *out[3]; /* in order; NULL: done */
	} cases[] = {
	    {"RFC 4616", "PLAIN", "tim", "tanstaaftanstaaf", NULL, {NULL},
		{"^0tim^0tanstaaftanstaaf"}},
	    {"a server that wants nothing first", "plain", "tim", "x", NULL,
		{""}, {"^0tim^0x"}},
	    {"LOGIN goes by order, not by words", "LOGIN", "tim", "pw", NULL,
		{"Username:", "Password:"}, {"tim", "pw"}},
	    {"RFC 2195", "CRAM-MD5", "tim", "tanstaaftanstaaf", NULL,
		{"<1896.697170952@postoffice.reston.mci.net>"},
		{"tim b913a602c7eda7a495b4e6e7334d3890"}},
	    {"RFC 5802 section 5", "SCRAM-SHA-1", "user", "pencil",
		"fyko+d2lbbFgONRv9qkxdawL",
		{NULL,
		    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
		    "s=QSXCR+Q6sek8bf92,i=4096",
		    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
		{"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
		    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
		    "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
		    ""}},
	    {"RFC 7677 section 3", "SCRAM-SHA-256", "user", "pencil",
		"rOprNGfwEbeRWgbNEkqO",
		{NULL,
		    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
		    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
		{"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
		    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)"
		    "hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		    ""}},
	    {"RFC 4422: the name that is asked for", "EXTERNAL", "ann", "-",
		NULL, {NULL}, {"ann"}},
	    {"XOAUTH2 as its inventor has it", "XOAUTH2",
		"someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHR", NULL,
		{NULL},
		{"user=someuser@example.com^1auth=Bearer "
		 "ya29.vF9dft4qmTc2Nvb3RlckBhdHR^1^1"}},
	    {"RFC 7628 section 4.1", "OAUTHBEARER", "user@example.com",
		"vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==", NULL, {NULL},
		{"n,a=user@example.com,^1host=server.example.com^1"
		 "port=143^1auth=Bearer "
		 "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==^1^1"}},
	    {"names are escaped", "OAUTHBEARER", "a,b=c", "t", NULL, {NULL},
		{"n,a=a=2Cb=3Dc,^1host=server.example.com^1port=143^1"
		 "auth=Bearer t^1^1"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sasl *s = begin(
		    cases[i].mech, cases[i].user, cases[i].password);
		struct buf out = BUF_INIT(65536);
		struct err e = ERR_INIT;
		int rc = 0;

		if (cases[i].nonce != NULL)
			scram_set_nonce(s, cases[i].nonce);
		for (int k = 0; k < 3 && cases[i].out[k] != NULL; k++) {
			rc = step(s, cases[i].in[k], &out, &e);
			if (rc < 0)
				fail_msg("%s: %s", cases[i].why, e.text);
			assert_same(&out, cases[i].out[k]);
		}
		if (rc != 1)
			fail_msg("%s: not complete", cases[i].why);
		assert_int_equal(sasl_done(s, &e), 0);
		assert_int_equal(step(s, "more", &out, &e),
		    strstr(cases[i].mech, "OAUTH") != NULL ? 1 : -1);
		buf_free(&out);
		sasl_free(s);
	}
}

static void
scram_server_lies(void **state)
{
#define N    "fyko+d2lbbFgONRv9qkxdawL"
#define GOOD "r=" N "3rfc,s=QSXCR+Q6sek8bf92,i=4096"
	static const struct {
		const char *why, *first, *final;
		enum err_kind kind;
	} cases[] = {
	    {"nothing", "", NULL, ERR_PROTO},
	    {"somebody else's nonce", "r=xyz,s=QSXCR+Q6sek8bf92,i=4096", NULL,
		ERR_PROTO},
	    {"our nonce without theirs", "r=" N ",s=QSXCR+Q6sek8bf92,i=4096",
		NULL, ERR_PROTO},
	    {"a prefix of our nonce", "r=fyko,s=QSXCR+Q6sek8bf92,i=4096", NULL,
		ERR_PROTO},
	    {"an extension that is mandatory",
		"m=x,r=" N "3rfc,s=QSXCR+Q6sek8bf92,i=4096", NULL, ERR_PROTO},
	    {"no salt", "r=" N "3rfc,i=4096", NULL, ERR_PROTO},
	    {"an empty salt", "r=" N "3rfc,s=,i=4096", NULL, ERR_PROTO},
	    {"a salt that is no base64", "r=" N "3rfc,s=!!!!,i=4096", NULL,
		ERR_PROTO},
	    {"no rounds", "r=" N "3rfc,s=QSXCR+Q6sek8bf92", NULL, ERR_PROTO},
	    {"one round makes the password easy to guess",
		"r=" N "3rfc,s=QSXCR+Q6sek8bf92,i=1", NULL, ERR_PROTO},
	    {"rounds for hours", "r=" N "3rfc,s=QSXCR+Q6sek8bf92,i=99999999",
		NULL, ERR_PROTO},
	    {"rounds that wrap", "r=" N "3rfc,s=QSXCR+Q6sek8bf92,i=4294971392",
		NULL, ERR_PROTO},
	    {"rounds below zero", "r=" N "3rfc,s=QSXCR+Q6sek8bf92,i=-4096",
		NULL, ERR_PROTO},
	    {"ends behind the key", "r=", NULL, ERR_PROTO},
	    {"ends in a comma", "r=" N "3rfc,", NULL, ERR_PROTO},
	    {"another server's proof", GOOD,
		"v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", ERR_TLS},
	    {"half a proof", GOOD, "v=rmF9pqV8S7suAoZWja4=", ERR_TLS},
	    {"a proof without end", GOOD,
		"v=rmF9pqV8S7suAoZWja4dJRkFsKQAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		ERR_TLS},
	    {"no proof", GOOD, "", ERR_TLS},
	    {"the server's own no", GOOD, "e=invalid-proof", ERR_AUTH},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sasl *s = begin("SCRAM-SHA-1", "user", "pencil");
		struct buf out = BUF_INIT(65536);
		struct err e = ERR_INIT;
		int rc;

		scram_set_nonce(s, N);
		assert_int_equal(step(s, NULL, &out, &e), 0);
		rc = step(s, cases[i].first, &out, &e);
		if (cases[i].final != NULL) {
			assert_int_equal(rc, 0);
			rc = step(s, cases[i].final, &out, &e);
		}
		if (rc != -1 || e.kind != cases[i].kind)
			fail_msg("%s: rc %d, %s", cases[i].why, rc, e.text);
		/* nothing after a failure, and never "done" */
		assert_int_equal(step(s, GOOD, &out, &e), -1);
		assert_int_equal(sasl_done(s, &e), -1);
		assert_int_equal(e.kind, ERR_TLS);
		buf_free(&out);
		sasl_free(s);
	}
}

/* A server that says OK before it proved itself is not believed. */
static void
scram_without_final(void **state)
{
	struct sasl *s = begin("SCRAM-SHA-256", "user", "pencil");
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(step(s, NULL, &out, &e), 0);
	assert_int_equal(sasl_done(s, &e), -1);
	assert_int_equal(e.kind, ERR_TLS);
	buf_free(&out);
	sasl_free(s);
}

static void
nonces_differ(void **state)
{
	struct sasl *a = begin("SCRAM-SHA-1", "u", "p"),
		    *b = begin("SCRAM-SHA-1", "u", "p");
	struct buf x = BUF_INIT(1000), y = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(step(a, NULL, &x, &e), 0);
	assert_int_equal(step(b, NULL, &y, &e), 0);
	assert_string_not_equal(buf_text(&x), buf_text(&y));
	buf_free(&x);
	buf_free(&y);
	sasl_free(a);
	sasl_free(b);
}

static void
oauth_error(void **state)
{
	static const struct {
		const char *mech, *dummy;
	} cases[] = {{"XOAUTH2", ""}, {"OAUTHBEARER", "\001"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sasl *s = begin(cases[i].mech, "u", "t");
		struct buf out = BUF_INIT(65536);
		struct err e = ERR_INIT;

		assert_int_equal(step(s, NULL, &out, &e), 1);
		assert_null(sasl_error(s));
		assert_int_equal(
		    step(s, "{\"status\":\"401\"\033[2J}", &out, &e), 1);
		assert_string_equal(buf_text(&out), cases[i].dummy);
		assert_non_null(strstr(sasl_error(s), "401"));
		assert_null(strchr(sasl_error(s), '\033'));
		assert_int_equal(step(s, "{}", &out, &e), -1);
		buf_free(&out);
		sasl_free(s);
	}
}

static void
pick(void **state)
{
	static const struct {
		const char *why, *want, *offered;
		bool secure, cleartext;
		const char *pick; /* NULL: refused */
	} cases[] = {
	    {"nobody listens: the plainest", "auto",
		"SCRAM-SHA-256 PLAIN LOGIN", true, false, "PLAIN"},
	    {"nothing said yet", "auto", NULL, true, false, "PLAIN"},
	    {"nothing said yet, in clear: a proof", "auto", NULL, false, false,
		"SCRAM-SHA-256"},
	    {"in clear: the best proof", "auto",
		"PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256", false, false,
		"SCRAM-SHA-256"},
	    {"in clear: the next proof", "auto", "PLAIN CRAM-MD5", false, false,
		"CRAM-MD5"},
	    {"in clear, only the password itself", "auto", "PLAIN LOGIN", false,
		false, NULL},
	    {"the same, and the user allows it", "auto", "PLAIN LOGIN", false,
		true, "PLAIN"},
	    {"LOGIN where there is nothing else", "auto", "LOGIN", true, false,
		"LOGIN"},
	    {"the user's own choice", "scram-sha-1", "PLAIN SCRAM-SHA-1", true,
		false, "SCRAM-SHA-1"},
	    {"a choice that is not offered", "cram-md5", "PLAIN", true, false,
		NULL},
	    {"a choice that would reveal", "plain", "PLAIN", false, false,
		NULL},
	    {"a token reveals as much", "xoauth2", "XOAUTH2", false, false,
		NULL},
	    {"a token under TLS", "oauthbearer", "OAUTHBEARER", true, false,
		"OAUTHBEARER"},
	    {"a proof may go in clear", "scram-sha-256", "SCRAM-SHA-256", false,
		false, "SCRAM-SHA-256"},
	    {"no such thing", "ntlm", "NTLM", true, false, NULL},
	    {"nothing is offered", "auto", "", true, false, NULL},
	    {"a prefix is another name", "auto", "SCRAM-SHA-256-PLUS X", true,
		false, NULL},
	    {"case does not matter", "auto", "plain", true, false, "PLAIN"},
	    {"certificates only when asked for", "auto", "EXTERNAL", true,
		false, NULL},
	    {"asked for", "external", "EXTERNAL", true, false, "EXTERNAL"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = ERR_INIT;
		const char *got = sasl_pick(cases[i].want, cases[i].offered,
		    cases[i].secure, cases[i].cleartext, &e);

		if ((got == NULL) != (cases[i].pick == NULL) ||
		    (got != NULL && strcmp(got, cases[i].pick) != 0))
			fail_msg("%s: got %s", cases[i].why,
			    got != NULL ? got : e.text);
		if (got == NULL)
			assert_true(strlen(e.text) > 10);
	}
}

static void
refused_logins(void **state)
{
	static const struct {
		const char *why, *mech, *user, *password;
	} cases[] = {
	    {"a line end in the name", "PLAIN", "a\r\nb", "p"},
	    {"a field end in the token", "XOAUTH2", "a", "t\001auth=x"},
	    {"no name", "PLAIN", "", "p"},
	    {"no password", "SCRAM-SHA-1", "a", ""},
	    {"no mechanism", "", "a", "p"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct secret secret = secret_of(cases[i].password);
		struct sasl_login l = {
		    .user = cases[i].user, .secret = &secret};
		struct err e = ERR_INIT;

		if (cases[i].password[0] == '\0')
			secret_free(&secret);
		if (sasl_new(cases[i].mech, &l, &e) != NULL)
			fail_msg("%s: accepted", cases[i].why);
		assert_true(e.text[0] != '\0');
		secret_free(&secret);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(base64),
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(scram_server_lies),
	    cmocka_unit_test(scram_without_final),
	    cmocka_unit_test(nonces_differ),
	    cmocka_unit_test(oauth_error),
	    cmocka_unit_test(pick),
	    cmocka_unit_test(refused_logins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
