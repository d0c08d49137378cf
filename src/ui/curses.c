/*
 * The ncurses back end, for output alone.
 *
 * Cells that differ from the last frame are handed to ncurses, which knows
 * how to move the cursor and change attributes in few bytes.  What ncurses
 * cannot say (OSC 8 links) is an overlay pass behind its refresh: the runs
 * that were touched are written again, whole, wrapped in a synchronized
 * update so that nobody sees the two passes.  The overlay leaves cursor and
 * attributes as ncurses believes them to be.
 *
 * An ncurses cell takes one spacing character.  A grapheme with more (a flag,
 * a family emoji) is cut to its first and padded to the width we gave it.
 */
#define NCURSES_NOMACROS 1
#include <curses.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "tty.h"
#include "util/mem.h"
#include "util/utf8.h"

#define PASTE_ON   "\033[?2004h"
#define PASTE_OFF  "\033[?2004l"
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END   "\033[?2026l"
#define MARKS_MAX  4 /* combining characters ncurses keeps in a cell */

struct tty {
	SCREEN *screen;
	struct look look[ST_COUNT];
	attr_t attr[ST_COUNT];
	short pair[ST_COUNT];
	struct cell *old; /* the last frame */
	uint32_t old_links;
	unsigned w, h;
	unsigned cy, cx;
	bool links, paste, fresh;
	unsigned char erase;
	cchar_t *row;
	struct buf out; /* the overlay's bytes */
};

/* One spacing character and its marks, as the terminal gets them. */
struct shown {
	wchar_t wc[MARKS_MAX + 2];
	unsigned n;
	unsigned pad; /* blanks behind it to fill the cell's width */
};

static void
write_raw(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(STDOUT_FILENO, p, n);

		if (k < 0 && errno == EAGAIN) {
			struct pollfd pf = {
			    .fd = STDOUT_FILENO, .events = POLLOUT};

			if (poll(&pf, 1, 1000) <= 0)
				return;
			continue;
		}
		if (k < 0 && errno != EINTR)
			return;
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
}

static void
write_text(const char *s)
{
	write_raw(s, strlen(s));
}

/* ---- looks ---- */

static attr_t
curses_attr(const struct look *l)
{
	attr_t a = A_NORMAL;

	a |= l->attr & LOOK_BOLD ? A_BOLD : 0;
	a |= l->attr & LOOK_DIM ? A_DIM : 0;
	a |= l->attr & LOOK_ITALIC ? A_ITALIC : 0;
	a |= l->attr & LOOK_UNDERLINE ? A_UNDERLINE : 0;
	a |= l->attr & LOOK_REVERSE ? A_REVERSE : 0;
	a |= l->attr & LOOK_BLINK ? A_BLINK : 0;
	return a;
}

/* Colours this terminal does not have: bright ones become bold, the cube
 * becomes the default. */
static void
fit_colors(struct look *l)
{
	if (l->fg >= COLORS && l->fg < 16) {
		l->fg = (int16_t)(l->fg - 8);
		l->attr |= LOOK_BOLD;
	}
	if (l->bg >= COLORS && l->bg < 16)
		l->bg = (int16_t)(l->bg - 8);
	if (l->fg >= COLORS)
		l->fg = -1;
	if (l->bg >= COLORS)
		l->bg = -1;
}

static void
take_looks(struct tty *t, const struct look look[ST_COUNT], bool color)
{
	for (int i = 0; i < ST_COUNT; i++) {
		struct look *l = &t->look[i];

		*l = look[i];
		if (!color)
			l->fg = l->bg = -1;
		else
			fit_colors(l);
		t->attr[i] = curses_attr(l);
		if ((l->fg >= 0 || l->bg >= 0) && i + 1 < COLOR_PAIRS &&
		    init_pair((short)(i + 1), l->fg, l->bg) == OK)
			t->pair[i] = (short)(i + 1);
	}
}

/* ---- opening and closing ---- */

