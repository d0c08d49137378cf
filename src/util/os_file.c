#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os_int.h"
#include "util/mem.h"
#include "util/os.h"

#define READ_CHUNK     (64 * 1024)
#define TREE_OPEN_DIRS 16

int
os_write_all(int fd, const void *p, size_t n)
{
	const char *at = p;
	ssize_t put;

	while (n > 0) {
		put = write(fd, at, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

/* The name of a renamed file is only safe once its folder is on disk. */
static int
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == path ? mem_str("/")
		    : slash       ? mem_strn(path, (size_t)(slash - path))
				  : mem_str(".");
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	free(dir);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	/* Some file systems cannot; they have nothing to lose then. */
	if (rc < 0 && (errno == EINVAL || errno == EROFS))
		rc = 0;
	close(fd);
	return rc;
}

/* Replace `path` whole or not at all: a full disk must not eat a draft. */
int
os_save(const char *path, const void *p, size_t n, struct err *e)
{
	char *tmp = mem_printf("%s.XXXXXX", path);
	int fd, rc = -1;

	fd = mkostemp(tmp, O_CLOEXEC); /* mode 0600 */
	if (fd < 0) {
		err_errno(e, "create %s", tmp);
		goto out;
	}
	if (os_write_all(fd, p, n) < 0 || fsync(fd) < 0) {
		err_errno(e, "write %s", tmp);
		goto out;
	}
	if (rename(tmp, path) < 0) {
		err_errno(e, "replace %s", path);
		goto out;
	}
	if (sync_folder_of(path) < 0) {
		err_errno(e, "write the folder of %s", path);
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0) {
		close(fd);
		if (rc < 0)
			unlink(tmp); /* gone already when renamed */
	}
	free(tmp);
	return rc;
}

int
os_read_file(const char *path, struct buf *out, struct err *e)
{
	const size_t before = out->len;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc = -1;
	char *chunk = NULL;
	ssize_t n;

	if (fd < 0)
		return err_errno(e, "open %s", path);
	chunk = mem_alloc(READ_CHUNK);
	while ((n = read(fd, chunk, READ_CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_errno(e, "read %s", path);
			goto out;
		}
		if (buf_add(out, chunk, (size_t)n, e) < 0) {
			err_wrap(e, "read %s", path);
			goto out;
		}
	}
	rc = 0;
out:
	if (rc < 0)
		buf_cut(out, before);
	mem_wipe(chunk, READ_CHUNK);
	free(chunk);
	close(fd);
	return rc;
}

static int
make_one(const char *path)
{
	struct stat st;
	int code;

	if (mkdir(path, 0700) == 0)
		return 0;
	code = errno;
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		code = ENOTDIR;
	}
	errno = code;
	return -1;
}

int
os_mkdirs(const char *path, struct err *e)
{
	char *p = mem_str(path);
	int rc = 0;

	for (char *at = p; rc == 0 && *at; at++) {
		if (*at != '/' || at == p)
			continue;
		*at = '\0';
		rc = make_one(p);
		if (rc < 0)
			err_errno(e, "create the folder %s", p);
		*at = '/';
	}
	if (rc == 0 && make_one(p) < 0)
		rc = err_errno(e, "create the folder %s", p);
	free(p);
	return rc;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int
os_remove_tree(const char *path, struct err *e)
{
	if (nftw(path, remove_one, TREE_OPEN_DIRS, FTW_DEPTH | FTW_PHYS) < 0 &&
	    errno != ENOENT)
		return err_errno(e, "remove %s", path);
	return 0;
}

char *
os_tempdir(const char *prefix, struct err *e)
{
	const char *base = getenv("TMPDIR");
	char *path = mem_printf(
	    "%s/%s.XXXXXX", base && *base == '/' ? base : "/tmp", prefix);

	if (mkdtemp(path))
		return path;
	err_errno(e, "create a folder like %s", path);
	free(path);
	return NULL;
}
