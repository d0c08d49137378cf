/*
 * folders - LIST and STATUS.
 *
 * Where the server can, one command gives names, special use, subscriptions
 * and counts.  Rows are kept until the command ends, because STATUS comes
 * apart from LIST; a hash over the wire names brings them together.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "imap_int.h"
#include "util/mem.h"

#define ATTRS_MAX 512

struct row {
	char *wire, *name;
	char *attrs;
	struct store_folder f;
};

struct imap_folders {
	struct row *v;
	size_t n, cap;
	size_t *slot; /* hash of the wire name to index + 1 */
	size_t slots;
	bool overflow;
	bool lsub_seen;
};

static size_t
hash(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *s != 0; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return (size_t)(h ^ (h >> 32));
}

/* The slot where this name stands or belongs. */
static size_t *
slot_of(struct imap_folders *l, const char *wire)
{
	size_t at = hash(wire) & (l->slots - 1);

	while (
	    l->slot[at] != 0 && strcmp(l->v[l->slot[at] - 1].wire, wire) != 0)
		at = (at + 1) & (l->slots - 1);
	return &l->slot[at];
}

static void
rehash(struct imap_folders *l)
{
	free(l->slot);
	l->slots = l->slots == 0 ? 256 : l->slots * 2;
	l->slot = mem_array(l->slots, sizeof *l->slot);
	for (size_t i = 0; i < l->n; i++)
		*slot_of(l, l->v[i].wire) = i + 1;
}

static struct row *
find(struct imap_folders *l, const char *wire)
{
	size_t at = l->slots > 0 ? *slot_of(l, wire) : 0;

	return at > 0 ? &l->v[at - 1] : NULL;
}

/* takes wire */
static struct row *
add(struct imap_folders *l, char *wire)
{
	struct row *r = find(l, wire);

	if (r != NULL || l->n >= STORE_FOLDERS_MAX) {
		l->overflow = l->overflow || r == NULL;
		free(wire);
		return r;
	}
	if ((l->n + 1) * 2 > l->slots)
		rehash(l);
	mem_grow(&l->v, &l->cap, l->n + 1, sizeof *l->v);
	*slot_of(l, wire) = l->n + 1;
	r = &l->v[l->n++];
	*r = (struct row){.wire = wire};
	return r;
}

static void
free_list(struct imap_folders *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].wire);
		free(l->v[i].name);
		free(l->v[i].attrs);
	}
	free(l->v);
	free(l->slot);
}

/* A mailbox name as it is on the wire; NULL when it is none. */
static char *
take_name(struct imap *im, struct scan *s)
{
	struct buf b = BUF_INIT(8192);
	char *name = NULL;
	bool nil;

	scan_blanks(s);
	if (scan_string(s, &b, &nil) && b.len > 0 &&
	    memchr(b.data, 0, b.len) == NULL &&
	    memchr(b.data, '\r', b.len) == NULL &&
	    memchr(b.data, '\n', b.len) == NULL)
		name = mem_strn(b.data, b.len);
	else
		imap_note(im, "a folder's name could not be read");
	buf_free(&b);
	if (name != NULL && strcasecmp(name, "INBOX") == 0)
		memcpy(name, "INBOX", 5);
	return name;
}

/* A name that does not come out of mutf7_encode() is looked up instead. */
static void
remember_odd(struct imap *im, const char *utf8, const char *wire)
{
	for (size_t i = 0; i < im->nodd; i++)
		if (strcmp(im->odd[i].utf8, utf8) == 0)
			return;
	if (im->nodd >= IMAP_ODD_MAX)
		return;
	mem_grow(&im->odd, &im->oddcap, im->nodd + 1, sizeof *im->odd);
	im->odd[im->nodd++] = (struct imap_odd){
	    .utf8 = mem_str(utf8), .wire = mem_str(wire)};
}

static char *
to_utf8(struct imap *im, const char *wire)
{
	bool exact;
	char *name = mutf7_decode(wire, strlen(wire), &exact);

	if (strpbrk(name, "\r\n") != NULL) {
		free(name);
		return NULL;
	}
	if (!exact)
		remember_odd(im, name, wire);
	return name;
}

