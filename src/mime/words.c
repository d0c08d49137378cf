/*
 * Header text to UTF-8: unfolding, RFC 2047 encoded words, raw 8-bit.
 *
 * Words next to each other in one charset are decoded to bytes first and
 * converted together, because senders cut multibyte characters (and some even
 * base64 quanta) between words.  A word that breaks the syntax is text.
 */
#include <string.h>

#include "mime_int.h"
#include "util/utf8.h"

/* RFC 2047's Q, which is not quite quoted-printable. */
static void
q_put(const char *p, size_t n, struct buf *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' || p[i] == '\n')
			continue;
		if (p[i] == '_') {
			buf_putc(out, ' ');
		} else if (p[i] == '=' && i + 2 < n &&
			   hex_digit(p[i + 1]) >= 0 &&
			   hex_digit(p[i + 2]) >= 0) {
			buf_putc(out, (char)(hex_digit(p[i + 1]) << 4 |
					     hex_digit(p[i + 2])));
			i += 2;
		} else {
			buf_putc(out, p[i]);
		}
	}
}

/* Length of the encoded text, which "?=" ends; (size_t)-1: it is not ended
 * before another word begins. */
static size_t
word_text_len(const char *s, size_t n, bool strict)
{
	size_t i;

	for (i = 0; i + 1 < n; i++) {
		if (s[i] == '?' && s[i + 1] == '=')
			return i;
		if (s[i] == '=' && s[i + 1] == '?' &&
		    (i + 2 == n || s[i + 2] != '='))
			return (size_t)-1;
		if (strict && (is_blank(s[i]) || s[i] == '\0'))
			return (size_t)-1;
	}
	return (size_t)-1;
}

bool
word_parse(const char *s, size_t n, bool strict, struct word *out)
{
	size_t i = 2, len;

	if (n < 8 || s[0] != '=' || s[1] != '?')
		return false;
	while (i < n && i < 2 + CHARSET_MAX + 16 && s[i] > ' ' && s[i] < 0x7f &&
	       s[i] != '?' && s[i] != '*')
		i++;
	out->charset = s + 2;
	out->charset_len = i - 2;
	if (i < n && s[i] == '*')
		while (i < n && i < 2 + CHARSET_MAX + 16 && s[i] > ' ' &&
		       s[i] != '?')
			i++;
	if (i + 3 >= n || s[i] != '?' || s[i + 2] != '?' || i == 2)
		return false;
	out->kind = lower(s[i + 1]);
	if (out->kind != 'b' && out->kind != 'q')
		return false;
	i += 3;
	len = word_text_len(s + i, n - i, strict);
	if (len == (size_t)-1)
		return false;
	out->text = s + i;
	out->text_len = len;
	out->len = i + len + 2;
	return true;
}

/* Decoder of one header value. */
struct decoder {
	struct buf out;
	struct buf bytes;    /* of words not yet converted */
	struct base64 b64;   /* across words */
	const char *charset; /* of those bytes; NULL: no word before */
	size_t charset_len;
	const char *assumed; /* for raw 8-bit */
};

static void
decoder_flush(struct decoder *d)
{
	if (d->charset == NULL)
		return;
	if (charset_put(&d->out, d->charset, d->charset_len, d->bytes.data,
		d->bytes.len, NULL) < 0)
		buf_puts(&d->out, "\xef\xbf\xbd");
	d->bytes.len = 0;
	d->charset = NULL;
	d->b64 = (struct base64){.bits = 0};
}

static bool
same_charset(const struct decoder *d, const struct word *w)
{
	size_t i;

	if (d->charset == NULL || d->charset_len != w->charset_len)
		return false;
	for (i = 0; i < w->charset_len; i++)
		if (lower(d->charset[i]) != lower(w->charset[i]))
			return false;
	return true;
}

