/*
 * Parameters of Content-Type and Content-Disposition: RFC 2045 as it is
 * written, RFC 2231 as it is meant, and the encoded words that neither allows.
 */
#include <stdlib.h>
#include <string.h>

#include "mime_int.h"
#include "util/utf8.h"

/* More parameters than any mail has; the rest is not looked at. */
#define PARAMS_MAX 200

const char *
params_get(const struct param *list, const char *name)
{
	for (; list != NULL; list = list->next)
		if (is_word(list->name, strlen(list->name), name))
			return list->value;
	return NULL;
}

/* One raw parameter: name, piece number, whether it is %-encoded. */
struct piece {
	const char *name, *value;
	size_t name_len;
	int number; /* -1: not in pieces */
	bool encoded;
	bool used;
};

static struct piece
piece_of(const struct param *raw)
{
	const char *star = strchr(raw->name, '*');
	struct piece p = {.name = raw->name, .value = raw->value, .number = -1};

	p.name_len = star != NULL ? (size_t)(star - raw->name)
				  : strlen(raw->name);
	if (star == NULL)
		return p;
	if (is_digit(star[1])) {
		p.number = 0;
		for (star++; is_digit(*star) && p.number < 10000; star++)
			p.number = p.number * 10 + (*star - '0');
	} else {
		star++;
	}
	p.encoded = star[-1] == '*' || *star == '*';
	return p;
}

static bool
same_param(const struct piece *a, const struct piece *b)
{
	return a->name_len == b->name_len &&
	       strncasecmp(a->name, b->name, a->name_len) == 0;
}

static void
percent_put(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '%' && hex_digit(s[1]) >= 0 && hex_digit(s[2]) >= 0) {
			buf_putc(out,
			    (char)(hex_digit(s[1]) << 4 | hex_digit(s[2])));
			s += 2;
		} else {
			buf_putc(out, *s);
		}
	}
}

/* "charset'language'text": text, and the charset's length. */
static const char *
skip_charset(const char *s, size_t *charset_len)
{
	const char *one = strchr(s, '\''), *two;

	*charset_len = 0;
	if (one == NULL || (two = strchr(one + 1, '\'')) == NULL)
		return s;
	*charset_len = (size_t)(one - s);
	return two + 1;
}

/* The value of p[i], with the pieces that belong to it in their order. */
static const char *
join(struct arena *a, struct piece *p, size_t n, size_t i)
{
	size_t k, charset_len = 0, room = 0;
	const char *charset = "", *text;
	struct buf bytes = {.len = 0}, out = {.len = 0};
	int next = p[i].number > 0 ? p[i].number : 0;
	bool found = true, first = true;

	for (k = 0; k < n; k++)
		if (same_param(&p[k], &p[i]))
			room += strlen(p[k].value);
	bytes.max = room + 1;
	out.max = 16 * room + 64;
	while (found) {
		found = false;
		for (k = 0; k < n && !found; k++) {
			if (p[k].used || !same_param(&p[k], &p[i]) ||
			    (p[k].number != next && p[i].number >= 0) ||
			    (p[i].number < 0 && k != i))
				continue;
			found = p[k].used = true;
			text = p[k].value;
			if (first && p[k].encoded) {
				charset = text;
				text = skip_charset(text, &charset_len);
			}
			first = false;
			if (p[k].encoded)
				percent_put(&bytes, text);
			else
				buf_puts(&bytes, text);
		}
		next++;
	}
	if (charset_put(
		&out, charset, charset_len, bytes.data, bytes.len, NULL) < 0)
		buf_puts(&out, "\xef\xbf\xbd");
	text = line_text(a, buf_text(&out), out.len);
	buf_free(&bytes);
	buf_free(&out);
	return text;
}

/* The best form of the parameter p[i]: "name*", then pieces, then plain. */
static size_t
best_form(const struct piece *p, size_t n, size_t i)
{
	size_t k, best = i;

	for (k = i; k < n; k++) {
		if (!same_param(&p[k], &p[i]))
			continue;
		if (p[k].number < 0 && p[k].encoded)
			return k;
		if (p[k].number == 0 && p[best].number != 0)
			best = k;
	}
	return best;
}

struct param *
params_decode(struct arena *a, const struct param *raw)
{
	struct piece p[PARAMS_MAX];
	struct param *list = NULL, **end = &list;
	size_t n = 0, i, k;

	for (; raw != NULL && n < PARAMS_MAX; raw = raw->next)
		p[n++] = piece_of(raw);
	for (i = 0; i < n; i++) {
		struct param *q;

		if (p[i].used || p[i].name_len == 0)
			continue;
		q = arena_alloc(a, sizeof *q);
		q->name = token_text(a, p[i].name, p[i].name_len, true);
		for (char *c = (char *)(uintptr_t)q->name; *c != '\0'; c++)
			*c = lower(*c);
		k = best_form(p, n, i);
		q->value = p[k].encoded || p[k].number >= 0
			       ? join(a, p, n, k)
			       : header_decode(
				     a, p[k].value, strlen(p[k].value), NULL);
		for (k = i; k < n; k++)
			if (same_param(&p[k], &p[i]))
				p[k].used = true;
		*end = q;
		end = &q->next;
	}
	return list;
}

