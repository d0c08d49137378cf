/*
 * app - everything the program is, apart from how it is shown: accounts,
 * folders, the list under the cursor, the open message, jobs, notices, and
 * the command table.
 *
 * `ui` and `cli` stand in front of it through `struct front`; app never names
 * a screen.  All of it belongs to the UI thread.
 */
#ifndef ETUI_APP_APP_H
#define ETUI_APP_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "app/list.h"
#include "app/mail.h"
#include "config/config.h"
#include "config/keymap.h"
#include "db/folder.h"
#include "sync/sync.h"

/* One account as the program runs it. */
struct app_account {
	const struct account *cfg;
	const char *name;
	int64_t id;
	struct sync *sync; /* NULL: offline on purpose (cli list) */
	enum sync_state state;
	char state_text[200];
	struct arena folder_arena;
	/* special ones first; read again on DB_FOLDERS and DB_COUNTS */
	struct folder *folders;
	size_t nfolders;
};

enum app_level { APP_INFO, APP_WARN, APP_ERROR };

/* A job as the job list and the status line show it. */
struct app_job {
	uint64_t ticket;
	struct app_account *account;
	char what[80];
	uint64_t done, total;
	bool bytes;
	int64_t started_ms, updated_ms;
	bool over;
	struct err err;
};
#define APP_JOBS_MAX    64
#define APP_NOTICES_MAX 200

struct app_notice {
	int64_t when;
	enum app_level level;
	char text[240];
};

enum app_scope {          /* where a command may run; bits */
	IN_LIST = 1 << 0, /* the index */
	IN_PAGER = 1 << 1,
	IN_FOLDERS = 1 << 2, /* the folder screen and the sidebar's focus */
	IN_HELP = 1 << 3,    /* help, jobs, traces: text one scrolls */
	IN_ANY = 0xff,
};

enum screen_kind {
	SCREEN_INDEX,
	SCREEN_PAGER,
	SCREEN_HELP,
	SCREEN_JOBS,
	SCREEN_FOLDERS,
	SCREEN_TRACE,
	SCREEN_NOTICES,
	SCREEN_FILE, /* not a screen: open() writes the text of the one on top
			to the file `arg` (save-screen) */
};

enum front_move {
	MOVE_LINES,
	MOVE_PAGES,
	MOVE_HALVES,
	MOVE_FIRST,
	MOVE_LAST,
	MOVE_TO,
	MOVE_QUOTED, /* pager: past the quoted text that comes next */
};
enum front_toggle { TOGGLE_SIDEBAR, TOGGLE_QUOTED, TOGGLE_HEADERS, TOGGLE_RAW };

struct app;

/* A question on the bottom line.  done gets NULL when the person gave up. */
struct front_ask {
	const char *prompt;
	const char *initial; /* or NULL */
	const char *history; /* class: "search", "command", ...; NULL none */
	bool secret;         /* no echo, no history */
	/* Candidates for Tab: appends strings (malloc'ed) to *out. */
	size_t (*complete)(void *ctx, const char *text, char ***out);
	/* Called at each change, for search as you type; may be NULL. */
	void (*changed)(void *ctx, const char *text);
	void (*done)(void *ctx, const char *answer);
	void *ctx;
};

/*
 * What a command may ask of whoever is in front.  At most 12 slots; `cli`
 * leaves NULL what makes no sense there.
 */
struct front {
	void *ctx;
	void (*open)(struct front *f, enum screen_kind kind, const char *arg);
	void (*close)(struct front *f); /* leave the topmost screen */
	enum screen_kind (*screen)(struct front *f); /* which one is on top */
	/* Move or scroll in the topmost screen. */
	void (*move)(struct front *f, enum front_move how, long n);
	void (*ask)(struct front *f, const struct front_ask *q);
	void (*say)(struct front *f, enum app_level level, const char *text);
	void (*toggle)(struct front *f, enum front_toggle what);
	/* A text search in the topmost screen (pager, help): dir +1/-1, NULL
	 * repeats. */
	void (*search)(struct front *f, const char *text, int dir);
	/* A child that takes the terminal: argv, what it reads (NULL: tty). */
	void (*child)(struct front *f, const char *const argv[], const void *in,
	    size_t n);
	void (*quit)(struct front *f, int code);
	void (*redraw)(struct front *f, bool whole); /* whole: ^L */
	void (*suspend)(struct front *f);            /* ^Z */
};