static void
decoder_word(struct decoder *d, const struct word *w)
{
	if (!same_charset(d, w)) {
		decoder_flush(d);
		d->charset = w->charset;
		d->charset_len = w->charset_len;
	}
	if (w->kind == 'q') {
		d->b64.bits = 0;
		q_put(w->text, w->text_len, &d->bytes);
		return;
	}
	/* Left-over bits that are zero are missing padding; others are a
	 * quantum cut in two. */
	if (d->b64.bits < 6 &&
	    (d->b64.acc & ((1U << (unsigned)d->b64.bits) - 1)) == 0)
		d->b64.bits = 0;
	if (base64_put(&d->b64, w->text, w->text_len, &d->bytes, NULL) < 0)
		decoder_flush(d);
}

/* Text that is no word, its line ends taken out. */
static void
decoder_text(struct decoder *d, const char *s, size_t n)
{
	size_t i, from = 0;

	decoder_flush(d);
	if (!is_ascii(s, n)) {
		if (charset_guess(&d->out, d->assumed, s, n, NULL) < 0)
			buf_puts(&d->out, "\xef\xbf\xbd");
		return;
	}
	for (i = 0; i < n; i++) {
		if (s[i] != '\r' && s[i] != '\n')
			continue;
		buf_put(&d->out, s + from, i - from);
		from = i + 1;
	}
	buf_put(&d->out, s + from, n - from);
}

static bool
all_blank(const char *s, size_t n)
{
	while (n > 0 && is_blank(*s)) {
		s++;
		n--;
	}
	return n == 0;
}

static void
decoder_run(struct decoder *d, const char *s, size_t n)
{
	size_t text = 0, i = 0; /* text: where what is no word began */

	while (i + 1 < n) {
		const char *eq = memchr(s + i, '=', n - i - 1);
		struct word w;

		if (eq == NULL)
			break;
		i = (size_t)(eq - s);
		if (!word_parse(eq, n - i, false, &w)) {
			i++;
			continue;
		}
		/* blanks between two words are only their separator */
		if (i > text &&
		    (d->charset == NULL || !all_blank(s + text, i - text)))
			decoder_text(d, s + text, i - text);
		decoder_word(d, &w);
		i += w.len;
		text = i;
	}
	if (text < n)
		decoder_text(d, s + text, n - text);
	decoder_flush(d);
}

char *
line_text(struct arena *a, const char *s, size_t n)
{
	char *line;
	size_t i, nuls = 0, at = 0;

	trim(&s, &n);
	for (i = 0; i < n; i++)
		nuls += s[i] == '\0';
	line = arena_alloc(a, n + 2 * nuls + 1);
	for (i = 0; i < n; i++) {
		if (s[i] == '\0') {
			memcpy(line + at, "\xef\xbf\xbd", 3);
			at += 3;
		} else if (is_blank(s[i])) {
			line[at++] = ' ';
		} else {
			line[at++] = s[i];
		}
	}
	return line;
}

/* Nothing to decode or to unfold: most values. */
static bool
is_plain(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c >= 0x7f ||
		    (c == '=' && i + 1 < n && s[i + 1] == '?'))
			return false;
	}
	return true;
}

char *
header_decode(struct arena *a, const char *value, size_t n, const char *charset)
{
	struct decoder d = {.assumed = charset};
	char *text;

	trim(&value, &n);
	if (is_plain(value, n))
		return arena_strn(a, value, n);
	/* no charset makes more than 12 bytes of one */
	d.out.max = d.bytes.max = 16 * n + 64;
	decoder_run(&d, value, n);
	text = line_text(a, d.out.len > 0 ? d.out.data : "", d.out.len);
	buf_free(&d.out);
	buf_free(&d.bytes);
	return text;
}

char *
token_text(struct arena *a, const char *s, size_t n, bool drop_blanks)
{
	unsigned char floor = drop_blanks ? ' ' + 1 : ' ';
	char *text, *to;

	if (is_ascii(s, n)) {
		text = arena_strn(a, s, n);
	} else {
		struct buf b = {.max = 3 * n + 1};

		if (utf8_mend(&b, s, n, NULL) < 0)
			b.len = 0;
		n = b.len;
		text = arena_strn(a, buf_text(&b), n);
		buf_free(&b);
	}
	for (s = to = text; n > 0; s++, n--)
		if ((unsigned char)*s >= floor && *s != 0x7f)
			*to++ = *s;
	*to = '\0';
	return text;
}
