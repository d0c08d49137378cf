/*
 * The connection is cut at every stage, in both directions: login, page,
 * backfill, push.  Whatever was cut, the rows are in the end those of the
 * server, and every act has been done once.
 */
#include "cutter.h"
#include "relay.h"
#include "sync_world.h"

#define MAIL 60
#define MANY 3200

struct fixture {
	struct dovecot *server;
	struct cutter *cutter;
	unsigned users;
};

static int
set_up(void **state)
{
	struct fixture *f = mem_zalloc(sizeof *f);

	f->server = dovecot_start(&(struct dovecot_opts){0});
	f->cutter = cutter_start(dovecot_port(f->server));
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	cutter_free(f->cutter);
	dovecot_free(f->server);
	free(f);
	return 0;
}

static void
leave(struct world *w)
{
	w->server = NULL; /* the fixture's */
	world_free(w);
}

/* Exactly UIDs 1 to n. */
static void
assert_rows(struct world *w, uint64_t n, const char *why, long long at)
{
	struct mset uids = MSET_INIT;

	dbr_uids(w->dbr, w->inbox, &uids);
	if (uids.n != 1 || uids.range[0].lo != 1 || uids.range[0].hi != n)
		fail_msg("%s, cut at %lld: %zu ranges, first %llu:%llu", why,
		    at, uids.n, (unsigned long long)uids.range[0].lo,
		    (unsigned long long)uids.range[0].hi);
	mset_free(&uids);
}

/* One cold sync, cut once; gives how many bytes came. */
static long long
cold(struct fixture *f, const char *user, uint64_t n, long long down,
    long long up)
{
	struct world *w = world_of(
	    f->server, user, f->cutter->port, PLAIN_WORLD);
	long long before = atomic_load(&f->cutter->down);
	uint64_t most = 0;

	w->hasty = true;
	atomic_store(&f->cutter->down_at, down);
	atomic_store(&f->cutter->up_at, up);
	world_start(w);
	for (int64_t end = os_now_ms() + PATIENCE_MS; !has_ended(w);) {
		uint64_t rows = rows_of(w, "INBOX");

		if (os_now_ms() > end)
			fail_msg("cut at %lld/%lld: never ended", down, up);
		if (rows < most)
			fail_msg("cut at %lld/%lld: rows vanished", down, up);
		most = rows;
		turn(w, 20);
	}
	assert_int_equal(w->folder_rc, 0);
	assert_rows(w, n, user, down >= 0 ? down : up);
	atomic_store(&f->cutter->down_at, -1);
	atomic_store(&f->cutter->up_at, -1);
	leave(w);
	return atomic_load(&f->cutter->down) - before;
}

static void
test_cold(void **state)
{
	struct fixture *f = *state;
	long long total;

	dovecot_fill(f->server, "cold", "INBOX", 1, MAIL);
	total = cold(f, "cold", MAIL, -1, -1);
	for (int i = 0; i < 24; i++)
		cold(f, "cold", MAIL, total * i / 24, -1);
	for (int i = 0; i < 12; i++)
		cold(f, "cold", MAIL, -1, 40 * i);
}

static void
test_backfill(void **state)
{
	struct fixture *f = *state;
	long long total;

	dovecot_fill(f->server, "many", "INBOX", 1, MANY);
	total = cold(f, "many", MANY, -1, -1);
	for (int i = 1; i < 12; i++)
		cold(f, "many", MANY, total * i / 12, -1);
}

/* ---- acts ---- */

struct traffic {
	long long down, up;
};

static size_t
count(struct world *w, const char *folder, const char *key)
{
	return server_count(w, folder, key);
}

/* Three flagged, four moved, those four marked read where they went, and one
 * more moved and taken back. */
static void
push_all(struct world *w)
{
	int64_t id[8];

	newest_ids(w, 12, id, 8);
	order(w, ACT_FLAGS, FLAG_FLAGGED, 0, NULL, id, 3);
	order(w, ACT_MOVE, 0, 0, "Trash", id + 3, 4);
	order(w, ACT_FLAGS, FLAG_SEEN, 0, NULL, id + 3, 4);
	order(w, ACT_MOVE, 0, 0, "Archive", id + 7, 1);
	undo(w);
	until(w, nothing_pending, "the acts to be pushed");
}

