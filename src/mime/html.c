/*
 * HTML to lines of text that read well.
 *
 * html_tame() reduces the page to a few elements that cannot hurt, gumbo makes
 * a tree of that, and one walk along the tree's own links writes the text:
 * blocks on lines of their own, paragraphs apart, lists with marks, quotes with
 * "> ", links as text [n] with their addresses at the end, table cells of one
 * row beside each other.  Nothing is ever fetched.
 *
 * A page past our bounds is shown as its source, under a line that says so.
 */
#include <assert.h>
#include <gumbo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html_int.h"
#include "util/utf8.h"

/* Marks before a line; deeper ones are not told apart any more. */
#define QUOTES_MAX 10
#define INDENT_MAX 20

struct link {
	char *href;
	unsigned number;
};

struct writer {
	struct buf *out;
	struct err *e;
	int rc;
	size_t start;    /* of our text in out */
	size_t line;     /* where the line being written begins */
	int blank_lines; /* owed before the next text */
	bool line_open;  /* text stands on the line */
	bool space;      /* a blank is owed */
	bool joined;     /* last character may be joined by ZWJ */
	int quotes, indent, pre;
	char mark[32];  /* of the list item whose text comes next */
	int low_quotes; /* the fewest since the last text, for blank lines */
	struct link *links;
	size_t nlinks, links_cap;
	/* open lists: the number of the last item, -1 where none are shown;
	 * open links: where their text began */
	long counters[HTML_DEPTH_MAX + 1];
	size_t lists;
	size_t link_from[HTML_DEPTH_MAX + 1];
	size_t open_links;
};

static void
raw(struct writer *w, const char *s, size_t n)
{
	if (w->rc == 0)
		w->rc = buf_add(w->out, s, n, w->e);
}

static void
raw_str(struct writer *w, const char *s)
{
	raw(w, s, strlen(s));
}

/* The marks every line of this place begins with. */
static void
begin_line(struct writer *w)
{
	int i, indent = w->indent < INDENT_MAX ? w->indent : INDENT_MAX;
	size_t mark = strlen(w->mark);

	for (i = 0; i < w->quotes && i < QUOTES_MAX; i++)
		raw_str(w, "> ");
	for (i = 0; i < indent - (int)mark; i++)
		raw_str(w, " ");
	raw_str(w, w->mark);
	w->mark[0] = '\0';
	w->line_open = true;
	w->space = false;
	w->low_quotes = w->quotes;
}

static void
end_line(struct writer *w)
{
	if (!w->line_open)
		return;
	raw_str(w, "\n");
	w->line_open = false;
	w->space = false;
}

/* Text follows: write what is owed before it. */
static void
before_text(struct writer *w)
{
	int i;

	if (w->line_open) {
		if (w->space)
			raw_str(w, " ");
		w->space = false;
		return;
	}
	for (i = 0; w->out->len > w->start && i < w->blank_lines; i++) {
		int q;

		for (q = 0; q < w->low_quotes && q < QUOTES_MAX; q++)
			raw_str(w, q + 1 < w->low_quotes ? "> " : ">");
		raw_str(w, "\n");
	}
	w->blank_lines = 0;
	begin_line(w);
}

static void
block(struct writer *w, int blank_lines)
{
	end_line(w);
	if (blank_lines > w->blank_lines)
		w->blank_lines = blank_lines;
}

/* Characters that have no place of their own on a page. */
static bool
is_invisible(int32_t cp)
{
	return cp == 0xad || cp == 0x34f || cp == 0x61c || cp == 0x200b ||
	       cp == 0x200e || cp == 0x200f || cp == 0x2060 || cp == 0xfeff;
}

static bool
is_space(int32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' ||
	       cp == '\f' || cp == 0xa0;
}

