/* Files that break while the program is closed, a full disk, a password that
 * nobody has written down. */
#include <stdio.h>
#include <unistd.h>

#include "e2e.h"

static struct dovecot *server;

static struct home *
home_of(const char *user)
{
	struct home *h = home_new(ETUI_PROGRAM);

	home_account(h, "work", server, user, "implicit", NULL);
	return h;
}

static struct term *
start(struct home *h, const char *newest)
{
	struct term *t = home_start(h, 120, 40, NULL);

	term_expect(t, newest);
	term_expect(t, "Trash");
	term_settle(t, 300);
	return t;
}

enum harm { CACHE_REMOVED, CACHE_CUT, CACHE_NOISE, CACHE_EMPTY };

static void
harm_cache(struct home *h, enum harm how)
{
	static const char *const others[] = {
	    ".cache/etui/cache.db-wal", ".cache/etui/cache.db-shm"};
	char *path = home_file(h, ".cache/etui/cache.db"), *old;
	unsigned x = 1;
	size_t n;

	assert_true(scratch_exists(path));
	old = scratch_read(path, &n);
	for (size_t i = 0; i < n && how == CACHE_NOISE; i++) {
		x = x * 1103515245 + 12345;
		old[i] = (char)(x >> 16);
	}
	if (how == CACHE_CUT)
		n /= 2;
	if (how == CACHE_EMPTY)
		n = 0;
	if (how == CACHE_REMOVED)
		unlink(path);
	else
		scratch_write(path, old, n);
	free(old);
	free(path);
	for (size_t i = 0; i < 2; i++) {
		path = home_file(h, others[i]);
		if (how == CACHE_REMOVED)
			unlink(path);
		free(path);
	}
}

static void
expect_flagged(struct term *t, const char *user, const char *want)
{
	for (int i = 0; i < 60; i++) {
		char *answer = dovecot_ask(
		    server, user, "INBOX", "SEARCH FLAGGED");
		bool same = strstr(answer, want) != NULL;

		free(answer);
		if (same)
			return;
		term_read(t, 250);
	}
	fail_because("not flagged on the server: %s\n%s", want, term_screen(t));
}

static void
a_broken_cache_is_built_anew(void **state)
{
	static const struct {
		const char *why, *user;
		enum harm how;
	} cases[] = {
	    {"the cache is removed", "u1", CACHE_REMOVED},
	    {"the cache is cut in half", "u2", CACHE_CUT},
	    {"the cache is noise", "u3", CACHE_NOISE},
	    {"the cache is empty", "u4", CACHE_EMPTY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct home *h = home_of(cases[i].user);
		struct term *t;

		print_message("%s\n", cases[i].why);
		dovecot_fill(server, cases[i].user, "INBOX", 1, 40);
		t = start(h, "Message 40");
		quit(t);
		/* An act that is pending when the cache goes. */
		dovecot_stop(server);
		t = home_start(h, 120, 40, NULL);
		term_expect(t, "Message 40");
		term_settle(t, 300);
		term_keys(t, "=F");
		term_settle(t, 300);
		quit(t);
		harm_cache(h, cases[i].how);
		dovecot_again(server);
		t = start(h, "Message 40");
		expect_flagged(t, cases[i].user, "* SEARCH 40\r\n");
		term_keys(t, "\r");
		term_expect(t, "This is the body of message 40.");
		quit_pager(t);
		home_free(h);
	}
}

/* A mount of one's own, so that its disk may be as small as one likes. */
static bool
can_mount(void)
{
	static const char *const argv[] = {
	    "unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt", NULL};

	return scratch_run(argv) == 0;
}

static void
a_full_disk_is_said_and_reading_goes_on(void **state)
{
	struct home *h;
	struct term *t;

	(void)state;
	if (!can_mount()) {
		print_message("no mount of one's own here: left out\n");
		return;
	}
	h = home_new("/usr/bin/unshare");
	home_account(h, "work", server, "full", "implicit", NULL);
	dovecot_fill(server, "full", "INBOX", 1, 5000);
	t = home_start(h, 120, 40, "-rm", "/bin/sh", "-c",
	    "mkdir -p $HOME/.cache/etui && "
	    "mount -t tmpfs -o size=600k tmpfs $HOME/.cache/etui && "
	    "exec " ETUI_PROGRAM,
	    NULL);
	term_expect(t, "Message 5000");
	if (!term_wait_text(t, "full", 20000))
		fail_because("it is not said:\n%s", term_screen(t));
	term_keys(t, "j");
	term_settle(t, 200);
	term_keys(t, "?");
	term_expect(t, "Keys in");
	term_keys(t, "q");
	term_expect(t, "Message 5000");
	quit(t);
	home_free(h);
}

static void
a_password_is_asked_for_and_not_shown(void **state)
{
	struct home *h = home_new(ETUI_PROGRAM);
	char *text = scratch_printf("[account work]\nreceive = imap\n"
				    "address = ann@example.org\n"
				    "receive-host = localhost\n"
				    "receive-port = %u\n"
				    "receive-tls = implicit\n"
				    "tls-ca-file = %s\nuser = ann\n",
	    dovecot_tls_port(server), dovecot_ca(server));
	struct term *t;

	(void)state;
	dovecot_fill(server, "ann", "INBOX", 1, 5);
	home_config(h, text);
	t = home_start(h, 80, 24, NULL);
	term_expect(t, "assword");
	term_settle(t, 200);
	term_keys(t, "wrong-7391\r");
	/* Refused, so asked again, with the reason. */
	term_expect(t, "Authentication failed");
	term_settle(t, 200);
	term_keys(t, "pass\r");
	term_expect(t, "Message 5");
	assert_false(output_holds(t, "7391"));
	quit(t);
	free(text);
	home_free(h);
}

static void
a_config_error_leaves_the_terminal_alone(void **state)
{
	struct home *h = home_new(ETUI_PROGRAM);
	struct term *t;
	size_t n;

	(void)state;
	home_config(h, "sort = date\n\nacount = x\n");
	t = home_start(h, 80, 24, NULL);
	term_expect(t, "config:3:");
	assert_false(output_holds(t, "\033[?1049h"));
	term_output(t, &n);
	assert_true(n < 400);
	assert_int_equal(term_wait_exit(t, 5000), 78);
	home_free(h);
}

static int
setup(void **state)
{
	(void)state;
	server = dovecot_start(&(struct dovecot_opts){0});
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
	    cmocka_unit_test(a_broken_cache_is_built_anew),
	    cmocka_unit_test(a_full_disk_is_said_and_reading_goes_on),
	    cmocka_unit_test(a_password_is_asked_for_and_not_shown),
	    cmocka_unit_test(a_config_error_leaves_the_terminal_alone),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
