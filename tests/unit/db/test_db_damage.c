/*
 * A cache.db that is cut, scribbled over, foreign or of another version is put
 * aside and built again, and data.db is never touched; a full disk stops
 * writing, not reading.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "db_int.h"
#include "dbtest.h"

#define MESSAGES 200
#define MOVED    20

static void
fill(struct fixture *f)
{
	struct folder_update u = FOLDER_UPDATE_KEEP;
	static struct db_msg m[MESSAGES];
	static char id[MESSAGES][16];

	u.uidvalidity = 7;
	MUST(db_put_folder_state(f->d, f->inbox, &u, &e));
	for (size_t i = 0; i < MESSAGES; i++) {
		snprintf(id[i], sizeof id[i], "%zu@x", i + 1);
		m[i] = msg_of(i + 1, id[i], (int64_t)i, 0);
	}
	MUST(db_put_messages(f->d, f->inbox, m, MESSAGES, &e));
}

/* A mailbox with acts pending, closed; its cache.db and data.db. */
struct copy {
	char *cache, *data;
	size_t ncache, ndata;
};

static struct copy
prepare(struct fixture *f)
{
	struct copy c;
	char *cache = fx_path(f, "cache.db"), *data = fx_path(f, "data.db");

	fill(f);
	for (uint64_t uid = 1; uid <= MOVED; uid++)
		post_move(f, by_uid(f, f->inbox, uid), "Trash");
	scratch_sleep_ms(100); /* the index is written */
	fx_close(f);
	c.cache = scratch_read(cache, &c.ncache);
	c.data = scratch_read(data, &c.ndata);
	free(cache);
	free(data);
	return c;
}

static void
copy_free(struct copy *c)
{
	free(c->cache);
	free(c->data);
}

/* Whatever was wrong, after a sync all is as it was. */
static void
check_rebuilt(struct fixture *f)
{
	struct arena a = ARENA_INIT;
	struct folder got;

	assert_int_equal(dbr_acts_count(f->r, ACCOUNT), MOVED);
	fill(f);
	assert_int_equal(dbr_folder(f->r, f->inbox, &a, &got), 0);
	assert_int_equal(got.rows, MESSAGES - MOVED);
	assert_int_equal(dbr_folder(f->r, f->trash, &a, &got), 0);
	assert_int_equal(got.rows, MOVED);
	assert_where(f, "3@x", "Trash [INBOX 3] 0");
	assert_counts(f, f->inbox);
	assert_counts(f, f->trash);
	arena_free(&a);
}

static void
write_cache(struct fixture *f, const char *p, size_t n)
{
	char *path = fx_path(f, "cache.db"), *bad = fx_path(f, "cache.db.bad");

	fx_delete_cache(f);
	unlink(bad);
	scratch_write(path, p, n);
	free(path);
	free(bad);
}

static void
deleted(void **state)
{
	struct fixture *f = *state;
	struct copy c = prepare(f);
	char *path = fx_path(f, "cache.db");

	fx_delete_cache(f);
	fx_open(f);
	assert_null(db_note(f->d));
	check_rebuilt(f);
	fx_close(f);
	unlink(path); /* and not what stands beside it */
	fx_open(f);
	check_rebuilt(f);
	free(path);
	copy_free(&c);
}

static void
cut(void **state)
{
	struct fixture *f = *state;
	struct copy c = prepare(f);
	char *bad = fx_path(f, "cache.db.bad");

	for (size_t i = 0; i < 40; i++) {
		size_t n = i < 4 ? i * 30 : fx_random(f, c.ncache);

		write_cache(f, c.cache, n);
		fx_open(f);
		if (db_note(f->d) != NULL)
			assert_true(scratch_exists(bad));
		else if (n > 0 && n < c.ncache)
			fail_msg("cut at %zu, and nothing was said", n);
		check_rebuilt(f);
		fx_close(f);
	}
	free(bad);
	copy_free(&c);
}

