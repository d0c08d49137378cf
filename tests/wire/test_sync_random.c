/*
 * One person, one other client, one bad link and one program that is killed
 * now and then, by the dice: in the end the server is as the acts say, and the
 * rows are as the server is.
 *
 * The program's part (sync) runs in a child process, so that it can be
 * killed; this process posts the acts into the same database, as a second
 * etui does.  Messages whose number is divisible by three belong to the other
 * client, which spares us an opinion about what happens when both change the
 * same message.
 *
 *	test_sync_random [SEED [ROUNDS]]
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "cutter.h"
#include "sync_world.h"

#define MESSAGES_MAX 300
#define ACTS_MAX     2000
#define AT_ONCE      4
#define FLAGS_USED   (FLAG_SEEN | FLAG_FLAGGED)
#define STEPS        12 /* between two looks */

enum place { IN_INBOX, IN_TRASH, IN_ARCHIVE, NOWHERE };
static const char *const names[] = {"INBOX", "Trash", "Archive"};

struct message {
	enum place at;
	unsigned flags;
};

/* What undo goes back to. */
struct done_act {
	enum act_kind kind;
	unsigned mask;
	unsigned k[AT_ONCE];
	struct message before[AT_ONCE];
	size_t n;
};

struct play {
	struct world *w;
	struct cutter *cutter;
	pid_t child;
	int pipe;
	uint64_t dice;
	struct message m[MESSAGES_MAX + 1];
	unsigned n;
	struct done_act acts[ACTS_MAX];
	size_t nacts;
	char log[4000]; /* the last steps, for a failure */
};

static unsigned
roll(struct play *p, unsigned sides)
{
	p->dice = p->dice * UINT64_C(6364136223846793005) +
		  UINT64_C(1442695040888963407);
	return (unsigned)(p->dice >> 33) % sides;
}

static void __attribute__((format(printf, 2, 3)))
note(struct play *p, const char *fmt, ...)
{
	size_t n = strlen(p->log);
	va_list ap;

	if (n > sizeof p->log - 200) {
		memmove(p->log, p->log + n / 2, n - n / 2 + 1);
		n = strlen(p->log);
	}
	va_start(ap, fmt);
	vsnprintf(p->log + n, sizeof p->log - n, fmt, ap);
	va_end(ap);
}

/* ---- the child ---- */

static int
child_main(const char *dir, const char *port)
{
	struct world *w = mem_zalloc(sizeof *w);
	char c;

	w->port = (uint16_t)strtoul(port, NULL, 10);
	w->dir = mem_str(dir);
	w->hasty = true;
	world_config(w, PLAIN_WORLD);
	w->events = queue_new();
	world_db(w);
	world_start(w);
	fcntl(0, F_SETFL, O_NONBLOCK);
	for (;;) {
		ssize_t n = read(0, &c, 1);

		if (n == 0)
			break;
		if (n > 0) {
			sync_nudge(w->sync);
			sync_check(w->sync);
		}
		turn(w, 10);
	}
	world_stop(w);
	world_close_db(w);
	queue_free(w->events);
	config_free(w->config);
	free(w->dir);
	free(w);
	return 0;
}

static void
child_start(struct play *p)
{
	char port[20];
	int fd[2];

	snprintf(port, sizeof port, "%u", p->cutter->port);
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	p->child = fork();
	assert_true(p->child >= 0);
	if (p->child == 0) {
		dup2(fd[0], 0);
		execl("/proc/self/exe", "test_sync_random", "--child",
		    p->w->dir, port, (char *)NULL);
		_exit(127);
	}
	close(fd[0]);
	p->pipe = fd[1];
}

