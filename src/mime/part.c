/*
 * Questions about a tree of parts, wherever it came from.
 *
 * All walks follow the parent links instead of recursing: a server's tree may
 * be as deep as it likes.
 */
#include <string.h>

#include "mime_int.h"

const char *
part_param(const struct part *p, const char *name)
{
	return params_get(p->params, name);
}

bool
part_is(const struct part *p, const char *type, const char *subtype)
{
	return strcmp(p->type, type) == 0 &&
	       (subtype == NULL || strcmp(p->subtype, subtype) == 0);
}

/* The next one in order that is not below p. */
static struct part *
part_after(const struct part *p)
{
	while (p != NULL && p->next == NULL)
		p = p->parent;
	return p != NULL ? p->next : NULL;
}

struct part *
part_next(const struct part *p)
{
	return p->child != NULL ? p->child : part_after(p);
}

struct part *
part_by_section(const struct part *root, const char *section)
{
	const struct part *p;

	for (p = root; p != NULL; p = part_next(p))
		if (strcmp(p->section, section) == 0)
			return (struct part *)(uintptr_t)p;
	return NULL;
}

static bool
is_first_child(const struct part *p)
{
	return p->parent == NULL || p->parent->child == p;
}

static bool
parent_is(const struct part *p, const char *subtype)
{
	return p->parent != NULL && part_is(p->parent, "multipart", subtype);
}

/* Machinery of signed and encrypted mail. */
static bool
is_machinery(const struct part *p)
{
	static const char *const kinds[] = {"pgp-signature", "pgp-encrypted",
	    "pkcs7-signature", "x-pkcs7-signature"};
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(p->subtype, kinds[i]) == 0)
			return true;
	return false;
}

/* Text that people write; other kinds are for programs, or rare enough that a
 * plain one beside them is meant to be read. */
static bool
is_common_text(const struct part *p)
{
	static const char *const kinds[] = {"plain", "html", "enriched",
	    "richtext", "markdown", "x-markdown", "x-diff", "x-patch"};
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(p->subtype, kinds[i]) == 0)
			return true;
	return false;
}

bool
part_is_attachment(const struct part *p)
{
	bool named = p->filename != NULL && *p->filename != '\0';

	if (p->child != NULL && strcmp(p->type, "multipart") == 0)
		return false;
	if (strcmp(p->disposition, "attachment") == 0)
		return true;
	if (is_machinery(p) || parent_is(p, "encrypted"))
		return false;
	if (strcmp(p->type, "text") == 0)
		return (named || !is_common_text(p)) && !is_first_child(p) &&
		       !parent_is(p, "alternative");
	/* the pictures of a page of HTML */
	if (strcmp(p->type, "image") == 0 && parent_is(p, "related"))
		return false;
	return strcmp(p->type, "multipart") != 0;
}

/* How far part_texts() has to go to find anything. */
enum reach {
	REACH_COMMON,
	REACH_ANY_TEXT,
	REACH_MESSAGES, /* into embedded ones */
};

static bool
is_readable(const struct part *p, enum reach reach)
{
	return strcmp(p->type, "text") == 0 && p->child == NULL &&
	       strcmp(p->disposition, "attachment") != 0 &&
	       (reach > REACH_COMMON || is_common_text(p));
}

/* How much we would like to show this branch of an alternative. */
static int
rank(const struct part *branch, bool prefer_html)
{
	const struct part *p, *stop = part_after(branch);
	int best = 0;

	for (p = branch; p != stop; p = part_next(p)) {
		int r;

		if (!is_readable(p, REACH_ANY_TEXT))
			continue;
		/* some send an empty text beside their HTML */
		if (part_is(p, "text", "html"))
			r = prefer_html ? 6 : p->size <= 64 ? 2 : 4;
		else if (part_is(p, "text", "plain"))
			r = p->size <= 2 ? 3 : 5;
		else
			r = 1;
		if (r > best)
			best = r;
	}
	return best;
}

/* The branch to show; the last of equals, as RFC 2046 has it. */
static const struct part *
best_branch(const struct part *alternative, bool prefer_html)
{
	const struct part *p, *best = NULL;
	int r, best_rank = 0;

	for (p = alternative->child; p != NULL; p = p->next) {
		r = rank(p, prefer_html);
		if (r > 0 && r >= best_rank) {
			best = p;
			best_rank = r;
		}
	}
	return best;
}

/* The child that stands for all of a related or signed one. */
static const struct part *
main_child(const struct part *p)
{
	const char *start = part_param(p, "start");
	const struct part *c;
	size_t n;

	if (part_is(p, "multipart", "signed"))
		return p->child;
	if (start != NULL && *start == '<')
		start++;
	n = start != NULL ? strcspn(start, ">") : 0;
	for (c = p->child; c != NULL && n > 0; c = c->next)
		if (c->content_id != NULL && strlen(c->content_id) == n &&
		    memcmp(c->content_id, start, n) == 0)
			return c;
	for (c = p->child; c != NULL; c = c->next)
		if (strcmp(c->type, "text") == 0 ||
		    strcmp(c->type, "multipart") == 0)
			return c;
	return p->child;
}

/* Where the walk goes on from p: into the one child that counts, into all of
 * them, or (NULL) past p. */
static const struct part *
descend(const struct part *p, bool prefer_html, enum reach reach)
{
	bool only;

	if (p->child == NULL)
		return NULL;
	if (strcmp(p->type, "message") == 0)
		return reach == REACH_MESSAGES ? p->child : NULL;
	only = part_is(p, "multipart", "alternative") ||
	       part_is(p, "multipart", "related") ||
	       part_is(p, "multipart", "signed");
	if (part_is(p, "multipart", "alternative"))
		return best_branch(p, prefer_html);
	if (part_is(p, "multipart", "encrypted"))
		return NULL;
	return only ? main_child(p) : p->child;
}

/* The next one after p when parents that show only one child are left whole.
 */
static const struct part *
leave(const struct part *p, const struct part *root)
{
	while (p != root) {
		const struct part *up = p->parent;
		bool only = up != NULL &&
			    (part_is(up, "multipart", "alternative") ||
				part_is(up, "multipart", "related") ||
				part_is(up, "multipart", "signed"));

		if (p->next != NULL && !only)
			return p->next;
		p = up;
	}
	return NULL;
}

static size_t
collect_texts(const struct part *root, bool prefer_html, enum reach reach,
    const struct part **out, size_t max)
{
	const struct part *p = root, *down;
	size_t n = 0;

	while (p != NULL && n < max) {
		if (is_readable(p, reach))
			out[n++] = p;
		down = descend(p, prefer_html, reach);
		p = down != NULL ? down : leave(p, root);
	}
	return n;
}

size_t
part_texts(const struct part *root, bool prefer_html, const struct part **out,
    size_t max)
{
	enum reach reach;
	size_t i, n = 0, filled = 0;

	for (reach = REACH_COMMON; filled == 0 && reach <= REACH_MESSAGES;
	     reach++) {
		n = collect_texts(root, prefer_html, reach, out, max);
		for (i = 0; i < n; i++)
			filled += out[i]->size > 0;
	}
	return n;
}