static void
noise(void **state)
{
	static const char *const kinds[] = {
	    "text", "random bytes", "zeroes", "its header alone"};
	struct fixture *f = *state;
	struct copy c = prepare(f);

	for (size_t i = 0; i < 4; i++) {
		char *p = mem_dup(c.cache, c.ncache);

		for (size_t k = i == 3 ? 100 : 0; k < c.ncache; k++)
			p[k] = i == 0   ? "no database\n"[k % 12]
			       : i == 2 ? '\0'
					: (char)fx_random(f, 256);
		write_cache(f, p, c.ncache);
		fx_open(f);
		if (db_note(f->d) == NULL)
			fail_msg("%s: nothing was said", kinds[i]);
		check_rebuilt(f);
		fx_close(f);
		free(p);
	}
	copy_free(&c);
}

/* Pages in the middle: found when opened, or when met, or never (a changed
 * letter); no crash, and the journal is whole. */
static void
noise_in_the_middle(void **state)
{
	struct fixture *f = *state;
	struct copy c = prepare(f);

	for (int i = 0; i < 30; i++) {
		char *p = mem_dup(c.cache, c.ncache);
		size_t at = 4096 + fx_random(f, c.ncache - 8192);
		struct view_spec s = {.threaded = i % 2};
		struct find_term t = {FIND_ALL, "subject", false};
		struct view_row row[50];
		struct arena a = ARENA_INIT;
		struct mset uids = MSET_INIT;
		struct folder *folders;
		struct err err = ERR_INIT;
		int64_t *ids = NULL;
		struct view *v;
		size_t n;

		for (size_t k = 0; k < 4096; k++)
			p[at + k] = (char)fx_random(f, 256);
		write_cache(f, p, c.ncache);
		fx_open(f);
		s.folder = f->inbox;
		if (view_open(f->r, &s, &v, &err) == 0) {
			view_rows(v, 0, 50, row);
			view_find(v, 17);
			view_find_flags(v, 0, 1, 0, FLAG_SEEN);
			view_close(v);
		}
		dbr_folders(f->r, f->account, &a, &folders);
		dbr_uids(f->r, f->inbox, &uids);
		if (dbr_find(f->r, f->inbox, &t, 1, NULL, &ids, &n, &err) == 0)
			free(ids);
		/* what a worker does in the end when nothing else helps */
		if (db_remove_all(f->d, f->inbox, &err) == 0)
			assert_int_equal(dbr_acts_count(f->r, ACCOUNT), MOVED);
		mset_free(&uids);
		arena_free(&a);
		fx_close(f);
		free(p);
	}
	write_cache(f, c.cache, c.ncache);
	fx_open(f);
	check_rebuilt(f);
	copy_free(&c);
}

/* ---- while it runs ---- */

struct heard {
	pthread_mutex_t lock;
	unsigned what;
};

static void
on_change(void *ctx, unsigned what, int64_t account, int64_t folder)
{
	struct heard *h = ctx;

	(void)account;
	(void)folder;
	pthread_mutex_lock(&h->lock);
	h->what |= what;
	pthread_mutex_unlock(&h->lock);
}

/* Another process writes noise over it; ours may not open the file itself,
 * that would drop SQLite's locks. */
static void
scribble(struct fixture *f)
{
	static const char *const names[] = {"cache.db", "cache.db-wal"};

	for (size_t i = 0; i < 2; i++) {
		char *of = scratch_printf("of=%s/%s", f->dir, names[i]);
		const char *const argv[] = {"dd", "if=/dev/urandom", of,
		    "bs=4096", "count=500", "conv=notrunc", NULL};

		assert_int_equal(scratch_run(argv), 0);
		free(of);
	}
}

