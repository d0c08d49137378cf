/*
 * sync_world - one account, its database and what stands at the other end, for
 * tests of sync.
 *
 *	struct world *w = world_new(&(struct dovecot_opts){0}, PLAIN_WORLD);
 *	dovecot_fill(w->server, "ann", "INBOX", 1, 100);
 *	world_start(w);
 *	until(w, has_ended, "the first sync");
 *	world_free(w);
 */
#ifndef ETUI_TEST_SYNC_WORLD_H
#define ETUI_TEST_SYNC_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
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
	struct dovecot *server; /* NULL: the test has something else */
	uint16_t port;          /* what is dialled; 0: the server's */
	const char *user;       /* of the server; NULL: ann */
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
	char folder_text[240];
	uint64_t answered;
	int answer_rc;
	char note[200];
	uint64_t new_mail;
	const char *password; /* answer to SYNC_EV_ASK */
	int asked, notes, offline;
	bool once;
	bool hasty; /* offline: try again at once */
};

static inline const char *
user_of(const struct world *w)
{
	return w->user != NULL ? w->user : "ann";
}

static inline void
world_config(struct world *w, const char *extra)
{
	struct err e = ERR_INIT;
	char *text = mem_printf("[account test]\n"
				"address = ann@example.org\n"
				"receive-host = 127.0.0.1\n"
				"receive-port = %u\n"
				"receive-tls = none\n"
				"user = %s\n"
				"%s\n",
	    w->port != 0 ? w->port : dovecot_port(w->server), user_of(w),
	    extra);

	if (config_parse("test", text, &w->config, &e) < 0)
		fail_msg("%s", e.text);
	free(text);
}

static inline void
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

/* The server is ours from now on; port 0: dial it without a detour. */
static inline struct world *
world_of(
    struct dovecot *server, const char *user, uint16_t port, const char *extra)
{
	struct err e = ERR_INIT;
	struct world *w = mem_zalloc(sizeof *w);

	w->server = server;
	w->user = user;
	w->port = port;
	w->dir = os_tempdir("etui-test", &e);
	assert_non_null(w->dir);
	world_config(w, extra);
	w->events = queue_new();
	world_db(w);
	return w;
}

static inline struct world *
world_new(const struct dovecot_opts *o, const char *extra)
{
	return world_of(dovecot_start(o), NULL, 0, extra);
}

static inline void
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
	    .once = w->once,
	};

	w->folder_ended = 0;
	w->state = SYNC_CONNECTING;
	w->sync = sync_start(&o, &e);
	if (w->sync == NULL)
		fail_msg("%s", e.text);
	sync_open_folder(w->sync, w->inbox, "INBOX", 20);
	free(data);
}

static inline void
take(struct world *w, struct sync_event *ev)
{
	struct secret s = SECRET_INIT;

	switch (ev->kind) {
	case SYNC_EV_STATE:
		w->state = ev->state;
		memcpy(w->text, ev->text, sizeof w->text);
		if (ev->state == SYNC_OFFLINE) {
			w->offline++;
			if (w->hasty && w->sync != NULL)
				sync_check(w->sync);
		}
		break;
	case SYNC_EV_FOLDER:
		w->folder_ended++;
		w->folder_rc = ev->rc;
		memcpy(w->folder_text, ev->err.text, sizeof w->folder_text);
		break;
	case SYNC_EV_MESSAGE:
		w->answered = ev->ticket;
		w->answer_rc = ev->rc;
		memcpy(w->text, ev->err.text, sizeof w->text);
		break;
	case SYNC_EV_NOTE:
		memcpy(w->note, ev->text, sizeof w->note);
		w->notes++;
		break;
	case SYNC_EV_NEW:
		w->new_mail += ev->count;
		break;
	case SYNC_EV_ASK:
		w->asked++;
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

static inline bool
turn(struct world *w, int ms)
{
	struct node *n = queue_wait(w->events, ms);

	if (n == NULL)
		return false;
	take(w, (struct sync_event *)n);
	return true;
}

/* Take events until `done` says so. */
static inline void
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

static inline void
world_stop(struct world *w)
{
	struct node *n;

	assert_true(sync_stop(w->sync, 2000));
	w->sync = NULL;
	while ((n = queue_pop(w->events)) != NULL)
		sync_event_free((struct sync_event *)n);
}

static inline void
world_close_db(struct world *w)
{
	dbr_close(w->dbr);
	db_close(w->db);
}

static inline void
world_free(struct world *w)
{
	struct err e = ERR_INIT;

	if (w->sync != NULL)
		world_stop(w);
	world_close_db(w);
	queue_free(w->events);
	config_free(w->config);
	if (w->server != NULL)
		dovecot_free(w->server);
	os_remove_tree(w->dir, &e);
	free(w->dir);
	free(w);
}

/* ---- what to wait for ---- */

static inline bool
has_ended(struct world *w)
{
	return w->folder_ended > 0;
}

static inline bool
is_idle(struct world *w)
{
	return w->state == SYNC_IDLE;
}

static inline bool
is_offline(struct world *w)
{
	return w->state == SYNC_OFFLINE;
}

static inline bool
is_elsewhere(struct world *w)
{
	return w->state == SYNC_ELSEWHERE;
}

static inline bool
is_stopped(struct world *w)
{
	return w->state == SYNC_STOPPED;
}

static inline bool
is_answered(struct world *w)
{
	return w->answered != 0;
}

static inline bool
nothing_pending(struct world *w)
{
	return dbr_acts_count(w->dbr, "test") == 0;
}

static inline uint64_t
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

/* The journal in words, for a test that failed. */
static inline void
print_journal(struct world *w)
{
	struct arena a = ARENA_INIT;
	struct act *v;
	size_t n = dbr_acts(w->dbr, "test", 100, &a, &v);

	for (size_t i = n; i-- > 0;) {
		print_message("act %lld state %d undoes %lld \"%s\" %s\n",
		    (long long)v[i].id, (int)v[i].state, (long long)v[i].undoes,
		    v[i].text, v[i].error != NULL ? v[i].error : "");
		for (size_t k = 0; k < v[i].n; k++)
			print_message("\t%s %llu:%llu done %d %s -> %llu\n",
			    v[i].v[k].folder,
			    (unsigned long long)v[i].v[k].uidvalidity,
			    (unsigned long long)v[i].v[k].key.num,
			    v[i].v[k].done,
			    v[i].v[k].to != NULL ? v[i].v[k].to : "",
			    (unsigned long long)v[i].v[k].moved.num);
	}
	arena_free(&a);
}

static inline bool
has_101(struct world *w)
{
	return rows_of(w, "INBOX") == 101;
}

static inline bool
has_99(struct world *w)
{
	return rows_of(w, "INBOX") == 99;
}

/* The row ids of the n newest messages of INBOX, whose UIDs end at `last`. */
static inline void
newest_ids(struct world *w, uint64_t last, int64_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mkey k = {.num = last - i};

		ids[i] = dbr_message_by_key(w->dbr, w->inbox, &k);
		assert_true(ids[i] > 0);
	}
}

static inline void
act_done(void *ctx, const struct act_done *d)
{
	atomic_int *rc = ctx;

	*rc = d->rc == 0 ? 1 : -1;
}

static inline void
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

static inline void
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
static inline size_t
server_count(struct world *w, const char *folder, const char *key)
{
	char *cmd = mem_printf("UID SEARCH %s", key);
	char *all = dovecot_ask(w->server, user_of(w), folder, cmd);
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

#endif
