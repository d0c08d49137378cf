/*
 * What is done to messages: delete, undo, flags, pipe.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

/* Does the command that runs take the tagged messages? */
static bool
takes_tagged(const struct app *a)
{
	return a->list != NULL && a->list->tag_prefix;
}

static void
say_none(struct app *a)
{
	app_say(a, APP_INFO, "There is no message here");
}

/* After an act on one message go to the next one, as mutt's $resolve does. */
static void
advance(struct app *a, bool tagged)
{
	if (!tagged)
		cmd_step(a, 1);
}

/* ---- delete and undo ---- */

/* The message that is open goes away: show the one after it, else the one
 * before, else the list. */
static void
leave_message(struct app *a)
{
	if (cmd_step(a, 1) || cmd_step(a, -1))
		return;
	front_close(a);
	app_hide(a);
}

static bool
can_trash(struct app *a)
{
	const struct folder *here = app_folder(a);
	const char *to = app_trash(a->cur);

	return to != NULL && (here == NULL || strcmp(here->name, to) != 0);
}

static void
delete_message(struct app *a, struct front *f, const char *args)
{
	bool tagged = takes_tagged(a), pager = in_pager(a);
	bool can = can_trash(a);
	int64_t *ids;
	size_t n;

	(void)f;
	(void)args;
	ids = act_targets(a, &n);
	if (n == 0) {
		free(ids);
		say_none(a);
		return;
	}
	act_trash(a, ids, n);
	if (!can || tagged)
		return;
	if (pager)
		leave_message(a);
	else
		cmd_step(a, 1);
}

static void
delete_these(void *app, const char *answer)
{
	struct app *a = app;

	if (answer != NULL && *answer != '\0' && a->list != NULL)
		find_start(a, a->list, FIND_DELETE, answer);
}

static void
delete_pattern(struct app *a, struct front *f, const char *args)
{
	(void)f;
	if (*args != '\0')
		delete_these(a, args);
	else
		cmd_ask(
		    a, "Delete messages matching: ", "search", delete_these);
}

static void
change_flags(
    struct app *a, int64_t *take_ids, size_t n, unsigned on, unsigned off)
{
	struct act_order how = {.kind = ACT_FLAGS, .on = on, .off = off};

	act_order(a, take_ids, n, &how);
}

/* The flags of the message that decides which way a toggle goes. */
static bool
flags_of(struct app *a, const int64_t *ids, size_t n, unsigned *flags)
{
	struct arena tmp = ARENA_INIT;
	struct list *l = a->list;
	int64_t id = n > 0 ? ids[0] : 0;
	struct msg m;
	int rc;

	if (l != NULL && n > 1 && ids_has(ids, n, l->cursor_id))
		id = l->cursor_id;
	rc = id != 0 ? dbr_message(a->dbr, id, &tmp, &m) : -1;
	if (rc == 0)
		*flags = m.flags;
	arena_free(&tmp);
	return rc == 0;
}

static void
undo(struct app *a, struct front *f, const char *args)
{
	unsigned flags = 0;
	int64_t *ids;
	size_t n;

	(void)f;
	(void)args;
	ids = act_targets(a, &n);
	if (flags_of(a, ids, n, &flags) && (flags & FLAG_DELETED) != 0) {
		change_flags(a, ids, n, 0, FLAG_DELETED);
		return;
	}
	free(ids);
	act_undo(a);
}

/* ---- flags ---- */

/* Sets `flag` where it is not set, else clears it. */
static void
toggle(struct app *a, unsigned flag)
{
	bool tagged = takes_tagged(a);
	unsigned flags = 0;
	int64_t *ids;
	size_t n;

	ids = act_targets(a, &n);
	if (!flags_of(a, ids, n, &flags)) {
		free(ids);
		say_none(a);
		return;
	}
	if ((flags & flag) != 0)
		change_flags(a, ids, n, 0, flag);
	else
		change_flags(a, ids, n, flag, 0);
	advance(a, tagged);
}

static void
flag_message(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	toggle(a, FLAG_FLAGGED);
}

static void
toggle_new(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	toggle(a, FLAG_SEEN);
}

/* mutt's letters; N means "not seen". */
static const struct flag_word {
	const char *word;
	unsigned on, off;
} flag_words[] = {
    {"N", 0, FLAG_SEEN},
    {"O", FLAG_SEEN, 0},
    {"r", FLAG_ANSWERED, 0},
    {"!", FLAG_FLAGGED, 0},
    {"D", FLAG_DELETED, 0},
};
#define FLAG_WORDS (sizeof flag_words / sizeof *flag_words)

static void
tag_targets(struct app *a, bool on)
{
	int64_t *ids;
	size_t n;

	ids = act_targets(a, &n);
	for (size_t i = 0; i < n; i++)
		list_tag(a->list, ids[i], on);
	free(ids);
	a->dirty |= DIRTY_LIST | DIRTY_STATUS;
}

