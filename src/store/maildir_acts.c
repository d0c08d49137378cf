/*
 * maildir_acts - flags are renames, moves are renames, a new message is a
 * file in tmp that is complete and on disk before it gets a name in cur.  No
 * message is ever rewritten.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maildir_int.h"
#include "util/os.h"

/* The time in a name is when the message arrived: it is what the folder is
 * sorted by. */
static char *
unique_name(int64_t time)
{
	uint64_t r = 0;

	/* On failure time and process still make the name; O_EXCL decides. */
	(void)!getrandom(&r, sizeof r, 0);
	return mem_printf("%lld.P%dR%016llx.etui",
	    (long long)(time > 0 ? time : os_time()), (int)getpid(),
	    (unsigned long long)r);
}

/* Names last only once their directory is on disk. */
static void
sync_cur(const char *dir)
{
	char *cur = mem_printf("%s/cur", dir);
	int fd = open(cur, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(cur);
}

static int
rename_to(struct maildir *m, struct maildir_file *f, const char *name)
{
	char *from = mem_printf("%s/cur/%s", m->dir, f->name);
	char *to = mem_printf("%s/cur/%s", m->dir, name);
	int rc = rename(from, to);

	if (rc == 0)
		f->name = arena_str(&m->list.arena, name);
	free(from);
	free(to);
	return rc;
}

/* 1: not there (any more). */
static int
set_one(struct maildir *m, const char *base, unsigned on, unsigned off,
    struct err *e)
{
	struct maildir_file *f = maildir_find(&m->list, base);
	char *name;
	int rc;

	if (f == NULL)
		return 1;
	name = maildir_name(
	    f->base, f->name, (maildir_flags(f->name) | on) & ~off);
	rc = strcmp(name, f->name) == 0 ? 0 : rename_to(m, f, name);
	free(name);
	if (rc < 0 && errno == ENOENT)
		return 1;
	return rc < 0 ? err_errno(e, "mark this message") : 0;
}

int
maildir_set_flags(struct store *s, const struct mset *set, unsigned on,
    unsigned off, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	bool looked = false;
	int rc;

	for (size_t i = 0; i < set->nstr; i++) {
		rc = set_one(m, set->str[i], on, off, e);
		if (rc == 1 && !looked) {
			looked = true;
			if (maildir_rescan(m, e) < 0)
				return -1;
			rc = set_one(m, set->str[i], on, off, e);
		}
		if (rc < 0)
			return -1;
	}
	sync_cur(m->dir);
	return 0;
}

/* ---- moving ---- */

/* Where the file system cannot refuse to replace: a second name first. */
static int
rename_new(const char *old, const char *new)
{
	if (renameat2(AT_FDCWD, old, AT_FDCWD, new, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return link(old, new) < 0 ? -1 : unlink(old);
}

/* 1: not there (any more). */
static int
move_one(struct maildir *m, const char *base, const char *to_dir,
    struct move_sink *sink, struct err *e)
{
	struct maildir_file *f = maildir_find(&m->list, base);
	struct mkey from = {.str = base}, to = {.str = base};
	char *old, *new, *other = NULL;
	int rc;

	if (f == NULL)
		return 1;
	old = mem_printf("%s/cur/%s", m->dir, f->name);
	new = mem_printf("%s/cur/%s", to_dir, f->name);
	rc = rename_new(old, new);
	if (rc < 0 && errno == EEXIST) { /* a copy of it is there already */
		char *name;

		other = unique_name(f->time);
		name = maildir_name(other, f->name, maildir_flags(f->name));
		free(new);
		new = mem_printf("%s/cur/%s", to_dir, name);
		free(name);
		rc = rename_new(old, new);
		to.str = other;
	}
	free(old);
	free(new);
	if (rc < 0 && errno == ENOENT)
		rc = 1;
	else if (rc < 0)
		err_errno(e, "move this message");
	else if (sink != NULL)
		rc = sink->moved(sink->ctx, &from, &to, MAILDIR_UIDVALIDITY, e);
	free(other);
	return rc;
}

int
maildir_move(struct store *s, const struct mset *set, const char *to,
    struct move_sink *sink, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	char *dir = maildir_path(m, to, e);
	bool looked = false;
	int rc = -1;

	if (dir == NULL || maildir_make(dir, e) < 0)
		goto out;
	rc = 0;
	for (size_t i = 0; rc >= 0 && i < set->nstr; i++) {
		rc = move_one(m, set->str[i], dir, sink, e);
		if (rc == 1 && !looked) {
			looked = true;
			if (maildir_rescan(m, e) < 0)
				rc = -1;
			else
				rc = move_one(m, set->str[i], dir, sink, e);
		}
	}
	/* in the new place first: rather twice there than nowhere */
	sync_cur(dir);
	sync_cur(m->dir);
	if (rc >= 0)
		rc = maildir_rescan(m, e);
out:
	free(dir);
	return rc < 0 ? -1 : 0;
}

/* ---- a new message ---- */

static int
write_file(
    const char *path, const void *p, size_t n, int64_t idate, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const char *at = p;
	struct timespec t[2];
	int rc = -1;

	if (fd < 0)
		return err_errno(e, "create %s", path);
	while (n > 0) {
		ssize_t w = write(fd, at, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0) {
			err_errno(e, "write %s", path);
			goto out;
		}
		at += w;
		n -= (size_t)w;
	}
	t[0] = t[1] = (struct timespec){.tv_sec = (time_t)idate};
	if (idate > 0)
		(void)futimens(fd, t);
	if (fsync(fd) < 0) {
		err_errno(e, "write %s", path);
		goto out;
	}
	rc = 0;
out:
	close(fd);
	if (rc < 0)
		unlink(path);
	return rc;
}

/* Line ends as the other programs of a Maildir expect them: LF, if all of
 * them are CRLF.  Yours. */
static char *
with_lf(const char *p, size_t n, size_t *out_n)
{
	char *copy = mem_alloc(n + 1), *to = copy;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n' && (i == 0 || p[i - 1] != '\r')) {
			memcpy(copy, p, n);
			*out_n = n;
			return copy;
		}
		if (p[i] != '\r' || i + 1 == n || p[i + 1] != '\n')
			*to++ = p[i];
	}
	*out_n = (size_t)(to - copy);
	return copy;
}

int
maildir_append(struct store *s, const char *folder, unsigned flags,
    int64_t idate, const void *p, size_t n, struct mkey *out, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	char *dir = maildir_path(m, folder, e), *base, *name, *tmp, *to, *text;
	int rc = -1;

	if (dir == NULL)
		return -1;
	base = unique_name(idate);
	text = with_lf(p, n, &n);
	name = maildir_name(base, "", flags);
	tmp = mem_printf("%s/tmp/%s", dir, base);
	to = mem_printf("%s/cur/%s", dir, name);
	if (maildir_make(dir, e) < 0 || write_file(tmp, text, n, idate, e) < 0)
		goto out;
	if (rename(tmp, to) < 0) {
		err_errno(e, "create %s", to);
		unlink(tmp);
		goto out;
	}
	sync_cur(dir);
	free(m->appended);
	m->appended = mem_str(base);
	if (out != NULL)
		*out = (struct mkey){.str = m->appended};
	rc = 0;
out:
	free(base);
	free(name);
	free(tmp);
	free(to);
	free(text);
	free(dir);
	return rc;
}
