/*
 * store - picks the driver, and answers for the slots that it leaves empty.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include <libetpan/maildriver_types.h>

#include "store_int.h"
#include "util/mem.h"

static int
cannot(const struct store *s, const char *what, struct err *e)
{
	return err_set(
	    e, ERR_INPUT, "%s storage cannot %s", s->driver->name, what);
}

static int
no_folders(struct store *s, struct folder_sink *sink, struct err *e)
{
	(void)sink;
	return cannot(s, "list folders", e);
}

static int
no_status(struct store *s, const char *folder, struct store_folder *out,
    struct err *e)
{
	(void)folder;
	(void)out;
	return cannot(s, "count a folder's messages", e);
}

static int
no_select(struct store *s, const char *folder, const struct folder_known *known,
    struct change_sink *sink, struct folder_state *out, struct err *e)
{
	(void)folder;
	(void)known;
	(void)sink;
	(void)out;
	return cannot(s, "open a folder", e);
}

static int
no_newest(struct store *s, uint64_t count, struct row_sink *sink, struct err *e)
{
	(void)count;
	(void)sink;
	return cannot(s, "list messages", e);
}

static int
no_older(struct store *s, uint64_t count, uint64_t *left, struct row_sink *sink,
    struct err *e)
{
	(void)count;
	(void)left;
	(void)sink;
	return cannot(s, "list older messages", e);
}

static int
no_since(
    struct store *s, uint64_t uidnext, struct row_sink *sink, struct err *e)
{
	(void)uidnext;
	(void)sink;
	return cannot(s, "list new messages", e);
}

static int
no_rows(struct store *s, const struct mset *set, bool structure,
    struct row_sink *sink, struct err *e)
{
	(void)set;
	(void)structure;
	(void)sink;
	return cannot(s, "describe messages", e);
}

static int
no_changes(struct store *s, const struct folder_known *known,
    struct change_sink *sink, struct err *e)
{
	(void)known;
	(void)sink;
	return cannot(s, "say what changed", e);
}

static int
no_part(struct store *s, const struct mkey *key, const char *section,
    struct byte_sink *sink, struct err *e)
{
	(void)key;
	(void)section;
	(void)sink;
	return cannot(s, "read messages", e);
}

/* What one command can do, several can too. */
static int
each_part(struct store *s, const struct mkey *key, const char *const *sections,
    size_t n, struct byte_sink *sinks, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (s->ops.part(s, key, sections[i], &sinks[i], e) < 0)
			return -1;
	return 0;
}

static int
no_set_flags(struct store *s, const struct mset *set, unsigned on, unsigned off,
    struct err *e)
{
	(void)set;
	(void)on;
	(void)off;
	return cannot(s, "keep flags", e);
}

static int
no_move(struct store *s, const struct mset *set, const char *to,
    struct move_sink *sink, struct err *e)
{
	(void)set;
	(void)to;
	(void)sink;
	return cannot(s, "move messages", e);
}

static int
no_append(struct store *s, const char *folder, unsigned flags, int64_t idate,
    const void *p, size_t n, struct mkey *out, struct err *e)
{
	(void)folder;
	(void)flags;
	(void)idate;
	(void)p;
	(void)n;
	(void)out;
	return cannot(s, "take in messages", e);
}

static int
no_find_msgid(
    struct store *s, const char *msgid, struct mset *out, struct err *e)
{
	(void)msgid;
	(void)out;
	return cannot(s, "search", e);
}

static int
no_watch(struct store *s, int wake_fd, int timeout_ms, struct err *e)
{
	(void)wake_fd;
	(void)timeout_ms;
	return cannot(s, "watch a folder", e);
}

/* Nothing to keep alive is no failure. */
static int
no_noop(struct store *s, struct err *e)
{
	(void)s;
	(void)e;
	return 0;
}

static void
close_any(struct store *s, int timeout_ms)
{
	struct mailstorage *sto = s->sto;

	s->driver->close(s, timeout_ms);
	sto->sto_data = NULL;
	mailstorage_free(sto);
}

