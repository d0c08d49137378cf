/* Search in headers: what is found, with and without the index. */
#include "dbtest.h"
#include "util/cancel.h"

static const struct {
	const char *subject, *name, *addr, *to, *cc;
} mails[] = {
    {"Lunch on Friday", "Ann Example", "ann@example.org",
	"Bob <bob@example.org>", NULL},
    {"Re: LUNCH", "Bob", "bob@example.org", "ann@example.org",
	"Cy <cy@example.com>"},
    {"Se\xc3\xa1n's caf\xc3\xa9", "Zo\xc3\xab", "zoe@example.net", NULL, NULL},
    {"\xe4\xbc\x9a\xe8\xad\xb0\xe3\x81\xae\xe3\x81\x8a\xe7\x9f\xa5"
     "\xe3\x82\x89\xe3\x81\x9b",
	"\xe5\xb1\xb1\xe7\x94\xb0", "yamada@example.jp", NULL, NULL},
    {"100% \"quoted\" it's * AND OR NOT (x)", "Eve", "eve@example.org", NULL,
	NULL},
    {NULL, NULL, "nobody@example.org", NULL, NULL},
    {"ab", "x", "x@y", NULL, NULL},
};

static const struct {
	const char *why;
	struct find_term t[3];
	size_t n;
	const char *want; /* one letter a mail */
} cases[] = {
    {"any case", {{FIND_SUBJECT, "lunch", false}}, 1, "ab"},
    {"inside of words", {{FIND_SUBJECT, "unc", false}}, 1, "ab"},
    {"only where it is asked for", {{FIND_FROM, "bob", false}}, 1, "b"},
    {"the address counts as sender", {{FIND_FROM, "example.net", false}}, 1,
	"c"},
    {"and as recipient", {{FIND_TO, "bob@", false}}, 1, "a"},
    {"Cc too", {{FIND_TO, "example.com", false}}, 1, "b"},
    {"anywhere", {{FIND_ALL, "bob", false}}, 1, "ab"},
    {"accents do not matter", {{FIND_ALL, "CAFE", false}}, 1, "c"},
    {"nor those of the needle",
	{{FIND_ALL,
	    "s\xc3\xa8"
	    "an",
	    false}},
	1, "c"},
    {"any script",
	{{FIND_SUBJECT, "\xe3\x81\xae\xe3\x81\x8a\xe7\x9f\xa5", false}}, 1,
	"d"},
    {"two characters of it",
	{{FIND_SUBJECT, "\xe4\xbc\x9a\xe8\xad\xb0", false}}, 1, "d"},
    {"what SQL or FTS5 might read otherwise",
	{{FIND_SUBJECT, "\"quoted\" it's *", false}}, 1, "e"},
    {"words of its language", {{FIND_SUBJECT, "AND OR NOT", false}}, 1, "e"},
    {"one character", {{FIND_SUBJECT, "%", false}}, 1, "e"},
    {"two", {{FIND_SUBJECT, "ab", false}}, 1, "g"},
    {"longer than anything",
	{{FIND_ALL,
	    "lunch on friday and the whole "
	    "weekend after it, and more",
	    false}},
	1, ""},
    {"both", {{FIND_SUBJECT, "lunch", false}, {FIND_FROM, "ann", false}}, 2,
	"a"},
    {"not", {{FIND_SUBJECT, "lunch", false}, {FIND_FROM, "ann", true}}, 2, "b"},
    {"only not", {{FIND_FROM, "example.org", true}}, 1, "cdg"},
    {"the parts are there, the whole is not", {{FIND_ALL, "lunch ann", false}},
	1, ""},
    {"everything", {{FIND_ALL, "", false}}, 1, "abcdefg"},
    {"no terms at all", {{0, NULL, false}}, 0, "abcdefg"},
};

static void
fill(struct fixture *f)
{
	for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
		struct db_msg m = msg_of(i + 1, NULL, (int64_t)i, 0);

		m.subject = mails[i].subject;
		m.from_name = mails[i].name;
		m.from_addr = mails[i].addr;
		m.to = mails[i].to;
		m.cc = mails[i].cc;
		MUST(db_put_messages(f->d, f->inbox, &m, 1, &e));
	}
}

static void
check(struct fixture *f, size_t c)
{
	char got[20] = "";
	int64_t *ids;
	size_t n;

	MUST(dbr_find(
	    f->r, f->inbox, cases[c].t, cases[c].n, NULL, &ids, &n, &e));
	for (size_t i = 0; i < n; i++) {
		struct arena a = ARENA_INIT;
		struct msg m;

		if (i > 0)
			assert_true(ids[i] > ids[i - 1]);
		assert_int_equal(dbr_message(f->r, ids[i], &a, &m), 0);
		got[strlen(got)] = (char)('a' + (m.key.num - 1));
		arena_free(&a);
	}
	if (strcmp(got, cases[c].want) != 0)
		fail_msg("%s: found \"%s\"", cases[c].why, got);
	free(ids);
}

/* The writer indexes when it has nothing else to do: right away as well as
 * later, and after messages went, the answers are the same. */
static void
found(void **state)
{
	struct fixture *f = *state;

	fill(f);
	for (int round = 0; round < 3; round++) {
		for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
			check(f, c);
		if (round == 0)
			scratch_sleep_ms(300);
		if (round == 1) {
			MUST(db_remove_all(f->d, f->inbox, &e));
			fill(f);
		}
	}
}

static void
another_folder(void **state)
{
	struct fixture *f = *state;
	struct find_term t = {FIND_ALL, "lunch", false};
	int64_t *ids;
	size_t n;

	fill(f);
	MUST(dbr_find(f->r, f->trash, &t, 1, NULL, &ids, &n, &e));
	assert_int_equal(n, 0);
	free(ids);
	post_move(f, by_uid(f, f->inbox, 1), "Trash");
	MUST(dbr_find(f->r, f->trash, &t, 1, NULL, &ids, &n, &e));
	assert_int_equal(n, 1);
	free(ids);
}

static void
cancelled(void **state)
{
	struct fixture *f = *state;
	struct find_term t = {FIND_ALL, "e", false};
	struct cancel *c = cancel_new();
	struct err err = ERR_INIT;
	int64_t *ids;
	size_t n;

	fill(f);
	cancel_set(c);
	assert_int_equal(
	    dbr_find(f->r, f->inbox, &t, 1, c, &ids, &n, &err), -1);
	assert_int_equal(err.kind, ERR_CANCEL);
	cancel_reset(c);
	assert_int_equal(dbr_find(f->r, f->inbox, &t, 1, c, &ids, &n, &err), 0);
	free(ids);
	cancel_unref(c);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fx_setup, fx_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(found),
	    CASE(another_folder),
	    CASE(cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
