/* Opening an IMAP account: what is said before there is mail. */
#include "imap_wire.h"
#include "net/trace.h"
#include "peer.h"

#define HELLO "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
#define PLAIN "AGFubgBzZXNhbWU=" /* ann, sesame */
#define AGAIN "AGFubgBvcGVu"     /* ann, open */
#define BOX                                                                    \
	"S: * FLAGS (\\Seen)\n"                                                \
	"S: * 3 EXISTS\n"                                                      \
	"S: * OK [UIDVALIDITY 7] x\n"                                          \
	"S: * OK [UIDNEXT 10] x\n"

struct play {
	const char *why;
	const char *plays[4]; /* one for each connection */
	const char *memory, *more;
	enum err_kind kind;     /* of store_open() and select() */
	const char *text;       /* part of the error */
	int asked;              /* for passwords; -1: whatever */
	const char *log;        /* NULL: nothing */
	const char *remembered; /* part of the memory afterwards */
};

static void
script(struct peer_conn *c, void *ctx)
{
	const struct play *p = ctx;
	int i = peer_index(c);

	if (i > 3 || p->plays[i] == NULL)
		peer_fail(c, "one connection too many");
	peer_play(c, p->plays[i]);
}

static void
no_secret(void *ctx, enum trace_dir dir, double seconds, const char *line)
{
	(void)ctx;
	(void)dir;
	(void)seconds;
	if (strstr(line, "sesame") != NULL || strstr(line, PLAIN) != NULL ||
	    strstr(line, AGAIN) != NULL)
		fail_msg("the trace shows: %s", line);
}

static void
run(const struct play *p)
{
	struct peer *peer = peer_start(NULL, script, (void *)(uintptr_t)p);
	struct wire w;
	int rc;

	print_message("%s\n", p->why);
	wire_init(&w, peer_port(peer), p->more != NULL ? p->more : "");
	w.opts.memory = p->memory;
	w.opts.trace = trace_new("test");
	rc = wire_open(&w, "INBOX");
	if (rc == 0)
		rc = wire_select(&w, "INBOX");
	if (p->kind == ERR_NONE) {
		if (rc < 0)
			fail_msg("%s", w.err.text);
		assert_int_equal(w.state.exists, 3);
		assert_int_equal(w.state.uidvalidity, 7);
	} else {
		assert_int_equal(rc, -1);
		assert_int_equal(w.err.kind, p->kind);
		if (strstr(w.err.text, p->text) == NULL)
			fail_msg(
			    "\"%s\" is not in \"%s\"", p->text, w.err.text);
	}
	if (p->asked >= 0)
		assert_int_equal(w.asked, p->asked);
	assert_string_equal(wire_log(&w), p->log != NULL ? p->log : "");
	if (p->remembered != NULL && w.st != NULL &&
	    strstr(store_memory(w.st), p->remembered) == NULL)
		fail_msg("remembered: %s", store_memory(w.st));
	wire_close(&w);
	trace_each(w.opts.trace, no_secret, NULL);
	trace_unref(w.opts.trace);
	if (p->kind == ERR_TLS && peer_saw(peer, "sesame"))
		fail_msg("the password was sent");
	wire_done(&w);
	peer_stop(peer);
}

static void
run_all(const struct play *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run(&p[i]);
}

