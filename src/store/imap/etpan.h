/*
 * etpan - libetpan's response parser, behind bounds of ours.
 *
 * It is given whole FETCH responses that are in memory already, literals and
 * all, so it never reads from the connection and never allocates by a number
 * it reads; scan.h has looked at the items and the nesting before.
 */
#ifndef ETUI_IMAP_ETPAN_H
#define ETUI_IMAP_ETPAN_H

#include "mime/message.h"
#include "store/store.h"
#include "util/buf.h"

struct etpan; /* one connection's parser */
struct mailimap_response_data;
struct mailimap_body;

struct etpan *etpan_new(void);
void etpan_free(struct etpan *p);

/* One FETCH; what is pointed to lives until etpan_done(). */
struct etpan_fetch {
	unsigned flags;
	bool has_flags;
	char keywords[STORE_KEYWORDS_MAX];
	int64_t idate; /* INT64_MIN: not said */
	const char *header;
	size_t header_len;
	const struct mailimap_body *body;
	struct mailimap_response_data *owner;
};
/* text: "* 1 FETCH (...)" with CRLF and literals; false: it does not parse. */
bool etpan_parse(struct etpan *p, struct buf *text, struct etpan_fetch *out);
void etpan_done(struct etpan_fetch *f);

/* structure.c */
struct part *structure_tree(struct arena *a, const struct mailimap_body *body);
/* What stands for a structure that could not be understood. */
struct part *structure_raw(struct arena *a, uint64_t size);

#endif