static void
text_pre(struct writer *w, const char *s, size_t n)
{
	while (n > 0) {
		const char *lf = memchr(s, '\n', n);
		size_t len = lf == NULL ? n : (size_t)(lf - s);

		if (len > 0) {
			w->space = false;
			before_text(w);
			raw(w, s, len);
		}
		if (lf == NULL)
			return;
		if (w->line_open)
			end_line(w);
		else if (w->blank_lines < 2)
			w->blank_lines++;
		s += len + 1;
		n -= len + 1;
	}
}

static void
text(struct writer *w, const char *s, size_t n)
{
	while (n > 0 && w->rc == 0) {
		int32_t cp, next = ' ';
		size_t len = 0;

		while (len < n && s[len] > ' ' && s[len] < 0x7f)
			len++;
		if (len > 0) { /* most of it */
			before_text(w);
			raw(w, s, len);
			w->joined = false;
			s += len;
			n -= len;
			continue;
		}
		len = utf8_next(s, n, &cp);
		if (len < n)
			utf8_next(s + len, n - len, &next);
		if (is_space(cp)) {
			w->space = w->line_open;
			w->joined = false;
		} else if ((cp == 0x200c || cp == 0x200d) &&
			   (!w->joined || next < 0x80 || is_space(next) ||
			       is_invisible(next) || next == 0x200c)) {
			/* padding of a preview line, not a joiner */
		} else if (!is_invisible(cp)) {
			before_text(w);
			raw(w, s, len);
			w->joined = cp >= 0x80;
		}
		s += len;
		n -= len;
	}
}

static const char *
attr(const GumboNode *node, const char *name)
{
	const GumboAttribute *a = gumbo_get_attribute(
	    &node->v.element.attributes, name);

	return a != NULL ? a->value : NULL;
}

/* Addresses worth a number: not anchors in the page, not programs. */
static bool
is_link(const char *href)
{
	size_t n = strlen(href);

	return n > 0 && href[0] != '#' &&
	       !(n >= 11 && is_word(href, 11, "javascript:")) &&
	       !(n >= 5 && is_word(href, 5, "data:"));
}

static void
copy_href(char *to, const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s > ' ' && *s != 0x7f)
			*to++ = *s;
	*to = '\0';
}

/* Does the text written since `from` say the address already? */
static bool
says(const struct writer *w, size_t from, const char *href)
{
	const char *s = w->out->data + from;
	size_t n = w->out->len - from, len;

	if (strncmp(href, "mailto:", 7) == 0)
		href += 7;
	trim(&s, &n);
	len = strlen(href);
	if (len == n + 1 && href[n] == '/')
		len = n;
	return n > 0 && n == len && memcmp(s, href, n) == 0;
}

static void
end_link(struct writer *w, const char *href, size_t from)
{
	char number[32];
	struct link *l;
	bool space = w->space;
	char *clean;

	if (w->rc < 0 || !is_link(href))
		return;
	clean = mem_alloc(strlen(href) + 1);
	copy_href(clean, href);
	if (w->out->len == from || says(w, from, clean)) {
		free(clean);
		return;
	}
	if (w->nlinks > 0 && strcmp(w->links[w->nlinks - 1].href, clean) == 0) {
		free(clean);
	} else {
		mem_grow(
		    &w->links, &w->links_cap, w->nlinks + 1, sizeof *w->links);
		l = &w->links[w->nlinks++];
		l->href = clean;
		l->number = (unsigned)w->nlinks;
	}
	snprintf(number, sizeof number, "[%u]", w->links[w->nlinks - 1].number);
	w->space = w->line_open;
	before_text(w);
	raw_str(w, number);
	w->space = space;
}

static void
begin_list(struct writer *w, const GumboNode *list)
{
	const char *start = attr(list, "start");
	long number = 0;

	block(w, w->lists == 0);
	if (list->v.element.tag != GUMBO_TAG_OL)
		number = -1;
	else if (start != NULL && strlen(start) < 6)
		number = strtol(start, NULL, 10) - 1;
	assert(w->lists <= HTML_DEPTH_MAX);
	w->counters[w->lists++] = number < -1 ? 0 : number;
}

