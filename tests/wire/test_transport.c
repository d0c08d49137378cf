/*
 * The way to the server: stripped, tampered with, impersonated.  Every case
 * opens an account against the scripted peer; the password must not have left
 * unless TLS stood, the connection must be closed, and what the user is told
 * must be one clean sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/tls1.h>

#include "config/config.h"
#include "peer.h"
#include "store/store.h"
#include "util/mem.h"

#define PASSWORD "s3cr3t-pa55"

static struct tls_files *files;

/* One attempt to open an account. */
struct
try {
	struct peer *peer;
	struct config *config;
	struct store *store;
	struct trace *trace;
	struct err e;
	int rc;
	int asked;  /* for the password */
	int alerts; /* shown */
	char alert[200];
};

static int
give_secret(void *ctx, bool again, const char *reason, struct secret *out,
    struct err *e)
{
	struct try *t = ctx;

	(void)reason;
	t->asked++;
	if (again)
		return err_set(e, ERR_AUTH, "refused: %.100s", t->e.text);
	secret_set(out, PASSWORD, strlen(PASSWORD));
	return 0;
}

static void
show_alert(void *ctx, const char *text)
{
	struct try *t = ctx;

	t->alerts++;
	snprintf(t->alert, sizeof t->alert, "%s", text);
}

/* The script is for the first connection, and with a ! in front for all; else
 * a second one is only greeted. */
static void
play(struct peer_conn *c, void *ctx)
{
	const char *script = ctx;

	if (script[0] == '!')
		peer_play(c, script + 1);
	else if (peer_index(c) == 0)
		peer_play(c, script);
	else
		peer_play(c,
		    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\n"
		    "WAIT\n");
}

static struct config *
config_for(uint16_t port, const char *tls, const char *extra)
{
	char *text = mem_printf("[account test]\n"
				"address = ann@example.org\n"
				"receive = imap\n"
				"receive-host = localhost\n"
				"receive-port = %u\n"
				"receive-tls = %s\n"
				"user = ann\n"
				"tls-ca-file = %s\n"
				"io-timeout = 1\n"
				"%s\n",
	    (unsigned)port, tls, tls_files_ca(files), extra);
	struct config *config = NULL;
	struct err e = ERR_INIT;

	if (config_parse("test", text, &config, &e) < 0)
		fail_msg("%s", e.text);
	free(text);
	return config;
}

/* t is what the callbacks get, so it stays where it is. */
static void
open_with(struct try *t, const struct peer_opts *po, const char *tls,
    const char *extra, const char *memory, const char *script)
{
	struct store_opts o = {.memory = memory,
	    .ctx = t,
	    .secret = give_secret,
	    .alert = show_alert};

	*t = (struct try){.trace = trace_new("test")};
	t->peer = peer_start(po, play, (void *)(uintptr_t)script);
	t->config = config_for(peer_port(t->peer), tls, extra);
	o.trace = t->trace;
	o.account = config_account(t->config, 0);
	t->rc = store_open(&o, &t->store, &t->e);
}

static void
leave(struct try *t)
{
	if (t->store != NULL)
		store_ops(t->store)->close(t->store, 0);
	t->store = NULL;
	/* closed for real: the peer has heard the end */
	assert_true(peer_wait_ended(t->peer, 5000));
	peer_stop(t->peer);
	config_free(t->config);
	trace_unref(t->trace);
}

static void
no_password(void *ctx, enum trace_dir dir, double seconds, const char *line)
{
	(void)dir;
	(void)seconds;
	assert_null(strstr(line, PASSWORD));
	assert_null(strstr(line, "czNjcjN0LXBhNTU")); /* base64 of it */
	(void)ctx;
}

/* Refused, with one sentence, and nothing has leaked. */
static void
check_refused(
    struct try *t, const char *why, enum err_kind kind, const char *text)
{
	if (t->rc != -1 || t->e.kind != kind || strstr(t->e.text, text) == NULL)
		fail_msg("%s: rc %d, kind %d, \"%s\"; wanted \"%s\"", why,
		    t->rc, (int)t->e.kind, t->e.text, text);
	if (strpbrk(t->e.text, "\r\n\033\007") != NULL ||
	    strlen(t->e.text) < 10 || strlen(t->e.text) > 230)
		fail_msg("%s: no sentence: \"%s\"", why, t->e.text);
	assert_null(t->store);
	if (!peer_wait_ended(t->peer, 5000))
		fail_msg("%s: the connection is still open", why);
	if (peer_saw(t->peer, PASSWORD))
		fail_msg("%s: the password has left", why);
	if (peer_saw(t->peer, "LOGIN") || peer_saw(t->peer, "AUTHENTICATE") ||
	    peer_saw(t->peer, "APPEND") || peer_saw(t->peer, "SELECT"))
		fail_msg("%s: it went on", why);
	if (t->alerts > 0)
		fail_msg("%s: it showed \"%s\"", why, t->alert);
	trace_each(t->trace, no_password, NULL);
}

