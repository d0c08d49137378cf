/* A message cut into parts, and what is asked of the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exact.h"
#include "mime/message.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

/* "section type/subtype 'body'" of each part, multiparts without body. */
static void
dump(const struct part *root, const char *bytes, struct buf *out)
{
	const struct part *p;

	for (p = root; p != NULL; p = part_next(p)) {
		size_t i;

		buf_printf(out, "%s[%s]%s/%s", out->len > 0 ? " " : "",
		    p->section, p->type, p->subtype);
		if (p->child != NULL)
			continue;
		buf_putc(out, ' ');
		for (i = 0; i < p->size; i++) {
			char c = bytes[p->offset + i];

			buf_putc(out, c == '\n' || c == '\r' ? '~' : c);
		}
	}
}

#define MIXED    "Content-Type: multipart/mixed; boundary=b\n\n"
#define PART(t)  "Content-Type: " t "\n\n"
#define EMBEDDED "Content-Type: message/rfc822\n\n"

static const struct {
	const char *why, *raw, *want;
} trees[] = {
    {"no MIME at all", "Subject: x\n\nhello\n", "[1]text/plain hello~"},
    {"CRLF", "Subject: x\r\n\r\nhello\r\n", "[1]text/plain hello~~"},
    {"no header", "hello\nyou\n", "[1]text/plain hello~you~"},
    {"only a header", "Subject: x\n", "[1]text/plain "},
    {"nothing", "", "[1]text/plain "},
    {"only a line end", "\n", "[1]text/plain "},
    {"two parts; the line end before a boundary is its own",
	MIXED "preamble\n--b\n\none\n--b\n" PART("text/html") "two\n\n--b--\n"
							      "epilogue\n",
	"[]multipart/mixed [1]text/plain one [2]text/html two~"},
    {"CRLF there",
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
	"one\r\n--b--\r\n",
	"[]multipart/mixed [1]text/plain one"},
    {"a quoted boundary with blanks",
	"Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b\n\nx\n--a "
	"b--",
	"[]multipart/mixed [1]text/plain x"},
    {"blanks behind a boundary", MIXED "--b  \n\none\n--b-- \n",
	"[]multipart/mixed [1]text/plain one"},
    {"a longer line is not the boundary", MIXED "--b\n\n--bc\n--b--\n",
	"[]multipart/mixed [1]text/plain --bc"},
    {"never closed", MIXED "--b\n\none\n",
	"[]multipart/mixed [1]text/plain one~"},
    {"cut in a part's header", MIXED "--b\nContent-Type: text/html\n",
	"[]multipart/mixed [1]text/html "},
    {"a boundary in a part's header", MIXED "--b\nContent-Type: a/b\n--b--\n",
	"[]multipart/mixed [1]a/b "},
    {"an empty part", MIXED "--b\n--b\n\n--b--\n",
	"[]multipart/mixed [1]text/plain  [2]text/plain "},
    {"a part without header or empty line", MIXED "--b\nhello\n--b--\n",
	"[]multipart/mixed [1]text/plain hello"},
    {"its boundary never comes: text", MIXED "hello\n", "[1]text/plain hello~"},
    {"no boundary: text", "Content-Type: multipart/mixed\n\n--b\n\nx\n",
	"[1]text/plain --b~~x~"},
    {"an empty boundary: text",
	"Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n",
	"[1]text/plain --~~x~"},
    {"a boundary that is a quote",
	"Content-Type: multipart/mixed; "
	"boundary=\"\\\"\"\n\n--\"\n\nx\n--\"--\n",
	"[]multipart/mixed [1]text/plain x"},
    {"nested",
	MIXED
	"--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\n"
	"x\n--c\n" PART("text/html") "y\n--c--\n--b\n" PART("a/b") "z\n"
								   "--b--",
	"[]multipart/mixed [1]multipart/alternative [1.1]text/plain x "
	"[1.2]text/html y [2]a/b z"},
    {"the inner one's end is missing",
	MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n"
	      "--b\n\ny\n--b--\n",
	"[]multipart/mixed [1]multipart/mixed [1.1]text/plain x "
	"[2]text/plain y"},
    {"inner and outer share a boundary: the inner one takes it",
	MIXED "--b\n" MIXED "--b\n\nx\n--b--\n--b\n\ny\n--b--\n",
	"[]multipart/mixed [1]multipart/mixed [1.1]text/plain x "
	"[2]text/plain y"},
    {"an embedded message", MIXED "--b\n" EMBEDDED "Subject: i\n\nx\n--b--\n",
	"[]multipart/mixed [1]message/rfc822 [1.1]text/plain x"},
    {"an embedded multipart lends no number",
	MIXED "--b\n" EMBEDDED
	      "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n"
	      "--b--\n",
	"[]multipart/mixed [1]message/rfc822 [1.TEXT]multipart/mixed "
	"[1.1]text/plain x"},
    {"the message is an embedded one", EMBEDDED "Subject: x\n\nhello",
	"[1]message/rfc822 [1.1]text/plain hello"},
    {"an embedded one cut in its header", EMBEDDED "Subject: x\n",
	"[1]message/rfc822 [1.1]text/plain "},
    {"embedded ones without end", EMBEDDED EMBEDDED "x",
	"[1]message/rfc822 [1.1]message/rfc822 [1.1.1]text/plain x"},
    {"an encoded message is not looked into",
	"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nAA",
	"[1]message/rfc822 AA"},
    {"parts of a digest are messages",
	"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: "
	"x\n\nhi\n"
	"--b--\n",
	"[]multipart/digest [1]message/rfc822 [1.1]text/plain hi"},
    {"a type that is none is text", PART("garbage") "x", "[1]text/plain x"},
    {"a type in capitals, with comments", PART("TEXT/HTML (x); a=b") "x",
	"[1]text/html x"},
    {"a junk line among the fields does not end them",
	"Subject: x\njunk\n" PART("text/html") "y", "[1]text/html y"},
    {"an mbox line first", "From a@b Mon\n" PART("text/html") "y",
	"[1]text/html y"},
};

