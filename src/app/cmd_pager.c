/*
 * The open message.
 */
#include "app_int.h"

static void
close_screen(struct app *a, struct front *f, const char *args)
{
	bool pager = front_screen(a) == SCREEN_PAGER;

	(void)f;
	(void)args;
	front_close(a);
	if (pager)
		app_hide(a);
}

static void
toggle_quoted(struct app *a, struct front *f, const char *args)
{
	(void)a;
	(void)args;
	if (f != NULL && f->toggle != NULL)
		f->toggle(f, TOGGLE_QUOTED);
}

static void
skip_quoted(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_move(a, MOVE_QUOTED, 1);
}

static void
toggle_headers(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	if (in_pager(a))
		mail_headers(a, a->mail, !a->mail->all_headers);
	else
		cmd_open_cursor(a, true);
}

static const struct command rows[] = {
    {.name = "close-screen",
	.keys = "q pager:i help:i pager:<Left> folders:<Esc> help:<Esc>",
	.scope = IN_TEXT | IN_FOLDERS,
	.run = close_screen,
	.help = "Go back to the screen before.",
	.hint = "Back"},
    {.name = "toggle-quoted",
	.keys = "T",
	.scope = IN_PAGER,
	.run = toggle_quoted,
	.help = "Hide quoted text, or show it again."},
    {.name = "skip-quoted",
	.keys = "S",
	.scope = IN_PAGER,
	.run = skip_quoted,
	.help = "Scroll past the quoted text that comes next."},
    {.name = "toggle-headers",
	.keys = "h",
	.scope = IN_LIST | IN_PAGER,
	.run = toggle_headers,
	.help = "Show all header fields, or only the usual ones."},
};

const struct command_rows cmd_rows_pager = {rows, sizeof rows / sizeof *rows};
