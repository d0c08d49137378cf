/*
 * fixture - an app over a database of its own in a temporary folder, with no
 * server behind it, and a front that remembers what it was told.
 */
#ifndef ETUI_TEST_APP_FIXTURE_H
#define ETUI_TEST_APP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>

#include "app_int.h"
#include "scratch.h"

#define FIXTURE_CONFIG                                                         \
	"[account work]\n"                                                     \
	"name = Ann\n"                                                         \
	"address = ann@example.org\n"                                          \
	"receive = imap\n"                                                     \
	"receive-host = imap.example.org\n"                                    \
	"user = ann\n"

struct fixture {
	char *dir;
	struct app *app;
	struct front front;
	char said[240];
	enum app_level level;
	const char *answer; /* to the next question; NULL: given up */
	char asked[200];
	enum screen_kind screen;
	bool quit;
	int64_t inbox, trash;
	uint64_t uid; /* of the newest message */
};

static inline struct fixture *
fixture_of(struct front *f)
{
	return f->ctx;
}

static inline void
fixture_say(struct front *f, enum app_level level, const char *text)
{
	snprintf(fixture_of(f)->said, 240, "%s", text);
	fixture_of(f)->level = level;
}

static inline void
fixture_ask(struct front *f, const struct front_ask *q)
{
	snprintf(fixture_of(f)->asked, 200, "%s", q->prompt);
	q->done(q->ctx, fixture_of(f)->answer);
}

static inline void
fixture_open_screen(struct front *f, enum screen_kind kind, const char *arg)
{
	(void)arg;
	fixture_of(f)->screen = kind;
}

static inline void
fixture_close_screen(struct front *f)
{
	fixture_of(f)->screen = SCREEN_INDEX;
}

static inline enum screen_kind
fixture_screen(struct front *f)
{
	return fixture_of(f)->screen;
}

static inline void
fixture_quit(struct front *f, int code)
{
	(void)code;
	fixture_of(f)->quit = true;
}

/* Run the app's turns until `done` says so; false after five seconds. */
static inline bool
fixture_until(struct fixture *x, bool (*done)(struct fixture *x))
{
	int64_t end = os_now_ms() + 5000;

	while (!done(x)) {
		struct pollfd p = {
		    .fd = queue_fd(x->app->events), .events = POLLIN};

		if (os_now_ms() > end)
			return false;
		poll(&p, 1, 100);
		app_turn(x->app);
	}
	return true;
}

static inline bool
fixture_quiet(struct fixture *x)
{
	struct app_private *p = x->app->priv;
	bool changed;

	pthread_mutex_lock(&p->changes.lock);
	changed = p->changes.n > 0;
	pthread_mutex_unlock(&p->changes.lock);
	return p->acts_open == 0 && p->find_cancel == NULL && !changed &&
	       (p->ticks & TICK_REFRESH) == 0;
}

static inline void
fixture_settle(struct fixture *x)
{
	assert_true(fixture_until(x, fixture_quiet));
	if (x->app->list != NULL)
		list_show(x->app, x->app->list, 10);
}

/* n more messages in a folder, one a minute, newest last. */
static inline void
fixture_mail_in(struct fixture *x, int64_t folder, int n)
{
	struct err e = ERR_INIT;

	for (int i = 0; i < n; i++) {
		uint64_t uid = ++x->uid;
		char subject[40], msgid[40], from[40];
		struct db_msg m = {.key = {.num = uid},
		    .keywords = "",
		    .idate = 1700000000 + (int64_t)uid * 60,
		    .date = 1700000000 + (int64_t)uid * 60,
		    .size = 1000,
		    .subject = subject,
		    .from_name = from,
		    .from_addr = "x@example.org",
		    .to = "ann@example.org",
		    .cc = "",
		    .msgid = msgid,
		    .list_id = ""};

		snprintf(subject, sizeof subject, "Subject %d%s", (int)uid,
		    uid % 10 == 0 ? " tenth" : "");
		snprintf(from, sizeof from, "Person %d", (int)(uid % 7));
		snprintf(msgid, sizeof msgid, "m%d@example.org", (int)uid);
		m.flags = uid % 2 == 0 ? FLAG_SEEN : 0;
		if (db_put_messages(x->app->db, folder, &m, 1, &e) < 0)
			fail_msg("%s", e.text);
	}
}