static void
goes_in(void **state)
{
	static const struct play plays[] = {
	    {"login and SELECT are one flight; nothing is asked twice",
		{HELLO "C: e1 AUTHENTICATE PLAIN " PLAIN "\n"
		       "C: e2 SELECT \"INBOX\"\n"
		       "S: e1 OK [CAPABILITY IMAP4rev1 IDLE] in\n" BOX
		       "S: e2 OK [READ-WRITE] done\nWAIT\n"},
		.asked = 1, .remembered = "after=IMAP4rev1,IDLE"},
	    {"what is remembered goes along: QRESYNC is enabled first",
		{HELLO "C: e1 AUTHENTICATE PLAIN " PLAIN "\n"
		       "C: e2 ENABLE QRESYNC\n"
		       "C: e3 SELECT \"INBOX\" (CONDSTORE)\n"
		       "S: e1 OK [CAPABILITY IMAP4rev1 QRESYNC] in\n"
		       "S: * ENABLED QRESYNC\nS: e2 OK x\n" BOX
		       "S: e3 OK done\nWAIT\n"},
		.memory = "imap1 before=IMAP4rev1 after=QRESYNC", .asked = 1},
	    {"answers in another order than the questions",
		{HELLO "C: e1 AUTHENTICATE PLAIN " PLAIN "\n"
		       "C: e2 ENABLE QRESYNC\n"
		       "C: e3 SELECT \"INBOX\" (CONDSTORE)\n"
		       "S: e1 OK [CAPABILITY IMAP4rev1 QRESYNC] in\n" BOX
		       "S: e3 OK done\nS: * ENABLED QRESYNC\n"
		       "S: e2 OK x\nWAIT\n"},
		.memory = "imap1 after=QRESYNC", .asked = 1},
	    {"a silent greeting and no memory: CAPABILITY once",
		{"S: * OK hi\nC: e1 CAPABILITY\n"
		 "S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\nS: e1 OK x\n"
		 "C: e2 AUTHENTICATE PLAIN " PLAIN "\n"
		 "C: e3 SELECT \"INBOX\"\nS: e2 OK in\n" BOX
		 "S: e3 OK x\nWAIT\n"},
		.asked = 1},
	    {"a silent greeting, but remembered: no turn is spent on it",
		{"S: * OK hi\nC: e1 AUTHENTICATE PLAIN " PLAIN "\n"
		 "C: e2 SELECT \"INBOX\"\nS: e1 OK in\n" BOX
		 "S: e2 OK x\nWAIT\n"},
		.memory = "imap1 before=SASL-IR,AUTH=PLAIN after=IDLE",
		.asked = 1},
	    {"no initial response: the server is waited for, then SELECT",
		{"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\n"
		 "C: e1 AUTHENTICATE PLAIN\nS: + \nC: " PLAIN "\n"
		 "S: e1 OK in\nC: e2 SELECT \"INBOX\"\n" BOX
		 "S: e2 OK x\nWAIT\n"},
		.asked = 1},
	    {"untagged data before the + is no answer",
		{"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\n"
		 "C: e1 AUTHENTICATE PLAIN\n"
		 "S: * OK still here\nS: * 99 FOO {3}\nS- abc\\r\\n\n"
		 "S: +\nC: " PLAIN "\n"
		 "S: e1 OK in\nC: e2 SELECT \"INBOX\"\n" BOX
		 "S: e2 OK x\nWAIT\n"},
		.asked = 1},
	    {"no mechanism at all: LOGIN",
		{"S: * OK [CAPABILITY IMAP4rev1] x\n"
		 "C: e1 LOGIN \"ann\" \"sesame\"\nC: e2 SELECT \"INBOX\"\n"
		 "S: e1 OK in\n" BOX "S: e2 OK x\nWAIT\n"},
		.asked = 1},
	    {"no capability anywhere: LOGIN",
		{"S: * OK x\nC: e1 CAPABILITY\nS: e1 BAD what\n"},
		.kind = ERR_PROTO, .text = "BAD what", .asked = 0},
	    {"a refused password is asked for once more",
		{HELLO "C: e1 AUTHENTICATE PLAIN " PLAIN "\nC: e2 SELECT *\n"
		       "S: e1 NO [AUTHENTICATIONFAILED] wrong\n"
		       "S: e2 BAD log in first\nWAIT\n",
		    HELLO "C: e1 AUTHENTICATE PLAIN " AGAIN
			  "\nC: e2 SELECT *\nS: e1 OK in\n" BOX
			  "S: e2 OK x\nWAIT\n"},
		.asked = 2},
	    {"an ALERT is handed on, cleaned",
		{HELLO "C: e1 AUTHENTICATE PLAIN " PLAIN "\nC: e2 SELECT *\n"
		       "S: e1 OK in\nS: * OK [ALERT] full \x1b[2J soon\n" BOX
		       "S: e2 OK [ALERT] twice\nWAIT\n"},
		.asked = 1,
		.log = "alert full \xe2\x90\x9b[2J soon; alert twice; "},
	};

	(void)state;
	run_all(plays, sizeof plays / sizeof *plays);
}

