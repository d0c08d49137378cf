/*
 * Help: the commands of the screen it was opened from, with the keys they
 * have now, then those of everywhere, then the others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paper.h"
#include "util/utf8.h"

#define KEYS_COLS 20
#define NAME_COLS 19
#define WIDE_COLS 72 /* from here the text has a column of its own, */
#define NEXT_COLS 4  /* else it goes below, so much to the right */

static void
add_command(struct ui *ui, struct paper *p, const struct command *k)
{
	char *keys = keymap_all_keys(ui->app->keys, p->scope, k->name);
	char call[80];
	bool wide = ui->cv.w >= WIDE_COLS;
	int kw, cw;

	snprintf(call, sizeof call, "%s%s%s", k->name, k->args ? " " : "",
	    k->args ? k->args : "");
	kw = KEYS_COLS - utf8_width(keys, strlen(keys));
	cw = NAME_COLS - utf8_width(call, strlen(call));
	if (wide) {
		paper_add(p, ST_NORMAL, strlen(keys), "%s%*s %s%*s %s", keys,
		    kw > 0 ? kw : 0, "", call, cw > 0 ? cw : 0, "", k->help);
		p->line[p->n - 1].indent = KEYS_COLS + NAME_COLS + 2;
	} else {
		paper_add(p, ST_NORMAL, strlen(keys), "%s  %s", keys, call);
		paper_add(p, ST_NORMAL, 0, "%*s%s", NEXT_COLS, "", k->help);
		p->line[p->n - 1].indent = NEXT_COLS;
	}
	free(keys);
}

enum group { GROUP_HERE, GROUP_ANYWHERE, GROUP_UNBOUND };

static enum group
group_of(struct ui *ui, struct paper *p, const struct command *k)
{
	if (keymap_keys(ui->app->keys, p->scope, k->name)[0] == '\0')
		return GROUP_UNBOUND;
	return (k->scope & IN_ANY) == IN_ANY ? GROUP_ANYWHERE : GROUP_HERE;
}

static void
add_group(struct ui *ui, struct paper *p, unsigned bit, enum group g,
    const char *title)
{
	const struct command *c;
	bool any = false;

	for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
		if (!(c->scope & bit) || group_of(ui, p, c) != g)
			continue;
		if (!any) {
			if (p->n > 0)
				paper_add(p, ST_NORMAL, 0, "%s", "");
			paper_add(p, ST_TITLE, 0, "%s", title);
		}
		any = true;
		add_command(ui, p, c);
	}
}

static struct screen *
help_open(struct ui *ui, const char *arg)
{
	struct paper *p = paper_new("Help");
	unsigned bit = ui_scope_bit(ui);
	char title[80];

	(void)arg;
	snprintf(p->scope, sizeof p->scope, "%s", ui_top(ui)->ops->scope);
	snprintf(title, sizeof title, "Keys in the %s", p->scope);
	add_group(ui, p, bit, GROUP_HERE, title);
	add_group(ui, p, bit, GROUP_ANYWHERE, "Keys everywhere");
	add_group(ui, p, bit, GROUP_UNBOUND,
	    "Without a key: type : and the name, or bind one in the config");
	return &p->base;
}

static void
help_draw(struct ui *ui, struct screen *s, struct area at)
{
	paper_show(ui, (struct paper *)s, at);
}

const struct screen_ops screen_help = {
    .kind = SCREEN_HELP,
    .scope = "help",
    .open = help_open,
    .close = paper_close,
    .draw = help_draw,
    .move = paper_move,
    .search = paper_search,
    .status = paper_status,
};
