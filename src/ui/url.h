/*
 * url - where in a line of text a URL stands.
 *
 * http, https, ftp and mailto; trailing punctuation and a
 * closing bracket that was opened before the URL are not part of it.  Links
 * that lead elsewhere than they say cannot be made: the link is the text.
 */
#ifndef ETUI_UI_URL_H
#define ETUI_UI_URL_H

#include <stdbool.h>
#include <stddef.h>

#define URL_MAX 2000

/* The first URL that begins at or behind `from`; false: none. */
bool url_find(const char *s, size_t n, size_t from, size_t *start, size_t *len);

#endif
