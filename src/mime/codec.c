/*
 * Transfer encodings undone: base64, quoted-printable, uuencode.
 *
 * All of them take what is there: a cut quantum, "=ZZ", a line of uuencode
 * that promises more than it holds are read as far as they go, never further.
 */
#include <string.h>

#include "mime_int.h"

/* Output goes out in pieces of this size. */
#define CHUNK 4096

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

int
base64_put(
    struct base64 *b, const char *p, size_t n, struct buf *out, struct err *e)
{
	char chunk[CHUNK];
	size_t i, at = 0;

	for (i = 0; i < n; i++) {
		int v = base64_value(p[i]);

		if (p[i] == '=') {
			b->bits = 0;
			b->ended = true;
		}
		if (v < 0)
			continue;
		b->acc = (b->acc << 6 | (uint32_t)v) & 0xffffff;
		b->bits += 6;
		if (b->bits < 8)
			continue;
		b->bits -= 8;
		chunk[at++] = (char)(b->acc >> b->bits);
		if (at == sizeof chunk) {
			if (buf_add(out, chunk, at, e) < 0)
				return -1;
			at = 0;
		}
	}
	return buf_add(out, chunk, at, e);
}

static size_t
line_len(const char *p, size_t n)
{
	const char *lf = memchr(p, '\n', n);

	return lf == NULL ? n : (size_t)(lf - p) + 1;
}

/* Could the line be more of a text whose padding has been seen (`ended`)?
 * Before that, only a rule ("____") is surely none. */
static bool
is_base64_line(const char *p, size_t n, bool ended)
{
	size_t i, good = 0, bad = 0;

	for (i = 0; i < n; i++) {
		if (base64_value(p[i]) >= 0 || p[i] == '=')
			good++;
		else if (!is_blank(p[i]))
			bad++;
	}
	return bad == 0 || (!ended && good > 0);
}

/* Mailing lists append their footer to an encoded body. */
static int
decode_base64(const char *p, size_t n, struct buf *out, struct err *e)
{
	struct base64 b = {.bits = 0};

	while (n > 0) {
		size_t len = line_len(p, n);

		if (!is_base64_line(p, len, b.ended))
			break;
		if (base64_put(&b, p, len, out, e) < 0)
			return -1;
		p += len;
		n -= len;
	}
	return 0;
}

/* At "=" with nothing but blanks behind it on the line: how long that is with
 * the line end; 0: it is none. */
static size_t
soft_break(const char *p, size_t n)
{
	size_t i = 1;

	while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r'))
		i++;
	if (i == n)
		return n;
	return p[i] == '\n' ? i + 1 : 0;
}

static int
decode_qp(const char *p, size_t n, struct buf *out, struct err *e)
{
	while (n > 0) {
		const char *eq = memchr(p, '=', n);
		size_t run = eq == NULL ? n : (size_t)(eq - p), len;
		char c;

		if (buf_add(out, p, run, e) < 0)
			return -1;
		p += run;
		n -= run;
		if (n == 0)
			return 0;
		if (n >= 3 && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
			c = (char)(hex_digit(p[1]) << 4 | hex_digit(p[2]));
			len = 3;
			if (buf_add(out, &c, 1, e) < 0)
				return -1;
		} else if ((len = soft_break(p, n)) == 0) {
			len = 1;
			if (buf_add(out, p, 1, e) < 0)
				return -1;
		}
		p += len;
		n -= len;
	}
	return 0;
}

/* One line: a length, then four characters for three bytes. */
static int
uu_line(const char *p, size_t n, struct buf *out, struct err *e)
{
	size_t want = ((unsigned char)p[0] - 32U) & 63, i, at = 0;
	uint32_t acc = 0;
	char bytes[64];
	int bits = 0;

	for (i = 1; i < n && at < want; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < 32 || c > 96)
			break;
		acc = (acc << 6 | ((c - 32U) & 63)) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[at++] = (char)(acc >> bits);
		}
	}
	return buf_add(out, bytes, at, e);
}

static int
decode_uu(const char *p, size_t n, struct buf *out, struct err *e)
{
	bool begun = false;

	while (n > 0) {
		size_t len = line_len(p, n), text = len;

		while (text > 0 && (p[text - 1] == '\n' || p[text - 1] == '\r'))
			text--;
		if (!begun)
			begun = text > 6 && memcmp(p, "begin ", 6) == 0;
		else if (text == 3 && memcmp(p, "end", 3) == 0)
			return 0;
		else if (text > 0 && uu_line(p, text, out, e) < 0)
			return -1;
		p += len;
		n -= len;
	}
	return 0;
}

int
text_decode(const char *encoding, const char *p, size_t n, struct buf *out,
    struct err *e)
{
	if (strcmp(encoding, "base64") == 0)
		return decode_base64(p, n, out, e);
	if (strcmp(encoding, "quoted-printable") == 0)
		return decode_qp(p, n, out, e);
	if (strcmp(encoding, "x-uuencode") == 0 ||
	    strcmp(encoding, "uuencode") == 0 || strcmp(encoding, "x-uue") == 0)
		return decode_uu(p, n, out, e);
	return buf_add(out, p, n, e);
}
