#include "pattern.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

struct cursor {
	const char *text;
	const char *at;
};

static int
column(const struct cursor *c, const char *at)
{
	int n = 1;

	for (const char *p = c->text; p < at; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	return n;
}

static void
skip_blanks(struct cursor *c)
{
	while (*c->at == ' ' || *c->at == '\t')
		c->at++;
}

/* One word, or what stands between double quotes; malloc'ed. */
static char *
take_word(struct cursor *c, struct err *e)
{
	const char *start, *end;

	if (*c->at == '"') {
		start = c->at + 1;
		end = strchr(start, '"');
		if (end == NULL) {
			err_set(e, ERR_INPUT,
			    "pattern: column %d: the quote does not end",
			    column(c, c->at));
			return NULL;
		}
		c->at = end + 1;
		return mem_strn(start, (size_t)(end - start));
	}
	start = c->at;
	c->at += strcspn(c->at, " \t");
	return mem_strn(start, (size_t)(c->at - start));
}

static int
add_text(struct pattern *p, struct cursor *c, unsigned fields, bool negate,
    struct err *e)
{
	char *word;

	skip_blanks(c);
	if (*c->at == '\0')
		return err_set(e, ERR_INPUT,
		    "pattern: column %d: a word is missing here",
		    column(c, c->at));
	word = take_word(c, e);
	if (word == NULL)
		return -1;
	if (*word == '\0') { /* "" is in every field */
		p->none = p->none || negate;
		free(word);
		return 0;
	}
	p->text[p->ntext++] = (struct find_term){
	    .fields = fields, .needle = word, .negate = negate};
	return 0;
}

static const char *
take_number(const char *s, uint64_t *n)
{
	const char *start = s;

	for (*n = 0; *s >= '0' && *s <= '9' && *n < UINT64_MAX / 100; s++)
		*n = *n * 10 + (uint64_t)(*s - '0');
	return s == start ? NULL : s;
}

static bool
parse_range(const char *w, struct pattern_range *r)
{
	const char *end;
	uint64_t n;

	r->lo = 1;
	r->hi = UINT64_MAX;
	if (*w == '<' || *w == '>') {
		end = take_number(w + 1, &n);
		if (end == NULL || *end != '\0' || (n == 0 && *w == '<'))
			return false;
		if (*w == '<')
			r->hi = n - 1;
		else
			r->lo = n + 1;
		return true;
	}
	if (*w == '-') {
		end = take_number(w + 1, &r->hi);
		return end != NULL && *end == '\0';
	}
	end = take_number(w, &r->lo);
	if (end == NULL)
		return false;
	if (*end == '\0')
		r->hi = r->lo;
	else if (*end != '-')
		return false;
	else if (end[1] != '\0') {
		end = take_number(end + 1, &r->hi);
		if (end == NULL || *end != '\0')
			return false;
	}
	return r->lo > 0;
}

static int
add_range(struct pattern *p, struct cursor *c, bool negate, struct err *e)
{
	struct pattern_range r = {.negate = negate};
	const char *start;
	char *word;
	bool good;

	skip_blanks(c);
	start = c->at;
	word = take_word(c, e);
	if (word == NULL)
		return -1;
	good = parse_range(word, &r);
	free(word);
	if (!good)
		return err_set(e, ERR_INPUT,
		    "pattern: column %d: ~m wants numbers as in 5-20, 5-, "
		    "-20, <5, >20 or 5",
		    column(c, start));
	p->range[p->nrange++] = r;
	return 0;
}

static const struct {
	char letter;
	unsigned on, off;
} flag_words[] = {
    {'N', 0, FLAG_SEEN},
    {'U', 0, FLAG_SEEN},
    {'R', FLAG_SEEN, 0},
    {'F', FLAG_FLAGGED, 0},
    {'D', FLAG_DELETED, 0},
    {'Q', FLAG_ANSWERED, 0},
};

static bool
add_flag(struct pattern *p, char letter, bool negate)
{
	for (size_t i = 0; i < sizeof flag_words / sizeof *flag_words; i++) {
		if (flag_words[i].letter != letter)
			continue;
		p->on |= negate ? flag_words[i].off : flag_words[i].on;
		p->off |= negate ? flag_words[i].on : flag_words[i].off;
		return true;
	}
	return false;
}

static int
unknown(const struct cursor *c, const char *at, struct err *e)
{
	if (at[1] == 'b' || at[1] == 'B')
		return err_set(e, ERR_INPUT,
		    "pattern: column %d: ~%c: bodies cannot be searched yet; "
		    "~s and ~f can",
		    column(c, at), at[1]);
	if (at[1] > ' ' && at[1] < 0x7f)
		return err_set(e, ERR_INPUT,
		    "pattern: column %d: ~%c is not known; "
		    "~s ~f ~t ~N ~U ~R ~F ~D ~Q ~T ~m ~A are",
		    column(c, at), at[1]);
	return err_set(e, ERR_INPUT,
	    "pattern: column %d: a letter must follow the ~", column(c, at));
}

static int
parse_tilde(struct pattern *p, struct cursor *c, bool negate, struct err *e)
{
	const char *at = c->at;
	char letter = at[1];

	c->at += letter == '\0' ? 1 : 2;
	switch (letter) {
	case 's':
		return add_text(p, c, FIND_SUBJECT, negate, e);
	case 'f':
		return add_text(p, c, FIND_FROM, negate, e);
	case 't':
		return add_text(p, c, FIND_TO, negate, e);
	case 'm':
		return add_range(p, c, negate, e);
	case 'A':
		p->none = p->none || negate;
		return 0;
	case 'T':
		p->tagged = p->tagged || !negate;
		p->untagged = p->untagged || negate;
		return 0;
	default:
		if (add_flag(p, letter, negate))
			return 0;
		return unknown(c, at, e);
	}
}

static int
parse_term(struct pattern *p, struct cursor *c, struct err *e)
{
	bool negate = false;

	while (*c->at == '!') {
		negate = !negate;
		c->at++;
		skip_blanks(c);
	}
	if (p->ntext + p->nrange == PATTERN_TERMS_MAX)
		return err_set(e, ERR_LIMIT,
		    "pattern: column %d: more than %d conditions",
		    column(c, c->at), PATTERN_TERMS_MAX);
	if (*c->at == '~')
		return parse_tilde(p, c, negate, e);
	if (*c->at == '|' && strchr(" \t", c->at[1]) != NULL)
		return err_set(e, ERR_INPUT,
		    "pattern: column %d: | (or) is not known yet",
		    column(c, c->at));
	return add_text(p, c, FIND_SUBJECT | FIND_FROM, negate, e);
}

static bool
means_all(const char *text)
{
	size_t n;

	text += strspn(text, " \t");
	n = strcspn(text, " \t");
	if (text[n + strspn(text + n, " \t")] != '\0')
		return false;
	return n == 0 || (n == 3 && memcmp(text, "all", 3) == 0) ||
	       (n == 1 && *text == '.');
}

int
pattern_parse(const char *text, struct pattern *out, struct err *e)
{
	struct cursor c = {.text = text, .at = text};
	struct pattern p = {.on = 0};

	p.text = mem_array(PATTERN_TERMS_MAX, sizeof *p.text);
	p.range = mem_array(PATTERN_TERMS_MAX, sizeof *p.range);
	for (skip_blanks(&c); !means_all(text) && *c.at != '\0';
	     skip_blanks(&c)) {
		if (parse_term(&p, &c, e) < 0) {
			pattern_free(&p);
			return -1;
		}
	}
	*out = p;
	return 0;
}

void
pattern_free(struct pattern *p)
{
	for (size_t i = 0; i < p->ntext; i++)
		free((char *)p->text[i].needle);
	free(p->text);
	free(p->range);
	*p = (struct pattern){.on = 0};
}

bool
pattern_is_all(const struct pattern *p)
{
	return p->ntext == 0 && p->nrange == 0 && p->on == 0 && p->off == 0 &&
	       !p->tagged && !p->untagged && !p->none;
}
