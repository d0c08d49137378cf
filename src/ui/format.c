#include <stdlib.h>
#include <string.h>

#include "format_int.h"
#include "util/mem.h"
#include "util/utf8.h"

/* ---- compiling ---- */

static struct format_item *
add_item(struct format *f, char kind)
{
	mem_grow(&f->v, &f->cap, f->n + 1, sizeof *f->v);
	f->v[f->n] = (struct format_item){.kind = kind, .max = -1};
	return &f->v[f->n++];
}

static void
add_text(struct format *f, const char *s, size_t n)
{
	struct format_item *it;

	if (n == 0)
		return;
	it = add_item(f, 0);
	it->text = mem_strn(s, n);
}

static const char *
take_number(const char *s, int *out)
{
	int n = 0;

	while (*s >= '0' && *s <= '9') {
		if (n < FORMAT_FIELD_MAX)
			n = n * 10 + (*s - '0');
		s++;
	}
	*out = n > FORMAT_FIELD_MAX ? FORMAT_FIELD_MAX : n;
	return s;
}

/* After %{: up to the closing bracket. */
static const char *
take_date(const char *s, struct format_item *it, struct err *e)
{
	static const char open[] = "{[(<", closed[] = "}])>";
	char end = closed[strchr(open, *s) - open];
	const char *stop = strchr(s + 1, end);

	if (stop == NULL) {
		err_set(e, ERR_INPUT, "'%c' is missing", end);
		return NULL;
	}
	it->kind = '{';
	it->text = mem_strn(s + 1, (size_t)(stop - s - 1));
	return stop + 1;
}

static int compile_part(
    const char *s, size_t n, bool nested, struct format *f, struct err *e);

static struct format *
sub_format(const char *s, size_t n, struct err *e)
{
	struct format *f = mem_zalloc(sizeof *f);

	if (compile_part(s, n, true, f, e) == 0)
		return f;
	format_free(f);
	free(f);
	return NULL;
}

/* %?X?yes&no? */
static const char *
take_choice(const char *s, struct format *f, struct err *e)
{
	char asked = s[1];
	const char *yes = s + 3, *end, *amp;
	struct format_item *it;

	if (asked == '\0' || s[2] != '?' || (end = strchr(yes, '?')) == NULL) {
		err_set(e, ERR_INPUT, "%%? wants %%?X?yes&no?");
		return NULL;
	}
	amp = memchr(yes, '&', (size_t)(end - yes));
	it = add_item(f, '?');
	it->fill = asked;
	it->yes = sub_format(yes, (size_t)((amp ? amp : end) - yes), e);
	if (it->yes != NULL && amp != NULL) {
		it->no = sub_format(amp + 1, (size_t)(end - amp - 1), e);
		if (it->no == NULL)
			return NULL;
	}
	return it->yes == NULL ? NULL : end + 1;
}

/* One expando; s stands behind the %.  Returns where it ends. */
static const char *
take_item(const char *s, bool nested, struct format *f, struct err *e)
{
	struct format_item it = {.max = -1};

	if (*s == '?' && !nested)
		return take_choice(s, f, e);
	if ((*s == '>' || *s == '*') && s[1] >= ' ' && s[1] < 0x7f) {
		add_item(f, *s)->fill = s[1];
		return s + 2;
	}
	if (*s == '-') {
		it.left = true;
		s++;
	}
	s = take_number(s, &it.min);
	if (*s == '.')
		s = take_number(s + 1, &it.max);
	if (*s != '\0' && strchr("{[(<", *s) != NULL) {
		s = take_date(s, &it, e);
		if (s == NULL)
			return NULL;
		*add_item(f, 0) = it;
		return s;
	}
	if (*s == '\0' || strchr(FORMAT_KINDS, *s) == NULL) {
		err_set(e, ERR_INPUT, "%%%.1s is not known (known: %s)", s,
		    FORMAT_KINDS);
		return NULL;
	}
	it.kind = *s;
	*add_item(f, 0) = it;
	return s + 1;
}

static int
compile_part(
    const char *s, size_t n, bool nested, struct format *f, struct err *e)
{
	char *copy = mem_strn(s, n);
	const char *p = copy, *percent;
	int rc = -1;

	while ((percent = strchr(p, '%')) != NULL) {
		add_text(f, p, (size_t)(percent - p));
		p = take_item(percent + 1, nested, f, e);
		if (p == NULL)
			goto out;
	}
	add_text(f, p, strlen(p));
	rc = 0;
out:
	free(copy);
	return rc;
}

