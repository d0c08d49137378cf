/* From encoded bytes to lines of UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exact.h"
#include "mime/text.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static const struct {
	const char *why, *encoding, *raw, *want;
} decodings[] = {
    {"no encoding", "7bit", "a=41\n", "a=41\n"},
    {"an unknown one is none", "x-nonesuch", "a=41", "a=41"},
    {"base64", "base64", "aGVs\r\nbG8=\r\n", "hello"},
    {"base64 cut in a quantum", "base64", "aGVsbG", "hell"},
    {"base64 with junk", "base64", "aG*V!s bG8=", "hello"},
    {"base64 without padding", "base64", "YQ", "a"},
    {"two base64 texts in a row", "base64", "YQ==\nYg==\n", "ab"},
    {"a list's footer behind base64", "base64", "YQ==\n\n____\nlist footer!\n",
	"a"},
    {"a footer behind base64 without padding", "base64", "YQ\n\n____\nfooter",
	"a"},
    {"nothing", "base64", "", ""},
    {"quoted-printable", "quoted-printable", "a=3Db=\r\nc", "a=bc"},
    {"lower case hex", "quoted-printable", "=c3=a9", "\u00e9"},
    {"blanks behind a soft break", "quoted-printable", "a= \t\r\nb", "ab"},
    {"a soft break at the end", "quoted-printable", "a=", "a"},
    {"half an escape at the end", "quoted-printable", "a=4", "a=4"},
    {"no hex is text", "quoted-printable", "a=ZZ", "a=ZZ"},
    {"blanks at a line's end stay", "quoted-printable", "-- \nx", "-- \nx"},
    {"uuencode", "x-uuencode", "begin 644 a\n%:&5L;&\\\n`\nend\n", "hello"},
    {"a line that promises more than it holds", "x-uuencode",
	"begin 644 a\nM:&5L\nend\n", "hel"},
    {"uuencode without its end", "x-uue", "begin 644 a\n%:&5L;&\\", "hello"},
    {"uuencode without its beginning", "uuencode", "%:&5L;&\\\n", ""},
};

static void
undoes_encodings(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(decodings); i++) {
		size_t n = strlen(decodings[i].raw);
		char *p = exact(decodings[i].raw, n);
		struct buf got = BUF_INIT(4096);
		struct err e = ERR_INIT;

		assert_int_equal(
		    text_decode(decodings[i].encoding, p, n, &got, &e), 0);
		if (strcmp(buf_text(&got), decodings[i].want) != 0)
			fail_msg(
			    "%s: got '%s'", decodings[i].why, buf_text(&got));
		buf_free(&got);
		free(p);
	}
}

static void
keeps_to_its_bound(void **state)
{
	static const char *const encodings[] = {
	    "base64", "quoted-printable", "7bit", "x-uuencode"};
	struct buf raw = BUF_INIT(1 << 20);
	size_t i;

	(void)state;
	buf_puts(&raw, "begin 644 a\n");
	while (raw.len < 100000)
		buf_puts(
		    &raw, "MYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJj\n");
	for (i = 0; i < LEN(encodings); i++) {
		struct buf out = BUF_INIT(1000);
		struct err e = ERR_INIT;

		assert_int_equal(
		    text_decode(encodings[i], raw.data, raw.len, &out, &e), -1);
		assert_int_equal(e.kind, ERR_LIMIT);
		buf_free(&out);
	}
	buf_free(&raw);
}

static const struct {
	const char *why, *charset, *assumed, *raw, *want;
} conversions[] = {
    {"UTF-8", "utf-8", NULL, "caf\u00e9", "caf\u00e9"},
    {"latin 1", "ISO-8859-1", NULL, "caf\xe9", "caf\u00e9"},
    {"latin 1 that is windows-1252", "iso-8859-1", NULL, "\x80\x95",
	"\u20ac\u2022"},
    {"a us-ascii that is UTF-8", "us-ascii", NULL, "caf\u00e9", "caf\u00e9"},
    {"a us-ascii that is windows-1252", "us-ascii", NULL, "caf\xe9",
	"caf\u00e9"},
    {"no label, UTF-8", NULL, "koi8-r", "caf\u00e9", "caf\u00e9"},
    {"no label, the assumed one", NULL, "koi8-r", "\xc1\xc2", "\u0430\u0431"},
    {"no label, nothing assumed", NULL, NULL, "caf\xe9", "caf\u00e9"},
    {"an underscore for a hyphen", "koi8_r", NULL, "\xc1\xc2", "\u0430\u0431"},
    {"an unknown label", "x-nonesuch", NULL, "caf\u00e9", "caf\u00e9"},
    {"a label that would steer iconv", "koi8-r//IGNORE", NULL, "caf\u00e9",
	"caf\u00e9"},
    {"a label longer than any", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	NULL, "a", "a"},
    {"a path as a label", "../../x", NULL, "a", "a"},
    {"ISO-2022-JP", "iso-2022-jp", NULL, "\x1b$B$\"\x1b(B", "\u3042"},
    {"ISO-2022-JP without a label", NULL, NULL, "\x1b$B$\"\x1b(B", "\u3042"},
    {"Shift_JIS", "shift_jis", NULL, "\x82\xa0", "\u3042"},
    {"EUC-KR is windows-949", "euc-kr", NULL, "\xb0\xa1", "\uac00"},
    {"UTF-7", "utf-7", NULL, "+AOk-", "\u00e9"},
    {"a byte order mark wins", "iso-8859-1", NULL, "\xef\xbb\xbf\u00e9",
	"\u00e9"},
    {"a bad byte is shown", "utf-8", NULL, "\u00e9\xff!", "\u00e9\ufffd!"},
    {"a bad byte in another charset", "euc-jp", NULL, "a\xff!", "a\ufffd!"},
    {"a character cut at the end", "shift_jis", NULL, "a\x82", "a\ufffd"},
    {"nothing", "utf-8", NULL, "", ""},
};

static void
converts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(conversions); i++) {
		size_t n = strlen(conversions[i].raw);
		char *p = exact(conversions[i].raw, n);
		struct buf got = BUF_INIT(4096);
		struct err e = ERR_INIT;

		assert_int_equal(text_to_utf8(conversions[i].charset,
				     conversions[i].assumed, p, n, &got, &e),
		    0);
		if (strcmp(buf_text(&got), conversions[i].want) != 0)
			fail_msg(
			    "%s: got '%s'", conversions[i].why, buf_text(&got));
		buf_free(&got);
		free(p);
	}
}

static const struct {
	const char *why, *raw, *want;
} wholes[] = {
    {"encoding and charset",
	"Content-Type: text/plain; charset=iso-8859-1\n"
	"Content-Transfer-Encoding: quoted-printable\n\ncaf=E9=\n!\n",
	"caf\u00e9!\n"},
    {"line ends", "Content-Type: text/plain\n\na\r\nb\rc\n", "a\nb\nc\n"},
    {"HTML", "Content-Type: text/html\n\n<p>a<p>b", "a\n\nb\n"},
    {"HTML says its charset",
	"Content-Type: text/html\n\n<meta charset=\"koi8-r\">\xc1", "\u0430\n"},
    {"HTML that cannot be in UTF-16",
	"Content-Type: text/html\n\n<meta charset=\"utf-16\">a", "a\n"},
    {"enriched text",
	"Content-Type: text/enriched\n\n<bold>a</bold> <<b "
	"<color><param>red</param>c</color> <",
	"a <b c <"},
};

static void
goes_the_whole_way(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(wholes); i++) {
		struct arena a = ARENA_INIT;
		struct buf got = BUF_INIT(4096);
		struct err e = ERR_INIT;
		struct part *p = message_parse(
		    &a, wholes[i].raw, strlen(wholes[i].raw));
		char *body = exact(wholes[i].raw + p->offset, p->size);

		assert_int_equal(
		    text_of_part(p, body, p->size, NULL, &got, &e), 0);
		if (strcmp(buf_text(&got), wholes[i].want) != 0)
			fail_msg("%s: got '%s'", wholes[i].why, buf_text(&got));
		buf_free(&got);
		arena_free(&a);
		free(body);
	}
}

/* want: each line as depth, F for flowed, S for signature, then the text. */
static const struct {
	const char *why;
	bool flowed, delsp;
	const char *raw, *want;
} splits[] = {
    {"fixed lines", false, false, "a\nb\n", "0 a|0 b"},
    {"no line end at the end", false, false, "a", "0 a"},
    {"empty lines count", false, false, "a\n\nb\n", "0 a|0 |0 b"},
    {"quotes keep their marks", false, false, "> > a\n>>b\n> c",
	"2 > > a|2 "
	">>b|1 > c"},
    {"a signature", false, false, "a\n-- \nAnn\n", "0 a|0S -- |0S Ann"},
    {"not a signature", false, false, "--\nAnn", "0 --|0 Ann"},
    {"CRLF", false, false, "a\r\nb\r\n", "0 a|0 b"},
    {"flowed lines join", true, false, "one \ntwo \nthree\nfour\n",
	"0F one two three|0F four"},
    {"DelSp takes the blank away", true, true, "on \ne\n", "0F one"},
    {"quoted ones too, without marks", true, false, "> one \n> two\n",
	"1F one two"},
    {"another depth is another paragraph", true, false, "> one \n>> two\nx",
	"1F one |2F two|0F x"},
    {"stuffed blanks go", true, false, "  a\n From\n >x\n",
	"0F  a|0F From|0F >x"},
    {"a signature does not flow", true, false, "a\n-- \nAnn\n",
	"0F a|0FS -- |0FS Ann"},
    {"a soft break before a signature", true, false, "a \n-- \nAnn",
	"0F a |0FS -- |0FS Ann"},
    {"a soft end", true, false, "a \n", "0F a "},
    {"nothing", true, false, "", ""},
};

