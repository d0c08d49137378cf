/*
 * Between the two halves of the HTML reader.
 */
#ifndef ETUI_MIME_HTML_INT_H
#define ETUI_MIME_HTML_INT_H

#include "mime_int.h"

#define HTML_MAX       (4 * 1024 * 1024)
#define HTML_DEPTH_MAX 256
#define HTML_NODES_MAX 200000 /* a tree of them is 100 MB */

enum tame {
	TAME_OK,
	TAME_DEEP,  /* nested deeper than HTML_DEPTH_MAX */
	TAME_LARGE, /* more than HTML_NODES_MAX elements */
};

/*
 * Copy the page to out, reduced to a few elements that are always closed, in
 * order, and never deeper than HTML_DEPTH_MAX, without scripts, styles,
 * comments and hidden elements.  Linear.
 */
enum tame html_tame(const char *html, size_t n, struct buf *out);

#endif