static void
damaged_while_it_runs(void **state)
{
	struct fixture *f = *state;
	struct copy c = prepare(f);
	struct heard h = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct err err = ERR_INIT;
	struct view_spec s = {.reverse = true};
	struct view_row row[50];
	struct view *v;
	int64_t old;

	write_cache(f, c.cache, c.ncache);
	fx_open(f);
	db_on_change(f->d, on_change, &h);
	s.folder = f->inbox;
	MUST(view_open(f->r, &s, &v, &e));
	assert_int_equal(view_rows(v, 0, 50, row), 50);
	old = row[0].id;
	scribble(f);
	/* the writer meets it, sets it aside and does what it was asked */
	for (int i = 0; i < 20 && db_note(f->d) == NULL; i++) {
		struct db_msg m = msg_of(1000 + (uint64_t)i, NULL, 7, 0);

		if (db_put_messages(f->d, f->inbox, &m, 1, &err) < 0)
			print_message("%s\n", err.text);
		view_refresh(v);
		view_rows(v, fx_random(f, 150), 50, row);
	}
	assert_non_null(db_note(f->d));
	assert_true(h.what & DB_ROWS);
	assert_true(h.what & DB_FOLDERS);
	MUST(db_account(f->d, ACCOUNT, &f->account, &e));
	MUST(db_need_folder(
	    f->d, f->account, "INBOX", ROLE_INBOX, &f->inbox, &e));
	MUST(db_need_folder(
	    f->d, f->account, "Trash", ROLE_TRASH, &f->trash, &e));
	MUST(db_remove_all(f->d, f->inbox, &e));
	check_rebuilt(f);
	/* numbers of the old file name nothing in the new one */
	assert_true(by_uid(f, f->inbox, 150) > old);
	view_close(v);
	copy_free(&c);
}

/* ---- versions ---- */

static void
set_version(struct fixture *f, const char *name, int version)
{
	char *path = fx_path(f, name);
	char *set = mem_printf("PRAGMA user_version = %d", version);
	struct sql s;

	MUST(sql_open(&s, path, "test", false, &e));
	MUST(sql_exec(&s, set, &e));
	sql_close(&s);
	free(set);
	free(path);
}

static void
newer_cache(void **state)
{
	struct fixture *f = *state;
	struct copy c = prepare(f);

	set_version(f, "cache.db", 1000);
	fx_open(f);
	assert_non_null(strstr(db_note(f->d), "newer"));
	check_rebuilt(f);
	copy_free(&c);
}

static void
data_is_not_touched(void **state)
{
	static const struct {
		const char *why;
		int version; /* 0: noise */
		const char *say;
	} rows[] = {
	    {"of a newer version", 1000, "newer"},
	    {"noise", 0, "damaged"},
	};
	struct fixture *f = *state;
	char *path = fx_path(f, "data.db");
	struct copy c = prepare(f);

	for (size_t i = 0; i < 2; i++) {
		struct err err = ERR_INIT;
		char *before, *after;
		size_t n, m;

		if (rows[i].version != 0)
			set_version(f, "data.db", rows[i].version);
		else
			scratch_write(
			    path, "not a database, is it?", 4000 % 22);
		before = scratch_read(path, &n);
		assert_int_equal(db_open(f->dir, f->dir, &f->d, &err), -1);
		if (strstr(err.text, rows[i].say) == NULL)
			fail_msg("%s: %s", rows[i].why, err.text);
		after = scratch_read(path, &m);
		assert_int_equal(n, m);
		assert_memory_equal(before, after, n);
		free(before);
		free(after);
	}
	scratch_write(path, c.data, c.ndata);
	fx_open(f);
	check_rebuilt(f);
	free(path);
	copy_free(&c);
}

/* ---- no room, no right ---- */

static void
say(const char *what, const struct err *e)
{
	fprintf(stderr, "%s: %d %s\n", what, e->kind, e->text);
	_exit(1);
}

static void
limit_files(rlim_t bytes)
{
	struct rlimit r;

	getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = bytes;
	setrlimit(RLIMIT_FSIZE, &r);
}

/* No file may grow beyond what cache.db is now: the same to a program as a
 * full disk. */
static void
full_disk(const char *dir)
{
	struct fixture f = {.dir = mem_str(dir)};
	char *path = fx_path(&f, "cache.db"), *big = mem_zalloc(200000);
	struct act_order o = {.kind = ACT_MOVE, .to = "Trash", .n = 1};
	struct err err = ERR_INIT;
	struct act_done done;
	int64_t id;
	int rc = 0;

	signal(SIGXFSZ, SIG_IGN);
	fx_open(&f);
	id = by_uid(&f, f.inbox, 100);
	limit_files(100000);
	for (int i = 0; i < 50 && rc == 0; i++)
		rc = db_put_part(f.d, id, "1", big, 200000, &err);
	if (rc == 0 || err.kind != ERR_FULL)
		say("part", &err);
	err_clear(&err);
	if (db_put_part(f.d, id, "2", big, 200000, &err) == 0 ||
	    err.kind != ERR_FULL)
		say("part again", &err);
	/* reading goes on */
	if (by_uid(&f, f.inbox, 100) != id)
		say("read", &err);
	o.account = f.account;
	o.ids = &id;
	limit_files(10);
	done = post(&f, &o);
	if (done.rc == 0 || done.err.kind != ERR_FULL || done.n != 0)
		say("act", &done.err);
	if (dbr_acts_count(f.r, ACCOUNT) != MOVED)
		say("count", &err);
	/* and writing, once there is room */
	limit_files(RLIM_INFINITY);
	if (db_put_part(f.d, id, "1", big, 200000, &err) < 0)
		say("room", &err);
	done = post(&f, &o);
	if (done.rc < 0 || done.n != 1)
		say("act later", &done.err);
	fx_close(&f);
	free(path);
	free(big);
	free(f.dir);
}