/* A view moving over a header value. */
struct cursor {
	const char *s, *end;
};

static void
skip_blanks(struct cursor *c)
{
	while (c->s < c->end) {
		size_t len;

		if (is_blank(*c->s)) {
			c->s++;
		} else if (*c->s == '(' && (len = comment_len(c->s,
						(size_t)(c->end - c->s))) > 0) {
			c->s += len;
		} else {
			return;
		}
	}
}

static const char *
take_quoted(struct arena *a, struct cursor *c)
{
	size_t len = quoted_len(c->s, (size_t)(c->end - c->s));
	char *text, *to;

	if (len == 0)
		len = (size_t)(c->end - c->s);
	text = to = arena_alloc(a, len + 1);
	for (c->s++; c->s < c->end && *c->s != '"'; c->s++) {
		if (*c->s == '\r' || *c->s == '\n' || *c->s == '\0')
			continue;
		if (*c->s == '\\' && c->s + 1 < c->end && c->s[1] != '\r' &&
		    c->s[1] != '\n' && c->s[1] != '\0')
			c->s++;
		*to++ = *c->s;
	}
	return text;
}

/* At blanks inside an unquoted value: does "name=" follow, a semicolon
 * having been forgotten? */
static bool
starts_param(const char *s, const char *end)
{
	const char *from;

	while (s < end && is_blank(*s))
		s++;
	from = s;
	while (s < end &&
	       (is_digit(*s) || (lower(*s) >= 'a' && lower(*s) <= 'z') ||
		   *s == '*' || *s == '-'))
		s++;
	return s > from && s < end && *s == '=';
}

/* Up to the semicolon: file names with blanks are sent without quotes. */
static const char *
take_bare(struct arena *a, struct cursor *c)
{
	const char *from = c->s;
	size_t n, i, at = 0;
	char *text;

	while (c->s < c->end && *c->s != ';') {
		if (is_blank(*c->s) &&
		    (starts_param(c->s, c->end) ||
			(c->s + 1 < c->end && c->s[1] == '(')))
			break;
		c->s++;
	}
	n = (size_t)(c->s - from);
	trim(&from, &n);
	text = arena_alloc(a, n + 1);
	for (i = 0; i < n; i++)
		if (from[i] != '\r' && from[i] != '\n' && from[i] != '\0')
			text[at++] = from[i];
	return text;
}

static struct param *
take_param(struct arena *a, struct cursor *c)
{
	const char *from = c->s;
	struct param *q;
	size_t n;

	while (
	    c->s < c->end && *c->s != '=' && *c->s != ';' && !is_blank(*c->s))
		c->s++;
	n = (size_t)(c->s - from);
	skip_blanks(c);
	if (n == 0 || c->s == c->end || *c->s != '=')
		return NULL;
	c->s++;
	skip_blanks(c);
	q = arena_alloc(a, sizeof *q);
	q->name = token_text(a, from, n, true);
	q->value = c->s < c->end && *c->s == '"' ? take_quoted(a, c)
						 : take_bare(a, c);
	return q;
}

/* "text (x) / plain", up to the semicolon, which may be forgotten. */
static const char *
take_type(struct arena *a, struct cursor *c)
{
	char *type = arena_alloc(a, (size_t)(c->end - c->s) + 1), *to = type;

	for (;;) {
		skip_blanks(c);
		if (c->s == c->end || *c->s == ';' ||
		    (to > type && is_blank(c->s[-1]) &&
			starts_param(c->s, c->end)))
			break;
		*to++ = *c->s++;
	}
	return token_text(a, type, (size_t)(to - type), true);
}

const char *
params_parse(struct arena *a, const char *value, size_t n, struct param **out)
{
	struct cursor c = {value, value + n};
	struct param *raw = NULL, **end = &raw, *q;
	const char *first;
	size_t count = 0;

	first = take_type(a, &c);
	while (c.s < c.end && count < PARAMS_MAX) {
		const char *before = c.s;

		while (c.s < c.end && (*c.s == ';' || *c.s == '"'))
			c.s++;
		skip_blanks(&c);
		q = take_param(a, &c);
		if (q != NULL) {
			*end = q;
			end = &q->next;
			count++;
		} else if (c.s == before) {
			c.s++;
		}
	}
	*out = params_decode(a, raw);
	return first;
}