#define CAPS "S: * OK [CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN] hi\n"

/* receive-tls = starttls, and somebody in between. */
static const struct {
	const char *why, *script;
	enum err_kind kind;
	const char *text;
} stripped[] = {
    {"STARTTLS is not offered",
	"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\nWAIT\n", ERR_TLS,
	"does not offer STARTTLS"},
    {"STARTTLS is not known, and nothing was said of it",
	"S: * OK hi\n"
	"C: %a STARTTLS\n"
	"S: %a BAD unknown command\nWAIT\n",
	ERR_TLS, "refuses STARTTLS"},
    {"NO", CAPS "C: %a STARTTLS\nS: %a NO later\nWAIT\n", ERR_TLS,
	"refuses STARTTLS"},
    {"BAD", CAPS "C: %a STARTTLS\nS: %a BAD what\nWAIT\n", ERR_TLS,
	"refuses STARTTLS"},
    {"a referral instead",
	CAPS "C: %a STARTTLS\nS: %a NO [REFERRAL imap://evil.example/] go\n"
	     "WAIT\n",
	ERR_TLS, "refuses STARTTLS"},
    {"a prompt instead", CAPS "C: %a STARTTLS\nS: + go on\nWAIT\n", ERR_NET,
	"nothing arrived"},
    {"SMTP's words", CAPS "C: %a STARTTLS\nS: 454 later\nWAIT\n", ERR_NET,
	"nothing arrived"},
    {"hangs up", CAPS "C: %a STARTTLS\nCLOSE\n", ERR_NET, "closed"},
    {"BYE", CAPS "C: %a STARTTLS\nS: * BYE go away\nWAIT\n", ERR_NET, "closed"},
    {"BYE for a greeting", "S: * BYE \x1b]0;own words\x07\nWAIT\n", ERR_NET,
	"closed"},
    {"PREAUTH in clear",
	"S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome\nWAIT\n", ERR_TLS,
	"PREAUTH"},
    {"PREAUTH in clear, no capabilities", "S: * PREAUTH hi\nWAIT\n", ERR_TLS,
	"PREAUTH"},
    {"OK, and no TLS behind it",
	CAPS "C: %a STARTTLS\nS: %a OK go\nSTALL 30\nS: * OK no\nWAIT\n",
	ERR_TLS, "localhost"},
    {"injected in the OK's packet",
	CAPS "C: %a STARTTLS\n"
	     "S- %a OK\\r\\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\\r\\n\n"
	     "TLS\nWAIT\n",
	ERR_TLS, "injected"},
    {"an injected half line",
	CAPS "C: %a STARTTLS\nS- %a OK\\r\\n*\nTLS\nWAIT\n", ERR_TLS,
	"injected"},
    {"an injected tagged answer",
	CAPS "C: %a STARTTLS\nS- %a OK\\r\\ne2 OK in\\r\\n\nTLS\nWAIT\n",
	ERR_TLS, "injected"},
    {"alerts before TLS",
	"S: * OK [ALERT] Call 555-0199 now\n"
	"C: %a *\n"
	"S: * NO [ALERT] Your password is needed at evil.example\n"
	"S: %a NO [ALERT] \x1b[2Jreally\nWAIT\n",
	ERR_TLS, "STARTTLS"},
    {"no IMAP at all", "S: HTTP/1.1 400 Bad Request\nWAIT\n", ERR_PROTO,
	"no IMAP server"},
    {"a greeting without end", "S- * OK hi\nWAIT\n", ERR_NET,
	"nothing arrived"},
};

static void
stripping(void **state)
{
	struct peer_opts po = {.files = files};

	(void)state;
	for (size_t i = 0; i < sizeof stripped / sizeof *stripped; i++) {
		struct try t;

		open_with(&t, &po, "starttls", "", NULL, stripped[i].script);

		check_refused(
		    &t, stripped[i].why, stripped[i].kind, stripped[i].text);
		leave(&t);
	}
}

