/*
 * The default theme is sparing on purpose: a row has one style, so that a
 * step in the index costs two rows of text and next to no colour changes,
 * and everything reads on light and dark terminals and without colours.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config/nearest.h"
#include "style.h"

static const struct {
	const char *name, *look;
} table[ST_COUNT] = {
    [ST_NORMAL] = {"normal", ""},
    [ST_HELP_LINE] = {"help-line", "reverse"},
    [ST_STATUS] = {"status", "reverse"},
    [ST_STATUS_WARN] = {"status.warn", "reverse bold"},
    [ST_MESSAGE] = {"message", ""},
    [ST_WARNING] = {"message.warning", "bold yellow"},
    [ST_ERROR] = {"message.error", "bold red"},
    [ST_PROMPT] = {"prompt", ""},
    [ST_CHOICE] = {"prompt.choice", ""},
    [ST_CHOSEN] = {"prompt.chosen", "reverse"},
    [ST_INDEX] = {"index", ""},
    [ST_INDEX_NEW] = {"index.new", "bold"},
    [ST_INDEX_DELETED] = {"index.deleted", "dim"},
    [ST_INDEX_TAGGED] = {"index.tagged", "yellow"},
    [ST_INDEX_FLAGGED] = {"index.flagged", "red"},
    [ST_INDEX_CURSOR] = {"index.cursor", "reverse"},
    [ST_INDEX_CURSOR_NEW] = {"index.cursor-new", "reverse bold"},
    [ST_INDEX_COMING] = {"index.coming", "dim"},
    [ST_SIDEBAR] = {"sidebar", ""},
    [ST_SIDEBAR_ACCOUNT] = {"sidebar.account", "bold"},
    [ST_SIDEBAR_NEW] = {"sidebar.new", "bold"},
    [ST_SIDEBAR_OPEN] = {"sidebar.open", "reverse"},
    [ST_SIDEBAR_LINE] = {"sidebar.line", ""},
    [ST_PAGER] = {"pager", ""},
    [ST_HEADER] = {"pager.header", ""},
    [ST_HEADER_NAME] = {"pager.header-name", "bold"},
    [ST_QUOTE1] = {"pager.quote1", "cyan"},
    [ST_QUOTE2] = {"pager.quote2", "green"},
    [ST_QUOTE3] = {"pager.quote3", "magenta"},
    [ST_SIGNATURE] = {"pager.signature", "dim"},
    [ST_PART] = {"pager.part", "bold"},
    [ST_LINK] = {"pager.link", "underline"},
    [ST_FOUND] = {"pager.found", "reverse"},
    [ST_DIFF_ADD] = {"pager.diff-add", "green"},
    [ST_DIFF_DEL] = {"pager.diff-del", "red"},
    [ST_DIFF_HUNK] = {"pager.diff-hunk", "cyan"},
    [ST_TITLE] = {"title", "bold"},
    [ST_KEY] = {"key", "bold"},
    [ST_PROGRESS] = {"progress", "reverse"},
    [ST_TRACE_OUT] = {"trace.sent", "bold"},
};

static const char *const attr_words[] = {
    "bold", "dim", "italic", "underline", "reverse", "blink"};
static const char *const color_words[] = {
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define WORD_MAX 32

const char *
style_name(enum style st)
{
	return table[st].name;
}

static int
color_number(const char *w)
{
	char *end;
	long n = strtol(w, &end, 10);

	return end == w || *end != '\0' || n < 0 || n > 255 ? -2 : (int)n;
}

/* -1 default, 0..255, -2: no colour word. */
static int
color_of(const char *w)
{
	int bright = 0;

	if (strcmp(w, "default") == 0)
		return -1;
	if (strncmp(w, "color", 5) == 0)
		return color_number(w + 5);
	if (strncmp(w, "bright-", 7) == 0) {
		bright = 8;
		w += 7;
	}
	for (size_t i = 0; i < COUNT(color_words); i++) {
		if (strcmp(w, color_words[i]) == 0)
			return (int)i + bright;
	}
	return -2;
}

static const char *
nearest_word(const char *w)
{
	struct nearest n = NEAREST_INIT(w);

	for (size_t i = 0; i < COUNT(attr_words); i++)
		nearest_try(&n, attr_words[i]);
	for (size_t i = 0; i < COUNT(color_words); i++)
		nearest_try(&n, color_words[i]);
	nearest_try(&n, "default");
	return n.best;
}

static bool
attr_of(const char *w, unsigned *attr)
{
	for (size_t i = 0; i < COUNT(attr_words); i++) {
		if (strcmp(w, attr_words[i]) == 0) {
			*attr |= 1u << i;
			return true;
		}
	}
	return false;
}

static int
take_word(const char *w, bool *on, struct look *out, struct err *e)
{
	int color;
	const char *near;

	if (strcmp(w, "on") == 0 && !*on) {
		*on = true;
		return 0;
	}
	if (!*on && attr_of(w, &out->attr))
		return 0;
	color = color_of(w);
	if (color == -2) {
		near = nearest_word(w);
		return err_set(e, ERR_INPUT,
		    "unknown colour or attribute '%s'%s%s%s", w,
		    near ? " (nearest: " : "", near ? near : "",
		    near ? ")" : "");
	}
	*(*on ? &out->bg : &out->fg) = (int16_t)color;
	*on = false;
	return 0;
}

int
look_parse(const char *text, struct look *out, struct err *e)
{
	struct look l = {.fg = -1, .bg = -1};
	bool on = false;

	for (;;) {
		char word[WORD_MAX];
		size_t n;

		text += strspn(text, " \t");
		n = strcspn(text, " \t");
		if (n == 0)
			break;
		if (n >= sizeof word)
			return err_set(
			    e, ERR_INPUT, "no colour is called '%.40s'", text);
		memcpy(word, text, n);
		word[n] = '\0';
		if (take_word(word, &on, &l, e) < 0)
			return -1;
		text += n;
	}
	if (on)
		return err_set(e, ERR_INPUT, "a colour is missing after 'on'");
	*out = l;
	return 0;
}

static int
find_style(const char *name, const char **near)
{
	struct nearest n = NEAREST_INIT(name);

	for (int i = 0; i < ST_COUNT; i++) {
		if (strcmp(table[i].name, name) == 0)
			return i;
		nearest_try(&n, table[i].name);
	}
	*near = n.best;
	return -1;
}

static int
take_color(
    const struct config_color *k, struct look out[ST_COUNT], struct err *e)
{
	const char *near;
	int st = find_style(k->name, &near);

	if (st < 0)
		return err_set(e, ERR_INPUT,
		    "%s:%d: unknown [color] name '%s'%s%s%s", k->file, k->line,
		    k->name, near ? " (nearest: " : "", near ? near : "",
		    near ? ")" : "");
	if (look_parse(k->value, &out[st], e) < 0)
		return err_wrap(e, "%s:%d: %s", k->file, k->line, k->name);
	return 0;
}

int
styles_load(const struct config *c, struct look out[ST_COUNT], struct err *e)
{
	for (int i = 0; i < ST_COUNT; i++) {
		if (look_parse(table[i].look, &out[i], e) < 0)
			return -1;
	}
	for (size_t i = 0; c != NULL && i < config_colors(c); i++) {
		if (take_color(config_color_at(c, i), out, e) < 0)
			return -1;
	}
	return 0;
}
