/* The long way between a test and its server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>
#include <unistd.h>

#include <cmocka.h>

#include "dovecot.h"
#include "imapline.h"
#include "relay.h"
#include "scratch.h"

static bool
readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) > 0;
}

static void
delays_counts_stalls_and_cuts(void **state)
{
	struct dovecot *d = dovecot_start(&(struct dovecot_opts){0});
	struct relay *r = relay_start(dovecot_port(d), 60);
	int64_t begin = scratch_ms();
	struct relay_count n;
	struct imapline c;

	(void)state;
	assert_true(imapline_open(&c, relay_port(r)));
	imapline_login(&c, "ann");
	free(imapline_do(&c, "SELECT INBOX"));
	/* Half a trip to the greeting, one for each command. */
	assert_true(scratch_ms() - begin >= 150);
	n = relay_count(r);
	assert_int_equal(n.connections, 1);
	assert_int_equal(n.turns, 2);
	assert_int_equal(n.up, strlen("t1 LOGIN \"ann\" pass\r\n"
				      "t2 SELECT INBOX\r\n"));
	assert_true(n.down > 300);

	relay_stall(r, true);
	imapline_send(&c, "t9 NOOP\r\n", 9);
	assert_false(readable(c.fd, 300));
	relay_stall(r, false);
	free(imapline_await(&c, "t9"));

	relay_cut(r);
	assert_true(readable(c.fd, 5000));
	assert_int_equal(read(c.fd, &(char){0}, 1), 0);
	imapline_close(&c);
	assert_true(imapline_open(&c, relay_port(r)));
	imapline_close(&c);
	relay_free(r);
	dovecot_free(d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(delays_counts_stalls_and_cuts),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
