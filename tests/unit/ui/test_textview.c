#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "textview.h"
#include "url.h"
#include "util/mem.h"

/* ---- URLs ---- */

static const struct {
	const char *why, *text, *want; /* NULL: none */
} urls[] = {
    {"a plain one", "see http://x.org/a for", "http://x.org/a"},
    {"a full stop ends the sentence", "at https://x.org/.", "https://x.org/"},
    {"brackets around", "(https://x.org/)", "https://x.org/"},
    {"brackets inside", "https://x.org/a_(b)", "https://x.org/a_(b)"},
    {"brackets inside and around", "(https://x.org/a_(b)).",
	"https://x.org/a_(b)"},
    {"angle brackets", "<mailto:ann@x.org>", "mailto:ann@x.org"},
    {"quotes delimit", "\"ftp://x.org/a\"", "ftp://x.org/a"},
    {"query and fragment", "http://x/?a=b&c=d#e!", "http://x/?a=b&c=d#e"},
    {"in capitals", "HTTP://X.ORG", "HTTP://X.ORG"},
    {"other letters stay", "http://x/\xc3\xa9t\xc3\xa9 y",
	"http://x/\xc3\xa9t\xc3\xa9"},
    {"no scheme, no URL", "x.org/a", NULL},
    {"inside a word", "xhttp://x", NULL},
    {"a scheme alone", "http:// and https://.", NULL},
    {"javascript is text", "javascript://x/%0aalert(1)", NULL},
};

static void
urls_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		size_t n = strlen(urls[i].text), at = 0, len = 0;
		char *exact = mem_dup(urls[i].text, n);
		bool found = url_find(exact, n, 0, &at, &len);

		if (found != (urls[i].want != NULL))
			fail_msg("%s: found %d", urls[i].why, found);
		if (found && (len != strlen(urls[i].want) ||
				 memcmp(exact + at, urls[i].want, len) != 0))
			fail_msg(
			    "%s: '%.*s'", urls[i].why, (int)len, exact + at);
		free(exact);
	}
}

/* ---- a view on an array of lines ---- */

struct lines {
	const struct tv_line *v;
	size_t n;
};

static size_t
count(void *ctx)
{
	return ((struct lines *)ctx)->n;
}

static void
line(void *ctx, size_t i, struct tv_line *out)
{
	*out = ((struct lines *)ctx)->v[i];
}

static void
shown(struct textview *tv, const char *want)
{
	struct canvas c;
	struct buf b = BUF_INIT(100000);

	canvas_init(&c, tv->w, tv->h, false);
	textview_draw(tv, &c, 0, 0);
	canvas_dump(&c, &b);
	assert_string_equal(buf_text(&b), want);
	buf_free(&b);
	canvas_done(&c);
}

#define L(text)                                                                \
	{                                                                      \
		.s = text, .n = sizeof text - 1                                \
	}

static struct textview
view(struct lines *l, unsigned w, unsigned h)
{
	struct textview tv = {.ctx = l, .count = count, .line = line};

	textview_size(&tv, w, h);
	return tv;
}

static void
words_wrap(void **state)
{
	const struct tv_line v[] = {L("one two three four"), L(""),
	    L("unbreakableword"),
	    {.s = "quoted and long", .n = 15, .prefix = "> "},
	    {.s = "Name: a b c d e f", .n = 17, .indent = 4}};
	struct lines l = {v, 5};
	struct textview tv = view(&l, 10, 12);

	(void)state;
	shown(&tv,
	    "one two\nthree four\n\nunbreakabl\neword\n> quoted\n> and long\n"
	    "Name: a b\n    c d e\n    f\n\n\n");
	tv.wrap = 20; /* wider than the window: the window */
	textview_reset(&tv, true);
	textview_size(&tv, 40, 6);
	shown(&tv, "one two three four\n\nunbreakableword\n> quoted and long\n"
		   "Name: a b c d e f\n\n");
	textview_done(&tv);
}

static void
moving_stops_at_the_ends(void **state)
{
	const struct tv_line v[] = {
	    L("a"), L("b"), L("c"), L("d"), L("e"), L("f"), L("g")};
	struct lines l = {v, 7};
	struct textview tv = view(&l, 10, 3);

	(void)state;
	assert_true(textview_move(&tv, MOVE_PAGES, 1, 0));
	shown(&tv, "d\ne\nf\n");
	assert_true(textview_move(&tv, MOVE_PAGES, 1, 0));
	shown(&tv, "e\nf\ng\n");
	assert_false(textview_move(&tv, MOVE_LINES, 1, 0));
	assert_true(textview_at_end(&tv));
	assert_true(textview_move(&tv, MOVE_PAGES, -1, 1));
	shown(&tv, "c\nd\ne\n");
	assert_true(textview_move(&tv, MOVE_FIRST, 0, 0));
	assert_false(textview_move(&tv, MOVE_HALVES, -1, 0));
	assert_true(textview_move(&tv, MOVE_LAST, 0, 0));
	shown(&tv, "e\nf\ng\n");
	assert_false(textview_move(&tv, MOVE_LINES, 999999999, 0));
	assert_true(textview_move(&tv, MOVE_LINES, -999999999, 0));
	assert_int_equal(tv.top, 0);
	textview_done(&tv);
}

