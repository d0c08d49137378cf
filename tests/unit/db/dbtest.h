/*
 * dbtest - a database in a temporary folder, and short words for what the
 * tests do with it.  Everything that fails ends the test.
 */
#ifndef ETUI_TEST_DBTEST_H
#define ETUI_TEST_DBTEST_H

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/db.h"
#include "db/folder.h"
#include "db/journal.h"
#include "db/message.h"
#include "db/view.h"
#include "scratch.h"
#include "util/mem.h"
#include "util/os.h"

#define ACCOUNT "work"

struct fixture {
	char *dir;
	struct db *d;
	struct dbr *r;
	int64_t account, inbox, trash;
	uint64_t seed;
};

#define MUST(call)                                                             \
	do {                                                                   \
		struct err e = ERR_INIT;                                       \
		if ((call) < 0)                                                \
			fail_msg("%s: %s", #call, e.text);                     \
	} while (0)

static inline void
fx_open(struct fixture *f)
{
	MUST(db_open(f->dir, f->dir, &f->d, &e));
	MUST(db_reader(f->d, &f->r, &e));
	MUST(db_account(f->d, ACCOUNT, &f->account, &e));
	MUST(db_need_folder(
	    f->d, f->account, "INBOX", ROLE_INBOX, &f->inbox, &e));
	MUST(db_need_folder(
	    f->d, f->account, "Trash", ROLE_TRASH, &f->trash, &e));
}

static inline void
fx_close(struct fixture *f)
{
	dbr_close(f->r);
	db_close(f->d);
	f->r = NULL;
	f->d = NULL;
}

static inline void
fx_again(struct fixture *f)
{
	fx_close(f);
	fx_open(f);
}

static inline int
fx_setup(void **state)
{
	struct fixture *f = mem_zalloc(sizeof *f);

	f->dir = scratch_dir();
	f->seed = 88172645463325252u;
	fx_open(f);
	*state = f;
	return 0;
}

static inline int
fx_teardown(void **state)
{
	struct fixture *f = *state;

	if (f->d != NULL)
		fx_close(f);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

static inline uint64_t
fx_random(struct fixture *f, uint64_t below)
{
	f->seed ^= f->seed << 13;
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return f->seed % below;
}

static inline char *
fx_path(const struct fixture *f, const char *name)
{
	return scratch_printf("%s/%s", f->dir, name);
}

/* cache.db and its log, as somebody with rm would. */
static inline void
fx_delete_cache(const struct fixture *f)
{
	static const char *const names[] = {
	    "cache.db", "cache.db-wal", "cache.db-shm"};

	for (size_t i = 0; i < 3; i++) {
		char *path = fx_path(f, names[i]);

		unlink(path);
		free(path);
	}
}

/* ---- messages ---- */

static inline struct db_msg
msg_of(uint64_t uid, const char *msgid, int64_t date, unsigned flags)
{
	return (struct db_msg){.key.num = uid,
	    .flags = flags,
	    .idate = date,
	    .date = date,
	    .size = 1000 + uid,
	    .subject = "a subject",
	    .from_name = "Ann",
	    .from_addr = "ann@example.org",
	    .to = "Bob <bob@example.org>",
	    .msgid = msgid};
}

static inline void
put(struct fixture *f, int64_t folder, uint64_t uid, const char *msgid,
    int64_t date, unsigned flags)
{
	struct db_msg m = msg_of(uid, msgid, date, flags);

	MUST(db_put_messages(f->d, folder, &m, 1, &e));
}

static inline void
put_flags(struct fixture *f, int64_t folder, uint64_t uid, unsigned flags)
{
	struct db_flags v = {.key.num = uid, .flags = flags};

	MUST(db_put_flags(f->d, folder, &v, 1, &e));
}

static inline void
gone(struct fixture *f, int64_t folder, uint64_t uid)
{
	struct mset s = MSET_INIT;

	mset_add(&s, uid);
	MUST(db_remove_messages(f->d, folder, &s, &e));
	mset_free(&s);
}

static inline int64_t
by_uid(struct fixture *f, int64_t folder, uint64_t uid)
{
	struct mkey k = {.num = uid};

	return dbr_message_by_key(f->r, folder, &k);
}

static inline int64_t
by_msgid(struct fixture *f, const char *msgid)
{
	return dbr_message_by_msgid(f->r, f->account, msgid);
}

/* The message as one line: "INBOX 5 flags", its key's folder in brackets where
 * that is another one; yours. */
static inline char *
where(struct fixture *f, const char *msgid)
{
	struct arena a = ARENA_INIT;
	struct folder shown, home;
	struct msg m;
	char *line, key[40];

	if (dbr_message(f->r, by_msgid(f, msgid), &a, &m) < 0) {
		arena_free(&a);
		return mem_str("none");
	}
	assert_int_equal(dbr_folder(f->r, m.folder, &a, &shown), 0);
	assert_int_equal(dbr_folder(f->r, m.folder_key, &a, &home), 0);
	snprintf(key, sizeof key, "%" PRIu64, m.key.num);
	line = m.folder == m.folder_key
		   ? mem_printf("%s %s %x", shown.name,
			 m.key.num != 0 ? key : "?", m.flags)
		   : mem_printf("%s [%s %s] %x", shown.name, home.name,
			 m.key.num != 0 ? key : "?", m.flags);
	arena_free(&a);
	return line;
}

static inline void
assert_where(struct fixture *f, const char *msgid, const char *want)
{
	char *got = where(f, msgid);

	if (strcmp(got, want) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", msgid, got, want);
	free(got);
}

/* Counts that the writer keeps against those that can be counted. */
static inline void
assert_counts(struct fixture *f, int64_t folder)
{
	struct view_spec s = {.folder = folder, .sort = SORT_DATE};
	struct view_row *row;
	struct arena a = ARENA_INIT;
	struct folder got;
	struct view *v;
	uint64_t unseen = 0;
	size_t n;

	assert_int_equal(dbr_folder(f->r, folder, &a, &got), 0);
	row = mem_array(got.rows + 10, sizeof *row);
	MUST(view_open(f->r, &s, &v, &e));
	n = view_rows(v, 0, got.rows + 10, row);
	assert_int_equal(n, got.rows);
	for (size_t i = 0; i < n; i++)
		unseen += (row[i].flags & FLAG_SEEN) == 0;
	assert_int_equal(unseen, got.rows_unseen);
	view_close(v);
	s.threaded = true;
	MUST(view_open(f->r, &s, &v, &e));
	assert_int_equal(view_rows(v, 0, got.rows + 10, row), n);
	view_close(v);
	free(row);
	arena_free(&a);
}

/* ---- acts ---- */

struct answer {
	pthread_mutex_t lock;
	pthread_cond_t there;
	bool is_there;
	struct act_done done;
};

static inline void
on_done(void *ctx, const struct act_done *done)
{
	struct answer *a = ctx;

	pthread_mutex_lock(&a->lock);
	a->done = *done;
	a->is_there = true;
	pthread_cond_signal(&a->there);
	pthread_mutex_unlock(&a->lock);
}

static inline struct act_done
answer_wait(struct answer *a)
{
	pthread_mutex_lock(&a->lock);
	while (!a->is_there)
		pthread_cond_wait(&a->there, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return a->done;
}

#define ANSWER_INIT                                                            \
	{                                                                      \
		.lock = PTHREAD_MUTEX_INITIALIZER,                             \
		.there = PTHREAD_COND_INITIALIZER                              \
	}

static inline struct act_done
post(struct fixture *f, const struct act_order *o)
{
	struct answer a = ANSWER_INIT;

	db_post_act(f->d, o, on_done, &a);
	return answer_wait(&a);
}

static inline int64_t
post_move(struct fixture *f, int64_t id, const char *to)
{
	struct act_order o = {.account = f->account,
	    .kind = ACT_MOVE,
	    .to = to,
	    .ids = &id,
	    .n = 1};
	struct act_done done = post(f, &o);

	assert_int_equal(done.rc, 0);
	return done.act;
}

static inline int64_t
post_flags(struct fixture *f, int64_t id, unsigned on, unsigned off)
{
	struct act_order o = {.account = f->account,
	    .kind = ACT_FLAGS,
	    .on = on,
	    .off = off,
	    .ids = &id,
	    .n = 1};
	struct act_done done = post(f, &o);

	assert_int_equal(done.rc, 0);
	return done.act;
}

static inline struct act_done
undo(struct fixture *f)
{
	struct answer a = ANSWER_INIT;

	db_post_undo(f->d, f->account, on_done, &a);
	return answer_wait(&a);
}

static inline void
pushing(struct fixture *f, int64_t act)
{
	MUST(db_act_pushing(f->d, act, &e));
}

static inline void
confirm(struct fixture *f, int64_t act, size_t index, uint64_t uid)
{
	struct act_moved m = {
	    .index = index, .key.num = uid, .uidvalidity = uid ? 7 : 0};

	MUST(db_act_targets_done(f->d, act, &m, 1, &e));
}

static inline void
end(struct fixture *f, int64_t act, enum act_state state)
{
	MUST(db_act_end(
	    f->d, act, state, state == ACT_FAILED ? "NO" : NULL, &e));
}

#endif
