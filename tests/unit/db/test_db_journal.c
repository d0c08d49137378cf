/*
 * Acts, told as short scripts: what is done, and where the message is then.
 * One letter a step:
 *
 *	m  move it to Trash        a  move it to Archive
 *	f  flag it                 r  mark it read, quietly
 *	u  undo                    d  delete cache.db, sync again
 *	R  close and open
 *	P  a worker takes the oldest act
 *	C  the server confirms it, telling new keys     D  and the act is done
 *	N  confirms without telling keys, act done      X  refuses: failed
 *	L  try later: pending again
 *	g  the server says the message is gone from where it was
 *	s  a sync of the server's folders, as they are  S  twice
 *
 * The server is simulated: it knows where the message is and which flags it
 * has; what it has is compared at the end, too.
 */
#include "dbtest.h"

#define ID "m@x"

struct server {
	struct fixture *f;
	char folder[20];
	uint64_t uid, next; /* uid 0: it is nowhere */
	unsigned flags;
	int64_t act; /* at the worker */
	bool moved;  /* the act has been done here */
	char was[20];
	uint64_t was_uid;
};

static int64_t
folder_of(struct server *s, const char *name)
{
	int64_t id;

	MUST(db_need_folder(s->f->d, s->f->account, name, ROLE_NONE, &id, &e));
	return id;
}

/* All that the server has into the cache, as a sync does. */
static void
sync_all(struct server *s)
{
	static const char *const names[] = {"INBOX", "Trash", "Archive"};

	for (size_t i = 0; i < 3; i++) {
		struct folder_update u = FOLDER_UPDATE_KEEP;
		int64_t id = folder_of(s, names[i]);
		struct mset gone = MSET_INIT;
		bool here = strcmp(names[i], s->folder) == 0 && s->uid != 0;

		u.uidvalidity = 7;
		MUST(db_put_folder_state(s->f->d, id, &u, &e));
		if (here)
			put(s->f, id, s->uid, ID, 1000, s->flags);
		dbr_uids(s->f->r, id, &gone);
		if (here)
			mset_remove(&gone, s->uid);
		MUST(db_remove_messages(s->f->d, id, &gone, &e));
		u.synced = 99;
		MUST(db_put_folder_state(s->f->d, id, &u, &e));
		mset_free(&gone);
	}
}

static int64_t
message(struct server *s)
{
	return by_msgid(s->f, ID);
}

/* ---- the worker ---- */

static void
take(struct server *s)
{
	struct arena a = ARENA_INIT;
	struct act *v;

	assert_true(dbr_acts_pending(s->f->r, ACCOUNT, 10, &a, &v) > 0);
	assert_true(dbr_acts_count(s->f->r, ACCOUNT) > 0);
	s->act = v[0].id;
	s->moved = false;
	pushing(s->f, s->act);
	arena_free(&a);
}

/* Do on the server what the act says; the target has to be where the server
 * has it. */
static void
serve(struct server *s)
{
	struct arena a = ARENA_INIT;
	struct act act;
	struct act_target *t;

	assert_int_equal(dbr_act(s->f->r, s->act, &a, &act), 0);
	assert_int_equal(act.n, 1);
	t = &act.v[0];
	if (!t->done && act.kind == ACT_FLAGS) {
		assert_string_equal(t->folder, s->folder);
		assert_int_equal(t->key.num, s->uid);
		s->flags = (s->flags | act.on) & ~act.off;
	} else if (!t->done) {
		if (act.undoes == 0) {
			assert_string_equal(t->folder, s->folder);
			assert_int_equal(t->key.num, s->uid);
		} else {
			struct act was;

			assert_int_equal(
			    dbr_act(s->f->r, act.undoes, &a, &was), 0);
			assert_string_equal(was.to, s->folder);
			if (was.v[0].moved.num != 0)
				assert_int_equal(was.v[0].moved.num, s->uid);
			assert_string_equal(t->to, t->folder);
		}
		snprintf(s->was, sizeof s->was, "%s", s->folder);
		s->was_uid = s->uid;
		snprintf(s->folder, sizeof s->folder, "%s", t->to);
		s->uid = s->next++;
	}
	s->moved = true;
	arena_free(&a);
}

