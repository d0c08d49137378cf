#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/mem.h"
#include "util/utf8.h"

static void
test_next(void **state)
{
	static const struct {
		const char *why, *s;
		size_t len;
		int32_t cp;
	} cases[] = {
	    {"nothing", "", 0, -1},
	    {"ASCII", "a", 1, 'a'},
	    {"two", "\u00e9x", 2, 0xe9},
	    {"three", "\u20acx", 3, 0x20ac},
	    {"four", "\U0001f600x", 4, 0x1f600},
	    {"cut", "\xe2\x82", 1, -1},
	    {"a continuation", "\x82", 1, -1},
	    {"overlong", "\xe0\x80\x80", 1, -1},
	    {"surrogate", "\xed\xbf\xbf", 1, -1},
	    {"too high", "\xf5\x80\x80\x80", 1, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].s);
		char *copy = mem_dup(cases[i].s, n);
		int32_t cp = 99;

		print_message("%s\n", cases[i].why);
		assert_int_equal(utf8_next(copy, n, &cp), cases[i].len);
		assert_int_equal(cp, cases[i].cp);
		assert_int_equal(
		    utf8_is_valid(copy, n), n == 0 || cases[i].cp >= 0);
		free(copy);
	}
}

static void
test_put(void **state)
{
	char b[4];

	(void)state;
	assert_int_equal(utf8_put('a', b), 1);
	assert_int_equal(utf8_put(0x10ffff, b), 4);
	assert_int_equal(utf8_put(0x110000, b), 0);
	assert_int_equal(utf8_put(-1, b), 0);
	assert_int_equal(utf8_put(0x20ac, b), 3);
	assert_memory_equal(b, "\u20ac", 3);
}

static void
test_grapheme(void **state)
{
	static const struct {
		const char *why, *s;
		size_t len;
		int width;
	} cases[] = {
	    {"a letter", "ab", 1, 1},
	    {"with a mark", "e\u0301x", 3, 1},
	    {"with two", "e\u0301\u0323x", 5, 1},
	    {"a mark alone", "\u0301x", 2, 1},
	    {"wide", "\u65e5\u672c", 3, 2},
	    {"Hangul from jamo", "\u1112\u1161\u11ab", 9, 2},
	    {"a vowel alone", "\u1161", 3, 1},
	    {"emoji", "\U0001f600\U0001f600", 4, 2},
	    {"skin tone", "\U0001f44d\U0001f3fdx", 8, 2},
	    {"family", "\U0001f468\u200d\U0001f469\u200d\U0001f467x", 18, 2},
	    {"heart in text", "\u2764x", 3, 1},
	    {"heart as emoji", "\u2764\ufe0fx", 6, 2},
	    {"burning heart", "\u2764\ufe0f\u200d\U0001f525", 13, 2},
	    {"keycap", "1\ufe0f\u20e3x", 7, 2},
	    {"a flag", "\U0001f1e9\U0001f1eax", 8, 2},
	    {"two flags are two", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 8,
		2},
	    {"a spacing mark has a cell", "\u0915\u093e", 6, 2},
	    {"CR and LF part", "\r\n", 1, 0},
	    {"LF", "\n\u0301", 1, 0},
	    {"LF never with a mark before", "a\n", 1, 1},
	    {"invalid", "\xffx", 1, 1},
	    {"invalid behind a letter", "a\xff", 1, 1},
	    {"a control takes a cell", "\033[", 1, 1},
	    {"a tab too", "\t", 1, 1},
	    {"nothing", "", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].s);
		char *copy = mem_dup(cases[i].s, n);
		int w = 99;

		print_message("%s\n", cases[i].why);
		assert_int_equal(utf8_grapheme(copy, n, &w), cases[i].len);
		assert_int_equal(w, cases[i].width);
		free(copy);
	}
}

static void
test_width_and_fit(void **state)
{
	static const struct {
		const char *why, *s;
		int width, cols;
		size_t fits;
		int used;
	} cases[] = {
	    {"empty", "", 0, 5, 0, 0},
	    {"ASCII", "hello, wide world", 17, 5, 5, 5},
	    {"all of it", "hello", 5, 5, 5, 5},
	    {"no room", "hello", 5, 0, 0, 0},
	    {"less than none", "hello", 5, -3, 0, 0},
	    {"a mark stays with its letter", "abcde\u0301f", 6, 5, 7, 5},
	    {"and leaves with it", "abcde\u0301f", 6, 4, 4, 4},
	    {"half a wide one does not fit", "a\u65e5\u672c", 5, 4, 4, 3},
	    {"wide ones", "\u65e5\u672c\u8a9e", 6, 6, 9, 6},
	    {"long ASCII, then an accent", "0123456789abcdef\u00e9", 17, 16, 16,
		16},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].s);
		char *copy = mem_dup(cases[i].s, n);
		int used = 99;

		print_message("%s\n", cases[i].why);
		assert_int_equal(utf8_width(copy, n), cases[i].width);
		assert_int_equal(
		    utf8_fit(copy, n, cases[i].cols, &used), cases[i].fits);
		assert_int_equal(used, cases[i].used);
		free(copy);
	}
}

