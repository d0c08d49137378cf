/*
 * A page from a stranger, made harmless for an HTML5 parser.
 *
 * HTML5 says what to do with any input, and some of it is dear: formatting
 * elements left open are built again in every paragraph, text in tables moves
 * elsewhere, and each tag may look through all that are open (gumbo needs
 * minutes for 100,000 nested tags).  What the reader needs is less: blocks,
 * lists, quotes, links, pictures.  So one pass over the tags here drops all
 * others, keeps its own stack, closes what was left open, and refuses depth;
 * what gumbo gets then costs it time in proportion to its size.
 *
 * Elements come out under few names: a link is a <span href>, a table cell a
 * <span cell>, a row a <div>, a paragraph a <div para>, because <a>, <table>
 * and <p> have those dear rules.
 */
#include <string.h>

#include "html_int.h"

enum kind {
	KIND_NONE,   /* the tag is dropped, what is in it stays */
	KIND_SKIP,   /* dropped with its content, which is not HTML */
	KIND_SINGLE, /* has no content */
	KIND_BLOCK,
	KIND_INLINE,
};

struct tag {
	const char *name; /* as written */
	enum kind kind;
	const char *out;  /* as we write it */
	const char *mark; /* attribute that says what it was; or NULL */
};

static const struct tag tags[] = {
    {"a", KIND_INLINE, "span", NULL},
    {"address", KIND_BLOCK, "div", NULL},
    {"article", KIND_BLOCK, "div", NULL},
    {"aside", KIND_BLOCK, "div", NULL},
    {"audio", KIND_NONE, "", NULL},
    {"blockquote", KIND_BLOCK, "blockquote", NULL},
    {"body", KIND_NONE, "", NULL},
    {"br", KIND_SINGLE, "br", NULL},
    {"caption", KIND_BLOCK, "div", NULL},
    {"center", KIND_BLOCK, "div", NULL},
    {"dd", KIND_BLOCK, "dd", NULL},
    {"details", KIND_BLOCK, "div", NULL},
    {"dir", KIND_BLOCK, "ul", NULL},
    {"div", KIND_BLOCK, "div", NULL},
    {"dl", KIND_BLOCK, "div", NULL},
    {"dt", KIND_BLOCK, "div", NULL},
    {"fieldset", KIND_BLOCK, "div", NULL},
    {"figcaption", KIND_BLOCK, "div", NULL},
    {"figure", KIND_BLOCK, "div", NULL},
    {"footer", KIND_BLOCK, "div", NULL},
    {"form", KIND_BLOCK, "div", NULL},
    {"h1", KIND_BLOCK, "h1", NULL},
    {"h2", KIND_BLOCK, "h2", NULL},
    {"h3", KIND_BLOCK, "h3", NULL},
    {"h4", KIND_BLOCK, "h4", NULL},
    {"h5", KIND_BLOCK, "h5", NULL},
    {"h6", KIND_BLOCK, "h6", NULL},
    {"header", KIND_BLOCK, "div", NULL},
    {"hr", KIND_SINGLE, "hr", NULL},
    {"iframe", KIND_SKIP, "", NULL},
    {"img", KIND_SINGLE, "img", NULL},
    {"legend", KIND_BLOCK, "div", NULL},
    {"li", KIND_BLOCK, "li", NULL},
    {"main", KIND_BLOCK, "div", NULL},
    {"map", KIND_NONE, "", NULL},
    {"nav", KIND_BLOCK, "div", NULL},
    {"object", KIND_NONE, "", NULL},
    {"ol", KIND_BLOCK, "ol", NULL},
    {"p", KIND_BLOCK, "div", "para"},
    {"plaintext", KIND_BLOCK, "pre", NULL},
    {"pre", KIND_BLOCK, "pre", NULL},
    {"script", KIND_SKIP, "", NULL},
    {"section", KIND_BLOCK, "div", NULL},
    {"span", KIND_INLINE, "span", NULL},
    {"style", KIND_SKIP, "", NULL},
    {"summary", KIND_BLOCK, "div", NULL},
    {"svg", KIND_SKIP, "", NULL},
    {"table", KIND_BLOCK, "div", NULL},
    {"td", KIND_BLOCK, "span", "cell"},
    {"template", KIND_SKIP, "", NULL},
    {"textarea", KIND_NONE, "", NULL},
    {"th", KIND_BLOCK, "span", "cell"},
    {"title", KIND_SKIP, "", NULL},
    {"tr", KIND_BLOCK, "div", NULL},
    {"ul", KIND_BLOCK, "ul", NULL},
    {"video", KIND_NONE, "", NULL},
    {"xmp", KIND_BLOCK, "pre", NULL},
};