void
tty_size(unsigned *w, unsigned *h)
{
	struct winsize ws;

	*w = 80;
	*h = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0 &&
	    ws.ws_row > 0) {
		*w = ws.ws_col;
		*h = ws.ws_row;
	}
	if (*w > CANVAS_MAX_COLS)
		*w = CANVAS_MAX_COLS;
	if (*h > CANVAS_MAX_ROWS)
		*h = CANVAS_MAX_ROWS;
}

/*
 * Characters at once and no echo, but output flow control stays as the user
 * has it.  ^C, ^Z, ^\ and ^V come as bytes: they are keys that can be bound.
 */
static void
key_mode(struct tty *t)
{
	struct termios tio;

	cbreak();
	noecho();
	nonl();
	if (tcgetattr(STDIN_FILENO, &tio) == 0) {
		t->erase = tio.c_cc[VERASE];
		tio.c_lflag &= ~(tcflag_t)(ISIG | IEXTEN);
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &tio);
	}
	def_prog_mode();
}

/* Terminals that print what they should ignore get no OSC. */
static bool
knows_osc(const char *name)
{
	static const char *const not [] = {
	    "linux", "dumb", "vt", "cons", "ansi", "screen."};

	for (size_t i = 0; name != NULL && i < sizeof not / sizeof *not ; i++) {
		if (strncmp(name, not [i], strlen(not [i])) == 0)
			return false;
	}
	return name != NULL;
}

static void
frame_new(struct tty *t, unsigned w, unsigned h)
{
	free(t->old);
	free(t->row);
	t->w = w;
	t->h = h;
	t->old = mem_array((size_t)w * h + 1, sizeof *t->old);
	t->row = mem_array((size_t)w * 2 + 1, sizeof *t->row);
	t->fresh = true;
}

int
tty_open(const struct look look[ST_COUNT], unsigned flags, struct tty **out,
    struct err *e)
{
	const char *name = getenv("TERM");
	struct tty *t;
	unsigned w, h;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, ERR_SYS, "this is not a terminal");
	t = mem_zalloc(sizeof *t);
	t->screen = newterm(NULL, stdout, stdin);
	if (t->screen == NULL || tigetstr("cup") == NULL) {
		if (t->screen != NULL)
			endwin();
		free(t);
		return err_set(e, ERR_SYS,
		    "the terminal type '%s' is unknown or cannot move its "
		    "cursor",
		    name ? name : "");
	}
	t->out.max = SIZE_MAX;
	key_mode(t);
	typeahead(-1);
	idlok(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	if (!(flags & TTY_MONO) && has_colors()) {
		start_color();
		use_default_colors();
		take_looks(t, look, true);
	} else {
		take_looks(t, look, false);
	}
	t->links = !(flags & TTY_PLAIN) && knows_osc(name);
	t->paste = name != NULL && strcmp(name, "dumb") != 0;
	tty_size(&w, &h);
	tty_resized(t, w, h);
	if (t->paste)
		write_text(PASTE_ON);
	*out = t;
	return 0;
}

void
tty_close(struct tty *t, bool hung_up)
{
	if (t == NULL)
		return;
	if (!hung_up)
		tty_leave(t);
	/* delscreen() may write; on a dead terminal the process ends anyway. */
	if (!hung_up)
		delscreen(t->screen);
	buf_free(&t->out);
	free(t->row);
	free(t->old);
	free(t);
}

void
tty_leave(struct tty *t)
{
	if (t->paste)
		write_text(PASTE_OFF);
	endwin();
}

void
tty_enter(struct tty *t)
{
	unsigned w, h;

	reset_prog_mode();
	if (t->paste)
		write_text(PASTE_ON);
	tty_size(&w, &h);
	tty_resized(t, w, h);
	tty_repaint(t);
}

void
tty_raw(struct tty *t)
{
	(void)t;
	reset_prog_mode();
}

void
tty_resized(struct tty *t, unsigned w, unsigned h)
{
	resizeterm((int)h, (int)w);
	frame_new(t, w, h);
	tty_repaint(t);
}

