/*
 * One account's database and a real server, brought together: cold and warm,
 * changes from elsewhere, the journal, outages.
 */
#include "sync_world.h"

/* ---- the cases ---- */

static void
test_cold_then_warm(void **state)
{
	struct world *w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);
	char *out;

	(void)state;
	dovecot_fill(w->server, "ann", "INBOX", 1, 100);
	world_start(w);
	until(w, has_ended, "the first sync");
	assert_int_equal(w->folder_rc, 0);
	assert_int_equal(rows_of(w, "INBOX"), 100);
	until(w, is_idle, "rest after the first sync");
	/* the other folders were listed */
	{
		struct arena a = ARENA_INIT;
		struct folder *f;
		size_t n = dbr_folders(w->dbr, w->account, &a, &f);

		assert_true(n >= 6);
		arena_free(&a);
	}
	/* mail that comes while we watch */
	dovecot_fill(w->server, "ann", "INBOX", 101, 1);
	until(w, has_101, "new mail while idle");
	/* two removed and one flagged while we are away */
	world_stop(w);
	free(dovecot_ask(w->server, "ann", "INBOX",
	    "UID STORE 1:2 +FLAGS.SILENT (\\Deleted)"));
	free(dovecot_ask(w->server, "ann", "INBOX", "EXPUNGE"));
	free(dovecot_ask(w->server, "ann", "INBOX",
	    "UID STORE 50 +FLAGS.SILENT (\\Flagged)"));
	world_start(w);
	until(w, has_ended, "the second sync");
	assert_int_equal(rows_of(w, "INBOX"), 99);
	{
		struct mkey k = {.num = 50};
		struct arena a = ARENA_INIT;
		struct msg m;
		int64_t id = dbr_message_by_key(w->dbr, w->inbox, &k);

		assert_true(id > 0);
		assert_int_equal(dbr_message(w->dbr, id, &a, &m), 0);
		assert_true(m.flags & FLAG_FLAGGED);
		assert_string_equal(m.subject, "Message 50");
		arena_free(&a);
	}
	/* removed while we watch */
	until(w, is_idle, "rest after the second sync");
	dovecot_fill(w->server, "ann", "INBOX", 102, 1);
	out = dovecot_ask(
	    w->server, "ann", "INBOX", "UID STORE 3 +FLAGS.SILENT (\\Deleted)");
	free(out);
	free(dovecot_ask(w->server, "ann", "INBOX", "EXPUNGE"));
	until(w, has_99, "removal while idle");
	world_free(w);
}

static void
test_journal(void **state)
{
	struct world *w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);
	int64_t id[10];

	(void)state;
	dovecot_fill(w->server, "ann", "INBOX", 1, 30);
	world_start(w);
	until(w, has_ended, "the first sync");
	newest_ids(w, 30, id, 10);
	order(w, ACT_FLAGS, FLAG_FLAGGED, 0, NULL, id, 3);
	order(w, ACT_MOVE, 0, 0, "Trash", id + 3, 4);
	until(w, nothing_pending, "the acts to be pushed");
	assert_int_equal(server_count(w, "INBOX", "FLAGGED"), 3);
	assert_int_equal(server_count(w, "INBOX", "ALL"), 26);
	assert_int_equal(server_count(w, "Trash", "ALL"), 4);
	assert_int_equal(rows_of(w, "INBOX"), 26);
	/* both are taken back */
	undo(w);
	undo(w);
	assert_int_equal(rows_of(w, "INBOX"), 30);
	until(w, nothing_pending, "the undo to be pushed");
	assert_int_equal(server_count(w, "INBOX", "ALL"), 30);
	assert_int_equal(server_count(w, "INBOX", "FLAGGED"), 0);
	assert_int_equal(server_count(w, "Trash", "ALL"), 0);
	/* what came back is no news */
	until(w, is_idle, "rest");
	assert_int_equal(w->new_mail, 0);
	world_free(w);
}

static void
test_journal_offline(void **state)
{
	struct world *w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);
	struct err e = ERR_INIT;
	char *cache;
	int64_t id[50];

	(void)state;
	dovecot_fill(w->server, "ann", "INBOX", 1, 60);
	world_start(w);
	until(w, has_ended, "the first sync");
	dovecot_stop(w->server);
	until(w, is_offline, "the outage to be noticed");
	newest_ids(w, 60, id, 50);
	for (int i = 0; i < 50; i++)
		order(w, i % 2 ? ACT_MOVE : ACT_FLAGS, i % 2 ? 0 : FLAG_FLAGGED,
		    0, i % 2 ? "Trash" : NULL, id + i, 1);
	assert_int_equal(dbr_acts_count(w->dbr, "test"), 50);
	assert_int_equal(rows_of(w, "INBOX"), 35);
	/* the cache is lost as well */
	world_stop(w);
	world_close_db(w);
	cache = mem_printf("%s/cache", w->dir);
	assert_int_equal(os_remove_tree(cache, &e), 0);
	free(cache);
	dovecot_again(w->server);
	world_db(w);
	assert_int_equal(dbr_acts_count(w->dbr, "test"), 50);
	world_start(w);
	until(w, nothing_pending, "all fifty to be pushed");
	until(w, has_ended, "the sync");
	assert_int_equal(server_count(w, "Trash", "ALL"), 25);
	assert_int_equal(server_count(w, "INBOX", "FLAGGED"), 25);
	assert_int_equal(rows_of(w, "INBOX"), 35);
	world_free(w);
}