static void
cuts_into_parts(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < LEN(trees); i++) {
		size_t n = strlen(trees[i].raw);
		char *p = exact(trees[i].raw, n);
		struct arena a = ARENA_INIT, b = ARENA_INIT;
		struct buf got = BUF_INIT(8192), packed = BUF_INIT(8192);
		struct part *root = message_parse(&a, p, n);

		dump(root, p, &got);
		if (strcmp(buf_text(&got), trees[i].want) != 0)
			fail_msg("%s: got '%s'", trees[i].why, buf_text(&got));
		part_pack(root, &packed);
		got.len = 0;
		dump(part_unpack(&b, packed.data, packed.len), p, &got);
		if (strcmp(buf_text(&got), trees[i].want) != 0)
			fail_msg(
			    "%s: unpacked '%s'", trees[i].why, buf_text(&got));
		free(p);
		/* every start of a message is a message */
		for (k = 0; k < n; k++) {
			p = exact(trees[i].raw, k);
			assert_non_null(message_parse(&a, p, k));
			free(p);
		}
		arena_free(&a);
		arena_free(&b);
		buf_free(&got);
		buf_free(&packed);
	}
}

static const struct {
	const char *why, *header, *filename;
} names[] = {
    {"plain", "Content-Disposition: attachment; filename=a.txt", "a.txt"},
    {"quoted", "Content-Disposition: attachment; filename=\"a;b.txt\"",
	"a;b.txt"},
    {"in the type", "Content-Type: a/b; name=x.y", "x.y"},
    {"the disposition's comes first",
	"Content-Type: a/b; name=x\nContent-Disposition: inline; filename=y",
	"y"},
    {"RFC 2231",
	"Content-Disposition: attachment; filename*=utf-8'en'caf%C3%A9.txt",
	"caf\u00e9.txt"},
    {"RFC 2231 beats the plain one",
	"Content-Disposition: inline; filename=x; filename*=utf-8''y", "y"},
    {"in pieces", "Content-Type: a/b; name*0=\"one \"; name*1=two", "one two"},
    {"in pieces, out of order", "Content-Type: a/b; name*1=two; name*0=one",
	"onetwo"},
    {"in pieces, some encoded",
	"Content-Type: a/b; name*0*=iso-8859-1''%E9; name*1=%41; name*2*=%42",
	"\u00e9%41B"},
    {"a character cut between pieces",
	"Content-Type: a/b; name*0*=utf-8''%E2%82; name*1*=%AC", "\u20ac"},
    {"a piece is missing", "Content-Type: a/b; name*0=one; name*2=three",
	"one"},
    {"encoded words, which it may not hold",
	"Content-Type: a/b; name=\"=?utf-8?q?caf=C3=A9?=\"", "caf\u00e9"},
    {"raw 8-bit", "Content-Type: a/b; name=\"caf\xe9\"", "caf\u00e9"},
    {"blanks without quotes", "Content-Type: a/b; name=my file.txt; x=y",
	"my file.txt"},
    {"a forgotten semicolon", "Content-Type: a/b; name=a.txt charset=x",
	"a.txt"},
    {"a quote never closed", "Content-Type: a/b; name=\"a.txt", "a.txt"},
    {"a percent at the end", "Content-Type: a/b; name*=utf-8''a%", "a%"},
    {"an encoded NUL ends nothing", "Content-Type: a/b; name*=utf-8''a%00b",
	"a\ufffd"
	"b"},
    {"no charset", "Content-Type: a/b; name*=%41", "A"},
    {"folded", "Content-Type: a/b;\n\tname=\n a.txt", "a.txt"},
    {"the first of two counts", "Content-Type: a/b; name=x; name=y", "x"},
    {"none", "Content-Type: a/b", NULL},
};

