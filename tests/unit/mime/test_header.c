/* Fields of a header block, and their text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exact.h"
#include "mime/header.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static const struct {
	const char *why, *raw, *want, *charset;
} decode_cases[] = {
    {"plain text is left alone", "hello", "hello", NULL},
    {"blanks around it are not part of it", "  hello \r\n", "hello", NULL},
    {"unfolding takes the line end only", "a\r\n b", "a b", NULL},
    {"a tab in a fold is a blank", "a\n\tb", "a b", NULL},
    {"Q word", "=?iso-8859-1?q?caf=E9_noir?=", "caf\u00e9 noir", NULL},
    {"B word", "=?UTF-8?B?w6TDtsO8?=", "\u00e4\u00f6\u00fc", NULL},
    {"the language of RFC 2231 is ignored", "=?us-ascii*en?q?hi?=", "hi", NULL},
    {"blanks between two words vanish",
	"=?utf-8?q?a?= \r\n =?utf-8?q?b?=", "ab", NULL},
    {"blanks between a word and text stay", "a =?utf-8?q?b?= c", "a b c", NULL},
    {"a character cut between two B words is joined",
	"=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "\u20ac", NULL},
    {"a character cut between two Q words is joined",
	"=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "\u20ac", NULL},
    {"a base64 quantum cut between words is joined",
	"=?utf-8?B?w6TD?= =?utf-8?B?tsO8?=", "\u00e4\u00f6\u00fc", NULL},
    {"different charsets are not joined",
	"=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "\u00e9\u00e9", NULL},
    {"missing padding is no loss", "=?utf-8?B?YQ?= =?utf-8?B?Yg?=", "ab", NULL},
    {"junk in base64 is skipped", "=?utf-8?B?Y!W*Jj?=", "abc", NULL},
    {"a broken Q escape is text", "=?utf-8?q?a=ZZb?=", "a=ZZb", NULL},
    {"an unfinished word is text", "=?utf-8?q?a", "=?utf-8?q?a", NULL},
    {"an unknown kind is text", "=?utf-8?x?a?=", "=?utf-8?x?a?=", NULL},
    {"a word that swallows another is text",
	"=?utf-8?q?a =?utf-8?q?b?=", "=?utf-8?q?a b", NULL},
    {"a fold inside a word is forgiven",
	"=?utf-8?Q?Hello\n _there!?=", "Hello  there!", NULL},
    {"text that touches a word", "[x]=?utf-8?q?y?=z", "[x]yz", NULL},
    {"an unknown charset is guessed", "=?x-nonesuch?q?caf=C3=A9?=", "caf\u00e9",
	NULL},
    {"no part of a name reaches iconv unchecked",
	"=?utf-16//TRANSLIT?q?caf=C3=A9?=", "caf\u00e9", NULL},
    {"ISO-2022-JP has states", "=?ISO-2022-JP?B?GyRCJCIbKEI=?=", "\u3042",
	NULL},
    {"gb2312 is a subset of what is sent",
	"=?gb2312?B?1tDOxA==?=", "\u4e2d\u6587", NULL},
    {"iso-8859-1 is windows-1252", "=?iso-8859-1?q?=93x=94?=", "\u201cx\u201d",
	NULL},
    {"us-ascii that is UTF-8", "=?us-ascii?q?=C3=A9?=", "\u00e9", NULL},
    {"utf-8 that is windows-1252", "=?utf-8?q?caf=E9?=", "caf\u00e9", NULL},
    {"a broken byte among good UTF-8 is replaced",
	"=?utf-8?q?=C3=A9=FF?=", "\u00e9\ufffd", NULL},
    {"raw UTF-8", "caf\u00e9", "caf\u00e9", NULL},
    {"raw 8-bit that is no UTF-8 is windows-1252", "caf\xe9", "caf\u00e9",
	NULL},
    {"raw 8-bit in the charset that is assumed", "\xc1\xc2", "\u0430\u0431",
	"koi8-r"},
    {"a word may not bring back a line end",
	"=?utf-8?q?a=0D=0AX:_b?=", "a  X: b", NULL},
    {"an encoded NUL is seen, and ends nothing", "=?utf-8?q?a=00b?=",
	"a\ufffd"
	"b",
	NULL},
    {"empty word",
	"=?utf-8?q?"
	"?=",
	"", NULL},
    {"only the start of a word", "=?", "=?", NULL},
    {"nothing", "", "", NULL},
};

static void
decodes(void **state)
{
	struct arena a = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < LEN(decode_cases); i++) {
		size_t n = strlen(decode_cases[i].raw);
		char *p = exact(decode_cases[i].raw, n);
		char *got = header_decode(&a, p, n, decode_cases[i].charset);

		if (strcmp(got, decode_cases[i].want) != 0)
			fail_msg("%s: got '%s'", decode_cases[i].why, got);
		free(p);
	}
	arena_free(&a);
}

static const struct {
	const char *why, *block, *want;
} split_cases[] = {
    {"CRLF and LF", "A: 1\r\nB: 2\n", "A=1|B=2|"},
    {"no line end at the end", "A: 1", "A=1|"},
    {"folded values stay folded", "A: 1\r\n 2\r\nB: 3", "A=1~~ 2|B=3|"},
    {"a line that is no field is skipped", "A: 1\njunk\nB: 2\n", "A=1|B=2|"},
    {"what continues such a line too", "junk\n : x\nB: 2\n", "B=2|"},
    {"an mbox separator is no field", "From a@b Mon Jan 1 00:00\nB: 2\n",
	"B=2|"},
    {"an empty line ends the block", "A: 1\n\nB: 2\n", "A=1|"},
    {"CRLF too", "A: 1\r\n\r\nB: 2\r\n", "A=1|"},
    {"blanks before the colon", "A  : 1\n", "A=1|"},
    {"no name is no field", ": 1\nB: 2\n", "B=2|"},
    {"an empty value", "A:\nB: 2\n", "A=|B=2|"},
    {"a colon alone at the end", "A:", "A=|"},
    {"a name with 8-bit is none", "A\xe9: 1\nB: 2\n", "B=2|"},
    {"nothing", "", ""},
};

static void
splits(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < LEN(split_cases); i++) {
		size_t pos = 0, n = strlen(split_cases[i].block);
		char *p = exact(split_cases[i].block, n);
		struct buf got = BUF_INIT(4096);
		struct field f;

		while (header_next(p, n, &pos, &f)) {
			buf_put(&got, f.name, f.name_len);
			buf_putc(&got, '=');
			while (f.value_len > 0 && *f.value == ' ') {
				f.value++;
				f.value_len--;
			}
			buf_put(&got, f.value, f.value_len);
			buf_putc(&got, '|');
		}
		for (k = 0; k < got.len; k++)
			if (got.data[k] == '\r' || got.data[k] == '\n')
				got.data[k] = '~';
		if (strcmp(buf_text(&got), split_cases[i].want) != 0)
			fail_msg(
			    "%s: got '%s'", split_cases[i].why, buf_text(&got));
		buf_free(&got);
		free(p);
	}
}

static void
finds(void **state)
{
	static const char block[] =
	    "Received: 1\r\nSUBJECT: x\r\nReceived: 2\r\nSubject-Not: y\r\n";
	size_t len;
	const char *v = header_get(block, sizeof block - 1, "Subject", &len);

	(void)state;
	assert_non_null(v);
	assert_memory_equal(v, " x", 2);
	assert_int_equal(len, 2);
	assert_null(header_get(block, sizeof block - 1, "To", &len));
	assert_int_equal(len, 0);
	assert_int_equal(header_count(block, sizeof block - 1, "received"), 2);
}

/* Bytes that repeat `unit` up to n, as an exact copy. */
static char *
repeated(const char *unit, size_t n)
{
	size_t len = strlen(unit), i;
	char *p = malloc(n);

	assert_non_null(p);
	for (i = 0; i < n; i++)
		p[i] = unit[i % len];
	return p;
}

