/*
 * paper - a screen of lines written for it: help, jobs, traces, notices.
 * Each of them only writes; drawing, scrolling and searching are here.
 */
#ifndef ETUI_UI_PAPER_H
#define ETUI_UI_PAPER_H

#include "ui_int.h"
#include "util/mem.h"

struct paper {
	struct screen base;
	struct textview tv;
	struct arena arena;
	struct tv_line *line;
	size_t n, cap;
	const char *title; /* status line */
	int64_t written;   /* when, for those that write themselves anew */
	char scope[24];    /* help: whose keys */
};

struct paper *paper_new(const char *title);
void paper_close(struct screen *s);
/* Start over; the place stays. */
void paper_clear(struct paper *p);
/* A line; its first `head` bytes stand out. */
void paper_add(struct paper *p, enum style st, size_t head, const char *fmt,
    ...) PRINTF_LIKE(4, 5);
/* To be called when all is written. */
void paper_show(struct ui *ui, struct paper *p, struct area at);

void paper_move(struct ui *ui, struct screen *s, enum front_move how, long n);
void paper_search(struct ui *ui, struct screen *s, const char *text, int dir);
void paper_status(
    struct ui *ui, struct screen *s, struct buf *left, struct buf *right);

#endif
