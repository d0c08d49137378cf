/*
 * list - the messages of one folder as a person moves through them: order,
 * limit, cursor, tags.  Rows come from the database a window at a time.
 *
 * Positions: 0 .. list_count()-1; behind the rows that are here stand
 * placeholders for those on their way (arrival order only), and after them
 * one line for "N older on the server" where the sync bound cuts.
 */
#ifndef ETUI_APP_LIST_H
#define ETUI_APP_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "db/folder.h"
#include "db/view.h"

struct app;

struct list {
	int64_t folder;
	enum view_sort sort;
	bool reverse, threaded;
	char *limit;     /* pattern text, or NULL */
	uint64_t rows;   /* rows in the database view */
	uint64_t coming; /* placeholders behind them */
	uint64_t beyond; /* older ones on the server that are not coming by
			    themselves */
	uint64_t cursor; /* position */
	uint64_t top;    /* position of the first line shown */
	/* the row it rests on: followed when rows come and go */
	int64_t cursor_id;
	bool tag_prefix; /* ';' was typed: the next command takes the tagged */
	size_t ntagged;
	/* private to list.c */
	struct view *view;
	int64_t *tagged; /* sorted ids */
	size_t tagcap;
	int64_t *limit_ids;
	size_t nlimit;
	struct view_row *win; /* copies of the rows on screen */
	struct arena *win_arena;
	uint64_t win_first;
	size_t nwin;
	unsigned height; /* of the last list_show() */
	bool moved;      /* by the person: new mail does not take the cursor */
	uint64_t asked;  /* rows when sync_older() was last asked for more */
	uint64_t seen_top, seen_rows; /* what list_visible() last asked for */
	char *find;                   /* the last search and its answer */
	int find_dir;
	int64_t *find_ids;
	size_t nfind;
	bool find_stale;
};

struct list *list_open(struct app *a, int64_t folder, struct err *e);
void list_free(struct list *l);
/* rows + coming + (beyond ? 1 : 0) */
uint64_t list_count(const struct list *l);
/* The row at a position, from the window (loaded as needed); NULL: a
 * placeholder or the "older" line.  Borrowed until the next list call that
 * moves the window. */
const struct view_row *list_row(struct app *a, struct list *l, uint64_t pos);
/* Load the window [top, top+height); what is missing is asked of sync. */
void list_show(struct app *a, struct list *l, unsigned height);
void list_goto(struct app *a, struct list *l, uint64_t pos);
void list_refresh(struct app *a, struct list *l); /* after DB_ROWS, DB_FLAGS */
bool list_is_tagged(const struct list *l, int64_t id);
void list_tag(struct list *l, int64_t id, bool on);
/* The messages a command is for: the tagged with ';', else the cursor's.
 * Yours. */
int64_t *list_targets(struct list *l, size_t *n);
/* "all" or "" clears.  The search runs as a job; the view changes when it is
 * done. */
void list_limit(struct app *a, struct list *l, const char *pattern);
/* Move the cursor to the next row that matches (search order, wraps). */
void list_search(struct app *a, struct list *l, const char *pattern, int dir);
void list_order(struct app *a, struct list *l, enum view_sort sort,
    bool reverse, bool threaded);

#endif