/* Something that was remembered of better days must not help a stripper. */
static void
stripping_with_memory(void **state)
{
	struct peer_opts po = {.files = files};

	(void)state;
	for (size_t i = 0; i < sizeof stripped / sizeof *stripped; i++) {
		struct try t;

		open_with(&t, &po, "starttls", "",
		    "imap1 before=IMAP4rev1,SASL-IR,AUTH=PLAIN "
		    "after=IMAP4rev1,CONDSTORE",
		    stripped[i].script);

		check_refused(
		    &t, stripped[i].why, stripped[i].kind, stripped[i].text);
		leave(&t);
	}
}

static const struct {
	const char *why;
	enum test_cert cert;
	int max_version;
	const char *text;
} certs[] = {
    {"expired", CERT_EXPIRED, 0, "expired on"},
    {"not yet valid", CERT_NOT_YET, 0, "not valid before"},
    {"for another host", CERT_WRONG_NAME, 0, "not for localhost"},
    {"self-signed", CERT_SELF_SIGNED, 0, "self-signed"},
    {"by an unknown CA", CERT_UNKNOWN_CA, 0, "tls-ca-file"},
    {"only the CN fits", CERT_CN_DIFFERS, 0, "not for localhost"},
    {"only a CN", CERT_CN_ALONE, 0, "not for localhost"},
    {"old TLS", CERT_GOOD, TLS1_1_VERSION, "old TLS version"},
};

static void
bad_certificates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof certs / sizeof *certs; i++) {
		struct peer_opts po = {.files = files,
		    .cert = certs[i].cert,
		    .max_version = certs[i].max_version};
		struct try t;

		open_with(&t, &po, "starttls", "", NULL,
		    CAPS "C: %a STARTTLS\nS: %a OK\nTLS\nWAIT\n");

		check_refused(&t, certs[i].why, ERR_TLS, certs[i].text);
		assert_int_equal(peer_connections(t.peer), 1);
		leave(&t);
		po.tls = true;
		open_with(&t, &po, "implicit", "", NULL, CAPS "WAIT\n");
		check_refused(&t, certs[i].why, ERR_TLS, certs[i].text);
		/* never retried, not even by another way */
		assert_int_equal(peer_connections(t.peer), 1);
		leave(&t);
	}
}

/* implicit is asked for and the server talks in clear. */
static void
clear_on_the_tls_port(void **state)
{
	struct try t;

	(void)state;
	open_with(&t, NULL, "implicit", "", NULL, CAPS "WAIT\n");
	check_refused(&t, "clear", ERR_TLS, "does not speak TLS");
	leave(&t);
}

/* All that was said in clear is forgotten: the log in goes by what is said
 * under TLS, and the folder by what SELECT says. */
static void
tampering(void **state)
{
	struct peer_opts po = {.files = files};
	struct folder_state st = {.exists = 99};
	struct try t;

	(void)state;
	open_with(&t, &po, "starttls", "", NULL,
	    "S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=CRAM-MD5] hi\n"
	    "S: * LIST () \"/\" evil\n"
	    "S: * STATUS INBOX (MESSAGES 4000000000)\n"
	    "S: * 4000000000 EXISTS\n"
	    "S: * 1 FETCH (UID 666 FLAGS (\\Deleted))\n"
	    "S: * VANISHED 1:*\n"
	    "S: * ENABLED QRESYNC CONDSTORE\n"
	    "S: * OK [UIDVALIDITY 666] x\n"
	    "S: * OK [PERMANENTFLAGS ()] x\n"
	    "S: * SEARCH 1 2 3\n"
	    "S: * CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED AUTH=CRAM-MD5 "
	    "COMPRESS=DEFLATE LITERAL+ LOGIN-REFERRALS\n"
	    "C: %a STARTTLS\n"
	    "S: * 17 EXISTS\n"
	    "S: %a OK [CAPABILITY IMAP4rev1 QRESYNC AUTH=CRAM-MD5] go\n"
	    "TLS\n"
	    "C: %b CAPABILITY\n"
	    "S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\n"
	    "S: %b OK\n"
	    "C: %c AUTHENTICATE PLAIN *\n"
	    "S: * OK [ALERT] real words\n"
	    "S: %c OK [CAPABILITY IMAP4rev1] in\n"
	    "C: %d SELECT \"INBOX\"\n"
	    "S: * FLAGS (\\Seen)\n"
	    "S: * 2 EXISTS\n"
	    "S: * OK [UIDVALIDITY 7] x\n"
	    "S: * OK [UIDNEXT 3] x\n"
	    "S: %d OK [READ-WRITE] done\n"
	    "WAIT\n");
	if (t.rc < 0)
		fail_msg("%s", t.e.text);
	assert_true(peer_connections(t.peer) == 1);
	assert_memory_equal(store_tls_text(t.store), "TLSv1.", 6);
	if (store_ops(t.store)->select(
		t.store, "INBOX", NULL, NULL, &st, &t.e) < 0)
		fail_msg("%s", t.e.text);
	assert_int_equal(st.exists, 2);
	assert_int_equal(st.uidvalidity, 7);
	assert_int_equal(t.alerts, 1);
	assert_string_equal(t.alert, "real words");
	store_ops(t.store)->close(t.store, 0);
	t.store = NULL;
	/* the control: under TLS the password does leave, and is seen */
	assert_true(peer_saw(t.peer, PASSWORD));
	assert_false(peer_saw(t.peer, "COMPRESS"));
	trace_each(t.trace, no_password, NULL);
	leave(&t);
}