static void
goes_step_by_step_where_it_must(void **state)
{
	static const struct play plays[] = {
	    {"BAD to the second command of the flight: sent again",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 SELECT *\nS: e1 OK in\n"
		       "S: e2 BAD one at a time\nC: e3 SELECT \"INBOX\"\n" BOX
		       "S: e3 OK x\nWAIT\n"},
		.asked = 1, .remembered = "pipeline=no"},
	    {"BAD to the flight: again, each by each",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 SELECT *\n"
		       "S: e1 BAD pipelining\nWAIT\n",
		    HELLO "C: e1 AUTHENTICATE *\nS: e1 OK in\n"
			  "C: e2 SELECT *\n" BOX "S: e2 OK x\nWAIT\n"},
		.asked = 1, .remembered = "pipeline=no"},
	    {"a closed connection after the flight: the same",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 SELECT *\nCLOSE\n",
		    HELLO "C: e1 AUTHENTICATE *\nS: e1 OK in\n"
			  "C: e2 SELECT *\n" BOX "S: e2 OK x\nWAIT\n"},
		.asked = 1, .remembered = "pipeline=no"},
	    {"silence after the flight: the same",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 SELECT *\nWAIT\n",
		    HELLO "C: e1 AUTHENTICATE *\nS: e1 OK in\n"
			  "C: e2 SELECT *\n" BOX "S: e2 OK x\nWAIT\n"},
		.more = "io-timeout = 2\n", .asked = 1,
		.remembered = "pipeline=no"},
	    {"SELECT was thrown away: NOOP shows it",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 SELECT *\nS: e1 OK in\n"
		       "C: e3 NOOP\nS: e3 OK x\nC: e4 SELECT *\n" BOX
		       "S: e4 OK x\nWAIT\n"},
		.more = "io-timeout = 2\n", .asked = 1,
		.remembered = "pipeline=no"},
	    {"SELECT hung the server: the next connection will know",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 SELECT *\nS: e1 OK in\n"
		       "C: e3 NOOP\nWAIT\n"},
		.more = "io-timeout = 2\n", .kind = ERR_NET, .text = "",
		.asked = 1, .remembered = "pipeline=no"},
	    {"SELECT was only slow: its answer counts",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 SELECT *\nS: e1 OK in\n"
		       "C: e3 NOOP\n" BOX "S: e2 OK x\nS: e3 OK x\nWAIT\n"},
		.more = "io-timeout = 2\n", .asked = 1},
	    {"pipeline=no is remembered: SELECT waits",
		{HELLO "C: e1 AUTHENTICATE *\nSTALL 50\nS: e1 OK in\n"
		       "C: e2 SELECT *\n" BOX "S: e2 OK x\nWAIT\n"},
		.memory = "imap1 pipeline=no", .asked = 1,
		.remembered = "pipeline=no"},
	    {"what was remembered is no longer true: asked afresh",
		{"S: * OK hi\nC: e1 AUTHENTICATE PLAIN *\nC: e2 SELECT *\n"
		 "S: e1 BAD no such\nWAIT\n",
		    "S: * OK hi\nC: e1 CAPABILITY\n"
		    "S: * CAPABILITY IMAP4rev1\nS: e1 OK x\n"
		    "C: e2 LOGIN *\nS: e2 OK in\nC: e3 SELECT *\n" BOX
		    "S: e3 OK x\nWAIT\n"},
		.memory = "imap1 before=SASL-IR,AUTH=PLAIN", .asked = 1},
	    {"the server no longer takes (CONDSTORE): a plain SELECT",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 SELECT * (CONDSTORE)\n"
		       "S: e1 OK in\nS: e2 BAD what is that\n"
		       "C: e3 SELECT \"INBOX\"\n" BOX "S: e3 OK x\nWAIT\n"},
		.memory = "imap1 after=CONDSTORE", .asked = 1},
	};

	(void)state;
	run_all(plays, sizeof plays / sizeof *plays);
}

