/*
 * Folding is for finding: both the stored text and what is searched for pass
 * here, so what matters is that equal words meet, not that the result is
 * correct spelling.  Compatibility forms are taken apart too (full-width
 * letters, ligatures), and characters that are not seen are left out.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "utf8_int.h"
#include "util/mem.h"
#include "util/utf8.h"

/* utf8proc's longest decomposition of one code point is 18. */
#define DECOMPOSED_MAX 32

/* Letters that Unicode does not take apart, but keyboards without them do. */
static int32_t
plain_letter(int32_t cp)
{
	switch (cp) {
	case 0x0142: /* l with stroke */
		return 'l';
	case 0x00f8: /* o with stroke */
		return 'o';
	case 0x0111: /* d with stroke */
		return 'd';
	case 0x0127: /* h with stroke */
		return 'h';
	case 0x0131: /* dotless i */
		return 'i';
	default:
		return cp;
	}
}

static void
fold_cp(struct buf *out, int32_t cp)
{
	const utf8proc_option_t how = UTF8PROC_CASEFOLD | UTF8PROC_DECOMPOSE |
				      UTF8PROC_COMPAT | UTF8PROC_STRIPMARK |
				      UTF8PROC_IGNORE;
	utf8proc_int32_t to[DECOMPOSED_MAX];
	utf8proc_ssize_t n;
	int bound = 0;
	char bytes[4];

	if (cp <= 0)
		cp = CP_REPLACEMENT;
	n = utf8proc_decompose_char(cp, to, DECOMPOSED_MAX, how, &bound);
	for (utf8proc_ssize_t i = 0; i < n && n <= DECOMPOSED_MAX; i++)
		buf_put(out, bytes, utf8_put(plain_letter(to[i]), bytes));
}

static void
lower(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] >= 'A' && s[i] <= 'Z')
			s[i] = (char)(s[i] + ('a' - 'A'));
}

/* ASCII but for NUL; most headers are all of it. */
static size_t
ascii_run(const char *s, size_t n)
{
	size_t i = utf8_ascii_run(s, n);

	while (i < n && s[i] > 0)
		i++;
	return i;
}

char *
utf8_folded(const char *s, size_t n)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	size_t i = ascii_run(s, n), run;
	int32_t cp;
	char *all;

	if (i == n) {
		all = mem_strn(s, n);
		lower(all, n);
		return all;
	}
	buf_put(&out, s, i);
	lower(out.data, i);
	while (i < n) {
		i += utf8_next(s + i, n - i, &cp);
		fold_cp(&out, cp);
		run = ascii_run(s + i, n - i);
		buf_put(&out, s + i, run);
		lower(out.data + out.len - run, run);
		i += run;
	}
	return buf_take(&out);
}
