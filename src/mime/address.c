/*
 * Address lists, as they are and not as RFC 5322 would have them.
 *
 * One pass over the value, no recursion: comments and quotes are skipped as a
 * piece, everything else changes the state of one entry, which a comma ends.
 * Three texts are collected beside each other: `phrase` (what would be the
 * name), `bare` (the same as an address would be written, in case no <> comes)
 * and `comment` (the name in the old form "ann@example.org (Ann)").
 *
 * What an encoded word decodes to is never parsed again: it is a name, even
 * when it looks like an address.
 */
#include <stdlib.h>
#include <string.h>

#include "mime_int.h"
#include "util/utf8.h"

/* Stands between words of `bare`; control characters never get in there. */
#define GAP '\n'

struct text {
	char *s;
	size_t n;
};

struct parser {
	struct arena *a;
	const char *charset;
	const char *in;
	size_t n, pos;
	struct text phrase, bare, comment, angle;
	size_t phrase_before; /* its length when the <> came */
	bool gap;             /* blanks since the last piece */
	bool has_angle;
	bool has_at;             /* in bare, outside quotes */
	bool no_close, no_quote; /* no ')' or '"' further on: do not search */
	const char *group;       /* NULL outside */
	size_t group_size;
	struct address *v;
	size_t count, cap;
	bool cut;
};

static void
text_add(struct text *t, const char *s, size_t n)
{
	if (n > 0)
		memcpy(t->s + t->n, s, n);
	t->n += n;
}

/* Decoded, or NULL when nothing is left. */
static const char *
decoded(struct parser *p, const char *s, size_t n)
{
	const char *text;

	trim(&s, &n);
	if (n == 0)
		return NULL;
	text = header_decode(p->a, s, n, p->charset);
	return *text == '\0' ? NULL : text;
}

static const char *
addr_text(struct parser *p, const char *s, size_t n)
{
	return token_text(p->a, s, n, false);
}

static void
emit(struct parser *p, const char *name, const char *addr)
{
	struct address *ad;

	if (name == NULL && *addr == '\0')
		return;
	if (p->count == ADDRESS_MAX) {
		p->cut = true;
		return;
	}
	mem_grow(&p->v, &p->cap, p->count + 1, sizeof *p->v);
	ad = &p->v[p->count++];
	ad->name = name;
	ad->addr = addr;
	ad->group = p->group;
	p->group_size++;
}

/* Does the word hold an @ outside quotes, with something before it? */
static bool
word_has_at(const char *s, size_t n)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '\\' && quoted)
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (s[i] == '@' && !quoted)
			return true;
	}
	return false;
}

/* Without <>: each word with an @ is an address; what stands before it is
 * its name. */
static void
flush_bare(struct parser *p)
{
	const char *s = p->bare.s, *end = s + p->bare.n, *name = s;
	const char *comment = decoded(p, p->comment.s, p->comment.n);
	size_t from = 0, k;

	while (s < end) {
		const char *stop = memchr(s, GAP, (size_t)(end - s));

		if (stop == NULL)
			stop = end;
		if (word_has_at(s, (size_t)(stop - s))) {
			for (k = from; k < (size_t)(s - p->bare.s); k++)
				if (p->bare.s[k] == GAP)
					p->bare.s[k] = ' ';
			emit(p,
			    comment != NULL
				? comment
				: decoded(p, name, (size_t)(s - name)),
			    addr_text(p, s, (size_t)(stop - s)));
			comment = NULL;
			name = stop;
			from = (size_t)(stop - p->bare.s);
		}
		s = stop < end ? stop + 1 : end;
	}
}

/* No <>, no @: one word is a local user, more are a name. */
static void
flush_phrase(struct parser *p)
{
	const char *phrase = decoded(p, p->phrase.s, p->phrase.n);

	if (phrase == NULL)
		return;
	if (memmem(p->bare.s, p->bare.n, "=?", 2) == NULL &&
	    memchr(p->bare.s, GAP, p->bare.n) == NULL && p->bare.s[0] != '"')
		emit(p, NULL, addr_text(p, p->bare.s, p->bare.n));
	else
		emit(p, phrase, "");
}