/* "3. " in an ordered list, "- " in another or in none. */
static void
begin_item(struct writer *w)
{
	long *counter = w->lists > 0 ? &w->counters[w->lists - 1] : NULL;

	block(w, 0);
	if (counter == NULL || *counter < 0) {
		snprintf(w->mark, sizeof w->mark, "- ");
		w->indent += 2;
	} else {
		snprintf(w->mark, sizeof w->mark, "%ld. ", ++*counter);
		w->indent += 3;
	}
}

static void
end_item(struct writer *w)
{
	block(w, 0);
	w->mark[0] = '\0';
	w->indent -= w->lists == 0 || w->counters[w->lists - 1] < 0 ? 2 : 3;
}

/* A cell stands beside the one before it unless that ended its line. */
static void
begin_cell(struct writer *w)
{
	if (w->line_open && w->out->len > 0) {
		before_text(w);
		w->space = false;
		raw_str(w, "  ");
	}
}

static void
image(struct writer *w, const GumboNode *node)
{
	const char *alt = attr(node, "alt");
	size_t n = alt != NULL ? strlen(alt) : 0;

	if (alt != NULL)
		trim(&alt, &n);
	if (n == 0)
		return;
	text(w, "[", 1);
	text(w, alt, n);
	w->space = false;
	text(w, "]", 1);
}

static void
enter_span(struct writer *w, const GumboNode *node)
{
	if (attr(node, "cell") != NULL)
		begin_cell(w);
	if (attr(node, "href") != NULL) {
		assert(w->open_links <= HTML_DEPTH_MAX);
		w->link_from[w->open_links++] = w->out->len;
	}
}

static void
line_break(struct writer *w)
{
	if (w->line_open)
		end_line(w);
	else if (w->blank_lines < 1)
		w->blank_lines = 1;
}

static void
rule(struct writer *w)
{
	block(w, 0);
	before_text(w);
	raw_str(w, "----------");
	block(w, 0);
}

static bool
is_heading(const GumboNode *node)
{
	return node->v.element.tag >= GUMBO_TAG_H1 &&
	       node->v.element.tag <= GUMBO_TAG_H6;
}

static void
enter(struct writer *w, const GumboNode *node)
{
	GumboTag tag = node->v.element.tag;

	if (tag == GUMBO_TAG_BR)
		line_break(w);
	else if (tag == GUMBO_TAG_HR)
		rule(w);
	else if (tag == GUMBO_TAG_IMG)
		image(w, node);
	else if (tag == GUMBO_TAG_SPAN)
		enter_span(w, node);
	else if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL)
		begin_list(w, node);
	else if (tag == GUMBO_TAG_LI)
		begin_item(w);
	else if (tag == GUMBO_TAG_DIV)
		block(w, attr(node, "para") != NULL);
	else if (tag == GUMBO_TAG_DD)
		block(w, 0);
	else if (tag == GUMBO_TAG_BLOCKQUOTE || tag == GUMBO_TAG_PRE ||
		 is_heading(node))
		block(w, 1);
	w->quotes += tag == GUMBO_TAG_BLOCKQUOTE;
	w->pre += tag == GUMBO_TAG_PRE;
	w->indent += tag == GUMBO_TAG_DD ? 2 : 0;
}

static void
leave(struct writer *w, const GumboNode *node)
{
	GumboTag tag = node->v.element.tag;

	if (tag == GUMBO_TAG_SPAN && attr(node, "href") != NULL) {
		end_link(w, attr(node, "href"), w->link_from[--w->open_links]);
	} else if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL) {
		w->lists--;
		block(w, w->lists == 0);
	} else if (tag == GUMBO_TAG_LI) {
		end_item(w);
	} else if (tag == GUMBO_TAG_DIV) {
		block(w, attr(node, "para") != NULL);
	} else if (tag == GUMBO_TAG_DD) {
		block(w, 0);
	} else if (tag == GUMBO_TAG_BLOCKQUOTE || tag == GUMBO_TAG_PRE ||
		   is_heading(node)) {
		block(w, 1);
	}
	w->quotes -= tag == GUMBO_TAG_BLOCKQUOTE;
	if (w->quotes < w->low_quotes)
		w->low_quotes = w->quotes;
	w->pre -= tag == GUMBO_TAG_PRE;
	w->indent -= tag == GUMBO_TAG_DD ? 2 : 0;
}