void
tty_repaint(struct tty *t)
{
	t->fresh = true;
	clearok(stdscr, TRUE);
}

unsigned char
tty_erase(const struct tty *t)
{
	return t->erase;
}

/* ---- cells ---- */

static void
reduce(const struct cell *k, struct shown *s)
{
	size_t at = 0;
	int have = 0;

	*s = (struct shown){.n = 0};
	while (at < k->n && s->n <= MARKS_MAX) {
		int32_t cp;
		size_t len = utf8_next(k->g + at, k->n - at, &cp);
		int w = len == 0 || cp < 0x20 ? -1 : wcwidth((wchar_t)cp);

		at += len;
		if (len == 0 || (s->n > 0 && w != 0))
			break;
		if (s->n == 0) {
			if (w < 1 || w > k->width) {
				cp = MB_CUR_MAX > 1 ? 0xfffd : '?';
				w = 1;
			}
			have = w;
		}
		s->wc[s->n++] = (wchar_t)cp;
	}
	if (s->n == 0) {
		s->wc[s->n++] = L' ';
		have = 1;
	}
	s->pad = k->width > have ? (unsigned)(k->width - have) : 0;
}

static int
row_cells(struct tty *t, const struct cell *k, unsigned n)
{
	int len = 0;

	for (unsigned i = 0; i < n; i++) {
		struct shown s;
		int st = k[i].style;

		if (k[i].width == 0)
			continue;
		reduce(&k[i], &s);
		setcchar(&t->row[len++], s.wc, t->attr[st], t->pair[st], NULL);
		for (; s.pad > 0; s.pad--)
			setcchar(&t->row[len++], L" ", t->attr[st], t->pair[st],
			    NULL);
	}
	return len;
}

/* Same to the eye: ncurses will write nothing for it. */
static bool
looks_same(const struct cell *a, const struct cell *b)
{
	struct cell x = *a;

	x.link = b->link;
	return cell_same(&x, b);
}

/* Hand the changed part of a row to ncurses; returns whether any is. */
static bool
copy_row(struct tty *t, const struct canvas *c, unsigned y)
{
	const struct cell *new = canvas_at(c, y, 0);
	const struct cell *old = t->old + (size_t)y * t->w;
	unsigned from = 0, to = c->w;
	bool unlink = false;

	if (!t->fresh) {
		while (from < to && cell_same(&new[from], &old[from]))
			from++;
		while (to > from && cell_same(&new[to - 1], &old[to - 1]))
			to--;
	}
	if (from == to)
		return false;
	while (from > 0 && (new[from].width == 0 || old[from].width == 0))
		from--;
	while (to < c->w && (new[to].width == 0 || old[to].width == 0))
		to++;
	for (unsigned x = from; x < to && !t->fresh; x++) {
		if (old[x].link != new[x].link && old[x].link != 0 &&
		    looks_same(&old[x], &new[x]))
			unlink = true;
	}
	mvwadd_wchnstr(stdscr, (int)y, (int)from, t->row,
	    row_cells(t, new + from, to - from));
	if (unlink)
		wredrawln(stdscr, (int)y, 1);
	return true;
}

/* ---- the overlay: links ---- */

static void
add_cap(struct buf *b, const char *name)
{
	const char *s = tigetstr(name);

	if (s != NULL && s != (const char *)-1)
		buf_puts(b, s);
}

static void
add_color(struct buf *b, const char *name, int color)
{
	const char *s = color < 0 ? NULL : tigetstr(name);

	if (s != NULL && s != (const char *)-1)
		buf_puts(b, tparm(s, color));
}

static void
add_look(struct buf *b, const struct look *l)
{
	static const struct {
		unsigned attr;
		const char *cap;
	} caps[] = {
	    {LOOK_BOLD, "bold"},
	    {LOOK_DIM, "dim"},
	    {LOOK_ITALIC, "sitm"},
	    {LOOK_UNDERLINE, "smul"},
	    {LOOK_REVERSE, "rev"},
	    {LOOK_BLINK, "blink"},
	};

	add_cap(b, "sgr0");
	for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
		if (l->attr & caps[i].attr)
			add_cap(b, caps[i].cap);
	}
	add_color(b, "setaf", l->fg);
	add_color(b, "setab", l->bg);
}

