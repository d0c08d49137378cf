/*
 * A real server that freezes, forgets, refuses and is used by others; a disk
 * that is full; two programs on one account; leaving at any moment.
 */
#include <signal.h>
#include <sys/resource.h>

#include "peer.h"
#include "sync_world.h"

#define CANCEL_MS 1000
#define GRACE_MS  300

static struct world *
filled(unsigned n)
{
	struct world *w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);

	dovecot_fill(w->server, "ann", "INBOX", 1, n);
	return w;
}

static struct world *
synced(unsigned n)
{
	struct world *w = filled(n);

	world_start(w);
	until(w, has_ended, "the first sync");
	until(w, is_idle, "rest");
	return w;
}

static void
run_for(struct world *w, int ms)
{
	int64_t end = os_now_ms() + ms;

	while (os_now_ms() < end)
		turn(w, 10);
}

static int64_t
folder_for(struct world *w, const char *name)
{
	struct err e = ERR_INIT;
	int64_t id = 0;

	if (db_need_folder(w->db, w->account, name, ROLE_NONE, &id, &e) < 0)
		fail_msg("%s", e.text);
	return id;
}

static bool
has_note(struct world *w)
{
	return w->notes > 0;
}

/* ---- acts that cannot be done ---- */

static void
rebuild_inbox(struct world *w)
{
	static const char *const files[] = {
	    "dovecot-uidlist", "dovecot.index.log", "dovecot.index"};
	char *dir = dovecot_maildir(w->server, "ann");

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char *path = mem_printf("%s/%s", dir, files[i]);

		unlink(path);
		free(path);
	}
	free(dir);
	poll(NULL, 0, 1100); /* UIDVALIDITY is a time in seconds */
}

/* The numbers in the journal belong to other messages now. */
static void
test_rebuilt_with_acts(void **state)
{
	struct world *w = synced(10);
	int64_t id[4];

	(void)state;
	dovecot_stop(w->server);
	until(w, is_offline, "the outage");
	newest_ids(w, 10, id, 4);
	order(w, ACT_FLAGS, FLAG_FLAGGED, 0, NULL, id, 2);
	order(w, ACT_MOVE, 0, 0, "Trash", id + 2, 2);
	rebuild_inbox(w);
	dovecot_again(w->server);
	w->folder_ended = 0;
	sync_check(w->sync);
	until(w, has_ended, "the sync");
	until(w, nothing_pending, "the end of the acts");
	until(w, has_note, "the reason");
	assert_non_null(strstr(w->note, "not done: INBOX was rebuilt"));
	assert_int_equal(server_count(w, "INBOX", "ALL"), 10);
	assert_int_equal(server_count(w, "INBOX", "FLAGGED"), 0);
	assert_int_equal(server_count(w, "Trash", "ALL"), 0);
	run_for(w, 100);
	assert_int_equal(rows_of(w, "INBOX"), 10);
	assert_int_equal(rows_of(w, "Trash"), 0);
	world_free(w);
}

static void
expunge_elsewhere(struct world *w, const char *uids)
{
	char *cmd = mem_printf("UID STORE %s +FLAGS.SILENT (\\Deleted)", uids);

	free(dovecot_ask(w->server, "ann", "INBOX", cmd));
	free(dovecot_ask(w->server, "ann", "INBOX", "EXPUNGE"));
	free(cmd);
}

/* Another client was faster with one of three, and with the only one. */
static void
test_expunged_elsewhere(void **state)
{
	struct world *w = synced(10);
	int64_t id[4];

	(void)state;
	newest_ids(w, 10, id, 4);
	world_stop(w);
	order(w, ACT_MOVE, 0, 0, "Trash", id, 3);
	order(w, ACT_MOVE, 0, 0, "Archive", id + 3, 1);
	expunge_elsewhere(w, "9,7");
	world_start(w);
	until(w, nothing_pending, "the end of the acts");
	until(w, has_ended, "the sync");
	until(w, is_idle, "rest");
	assert_int_equal(server_count(w, "Trash", "ALL"), 2);
	assert_int_equal(server_count(w, "Archive", "ALL"), 0);
	assert_int_equal(server_count(w, "INBOX", "ALL"), 6);
	assert_int_equal(rows_of(w, "INBOX"), 6);
	assert_int_equal(rows_of(w, "Trash"), 2);
	assert_int_equal(rows_of(w, "Archive"), 0);
	world_free(w);
}

