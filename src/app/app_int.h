/*
 * app_int - what the files of app share, and nobody else sees.
 *
 * One queue carries everything that comes to the UI thread.  The workers of
 * sync push `struct sync_event` into it; our own entries begin the same way
 * (node, then an int), with kinds that sync does not use.
 */
#ifndef ETUI_APP_APP_INT_H
#define ETUI_APP_APP_INT_H

#include <pthread.h>

#include "app/app.h"
#include "db/journal.h"
#include "job.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

enum app_event_kind {
	APP_EV_CHANGES = 1000, /* the database changed: see priv->changes */
	APP_EV_ACT,            /* struct act_answer */
	APP_EV_FOUND,          /* struct job */
	APP_EV_TICK,           /* struct job */
	APP_EV_START,          /* the first turn: start the workers */
};

/* How each of our events begins. */
struct app_event {
	struct node node;
	int kind;
};

/*
 * What changed since the UI thread looked last.  The database's writer thread
 * adds to it, at most one event for it is in the queue, so a sync of a
 * hundred thousand rows does not fill the queue.
 */
#define CHANGES_MAX 32
struct changes {
	pthread_mutex_t lock;
	bool queued;
	bool all; /* more than CHANGES_MAX places: look at everything */
	size_t n;
	struct change {
		unsigned what;
		int64_t account, folder;
	} v[CHANGES_MAX];
};

/* What is due at a later time; see app_later(). */
enum tick {
	TICK_REFRESH = 1 << 0, /* the list and the folders on screen */
	TICK_VISIBLE = 1 << 1, /* structure of the rows shown */
	TICK_FOREIGN = 1 << 2, /* another etui may have written */
};
#define REFRESH_EVERY_MS 80
#define VISIBLE_AFTER_MS 100
/* Between looks at what another etui wrote: where one is known, where not. */
#define FOREIGN_EVERY_MS  500
#define FOREIGN_RARELY_MS 2000

/* What is kept of an account while another one is on screen. */
struct place {
	int64_t folder, message;
	char said[200]; /* the last trouble with its connection */
};

/* What headless.c waits for: the end of a folder's sync, or a message. */
struct waiting {
	int64_t folder;
	uint64_t ticket;
	bool done;
	int rc;
	struct err err;
};

struct pipe_task;
struct folder_ask;

struct app_private {
	struct changes changes;
	struct job_thread *jobs;
	/* the search that is running */
	uint64_t find_ticket;
	struct cancel *find_cancel;
	enum find_use find_use;
	/* messages whose move was ordered and not answered yet */
	int64_t *moving;
	size_t nmoving, movingcap;
	size_t acts_open; /* ordered, not answered */
	struct pipe_task *pipe;
	struct folder_ask *folder_ask;
	unsigned ticks; /* enum tick: ordered, not due yet */
	int64_t visible_due, refreshed;
	unsigned stale; /* enum db_changed of the list, not shown yet */
	bool folders_stale;
	bool started;
	struct waiting wait;
	char *data_dir;
	struct place *place; /* one per account */
	struct arena folder_arena;
	struct folder folder; /* of the list, where the account's array has
				 it not */
	char *text_search;    /* last one in the pager */
	int text_dir;
};

/* ---- app.c ---- */
struct app_account *app_account_by_id(struct app *a, int64_t id);
void app_load_folders(struct app *a, struct app_account *acc);
int app_open_folder_id(struct app *a, int64_t id, struct err *e);
const struct folder *app_folder_find(const struct app_account *acc, int64_t id);
/* Before the first listing we know of no folder but those opened so far. */
bool app_folders_listed(const struct app_account *acc);
/* The trash of an account: the option, else the role; NULL: not known. */
const char *app_trash(const struct app_account *acc);
struct mail *app_show(struct app *a, int64_t id); /* as a->mail */
void app_hide(struct app *a);                     /* closes a->mail */

/* ---- turn.c ---- */
void app_on_change(void *ctx, unsigned what, int64_t account, int64_t folder);
void app_later(struct app *a, enum tick what, int64_t ms);
void app_drain(struct app *a); /* frees what is left in the queue */
void app_sync_start(struct app *a);

/* ---- list.c ---- */
void list_rebind(
    struct app *a, struct list *l, int64_t *ids_take, size_t n, bool limited);
void list_order_as_configured(struct app *a, struct list *l);
void list_flags_changed(struct app *a, struct list *l);
void list_visible(struct app *a, struct list *l);
struct view_spec list_spec(const struct list *l);

/* ---- list_find.c ---- */
void find_start(
    struct app *a, struct list *l, enum find_use use, const char *pattern);
void find_answer(struct app *a, struct job *j);
void find_stop(struct app *a);

/* ---- act.c ---- */
struct act_answer;
/* Order the same change to ids (taken); says what came of it. */
void act_order(
    struct app *a, int64_t *take_ids, size_t n, const struct act_order *how);
void act_undo(struct app *a);
void act_answered(struct app *a, struct act_answer *take);
void act_answer_free(struct act_answer *t);
/* Move these to the trash, or say why not. */
void act_trash(struct app *a, int64_t *take_ids, size_t n);
/* list_targets() without those that are on their way out. */
int64_t *act_targets(struct app *a, size_t *n);

/* ---- mail.c ---- */
void mail_account_changed(struct app *a, const struct app_account *acc);
/* As mail_open() but nobody reads it: no fetch, no \Seen. */
struct mail *mail_peek(struct app *a, int64_t id);
void mail_prefetch(struct app *a);

/* ---- pipe.c ---- */
void pipe_start(struct app *a, int64_t *take_ids, size_t n, const char *cmd);
bool pipe_arrived(struct app *a, uint64_t ticket, int rc, const struct err *e);
void pipe_stop(struct app *a);

/* ---- notice.c ---- */
void job_event(struct app *a, const struct sync_event *ev);

/* ---- front.c: slots that may be missing ---- */
enum screen_kind front_screen(struct app *a);
void front_open(struct app *a, enum screen_kind kind, const char *arg);
void front_close(struct app *a);
void front_move(struct app *a, enum front_move how, long n);

/* ---- commands ---- */
struct command_rows {
	const struct command *v;
	size_t n;
};
extern const struct command_rows cmd_rows_index, cmd_rows_tags, cmd_rows_sort,
    cmd_rows_act, cmd_rows_pager, cmd_rows_folder, cmd_rows_app;
#define IN_TEXT (IN_PAGER | IN_HELP)
unsigned scope_of(const char *name); /* 0: no scope */
void folder_ask_free(struct folder_ask *k);
bool in_pager(struct app *a);
/* Open the message under the cursor in the pager. */
void cmd_open_cursor(struct app *a, bool all_headers);
/* To the next message in direction dir that is not marked deleted; false:
 * there is none.  In the pager it is opened. */
bool cmd_step(struct app *a, int dir);
/* A prompt for one line of text. */
void cmd_ask(struct app *a, const char *prompt, const char *history,
    void (*done)(void *app, const char *answer));

/* Candidates for completion: those that begin with `text` go before those
 * that only hold it. */
struct names {
	char **v;
	size_t n, cap, first;
};
void names_offer(struct names *out, const char *name, const char *text);
size_t names_take(struct names *names, char ***out);

#endif
