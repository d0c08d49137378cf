/* `etui --demo`: the first minute of somebody who has just cloned it. */
#include <signal.h>
#include <stdio.h>

#include "e2e.h"

#define NEWEST "Welcome: this mailbox"
#define SECOND "Today: press the button"

static struct home *home;

static struct term *
demo(unsigned cols, unsigned rows)
{
	struct term *t = home_start(home, cols, rows, "--demo", NULL);

	term_expect(t, NEWEST);
	/* The page comes first; the rest of the folder is a moment away. */
	term_settle(t, 300);
	return t;
}

static void
assert_cursor_on(struct term *t, const char *text)
{
	unsigned col, row = 0;

	for (int i = 0; i < 150; i++) {
		term_read(t, 20);
		term_cursor(t, &col, &row);
		if (term_find(t, text) == (int)row)
			return;
	}
	fail_because("the cursor is on row %u:\n%s", row, term_screen(t));
}

static void
opens_at_every_size(void **state)
{
	static const struct {
		const char *why;
		unsigned cols, rows;
		bool sidebar;
	} cases[] = {
	    {"the smallest that is promised in full", 80, 24, false},
	    {"a window of today, with the folders at its side", 120, 40, true},
	    {"a narrow pane", 60, 10, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct term *t = demo(cases[i].cols, cases[i].rows);

		assert_cursor_on(t, NEWEST);
		assert_true(term_find(t, SECOND) > term_find(t, NEWEST));
		if ((term_find(t, "c-dev") >= 0) != cases[i].sidebar)
			fail_because("%s:\n%s", cases[i].why, term_screen(t));
		quit(t);
	}
}

static void
walks_reads_and_leaves(void **state)
{
	struct term *t = demo(80, 24);

	(void)state;
	term_keys(t, "j");
	assert_cursor_on(t, SECOND);
	term_keys(t, "k");
	assert_cursor_on(t, NEWEST);
	term_keys(t, "\r");
	term_expect(t, "A minute's tour");
	term_keys(t, "i");
	term_expect(t, SECOND);
	term_keys(t, "?");
	term_expect(t, "delete");
	term_keys(t, "q");
	term_expect(t, SECOND);
	quit(t);
}

static void
takes_a_deletion_back(void **state)
{
	struct term *t = demo(80, 24);

	(void)state;
	term_keys(t, "jd");
	term_expect_gone(t, SECOND);
	term_keys(t, "u");
	term_expect(t, SECOND);
	quit(t);
}

static void
limits_the_list(void **state)
{
	struct term *t = demo(80, 24);

	(void)state;
	term_keys(t, "lboat\r");
	term_expect_gone(t, NEWEST);
	term_expect(t, "Where do we put the boat?");
	/* The cursor stays on its message: the newest is further up. */
	term_keys(t, "lall\r");
	term_expect_gone(t, "~");
	term_keys(t, "=");
	term_expect(t, NEWEST);
	quit(t);
}

static void
an_idle_screen_is_silent(void **state)
{
	struct term *t = demo(120, 40);
	size_t before, after;

	(void)state;
	term_settle(t, 1500);
	term_output(t, &before);
	term_read(t, 3000);
	term_output(t, &after);
	assert_int_equal(before, after);
	quit(t);
}

static void
follows_the_window(void **state)
{
	static const struct {
		unsigned cols, rows;
	} sizes[] = {{120, 40}, {40, 8}, {20, 4}, {200, 60}, {80, 24}};
	struct term *t = demo(80, 24);

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		term_resize(t, sizes[i].cols, sizes[i].rows);
		term_settle(t, 200);
		assert_true(term_running(t));
	}
	assert_cursor_on(t, NEWEST);
	term_keys(t, "\r");
	term_expect(t, "A minute's tour");
	term_resize(t, 50, 15);
	term_expect(t, "this is a demo");
	quit_pager(t);
}

/* Sequences the program has no reason to write, and the demo's mail has. */
static void
assert_clean(struct term *t)
{
	static const char *const never[] = {"owned", "\033]52", "\033[5;31m",
	    "\xc2\x9b", "\x0e", "\xe2\x80\xae"};
	size_t n;
	const char *out = term_output(t, &n);

	/* The word may stand on the screen, but not in a window title. */
	assert_null(memmem(out, n, "\033]0;owned", 10));
	for (size_t i = 1; i < sizeof never / sizeof never[0]; i++)
		if (memmem(out, n, never[i], strlen(never[i])))
			fail_because("the terminal got sequence %zu", i);
}

static void
a_mail_cannot_write_to_the_terminal(void **state)
{
	struct term *t = demo(100, 40);

	(void)state;
	term_keys(t, "lescape\r");
	term_expect_gone(t, NEWEST);
	term_expect(t, "escape sequences");
	assert_clean(t);
	term_keys(t, "\r");
	term_expect(t, "clear the screen");
	term_expect(t, "bidi override");
	term_settle(t, 100);
	assert_clean(t);
	quit_pager(t);
}

static void
a_paste_runs_no_commands(void **state)
{
	static const char paste[] = "\033[200~dddqq\r:quit\r\033[201~";
	struct term *t = demo(80, 24);

	(void)state;
	assert_true(output_holds(t, "\033[?2004h"));
	term_send(t, paste, sizeof paste - 1);
	term_settle(t, 300);
	assert_true(term_running(t));
	assert_true(term_find(t, NEWEST) >= 0);
	assert_true(term_find(t, SECOND) >= 0);
	quit(t);
}

static void
leaves_on_signals(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct term *t = demo(80, 24);
		int64_t begin = scratch_ms();
		int status;

		kill(term_pid(t), signals[i]);
		status = term_wait_exit(t, 5000);
		if (status >= 128)
			fail_because(
			    "signal %d ended it: %d", signals[i], status);
		assert_true(scratch_ms() - begin < 3000);
	}
}