static void
answer(struct server *s, bool keys, bool over)
{
	struct arena a = ARENA_INIT;
	struct act act;

	if (!s->moved)
		serve(s);
	assert_int_equal(dbr_act(s->f->r, s->act, &a, &act), 0);
	if (!act.v[0].done)
		confirm(
		    s->f, s->act, 0, keys && act.kind == ACT_MOVE ? s->uid : 0);
	if (over)
		end(s->f, s->act, ACT_DONE);
	arena_free(&a);
}

static void
seen_gone(struct server *s)
{
	serve(s);
	gone(s->f, folder_of(s, s->was), s->was_uid);
}

static void
step(struct server *s, char c)
{
	struct act_order quiet = {.account = s->f->account,
	    .kind = ACT_FLAGS,
	    .on = FLAG_SEEN,
	    .n = 1,
	    .quiet = true};
	int64_t id = message(s);

	switch (c) {
	case 'm':
		post_move(s->f, id, "Trash");
		break;
	case 'a':
		post_move(s->f, id, "Archive");
		break;
	case 'f':
		post_flags(s->f, id, FLAG_FLAGGED, 0);
		break;
	case 'r':
		quiet.ids = &id;
		assert_int_equal(post(s->f, &quiet).rc, 0);
		break;
	case 'u':
		assert_int_equal(undo(s->f).rc, 0);
		break;
	case 'R':
		fx_again(s->f);
		break;
	case 'd':
		fx_close(s->f);
		fx_delete_cache(s->f);
		fx_open(s->f);
		sync_all(s);
		break;
	case 'P':
		take(s);
		break;
	case 'C':
		answer(s, true, false);
		break;
	case 'D':
		answer(s, true, true);
		break;
	case 'N':
		answer(s, false, true);
		break;
	case 'X':
		end(s->f, s->act, ACT_FAILED);
		break;
	case 'L':
		end(s->f, s->act, ACT_PENDING);
		break;
	case 'g':
		seen_gone(s);
		break;
	case 'S':
		sync_all(s);
		sync_all(s);
		break;
	case 's':
		sync_all(s);
		break;
	default:
		fail_msg("no such step: %c", c);
	}
}

