/*
 * Charsets: labels to names, bytes to UTF-8.
 *
 * A label is text from a stranger and iconv_open() takes more than names
 * ("//TRANSLIT", paths in some versions), so only a short run of letters,
 * digits and ._:+- is ever passed on, and only as the source.  UTF-8 and
 * windows-1252, nearly all mail, are done here without iconv.
 */
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "mime_int.h"
#include "util/utf8.h"

#define UTF8    "UTF-8"
#define WESTERN "WINDOWS-1252"

static const struct {
	const char *label, *name;
} aliases[] = {
    /* what is labelled so is really this, or its superset */
    {"utf-8", UTF8},
    {"utf8", UTF8},
    {"utf-8mb4", UTF8},
    {"utf8mb4", UTF8},
    {"unicode-1-1-utf-8", UTF8},
    {"us-ascii", WESTERN},
    {"ascii", WESTERN},
    {"ansi_x3.4-1968", WESTERN},
    {"iso-8859-1", WESTERN},
    {"iso8859-1", WESTERN},
    {"iso_8859-1", WESTERN},
    {"latin1", WESTERN},
    {"latin-1", WESTERN},
    {"l1", WESTERN},
    {"cp1252", WESTERN},
    {"cp-1252", WESTERN},
    {"x-cp1252", WESTERN},
    {"windows-1252", WESTERN},
    {"ansi", WESTERN},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-8-e", "ISO-8859-8"},
    {"iso-8859-6-i", "ISO-8859-6"},
    {"iso-8859-9", "WINDOWS-1254"},
    {"latin5", "WINDOWS-1254"},
    {"iso-8859-11", "CP874"},
    {"tis-620", "CP874"},
    {"windows-874", "CP874"},
    {"gb2312", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},
    {"cp936", "GB18030"},
    {"euc-cn", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"cn-big5", "BIG5-HKSCS"},
    {"x-x-big5", "BIG5-HKSCS"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"x-sjis", "CP932"},
    {"windows-31j", "CP932"},
    {"ms_kanji", "CP932"},
    {"iso-2022-jp", "ISO-2022-JP-3"},
    {"euc-jp", "EUC-JP-MS"},
    {"x-euc-jp", "EUC-JP-MS"},
    {"ks_c_5601-1987", "CP949"},
    {"ks_c_5601-1989", "CP949"},
    {"ksc5601", "CP949"},
    {"ksc_5601", "CP949"},
    {"euc-kr", "CP949"},
    {"korean", "CP949"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"x-unicode-2-0-utf-7", "UTF-7"},
    {"x-mac-roman", "MACINTOSH"},
    {"macroman", "MACINTOSH"},
    {"x-mac-cyrillic", "MAC-CYRILLIC"},
    {"cp-850", "CP850"},
    {"x-koi8-r", "KOI8-R"},
};

/* Labels that say nothing: guess. */
static const char *const unlabelled[] = {"unknown", "unknown-8bit", "x-unknown",
    "default", "default_charset", "_charset_", "x-user-defined", "8bit",
    "binary", "none", "null"};

static bool
is_label(const char *s, size_t n)
{
	size_t i;

	if (n == 0 || n > CHARSET_MAX)
		return false;
	for (i = 0; i < n; i++) {
		char c = lower(s[i]);

		if (!is_digit(c) && !(c >= 'a' && c <= 'z') &&
		    strchr("._:+-", c) == NULL)
			return false;
	}
	return true;
}

