/* Address lists as people's programs write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mime/header.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

/* want: name<addr> of each, {group} before it, joined by | */
static const struct {
	const char *why, *raw, *want;
} cases[] = {
    {"name and address", "Ann Example <ann@example.org>",
	"Ann Example<ann@example.org>"},
    {"bare address", "ann@example.org", "<ann@example.org>"},
    {"only <>", "<ann@example.org>", "<ann@example.org>"},
    {"quoted name", "\"Example, Ann\" <a@b>", "Example, Ann<a@b>"},
    {"escapes in quotes", "\"A \\\"B\\\" \\\\\" <a@b>", "A \"B\" \\<a@b>"},
    {"a list", "a@b, C <c@d>,e@f", "<a@b>|C<c@d>|<e@f>"},
    {"empty entries are none", ",, a@b,,", "<a@b>"},
    {"a comment as the name, as it used to be", "a@b (Ann)", "Ann<a@b>"},
    {"nested comments", "a@b (Ann (the first))", "Ann (the first)<a@b>"},
    {"a comment beside a name is not part of it", "Ann (x) Example <a@b>",
	"Ann Example<a@b>"},
    {"comments inside the address", "<a(x)@b(y)>", "<a@b>"},
    {"a group", "Team: a@b, C <c@d>;", "{Team}<a@b>|{Team}C<c@d>"},
    {"an empty group is a name", "undisclosed-recipients:;",
	"{undisclosed-recipients}undisclosed-recipients<>"},
    {"a comment alone is nothing", "Team: a@b; (the end)", "{Team}<a@b>"},
    {"two groups and one without", "A: a@b; B: c@d; e@f",
	"{A}<a@b>|{B}<c@d>|<e@f>"},
    {"semicolons as Outlook writes them", "a@b; c@d", "<a@b>|<c@d>"},
    {"a forgotten comma", "A <a@b> C <c@d>", "A<a@b>|C<c@d>"},
    {"addresses with only a blank between", "a@b c@d", "<a@b>|<c@d>"},
    {"a name without <>", "Ann Example a@b", "Ann Example<a@b>"},
    {"a name behind its address", "<a@b> Ann", "Ann<a@b>"},
    {"a forgotten >", "Ann <a@b, C <c@d>", "Ann<a@b>|C<c@d>"},
    {"doubled <>", "Ann <<a@b>>", "Ann<a@b>"},
    {"an obsolete route", "<@x,@y:a@b>", "<a@b>"},
    {"blanks in an old address", "ann @ example . org", "<ann@example.org>"},
    {"a quoted local part keeps its quotes", "\"a b\"@example.org",
	"<\"a b\"@example.org>"},
    {"an @ in a quoted name is no address", "\"a@b\" <c@d>", "a@b<c@d>"},
    {"an encoded word is only a name",
	"=?utf-8?q?boss=40x.org?=", "boss@x.org<>"},
    {"encoded names", "=?iso-8859-1?q?J=F8rn?= <a@b>", "J\u00f8rn<a@b>"},
    {"words next to each other", "=?utf-8?q?a?= =?utf-8?q?b?= <a@b>",
	"ab<a@b>"},
    {"an encoded word in quotes, against the rules", "\"=?utf-8?q?a?=\" <a@b>",
	"a<a@b>"},
    {"a comma in an encoded word, against the rules",
	"=?utf-8?Q?Doe,_Jo?= <a@b>", "Doe, Jo<a@b>"},
    {"raw UTF-8 name", "J\u00f8rn <a@b>", "J\u00f8rn<a@b>"},
    {"raw 8-bit name", "J\xf8rn <a@b>", "J\u00f8rn<a@b>"},
    {"an address that is no UTF-8 is marked, not guessed", "<\xf8@b>",
	"<\ufffd@b>"},
    {"an international address", "<\u00f8@b>", "<\u00f8@b>"},
    {"a local user", "root", "<root>"},
    {"words are a name", "Undisclosed Recipients", "Undisclosed Recipients<>"},
    {"an unclosed comment is text", "Ann ( <a@b>, c@d", "Ann (<a@b>|<c@d>"},
    {"an unclosed quote is dropped", "\"Ann <a@b>", "Ann<a@b>"},
    {"folded", "Ann\r\n Example\r\n <a@b>", "Ann Example<a@b>"},
    {"no control characters in an address", "<a\x1b\x07@b>", "<a@b>"},
    {"empty <>", "Ann <>", "Ann<>"},
    {"nothing", "", ""},
    {"only blanks", " \r\n ", ""},
};

static void
parses(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < LEN(cases); i++) {
		size_t n = strlen(cases[i].raw);
		char *p = malloc(n + (n == 0));
		struct arena a = ARENA_INIT;
		struct buf got = BUF_INIT(4096);
		struct addresses list;

		assert_non_null(p);
		memcpy(p, cases[i].raw, n);
		address_parse(&a, p, n, NULL, &list);
		for (k = 0; k < list.n; k++) {
			const struct address *ad = &list.v[k];

			if (ad->group != NULL)
				buf_printf(&got, "{%s}", ad->group);
			buf_printf(&got, "%s<%s>%s",
			    ad->name != NULL ? ad->name : "", ad->addr,
			    k + 1 < list.n ? "|" : "");
		}
		if (strcmp(buf_text(&got), cases[i].want) != 0)
			fail_msg("%s: got '%s'", cases[i].why, buf_text(&got));
		buf_free(&got);
		arena_free(&a);
		free(p);
	}
}

static const struct {
	const char *why;
	struct address ad;
	const char *want;
} texts[] = {
    {"name and address", {"Ann", "a@b", NULL}, "Ann <a@b>"},
    {"no name", {NULL, "a@b", NULL}, "a@b"},
    {"no address", {"Ann", "", NULL}, "Ann"},
    {"specials are quoted", {"Doe, \"Jo\"", "a@b", NULL},
	"\"Doe, \\\"Jo\\\"\" <a@b>"},
    {"a name cannot pass for an address", {"x@y", "a@b", NULL},
	"\"x@y\" <a@b>"},
};

static void
shows(void **state)
{
	struct arena a = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < LEN(texts); i++)
		if (strcmp(address_text(&a, &texts[i].ad), texts[i].want) != 0)
			fail_msg("%s", texts[i].why);
	arena_free(&a);
}

static void
caps_the_list(void **state)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(1 << 24);
	struct addresses list;
	int i;

	(void)state;
	for (i = 0; i < 50000; i++)
		buf_printf(&b, "U%d <u%d@example.org>, ", i, i);
	address_parse(&a, b.data, b.len, NULL, &list);
	assert_int_equal(list.n, ADDRESS_MAX);
	assert_true(list.cut);
	assert_string_equal(list.v[ADDRESS_MAX - 1].addr, "u9999@example.org");
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	    cmocka_unit_test(shows),
	    cmocka_unit_test(caps_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