/* "(\HasNoChildren \Sent)" */
static void
take_attrs(struct scan *s, struct row *r, struct buf *text)
{
	struct span a;

	r->f.selectable = true;
	for (scan_blanks(s); !scan_char(s, ')'); scan_blanks(s)) {
		if (!scan_atom(s, &a))
			return;
		if (span_is(a, "\\Noselect") || span_is(a, "\\NonExistent"))
			r->f.selectable = false;
		if (span_is(a, "\\Subscribed"))
			r->f.subscribed = true;
		if (text->len + a.n + 1 < ATTRS_MAX) {
			if (text->len > 0)
				buf_putc(text, ' ');
			buf_put(text, a.p, a.n);
		}
	}
}

static char
take_delim(struct scan *s)
{
	struct buf b = BUF_INIT(8);
	char c = 0;
	bool nil;

	scan_blanks(s);
	if (scan_string(s, &b, &nil) && b.len == 1 && b.data[0] > ' ' &&
	    b.data[0] < 0x7f)
		c = b.data[0];
	buf_free(&b);
	return c;
}

void
imap_list_reply(struct imap *im, struct scan *s, bool lsub)
{
	struct buf attrs = BUF_INIT(ATTRS_MAX);
	struct row got = {.f = {.selectable = true}};
	struct row *r;
	char *wire;

	if (im->list == NULL)
		return;
	scan_blanks(s);
	if (scan_char(s, '('))
		take_attrs(s, &got, &attrs);
	got.f.delim = take_delim(s);
	wire = take_name(im, s);
	if (wire == NULL)
		goto out;
	if (lsub) {
		r = find(im->list, wire);
		free(wire);
		if (r != NULL)
			r->f.subscribed = true;
		goto out;
	}
	r = add(im->list, wire);
	if (r == NULL || r->name != NULL)
		goto out;
	r->name = to_utf8(im, r->wire);
	r->attrs = mem_str(buf_text(&attrs));
	r->f.selectable = got.f.selectable && r->name != NULL;
	r->f.subscribed = got.f.subscribed;
	r->f.delim = got.f.delim;
out:
	buf_free(&attrs);
}

/* "(MESSAGES 3 UNSEEN 1 ...)" */
static bool
take_counts(struct scan *s, struct store_folder *f)
{
	static const struct {
		const char *name;
		size_t at;
	} items[] = {
	    {"MESSAGES", offsetof(struct store_folder, messages)},
	    {"UNSEEN", offsetof(struct store_folder, unseen)},
	    {"UIDNEXT", offsetof(struct store_folder, uidnext)},
	    {"UIDVALIDITY", offsetof(struct store_folder, uidvalidity)},
	    {"HIGHESTMODSEQ", offsetof(struct store_folder, modseq)},
	};
	struct span name;
	uint64_t n;

	scan_blanks(s);
	if (!scan_char(s, '('))
		return false;
	for (scan_blanks(s); !scan_char(s, ')'); scan_blanks(s)) {
		if (!scan_atom(s, &name))
			return false;
		scan_blanks(s);
		if (!scan_number(s, SCAN_MOD_MAX, &n)) {
			if (!scan_skip(s))
				return false;
			continue;
		}
		for (size_t i = 0; i < sizeof items / sizeof *items; i++)
			if (span_is(name, items[i].name))
				memcpy((char *)f + items[i].at, &n, sizeof n);
	}
	return true;
}

void
imap_status_reply(struct imap *im, struct scan *s)
{
	struct store_folder got = {.messages = 0};
	char *wire;
	struct row *r;

	if (im->list == NULL && im->status == NULL)
		return;
	wire = take_name(im, s);
	if (wire == NULL || !take_counts(s, &got)) {
		free(wire);
		return;
	}
	r = im->list != NULL ? find(im->list, wire) : NULL;
	if (im->status != NULL && strcmp(wire, im->status_wire) == 0) {
		im->status_got = true;
		*im->status = got;
	}
	if (r != NULL) {
		r->f.has_counts = true;
		r->f.messages = got.messages;
		r->f.unseen = got.unseen;
		r->f.uidnext = got.uidnext;
		r->f.uidvalidity = got.uidvalidity;
		r->f.modseq = got.modseq;
	}
	free(wire);
}

