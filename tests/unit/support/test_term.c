/* The terminal that end-to-end tests look through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "term.h"

static const char *const env[] = {
    "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=/usr/bin:/bin", NULL};

static struct term *
shell(const char *script, unsigned cols, unsigned rows)
{
	const char *argv[] = {"/bin/sh", "-c", script, NULL};

	return term_start(argv, env, cols, rows);
}

static void
shows_what_is_written(void **state)
{
	struct term *t = shell("printf 'one \\033[7mtwo\\033[m\\r\\n"
			       "\\346\\227\\245e\\314\\201!'; read x",
	    40, 5);
	unsigned col, row;
	char *s;
	size_t n;

	(void)state;
	term_expect(t, "!");
	s = term_screen(t);
	assert_string_equal(s, "one two\n\346\227\245e\314\201!\n\n\n\n");
	free(s);
	term_cursor(t, &col, &row);
	assert_int_equal(col, 4); /* the first character is two wide */
	assert_int_equal(row, 1);
	assert_false(term_cell(t, 0, 0).reverse);
	assert_true(term_cell(t, 4, 0).reverse);
	assert_int_equal(term_find(t, "two"), 0);
	assert_int_equal(term_find(t, "three"), -1);
	assert_non_null(memmem(term_output(t, &n), 8, "\033[7m", 4));
	assert_int_equal(n, 24);
	term_keys(t, "\r");
	assert_int_equal(term_wait_exit(t, 5000), 0);
}

static void
passes_keys_size_and_status_on(void **state)
{
	struct term *t = shell(
	    "stty size; read x; echo got $x; read y; stty size; exit 7", 33, 7);

	(void)state;
	term_expect(t, "7 33");
	term_keys(t, "hello\r");
	term_expect(t, "got hello");
	term_resize(t, 60, 10);
	term_keys(t, "\r");
	term_expect(t, "10 60");
	assert_int_equal(term_wait_exit(t, 5000), 7);
}

static void
ends_what_does_not_end(void **state)
{
	struct term *t = shell("trap '' HUP; echo up; while :; do sleep 1; "
			       "done",
	    20, 4);

	(void)state;
	term_expect(t, "up");
	assert_true(term_running(t));
	assert_false(term_wait_text(t, "down", 50));
	assert_int_equal(term_stop(t), 128 + 15);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shows_what_is_written),
	    cmocka_unit_test(passes_keys_size_and_status_on),
	    cmocka_unit_test(ends_what_does_not_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