static void
names_files(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(names); i++) {
		size_t n = strlen(names[i].header);
		char *p = exact(names[i].header, n);
		struct arena a = ARENA_INIT;
		const char *got = message_parse(&a, p, n)->filename;

		if ((got == NULL) != (names[i].filename == NULL) ||
		    (got != NULL && strcmp(got, names[i].filename) != 0))
			fail_msg("%s: got '%s'", names[i].why,
			    got != NULL ? got : "(none)");
		arena_free(&a);
		free(p);
	}
}

#define ALT "Content-Type: multipart/alternative; boundary=c\n\n"

static const struct {
	const char *why, *raw;
	const char *plain, *html; /* sections shown, and with prefer_html */
	const char *attached;
} choices[] = {
    {"one text", PART("text/plain") "x", "1", "1", ""},
    {"one HTML", PART("text/html") "x", "1", "1", ""},
    {"no text", PART("image/png") "x", "", "", "1"},
    {"an alternative",
	ALT "--c\n\nplain\n--c\n" PART("text/html") "html\n--c--\n", "1", "2",
	""},
    {"an alternative with an empty text",
	ALT "--c\n\n\n--c\n" PART(
	    "text/html") "0123456789012345678901234567890123456789"
			 "012345678901234567890123456789\n--c--\n",
	"2", "2", ""},
    {"a text of one letter beside HTML of one",
	ALT "--c\n\na\n--c\n" PART("text/html") "b\n--c--\n", "1", "2", ""},
    {"an alternative of something else",
	ALT
	"--c\n" PART("text/calendar") "x\n--c\n" PART("text/html") "y\n"
								   "--c--\n",
	"2", "2", ""},
    {"HTML with its pictures",
	"Content-Type: multipart/related; boundary=c\n\n--c\n" PART(
	    "text/html") "x\n--c\n" PART("image/png") "y\n--c--\n",
	"1", "1", ""},
    {"text and an attachment",
	MIXED
	"--b\n\nhello\n--b\n" PART("application/pdf; name=x") "y\n--b--\n",
	"1", "1", "2"},
    {"text, attached text, footer",
	MIXED "--b\n\nhello\n--b\nContent-Disposition: attachment\n\ny\n--b\n\n"
	      "z\n--b--\n",
	"1 3", "1 3", "2"},
    {"a named text behind the first one is attached, and shown",
	MIXED "--b\n\nhello\n--b\n" PART("text/x-diff; name=a.patch") "y\n"
								      "--b--\n",
	"1 2", "1 2", "2"},
    {"a forwarded message is attached",
	MIXED "--b\n\nhello\n--b\n" EMBEDDED "Subject: x\n\ny\n--b--\n", "1",
	"1", "2"},
    {"nothing but a forwarded message: its text", EMBEDDED "Subject: x\n\ny\n",
	"1.1", "1.1", "1"},
    {"signed",
	"Content-Type: multipart/signed; "
	"boundary=b\n\n--b\n\nhello\n--b\n" PART(
	    "application/pgp-signature") "s\n--b--\n",
	"1", "1", ""},
    {"an alternative in a mixed one",
	MIXED "--b\n" ALT "--c\n\nplain\n--c\n" PART(
	    "text/html") "html\n--c--\n--b\n\nfooter\n--b--\n",
	"1.1 2", "1.2 2", ""},
};