static const struct {
	const char *why, *script, *shown, *server;
} cases[] = {
    {"nothing", "", "INBOX 1 0", "INBOX 1 0"},
    {"shown at once, the key stays where it is", "m", "Trash [INBOX 1] 0",
	"INBOX 1 0"},
    {"flags are shown at once", "f", "INBOX 1 4", "INBOX 1 0"},
    {"pushed", "mPD", "Trash 100 0", "Trash 100 0"},
    {"flags pushed", "fPD", "INBOX 1 4", "INBOX 1 4"},
    {"two on one message", "fmPDPD", "Trash 100 4", "Trash 100 4"},
    {"a flag behind a move goes to the new place", "mfPDPD", "Trash 100 4",
	"Trash 100 4"},
    {"two moves in a row", "maPDPD", "Archive 101 0", "Archive 101 0"},
    {"the second move waits, shown", "maPD", "Archive [Trash 100] 0",
	"Trash 100 0"},
    {"without the key being told, it waits", "mPN", "Trash ? 0", "Trash 100 0"},
    {"and is found by Message-ID", "mPNs", "Trash 100 0", "Trash 100 0"},
    {"a flag behind it is not lost", "mfPN", "Trash ? 4", "Trash 100 0"},
    {"and goes once the place is known", "mfPNsPD", "Trash 100 4",
	"Trash 100 4"},
    {"gone from its old place while pushing", "mPgD", "Trash 100 0",
	"Trash 100 0"},
    {"gone, then restarted before the answer", "mPgR", "Trash [INBOX 1] 0",
	"Trash 100 0"},
    {"found by a sync while pushing", "mPgsD", "Trash 100 0", "Trash 100 0"},
    {"found by a sync, keys never told", "mPgsN", "Trash 100 0", "Trash 100 0"},
    {"its undo knows the key nevertheless", "mPgsNuPD", "INBOX 101 0",
	"INBOX 101 0"},
    {"refused: put back", "mPX", "INBOX 1 0", "INBOX 1 0"},
    {"flags refused: put back", "fPX", "INBOX 1 0", "INBOX 1 0"},
    {"refused behind another that stays", "fmPXu", "INBOX 1 0", "INBOX 1 0"},
    {"later", "mPL", "Trash [INBOX 1] 0", "INBOX 1 0"},
    {"later, then done", "mPLPD", "Trash 100 0", "Trash 100 0"},
    {"refused after the server had said it is gone: the row goes", "mPgXS",
	"Trash 100 0", "Trash 100 0"},
    {"a restart loses nothing", "mR", "Trash [INBOX 1] 0", "INBOX 1 0"},
    {"a restart while pushing", "mPR", "Trash [INBOX 1] 0", "INBOX 1 0"},
    {"pushed again after the restart", "mPRPD", "Trash 100 0", "Trash 100 0"},
    {"cut off between the server's answer and ours", "fPCRPD", "INBOX 1 4",
	"INBOX 1 4"},
    {"a deleted cache loses nothing", "md", "Trash [INBOX 1] 0", "INBOX 1 0"},
    {"nor flags", "fd", "INBOX 1 4", "INBOX 1 0"},
    {"nor two", "mfd", "Trash [INBOX 1] 4", "INBOX 1 0"},
    {"pushed after that", "mfdPDPD", "Trash 100 4", "Trash 100 4"},
    {"a sync shows pending acts on top", "mfs", "Trash [INBOX 1] 4",
	"INBOX 1 0"},
    {"undo before the push", "mu", "INBOX 1 0", "INBOX 1 0"},
    {"undo of flags before the push", "fu", "INBOX 1 0", "INBOX 1 0"},
    {"undo walks back", "fmuu", "INBOX 1 0", "INBOX 1 0"},
    {"one step back", "fmu", "INBOX 1 4", "INBOX 1 0"},
    {"undo while pushing: shown back at once", "mPu", "INBOX 1 0", "INBOX 1 0"},
    {"undo while pushing, then confirmed", "mPuD", "INBOX [Trash 100] 0",
	"Trash 100 0"},
    {"undo while pushing, then reversed", "mPuDPD", "INBOX 101 0",
	"INBOX 101 0"},
    {"undo while pushing, then refused", "mPuX", "INBOX 1 0", "INBOX 1 0"},
    {"undo after the push", "mPDu", "INBOX [Trash 100] 0", "Trash 100 0"},
    {"and pushed", "mPDuPD", "INBOX 101 0", "INBOX 101 0"},
    {"undo of flags after the push", "fPDuPD", "INBOX 1 0", "INBOX 1 0"},
    {"undo without a key", "mPNuPD", "INBOX 101 0", "INBOX 101 0"},
    {"two moves, both undone, all pushed", "mPDaPDuPDuPD", "INBOX 103 0",
	"INBOX 103 0"},
    {"two moves, both undone, pushed at the end", "mPDaPDuuPDPD", "INBOX 103 0",
	"INBOX 103 0"},
    {"flagged, moved, both undone in turn", "fPDmPDuPDuPD", "INBOX 101 0",
	"INBOX 101 0"},
    {"an undo is not undone, the act before it is", "fmuu", "INBOX 1 0",
	"INBOX 1 0"},
    {"reading is not what u takes back", "mru", "INBOX 1 1", "INBOX 1 0"},
    {"reading, moved: its flag finds the new place", "rmPDPD", "Trash 100 1",
	"Trash 100 1"},
    {"undo, restart", "mPDuR", "INBOX [Trash 100] 0", "Trash 100 0"},
    {"undo, cache deleted", "mPDud", "INBOX [Trash 100] 0", "Trash 100 0"},
    {"there and back again while offline", "mumPD", "Trash 100 0",
	"Trash 100 0"},
    {"moved back by hand", "mPDs", "Trash 100 0", "Trash 100 0"},
};

static void
scripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		void *fx;
		struct server s = {.folder = "INBOX", .uid = 1, .next = 100};
		char server[64], *shown;

		fx_setup(&fx);
		s.f = fx;
		sync_all(&s);
		for (const char *p = cases[i].script; *p != '\0'; p++)
			step(&s, *p);
		shown = where(s.f, ID);
		snprintf(server, sizeof server, "%s %" PRIu64 " %x", s.folder,
		    s.uid, s.flags);
		if (strcmp(shown, cases[i].shown) != 0 ||
		    strcmp(server, cases[i].server) != 0)
			fail_msg("%s (%s): shown %s, server %s", cases[i].why,
			    cases[i].script, shown, server);
		assert_counts(s.f, s.f->inbox);
		assert_counts(s.f, s.f->trash);
		free(shown);
		fx_teardown(&fx);
	}
}

/* ---- several messages ---- */

