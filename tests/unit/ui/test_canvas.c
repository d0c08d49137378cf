#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "canvas.h"
#include "util/utf8.h"

static const struct {
	const char *why;
	unsigned x, cols;
	bool ascii;
	const char *text, *want;
	unsigned used;
} text_cases[] = {
    {"ASCII goes in as it is", 0, 20, false, "hello", "hello", 5},
    {"the right edge clips", 16, 20, false, "hello", "                hell", 4},
    {"cols clips", 0, 3, false, "hello", "hel", 3},
    {"a wide character that does not fit whole is left out", 0, 3, false,
	"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5", 2},
    {"combining marks stay with their letter", 0, 20, false, "e\xcc\x81x",
	"e\xcc\x81x", 2},
    {"an escape sequence is text", 0, 20, false, "a\033[31mb",
	"a\xe2\x90\x9b[31mb", 7},
    {"C1 as UTF-8 is replaced", 0, 20, false,
	"a\xc2\x9b"
	"31m",
	"a\xef\xbf\xbd"
	"31m",
	5},
    {"raw C1 is replaced", 0, 20, false,
	"a\x9b"
	"31m",
	"a\xef\xbf\xbd"
	"31m",
	5},
    {"a line end cannot leave the row", 0, 20, false, "a\nb\rc", "a b c", 5},
    {"bidi overrides are shown", 0, 20, false,
	"a\xe2\x80\xae"
	"b",
	"a\xef\xbf\xbd"
	"b",
	3},
    {"ASCII mode has no other characters", 0, 20, true, "caf\xc3\xa9", "caf?",
	4},
    {"outside the canvas nothing happens", 20, 5, false, "x", "", 0},
};

static void
text_is_clean_and_clipped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof text_cases / sizeof *text_cases; i++) {
		struct canvas c;
		struct buf b = BUF_INIT(4096);
		unsigned used;

		canvas_init(&c, 20, 1, text_cases[i].ascii);
		used = canvas_text(&c, 0, text_cases[i].x, text_cases[i].cols,
		    ST_NORMAL, text_cases[i].text, strlen(text_cases[i].text));
		canvas_dump(&c, &b);
		buf_cut(&b, b.len - 1);
		if (strcmp(buf_text(&b), text_cases[i].want) != 0)
			fail_msg("%s: got '%s'", text_cases[i].why, b.data);
		if (used != text_cases[i].used)
			fail_msg("%s: used %u", text_cases[i].why, used);
		buf_free(&b);
		canvas_done(&c);
	}
}

static void
half_of_a_wide_one_does_not_stay(void **state)
{
	struct canvas c;
	struct buf b = BUF_INIT(4096);

	(void)state;
	canvas_init(&c, 6, 1, false);
	canvas_puts(&c, 0, 0, 6, ST_NORMAL, "\xe6\x97\xa5\xe6\x9c\xac");
	canvas_puts(&c, 0, 1, 1, ST_NORMAL, "x");
	canvas_puts(&c, 0, 2, 1, ST_NORMAL, "y");
	canvas_dump(&c, &b);
	assert_string_equal(buf_text(&b), " xy\n");
	for (unsigned x = 0; x < 6; x++)
		assert_int_equal(canvas_at(&c, 0, x)->width, 1);
	buf_free(&b);
	canvas_done(&c);
}

/* A hostile name of marks without end must not cost time or memory. */
static void
endless_marks_are_bounded(void **state)
{
	struct canvas c;
	struct buf b = BUF_INIT(1 << 24);

	(void)state;
	canvas_init(&c, 10, 1, false);
	buf_puts(&b, "a");
	for (int i = 0; i < 1000000; i++)
		buf_puts(&b, "\xcc\x81");
	assert_true(canvas_text(&c, 0, 0, 10, ST_NORMAL, b.data, b.len) <= 10);
	assert_true(canvas_at(&c, 0, 0)->n <= CELL_BYTES);
	assert_true(
	    utf8_is_valid(canvas_at(&c, 0, 0)->g, canvas_at(&c, 0, 0)->n));
	buf_free(&b);
	canvas_done(&c);
}