/* A token that ran out is asked for anew, once; the server's JSON of the
 * first refusal is answered as the mechanism says. */
static void
takes_a_fresh_token(void **state)
{
#define TOKENS                                                                 \
	"S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2"                   \
	" AUTH=OAUTHBEARER] hi\n"
#define OLD "dXNlcj1hbm4BYXV0aD1CZWFyZXIgc2VzYW1lAQE="
#define NEW "dXNlcj1hbm4BYXV0aD1CZWFyZXIgb3BlbgEB"
	static const struct play plays[] = {
	    {"XOAUTH2: refused with a reason, then taken",
		{TOKENS "C: e1 AUTHENTICATE XOAUTH2 " OLD "\n"
			"C: e2 SELECT *\n"
			"S: + eyJzdGF0dXMiOiI0MDAifQ==\nC: \n"
			"S: e1 NO [AUTHENTICATIONFAILED] expired\nWAIT\n",
		    TOKENS "C: e1 AUTHENTICATE XOAUTH2 " NEW "\n"
			   "C: e2 SELECT *\nS: e1 OK in\n" BOX
			   "S: e2 OK x\nWAIT\n"},
		.more = "auth = xoauth2\n", .asked = 2},
	    {"OAUTHBEARER: the dummy answer of RFC 7628",
		{TOKENS "C: e1 AUTHENTICATE OAUTHBEARER *\n"
			"C: e2 SELECT *\n"
			"S: + eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\n"
			"C: AQ==\nS: e1 NO expired\nWAIT\n",
		    TOKENS "C: e1 AUTHENTICATE OAUTHBEARER *\n"
			   "C: e2 SELECT *\nS: e1 OK in\n" BOX
			   "S: e2 OK x\nWAIT\n"},
		.more = "auth = oauthbearer\n", .asked = 2},
	    {"twice refused: the person is told",
		{TOKENS "C: e1 AUTHENTICATE *\nC: e2 *\nS: e1 NO a\nWAIT\n",
		    TOKENS "C: e1 AUTHENTICATE *\nC: e2 *\n"
			   "S: e1 NO b\nWAIT\n"},
		.more = "auth = xoauth2\n", .kind = ERR_AUTH, .text = "NO b",
		.asked = 2},
	    {"EXTERNAL names the user",
		{"S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=EXTERNAL] hi\n"
		 "C: e1 AUTHENTICATE EXTERNAL YW5u\nC: e2 SELECT *\n"
		 "S: e1 OK in\n" BOX "S: e2 OK x\nWAIT\n"},
		.more = "auth = external\n", .asked = -1},
	};

	(void)state;
	run_all(plays, sizeof plays / sizeof *plays);
}

