/*
 * The envelope of a message, in one pass over its header block.
 *
 * This runs for every row a server sends, so it touches each byte about once:
 * fields are told apart by length and first letter before any compare, and
 * values of plain ASCII are copied and nothing else.  The first field of a
 * name counts, as for other programs.
 */
#include <string.h>

#include "mime_int.h"

enum want {
	WANT_CC,
	WANT_CONTENT_TYPE,
	WANT_DATE,
	WANT_FROM,
	WANT_IN_REPLY_TO,
	WANT_LIST_ID,
	WANT_MESSAGE_ID,
	WANT_REFERENCES,
	WANT_REPLY_TO,
	WANT_SENDER,
	WANT_SUBJECT,
	WANT_TO,
	WANT_COUNT
};

static const char *const names[WANT_COUNT] = {"cc", "content-type", "date",
    "from", "in-reply-to", "list-id", "message-id", "references", "reply-to",
    "sender", "subject", "to"};
static const unsigned char lengths[WANT_COUNT] = {
    2, 12, 4, 4, 11, 7, 10, 10, 8, 6, 7, 2};

/* The first field of each name; *doubled gets a bit for each met again. */
static void
collect(const char *block, size_t n, struct field found[WANT_COUNT],
    unsigned *doubled)
{
	size_t pos = 0;
	struct field f;
	int i;

	while (header_next(block, n, &pos, &f)) {
		char c = lower(f.name[0]);

		for (i = 0; i < WANT_COUNT; i++) {
			if (lengths[i] != f.name_len || names[i][0] != c ||
			    !is_word(f.name, f.name_len, names[i]))
				continue;
			if (found[i].name == NULL)
				found[i] = f;
			else
				*doubled |= 1U << i;
			break;
		}
	}
}

/* All fields of that name as one list: some programs send many, and a second
 * From must not be hidden. */
static void
merge_addresses(struct arena *a, const char *block, size_t n, enum want which,
    const char *charset, struct addresses *out)
{
	struct buf all = {.max = HEADER_MAX + 1};
	size_t pos = 0;
	struct field f;

	while (header_next(block, n, &pos, &f)) {
		if (f.name_len != lengths[which] ||
		    !is_word(f.name, f.name_len, names[which]))
			continue;
		buf_put(&all, f.value, f.value_len);
		buf_putc(&all, ',');
	}
	address_parse(a, all.data, all.len, charset, out);
	buf_free(&all);
}

static void
addresses_of(struct arena *a, const struct field *f, const char *charset,
    struct addresses *out)
{
	if (f->name == NULL)
		*out = (struct addresses){.n = 0};
	else
		address_parse(a, f->value, f->value_len, charset, out);
}

static bool
is_among(const char *id, const char *const *refs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(refs[i], id) == 0)
			return true;
	return false;
}

/* The parent is last: In-Reply-To's first one, unless References has it. */
static void
references_of(struct arena *a, const struct field *refs,
    const struct field *reply, struct envelope *out)
{
	const char **v = NULL, **parents = NULL, **all;
	size_t n = 0, np = 0, i;

	if (refs->name != NULL)
		n = msgids_parse(a, refs->value, refs->value_len, &v);
	if (reply->name != NULL)
		np = msgids_parse(a, reply->value, reply->value_len, &parents);
	out->refs = v;
	out->nrefs = n;
	if (np == 0 || (np == 1 && is_among(parents[0], v, n)))
		return;
	all = arena_alloc(a, (n + np) * sizeof *all);
	if (n > 0)
		memcpy(all, v, n * sizeof *all);
	for (i = 0; i < np; i++)
		if (!is_among(parents[i], all, n))
			all[n++] = parents[i];
	out->refs = n > REFERENCES_MAX ? all + (n - REFERENCES_MAX) : all;
	out->nrefs = n > REFERENCES_MAX ? REFERENCES_MAX : n;
}

/* "Text <id>" gives id, else the value. */
static const char *
list_id_of(struct arena *a, const struct field *f)
{
	const char *open, *close;

	if (f->name == NULL)
		return "";
	open = memrchr(f->value, '<', f->value_len);
	if (open == NULL)
		return header_decode(a, f->value, f->value_len, NULL);
	open++;
	close = memchr(open, '>', (size_t)(f->value + f->value_len - open));
	if (close == NULL)
		close = f->value + f->value_len;
	return token_text(a, open, (size_t)(close - open), true);
}

static bool
begins(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && is_word(s, len, word);
}

/* A guess from the top Content-Type, until the structure is known. */
static bool
looks_attached(const struct field *f)
{
	static const char *const kinds[] = {"multipart/mixed",
	    "multipart/report", "application/", "image/", "audio/", "video/",
	    "font/", "model/"};
	const char *s = f->value;
	size_t i, n = f->value_len;

	if (f->name == NULL)
		return false;
	trim(&s, &n);
	if (begins(s, n, "application/pkcs7-mime") ||
	    begins(s, n, "application/x-pkcs7-mime"))
		return false;
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (begins(s, n, kinds[i]))
			return true;
	return false;
}

static const char *
msgid_of(struct arena *a, const struct field *f)
{
	const char **v;

	if (f->name == NULL || msgids_parse(a, f->value, f->value_len, &v) == 0)
		return "";
	return v[0];
}

void
envelope_parse(struct arena *a, const char *block, size_t n,
    const char *charset, struct envelope *out)
{
	struct field f[WANT_COUNT] = {{NULL, 0, NULL, 0}};
	struct {
		enum want which;
		struct addresses *list;
	} lists[] = {{WANT_FROM, &out->from}, {WANT_TO, &out->to},
	    {WANT_CC, &out->cc}, {WANT_REPLY_TO, &out->reply_to},
	    {WANT_SENDER, &out->sender}};
	unsigned doubled = 0;
	size_t i;

	if (n > HEADER_MAX)
		n = HEADER_MAX;
	collect(block, n, f, &doubled);
	*out = (struct envelope){.subject = "", .date = INT64_MIN};
	if (f[WANT_SUBJECT].name != NULL)
		out->subject = header_decode(a, f[WANT_SUBJECT].value,
		    f[WANT_SUBJECT].value_len, charset);
	for (i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (doubled & 1U << lists[i].which)
			merge_addresses(a, block, n, lists[i].which, charset,
			    lists[i].list);
		else
			addresses_of(
			    a, &f[lists[i].which], charset, lists[i].list);
	}
	out->msgid = msgid_of(a, &f[WANT_MESSAGE_ID]);
	references_of(a, &f[WANT_REFERENCES], &f[WANT_IN_REPLY_TO], out);
	out->list_id = list_id_of(a, &f[WANT_LIST_ID]);
	if (f[WANT_DATE].name != NULL)
		out->date = date_parse(
		    f[WANT_DATE].value, f[WANT_DATE].value_len, &out->zone);
	out->maybe_attachment = looks_attached(&f[WANT_CONTENT_TYPE]);
}
