/* Programs that get a message and the terminal, and give it back. */
#include <signal.h>
#include <stdio.h>

#include "e2e.h"

#define NEWEST "Welcome: this mailbox"
#define ASKED  "Press any key to continue"

static struct home *home;

static struct term *
demo(void)
{
	struct term *t = home_start(home, 80, 24, "--demo", NULL);

	term_expect(t, NEWEST);
	term_settle(t, 300);
	return t;
}

static void
what_a_program_prints_can_be_read(void **state)
{
	static const struct {
		const char *why, *keys, *printed, *said;
	} cases[] = {
	    {"one message", "|grep ^Subject\r", "Subject: " NEWEST, NULL},
	    {"an exit status is said", "|echo worse; exit 3\r", "worse",
		"ended with exit status 3"},
	    {"a signal too", "|kill -9 $$\r", ASKED, "ended by signal 9"},
	    {"no such program", "|nosuchprogram\r", "not found",
		"ended with exit status 127"},
	    {"one that does not read", "|echo read nothing\r", "read nothing",
		NULL},
	    {"all that are tagged", "tt;|grep -c ^Message-ID\r", "2", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct term *t = demo();

		term_keys(t, cases[i].keys);
		term_expect(t, ASKED);
		if (term_find(t, cases[i].printed) < 0)
			fail_because("%s:\n%s", cases[i].why, term_screen(t));
		/* One key, though it is three bytes and j is a command. */
		term_keys(t, "\033[B");
		term_expect_gone(t, ASKED);
		if (cases[i].said != NULL)
			term_expect(t, cases[i].said);
		quit(t);
	}
}

/* Nobody is there to press it. */
static void
waiting_for_the_key_ends_with_the_program(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP};

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct term *t = demo();

		term_keys(t, "|true\r");
		term_expect(t, ASKED);
		kill(term_pid(t), signals[i]);
		assert_int_equal(term_wait_exit(t, 5000), 0);
	}
}

static int
setup(void **state)
{
	(void)state;
	home = home_new(ETUI_PROGRAM);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	home_free(home);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_program_prints_can_be_read),
	    cmocka_unit_test(waiting_for_the_key_ends_with_the_program),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