/* Where TLS is right but the way to log in is not. */
static const struct {
	const char *why, *auth, *memory, *script;
	enum err_kind kind;
	const char *text;
} downgrades[] = {
    {"LOGINDISABLED", "auto", NULL,
	"S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\nWAIT\n", ERR_TLS,
	"does not allow to log in"},
    {"LOGINDISABLED, asked for", "auto", NULL,
	"S: * OK hi\nC: %a CAPABILITY\n"
	"S: * CAPABILITY IMAP4rev1 LOGINDISABLED\nS: %a OK\nWAIT\n",
	ERR_TLS, "does not allow to log in"},
    {"LOGINDISABLED, auth = login", "login", NULL,
	"S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\nWAIT\n", ERR_TLS,
	"does not allow to log in"},
    {"LOGINDISABLED beats what was remembered", "auto",
	"imap1 before=IMAP4rev1,SASL-IR,AUTH=PLAIN",
	"S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\nWAIT\n", ERR_TLS,
	"does not allow to log in"},
    {"LOGINDISABLED was remembered", "auto",
	"imap1 before=IMAP4rev1,LOGINDISABLED",
	"S: * OK hi\nC: %a CAPABILITY\n"
	"S: * CAPABILITY IMAP4rev1 LOGINDISABLED\nS: %a OK\nWAIT\n",
	ERR_TLS, "does not allow to log in"},
    {"a proof was asked for, and is not offered", "scram-sha-256", NULL,
	"S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN] hi\n"
	"WAIT\n",
	ERR_AUTH, "SCRAM-SHA-256"},
    {"a proof was asked for, and there is no SASL at all", "scram-sha-256",
	NULL, "S: * OK [CAPABILITY IMAP4rev1] hi\nWAIT\n", ERR_AUTH, ""},
    {"only mechanisms that nobody knows", "auto", NULL,
	"S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=NTLM] hi\nWAIT\n",
	ERR_AUTH, "NTLM"},
};

static void
downgrade(void **state)
{
	struct peer_opts po = {.files = files, .tls = true};

	(void)state;
	for (size_t i = 0; i < sizeof downgrades / sizeof *downgrades; i++) {
		char *extra = mem_printf("auth = %s", downgrades[i].auth);
		struct try t;

		open_with(&t, &po, "implicit", extra, downgrades[i].memory,
		    downgrades[i].script);

		check_refused(&t, downgrades[i].why, downgrades[i].kind,
		    downgrades[i].text);
		leave(&t);
		free(extra);
	}
}

/* SCRAM: the password itself never travels, a server that cannot prove that
 * it knows it is not believed, and OK alone is no proof. */
static void
unproven_server(void **state)
{
	static const char *const scripts[] = {
	    "!S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256] hi\n"
	    "C: %a AUTHENTICATE SCRAM-SHA-256 *\n"
	    "S: %a OK [CAPABILITY IMAP4rev1] come in\nWAIT\n",
	    "!S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256] hi\n"
	    "C: %a AUTHENTICATE SCRAM-SHA-256 *\n"
	    "S: + cj1ub3QteW91cnMscz1RU1hDUitRNnNlazhiZjkyLGk9NDA5Ng==\n"
	    "C: *\n"
	    "S: %a BAD cancelled\nWAIT\n",
	};
	static const enum err_kind kinds[] = {ERR_TLS, ERR_PROTO};
	struct peer_opts po = {.files = files, .tls = true};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct try t;

		open_with(&t, &po, "implicit", "auth = scram-sha-256", NULL,
		    scripts[i]);

		assert_int_equal(t.rc, -1);
		if (t.e.kind != kinds[i])
			fail_msg("kind %d: %s", (int)t.e.kind, t.e.text);
		assert_false(peer_saw(t.peer, PASSWORD));
		trace_each(t.trace, no_password, NULL);
		leave(&t);
	}
}

