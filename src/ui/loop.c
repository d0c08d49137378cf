/*
 * One thread, one poll: keys, events of the app, signals (as a descriptor, so
 * that no handler ever runs), and the few things that change by themselves.
 * After each round the frame is drawn once; a frame like the last one writes
 * nothing.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "ui_int.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/queue.h"

#define READ_MAX 4096

struct loop {
	struct ui *ui;
	int sigfd;
	unsigned char bytes[READ_MAX];
	size_t n;
	int64_t last_byte; /* when */
};

static void
signal_set(sigset_t *set)
{
	static const int taken[] = {
	    SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT, SIGCHLD};

	sigemptyset(set);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		sigaddset(set, taken[i]);
}

static void
set_handler(int sig, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

void
ui_prepare(void)
{
	sigset_t set;

	signal_set(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	set_handler(SIGPIPE, SIG_IGN);
}

/* ---- the terminal comes and goes ---- */

void
ui_refit(struct ui *ui)
{
	unsigned w, h;

	tty_size(&w, &h);
	if (w != ui->cv.w || h != ui->cv.h) {
		ui_resize(ui, w, h);
		tty_resized(ui->tty, w, h);
	}
}

/* Signals that were meant for somebody else, or that we caused. */
static void
swallow(int sig)
{
	const struct timespec now = {.tv_sec = 0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	while (sigtimedwait(&set, NULL, &now) == sig)
		;
}

void
ui_take_back(struct ui *ui)
{
	swallow(SIGINT);
	swallow(SIGTSTP);
	swallow(SIGCONT);
	tty_enter(ui->tty);
	ui_refit(ui);
}

void
ui_suspend(struct ui *ui)
{
	sigset_t stop;

	if (ui->tty == NULL)
		return;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	tty_leave(ui->tty);
	set_handler(SIGTSTP, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	kill(0, SIGTSTP); /* here we stand until somebody says SIGCONT */
	sigprocmask(SIG_BLOCK, &stop, NULL);
	ui_take_back(ui);
}

static void
take_signal(struct ui *ui, uint32_t sig)
{
	switch (sig) {
	case SIGWINCH:
		ui_refit(ui);
		break;
	case SIGHUP:
		ui->hung_up = true;
		ui->over = true;
		break;
	case SIGTERM:
		ui->over = true;
		break;
	case SIGINT:
		ui_cancel(ui);
		break;
	case SIGTSTP:
		ui_suspend(ui);
		break;
	case SIGCONT: /* whoever stopped us may have used the terminal */
		ui_take_back(ui);
		break;
	default:
		break;
	}
}

static void
take_signals(struct loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->sigfd, &info, sizeof info) == sizeof info)
		take_signal(l->ui, info.ssi_signo);
}

/* ---- keys ---- */

static bool
waited_long(const struct loop *l)
{
	return os_now_ms() - l->last_byte >= INPUT_ESC_MS;
}

static void
decode(struct loop *l, bool late)
{
	size_t at = 0;

	while (at < l->n && !l->ui->over) {
		uint32_t key;
		size_t used = input_next(
		    &l->ui->in, l->bytes + at, l->n - at, late, &key);

		if (used == 0)
			break;
		at += used;
		if (key != 0)
			ui_key(l->ui, key);
	}
	l->n -= at;
	memmove(l->bytes, l->bytes + at, l->n);
}

static void
read_keys(struct loop *l)
{
	ssize_t k;

	if (l->n > READ_MAX - INPUT_SEQ_MAX)
		decode(l, true);
	k = read(STDIN_FILENO, l->bytes + l->n, READ_MAX - l->n);
	if (k < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (k <= 0) { /* the terminal is gone */
		l->ui->hung_up = true;
		l->ui->over = true;
		return;
	}
	l->n += (size_t)k;
	l->last_byte = os_now_ms();
	decode(l, false);
}

/* ---- the loop ---- */

static int
sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int
next_timeout(const struct loop *l, int64_t now)
{
	int t = ui_next_spin(l->ui, now);

	if (l->n > 0 || l->ui->in.string) {
		int64_t left = l->last_byte + INPUT_ESC_MS - now;

		t = sooner(t, left > 0 ? (int)left : 0);
	}
	return t;
}

static void
show(struct ui *ui)
{
	ui_draw(ui);
	if (ui->clear)
		tty_repaint(ui->tty);
	ui->clear = false;
	tty_show(ui->tty, &ui->cv);
}

static void
turn(struct loop *l)
{
	struct ui *ui = l->ui;
	struct pollfd fd[] = {{.fd = STDIN_FILENO, .events = POLLIN},
	    {.fd = queue_fd(ui->app->events), .events = POLLIN},
	    {.fd = l->sigfd, .events = POLLIN}};
	int n = poll(fd, 3, next_timeout(l, os_now_ms()));
	bool draw = n == 0;

	if (n < 0)
		return;
	if (fd[2].revents != 0) {
		take_signals(l);
		draw = true;
	}
	if (fd[0].revents != 0 && !ui->over) {
		read_keys(l);
		draw = true;
	} else if (l->n > 0 && waited_long(l)) {
		decode(l, true);
		draw = true;
	}
	if (ui->in.string && waited_long(l))
		ui->in.string = false;
	if (fd[1].revents != 0 && !ui->over)
		draw = app_turn(ui->app) || draw;
	if (draw && !ui->over)
		show(ui);
}

static unsigned
tty_options(const struct config *c)
{
	const char *no = getenv("NO_COLOR");
	unsigned flags = 0;

	if (config_is(c, OPT_COLOR, "no") ||
	    (!config_is(c, OPT_COLOR, "yes") && no != NULL && no[0] != '\0'))
		flags |= TTY_MONO;
	if (config_bool(c, OPT_LOW_BANDWIDTH))
		flags |= TTY_PLAIN;
	return flags;
}

static struct history *
open_history(const struct app *a)
{
	char *dir = a->demo ? NULL : os_dir(OS_STATE), *path;
	struct history *h;

	if (dir == NULL)
		return history_open(NULL);
	path = mem_printf("%s/history", dir);
	h = history_open(path);
	free(path);
	free(dir);
	return h;
}

static void
run(struct ui *ui, int sigfd)
{
	struct loop l = {.ui = ui, .sigfd = sigfd};
	struct err e = ERR_INIT;

	ui->in.erase = tty_erase(ui->tty);
	ui->history = open_history(ui->app);
	ui_refit(ui);
	show(ui);
	while (!ui->over)
		turn(&l);
	if (history_save(ui->history, &e) < 0)
		log_line("ui", "%s", e.text);
}

int
ui_run(struct app *a, struct err *e)
{
	struct ui *ui = ui_new(a, e);
	sigset_t set;
	int sigfd, code = 1;

	if (ui == NULL)
		return 1;
	ui_prepare();
	signal_set(&set);
	sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (sigfd < 0) {
		err_errno(e, "signalfd");
		goto out;
	}
	if (tty_open(ui->look, tty_options(a->config), &ui->tty, e) < 0)
		goto out;
	run(ui, sigfd);
	tty_close(ui->tty, ui->hung_up);
	ui->tty = NULL;
	code = ui->code;
out:
	if (sigfd >= 0)
		close(sigfd);
	ui_free(ui);
	return code;
}
