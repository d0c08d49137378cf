/* Several at once: threads of one program, programs on the same files. */
#include <signal.h>
#include <stdatomic.h>

#include <sys/wait.h>

#include "db_int.h"
#include "dbtest.h"

/* ---- what is told ---- */

struct heard {
	pthread_mutex_t lock;
	unsigned what;
	int64_t account, folder;
	int calls;
};
#define HEARD_INIT                                                             \
	{                                                                      \
		.lock = PTHREAD_MUTEX_INITIALIZER                              \
	}

static void
on_change(void *ctx, unsigned what, int64_t account, int64_t folder)
{
	struct heard *h = ctx;

	pthread_mutex_lock(&h->lock);
	h->what |= what;
	h->account = account;
	h->folder = folder;
	h->calls++;
	pthread_mutex_unlock(&h->lock);
}

static struct heard
take(struct heard *h)
{
	struct heard got;

	pthread_mutex_lock(&h->lock);
	got.what = h->what;
	got.account = h->account;
	got.folder = h->folder;
	got.calls = h->calls;
	h->what = 0;
	h->calls = 0;
	pthread_mutex_unlock(&h->lock);
	return got;
}

static void
events(void **state)
{
	struct fixture *f = *state;
	struct heard h = HEARD_INIT, got;
	int64_t id;

	db_on_change(f->d, on_change, &h);
	put(f, f->inbox, 1, "a@x", 1, 0);
	got = take(&h);
	assert_int_equal(got.what, DB_ROWS | DB_COUNTS);
	assert_int_equal(got.account, f->account);
	assert_int_equal(got.folder, f->inbox);
	put(f, f->inbox, 1, "a@x", 1, 0);
	put_flags(f, f->inbox, 1, 0);
	assert_int_equal(take(&h).calls, 0); /* nothing is new */
	put_flags(f, f->inbox, 1, FLAG_SEEN);
	assert_int_equal(take(&h).what, DB_FLAGS | DB_COUNTS);
	id = by_uid(f, f->inbox, 1);
	MUST(db_put_part(f->d, id, "1", "text", 4, &e));
	assert_int_equal(take(&h).what, DB_PARTS);
	post_move(f, id, "Trash");
	got = take(&h);
	assert_int_equal(got.what, DB_ROWS | DB_COUNTS | DB_JOURNAL);
	gone(f, f->inbox, 99);
	assert_int_equal(take(&h).calls, 0);
}

/* ---- threads ---- */

#define EACH 400

struct worker {
	struct fixture *f;
	pthread_t thread;
	uint64_t first;
	atomic_bool *stop;
};

static void *
put_many(void *arg)
{
	struct worker *w = arg;

	for (uint64_t i = 0; i < EACH; i++) {
		struct db_msg m = msg_of(
		    w->first + i, NULL, (int64_t)i, FLAG_SEEN);

		if (db_put_messages(w->f->d, w->f->inbox, &m, 1, NULL) < 0)
			abort();
		if (i % 16 == 0)
			put_flags(w->f, w->f->inbox, w->first + i, 0);
	}
	return NULL;
}

static void *
read_on(void *arg)
{
	struct worker *w = arg;
	struct view_spec s = {.folder = w->f->inbox, .reverse = true};
	struct view_row row[50];
	struct dbr *r;
	struct view *v;

	if (db_reader(w->f->d, &r, NULL) < 0 || view_open(r, &s, &v, NULL) < 0)
		abort();
	while (!atomic_load(w->stop)) {
		view_refresh(v);
		view_rows(v, view_count(v) / 2, 50, row);
		view_find_flags(v, -1, 1, 0, FLAG_SEEN);
	}
	view_close(v);
	dbr_close(r);
	return NULL;
}

static void
workers_and_readers(void **state)
{
	struct fixture *f = *state;
	atomic_bool stop = false;
	struct worker w[3] = {{.f = f, .first = 1}, {.f = f, .first = 10000},
	    {.f = f, .stop = &stop}};
	struct arena a = ARENA_INIT;
	struct folder got;

	put(f, f->trash, 1, "x@x", 1, 0);
	pthread_create(&w[0].thread, NULL, put_many, &w[0]);
	pthread_create(&w[1].thread, NULL, put_many, &w[1]);
	pthread_create(&w[2].thread, NULL, read_on, &w[2]);
	for (int i = 0; i < 50; i++)
		post_flags(f, by_msgid(f, "x@x"), i % 2 ? 0 : FLAG_FLAGGED,
		    i % 2 ? FLAG_FLAGGED : 0);
	pthread_join(w[0].thread, NULL);
	pthread_join(w[1].thread, NULL);
	atomic_store(&stop, true);
	pthread_join(w[2].thread, NULL);
	assert_int_equal(dbr_folder(f->r, f->inbox, &a, &got), 0);
	assert_int_equal(got.rows, 2 * EACH);
	assert_int_equal(got.rows_unseen, 2 * EACH / 16);
	assert_counts(f, f->inbox);
	arena_free(&a);
}

