/*
 * The line reader.  A line is a comment, a [section name], or key = value;
 * `#` begins a comment at the start of a line or after a blank, but not
 * between quotation marks.  A value that is one quoted string loses its
 * quotes (inside, \" and \\ stand for themselves); quotes elsewhere belong to
 * the value, as shell commands need them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_int.h"
#include "util/os.h"
#include "util/utf8.h"

struct reader {
	struct arena *arena;
	const struct sink *sink;
	void *current;
	int depth, includes;
	struct {
		dev_t dev;
		ino_t ino;
	} open[CONFIG_INCLUDE_DEPTH + 1];
};

static int read_file(
    struct reader *r, const char *path, const char *shown_as, struct err *e);

const char *
shown(const char *s, char space[SHOWN_MAX * 4])
{
	struct buf clean = BUF_INIT(SHOWN_MAX * 4 - 4);
	size_t n;

	utf8_clean(&clean, s, strnlen(s, SHOWN_MAX * 4), CLEAN_LINE);
	n = utf8_fit(buf_text(&clean), clean.len, SHOWN_MAX, NULL);
	memcpy(space, buf_text(&clean), n);
	memcpy(space + n, n < clean.len ? "..." : "", n < clean.len ? 4 : 1);
	buf_free(&clean);
	return space;
}

int
err_at(struct err *e, const struct place *at)
{
	const char *file = at->file;
	size_t n = strlen(file);

	/* the end of a long path says more, and leaves room for the rest */
	if (n > 80)
		return err_wrap(e, "...%s:%d", file + n - 77, at->line);
	return err_wrap(e, "%s:%d", file, at->line);
}

