/*
 * Moving: through the list, and by lines and pages on every screen.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app_int.h"

#define OLDER_AT_ONCE 1000

/* ---- opening ---- */

static void
fetch_older(struct app *a, struct list *l)
{
	if (a->cur->sync == NULL)
		app_say(a, APP_WARN, "Older messages need the server");
	else {
		sync_older(a->cur->sync, l->folder, OLDER_AT_ONCE);
		app_say(
		    a, APP_INFO, "Fetching %d older messages", OLDER_AT_ONCE);
	}
}

void
cmd_open_cursor(struct app *a, bool all_headers)
{
	struct list *l = a->list;
	const struct view_row *r;

	if (l == NULL || list_count(l) == 0)
		return;
	r = list_row(a, l, l->cursor);
	if (r == NULL) {
		if (l->beyond > 0 && l->cursor == l->rows + l->coming)
			fetch_older(a, l);
		else
			app_say(
			    a, APP_INFO, "This message is still on its way");
		return;
	}
	app_show(a, r->id);
	if (all_headers)
		mail_headers(a, a->mail, true);
	if (front_screen(a) != SCREEN_PAGER)
		front_open(a, SCREEN_PAGER, NULL);
}

static void
open_message(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	cmd_open_cursor(a, false);
}

/* ---- from message to message ---- */

static void
go(struct app *a, uint64_t pos)
{
	if (in_pager(a)) {
		list_goto(a, a->list, pos);
		if (a->list->cursor_id != 0)
			app_show(a, a->list->cursor_id);
	} else if (pos == a->list->cursor + 1)
		front_move(a, MOVE_LINES, 1);
	else if (pos + 1 == a->list->cursor)
		front_move(a, MOVE_LINES, -1);
	else
		list_goto(a, a->list, pos);
}

/* The nearest position in direction dir whose message is not marked
 * deleted; placeholders count.  -1: none. */
static int64_t
undeleted(struct app *a, int dir)
{
	struct list *l = a->list;
	int64_t n = (int64_t)(in_pager(a) ? l->rows : list_count(l));
	int64_t pos = (int64_t)l->cursor + dir;

	for (; pos >= 0 && pos < n; pos += dir) {
		const struct view_row *r = list_row(a, l, (uint64_t)pos);

		if (r == NULL || (r->flags & FLAG_DELETED) == 0)
			return pos;
	}
	return -1;
}

bool
cmd_step(struct app *a, int dir)
{
	int64_t pos;

	if (a->list == NULL)
		return false;
	pos = undeleted(a, dir);
	if (pos < 0)
		return false;
	go(a, (uint64_t)pos);
	return true;
}

static void
step(struct app *a, int dir, bool deleted_too)
{
	struct list *l = a->list;
	uint64_t n;

	if (l == NULL)
		return;
	n = in_pager(a) ? l->rows : list_count(l);
	if (deleted_too && dir > 0 && l->cursor + 1 < n)
		go(a, l->cursor + 1);
	else if (deleted_too && dir < 0 && l->cursor > 0)
		go(a, l->cursor - 1);
	else if (deleted_too || !cmd_step(a, dir))
		app_say(a, APP_INFO, "This is the %s message",
		    dir > 0 ? "last" : "first");
}

static void
next_message(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	step(a, 1, false);
}

static void
previous_message(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	step(a, -1, false);
}

static void
next_entry(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	step(a, 1, true);
}

static void
previous_entry(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	step(a, -1, true);
}

static void
go_new(struct app *a, int dir)
{
	struct list *l = a->list;
	int64_t pos;

	if (l == NULL || l->rows == 0)
		return;
	pos = view_find_flags(l->view, (int64_t)l->cursor, dir, 0, FLAG_SEEN);
	if (pos < 0)
		pos = view_find_flags(l->view, dir > 0 ? -1 : (int64_t)l->rows,
		    dir, 0, FLAG_SEEN);
	if (pos < 0)
		app_say(a, APP_INFO, "No new messages");
	else if ((uint64_t)pos != l->cursor)
		go(a, (uint64_t)pos);
}

static void
next_new(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	go_new(a, 1);
}

static void
previous_new(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	go_new(a, -1);
}

/* ---- threads ---- */

/* The nearest row in direction dir that begins a thread (parent: that is
 * less deep than the cursor's). */
static void
go_thread(struct app *a, int dir, bool parent)
{
	struct list *l = a->list;
	const struct view_row *r = l != NULL ? list_row(a, l, l->cursor) : NULL;
	int64_t pos;
	int depth;

	if (r == NULL)
		return;
	if (!l->threaded) {
		app_say(a, APP_WARN, "The list is not sorted by threads");
		return;
	}
	depth = parent ? r->depth - 1 : 0;
	for (pos = (int64_t)l->cursor + dir; pos >= 0; pos += dir) {
		r = list_row(a, l, (uint64_t)pos);
		if (r == NULL)
			break;
		if (r->depth <= depth) {
			go(a, (uint64_t)pos);
			return;
		}
	}
	app_say(a, APP_INFO,
	    parent ? "This message has no parent here" : "No more threads");
}

static void
next_thread(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	go_thread(a, 1, false);
}

static void
previous_thread(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	go_thread(a, -1, false);
}

static void
parent_message(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	go_thread(a, -1, true);
}

/* ---- lines and pages of whatever is on top ---- */

static void
next_line(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_LINES, 1);
}

static void
previous_line(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_LINES, -1);
}

static void
next_page(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_PAGES, 1);
}

static void
previous_page(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_PAGES, -1);
}

static void
half_down(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_HALVES, 1);
}

static void
half_up(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_HALVES, -1);
}

