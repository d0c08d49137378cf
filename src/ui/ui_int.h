/*
 * ui_int - what the files of ui share: the stack of screens, the lines
 * around them, and how keys and commands reach them.
 *
 * One frame is: help line, the top screen (with the sidebar beside the index
 * and the pager), status line, message line or prompt.  Everything is drawn
 * anew on the canvas each turn; the back end sends what differs.
 */
#ifndef ETUI_UI_UI_INT_H
#define ETUI_UI_UI_INT_H

#include "app/app.h"
#include "canvas.h"
#include "format.h"
#include "history.h"
#include "input.h"
#include "prompt.h"
#include "style.h"
#include "textview.h"
#include "tty.h"
#include "ui/ui.h"

#define SCREENS_MAX       8
#define PROMPTS_MAX       8
#define UI_MIN_COLS       10
#define UI_MIN_ROWS       3
#define SIDEBAR_FROM_COLS 100
#define JOB_SHOWN_MS      200 /* a job older than this is shown */
#define SPIN_MS           500

struct ui;
struct screen;

struct area {
	unsigned y, x, h, w;
};

/* What a kind of screen can do; NULL: nothing of it. */
struct screen_ops {
	enum screen_kind kind;
	const char *scope; /* of its keys, as scope_name() */
	bool beside;       /* the sidebar stands beside it */
	struct screen *(*open)(struct ui *ui, const char *arg);
	void (*close)(struct screen *s);
	void (*draw)(struct ui *ui, struct screen *s, struct area at);
	void (*move)(
	    struct ui *ui, struct screen *s, enum front_move how, long n);
	void (*search)(
	    struct ui *ui, struct screen *s, const char *text, int dir);
	/* Left and right half of the status line. */
	void (*status)(struct ui *ui, struct screen *s, struct buf *left,
	    struct buf *right);
};

struct screen {
	const struct screen_ops *ops; /* first in each kind's own struct */
};

extern const struct screen_ops screen_index, screen_pager, screen_help,
    screen_jobs, screen_folders, screen_trace, screen_notices;

enum sidebar_mode { SIDEBAR_BY_WIDTH, SIDEBAR_ON, SIDEBAR_OFF };

struct ui {
	struct app *app;
	struct front front;
	struct tty *tty; /* NULL: nothing to show on (tests, text) */
	struct canvas cv;
	struct look look[ST_COUNT];
	struct screen *stack[SCREENS_MAX];
	size_t depth;

	struct input in;
	uint32_t keys[KEYMAP_SEQ_MAX]; /* typed, not a command yet */
	size_t nkeys;
	struct prompt
	    *prompt[PROMPTS_MAX]; /* the first is asked; others wait */
	struct history *history;
	bool pasting;
	size_t pasted; /* keys of a paste that nobody wanted */

	char say[240];
	enum app_level say_level;

	struct format format;
	char *format_text; /* what `format` was compiled from */
	enum sidebar_mode sidebar;
	size_t sidebar_top;
	bool fold_quotes;
	bool ascii;
	bool clear; /* ^L */

	bool over, hung_up;
	int code;
};

/* ---- ui.c ---- */
struct ui *ui_new(struct app *a, struct err *e);
void ui_free(struct ui *ui);
void ui_resize(struct ui *ui, unsigned w, unsigned h);
struct screen *ui_top(const struct ui *ui);
void ui_open(struct ui *ui, enum screen_kind kind, const char *arg);
void ui_close_top(struct ui *ui);
unsigned ui_scope_bit(const struct ui *ui); /* of the top screen's commands */
bool ui_arrow(const struct ui *ui);         /* the arrow cursor, not the bar */
bool ui_plain(const struct ui *ui);         /* few bytes: low-bandwidth */

/* ---- front.c ---- */
void ui_front(struct ui *ui); /* fills in ui->front */
void ui_say(struct ui *ui, enum app_level level, const char *text);

/* ---- keys.c ---- */
void ui_key(struct ui *ui, uint32_t key);
void ui_cancel(struct ui *ui); /* ^G, SIGINT */
void ui_drop_prompts(struct ui *ui);
/* "Esc v" typed so far, for the status line. */
void ui_pending(const struct ui *ui, struct buf *out);

/* ---- loop.c ---- */
void ui_suspend(struct ui *ui);   /* ^Z */
void ui_take_back(struct ui *ui); /* the terminal, from a child */
void ui_refit(struct ui *ui);     /* the terminal may have another size */

/* ---- draw.c ---- */
void ui_draw(struct ui *ui);
struct area ui_content(const struct ui *ui); /* where the top screen stands */
bool ui_sidebar_shown(const struct ui *ui);
/* Rows that clean text takes when it is wrapped, at most max and at least
 * one; and it drawn so, cut with an ellipsis where the area ends. */
unsigned ui_text_rows(const char *s, unsigned cols, unsigned max);
void ui_put_text(struct ui *ui, struct area at, enum style st, const char *s);

/* ---- status.c ---- */
void ui_help_line(struct ui *ui, unsigned y);
void ui_status_line(struct ui *ui, unsigned y);
/* Milliseconds until the status line changes by itself; -1: never. */
int ui_next_spin(const struct ui *ui, int64_t now);

/* What the screens of text say after a search. */
void ui_say_found(struct ui *ui, enum tv_found found, int dir);

/* ---- sidebar.c ---- */
bool ui_all_here(const struct folder *f);
uint64_t ui_unread(const struct folder *f);
int64_t ui_marked_folder(const struct ui *ui);
void sidebar_draw(struct ui *ui, struct area at);
/* A folder's line: indented by its depth, its last part, its counts. */
struct folder_line {
	const struct folder *folder;
	const struct app_account *account;
	unsigned depth;
	const char *name; /* borrowed */
};
/* Of all accounts: a title (folder NULL) before the folders of each. */
size_t folder_lines(const struct ui *ui, struct folder_line **out);
/* Draw them scrolled so that the marked one is among those shown; the
 * terminal's cursor goes there if `cursor`. */
void folder_lines_draw(struct ui *ui, struct area at, size_t *top, bool cursor);

#endif