static void
list_texts(
    const struct part *root, bool prefer_html, size_t max, struct buf *out)
{
	const struct part *v[8];
	size_t i, n = part_texts(root, prefer_html, v, max);

	out->len = 0;
	buf_puts(out, "");
	for (i = 0; i < n; i++)
		buf_printf(out, "%s%s", i > 0 ? " " : "", v[i]->section);
	if (n == 0)
		buf_cut(out, 0);
}

static void
chooses_what_to_show(void **state)
{
	struct buf got = BUF_INIT(4096);
	size_t i;

	(void)state;
	for (i = 0; i < LEN(choices); i++) {
		struct arena a = ARENA_INIT;
		struct part *p, *root = message_parse(
				    &a, choices[i].raw, strlen(choices[i].raw));

		list_texts(root, false, 8, &got);
		if (strcmp(buf_text(&got), choices[i].plain) != 0)
			fail_msg(
			    "%s: plain '%s'", choices[i].why, buf_text(&got));
		list_texts(root, true, 8, &got);
		if (strcmp(buf_text(&got), choices[i].html) != 0)
			fail_msg(
			    "%s: html '%s'", choices[i].why, buf_text(&got));
		list_texts(root, true, 0, &got);
		assert_string_equal(buf_text(&got), "");
		for (p = root; p != NULL; p = part_next(p))
			if (part_is_attachment(p))
				buf_puts(&got, p->section);
		if (strcmp(buf_text(&got), choices[i].attached) != 0)
			fail_msg("%s: attached '%s'", choices[i].why,
			    buf_text(&got));
		arena_free(&a);
	}
	buf_free(&got);
}

static size_t
count_parts(const struct part *p, size_t *deepest)
{
	size_t n = 0;

	*deepest = 0;
	for (; p != NULL; p = part_next(p)) {
		const struct part *up;
		size_t depth = 1;

		for (up = p->parent; up != NULL; up = up->parent)
			depth++;
		if (depth > *deepest)
			*deepest = depth;
		n++;
	}
	return n;
}

/* Each is a message of a megabyte or so that other programs died of. */
static const struct {
	const char *why, *start, *unit;
	int times;
} bombs[] = {
    {"empty parts", MIXED, "--b\n\n", 200000},
    {"headers without bodies", MIXED, "--b\nContent-Type: a/b\n", 50000},
    {"messages in messages", "", EMBEDDED, 50000},
    {"multiparts in multiparts", "",
	"Content-Type: multipart/mixed; boundary=b\n\n--b\n", 30000},
    {"lines that could be boundaries", MIXED, "--a\n--c\n--\n", 100000},
    {"header fields", "", "A: b\n", 200000},
    {"parameters", "Content-Type: a/b", "; a=\"b\"", 150000},
    {"pieces of a parameter", "Content-Type: a/b", "; a*1=b; a*0=c", 70000},
    {"quotes", "Content-Type: a/b; x=", "\"", 1000000},
    {"comments", "Content-Type: ", "(", 1000000},
};

static void
keeps_its_bounds(void **state)
{
	size_t i, deepest;
	int k;

	(void)state;
	for (i = 0; i < LEN(bombs); i++) {
		struct buf b = BUF_INIT(1 << 24), packed = BUF_INIT(1 << 24);
		struct arena a = ARENA_INIT;
		struct part *root;

		buf_puts(&b, bombs[i].start);
		for (k = 0; k < bombs[i].times; k++)
			buf_puts(&b, bombs[i].unit);
		root = message_parse(&a, b.data, b.len);
		if (count_parts(root, &deepest) > PART_MAX_COUNT ||
		    deepest > PART_MAX_DEPTH)
			fail_msg("%s: %zu deep", bombs[i].why, deepest);
		part_pack(root, &packed);
		assert_non_null(part_unpack(&a, packed.data, packed.len));
		buf_free(&b);
		buf_free(&packed);
		arena_free(&a);
	}
}