#define FILL(slot)                                                             \
	if (ops->slot == NULL)                                                 \
	ops->slot = no_##slot

static void
fill(struct store_ops *ops)
{
	FILL(folders);
	FILL(status);
	FILL(select);
	FILL(newest);
	FILL(older);
	FILL(since);
	FILL(rows);
	FILL(changes);
	FILL(part);
	if (ops->parts == NULL)
		ops->parts = each_part;
	FILL(set_flags);
	FILL(move);
	FILL(append);
	FILL(find_msgid);
	FILL(watch);
	FILL(noop);
	ops->close = close_any;
}

struct store_opening *
store_opening(struct mailstorage *sto)
{
	return sto->sto_user_data;
}

void
store_init(struct store *s, const struct store_ops *driver,
    const struct store_opening *op)
{
	const struct store_opts *o = op->opts;

	s->driver = driver;
	s->ops = *driver;
	fill(&s->ops);
	s->memory.max = 4096;
	s->account = o->account;
	s->cancel = cancel_ref(o->cancel);
	s->trace = o->trace != NULL ? trace_ref(o->trace) : NULL;
	s->ctx = o->ctx;
	s->secret = o->secret;
	s->alert = o->alert;
}

void
store_done(struct store *s)
{
	cancel_unref(s->cancel);
	if (s->trace != NULL)
		trace_unref(s->trace);
	buf_free(&s->memory);
}

int
store_opened(struct mailstorage *sto, struct store *s)
{
	s->sto = sto;
	sto->sto_data = s;
	store_opening(sto)->out = s;
	return MAIL_NO_ERROR;
}

int
store_failed(struct mailstorage *sto)
{
	sto->sto_data = NULL;
	return MAIL_ERROR_CONNECT;
}

int
store_fail(struct store *s, const struct err *e)
{
	if (e->kind == ERR_NET || e->kind == ERR_TLS || e->kind == ERR_CANCEL)
		s->dead = true;
	return -1;
}

static const struct mailstorage_driver *
driver_for(const struct account *a, struct err *e)
{
	if (account_is(a, OPT_RECEIVE, "imap"))
		return &store_imap_driver;
	if (account_is(a, OPT_RECEIVE, "maildir"))
		return &store_maildir_driver;
	err_set(e, ERR_INPUT, "account %s: receive = %s is not supported",
	    account_name(a), account_str(a, OPT_RECEIVE));
	return NULL;
}

int
store_open(const struct store_opts *o, struct store **out, struct err *e)
{
	struct err mine = ERR_INIT;
	struct store_opening op = {.opts = o, .e = &mine};
	const struct mailstorage_driver *driver = driver_for(o->account, e);
	struct mailstorage *sto;

	if (driver == NULL)
		return -1;
	sto = mailstorage_new(account_name(o->account));
	if (sto == NULL)
		abort();
	/* libetpan takes drivers as changeable and does not change them. */
	sto->sto_driver = (mailstorage_driver *)driver;
	sto->sto_user_data = &op;
	if (mailstorage_connect(sto) != MAIL_NO_ERROR || op.out == NULL) {
		mailstorage_free(sto);
		if (mine.kind == ERR_NONE)
			err_set(&mine, ERR_NET, "cannot connect");
		if (e != NULL)
			*e = mine;
		return -1;
	}
	sto->sto_user_data = NULL;
	*out = op.out;
	return 0;
}

const struct store_ops *
store_ops(const struct store *s)
{
	return &s->ops;
}

unsigned
store_caps(const struct store *s)
{
	return s->caps;
}

bool
store_is_dead(const struct store *s)
{
	return s->dead;
}

const char *
store_memory(const struct store *s)
{
	return buf_text(&s->memory);
}

const char *
store_tls_text(const struct store *s)
{
	return s->stream != NULL ? stream_tls_text(s->stream) : "";
}
