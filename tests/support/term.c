#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <vterm.h>

#include "fail.h"
#include "scratch.h"

#define EXPECT_MS 30000

struct term {
	int fd;
	pid_t pid;
	VTerm *vt;
	VTermScreen *screen;
	unsigned cols, rows;
	char *out; /* all that was written */
	size_t len, cap;
};

static void
child(const char *name, const char *const argv[], const char *const env[])
{
	int fd;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGHUP);
	fd = open(name, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		_exit(126);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	for (int i = 3; i < 256; i++)
		close(i);
	execve(argv[0], (char *const *)argv, (char *const *)env);
	_exit(127);
}

static void
set_size(struct term *t)
{
	struct winsize size = {.ws_row = (unsigned short)t->rows,
	    .ws_col = (unsigned short)t->cols};

	if (ioctl(t->fd, TIOCSWINSZ, &size) < 0)
		fail_because("set the terminal's size: %s", strerror(errno));
}

struct term *
term_start(const char *const argv[], const char *const env[], unsigned cols,
    unsigned rows)
{
	struct term *t = calloc(1, sizeof *t);
	char name[100];

	if (!t)
		abort();
	t->cols = cols;
	t->rows = rows;
	t->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->fd < 0 || grantpt(t->fd) < 0 || unlockpt(t->fd) < 0 ||
	    ptsname_r(t->fd, name, sizeof name) != 0)
		fail_because("open a terminal: %s", strerror(errno));
	set_size(t);
	t->vt = vterm_new((int)rows, (int)cols);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	t->pid = fork();
	if (t->pid < 0)
		fail_because("fork: %s", strerror(errno));
	if (t->pid == 0)
		child(name, argv, env);
	return t;
}

static void
keep(struct term *t, const char *p, size_t n)
{
	if (t->len + n > t->cap) {
		t->cap = (t->len + n) * 2;
		t->out = realloc(t->out, t->cap);
		if (!t->out)
			abort();
	}
	memcpy(t->out + t->len, p, n);
	t->len += n;
}

/* What the emulator answers to questions of the program. */
static void
answer(struct term *t)
{
	char reply[1024];
	size_t n;

	while ((n = vterm_output_read(t->vt, reply, sizeof reply)) > 0)
		if (write(t->fd, reply, n) < 0)
			return;
}

/* Take what is there, waiting up to ms for it; false: nothing came. */
static bool
take(struct term *t, int ms)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};
	char chunk[65536];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return false;
	n = read(t->fd, chunk, sizeof chunk);
	if (n <= 0) {
		/* The program is gone: do not spin on the hung-up terminal. */
		scratch_sleep_ms(ms < 10 ? ms : 10);
		return false;
	}
	keep(t, chunk, (size_t)n);
	vterm_input_write(t->vt, chunk, (size_t)n);
	answer(t);
	return true;
}

void
term_read(struct term *t, int ms)
{
	int64_t end = scratch_ms() + ms, left;

	while ((left = end - scratch_ms()) > 0)
		take(t, (int)left);
}

void
term_settle(struct term *t, int quiet)
{
	int64_t end = scratch_ms() + EXPECT_MS;

	while (take(t, quiet) && scratch_ms() < end)
		;
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

double
term_cost(struct term *t, const char *keys, int quiet, size_t *bytes)
{
	double begin = now_ms(), last = begin;
	size_t before = t->len;

	term_keys(t, keys);
	while (take(t, quiet))
		last = now_ms();
	*bytes = t->len - before;
	return last - begin;
}

static bool
wait_for(struct term *t, const char *text, bool there, int ms)
{
	int64_t end = scratch_ms() + ms, left;

	while ((term_find(t, text) >= 0) != there) {
		left = end - scratch_ms();
		if (left <= 0)
			return false;
		take(t, left > 100 ? 100 : (int)left);
	}
	return true;
}

bool
term_wait_text(struct term *t, const char *text, int ms)
{
	return wait_for(t, text, true, ms);
}

bool
term_wait_gone(struct term *t, const char *text, int ms)
{
	return wait_for(t, text, false, ms);
}

static void
expect(struct term *t, const char *text, bool there)
{
	if (wait_for(t, text, there, EXPECT_MS))
		return;
	fail_because("\"%s\" does not %s%s. The screen:\n%s", text,
	    there ? "appear" : "go away",
	    term_running(t) ? "" : "; the program has ended", term_screen(t));
}

void
term_expect(struct term *t, const char *text)
{
	expect(t, text, true);
}

void
term_expect_gone(struct term *t, const char *text)
{
	expect(t, text, false);
}

void
term_send(struct term *t, const void *p, size_t n)
{
	const char *s = p;
	ssize_t put;

	for (; n > 0; s += put, n -= (size_t)put) {
		put = write(t->fd, s, n);
		if (put < 0)
			fail_because("type: %s", strerror(errno));
	}
}

void
term_keys(struct term *t, const char *keys)
{
	term_send(t, keys, strlen(keys));
}

void
term_resize(struct term *t, unsigned cols, unsigned rows)
{
	t->cols = cols;
	t->rows = rows;
	vterm_set_size(t->vt, (int)rows, (int)cols);
	set_size(t);
}

static size_t
encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* One row into out, which has room for it; its length. */
static size_t
row_text(const struct term *t, unsigned row, char *out)
{
	VTermScreenCell cell;
	size_t n = 0;

	for (int col = 0; col < (int)t->cols; col++) {
		VTermPos pos = {.row = (int)row, .col = col};

		if (!vterm_screen_get_cell(t->screen, pos, &cell))
			break;
		if (cell.chars[0] == (uint32_t)-1)
			continue; /* the right half of a wide character */
		if (!cell.chars[0])
			out[n++] = ' ';
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i];
		     i++)
			n += encode(cell.chars[i], out + n);
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return n;
}

