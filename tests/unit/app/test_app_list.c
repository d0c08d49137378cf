/*
 * The list as a person moves through it, over a real database.
 */
#include "fixture.h"

static void
test_opens_newest_first(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	assert_int_equal(list_count(x->app->list), 0);
	assert_null(list_row(x->app, x->app->list, 0));
	fixture_mail(x, 30);
	assert_int_equal(list_count(x->app->list), 30);
	assert_int_equal(fixture_at(x, 0), 30);
	assert_int_equal(fixture_at(x, 29), 1);
	assert_int_equal(fixture_at(x, 30), 0);
	assert_int_equal(fixture_cursor(x), 30);
	fixture_free(x);
}

static void
test_new_mail_while_at_the_top(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 20);
	fixture_mail(x, 1);
	assert_int_equal(x->app->list->cursor, 0);
	assert_int_equal(fixture_cursor(x), 21);
	/* Who has moved keeps the message under the cursor. */
	list_goto(x->app, x->app->list, 3);
	list_goto(x->app, x->app->list, 0);
	fixture_mail(x, 2);
	assert_int_equal(fixture_cursor(x), 21);
	assert_int_equal(x->app->list->cursor, 2);
	/* ... and sees the new mail, as long as both fit. */
	assert_int_equal(x->app->list->top, 0);
	fixture_mail(x, 15);
	assert_int_equal(fixture_cursor(x), 21);
	assert_int_equal(x->app->list->cursor, 17);
	fixture_free(x);
}

static void
test_cursor_message_goes(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	struct mset gone = MSET_INIT;
	struct err e = ERR_INIT;

	(void)state;
	fixture_mail(x, 20);
	list_goto(x->app, x->app->list, 5);
	assert_int_equal(fixture_cursor(x), 15);
	mset_add(&gone, 15);
	mset_add(&gone, 18);
	assert_int_equal(
	    db_remove_messages(x->app->db, x->inbox, &gone, &e), 0);
	fixture_settle(x);
	assert_int_equal(list_count(x->app->list), 18);
	/* The place is kept: the next message has moved into it. */
	assert_int_equal(x->app->list->cursor, 5);
	mset_free(&gone);
	fixture_free(x);
}

static void
test_last_message_goes(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	struct mset gone = MSET_INIT;
	struct err e = ERR_INIT;

	(void)state;
	fixture_mail(x, 3);
	list_goto(x->app, x->app->list, 99);
	assert_int_equal(fixture_cursor(x), 1);
	mset_add_range(&gone, 1, 3);
	assert_int_equal(
	    db_remove_messages(x->app->db, x->inbox, &gone, &e), 0);
	fixture_settle(x);
	assert_int_equal(list_count(x->app->list), 0);
	assert_int_equal(x->app->list->cursor, 0);
	assert_int_equal(x->app->list->cursor_id, 0);
	fixture_do(x, "next-message");
	fixture_do(x, "delete-message");
	fixture_do(x, "open-message");
	fixture_do(x, "tag");
	mset_free(&gone);
	fixture_free(x);
}

static void
test_placeholders(void **state)
{
	static const struct {
		const char *why, *order;
		const char *bound;
		uint64_t coming, beyond;
	} cases[] = {
	    {"all are on their way", "arrival", "all", 970, 0},
	    {"up to the bound", "arrival", "100", 70, 900},
	    {"the bound is reached", "arrival", "10", 0, 970},
	    {"dates are near enough to arrival", "date", "all", 970, 0},
	    {"in another order nobody knows where", "from", "all", 0, 970},
	    {"nor among threads", "threads", "all", 0, 970},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct folder_update u = FOLDER_UPDATE_KEEP;
		char config[600], order[40];
		struct fixture *x;
		struct err e = ERR_INIT;

		snprintf(config, sizeof config, "%ssync-messages = %s\n",
		    FIXTURE_CONFIG, cases[i].bound);
		x = fixture_new(config);
		u.messages = 1000;
		u.complete = 0;
		assert_int_equal(
		    db_put_folder_state(x->app->db, x->inbox, &u, &e), 0);
		fixture_mail(x, 30);
		snprintf(order, sizeof order, "sort %s", cases[i].order);
		fixture_do(x, order);
		if (x->app->list->coming != cases[i].coming ||
		    x->app->list->beyond != cases[i].beyond)
			fail_msg("%s: %llu coming, %llu beyond", cases[i].why,
			    (unsigned long long)x->app->list->coming,
			    (unsigned long long)x->app->list->beyond);
		fixture_do(x, "jump 1");
		fixture_do(x, "last-entry");
		assert_null(
		    list_row(x->app, x->app->list, x->app->list->cursor));
		fixture_free(x);
	}
}

