/*
 * Folders, the sidebar and accounts.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

/* ---- folders ---- */

static void
go_folder(struct app *a, const char *name)
{
	struct err e = ERR_INIT;

	if (front_screen(a) == SCREEN_PAGER || in_pager(a)) {
		front_close(a);
		app_hide(a);
	}
	if (app_open_folder(a, name, &e) < 0)
		app_say(a, APP_ERROR, "%s", e.text);
	else if (front_screen(a) == SCREEN_FOLDERS)
		front_close(a);
}

/* The next folder with new mail after the open one, around; NULL: none. */
static const struct folder *
next_with_new(struct app *a)
{
	const struct app_account *acc = a->cur;
	size_t at = 0;

	for (size_t i = 0; i < acc->nfolders; i++)
		if (a->list != NULL && acc->folders[i].id == a->list->folder)
			at = i;
	for (size_t k = 1; k < acc->nfolders; k++) {
		const struct folder *f =
		    &acc->folders[(at + k) % acc->nfolders];

		if (f->selectable && f->unseen > 0 && f->role != ROLE_TRASH &&
		    f->role != ROLE_JUNK)
			return f;
	}
	return NULL;
}

/* Folders with new mail come first. */
static size_t
folder_complete(struct app *a, const char *text, char ***out)
{
	struct names names = {.n = 0};
	const struct app_account *acc = a->cur;

	if (*text == '=' || *text == '+')
		text++;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < acc->nfolders; i++) {
			const struct folder *f = &acc->folders[i];

			if (f->selectable && (f->unseen > 0) == (pass == 0))
				names_offer(&names, f->name, text);
		}
	return names_take(&names, out);
}

static size_t
folder_prompt_complete(void *app, const char *text, char ***out)
{
	return folder_complete(app, text, out);
}

/* What Enter alone opens: named in the prompt when it was asked. */
struct folder_ask {
	struct app *app;
	char *offer; /* or NULL */
	char *prompt;
};

static void
folder_chosen(void *ctx, const char *answer)
{
	struct app *a = ctx;
	struct folder_ask *k = a->priv->folder_ask;

	a->priv->folder_ask = NULL;
	if (answer != NULL && *answer != '\0')
		go_folder(a, answer);
	else if (answer != NULL && k != NULL && k->offer != NULL)
		go_folder(a, k->offer);
	folder_ask_free(k);
}

void
folder_ask_free(struct folder_ask *k)
{
	if (k == NULL)
		return;
	free(k->offer);
	free(k->prompt);
	free(k);
}

static void
ask_folder(struct app *a, struct front *f)
{
	struct front_ask q = {.history = "folder",
	    .complete = folder_prompt_complete,
	    .done = folder_chosen,
	    .ctx = a};
	const struct folder *next = next_with_new(a);
	struct folder_ask *k;

	if (f == NULL || f->ask == NULL)
		return;
	folder_ask_free(a->priv->folder_ask);
	k = mem_zalloc(sizeof *k);
	k->app = a;
	k->offer = next != NULL ? mem_str(next->name) : NULL;
	if (next != NULL) {
		char *shown = utf8_cleaned(next->name, CLEAN_LINE);

		k->prompt = mem_printf("Folder [%s]: ", shown);
		free(shown);
	} else
		k->prompt = mem_str("Folder: ");
	a->priv->folder_ask = k;
	q.prompt = k->prompt;
	f->ask(f, &q);
}

static void
change_folder(struct app *a, struct front *f, const char *args)
{
	if (*args != '\0')
		go_folder(a, args);
	else
		ask_folder(a, f);
}

static void
folder_list(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_open(a, SCREEN_FOLDERS, NULL);
}

/* ---- the sidebar's mark, which is the folder screen's cursor too ---- */

static void
side_step(struct app *a, int dir)
{
	const struct app_account *acc = a->cur;
	size_t at = 0;

	if (acc->nfolders == 0)
		return;
	for (size_t i = 0; i < acc->nfolders; i++)
		if (acc->folders[i].id == a->side_folder)
			at = i;
	for (size_t k = 0; k < acc->nfolders; k++) {
		if (dir < 0 && at == 0)
			break;
		at += dir < 0 ? (size_t)-1 : 1;
		if (at >= acc->nfolders)
			break;
		if (acc->folders[at].selectable) {
			a->side_folder = acc->folders[at].id;
			break;
		}
	}
	a->dirty |= DIRTY_FOLDERS;
}

static void
side_next(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	side_step(a, 1);
}

static void
side_previous(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	side_step(a, -1);
}

static void
side_open(struct app *a, struct front *f, const char *args)
{
	const struct folder *fo = app_folder_find(a->cur, a->side_folder);
	char *name;

	(void)f;
	(void)args;
	if (fo == NULL)
		return;
	name = mem_str(fo->name);
	go_folder(a, name);
	free(name);
}

static void
toggle_sidebar(struct app *a, struct front *f, const char *args)
{
	(void)a;
	(void)args;
	if (f != NULL && f->toggle != NULL)
		f->toggle(f, TOGGLE_SIDEBAR);
}