static void
is_refused(void **state)
{
	static const struct play plays[] = {
	    {"twice the wrong password",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 *\n"
		       "S: e1 NO wrong\nWAIT\n",
		    HELLO "C: e1 AUTHENTICATE *\nC: e2 *\n"
			  "S: e1 NO [AUTHENTICATIONFAILED] no \x1b[1mway\n"
			  "WAIT\n"},
		.kind = ERR_AUTH, .text = "NO no \xe2\x90\x9b[1mway",
		.asked = 2},
	    {"a NO without words",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 *\nS: e1 NO\nWAIT\n",
		    HELLO "C: e1 AUTHENTICATE *\nC: e2 *\nS: e1 NO\nWAIT\n"},
		.kind = ERR_AUTH, .text = "the server said: NO", .asked = 2},
	    {"the server is not well: worth trying later, no new password",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 *\n"
		       "S: e1 NO [UNAVAILABLE] database\nWAIT\n"},
		.kind = ERR_NET, .text = "database", .asked = 1},
	    {"LOGINDISABLED is obeyed",
		{"S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] x\nWAIT\n"},
		.kind = ERR_TLS, .text = "does not allow", .asked = -1},
	    {"a referral is not followed",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 *\n"
		       "S: e1 NO [REFERRAL imap://evil.example/] go away\n"
		       "WAIT\n",
		    HELLO "C: e1 AUTHENTICATE *\nC: e2 *\n"
			  "S: e1 NO [REFERRAL imap://evil.example/] go away\n"
			  "WAIT\n"},
		.kind = ERR_AUTH, .text = "go away", .asked = 2},
	    {"BYE instead of a greeting", {"S: * BYE too many\x07 of you\n"},
		.kind = ERR_NET, .text = "too many\xef\xbf\xbd of you",
		.asked = 0, .log = "alert too many\xef\xbf\xbd of you; "},
	    {"no IMAP server", {"S: 220 smtp.example.org ESMTP\nWAIT\n"},
		.kind = ERR_PROTO, .text = "no IMAP server", .asked = 0},
	    {"a greeting that crashes others' parsers is read",
		{"S: * OK [BADCHARSET (\"x\")] hi\nC: e1 CAPABILITY\n"
		 "S: + [BADCHARSET (\"x\")\nS: * OK [PERMANENTFLAGS (\\\n"
		 "S: * NAMESPACE ((\"x\nS: * ANNOTATION \"x\nCLOSE\n"},
		.kind = ERR_NET, .text = "", .asked = 0},
	    {"BAD for a greeting", {"S: * BAD\nWAIT\n"}, .kind = ERR_PROTO,
		.text = "no IMAP server", .asked = 0},
	    {"PREAUTH in clear",
		{"S: * PREAUTH [CAPABILITY IMAP4rev1] welcome\nWAIT\n"},
		.kind = ERR_TLS, .text = "PREAUTH", .asked = 0},
	    {"the folder is not there",
		{HELLO "C: e1 AUTHENTICATE *\nC: e2 *\nS: e1 OK in\n"
		       "S: e2 NO [NONEXISTENT] which INBOX\nWAIT\n"},
		.kind = ERR_GONE, .text = "which INBOX", .asked = 1},
	};

	(void)state;
	run_all(plays, sizeof plays / sizeof *plays);
}

#define ST "receive-tls = starttls\n"

static void
wants_tls(void **state)
{
	static const struct play plays[] = {
	    {"STARTTLS is not in the list",
		{"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\nWAIT\n"},
		.more = ST, .kind = ERR_TLS, .text = "does not offer STARTTLS"},
	    {"NO to it", {"S: * OK x\nC: e1 STARTTLS\nS: e1 NO never\nWAIT\n"},
		.more = ST, .kind = ERR_TLS, .text = "refuses STARTTLS"},
	    {"BAD to it",
		{"S: * OK [CAPABILITY STARTTLS] x\nC: e1 STARTTLS\n"
		 "S: e1 BAD what\nWAIT\n"},
		.more = ST, .kind = ERR_TLS, .text = "refuses STARTTLS"},
	    {"bytes behind the OK: an injection",
		{"S: * OK [CAPABILITY STARTTLS] x\nC: e1 STARTTLS\n"
		 "S- e1 OK go\\r\\n* OK [CAPABILITY IMAP4rev1]\\r\\n\n"
		 "WAIT\n"},
		.more = ST, .kind = ERR_TLS, .text = ""},
	    {"PREAUTH before it",
		{"S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi\nWAIT\n"},
		.more = ST, .kind = ERR_TLS, .text = "PREAUTH"},
	    {"no words of a stranger before TLS",
		{"S: * BYE your account is locked, call 555\n"}, .more = ST,
		.kind = ERR_NET, .text = "closed the connection"},
	};

	(void)state;
	run_all(plays, sizeof plays / sizeof *plays);
}

static void
tls_script(struct peer_conn *c, void *ctx)
{
	peer_play(c, ctx);
}