struct open {
	const struct tag *tag;
	bool hidden;
};

struct tamer {
	const char *s;
	size_t n, pos;
	struct buf *out;
	struct open stack[HTML_DEPTH_MAX];
	size_t depth;
	size_t hidden; /* how many open ones are */
	bool deep;
	size_t nodes;
	bool no_quote, no_apos, no_end; /* none further on: do not search */
};

/* The attributes of one tag that matter. */
struct attrs {
	const char *href, *alt, *start;
	size_t href_len, alt_len, start_len;
	bool hidden;
};

static const struct tag *
tag_of(const char *s, size_t n)
{
	size_t lo = 0, hi = sizeof tags / sizeof *tags;
	char name[16];
	size_t i;

	if (n >= sizeof name)
		return NULL;
	for (i = 0; i < n; i++)
		name[i] = lower(s[i]);
	name[n] = '\0';
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int order = strcmp(name, tags[mid].name);

		if (order == 0)
			return &tags[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* Does `what` (lower case, no blanks) stand in the style, blanks ignored? */
static bool
style_has(const char *s, size_t n, const char *what)
{
	size_t i, k, at;

	for (i = 0; i < n; i++) {
		for (k = i, at = 0; k < n && what[at] != '\0'; k++) {
			if (is_blank(s[k]))
				continue;
			if (lower(s[k]) != what[at])
				break;
			at++;
		}
		if (what[at] == '\0')
			return true;
	}
	return false;
}

static void
take_attr(
    struct attrs *a, const char *name, size_t len, const char *v, size_t n)
{
	if (is_word(name, len, "href") && a->href == NULL) {
		a->href = v;
		a->href_len = n;
	} else if (is_word(name, len, "alt") && a->alt == NULL) {
		a->alt = v;
		a->alt_len = n;
	} else if (is_word(name, len, "start") && a->start == NULL) {
		a->start = v;
		a->start_len = n;
	} else if (is_word(name, len, "hidden")) {
		a->hidden = true;
	} else if (is_word(name, len, "style")) {
		if (n > 4096)
			n = 4096;
		a->hidden = a->hidden || style_has(v, n, "display:none") ||
			    style_has(v, n, "visibility:hidden");
	}
}

/* Behind the closing quote q that s[pos] opens; a quote without end is none. */
static size_t
quoted_value(struct tamer *t, size_t pos, const char **v, size_t *len)
{
	char q = t->s[pos];
	bool *none = q == '"' ? &t->no_quote : &t->no_apos;
	const char *end = *none ? NULL
				: memchr(t->s + pos + 1, q, t->n - pos - 1);

	if (end == NULL) {
		*none = true;
		*v = t->s + pos;
		*len = 0;
		return pos + 1;
	}
	*v = t->s + pos + 1;
	*len = (size_t)(end - *v);
	return pos + *len + 2;
}

/* The attributes from pos to the end of the tag; returns what is behind it. */
static size_t
read_attrs(struct tamer *t, size_t pos, struct attrs *a)
{
	const char *s = t->s, *v;
	size_t from, len, vlen;

	while (pos < t->n && s[pos] != '>') {
		if (is_blank(s[pos]) || s[pos] == '/' || s[pos] == '=') {
			pos++;
			continue;
		}
		from = pos;
		while (pos < t->n && !is_blank(s[pos]) &&
		       strchr("=>/", s[pos]) == NULL)
			pos++;
		if (pos == from)
			pos++; /* a NUL */
		len = pos - from;
		while (pos < t->n && is_blank(s[pos]))
			pos++;
		v = s + pos;
		vlen = 0;
		if (pos < t->n && s[pos] == '=') {
			for (pos++; pos < t->n && is_blank(s[pos]); pos++)
				;
			if (pos < t->n && (s[pos] == '"' || s[pos] == '\'')) {
				pos = quoted_value(t, pos, &v, &vlen);
			} else {
				v = s + pos;
				while (pos < t->n && !is_blank(s[pos]) &&
				       s[pos] != '>')
					pos++;
				vlen = (size_t)(s + pos - v);
			}
		}
		take_attr(a, s + from, len, v, vlen);
	}
	return pos < t->n ? pos + 1 : pos;
}

static void
put_attr(struct tamer *t, const char *name, const char *v, size_t n)
{
	size_t i;

	if (v == NULL)
		return;
	buf_printf(t->out, " %s=\"", name);
	for (i = 0; i < n; i++) {
		if (v[i] == '"')
			buf_puts(t->out, "&quot;");
		else
			buf_putc(t->out, v[i]);
	}
	buf_putc(t->out, '"');
}

static void
pop(struct tamer *t)
{
	struct open *o = &t->stack[--t->depth];

	if (o->hidden)
		t->hidden--;
	else if (t->hidden == 0)
		buf_printf(t->out, "</%s>", o->tag->out);
}

static void
pop_to(struct tamer *t, size_t depth)
{
	while (t->depth > depth)
		pop(t);
}

/* The nearest open one of this name, not looking past `fence`; or depth. */
static size_t
find_open(const struct tamer *t, const char *name, const char *fence)
{
	size_t i;

	for (i = t->depth; i-- > 0;) {
		const char *it = t->stack[i].tag->name;

		if (strcmp(it, name) == 0)
			return i;
		if (fence != NULL && strcmp(it, fence) == 0)
			break;
	}
	return t->depth;
}

/* What a start tag ends without saying so. */
static void
imply_ends(struct tamer *t, const struct tag *tag)
{
	static const struct {
		const char *tag, *ends, *fence;
	} rules[] = {{"li", "li", "ul"}, {"dt", "dd", "dl"}, {"dt", "dt", "dl"},
	    {"dd", "dd", "dl"}, {"dd", "dt", "dl"}, {"td", "td", "table"},
	    {"th", "td", "table"}, {"td", "th", "table"}, {"th", "th", "table"},
	    {"tr", "tr", "table"}, {"a", "a", "table"}};
	size_t i;

	for (i = t->depth; tag->kind == KIND_BLOCK && i-- > 0;) {
		if (strcmp(t->stack[i].tag->name, "p") == 0)
			pop_to(t, i);
		else if (t->stack[i].tag->kind != KIND_INLINE)
			break;
	}
	for (i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i].tag, tag->name) == 0 &&
		    (strcmp(tag->name, "li") != 0 ||
			find_open(t, "ol", "li") == t->depth))
			pop_to(t, find_open(t, rules[i].ends, rules[i].fence));
}