static char *
row_room(const struct term *t, unsigned rows)
{
	char *s = malloc(
	    (size_t)rows * (t->cols * 4 * VTERM_MAX_CHARS_PER_CELL + 2) + 1);

	if (!s)
		abort();
	return s;
}

char *
term_row(const struct term *t, unsigned row)
{
	char *s = row_room(t, 1);

	row_text(t, row, s);
	return s;
}

char *
term_screen(const struct term *t)
{
	char *s = row_room(t, t->rows);
	size_t n = 0;

	for (unsigned row = 0; row < t->rows; row++) {
		n += row_text(t, row, s + n);
		s[n++] = '\n';
	}
	s[n] = '\0';
	return s;
}

int
term_find(const struct term *t, const char *text)
{
	char *s = row_room(t, 1);
	int found = -1;

	for (unsigned row = 0; row < t->rows && found < 0; row++) {
		row_text(t, row, s);
		if (strstr(s, text))
			found = (int)row;
	}
	free(s);
	return found;
}

void
term_cursor(const struct term *t, unsigned *col, unsigned *row)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
	*col = (unsigned)pos.col;
	*row = (unsigned)pos.row;
}

struct term_cell
term_cell(const struct term *t, unsigned col, unsigned row)
{
	VTermPos pos = {.row = (int)row, .col = (int)col};
	VTermScreenCell cell;

	if (!vterm_screen_get_cell(t->screen, pos, &cell))
		fail_because("no cell at column %u of row %u", col, row);
	return (struct term_cell){.reverse = cell.attrs.reverse,
	    .bold = cell.attrs.bold,
	    .underline = cell.attrs.underline != 0};
}

const char *
term_output(const struct term *t, size_t *n)
{
	*n = t->len;
	return t->out ? t->out : "";
}

bool
term_running(const struct term *t)
{
	return !scratch_ended(t->pid, 0);
}

pid_t
term_pid(const struct term *t)
{
	return t->pid;
}

/* The program may block on a full terminal while it leaves: keep reading. */
static bool
ends_within(struct term *t, int ms)
{
	int64_t end = scratch_ms() + ms;

	while (!scratch_ended(t->pid, 0)) {
		if (scratch_ms() >= end)
			return false;
		take(t, 20);
	}
	return true;
}

static int
finish(struct term *t)
{
	int status;

	while (take(t, 0))
		;
	waitpid(t->pid, &status, 0);
	close(t->fd);
	vterm_free(t->vt);
	free(t->out);
	free(t);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
term_wait_exit(struct term *t, int ms)
{
	if (!ends_within(t, ms)) {
		char *screen = term_screen(t);

		kill(t->pid, SIGKILL);
		finish(t);
		fail_because(
		    "the program does not end; its screen:\n%s", screen);
	}
	return finish(t);
}

int
term_stop(struct term *t)
{
	static const int signals[] = {SIGHUP, SIGTERM, SIGKILL};

	for (size_t i = 0; i < 3 && !ends_within(t, 0); i++) {
		kill(t->pid, signals[i]);
		ends_within(t, 3000);
	}
	return finish(t);
}
