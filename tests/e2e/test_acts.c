/* What a person did to a message arrives at the server, whatever happens. */
#include <signal.h>
#include <stdio.h>

#include "e2e.h"

static struct dovecot *server;
static struct home *home;

static struct term *
start(const char *newest)
{
	struct term *t = home_start(home, 120, 40, NULL);

	term_expect(t, newest);
	/* The page comes before the folders, and d needs to know Trash. */
	term_expect(t, "Trash");
	term_settle(t, 300);
	return t;
}

/* How many numbers does "* SEARCH 1 2 3" hold? */
static unsigned
found(const char *folder, const char *keys)
{
	char *command = scratch_printf("SEARCH %s", keys);
	char *answer = dovecot_ask(server, "ann", folder, command);
	const char *p = strstr(answer, "* SEARCH");
	unsigned n = 0;

	for (p = p ? p + 8 : ""; *p && *p != '\r'; p++)
		n += *p == ' ' && p[1] >= '0' && p[1] <= '9';
	free(answer);
	free(command);
	return n;
}

/* The program works on; so must the terminal be read meanwhile. */
static void
expect_on_server(
    struct term *t, const char *folder, const char *keys, unsigned want)
{
	unsigned have = 0;

	for (int i = 0; i < 60; i++) {
		have = found(folder, keys);
		if (have == want)
			return;
		term_read(t, 500);
	}
	fail_because("%s: %u in %s, not %u:\n%s", keys, have, folder, want,
	    term_screen(t));
}

/* Two windows on one account: one of them talks to the server. */
static void
show_in_another_window(void **state)
{
	struct term *first = start("Message 100"), *second;

	(void)state;
	second = start("Message 100");
	term_expect(second, "shared");
	term_keys(second, "F");
	expect_on_server(second, "INBOX", "FLAGGED", 1);
	term_keys(second, "d");
	term_expect_gone(second, "Message 99");
	term_expect_gone(first, "Message 99");
	expect_on_server(second, "Trash", "ALL", 1);
	/* The first leaves; the second takes over what is left to do. */
	quit(first);
	term_keys(second, "uu");
	expect_on_server(second, "Trash", "ALL", 0);
	expect_on_server(second, "INBOX", "FLAGGED", 0);
	quit(second);
}

static void
arrive_at_once(void **state)
{
	struct term *t = start("Message 100");

	(void)state;
	term_keys(t, "d");
	term_expect_gone(t, "Message 100");
	expect_on_server(t, "Trash", "SUBJECT \"Message 100\"", 1);
	expect_on_server(t, "INBOX", "SUBJECT \"Message 100\"", 0);
	term_keys(t, "u");
	term_expect(t, "Message 100");
	expect_on_server(t, "INBOX", "SUBJECT \"Message 100\"", 1);
	expect_on_server(t, "Trash", "ALL", 0);

	term_keys(t, "=");
	term_keys(t, "F");
	expect_on_server(t, "INBOX", "FLAGGED", 1);
	/* Reading sets \Seen, N takes it away. */
	term_keys(t, "=\r");
	term_expect(t, "This is the body of message 100.");
	expect_on_server(t, "INBOX", "SEEN", 1);
	term_keys(t, "i");
	term_expect(t, "Message 99");
	term_keys(t, "=N");
	expect_on_server(t, "INBOX", "SEEN", 0);
	term_keys(t, "=F");
	expect_on_server(t, "INBOX", "FLAGGED", 0);
	quit(t);
}

static void
take_all_that_are_tagged(void **state)
{
	struct term *t = start("Message 100");

	(void)state;
	term_keys(t, "=");
	for (int i = 0; i < 5; i++) {
		term_keys(t, "t");
		term_settle(t, 50);
	}
	term_keys(t, ";F");
	expect_on_server(t, "INBOX", "FLAGGED", 5);
	/* The tags stay, so the same can be taken back in one go. */
	term_keys(t, ";F");
	expect_on_server(t, "INBOX", "FLAGGED", 0);
	term_keys(t, ";d");
	expect_on_server(t, "Trash", "ALL", 5);
	term_keys(t, "u");
	expect_on_server(t, "Trash", "ALL", 0);
	expect_on_server(t, "INBOX", "ALL", 100);
	term_expect(t, "Message 100");
	quit(t);
}

/*
 * Fifty messages flagged and one deleted with no server there, the program
 * killed, its cache removed: all of it arrives.
 */
static void
survive_outage_kill_and_lost_cache(void **state)
{
	struct term *t = start("Message 100");

	(void)state;
	quit(t);
	dovecot_stop(server);

	t = start("Message 100");
	term_keys(t, "=d");
	term_expect_gone(t, "Message 100");
	for (int i = 0; i < 50; i++) {
		term_keys(t, "Fj");
		term_read(t, 20);
	}
	term_settle(t, 500);
	kill(term_pid(t), SIGKILL);
	assert_int_equal(term_wait_exit(t, 5000), 128 + SIGKILL);

	/* Still there after a restart, with the server still away. */
	t = start("Message 99");
	assert_int_equal(term_find(t, "Message 100"), -1);
	quit(t);

	home_forget_cache(home);
	dovecot_again(server);
	t = start("Message 99");
	expect_on_server(t, "INBOX", "FLAGGED", 50);
	expect_on_server(t, "Trash", "SUBJECT \"Message 100\"", 1);
	expect_on_server(t, "INBOX", "SUBJECT \"Message 100\"", 0);
	term_expect_gone(t, "Message 100");
	quit(t);
}

static void
undo_reaches_over_a_restart(void **state)
{
	struct term *t = start("Message 98");

	(void)state;
	term_keys(t, "/Message 97\r");
	term_settle(t, 200);
	term_keys(t, "d");
	term_expect_gone(t, "Message 97");
	expect_on_server(t, "INBOX", "SUBJECT \"Message 97\"", 0);
	quit(t);
	t = start("Message 98");
	term_keys(t, "u");
	term_expect(t, "Message 97");
	expect_on_server(t, "INBOX", "SUBJECT \"Message 97\"", 1);
	quit(t);
}

static int
setup(void **state)
{
	(void)state;
	server = dovecot_start(&(struct dovecot_opts){0});
	dovecot_fill(server, "ann", "INBOX", 1, 100);
	home = home_new(ETUI_PROGRAM);
	home_account(home, "work", server, "ann", "implicit", NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	home_free(home);
	dovecot_free(server);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(show_in_another_window),
	    cmocka_unit_test(arrive_at_once),
	    cmocka_unit_test(take_all_that_are_tagged),
	    cmocka_unit_test(survive_outage_kill_and_lost_cache),
	    cmocka_unit_test(undo_reaches_over_a_restart),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
