#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pattern.h"
#include "util/buf.h"
#include "util/mkey.h"

/* A pattern written out again, in one form. */
static void
write_out(struct buf *out, const struct pattern *p)
{
	for (size_t i = 0; i < p->ntext; i++)
		buf_printf(out, "%s%s%s%s(%s) ", p->text[i].negate ? "!" : "",
		    p->text[i].fields & FIND_SUBJECT ? "s" : "",
		    p->text[i].fields & FIND_FROM ? "f" : "",
		    p->text[i].fields & FIND_TO ? "t" : "", p->text[i].needle);
	for (size_t i = 0; i < p->nrange; i++) {
		buf_printf(out, "%s%llu-", p->range[i].negate ? "!" : "",
		    (unsigned long long)p->range[i].lo);
		if (p->range[i].hi != UINT64_MAX)
			buf_printf(
			    out, "%llu", (unsigned long long)p->range[i].hi);
		buf_putc(out, ' ');
	}
	if (p->on != 0)
		buf_printf(out, "on%x ", p->on);
	if (p->off != 0)
		buf_printf(out, "off%x ", p->off);
	if (p->tagged)
		buf_puts(out, "T ");
	if (p->untagged)
		buf_puts(out, "!T ");
	if (p->none)
		buf_puts(out, "none ");
}

static void
test_good(void **state)
{
	static const struct {
		const char *why, *text, *want;
	} cases[] = {
	    {"nothing is everything", "", ""},
	    {"blanks are nothing", "  \t ", ""},
	    {"the word that clears a limit", "all", ""},
	    {"mutt's dot", " . ", ""},
	    {"~A is everything", "~A", ""},
	    {"all among others is a word", "all bets", "sf(all) sf(bets) "},
	    {"a dot among others is a word", ". x", "sf(.) sf(x) "},
	    {"a word is in subject or sender", "lunch", "sf(lunch) "},
	    {"words must all be there", "a b", "sf(a) sf(b) "},
	    {"quotes keep blanks", "\"a b\" c", "sf(a b) sf(c) "},
	    {"the subject", "~s hello", "s(hello) "},
	    {"the blank may be missing", "~shello", "s(hello) "},
	    {"the sender, quoted", "~f \"Ann Ex\"", "f(Ann Ex) "},
	    {"a recipient", "~t list", "t(list) "},
	    {"not", "!~s hello", "!s(hello) "},
	    {"not, with a blank", "! hello", "!sf(hello) "},
	    {"not not", "!!hello", "sf(hello) "},
	    {"an exclamation mark inside", "hello!", "sf(hello!) "},
	    {"new", "~N", "off1 "},
	    {"read", "~R", "on1 "},
	    {"not new is read", "!~N", "on1 "},
	    {"flags gather", "~N ~F", "on4 off1 "},
	    {"tagged", "~T", "T "},
	    {"not tagged", "!~T", "!T "},
	    {"nothing at all", "!~A", "none "},
	    {"an empty needle is in everything", "~s \"\"", ""},
	    {"... and its opposite nowhere", "!~s \"\"", "none "},
	    {"a range", "~m 101-10100", "101-10100 "},
	    {"from", "~m 5-", "5- "},
	    {"up to", "~m -20", "1-20 "},
	    {"below", "~m <5", "1-4 "},
	    {"above", "~m >20", "21- "},
	    {"one", "~m 7", "7-7 "},
	    {"outside", "!~m 1-10", "!1-10 "},
	    {"no shell here", "~s `id` $HOME", "s(`id`) sf($HOME) "},
	    {"UTF-8 goes through", "größe", "sf(größe) "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT(10000);
		struct err e = ERR_INIT;
		struct pattern p;

		if (pattern_parse(cases[i].text, &p, &e) < 0)
			fail_msg("%s: %s", cases[i].why, e.text);
		write_out(&out, &p);
		if (strcmp(buf_text(&out), cases[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", cases[i].why,
			    buf_text(&out), cases[i].want);
		assert_int_equal(pattern_is_all(&p), cases[i].want[0] == '\0');
		pattern_free(&p);
		buf_free(&out);
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *why, *text, *said;
	} cases[] = {
	    {"an unknown letter", "~s x ~y z", "column 6: ~y"},
	    {"columns are characters", "ü ~y", "column 3: ~y"},
	    {"bodies: not yet, said plainly", "~b word",
		"column 1: ~b: bodies cannot be searched yet; ~s and ~f can"},
	    {"no letter", "a ~", "column 3: a letter"},
	    {"no word", "~s", "column 3: a word"},
	    {"only a not", "!", "column 2: a word"},
	    {"the quote stays open", "~s \"abc", "column 4: the quote"},
	    {"no number", "~m x", "column 4: ~m wants"},
	    {"a number too many", "~m 1-2-3", "column 4: ~m wants"},
	    {"message numbers begin with one", "~m 0", "column 4: ~m wants"},
	    {"a number beyond all bounds", "~m 99999999999999999999999",
		"column 4: ~m wants"},
	    {"or is not there yet", "a | b", "column 3: |"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = ERR_INIT;
		struct pattern p;

		if (pattern_parse(cases[i].text, &p, &e) == 0)
			fail_msg("%s: was taken", cases[i].why);
		if (strstr(e.text, cases[i].said) == NULL)
			fail_msg("%s: said \"%s\"", cases[i].why, e.text);
	}
}

static void
test_bound(void **state)
{
	struct buf text = BUF_INIT(10000);
	struct err e = ERR_INIT;
	struct pattern p;

	(void)state;
	for (int i = 0; i < PATTERN_TERMS_MAX; i++)
		buf_puts(&text, "word ");
	assert_int_equal(pattern_parse(buf_text(&text), &p, &e), 0);
	pattern_free(&p);
	buf_puts(&text, "more");
	assert_int_equal(pattern_parse(buf_text(&text), &p, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