const char *
path_from(struct arena *a, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	char *full = os_expand(path);
	const char *out;

	if (full[0] == '/' || !slash)
		out = arena_str(a, full);
	else
		out = arena_printf(
		    a, "%.*s/%s", (int)(slash - file), file, full);
	free(full);
	return out;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cut blanks off both ends; the string is ours to write to. */
static char *
trim(char *s)
{
	size_t n;

	while (is_blank(*s))
		s++;
	n = strlen(s);
	while (n > 0 && is_blank(s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

static int
check_bytes(const char *s, size_t n, struct err *e)
{
	if (n > CONFIG_LINE_MAX)
		return err_set(e, ERR_INPUT, "the line is longer than %d bytes",
		    CONFIG_LINE_MAX);
	if (!utf8_is_valid(s, n))
		return err_set(e, ERR_INPUT, "the line is not UTF-8");
	for (size_t i = 0; i < n; i++)
		if (s[i] != '\t' &&
		    ((unsigned char)s[i] < 0x20 || s[i] == 0x7f))
			return err_set(e, ERR_INPUT,
			    "a control character (0x%02x) in column %zu", s[i],
			    i + 1);
	return 0;
}

/* End the line where a comment begins; -1 when a quote stays open. */
static int
cut_comment(char *s, struct err *e)
{
	bool quoted = false;

	for (size_t i = 0; s[i]; i++) {
		if (quoted && s[i] == '\\' &&
		    (s[i + 1] == '"' || s[i + 1] == '\\')) {
			i++;
		} else if (s[i] == '"') {
			quoted = !quoted;
		} else if (!quoted && s[i] == '#' &&
			   (i == 0 || is_blank(s[i - 1]))) {
			s[i] = '\0';
			return 0;
		}
	}
	if (quoted)
		return err_set(e, ERR_INPUT,
		    "a quotation mark is not closed; for a value that holds "
		    "one, quote the whole and write \\\"");
	return 0;
}

/* A value that is one quoted string, without its quotes. */
static void
unquote(char *s)
{
	char *from, *to = s;
	size_t n = strlen(s), i;

	if (n < 2 || s[0] != '"')
		return;
	for (i = 1; i < n && s[i] != '"'; i++)
		if (s[i] == '\\' && (s[i + 1] == '"' || s[i + 1] == '\\'))
			i++;
	if (i != n - 1)
		return;
	for (from = s + 1; from < s + n - 1; from++) {
		if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*to = '\0';
}

static int
read_section(struct reader *r, char *s, const struct place *at, struct err *e)
{
	size_t n;
	char *kind, *name;

	if (cut_comment(s, e) < 0)
		return -1;
	s = trim(s);
	n = strlen(s);
	if (s[n - 1] != ']')
		return err_set(
		    e, ERR_INPUT, "a section is written [kind name]");
	s[n - 1] = '\0';
	kind = trim(s + 1);
	name = kind + strcspn(kind, " \t");
	if (*name)
		*name++ = '\0';
	return r->sink->section(
	    r->sink->ctx, at, kind, trim(name), &r->current, e);
}

static int
read_include(
    struct reader *r, const char *path, const struct place *at, struct err *e)
{
	void *section = r->current;
	char space[SHOWN_MAX * 4];
	const char *full;
	int rc;

	if (!*path)
		return err_set(e, ERR_INPUT, "include needs a file");
	if (r->depth >= CONFIG_INCLUDE_DEPTH)
		return err_set(e, ERR_INPUT,
		    "files include each other more than %d deep",
		    CONFIG_INCLUDE_DEPTH);
	if (++r->includes > CONFIG_INCLUDES_MAX)
		return err_set(e, ERR_INPUT, "more than %d files included",
		    CONFIG_INCLUDES_MAX);
	full = path_from(r->arena, at->file, path);
	r->depth++;
	rc = read_file(r, full, shown(path, space), e);
	r->depth--;
	r->current = section;
	return rc;
}

static int
read_entry(struct reader *r, char *s, const struct place *at, struct err *e)
{
	char *eq = strchr(s, '='), *key, *value, space[SHOWN_MAX * 4];

	if (!eq)
		return err_set(e, ERR_INPUT,
		    "\"%s\" is neither [section name] nor name = value",
		    shown(s, space));
	*eq = '\0';
	key = trim(s);
	/* After the '=', so that a comment may begin right behind it. */
	if (cut_comment(eq + 1, e) < 0)
		return -1;
	value = trim(eq + 1);
	unquote(value);
	if (!*key || key[strcspn(key, " \t\"#")])
		return err_set(
		    e, ERR_INPUT, "\"%s\" cannot be a name", shown(key, space));
	if (strcmp(key, "include") == 0)
		return read_include(r, value, at, e);
	return r->sink->entry(r->sink->ctx, r->current, at, key, value, e);
}

static int
read_line(struct reader *r, const char *p, size_t n, const struct place *at,
    struct err *e)
{
	char *line, *s;
	int rc = 0;

	if (n > 0 && p[n - 1] == '\r')
		n--;
	if (check_bytes(p, n, e) < 0)
		return err_at(e, at);
	line = mem_strn(p, n);
	s = trim(line);
	if (*s == '[')
		rc = read_section(r, s, at, e);
	else if (*s && *s != '#')
		rc = read_entry(r, s, at, e);
	free(line);
	/* an error inside an included file has its place already */
	if (rc < 0 && rc != -2)
		err_at(e, at);
	return rc;
}

static int
read_text(
    struct reader *r, const char *file, const char *p, size_t n, struct err *e)
{
	struct place at = {.file = file};
	const char *end = p + n, *nl;
	int rc = 0;

	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	for (; p < end && rc == 0; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		at.line++;
		rc = read_line(r, p, (size_t)(nl - p), &at, e);
	}
	/* -2 tells the including lines that the place is in the text */
	return rc < 0 ? -2 : 0;
}

static int
note_open(
    struct reader *r, const char *path, const char *shown_as, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_errno(e, "%s", shown_as);
	for (int i = 0; i < r->depth; i++)
		if (r->open[i].dev == st.st_dev && r->open[i].ino == st.st_ino)
			return err_set(e, ERR_INPUT,
			    "%s is being read already: files include each "
			    "other in a circle",
			    shown_as);
	r->open[r->depth].dev = st.st_dev;
	r->open[r->depth].ino = st.st_ino;
	return 0;
}

static int
read_file(
    struct reader *r, const char *path, const char *shown_as, struct err *e)
{
	struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	int rc = note_open(r, path, shown_as, e);

	if (rc == 0)
		rc = os_read_file(path, &text, e);
	if (rc == 0)
		rc = read_text(
		    r, arena_str(r->arena, path), buf_text(&text), text.len, e);
	buf_free(&text);
	return rc;
}

int
read_config_file(
    const char *path, struct arena *a, const struct sink *sink, struct err *e)
{
	struct reader r = {.arena = a, .sink = sink};

	return read_file(&r, path, path, e) < 0 ? -1 : 0;
}

int
read_config_text(const char *name, const char *text, size_t n, struct arena *a,
    const struct sink *sink, struct err *e)
{
	/* Not a file, so nothing can include it. */
	struct reader r = {.arena = a, .sink = sink};

	return read_text(&r, arena_str(a, name), text, n, e) < 0 ? -1 : 0;
}