static void
shows_the_rest_as_one_part(void **state)
{
	struct buf b = BUF_INIT(1 << 24);
	struct arena a = ARENA_INIT;
	struct part *p, *last = NULL;
	int k;

	(void)state;
	buf_puts(&b, MIXED);
	for (k = 0; k < 3000; k++)
		buf_printf(&b, "--b\n\n%d\n", k);
	for (p = message_parse(&a, b.data, b.len); p != NULL; p = part_next(p))
		last = p;
	assert_non_null(last);
	assert_true(last->offset + last->size == b.len);
	assert_true(last->size > 1000 * 6);
	buf_free(&b);
	arena_free(&a);
}

/* What a disk gives back may be anything: cut, or with any byte changed. */
static void
unpacks_only_trees(void **state)
{
	static const char raw[] = MIXED
	    "--b\n\none\n--b\n" PART("text/html; charset=x") "two\n--b--\n";
	struct buf packed = BUF_INIT(4096);
	struct arena a = ARENA_INIT;
	size_t i, deepest;
	int v;

	(void)state;
	part_pack(message_parse(&a, raw, sizeof raw - 1), &packed);
	for (i = 0; i < packed.len; i++) {
		char *p = exact(packed.data, i);

		/* cut exactly behind a part is a smaller tree */
		part_unpack(&a, p, i);
		free(p);
		p = exact(packed.data, packed.len);
		for (v = 0; v < 256; v += 5) {
			struct part *root;

			p[i] = (char)v;
			root = part_unpack(&a, p, packed.len);
			if (root != NULL)
				assert_true(count_parts(root, &deepest) <= 4);
		}
		free(p);
	}
	assert_null(part_unpack(&a, "", 0));
	assert_null(part_unpack(&a, "P\1", 2));
	arena_free(&a);
	buf_free(&packed);
}

static void
finds_sections(void **state)
{
	static const char raw[] = MIXED "--b\n\none\n--b\n" EMBEDDED
					"Subject: x\n\ny\n--b--\n";
	struct arena a = ARENA_INIT;
	struct part *root = message_parse(&a, raw, sizeof raw - 1), *p;

	(void)state;
	assert_ptr_equal(part_by_section(root, ""), root);
	assert_true(part_is(part_by_section(root, "2"), "message", "rfc822"));
	assert_true(part_is(part_by_section(root, "2.1"), "text", NULL));
	assert_null(part_by_section(root, "3"));
	assert_null(part_by_section(root, "nonsense"));
	p = part_by_section(root, "2");
	/* its own header lines end where its body begins */
	assert_memory_equal(raw + p->header, "Content-Type: message", 21);
	assert_memory_equal(raw + p->offset, "Subject: x", 10);
	assert_int_equal(p->size, strlen("Subject: x\n\ny"));
	assert_int_equal(p->lines, 3);
	arena_free(&a);
}

static void
finds_the_body(void **state)
{
	(void)state;
	assert_int_equal(message_body_at("A: b\n\nx", 7), 6);
	assert_int_equal(message_body_at("A: b\r\n\r\nx", 9), 8);
	assert_int_equal(message_body_at("A: b\n", 5), 5);
	assert_int_equal(message_body_at("\nx", 2), 1);
	assert_int_equal(message_body_at("hello\n\nx", 8), 0);
	assert_int_equal(message_body_at("", 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cuts_into_parts),
	    cmocka_unit_test(names_files),
	    cmocka_unit_test(chooses_what_to_show),
	    cmocka_unit_test(keeps_its_bounds),
	    cmocka_unit_test(shows_the_rest_as_one_part),
	    cmocka_unit_test(unpacks_only_trees),
	    cmocka_unit_test(finds_sections),
	    cmocka_unit_test(finds_the_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