static inline void
fixture_mail(struct fixture *x, int n)
{
	fixture_mail_in(x, x->inbox, n);
	fixture_settle(x);
}

static inline void
fixture_folders(struct fixture *x)
{
	struct folder v[] = {
	    {.name = "INBOX",
		.delim = '/',
		.role = ROLE_INBOX,
		.selectable = true,
		.messages = DB_KEEP,
		.unseen = DB_KEEP},
	    {.name = "Trash",
		.delim = '/',
		.role = ROLE_TRASH,
		.selectable = true,
		.messages = DB_KEEP,
		.unseen = DB_KEEP},
	    {.name = "Lists/c-dev",
		.delim = '/',
		.selectable = true,
		.messages = 5,
		.unseen = 2},
	    {.name = "Lists/d-dev",
		.delim = '/',
		.selectable = true,
		.messages = 5,
		.unseen = 0},
	};
	struct folder_update u = FOLDER_UPDATE_KEEP;
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct folder f;

	if (db_put_folders(x->app->db, x->app->cur->id, v, 4, true, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(
	    dbr_folder_named(x->app->dbr, x->app->cur->id, "INBOX", &a, &f), 0);
	x->inbox = f.id;
	assert_int_equal(
	    dbr_folder_named(x->app->dbr, x->app->cur->id, "Trash", &a, &f), 0);
	x->trash = f.id;
	u.uidvalidity = 7;
	u.complete = 1;
	if (db_put_folder_state(x->app->db, x->inbox, &u, &e) < 0 ||
	    db_put_folder_state(x->app->db, x->trash, &u, &e) < 0)
		fail_msg("%s", e.text);
	arena_free(&a);
}

static inline void
fixture_start(struct fixture *x, const char *config)
{
	struct app_opts o = {.cache_dir = scratch_printf("%s/cache", x->dir),
	    .data_dir = scratch_printf("%s/data", x->dir)};
	struct err e = ERR_INIT;

	if (config_parse("test", config, &o.config, &e) < 0 ||
	    app_open(&o, &x->app, &e) < 0)
		fail_msg("%s", e.text);
	x->front = (struct front){.ctx = x,
	    .say = fixture_say,
	    .ask = fixture_ask,
	    .open = fixture_open_screen,
	    .close = fixture_close_screen,
	    .screen = fixture_screen,
	    .quit = fixture_quit};
	x->screen = SCREEN_INDEX;
	x->app->front = &x->front;
	x->app->page = 10;
	free((char *)(uintptr_t)o.cache_dir);
	free((char *)(uintptr_t)o.data_dir);
}

static inline struct fixture *
fixture_new(const char *config)
{
	struct fixture *x = mem_zalloc(sizeof *x);

	x->dir = scratch_dir();
	fixture_start(x, config);
	fixture_folders(x);
	fixture_settle(x);
	return x;
}

/* As if the program was left and started again. */
static inline void
fixture_restart(struct fixture *x, const char *config)
{
	app_close(x->app);
	fixture_start(x, config);
	fixture_settle(x);
}

static inline void
fixture_free(struct fixture *x)
{
	app_close(x->app);
	scratch_remove(x->dir);
	free(x);
}

/* Type a command. */
static inline void
fixture_run(struct fixture *x, const char *line)
{
	x->said[0] = '\0';
	app_run(x->app, &x->front, line);
}

/* ... and wait until all of it is done. */
static inline void
fixture_do(struct fixture *x, const char *line)
{
	fixture_run(x, line);
	fixture_settle(x);
}

static inline void
fixture_is_said(struct fixture *x, const char *part)
{
	if (strstr(x->said, part) == NULL)
		fail_msg("said \"%s\", not \"%s\"", x->said, part);
}

/* The UID of the message at a position, 0: a placeholder. */
static inline uint64_t
fixture_at(struct fixture *x, uint64_t pos)
{
	const struct view_row *r = list_row(x->app, x->app->list, pos);

	return r != NULL ? r->key.num : 0;
}

static inline uint64_t
fixture_cursor(struct fixture *x)
{
	return fixture_at(x, x->app->list->cursor);
}

#endif
