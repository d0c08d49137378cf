/*
 * maildir - a Maildir on this machine as a storage: opening, selecting,
 * watching.
 *
 * There is no network: the "connection" is a root directory that exists, and
 * pushes are inotify's.  UIDVALIDITY is 1 for ever, since names are.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maildir_int.h"
#include "util/os.h"

#define SETTLE_MS 50   /* deliveries come in bunches */
#define LOOK_MS   5000 /* between looks where nothing is pushed */
#define WATCHED                                                                \
	(IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR)

static void
unselect(struct maildir *m)
{
	free(m->folder);
	free(m->dir);
	m->folder = m->dir = NULL;
	m->has_sink = false;
	maildir_list_free(&m->list);
	if (m->notify >= 0)
		close(m->notify);
	m->notify = -1;
}

static void
watch_dir(struct maildir *m, const char *sub)
{
	char *path = mem_printf("%s/%s", m->dir, sub);

	if (m->notify >= 0)
		(void)inotify_add_watch(m->notify, path, WATCHED);
	free(path);
}

/* What the caller knows, against what is here. */
static int
reconcile(struct maildir *m, const struct mset *known, struct err *e)
{
	struct mset gone = MSET_INIT;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < known->nstr; i++) {
		struct maildir_file *f = maildir_find(&m->list, known->str[i]);
		struct mkey k;

		if (f == NULL) {
			mset_add_str(&gone, known->str[i]);
			continue;
		}
		f->told = true;
		k = (struct mkey){.str = f->base};
		if (m->has_sink)
			rc = m->sink.flags(
			    m->sink.ctx, &k, maildir_flags(f->name), "", 0, e);
	}
	if (rc == 0 && gone.nstr > 0 && m->has_sink)
		rc = m->sink.gone(m->sink.ctx, &gone, e);
	mset_free(&gone);
	return rc;
}

/* Nothing has changed since `known`: its rows are right as they are. */
static void
trust(struct maildir *m, const struct mset *known)
{
	for (size_t i = 0; i < known->nstr; i++) {
		struct maildir_file *f = maildir_find(&m->list, known->str[i]);

		if (f != NULL)
			f->told = true;
	}
}

static bool
is_other(const struct folder_known *known)
{
	return known != NULL && known->uidvalidity != 0 &&
	       known->uidvalidity != MAILDIR_UIDVALIDITY;
}

static int
maildir_select(struct store *s, const char *folder,
    const struct folder_known *known, struct change_sink *sink,
    struct folder_state *out, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	char *dir = maildir_path(m, folder, e);
	int rc = 0;

	if (dir == NULL)
		return -1;
	unselect(m);
	m->folder = mem_str(folder);
	m->dir = dir;
	m->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	watch_dir(m, "cur");
	watch_dir(m, "new");
	if (maildir_read(m, &m->list, e) < 0) {
		unselect(m);
		return -1;
	}
	if (sink != NULL) {
		m->sink = *sink;
		m->has_sink = true;
	}
	if (is_other(known)) {
		/* rows of another storage that had this account's name */
	} else if (known != NULL && known->uids != NULL) {
		if (known->modseq != 0 && known->modseq == m->list.stamp)
			trust(m, known->uids);
		else
			rc = reconcile(m, known->uids, e);
	}
	*out = (struct folder_state){.uidvalidity = MAILDIR_UIDVALIDITY,
	    .uidnext = 1,
	    .modseq = m->list.stamp,
	    .exists = m->list.n,
	    .reset = is_other(known),
	    .resynced = true};
	return rc;
}

static int
maildir_changes(struct store *s, const struct folder_known *known,
    struct change_sink *sink, struct err *e)
{
	(void)known;
	(void)sink;
	return maildir_rescan((struct maildir *)s, e);
}

static int
maildir_noop(struct store *s, struct err *e)
{
	struct maildir *m = (struct maildir *)s;

	return m->dir != NULL ? maildir_rescan(m, e) : 0;
}

static void
drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof events) > 0)
		continue;
}

static int
maildir_watch(struct store *s, int wake_fd, int timeout_ms, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	struct pollfd p[3] = {
	    {.fd = m->notify, .events = POLLIN},
	    {.fd = wake_fd, .events = POLLIN},
	    {.fd = cancel_fd(m->base.cancel), .events = POLLIN},
	};
	int n;

	/* out of inotify instances: look now and then */
	if (m->notify < 0 && (timeout_ms < 0 || timeout_ms > LOOK_MS))
		timeout_ms = LOOK_MS;
	n = poll(p, 3, timeout_ms);
	if (n < 0 && errno != EINTR)
		return err_errno(e, "watch %s", m->dir);
	if (cancel_is_set(m->base.cancel)) {
		err_set(e, ERR_CANCEL, "stopped");
		return store_fail(s, e);
	}
	if (n == 0 && m->notify < 0)
		return maildir_rescan(m, e);
	if (n <= 0 || !(p[0].revents & POLLIN))
		return 0;
	poll(p + 2, 1, SETTLE_MS);
	drain(m->notify);
	return maildir_rescan(m, e);
}

static void
maildir_close(struct store *s, int timeout_ms)
{
	struct maildir *m = (struct maildir *)s;

	(void)timeout_ms;
	unselect(m);
	free(m->root);
	free(m->appended);
	store_done(s);
	free(m);
}

const struct store_ops store_maildir = {
    .name = "maildir",
    .folders = maildir_folders,
    .status = maildir_status,
    .select = maildir_select,
    .newest = maildir_newest,
    .older = maildir_older,
    .since = maildir_since,
    .rows = maildir_rows,
    .changes = maildir_changes,
    .part = maildir_part,
    .parts = maildir_parts,
    .set_flags = maildir_set_flags,
    .move = maildir_move,
    .append = maildir_append,
    .find_msgid = maildir_find_msgid,
    .watch = maildir_watch,
    .noop = maildir_noop,
    .close = maildir_close,
};

static int
maildir_connect(struct mailstorage *sto)
{
	struct store_opening *op = store_opening(sto);
	struct maildir *m = mem_zalloc(sizeof *m);
	const char *path = account_str(op->opts->account, OPT_PATH);
	char *cur;
	struct stat st;

	store_init(&m->base, &store_maildir, op);
	m->base.caps = STORE_WATCH | STORE_FLAGS | STORE_MOVE | STORE_APPEND |
		       STORE_LOCAL;
	m->notify = -1;
	m->root = os_expand(path != NULL ? path : "");
	cur = mem_printf("%s/cur", m->root);
	if (stat(cur, &st) < 0 || !S_ISDIR(st.st_mode)) {
		err_set(op->e, ERR_INPUT,
		    "%s is no Maildir: it has no folder \"cur\"", m->root);
		free(cur);
		maildir_close(&m->base, 0);
		return store_failed(sto);
	}
	free(cur);
	return store_opened(sto, &m->base);
}

const struct mailstorage_driver store_maildir_driver = {
    .sto_name = (char *)(uintptr_t) "maildir",
    .sto_connect = maildir_connect,
};