/* Everything fits: no move, and no division by what is not there. */
static void
little_and_nothing(void **state)
{
	const struct tv_line v[] = {L("only")};
	struct lines l = {v, 1};
	struct textview tv = view(&l, 10, 3);

	(void)state;
	assert_false(textview_move(&tv, MOVE_LAST, 0, 0));
	assert_int_equal(textview_percent(&tv), 100);
	l.n = 0;
	textview_reset(&tv, false);
	assert_false(textview_move(&tv, MOVE_PAGES, 1, 0));
	assert_int_equal(textview_search(&tv, "x", 1), TV_NOT_FOUND);
	shown(&tv, "\n\n\n");
	textview_done(&tv);
}

static void
quotes_fold_and_are_skipped(void **state)
{
	const struct tv_line v[] = {L("a"),
	    {.s = "> b", .n = 3, .quoted = true},
	    {.s = "> c", .n = 3, .quoted = true}, L("d"),
	    {.s = "> e", .n = 3, .quoted = true}, L("f"), L("g"), L("h")};
	struct lines l = {v, 8};
	struct textview tv = view(&l, 20, 4);

	(void)state;
	assert_true(textview_move(&tv, MOVE_QUOTED, 1, 0));
	shown(&tv, "d\n> e\nf\ng\n");
	assert_true(textview_move(&tv, MOVE_QUOTED, 1, 0));
	shown(&tv, "f\ng\nh\n\n");
	assert_false(textview_move(&tv, MOVE_QUOTED, 1, 0));
	tv.fold_quotes = true;
	textview_reset(&tv, false);
	shown(&tv, "a\n[2 quoted lines]\nd\n[1 quoted line]\n");
	textview_done(&tv);
}

static void
search_finds_and_goes_round(void **state)
{
	const struct tv_line v[] = {L("alpha"), L("beta"),
	    L("\xc3\x89t\xc3\xa9"), L("gamma"), L("Alpha beta alpha"),
	    L("omega")};
	struct lines l = {v, 6};
	struct textview tv = view(&l, 20, 2);

	(void)state;
	assert_int_equal(textview_search(&tv, "ALPHA", 1), TV_FOUND);
	assert_int_equal(tv.found_line, 0);
	assert_int_equal(textview_search(&tv, NULL, 1), TV_FOUND);
	assert_int_equal(tv.found_line, 4);
	assert_int_equal(tv.found_off, 0);
	assert_int_equal(textview_search(&tv, NULL, 1), TV_FOUND);
	assert_int_equal(tv.found_off, 11);
	assert_int_equal(textview_search(&tv, NULL, 1), TV_WRAPPED);
	assert_int_equal(tv.found_line, 0);
	assert_int_equal(textview_search(&tv, NULL, -1), TV_WRAPPED);
	assert_int_equal(tv.found_off, 11);
	assert_int_equal(textview_search(&tv, NULL, -1), TV_FOUND);
	assert_int_equal(tv.found_off, 0);
	assert_int_equal(textview_search(&tv, "zeta", 1), TV_NOT_FOUND);
	textview_done(&tv);
}

/* Wrapping anew keeps what was at the top there. */
static void
resizing_keeps_the_place(void **state)
{
	const struct tv_line v[] = {
	    L("aa bb cc dd ee ff"), L("gg hh ii jj"), L("kk")};
	struct lines l = {v, 3};
	struct textview tv = view(&l, 5, 2);

	(void)state;
	textview_move(&tv, MOVE_LINES, 3, 0);
	shown(&tv, "gg hh\nii jj\n");
	textview_size(&tv, 20, 2);
	shown(&tv, "gg hh ii jj\nkk\n");
	textview_size(&tv, 5, 2);
	shown(&tv, "gg hh\nii jj\n");
	textview_done(&tv);
}

/* One line of megabytes: a screen of it costs a screen. */
static void
a_giant_line_is_wrapped_lazily(void **state)
{
	size_t n = 8u << 20;
	char *s = mem_alloc(n);
	struct tv_line v[1] = {{.n = n}};
	struct lines l = {v, 1};
	struct textview tv;

	(void)state;
	memset(s, 'x', n);
	v[0].s = s;
	tv = view(&l, 80, 24);
	textview_move(&tv, MOVE_PAGES, 3, 0);
	assert_true(tv.nrows < 500);
	textview_done(&tv);
	free(s);
}

static void
links_stay_whole_when_wrapped(void **state)
{
	const struct tv_line v[] = {
	    {.s = "go http://example.org/long/way ok", .n = 33, .links = true}};
	struct lines l = {v, 1};
	struct textview tv = view(&l, 14, 4);
	struct canvas c;
	uint32_t id = 0;

	(void)state;
	canvas_init(&c, 14, 4, false);
	textview_draw(&tv, &c, 0, 0);
	for (unsigned y = 0; y < 4; y++) {
		for (unsigned x = 0; x < 14; x++) {
			uint32_t k = canvas_at(&c, y, x)->link;

			assert_true(k == 0 || id == 0 || k == id);
			id = k != 0 ? k : id;
		}
	}
	assert_string_equal(canvas_url(&c, id), "http://example.org/long/way");
	canvas_done(&c);
	textview_done(&tv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(urls_are_found),
	    cmocka_unit_test(words_wrap),
	    cmocka_unit_test(moving_stops_at_the_ends),
	    cmocka_unit_test(little_and_nothing),
	    cmocka_unit_test(quotes_fold_and_are_skipped),
	    cmocka_unit_test(search_finds_and_goes_round),
	    cmocka_unit_test(resizing_keeps_the_place),
	    cmocka_unit_test(a_giant_line_is_wrapped_lazily),
	    cmocka_unit_test(links_stay_whole_when_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
