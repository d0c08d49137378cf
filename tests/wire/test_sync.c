/*
 * One account's database and a real server, brought together: cold and warm,
 * changes from elsewhere, the journal, outages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>
#include <unistd.h>

#include "db/folder.h"
#include "db/journal.h"
#include "db/message.h"
#include "dovecot.h"
#include "sync/sync.h"
#include "util/mem.h"
#include "util/os.h"

#define PATIENCE_MS 15000

/* A server, a database and what stands between them. */
struct world {
	struct dovecot *server;
	char *dir;
	struct config *config;
	struct db *db;
	struct dbr *dbr;
	struct queue *events;
	struct sync *sync;
	int64_t account, inbox;
	/* what the events said last */
	enum sync_state state;
	char text[200];
	int folder_ended, folder_rc;
	uint64_t answered;
	int answer_rc;
	char note[200];
	uint64_t new_mail;
	const char *password; /* answer to SYNC_EV_ASK */
};

static void
world_config(struct world *w, const char *extra)
{
	struct err e = ERR_INIT;
	char *text = mem_printf("[account test]\n"
				"address = ann@example.org\n"
				"receive-host = 127.0.0.1\n"
				"receive-port = %u\n"
				"receive-tls = none\n"
				"user = ann\n"
				"%s\n",
	    dovecot_port(w->server), extra);

	if (config_parse("test", text, &w->config, &e) < 0)
		fail_msg("%s", e.text);
	free(text);
}

static void
world_db(struct world *w)
{
	struct err e = ERR_INIT;
	char *cache = mem_printf("%s/cache", w->dir);
	char *data = mem_printf("%s/data", w->dir);

	if (db_open(cache, data, &w->db, &e) < 0 ||
	    db_reader(w->db, &w->dbr, &e) < 0 ||
	    db_account(w->db, "test", &w->account, &e) < 0 ||
	    db_need_folder(
		w->db, w->account, "INBOX", ROLE_INBOX, &w->inbox, &e) < 0)
		fail_msg("%s", e.text);
	free(cache);
	free(data);
}

static struct world *
world_new(const struct dovecot_opts *o, const char *extra)
{
	struct err e = ERR_INIT;
	struct world *w = mem_zalloc(sizeof *w);

	w->server = dovecot_start(o);
	w->dir = os_tempdir("etui-test", &e);
	assert_non_null(w->dir);
	world_config(w, extra);
	w->events = queue_new();
	world_db(w);
	return w;
}

static void
world_start(struct world *w)
{
	struct err e = ERR_INIT;
	char *data = mem_printf("%s/data", w->dir);
	struct sync_opts o = {
	    .account = config_account(w->config, 0),
	    .account_id = w->account,
	    .db = w->db,
	    .data_dir = data,
	    .events = w->events,
	};

	w->folder_ended = 0;
	w->sync = sync_start(&o, &e);
	if (w->sync == NULL)
		fail_msg("%s", e.text);
	sync_open_folder(w->sync, w->inbox, "INBOX", 20);
	free(data);
}

static void
take(struct world *w, struct sync_event *ev)
{
	struct secret s = SECRET_INIT;

	switch (ev->kind) {
	case SYNC_EV_STATE:
		w->state = ev->state;
		memcpy(w->text, ev->text, sizeof w->text);
		break;
	case SYNC_EV_FOLDER:
		w->folder_ended++;
		w->folder_rc = ev->rc;
		break;
	case SYNC_EV_MESSAGE:
		w->answered = ev->ticket;
		w->answer_rc = ev->rc;
		memcpy(w->text, ev->err.text, sizeof w->text);
		break;
	case SYNC_EV_NOTE:
		memcpy(w->note, ev->text, sizeof w->note);
		break;
	case SYNC_EV_NEW:
		w->new_mail += ev->count;
		break;
	case SYNC_EV_ASK:
		if (w->password != NULL)
			secret_set(&s, w->password, strlen(w->password));
		sync_secret(w->sync, &s);
		secret_free(&s);
		break;
	case SYNC_EV_JOB:
		break;
	}
	sync_event_free(ev);
}

static bool
turn(struct world *w, int ms)
{
	struct node *n = queue_wait(w->events, ms);

	if (n == NULL)
		return false;
	take(w, (struct sync_event *)n);
	return true;
}

