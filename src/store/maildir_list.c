/*
 * maildir_list - reading a folder's directories, and what changed in them.
 *
 * Mail in new/ is moved to cur/ when the folder is read, as every reader
 * does: only there can it have flags, and names stay put afterwards.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "maildir_int.h"

#define STAMP_SETTLED_S 2 /* a directory changed this lately may yet change */
#define ARRIVAL_DIGITS  9 /* a name that begins with fewer is no time */

static const struct {
	char letter;
	unsigned flag;
} letters[] = {
    {'D', FLAG_DRAFT},
    {'F', FLAG_FLAGGED},
    {'P', FLAG_FORWARDED},
    {'R', FLAG_ANSWERED},
    {'S', FLAG_SEEN},
    {'T', FLAG_DELETED},
};
#define LETTERS (sizeof letters / sizeof *letters)

static const char *
info_of(const char *name)
{
	const char *info = strstr(name, ":2,");

	return info != NULL ? info + 3 : "";
}

unsigned
maildir_flags(const char *name)
{
	const char *info = info_of(name);
	unsigned flags = 0;

	for (size_t i = 0; i < LETTERS; i++)
		if (strchr(info, letters[i].letter) != NULL)
			flags |= letters[i].flag;
	return flags;
}

static bool
is_ours(char letter)
{
	for (size_t i = 0; i < LETTERS; i++)
		if (letters[i].letter == letter)
			return true;
	return false;
}

char *
maildir_name(const char *base, const char *name, unsigned flags)
{
	struct buf b = BUF_INIT(4096);

	buf_printf(&b, "%s:2,", base);
	for (size_t i = 0; i < LETTERS; i++)
		if (flags & letters[i].flag)
			buf_putc(&b, letters[i].letter);
	/* Letters of other programs stay: Dovecot's keywords are small ones. */
	for (const char *p = info_of(name); *p != '\0'; p++)
		if (!is_ours(*p))
			buf_putc(&b, *p);
	return buf_take(&b);
}

static uint64_t
stamp_of(const char *dir, const char *sub)
{
	char *path = mem_printf("%s/%s", dir, sub);
	struct stat st;
	uint64_t stamp = 0;

	if (stat(path, &st) == 0 && st.st_mtime + STAMP_SETTLED_S < time(NULL))
		stamp = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
			(uint64_t)st.st_mtim.tv_nsec;
	free(path);
	return stamp;
}

/* One number that changes when a file comes, goes or is renamed; 0 while it
 * cannot be trusted. */
static uint64_t
folder_stamp(const char *dir)
{
	uint64_t cur = stamp_of(dir, "cur"), new = stamp_of(dir, "new");

	if (cur == 0 || new == 0)
		return 0;
	return cur > new ? cur : new;
}

/* ---- reading ---- */

static int64_t
arrival_of(int dirfd, const char *name)
{
	size_t digits = strspn(name, "0123456789");
	struct stat st;

	if (digits >= ARRIVAL_DIGITS && digits <= 12)
		return strtoll(name, NULL, 10);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return st.st_mtime;
	return 0;
}

static void
list_add(struct maildir_list *l, int dirfd, const char *name)
{
	const char *colon = strstr(name, ":2,");
	struct maildir_file *f;

	mem_grow(&l->v, &l->cap, l->n + 1, sizeof *l->v);
	f = &l->v[l->n++];
	memset(f, 0, sizeof *f);
	f->name = arena_str(&l->arena, name);
	f->base = colon == NULL
		      ? f->name
		      : arena_strn(&l->arena, name, (size_t)(colon - name));
	f->time = arrival_of(dirfd, name);
}

/* Files of other programs, of ours that are on their way, and what no
 * message can be called. */
static bool
is_message(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	if (d->d_name[0] == '.' || n > MAILDIR_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)d->d_name[i] < 0x20 || d->d_name[i] == 0x7f)
			return false;
	return d->d_type == DT_REG || d->d_type == DT_UNKNOWN;
}

static int
each_file(const char *dir, const char *sub,
    int (*fn)(void *ctx, int dirfd, const char *name, struct err *e), void *ctx,
    struct err *e)
{
	char *path = mem_printf("%s/%s", dir, sub);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *ent;
	int rc = 0;

	if (d == NULL) {
		rc = errno == ENOENT
			 ? err_set(e, ERR_GONE, "there is no folder %s", dir)
			 : err_errno(e, "open %s", path);
		if (fd >= 0)
			close(fd);
		goto out;
	}
	while (rc == 0 && (ent = readdir(d)) != NULL)
		if (is_message(ent))
			rc = fn(ctx, dirfd(d), ent->d_name, e);
	closedir(d);
out:
	free(path);
	return rc;
}

/* A file that could not be moved stays where it is, for the next time. */
static int
on_new(void *ctx, int dirfd, const char *name, struct err *e)
{
	const struct maildir *m = ctx;
	char *to = strstr(name, ":2,") != NULL
		       ? mem_printf("%s/cur/%s", m->dir, name)
		       : mem_printf("%s/cur/%s:2,", m->dir, name);

	(void)e;
	if (renameat(dirfd, name, AT_FDCWD, to) < 0 && errno != ENOENT)
		trace_note(m->base.trace, "move %s from new to cur: %s", name,
		    strerror(errno));
	free(to);
	return 0;
}

