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
	return 0;
}

/* ---- moving ---- */

/* 1: not there (any more). */
static int
move_one(struct maildir *m, const char *base, const char *to_dir,
    struct move_sink *sink, struct err *e)
{
	struct maildir_file *f = maildir_find(&m->list, base);
	struct mkey from = {.str = base}, to = {.str = base};
	char *old, *new;
	int rc;

	if (f == NULL)
		return 1;
	old = mem_printf("%s/cur/%s", m->dir, f->name);
	new = mem_printf("%s/cur/%s", to_dir, f->name);
	rc = renameat2(AT_FDCWD, old, AT_FDCWD, new, RENAME_NOREPLACE);
	free(old);
	free(new);
	if (rc < 0 && errno == ENOENT)
		return 1;
	if (rc < 0)
		return err_errno(e, "move this message");
	return sink->moved(sink->ctx, &from, &to, 1, e);
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
	if (rc >= 0)
		rc = maildir_rescan(m, e);
out:
	free(dir);
	return rc < 0 ? -1 : 0;
}

/* ---- a new message ---- */

static char *
unique_name(void)
{
	uint64_t r = 0;

	/* On failure time and process still make the name; O_EXCL decides. */
	(void)!getrandom(&r, sizeof r, 0);
	return mem_printf("%lld.P%dR%016llx.etui", (long long)os_time(),
	    (int)getpid(), (unsigned long long)r);
}

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

static void
sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

int
maildir_append(struct store *s, const char *folder, unsigned flags,
    int64_t idate, const void *p, size_t n, struct mkey *out, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	char *dir = maildir_path(m, folder, e), *base, *name, *tmp, *to, *cur;
	int rc = -1;

	if (dir == NULL)
		return -1;
	base = unique_name();
	name = maildir_name(base, "", flags);
	tmp = mem_printf("%s/tmp/%s", dir, base);
	cur = mem_printf("%s/cur", dir);
	to = mem_printf("%s/%s", cur, name);
	if (maildir_make(dir, e) < 0 || write_file(tmp, p, n, idate, e) < 0)
		goto out;
	if (rename(tmp, to) < 0) {
		err_errno(e, "create %s", to);
		unlink(tmp);
		goto out;
	}
	sync_dir(cur);
	if (out != NULL) {
		out->num = 0;
		buf_cut(&m->base.memory, 0);
		buf_puts(&m->base.memory, base);
		out->str = buf_text(&m->base.memory);
	}
	rc = 0;
out:
	free(base);
	free(name);
	free(tmp);
	free(to);
	free(cur);
	free(dir);
	return rc;
}
