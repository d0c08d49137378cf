/*
 * style - what a cell means (a quote, the selected row), and how that looks.
 *
 * Screens speak in styles; the one table here says how each looks, `[color]`
 * lines of the config change it:
 *
 *	[color]
 *	index.new = bold yellow
 *	status = white on blue
 *
 * Words: bold dim italic underline reverse blink, a colour, "on" colour;
 * colours: default black red green yellow blue magenta cyan white, bright-
 * before them, color0 .. color255.
 */
#ifndef ETUI_UI_STYLE_H
#define ETUI_UI_STYLE_H

#include <stdint.h>

#include "config/config.h"

enum style {
	ST_NORMAL,
	ST_HELP_LINE,
	ST_STATUS,
	ST_STATUS_WARN,
	ST_MESSAGE,
	ST_WARNING,
	ST_ERROR,
	ST_PROMPT,
	ST_CHOICE,
	ST_CHOSEN,
	ST_INDEX,
	ST_INDEX_NEW,
	ST_INDEX_DELETED,
	ST_INDEX_TAGGED,
	ST_INDEX_FLAGGED,
	ST_INDEX_CURSOR,
	ST_INDEX_CURSOR_NEW,
	ST_INDEX_COMING,
	ST_SIDEBAR,
	ST_SIDEBAR_ACCOUNT,
	ST_SIDEBAR_NEW,
	ST_SIDEBAR_OPEN,
	ST_SIDEBAR_LINE,
	ST_PAGER,
	ST_HEADER,
	ST_HEADER_NAME,
	ST_QUOTE1,
	ST_QUOTE2,
	ST_QUOTE3,
	ST_SIGNATURE,
	ST_PART,
	ST_LINK,
	ST_FOUND,
	ST_DIFF_ADD,
	ST_DIFF_DEL,
	ST_DIFF_HUNK,
	ST_TITLE,
	ST_KEY,
	ST_PROGRESS,
	ST_TRACE_OUT,
	ST_COUNT
};

enum look_attr {
	LOOK_BOLD = 1 << 0,
	LOOK_DIM = 1 << 1,
	LOOK_ITALIC = 1 << 2,
	LOOK_UNDERLINE = 1 << 3,
	LOOK_REVERSE = 1 << 4,
	LOOK_BLINK = 1 << 5,
};

struct look {
	int16_t fg, bg; /* 0..255; -1: the terminal's own */
	unsigned attr;
};

const char *style_name(enum style st);
int look_parse(const char *text, struct look *out, struct err *e) MUST_CHECK;
/* The table, then the config's lines over it; c may be NULL. */
int styles_load(const struct config *c, struct look out[ST_COUNT],
    struct err *e) MUST_CHECK;

#endif
