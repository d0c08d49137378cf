/*
 * The header block as fields, and small helpers over bytes.
 *
 * One pass, no copies: a field is a view of the block.  A line that is no
 * field (an mbox "From ", a line broken by a gateway) is skipped with its
 * continuations, and what follows is read as usual.
 */
#include <string.h>

#include "mime_int.h"

int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
trim(const char **s, size_t *n)
{
	while (*n > 0 && is_blank(**s)) {
		(*s)++;
		(*n)--;
	}
	while (*n > 0 && is_blank((*s)[*n - 1]))
		(*n)--;
}

bool
is_ascii(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)(s[i] - 1) >= 0x7f)
			return false;
	return true;
}

size_t
comment_len(const char *s, size_t n)
{
	size_t i, depth = 0;

	for (i = 0; i < n; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == '(')
			depth++;
		else if (s[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

size_t
quoted_len(const char *s, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == '"')
			return i + 1;
	}
	return 0;
}

size_t
line_end(const char *s, size_t n, size_t pos)
{
	const char *lf = memchr(s + pos, '\n', n - pos);

	return lf == NULL ? n : (size_t)(lf - s) + 1;
}

bool
is_empty_line(const char *s, size_t from, size_t to)
{
	return s[from] == '\n' ||
	       (s[from] == '\r' && (from + 1 == to || s[from + 1] == '\n'));
}

/* Length of the field name at the start of a line, 0 when there is none;
 * *colon gets the offset of the colon. */
static size_t
name_len(const char *s, size_t n, size_t *colon)
{
	size_t i = 0, len;

	while (i < n && s[i] > ' ' && s[i] < 0x7f && s[i] != ':')
		i++;
	len = i;
	/* obsolete syntax: blanks before the colon */
	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	if (i == n || s[i] != ':')
		return 0;
	*colon = i;
	return len;
}

bool
header_next(const char *block, size_t n, size_t *pos, struct field *out)
{
	while (*pos < n) {
		size_t start = *pos, end = line_end(block, n, start), colon,
		       len;

		if (is_empty_line(block, start, end)) {
			*pos = n;
			return false;
		}
		while (end < n && (block[end] == ' ' || block[end] == '\t'))
			end = line_end(block, n, end);
		*pos = end;
		len = name_len(block + start, end - start, &colon);
		if (len == 0)
			continue;
		out->name = block + start;
		out->name_len = len;
		out->value = block + start + colon + 1;
		out->value_len = end - start - colon - 1;
		if (out->value_len > 0 &&
		    out->value[out->value_len - 1] == '\n')
			out->value_len--;
		if (out->value_len > 0 &&
		    out->value[out->value_len - 1] == '\r')
			out->value_len--;
		return true;
	}
	return false;
}

static bool
same_name(const struct field *f, const char *name, size_t n)
{
	size_t i;

	if (f->name_len != n)
		return false;
	for (i = 0; i < n; i++)
		if (lower(f->name[i]) != lower(name[i]))
			return false;
	return true;
}

const char *
header_get(const char *block, size_t n, const char *name, size_t *len)
{
	size_t pos = 0, name_n = strlen(name);
	struct field f;

	while (header_next(block, n, &pos, &f)) {
		if (same_name(&f, name, name_n)) {
			*len = f.value_len;
			return f.value;
		}
	}
	*len = 0;
	return NULL;
}

size_t
header_count(const char *block, size_t n, const char *name)
{
	size_t pos = 0, count = 0, name_n = strlen(name);
	struct field f;

	while (header_next(block, n, &pos, &f))
		if (same_name(&f, name, name_n))
			count++;
	return count;
}
