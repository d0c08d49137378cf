/* Threads: the same whatever order the messages come in, over all folders, and
 * bounded whatever they say. */
#include "dbtest.h"

struct mail {
	const char *id, *refs[5];
};

static void
put_mail(struct fixture *f, int64_t folder, uint64_t uid, const struct mail *m)
{
	struct db_msg d = msg_of(uid, m->id, (int64_t)uid, 0);

	d.refs = m->refs;
	while (d.nrefs < 5 && m->refs[d.nrefs] != NULL)
		d.nrefs++;
	MUST(db_put_messages(f->d, folder, &d, 1, &e));
}

static int64_t
thread_of(struct fixture *f, int64_t folder, uint64_t uid)
{
	struct arena a = ARENA_INIT;
	struct msg m;

	assert_int_equal(dbr_message(f->r, by_uid(f, folder, uid), &a, &m), 0);
	arena_free(&a);
	return m.thread;
}

static const struct {
	const char *why;
	struct mail mail[6];
	const char *want; /* mails with the same letter are one thread */
} cases[] = {
    {"a reply", {{"a", {0}}, {"b", {"a"}}}, "AA"},
    {"two that have nothing to do with each other", {{"a", {0}}, {"b", {0}}},
	"AB"},
    {"both answer what is not here", {{"b", {"a"}}, {"c", {"a"}}}, "AA"},
    {"joined by a third", {{"a", {0}}, {"b", {0}}, {"c", {"a", "b"}}}, "AAA"},
    {"a chain by the middle", {{"a", {0}}, {"c", {"b"}}, {"b", {"a"}}}, "AAA"},
    {"a loop", {{"a", {"b"}}, {"b", {"a"}}}, "AA"},
    {"an answer to itself", {{"a", {"a", "a"}}, {"b", {0}}}, "AB"},
    {"one id twice", {{"a", {0}}, {"a", {0}}, {"b", {"a"}}}, "AAA"},
    {"no ids at all", {{NULL, {0}}, {NULL, {0}}}, "AB"},
    {"no id, but references", {{NULL, {"a"}}, {NULL, {"a"}}}, "AA"},
    {"empty ids are none", {{"", {""}}, {"", {""}}}, "AB"},
    {"case matters", {{"a", {0}}, {"A", {0}}}, "AB"},
    {"two threads of three, joined late",
	{{"a", {0}}, {"b", {"a"}}, {"x", {0}}, {"y", {"x"}}, {"z", {"y", "b"}}},
	"AAAAA"},
    {"ends only meet over what is missing",
	{{"a", {"m", "n"}}, {"b", {"n", "o"}}, {"c", {"o", "p"}}, {"d", {"q"}}},
	"AAAB"},
};

/* The i-th permutation of n things. */
static void
permute(int *v, int n, int i)
{
	for (int k = 0; k < n; k++)
		v[k] = k;
	for (int k = n; k > 1; k--) {
		int at = i % k, t = v[at];

		i /= k;
		v[at] = v[k - 1];
		v[k - 1] = t;
	}
}

/* Mails alternate between two folders, by when they came. */
static int64_t
folder_at(struct fixture *f, int when)
{
	return when % 2 ? f->inbox : f->trash;
}

static int64_t
thread_at(struct fixture *f, const int *order, int mail)
{
	int when = 0;

	while (order[when] != mail)
		when++;
	return thread_of(f, folder_at(f, when), (uint64_t)mail + 1);
}

static void
check_order(struct fixture *f, size_t c, const int *order, int n)
{
	fx_close(f);
	fx_delete_cache(f);
	fx_open(f);
	for (int i = 0; i < n; i++)
		put_mail(f, folder_at(f, i), (uint64_t)order[i] + 1,
		    &cases[c].mail[order[i]]);
	for (int i = 0; i < n; i++)
		for (int k = 0; k < i; k++)
			if ((thread_at(f, order, i) ==
				thread_at(f, order, k)) !=
			    (cases[c].want[i] == cases[c].want[k]))
				fail_msg("%s: %d and %d", cases[c].why, i, k);
	assert_counts(f, f->inbox);
	assert_counts(f, f->trash);
}

static void
any_order(void **state)
{
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		int n = (int)strlen(cases[c].want), all = 1, order[6];

		for (int i = 2; i <= n; i++)
			all *= i;
		for (int p = 0; p < all; p++) {
			permute(order, n, p);
			check_order(*state, c, order, n);
		}
	}
}

static void
accounts_are_apart(void **state)
{
	struct fixture *f = *state;
	const struct mail m = {"a", {0}};
	int64_t other, folder;

	MUST(db_account(f->d, "home", &other, &e));
	MUST(db_need_folder(f->d, other, "INBOX", ROLE_INBOX, &folder, &e));
	put_mail(f, f->inbox, 1, &m);
	put_mail(f, folder, 1, &m);
	assert_int_not_equal(
	    thread_of(f, f->inbox, 1), thread_of(f, folder, 1));
	assert_int_equal(
	    dbr_message_by_msgid(f->r, other, "a"), by_uid(f, folder, 1));
}

/* A thread goes on when the message that began it has gone. */
static void
the_first_is_gone(void **state)
{
	struct fixture *f = *state;
	const struct mail a = {"a", {0}}, b = {"b", {"a"}}, c = {"c", {"a"}};

	put_mail(f, f->inbox, 1, &a);
	put_mail(f, f->inbox, 2, &b);
	gone(f, f->inbox, 1);
	put_mail(f, f->inbox, 3, &c);
	assert_int_equal(thread_of(f, f->inbox, 2), thread_of(f, f->inbox, 3));
	assert_counts(f, f->inbox);
}