static void
open_tag(struct tamer *t, const struct tag *tag, const struct attrs *a)
{
	imply_ends(t, tag);
	if (tag->kind != KIND_SINGLE) {
		if (t->depth == HTML_DEPTH_MAX) {
			t->deep = true;
			return;
		}
		t->stack[t->depth++] = (struct open){tag, a->hidden};
		t->hidden += a->hidden;
	}
	if (t->hidden > 0 || a->hidden)
		return;
	t->nodes++;
	buf_printf(t->out, "<%s", tag->out);
	if (tag->mark != NULL)
		buf_printf(t->out, " %s", tag->mark);
	if (tag->name[0] == 'a' && tag->name[1] == '\0')
		put_attr(t, "href", a->href, a->href_len);
	if (strcmp(tag->name, "img") == 0)
		put_attr(t, "alt", a->alt, a->alt_len);
	if (strcmp(tag->name, "ol") == 0)
		put_attr(t, "start", a->start, a->start_len);
	buf_putc(t->out, '>');
}

static void
close_tag(struct tamer *t, const struct tag *tag)
{
	bool cell = strcmp(tag->name, "table") == 0;
	size_t at;

	if (tag->kind == KIND_SINGLE) {
		if (strcmp(tag->name, "br") == 0 && t->hidden == 0)
			buf_puts(t->out, "<br>");
		return;
	}
	/* a stray </div> in a cell ends nothing outside its table */
	at = find_open(t, tag->name, cell ? NULL : "table");
	pop_to(t, at);
}

