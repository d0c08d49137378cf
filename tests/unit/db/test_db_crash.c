/*
 * kill -9 at any moment: what was answered is there, and what is shown is what
 * the journal says.
 *
 * A child works on the database and tells through a pipe what it was told is
 * done; it is killed after a random time, and the parent looks.  A message must
 * be shown as its first state with all acts applied, in order, pushed or not,
 * but for those that failed or were taken back.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <sys/wait.h>

#include "db_int.h"
#include "dbtest.h"

#define MESSAGES 40
#define ROUNDS   25
#define ACTS     100000

static char *
name_of(uint64_t uid)
{
	return scratch_printf("%" PRIu64 "@x", uid);
}

static unsigned
first_flags(uint64_t uid)
{
	return uid % 2 ? FLAG_SEEN : 0;
}

/* ---- the child ---- */

struct child {
	struct fixture f;
	int out;
	uint64_t uid; /* next free at the server */
};

static void
say(struct child *c, char what, int64_t number)
{
	char line[40];
	int n = snprintf(line, sizeof line, "%c%" PRId64 "\n", what, number);

	if (write(c->out, line, (size_t)n) != n)
		_exit(1);
}

static void
put_all(struct child *c)
{
	struct folder_update u = FOLDER_UPDATE_KEEP;

	u.uidvalidity = 7;
	MUST(db_put_folder_state(c->f.d, c->f.inbox, &u, &e));
	MUST(db_put_folder_state(c->f.d, c->f.trash, &u, &e));
	for (uint64_t uid = 1; uid <= MESSAGES; uid++) {
		char *id = name_of(uid);

		if (by_msgid(&c->f, id) == 0) {
			put(&c->f, c->f.inbox, uid, id, (int64_t)uid,
			    first_flags(uid));
			say(c, 'P', (int64_t)uid);
		}
		free(id);
	}
}

static void
do_act(struct child *c)
{
	char *name = name_of(1 + fx_random(&c->f, MESSAGES));
	int64_t id = by_msgid(&c->f, name);
	struct act_order o = {.account = c->f.account, .ids = &id, .n = 1};
	struct act_done done;

	o.kind = fx_random(&c->f, 2) ? ACT_MOVE : ACT_FLAGS;
	o.to = fx_random(&c->f, 3) ? "Trash" : "INBOX";
	o.on = fx_random(&c->f, 2) ? FLAG_FLAGGED : 0;
	o.off = o.on ? 0 : FLAG_SEEN;
	done = post(&c->f, &o);
	if (done.rc == 0 && done.n > 0)
		say(c, 'A', done.act);
	free(name);
}

static void
do_push(struct child *c)
{
	struct arena a = ARENA_INIT;
	struct act *v;

	if (dbr_acts_pending(c->f.r, ACCOUNT, 1, &a, &v) == 1) {
		bool fails = fx_random(&c->f, 5) == 0;

		pushing(&c->f, v[0].id);
		if (fx_random(&c->f, 8) == 0)
			undo(&c->f);
		for (size_t i = 0; i < v[0].n; i++)
			if (!v[0].v[i].done && !fails)
				confirm(&c->f, v[0].id, i,
				    v[0].kind == ACT_MOVE ? c->uid++ : 0);
		end(&c->f, v[0].id, fails ? ACT_FAILED : ACT_DONE);
		say(c, 'D', v[0].id);
	}
	arena_free(&a);
}

static _Noreturn void
work(const char *dir, uint64_t seed, int out)
{
	struct child c = {.out = out};

	c.f.dir = mem_str(dir);
	c.f.seed = seed * 0x9e3779b97f4a7c15u + 1;
	c.uid = 1000 + seed * 100000;
	fx_open(&c.f);
	put_all(&c);
	for (;;) {
		switch (fx_random(&c.f, 4)) {
		case 0:
			if (undo(&c.f).rc == 0)
				say(&c, 'U', 0);
			break;
		case 1:
			do_push(&c);
			break;
		default:
			do_act(&c);
		}
	}
}

/* ---- the parent ---- */

struct told {
	bool put[MESSAGES + 1];
	bool act[ACTS], done[ACTS];
};

static void
hear(struct told *t, FILE *in)
{
	char line[40];

	while (fgets(line, sizeof line, in) != NULL) {
		size_t n = strtoul(line + 1, NULL, 10);

		assert_true(n < sizeof t->act);
		if (line[0] == 'P')
			t->put[n] = true;
		else if (line[0] == 'A')
			t->act[n] = true;
		else if (line[0] == 'D')
			t->done[n] = true;
	}
}

static void
run_and_kill(const char *dir, uint64_t seed, int ms, struct told *t)
{
	int fd[2], status;
	pid_t child;
	FILE *in;

	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		work(dir, seed, fd[1]);
	close(fd[1]);
	/* every other time from when it works, else from its start */
	if (seed % 2)
		poll(&(struct pollfd){.fd = fd[0], .events = POLLIN}, 1, 20000);
	scratch_sleep_ms(ms);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	in = fdopen(fd[0], "r");
	hear(t, in);
	fclose(in);
}

struct expect {
	char folder[MESSAGES + 1][40];
	unsigned flags[MESSAGES + 1];
};

static void
apply(struct expect *x, const struct act *a)
{
	for (size_t i = 0; i < a->n; i++) {
		size_t uid = strtoul(a->v[i].msgid, NULL, 10);

		if (a->kind == ACT_MOVE) {
			snprintf(x->folder[uid], sizeof x->folder[uid], "%s",
			    a->v[i].to);
		} else {
			x->flags[uid] |= a->on;
			x->flags[uid] &= ~a->off;
		}
	}
}