struct batch {
	struct fixture *f;
	size_t n;
	atomic_bool over;
};

static void *
put_batch(void *arg)
{
	struct batch *b = arg;
	struct db_msg *m = mem_array(b->n, sizeof *m);

	for (size_t i = 0; i < b->n; i++)
		m[i] = msg_of(i + 10, NULL, (int64_t)i, 0);
	if (db_put_messages(b->f->d, b->f->inbox, m, b->n, NULL) < 0)
		abort();
	atomic_store(&b->over, true);
	free(m);
	return NULL;
}

/* An act does not wait for a batch of 50,000 rows. */
static void
acts_overtake_batches(void **state)
{
	struct fixture *f = *state;
	struct batch b = {.f = f, .n = 50000};
	pthread_t t;
	int64_t id;

	put(f, f->inbox, 1, "a@x", 1, 0);
	id = by_msgid(f, "a@x");
	pthread_create(&t, NULL, put_batch, &b);
	while (by_uid(f, f->inbox, 500) == 0)
		scratch_sleep_ms(1);
	post_move(f, id, "Trash");
	assert_false(atomic_load(&b.over));
	assert_where(f, "a@x", "Trash [INBOX 1] 0");
	pthread_join(t, NULL);
	assert_counts(f, f->inbox);
}

/* What was posted is done before db_close() returns. */
static void
closing_finishes_what_was_posted(void **state)
{
	struct fixture *f = *state;
	struct answer answer = ANSWER_INIT;
	int64_t id;
	struct act_order o = {.account = f->account,
	    .kind = ACT_FLAGS,
	    .on = FLAG_FLAGGED,
	    .ids = &id,
	    .n = 1};

	put(f, f->inbox, 1, "a@x", 1, 0);
	id = by_msgid(f, "a@x");
	db_post_act(f->d, &o, on_done, &answer);
	id = 0; /* it was copied */
	fx_close(f);
	assert_true(answer.is_there);
	fx_open(f);
	assert_where(f, "a@x", "INBOX 1 4");
}

/* ---- programs ---- */

static void
child_puts(struct fixture *f)
{
	put(f, f->inbox, 77, "child@x", 1, 0);
}

static void
child_acts(struct fixture *f)
{
	post_move(f, by_msgid(f, "a@x"), "Trash");
}

/* This program again, with the name of what to do and where. */
static int
child_main(const char *what, char *dir)
{
	struct fixture f = {.dir = dir};

	fx_open(&f);
	if (strcmp(what, "put") == 0)
		child_puts(&f);
	else
		child_acts(&f);
	fx_close(&f);
	return 0;
}

static void
run_child(struct fixture *f, const char *what)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	const char *const run[] = {self, what, f->dir, NULL};

	assert_true(n > 0);
	self[n] = '\0';
	assert_int_equal(scratch_run(run), 0);
}

static void
poll_until(struct fixture *f, struct heard *h, unsigned what)
{
	for (int i = 0; i < 200; i++) {
		db_poll_foreign(f->d);
		scratch_sleep_ms(5);
		pthread_mutex_lock(&h->lock);
		if ((h->what & what) == what)
			i = 1000;
		pthread_mutex_unlock(&h->lock);
	}
	assert_int_equal(take(h).what & what, what);
}

static void
another_program_writes(void **state)
{
	struct fixture *f = *state;
	struct heard h = HEARD_INIT;

	put(f, f->inbox, 1, "a@x", 1, 0);
	db_poll_foreign(f->d);
	scratch_sleep_ms(20);
	db_on_change(f->d, on_change, &h);
	db_poll_foreign(f->d);
	scratch_sleep_ms(20);
	assert_int_equal(take(&h).calls, 0); /* our own are no news */
	run_child(f, "put");
	poll_until(f, &h, DB_ROWS | DB_FOLDERS);
	assert_where(f, "child@x", "INBOX 77 0");
	run_child(f, "act");
	poll_until(f, &h, DB_ROWS | DB_JOURNAL);
	assert_where(f, "a@x", "Trash [INBOX 1] 0");
	/* what the other one did stays, whatever the server says to us */
	put_flags(f, f->inbox, 1, FLAG_SEEN);
	put(f, f->inbox, 2, "child2@x", 1, 0);
	assert_where(f, "a@x", "Trash [INBOX 1] 1");
	assert_counts(f, f->inbox);
}

static void
child_busy(struct fixture *f)
{
	for (uint64_t i = 0; i < 150; i++) {
		char id[20];

		snprintf(id, sizeof id, "c%" PRIu64 "@x", i);
		put(f, f->inbox, 2000 + i, id, (int64_t)i, 0);
		if (i % 5 == 0)
			post_flags(f, by_msgid(f, id), FLAG_SEEN, 0);
	}
}

