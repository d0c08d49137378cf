/* The inside of a textview: rows (textview.c), search and drawing. */
#ifndef ETUI_UI_TEXTVIEW_INT_H
#define ETUI_UI_TEXTVIEW_INT_H

#include "textview.h"

/* Make rows until there are more than `rows`; false: there are not. */
bool textview_need(struct textview *tv, size_t rows);
/* The row in which byte off of a line stands. */
size_t textview_row_of(struct textview *tv, size_t line, size_t off);
bool textview_skip_quoted(struct textview *tv);
/* Next match in s at or behind from; its start and length in bytes. */
bool textview_match(const struct textview *tv, const char *s, size_t n,
    size_t from, size_t *start, size_t *len);

#endif