static void
test_orders(void **state)
{
	static const struct {
		const char *command;
		uint64_t first, last;
	} cases[] = {
	    {"sort arrival", 20, 1},
	    {"sort-reverse arrival", 1, 20},
	    {"sort date", 20, 1},
	    {"sort-threads", 20, 1},
	    {"reverse-threads", 1, 20},
	    {"sort-date", 20, 1},
	};
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 20);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		fixture_do(x, cases[i].command);
		assert_int_equal(fixture_at(x, 0), cases[i].first);
		assert_int_equal(fixture_at(x, 19), cases[i].last);
	}
	/* The cursor stays with its message. */
	list_goto(x->app, x->app->list, 4);
	assert_int_equal(fixture_cursor(x), 16);
	fixture_do(x, "reverse-date");
	assert_int_equal(fixture_cursor(x), 16);
	assert_int_equal(x->app->list->cursor, 15);
	fixture_do(x, "sort wildly");
	fixture_is_said(x, "Sort by date, arrival");
	fixture_free(x);
}

static void
test_limit(void **state)
{
	static const struct {
		const char *why, *pattern;
		uint64_t rows;
	} cases[] = {
	    {"a word in the subject", "tenth", 4},
	    {"a sender", "~f \"person 3\"", 6},
	    {"both", "tenth person", 4},
	    {"new", "~N", 20},
	    {"read", "!~N", 20},
	    {"new and tenth: none, so the last stays", "~N tenth", 20},
	    {"by number", "~m 1-5", 5},
	    {"by number, read", "~m 1-5 ~R", 3},
	    {"all but the first", "!~m 1", 39},
	    {"not", "!tenth", 36},
	    {"all", "all", 40},
	};
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 40);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		x->answer = cases[i].pattern;
		fixture_do(x, "limit");
		if (list_count(x->app->list) != cases[i].rows)
			fail_msg("%s: %llu rows", cases[i].why,
			    (unsigned long long)list_count(x->app->list));
	}
	x->answer = "~b word";
	fixture_do(x, "limit");
	fixture_is_said(x, "bodies cannot be searched yet");
	x->answer = NULL;
	fixture_do(x, "limit");
	assert_null(x->app->list->limit);
	fixture_free(x);
}

static void
test_limit_is_taken_back(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	uint64_t uid;

	(void)state;
	fixture_mail(x, 40);
	x->answer = "tenth";
	fixture_do(x, "limit");
	fixture_do(x, "next-message");
	uid = fixture_cursor(x);
	assert_int_equal(uid, 30);
	fixture_do(x, "limit-clear");
	assert_int_equal(list_count(x->app->list), 40);
	assert_int_equal(fixture_cursor(x), uid);
	/* The second limit stops the first. */
	x->answer = "~N";
	fixture_run(x, "limit");
	x->answer = "tenth";
	fixture_do(x, "limit");
	assert_int_equal(list_count(x->app->list), 4);
	fixture_do(x, "limit-clear");
	fixture_run(x, "limit");
	fixture_run(x, "cancel");
	fixture_settle(x);
	assert_int_equal(list_count(x->app->list), 40);
	fixture_free(x);
}

