/*
 * maildir_rows - messages as rows and bytes: what is read from their files.
 *
 * Another program may rename a file (a flag) between the listing and the
 * opening: the folder is then read again, once, before a message is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maildir_int.h"
#include "mime/header.h"
#include "mime/message.h"

#define PIECE (64 * 1024)

static int
open_file(struct maildir *m, const struct maildir_file *f)
{
	char *path = mem_printf("%s/cur/%s", m->dir, f->name);
	/* O_NONBLOCK: opening a FIFO would wait for its writer */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	free(path);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

/* Opens a message by its key, reading the folder again where it moved.  On
 * success *found is the listing's entry. */
static int
open_key(struct maildir *m, const char *base, struct maildir_file **found,
    struct err *e)
{
	int fd = -1;

	if (m->dir == NULL)
		return err_set(e, ERR_INPUT, "no folder is open");
	*found = maildir_find(&m->list, base);
	if (*found != NULL)
		fd = open_file(m, *found);
	if (fd >= 0)
		return fd;
	if (maildir_rescan(m, e) < 0)
		return -1;
	*found = maildir_find(&m->list, base);
	if (*found != NULL)
		fd = open_file(m, *found);
	if (fd < 0 && *found != NULL && errno != ENOENT)
		return err_errno(e, "open this message");
	if (fd < 0)
		return err_set(e, ERR_GONE, "this message is no longer there");
	return fd;
}

static size_t
bound(const struct maildir *m)
{
	int64_t max = account_int(m->base.account, OPT_MAX_MESSAGE_SIZE);

	return max > 0 ? (size_t)max : SIZE_MAX / 2;
}

/* Read until `out` is full (its max), the end, or a blank line. */
static int
read_into(int fd, struct buf *out, bool header_only, struct err *e)
{
	char *piece = mem_alloc(PIECE);
	int rc = 0;

	for (;;) {
		size_t want = out->max - out->len;
		ssize_t n = read(fd, piece, want < PIECE ? want : PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_errno(e, "read this message");
		if (n <= 0)
			break;
		buf_put(out, piece, (size_t)n);
		if (header_only &&
		    message_body_at(out->data, out->len) < out->len)
			break;
	}
	free(piece);
	return rc;
}

static int
read_whole(struct maildir *m, int fd, struct buf *out, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(e, "read this message");
	if ((uint64_t)st.st_size > bound(m))
		return err_set(e, ERR_LIMIT,
		    "this message has %lld bytes; max-message-size allows %zu",
		    (long long)st.st_size, bound(m));
	out->max = (size_t)st.st_size + 1;
	return read_into(fd, out, false, e);
}

/* ---- rows ---- */

static int
tell_row(struct maildir *m, struct maildir_file *f, bool structure,
    struct row_sink *sink, struct err *e)
{
	struct buf b = BUF_INIT(HEADER_MAX);
	struct arena a = ARENA_INIT;
	struct store_row r = {.key = {.str = f->base}, .keywords = ""};
	struct stat st;
	int fd = open_file(m, f), rc = 0;

	if (fd < 0) { /* renamed or removed: the next look will tell */
		f->fresh = errno == ENOENT;
		f->told = errno != ENOENT;
		return 0;
	}
	f->told = true;
	f->fresh = false;
	if (fstat(fd, &st) == 0)
		r.size = (uint64_t)st.st_size;
	r.flags = maildir_flags(f->name);
	r.idate = f->time;
	if (structure && read_whole(m, fd, &b, e) == 0)
		r.body = message_parse(&a, buf_text(&b), b.len);
	else if (!structure && read_into(fd, &b, true, e) == 0) {
		r.header = buf_text(&b);
		r.header_len = b.len > 0 ? message_body_at(b.data, b.len) : 0;
	}
	rc = sink->row(sink->ctx, &r, e);
	close(fd);
	buf_free(&b);
	arena_free(&a);
	return rc;
}

static bool
is_cancelled(const struct maildir *m, struct err *e)
{
	if (!cancel_is_set(m->base.cancel))
		return false;
	err_set(e, ERR_CANCEL, "stopped");
	return true;
}

/* Rows nobody was told of, newest first. */
static int
tell_untold(
    struct maildir *m, uint64_t count, struct row_sink *sink, struct err *e)
{
	int rc = 0;

	for (size_t i = m->list.n; rc == 0 && i > 0 && count > 0; i--) {
		if (m->list.v[i - 1].told)
			continue;
		if (is_cancelled(m, e))
			return -1;
		rc = tell_row(m, &m->list.v[i - 1], false, sink, e);
		count--;
	}
	return rc < 0 ? -1 : 0;
}

int
maildir_newest(
    struct store *s, uint64_t count, struct row_sink *sink, struct err *e)
{
	return tell_untold((struct maildir *)s, count, sink, e);
}

int
maildir_older(struct store *s, uint64_t count, uint64_t *left,
    struct row_sink *sink, struct err *e)
{
	struct maildir *m = (struct maildir *)s;

	if (tell_untold(m, count, sink, e) < 0)
		return -1;
	*left = 0;
	for (size_t i = 0; i < m->list.n; i++)
		*left += !m->list.v[i].told;
	return 0;
}

/* What arrived since anybody looked; after select() with known rows, what
 * stands above the lowest known one. */
int
maildir_since(
    struct store *s, uint64_t uidnext, struct row_sink *sink, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	bool below = true;
	int rc = 0;

	(void)uidnext;
	if (maildir_rescan(m, e) < 0)
		return -1;
	for (size_t i = 0; rc >= 0 && i < m->list.n; i++) {
		struct maildir_file *f = &m->list.v[i];

		below = below && !f->told;
		if (f->told || (below && !f->fresh))
			continue;
		if (is_cancelled(m, e))
			return -1;
		rc = tell_row(m, f, false, sink, e);
	}
	return rc < 0 ? -1 : 0;
}

int
maildir_rows(struct store *s, const struct mset *set, bool structure,
    struct row_sink *sink, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < set->nstr; i++) {
		struct maildir_file *f = maildir_find(&m->list, set->str[i]);

		if (f != NULL)
			rc = tell_row(m, f, structure, sink, e);
	}
	return rc < 0 ? -1 : 0;
}

