/*
 * maildir_folders - which folders there are: Maildir++ (".Sent" beside cur),
 * and directories below the root that are Maildirs themselves.
 *
 * A name is only ever shown and looked up in the listing's own terms; "..",
 * empty and hidden components never reach the file system.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maildir_int.h"
#include "mutf7.h"
#include "util/os.h"
#include "util/utf8.h"

static bool
is_real_dir(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
is_maildir(const char *dir)
{
	char *cur = mem_printf("%s/cur", dir);
	bool is = is_real_dir(dir) && is_real_dir(cur);

	free(cur);
	return is;
}

/* Components that are names and nothing else. */
static bool
is_safe(const char *name)
{
	const char *p = name;
	size_t n;

	if (*name == '\0' || strlen(name) > 1000)
		return false;
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	for (;;) {
		n = strcspn(p, "/");
		if (n == 0 || *p == '.')
			return false;
		if (p[n] == '\0')
			return true;
		p += n + 1;
	}
}

/* ".Work.2024", in mUTF-7 as other programs write it. */
static char *
plus_path(const struct maildir *m, const char *folder, bool encode)
{
	char *name = encode ? mutf7_encode(folder) : mem_str(folder);
	char *path = mem_printf("%s/.%s", m->root, name);

	free(name);
	for (char *p = path + strlen(m->root) + 1; *p != '\0'; p++)
		if (*p == '/')
			*p = '.';
	return path;
}

/* Is every directory on the way to root/folder one itself, and no link? */
static bool
leads_inside(const struct maildir *m, const char *folder)
{
	char *path = mem_printf("%s/%s", m->root, folder);
	bool inside = true;

	for (char *p = path + strlen(m->root) + 1; inside && *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		inside = is_real_dir(path);
		*p = '/';
	}
	free(path);
	return inside;
}

char *
maildir_path(const struct maildir *m, const char *folder, struct err *e)
{
	char *path, *plain;
	struct stat st;

	if (strcmp(folder, "INBOX") == 0)
		return mem_str(m->root);
	if (!is_safe(folder)) {
		err_set(e, ERR_INPUT, "this is no name for a folder");
		return NULL;
	}
	path = mem_printf("%s/%s", m->root, folder);
	if (is_maildir(path) && leads_inside(m, folder))
		return path;
	free(path);
	path = plus_path(m, folder, true);
	if (is_maildir(path))
		return path;
	plain = plus_path(m, folder, false);
	if (is_maildir(plain)) {
		free(path);
		return plain;
	}
	free(plain);
	/* it may be made, but not where a link leads */
	if (strchr(folder, '.') != NULL) {
		err_set(e, ERR_INPUT,
		    "a folder of a Maildir cannot have a dot in its name");
	} else if (lstat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		err_set(e, ERR_INPUT, "this folder is not a directory");
	} else {
		return path;
	}
	free(path);
	return NULL;
}

int
maildir_make(const char *dir, struct err *e)
{
	static const char *const subs[] = {"cur", "new", "tmp"};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 3; i++) {
		char *sub = mem_printf("%s/%s", dir, subs[i]);

		rc = os_mkdirs(sub, e);
		free(sub);
	}
	return rc;
}

/* ---- listing ---- */

struct listing {
	struct maildir *m;
	struct folder_sink *sink;
	size_t n;
};

static int
tell(struct listing *l, const char *name, struct err *e)
{
	struct store_folder f = {
	    .name = name, .delim = '/', .selectable = true, .subscribed = true};

	if (++l->n > MAILDIR_FOLDERS_MAX)
		return err_set(
		    e, ERR_LIMIT, "more than %d folders", MAILDIR_FOLDERS_MAX);
	f.role = role_of("", name, '/');
	return l->sink->folder(l->sink->ctx, &f, e);
}

static int list_below(struct listing *l, const char *dir, const char *prefix,
    int depth, struct err *e);

/* The name on disk, below `prefix`, as it is shown; yours. */
static char *
shown_name(const char *prefix, const char *disk, bool plus)
{
	char *copy = mem_str(disk), *decoded, *name;
	bool exact;

	for (char *p = copy; plus && *p != '\0'; p++)
		if (*p == '.')
			*p = '/';
	decoded = mutf7_decode(copy, strlen(copy), &exact);
	name = mem_printf("%s%s", prefix, plus && exact ? decoded : copy);
	free(decoded);
	free(copy);
	return name;
}

static int
visit(struct listing *l, const char *dir, const char *prefix, const char *entry,
    int depth, struct err *e)
{
	bool plus = depth == 0 && *entry == '.';
	char *path = mem_printf("%s/%s", dir, entry);
	char *name = shown_name(prefix, plus ? entry + 1 : entry, plus);
	int rc = 0;

	if (!is_safe(name) || !utf8_is_valid(name, strlen(name)))
		goto out;
	if (is_maildir(path))
		rc = tell(l, name, e);
	if (rc == 0 && !plus) {
		char *below = mem_printf("%s/", name);

		rc = list_below(l, path, below, depth + 1, e);
		free(below);
	}
out:
	free(name);
	free(path);
	return rc;
}

static bool
is_our_own(const char *name)
{
	return strcmp(name, "cur") == 0 || strcmp(name, "new") == 0 ||
	       strcmp(name, "tmp") == 0 || strcmp(name, ".") == 0 ||
	       strcmp(name, "..") == 0;
}

static int
list_below(struct listing *l, const char *dir, const char *prefix, int depth,
    struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *ent;
	int rc = 0;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return 0; /* gone, or not a directory of ours to read */
	}
	while (rc == 0 && (ent = readdir(d)) != NULL) {
		if (is_our_own(ent->d_name) || depth >= MAILDIR_DEPTH_MAX ||
		    (ent->d_type != DT_DIR && ent->d_type != DT_UNKNOWN))
			continue;
		rc = visit(l, dir, prefix, ent->d_name, depth, e);
	}
	closedir(d);
	return rc;
}

int
maildir_folders(struct store *s, struct folder_sink *sink, struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	struct listing l = {.m = m, .sink = sink};

	if (tell(&l, "INBOX", e) < 0)
		return -1;
	return list_below(&l, m->root, "", 0, e);
}

static void
count_in(const char *dir, const char *sub, bool new, struct store_folder *out)
{
	char *path = mem_printf("%s/%s", dir, sub);
	DIR *d = opendir(path);
	struct dirent *ent;

	while (d != NULL && (ent = readdir(d)) != NULL) {
		if (ent->d_name[0] == '.')
			continue;
		out->messages++;
		if (new || !(maildir_flags(ent->d_name) & FLAG_SEEN))
			out->unseen++;
	}
	if (d != NULL)
		closedir(d);
	free(path);
}

int
maildir_status(struct store *s, const char *folder, struct store_folder *out,
    struct err *e)
{
	struct maildir *m = (struct maildir *)s;
	char *dir = maildir_path(m, folder, e);

	if (dir == NULL)
		return -1;
	if (!is_maildir(dir)) {
		free(dir);
		return err_set(e, ERR_GONE, "there is no folder %s", folder);
	}
	*out = (struct store_folder){.name = folder,
	    .delim = '/',
	    .selectable = true,
	    .has_counts = true,
	    .uidvalidity = MAILDIR_UIDVALIDITY};
	count_in(dir, "cur", false, out);
	count_in(dir, "new", true, out);
	free(dir);
	return 0;
}