static void
fill(struct fixture *f, uint64_t n)
{
	struct folder_update u = FOLDER_UPDATE_KEEP;

	u.uidvalidity = 7;
	MUST(db_put_folder_state(f->d, f->inbox, &u, &e));
	MUST(db_put_folder_state(f->d, f->trash, &u, &e));
	for (uint64_t uid = 1; uid <= n; uid++) {
		char id[20];

		snprintf(id, sizeof id, "%" PRIu64 "@x", uid);
		put(f, f->inbox, uid, id, (int64_t)uid,
		    uid % 2 ? FLAG_SEEN : 0);
	}
}

static void
half_of_an_act(void **state)
{
	struct fixture *f = *state;
	int64_t ids[4];
	struct act_order o = {.account = f->account,
	    .kind = ACT_MOVE,
	    .to = "Trash",
	    .ids = ids,
	    .n = 4};
	struct act_done done;
	struct arena a = ARENA_INIT;
	struct act act;

	fill(f, 4);
	for (uint64_t i = 0; i < 4; i++)
		ids[i] = by_uid(f, f->inbox, i + 1);
	done = post(f, &o);
	assert_int_equal(done.n, 4);
	assert_string_equal(done.text, "4 messages moved to Trash");
	pushing(f, done.act);
	confirm(f, done.act, 1, 51);
	confirm(f, done.act, 3, 53);
	end(f, done.act, ACT_FAILED);
	assert_where(f, "1@x", "INBOX 1 1");
	assert_where(f, "2@x", "Trash 51 0");
	assert_where(f, "3@x", "INBOX 3 1");
	assert_where(f, "4@x", "Trash 53 0");
	assert_int_equal(dbr_act(f->r, done.act, &a, &act), 0);
	assert_int_equal(act.state, ACT_FAILED);
	assert_string_equal(act.error, "NO");

	/* what did happen can be undone; the rest has nothing to reverse */
	done = undo(f);
	assert_int_equal(done.rc, 0);
	assert_int_equal(dbr_act(f->r, done.act, &a, &act), 0);
	assert_int_equal(act.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(act.v[i].done, i % 2 == 0);
	assert_where(f, "2@x", "INBOX [Trash 51] 0");
	assert_where(f, "1@x", "INBOX 1 1");
	assert_counts(f, f->inbox);
	assert_counts(f, f->trash);
	arena_free(&a);
}

static void
flags_go_back_to_what_they_were(void **state)
{
	struct fixture *f = *state;
	int64_t ids[4];
	struct act_order o = {.account = f->account,
	    .kind = ACT_FLAGS,
	    .on = FLAG_FLAGGED,
	    .off = FLAG_SEEN,
	    .ids = ids,
	    .n = 4};
	struct act_done done;
	struct arena a = ARENA_INIT;
	struct act *v;
	size_t n;

	fill(f, 4); /* 1 and 3 are read */
	put_flags(f, f->inbox, 3, FLAG_SEEN | FLAG_FLAGGED);
	for (uint64_t i = 0; i < 4; i++)
		ids[i] = by_uid(f, f->inbox, i + 1);
	done = post(f, &o);
	assert_int_equal(done.n, 4);
	pushing(f, done.act);
	for (size_t i = 0; i < 4; i++)
		confirm(f, done.act, i, 0);
	end(f, done.act, ACT_DONE);
	assert_where(f, "1@x", "INBOX 1 4");
	done = undo(f);
	assert_int_equal(done.rc, 0);
	assert_where(f, "1@x", "INBOX 1 1");
	assert_where(f, "2@x", "INBOX 2 0");
	assert_where(f, "3@x", "INBOX 3 5");
	assert_where(f, "4@x", "INBOX 4 0");
	/* in three ways they differed: three acts, each with what to set */
	n = dbr_acts_pending(f->r, ACCOUNT, 10, &a, &v);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_int_not_equal(v[i].undoes, 0);
		for (size_t k = 0; k < v[i].n; k++)
			switch (v[i].v[k].key.num) {
			case 1:
				assert_int_equal(v[i].on, FLAG_SEEN);
				assert_int_equal(v[i].off, FLAG_FLAGGED);
				break;
			case 3:
				assert_int_equal(v[i].on, FLAG_SEEN);
				assert_int_equal(v[i].off, 0);
				break;
			default:
				assert_int_equal(v[i].on, 0);
				assert_int_equal(v[i].off, FLAG_FLAGGED);
			}
	}
	assert_int_equal(undo(f).err.kind, ERR_GONE);
	arena_free(&a);
}