static void
first_entry(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_FIRST, 0);
}

static void
last_entry(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_LAST, 0);
}

/* ---- by number ---- */

static void
jump_to(void *app, const char *answer)
{
	struct app *a = app;
	char *end;
	unsigned long long n;

	if (answer == NULL || *answer == '\0' || a->list == NULL)
		return;
	n = strtoull(answer, &end, 10);
	if (*end != '\0' || *answer == '-' || n == 0)
		app_say(a, APP_ERROR, "A message number is wanted, not %.40s",
		    answer);
	else if (n > list_count(a->list))
		app_say(a, APP_ERROR, "There is no message %llu", n);
	else
		list_goto(a, a->list, n - 1);
}

static void
jump(struct app *a, struct front *f, const char *args)
{
	(void)f;
	if (*args == '\0')
		cmd_ask(a, "Jump to message: ", NULL, jump_to);
	else
		jump_to(a, args);
}

static void
jump_prompt(struct app *a, struct front *f, const char *args)
{
	struct front_ask q = {.prompt = "Jump to message: ",
	    .initial = args,
	    .done = jump_to,
	    .ctx = a};

	if (f != NULL && f->ask != NULL)
		f->ask(f, &q);
}

static const struct command rows[] = {
    {.name = "open-message",
	.keys = "<Enter> <Space>",
	.scope = IN_LIST,
	.run = open_message,
	.help = "Show the message; on the last line, fetch older ones."},
    {.name = "next-message",
	.keys = "j index:<Down>",
	.scope = IN_LIST | IN_PAGER,
	.run = next_message,
	.help = "Go to the next message that is not marked deleted."},
    {.name = "previous-message",
	.keys = "k index:<Up>",
	.scope = IN_LIST | IN_PAGER,
	.run = previous_message,
	.help = "Go to the previous message that is not marked deleted."},
    {.name = "next-entry",
	.keys = "J",
	.scope = IN_LIST | IN_PAGER,
	.run = next_entry,
	.help = "Go to the next message, also when it is marked deleted."},
    {.name = "previous-entry",
	.keys = "K",
	.scope = IN_LIST | IN_PAGER,
	.run = previous_entry,
	.help = "Go to the previous message, also when it is marked "
		"deleted."},
    {.name = "next-new",
	.keys = "<Tab>",
	.scope = IN_LIST | IN_PAGER,
	.run = next_new,
	.help = "Go to the next new message, from the last to the first."},
    {.name = "previous-new",
	.keys = "<BackTab> <M-Tab>",
	.scope = IN_LIST | IN_PAGER,
	.run = previous_new,
	.help = "Go to the previous new message."},
    {.name = "next-thread",
	.keys = "^N",
	.scope = IN_LIST | IN_PAGER,
	.run = next_thread,
	.help = "Go to the first message of the next thread."},
    {.name = "previous-thread",
	.keys = "^P",
	.scope = IN_LIST | IN_PAGER,
	.run = previous_thread,
	.help = "Go to the first message of this thread, then of the one "
		"before."},
    {.name = "parent-message",
	.keys = "P",
	.scope = IN_LIST | IN_PAGER,
	.run = parent_message,
	.help = "Go to the message that this one answers."},
    {.name = "next-line",
	.keys = "folders:j help:j <Down> pager:<Enter> help:<Enter>",
	.scope = IN_TEXT | IN_FOLDERS,
	.run = next_line,
	.help = "Go down one line."},
    {.name = "previous-line",
	.keys = "folders:k help:k <Up> pager:<Backspace> help:<Backspace>",
	.scope = IN_TEXT | IN_FOLDERS,
	.run = previous_line,
	.help = "Go up one line."},
    {.name = "next-page",
	.keys = "<PageDown> index:z index:<Right> folders:z folders:<Right> "
		"pager:<Space> help:<Space>",
	.scope = IN_LIST | IN_TEXT | IN_FOLDERS,
	.run = next_page,
	.help = "Go down one page."},
    {.name = "previous-page",
	.keys = "<PageUp> index:Z index:<Left> folders:Z folders:<Left> "
		"pager:- help:-",
	.scope = IN_LIST | IN_TEXT | IN_FOLDERS,
	.run = previous_page,
	.help = "Go up one page."},
    {.name = "half-page-down",
	.keys = "]",
	.scope = IN_LIST | IN_TEXT | IN_FOLDERS,
	.run = half_down,
	.help = "Go down half a page."},
    {.name = "half-page-up",
	.keys = "[",
	.scope = IN_LIST | IN_TEXT | IN_FOLDERS,
	.run = half_up,
	.help = "Go up half a page."},
    {.name = "first-entry",
	.keys = "<Home> index:= folders:= pager:^ help:^",
	.scope = IN_LIST | IN_TEXT | IN_FOLDERS,
	.run = first_entry,
	.help = "Go to the first line."},
    {.name = "last-entry",
	.keys = "<End> index:* folders:* pager:$ help:$",
	.scope = IN_LIST | IN_TEXT | IN_FOLDERS,
	.run = last_entry,
	.help = "Go to the last line."},
    {.name = "jump",
	.keys = "",
	.scope = IN_LIST,
	.args = "[NUMBER]",
	.run = jump,
	.help = "Go to the message with this number in the list."},
    {.name = "jump-prompt",
	.keys = "1 2 3 4 5 6 7 8 9",
	.key_is_arg = true,
	.scope = IN_LIST,
	.args = "DIGIT",
	.run = jump_prompt,
	.help = "Ask for the number of a message, which begins with this "
		"digit."},
};

const struct command_rows cmd_rows_index = {rows, sizeof rows / sizeof *rows};
