/* Tokens, names, sequence numbers and capabilities, from any bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "imap/imap_int.h"
#include "util/mem.h"

/* An exact copy without NUL: a read past its end is seen. */
static struct scan
exact(const char *s, char **copy)
{
	size_t n = strlen(s);

	*copy = mem_dup(s, n);
	return scan_of(*copy, n);
}

static void
numbers(void **state)
{
	static const struct {
		const char *why, *text;
		bool ok;
		uint64_t max, want;
	} cases[] = {
	    {"plain", "17 x", true, SCAN_UID_MAX, 17},
	    {"the largest UID", "4294967295", true, SCAN_UID_MAX, 4294967295},
	    {"one more", "4294967296", false, SCAN_UID_MAX, 0},
	    {"2^64 + 1", "18446744073709551617", false, UINT64_MAX, 0},
	    {"2^64 - 1", "18446744073709551615", true, UINT64_MAX, UINT64_MAX},
	    {"negative", "-1", false, SCAN_UID_MAX, 0},
	    {"none", "", false, SCAN_UID_MAX, 0},
	    {"leading zeros", "0007", true, SCAN_UID_MAX, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *copy;
		struct scan s = exact(cases[i].text, &copy);
		uint64_t got = 0;

		print_message("%s\n", cases[i].why);
		assert_int_equal(
		    scan_number(&s, cases[i].max, &got), cases[i].ok);
		assert_true(got == cases[i].want);
		if (!cases[i].ok)
			assert_ptr_equal(s.p, copy);
		free(copy);
	}
}

static void
strings(void **state)
{
	static const struct {
		const char *why, *text, *want; /* NULL: none */
		bool nil;
		size_t left;
	} cases[] = {
	    {"an atom", "INBOX rest", "INBOX", false, 5},
	    {"NIL", "nil)", "", true, 1},
	    {"NIL in quotes is a string", "\"NIL\"", "NIL", false, 0},
	    {"escapes", "\"a\\\"b\\\\c\" x", "a\"b\\c", false, 2},
	    {"no closing quote", "\"abc", NULL, false, 4},
	    {"ends in a backslash", "\"abc\\", NULL, false, 5},
	    {"a line end within quotes", "\"a\r\nb\"", NULL, false, 6},
	    {"a literal", "{3}\r\na\"b rest", "a\"b", false, 5},
	    {"LITERAL-", "{3+}\r\nabc", "abc", false, 0},
	    {"literal8", "~{3}\r\nabc", "abc", false, 0},
	    {"empty literal", "{0}\r\n)", "", false, 1},
	    {"a literal longer than what is there", "{4}\r\nabc", NULL, false,
		8},
	    {"a literal of 2^64", "{18446744073709551616}\r\nabc", NULL, false,
		27},
	    {"nothing", "", NULL, false, 0},
	    {"a parenthesis", ")", NULL, false, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *copy;
		struct scan s = exact(cases[i].text, &copy);
		struct buf out = BUF_INIT(100);
		bool nil, ok;

		print_message("%s\n", cases[i].why);
		ok = scan_string(&s, &out, &nil);
		assert_int_equal(ok, cases[i].want != NULL);
		assert_int_equal(s.end - s.p, cases[i].left);
		if (ok) {
			assert_string_equal(buf_text(&out), cases[i].want);
			assert_int_equal(nil, cases[i].nil);
		}
		buf_free(&out);
		free(copy);
	}
}

static void
values_are_skipped(void **state)
{
	static const struct {
		const char *why, *text;
		bool ok;
		size_t left;
	} cases[] = {
	    {"an atom", "a b", true, 2},
	    {"a list", "(a (b \"c)\" {2}\r\n()) d) e", true, 2},
	    {"an item with a section", "BODY[HEADER.FIELDS (A B)]<0> x", true,
		2},
	    {"an open list", "(a (b)", false, 6},
	    {"an open section", "BODY[x", false, 6},
	    {"nothing but a closing one", ") a", false, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *copy;
		struct scan s = exact(cases[i].text, &copy);

		print_message("%s\n", cases[i].why);
		assert_int_equal(scan_skip(&s), cases[i].ok);
		assert_int_equal(s.end - s.p, cases[i].left);
		free(copy);
	}
}

static void
depth_is_bounded(void **state)
{
	char text[2 * SCAN_DEPTH_MAX + 4];
	struct scan s;

	(void)state;
	memset(text, '(', SCAN_DEPTH_MAX);
	memset(text + SCAN_DEPTH_MAX, ')', SCAN_DEPTH_MAX);
	s = scan_of(text, sizeof text - 4);
	assert_true(scan_skip(&s));
	memset(text, '(', SCAN_DEPTH_MAX + 1);
	memset(text + SCAN_DEPTH_MAX + 1, ')', SCAN_DEPTH_MAX + 1);
	s = scan_of(text, sizeof text - 2);
	assert_false(scan_skip(&s));
}

static void
literals_at_the_end(void **state)
{
	static const struct {
		const char *why, *line;
		bool ok;
		uint64_t size;
	} cases[] = {
	    {"one", "* 1 FETCH (BODY[] {12}", true, 12},
	    {"non-synchronizing", "x {12+}", true, 12},
	    {"nothing before it", "{7}", true, 7},
	    {"empty", "{0}", true, 0},
	    {"no number", "x {}", false, 0},
	    {"only a plus", "x {+}", false, 0},
	    {"negative", "x {-1}", false, 0},
	    {"not at the end", "x {12} ", false, 0},
	    {"no opening", "12}", false, 0},
	    {"beyond 64 bits it is still one", "{99999999999999999999}", true,
		UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t size = 0;

		print_message("%s\n", cases[i].why);
		assert_int_equal(scan_literal_at_end(cases[i].line,
				     strlen(cases[i].line), &size),
		    cases[i].ok);
		assert_true(size == cases[i].size);
	}
}

static void
names(void **state)
{
	static const struct {
		const char *why, *wire, *utf8;
		bool exact;
	} cases[] = {
	    {"ASCII", "INBOX", "INBOX", true},
	    {"an ampersand", "A&-B", "A&B", true},
	    {"umlauts", "Entw&APw-rfe", "Entw\xc3\xbcrfe", true},
	    {"the RFC's own", "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
		"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/"
		"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
		true},
	    {"beyond 16 bits", "&2D3cqQ-", "\xf0\x9f\x92\xa9", true},
	    {"half a surrogate pair is kept as it is", "&2D0-", "&2D0-", false},
	    {"never closed", "a&APw", "a&APw", false},
	    {"ASCII in base64 is not how it is written", "&AGE-", "a", false},
	    {"stray digits", "&A-", "&A-", false},
	    {"bits left over", "&APx-", "&APx-", false},
	    {"raw UTF-8", "\xc3\xa9", "\xc3\xa9", false},
	    {"bytes that are no UTF-8", "a\xff", "a\xef\xbf\xbd", false},
	    {"a NUL in disguise", "&AAA-", "&AAA-", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].wire);
		char *copy = mem_dup(cases[i].wire, n), *got, *back;
		bool is_exact;

		print_message("%s\n", cases[i].why);
		got = mutf7_decode(copy, n, &is_exact);
		assert_string_equal(got, cases[i].utf8);
		assert_int_equal(is_exact, cases[i].exact);
		if (is_exact) {
			back = mutf7_encode(got);
			assert_string_equal(back, cases[i].wire);
			free(back);
		}
		free(got);
		free(copy);
	}
}

static void
numbers_to_uids(void **state)
{
	struct seqmap m = {.v = NULL};

	(void)state;
	seqmap_reset(&m, 100);
	assert_int_equal(seqmap_uid(&m, 100), 0);
	seqmap_set(&m, 50, 500); /* not covered: nothing */
	assert_int_equal(seqmap_uid(&m, 50), 0);
	seqmap_cover(&m, 91);
	for (uint64_t n = 91; n <= 100; n++)
		seqmap_set(&m, n, n * 10);
	seqmap_set(&m, 101, 1010); /* a new one */
	seqmap_set(&m, 103, 1030); /* not the next: not yet */
	assert_int_equal(seqmap_uid(&m, 101), 1010);
	assert_int_equal(seqmap_uid(&m, 103), 0);
	assert_int_equal(seqmap_expunge(&m, 95), 950);
	assert_int_equal(seqmap_uid(&m, 95), 960);
	assert_int_equal(seqmap_uid(&m, 100), 1010);
	assert_int_equal(seqmap_expunge(&m, 3), 0); /* below: all move */
	assert_int_equal(seqmap_uid(&m, 94), 960);
	assert_int_equal(seqmap_expunge(&m, 4000), 0);
	assert_int_equal(seqmap_vanish(&m, 960, 980), 3);
	assert_int_equal(seqmap_uid(&m, 94), 990);
	assert_int_equal(seqmap_vanish(&m, 1, UINT32_MAX), 7);
	assert_int_equal(seqmap_uid(&m, 94), 0);
	seqmap_shift(&m, UINT64_MAX);
	/* a claim does not allocate */
	seqmap_reset(&m, 4000000000);
	seqmap_cover(&m, 1);
	assert_int_equal(m.n, 0);
	seqmap_free(&m);
}

static void
capabilities(void **state)
{
	static const char said[] =
	    " IMAP4rev1 auth=PLAIN AUTH=\"x AUTH=SCRAM-SHA-256 UNKNOWN "
	    "qresync AUTH=averyveryverylongmechanismname";
	struct imap_caps c, back;
	struct buf b = BUF_INIT(1000);

	(void)state;
	caps_parse(&c, said, sizeof said - 1);
	assert_true(c.said);
	assert_string_equal(c.auth, "PLAIN SCRAM-SHA-256");
	assert_int_equal(
	    c.bits, CAP_REV1 | CAP_QRESYNC | CAP_CONDSTORE | CAP_ENABLE);
	caps_write(&c, "after", &b);
	caps_read(&back, buf_text(&b), "after");
	assert_int_equal(back.bits, c.bits);
	assert_string_equal(back.auth, c.auth);
	caps_read(&back, buf_text(&b), "before");
	assert_false(back.said);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(strings),
	    cmocka_unit_test(values_are_skipped),
	    cmocka_unit_test(depth_is_bounded),
	    cmocka_unit_test(literals_at_the_end),
	    cmocka_unit_test(names),
	    cmocka_unit_test(numbers_to_uids),
	    cmocka_unit_test(capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