static void
orders(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *why;
		enum act_kind kind;
		unsigned on, off;
		const char *to;
		int64_t ids[3];
		size_t n, want;
		const char *text;
	} cases2[] = {
	    {"one", ACT_FLAGS, FLAG_FLAGGED, 0, NULL, {1}, 1, 1,
		"1 message flagged"},
	    {"what is so already is no change", ACT_FLAGS, FLAG_FLAGGED, 0,
		NULL, {1, 2}, 2, 1, "1 message flagged"},
	    {"nothing to change at all", ACT_FLAGS, FLAG_FLAGGED, 0, NULL,
		{1, 2}, 2, 0, NULL},
	    {"to where it is", ACT_MOVE, 0, 0, "INBOX", {1, 2}, 2, 0, NULL},
	    {"a row that is gone is left out", ACT_FLAGS, FLAG_SEEN, 0, NULL,
		{2, 4711}, 2, 1, "1 message marked read"},
	    {"unread", ACT_FLAGS, 0, FLAG_SEEN, NULL, {1, 2, 3}, 3, 3,
		"3 messages marked unread"},
	    {"nowhere", ACT_MOVE, 0, 0, NULL, {1}, 1, 0, NULL},
	    {"nothing", ACT_MOVE, 0, 0, "Trash", {0}, 0, 0, NULL},
	    {"a folder nobody has heard of is made", ACT_MOVE, 0, 0,
		"New/Förder", {1}, 1, 1, "1 message moved to New/Förder"},
	};

	fill(f, 3);
	for (size_t i = 0; i < sizeof cases2 / sizeof *cases2; i++) {
		int64_t ids[3];
		struct act_order o = {.account = f->account,
		    .kind = cases2[i].kind,
		    .on = cases2[i].on,
		    .off = cases2[i].off,
		    .to = cases2[i].to,
		    .ids = ids,
		    .n = cases2[i].n};
		struct act_done done;

		for (size_t k = 0; k < cases2[i].n; k++)
			ids[k] = cases2[i].ids[k] > 3
				     ? 99999
				     : by_uid(f, f->inbox,
					   (uint64_t)cases2[i].ids[k]);
		done = post(f, &o);
		if (done.rc != 0 || done.n != cases2[i].want ||
		    (done.act != 0) != (done.n > 0))
			fail_msg("%s: %d, %zu", cases2[i].why, done.rc, done.n);
		if (cases2[i].text != NULL)
			assert_string_equal(done.text, cases2[i].text);
	}
	assert_where(f, "1@x", "New/Förder [INBOX 1] 4");
}

/* Deleted with 50 acts pending: all 50 are there, and shown after a sync. */
static void
fifty_acts_and_no_cache(void **state)
{
	struct fixture *f = *state;
	struct arena a = ARENA_INIT;
	struct folder trash;
	struct act *v;

	fill(f, 60);
	for (uint64_t uid = 1; uid <= 50; uid++)
		post_move(f, by_uid(f, f->inbox, uid), "Trash");
	fx_close(f);
	fx_delete_cache(f);
	fx_open(f);
	assert_int_equal(dbr_acts_count(f->r, ACCOUNT), 50);
	assert_int_equal(dbr_acts_pending(f->r, ACCOUNT, 100, &a, &v), 50);
	for (size_t i = 0; i < 50; i++) {
		assert_int_equal(v[i].v[0].key.num, i + 1);
		assert_string_equal(v[i].v[0].folder, "INBOX");
		assert_string_equal(v[i].to, "Trash");
	}
	fill(f, 60);
	assert_int_equal(dbr_folder(f->r, f->trash, &a, &trash), 0);
	assert_int_equal(trash.rows, 50);
	assert_counts(f, f->inbox);
	arena_free(&a);
}

/* An act of another UIDVALIDITY is about other messages. */
static void
another_uidvalidity(void **state)
{
	struct fixture *f = *state;
	struct folder_update u = FOLDER_UPDATE_KEEP;

	fill(f, 2);
	post_move(f, by_uid(f, f->inbox, 1), "Trash");
	u.uidvalidity = 8;
	MUST(db_put_folder_state(f->d, f->inbox, &u, &e));
	put(f, f->inbox, 1, "other@x", 5, 0);
	assert_where(f, "other@x", "INBOX 1 0");
	assert_where(f, "1@x", "none");
}