/* Behind the "</name>" that ends what is no HTML; the end when there is none.
 */
static size_t
skip_content(struct tamer *t, size_t pos, const char *name, size_t len)
{
	while (pos < t->n) {
		const char *lt = memchr(t->s + pos, '<', t->n - pos);

		if (lt == NULL)
			break;
		pos = (size_t)(lt - t->s);
		if (t->n - pos > len + 2 && t->s[pos + 1] == '/' &&
		    is_word(t->s + pos + 2, len, name)) {
			struct attrs none = {.hidden = false};

			return read_attrs(t, pos + 2 + len, &none);
		}
		pos++;
	}
	return t->n;
}

/* "<!--...-->" and other "<!...>", "<?...>". */
static size_t
skip_comment(struct tamer *t, size_t pos)
{
	const char *s = t->s + pos, *end;
	size_t left = t->n - pos;

	if (left >= 4 && !t->no_end && memcmp(s, "<!--", 4) == 0) {
		end = memmem(s + 2, left - 2, "-->", 3);
		if (end != NULL)
			return (size_t)(end - t->s) + 3;
		t->no_end = true;
	}
	end = memchr(s, '>', left);
	return end == NULL ? t->n : (size_t)(end - t->s) + 1;
}

/* At "<": the tag, or the text it is. */
static void
take_tag(struct tamer *t)
{
	const char *s = t->s + t->pos;
	size_t left = t->n - t->pos, len = 0;
	bool closing = left > 1 && s[1] == '/';
	const char *name = s + 1 + closing;
	struct attrs a = {.hidden = false};
	const struct tag *tag;

	if (left > 1 && (s[1] == '!' || s[1] == '?')) {
		t->pos = skip_comment(t, t->pos);
		return;
	}
	if (name == s + left || lower(*name) < 'a' || lower(*name) > 'z') {
		if (t->hidden == 0)
			buf_puts(t->out, "&lt;");
		t->pos++;
		return;
	}
	while (name + len < s + left && !is_blank(name[len]) &&
	       name[len] != '>' && name[len] != '/')
		len++;
	tag = tag_of(name, len);
	t->pos = read_attrs(t, (size_t)(name - t->s) + len, &a);
	if (tag == NULL)
		return;
	if (tag->kind == KIND_SKIP) {
		if (!closing)
			t->pos = skip_content(
			    t, t->pos, tag->name, strlen(tag->name));
	} else if (tag->kind != KIND_NONE) {
		if (closing)
			close_tag(t, tag);
		else
			open_tag(t, tag, &a);
	}
}

enum tame
html_tame(const char *html, size_t n, struct buf *out)
{
	struct tamer t = {.s = html, .n = n, .out = out};

	while (t.pos < n && !t.deep && t.nodes < HTML_NODES_MAX) {
		const char *lt = memchr(html + t.pos, '<', n - t.pos);
		size_t end = lt == NULL ? n : (size_t)(lt - html);

		if (t.hidden == 0)
			buf_put(out, html + t.pos, end - t.pos);
		t.pos = end;
		if (t.pos < n)
			take_tag(&t);
	}
	pop_to(&t, 0);
	if (t.nodes >= HTML_NODES_MAX)
		return TAME_LARGE;
	return t.deep ? TAME_DEEP : TAME_OK;
}