int
format_compile(const char *text, struct format *out, struct err *e)
{
	struct format f = {.n = 0};

	if (strlen(text) > FORMAT_MAX)
		return err_set(e, ERR_INPUT, "more than %d bytes", FORMAT_MAX);
	if (compile_part(text, strlen(text), false, &f, e) < 0) {
		format_free(&f);
		return -1;
	}
	*out = f;
	return 0;
}

void
format_free(struct format *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].text);
		format_free(f->v[i].yes);
		free(f->v[i].yes);
		format_free(f->v[i].no);
		free(f->v[i].no);
	}
	free(f->v);
	*f = (struct format){.n = 0};
}

/* ---- writing ---- */

static void
pad(struct buf *out, int cols)
{
	for (; cols > 0; cols--)
		buf_putc(out, ' ');
}

/* A field's text, cleaned, into its columns. */
static void
put_field(const struct format_item *it, const struct buf *raw,
    const struct format_row *r, struct buf *out)
{
	struct buf clean = BUF_INIT(SIZE_MAX);
	const char *s = buf_text(raw);
	size_t n = raw->len;
	int used = 0;

	/* No field is wider than a screen; do not clean a megabyte for it. */
	if (n > FORMAT_FIELD_MAX * 16)
		n = FORMAT_FIELD_MAX * 16;
	utf8_clean(&clean, s, n, r->ascii ? CLEAN_ASCII : CLEAN_LINE);
	n = utf8_fit(buf_text(&clean), clean.len,
	    it->max >= 0 ? it->max : FORMAT_FIELD_MAX, &used);
	if (!it->left)
		pad(out, it->min - used);
	buf_put(out, buf_text(&clean), n);
	if (it->left)
		pad(out, it->min - used);
	buf_free(&clean);
}

static void put_items(const struct format *f, size_t from, size_t to,
    const struct format_row *r, struct buf *out);

static void
put_choice(
    const struct format_item *it, const struct format_row *r, struct buf *out)
{
	const struct format *f = format_has(it->fill, r) ? it->yes : it->no;

	if (f != NULL)
		put_items(f, 0, f->n, r, out);
}

static void
put_items(const struct format *f, size_t from, size_t to,
    const struct format_row *r, struct buf *out)
{
	struct buf raw = BUF_INIT(SIZE_MAX);

	for (size_t i = from; i < to; i++) {
		const struct format_item *it = &f->v[i];

		if (it->kind == 0) {
			buf_puts(out, it->text);
		} else if (it->kind == '?') {
			put_choice(it, r, out);
		} else if (it->kind != '>' && it->kind != '*') {
			buf_cut(&raw, 0);
			format_value(it, r, &raw);
			put_field(it, &raw, r, out);
		}
	}
	buf_free(&raw);
}

static void
cut_columns(struct buf *b, size_t from, unsigned cols)
{
	int used;

	buf_cut(b, from + utf8_fit(buf_text(b) + from, b->len - from, (int)cols,
			      &used));
}

static unsigned
columns(const struct buf *b, size_t from)
{
	return (unsigned)utf8_width(buf_text(b) + from, b->len - from);
}

void
format_line(const struct format *f, const struct format_row *r, unsigned cols,
    struct buf *out)
{
	struct buf right = BUF_INIT(SIZE_MAX);
	size_t start = out->len, fill = 0;
	unsigned left, want;

	while (fill < f->n && f->v[fill].kind != '>' && f->v[fill].kind != '*')
		fill++;
	put_items(f, 0, fill, r, out);
	if (fill == f->n)
		return;
	put_items(f, fill + 1, f->n, r, &right);
	want = columns(&right, 0);
	left = columns(out, start);
	if (want > cols)
		want = cols;
	if (f->v[fill].kind == '*' && left + want > cols)
		cut_columns(out, start, cols - want);
	else
		cut_columns(out, start, cols);
	left = columns(out, start);
	for (; left + want < cols; left++)
		buf_putc(out, f->v[fill].fill);
	cut_columns(&right, 0, cols - left);
	buf_put(out, buf_text(&right), right.len);
	buf_free(&right);
}
