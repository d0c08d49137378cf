/*
 * mutf7 - mailbox names: the modified UTF-7 of RFC 3501 section 5.1.3.
 *
 * Decoding is total: what is no mUTF-7 is kept as it stands (as UTF-8, with
 * U+FFFD for bytes that are none), and *exact says whether encoding the
 * result gives the same name back.
 */
#ifndef ETUI_STORE_MUTF7_H
#define ETUI_STORE_MUTF7_H

#include <stdbool.h>
#include <stddef.h>

char *mutf7_encode(const char *utf8); /* yours; invalid UTF-8 as U+FFFD */
char *mutf7_decode(const char *s, size_t n, bool *exact); /* yours */

#endif
