#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/mem.h"
#include "util/utf8.h"

#define BAD "\xef\xbf\xbd" /* U+FFFD */

static void
check(const char *why, const char *raw, size_t n, unsigned flags,
    const char *want)
{
	struct buf out = BUF_INIT(1 << 20);
	char *copy = mem_dup(raw, n);

	print_message("%s\n", why);
	utf8_clean(&out, copy, n, flags);
	assert_string_equal(buf_text(&out), want);
	assert_int_equal(out.len, strlen(want));
	free(copy);
	buf_free(&out);
}

static const struct {
	const char *why, *raw, *want;
	unsigned flags;
} cases[] = {
    {"plain text is left alone", "hello, world", "hello, world", 0},
    {"empty", "", "", 0},
    {"accents", "na\u00efve", "na\u00efve", 0},
    {"a combining accent", "e\u0301", "e\u0301", 0},
    {"wide", "\u65e5\u672c", "\u65e5\u672c", 0},
    {"colour", "\033[31mred", "\u241b[31mred", 0},
    {"window title", "\033]0;x\007", "\u241b]0;x" BAD, 0},
    {"clipboard", "\033]52;c;eA==\033\\", "\u241b]52;c;eA==\u241b\\", 0},
    {"raw C1 CSI",
	"a\x9b"
	"31m",
	"a" BAD "31m", 0},
    {"C1 CSI as UTF-8",
	"a\xc2\x9b"
	"31m",
	"a" BAD "31m", 0},
    {"C1 OSC as UTF-8",
	"\xc2\x9d"
	"0;x\xc2\x9c",
	BAD "0;x" BAD, 0},
    {"shift out",
	"a\x0e"
	"b",
	"a" BAD "b", 0},
    {"backspace", "ab\b\bcd", "ab" BAD BAD "cd", 0},
    {"DEL",
	"a\x7f"
	"b",
	"a" BAD "b", 0},
    {"form feed", "a\fb", "a" BAD "b", CLEAN_TEXT},
    {"override", "exe.\u202egpj", "exe." BAD "gpj", 0},
    {"embedding", "\u202a\u202b\u202c\u202d", BAD BAD BAD BAD, 0},
    {"isolates", "\u2066\u2067\u2068\u2069", BAD BAD BAD BAD, 0},
    {"marks", "\u200e\u200f\u061c", BAD BAD BAD, 0},
    {"tags", "a\U000e0041\U000e007f", "a" BAD BAD, 0},
    {"a flag made of tags", "\U0001f3f4\U000e0067\U000e007f",
	"\U0001f3f4" BAD BAD, 0},
    {"zero width space", "pay\u200bpal", "pay" BAD "pal", 0},
    {"soft hyphen", "a\u00adb", "a" BAD "b", 0},
    {"byte order mark", "\ufeffa", BAD "a", 0},
    {"word joiner", "a\u2060b", "a" BAD "b", 0},
    {"grapheme joiner", "a\u034fb", "a" BAD "b", 0},
    {"Hangul filler", "a\u3164b", "a" BAD "b", 0},
    {"line separator", "a\u2028b\u2029c", "a" BAD "b" BAD "c", CLEAN_TEXT},
    {"noncharacter", "\ufdd0\uffff\U0010ffff", BAD BAD BAD, 0},
    {"a surrogate", "\xed\xa0\x80", BAD BAD BAD, 0},
    {"overlong slash", "\xc0\xaf", BAD BAD, 0},
    {"cut sequence", "a\xe2\x82", "a" BAD BAD, 0},
    {"invalid lead", "\xff\xfe", BAD BAD, 0},
    {"beyond Unicode", "\xf4\x90\x80\x80", BAD BAD BAD BAD, 0},
    {"ZWNJ between Persian letters", "\u0645\u06cc\u200c\u062e",
	"\u0645\u06cc\u200c\u062e", 0},
    {"ZWNJ between ASCII letters hides", "a\u200cb", "a" BAD "b", 0},
    {"ZWJ in an Indic conjunct", "\u0915\u094d\u200d\u0937",
	"\u0915\u094d\u200d\u0937", 0},
    {"ZWJ in a family", "\U0001f468\u200d\U0001f469",
	"\U0001f468\u200d\U0001f469", 0},
    {"ZWJ behind a skin tone", "\U0001f468\U0001f3fd\u200d\U0001f4bb",
	"\U0001f468\U0001f3fd\u200d\U0001f4bb", 0},
    {"ZWJ behind a style", "\u2764\ufe0f\u200d\U0001f525",
	"\u2764\ufe0f\u200d\U0001f525", 0},
    {"ZWJ alone", "\u200d", BAD, 0},
    {"two of them", "\u0645\u200d\u200d\u0645", "\u0645" BAD BAD "\u0645", 0},
    {"emoji style", "\u2764\ufe0f 1\ufe0f\u20e3", "\u2764\ufe0f 1\ufe0f\u20e3",
	0},
    {"a style of nothing", "a\ufe0f", "a" BAD, 0},
    {"data in variation selectors", "\U0001f600\U000e0101\U000e0102",
	"\U0001f600" BAD BAD, 0},
    {"a variant of an ideograph", "\u845b\U000e0100", "\u845b\U000e0100", 0},
    {"Arabic number sign is visible", "\u0600\u0661", "\u0600\u0661", 0},
    {"private use", "\ue0b0", "\ue0b0", 0},
    {"a mark with no base", "\u0301a", "\u25cc\u0301a", 0},
    {"nor on a new line", "a\n\u0301", "a\n\u25cc\u0301", CLEAN_TEXT},
    {"a blank is one", "a \u0301", "a \u0301", 0},
    {"a line of blanks", "a\nb\tc\rd", "a b c d", CLEAN_LINE},
    {"CRLF is one blank", "a\r\nb", "a b", CLEAN_LINE},
    {"text keeps its lines", "a\nb\tc", "a\nb\tc", CLEAN_TEXT},
    {"CRLF in text", "a\r\nb\r\n", "a\nb\n", CLEAN_TEXT},
    {"CR alone would go back over the line", "a\rb", "a" BAD "b", CLEAN_TEXT},
    {"ASCII only", "a\u00e9\u65e5\033\n\xff", "a??? ?", CLEAN_ASCII},
    {"ASCII text", "a\r\n\u00e9", "a\n?", CLEAN_ASCII | CLEAN_TEXT},
};

