/*
 * What commands ask of the front: each slot is a few lines from the struct
 * front to the ui behind it.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui_int.h"
#include "util/mem.h"
#include "util/os.h"

#define LOOK_MS 200 /* between looks for signals, while a key is awaited */

static struct ui *
ui_of(struct front *f)
{
	return f->ctx;
}

void
ui_say(struct ui *ui, enum app_level level, const char *text)
{
	snprintf(ui->say, sizeof ui->say, "%s", text);
	ui->say_level = level;
}

/* ---- screens ---- */

/* save-screen: what is on the canvas, as text. */
static void
save_screen(struct ui *ui, const char *file)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(SIZE_MAX);
	char *path = os_expand(file);
	char said[240];

	ui_draw(ui);
	canvas_dump(&ui->cv, &b);
	if (os_save(path, b.data, b.len, &e) < 0) {
		ui_say(ui, APP_ERROR, e.text);
	} else {
		snprintf(said, sizeof said, "The screen is in %s", path);
		ui_say(ui, APP_INFO, said);
	}
	buf_free(&b);
	free(path);
}

static void
front_open_screen(struct front *f, enum screen_kind kind, const char *arg)
{
	if (kind == SCREEN_FILE)
		save_screen(ui_of(f), arg ? arg : "");
	else
		ui_open(ui_of(f), kind, arg);
}

static void
front_close_screen(struct front *f)
{
	ui_close_top(ui_of(f));
}

static enum screen_kind
front_kind(struct front *f)
{
	return ui_top(ui_of(f))->ops->kind;
}

static void
front_move_screen(struct front *f, enum front_move how, long n)
{
	struct ui *ui = ui_of(f);
	struct screen *s = ui_top(ui);

	if (s->ops->move != NULL)
		s->ops->move(ui, s, how, n);
}

static void
front_search(struct front *f, const char *text, int dir)
{
	struct ui *ui = ui_of(f);
	struct screen *s = ui_top(ui);

	if (s->ops->search != NULL)
		s->ops->search(ui, s, text, dir);
}

static void
toggle_sidebar(struct ui *ui)
{
	bool shown = ui_sidebar_shown(ui);

	ui->sidebar = shown ? SIDEBAR_OFF : SIDEBAR_ON;
	if (!shown && !ui_sidebar_shown(ui) && ui_top(ui)->ops->beside) {
		ui->sidebar = SIDEBAR_BY_WIDTH;
		ui_say(
		    ui, APP_WARN, "The window is too narrow for the sidebar");
	}
}

static void
front_toggle(struct front *f, enum front_toggle what)
{
	struct ui *ui = ui_of(f);
	struct mail *m = ui->app->mail;

	switch (what) {
	case TOGGLE_SIDEBAR:
		toggle_sidebar(ui);
		break;
	case TOGGLE_QUOTED:
		ui->fold_quotes = !ui->fold_quotes;
		break;
	case TOGGLE_HEADERS:
		if (m != NULL)
			mail_headers(ui->app, m, !m->all_headers);
		break;
	case TOGGLE_RAW:
		break;
	}
}

/* ---- questions ---- */

static void
front_question(struct front *f, const struct front_ask *q)
{
	struct ui *ui = ui_of(f);
	size_t i = 0;

	while (i < PROMPTS_MAX && ui->prompt[i] != NULL)
		i++;
	if (i < PROMPTS_MAX)
		ui->prompt[i] = prompt_new(q, ui->history);
	else
		q->done(q->ctx, NULL);
}

static void
front_say(struct front *f, enum app_level level, const char *text)
{
	ui_say(ui_of(f), level, text);
}

/* ---- the terminal goes to others ---- */

/* Somebody wants us gone; such signals are taken later, by the loop. */
static bool
must_leave(void)
{
	sigset_t waiting;

	return sigpending(&waiting) == 0 &&
	       (sigismember(&waiting, SIGTERM) == 1 ||
		   sigismember(&waiting, SIGHUP) == 1);
}

/* What a child wrote is on the screen that we are about to take back. */
static void
wait_for_key(void)
{
	static const char ask[] = "\r\nPress any key to continue";
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
	char keys[INPUT_SEQ_MAX]; /* a key may be several bytes */

	if (write(STDOUT_FILENO, ask, sizeof ask - 1) < 0)
		return;
	while (!must_leave() && poll(&fd, 1, LOOK_MS) == 0)
		;
	if ((fd.revents & POLLIN) != 0)
		(void)!read(STDIN_FILENO, keys, sizeof keys);
}

/* How a child ended, when that is worth a word. */
static bool
child_trouble(int status, char *out, size_t n)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return false;
	if (WIFSIGNALED(status))
		snprintf(out, n, "The command was ended by signal %d",
		    WTERMSIG(status));
	else
		snprintf(out, n, "The command ended with exit status %d",
		    WEXITSTATUS(status));
	return true;
}

static void
front_child(struct front *f, const char *const argv[], const void *in, size_t n)
{
	struct ui *ui = ui_of(f);
	struct err e = ERR_INIT;
	char said[240];
	int status = 0, rc;

	if (ui->tty == NULL)
		return;
	ui->say[0] = '\0';
	tty_leave(ui->tty);
	rc = os_run(argv, in, n, &status, &e);
	if (rc == 0) {
		tty_raw(ui->tty);
		wait_for_key();
	}
	ui_take_back(ui);
	if (rc < 0)
		ui_say(ui, APP_ERROR, e.text);
	else if (child_trouble(status, said, sizeof said))
		ui_say(ui, APP_WARN, said);
}

static void
front_quit(struct front *f, int code)
{
	ui_of(f)->over = true;
	ui_of(f)->code = code;
}

static void
front_redraw(struct front *f, bool whole)
{
	if (whole)
		ui_of(f)->clear = true;
}

static void
front_suspend(struct front *f)
{
	ui_suspend(ui_of(f));
}

void
ui_front(struct ui *ui)
{
	ui->front = (struct front){.ctx = ui,
	    .open = front_open_screen,
	    .close = front_close_screen,
	    .screen = front_kind,
	    .move = front_move_screen,
	    .ask = front_question,
	    .say = front_say,
	    .toggle = front_toggle,
	    .search = front_search,
	    .child = front_child,
	    .quit = front_quit,
	    .redraw = front_redraw,
	    .suspend = front_suspend};
}
