/*
 * The file has a line for each entry, oldest first: class, TAB, text.
 * Two running programs: who ends last wins; a lost line of history is not
 * worth a lock.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "util/buf.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

#define CLASS_MAX 32

struct class
{
	char name[CLASS_MAX];
	char *line[HISTORY_PER_CLASS]; /* oldest first */
	size_t n;
};

struct history {
	char *path;
	struct class *class[HISTORY_CLASSES];
	size_t nclasses;
	bool changed;
};

static struct class *
find_class(const struct history *h, const char *name)
{
	for (size_t i = 0; i < h->nclasses; i++) {
		if (strcmp(h->class[i] -> name, name) == 0)
			return h->class[i];
	}
	return NULL;
}

static struct class *
need_class(struct history *h, const char *name)
{
	struct class *c = find_class(h, name);
	size_t n = strlen(name);

	if (c != NULL)
		return c;
	if (h->nclasses == HISTORY_CLASSES || n == 0 || n >= CLASS_MAX)
		return NULL;
	c = mem_zalloc(sizeof *c);
	memcpy(c->name, name, n + 1);
	h->class[h->nclasses++] = c;
	return c;
}

static void
drop_at(struct class *c, size_t i)
{
	free(c->line[i]);
	c->n--;
	memmove(c->line + i, c->line + i + 1, (c->n - i) * sizeof *c->line);
}

void
history_add(struct history *h, const char *class, const char *line)
{
	struct class *c = need_class(h, class);
	size_t n = strlen(line);

	if (c == NULL || n == 0 || n > HISTORY_LINE_MAX ||
	    strpbrk(line, "\r\n") != NULL)
		return;
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->line[i], line) == 0) {
			drop_at(c, i);
			break;
		}
	}
	if (c->n == HISTORY_PER_CLASS)
		drop_at(c, 0);
	c->line[c->n++] = mem_strn(line, n);
	h->changed = true;
}

const char *
history_at(const struct history *h, const char *class, size_t back)
{
	const struct class *c = find_class(h, class);

	return c == NULL || back >= c->n ? NULL : c->line[c->n - 1 - back];
}

static void
take_line(struct history *h, char *line)
{
	char *tab = strchr(line, '\t');

	if (tab == NULL || !utf8_is_valid(line, strlen(line)))
		return;
	*tab = '\0';
	history_add(h, line, tab + 1);
}

static void
load(struct history *h)
{
	struct buf b = BUF_INIT(HISTORY_FILE_MAX);
	char *line, *end;

	if (os_read_file(h->path, &b, NULL) == 0 && b.len > 0) {
		for (line = b.data; (end = strchr(line, '\n')) != NULL;
		     line = end + 1) {
			*end = '\0';
			take_line(h, line);
		}
	}
	h->changed = false;
	buf_free(&b);
}

struct history *
history_open(const char *path)
{
	struct history *h = mem_zalloc(sizeof *h);

	h->path = mem_str(path);
	if (path != NULL)
		load(h);
	return h;
}

static int
make_parent(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int rc;

	if (slash == NULL || slash == path)
		return 0;
	dir = mem_strn(path, (size_t)(slash - path));
	rc = os_mkdirs(dir, e);
	free(dir);
	return rc;
}

int
history_save(struct history *h, struct err *e)
{
	struct buf b = BUF_INIT(SIZE_MAX);
	int rc;

	if (h->path == NULL || !h->changed)
		return 0;
	for (size_t i = 0; i < h->nclasses; i++) {
		const struct class *c = h->class[i];

		for (size_t k = 0; k < c->n; k++)
			buf_printf(&b, "%s\t%s\n", c->name, c->line[k]);
	}
	rc = make_parent(h->path, e);
	if (rc == 0)
		rc = os_save(h->path, b.data, b.len, e);
	if (rc == 0)
		h->changed = false;
	buf_free(&b);
	return rc;
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->nclasses; i++) {
		for (size_t k = 0; k < h->class[i] -> n; k++)
			free(h->class[i] -> line[k]);
		free(h->class[i]);
	}
	free(h->path);
	free(h);
}
