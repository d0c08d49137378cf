/*
 * The demo: a Maildir of the messages built into the program, in a temporary
 * folder with a cache and journal of its own, so that nothing of the user's
 * is touched and everything may be tried.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "app_int.h"
#include "demo_mails.h"
#include "mime/header.h"

/* Maildir++: "Lists/c-dev" is the folder .Lists.c-dev of the INBOX. */
static char *
folder_path(const char *root, const char *name, size_t n)
{
	char *path;

	if (n == 5 && memcmp(name, "INBOX", 5) == 0)
		return mem_str(root);
	path = mem_printf("%s/.%.*s", root, (int)n, name);
	for (char *p = path + strlen(root) + 1; *p != '\0'; p++)
		if (*p == '/')
			*p = '.';
	return path;
}

static int
make_folder(const char *path, struct err *e)
{
	static const char *const parts[] = {"cur", "new", "tmp"};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 3; i++) {
		char *sub = mem_printf("%s/%s", path, parts[i]);

		rc = os_mkdirs(sub, e);
		free(sub);
	}
	return rc;
}

/* A Maildir's files have their arrival as time. */
static void
set_arrival(const char *path, const struct demo_mail *m)
{
	const char *data = (const char *)m->data;
	struct timespec t[2];
	const char *value;
	size_t len;
	int64_t when;

	value = header_get(data, message_body_at(data, m->len), "Date", &len);
	when = value != NULL ? date_parse(value, len, NULL) : INT64_MIN;
	if (when == INT64_MIN)
		return;
	t[0] = t[1] = (struct timespec){.tv_sec = (time_t)when};
	(void)utimensat(AT_FDCWD, path, t, 0);
}

/* Without os_save()'s care for the disk: all of this is thrown away. */
static int
write_file(const char *path, const struct demo_mail *m, struct err *e)
{
	FILE *f = fopen(path, "wbxe");
	size_t n;

	if (f == NULL)
		return err_errno(e, "create %s", path);
	n = fwrite(m->data, 1, m->len, f);
	if (fclose(f) != 0 || n != m->len)
		return err_errno(e, "write %s", path);
	return 0;
}

/* "INBOX/0001.S.eml": folder, number, flags. */
static int
write_mail(const char *root, const struct demo_mail *m, struct err *e)
{
	const char *slash = strrchr(m->name, '/');
	const char *dot, *flags;
	char *folder, *path;
	int rc = -1, nflags;

	assert(slash != NULL);
	folder = folder_path(root, m->name, (size_t)(slash - m->name));
	dot = strchr(slash, '.');
	assert(dot != NULL);
	flags = strcmp(dot, ".eml") == 0 ? "" : dot + 1;
	nflags = (int)strcspn(flags, ".");
	path = mem_printf("%s/cur/%.*s.demo:2,%.*s", folder,
	    (int)(dot - slash - 1), slash + 1, nflags, flags);
	if (make_folder(folder, e) == 0 && write_file(path, m, e) == 0) {
		set_arrival(path, m);
		rc = 0;
	}
	free(path);
	free(folder);
	return rc;
}

static int
write_all(const char *root, struct err *e)
{
	int rc = make_folder(root, e);

	for (size_t i = 0; rc == 0 && i < demo_mails_count; i++)
		rc = write_mail(root, &demo_mails[i], e);
	return rc;
}

#define CONFIG_TEXT                                                            \
	"threads = yes\n"                                                      \
	"[account demo]\n"                                                     \
	"name = Ann Example\n"                                                 \
	"address = ann@example.org\n"                                          \
	"receive = maildir\n"                                                  \
	"path = \"%s/mail\"\n"                                                 \
	"send = local\n"

int
demo_begin(struct demo *out, struct err *e)
{
	struct demo d = {.root = os_tempdir("etui-demo", e)};
	char *mail, *text;
	int rc;

	if (d.root == NULL)
		return -1;
	mail = mem_printf("%s/mail", d.root);
	text = mem_printf(CONFIG_TEXT, d.root);
	rc = write_all(mail, e);
	if (rc == 0)
		rc = config_parse("demo", text, &d.config, e);
	free(mail);
	free(text);
	d.cache = mem_printf("%s/cache", d.root);
	d.data = mem_printf("%s/data", d.root);
	if (rc < 0) {
		demo_done(&d);
		return err_wrap(e, "demo");
	}
	*out = d;
	return 0;
}

void
demo_done(struct demo *d)
{
	struct err e = ERR_INIT;

	if (d->root != NULL)
		os_remove_tree(d->root, &e);
	free(d->root);
	free(d->cache);
	free(d->data);
	*d = (struct demo){.root = NULL};
}
