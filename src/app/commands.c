/*
 * The one table of commands: looking names up, binding their keys, running
 * them.  The rows stand by subject in cmd_*.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_int.h"
#include "config/nearest.h"

static const struct command_rows *const subjects[] = {
    &cmd_rows_index,
    &cmd_rows_tags,
    &cmd_rows_sort,
    &cmd_rows_act,
    &cmd_rows_pager,
    &cmd_rows_folder,
    &cmd_rows_app,
};
#define SUBJECTS (sizeof subjects / sizeof *subjects)

static const struct {
	unsigned scope;
	const char *name;
} scopes[] = {
    {IN_LIST, "index"},
    {IN_PAGER, "pager"},
    {IN_FOLDERS, "folders"},
    {IN_HELP, "help"},
};
#define SCOPES (sizeof scopes / sizeof *scopes)

const struct command *
command_at(size_t i)
{
	for (size_t s = 0; s < SUBJECTS; i -= subjects[s++]->n)
		if (i < subjects[s]->n)
			return &subjects[s]->v[i];
	return NULL;
}

const struct command *
command_find(const char *name)
{
	const struct command *c;

	for (size_t i = 0; (c = command_at(i)) != NULL; i++)
		if (strcmp(c->name, name) == 0)
			break;
	return c;
}

const char *
command_nearest(const char *name)
{
	struct nearest n = NEAREST_INIT(name);
	const struct command *c;

	for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
		if (strncmp(c->name, name, strlen(name)) == 0)
			return c->name;
		nearest_try(&n, c->name);
	}
	return n.best;
}

const char *
scope_name(unsigned scope)
{
	for (size_t i = 0; i < SCOPES; i++)
		if (scopes[i].scope == scope)
			return scopes[i].name;
	return "any";
}

unsigned
scope_of(const char *name)
{
	for (size_t i = 0; i < SCOPES; i++)
		if (strcmp(name, scopes[i].name) == 0)
			return scopes[i].scope;
	return strcmp(name, "any") == 0 ? IN_ANY : 0;
}

unsigned
screen_scope(enum screen_kind kind)
{
	switch (kind) {
	case SCREEN_INDEX:
		return IN_LIST;
	case SCREEN_PAGER:
		return IN_PAGER;
	case SCREEN_FOLDERS:
		return IN_FOLDERS;
	default:
		return IN_HELP;
	}
}

bool
in_pager(struct app *a)
{
	return a->mail != NULL && front_screen(a) == SCREEN_PAGER;
}

/* ---- keys ---- */

/* The scope that a key of a row is for ("pager:j"), 0 for the row's own. */
static unsigned
key_scope(const char **key)
{
	for (size_t i = 0; i < SCOPES; i++) {
		size_t n = strlen(scopes[i].name);

		if (strncmp(*key, scopes[i].name, n) == 0 && (*key)[n] == ':' &&
		    (*key)[n + 1] != '\0') {
			*key += n + 1;
			return scopes[i].scope;
		}
	}
	return 0;
}

static int
bind_scopes(struct keymap *m, const struct command *c, unsigned scope,
    const char *key, const char *line, struct err *e)
{
	if (scope == IN_ANY)
		return keymap_bind(m, "any", key, line, e);
	for (size_t i = 0; i < SCOPES; i++)
		if ((scope & scopes[i].scope) != 0 &&
		    keymap_bind(m, scopes[i].name, key, line, e) < 0)
			return err_wrap(e, "%s", c->name);
	return 0;
}

static int
bind_row(struct keymap *m, const struct command *c, struct err *e)
{
	char word[64], line[80];
	const char *at = c->keys, *key;
	unsigned scope;
	size_t n;

	for (; *at != '\0'; at += n) {
		at += strspn(at, " ");
		n = strcspn(at, " ");
		if (n == 0 || n >= sizeof word)
			continue;
		memcpy(word, at, n);
		word[n] = '\0';
		key = word;
		scope = key_scope(&key);
		if (c->key_is_arg)
			snprintf(line, sizeof line, "%s %s", c->name, key);
		else
			snprintf(line, sizeof line, "%s", c->name);
		if (bind_scopes(
			m, c, scope != 0 ? scope : c->scope, key, line, e) < 0)
			return -1;
	}
	return 0;
}

static int
check_bind(const struct config_bind *b, struct err *e)
{
	const struct command *c = command_find(b->command);
	const char *near;
	unsigned scope = scope_of(b->scope);

	if (scope == 0)
		return err_set(e, ERR_INPUT,
		    "%s:%d: [bind %s]: a scope is one of index, pager, "
		    "folders, help, any",
		    b->file, b->line, b->scope);
	if (strcmp(b->command, "noop") == 0)
		return 0;
	if (c == NULL) {
		near = command_nearest(b->command);
		return err_set(e, ERR_INPUT,
		    "%s:%d: no command is called %s%s%s", b->file, b->line,
		    b->command, near != NULL ? "; the nearest is " : "",
		    near != NULL ? near : "");
	}
	if ((c->scope & scope) == 0)
		return err_set(e, ERR_INPUT,
		    "%s:%d: %s does not work in [bind %s]", b->file, b->line,
		    b->command, b->scope);
	return 0;
}