static void
splits_lines(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < LEN(splits); i++) {
		size_t n = strlen(splits[i].raw);
		char *p = exact(splits[i].raw, n);
		struct buf got = BUF_INIT(4096);
		struct text_lines l;

		text_split(p, n, splits[i].flowed, splits[i].delsp, &l);
		free(p); /* lines live in their own arena */
		for (k = 0; k < l.n; k++) {
			buf_printf(&got, "%s%d%s%s ", k > 0 ? "|" : "",
			    l.v[k].quote, l.v[k].flowed ? "F" : "",
			    l.v[k].sig ? "S" : "");
			buf_put(&got, l.v[k].s, l.v[k].n);
		}
		if (strcmp(buf_text(&got), splits[i].want) != 0)
			fail_msg("%s: got '%s'", splits[i].why, buf_text(&got));
		text_lines_free(&l);
		buf_free(&got);
	}
}

static void
wraps_long_fixed_lines(void **state)
{
	struct buf b = BUF_INIT(4096);
	struct text_lines l;

	(void)state;
	buf_puts(&b, "> ");
	while (b.len < 200)
		buf_puts(&b, "word ");
	text_split(b.data, b.len, false, false, &l);
	assert_int_equal(l.n, 1);
	assert_true(l.v[0].flowed);
	assert_int_equal(l.v[0].quote, 1);
	assert_memory_equal(l.v[0].s, "word", 4);
	text_lines_free(&l);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(undoes_encodings),
	    cmocka_unit_test(keeps_to_its_bound),
	    cmocka_unit_test(converts),
	    cmocka_unit_test(goes_the_whole_way),
	    cmocka_unit_test(splits_lines),
	    cmocka_unit_test(wraps_long_fixed_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
