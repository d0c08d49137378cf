#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

static const struct view_row ann = {.id = 1,
    .date = 1700000000,
    .idate = 1700000100,
    .size = 123456,
    .flags = FLAG_SEEN,
    .subject = "Lunch?",
    .from_name = "Ann Example",
    .from_addr = "ann@example.org",
    .to = "Me <me@example.org>",
    .thread_count = 3};

static const struct {
	const char *why, *format, *want;
	struct view_row row; /* id 0: ann */
	bool tagged;
	unsigned cols;
} cases[] = {
    {"text is itself", "a%%b", "a%b", {0}, false, 80},
    {"number, left and right", "[%4C][%-4C]", "[   7][7   ]", {0}, false, 80},
    {"name, cut and filled", "%-5.5F|%-20.20F|", "Ann E|Ann Example         |",
	{0}, false, 80},
    {"date", "%D %{%Y}", "2023-11-14 2023", {0}, false, 80},
    {"a missing date is the arrival", "%{%H:%M:%S}", "22:15:00",
	{.id = 1, .date = INT64_MIN, .idate = 1700000100}, false, 80},
    {"a date out of this world is left out", "[%{%Y}]", "[]",
	{.id = 1, .date = INT64_MAX, .idate = 0}, false, 80},
    {"size", "%c", "120K", {0}, false, 80},
    {"flags: read, sent to me alone", "[%Z]", "[  +]", {0}, false, 80},
    {"flags: new", "[%Z]", "[N  ]", {.id = 1}, false, 80},
    {"flags: tagged and deleted", "[%Z]", "[D *]",
	{.id = 1, .flags = FLAG_DELETED}, true, 80},
    {"flags: answered, flagged, attachment", "[%Z]", "[r@!]",
	{.id = 1,
	    .flags = FLAG_SEEN | FLAG_ANSWERED | FLAG_FLAGGED,
	    .attachment = true},
	false, 80},
    {"own mail shows whom it went to", "%F", "To Bob",
	{.id = 1, .from_addr = "ME@example.org", .to = "Bob <b@x>, c@x"}, false,
	80},
    {"own mail to a bare address", "%F", "To b@x",
	{.id = 1, .from_addr = "me@example.org", .to = "<b@x>, c@x"}, false,
	80},
    {"a name that pretends to be an address", "%F", "eve@evil.example",
	{.id = 1,
	    .from_name = "boss@example.org",
	    .from_addr = "eve@evil.example"},
	false, 80},
    {"nothing known of it", "%F|%s|%t|%a", "|||", {.id = 1}, false, 80},
    {"escapes in a subject are text", "%s", "a\xe2\x90\x9b[2Jb c",
	{.id = 1, .subject = "a\033[2Jb\nc"}, false, 80},
    {"escapes in a name too", "%-6.6F|", "x\xef\xbf\xbdy   |",
	{.id = 1, .from_name = "x\xc2\x9by"}, false, 80},
    {"wide characters are measured", "%-5.5s|", "\xe6\x97\xa5\xe6\x9c\xac |",
	{.id = 1, .subject = "\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5"}, false,
	80},
    {"a choice, yes", "%?M?(%M)&-?", "(3)", {0}, false, 80},
    {"a choice, no", "%?X?@&-?%?g?x?", "-", {0}, false, 80},
    {"fill to the right edge", "%s%>.%C", "Lunch?...7", {0}, false, 10},
    {"no room: the left is cut", "%s%* %-5C", "Lunch7    ", {0}, false, 10},
    {"a deep thread", "%s", "  \xe2\x94\x82 \xe2\x94\x94\xe2\x94\x80>hi",
	{.id = 1, .subject = "hi", .depth = 3, .lines = 1 << 2, .last = true},
	false, 80},
    {"a thread that goes on", "%s", "\xe2\x94\x9c\xe2\x94\x80>hi",
	{.id = 1, .subject = "hi", .depth = 1}, false, 80},
};

static void
rows_are_written(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct format f;
		struct err e = ERR_INIT;
		struct buf b = BUF_INIT(4096);
		struct format_row r = {
		    .row = cases[i].row.id ? &cases[i].row : &ann,
		    .number = 7,
		    .tagged = cases[i].tagged,
		    .own = "me@example.org",
		    .date_format = "%Y-%m-%d"};

		if (format_compile(cases[i].format, &f, &e) < 0)
			fail_msg("%s: %s", cases[i].why, e.text);
		format_line(&f, &r, cases[i].cols, &b);
		if (strcmp(buf_text(&b), cases[i].want) != 0)
			fail_msg("%s: got '%s'", cases[i].why, buf_text(&b));
		buf_free(&b);
		format_free(&f);
	}
}

static void
ascii_trees(void **state)
{
	struct view_row m = {
	    .depth = 3, .lines = (1 << 1) | (1 << 2), .last = true};
	struct buf b = BUF_INIT(4096);

	(void)state;
	format_tree(&m, true, &b);
	assert_string_equal(buf_text(&b), "| | `->");
	buf_cut(&b, 0);
	m.depth = 1000; /* a sender chose that */
	format_tree(&m, true, &b);
	assert_true(b.len < 100);
	buf_free(&b);
}

static const struct {
	const char *why, *format;
} bad[] = {
    {"an unknown letter", "%q"},
    {"nothing behind the percent sign", "abc%"},
    {"nothing behind the width", "%-10"},
    {"an open date", "%{%Y"},
    {"an open choice", "%?M?abc"},
    {"a choice about nothing", "%?"},
    {"a choice in a choice", "%?M?%?X?a?b?"},
};

static void
bad_formats_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct format f = {.n = 0};
		struct err e = ERR_INIT;

		if (format_compile(bad[i].format, &f, &e) == 0)
			fail_msg("%s: taken", bad[i].why);
		assert_int_equal(e.kind, ERR_INPUT);
		assert_null(f.v);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_written),
	    cmocka_unit_test(ascii_trees),
	    cmocka_unit_test(bad_formats_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