static char *
refer(const char *template, uint16_t port)
{
	const char *at = strchr(template, '#');

	return mem_printf(
	    "%.*s%u%s", (int)(at - template), template, (unsigned)port, at + 1);
}

/* A referral is an invitation to take the password elsewhere. */
static void
referrals(void **state)
{
	static const char *const answers[] = {
	    "NO [REFERRAL imap://localhost:#/] go there",
	    "NO [REFERRAL imap://ann;AUTH=*@localhost:#/INBOX] go there",
	    "OK [REFERRAL imap://localhost:#/] better there",
	};
	struct peer_opts po = {.files = files, .tls = true};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct peer *evil = peer_start(&po, play,
		    (void *)(uintptr_t) "S: * OK [CAPABILITY IMAP4rev1 "
					"SASL-IR AUTH=PLAIN] hi\nWAIT\n");
		char *answer, *script;
		struct try t;

		answer = refer(answers[i], peer_port(evil));
		script = mem_printf(
		    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN "
		    "LOGIN-REFERRALS MAILBOX-REFERRALS] hi\n"
		    "C: %%a AUTHENTICATE PLAIN *\nS: %%a %s\nWAIT\n",
		    answer);
		open_with(&t, &po, "implicit", "", NULL, script);
		assert_int_equal(t.rc, answer[0] == 'O' ? 0 : -1);
		if (t.rc < 0)
			assert_int_equal(t.e.kind, ERR_AUTH);
		leave(&t);
		assert_int_equal(peer_connections(evil), 0);
		peer_stop(evil);
		free(answer);
		free(script);
	}
}

/* COMPRESS is offered everywhere, and taken nowhere. */
static void
deflate(void **state)
{
	struct peer_opts po = {.files = files, .tls = true};
	struct folder_state st;
	struct try t;

	(void)state;
	open_with(&t, &po, "implicit", "", NULL,
	    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN "
	    "COMPRESS=DEFLATE] hi\n"
	    "C: %a AUTHENTICATE PLAIN *\n"
	    "S: %a OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in\n"
	    "C: %b SELECT \"INBOX\"\n"
	    "S: * 0 EXISTS\n"
	    "S: * OK [UIDVALIDITY 7] x\n"
	    "S: %b OK [READ-WRITE] done\n"
	    "WAIT\n");
	if (t.rc < 0 || store_ops(t.store)->select(
			    t.store, "INBOX", NULL, NULL, &st, &t.e) < 0)
		fail_msg("%s", t.e.text);
	store_ops(t.store)->close(t.store, 0);
	t.store = NULL;
	assert_false(peer_saw(t.peer, "COMPRESS"));
	leave(&t);
}

/* A wrong password: asked for again once, told why, nothing more. */
static void
wrong_password(void **state)
{
	struct peer_opts po = {.files = files, .tls = true};
	struct try t;

	(void)state;
	open_with(&t, &po, "implicit", "", NULL,
	    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\n"
	    "C: %a AUTHENTICATE PLAIN *\n"
	    "S: %a NO [AUTHENTICATIONFAILED] \x1b[31mno\nWAIT\n");
	assert_int_equal(t.rc, -1);
	assert_int_equal(t.e.kind, ERR_AUTH);
	assert_null(strchr(t.e.text, '\033'));
	assert_int_equal(t.asked, 2);
	assert_null(strstr(t.e.text, PASSWORD));
	trace_each(t.trace, no_password, NULL);
	leave(&t);
}

static int
set_up(void **state)
{
	(void)state;
	files = tls_files_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tls_files_free(files);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stripping),
	    cmocka_unit_test(stripping_with_memory),
	    cmocka_unit_test(bad_certificates),
	    cmocka_unit_test(clear_on_the_tls_port),
	    cmocka_unit_test(tampering),
	    cmocka_unit_test(downgrade),
	    cmocka_unit_test(unproven_server),
	    cmocka_unit_test(referrals),
	    cmocka_unit_test(deflate),
	    cmocka_unit_test(wrong_password),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