static void
visit_text(struct writer *w, const GumboNode *node)
{
	const char *s = node->v.text.text;

	if (w->pre > 0)
		text_pre(w, s, strlen(s));
	else
		text(w, s, strlen(s));
}

static const GumboNode *
child_at(const GumboNode *node, size_t i)
{
	if (node->type != GUMBO_NODE_ELEMENT ||
	    i >= node->v.element.children.length)
		return NULL;
	return node->v.element.children.data[i];
}

/* Down, aside or up along the tree's links, no recursion. */
static void
walk(struct writer *w, const GumboNode *root)
{
	const GumboNode *node = root, *next;

	while (node != NULL && w->rc == 0) {
		if (node->type == GUMBO_NODE_ELEMENT)
			enter(w, node);
		else if (node->type == GUMBO_NODE_TEXT ||
			 node->type == GUMBO_NODE_WHITESPACE)
			visit_text(w, node);
		next = child_at(node, 0);
		while (next == NULL) {
			if (node->type == GUMBO_NODE_ELEMENT)
				leave(w, node);
			if (node == root)
				return;
			next = child_at(
			    node->parent, node->index_within_parent + 1);
			if (next == NULL)
				node = node->parent;
		}
		node = next;
	}
}

static void
write_links(struct writer *w)
{
	size_t i;

	end_line(w);
	if (w->nlinks > 0)
		raw_str(w, "\n");
	for (i = 0; i < w->nlinks; i++) {
		char number[32];

		snprintf(number, sizeof number, "[%u] ", w->links[i].number);
		raw_str(w, number);
		raw_str(w, w->links[i].href);
		raw_str(w, "\n");
	}
	for (i = 0; i < w->nlinks; i++)
		free(w->links[i].href);
	free(w->links);
}

static int
show_source(
    const char *why, const char *html, size_t n, struct buf *out, struct err *e)
{
	if (buf_add(out, why, strlen(why), e) < 0)
		return -1;
	return buf_add(out, html, n, e);
}

static int
render(const struct buf *tame, struct buf *out, struct err *e)
{
	GumboOptions options = kGumboDefaultOptions;
	struct writer w = {.out = out, .e = e, .start = out->len};
	GumboOutput *tree;

	options.max_errors = 0;
	tree = gumbo_parse_with_options(&options, buf_text(tame), tame->len);
	if (tree == NULL)
		return err_set(e, ERR_INPUT, "the HTML cannot be parsed");
	walk(&w, tree->root);
	write_links(&w);
	gumbo_destroy_output(&options, tree);
	return w.rc;
}

int
html_to_text(const char *html, size_t n, struct buf *out, struct err *e)
{
	struct buf tame = {.max = 8 * n + 1024};
	int rc;

	if (n > HTML_MAX)
		return show_source(
		    "[This HTML is too large to lay out; its source:]\n\n",
		    html, n, out, e);
	switch (html_tame(html, n, &tame)) {
	case TAME_DEEP:
		rc = show_source("[This HTML is nested too deep to lay out; "
				 "its source:]\n\n",
		    html, n, out, e);
		break;
	case TAME_LARGE:
		rc = show_source("[This HTML has too many elements to lay "
				 "out; its source:]\n\n",
		    html, n, out, e);
		break;
	default:
		rc = render(&tame, out, e);
	}
	buf_free(&tame);
	return rc;
}
