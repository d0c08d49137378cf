/*
 * A message as JSON: what a program wants to know of it.
 */
#include <stdlib.h>
#include <string.h>

#include "cli_int.h"
#include "mime/message.h"
#include "mime/text.h"
#include "util/mem.h"
#include "util/utf8.h"

#define TEXTS_MAX 64

static void
put_addresses(struct json *j, const char *key, const struct addresses *list)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < list->n; i++) {
		const struct address *a = &list->v[i];

		/* a group without members is nobody */
		if (*a->addr == '\0' && (a->name == NULL || a->group != NULL))
			continue;
		json_open(j, NULL, '{');
		json_str(j, "name", a->name);
		json_str(j, "address", a->addr);
		json_close(j);
	}
	json_close(j);
}

static void
put_envelope(struct json *j, const char *header, size_t n)
{
	struct arena a = ARENA_INIT;
	struct envelope env;
	size_t len;

	envelope_parse(&a, header, n, NULL, &env);
	put_addresses(j, "from", &env.from);
	put_addresses(j, "to", &env.to);
	put_addresses(j, "cc", &env.cc);
	json_str(j, "subject",
	    header_get(header, n, "Subject", &len) != NULL ? env.subject
							   : NULL);
	if (env.date != INT64_MIN)
		json_int(j, "date", env.date);
	else
		json_null(j, "date");
	json_str(j, "message_id", *env.msgid != '\0' ? env.msgid : NULL);
	arena_free(&a);
}

/* The encoded bytes of a part; *n 0 where the tree says nonsense. */
static const char *
encoded(const struct part *p, const char *bytes, size_t total, size_t *n)
{
	*n = 0;
	if (p->offset > total || p->size > total - p->offset)
		return bytes;
	*n = (size_t)p->size;
	return bytes + p->offset;
}

static void
put_text(struct json *j, const struct part *root, const char *bytes, size_t n)
{
	const struct part *text[TEXTS_MAX];
	size_t count = part_texts(root, false, text, TEXTS_MAX), len;
	struct buf out = BUF_INIT(CLI_OUT_MAX);
	struct err e = ERR_INIT;
	const char *p;

	if (count == 0) {
		json_null(j, "text");
		json_str(j, "text_kind", "none");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		p = encoded(text[i], bytes, n, &len);
		if (text_of_part(text[i], p, len, NULL, &out, &e) < 0)
			break;
		if (i + 1 < count && buf_add(&out, "\n", 1, &e) < 0)
			break;
	}
	json_strn(j, "text", buf_text(&out), out.len);
	json_str(j, "text_kind",
	    part_is(text[0], "text", "html") ? "html" : "plain");
	if (e.kind != ERR_NONE)
		json_str(j, "text_error", e.text);
	buf_free(&out);
}

static void
put_hash(struct json *j, const char *p, size_t n)
{
	char hex[65], *lf = mem_alloc(n + 1);
	size_t len = 0;

	sha256_hex(p, n, hex);
	json_str(j, "sha256", hex);
	for (size_t i = 0; i < n; i++)
		if (p[i] != '\r' || i + 1 == n || p[i + 1] != '\n')
			lf[len++] = p[i];
	sha256_hex(lf, len, hex);
	json_str(j, "sha256_lf", hex);
	free(lf);
}

static void
put_attachment(
    struct json *j, const struct part *p, const char *bytes, size_t n)
{
	struct buf out = BUF_INIT(CLI_OUT_MAX);
	char *type = mem_printf("%s/%s", p->type, p->subtype);
	struct err e = ERR_INIT;
	const char *raw;
	size_t len;

	json_open(j, NULL, '{');
	json_str(j, "name", p->filename);
	json_str(j, "type", type);
	json_str(j, "section", p->section);
	raw = encoded(p, bytes, n, &len);
	if (text_decode(p->encoding, raw, len, &out, &e) == 0) {
		json_int(j, "size", (int64_t)out.len);
		put_hash(j, buf_text(&out), out.len);
	} else
		json_null(j, "size");
	json_close(j);
	buf_free(&out);
	free(type);
}

/* Parts of a message that is attached itself are its own business. */
static bool
is_inside_message(const struct part *p)
{
	for (p = p->parent; p != NULL; p = p->parent)
		if (part_is(p, "message", NULL))
			return true;
	return false;
}

void
describe(struct json *j, const char *bytes, size_t n)
{
	struct arena a = ARENA_INIT;
	struct part *root = message_parse(&a, bytes, n);

	put_envelope(j, bytes, message_body_at(bytes, n));
	put_text(j, root, bytes, n);
	json_open(j, "attachments", '[');
	for (const struct part *p = root; p != NULL; p = part_next(p))
		if (part_is_attachment(p) && !is_inside_message(p))
			put_attachment(j, p, bytes, n);
	json_close(j);
	arena_free(&a);
}

void
describe_flags(struct json *j, unsigned flags, const char *keywords)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
	    {FLAG_SEEN, "seen"},
	    {FLAG_ANSWERED, "answered"},
	    {FLAG_FLAGGED, "flagged"},
	    {FLAG_DELETED, "deleted"},
	    {FLAG_DRAFT, "draft"},
	    {FLAG_FORWARDED, "forwarded"},
	    {FLAG_JUNK, "junk"},
	    {FLAG_NOTJUNK, "notjunk"},
	};

	json_open(j, "flags", '[');
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((flags & names[i].flag) != 0)
			json_str(j, NULL, names[i].name);
	json_close(j);
	json_str(j, "keywords", keywords != NULL ? keywords : "");
}
