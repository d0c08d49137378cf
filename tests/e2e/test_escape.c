/*
 * No byte that a sender or a server chose reaches the terminal unfiltered.
 * The mailbox is full of escape sequences; the test looks at every byte that
 * the program wrote, not at the screen.
 */
#include <stdio.h>

#include "e2e.h"

static struct dovecot *server;

/* Sequences that only the mails below contain. */
static const char *const never[] = {
    "\033]0;", "\033]2;", "\033]52;", /* title, clipboard */
    "\033P",                          /* DCS */
    "\033_",                          /* APC */
    "\033[31;5m", "\033[2J\033[66;6H", "\033c", "\xc2\x9b", /* CSI as U+009B */
    "\xc2\x9d", "\x0e",                                     /* shift out */
    "\xe2\x80\xae",     /* a bidi override */
    "\xe2\x81\xa6",     /* an isolate */
    "\xf3\xa0\x81\x81", /* a tag character */
};

#define EVIL                                                                   \
	"\033]0;owned\007\033]52;c;b3duZWQ=\007\033P1$r\033\\\033_x\033\\"     \
	"\033[31;5m\033[2J\033[66;6H\033c\xc2\x9b"                             \
	"31m\xc2\x9dx\x0e\x0f\x08\x7f\xe2\x80\xae\xe2\x81\xa6\xf3\xa0\x81\x81"

/* The same inside a quoted string of a header: no quotes, no line ends. */
static const char *const mails[] = {
    "From: \"" EVIL "Mallory\" <mallory@noise.example>\r\n"
    "To: " EVIL " <ann@example.org>\r\n"
    "Subject: first " EVIL " end\r\n"
    "Date: Thu, 01 Jan 2026 10:00:00 +0000\r\n"
    "X-Other: " EVIL "\r\n\r\nfirst body " EVIL " end\r\n",

    /* the same, hidden in encoded words: ESC ] 0 ; x BEL */
    "From: =?utf-8?Q?=1B]0;owned=07=9B=C2=9B31mMallory?= <m@n.example>\r\n"
    "Subject: second =?utf-8?B?G11dMDtvd25lZAcbWzJK?= "
    "=?iso-8859-1?Q?=9B31m=90=9D?= end\r\n"
    "Date: Thu, 01 Jan 2026 10:01:00 +0000\r\n\r\nsecond body\r\n",

    /* types, names, charset */
    "From: m@n.example\r\nSubject: third end\r\n"
    "Date: Thu, 01 Jan 2026 10:02:00 +0000\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=\"" EVIL "\"\r\n\r\n"
    "third body " EVIL "\r\n"
    "--b\r\nContent-Type: image/" EVIL "\r\n"
    "Content-Disposition: attachment; filename=\"" EVIL ".png\"\r\n\r\n"
    "x\r\n"
    "--b\r\nContent-Type: application/x\r\n"
    "Content-Disposition: attachment;\r\n"
    " filename*=utf-8''%1B%5D0%3Bowned%07%C2%9B31m%E2%80%AEgpj.exe\r\n\r\n"
    "x\r\n--b--\r\n",

    "From: m@n.example\r\nSubject: fourth end\r\n"
    "Date: Thu, 01 Jan 2026 10:03:00 +0000\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<p>fourth body &#27;]0;owned&#7; &#x9b;31m &#155;31m " EVIL "</p>"
    "<a href=\"http://x.example/\033]0;owned\007\">link " EVIL "</a>\r\n",
};

static void
assert_clean(struct term *t, const char *where)
{
	size_t n;
	const char *out = term_output(t, &n);

	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		if (memmem(out, n, never[i], strlen(never[i])))
			fail_because(
			    "%s: sequence %zu of a mail was written", where, i);
}

static void
mails_are_made_visible(void **state)
{
	static const char *const bodies[] = {
	    "fourth body", "third body", "second body", "first body"};
	struct home *h = home_new(ETUI_PROGRAM);
	struct term *t;

	(void)state;
	home_account(h, "work", server, "ann", "implicit", NULL);
	t = home_start(h, 120, 40, NULL);
	term_expect(t, "fourth");
	term_expect(t, "first");
	term_settle(t, 300);
	assert_clean(t, "the index");
	term_keys(t, "=");
	for (size_t i = 0; i < 4; i++) {
		term_keys(t, i == 0 ? "\r" : "j");
		term_expect(t, bodies[i]);
		term_settle(t, 100);
		assert_clean(t, bodies[i]);
		term_keys(t, "h");
		term_settle(t, 100);
		assert_clean(t, "all headers");
		term_keys(t, "h");
	}
	quit_pager(t);
	home_free(h);
}

static void
printed_text_is_clean_too(void **state)
{
	struct home *h = home_new(ETUI_PROGRAM);
	char *out;

	(void)state;
	home_account(h, "work", server, "ann", "implicit", NULL);
	assert_int_equal(home_run(h, NULL, NULL, "sync", NULL), 0);
	assert_int_equal(home_run(h, &out, NULL, "list", NULL), 0);
	assert_non_null(strstr(out, "first"));
	assert_null(strchr(out, '\033'));
	assert_null(strchr(out, '\016'));
	assert_null(strstr(out, "\xc2\x9b"));
	assert_null(strstr(out, "\xe2\x80\xae"));
	free(out);
	home_free(h);
}

static int
setup(void **state)
{
	(void)state;
	server = dovecot_start(&(struct dovecot_opts){0});
	for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++)
		dovecot_append(server, "ann", "INBOX", NULL, NULL, mails[i],
		    strlen(mails[i]));
	/* U+202E and U+009B in a folder's name, in modified UTF-7. */
	free(dovecot_ask(server, "ann", NULL, "CREATE \"evil-&IC4AmwCd-31m\""));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	dovecot_free(server);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mails_are_made_visible),
	    cmocka_unit_test(printed_text_is_clean_too),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
