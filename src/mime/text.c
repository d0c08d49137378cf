/*
 * From the bytes of a text part to UTF-8: the whole way.
 *
 * The label is tried first, then what the bytes themselves say: a byte order
 * mark, the escapes of ISO-2022-JP, a <meta> of HTML, being valid UTF-8.
 */
#include <string.h>

#include "mime_int.h"

/* How far into HTML a <meta charset> is looked for. */
#define META_WITHIN 2048

static bool
begins(const char *p, size_t n, const char *what, size_t len)
{
	return n >= len && memcmp(p, what, len) == 0;
}

static bool
is_iso2022jp(const char *p, size_t n)
{
	return memmem(p, n, "\x1b$B", 3) != NULL ||
	       memmem(p, n, "\x1b$@", 3) != NULL;
}

int
text_to_utf8(const char *charset, const char *assumed, const char *p, size_t n,
    struct buf *out, struct err *e)
{
	if (n == 0)
		return 0;
	if (begins(p, n, "\xef\xbb\xbf", 3)) {
		charset = "utf-8";
		p += 3;
		n -= 3;
	} else if (begins(p, n, "\xff\xfe", 2) || begins(p, n, "\xfe\xff", 2)) {
		charset = "utf-16"; /* iconv takes the mark away */
	} else if ((charset == NULL ||
		       is_word(charset, strlen(charset), "us-ascii")) &&
		   is_iso2022jp(p, n)) {
		charset = "iso-2022-jp";
	}
	if (charset == NULL)
		return charset_guess(out, assumed, p, n, e);
	return charset_put(out, charset, strlen(charset), p, n, e);
}

/* The charset a page says it has, in `room`; NULL: none.  A page whose <meta>
 * can be read as ASCII is not in UTF-16, whatever it says. */
static const char *
meta_charset(const char *p, size_t n, char room[CHARSET_MAX + 1])
{
	size_t i, len = 0, end = n < META_WITHIN ? n : META_WITHIN;

	for (i = 0; i + 8 < end; i++)
		if (is_word(p + i, 8, "charset="))
			break;
	if (i + 8 >= end)
		return NULL;
	for (i += 8; i < end && (p[i] == '"' || p[i] == '\''); i++)
		;
	for (; i < end && len < CHARSET_MAX && p[i] > ' ' &&
	       strchr("\"';/>", p[i]) == NULL;
	     i++)
		room[len++] = p[i];
	room[len] = '\0';
	if (len == 0 || (len >= 5 && is_word(room, 5, "utf-1")))
		return NULL;
	return room;
}

/* CRLF and lone CR become LF, in place. */
static void
fix_line_ends(struct buf *b, size_t from)
{
	size_t i, at = from;

	for (i = from; i < b->len; i++) {
		if (b->data[i] != '\r')
			b->data[at++] = b->data[i];
		else if (i + 1 == b->len || b->data[i + 1] != '\n')
			b->data[at++] = '\n';
	}
	if (b->len > 0)
		buf_cut(b, at);
}

/* text/enriched and its elder (RFC 1896, 1341): the words without the
 * commands. */
static void
strip_enriched(struct buf *b, size_t from)
{
	size_t i = from, at = from, hidden = 0;

	while (i < b->len) {
		const char *s = b->data + i, *gt;
		size_t left = b->len - i, n;

		if (*s != '<' || (left > 1 && s[1] == '<')) {
			if (hidden == 0)
				b->data[at++] = *s;
			i += *s == '<' ? 2 : 1;
			continue;
		}
		/* the longest command of the RFC has 60 characters */
		gt = memchr(s, '>', left < 64 ? left : 64);
		if (gt == NULL) {
			b->data[at++] = *s;
			i++;
			continue;
		}
		n = (size_t)(gt - s) - 1;
		if (is_word(s + 1, n, "nl") && hidden == 0)
			b->data[at++] = '\n';
		else if (is_word(s + 1, n, "lt") && hidden == 0)
			b->data[at++] = '<';
		else if (is_word(s + 1, n, "param"))
			hidden++;
		else if (is_word(s + 1, n, "/param") && hidden > 0)
			hidden--;
		i += n + 2;
	}
	if (b->len > 0)
		buf_cut(b, at);
}

int
text_of_part(const struct part *p, const char *encoded, size_t n,
    const char *assumed, struct buf *out, struct err *e)
{
	bool html = part_is(p, "text", "html");
	const char *charset = part_param(p, "charset");
	struct buf bytes = {.max = n + 1}, text = {.max = 16 * n + 64};
	struct buf *to = html ? &text : out;
	char room[CHARSET_MAX + 1];
	size_t from = out->len;
	int rc = -1;

	if (text_decode(p->encoding, encoded, n, &bytes, e) < 0)
		goto out;
	if (html && charset == NULL && bytes.len > 0)
		charset = meta_charset(bytes.data, bytes.len, room);
	if (text_to_utf8(charset, assumed, bytes.data, bytes.len, to, e) < 0)
		goto out;
	if (html && html_to_text(buf_text(&text), text.len, out, e) < 0)
		goto out;
	if (part_is(p, "text", "enriched") || part_is(p, "text", "richtext"))
		strip_enriched(out, from);
	fix_line_ends(out, from);
	rc = 0;
out:
	buf_free(&bytes);
	buf_free(&text);
	return rc;
}