static struct traffic
pushed(struct fixture *f, long long down, long long up)
{
	char *user = mem_printf("push%u", f->users++);
	struct world *w = world_of(
	    f->server, user, f->cutter->port, PLAIN_WORLD);
	struct traffic t = {0, 0};

	dovecot_fill(f->server, user, "INBOX", 1, 12);
	w->hasty = true;
	world_start(w);
	until(w, has_ended, "the first sync");
	until(w, is_idle, "rest");
	t.down = atomic_load(&f->cutter->down);
	t.up = atomic_load(&f->cutter->up);
	atomic_store(&f->cutter->down_at, down);
	atomic_store(&f->cutter->up_at, up);
	push_all(w);
	t.down = atomic_load(&f->cutter->down) - t.down;
	t.up = atomic_load(&f->cutter->up) - t.up;
	atomic_store(&f->cutter->down_at, -1);
	atomic_store(&f->cutter->up_at, -1);
	if (w->notes != 0 || count(w, "INBOX", "ALL") != 8 ||
	    count(w, "INBOX", "FLAGGED") != 3 ||
	    count(w, "INBOX", "SEEN") != 0 || count(w, "Trash", "SEEN") != 4 ||
	    count(w, "Trash", "ALL") != 4 || count(w, "Archive", "ALL") != 0 ||
	    rows_of(w, "INBOX") != 8 || rows_of(w, "Trash") != 4) {
		print_journal(w);
		fail_msg("%s, cut at %lld/%lld: note \"%s\", INBOX %zu with "
			 "%zu flagged, Trash %zu with %zu read, Archive %zu; "
			 "rows %llu and %llu",
		    user, down, up, w->note, count(w, "INBOX", "ALL"),
		    count(w, "INBOX", "FLAGGED"), count(w, "Trash", "ALL"),
		    count(w, "Trash", "SEEN"), count(w, "Archive", "ALL"),
		    (unsigned long long)rows_of(w, "INBOX"),
		    (unsigned long long)rows_of(w, "Trash"));
	}
	leave(w);
	free(user);
	return t;
}

static void
test_push(void **state)
{
	struct fixture *f = *state;
	struct traffic t = pushed(f, -1, -1);

	for (int i = 0; i < 16; i++)
		pushed(f, t.down * i / 16, -1);
	for (int i = 0; i < 16; i++)
		pushed(f, -1, t.up * i / 16);
}

/* The server does not say where what it moved is now. */
static void
test_push_blind(void **state)
{
	struct fixture *f = *state;
	struct traffic t;

	atomic_store(&f->cutter->blind, true);
	t = pushed(f, -1, -1);
	for (int i = 0; i < 6; i++)
		pushed(f, t.down * i / 6, -1);
	atomic_store(&f->cutter->blind, false);
}

/* A server without MOVE: copy, mark, expunge.  Cut in between, a copy may be
 * made twice; what must not be is an original that stays, or is lost. */
static void
test_copy(void **state)
{
	struct dovecot *d = dovecot_start(
	    &(struct dovecot_opts){.capability = "IMAP4rev1 UIDPLUS"});
	struct cutter *c = cutter_start(dovecot_port(d));
	char user[20];

	(void)state;
	for (int i = 0; i < 12; i++) {
		struct world *w;
		int64_t id[3];

		snprintf(user, sizeof user, "copy%d", i);
		dovecot_fill(d, user, "INBOX", 1, 5);
		w = world_of(d, user, c->port, PLAIN_WORLD);
		w->hasty = true;
		world_start(w);
		until(w, has_ended, "the first sync");
		until(w, is_idle, "rest");
		newest_ids(w, 5, id, 3);
		atomic_store(&c->down_at, 60 * i);
		order(w, ACT_MOVE, 0, 0, "Trash", id, 3);
		until(w, nothing_pending, "the move");
		atomic_store(&c->down_at, -1);
		assert_int_equal(w->notes, 0);
		assert_int_equal(count(w, "INBOX", "ALL"), 2);
		assert_true(count(w, "Trash", "ALL") >= 3);
		assert_int_equal(rows_of(w, "INBOX"), 2);
		assert_int_equal(rows_of(w, "Trash"), 3);
		leave(w);
	}
	cutter_free(c);
	dovecot_free(d);
}

/* ---- the way is long ---- */

static bool
has_page(struct world *w)
{
	return rows_of(w, "INBOX") >= 20;
}

static void
test_turns(void **state)
{
	struct fixture *f = *state;
	struct relay *r = relay_start(dovecot_port(f->server), 100);
	struct world *w = world_of(
	    f->server, "many", relay_port(r), PLAIN_WORLD);
	struct relay_count n;

	world_start(w);
	until(w, has_page, "the first page");
	n = relay_count(r);
	print_message("turns to the first page: %u, %llu bytes\n", n.turns,
	    (unsigned long long)n.down);
	assert_true(n.turns <= 3);
	leave(w);
	relay_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cold),
	    cmocka_unit_test(test_backfill),
	    cmocka_unit_test(test_turns),
	    cmocka_unit_test(test_push),
	    cmocka_unit_test(test_push_blind),
	    cmocka_unit_test(test_copy),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
