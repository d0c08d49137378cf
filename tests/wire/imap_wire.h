/*
 * imap_wire - one client of the store room against a peer or a server, and a
 * log of all that it was told, to compare with.
 *
 *	struct wire w;
 *	wire_init(&w, port, "io-timeout = 1\n");
 *	assert_int_equal(wire_open(&w, "INBOX"), 0);
 *	...
 *	assert_string_equal(wire_log(&w), "row 3 f0 \"Subject: x\"; exists 4;
 *"); wire_done(&w);
 */
#ifndef ETUI_TEST_IMAP_WIRE_H
#define ETUI_TEST_IMAP_WIRE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/store.h"
#include "util/mem.h"

struct wire {
	struct config *config;
	struct store *st;
	struct store_opts opts;
	struct err err;
	struct buf log;
	const char *passwords[2]; /* first, and again */
	int asked;
	char reason[200];
	uint64_t rows, bytes;
	bool quiet;     /* rows are counted, not logged */
	int row_answer; /* what the row sink returns */
	struct folder_state state;
	struct folder_known known;
	struct change_sink changes;
	struct row_sink row_sink;
	struct byte_sink byte_sink;
	struct move_sink move_sink;
	struct folder_sink folder_sink;
};

static inline const char *
wire_log(const struct wire *w)
{
	return buf_text(&w->log);
}

static inline int
wire_row(void *ctx, const struct store_row *r, struct err *e)
{
	struct wire *w = ctx;

	(void)e;
	w->rows++;
	if (w->quiet)
		return w->row_answer;
	buf_printf(
	    &w->log, "row %llu f%x", (unsigned long long)r->key.num, r->flags);
	if (r->keywords[0] != 0)
		buf_printf(&w->log, " [%s]", r->keywords);
	if (r->header != NULL && r->header_len > 0)
		buf_printf(&w->log, " \"%.*s\"",
		    (int)strcspn(r->header, "\r\n"), r->header);
	for (const struct part *p = r->body; p != NULL; p = part_next(p))
		buf_printf(
		    &w->log, " %s=%s/%s", p->section, p->type, p->subtype);
	buf_puts(&w->log, "; ");
	return w->row_answer;
}

static inline int
wire_flags(void *ctx, const struct mkey *k, unsigned flags,
    const char *keywords, uint64_t modseq, struct err *e)
{
	struct wire *w = ctx;

	(void)e;
	(void)modseq;
	buf_printf(&w->log, "flags %llu f%x%s%s; ", (unsigned long long)k->num,
	    flags, keywords[0] != 0 ? " " : "", keywords);
	return 0;
}

static inline int
wire_gone(void *ctx, const struct mset *gone, struct err *e)
{
	struct wire *w = ctx;
	size_t from = 0;
	char *text = mset_text(gone, &from, 1000);

	(void)e;
	buf_printf(&w->log, "gone %s; ", text);
	free(text);
	return 0;
}

static inline int
wire_exists(void *ctx, uint64_t n, struct err *e)
{
	struct wire *w = ctx;

	(void)e;
	buf_printf(&w->log, "exists %llu; ", (unsigned long long)n);
	return 0;
}

static inline int
wire_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct wire *w = ctx;

	(void)e;
	w->bytes += n;
	if (!w->quiet)
		buf_put(&w->log, p, n);
	return 0;
}

static inline int
wire_moved(void *ctx, const struct mkey *from, const struct mkey *to,
    uint64_t uidvalidity, struct err *e)
{
	struct wire *w = ctx;

	(void)e;
	buf_printf(&w->log, "%llu>%llu%s; ", (unsigned long long)from->num,
	    (unsigned long long)to->num, uidvalidity != 0 ? "" : "?");
	return 0;
}

static inline int
wire_folder(void *ctx, const struct store_folder *f, struct err *e)
{
	struct wire *w = ctx;

	(void)e;
	buf_printf(&w->log, "%s%s%s", f->name, f->selectable ? "" : " noselect",
	    f->subscribed ? " subscribed" : "");
	if (f->role != ROLE_NONE)
		buf_printf(&w->log, " role%d", f->role);
	if (f->has_counts)
		buf_printf(&w->log, " %llu/%llu", (unsigned long long)f->unseen,
		    (unsigned long long)f->messages);
	buf_puts(&w->log, "; ");
	return 0;
}

static inline int
wire_secret(void *ctx, bool again, const char *reason, struct secret *out,
    struct err *e)
{
	struct wire *w = ctx;
	const char *word = w->passwords[again ? 1 : 0];

	w->asked++;
	if (again)
		snprintf(w->reason, sizeof w->reason, "%s", reason);
	if (word == NULL)
		return err_set(e, ERR_AUTH, "the person gave up");
	secret_set(out, word, strlen(word));
	return 0;
}

static inline void
wire_alert(void *ctx, const char *text)
{
	struct wire *w = ctx;

	buf_printf(&w->log, "alert %s; ", text);
}

/* more: lines of the account; what they set is not set here. */
static inline void
wire_init(struct wire *w, uint16_t port, const char *more)
{
	struct buf text = BUF_INIT(8192);

	*w = (struct wire){
	    .log = BUF_INIT(64 << 20), .passwords = {"sesame", "open"}};
	buf_printf(
	    &text, "[account test]\nreceive = imap\nreceive-port = %u\n", port);
	if (strstr(more, "receive-host") == NULL)
		buf_puts(&text, "receive-host = 127.0.0.1\n");
	if (strstr(more, "receive-tls") == NULL)
		buf_puts(&text, "receive-tls = none\n");
	if (strstr(more, "user =") == NULL)
		buf_puts(&text, "user = ann\n");
	buf_puts(&text, more);
	if (config_parse("test", buf_text(&text), &w->config, &w->err) < 0)
		fail_msg("%s", w->err.text);
	buf_free(&text);
	w->opts.account = config_account(w->config, 0);
	w->opts.secret = wire_secret;
	w->opts.alert = wire_alert;
	w->opts.ctx = w;
	w->changes = (struct change_sink){.ctx = w,
	    .flags = wire_flags,
	    .gone = wire_gone,
	    .exists = wire_exists};
	w->row_sink = (struct row_sink){.ctx = w, .row = wire_row};
	w->byte_sink = (struct byte_sink){.ctx = w, .bytes = wire_bytes};
	w->move_sink = (struct move_sink){.ctx = w, .moved = wire_moved};
	w->folder_sink = (struct folder_sink){.ctx = w, .folder = wire_folder};
}

static inline int
wire_open(struct wire *w, const char *first)
{
	w->opts.first_folder = first;
	w->err = (struct err)ERR_INIT;
	return store_open(&w->opts, &w->st, &w->err);
}

static inline int
wire_select(struct wire *w, const char *folder)
{
	const struct folder_known *known = w->known.uidvalidity != 0 ? &w->known
								     : NULL;

	return store_ops(w->st)->select(
	    w->st, folder, known, &w->changes, &w->state, &w->err);
}

static inline void
wire_close(struct wire *w)
{
	if (w->st != NULL)
		store_ops(w->st)->close(w->st, 200);
	w->st = NULL;
}

static inline void
wire_done(struct wire *w)
{
	wire_close(w);
	config_free(w->config);
	buf_free(&w->log);
}

static inline void
wire_clear(struct wire *w)
{
	buf_cut(&w->log, 0);
	w->rows = w->bytes = 0;
}

/* A call that has to succeed. */
#define wire_ok(w, call)                                                       \
	do {                                                                   \
		if ((call) < 0)                                                \
			fail_msg("%s: %s", #call, (w)->err.text);              \
	} while (0)

#endif