static void
set_flags(struct app *a, const char *word, bool set)
{
	bool tagged = takes_tagged(a);
	int64_t *ids;
	size_t n;

	if (strcmp(word, "*") == 0 && a->list != NULL) {
		tag_targets(a, set);
		advance(a, tagged);
		return;
	}
	for (size_t i = 0; i < FLAG_WORDS; i++) {
		const struct flag_word *w = &flag_words[i];

		if (strcmp(w->word, word) != 0)
			continue;
		ids = act_targets(a, &n);
		if (n == 0) {
			free(ids);
			say_none(a);
			return;
		}
		change_flags(
		    a, ids, n, set ? w->on : w->off, set ? w->off : w->on);
		advance(a, tagged);
		return;
	}
	app_say(a, APP_ERROR, "A flag is one of N O r ! * D");
}

static void
set_flag(struct app *a, struct front *f, const char *args)
{
	(void)f;
	set_flags(a, args, true);
}

static void
clear_flag(struct app *a, struct front *f, const char *args)
{
	(void)f;
	set_flags(a, args, false);
}

/* ---- pipe ---- */

/* The messages are those of the moment when | was typed. */
struct pipe_ask {
	struct app *app;
	int64_t *ids;
	size_t n;
};

static void
pipe_to(void *ctx, const char *answer)
{
	struct pipe_ask *p = ctx;

	if (answer != NULL)
		pipe_start(p->app, p->ids, p->n, answer);
	else
		free(p->ids);
	free(p);
}

static void
pipe_message(struct app *a, struct front *f, const char *args)
{
	struct front_ask q = {
	    .prompt = "Pipe to command: ", .history = "shell"};
	struct pipe_ask *p;
	int64_t *ids;
	size_t n;

	ids = act_targets(a, &n);
	if (n == 0 || (*args == '\0' && (f == NULL || f->ask == NULL))) {
		free(ids);
		say_none(a);
		return;
	}
	if (*args != '\0') {
		pipe_start(a, ids, n, args);
		return;
	}
	p = mem_zalloc(sizeof *p);
	p->app = a;
	p->ids = ids;
	p->n = n;
	q.done = pipe_to;
	q.ctx = p;
	f->ask(f, &q);
}

/* clang-format off */
#define SET(word, letter, what)                                              \
	{.name = "set-" word, .keys = "w" letter,                            \
	 .scope = IN_LIST | IN_PAGER, .fixed = letter, .run = set_flag,      \
	 .help = "Mark the message as " what "."},                           \
	{.name = "clear-" word, .keys = "W" letter,                          \
	 .scope = IN_LIST | IN_PAGER, .fixed = letter, .run = clear_flag,    \
	 .help = "Mark the message as not " what "."}
/* clang-format on */

static const struct command rows[] = {
    {.name = "delete-message",
	.keys = "d",
	.scope = IN_LIST | IN_PAGER,
	.run = delete_message,
	.help = "Move the message to the trash; undo brings it back.",
	.hint = "Del"},
    {.name = "delete-pattern",
	.keys = "D",
	.scope = IN_LIST,
	.args = "[PATTERN]",
	.run = delete_pattern,
	.help = "Move all messages that match to the trash."},
    {.name = "undo",
	.keys = "u",
	.scope = IN_LIST | IN_PAGER,
	.run = undo,
	.help = "Take back the last change, also after a restart; on a "
		"message marked deleted, take the mark away.",
	.hint = "Undo"},
    {.name = "flag-message",
	.keys = "F",
	.scope = IN_LIST | IN_PAGER,
	.run = flag_message,
	.help = "Flag the message as important, or take the flag away."},
    {.name = "toggle-new",
	.keys = "N",
	.scope = IN_LIST | IN_PAGER,
	.run = toggle_new,
	.help = "Mark the message as new, or as read."},
    SET("new", "N", "new"),
    SET("read", "O", "read"),
    SET("answered", "r", "answered"),
    SET("important", "!", "important"),
    SET("tagged", "*", "tagged"),
    SET("deleted", "D", "deleted, where it stands"),
    {.name = "set-flag",
	.keys = "",
	.scope = IN_LIST | IN_PAGER,
	.args = "FLAG",
	.run = set_flag,
	.help = "Set a flag: N new, O read, r answered, ! important, * "
		"tagged, D deleted."},
    {.name = "clear-flag",
	.keys = "",
	.scope = IN_LIST | IN_PAGER,
	.args = "FLAG",
	.run = clear_flag,
	.help = "Clear a flag: N new, O read, r answered, ! important, * "
		"tagged, D deleted."},
    {.name = "pipe-message",
	.keys = "|",
	.scope = IN_LIST | IN_PAGER,
	.args = "[COMMAND]",
	.run = pipe_message,
	.help = "Give the message to a shell command, raw or, with "
		"pipe-decode, as text."},
};

const struct command_rows cmd_rows_act = {rows, sizeof rows / sizeof *rows};