static void
test_clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(cases[i].why, cases[i].raw, strlen(cases[i].raw),
		    cases[i].flags, cases[i].want);
	check("NUL", "a\0b", 3, 0, "a" BAD "b");
}

/* Whatever goes in, what comes out may be written to a terminal. */
static void
assert_harmless(const char *s, size_t n, unsigned flags)
{
	int32_t cp;

	for (size_t i = 0; i < n;) {
		i += utf8_next(s + i, n - i, &cp);
		assert_true(cp >= 0x20 ||
			    (flags & CLEAN_TEXT && (cp == '\n' || cp == '\t')));
		assert_false(cp >= 0x7f && cp < 0xa0);
		assert_false(cp >= 0x200e && cp <= 0x200f);
		assert_false(cp >= 0x2028 && cp <= 0x202e);
		assert_false(cp >= 0x2060 && cp <= 0x206f);
		assert_false(cp >= 0xe0000 && cp <= 0xe007f);
		assert_true(cp < 0x80 || !(flags & CLEAN_ASCII));
	}
}

static void
test_every_code_point(void **state)
{
	struct buf out = BUF_INIT(1 << 20);
	char raw[8];

	(void)state;
	for (int32_t cp = 0; cp <= 0x10ffff; cp++) {
		size_t n = utf8_put(cp, raw + 1);
		int w;

		raw[0] = 'a';
		for (unsigned flags = 0; flags < 4; flags++) {
			buf_cut(&out, 0);
			utf8_clean(&out, raw, n + 1, flags);
			assert_harmless(out.data, out.len, flags);
		}
		/* and alone it takes a cell */
		buf_cut(&out, 0);
		utf8_clean(&out, raw + 1, n, CLEAN_LINE);
		for (size_t i = 0; i < out.len;) {
			i += utf8_grapheme(out.data + i, out.len - i, &w);
			assert_in_range(w, 1, 2);
		}
	}
	buf_free(&out);
}

static void
test_every_byte_pair(void **state)
{
	struct buf out = BUF_INIT(1 << 20);

	(void)state;
	for (unsigned flags = 0; flags < 4; flags++)
		for (unsigned v = 0; v < 0x10000; v++) {
			char raw[2] = {(char)(v >> 8), (char)v};

			buf_cut(&out, 0);
			utf8_clean(&out, raw, 2, flags);
			assert_true(out.len > 0);
			assert_harmless(out.data, out.len, flags);
		}
	buf_free(&out);
}

static void
test_piles(void **state)
{
	struct buf raw = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	size_t g;
	int w;

	(void)state;
	buf_puts(&raw, "a");
	for (int i = 0; i < 10000; i++)
		buf_puts(&raw, "\u0301");
	utf8_clean(&out, raw.data, raw.len, 0);
	for (size_t i = 0; i < out.len; i += g) {
		g = utf8_grapheme(out.data + i, out.len - i, &w);
		assert_true(g <= 64);
	}
	buf_cut(&raw, 0);
	buf_cut(&out, 0);
	for (int i = 0; i < 1000; i++)
		buf_puts(&raw, "\U0001f468\u200d");
	utf8_clean(&out, raw.data, raw.len, 0);
	assert_non_null(strstr(out.data, BAD));
	buf_free(&raw);
	buf_free(&out);
}

static void
test_stops_at_the_bound(void **state)
{
	struct buf out = BUF_INIT(4);

	(void)state;
	utf8_clean(&out, "\001\001", 2, 0); /* would be six bytes */
	assert_string_equal(buf_text(&out), BAD);
	buf_free(&out);
}

static void
test_cleaned(void **state)
{
	char *s = utf8_cleaned("a\033", CLEAN_LINE);

	(void)state;
	assert_string_equal(s, "a\u241b");
	free(s);
	s = utf8_cleaned("", CLEAN_LINE);
	assert_string_equal(s, "");
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_every_code_point),
	    cmocka_unit_test(test_every_byte_pair),
	    cmocka_unit_test(test_piles),
	    cmocka_unit_test(test_stops_at_the_bound),
	    cmocka_unit_test(test_cleaned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