static void
flush(struct parser *p)
{
	if (p->has_angle) {
		const char *name = decoded(p, p->phrase.s,
		    p->phrase_before > 0 ? p->phrase_before : p->phrase.n);

		if (name == NULL)
			name = decoded(p, p->comment.s, p->comment.n);
		emit(p, name, addr_text(p, p->angle.s, p->angle.n));
	} else if (p->has_at) {
		flush_bare(p);
	} else if (p->phrase.n > 0) {
		flush_phrase(p);
	}
	p->phrase.n = p->bare.n = p->comment.n = p->angle.n = 0;
	p->gap = p->has_angle = p->has_at = false;
}

/* A piece of a phrase; `raw` is how it is written in an address. */
static void
add_piece(
    struct parser *p, const char *s, size_t n, const char *raw, size_t raw_n)
{
	struct text *b = &p->bare;

	if (p->gap && p->phrase.n > 0)
		p->phrase.s[p->phrase.n++] = ' ';
	/* old style "ann @ example . org" is one word */
	if (p->gap && b->n > 0 && b->s[b->n - 1] != '@' &&
	    b->s[b->n - 1] != '.' && raw[0] != '@' && raw[0] != '.')
		b->s[b->n++] = GAP;
	p->gap = false;
	text_add(&p->phrase, s, n);
	text_add(b, raw, raw_n);
}

static void
take_comment(struct parser *p)
{
	size_t i,
	    len = p->no_close ? 0 : comment_len(p->in + p->pos, p->n - p->pos);
	const char *s = p->in + p->pos;

	if (len == 0) {
		p->no_close = true;
		add_piece(p, s, 1, s, 1);
		p->pos++;
		return;
	}
	if (p->comment.n > 0)
		p->comment.s[p->comment.n++] = ' ';
	for (i = 1; i + 1 < len; i++) {
		if (s[i] == '\\' && i + 2 < len)
			i++;
		p->comment.s[p->comment.n++] = s[i];
	}
	p->gap = true;
	p->pos += len;
}

static void
take_quoted(struct parser *p)
{
	const char *s = p->in + p->pos;
	size_t i, len = p->no_quote ? 0 : quoted_len(s, p->n - p->pos);
	struct text *t = &p->phrase;

	if (len == 0) {
		p->no_quote = true;
		p->pos++;
		return;
	}
	p->pos += len;
	add_piece(p, NULL, 0, "\"", 1);
	for (i = 1; i + 1 < len; i++) {
		if (s[i] == '\r' || s[i] == '\n')
			continue;
		if (s[i] == '\\' && i + 2 < len) {
			p->bare.s[p->bare.n++] = s[i];
			i++;
		}
		t->s[t->n++] = s[i];
		p->bare.s[p->bare.n++] = s[i] == GAP ? ' ' : s[i];
	}
	p->bare.s[p->bare.n++] = '"';
}

/* Between < and >, which may be missing. */
static void
take_angle(struct parser *p)
{
	struct text *t = &p->angle;

	if (p->has_angle) { /* a comma was forgotten */
		struct text rest = {p->phrase.s + p->phrase_before,
		    p->phrase.n - p->phrase_before};
		bool named = p->phrase_before > 0;

		if (named)
			p->phrase.n = p->phrase_before;
		flush(p);
		if (named) {
			memmove(p->phrase.s, rest.s, rest.n);
			p->phrase.n = rest.n;
		}
	}
	p->has_angle = true;
	p->phrase_before = p->phrase.n;
	for (p->pos++; p->pos < p->n; p->pos++) {
		char c = p->in[p->pos];

		if (c == '>') {
			p->pos++;
			break;
		}
		if (c == '"' && !p->no_quote) {
			size_t len = quoted_len(p->in + p->pos, p->n - p->pos);

			if (len > 0) {
				text_add(t, p->in + p->pos, len);
				p->pos += len - 1;
				continue;
			}
			p->no_quote = true;
		}
		if (c == '(' && !p->no_close && t->n > 0) {
			size_t len = comment_len(p->in + p->pos, p->n - p->pos);

			if (len > 0) {
				p->pos += len - 1;
				continue;
			}
			p->no_close = true;
		}
		if (c == ':' && t->n > 0 && t->s[0] == '@') {
			t->n = 0; /* a route */
			continue;
		}
		/* the > was forgotten */
		if ((c == ',' || c == ';') && t->n > 0 && t->s[0] != '@' &&
		    memchr(t->s, '@', t->n) != NULL &&
		    memchr(t->s, '?', t->n) == NULL)
			break;
		if (!is_blank(c) && c != '<')
			t->s[t->n++] = c;
	}
	p->gap = true;
}

