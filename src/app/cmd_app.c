/*
 * The program itself: help, the command line, options, keys, leaving.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

/* ---- other screens ---- */

static void
help(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_open(a, SCREEN_HELP, scope_name(screen_scope(front_screen(a))));
}

static void
jobs(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_open(a, SCREEN_JOBS, NULL);
}

static void
trace(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_open(a, SCREEN_TRACE, NULL);
}

static void
messages(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	front_open(a, SCREEN_NOTICES, NULL);
}

static void
save_screen(struct app *a, struct front *f, const char *args)
{
	(void)f;
	if (*args == '\0')
		app_say(a, APP_ERROR, "save-screen wants a file name");
	else
		front_open(a, SCREEN_FILE, args);
}

/* ---- the command line ---- */

static void
run_line(void *app, const char *answer)
{
	struct app *a = app;

	if (answer != NULL)
		app_run(a, a->front, answer);
}

static void
command_line(struct app *a, struct front *f, const char *args)
{
	struct front_ask q = {.prompt = ":",
	    .history = "command",
	    .complete = commands_complete,
	    .done = run_line,
	    .ctx = a};

	(void)args;
	if (f != NULL && f->ask != NULL)
		f->ask(f, &q);
}

/* ---- options ---- */

static bool
is_option_for_all(const struct option *o)
{
	return !o->account;
}

static size_t
set_complete(struct app *a, const char *text, char ***out)
{
	struct names names = {.n = 0};

	(void)a;
	for (size_t i = 0; i < OPT_COUNT; i++)
		if (is_option_for_all(&options[i]))
			names_offer(&names, options[i].name, text);
	return names_take(&names, out);
}

static void
show_option(struct app *a, const char *name)
{
	const struct option *o = option_find(name);
	const char *near, *val;

	if (o == NULL) {
		near = option_nearest(name);
		app_say(a, APP_ERROR, "No option is called %.60s%s%s", name,
		    near != NULL ? "; the nearest is " : "",
		    near != NULL ? near : "");
		return;
	}
	val = o->account ? account_str(a->cur->cfg, o->id)
			 : config_str(a->config, o->id);
	app_say(a, APP_INFO, "%s = %.150s", o->name, val != NULL ? val : "");
}

/* What the new value changes at once. */
static void
apply_option(struct app *a, const struct option *o)
{
	a->dirty = ~0u;
	if (a->mail != NULL)
		mail_headers(a, a->mail, a->mail->all_headers);
	if (a->list != NULL &&
	    (o->id == OPT_SORT || o->id == OPT_SORT_REVERSE ||
		o->id == OPT_THREADS))
		list_order_as_configured(a, a->list);
}

static void
set(struct app *a, struct front *f, const char *args)
{
	struct err e = ERR_INIT;
	char name[64];
	size_t n = strcspn(args, " \t=");
	const char *val = args + n;

	(void)f;
	if (n == 0 || n >= sizeof name) {
		app_say(a, APP_ERROR, "set wants an option's name");
		return;
	}
	memcpy(name, args, n);
	name[n] = '\0';
	val += strspn(val, " \t");
	if (*val == '=')
		val += 1 + strspn(val + 1, " \t");
	if (*val == '\0')
		show_option(a, name);
	else if (config_set(a->config, name, val, &e) < 0)
		app_say(a, APP_ERROR, "%s", e.text);
	else if (option_find(name) != NULL)
		apply_option(a, option_find(name));
}

/* The next word of *at into out; false: there is none, or it is too long. */
static bool
next_word(const char **at, char *out, size_t size)
{
	size_t n;

	*at += strspn(*at, " \t");
	n = strcspn(*at, " \t");
	if (n == 0 || n >= size)
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n;
	return true;
}

static void
bind(struct app *a, struct front *f, const char *args)
{
	char scope[16], key[64], command[64];
	const struct command *c;
	struct err e = ERR_INIT;

	(void)f;
	if (!next_word(&args, scope, sizeof scope) ||
	    !next_word(&args, key, sizeof key) ||
	    !next_word(&args, command, sizeof command)) {
		app_say(a, APP_ERROR, "bind wants SCOPE KEY COMMAND");
		return;
	}
	c = command_find(command);
	if (strcmp(command, "noop") != 0 && c == NULL)
		app_say(a, APP_ERROR, "No command is called %s", command);
	else if (scope_of(scope) == 0)
		app_say(a, APP_ERROR,
		    "A scope is one of index, pager, folders, help, any");
	else if (c != NULL && (c->scope & scope_of(scope)) == 0)
		app_say(a, APP_ERROR, "%s does not work in %s", command, scope);
	else if (keymap_bind(a->keys, scope, key, command, &e) < 0)
		app_say(a, APP_ERROR, "%s", e.text);
	else
		a->dirty = ~0u;
}