static const char *
status_items(const struct imap *im)
{
	return imap_has(im, CAP_CONDSTORE)
		   ? "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"
		   : "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)";
}

/* All in one.  1: the server did not like it. */
static int
list_extended(struct imap *im, struct err *e)
{
	struct imap_cmd *c;
	int rc = 0;

	if (imap_send(im, &c, e,
		"LIST \"\" \"*\" RETURN (SUBSCRIBED %sSTATUS %s)",
		imap_has(im, CAP_SPECIAL_USE) ? "SPECIAL-USE " : "",
		status_items(im)) < 0 ||
	    imap_flush(im, e) < 0 || imap_await(im, c, e) < 0)
		return -1;
	if (c->status != IMAP_OK) {
		im->caps.bits &= ~(
		    unsigned)(CAP_LIST_EXTENDED | CAP_LIST_STATUS);
		rc = 1;
	}
	imap_free_cmd(c);
	return rc;
}

static int
list_plain(struct imap *im, struct err *e)
{
	struct imap_cmd *list, *lsub;

	if (imap_send(im, &list, e, "LIST \"\" \"*\"") < 0 ||
	    imap_send(im, &lsub, e, "LSUB \"\" \"*\"") < 0 ||
	    imap_flush(im, e) < 0)
		return -1;
	if (imap_finish(im, list, "list folders", e) < 0) {
		lsub->orphan = true;
		return -1;
	}
	/* subscriptions are a nicety */
	if (imap_await(im, lsub, e) < 0)
		return -1;
	imap_free_cmd(lsub);
	return 0;
}

static int
tell(struct imap_folders *l, struct folder_sink *sink, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		struct row *r = &l->v[i];

		if (r->name == NULL)
			continue;
		r->f.name = r->name;
		r->f.role = role_of(r->attrs, r->name, r->f.delim);
		if (sink->folder(sink->ctx, &r->f, e) < 0)
			return -1;
	}
	if (l->overflow)
		return err_set(
		    e, ERR_LIMIT, "more than %d folders", STORE_FOLDERS_MAX);
	return 0;
}

int
imap_folders(struct store *s, struct folder_sink *sink, struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct imap_folders list = {.n = 0};
	int rc = 1;

	if (imap_ready(im, e) < 0 || imap_settle(im, e) < 0)
		return -1;
	im->list = &list;
	if (imap_has(im, CAP_LIST_EXTENDED) && imap_has(im, CAP_LIST_STATUS))
		rc = list_extended(im, e);
	if (rc > 0)
		rc = list_plain(im, e);
	im->list = NULL;
	if (rc == 0)
		rc = tell(&list, sink, e);
	free_list(&list);
	return rc;
}

int
imap_status(struct store *s, const char *folder, struct store_folder *out,
    struct err *e)
{
	struct imap *im = (struct imap *)s;
	struct store_folder got = {.messages = 0};
	char *wire;
	struct imap_cmd *c;
	int rc;

	if (imap_ready(im, e) < 0 || imap_settle(im, e) < 0)
		return -1;
	wire = imap_wire_name(im, folder, e);
	if (wire == NULL)
		return -1;
	if (strcasecmp(wire, "INBOX") == 0)
		memcpy(wire, "INBOX", 5);
	im->status = &got;
	im->status_wire = wire;
	im->status_got = false;
	c = imap_begin(im, e);
	rc = c == NULL ? -1 : 0;
	if (rc == 0) {
		imap_put(im, "STATUS ");
		rc = imap_put_string(im, wire, strlen(wire), e);
		imap_put(im, " %s", status_items(im));
	}
	if (rc == 0)
		rc = imap_end(im, e);
	if (rc == 0)
		rc = imap_flush(im, e);
	if (rc == 0)
		rc = imap_finish(im, c, folder, e);
	else
		imap_free_cmd(c);
	im->status = NULL;
	if (rc == 0 && !im->status_got)
		rc = err_set(e, ERR_PROTO, "the server did not count");
	if (rc == 0) {
		*out = got;
		out->name = folder;
		out->selectable = true;
		out->has_counts = true;
	}
	free(wire);
	return rc;
}
