/*
 * The body as lines: the text parts as text, everything else as one line of
 * ours that says what it is.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mail_int.h"
#include "util/mem.h"
#include "util/utf8.h"

/* ---- lines ---- */

struct mail_line *
line_add(struct mail *m, enum mail_line_kind kind, const char *s, size_t n)
{
	struct mail_line *l;

	mem_grow(&m->line, &m->cap, m->nlines + 1, sizeof *m->line);
	l = &m->line[m->nlines++];
	*l = (struct mail_line){
	    .kind = kind, .s = arena_strn(&m->arena, s, n), .n = n};
	return l;
}

void
line_printf(struct mail *m, enum mail_line_kind kind, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	line_add(m, kind, text,
	    (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void
lines_drop(struct mail *m)
{
	free(m->line);
	m->line = NULL;
	m->nlines = m->cap = 0;
}

void
size_text(uint64_t bytes, char out[16])
{
	static const char *const unit[] = {"KB", "MB", "GB", "TB"};
	double n = (double)bytes / 1024;
	size_t u = 0;

	if (bytes < 1024) {
		snprintf(out, 16, "%u bytes", (unsigned)bytes);
		return;
	}
	while (n >= 1000 && u < 3) {
		n /= 1024;
		u++;
	}
	if (n < 10 && u > 0)
		snprintf(out, 16, "%.1f %s", n, unit[u]);
	else
		snprintf(out, 16, "%.0f %s", n, unit[u]);
}

/* ---- text ---- */

static bool
begins(const char *s, size_t n, const char *with)
{
	size_t k = strlen(with);

	return n >= k && memcmp(s, with, k) == 0;
}

/* Patches: the whole of a text/x-patch, or from a "diff" or "---"/"+++" line
 * on in other text. */
struct diff {
	bool on, whole;
	bool minus; /* the line before began with "--- " */
};

static enum mail_line_kind
diff_kind(struct diff *d, const struct text_line *t)
{
	bool minus = d->minus;

	d->minus = begins(t->s, t->n, "--- ");
	if (begins(t->s, t->n, "diff --git ") || begins(t->s, t->n, "diff -") ||
	    begins(t->s, t->n, "Index: ") ||
	    (minus && begins(t->s, t->n, "+++ ")))
		d->on = true;
	if (!d->on && !d->whole)
		return LINE_TEXT;
	if (begins(t->s, t->n, "@@"))
		return LINE_DIFF_HUNK;
	if (t->n > 0 && t->s[0] == '+')
		return LINE_DIFF_ADD;
	if (t->n > 0 && t->s[0] == '-')
		return LINE_DIFF_DEL;
	return LINE_TEXT;
}

static bool
is_patch(const struct part *p)
{
	return part_is(p, "text", "x-patch") || part_is(p, "text", "x-diff") ||
	       part_is(p, "text", "patch");
}

static void
add_text_line(struct mail *m, const struct text_line *t, struct diff *d,
    bool html, struct buf *clean)
{
	enum mail_line_kind kind = LINE_TEXT;
	struct mail_line *l;

	if (t->sig)
		kind = LINE_SIG;
	else if (t->quote > 0)
		kind = LINE_QUOTE;
	else if (!html)
		kind = diff_kind(d, t);
	if (t->n == 0 && kind == LINE_TEXT)
		kind = LINE_BLANK;
	buf_cut(clean, 0);
	utf8_clean(clean, t->s, t->n, CLEAN_TEXT);
	l = line_add(m, kind, buf_text(clean), clean->len);
	l->quote = t->quote;
	l->flowed = t->flowed || html;
}

static bool
param_is(const struct part *p, const char *name, const char *value)
{
	const char *v = part_param(p, name);

	return v != NULL && strcasecmp(v, value) == 0;
}

static void
add_lines(struct mail *m, const struct part *p, const char *utf8, size_t n)
{
	struct buf clean = BUF_INIT(4 * (size_t)MAIL_DECODED_MAX);
	struct diff d = {.whole = is_patch(p)};
	struct text_lines lines = {.n = 0};

	text_split(utf8, n, param_is(p, "format", "flowed"),
	    param_is(p, "delsp", "yes"), &lines);
	/* Blank lines at the end of a part say nothing. */
	while (lines.n > 0 && lines.v[lines.n - 1].n == 0)
		lines.n--;
	for (size_t i = 0; i < lines.n; i++)
		add_text_line(
		    m, &lines.v[i], &d, part_is(p, "text", "html"), &clean);
	text_lines_free(&lines);
	buf_free(&clean);
}

void
mail_add_text(
    struct mail *m, const struct part *p, const char *encoded, size_t n)
{
	struct buf text = BUF_INIT(MAIL_DECODED_MAX);
	struct err e = ERR_INIT;
	size_t before = m->nlines;
	char size[16];
	bool cut = n > MAIL_TEXT_MAX;

	if (text_of_part(
		p, encoded, cut ? MAIL_TEXT_MAX : n, m->assumed, &text, &e) < 0)
		line_printf(m, LINE_PART, "[%.200s]", e.text);
	add_lines(m, p, buf_text(&text), text.len);
	if (cut) {
		size_text(MAIL_TEXT_MAX, size);
		line_printf(m, LINE_PART,
		    "[the first %s of this text are shown; | gives all of it "
		    "to a program]",
		    size);
	}
	if (m->nlines == before)
		line_printf(m, LINE_PART, "[no text in this message]");
	buf_free(&text);
}

/* ---- parts ---- */

static bool
is_below(const struct part *p, const struct part *top)
{
	for (; p != NULL; p = p->parent)
		if (p == top)
			return true;
	return false;
}

static bool
is_one_of(const struct part *p, const struct part *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == p)
			return true;
	return false;
}

/* Another form of what is shown: the HTML beside the plain text and the
 * pictures in it.  Never something a person would call an attachment, nor an
 * invitation, which says more than its text. */
static bool
is_other_form(
    const struct part *p, const struct part *const *text, size_t ntext)
{
	if (part_is_attachment(p) || part_is(p, "text", "calendar"))
		return false;
	for (; p->parent != NULL; p = p->parent) {
		if (!part_is(p->parent, "multipart", "alternative"))
			continue;
		for (size_t i = 0; i < ntext; i++)
			if (is_below(text[i], p->parent) &&
			    !is_below(text[i], p))
				return true;
	}
	return false;
}

static void
add_part_line(struct mail *m, const struct part *p, size_t number)
{
	struct buf name = BUF_INIT(64 * 1024);
	struct buf type = BUF_INIT(64 * 1024);
	const char *title = p->filename != NULL ? p->filename : p->description;
	uint64_t size = p->size;
	char human[16];

	if (strcasecmp(p->encoding, "base64") == 0)
		size = size / 78 * 57 + size % 78 * 3 / 4;
	size_text(size, human);
	if (title != NULL && *title != '\0')
		utf8_clean(&name, title,
		    strlen(title) < 512 ? strlen(title) : 512, CLEAN_LINE);
	utf8_clean(&type, p->type, strnlen(p->type, 64), CLEAN_LINE);
	buf_putc(&type, '/');
	utf8_clean(&type, p->subtype, strnlen(p->subtype, 64), CLEAN_LINE);
	if (name.len > 0)
		buf_puts(&name, ", ");
	line_add(m, LINE_BLANK, "", 0);
	line_printf(m, LINE_PART, "[%zu %.300s%.130s, %s]", number,
	    buf_text(&name), buf_text(&type), human);
	buf_free(&name);
	buf_free(&type);
}

/* ---- signed and encrypted ---- */

static bool
is_smime(const struct part *p, const char *subtype)
{
	return strncmp(p->subtype, "x-", 2) == 0
		   ? part_is(p, "application", NULL) &&
			 strcmp(p->subtype + 2, subtype) == 0
		   : part_is(p, "application", subtype);
}

/* What locked the text of p away, as a sentence goes on from it; NULL: it is
 * open. */
static const char *
sealed_by(const struct part *p)
{
	if (part_is(p, "multipart", "encrypted"))
		return p->child != NULL &&
			       part_is(p->child, "application", "pgp-encrypted")
			   ? "encrypted with OpenPGP"
			   : "encrypted";
	if (!is_smime(p, "pkcs7-mime"))
		return NULL;
	return param_is(p, "smime-type", "signed-data")
		   ? "wrapped in an S/MIME signature"
		   : "encrypted with S/MIME";
}

/* The signature of a multipart/signed; NULL: p is none. */
static const char *
signed_with(const struct part *p)
{
	if (p->parent == NULL || !part_is(p->parent, "multipart", "signed") ||
	    p == p->parent->child)
		return NULL;
	if (part_is(p, "application", "pgp-signature"))
		return "OpenPGP";
	return is_smime(p, "pkcs7-signature") ? "S/MIME" : NULL;
}

static void
add_sealed_line(struct mail *m, const char *by)
{
	if (m->nlines > 0 && m->line[m->nlines - 1].kind != LINE_BLANK)
		line_add(m, LINE_BLANK, "", 0);
	line_printf(m, LINE_PART,
	    "[%s; it cannot be read here, | gives it to a program that can]",
	    by);
}

static void
add_other_part(struct mail *m, const struct part *p, size_t number)
{
	const char *with = signed_with(p);

	if (with == NULL) {
		add_part_line(m, p, number);
		return;
	}
	line_add(m, LINE_BLANK, "", 0);
	line_printf(m, LINE_PART,
	    "[signed with %s; the signature was not checked]", with);
}

/* ---- the whole ---- */

static void
add_text_part(struct mail *m, const struct part *p,
    const struct part_source *from, size_t number)
{
	struct buf raw = BUF_INIT((size_t)1 << 30);
	struct err e = ERR_INIT;

	if (p->filename != NULL)
		add_part_line(m, p, number);
	else if (number > 1)
		line_add(m, LINE_BLANK, "", 0);
	if (from->get(from->ctx, p, &raw, &e) < 0)
		line_printf(m, LINE_PART, "[%.200s]", e.text);
	else
		mail_add_text(m, p, buf_text(&raw), raw.len);
	buf_free(&raw);
}

void
mail_add_body(struct mail *m, const struct part_source *from)
{
	const struct part *text[MAIL_TEXTS_MAX];
	size_t ntext = part_texts(m->root, false, text, MAIL_TEXTS_MAX);
	const struct part *inside = NULL; /* a message that is shown as one
					     line */
	const struct part *sealed = NULL; /* what is below says nothing */
	size_t number = 0;

	for (const struct part *p = m->root; p != NULL; p = part_next(p)) {
		bool is_text = is_one_of(p, text, ntext);
		const char *by = sealed_by(p);

		if (sealed != NULL && is_below(p, sealed))
			continue;
		if (inside != NULL && !is_text && is_below(p, inside))
			continue;
		if (by == NULL && part_is(p, "multipart", NULL) &&
		    p->child != NULL)
			continue;
		number++;
		if (by != NULL)
			add_sealed_line(m, by);
		else if (is_text)
			add_text_part(m, p, from, number);
		else if (!is_other_form(p, text, ntext))
			add_other_part(m, p, number);
		if (by != NULL)
			sealed = p;
		else if (p->child != NULL)
			inside = p;
	}
	if (ntext == 0 && sealed == NULL) {
		line_add(m, LINE_BLANK, "", 0);
		line_printf(m, LINE_PART, "[no text in this message]");
	}
}
