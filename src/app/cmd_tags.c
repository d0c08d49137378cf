/*
 * Finding and tagging: search, limit, tags.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

/* ---- search ---- */

static void
search_text(struct app *a, const char *text, int dir)
{
	struct app_private *p = a->priv;

	if (text != NULL) {
		free(p->text_search);
		p->text_search = mem_str(text);
		p->text_dir = dir;
	} else if (p->text_search == NULL) {
		app_say(a, APP_WARN, "Nothing was searched for yet");
		return;
	}
	if (a->front != NULL && a->front->search != NULL)
		a->front->search(a->front, text, p->text_dir);
}

static void
search_for(struct app *a, const char *text, int dir)
{
	if (front_screen(a) != SCREEN_INDEX)
		search_text(a, text, dir);
	else if (a->list != NULL)
		list_search(a, a->list, text, dir);
}

/* An empty answer repeats the last search, as in mutt and vi. */
static void
search_down(void *app, const char *answer)
{
	if (answer != NULL)
		search_for(app, *answer != '\0' ? answer : NULL, 1);
}

static void
search_up(void *app, const char *answer)
{
	if (answer != NULL)
		search_for(app, *answer != '\0' ? answer : NULL, -1);
}

static void
search(struct app *a, struct front *f, const char *args)
{
	(void)f;
	if (*args != '\0')
		search_for(a, args, 1);
	else
		cmd_ask(a, "Search: ", "search", search_down);
}

static void
search_reverse(struct app *a, struct front *f, const char *args)
{
	(void)f;
	if (*args != '\0')
		search_for(a, args, -1);
	else
		cmd_ask(a, "Search backwards: ", "search", search_up);
}

static void
search_next(struct app *a, struct front *f, const char *args)
{
	int dir = a->list != NULL ? a->list->find_dir : 1;

	(void)f;
	(void)args;
	search_for(a, NULL, dir);
}

/* ---- limit ---- */

static void
limit_to(void *app, const char *answer)
{
	struct app *a = app;

	if (answer != NULL && a->list != NULL)
		list_limit(a, a->list, answer);
}

static void
limit(struct app *a, struct front *f, const char *args)
{
	struct front_ask q = {.prompt = "Limit to: ",
	    .history = "search",
	    .done = limit_to,
	    .ctx = a};

	if (*args != '\0')
		limit_to(a, args);
	else if (f != NULL && f->ask != NULL)
		f->ask(f, &q);
}

static void
limit_clear(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	if (a->list == NULL)
		return;
	if (a->priv->find_cancel != NULL && a->priv->find_use == FIND_LIMIT)
		find_stop(a);
	else if (a->list->limit != NULL)
		list_limit(a, a->list, "all");
}

/* ---- tags ---- */

static void
tag(struct app *a, struct front *f, const char *args)
{
	struct list *l = a->list;

	(void)f;
	(void)args;
	if (l == NULL || l->cursor_id == 0)
		return;
	if (l->tag_prefix) { /* ;t takes all tags away */
		l->ntagged = 0;
		a->dirty |= DIRTY_LIST | DIRTY_STATUS;
		return;
	}
	list_tag(l, l->cursor_id, !list_is_tagged(l, l->cursor_id));
	a->dirty |= DIRTY_LIST | DIRTY_STATUS;
	cmd_step(a, 1);
}

static void
tag_these(void *app, const char *answer)
{
	struct app *a = app;

	if (answer != NULL && *answer != '\0' && a->list != NULL)
		find_start(a, a->list, FIND_TAG, answer);
}

static void
untag_these(void *app, const char *answer)
{
	struct app *a = app;

	if (answer != NULL && *answer != '\0' && a->list != NULL)
		find_start(a, a->list, FIND_UNTAG, answer);
}

static void
tag_pattern(struct app *a, struct front *f, const char *args)
{
	(void)f;
	if (*args != '\0')
		tag_these(a, args);
	else
		cmd_ask(a, "Tag messages matching: ", "search", tag_these);
}

static void
untag_pattern(struct app *a, struct front *f, const char *args)
{
	(void)f;
	if (*args != '\0')
		untag_these(a, args);
	else
		cmd_ask(a, "Untag messages matching: ", "search", untag_these);
}

static void
tag_prefix(struct app *a, struct front *f, const char *args)
{
	(void)f;
	(void)args;
	if (a->list == NULL)
		return;
	if (a->list->ntagged == 0) {
		app_say(a, APP_WARN, "No messages are tagged");
		return;
	}
	/* app_run() takes it away after the command that follows. */
	a->list->tag_prefix = !a->list->tag_prefix;
	a->dirty |= DIRTY_STATUS;
}

/* The rows of one thread stand together in a threaded list. */
static void
tag_thread(struct app *a, struct front *f, const char *args)
{
	struct list *l = a->list;
	const struct view_row *r;
	uint64_t first, pos;
	int64_t thread;
	bool on;

	(void)f;
	(void)args;
	r = l != NULL ? list_row(a, l, l->cursor) : NULL;
	if (r == NULL)
		return;
	if (!l->threaded) {
		app_say(a, APP_WARN, "The list is not sorted by threads");
		return;
	}
	thread = r->thread;
	on = !list_is_tagged(l, r->id);
	for (first = l->cursor; first > 0; first--) {
		r = list_row(a, l, first - 1);
		if (r == NULL || r->thread != thread)
			break;
	}
	for (pos = first; (r = list_row(a, l, pos)) != NULL; pos++) {
		if (r->thread != thread)
			break;
		list_tag(l, r->id, on);
	}
	list_goto(a, l, pos < list_count(l) ? pos : pos - 1);
}

static const struct command rows[] = {
    {.name = "search",
	.keys = "/",
	.scope = IN_ANY,
	.args = "[TEXT]",
	.run = search,
	.help = "Search: subjects and senders in the list, the text "
		"elsewhere.",
	.hint = "Search"},
    {.name = "search-reverse",
	.keys = "M-/",
	.scope = IN_ANY,
	.args = "[TEXT]",
	.run = search_reverse,
	.help = "Search backwards."},
    {.name = "search-next",
	.keys = "n",
	.scope = IN_ANY,
	.run = search_next,
	.help = "Repeat the last search."},
    {.name = "limit",
	.keys = "l",
	.scope = IN_LIST,
	.args = "[PATTERN]",
	.run = limit,
	.help = "Show only the messages that match; all shows all again.",
	.hint = "Limit"},
    {.name = "limit-clear",
	.keys = "<Esc>",
	.scope = IN_LIST,
	.run = limit_clear,
	.help = "Show all messages again."},
    {.name = "tag",
	.keys = "t",
	.scope = IN_LIST | IN_PAGER,
	.run = tag,
	.help = "Tag the message, or take its tag away."},
    {.name = "tag-pattern",
	.keys = "T",
	.scope = IN_LIST,
	.args = "[PATTERN]",
	.run = tag_pattern,
	.help = "Tag all messages that match."},
    {.name = "untag-pattern",
	.keys = "^T",
	.scope = IN_LIST,
	.args = "[PATTERN]",
	.run = untag_pattern,
	.help = "Take the tag from all messages that match."},
    {.name = "tag-thread",
	.keys = "M-t",
	.scope = IN_LIST,
	.run = tag_thread,
	.help = "Tag the whole thread."},
    {.name = "tag-prefix",
	.keys = ";",
	.scope = IN_LIST,
	.run = tag_prefix,
	.help = "The next command is for all tagged messages."},
};

const struct command_rows cmd_rows_tags = {rows, sizeof rows / sizeof *rows};