static void
test_search(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 40);
	fixture_do(x, "search-next");
	fixture_is_said(x, "Nothing was searched for");
	x->answer = "tenth";
	list_goto(x->app, x->app->list, 5); /* uid 35 */
	fixture_do(x, "search");
	assert_int_equal(fixture_cursor(x), 30);
	fixture_do(x, "search-next");
	assert_int_equal(fixture_cursor(x), 20);
	fixture_do(x, "search-next");
	fixture_do(x, "search-next");
	assert_int_equal(fixture_cursor(x), 40);
	fixture_is_said(x, "went on at the top");
	fixture_do(x, "search-reverse tenth");
	assert_int_equal(fixture_cursor(x), 10);
	fixture_is_said(x, "went on at the bottom");
	/* An empty answer repeats it, downwards. */
	x->answer = "";
	fixture_do(x, "search");
	assert_int_equal(fixture_cursor(x), 40);
	fixture_do(x, "search nothing-has-this");
	fixture_is_said(x, "Not found");
	assert_int_equal(fixture_cursor(x), 40);
	fixture_do(x, "search \"subject 7\"");
	assert_int_equal(fixture_cursor(x), 7);
	fixture_do(x, "search-next");
	fixture_is_said(x, "only match");
	/* What arrives later is found too. */
	x->answer = "tenth";
	fixture_do(x, "search");
	fixture_mail(x, 10);
	fixture_do(x, "first-entry");
	fixture_do(x, "search-reverse");
	fixture_do(x, "search-next");
	fixture_free(x);
}

static void
test_tags(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	struct list *l;

	(void)state;
	fixture_mail(x, 40);
	l = x->app->list;
	fixture_do(x, "tag-prefix");
	fixture_is_said(x, "No messages are tagged");
	fixture_do(x, "tag");
	fixture_do(x, "tag");
	assert_int_equal(l->ntagged, 2);
	assert_int_equal(l->cursor, 2);
	fixture_do(x, "previous-message");
	fixture_do(x, "tag");
	assert_int_equal(l->ntagged, 1);
	x->answer = "tenth";
	fixture_do(x, "tag-pattern"); /* 40 is tagged already */
	assert_int_equal(l->ntagged, 4);
	x->answer = "~m 1-20";
	fixture_do(x, "untag-pattern");
	assert_int_equal(l->ntagged, 2);
	fixture_do(x, "limit ~T");
	assert_int_equal(list_count(l), 2);
	fixture_do(x, "limit !~T");
	assert_int_equal(list_count(l), 38);
	fixture_do(x, "limit-clear");
	/* ;t: no tags any more; the prefix holds for one command only. */
	fixture_run(x, "tag-prefix");
	assert_true(l->tag_prefix);
	fixture_do(x, "tag");
	assert_false(l->tag_prefix);
	assert_int_equal(l->ntagged, 0);
	fixture_free(x);
}

static void
test_moves(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 40);
	fixture_do(x, "next-new"); /* 40 is read, 39 is not */
	assert_int_equal(fixture_cursor(x), 39);
	fixture_do(x, "next-new");
	assert_int_equal(fixture_cursor(x), 37);
	fixture_do(x, "previous-new");
	fixture_do(x, "previous-new");
	assert_int_equal(fixture_cursor(x), 1);
	fixture_do(x, "next-message");
	fixture_is_said(x, "last message");
	x->answer = "12";
	fixture_do(x, "jump-prompt 1");
	assert_int_equal(x->app->list->cursor, 11);
	fixture_do(x, "jump 99");
	fixture_is_said(x, "no message 99");
	fixture_do(x, "jump -1");
	fixture_is_said(x, "message number is wanted");
	fixture_do(x, "first-entry");
	fixture_do(x, "previous-message");
	fixture_is_said(x, "first message");
	fixture_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_opens_newest_first),
	    cmocka_unit_test(test_new_mail_while_at_the_top),
	    cmocka_unit_test(test_cursor_message_goes),
	    cmocka_unit_test(test_last_message_goes),
	    cmocka_unit_test(test_placeholders),
	    cmocka_unit_test(test_orders),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_limit_is_taken_back),
	    cmocka_unit_test(test_search),
	    cmocka_unit_test(test_tags),
	    cmocka_unit_test(test_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
