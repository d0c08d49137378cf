/*
 * format - a line of the index from `index-format`: compiled once, then
 * written for each row.
 *
 *	%C number   %Z flags   %S status letter   %D date by date-format
 *	%{FMT} date by FMT   %F author, or "To X" for own mail   %n name
 *	%a address   %f both   %t recipients   %s thread tree and subject
 *	%c size   %M messages of the thread   %X attachment mark
 *	%g keywords   %% a percent sign
 *	%>C the rest goes right, filled with C; %*C the same, and the rest
 *	comes first when there is no room for both
 *	%?X?yes&no? one of two texts, by whether X has something to say
 *
 * Between % and the letter: [-][min][.max], in columns.
 */
#ifndef ETUI_UI_FORMAT_H
#define ETUI_UI_FORMAT_H

#include "db/view.h"
#include "util/buf.h"

#define FORMAT_MAX       1000 /* bytes of a format */
#define FORMAT_FIELD_MAX 500  /* columns of one field */
#define TREE_DEPTH_MAX   12   /* levels drawn; deeper ones stay there */

struct format_item;
struct format {
	struct format_item *v;
	size_t n, cap;
};

/* One row and what stands around it. */
struct format_row {
	const struct view_row *row;
	uint64_t number; /* 1 is the first */
	bool tagged;
	const char *own;         /* the account's address, or NULL */
	const char *date_format; /* strftime */
	bool ascii;
};

int format_compile(
    const char *text, struct format *out, struct err *e) MUST_CHECK;
void format_free(struct format *f);
/* Appends one clean line of at most `cols` columns (more when the row has no
 * fill: the canvas clips). */
void format_line(const struct format *f, const struct format_row *r,
    unsigned cols, struct buf *out);
/* The thread tree in front of a subject. */
void format_tree(const struct view_row *r, bool ascii, struct buf *out);

#endif