/* All of a thread gone, its ids known: what they name still meets. */
static void
all_are_gone(void **state)
{
	struct fixture *f = *state;
	const struct mail a = {"a", {"x"}}, b = {"b", {"y"}},
			  c = {"c", {"x", "y"}}, d = {"d", {"x"}};

	put_mail(f, f->inbox, 1, &a);
	gone(f, f->inbox, 1);
	put_mail(f, f->inbox, 2, &b);
	put_mail(f, f->inbox, 3, &c);
	put_mail(f, f->inbox, 4, &d);
	assert_int_equal(thread_of(f, f->inbox, 2), thread_of(f, f->inbox, 4));
	assert_counts(f, f->inbox);
}

/* ---- hostile ---- */

struct many {
	struct db_msg *m;
	char (*id)[24];
	const char **refs;
};

static struct many
many_new(size_t n, size_t refs)
{
	struct many v = {.m = mem_array(n, sizeof *v.m),
	    .id = mem_array(n + refs, sizeof *v.id),
	    .refs = mem_array(n * refs + 1, sizeof *v.refs)};

	for (size_t i = 0; i < n; i++) {
		snprintf(v.id[i], sizeof v.id[i], "%zu@x", i);
		v.m[i] = msg_of(i + 1, v.id[i], (int64_t)i, 0);
		v.m[i].refs = v.refs + i * refs;
	}
	return v;
}

static void
many_free(struct many *v)
{
	free(v->m);
	free(v->id);
	free(v->refs);
}

static void
check_one_thread(struct fixture *f, size_t n, int deepest)
{
	struct view_spec s = {.folder = f->inbox, .threaded = true};
	struct view_row *row = mem_array(n, sizeof *row);
	struct view *v;
	int depth = 0;

	MUST(view_open(f->r, &s, &v, &e));
	assert_int_equal(view_rows(v, 0, n, row), n);
	assert_int_equal(row[0].thread_count, n);
	for (size_t i = 0; i < n; i++)
		if (row[i].depth > depth)
			depth = row[i].depth;
	assert_int_equal(depth, deepest);
	view_close(v);
	free(row);
}

static void
a_thousand_references(void **state)
{
	enum { N = 100, REFS = 1000 };
	struct fixture *f = *state;
	struct many v = many_new(N, REFS);

	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < REFS; k++)
			v.refs[i * REFS + k] = v.id[(i * 7 + k) % N];
	for (size_t i = 0; i < N; i++)
		v.m[i].nrefs = REFS;
	MUST(db_put_messages(f->d, f->inbox, v.m, N, &e));
	for (size_t i = 1; i < N; i++)
		assert_int_equal(
		    thread_of(f, f->inbox, i + 1), thread_of(f, f->inbox, 1));
	many_free(&v);
}

static void
a_chain_of_ten_thousand(void **state)
{
	enum { N = 10000 };
	struct fixture *f = *state;
	struct many v = many_new(N, 1);

	for (size_t i = 1; i < N; i++) {
		v.refs[i] = v.id[i - 1];
		v.m[i].nrefs = 1;
	}
	MUST(db_put_messages(f->d, f->inbox, v.m, N, &e));
	check_one_thread(f, N, N - 1);
	many_free(&v);
}

/* Each answers one that is not here, and a last one names them all: 9,999
 * threads become one, the smaller always joining the larger. */
static void
ten_thousand_threads_become_one(void **state)
{
	enum { N = 10000 };
	struct fixture *f = *state;
	struct many v = many_new(N, 2);
	int64_t before = scratch_ms();

	MUST(db_put_messages(f->d, f->inbox, v.m, N, &e));
	for (size_t i = 0; i < N; i++) {
		v.m[i] = msg_of(N + i + 1, NULL, (int64_t)i, 0);
		v.refs[2 * i] = v.id[i];
		v.refs[2 * i + 1] = v.id[i + 1 < N ? i + 1 : 0];
		v.m[i].refs = v.refs + 2 * i;
		v.m[i].nrefs = 2;
	}
	MUST(db_put_messages(f->d, f->inbox, v.m, N, &e));
	check_one_thread(f, 2 * N, 2);
	assert_true(scratch_ms() - before < 60000);
	many_free(&v);
}

static void
ten_thousand_of_one_name(void **state)
{
	enum { N = 10000 };
	struct fixture *f = *state;
	struct many v = many_new(N, 1);

	for (size_t i = 0; i < N; i++) {
		v.m[i].msgid = "same@x";
		v.refs[i] = "same@x";
		v.m[i].nrefs = 1;
	}
	MUST(db_put_messages(f->d, f->inbox, v.m, N, &e));
	check_one_thread(f, N, 1);
	MUST(db_remove_all(f->d, f->inbox, &e));
	assert_counts(f, f->inbox);
	many_free(&v);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fx_setup, fx_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(any_order),
	    CASE(accounts_are_apart),
	    CASE(the_first_is_gone),
	    CASE(all_are_gone),
	    CASE(a_thousand_references),
	    CASE(a_chain_of_ten_thousand),
	    CASE(ten_thousand_threads_become_one),
	    CASE(ten_thousand_of_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
