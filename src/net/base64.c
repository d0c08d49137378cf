#include <stdlib.h>

#include "net/sasl.h"
#include "util/mem.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Added in one piece: what is encoded may be a password, and a buffer that
 * grows leaves copies behind. */
void
base64_encode(const void *p, size_t n, struct buf *out)
{
	const unsigned char *s = p;
	size_t size = (n + 2) / 3 * 4, at = 0;
	char *text = mem_alloc(size + 1);

	for (size_t i = 0; i < n; i += 3) {
		unsigned v = (unsigned)s[i] << 16;

		if (i + 1 < n)
			v |= (unsigned)s[i + 1] << 8;
		if (i + 2 < n)
			v |= s[i + 2];
		text[at++] = letters[v >> 18];
		text[at++] = letters[v >> 12 & 63];
		text[at++] = i + 1 < n ? letters[v >> 6 & 63] : '=';
		text[at++] = i + 2 < n ? letters[v & 63] : '=';
	}
	buf_put(out, text, at);
	mem_wipe(text, at);
	free(text);
}

static int
value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four letters; `pad` of them are '='. */
static int
decode_group(const char *s, size_t pad, unsigned char out[3])
{
	unsigned v = 0;

	for (size_t i = 0; i < 4; i++) {
		int x = i < 4 - pad ? value(s[i]) : 0;

		if (x < 0 || (i >= 4 - pad && s[i] != '='))
			return -1;
		v = v << 6 | (unsigned)x;
	}
	out[0] = (unsigned char)(v >> 16);
	out[1] = (unsigned char)(v >> 8 & 255);
	out[2] = (unsigned char)(v & 255);
	return 0;
}

int
base64_decode(const char *s, size_t n, struct buf *out, struct err *e)
{
	size_t before = out->len, pad = 0;

	if (n % 4 != 0)
		return err_set(e, ERR_PROTO, "base64 is cut short");
	if (n > 0 && s[n - 1] == '=')
		pad = s[n - 2] == '=' ? 2 : 1;
	for (size_t i = 0; i < n; i += 4) {
		size_t here = i + 4 == n ? pad : 0;
		unsigned char bytes[3];

		if (decode_group(s + i, here, bytes) < 0) {
			buf_cut(out, before);
			return err_set(e, ERR_PROTO,
			    "byte 0x%02x does not belong in base64",
			    (unsigned)(unsigned char)s[i]);
		}
		if (buf_add(out, bytes, 3 - here, e) < 0) {
			buf_cut(out, before);
			return -1;
		}
	}
	return 0;
}