static void
two_programs_write(void **state)
{
	struct fixture *f = *state;
	struct fixture child = {.dir = f->dir};
	struct arena a = ARENA_INIT;
	struct folder got;
	int status;
	pid_t pid;

	fx_close(f);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		fx_open(&child);
		child_busy(&child);
		fx_close(&child);
		_exit(0);
	}
	fx_open(f);
	for (uint64_t i = 0; i < 150; i++) {
		char id[20];

		snprintf(id, sizeof id, "p%" PRIu64 "@x", i);
		put(f, f->inbox, 1000 + i, id, (int64_t)i, 0);
		if (i % 5 == 0)
			post_flags(f, by_msgid(f, id), FLAG_SEEN, 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(dbr_folder(f->r, f->inbox, &a, &got), 0);
	assert_int_equal(got.rows, 300);
	assert_int_equal(got.rows_unseen, 240);
	assert_int_equal(dbr_acts_count(f->r, ACCOUNT), 60);
	assert_counts(f, f->inbox);
	arena_free(&a);
}

/* Another program found cache.db damaged and began a new one. */
static void
another_program_replaces_the_cache(void **state)
{
	struct fixture *f = *state;
	struct heard h = HEARD_INIT;

	put(f, f->inbox, 1, "a@x", 1, 0);
	db_on_change(f->d, on_change, &h);
	fx_delete_cache(f);
	run_child(f, "put");
	poll_until(f, &h, DB_ROWS | DB_FOLDERS);
	MUST(db_account(f->d, ACCOUNT, &f->account, &e));
	MUST(db_need_folder(
	    f->d, f->account, "INBOX", ROLE_INBOX, &f->inbox, &e));
	assert_where(f, "child@x", "INBOX 77 0");
	put(f, f->inbox, 78, "b@x", 1, 0);
	assert_where(f, "b@x", "INBOX 78 0");
	assert_where(f, "a@x", "none");
}

/* ---- bounds ---- */

static void
set_meta(struct fixture *f, const char *key, int64_t value)
{
	char *path = fx_path(f, "cache.db");
	struct sql s;

	MUST(sql_open(&s, path, "test", false, &e));
	MUST(meta_set(&s, key, value, &e));
	sql_close(&s);
	free(path);
}

static void
oldest_parts_make_room(void **state)
{
	struct fixture *f = *state;
	char text[1000] = "";
	int64_t id;

	put(f, f->inbox, 1, "a@x", 1, 0);
	id = by_msgid(f, "a@x");
	MUST(db_put_part(f->d, id, "1", text, sizeof text, &e));
	scratch_sleep_ms(1100); /* "last used" is in seconds */
	MUST(db_put_part(f->d, id, "2", text, sizeof text, &e));
	fx_close(f);
	set_meta(f, "part_bytes", DB_PARTS_MAX - 100);
	fx_open(f);
	MUST(db_put_part(f->d, id, "3", text, 500, &e));
	assert_false(dbr_has_part(f->r, id, "1"));
	assert_true(dbr_has_part(f->r, id, "2"));
	assert_true(dbr_has_part(f->r, id, "3"));
	fx_close(f);
	/* a count that is wrong does not stop anything */
	set_meta(f, "part_bytes", (int64_t)DB_PARTS_MAX * 8);
	fx_open(f);
	MUST(db_put_part(f->d, id, "4", text, 500, &e));
	MUST(db_put_part(f->d, id, "5", text, 500, &e));
	assert_true(dbr_has_part(f->r, id, "4"));
	assert_true(dbr_has_part(f->r, id, "5"));
}

/* A month later a finished act is forgotten, an open one is not. */
static void
old_acts_are_forgotten(void **state)
{
	struct fixture *f = *state;
	char *path = fx_path(f, "data.db");
	struct arena a = ARENA_INIT;
	struct act *v;
	struct sql s;
	int64_t act;

	put(f, f->inbox, 1, "a@x", 1, 0);
	act = post_flags(f, by_msgid(f, "a@x"), FLAG_FLAGGED, 0);
	pushing(f, act);
	end(f, act, ACT_DONE);
	post_flags(f, by_msgid(f, "a@x"), FLAG_SEEN, 0);
	fx_close(f);
	MUST(sql_open(&s, path, "test", false, &e));
	MUST(sql_exec(&s, "UPDATE act SET time = time - 31 * 86400", &e));
	sql_close(&s);
	fx_open(f);
	scratch_sleep_ms(QUIET_MS + 500);
	assert_int_equal(dbr_acts(f->r, ACCOUNT, 10, &a, &v), 1);
	assert_int_equal(v[0].state, ACT_PENDING);
	arena_free(&a);
	free(path);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fx_setup, fx_teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    CASE(events),
	    CASE(workers_and_readers),
	    CASE(acts_overtake_batches),
	    CASE(closing_finishes_what_was_posted),
	    CASE(another_program_writes),
	    CASE(two_programs_write),
	    CASE(another_program_replaces_the_cache),
	    CASE(oldest_parts_make_room),
	    CASE(old_acts_are_forgotten),
	};

	if (argc == 3)
		return child_main(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