/* ---- accounts ---- */

static void
go_account(struct app *a, const char *name)
{
	struct err e = ERR_INIT;

	if (front_screen(a) == SCREEN_PAGER || in_pager(a)) {
		front_close(a);
		app_hide(a);
	}
	if (app_open_account(a, name, &e) < 0)
		app_say(a, APP_ERROR, "%s", e.text);
	else
		a->dirty |= DIRTY_LIST | DIRTY_FOLDERS | DIRTY_STATUS;
}

static void
account_named(void *app, const char *answer)
{
	if (answer != NULL && *answer != '\0')
		go_account(app, answer);
}

static size_t
account_complete(struct app *a, const char *text, char ***out)
{
	struct names names = {.n = 0};

	for (size_t i = 0; i < a->naccounts; i++)
		names_offer(&names, a->account[i].name, text);
	return names_take(&names, out);
}

static void
account(struct app *a, struct front *f, const char *args)
{
	(void)f;
	if (*args != '\0')
		go_account(a, args);
	else
		cmd_ask(a, "Account: ", "account", account_named);
}

static void
account_number(struct app *a, struct front *f, const char *args)
{
	unsigned long n = strtoul(args, NULL, 10);

	(void)f;
	if (n == 0 || n > a->naccounts)
		app_say(a, APP_WARN, "There is no account %lu", n);
	else
		go_account(a, a->account[n - 1].name);
}

/* ---- the server ---- */

static void
check_mail(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	for (size_t i = 0; i < a->naccounts; i++)
		if (a->account[i].sync != NULL)
			sync_check(a->account[i].sync);
	app_say(a, APP_INFO, "Checking for new mail");
}

static void
sync_now(struct app *a, struct front *f, const char *args)
{
	size_t n = dbr_acts_count(a->dbr, a->cur->name);

	(void)f;
	(void)args;
	if (a->cur->sync == NULL) {
		app_say(a, APP_WARN, "%s is not being synced", a->cur->name);
		return;
	}
	sync_nudge(a->cur->sync);
	sync_check(a->cur->sync);
	if (n == 0)
		app_say(a, APP_INFO, "No changes wait; checking the folder");
	else
		app_say(a, APP_INFO, "%zu change%s on the way to the server", n,
		    n == 1 ? " is" : "s are");
}

/* clang-format off */
#define ACCOUNT(n, more)                                                     \
	{.name = "account-" n, .keys = "index:i" n more, .scope = IN_ANY,    \
	 .fixed = n, .run = account_number,                                  \
	 .help = "Go to account number " n "."}
/* clang-format on */

static const struct command rows[] = {
    {.name = "folder",
	.keys = "c",
	.scope = IN_LIST | IN_PAGER | IN_FOLDERS,
	.args = "[NAME]",
	.run = change_folder,
	.complete = folder_complete,
	.help = "Open another folder; a part of its name will do.",
	.hint = "Folder"},
    {.name = "folder-list",
	.keys = "y",
	.scope = IN_LIST | IN_PAGER,
	.run = folder_list,
	.help = "Show all folders of the account."},
    {.name = "open-folder",
	.keys = "folders:<Enter> folders:<Space> index:<C-Enter> "
		"pager:<C-Enter>",
	.scope = IN_LIST | IN_PAGER | IN_FOLDERS,
	.run = side_open,
	.help = "Open the folder that is marked."},
    {.name = "sidebar-next",
	.keys = "<C-Down>",
	.scope = IN_LIST | IN_PAGER,
	.run = side_next,
	.help = "Mark the next folder in the sidebar."},
    {.name = "sidebar-previous",
	.keys = "<C-Up>",
	.scope = IN_LIST | IN_PAGER,
	.run = side_previous,
	.help = "Mark the previous folder in the sidebar."},
    {.name = "toggle-sidebar",
	.keys = "`",
	.scope = IN_LIST | IN_PAGER,
	.run = toggle_sidebar,
	.help = "Show the sidebar, or hide it."},
    {.name = "account",
	.keys = "",
	.scope = IN_ANY,
	.args = "[NAME]",
	.run = account,
	.complete = account_complete,
	.help = "Go to another account."},
    ACCOUNT("1", ""),
    ACCOUNT("2", " <F2>"),
    ACCOUNT("3", " <F3>"),
    ACCOUNT("4", " <F4>"),
    ACCOUNT("5", " <F5>"),
    ACCOUNT("6", " <F6>"),
    ACCOUNT("7", " <F7>"),
    ACCOUNT("8", " <F8>"),
    ACCOUNT("9", " <F9>"),
    {.name = "check-mail",
	.keys = "G",
	.scope = IN_LIST | IN_PAGER | IN_FOLDERS,
	.run = check_mail,
	.help = "Look for new mail now, in all accounts."},
    {.name = "sync",
	.keys = "index:$",
	.scope = IN_LIST | IN_PAGER | IN_FOLDERS,
	.run = sync_now,
	.help = "Bring changes to the server and the folder up to date now."},
};

const struct command_rows cmd_rows_folder = {rows, sizeof rows / sizeof *rows};