static const struct {
	const char *why, *text, *want;
	unsigned cols;
} cut_cases[] = {
    {"what fits is whole", "INBOX", "INBOX", 5},
    {"what does not ends in an ellipsis", "INBOX/Sub", "INBO\xe2\x80\xa6", 5},
    {"nothing to cut", "", "", 5},
    {"wide ones", "\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5",
	"\xe6\x97\xa5\xe2\x80\xa6", 4},
};

static void
cut_shows_that_it_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cut_cases / sizeof *cut_cases; i++) {
		struct canvas c;
		struct buf b = BUF_INIT(4096);

		canvas_init(&c, 20, 1, false);
		canvas_cut(
		    &c, 0, 0, cut_cases[i].cols, ST_NORMAL, cut_cases[i].text);
		canvas_dump(&c, &b);
		buf_cut(&b, b.len - 1);
		if (strcmp(buf_text(&b), cut_cases[i].want) != 0)
			fail_msg("%s: got '%s'", cut_cases[i].why, b.data);
		buf_free(&b);
		canvas_done(&c);
	}
}

static void
links_are_kept_apart(void **state)
{
	struct canvas c;
	uint32_t a, b;
	char big[LINK_MAX + 1];

	(void)state;
	memset(big, 'a', sizeof big);
	canvas_init(&c, 10, 1, false);
	a = canvas_link(&c, "http://a", 8);
	b = canvas_link(&c, "http://b", 8);
	assert_true(a != 0 && b != 0 && a != b);
	assert_int_equal(canvas_link(&c, "http://a", 8), a);
	assert_string_equal(canvas_url(&c, b), "http://b");
	assert_int_equal(canvas_link(&c, big, sizeof big), 0);
	canvas_clear(&c);
	assert_null(canvas_url(&c, a));
	canvas_done(&c);
}

static const struct {
	const char *why, *text;
	bool good;
	struct look want;
} look_cases[] = {
    {"nothing is the terminal's own", "", true, {-1, -1, 0}},
    {"attributes and a colour", "bold underline red", true,
	{1, -1, LOOK_BOLD | LOOK_UNDERLINE}},
    {"a background", "white on blue", true, {7, 4, 0}},
    {"bright and numbered", "bright-red on color200", true, {9, 200, 0}},
    {"default can be said", "default on default", true, {-1, -1, 0}},
    {"an unknown word", "rde", false, {0, 0, 0}},
    {"a number too big", "color256", false, {0, 0, 0}},
    {"on without a colour", "red on", false, {0, 0, 0}},
    {"an attribute is no background", "on bold", false, {0, 0, 0}},
    {"an endless word",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false,
	{0, 0, 0}},
};

static void
looks_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof look_cases / sizeof *look_cases; i++) {
		struct look l = {0, 0, 0};
		struct err e = ERR_INIT;
		int rc = look_parse(look_cases[i].text, &l, &e);

		if ((rc == 0) != look_cases[i].good)
			fail_msg("%s: rc %d", look_cases[i].why, rc);
		if (rc == 0 && (l.fg != look_cases[i].want.fg ||
				   l.bg != look_cases[i].want.bg ||
				   l.attr != look_cases[i].want.attr))
			fail_msg("%s: %d %d %x", look_cases[i].why, l.fg, l.bg,
			    l.attr);
	}
}

static void
unknown_words_name_the_nearest(void **state)
{
	struct look l;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(look_parse("undreline", &l, &e), -1);
	assert_non_null(strstr(e.text, "underline"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_clean_and_clipped),
	    cmocka_unit_test(half_of_a_wide_one_does_not_stay),
	    cmocka_unit_test(endless_marks_are_bounded),
	    cmocka_unit_test(cut_shows_that_it_cut),
	    cmocka_unit_test(links_are_kept_apart),
	    cmocka_unit_test(looks_are_read),
	    cmocka_unit_test(unknown_words_name_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