/* ---- stopping and leaving ---- */

static bool
cancel_jobs(struct app *a)
{
	for (size_t i = 0; i < a->njobs; i++)
		if (!a->job[i].over && a->job[i].account != NULL &&
		    a->job[i].account->sync != NULL) {
			sync_cancel(a->job[i].account->sync, a->job[i].ticket);
			return true;
		}
	return false;
}

static void
cancel(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	if (a->priv->find_cancel != NULL)
		find_stop(a);
	else if (a->priv->pipe != NULL)
		pipe_stop(a);
	else if (a->mail != NULL && a->mail->ticket != 0 &&
		 a->cur->sync != NULL)
		sync_cancel(a->cur->sync, a->mail->ticket);
	else if (!cancel_jobs(a) &&
		 (a->cur->sync == NULL || !sync_cancel(a->cur->sync, 0))) {
		app_say(a, APP_INFO, "Nothing to stop");
		return;
	}
	app_say(a, APP_INFO, "Stopped");
}

static void
redraw(struct app *a, struct front *f, const char *args)
{
	(void)args;
	a->dirty = ~0u;
	if (f != NULL && f->redraw != NULL)
		f->redraw(f, true);
}

static void
suspend(struct app *a, struct front *f, const char *args)
{
	(void)a;
	(void)args;
	if (f != NULL && f->suspend != NULL)
		f->suspend(f);
}

static void
quit(struct app *a, struct front *f, const char *args)
{
	(void)a;
	(void)args;
	if (f != NULL && f->quit != NULL)
		f->quit(f, 0);
}

static const struct command rows[] = {
    {.name = "help",
	.keys = "? <F1>",
	.scope = IN_ANY,
	.run = help,
	.help = "Show the keys and commands of this screen.",
	.hint = "Help"},
    {.name = "command",
	.keys = ":",
	.scope = IN_ANY,
	.run = command_line,
	.help = "Type a command by its name."},
    {.name = "jobs",
	.keys = "I",
	.scope = IN_LIST | IN_PAGER | IN_FOLDERS,
	.run = jobs,
	.help = "Show what is being done and what was done."},
    {.name = "trace",
	.keys = "M",
	.scope = IN_LIST | IN_PAGER | IN_FOLDERS,
	.run = trace,
	.help = "Show what is said to the server and what it answers."},
    {.name = "messages",
	.keys = "",
	.scope = IN_ANY,
	.run = messages,
	.help = "Show the messages of the bottom line so far."},
    {.name = "set",
	.keys = "",
	.scope = IN_ANY,
	.args = "OPTION [VALUE]",
	.run = set,
	.complete = set_complete,
	.help = "Change an option until the program ends, or show it."},
    {.name = "bind",
	.keys = "",
	.scope = IN_ANY,
	.args = "SCOPE KEY COMMAND",
	.run = bind,
	.help = "Give a key a command; noop takes the command away."},
    {.name = "save-screen",
	.keys = "",
	.scope = IN_ANY,
	.args = "FILE",
	.run = save_screen,
	.help = "Write the screen as text to a file."},
    {.name = "cancel",
	.keys = "^G",
	.scope = IN_ANY,
	.run = cancel,
	.help = "Stop what is being waited for."},
    {.name = "redraw",
	.keys = "^L",
	.scope = IN_ANY,
	.run = redraw,
	.help = "Draw the screen anew."},
    {.name = "suspend",
	.keys = "^Z",
	.scope = IN_ANY,
	.run = suspend,
	.help = "Give the terminal back to the shell; fg returns."},
    {.name = "quit",
	.keys = "index:q",
	.scope = IN_ANY,
	.run = quit,
	.help = "Leave the program; changes on the way are kept.",
	.hint = "Quit"},
    {.name = "exit",
	.keys = "index:x pager:x",
	.scope = IN_ANY,
	.run = quit,
	.help = "Leave the program at once, from any screen."},
};

const struct command_rows cmd_rows_app = {rows, sizeof rows / sizeof *rows};
