/*
 * What a cold open costs on a long line, in turns and bytes: these are
 * promises about the protocol, so unlike timings they are asserted.
 */
#include <stdio.h>

#include "e2e.h"
#include "relay.h"

#define TURNS_MAX 3
#define BYTES_MAX 40000
#define RTT_MS    200 /* long, so that nothing else is under way */

static struct dovecot *server;

static struct home *
home_behind(struct relay *r, const char *user)
{
	struct home *h = home_new(ETUI_PROGRAM);
	char *text = scratch_printf("[account work]\n"
				    "address = ann@example.org\n"
				    "receive = imap\n"
				    "receive-host = 127.0.0.1\n"
				    "receive-port = %u\n"
				    "receive-tls = none\n"
				    "user = %s\n"
				    "password-command = echo pass\n",
	    relay_port(r), user);

	home_config(h, text);
	free(text);
	return h;
}

static struct relay_count
cold(const char *user, const char *newest)
{
	struct relay *r = relay_start(dovecot_port(server), RTT_MS);
	struct home *h = home_behind(r, user);
	struct term *t = home_start(h, 120, 40, NULL);
	struct relay_count n;

	term_expect(t, newest);
	n = relay_count(r);
	print_message(
	    "%s: %u turns, %u bytes\n", user, n.turns, (unsigned)n.down);
	quit(t);
	home_free(h);
	relay_free(r);
	return n;
}

static void
a_page_costs_the_same_at_any_size(void **state)
{
	static const struct {
		const char *why, *user, *newest;
	} cases[] = {
	    {"a thousand messages", "thousand", "Message 1000"},
	    {"thirty thousand messages", "many", "Message 30000"},
	    {"three hundred folders", "folders", "Message 1000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct relay_count n = cold(cases[i].user, cases[i].newest);

		if (n.turns > TURNS_MAX || n.down > BYTES_MAX)
			fail_because("%s: %u turns and %u bytes", cases[i].why,
			    n.turns, (unsigned)n.down);
	}
}

static void
a_cached_page_costs_nothing(void **state)
{
	struct relay *r = relay_start(dovecot_port(server), RTT_MS);
	struct home *h = home_behind(r, "thousand");
	struct term *t = home_start(h, 120, 40, NULL);

	(void)state;
	term_expect(t, "Message 1000");
	term_settle(t, 1000);
	quit(t);
	relay_stall(r, true);
	relay_reset(r);
	t = home_start(h, 120, 40, NULL);
	term_expect(t, "Message 1000");
	assert_int_equal(relay_count(r).down, 0);
	quit(t);
	home_free(h);
	relay_free(r);
}

static int
setup(void **state)
{
	(void)state;
	server = dovecot_start(&(struct dovecot_opts){.mdbox = true});
	dovecot_fill(server, "thousand", "INBOX", 1, 1000);
	dovecot_fill(server, "many", "INBOX", 1, 30000);
	dovecot_fill(server, "folders", "INBOX", 1, 1000);
	for (int i = 0; i < 300; i++) {
		char *command = scratch_printf("CREATE Projects/number-%d", i);

		free(dovecot_ask(server, "folders", NULL, command));
		free(command);
	}
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
	    cmocka_unit_test(a_page_costs_the_same_at_any_size),
	    cmocka_unit_test(a_cached_page_costs_nothing),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