static void
test_no_such_target(void **state)
{
	struct world *w = synced(5);
	int64_t id[2];

	(void)state;
	newest_ids(w, 5, id, 2);
	order(w, ACT_MOVE, 0, 0, "Nowhere", id, 2);
	until(w, has_note, "the refusal");
	assert_non_null(strstr(w->note, "2 of 2 not done"));
	until(w, nothing_pending, "the end of the act");
	run_for(w, 100);
	assert_int_equal(rows_of(w, "INBOX"), 5);
	assert_int_equal(server_count(w, "INBOX", "ALL"), 5);
	world_free(w);
}

/* ---- a server that freezes, and ^G ---- */

static bool
not_online(struct world *w)
{
	return w->state == SYNC_OFFLINE || w->state == SYNC_CONNECTING;
}

static void
assert_recovers(struct world *w, uint64_t rows)
{
	dovecot_freeze(w->server, false);
	w->folder_ended = 0;
	w->hasty = true;
	sync_check(w->sync);
	until(w, has_ended, "the sync after the thaw");
	assert_int_equal(rows_of(w, "INBOX"), rows);
}

static void
test_frozen_fetch(void **state)
{
	struct world *w = synced(3);
	int64_t id[3], start;

	(void)state;
	newest_ids(w, 3, id, 3);
	sync_fetch(w->sync, 1, id[0], NULL, false);
	until(w, is_answered, "the first message");
	assert_int_equal(w->answer_rc, 0);
	dovecot_freeze(w->server, true);
	w->answered = 0;
	sync_fetch(w->sync, 0, id[1], NULL, true); /* hangs ahead of it */
	run_for(w, 100);
	sync_fetch(w->sync, 2, id[2], NULL, false);
	run_for(w, 50);
	start = os_now_ms();
	sync_cancel(w->sync, 2);
	until(w, is_answered, "the answer to the stop");
	assert_true(os_now_ms() - start < CANCEL_MS);
	assert_int_equal(w->answered, 2);
	assert_int_equal(w->answer_rc, -1);
	/* and the next one is not hit by it */
	dovecot_freeze(w->server, false);
	w->answered = 0;
	sync_fetch(w->sync, 3, id[2], NULL, false);
	until(w, is_answered, "the next message");
	assert_int_equal(w->answer_rc, 0);
	world_free(w);
}

static void
test_frozen_folder(void **state)
{
	struct world *w = synced(3);
	int64_t trash, start;

	(void)state;
	dovecot_fill(w->server, "ann", "Trash", 1, 2);
	trash = folder_for(w, "Trash");
	dovecot_freeze(w->server, true);
	sync_open_folder(w->sync, trash, "Trash", 20);
	run_for(w, 200);
	start = os_now_ms();
	sync_cancel(w->sync, 0);
	until(w, not_online, "the stop");
	assert_true(os_now_ms() - start < CANCEL_MS);
	dovecot_freeze(w->server, false);
	w->folder_ended = 0;
	until(w, has_ended, "the folder after the thaw");
	assert_int_equal(rows_of(w, "Trash"), 2);
	world_free(w);
}

static bool
has_some(struct world *w)
{
	return rows_of(w, "INBOX") > 1000;
}

static void
test_frozen_backfill(void **state)
{
	struct world *w = filled(12000);
	int64_t start;

	(void)state;
	world_start(w);
	until(w, has_some, "some rows");
	dovecot_freeze(w->server, true);
	run_for(w, 1500); /* until all that was under way is here */
	start = os_now_ms();
	sync_cancel(w->sync, 0);
	until(w, not_online, "the stop");
	assert_true(os_now_ms() - start < CANCEL_MS);
	dovecot_freeze(w->server, false);
	w->folder_ended = 0;
	until(w, has_ended, "the next connection");
	/* what was stopped stays stopped until it is asked for */
	assert_true(rows_of(w, "INBOX") < 12000);
	sync_older(w->sync, w->inbox, 12000);
	for (int64_t end = os_now_ms() + PATIENCE_MS;
	     rows_of(w, "INBOX") < 12000;) {
		assert_true(os_now_ms() < end);
		turn(w, 20);
	}
	world_free(w);
}

static void
test_frozen_push(void **state)
{
	struct world *w = synced(5);
	int64_t id[2], start;

	(void)state;
	newest_ids(w, 5, id, 2);
	dovecot_freeze(w->server, true);
	order(w, ACT_FLAGS, FLAG_FLAGGED, 0, NULL, id, 2);
	run_for(w, 800);
	start = os_now_ms();
	sync_cancel(w->sync, 0);
	until(w, not_online, "the stop");
	assert_true(os_now_ms() - start < CANCEL_MS);
	assert_int_equal(dbr_acts_count(w->dbr, "test"), 1);
	assert_recovers(w, 5);
	until(w, nothing_pending, "the act");
	assert_int_equal(server_count(w, "INBOX", "FLAGGED"), 2);
	world_free(w);
}

