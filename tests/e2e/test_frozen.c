/* The server falls silent, its connections open: keys are answered. */
#include <stdio.h>

#include "e2e.h"

/* Far more than a screen needs, far less than any network timeout. */
#define AT_ONCE_MS 3000

static struct dovecot *server;
static struct home *home;

static void
assert_alive(struct term *t, const char *gone, const char *there)
{
	int64_t begin = scratch_ms();

	if (!term_wait_text(t, there, AT_ONCE_MS))
		fail_because(
		    "no %s in %d ms:\n%s", there, AT_ONCE_MS, term_screen(t));
	if (gone && !term_wait_gone(t, gone, AT_ONCE_MS))
		fail_because("%s stays:\n%s", gone, term_screen(t));
	assert_true(scratch_ms() - begin < 2 * AT_ONCE_MS);
}

/* j moves, ? shows help, : takes a command. */
static void
assert_keys_work(struct term *t)
{
	unsigned col, row, was;

	term_settle(t, 100);
	term_cursor(t, &col, &was);
	term_keys(t, "j");
	for (int i = 0; i < AT_ONCE_MS / 20; i++) {
		term_read(t, 20);
		term_cursor(t, &col, &row);
		if (row != was)
			break;
	}
	assert_int_not_equal(row, was);
	term_keys(t, "?");
	assert_alive(t, NULL, "Keys in");
	term_keys(t, "q");
	assert_alive(t, NULL, "Message 3");
	term_keys(t, ":nosuch");
	assert_alive(t, NULL, ":nosuch");
	term_keys(t, "\007"); /* ^G leaves the prompt */
	assert_alive(t, ":nosuch", "Message 3");
}

static void
answers_keys_when_idle(void **state)
{
	struct term *t = home_start(home, 80, 24, NULL);

	(void)state;
	term_expect(t, "Message 300");
	dovecot_freeze(server, true);
	assert_keys_work(t);
	dovecot_freeze(server, false);
	quit(t);
}

static void
answers_keys_while_a_message_is_fetched(void **state)
{
	struct term *t = home_start(home, 80, 24, NULL);

	(void)state;
	term_expect(t, "Message 300");
	term_settle(t, 1000);
	dovecot_freeze(server, true);
	/* Far from what may have been prefetched. */
	term_keys(t, "zzz\r");
	term_read(t, 500);
	term_keys(t, "?");
	assert_alive(t, NULL, "Keys in");
	term_keys(t, "q");
	term_settle(t, 200);
	term_keys(t, "\007"); /* the fetch is cancelled */
	term_keys(t, "i");
	assert_alive(t, NULL, "Message 2");
	dovecot_freeze(server, false);
	quit(t);
}

static void
answers_keys_while_a_folder_opens(void **state)
{
	struct term *t = home_start(home, 80, 24, NULL);

	(void)state;
	term_expect(t, "Message 300");
	term_settle(t, 1000);
	dovecot_freeze(server, true);
	term_keys(t, "cArchive\r");
	term_settle(t, 300);
	term_keys(t, "?");
	assert_alive(t, NULL, "Keys in");
	term_keys(t, "q");
	term_keys(t, "cINBOX\r");
	assert_alive(t, NULL, "Message 300");
	dovecot_freeze(server, false);
	quit(t);
}

static void
leaves_at_once(void **state)
{
	struct term *t = home_start(home, 80, 24, NULL);
	int64_t begin;

	(void)state;
	term_expect(t, "Message 300");
	dovecot_freeze(server, true);
	begin = scratch_ms();
	term_keys(t, "q");
	assert_int_equal(term_wait_exit(t, 10000), 0);
	dovecot_freeze(server, false);
	assert_true(scratch_ms() - begin < 3000);
}

static int
setup(void **state)
{
	(void)state;
	server = dovecot_start(&(struct dovecot_opts){0});
	dovecot_fill(server, "ann", "INBOX", 1, 300);
	dovecot_fill(server, "ann", "Archive", 1, 30);
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
	    cmocka_unit_test(answers_keys_when_idle),
	    cmocka_unit_test(answers_keys_while_a_message_is_fetched),
	    cmocka_unit_test(answers_keys_while_a_folder_opens),
	    cmocka_unit_test(leaves_at_once),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