/* Each of these was once quadratic or deep in some mail program; the bound
 * is the ctest timeout. */
static void
survives_bombs(void **state)
{
	static const char *const units[] = {"=?", "=?a?q?", "=?utf-8?B?", "=",
	    "?=", "=?utf-8?q?x?= ", "=?a?q?b?==?c?b?d?=", "\xff", "(", "\"",
	    "<", ";", ",", "(\"<", "a@b,", "<@", "\\", "g:;", "\r\n ", ":",
	    "A:\n", "x: y\r\n", "[", "Re: ", "a@b "};
	const size_t n = 1 << 20;
	size_t i;

	(void)state;
	for (i = 0; i < LEN(units); i++) {
		char *p = repeated(units[i], n);
		struct arena a = ARENA_INIT;
		struct addresses list;
		struct envelope env;
		const char **ids;
		int zone;

		header_decode(&a, p, n, NULL);
		address_parse(&a, p, n, NULL, &list);
		assert_true(list.n <= ADDRESS_MAX);
		assert_true(msgids_parse(&a, p, n, &ids) <= REFERENCES_MAX);
		date_parse(p, n, &zone);
		envelope_parse(&a, p, n, NULL, &env);
		subject_base(header_decode(&a, p, n, NULL));
		arena_free(&a);
		free(p);
	}
}

/* Every short string over the bytes that mean something. */
static void
is_total(void **state)
{
	static const char bytes[] = "a=?q@<>(),:;\"\\ \n\0\xe9";
	const size_t base = sizeof bytes - 1, len = 4;
	size_t i, k, total = 1;

	(void)state;
	for (k = 0; k < len; k++)
		total *= base;
	for (i = 0; i < total; i += 3) {
		struct arena a = ARENA_INIT;
		struct addresses list;
		struct envelope env;
		size_t v = i;
		char *p = malloc(len);

		assert_non_null(p);
		for (k = 0; k < len; k++, v /= base)
			p[k] = bytes[v % base];
		header_decode(&a, p, len, NULL);
		address_parse(&a, p, len, NULL, &list);
		envelope_parse(&a, p, len, NULL, &env);
		arena_free(&a);
		free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decodes),
	    cmocka_unit_test(splits),
	    cmocka_unit_test(finds),
	    cmocka_unit_test(survives_bombs),
	    cmocka_unit_test(is_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