/* With a 9 or by closing its input. */
static void
child_end(struct play *p, bool kill_it)
{
	int status;

	if (kill_it)
		kill(p->child, SIGKILL);
	close(p->pipe);
	assert_int_equal(waitpid(p->child, &status, 0), p->child);
	if (!kill_it && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		fail_msg("the child ended with %x\n%s", status, p->log);
}

static void
child_wake(struct play *p)
{
	if (write(p->pipe, "n", 1) != 1)
		fail_msg("the child is gone\n%s", p->log);
}

/* ---- the person ---- */

struct posted {
	atomic_int over;
	int rc;
	int64_t act;
};

static void
on_posted(void *ctx, const struct act_done *d)
{
	struct posted *o = ctx;

	o->rc = d->rc;
	o->act = d->act;
	atomic_store(&o->over, 1);
}

static void
await_posted(struct play *p, struct posted *o)
{
	for (int i = 0; i < 2000 && atomic_load(&o->over) == 0; i++)
		poll(NULL, 0, 5);
	if (atomic_load(&o->over) == 0)
		fail_msg("an act was not answered\n%s", p->log);
}

static int64_t
row_of(struct play *p, unsigned k)
{
	char msgid[60];

	snprintf(msgid, sizeof msgid, "%u@fill.example", k);
	return dbr_message_by_msgid(p->w->dbr, p->w->account, msgid);
}

static void
apply(struct message *m, const struct act_order *o, enum place to)
{
	if (o->kind == ACT_MOVE)
		m->at = to;
	else
		m->flags = (m->flags | o->on) & ~o->off;
}

static bool
changes(const struct message *m, const struct act_order *o, enum place to)
{
	struct message after = *m;

	apply(&after, o, to);
	return after.at != m->at || after.flags != m->flags;
}

static void
step_act(struct play *p)
{
	struct done_act *d = &p->acts[p->nacts];
	int64_t ids[AT_ONCE];
	enum place to = (enum place)roll(p, 3);
	struct act_order o = {.account = p->w->account, .ids = ids};
	struct posted answer = {.over = 0};
	unsigned flag = roll(p, 2) ? FLAG_SEEN : FLAG_FLAGGED;

	memset(d, 0, sizeof *d);
	o.kind = d->kind = roll(p, 2) ? ACT_MOVE : ACT_FLAGS;
	if (o.kind == ACT_MOVE)
		o.to = names[to];
	else if (roll(p, 2))
		o.on = d->mask = flag;
	else
		o.off = d->mask = flag;
	for (unsigned i = 0, n = 1 + roll(p, AT_ONCE); i < n; i++) {
		unsigned k = 1 + roll(p, p->n);
		int64_t id = k % 3 != 0 ? row_of(p, k) : 0;
		bool twice = false;

		for (size_t j = 0; j < d->n; j++)
			twice = twice || d->k[j] == k;
		if (id == 0 || twice || !changes(&p->m[k], &o, to))
			continue;
		d->before[d->n] = p->m[k];
		ids[d->n] = id;
		d->k[d->n++] = k;
	}
	if (d->n == 0)
		return;
	o.n = d->n;
	db_post_act(p->w->db, &o, on_posted, &answer);
	await_posted(p, &answer);
	note(p, "act %lld %s on %x off %x:", (long long)answer.act,
	    o.to != NULL ? o.to : "flags", o.on, o.off);
	for (size_t j = 0; j < d->n; j++) {
		note(p, " %u", d->k[j]);
		apply(&p->m[d->k[j]], &o, to);
	}
	note(p, "\n");
	assert_int_equal(answer.rc, 0);
	assert_true(answer.act > 0);
	if (p->nacts + 1 < ACTS_MAX)
		p->nacts++;
}

static void
step_undo(struct play *p)
{
	struct posted answer = {.over = 0};
	struct done_act *d;

	if (p->nacts == 0)
		return;
	db_post_undo(p->w->db, p->w->account, on_posted, &answer);
	await_posted(p, &answer);
	note(p, "undo: %lld\n", (long long)answer.act);
	assert_int_equal(answer.rc, 0);
	d = &p->acts[--p->nacts];
	for (size_t j = 0; j < d->n; j++) {
		struct message *m = &p->m[d->k[j]];

		if (d->kind == ACT_MOVE)
			m->at = d->before[j].at;
		else
			m->flags = (m->flags & ~d->mask) |
				   (d->before[j].flags & d->mask);
	}
}

/* ---- the other client ---- */

static void
elsewhere(struct play *p, unsigned k, const char *what)
{
	char *cmd = mem_printf(
	    "UID SEARCH HEADER Message-ID <%u@fill.example>", k);
	char *all = dovecot_ask(p->w->server, "ann", "INBOX", cmd);
	char *at = strstr(all, "* SEARCH ");

	free(cmd);
	if (at != NULL) {
		cmd = mem_printf(
		    "UID STORE %lu %s", strtoul(at + 9, NULL, 10), what);
		free(dovecot_ask(p->w->server, "ann", "INBOX", cmd));
		free(cmd);
	}
	free(all);
}

static void
step_other(struct play *p)
{
	unsigned k = 3 * (1 + roll(p, p->n / 3));

	if (p->m[k].at != IN_INBOX)
		return;
	if (roll(p, 4) == 0) {
		note(p, "other: expunge %u\n", k);
		elsewhere(p, k, "+FLAGS.SILENT (\\Deleted)");
		free(dovecot_ask(p->w->server, "ann", "INBOX", "EXPUNGE"));
		p->m[k].at = NOWHERE;
		return;
	}
	note(p, "other: flag %u\n", k);
	elsewhere(p, k, "FLAGS.SILENT (\\Flagged)");
	p->m[k].flags = FLAG_FLAGGED;
}

static void
step_new(struct play *p)
{
	unsigned n = 1 + roll(p, 3);

	if (p->n + n > MESSAGES_MAX)
		return;
	note(p, "new: %u to %u\n", p->n + 1, p->n + n);
	dovecot_fill(p->w->server, "ann", "INBOX", p->n + 1, n);
	for (; n > 0; n--)
		p->m[++p->n] = (struct message){IN_INBOX, 0};
}

/* ---- what goes wrong ---- */

static void
step_fault(struct play *p)
{
	long long at = roll(p, 3000);

	switch (roll(p, 6)) {
	case 0:
	case 1:
		note(p, "cut after %lld down\n", at);
		atomic_store(&p->cutter->down_at, at);
		break;
	case 2:
		note(p, "cut after %lld up\n", at / 6);
		atomic_store(&p->cutter->up_at, at / 6);
		break;
	case 3:
	case 4:
		note(p, "kill\n");
		child_end(p, true);
		poll(NULL, 0, (int)roll(p, 50));
		child_start(p);
		break;
	default:
		note(p, "restart\n");
		child_end(p, false);
		child_start(p);
		break;
	}
}

/* ---- looking ---- */

/* What the server has, by number. */
static void
look_at(struct play *p, enum place at, struct message *seen)
{
	char *all = dovecot_ask(p->w->server, "ann", names[at],
	    "UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])");
	char *s = all;

	while ((s = strstr(s, "FLAGS (")) != NULL) {
		size_t n = strcspn(s, ")");
		char *id = strchr(s + n, '<');
		unsigned long k = id != NULL ? strtoul(id + 1, NULL, 10) : 0;
		unsigned flags = 0;
		char *list = mem_strn(s, n);

		assert_true(k >= 1 && k <= p->n);
		if (strstr(list, "\\Seen") != NULL)
			flags |= FLAG_SEEN;
		if (strstr(list, "\\Flagged") != NULL)
			flags |= FLAG_FLAGGED;
		free(list);
		if (seen[k].at != NOWHERE)
			fail_msg("message %lu is there twice: %s and %s\n%s", k,
			    names[seen[k].at], names[at], p->log);
		seen[k] = (struct message){at, flags};
		s = id;
	}
	free(all);
}

static void
check_server(struct play *p)
{
	struct message seen[MESSAGES_MAX + 1];

	for (unsigned k = 0; k <= p->n; k++)
		seen[k] = (struct message){NOWHERE, 0};
	for (int at = IN_INBOX; at <= IN_ARCHIVE; at++)
		look_at(p, (enum place)at, seen);
	for (unsigned k = 1; k <= p->n; k++)
		if (seen[k].at != p->m[k].at ||
		    (seen[k].at != NOWHERE && seen[k].flags != p->m[k].flags)) {
			print_journal(p->w);
			fail_msg("message %u: at %d flags %x, should be %d %x"
				 "\n%s",
			    k, (int)seen[k].at, seen[k].flags, (int)p->m[k].at,
			    p->m[k].flags, p->log);
		}
}

/* The rows as they should be; *k is the first that is not. */
static bool
rows_agree(struct play *p, unsigned *k)
{
	uint64_t inbox = 0;

	for (*k = 1; *k <= p->n; ++*k) {
		const struct message *m = &p->m[*k];
		struct arena a = ARENA_INIT;
		int64_t id = row_of(p, *k);
		struct folder f;
		struct msg row;
		bool same = id == 0 && m->at == NOWHERE;

		inbox += m->at == IN_INBOX;
		if (id != 0 && m->at != NOWHERE &&
		    dbr_message(p->w->dbr, id, &a, &row) == 0 &&
		    dbr_folder(p->w->dbr, row.folder, &a, &f) == 0)
			same = strcmp(f.name, names[m->at]) == 0 &&
			       (row.flags & FLAGS_USED) == m->flags;
		arena_free(&a);
		if (!same)
			return false;
	}
	return rows_of(p->w, "INBOX") == inbox;
}

static void
settle(struct play *p)
{
	int64_t end = os_now_ms() + 20000;
	unsigned k = 0;

	note(p, "settle\n");
	atomic_store(&p->cutter->down_at, -1);
	atomic_store(&p->cutter->up_at, -1);
	while (dbr_acts_count(p->w->dbr, "test") > 0 || !rows_agree(p, &k)) {
		if (os_now_ms() > end)
			break;
		child_wake(p);
		poll(NULL, 0, 50);
	}
	check_server(p);
	if (dbr_acts_count(p->w->dbr, "test") > 0 || !rows_agree(p, &k)) {
		print_journal(p->w);
		fail_msg("%zu acts left; row of message %u is wrong, should "
			 "be at %d with %x\n%s",
		    dbr_acts_count(p->w->dbr, "test"), k, (int)p->m[k].at,
		    p->m[k].flags, p->log);
	}
}

static void
step_random(struct play *p)
{
	unsigned what = roll(p, 20);

	if (what < 10)
		step_act(p);
	else if (what < 13)
		step_undo(p);
	else if (what < 15)
		step_other(p);
	else if (what < 16)
		step_new(p);
	else
		step_fault(p);
	if (roll(p, 2) == 0)
		child_wake(p);
	poll(NULL, 0, (int)roll(p, 60));
}

static uint64_t seed_given = 1;
static unsigned rounds_given = 6;

static void
test_random(void **state)
{
	struct play *p = mem_zalloc(sizeof *p);

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	print_message("seed %llu, %u rounds\n", (unsigned long long)seed_given,
	    rounds_given);
	p->dice = seed_given * 7919;
	p->w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);
	p->cutter = cutter_start(dovecot_port(p->w->server));
	dovecot_fill(p->w->server, "ann", "INBOX", 1, 30);
	p->n = 30;
	child_start(p);
	settle(p);
	for (unsigned r = 0; r < rounds_given; r++) {
		for (int i = 0; i < STEPS; i++)
			step_random(p);
		settle(p);
	}
	child_end(p, false);
	print_message(
	    "%u messages, %d cuts\n", p->n, atomic_load(&p->cutter->cuts));
	cutter_free(p->cutter);
	world_free(p->w);
	free(p);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	};

	if (!dovecot_installed())
		return 77;
	if (argc == 4 && strcmp(argv[1], "--child") == 0)
		return child_main(argv[2], argv[3]);
	if (argc > 1)
		seed_given = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		rounds_given = (unsigned)strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
