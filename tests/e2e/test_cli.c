/* The program without a terminal: what it prints, and how it ends. */
#include <stdio.h>

#include "e2e.h"

static struct dovecot *server;

static void
assert_run(struct home *h, int status, const char *out_has,
    const char *diag_has, const char *a, const char *b, const char *c)
{
	char *out, *diag;
	int got = home_run(h, &out, &diag, a, b, c, NULL);

	if (got != status || (out_has && !strstr(out, out_has)) ||
	    (diag_has && !strstr(diag, diag_has)))
		fail_because("%s %s %s: exit %d, not %d; printed\n%s\nsaid\n%s",
		    a, b ? b : "", c ? c : "", got, status, out, diag);
	free(out);
	free(diag);
}

static void
says_what_it_is(void **state)
{
	struct home *h = home_new(ETUI_PROGRAM);

	(void)state;
	assert_run(h, 0, "etui", NULL, "--version", NULL, NULL);
	assert_run(h, 0, "--account", NULL, "--help", NULL, NULL);
	assert_run(h, 2, NULL, "--nosuch", "--nosuch", NULL, NULL);
	home_free(h);
}

static void
refuses_a_bad_config(void **state)
{
	static const struct {
		const char *why, *text, *place, *near;
	} cases[] = {
	    {"an unknown option", "sort = date\nindexformat = x\n",
		":2:", "index-format"},
	    {"a value that is none", "sort = datum\n", ":1:", "date"},
	    {"an unknown section", "\n[acount work]\n", ":2:", "account"},
	    {"a line that is nothing", "[account a]\nwhat is this\n",
		":2:", NULL},
	    {"a command that is none",
		"[account a]\nreceive = maildir\npath = /nonexistent\n"
		"[bind index]\ndelete-mesage = x\n",
		":5:", "delete-message"},
	    {"a colour, though nothing is drawn",
		"[account a]\nreceive = maildir\npath = /nonexistent\n"
		"[color]\nindex.new = bold gren\n",
		":5:", "green"},
	    {"the name of what has a colour",
		"[account a]\nreceive = maildir\npath = /nonexistent\n"
		"[color]\nindex.nwe = green\n",
		":5:", "index.new"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct home *h = home_new(ETUI_PROGRAM);

		print_message("%s\n", cases[i].why);
		home_config(h, cases[i].text);
		assert_run(h, 78, NULL, cases[i].place, "list", NULL, NULL);
		if (cases[i].near)
			assert_run(
			    h, 78, NULL, cases[i].near, "list", NULL, NULL);
		home_free(h);
	}
}

static void
syncs_lists_and_shows(void **state)
{
	struct home *h = home_new(ETUI_PROGRAM);
	char *json, *id, *end;

	(void)state;
	home_account(h, "work", server, "ann", "implicit", NULL);
	assert_run(h, 0, NULL, NULL, "sync", NULL, NULL);
	/* From here on nobody needs the server. */
	assert_run(h, 0, "INBOX", NULL, "folders", NULL, NULL);
	assert_run(h, 0, "\"INBOX\"", NULL, "folders", "--json", NULL);
	assert_run(h, 0, "Message 20", NULL, "list", NULL, NULL);
	assert_run(h, 1, NULL, "no folder", "list", "-fNope", NULL);
	assert_int_equal(home_run(h, &json, NULL, "list", "--json", NULL), 0);
	assert_non_null(strstr(json, "\"Message 20\""));
	id = strstr(json, "\"id\"");
	assert_non_null(id);
	id = strchr(id + 4, '"');
	assert_non_null(id);
	end = strchr(++id, '"');
	assert_non_null(end);
	*end = '\0';
	assert_run(h, 0, "This is the body of message", NULL, "show", id, NULL);
	free(json);
	home_free(h);
}

static void
asks_nothing_and_says_why(void **state)
{
	struct home *h = home_new(ETUI_PROGRAM);
	char *text = scratch_printf("[account work]\nreceive = imap\n"
				    "address = ann@example.org\n"
				    "receive-host = localhost\n"
				    "receive-port = %u\n"
				    "receive-tls = implicit\n"
				    "tls-ca-file = %s\nuser = ann\n",
	    dovecot_tls_port(server), dovecot_ca(server));
	char *more = scratch_printf("%spassword-command = echo wrong\n", text);

	(void)state;
	home_config(h, text);
	/* No password and nobody to ask: an end, and not a prompt. */
	assert_run(h, 77, NULL, "password", "sync", NULL, NULL);
	home_config(h, more);
	assert_run(h, 77, NULL, "log in", "sync", NULL, NULL);
	free(text);
	free(more);
	home_free(h);
}

static void
says_that_the_server_is_down(void **state)
{
	struct home *h = home_new(ETUI_PROGRAM);
	char *text = scratch_printf("[account work]\nreceive = imap\n"
				    "address = ann@example.org\n"
				    "receive-host = localhost\n"
				    "receive-port = %u\n"
				    "receive-tls = none\nuser = ann\n"
				    "password-command = echo pass\n",
	    scratch_port());

	(void)state;
	home_config(h, text);
	assert_run(h, 69, NULL, "refused", "sync", NULL, NULL);
	free(text);
	home_free(h);
}

static int
setup(void **state)
{
	(void)state;
	server = dovecot_start(&(struct dovecot_opts){0});
	dovecot_fill(server, "ann", "INBOX", 1, 20);
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
	    cmocka_unit_test(says_what_it_is),
	    cmocka_unit_test(refuses_a_bad_config),
	    cmocka_unit_test(syncs_lists_and_shows),
	    cmocka_unit_test(asks_nothing_and_says_why),
	    cmocka_unit_test(says_that_the_server_is_down),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
