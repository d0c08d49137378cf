/*
 * Delete, undo and flags, from the key to the journal and back.
 */
#include "fixture.h"

static unsigned
flags_at(struct fixture *x, uint64_t pos)
{
	const struct view_row *r = list_row(x->app, x->app->list, pos);

	assert_non_null(r);
	return r->flags;
}

static uint64_t
rows_in(struct fixture *x, int64_t folder)
{
	struct arena a = ARENA_INIT;
	struct folder f;
	uint64_t n;

	assert_int_equal(dbr_folder(x->app->dbr, folder, &a, &f), 0);
	n = f.rows;
	arena_free(&a);
	return n;
}

static void
test_delete_and_undo(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 20);
	list_goto(x->app, x->app->list, 4); /* 16 */
	fixture_do(x, "delete-message");
	fixture_is_said(x, "(u undo)");
	assert_int_equal(list_count(x->app->list), 19);
	assert_int_equal(rows_in(x, x->trash), 1);
	/* On the message after it, at the same place. */
	assert_int_equal(fixture_cursor(x), 15);
	assert_int_equal(x->app->list->cursor, 4);
	fixture_do(x, "undo");
	assert_int_equal(list_count(x->app->list), 20);
	assert_int_equal(rows_in(x, x->trash), 0);
	assert_int_equal(fixture_cursor(x), 15);
	fixture_do(x, "undo");
	fixture_is_said(x, "nothing to undo");
	fixture_free(x);
}

/* Keys come faster than the database answers: each `d` takes another one. */
static void
test_quick_deletes(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 5);
	for (int i = 0; i < 8; i++)
		fixture_run(x, "delete-message");
	fixture_settle(x);
	assert_int_equal(list_count(x->app->list), 0);
	assert_int_equal(rows_in(x, x->trash), 5);
	for (int i = 0; i < 5; i++)
		fixture_run(x, "undo");
	fixture_settle(x);
	assert_int_equal(list_count(x->app->list), 5);
	fixture_free(x);
}

static void
test_delete_the_tagged(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 20);
	fixture_do(x, "tag-pattern ~m 1-3");
	list_goto(x->app, x->app->list, 10); /* 10 */
	fixture_run(x, "tag-prefix");
	fixture_do(x, "delete-message");
	assert_int_equal(list_count(x->app->list), 17);
	assert_int_equal(x->app->list->ntagged, 0);
	/* The cursor's message was not among them, and it stays there. */
	assert_int_equal(fixture_cursor(x), 10);
	assert_int_equal(x->app->list->cursor, 7);
	fixture_do(x, "undo");
	assert_int_equal(list_count(x->app->list), 20);
	fixture_do(x, "delete-pattern tenth");
	assert_int_equal(list_count(x->app->list), 18);
	fixture_free(x);
}

static void
test_delete_says_why_not(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	struct folder inbox = {.name = "INBOX",
	    .delim = '/',
	    .role = ROLE_INBOX,
	    .selectable = true,
	    .messages = DB_KEEP,
	    .unseen = DB_KEEP};
	struct folder_update synced = FOLDER_UPDATE_KEEP;
	struct err e = ERR_INIT;

	(void)state;
	synced.synced = 1;
	fixture_mail(x, 2);
	fixture_mail_in(x, x->trash, 2);
	fixture_do(x, "folder Trash");
	assert_int_equal(list_count(x->app->list), 2);
	fixture_do(x, "delete-message");
	fixture_is_said(x, "not available");
	assert_int_equal(list_count(x->app->list), 2);
	fixture_do(x, "folder INBOX");
	assert_int_equal(
	    db_put_folders(x->app->db, x->app->cur->id, &inbox, 1, true, &e),
	    0);
	fixture_settle(x);
	fixture_do(x, "delete-message");
	fixture_is_said(x, "in a moment");
	assert_int_equal(
	    db_put_folder_state(x->app->db, x->app->list->folder, &synced, &e),
	    0);
	fixture_settle(x);
	fixture_do(x, "delete-message");
	fixture_is_said(x, "folder-trash");
	assert_int_equal(list_count(x->app->list), 2);
	fixture_free(x);
}

static void
test_flags(void **state)
{
	static const struct {
		const char *command;
		unsigned on, off; /* of the message it was for */
	} cases[] = {
	    {"flag-message", FLAG_FLAGGED, 0},
	    {"flag-message", 0, FLAG_FLAGGED}, {"toggle-new", 0, FLAG_SEEN},
	    {"toggle-new", FLAG_SEEN, 0}, {"set-new", 0, FLAG_SEEN},
	    {"clear-new", FLAG_SEEN, 0},
	    {"set-answered", FLAG_ANSWERED | FLAG_SEEN, 0},
	    {"clear-answered", FLAG_SEEN, FLAG_ANSWERED},
	    {"set-flag !", FLAG_FLAGGED, 0}, {"clear-flag !", 0, FLAG_FLAGGED},
	    {"set-deleted", FLAG_DELETED, 0},
	    {"undo", 0, FLAG_DELETED}, /* it is marked: the mark goes */
	};
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 10);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		list_goto(x->app, x->app->list, 0);
		fixture_do(x, cases[i].command);
		if ((flags_at(x, 0) & cases[i].on) != cases[i].on ||
		    (flags_at(x, 0) & cases[i].off) != 0)
			fail_msg("%zu %s: flags %x", i, cases[i].command,
			    flags_at(x, 0));
	}
	fixture_do(x, "set-flag q");
	fixture_is_said(x, "one of N O r ! * D");
	fixture_free(x);
}

/* One key for many: all go the way of the cursor's. */
static void
test_flags_of_the_tagged(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 10);
	fixture_do(x, "tag-pattern ~m 1-4");
	list_goto(x->app, x->app->list, 6);
	fixture_run(x, "tag-prefix");
	fixture_do(x, "set-important");
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal((flags_at(x, i) & FLAG_FLAGGED) != 0, i < 4);
	assert_int_equal(x->app->list->cursor, 6);
	assert_int_equal(x->app->list->ntagged, 4);
	fixture_do(x, "undo");
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal(flags_at(x, i) & FLAG_FLAGGED, 0);
	fixture_free(x);
}

/* What was not sent yet can be taken back after a restart. */
static void
test_undo_after_restart(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 10);
	fixture_run(x, "delete-message"); /* and out, at once */
	fixture_restart(x, FIXTURE_CONFIG);
	assert_int_equal(list_count(x->app->list), 9);
	fixture_do(x, "undo");
	assert_int_equal(list_count(x->app->list), 10);
	fixture_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_delete_and_undo),
	    cmocka_unit_test(test_quick_deletes),
	    cmocka_unit_test(test_delete_the_tagged),
	    cmocka_unit_test(test_delete_says_why_not),
	    cmocka_unit_test(test_flags),
	    cmocka_unit_test(test_flags_of_the_tagged),
	    cmocka_unit_test(test_undo_after_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