/* ---- leaving ---- */

static void
quit(struct world *w, const char *when)
{
	int64_t start = os_now_ms(), took;
	struct node *n;
	bool all = sync_stop(w->sync, GRACE_MS);

	took = os_now_ms() - start;
	w->sync = NULL;
	while ((n = queue_pop(w->events)) != NULL)
		sync_event_free((struct sync_event *)n);
	if (!all || took > GRACE_MS)
		fail_msg("%s: %s after %lld ms", when,
		    all ? "ended" : "still running", (long long)took);
}

static void
frozen_script(struct peer_conn *c, void *ctx)
{
	peer_play(c, ctx);
}

struct leaving {
	const char *why, *play, *config;
	bool deaf, mute;
};

static void
test_quit_connecting(void **state)
{
	static const struct leaving rows[] = {
	    {"nobody answers the connect", "", PLAIN_WORLD, .deaf = true},
	    {"no greeting", "WAIT\n", PLAIN_WORLD, .mute = true},
	    {"half a greeting", "S- * OK\nWAIT\n", PLAIN_WORLD},
	    {"no answer to the login",
		"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\nWAIT\n",
		PLAIN_WORLD},
	    {"a password-command that takes its time",
		"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\nWAIT\n",
		"password-command = sleep 30"},
	    {"a person who takes theirs",
		"S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\nWAIT\n",
		""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct peer_opts o = {
		    .deaf = rows[i].deaf, .mute = rows[i].mute};
		struct peer *p = peer_start(
		    &o, frozen_script, (void *)(uintptr_t)rows[i].play);
		struct world *w = world_of(
		    NULL, NULL, peer_port(p), rows[i].config);
		int64_t end = os_now_ms() + 400;

		world_start(w);
		sync_fetch(w->sync, 1, 1, NULL, false);
		while (os_now_ms() < end) {
			struct node *n = queue_wait(w->events, 20);

			if (n != NULL)
				sync_event_free((struct sync_event *)n);
		}
		quit(w, rows[i].why);
		world_free(w);
		peer_stop(p);
	}
}

static void
test_quit_serving(void **state)
{
	struct world *w = filled(12000);
	int64_t id[2];

	(void)state;
	world_start(w);
	until(w, has_some, "some rows");
	quit(w, "in the middle of the backfill");
	world_start(w);
	until(w, has_some, "some rows");
	dovecot_freeze(w->server, true);
	run_for(w, 100);
	quit(w, "frozen in the backfill");
	dovecot_freeze(w->server, false);
	world_start(w);
	until(w, has_ended, "the sync");
	until(w, is_idle, "rest");
	newest_ids(w, 12000, id, 2);
	dovecot_freeze(w->server, true);
	order(w, ACT_MOVE, 0, 0, "Trash", id, 2);
	sync_fetch(w->sync, 1, id[0], NULL, false);
	run_for(w, 100);
	quit(w, "frozen in push and fetch");
	dovecot_freeze(w->server, false);
	world_start(w);
	until(w, is_idle, "rest");
	quit(w, "at rest");
	dovecot_stop(w->server);
	world_start(w);
	until(w, is_offline, "the outage");
	quit(w, "between two attempts");
	world_free(w);
}

/* ---- two programs on one account ---- */

static void
test_two_of_us(void **state)
{
	struct world *w = synced(6), other = *w;
	int64_t id[4];

	(void)state;
	other.events = queue_new();
	other.sync = NULL;
	world_db(&other);
	world_start(&other);
	until(&other, has_ended, "the second one's sync");
	until(&other, is_elsewhere, "the second one to stand back");
	newest_ids(&other, 6, id, 4);
	order(&other, ACT_MOVE, 0, 0, "Trash", id, 2);
	until(w, nothing_pending, "the first one to push for the second");
	assert_int_equal(server_count(w, "Trash", "ALL"), 2);
	/* the first one leaves */
	world_stop(w);
	until(&other, is_idle, "the second one to take over");
	order(&other, ACT_FLAGS, FLAG_FLAGGED, 0, NULL, id + 2, 2);
	until(&other, nothing_pending, "the second one to push");
	assert_int_equal(server_count(w, "INBOX", "FLAGGED"), 2);
	assert_int_equal(server_count(w, "Trash", "ALL"), 2);
	world_stop(&other);
	world_close_db(&other);
	queue_free(other.events);
	world_free(w);
}

/* ---- the command line ---- */

static bool
ended_thrice(struct world *w)
{
	return w->folder_ended >= 3;
}

static void
test_once(void **state)
{
	struct world *w = filled(4);
	int64_t gone, trash;

	(void)state;
	dovecot_fill(w->server, "ann", "Trash", 1, 2);
	gone = folder_for(w, "Gone");
	trash = folder_for(w, "Trash");
	w->once = true;
	world_start(w);
	sync_open_folder(w->sync, gone, "Gone", 20);
	sync_open_folder(w->sync, trash, "Trash", 20);
	until(w, ended_thrice, "all three folders");
	assert_int_equal(rows_of(w, "INBOX"), 4);
	assert_int_equal(rows_of(w, "Trash"), 2);
	/* one more, when all was done */
	dovecot_fill(w->server, "ann", "INBOX", 5, 1);
	w->folder_ended = 0;
	sync_open_folder(w->sync, w->inbox, "INBOX", 20);
	until(w, has_ended, "one more");
	assert_int_equal(w->folder_rc, 0);
	assert_int_equal(rows_of(w, "INBOX"), 5);
	world_stop(w);
	/* without a server */
	dovecot_stop(w->server);
	world_start(w);
	sync_open_folder(w->sync, trash, "Trash", 20);
	sync_open_folder(w->sync, gone, "Gone", 20);
	until(w, ended_thrice, "all three to fail");
	assert_int_equal(w->folder_rc, -1);
	w->folder_ended = 0;
	sync_open_folder(w->sync, w->inbox, "INBOX", 20);
	until(w, has_ended, "one that comes late");
	assert_int_equal(w->folder_rc, -1);
	assert_int_equal(rows_of(w, "INBOX"), 5);
	world_free(w);
}

/* ---- a password that both connections want ---- */

static void
test_one_question(void **state)
{
	struct world *w = synced(3);
	int64_t id[1];

	(void)state;
	newest_ids(w, 3, id, 1);
	world_stop(w);
	config_free(w->config);
	world_config(w, "");
	w->password = "pass";
	world_start(w);
	sync_fetch(w->sync, 1, id[0], NULL, false);
	until(w, is_answered, "the message");
	assert_int_equal(w->answer_rc, 0);
	until(w, has_ended, "the sync");
	assert_int_equal(w->asked, 1);
	world_stop(w);
	/* nobody answers: both give up */
	newest_ids(w, 2, id, 1);
	w->password = NULL;
	w->answered = 0;
	w->asked = 0;
	world_start(w);
	sync_fetch(w->sync, 2, id[0], NULL, false);
	until(w, is_answered, "the message");
	assert_int_equal(w->answer_rc, -1);
	until(w, is_stopped, "the sync to give up");
	w->password = "pass";
	sync_check(w->sync);
	until(w, has_ended, "the second chance");
	assert_int_equal(w->folder_rc, 0);
	world_free(w);
}

/* ---- the disk is full ---- */

static void
limit_files(rlim_t to)
{
	struct rlimit l;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = to == RLIM_INFINITY ? l.rlim_max : to;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static void
test_full_disk(void **state)
{
	struct world *w = filled(6000);
	uint64_t rows;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	world_start(w);
	until(w, has_some, "some rows");
	limit_files(1000);
	until(w, has_note, "the complaint");
	assert_non_null(strstr(w->note, "full"));
	rows = rows_of(w, "INBOX");
	run_for(w, 6000); /* it tries again, in silence */
	assert_int_equal(w->notes, 1);
	assert_true(rows_of(w, "INBOX") >= rows);
	limit_files(RLIM_INFINITY);
	sync_check(w->sync);
	until(w, has_ended, "the rest");
	assert_int_equal(rows_of(w, "INBOX"), 6000);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rebuilt_with_acts),
	    cmocka_unit_test(test_expunged_elsewhere),
	    cmocka_unit_test(test_no_such_target),
	    cmocka_unit_test(test_frozen_fetch),
	    cmocka_unit_test(test_frozen_folder),
	    cmocka_unit_test(test_frozen_backfill),
	    cmocka_unit_test(test_frozen_push),
	    cmocka_unit_test(test_quit_connecting),
	    cmocka_unit_test(test_quit_serving),
	    cmocka_unit_test(test_two_of_us),
	    cmocka_unit_test(test_once),
	    cmocka_unit_test(test_one_question),
	    cmocka_unit_test(test_full_disk),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