static void
take_group(struct parser *p)
{
	const char *name = decoded(p, p->phrase.s, p->phrase.n);

	p->phrase.n = p->bare.n = p->comment.n = 0;
	p->gap = p->has_at = false;
	if (p->has_angle)
		flush(p);
	if (name != NULL && is_word(name, strlen(name), "mailto"))
		return;
	p->group = name;
	p->group_size = 0;
}

static void
end_group(struct parser *p)
{
	const char *name = p->group;

	flush(p);
	if (name != NULL && p->group_size == 0)
		emit(p, name, "");
	p->group = NULL;
}

/* Letters and whatever else has no meaning here. */
static void
take_atom(struct parser *p)
{
	const char *s = p->in + p->pos;
	size_t n = p->n - p->pos, i = 0;
	struct word w;

	if (s[0] == '=' && word_parse(s, n, true, &w)) {
		add_piece(p, s, w.len, s, w.len);
		p->pos += w.len;
		return;
	}
	do {
		if (s[i] == '@')
			p->has_at = true;
		i++;
	} while (i < n && !is_blank(s[i]) && s[i] != '\0' &&
		 strchr("<>(),:;\"=", s[i]) == NULL);
	add_piece(p, s, i, s, i);
	p->pos += i;
}

static void
step(struct parser *p)
{
	char c = p->in[p->pos];

	if (is_blank(c) || c == '\0') {
		p->gap = true;
		p->pos++;
	} else if (c == '(') {
		take_comment(p);
	} else if (c == '"') {
		take_quoted(p);
	} else if (c == '<') {
		take_angle(p);
	} else if (c == '>') {
		p->pos++;
	} else if (c == ',') {
		flush(p);
		p->pos++;
	} else if (c == ';') {
		end_group(p);
		p->pos++;
	} else if (c == ':' && !p->has_at) {
		take_group(p);
		p->pos++;
	} else {
		take_atom(p);
	}
}

void
address_parse(struct arena *a, const char *value, size_t n, const char *charset,
    struct addresses *out)
{
	struct parser p = {.a = a, .charset = charset, .in = value, .n = n};
	char few[4 * 512], *room = few;
	/* each text gets at most the value, and a separator a piece */
	size_t each = 2 * n + 4;

	*out = (struct addresses){.n = 0};
	if (4 * each > sizeof few)
		room = mem_alloc(4 * each);
	p.phrase.s = room;
	p.bare.s = room + each;
	p.comment.s = room + 2 * each;
	p.angle.s = room + 3 * each;
	while (p.pos < n && !p.cut)
		step(&p);
	end_group(&p);
	if (p.count > 0) {
		out->v = arena_alloc(a, p.count * sizeof *p.v);
		memcpy(out->v, p.v, p.count * sizeof *p.v);
	}
	out->n = p.count;
	out->cut = p.cut;
	free(p.v);
	if (room != few)
		free(room);
}

/* Must the name be quoted to stand before <>? */
static bool
needs_quotes(const char *name)
{
	return strpbrk(name, "()<>[]:;@\\,\"") != NULL;
}

char *
address_text(struct arena *a, const struct address *ad)
{
	char *quoted, *q;
	const char *s;

	if (ad->name == NULL)
		return arena_str(a, ad->addr);
	if (*ad->addr == '\0')
		return arena_str(a, ad->name);
	if (!needs_quotes(ad->name))
		return arena_printf(a, "%s <%s>", ad->name, ad->addr);
	q = quoted = arena_alloc(a, 2 * strlen(ad->name) + 1);
	for (s = ad->name; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			*q++ = '\\';
		*q++ = *s;
	}
	return arena_printf(a, "\"%s\" <%s>", quoted, ad->addr);
}