static void
check_shown(struct fixture *f, const struct told *t, const struct expect *x)
{
	for (uint64_t uid = 1; uid <= MESSAGES; uid++) {
		struct arena a = ARENA_INIT;
		char *name = name_of(uid);
		int64_t id = by_msgid(f, name);
		struct folder shown;
		struct msg m;

		if (id == 0 && t->put[uid])
			fail_msg("%s was stored and is not there", name);
		if (id != 0) {
			assert_int_equal(dbr_message(f->r, id, &a, &m), 0);
			assert_int_equal(
			    dbr_folder(f->r, m.folder, &a, &shown), 0);
			if (strcmp(shown.name, x->folder[uid]) != 0 ||
			    m.flags != x->flags[uid])
				fail_msg("%s is shown in %s %x, not %s %x",
				    name, shown.name, m.flags, x->folder[uid],
				    x->flags[uid]);
		}
		free(name);
		arena_free(&a);
	}
}

static void
check_all(struct fixture *f, const struct told *t)
{
	struct arena a = ARENA_INIT;
	struct expect x;
	struct act *v;
	size_t n = dbr_acts(f->r, ACCOUNT, ACTS, &a, &v);
	bool here[ACTS] = {false}, failed[ACTS] = {false};

	for (uint64_t uid = 1; uid <= MESSAGES; uid++) {
		snprintf(x.folder[uid], sizeof x.folder[uid], "INBOX");
		x.flags[uid] = first_flags(uid);
	}
	for (size_t i = n; i-- > 0;) { /* newest first */
		here[v[i].id] = true;
		/* cut off after the server had confirmed, then refused: it
		 * has happened */
		failed[v[i].id] = v[i].state == ACT_FAILED && !v[i].v[0].done;
		if (t->done[v[i].id])
			assert_true(
			    v[i].state == ACT_DONE || v[i].state == ACT_FAILED);
		if (v[i].state != ACT_UNDONE && !failed[v[i].id] &&
		    !failed[v[i].undoes])
			apply(&x, &v[i]);
	}
	for (size_t i = 0; i < sizeof here; i++)
		if (t->act[i] && !here[i])
			fail_msg("act %zu was answered and is not there", i);
	check_shown(f, t, &x);
	assert_counts(f, f->inbox);
	assert_counts(f, f->trash);
	arena_free(&a);
}

static void
killed(void **state)
{
	struct told *t = mem_zalloc(sizeof *t);
	struct fixture f = {.seed = 4711};
	size_t acts = 0;

	(void)state;
	f.dir = scratch_dir();
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		run_and_kill(f.dir, round, 1 + (int)fx_random(&f, 45), t);
		fx_open(&f);
		assert_null(db_note(f.d));
		check_all(&f, t);
		fx_close(&f);
	}
	for (size_t i = 0; i < sizeof t->act; i++)
		acts += t->act[i];
	print_message("%zu acts were answered\n", acts);
	assert_true(acts > 20);
	scratch_remove(f.dir);
	free(t);
}

/* ---- migrations ---- */

static const char *const steps[] = {
    "CREATE TABLE one(id INTEGER PRIMARY KEY, x);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 300) INSERT INTO one SELECT i, 'row ' || i FROM n;",
    "ALTER TABLE one ADD COLUMN y INTEGER NOT NULL DEFAULT 0;"
    "UPDATE one SET y = id * 2;",
    "CREATE TABLE two AS SELECT id, x || y AS z FROM one;"
    "DROP TABLE one;",
    "CREATE INDEX two_z ON two(z); DELETE FROM two WHERE id > 200;",
    NULL,
};

static int
count_down(void *ctx)
{
	int *left = ctx;

	if (--*left <= 0)
		raise(SIGKILL);
	return 0;
}

/* The child's life is `ops` steps of SQLite's machine long. */
static bool
migrate_in_child(const char *path, int ops)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct sql s;
		struct err e = ERR_INIT;

		if (sql_open(&s, path, "test", false, &e) < 0 ||
		    sql_exec(&s, "PRAGMA journal_mode = WAL", &e) < 0)
			_exit(1);
		sqlite3_progress_handler(s.db, 1, count_down, &ops);
		_exit(schema_migrate(&s, steps, &e) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFEXITED(status);
}

static void
check_migrated(const char *path)
{
	struct sql s;
	int64_t n;

	MUST(sql_open(&s, path, "test", false, &e));
	assert_int_equal(schema_migrate(&s, steps, NULL), 0);
	MUST(sql_int(&s, &e, &n, "PRAGMA user_version", ""));
	assert_int_equal(n, 4);
	MUST(sql_int(&s, &e, &n,
	    "SELECT count(*) FROM two WHERE z = 'row ' || id || (id * 2)", ""));
	assert_int_equal(n, 200);
	sql_close(&s);
}

static void
migrations_killed(void **state)
{
	char *dir = scratch_dir();
	int ops = 1, killed_times = 0;
	bool whole = false;

	(void)state;
	for (int i = 0; !whole; i++) {
		char *path = scratch_printf("%s/%d.db", dir, i);

		whole = migrate_in_child(path, ops);
		killed_times += !whole;
		check_migrated(path);
		ops += 1 + ops / 8;
		free(path);
	}
	assert_true(killed_times > 20);
	scratch_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed),
	    cmocka_unit_test(migrations_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
