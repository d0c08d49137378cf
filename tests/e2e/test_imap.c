/* The real program against a real server: opening, and being refused. */
#include <stdio.h>

#include "e2e.h"

#define COUNT 200

static struct dovecot *server;

static void
assert_opens(struct home *h)
{
	struct term *t = home_start(h, 80, 24, NULL);

	term_expect(t, "Message 200");
	term_expect(t, "Message 190");
	/* The page comes from the wire, the text too. */
	term_keys(t, "\r");
	term_expect(t, "This is the body of message 200.");
	term_keys(t, "i");
	term_expect(t, "Message 199");
	quit(t);
}

static void
opens_cold_in_every_way(void **state)
{
	static const struct {
		const char *why, *tls, *more;
	} cases[] = {
	    {"in clear, to this machine", "none", NULL},
	    {"TLS asked for on the plain port", "starttls", NULL},
	    {"TLS from the first byte", "implicit", NULL},
	    {"one mechanism by name", "implicit", "auth = login"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct home *h = home_new(ETUI_PROGRAM);

		print_message("%s\n", cases[i].why);
		home_account(
		    h, "work", server, "ann", cases[i].tls, cases[i].more);
		assert_opens(h);
		home_free(h);
	}
}

static void
opens_on_servers_that_know_less(void **state)
{
	static const struct {
		const char *why, *capability;
	} cases[] = {
	    {"nothing but the base protocol", "IMAP4rev1"},
	    {"no QRESYNC", "IMAP4rev1 SASL-IR IDLE CONDSTORE ENABLE "
			   "SPECIAL-USE LIST-STATUS UIDPLUS MOVE"},
	    {"no LIST-STATUS, no IDLE", "IMAP4rev1 SASL-IR SPECIAL-USE "
					"CONDSTORE ENABLE QRESYNC"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct dovecot *d = dovecot_start(
		    &(struct dovecot_opts){.capability = cases[i].capability});
		struct home *h = home_new(ETUI_PROGRAM);

		print_message("%s\n", cases[i].why);
		/* LITERAL+ works whether it is announced or not. */
		dovecot_fill(d, "ann", "INBOX", 1, COUNT);
		home_account(h, "work", d, "ann", "none", NULL);
		assert_opens(h);
		home_free(h);
		dovecot_free(d);
	}
}

static void
opens_warm_without_a_server(void **state)
{
	struct dovecot *d = dovecot_start(&(struct dovecot_opts){0});
	struct home *h = home_new(ETUI_PROGRAM);
	struct term *t;

	(void)state;
	dovecot_fill(d, "ann", "INBOX", 1, COUNT);
	home_account(h, "work", d, "ann", "implicit", NULL);
	assert_opens(h);
	dovecot_stop(d);
	t = home_start(h, 80, 24, NULL);
	term_expect(t, "Message 200");
	term_keys(t, "\r");
	term_expect(t, "This is the body of message 200.");
	term_keys(t, "i");
	term_expect(t, "Message 199");
	/* ... and when it comes back, the same screen goes on. */
	dovecot_again(d);
	dovecot_fill(d, "ann", "INBOX", COUNT + 1, 1);
	assert_true(term_wait_text(t, "Message 201", 60000));
	quit(t);
	home_free(h);
	dovecot_free(d);
}

static void
shows_new_mail_as_it_comes(void **state)
{
	struct home *h = home_new(ETUI_PROGRAM);
	struct term *t;

	(void)state;
	dovecot_fill(server, "bob", "INBOX", 1, 3);
	home_account(h, "work", server, "bob", "implicit", NULL);
	t = home_start(h, 80, 24, NULL);
	term_expect(t, "Message 3");
	term_settle(t, 500);
	dovecot_fill(server, "bob", "INBOX", 4, 1);
	term_expect(t, "Message 4");
	quit(t);
	home_free(h);
}

/* Cached mail stays readable, one sentence says why there is no more. */
static void
assert_refused(struct home *h, const char *why, const char *const words[])
{
	struct term *t = home_start(h, 100, 24, NULL);
	bool found = false;

	term_expect(t, "Message 20");
	for (int i = 0; i < 150 && !found; i++) {
		term_read(t, 100);
		for (size_t w = 0; words[w] && !found; w++)
			found = term_find(t, words[w]) >= 0;
	}
	if (!found)
		fail_because("%s is not said:\n%s", why, term_screen(t));
	term_keys(t, "\r");
	term_expect(t, "This is the body of message 20.");
	term_keys(t, "i");
	quit(t);
}

static const char *const on_certificate[] = {
    "certificate", "Certificate", NULL};

static void
says_why_it_is_refused(void **state)
{
	static const struct {
		const char *why;
		enum test_cert cert;
		const char *tls;
	} cases[] = {
	    {"an unknown authority", CERT_UNKNOWN_CA, "implicit"},
	    {"an expired certificate", CERT_EXPIRED, "implicit"},
	    {"a certificate for another name", CERT_WRONG_NAME, "implicit"},
	    {"the same behind STARTTLS", CERT_WRONG_NAME, "starttls"},
	};
	struct dovecot *d = dovecot_start(
	    &(struct dovecot_opts){.extra = "auth_verbose = yes"});
	char *log;

	(void)state;
	dovecot_fill(d, "ann", "INBOX", 1, 20);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct home *h = home_new(ETUI_PROGRAM);
		struct term *t;
		size_t before;

		print_message("%s\n", cases[i].why);
		home_account(h, "work", d, "ann", cases[i].tls, NULL);
		t = home_start(h, 80, 24, NULL);
		term_expect(t, "Message 20");
		term_keys(t, "\r");
		term_expect(t, "This is the body of message 20.");
		term_keys(t, "i");
		quit(t);
		dovecot_stop(d);
		dovecot_use_cert(d, cases[i].cert);
		dovecot_again(d);
		log = dovecot_log(d);
		before = strlen(log);
		free(log);
		assert_refused(h, cases[i].why, on_certificate);
		/* Nobody tried to log in. */
		log = dovecot_log(d);
		assert_null(strstr(log + before, "Login: user="));
		assert_null(strstr(log + before, "auth failed"));
		free(log);
		dovecot_stop(d);
		dovecot_use_cert(d, CERT_GOOD);
		dovecot_again(d);
		home_free(h);
	}
	dovecot_free(d);
}

static void
says_that_the_password_is_wrong(void **state)
{
	static const char *const words[] = {"log in", "login", "password",
	    "Password", "authentication", "Authentication", NULL};
	struct dovecot *d = dovecot_start(&(struct dovecot_opts){0});
	struct home *h = home_new(ETUI_PROGRAM);
	char *text;

	(void)state;
	dovecot_fill(d, "ann", "INBOX", 1, 20);
	home_account(h, "work", d, "ann", "implicit", NULL);
	{
		struct term *t = home_start(h, 80, 24, NULL);

		term_expect(t, "Message 20");
		term_keys(t, "\r");
		term_expect(t, "This is the body of message 20.");
		term_keys(t, "i");
		quit(t);
	}
	text = scratch_printf("[account work]\nreceive = imap\n"
			      "address = ann@example.org\n"
			      "receive-host = localhost\n"
			      "receive-port = %u\nreceive-tls = implicit\n"
			      "tls-ca-file = %s\nuser = ann\n"
			      "password-command = echo wrong\n",
	    dovecot_tls_port(d), dovecot_ca(d));
	home_config(h, text);
	free(text);
	assert_refused(h, "a wrong password", words);
	home_free(h);
	dovecot_free(d);
}

static int
setup(void **state)
{
	(void)state;
	server = dovecot_start(&(struct dovecot_opts){0});
	dovecot_fill(server, "ann", "INBOX", 1, COUNT);
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
	    cmocka_unit_test(opens_cold_in_every_way),
	    cmocka_unit_test(opens_on_servers_that_know_less),
	    cmocka_unit_test(opens_warm_without_a_server),
	    cmocka_unit_test(shows_new_mail_as_it_comes),
	    cmocka_unit_test(says_why_it_is_refused),
	    cmocka_unit_test(says_that_the_password_is_wrong),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
