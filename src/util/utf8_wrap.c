#include "util/utf8.h"

#include <string.h>

/* Scripts without blanks break beside any wide character, but these must not
 * begin a line ... */
static bool
sticks_to_left(int32_t cp)
{
	static const int32_t closing[] = {0x3001, 0x3002, 0xff0c, 0xff0e,
	    0xff01, 0xff1f, 0xff1a, 0xff1b, 0xff09, 0x300d, 0x300f, 0x3011,
	    0x3009, 0x300b, 0x3015, 0xff3d, 0xff5d, 0x30fc, 0x3005, 0x30fb};

	for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
		if (closing[i] == cp)
			return true;
	/* ASCII punctuation that follows a wide character belongs to it. */
	return cp > 0 && cp < 0x80 && strchr(".,;:!?)]}\"'", (int)cp);
}

/* ... and these must not end one. */
static bool
sticks_to_right(int32_t cp)
{
	return cp == 0xff08 || cp == 0x300c || cp == 0x300e || cp == 0x3010 ||
	       cp == 0x3008 || cp == 0x300a || cp == 0x3014 || cp == 0xff3b ||
	       cp == 0xff5b || cp == '(' || cp == '[' || cp == '{' || cp == '"';
}

static size_t
blanks(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i;
}

/* What stands between the end of a line at `end` and the next line. */
static size_t
cut(const char *s, size_t n, size_t end, size_t *skip)
{
	*skip = blanks(s + end, n - end);
	if (end + *skip < n && s[end + *skip] == '\n')
		++*skip;
	return end;
}

size_t
utf8_wrap(const char *s, size_t n, int cols, size_t *skip)
{
	size_t at = 0, stop = 0, len; /* stop: the last place to break */
	int32_t cp, before = 0;
	int col = 0, w, last_w = 0;
	bool in_word = false;

	for (; at < n; at += len, col += w, last_w = w, before = cp) {
		len = utf8_grapheme(s + at, n - at, &w);
		utf8_next(s + at, n - at, &cp);
		if (cp == '\n') {
			*skip = 1;
			return at;
		}
		if (cp == ' ' || cp == '\t') {
			if (in_word)
				stop = at;
			in_word = false;
			/* a blank over the edge is not drawn */
			if (col + w > cols && at > 0)
				return cut(s, n, stop ? stop : at, skip);
			continue;
		}
		if (in_word && (w == 2 || last_w == 2) && !sticks_to_left(cp) &&
		    !sticks_to_right(before))
			stop = at;
		in_word = true;
		if (col + w <= cols)
			continue;
		if (stop > 0)
			return cut(s, n, stop, skip);
		*skip = 0;
		return at > 0 ? at : len;
	}
	*skip = 0;
	return n;
}