/* Take events until `done` says so. */
static void
until(struct world *w, bool (*done)(struct world *), const char *what)
{
	int64_t end = os_now_ms() + PATIENCE_MS;

	while (!done(w)) {
		if (os_now_ms() > end)
			fail_msg("waited in vain: %s; state %d \"%s\", note "
				 "\"%s\"\n%s",
			    what, (int)w->state, w->text, w->note, "");
		turn(w, 20);
	}
}

static void
world_stop(struct world *w)
{
	struct node *n;

	sync_stop(w->sync, 2000);
	w->sync = NULL;
	while ((n = queue_pop(w->events)) != NULL)
		sync_event_free((struct sync_event *)n);
}

static void
world_close_db(struct world *w)
{
	dbr_close(w->dbr);
	db_close(w->db);
}

static void
world_free(struct world *w)
{
	struct err e = ERR_INIT;

	if (w->sync != NULL)
		world_stop(w);
	world_close_db(w);
	queue_free(w->events);
	config_free(w->config);
	dovecot_free(w->server);
	os_remove_tree(w->dir, &e);
	free(w->dir);
	free(w);
}

/* ---- what to wait for ---- */

static bool
has_ended(struct world *w)
{
	return w->folder_ended > 0;
}

static bool
is_idle(struct world *w)
{
	return w->state == SYNC_IDLE;
}

static bool
is_offline(struct world *w)
{
	return w->state == SYNC_OFFLINE;
}

static bool
is_stopped(struct world *w)
{
	return w->state == SYNC_STOPPED;
}

static bool
is_answered(struct world *w)
{
	return w->answered != 0;
}

static bool
nothing_pending(struct world *w)
{
	return dbr_acts_count(w->dbr, "test") == 0;
}

static uint64_t
rows_of(struct world *w, const char *name)
{
	struct arena a = ARENA_INIT;
	struct folder f;
	uint64_t n = 0;

	if (dbr_folder_named(w->dbr, w->account, name, &a, &f) == 0)
		n = f.rows;
	arena_free(&a);
	return n;
}

static bool
has_101(struct world *w)
{
	return rows_of(w, "INBOX") == 101;
}

static bool
has_99(struct world *w)
{
	return rows_of(w, "INBOX") == 99;
}

/* The row ids of the n newest messages of INBOX, whose UIDs end at `last`. */
static void
newest_ids(struct world *w, uint64_t last, int64_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mkey k = {.num = last - i};

		ids[i] = dbr_message_by_key(w->dbr, w->inbox, &k);
		assert_true(ids[i] > 0);
	}
}

static void
act_done(void *ctx, const struct act_done *d)
{
	atomic_int *rc = ctx;

	*rc = d->rc == 0 ? 1 : -1;
}

static void
order(struct world *w, enum act_kind kind, unsigned on, unsigned off,
    const char *to, int64_t *ids, size_t n)
{
	struct act_order o = {.account = w->account,
	    .kind = kind,
	    .on = on,
	    .off = off,
	    .to = to,
	    .ids = ids,
	    .n = n};
	atomic_int rc = 0;

	db_post_act(w->db, &o, act_done, &rc);
	for (int i = 0; i < 500 && rc == 0; i++)
		poll(NULL, 0, 10);
	assert_int_equal(rc, 1);
	if (w->sync != NULL)
		sync_nudge(w->sync);
}

static void
undo(struct world *w)
{
	atomic_int rc = 0;

	db_post_undo(w->db, w->account, act_done, &rc);
	for (int i = 0; i < 500 && rc == 0; i++)
		poll(NULL, 0, 10);
	assert_int_equal(rc, 1);
	if (w->sync != NULL)
		sync_nudge(w->sync);
}

/* How many messages of the folder does the server count for this search? */
static size_t
server_count(struct world *w, const char *folder, const char *key)
{
	char *cmd = mem_printf("UID SEARCH %s", key);
	char *all = dovecot_ask(w->server, "ann", folder, cmd);
	char *p = strstr(all, "* SEARCH");
	size_t n = 0;

	free(cmd);
	assert_non_null(p);
	for (p += 8; *p == ' '; n++)
		for (p++; *p >= '0' && *p <= '9';)
			p++;
	free(all);
	return n;
}

#define PLAIN_WORLD "password-command = printf pass"

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
	    cmocka_unit_test(test_without_extensions),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
