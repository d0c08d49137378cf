#include <string.h>
#include <strings.h>

#include "url.h"

static const char *const schemes[] = {
    "https://", "http://", "ftp://", "mailto:"};

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Bytes of a URL: visible ASCII but what delimits one, and UTF-8. */
static bool
is_url_byte(char c)
{
	unsigned char u = (unsigned char)c;

	return u > 0x20 && u != 0x7f && strchr("<>\"`{}|\\^", c) == NULL;
}

static size_t
scheme_at(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t len = strlen(schemes[i]);

		if (n > len && strncasecmp(s, schemes[i], len) == 0)
			return len;
	}
	return 0;
}

/* How many more are closed than were opened. */
static long
excess(const char *s, size_t n, char open, char closed)
{
	long k = 0;

	for (size_t i = 0; i < n; i++)
		k += (s[i] == closed) - (s[i] == open);
	return k;
}

/* "(see http://x/)." ends before ")." but "http://x/a_(b)" is whole. */
static size_t
without_tail(const char *s, size_t n)
{
	long round = excess(s, n, '(', ')'), square = excess(s, n, '[', ']');

	for (; n > 0; n--) {
		char c = s[n - 1];
		long *extra = c == ')' ? &round : &square;

		if (strchr(".,;:!?'*_~", c) != NULL)
			continue;
		if ((c != ')' && c != ']') || *extra <= 0)
			break;
		--*extra;
	}
	return n;
}

bool
url_find(const char *s, size_t n, size_t from, size_t *start, size_t *len)
{
	for (size_t i = from; i < n; i++) {
		size_t head, end;

		if (strchr("hHfFmM", s[i]) == NULL || s[i] == '\0')
			continue;
		if (i > 0 && is_alnum(s[i - 1]))
			continue;
		head = scheme_at(s + i, n - i);
		if (head == 0)
			continue;
		end = i + head;
		while (end < n && end - i < URL_MAX && is_url_byte(s[end]))
			end++;
		end = i + without_tail(s + i, end - i);
		if (end <= i + head)
			continue;
		*start = i;
		*len = end - i;
		return true;
	}
	return false;
}