static int
bind_user(struct keymap *m, const struct config_bind *b, struct err *e)
{
	const char *at = b->keys;
	char word[64];
	size_t n;

	if (check_bind(b, e) < 0)
		return -1;
	for (at += strspn(at, " \t"); *at != '\0'; at += strspn(at, " \t")) {
		n = strcspn(at, " \t");
		if (n >= sizeof word)
			return err_set(e, ERR_INPUT, "%s:%d: a key is too long",
			    b->file, b->line);
		memcpy(word, at, n);
		word[n] = '\0';
		at += n;
		if (keymap_bind(m, b->scope, word, b->command, e) < 0)
			return err_wrap(e, "%s:%d", b->file, b->line);
	}
	return 0;
}

int
commands_keymap(const struct config *c, struct keymap **out, struct err *e)
{
	struct keymap *m = keymap_new();
	const struct command *row;
	int rc = 0;

	for (size_t i = 0; rc == 0 && (row = command_at(i)) != NULL; i++)
		rc = bind_row(m, row, e);
	for (size_t i = 0; rc == 0 && c != NULL && i < config_binds(c); i++)
		rc = bind_user(m, config_bind_at(c, i), e);
	if (rc < 0) {
		keymap_free(m);
		return -1;
	}
	*out = m;
	return 0;
}

/* ---- running ---- */

static void
say_unknown(struct app *a, const char *name)
{
	const char *near = command_nearest(name);

	if (near != NULL)
		app_say(a, APP_ERROR,
		    "No command is called %.60s; the nearest is %s", name,
		    near);
	else
		app_say(a, APP_ERROR, "No command is called %.60s", name);
}

static bool
works_here(struct app *a, const struct command *c)
{
	unsigned here = screen_scope(front_screen(a));

	if (c->scope == IN_ANY || (c->scope & here) != 0)
		return true;
	app_say(a, APP_ERROR, "%s does not work in the %s", c->name,
	    scope_name(here));
	return false;
}

/* By its name, or by the beginning of only one name. */
static const struct command *
find_typed(const char *name)
{
	const struct command *c = command_find(name), *hit = NULL;
	size_t many = 0;

	if (c != NULL)
		return c;
	for (size_t i = 0; (c = command_at(i)) != NULL; i++)
		if (strncmp(c->name, name, strlen(name)) == 0) {
			hit = c;
			many++;
		}
	return many == 1 ? hit : NULL;
}

void
app_run(struct app *a, struct front *f, const char *line)
{
	const struct command *c;
	bool prefixed = a->list != NULL && a->list->tag_prefix;
	const char *args;
	char name[64];
	size_t n;

	line += strspn(line, " \t:");
	n = strcspn(line, " \t");
	if (n == 0)
		return;
	snprintf(name, sizeof name, "%.*s", (int)(n < 63 ? n : 63), line);
	args = line + n + strspn(line + n, " \t");
	c = find_typed(name);
	if (c == NULL)
		say_unknown(a, name);
	else if (c->args == NULL && *args != '\0')
		app_say(a, APP_ERROR, "%s takes no argument", c->name);
	else if (works_here(a, c))
		c->run(
		    a, f, *args == '\0' && c->fixed != NULL ? c->fixed : args);
	if (prefixed && a->list != NULL)
		a->list->tag_prefix = false;
}

/* ---- completion ---- */

void
names_offer(struct names *out, const char *name, const char *text)
{
	char *hit = strcasestr(name, text);

	if (hit == NULL)
		return;
	mem_grow(&out->v, &out->cap, out->n + 1, sizeof *out->v);
	if (hit == name) {
		memmove(&out->v[out->first + 1], &out->v[out->first],
		    (out->n - out->first) * sizeof *out->v);
		out->v[out->first++] = mem_str(name);
	} else
		out->v[out->n] = mem_str(name);
	out->n++;
}

size_t
names_take(struct names *names, char ***out)
{
	*out = names->v;
	return names->n;
}

/* What the command offers, each as a whole line again. */
static size_t
complete_args(struct app *a, const struct command *c, const char *text,
    size_t at, char ***out)
{
	size_t n;

	*out = NULL;
	if (c == NULL || c->complete == NULL)
		return 0;
	n = c->complete(a, text + at, out);
	for (size_t i = 0; i < n; i++) {
		char *whole = mem_printf("%s %s", c->name, (*out)[i]);

		free((*out)[i]);
		(*out)[i] = whole;
	}
	return n;
}

size_t
commands_complete(void *app, const char *text, char ***out)
{
	struct app *a = app;
	struct names names = {.n = 0};
	size_t blank = strcspn(text, " ");
	const struct command *c;
	unsigned here = screen_scope(front_screen(a));
	char name[64];

	if (text[blank] == ' ') {
		snprintf(name, sizeof name, "%.*s",
		    (int)(blank < 63 ? blank : 63), text);
		return complete_args(a, command_find(name), text,
		    blank + strspn(text + blank, " "), out);
	}
	for (size_t i = 0; (c = command_at(i)) != NULL; i++)
		if ((c->scope & here) != 0)
			names_offer(&names, c->name, text);
	return names_take(&names, out);
}

void
cmd_ask(struct app *a, const char *prompt, const char *history,
    void (*done)(void *app, const char *answer))
{
	struct front_ask q = {
	    .prompt = prompt, .history = history, .done = done, .ctx = a};

	if (a->front != NULL && a->front->ask != NULL)
		a->front->ask(a->front, &q);
}
