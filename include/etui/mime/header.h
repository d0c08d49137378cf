/*
 * header - the header block of a message: split, decoded, understood.
 *
 * Our own splitter (libetpan's stops at the first odd line): total on any
 * bytes, never fails, bounded by HEADER_MAX.
 * RFC 5322 section 2.2, RFC 2047, RFC 6532.
 */
#ifndef ETUI_MIME_HEADER_H
#define ETUI_MIME_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/mem.h"

#define HEADER_MAX     (256 * 1024)
#define ADDRESS_MAX    10000
#define REFERENCES_MAX 1000

/* Walks fields in order.  *pos starts at 0; name and value point into the
 * block (value still folded, without the last line end).  false at the end.
 * Lines that are no field are skipped. */
struct field {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
};
bool header_next(const char *block, size_t n, size_t *pos, struct field *out);
/* The first field of this name (any case), or NULL; *len its length. */
const char *header_get(
    const char *block, size_t n, const char *name, size_t *len);
size_t header_count(const char *block, size_t n, const char *name);

/*
 * Unfold and decode to UTF-8: encoded words (multibyte characters split
 * across adjacent words are joined before conversion), raw 8-bit as UTF-8,
 * else in `charset` (may be NULL: windows-1252).  NOT cleaned for the
 * terminal: whoever draws does that.  Arena-owned.
 */
char *header_decode(
    struct arena *a, const char *value, size_t n, const char *charset);

struct address {
	const char *name; /* decoded; NULL when there is none */
	const char *addr; /* "local@domain" as sent; "" for a bare group name */
	const char *group; /* NULL outside a group */
};
struct addresses {
	struct address *v;
	size_t n;
	bool cut; /* more than ADDRESS_MAX */
};
/* Never fails; what is no address is dropped or kept as a name. */
void address_parse(struct arena *a, const char *value, size_t n,
    const char *charset, struct addresses *out);
/* "Ann Example <ann@example.org>" for one line of a screen. */
char *address_text(struct arena *a, const struct address *ad);

/* Seconds since 1970, any form seen in the wild; INT64_MIN if hopeless.
 * *zone (may be NULL) gets minutes east of UTC. */
int64_t date_parse(const char *value, size_t n, int *zone);

/* Message-IDs in order, without <>, at most REFERENCES_MAX (the last ones). */
size_t msgids_parse(
    struct arena *a, const char *value, size_t n, const char ***out);

/* What the index and the threads need from one header block. */
struct envelope {
	const char *subject; /* never NULL in these: "" */
	struct addresses from, to, cc, reply_to, sender;
	const char *msgid; /* without <>; "" when missing */
	const char **refs; /* References, then In-Reply-To if not among them */
	size_t nrefs;
	const char *list_id;
	int64_t date; /* INT64_MIN when missing */
	int zone;
	bool maybe_attachment; /* Content-Type is multipart/mixed or so */
};
void envelope_parse(struct arena *a, const char *block, size_t n,
    const char *charset, struct envelope *out);

/* Base subject for threading and sorting (RFC 5256 section 2.1), a view into
 * s. */
const char *subject_base(const char *s);

#endif
