/* HTML to lines of text, and pages that are meant to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "mime/text.h"
#include "util/mem.h"
#include "util/utf8.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static const struct {
	const char *why, *html, *want;
} cases[] = {
    {"text", "hello", "hello\n"},
    {"blanks collapse", "  a \n\t b&nbsp;&nbsp;c ", "a b c\n"},
    {"paragraphs stand apart", "<p>a</p><p>b</p>", "a\n\nb\n"},
    {"paragraphs nobody closed", "<p>a<p>b", "a\n\nb\n"},
    {"blocks do not", "<div>a</div><div>b</div>", "a\nb\n"},
    {"line breaks", "a<br>b<br/><br>c", "a\nb\n\nc\n"},
    {"many breaks are one empty line", "a<br><br><br><br>b", "a\n\nb\n"},
    {"headings", "<h1>A</h1>b", "A\n\nb\n"},
    {"entities", "&lt;a&gt; &amp; &eacute;&#8364;&#x20ac;",
	"<a> & \u00e9\u20ac\u20ac\n"},
    {"formatting is text", "a<b>b</b><i>c</i><font color=red>d</font>",
	"abcd\n"},
    {"lists", "<ul><li>a<li>b</ul>", "- a\n- b\n"},
    {"ordered lists", "<ol><li>a</li><li>b</li></ol>", "1. a\n2. b\n"},
    {"that begin elsewhere", "<ol start=9><li>a<li>b</ol>", "9. a\n10. b\n"},
    {"lists in lists", "<ul><li>a<ol><li>b</ol></ul>", "- a\n  1. b\n"},
    {"an item without a list", "<li>a", "- a\n"},
    {"quotes", "a<blockquote>b<br>c</blockquote>d", "a\n\n> b\n> c\n\nd\n"},
    {"quotes in quotes", "<blockquote>a<blockquote>b</blockquote></blockquote>",
	"> a\n>\n> > b\n"},
    {"preformatted", "<pre>a  b\n  c</pre>", "a  b\n  c\n"},
    {"a rule", "a<hr>b", "a\n----------\nb\n"},
    {"links", "<a href=\"https://x.org/\">here</a>.",
	"here [1].\n\n[1] https://x.org/\n"},
    {"a link that says its address",
	"<a href=\"https://x.org/\">https://x.org/</a>", "https://x.org/\n"},
    {"a mail address that says itself", "<a href=\"mailto:a@b\">a@b</a>",
	"a@b\n"},
    {"two links", "<a href=u1>a</a> <a href=u2>b</a>",
	"a [1] b [2]\n\n[1] u1\n[2] u2\n"},
    {"a link nobody closed", "<a href=u1>a <a href=u2>b",
	"a [1] b [2]\n\n[1] u1\n[2] u2\n"},
    {"no programs, no anchors",
	"<a href=\"JavaScript:x()\">a</a><a href=\"#top\">b</a>", "ab\n"},
    {"no line ends in an address", "<a href=\"http://x\ny\">a</a>",
	"a [1]\n\n[1] http://xy\n"},
    {"a picture's words", "<img src=x alt=\"a cat\">", "[a cat]\n"},
    {"a picture without words", "a<img src=x>b", "ab\n"},
    {"tables: a row a line", "<table><tr><td>a<td>b<tr><td>c<td>d</table>",
	"a  b\nc  d\n"},
    {"tables for layout",
	"<table><tr><td><p>a</p></td><td><p>b</p></td></tr>"
	"</table>",
	"a\n\nb\n"},
    {"no scripts, styles, titles, comments",
	"<head><title>t</title><style>s</style></head><script>x<y</script>"
	"<!-- c > -->a",
	"a\n"},
    {"a hidden preview line is not text",
	"<div style=\"Display : None\">x<b>y</b></div>a", "a\n"},
    {"hidden by attribute", "<p hidden>x</p>a", "a\n"},
    {"invisible padding", "a&zwnj;&nbsp;&#8203;&shy;&#847;b", "a b\n"},
    {"joiners between letters stay", "\u0645\u06cc\u200c\u062e",
	"\u0645\u06cc\u200c\u062e\n"},
    {"< that is none", "a < b <3 c", "a < b <3 c\n"},
    {"a tag without end", "a<b", "a\n"},
    {"a quote without end", "<a href=\"x>link</a> text", "link text\n"},
    {"a comment without end", "a<!-- b > c", "a c\n"},
    {"stray ends", "a</div></p></td>b", "ab\n"},
    {"a cell does not end what is outside",
	"<div>a<table><td>b</div>c</table>d</div>", "a\nbc\nd\n"},
    {"words that look like tags of Office", "<o:p>a</o:p><w:x/>b", "ab\n"},
    {"nothing", "", ""},
};

static void
reads_well(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(cases); i++) {
		size_t n = strlen(cases[i].html);
		char *p = malloc(n + (n == 0));
		struct buf got = BUF_INIT(4096);
		struct err e = ERR_INIT;

		assert_non_null(p);
		memcpy(p, cases[i].html, n);
		assert_int_equal(html_to_text(p, n, &got, &e), 0);
		if (strcmp(buf_text(&got), cases[i].want) != 0)
			fail_msg("%s: got '%s'", cases[i].why, buf_text(&got));
		buf_free(&got);
		free(p);
	}
}

/* HTML of 2 MB each; the source is shown where it cannot be laid out. */
static const struct {
	const char *why, *unit;
} bombs[] = {
    {"nested blocks", "<div>"},
    {"nested tables", "<table><tr><td>"},
    {"nested lists", "<ul><li>"},
    {"nested quotes", "<blockquote>"},
    {"ends that a select swallows", "<div><select></div></select>"},
    {"formatting never closed", "<b><i><font size=1><u><p>"},
    {"links never closed", "<a href=x><p>"},
    {"paragraphs", "<p>"},
    {"breaks in quotes", "<blockquote><br></blockquote>"},
    {"attributes", "<p a=1 b=2 c=3 d=4 "},
    {"quotes", "<p a=\""},
    {"comments without end", "<!--"},
    {"scripts without end", "<script>"},
    {"entities", "&"},
    {"long entities", "&#00000000000000000000000"},
    {"ends", "</p></div></li>"},
    {"cells", "<td>"},
    {"text in tables", "<table>x<tr>y"},
    {"pictures", "<img alt=x>"},
    {"only <", "<"},
    {"only </", "</"},
    {"only <!", "<!"},
    {"NULs", "<a\1"},
    {"hidden", "<p style=\"display:none\">"},
    {"styles", "<p style=\"dddddddddddddddddddddisplay:\">x"},
    {"templates", "<template><svg><math><frameset>"},
    {"plain text", "x "},
};

