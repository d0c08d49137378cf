/*
 * jansson escapes the strings; on top of that, what could act on a terminal
 * (DEL, C1, bidi and other format characters) is written as \u escapes: JSON
 * is looked at on a terminal as often as it is parsed.
 *
 * A file of its own, because jansson too has a json_null().
 */
#include "json_int.h"

#include <jansson.h>
#include <stdbool.h>
#include <utf8proc.h>

#include "util/utf8.h"
#include "util_int.h"

static void
put_escape(struct buf *out, int32_t cp)
{
	if (cp >= 0x10000)
		buf_printf(out, "\\u%04X\\u%04X",
		    0xd7c0u + ((unsigned)cp >> 10),
		    0xdc00u + ((unsigned)cp & 0x3ff));
	else
		buf_printf(out, "\\u%04X", (unsigned)cp);
}

static bool
is_safe(int32_t cp)
{
	if (cp < 0x7f)
		return true;
	switch (utf8proc_category(cp)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return false;
	default:
		return true;
	}
}

/* Takes what jansson wrote, which is valid UTF-8 in whole characters. */
static int
put_escaped(const char *s, size_t n, void *to)
{
	struct buf *out = to;
	size_t i = 0, len;
	int32_t cp;

	while (i < n) {
		len = utf8_next(s + i, n - i, &cp);
		if (cp < 0)
			put_escape(out, 0xfffd);
		else if (is_safe(cp))
			buf_put(out, s + i, len);
		else
			put_escape(out, cp);
		i += len;
	}
	return 0;
}

static void
put_valid(struct buf *out, const char *s, size_t n)
{
	json_t *v = json_stringn_nocheck(s, n);

	if (!v || json_dump_callback(v, put_escaped, out, JSON_ENCODE_ANY) < 0)
		util_die("out of memory");
	json_decref(v);
}

void
json_put_string(struct buf *out, const char *s, size_t n)
{
	struct buf mended = BUF_INIT(SIZE_MAX / 2);
	size_t i = 0, len;
	int32_t cp;

	if (utf8_is_valid(s, n)) {
		put_valid(out, s, n);
		return;
	}
	while (i < n) {
		len = utf8_next(s + i, n - i, &cp);
		if (cp < 0)
			buf_puts(&mended, "\xef\xbf\xbd");
		else
			buf_put(&mended, s + i, len);
		i += len;
	}
	put_valid(out, mended.data, mended.len);
	buf_free(&mended);
}
