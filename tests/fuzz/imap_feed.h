/*
 * imap_feed - net's stream with a piece of memory for its peer, so that the
 * IMAP store can be run over any bytes: no sockets, no waiting.  What it says
 * is taken and forgotten; the end of the bytes is the end of the connection.
 */
#ifndef ETUI_FUZZ_IMAP_FEED_H
#define ETUI_FUZZ_IMAP_FEED_H

#include <stdlib.h>
#include <string.h>

#include "net/stream.h"
#include "store/store.h"
#include "util/mem.h"

struct stream {
	const char *p;
	size_t left;
};

static struct stream feed;

static int
feed_end(struct err *e)
{
	feed.left = 0;
	return err_set(e, ERR_NET, "the server closed the connection");
}

int
stream_dial(const struct stream_opts *o, struct stream **out, struct err *e)
{
	(void)o;
	*out = &feed;
	return feed.left > 0 ? 0 : feed_end(e);
}

int
stream_starttls(struct stream *s, struct err *e)
{
	(void)s;
	(void)e;
	return 0;
}

void
stream_close(struct stream *s)
{
	(void)s;
}

int
stream_read_line(struct stream *s, struct buf *line, struct err *e)
{
	const char *nl = memchr(s->p, '\n', s->left);
	size_t n;

	buf_cut(line, 0);
	if (nl == NULL)
		return feed_end(e);
	n = (size_t)(nl - s->p);
	if (buf_add(line, s->p, n > 0 && nl[-1] == '\r' ? n - 1 : n, e) < 0)
		return -1;
	s->p += n + 1;
	s->left -= n + 1;
	return 0;
}

int
stream_read(struct stream *s, void *p, size_t n, struct err *e)
{
	if (n > s->left)
		return feed_end(e);
	memcpy(p, s->p, n);
	s->p += n;
	s->left -= n;
	return 0;
}

int
stream_write(struct stream *s, const void *p, size_t n, struct err *e)
{
	(void)s;
	(void)p;
	(void)n;
	(void)e;
	return 0;
}

int
stream_flush(struct stream *s, struct err *e)
{
	(void)s;
	(void)e;
	return 0;
}

int
stream_wait(struct stream *s, int timeout_ms, int wake_fd, struct err *e)
{
	(void)timeout_ms;
	(void)wake_fd;
	return s->left > 0 ? 1 : feed_end(e);
}

bool
stream_is_tls(const struct stream *s)
{
	return s != NULL;
}

bool
stream_is_loopback(const struct stream *s)
{
	return s != NULL;
}

const char *
stream_tls_text(const struct stream *s)
{
	(void)s;
	return "";
}

void
stream_hide(struct stream *s, bool on)
{
	(void)s;
	(void)on;
}

void
stream_set_io_ms(struct stream *s, int ms)
{
	(void)s;
	(void)ms;
}

static int
feed_row(void *ctx, const struct store_row *r, struct err *e)
{
	size_t *n = ctx;

	(void)e;
	*n += strlen(r->keywords) + r->header_len;
	for (const struct part *p = r->body; p != NULL; p = part_next(p))
		*n += strlen(p->type) + strlen(p->section);
	return 0;
}

static int
feed_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	(void)p;
	(void)e;
	*(size_t *)ctx += n;
	return 0;
}

static int
feed_gone(void *ctx, const struct mset *gone, struct err *e)
{
	(void)e;
	*(size_t *)ctx += gone->n;
	return 0;
}

static int
feed_folder(void *ctx, const struct store_folder *f, struct err *e)
{
	(void)e;
	*(size_t *)ctx += strlen(f->name);
	return 0;
}

static int
feed_moved(void *ctx, const struct mkey *from, const struct mkey *to,
    uint64_t uidvalidity, struct err *e)
{
	(void)from;
	(void)to;
	(void)uidvalidity;
	(void)e;
	++*(size_t *)ctx;
	return 0;
}

static int
feed_secret(void *ctx, bool again, const char *reason, struct secret *out,
    struct err *e)
{
	(void)ctx;
	(void)again;
	(void)reason;
	(void)e;
	secret_set(out, "x", 1);
	return 0;
}

/* One of each thing that the store can be asked; what fails, fails. */
static void
feed_session(struct store *s)
{
	const struct store_ops *ops = store_ops(s);
	size_t n = 0;
	struct row_sink rows = {.ctx = &n, .row = feed_row};
	struct byte_sink bytes = {.ctx = &n, .bytes = feed_bytes};
	struct change_sink changes = {.ctx = &n, .gone = feed_gone};
	struct folder_sink folders = {.ctx = &n, .folder = feed_folder};
	struct move_sink moves = {.ctx = &n, .moved = feed_moved};
	struct mset set = MSET_INIT;
	struct folder_known known = {
	    .uidvalidity = 7, .uidnext = 9, .modseq = 3, .uids = &set};
	struct folder_state state;
	struct store_folder counts;
	struct mkey key = {.num = 5};
	uint64_t left;

	mset_add_range(&set, 4, 6);
	(void)ops->select(s, "INBOX", &known, &changes, &state, NULL);
	(void)ops->newest(s, 3, &rows, NULL);
	(void)ops->older(s, 5000, &left, &rows, NULL);
	(void)ops->rows(s, &set, true, &rows, NULL);
	(void)ops->part(s, &key, "1", &bytes, NULL);
	(void)ops->changes(s, &known, &changes, NULL);
	(void)ops->folders(s, &folders, NULL);
	(void)ops->status(s, "INBOX", &counts, NULL);
	(void)ops->move(s, &set, "Trash", &moves, NULL);
	(void)ops->find_msgid(s, "a@b", &set, NULL);
	(void)ops->since(s, 4, &rows, NULL);
	(void)ops->watch(s, -1, 1, NULL);
	mset_free(&set);
	ops->close(s, 10);
}

static void
feed_run(const void *p, size_t n)
{
	static const char text[] =
	    "[account a]\nreceive = imap\nreceive-host = localhost\nuser = u\n"
	    "receive-tls = none\n";
	struct config *config;
	struct store *s;
	struct store_opts o = {.first_folder = "INBOX",
	    .secret = feed_secret,
	    .memory = "imap1 pipeline=no"};

	feed = (struct stream){.p = p, .left = n};
	if (config_parse("fuzz", text, &config, NULL) < 0)
		abort();
	o.account = config_account(config, 0);
	if (store_open(&o, &s, NULL) == 0)
		feed_session(s);
	config_free(config);
}

#endif