/* One play under TLS with a good certificate; the wire is the caller's. */
static struct peer *
open_tls(struct wire *w, const struct tls_files *files, bool implicit,
    const char *play)
{
	struct peer_opts o = {.tls = implicit, .files = files};
	struct peer *p = peer_start(&o, tls_script, (void *)(uintptr_t)play);
	char *more = mem_printf("receive-tls = %s\ntls-ca-file = %s\n",
	    implicit ? "implicit" : "starttls", tls_files_ca(files));

	wire_init(w, peer_port(p), more);
	free(more);
	return p;
}

static void
believes_only_what_came_under_tls(void **state)
{
	struct tls_files *files = tls_files_new();
	struct wire w;
	struct peer *p = open_tls(&w, files, false,
	    "S: * OK [CAPABILITY STARTTLS LOGINDISABLED AUTH=CRAM-MD5] x\n"
	    "C: e1 STARTTLS\n"
	    "S: * 7 EXISTS\nS: * OK [ALERT] call 555\n"
	    "S: * LIST () \"/\" evil\nS: * 1 FETCH (UID 1 FLAGS ())\n"
	    "S: e1 OK go\nTLS\nC: e2 CAPABILITY\n"
	    "S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\nS: e2 OK x\n"
	    "C: e3 AUTHENTICATE PLAIN " PLAIN "\nC: e4 SELECT *\n"
	    "S: e3 OK in\n" BOX "S: e4 OK x\nC: e5 LOGOUT\n"
	    "S: * BYE\nS: e5 OK x\nWAIT\n");

	(void)state;
	wire_ok(&w, wire_open(&w, "INBOX"));
	wire_ok(&w, wire_select(&w, "INBOX"));
	assert_int_equal(w.state.exists, 3);
	assert_string_equal(wire_log(&w), "");
	assert_true(strncmp(store_tls_text(w.st), "TLSv1.", 6) == 0);
	wire_done(&w);
	peer_stop(p);
	tls_files_free(files);
}

static void
takes_preauth_under_tls(void **state)
{
	struct tls_files *files = tls_files_new();
	struct wire w;
	struct peer *p = open_tls(&w, files, true,
	    "S: * PREAUTH [CAPABILITY IMAP4rev1] in\nC: e1 SELECT *\n" BOX
	    "S: e1 OK x\nWAIT\n");

	(void)state;
	wire_ok(&w, wire_open(&w, "INBOX"));
	wire_ok(&w, wire_select(&w, "INBOX"));
	assert_int_equal(w.asked, 0);
	wire_done(&w);
	peer_stop(p);
	tls_files_free(files);
}

static void
sends_nothing_to_a_wrong_certificate(void **state)
{
	struct tls_files *files = tls_files_new();

	(void)state;
	for (int kind = CERT_EXPIRED; kind <= CERT_UNKNOWN_CA; kind++) {
		struct peer_opts o = {
		    .tls = true, .files = files, .cert = (enum test_cert)kind};
		struct peer *p = peer_start(
		    &o, tls_script, (void *)(uintptr_t)HELLO "WAIT\n");
		char *more = mem_printf(
		    "receive-tls = implicit\ntls-ca-file = %s\n",
		    tls_files_ca(files));
		struct wire w;

		wire_init(&w, peer_port(p), more);
		assert_int_equal(wire_open(&w, "INBOX"), -1);
		assert_int_equal(w.err.kind, ERR_TLS);
		assert_int_equal(w.asked, 0);
		assert_false(peer_saw(p, "sesame"));
		wire_done(&w);
		peer_stop(p);
		free(more);
	}
	tls_files_free(files);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(goes_in),
	    cmocka_unit_test(goes_step_by_step_where_it_must),
	    cmocka_unit_test(takes_a_fresh_token),
	    cmocka_unit_test(is_refused),
	    cmocka_unit_test(wants_tls),
	    cmocka_unit_test(believes_only_what_came_under_tls),
	    cmocka_unit_test(takes_preauth_under_tls),
	    cmocka_unit_test(sends_nothing_to_a_wrong_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