static void
test_fetch(void **state)
{
	struct world *w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(1 << 20);
	int64_t id[2];

	(void)state;
	dovecot_fill(w->server, "ann", "INBOX", 1, 5);
	world_start(w);
	until(w, has_ended, "the first sync");
	newest_ids(w, 5, id, 2);
	sync_fetch(w->sync, 7, id[0], NULL, false);
	until(w, is_answered, "the message");
	assert_int_equal(w->answered, 7);
	assert_int_equal(w->answer_rc, 0);
	assert_true(dbr_has_part(w->dbr, id[0], "HEADER"));
	assert_int_equal(dbr_part(w->dbr, id[0], "1", &b, &e), 0);
	assert_non_null(strstr(buf_text(&b), "5"));
	buf_free(&b);
	/* offline: what is here is answered, what is not says why */
	dovecot_stop(w->server);
	until(w, is_offline, "the outage to be noticed");
	w->answered = 0;
	sync_fetch(w->sync, 8, id[0], NULL, false);
	until(w, is_answered, "the message again");
	assert_int_equal(w->answer_rc, 0);
	w->answered = 0;
	sync_fetch(w->sync, 9, id[1], NULL, false);
	until(w, is_answered, "the refusal");
	assert_int_equal(w->answer_rc, -1);
	assert_true(*w->text != '\0');
	world_free(w);
}

static void
test_password(void **state)
{
	struct world *w = world_new(&(struct dovecot_opts){0}, "");

	(void)state;
	dovecot_fill(w->server, "ann", "INBOX", 1, 3);
	w->password = "wrong";
	world_start(w);
	until(w, is_stopped, "the refusal");
	w->password = "pass";
	sync_check(w->sync);
	until(w, has_ended, "the sync with the right password");
	assert_int_equal(rows_of(w, "INBOX"), 3);
	world_free(w);
}

static void
test_rebuilt_folder(void **state)
{
	struct world *w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);
	char *dir, *list;
	struct err e = ERR_INIT;

	(void)state;
	dovecot_fill(w->server, "ann", "INBOX", 1, 10);
	world_start(w);
	until(w, has_ended, "the first sync");
	world_stop(w);
	/* Without its uid list Dovecot gives the folder a new UIDVALIDITY. */
	dovecot_stop(w->server);
	dir = dovecot_maildir(w->server, "ann");
	list = mem_printf("%s/dovecot-uidlist", dir);
	unlink(list);
	free(list);
	list = mem_printf("%s/dovecot.index.log", dir);
	unlink(list);
	free(list);
	list = mem_printf("%s/dovecot.index", dir);
	unlink(list);
	free(list);
	free(dir);
	(void)e;
	poll(NULL, 0, 1100); /* UIDVALIDITY is a time in seconds */
	dovecot_again(w->server);
	dovecot_fill(w->server, "ann", "INBOX", 11, 2);
	world_start(w);
	until(w, has_ended, "the second sync");
	assert_int_equal(rows_of(w, "INBOX"), 12);
	world_free(w);
}

/* More came than a screen shows: the newest page goes ahead, and nothing is
 * missing or told twice afterwards. */
static void
test_long_absence(void **state)
{
	struct world *w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);

	(void)state;
	dovecot_fill(w->server, "ann", "INBOX", 1, 30);
	world_start(w);
	until(w, has_ended, "the first sync");
	world_stop(w);
	dovecot_fill(w->server, "ann", "INBOX", 31, 150);
	w->new_mail = 0;
	world_start(w);
	until(w, has_ended, "the second sync");
	assert_int_equal(rows_of(w, "INBOX"), 180);
	assert_int_equal(w->new_mail, 150);
	world_free(w);
}

static void
test_without_extensions(void **state)
{
	struct world *w = world_new(
	    &(struct dovecot_opts){.capability = "IMAP4rev1"}, PLAIN_WORLD);
	int64_t id[4];

	(void)state;
	dovecot_fill(w->server, "ann", "INBOX", 1, 20);
	world_start(w);
	until(w, has_ended, "the first sync");
	assert_int_equal(rows_of(w, "INBOX"), 20);
	newest_ids(w, 20, id, 4);
	order(w, ACT_FLAGS, FLAG_SEEN, 0, NULL, id, 4);
	until(w, nothing_pending, "the act to be pushed");
	assert_int_equal(server_count(w, "INBOX", "SEEN"), 4);
	world_stop(w);
	free(dovecot_ask(
	    w->server, "ann", "INBOX", "STORE 1 +FLAGS.SILENT (\\Deleted)"));
	free(dovecot_ask(w->server, "ann", "INBOX", "EXPUNGE"));
	world_start(w);
	until(w, has_ended, "the second sync");
	assert_int_equal(rows_of(w, "INBOX"), 19);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cold_then_warm),
	    cmocka_unit_test(test_journal),
	    cmocka_unit_test(test_journal_offline),
	    cmocka_unit_test(test_fetch),
	    cmocka_unit_test(test_password),
	    cmocka_unit_test(test_rebuilt_folder),
	    cmocka_unit_test(test_long_absence),
	    cmocka_unit_test(test_without_extensions),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
