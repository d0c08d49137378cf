/*
 * What is left of a subject without "Re:", "[list]" and their kin: RFC 5256
 * section 2.1, and the words other languages' programs put there.
 */
#include <string.h>

#include "mime_int.h"

static const char *const prefixes[] = {"re", "fwd", "fw", "aw", "wg", "antw",
    "sv", "vs", "vb", "odp", "pd", "res", "enc", "rv", "tr", "rif", "r", "ynt",
    "\xe5\x9b\x9e\xe5\xa4\x8d", "\xe7\xad\x94\xe5\xa4\x8d",
    "\xe8\xbd\xac\xe5\x8f\x91"};

static const char *
skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Behind "[...]" and the blanks that follow, or s. */
static const char *
skip_blob(const char *s)
{
	const char *end;

	if (*s != '[')
		return s;
	end = s + 1 + strcspn(s + 1, "[]");
	return *end == ']' ? skip_blanks(end + 1) : s;
}

/* Behind "[2]", "(2)" or "^2" between "Re" and its colon. */
static const char *
skip_count(const char *s)
{
	const char *p = s;

	if (*p != '[' && *p != '(' && *p != '^')
		return s;
	p++;
	while (is_digit(*p))
		p++;
	return *p == ']' || *p == ')' ? p + 1 : p;
}

/* Behind one "Re: ", or NULL. */
static const char *
skip_prefix(const char *s)
{
	size_t i;

	for (i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		size_t n = strlen(prefixes[i]);
		const char *p;

		if (strnlen(s, n) < n || !is_word(s, n, prefixes[i]))
			continue;
		p = skip_blanks(skip_count(skip_blanks(s + n)));
		if (i < 3 || *p == ':')
			p = skip_blob(p);
		if (*p == ':')
			return skip_blanks(p + 1);
		if (strncmp(p, "\xef\xbc\x9a", 3) == 0) /* full width colon */
			return skip_blanks(p + 3);
	}
	return NULL;
}

const char *
subject_base(const char *s)
{
	s = skip_blanks(s);
	for (;;) {
		const char *blob = skip_blob(s), *p;

		/* a blob goes when a "Re:" follows, or when text is left */
		p = skip_prefix(blob);
		if (p == NULL && *blob != '\0' && blob != s)
			p = blob;
		if (p == NULL || p == s)
			return s;
		s = p;
	}
}
