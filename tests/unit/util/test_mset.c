#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/mem.h"
#include "util/mkey.h"

static char *
all_text(const struct mset *s)
{
	size_t from = 0;

	return mset_text(s, &from, SIZE_MAX);
}

/* Both from an exact heap copy without NUL, so that a read past the end is
 * seen by the address sanitizer. */
static int
parse(struct mset *s, const char *text, size_t max)
{
	size_t n = strlen(text);
	char *copy = mem_dup(text, n);
	int rc = mset_parse(s, copy, n, max);

	free(copy);
	return rc;
}

static void
test_parse(void **state)
{
	static const struct {
		const char *why, *text, *want; /* want NULL: refused */
	} cases[] = {
	    {"one", "7", "7"},
	    {"ranges", "1:3,7", "1:3,7"},
	    {"a range may be written backwards", "4:2", "2:4"},
	    {"touching ranges are one", "1:3,4,5:6", "1:6"},
	    {"any order, any overlap", "9,1:5,3:7,8", "1:9"},
	    {"falling", "9,7,5,3,1", "1,3,5,7,9"},
	    {"twice the same", "5,5,5:5", "5"},
	    {"numbers wider than 32 bits", "4294967296:4294967297",
		"4294967296:4294967297"},
	    {"a backward range over 32 bits", "4294967296:1", "1:4294967296"},
	    {"the largest", "18446744073709551615", "18446744073709551615"},
	    {"everything", "1:18446744073709551615", "1:18446744073709551615"},
	    {"next to the largest", "18446744073709551614,18446744073709551615",
		"18446744073709551614:18446744073709551615"},
	    {"2^64", "18446744073709551616", NULL},
	    {"2^64+1", "18446744073709551617", NULL},
	    {"far too long", "1000000000000000000000000000000000", NULL},
	    {"nothing", "", NULL},
	    {"ends in a comma", "1,", NULL},
	    {"begins with a comma", ",1", NULL},
	    {"two commas", "1,,2", NULL},
	    {"ends in a colon", "1:", NULL},
	    {"begins with a colon", ":1", NULL},
	    {"two colons", "1:2:3", NULL},
	    {"zero is no message", "0", NULL},
	    {"nor an end", "0:5", NULL},
	    {"star means what only the server knows", "1:*", NULL},
	    {"negative", "-1", NULL},
	    {"a blank", "1, 2", NULL},
	    {"hexadecimal", "0x10", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mset s = MSET_INIT;
		int rc = parse(&s, cases[i].text, 100);
		char *got = all_text(&s);

		print_message("%s\n", cases[i].why);
		assert_int_equal(rc, cases[i].want ? 0 : -1);
		assert_string_equal(got, cases[i].want ? cases[i].want : "");
		free(got);
		mset_free(&s);
	}
}

static void
test_parse_bounds(void **state)
{
	struct mset s = MSET_INIT;
	size_t n = 0, size = 2000000;
	char *text = mem_alloc(size), *got;

	(void)state;
	assert_int_equal(parse(&s, "1,3,5", 3), 0);
	/* refused, and what was there stays */
	assert_int_equal(parse(&s, "7", 3), -1);
	assert_int_equal(parse(&s, "7,", 9), -1);
	got = all_text(&s);
	assert_string_equal(got, "1,3,5");
	free(got);
	/* what fills a gap makes fewer */
	assert_int_equal(parse(&s, "2,4", 3), 0);
	assert_int_equal(s.n, 1);
	mset_free(&s);
	/* 200,000 numbers, falling, with gaps: must not be quadratic */
	for (int i = 200000; i > 0; i--)
		n += (size_t)snprintf(
		    text + n, size - n, "%s%d", n ? "," : "", 2 * i);
	assert_int_equal(mset_parse(&s, text, n, 200000), 0);
	assert_int_equal(s.n, 200000);
	assert_int_equal(mset_parse(&s, text, n, 199999), -1);
	mset_free(&s);
	free(text);
}

static void
test_against_bits(void **state)
{
	struct mset s = MSET_INIT;
	bool bits[80] = {false};
	unsigned seed = 1;
	uint64_t count;

	(void)state;
	for (int step = 0; step < 20000; step++) {
		unsigned lo, hi;

		seed = seed * 1103515245u + 12345u;
		lo = 1 + (seed >> 16) % 64;
		hi = lo + (seed >> 8) % 8;
		if (seed >> 28 & 1) {
			mset_add_range(&s, lo, hi);
			for (unsigned i = lo; i <= hi; i++)
				bits[i] = true;
		} else {
			mset_remove(&s, lo);
			bits[lo] = false;
		}
		count = 0;
		for (unsigned i = 0; i < 80; i++) {
			assert_int_equal(mset_has(&s, i), bits[i]);
			count += bits[i];
		}
		assert_int_equal(mset_count(&s), count);
		for (size_t i = 1; i < s.n; i++)
			assert_true(s.range[i].lo > s.range[i - 1].hi + 1);
	}
	mset_free(&s);
}

static void
test_edges(void **state)
{
	struct mset s = MSET_INIT;

	(void)state;
	assert_false(mset_has(&s, 1));
	mset_remove(&s, 1);
	mset_add(&s, UINT64_MAX);
	mset_add(&s, UINT64_MAX - 1);
	assert_int_equal(s.n, 1);
	mset_add(&s, 0);
	mset_add(&s, 1);
	assert_int_equal(s.n, 2);
	assert_int_equal(mset_count(&s), 4);
	mset_remove(&s, UINT64_MAX);
	mset_remove(&s, 0);
	assert_int_equal(mset_count(&s), 2);
	mset_add_range(&s, 0, UINT64_MAX);
	assert_int_equal(s.n, 1);
	assert_true(mset_count(&s) == UINT64_MAX);
	mset_free(&s);
}

static void
test_keys(void **state)
{
	struct mset s = MSET_INIT;

	(void)state;
	mset_add_key(&s, &(struct mkey){.num = 5});
	mset_add_key(&s, &(struct mkey){.str = "uidl-1"});
	mset_add_key(&s, &(struct mkey){.str = ""}); /* names nothing */
	assert_int_equal(mset_count(&s), 2);
	assert_int_equal(s.nstr, 1);
	assert_string_equal(s.str[0], "uidl-1");
	mset_free(&s);
	assert_int_equal(mset_count(&s), 0);
}

static void
test_text_in_pieces(void **state)
{
	struct mset s = MSET_INIT, back = MSET_INIT;
	size_t from = 0, pieces = 0;
	char *t;

	(void)state;
	for (uint64_t i = 1; i <= 500; i++)
		mset_add_range(&s, i * 10, i * 10 + i % 3);
	while (from < s.n) {
		t = mset_text(&s, &from, 50);
		assert_true(strlen(t) <= 50);
		assert_int_equal(mset_parse(&back, t, strlen(t), 500), 0);
		free(t);
		pieces++;
	}
	assert_true(pieces > 50);
	assert_int_equal(back.n, s.n);
	assert_int_equal(memcmp(back.range, s.range, s.n * sizeof *s.range), 0);
	/* a bound that is too small for one range still moves on */
	from = 0;
	t = mset_text(&s, &from, 1);
	assert_string_equal(t, "10:11");
	assert_int_equal(from, 1);
	free(t);
	mset_free(&back);
	mset_free(&s);
}

static void
test_key_equal(void **state)
{
	static const struct {
		const char *why;
		struct mkey a, b;
		bool equal;
	} cases[] = {
	    {"one UID", {.num = 7}, {.num = 7}, true},
	    {"two UIDs", {.num = 7}, {.num = 8}, false},
	    {"a UID counts where there is one", {.num = 7, .str = "a"},
		{.num = 7, .str = "b"}, true},
	    {"one name", {.str = "a"}, {.str = "a"}, true},
	    {"two names", {.str = "a"}, {.str = "A"}, false},
	    {"a UID is no name", {.num = 7}, {.str = "7"}, false},
	    {"two that are not told are not known to be one", {.num = 0},
		{.num = 0}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (mkey_equal(&cases[i].a, &cases[i].b) != cases[i].equal ||
		    mkey_equal(&cases[i].b, &cases[i].a) != cases[i].equal)
			fail_msg("%s", cases[i].why);
	assert_false(mkey_is_told(&(struct mkey){.num = 0}));
	assert_false(mkey_is_told(&(struct mkey){.str = ""}));
	assert_true(mkey_is_told(&(struct mkey){.str = "x"}));
	assert_true(mkey_is_told(&(struct mkey){.num = 1}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_parse_bounds),
	    cmocka_unit_test(test_against_bits),
	    cmocka_unit_test(test_edges),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_key_equal),
	    cmocka_unit_test(test_text_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