const char *
charset_name(const char *label, size_t n, char out[CHARSET_MAX + 1])
{
	size_t i;

	trim(&label, &n);
	if (!is_label(label, n) || memchr(label, '\0', n) != NULL)
		return NULL;
	for (i = 0; i < sizeof unlabelled / sizeof *unlabelled; i++)
		if (is_word(label, n, unlabelled[i]))
			return NULL;
	for (i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (is_word(label, n, aliases[i].label))
			return aliases[i].name;
	memcpy(out, label, n);
	out[n] = '\0';
	return out;
}

static const uint16_t western_high[32] = {0x20ac, 0x81, 0x201a, 0x0192, 0x201e,
    0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,
    0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178};

/* Length of the 7-bit run at s. */
static size_t
ascii_run(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

static int
western_put(struct buf *out, const char *p, size_t n, struct err *e)
{
	while (n > 0) {
		size_t run = ascii_run(p, n);
		unsigned char c;
		char u[4];

		if (run > 0) {
			if (buf_add(out, p, run, e) < 0)
				return -1;
			p += run;
			n -= run;
			continue;
		}
		c = (unsigned char)*p;
		if (buf_add(out, u,
			utf8_put(c < 0xa0 ? western_high[c - 0x80] : c, u),
			e) < 0)
			return -1;
		p++;
		n--;
	}
	return 0;
}

int
utf8_mend(struct buf *out, const char *p, size_t n, struct err *e)
{
	size_t good = 0;

	while (good < n) {
		int32_t cp;
		size_t len = utf8_next(p + good, n - good, &cp);

		if (cp >= 0) {
			good += len;
			continue;
		}
		if (buf_add(out, p, good, e) < 0 ||
		    buf_add(out, "\xef\xbf\xbd", 3, e) < 0)
			return -1;
		p += good + len;
		n -= good + len;
		good = 0;
	}
	return buf_add(out, p, n, e);
}

/* Does any well-formed multibyte character stand in it? */
static bool
has_multibyte(const char *p, size_t n)
{
	while (n > 0) {
		int32_t cp;
		size_t len = utf8_next(p, n, &cp);

		if (cp >= 0x80)
			return true;
		p += len;
		n -= len;
	}
	return false;
}

static int
utf8_label_put(struct buf *out, const char *p, size_t n, struct err *e)
{
	if (utf8_is_valid(p, n))
		return buf_add(out, p, n, e);
	/* not one good character: the label is wrong */
	if (!has_multibyte(p, n))
		return western_put(out, p, n, e);
	return utf8_mend(out, p, n, e);
}

static int
iconv_put(struct buf *out, iconv_t cd, const char *p, size_t n, struct err *e)
{
	char *in = (char *)(uintptr_t)p; /* iconv() does not write there */
	char chunk[4096], *o;
	size_t left, r;
	bool bad;

	do {
		o = chunk;
		left = sizeof chunk;
		r = iconv(cd, &in, &n, &o, &left);
		bad = r == (size_t)-1 && errno != E2BIG && n > 0;
		if (buf_add(out, chunk, (size_t)(o - chunk), e) < 0 ||
		    (bad && buf_add(out, "\xef\xbf\xbd", 3, e) < 0))
			return -1;
		if (bad) {
			in++;
			n--;
		}
	} while (n > 0);
	o = chunk;
	left = sizeof chunk;
	/* a combining character may still be held back */
	iconv(cd, NULL, NULL, &o, &left);
	return buf_add(out, chunk, (size_t)(o - chunk), e);
}

int
charset_guess(struct buf *out, const char *assumed, const char *p, size_t n,
    struct err *e)
{
	char room[CHARSET_MAX + 1];
	const char *name;

	if (utf8_is_valid(p, n))
		return buf_add(out, p, n, e);
	name = assumed == NULL ? NULL
			       : charset_name(assumed, strlen(assumed), room);
	if (name == NULL || strcmp(name, UTF8) == 0)
		return has_multibyte(p, n) && name != NULL
			   ? utf8_mend(out, p, n, e)
			   : western_put(out, p, n, e);
	return charset_put(out, name, strlen(name), p, n, e);
}

int
charset_put(struct buf *out, const char *label, size_t label_len, const char *p,
    size_t n, struct err *e)
{
	char room[CHARSET_MAX + 1];
	const char *name = charset_name(label, label_len, room);
	iconv_t cd;
	int rc;

	if (name == NULL)
		return charset_guess(out, NULL, p, n, e);
	if (strcmp(name, UTF8) == 0)
		return utf8_label_put(out, p, n, e);
	if (strcmp(name, WESTERN) == 0) {
		/* "us-ascii" with high bytes in it is more often UTF-8 */
		if (label_len >= 5 &&
		    (lower(label[0]) == 'u' || lower(label[0]) == 'a'))
			return charset_guess(out, NULL, p, n, e);
		return western_put(out, p, n, e);
	}
	cd = iconv_open(UTF8, name);
	if (cd == (iconv_t)-1 && name == room) { /* "koi8_r" */
		for (char *c = room; *c != '\0'; c++)
			*c = *c == '_' ? '-' : *c;
		cd = iconv_open(UTF8, name);
	}
	if (cd == (iconv_t)-1)
		return charset_guess(out, NULL, p, n, e);
	rc = iconv_put(out, cd, p, n, e);
	iconv_close(cd);
	return rc;
}