static void
survives_bombs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(bombs); i++) {
		struct buf html = BUF_INIT(1 << 22), got = BUF_INIT(1 << 26);
		struct err e = ERR_INIT;
		clock_t t = clock();

		while (html.len < 2000000)
			buf_puts(&html, bombs[i].unit);
		assert_int_equal(
		    html_to_text(html.data, html.len, &got, &e), 0);
		assert_true(utf8_is_valid(got.data, got.len));
		print_message("%-28s %4.0f ms\n", bombs[i].why,
		    (double)(clock() - t) * 1000 / CLOCKS_PER_SEC);
		buf_free(&html);
		buf_free(&got);
	}
}

static const struct {
	const char *why, *unit;
	size_t size;
	const char *says;
} refused[] = {
    {"too deep", "<div>", 5000, "[This HTML is nested too deep"},
    {"too large", "x", 5000000, "[This HTML is too large"},
    {"too many", "<br>", 1000000, "[This HTML has too many"},
};

static void
says_when_it_shows_the_source(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(refused); i++) {
		struct buf html = BUF_INIT(1 << 23), got = BUF_INIT(1 << 23);
		struct err e = ERR_INIT;

		while (html.len < refused[i].size)
			buf_puts(&html, refused[i].unit);
		assert_int_equal(
		    html_to_text(html.data, html.len, &got, &e), 0);
		if (strncmp(got.data, refused[i].says,
			strlen(refused[i].says)) != 0)
			fail_msg("%s", refused[i].why);
		assert_true(got.len > html.len); /* nothing is cut */
		buf_free(&html);
		buf_free(&got);
	}
}

static void
keeps_to_its_bound(void **state)
{
	struct buf html = BUF_INIT(1 << 20), got = BUF_INIT(100);
	struct err e = ERR_INIT;

	(void)state;
	while (html.len < 1000)
		buf_puts(&html, "<p><a href=u>word</a>");
	assert_int_equal(html_to_text(html.data, html.len, &got, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	buf_free(&html);
	buf_free(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_well),
	    cmocka_unit_test(survives_bombs),
	    cmocka_unit_test(says_when_it_shows_the_source),
	    cmocka_unit_test(keeps_to_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