static void
gives_the_terminal_back(void **state)
{
	struct term *t = demo(80, 24);

	(void)state;
	assert_true(output_holds(t, "\033[?1049h"));
	assert_false(output_holds(t, "\033[?1049l"));
	term_keys(t, "q");
	for (int i = 0; i < 100 && term_running(t); i++)
		term_read(t, 50);
	term_read(t, 50);
	assert_true(output_holds(t, "\033[?1049l"));
	assert_true(output_holds(t, "\033[?2004l"));
	assert_int_equal(term_wait_exit(t, 1000), 0);
}

static void
prints_without_a_terminal(void **state)
{
	char *out, *diag;

	(void)state;
	assert_int_equal(home_run(home, &out, &diag, "--demo", NULL), 0);
	assert_non_null(strstr(out, NEWEST));
	assert_non_null(strstr(out, SECOND));
	assert_null(strchr(out, '\033'));
	assert_string_equal(diag, "");
	free(out);
	free(diag);
}

static void
leaves_nothing_behind(void **state)
{
	static const char *const places[] = {
	    ".cache/etui", ".local/share/etui"};

	(void)state;
	quit(demo(80, 24));
	for (size_t i = 0; i < 2; i++) {
		char *path = home_file(home, places[i]);

		if (scratch_exists(path))
			fail_because("%s is there", path);
		free(path);
	}
}

/* Is there a colour among the attributes that were set (ESC [ ... m)? */
static bool
has_colour(struct term *t)
{
	size_t n;
	const char *p = term_output(t, &n), *end = p + n;

	while ((p = memmem(p, (size_t)(end - p), "\033[", 2)) != NULL) {
		p += 2;
		while (p < end && (*p == ';' || (*p >= '0' && *p <= '9'))) {
			unsigned v = 0;

			for (; p < end && *p >= '0' && *p <= '9'; p++)
				v = v * 10 + (unsigned)(*p - '0');
			if (p < end && (*p == ';' || *p == 'm') &&
			    ((v >= 30 && v <= 38) || (v >= 40 && v <= 48) ||
				(v >= 90 && v <= 107)))
				return true;
			if (p < end && *p == ';')
				p++;
		}
	}
	return false;
}

static void
obeys_no_color(void **state)
{
	struct term *t = demo(80, 24);

	(void)state;
	term_settle(t, 200);
	assert_true(has_colour(t));
	quit(t);
	home_env(home, "NO_COLOR=1");
	t = demo(80, 24);
	term_keys(t, "\r");
	term_expect(t, "A minute's tour");
	assert_false(has_colour(t));
	quit_pager(t);
	home_env(home, "NO_COLOR=");
}

static void
speaks_ascii_where_that_is_all(void **state)
{
	struct term *t;
	const char *out;
	size_t n;

	(void)state;
	home_env(home, "LANG=C");
	t = demo(120, 40);
	term_keys(t, "*\r");
	term_settle(t, 300);
	out = term_output(t, &n);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)out[i] >= 0x80)
			fail_because("byte %zu of the output is 0x%02x", i,
			    (unsigned char)out[i]);
	quit_pager(t);
	home_env(home, "LANG=C.UTF-8");
}

/* The shell has asked for the nth time: the program before it has ended, and
 * what is typed now is typed to the shell. */
static void
expect_prompts(struct term *t, int n)
{
	static const char prompt[] = "prompt: ";
	int seen = 0;

	for (int i = 0; i < 500 && seen < n; i++) {
		size_t left;
		const char *at = term_output(t, &left), *hit;

		for (seen = 0;
		     (hit = memmem(at, left, prompt, strlen(prompt))) != NULL;
		     seen++) {
			left -= (size_t)(hit - at) + strlen(prompt);
			at = hit + strlen(prompt);
		}
		if (seen < n)
			term_read(t, 20);
	}
	assert_int_equal(seen, n);
}

static void
stops_and_comes_back(void **state)
{
	struct home *h = home_new("/bin/sh");
	struct term *t;

	(void)state;
	home_env(h, "PS1=prompt: ");
	t = home_start(h, 80, 24, "-i", NULL);
	term_expect(t, "prompt:");
	term_keys(t, ETUI_PROGRAM " --demo\r");
	term_expect(t, NEWEST);
	term_keys(t, "\x1a");
	term_expect(t, "Stopped");
	assert_true(output_holds(t, "\033[?1049l"));
	expect_prompts(t, 2);
	term_keys(t, "fg\r");
	term_expect(t, NEWEST);
	term_keys(t, "j");
	assert_cursor_on(t, SECOND);
	term_keys(t, "q");
	term_expect_gone(t, NEWEST);
	expect_prompts(t, 3);
	term_keys(t, "exit\r");
	assert_int_equal(term_wait_exit(t, 5000), 0);
	home_free(h);
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
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opens_at_every_size),
	    cmocka_unit_test(walks_reads_and_leaves),
	    cmocka_unit_test(takes_a_deletion_back),
	    cmocka_unit_test(limits_the_list),
	    cmocka_unit_test(an_idle_screen_is_silent),
	    cmocka_unit_test(follows_the_window),
	    cmocka_unit_test(a_mail_cannot_write_to_the_terminal),
	    cmocka_unit_test(a_paste_runs_no_commands),
	    cmocka_unit_test(leaves_on_signals),
	    cmocka_unit_test(gives_the_terminal_back),
	    cmocka_unit_test(obeys_no_color),
	    cmocka_unit_test(speaks_ascii_where_that_is_all),
	    cmocka_unit_test(stops_and_comes_back),
	    cmocka_unit_test(prints_without_a_terminal),
	    cmocka_unit_test(leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
