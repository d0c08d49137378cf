/*
 * Text cut into lines to show, and format=flowed put together again
 * (RFC 3676): lines that end in a blank go on in the next one of the same
 * quote depth.
 *
 * Many programs send a paragraph as one long line without saying flowed; such
 * lines are paragraphs here as well, or they would be cut inside words.
 */
#include <stdlib.h>
#include <string.h>

#include "mime_int.h"

/* A fixed line longer than this (bytes) with blanks in it is a paragraph. */
#define LONG_LINE 120

/* More lines than any text to read has; the rest is one more line. */
#define LINES_MAX 1000000

struct splitter {
	struct text_lines *out;
	bool delsp;
	bool sig;
	/* the paragraph being put together; it lies in the arena's copy */
	char *open;
	size_t open_len;
	int open_quote;
	bool soft; /* its last line ended soft */
};

static struct text_line *
add_line(struct splitter *s, const char *text, size_t n, int quote)
{
	struct text_lines *l = s->out;

	mem_grow(&l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n] = (struct text_line){
	    .s = text, .n = n, .quote = quote, .sig = s->sig};
	return &l->v[l->n++];
}

/* Depth of leading > marks; *skip gets the bytes they take. */
static int
quote_depth(const char *s, size_t n, bool spaced, size_t *skip)
{
	size_t i = 0;
	int depth = 0;

	*skip = 0;
	while (i < n) {
		if (s[i] == '>') {
			depth++;
			*skip = ++i;
		} else if (spaced && s[i] == ' ' && i + 1 < n &&
			   s[i + 1] == '>') {
			i++;
		} else {
			break;
		}
	}
	return depth;
}

static bool
is_sig(const char *s, size_t n)
{
	return n == 3 && memcmp(s, "-- ", 3) == 0;
}

static void
fixed_line(struct splitter *s, const char *text, size_t n)
{
	size_t skip;
	int quote = quote_depth(text, n, true, &skip);
	struct text_line *l;

	if (is_sig(text, n))
		s->sig = true;
	if (n > LONG_LINE && memchr(text, ' ', n) != NULL) {
		if (skip < n && skip > 0 && text[skip] == ' ')
			skip++;
		l = add_line(s, text + skip, n - skip, quote);
		l->flowed = true;
		return;
	}
	add_line(s, text, n, quote);
}

static void
close_paragraph(struct splitter *s)
{
	if (s->open == NULL)
		return;
	add_line(s, s->open, s->open_len, s->open_quote)->flowed = true;
	s->open = NULL;
	s->soft = false;
}

static void
flowed_line(struct splitter *s, char *text, size_t n)
{
	size_t skip;
	int quote = quote_depth(text, n, false, &skip);
	bool soft;

	text += skip;
	n -= skip;
	if (n > 0 && *text == ' ') { /* space-stuffed */
		text++;
		n--;
	}
	if (is_sig(text, n)) {
		close_paragraph(s);
		if (quote == 0)
			s->sig = true;
		add_line(s, text, n, quote)->flowed = true;
		return;
	}
	if (s->open != NULL && (!s->soft || s->open_quote != quote))
		close_paragraph(s);
	soft = n > 0 && text[n - 1] == ' ';
	if (soft && s->delsp)
		n--;
	if (s->open == NULL) {
		s->open = text;
		s->open_len = 0;
		s->open_quote = quote;
	}
	/* the copy is ours, and what goes before is never longer */
	memmove(s->open + s->open_len, text, n);
	s->open_len += n;
	s->soft = soft;
	if (!soft)
		close_paragraph(s);
}

void
text_split(
    const char *utf8, size_t n, bool flowed, bool delsp, struct text_lines *out)
{
	struct splitter s = {.out = out, .delsp = delsp};
	char *copy, *end, *lf;

	*out = (struct text_lines){.n = 0};
	if (n == 0)
		return;
	copy = arena_strn(&out->arena, utf8, n);
	for (end = copy + n; copy < end; copy = lf + 1) {
		size_t len;

		lf = memchr(copy, '\n', (size_t)(end - copy));
		if (lf == NULL || out->n >= LINES_MAX)
			lf = end;
		len = (size_t)(lf - copy);
		if (len > 0 && copy[len - 1] == '\r')
			len--;
		if (flowed)
			flowed_line(&s, copy, len);
		else
			fixed_line(&s, copy, len);
	}
	close_paragraph(&s);
}

void
text_lines_free(struct text_lines *l)
{
	free(l->v);
	arena_free(&l->arena);
	*l = (struct text_lines){.n = 0};
}