/* A row whose new key never turns up does not stay for ever. */
static void
never_turns_up(void **state)
{
	struct fixture *f = *state;
	struct folder_update u = FOLDER_UPDATE_KEEP;
	int64_t act;

	fill(f, 1);
	act = post_move(f, by_uid(f, f->inbox, 1), "Trash");
	pushing(f, act);
	confirm(f, act, 0, 0);
	end(f, act, ACT_DONE);
	post_flags(f, by_msgid(f, "1@x"), FLAG_FLAGGED, 0);
	assert_int_equal(dbr_acts_count(f->r, ACCOUNT), 0); /* it waits */
	u.synced = 5;
	MUST(db_put_folder_state(f->d, f->trash, &u, &e));
	assert_where(f, "1@x", "Trash ? 5");
	MUST(db_put_folder_state(f->d, f->trash, &u, &e));
	assert_where(f, "1@x", "none");
	assert_int_equal(dbr_acts_count(f->r, ACCOUNT), 0);
	assert_counts(f, f->trash);
}

static void
the_journal_on_screen(void **state)
{
	struct fixture *f = *state;
	struct arena a = ARENA_INIT;
	struct act *v;

	fill(f, 3);
	post_move(f, by_uid(f, f->inbox, 1), "Trash");
	post_flags(f, by_uid(f, f->inbox, 2), FLAG_FLAGGED, 0);
	undo(f);
	assert_int_equal(dbr_acts(f->r, ACCOUNT, 10, &a, &v), 2);
	assert_int_equal(v[0].kind, ACT_FLAGS);
	assert_int_equal(v[0].state, ACT_UNDONE);
	assert_true(v[0].undone);
	assert_int_equal(v[1].state, ACT_PENDING);
	assert_string_equal(v[1].text, "1 message moved to Trash");
	assert_int_equal(v[1].v[0].flags_before, FLAG_SEEN);
	assert_string_equal(v[1].v[0].msgid, "1@x");
	assert_int_equal(dbr_acts(f->r, "nobody", 10, &a, &v), 0);
	arena_free(&a);
}

static void
taken_back_before_the_worker_came(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	int64_t act;

	fill(f, 1);
	act = post_move(f, by_uid(f, f->inbox, 1), "Trash");
	undo(f);
	assert_int_equal(db_act_pushing(f->d, act, &err), -1);
	assert_int_equal(err.kind, ERR_GONE);
	assert_int_equal(dbr_acts_count(f->r, ACCOUNT), 0);
	assert_int_equal(db_act_end(f->d, 4711, ACT_DONE, NULL, &err), -1);
}

/* Ten thousand at once: in bounded time, counts right. */
static void
many_messages(void **state)
{
	enum { MANY = 10000 };
	struct fixture *f = *state;
	struct db_msg *m = mem_array(MANY, sizeof *m);
	int64_t *ids = mem_array(MANY, sizeof *ids);
	struct act_order o = {.account = f->account,
	    .kind = ACT_FLAGS,
	    .on = FLAG_SEEN,
	    .ids = ids,
	    .n = MANY};
	struct arena a = ARENA_INIT;
	struct folder got;

	for (size_t i = 0; i < MANY; i++)
		m[i] = msg_of(i + 1, NULL, (int64_t)i, 0);
	MUST(db_put_messages(f->d, f->inbox, m, MANY, &e));
	for (size_t i = 0; i < MANY; i++)
		ids[i] = by_uid(f, f->inbox, i + 1);
	assert_int_equal(post(f, &o).n, MANY);
	assert_int_equal(dbr_folder(f->r, f->inbox, &a, &got), 0);
	assert_int_equal(got.rows_unseen, 0);
	assert_int_equal(undo(f).n, MANY);
	assert_int_equal(dbr_folder(f->r, f->inbox, &a, &got), 0);
	assert_int_equal(got.rows_unseen, MANY);
	arena_free(&a);
	free(m);
	free(ids);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fx_setup, fx_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(scripts),
	    CASE(half_of_an_act),
	    CASE(flags_go_back_to_what_they_were),
	    CASE(orders),
	    CASE(fifty_acts_and_no_cache),
	    CASE(another_uidvalidity),
	    CASE(never_turns_up),
	    CASE(the_journal_on_screen),
	    CASE(taken_back_before_the_worker_came),
	    CASE(many_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