static int
on_cur(void *ctx, int dirfd, const char *name, struct err *e)
{
	struct maildir_list *l = ctx;

	if (l->n >= MAILDIR_FILES_MAX)
		return err_set(
		    e, ERR_LIMIT, "more than %d messages", MAILDIR_FILES_MAX);
	list_add(l, dirfd, name);
	return 0;
}

static int
by_arrival(const void *a, const void *b)
{
	const struct maildir_file *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return strcmp(x->base, y->base);
}

static int
by_base(const void *a, const void *b)
{
	const struct maildir_file *const *x = a, *const *y = b;

	return strcmp((*x)->base, (*y)->base);
}

/* A file renamed while the directory was read may have come twice. */
static void
drop_doubles(struct maildir_list *l)
{
	size_t out = 0;

	for (size_t i = 0; i < l->n; i++)
		if (out == 0 || strcmp(l->v[out - 1].base, l->v[i].base) != 0)
			l->v[out++] = l->v[i];
	l->n = out;
}

int
maildir_read(struct maildir *m, struct maildir_list *out, struct err *e)
{
	struct maildir_list l = {.n = 0};

	if (each_file(m->dir, "new", on_new, m, e) < 0)
		return -1;
	l.stamp = folder_stamp(m->dir);
	if (each_file(m->dir, "cur", on_cur, &l, e) < 0) {
		maildir_list_free(&l);
		return -1;
	}
	if (l.n > 0)
		qsort(l.v, l.n, sizeof *l.v, by_arrival);
	drop_doubles(&l);
	l.by_name = mem_array(l.n > 0 ? l.n : 1, sizeof *l.by_name);
	for (size_t i = 0; i < l.n; i++)
		l.by_name[i] = &l.v[i];
	qsort(l.by_name, l.n, sizeof *l.by_name, by_base);
	*out = l;
	return 0;
}

void
maildir_list_free(struct maildir_list *l)
{
	arena_free(&l->arena);
	free(l->v);
	free(l->by_name);
	*l = (struct maildir_list){.n = 0};
}

struct maildir_file *
maildir_find(const struct maildir_list *l, const char *base)
{
	struct maildir_file key = {.base = base}, *k = &key, **hit;

	if (l->n == 0 || base == NULL)
		return NULL;
	hit = bsearch(&k, l->by_name, l->n, sizeof *l->by_name, by_base);
	return hit != NULL ? *hit : NULL;
}

/* ---- what changed ---- */

/* Those that neither of two looks has found. */
static int
tell_gone(struct maildir *m, const struct maildir_list *now, struct err *e)
{
	struct mset gone = MSET_INIT;
	int rc = 0;

	for (size_t i = 0; i < m->list.n; i++)
		if (m->list.v[i].told &&
		    maildir_find(now, m->list.v[i].base) == NULL)
			mset_add_str(&gone, m->list.v[i].base);
	if (gone.nstr > 0 && m->has_sink)
		rc = m->sink.gone(m->sink.ctx, &gone, e);
	mset_free(&gone);
	return rc;
}

static bool
misses_some(const struct maildir *m, const struct maildir_list *now)
{
	for (size_t i = 0; i < m->list.n; i++)
		if (maildir_find(now, m->list.v[i].base) == NULL)
			return true;
	return false;
}

/* A file that is renamed (a flag of another program's) while its directory is
 * read may be missed by that reading: what seems gone is looked for again. */
static int
read_surely(struct maildir *m, struct maildir_list *out, struct err *e)
{
	if (maildir_read(m, out, e) < 0)
		return -1;
	if (!misses_some(m, out))
		return 0;
	maildir_list_free(out);
	return maildir_read(m, out, e);
}

static int
tell_flags(struct maildir *m, const struct maildir_file *f, struct err *e)
{
	struct mkey k = {.str = f->base};

	return m->sink.flags(m->sink.ctx, &k, maildir_flags(f->name), "", 0, e);
}

static int
tell_changes(struct maildir *m, struct maildir_list *now, struct err *e)
{
	struct maildir_file *f, *was;
	bool fresh = now->n != m->list.n;

	for (size_t i = 0; i < now->n; i++) {
		f = &now->v[i];
		was = maildir_find(&m->list, f->base);
		f->told = was != NULL && was->told;
		f->fresh = was == NULL || was->fresh;
		fresh = fresh || was == NULL;
		if (m->has_sink && was != NULL && f->told &&
		    maildir_flags(f->name) != maildir_flags(was->name) &&
		    tell_flags(m, f, e) < 0)
			return -1;
	}
	if (tell_gone(m, now, e) < 0)
		return -1;
	if (m->has_sink && fresh)
		return m->sink.exists(m->sink.ctx, now->n, e);
	return 0;
}

int
maildir_rescan(struct maildir *m, struct err *e)
{
	struct maildir_list now;

	if (m->dir == NULL)
		return err_set(e, ERR_INPUT, "no folder is open");
	if (read_surely(m, &now, e) < 0)
		return -1;
	if (tell_changes(m, &now, e) < 0) {
		maildir_list_free(&now);
		return -1;
	}
	maildir_list_free(&m->list);
	m->list = now;
	return 0;
}