/* Nothing but visible ASCII may stand in an OSC: the rest is %XX. */
static void
add_url(struct buf *b, const char *url)
{
	for (; *url != '\0'; url++) {
		unsigned char ch = (unsigned char)*url;

		if (ch > 0x20 && ch < 0x7f)
			buf_putc(b, *url);
		else
			buf_printf(b, "%%%02X", ch);
	}
}

static void
add_cell(struct buf *b, const struct cell *k)
{
	struct shown s;
	char u[4];

	if (k->width == 0)
		return;
	reduce(k, &s);
	for (unsigned i = 0; i < s.n; i++)
		buf_put(b, u, utf8_put((int32_t)s.wc[i], u));
	for (; s.pad > 0; s.pad--)
		buf_putc(b, ' ');
}

static void
add_run(struct tty *t, const struct canvas *c, unsigned y, unsigned from,
    unsigned to)
{
	const struct cell *k = canvas_at(c, y, 0);
	const char *url = canvas_url(c, k[from].link);
	int style = -1;

	if (url == NULL)
		return;
	buf_puts(&t->out, tparm(tigetstr("cup"), (int)y, (int)from));
	/* One id for all runs of a wrapped URL: the terminal knows that they
	 * are one link. */
	buf_printf(&t->out, "\033]8;id=e%x;", k[from].link);
	add_url(&t->out, url);
	buf_puts(&t->out, "\033\\");
	for (unsigned x = from; x < to; x++) {
		if (k[x].style != style) {
			style = k[x].style;
			add_look(&t->out, &t->look[style]);
		}
		add_cell(&t->out, &k[x]);
	}
	buf_puts(&t->out, "\033]8;;\033\\");
	add_cap(&t->out, "sgr0");
}

static bool
touched(const struct tty *t, const struct cell *new, const struct cell *old,
    unsigned from, unsigned to)
{
	if (t->fresh)
		return true;
	for (unsigned x = from; x < to; x++) {
		if (!cell_same(&new[x], &old[x]))
			return true;
	}
	return false;
}

static void
overlay_row(struct tty *t, const struct canvas *c, unsigned y)
{
	const struct cell *new = canvas_at(c, y, 0);
	const struct cell *old = t->old + (size_t)y * t->w;

	for (unsigned x = 0; x < c->w;) {
		unsigned from = x;

		while (x < c->w && new[x].link == new[from].link)
			x++;
		if (new[from].link != 0 && touched(t, new, old, from, x))
			add_run(t, c, y, from, x);
	}
}

static void
overlay_all(struct tty *t, const struct canvas *c)
{
	buf_cut(&t->out, 0);
	for (unsigned y = 0; t->links && c->nlinks > 0 && y < c->h; y++)
		overlay_row(t, c, y);
}

void
tty_show(struct tty *t, const struct canvas *c)
{
	bool any = t->fresh || c->cy != t->cy || c->cx != t->cx;

	if (c->w != t->w || c->h != t->h)
		return;
	for (unsigned y = 0; y < c->h; y++)
		any = copy_row(t, c, y) || any;
	if (!any)
		return;
	overlay_all(t, c);
	if (t->out.len > 0)
		write_text(SYNC_BEGIN);
	wmove(stdscr, (int)c->cy, (int)c->cx);
	wrefresh(stdscr);
	if (t->out.len > 0) {
		buf_puts(
		    &t->out, tparm(tigetstr("cup"), (int)c->cy, (int)c->cx));
		buf_puts(&t->out, SYNC_END);
		write_raw(t->out.data, t->out.len);
	}
	if (t->w * t->h > 0)
		memcpy(t->old, c->cell, sizeof *t->old * t->w * t->h);
	t->cy = c->cy;
	t->cx = c->cx;
	t->fresh = false;
}