static void
test_wrap(void **state)
{
	static const struct {
		const char *why, *s;
		int cols;
		const char *want; /* lines, '|' between */
	} cases[] = {
	    {"fits", "one two", 7, "one two"},
	    {"at a word", "one two", 6, "one|two"},
	    {"the blank at the edge is dropped", "one two", 3, "one|two"},
	    {"blanks inside stay", "a  b c", 4, "a  b|c"},
	    {"many blanks at the edge", "abc   def", 4, "abc|def"},
	    {"a word too long is cut", "abcdefgh", 3, "abc|def|gh"},
	    {"after a short one", "a bcdefgh", 3, "a|bcd|efg|h"},
	    {"indentation is kept", "  abc def", 6, "  abc|def"},
	    {"no empty line before a long word", "  abcdef", 4, "  ab|cdef"},
	    {"a line end", "ab\ncd", 10, "ab|cd"},
	    {"an empty line", "\n\nx", 10, "||x"},
	    {"a line end after the edge", "abc\ndef", 3, "abc|def"},
	    {"blanks and a line end at the edge", "abc  \ndef", 3, "abc|def"},
	    {"scripts without blanks", "\u65e5\u672c\u8a9e\u6587", 4,
		"\u65e5\u672c|\u8a9e\u6587"},
	    {"a full stop is not left to begin a line",
		"\u65e5\u672c\u3002\u8a9e", 4, "\u65e5|\u672c\u3002|\u8a9e"},
	    {"wider than the window", "\u65e5\u672c", 1, "\u65e5|\u672c"},
	    {"no columns at all", "ab", 0, "a|b"},
	    {"marks stay", "abe\u0301f", 3, "abe\u0301|f"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf got = BUF_INIT(1000);
		const char *s = cases[i].s;
		size_t n = strlen(s), skip, len;

		print_message("%s\n", cases[i].why);
		while (n > 0) {
			char *copy = mem_dup(s, n);

			len = utf8_wrap(copy, n, cases[i].cols, &skip);
			free(copy);
			assert_true(len + skip > 0);
			assert_true(len + skip <= n);
			buf_put(&got, s, len);
			s += len + skip;
			n -= len + skip;
			if (n > 0)
				buf_putc(&got, '|');
		}
		assert_string_equal(buf_text(&got), cases[i].want);
		buf_free(&got);
	}
}

static void
test_folded(void **state)
{
	static const struct {
		const char *why, *s, *want;
	} cases[] = {
	    {"ASCII", "Hello, World! 123", "hello, world! 123"},
	    {"empty", "", ""},
	    {"accents go", "\u00c9l\u00e8ve", "eleve"},
	    {"composed or not", "E\u0301le\u0300ve", "eleve"},
	    {"German", "STRASSE Stra\u00dfe", "strasse strasse"},
	    {"umlaut", "M\u00fcller", "muller"},
	    {"Polish", "\u0141\u00d3D\u0179", "lodz"},
	    {"Danish", "\u00d8re", "ore"},
	    {"Greek final sigma", "\u039f\u03a3 \u03bf\u03c2",
		"\u03bf\u03c3 \u03bf\u03c3"},
	    {"Cyrillic", "\u041f\u0420\u0418", "\u043f\u0440\u0438"},
	    {"Turkish", "\u0130\u0131", "ii"},
	    {"full width", "\uff21\uff22", "ab"},
	    {"ligature", "\ufb01n", "fin"},
	    {"what is not seen is not searched", "a\u00adb\u200bc", "abc"},
	    {"invalid",
		"A\xff"
		"B",
		"a\ufffd"
		"b"},
	    {"an accent at the end", "caf\u00e9", "cafe"},
	    {"long ASCII, accent, long ASCII", "ABCDEFGHIJK\u00c0LMNOPQRSTU",
		"abcdefghijkalmnopqrstu"},
	};
	char *s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].s);
		char *copy = mem_dup(cases[i].s, n);

		print_message("%s\n", cases[i].why);
		s = utf8_folded(copy, n);
		assert_string_equal(s, cases[i].want);
		free(s);
		free(copy);
	}
	s = utf8_folded("a\0b", 3); /* a C string cannot hold it */
	assert_string_equal(s, "a\ufffd"
			       "b");
	free(s);
}

/* No byte string may make these read or run past the end. */
static void
test_noise(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)round % 40, at = 0, skip, g;
		char *s = mem_alloc(n);
		int w, total = 0, used;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			/* mostly lead and continuation bytes */
			s[i] = (char)((seed >> 16) |
				      ((seed >> 27) & 3 ? 0x80u : 0));
		}
		while (at < n) {
			g = utf8_grapheme(s + at, n - at, &w);
			assert_in_range(g, 1, n - at);
			assert_in_range(w, 0, 2);
			at += g;
			total += w;
		}
		assert_int_equal(utf8_width(s, n), total);
		assert_in_range(utf8_fit(s, n, 10, &used), 0, n);
		assert_in_range(used, 0, 10);
		if (n > 0)
			assert_in_range(
			    utf8_wrap(s, n, 10, &skip) + skip, 1, n);
		free(utf8_folded(s, n));
		free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_next),
	    cmocka_unit_test(test_put),
	    cmocka_unit_test(test_grapheme),
	    cmocka_unit_test(test_width_and_fit),
	    cmocka_unit_test(test_wrap),
	    cmocka_unit_test(test_folded),
	    cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