/* A file system of its own, filled to the last byte. */
static void
full_file_system(const char *dir)
{
	struct fixture f = {.dir = mem_printf("%s/full", dir)};
	char *filler = fx_path(&f, "filler"), block[4096] = "";
	struct err err = ERR_INIT;
	struct db_msg m = msg_of(999, NULL, 1, 0);
	int fd;

	scratch_mkdirs(f.dir);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("etui", f.dir, "tmpfs", 0, "size=8m,mode=700") < 0)
		_exit(77);
	fx_open(&f);
	fill(&f);
	fx_close(&f);
	fd = open(filler, O_WRONLY | O_CREAT, 0600);
	while (write(fd, block, sizeof block) > 0)
		;
	close(fd);
	/* it opens, and what is there can be read */
	fx_open(&f);
	if (by_uid(&f, f.inbox, 100) == 0)
		say("read", &err);
	for (int i = 0; i < 3; i++) {
		err_clear(&err);
		if (db_put_messages(f.d, f.inbox, &m, 1, &err) == 0 ||
		    err.kind != ERR_FULL)
			say("write", &err);
	}
	assert_counts(&f, f.inbox);
	unlink(filler);
	if (db_put_messages(f.d, f.inbox, &m, 1, &err) < 0)
		say("room", &err);
	assert_counts(&f, f.inbox);
	fx_close(&f);
	free(filler);
}

static void
read_only(const char *dir)
{
	struct err err = ERR_INIT;
	struct db *d;
	char *other;

	if (setresgid(65534, 65534, 65534) < 0 ||
	    setresuid(65534, 65534, 65534) < 0)
		_exit(77);
	other = mem_printf("%s/not/there", dir);
	if (db_open(other, other, &d, &err) == 0 || err.kind != ERR_SYS)
		say("no right to make it", &err);
	err_clear(&err);
	if (db_open(dir, dir, &d, &err) == 0) {
		int64_t id;

		if (db_account(d, "another", &id, &err) == 0)
			say("wrote where it may not", &err);
		db_close(d);
	}
	if (err.kind != ERR_SYS || err.text[0] == '\0')
		say("no right to write", &err);
	free(other);
}

static void
in_child(struct fixture *f, void (*fn)(const char *dir))
{
	struct copy c = prepare(f);
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		fn(f->dir);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	fx_open(f);
	copy_free(&c);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skipped: needs rights that are not here\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
no_room(void **state)
{
	in_child(*state, full_disk);
}

static void
no_room_at_all(void **state)
{
	in_child(*state, full_file_system);
}

static void
no_right(void **state)
{
	in_child(*state, read_only);
}

static void
a_file_where_the_folder_should_be(void **state)
{
	struct fixture *f = *state;
	char *path = fx_path(f, "file");
	struct err err = ERR_INIT;
	struct db *d;

	scratch_write(path, "x", 1);
	assert_int_equal(db_open(path, f->dir, &d, &err), -1);
	assert_int_equal(err.kind, ERR_SYS);
	free(path);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fx_setup, fx_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(deleted),
	    CASE(cut),
	    CASE(noise),
	    CASE(noise_in_the_middle),
	    CASE(damaged_while_it_runs),
	    CASE(newer_cache),
	    CASE(data_is_not_touched),
	    CASE(no_room),
	    CASE(no_room_at_all),
	    CASE(no_right),
	    CASE(a_file_where_the_folder_should_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
