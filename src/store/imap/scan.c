#include "scan.h"

#include <string.h>
#include <strings.h>

struct scan
scan_of(const char *p, size_t n)
{
	return (struct scan){.p = p, .end = p + n};
}

char
scan_peek(const struct scan *s)
{
	return s->p < s->end ? *s->p : 0;
}

bool
scan_char(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

void
scan_blanks(struct scan *s)
{
	while (s->p < s->end && *s->p == ' ')
		s->p++;
}

bool
scan_number(struct scan *s, uint64_t max, uint64_t *out)
{
	const char *p = s->p;
	uint64_t v = 0;

	for (; p < s->end && *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (p == s->p)
		return false;
	s->p = p;
	*out = v;
	return true;
}

static bool
is_atom(char c)
{
	unsigned char u = (unsigned char)c;

	return u > ' ' && u != 0x7f && c != '(' && c != ')' && c != '"';
}

bool
scan_atom(struct scan *s, struct span *out)
{
	const char *p = s->p;

	while (p < s->end && is_atom(*p))
		p++;
	if (p == s->p)
		return false;
	*out = (struct span){s->p, (size_t)(p - s->p)};
	s->p = p;
	return true;
}

bool
span_is(struct span a, const char *word)
{
	return strlen(word) == a.n && strncasecmp(a.p, word, a.n) == 0;
}

bool
scan_word(struct scan *s, const char *word)
{
	struct scan t = *s;
	struct span a;

	if (!scan_atom(&t, &a) || !span_is(a, word))
		return false;
	*s = t;
	return true;
}

bool
scan_item(struct scan *s, struct span *out)
{
	const char *p = s->p;
	bool in = false;

	for (; p < s->end; p++) {
		if (*p == '\r' || *p == '\n')
			break;
		if (*p == '[')
			in = true;
		else if (*p == ']')
			in = false;
		else if (!in && !is_atom(*p))
			break;
	}
	if (p == s->p || in)
		return false;
	*out = (struct span){s->p, (size_t)(p - s->p)};
	s->p = p;
	return true;
}

/* "{n}" CRLF octets, or the literal8 form with a tilde. */
static bool
literal(struct scan *s, struct span *out)
{
	struct scan t = *s;
	uint64_t n;

	(void)scan_char(&t, '~');
	if (!scan_char(&t, '{') || !scan_number(&t, SIZE_MAX / 2, &n))
		return false;
	(void)scan_char(&t, '+');
	if (!scan_char(&t, '}') || !scan_char(&t, '\r') ||
	    !scan_char(&t, '\n') || (uint64_t)(t.end - t.p) < n)
		return false;
	*out = (struct span){t.p, (size_t)n};
	s->p = t.p + n;
	return true;
}

static bool
quoted(struct scan *s, struct buf *out)
{
	const char *p = s->p + 1;

	for (; p < s->end && *p != '"'; p++) {
		if (*p == '\\' && ++p == s->end)
			return false;
		if (*p == '\r' || *p == '\n')
			return false;
		if (out != NULL && buf_add(out, p, 1, NULL) < 0)
			return false;
	}
	if (p == s->end)
		return false;
	s->p = p + 1;
	return true;
}

bool
scan_string(struct scan *s, struct buf *out, bool *nil)
{
	struct scan t = *s;
	struct span a;
	char c = scan_peek(s);

	*nil = false;
	if (c == '"')
		return quoted(s, out);
	if (c == '{' || (c == '~' && s->end - s->p > 1 && s->p[1] == '{')) {
		if (!literal(&t, &a))
			return false;
	} else if (!scan_atom(&t, &a)) {
		return false;
	} else if (span_is(a, "NIL")) {
		*nil = true;
		a.n = 0;
	}
	if (a.n > 0 && buf_add(out, a.p, a.n, NULL) < 0)
		return false;
	*s = t;
	return true;
}

/* One token that is no list. */
static bool
skip_token(struct scan *s)
{
	struct span a;

	if (scan_peek(s) == '"')
		return quoted(s, NULL);
	if (scan_peek(s) == '{' && literal(s, &a))
		return true;
	return scan_item(s, &a);
}

bool
scan_skip(struct scan *s)
{
	struct scan t = *s;
	int depth = 0;

	do {
		scan_blanks(&t);
		if (scan_char(&t, '(')) {
			if (++depth > SCAN_DEPTH_MAX)
				return false;
		} else if (depth > 0 && scan_char(&t, ')')) {
			depth--;
		} else if (!skip_token(&t)) {
			return false;
		}
	} while (depth > 0);
	*s = t;
	return true;
}

bool
scan_literal_at_end(const char *line, size_t n, uint64_t *size)
{
	size_t at = n;
	struct scan s;

	if (n < 3 || line[n - 1] != '}')
		return false;
	at = n - 1;
	if (line[at - 1] == '+')
		at--;
	while (at > 0 && line[at - 1] >= '0' && line[at - 1] <= '9')
		at--;
	if (at == 0 || line[at - 1] != '{')
		return false;
	s = scan_of(line + at, n - at);
	if (!scan_number(&s, UINT64_MAX - 9, size)) {
		/* no digits is no literal; too many are one beyond all */
		if (*s.p < '0' || *s.p > '9')
			return false;
		*size = UINT64_MAX;
	}
	return true;
}