/* ---- bytes ---- */

static int
send_slice(const struct buf *b, uint64_t offset, uint64_t size,
    struct byte_sink *sink, struct err *e)
{
	if (offset > b->len || size > b->len - offset)
		return err_set(e, ERR_INPUT, "this part is cut short");
	if (sink->size != NULL)
		sink->size(sink->ctx, size);
	while (size > 0) {
		size_t now = size < PIECE ? (size_t)size : PIECE;

		if (sink->bytes(sink->ctx, buf_text(b) + offset, now, e) < 0)
			return -1;
		offset += now;
		size -= now;
	}
	return 0;
}

/* Where what `what` names of this part lies: "" its body, "MIME" its own
 * header lines, "HEADER" and "TEXT" of the message it is. */
static void
slice_of(const struct buf *b, const struct part *p, const char *what,
    uint64_t *offset, uint64_t *size)
{
	size_t body;

	*offset = p->offset;
	*size = p->size;
	if (strcmp(what, "MIME") == 0) {
		*offset = p->header;
		*size = p->offset - p->header;
	} else if (*what != '\0') {
		body = p->size > 0 ? message_body_at(
					 b->data + p->offset, (size_t)p->size)
				   : 0;
		*offset += strcmp(what, "TEXT") == 0 ? body : 0;
		*size = strcmp(what, "TEXT") == 0 ? p->size - body : body;
	}
}

/* "1.2", "1.2.MIME", "2.HEADER", "2.TEXT". */
static int
send_section(const struct buf *b, const struct part *root, const char *section,
    struct byte_sink *sink, struct err *e)
{
	static const char *const words[] = {"MIME", "HEADER", "TEXT"};
	const char *dot = strrchr(section, '.'), *what = "";
	char *name = mem_str(section);
	const struct part *p;
	uint64_t offset, size;
	int rc;

	for (size_t i = 0; dot != NULL && i < 3; i++)
		if (strcmp(dot + 1, words[i]) == 0) {
			what = words[i];
			name[dot - section] = '\0';
		}
	p = part_by_section(root, name);
	if (p == NULL) {
		rc = err_set(
		    e, ERR_INPUT, "this message has no part %s", section);
	} else {
		slice_of(b, p, what, &offset, &size);
		rc = send_slice(b, offset, size, sink, e);
	}
	free(name);
	return rc;
}

static int
send_one(const struct buf *b, const struct part *root, const char *section,
    struct byte_sink *sink, struct err *e)
{
	size_t body = message_body_at(buf_text(b), b->len);

	if (*section == '\0')
		return send_slice(b, 0, b->len, sink, e);
	if (strcmp(section, "HEADER") == 0)
		return send_slice(b, 0, body, sink, e);
	if (strcmp(section, "TEXT") == 0)
		return send_slice(b, body, b->len - body, sink, e);
	return send_section(b, root, section, sink, e);
}

/* One reading for all of them. */
int
maildir_parts(struct store *s, const struct mkey *key,
    const char *const *sections, size_t n, struct byte_sink *sinks,
    struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(0);
	struct maildir_file *f;
	struct part *root;
	int fd = open_key(m, key->str, &f, e), rc = -1;

	if (fd < 0)
		return -1;
	if (read_whole(m, fd, &b, e) < 0)
		goto out;
	root = message_parse(&a, buf_text(&b), b.len);
	rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = send_one(&b, root, sections[i], &sinks[i], e);
out:
	close(fd);
	buf_free(&b);
	arena_free(&a);
	return rc;
}

int
maildir_part(struct store *s, const struct mkey *key, const char *section,
    struct byte_sink *sink, struct err *e)
{
	return maildir_parts(s, key, &section, 1, sink, e);
}

static bool
has_msgid(struct maildir *m, const struct maildir_file *f, const char *msgid)
{
	struct buf b = BUF_INIT(HEADER_MAX);
	struct arena a = ARENA_INIT;
	const char *value, **ids;
	size_t len, n = 0;
	int fd = open_file(m, f);
	bool has = false;

	if (fd >= 0 && read_into(fd, &b, true, NULL) == 0 && b.len > 0) {
		value = header_get(
		    b.data, message_body_at(b.data, b.len), "Message-ID", &len);
		if (value != NULL)
			n = msgids_parse(&a, value, len, &ids);
		has = n > 0 && strcmp(ids[0], msgid) == 0;
	}
	if (fd >= 0)
		close(fd);
	buf_free(&b);
	arena_free(&a);
	return has;
}

int
maildir_find_msgid(
    struct store *s, const char *msgid, struct mset *out, struct err *e)
{
	struct maildir *m = (struct maildir *)s;

	for (size_t i = m->list.n; i > 0; i--) {
		if (is_cancelled(m, e))
			return -1;
		if (has_msgid(m, &m->list.v[i - 1], msgid))
			mset_add_str(out, m->list.v[i - 1].base);
	}
	return 0;
}
