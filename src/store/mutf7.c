#include "mutf7.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/mem.h"
#include "util/utf8.h"

#define NAME_MAX_BYTES (1024 * 1024)

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+,";

/* Sixteen bits at a time into digits of six. */
struct packer {
	struct buf *out;
	uint32_t bits;
	int n;
	bool open; /* inside & ... - */
};

static void
pack_unit(struct packer *k, uint32_t unit)
{
	if (!k->open)
		buf_putc(k->out, '&');
	k->open = true;
	k->bits = (k->bits << 16) | unit;
	for (k->n += 16; k->n >= 6; k->n -= 6)
		buf_putc(k->out, digits[(k->bits >> (k->n - 6)) & 63]);
}

static void
pack_end(struct packer *k)
{
	if (!k->open)
		return;
	if (k->n > 0)
		buf_putc(k->out, digits[(k->bits << (6 - k->n)) & 63]);
	buf_putc(k->out, '-');
	k->open = false;
	k->bits = 0;
	k->n = 0;
}

char *
mutf7_encode(const char *utf8)
{
	struct buf out = BUF_INIT(NAME_MAX_BYTES);
	struct packer k = {.out = &out};
	size_t n = strlen(utf8), used;
	int32_t cp;

	for (; (used = utf8_next(utf8, n, &cp)) > 0; utf8 += used, n -= used) {
		if (cp < 0)
			cp = 0xfffd;
		if (cp >= 0x20 && cp <= 0x7e) {
			pack_end(&k);
			buf_putc(&out, (char)cp);
			if (cp == '&')
				buf_putc(&out, '-');
		} else if (cp >= 0x10000) {
			uint32_t v = (uint32_t)cp - 0x10000;

			pack_unit(&k, 0xd800 + (v >> 10));
			pack_unit(&k, 0xdc00 + (v & 0x3ff));
		} else {
			pack_unit(&k, (uint32_t)cp);
		}
	}
	pack_end(&k);
	if (out.data == NULL)
		return mem_str("");
	return buf_take(&out);
}

/* One run between & and -; false when it is no UTF-16 in base64. */
static bool
unpack(const char *s, size_t n, struct buf *out)
{
	uint32_t bits = 0, high = 0;
	int have = 0;

	for (size_t i = 0; i < n; i++) {
		const char *d = memchr(digits, s[i], 64);
		uint32_t unit;
		char text[4];

		if (d == NULL)
			return false;
		bits = (bits << 6) | (uint32_t)(d - digits);
		have += 6;
		if (have < 16)
			continue;
		have -= 16;
		unit = (bits >> have) & 0xffff;
		if (high != 0) {
			if (unit < 0xdc00 || unit > 0xdfff)
				return false;
			unit = 0x10000 + ((high - 0xd800) << 10) +
			       (unit - 0xdc00);
			high = 0;
		} else if (unit >= 0xd800 && unit <= 0xdbff) {
			high = unit;
			continue;
		} else if (unit == 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
			return false;
		}
		buf_put(out, text, utf8_put((int32_t)unit, text));
	}
	return high == 0 && have < 6 && (bits & ((1u << have) - 1)) == 0;
}

static void
put_as_is(struct buf *out, const char *s, size_t n)
{
	size_t used;
	int32_t cp;

	for (; (used = utf8_next(s, n, &cp)) > 0; s += used, n -= used) {
		if (cp < 0)
			buf_puts(out, "\xef\xbf\xbd");
		else
			buf_put(out, s, used);
	}
}

char *
mutf7_decode(const char *s, size_t n, bool *exact)
{
	struct buf out = BUF_INIT(4 * (size_t)NAME_MAX_BYTES);
	size_t i = 0;
	char *back;

	if (n > NAME_MAX_BYTES)
		n = NAME_MAX_BYTES;
	while (i < n) {
		const char *amp = memchr(s + i, '&', n - i);
		const char *dash;
		size_t at = amp != NULL ? (size_t)(amp - s) : n;

		put_as_is(&out, s + i, at - i);
		if (amp == NULL)
			break;
		dash = memchr(amp, '-', n - at);
		i = dash != NULL ? (size_t)(dash - s) + 1 : n;
		if (dash == amp + 1) {
			buf_putc(&out, '&');
			continue;
		}
		size_t before = out.len;

		if (dash == NULL ||
		    !unpack(amp + 1, (size_t)(dash - amp) - 1, &out)) {
			buf_cut(&out, before);
			put_as_is(&out, amp, i - at);
		}
	}
	if (out.data == NULL)
		buf_puts(&out, "");
	back = mutf7_encode(buf_text(&out));
	*exact = strlen(back) == n && memcmp(back, s, n) == 0;
	free(back);
	return out.data != NULL ? buf_take(&out) : mem_str("");
}
