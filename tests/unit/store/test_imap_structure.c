/* FETCH responses through libetpan's parser, and BODYSTRUCTURE to parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "imap/etpan.h"

static bool
parse(struct etpan *p, const char *items, struct etpan_fetch *out)
{
	struct buf b = BUF_INIT(1 << 20);
	bool ok;

	buf_printf(&b, "* 1 FETCH (%s)\r\n", items);
	ok = etpan_parse(p, &b, out);
	buf_free(&b);
	return ok;
}

static void
dates_and_flags(void **state)
{
	static const struct {
		const char *why, *items;
		bool ok;
		int64_t idate;
		unsigned flags;
		const char *keywords;
	} cases[] = {
	    {"all of them",
		"FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft "
		"\\Recent)",
		true, INT64_MIN, 0x3f, ""},
	    {"keywords we know, in any case; others are kept",
		"FLAGS ($forwarded $Junk $NotJunk $MDNSent work \\Other a-b)",
		true, INT64_MIN,
		FLAG_FORWARDED | FLAG_JUNK | FLAG_NOTJUNK | FLAG_MDNSENT,
		"work a-b"},
	    {"west of Greenwich", "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"",
		true, 837596665, 0, ""},
	    {"half an hour east", "INTERNALDATE \" 1-Mar-2000 00:00:00 +0530\"",
		true, 951849000, 0, ""},
	    {"before 1970", "INTERNALDATE \"31-Dec-1969 23:59:59 +0000\"", true,
		-1, 0, ""},
	    {"no date at all", "INTERNALDATE \"yesterday\"", false, 0, 0, ""},
	};
	struct etpan *p = etpan_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct etpan_fetch got;
		bool ok = parse(p, cases[i].items, &got);

		print_message("%s\n", cases[i].why);
		assert_int_equal(ok, cases[i].ok);
		if (!ok)
			continue;
		assert_true(got.idate == cases[i].idate);
		assert_int_equal(got.flags, cases[i].flags);
		assert_string_equal(got.keywords, cases[i].keywords);
		etpan_done(&got);
	}
	etpan_free(p);
}

static void
too_many_keywords(void **state)
{
	struct etpan *p = etpan_new();
	struct buf b = BUF_INIT(1 << 20);
	struct etpan_fetch got;

	(void)state;
	buf_puts(&b, "FLAGS (k");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, " keyword%d", i);
	buf_puts(&b, ")");
	assert_true(parse(p, buf_text(&b), &got));
	assert_true(strlen(got.keywords) < STORE_KEYWORDS_MAX);
	assert_int_equal(strncmp(got.keywords, "k keyword0 ", 11), 0);
	etpan_done(&got);
	buf_free(&b);
	etpan_free(p);
}

#define TEXT "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1)"
#define ENV  "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"

static void
structures(void **state)
{
	static const struct {
		const char *why, *body, *want;
	} cases[] = {
	    {"one part is number 1", TEXT, "1 text/plain; "},
	    {"a multipart is the message itself", "(" TEXT TEXT " \"MIXED\")",
		" multipart/mixed; 1 text/plain; 2 text/plain; "},
	    {"multiparts in multiparts",
		"((" TEXT TEXT " \"ALTERNATIVE\")" TEXT " \"MIXED\")",
		" multipart/mixed; 1 multipart/alternative; "
		"1.1 text/plain; 1.2 text/plain; 2 text/plain; "},
	    {"a message with one part",
		"(" TEXT "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 " ENV
		" " TEXT " 5) \"MIXED\")",
		" multipart/mixed; 1 text/plain; 2 message/rfc822; "
		"2.1 text/plain; "},
	    {"a message with a multipart",
		"(" TEXT "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 " ENV
		" (" TEXT " \"MIXED\") 5) \"MIXED\")",
		" multipart/mixed; 1 text/plain; 2 message/rfc822; "
		"2.TEXT multipart/mixed; 2.1 text/plain; "},
	    {"a name in pieces, percent-encoded",
		"(\"APPLICATION\" \"PDF\" (\"NAME*0*\" \"utf-8''%c3%a4\" "
		"\"NAME*1\" \".pdf\") \"<i@d>\" NIL \"BASE64\" 9)",
		"1 application/pdf name=\xc3\xa4.pdf id=i@d; "},
	    {"the disposition's name goes before; encoded words in it",
		"(\"IMAGE\" \"PNG\" (\"NAME\" \"x\") NIL "
		"\"=?utf-8?q?d=C3=A9?=\" \"BASE64\" 9 NIL (\"ATTACHMENT\" "
		"(\"FILENAME\" \"=?utf-8?b?w6Q=?=.png\")) NIL)",
		"1 image/png attachment name=\xc3\xa4.png "
		"about=d\xc3\xa9; "},
	};
	struct etpan *p = etpan_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf items = BUF_INIT(10000), got = BUF_INIT(10000);
		struct arena a = ARENA_INIT;
		struct etpan_fetch f;

		print_message("%s\n", cases[i].why);
		buf_printf(&items, "BODYSTRUCTURE %s", cases[i].body);
		assert_true(parse(p, buf_text(&items), &f));
		assert_non_null(f.body);
		for (const struct part *q = structure_tree(&a, f.body);
		     q != NULL; q = part_next(q)) {
			buf_printf(
			    &got, "%s %s/%s", q->section, q->type, q->subtype);
			if (q->disposition[0] != 0)
				buf_printf(&got, " %s", q->disposition);
			if (q->filename != NULL)
				buf_printf(&got, " name=%s", q->filename);
			if (q->content_id != NULL)
				buf_printf(&got, " id=%s", q->content_id);
			if (q->description != NULL)
				buf_printf(&got, " about=%s", q->description);
			buf_puts(&got, "; ");
		}
		assert_string_equal(buf_text(&got), cases[i].want);
		etpan_done(&f);
		arena_free(&a);
		buf_free(&items);
		buf_free(&got);
	}
	etpan_free(p);
}

static void
wide_and_deep(void **state)
{
	struct etpan *p = etpan_new();
	struct buf wide = BUF_INIT(1 << 20), deep = BUF_INIT(1 << 20);
	struct arena a = ARENA_INIT;
	struct etpan_fetch f;
	size_t n = 0;

	(void)state;
	buf_puts(&wide, "BODYSTRUCTURE (");
	for (int i = 0; i < 5000; i++)
		buf_puts(&wide, TEXT);
	buf_puts(&wide, " \"MIXED\")");
	assert_true(parse(p, buf_text(&wide), &f));
	for (const struct part *q = structure_tree(&a, f.body); q != NULL;
	     q = part_next(q))
		n++;
	assert_in_range(n, PART_MAX_COUNT, PART_MAX_COUNT + 1);
	etpan_done(&f);
	arena_free(&a);

	buf_puts(&deep, "BODYSTRUCTURE ");
	for (int i = 0; i < 150; i++)
		buf_puts(&deep, "(");
	buf_puts(&deep, TEXT);
	for (int i = 0; i < 150; i++)
		buf_puts(&deep, " \"MIXED\")");
	assert_true(parse(p, buf_text(&deep), &f));
	n = 0;
	for (const struct part *q = structure_tree(&a, f.body); q != NULL;
	     q = q->child)
		n++;
	assert_int_equal(n, PART_MAX_DEPTH + 1);
	etpan_done(&f);
	arena_free(&a);
	buf_free(&wide);
	buf_free(&deep);
	etpan_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dates_and_flags),
	    cmocka_unit_test(too_many_keywords),
	    cmocka_unit_test(structures),
	    cmocka_unit_test(wide_and_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