struct app {
	struct config *config;
	struct keymap *keys;
	struct db *db;
	struct dbr *dbr;
	struct queue *events; /* sync events, database changes, answers of acts
				 and jobs */
	struct app_account *account; /* array */
	size_t naccounts;
	struct app_account *cur; /* the one on screen */
	struct list *list; /* the folder on screen; never NULL once opened */
	struct mail *mail; /* the message in the pager, or NULL */
	struct app_job job[APP_JOBS_MAX];
	size_t njobs;
	struct app_notice notice[APP_NOTICES_MAX];
	size_t nnotices; /* total ever; ring */
	struct front *front;
	unsigned width, height; /* the front's */
	unsigned page;          /* rows of the list shown */
	bool demo;
	uint64_t next_ticket;
	unsigned dirty;      /* enum app_dirty: what must be drawn again */
	int64_t side_folder; /* the folder the sidebar's mark and the folder
				screen's cursor rest on; 0: the open one */
	struct app_private *priv;
};

enum app_dirty {
	DIRTY_LIST = 1 << 0,
	DIRTY_MAIL = 1 << 1,
	DIRTY_FOLDERS = 1 << 2,
	DIRTY_STATUS = 1 << 3,
	DIRTY_JOBS = 1 << 4,
};

struct app_opts {
	struct config *config;            /* taken, also on failure */
	const char *cache_dir, *data_dir; /* NULL: the XDG places */
	bool online;                      /* start the sync workers: at the
					     first turn, after the first
					     screen was drawn */
	bool demo;
	const char *account, *folder; /* NULL: the first, its INBOX */
};

int app_open(
    const struct app_opts *o, struct app **out, struct err *e) MUST_CHECK;
/* Stops the workers (300 ms grace), closes the database. */
void app_close(struct app *a);
/* Take what is in a->events; returns whether anything must be drawn.  Call when
 * queue_fd(a->events) is readable. */
bool app_turn(struct app *a);

int app_open_account(struct app *a, const char *name, struct err *e);
/* Open a folder of the current account as the list; by name or unique part. */
int app_open_folder(struct app *a, const char *name, struct err *e);
/* Of the list; borrowed until the next turn. */
struct folder *app_folder(struct app *a);
void app_say(struct app *a, enum app_level level, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* ---- without a screen: each waits for its answer ---- */
/* Sync a folder of the current account by its whole name; NULL: the list's. */
int app_sync_once(struct app *a, const char *folder, struct err *e) MUST_CHECK;
/* Have a message's text here (section NULL), or "" all of it. */
int app_fetch_once(
    struct app *a, int64_t id, const char *section, struct err *e) MUST_CHECK;
/* Its lines, from the cache alone, unread as before; READY or not.  Yours. */
struct mail *app_read(struct app *a, int64_t id);

/* ---- commands: the one table ---- */
struct command {
	const char *name; /* "next-message" */
	/* Default keys, blank-separated; "" none.  "pager:<Space>" is one that
	 * is bound in this scope only. */
	const char *keys;
	unsigned scope;   /* enum app_scope */
	const char *args; /* "NAME", "[N]"; NULL: takes none */
	const char *help; /* one sentence */
	void (*run)(struct app *a, struct front *f, const char *args);
	size_t (*complete)(struct app *a, const char *text, char ***out);
	const char *hint;  /* word for the help line ("Del"); NULL: not there */
	const char *fixed; /* its argument when none is given; or NULL */
	bool key_is_arg;   /* the digit in the key is it: "5" runs "jump 5" */
};
/* The rows of all subjects, one after the other; NULL behind the last. */
const struct command *command_at(size_t i);
const struct command *command_find(const char *name);
const char *command_nearest(const char *name);
/* Default keys and the config's [bind] sections into a new keymap. */
int commands_keymap(
    const struct config *c, struct keymap **out, struct err *e) MUST_CHECK;
/* "index", "pager", "folders", "help", "any" */
const char *scope_name(unsigned scope);
/* Where the commands of a screen run: one bit of enum app_scope. */
unsigned screen_scope(enum screen_kind kind);
/* Run "name args"; unknown or out of scope: says so. */
void app_run(struct app *a, struct front *f, const char *line);
void commands_write_man(struct buf *out); /* etui-keys(5) */
/* For the prompt of ":" (front_ask.complete with ctx the app): names of
 * commands that work here, then what the command itself offers. */
size_t commands_complete(void *app, const char *text, char ***out);

/* ---- demo ---- */
/* The demo's mail in a temporary folder, and what app_open() needs for it;
 * config is for app_open() to take.  demo_done() after app_close(). */
struct demo {
	char *root, *cache, *data;
	struct config *config;
};
int demo_begin(struct demo *out, struct err *e) MUST_CHECK;
void demo_done(struct demo *d);

#endif
