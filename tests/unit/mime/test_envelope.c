/* What the index gets out of a header block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mime/header.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static void
reads_all_of_it(void **state)
{
	static const char block[] =
	    "Date: Tue, 1 Jul 2003 10:52:37 +0200\r\n"
	    "from: Ann <ann@example.org>\r\n"
	    "TO: b@example.org,\r\n c@example.org\r\n"
	    "Cc: d@example.org\r\n"
	    "Reply-To: list@example.org\r\n"
	    "Sender: s@example.org\r\n"
	    "Subject: Re: =?utf-8?q?caf=C3=A9?=\r\n"
	    "Message-ID: <1@x>\r\n"
	    "References: <a@x> <b@x>\r\n"
	    "In-Reply-To: <c@x>\r\n"
	    "List-Id: The team <team.example.org>\r\n"
	    "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
	struct arena a = ARENA_INIT;
	struct envelope e;

	(void)state;
	envelope_parse(&a, block, sizeof block - 1, NULL, &e);
	assert_string_equal(e.subject, "Re: caf\u00e9");
	assert_string_equal(e.from.v[0].name, "Ann");
	assert_int_equal(e.to.n, 2);
	assert_string_equal(e.to.v[1].addr, "c@example.org");
	assert_string_equal(e.cc.v[0].addr, "d@example.org");
	assert_string_equal(e.reply_to.v[0].addr, "list@example.org");
	assert_string_equal(e.sender.v[0].addr, "s@example.org");
	assert_string_equal(e.msgid, "1@x");
	assert_int_equal(e.nrefs, 3);
	assert_string_equal(e.refs[0], "a@x");
	assert_string_equal(e.refs[2], "c@x");
	assert_string_equal(e.list_id, "team.example.org");
	assert_int_equal(e.date, 1057049557);
	assert_int_equal(e.zone, 120);
	assert_true(e.maybe_attachment);
	arena_free(&a);
}

static void
is_empty_without_fields(void **state)
{
	struct arena a = ARENA_INIT;
	struct envelope e;

	(void)state;
	envelope_parse(&a, "", 0, NULL, &e);
	assert_string_equal(e.subject, "");
	assert_string_equal(e.msgid, "");
	assert_string_equal(e.list_id, "");
	assert_int_equal(e.from.n, 0);
	assert_int_equal(e.nrefs, 0);
	assert_true(e.date == INT64_MIN);
	assert_false(e.maybe_attachment);
	arena_free(&a);
}

static void
joins_doubled_address_fields(void **state)
{
	static const char block[] = "From: a@b\nSubject: one\nFrom: c@d\n"
				    "Subject: two\nCc: e@f\nCC: g@h\n";
	struct arena a = ARENA_INIT;
	struct envelope e;

	(void)state;
	envelope_parse(&a, block, sizeof block - 1, NULL, &e);
	assert_int_equal(e.from.n, 2); /* a second From must not be hidden */
	assert_int_equal(e.cc.n, 2);
	assert_string_equal(e.subject, "one");
	arena_free(&a);
}

static const struct {
	const char *why, *raw, *want; /* ids joined by | */
} ids[] = {
    {"one", "<a@b>", "a@b"},
    {"many, folded", "<a@b>\r\n <c@d>\t<e@f>", "a@b|c@d|e@f"},
    {"nothing between", "<a@b><c@d>", "a@b|c@d"},
    {"prose around it", "Your mail of Monday, \"hi\" <a@b> (x)", "a@b"},
    {"blanks inside, from a fold", "<a\r\n @b>", "a@b"},
    {"no <>", "a@b", "a@b"},
    {"no <>, one token that is no id", "m", "m"},
    {"no <>, prose", "ann@example.org's message of Monday", ""},
    {"an id never closed, then one", "<a@b <c@d>", "c@d"},
    {"never closed", "<a@b", "a@b"},
    {"empty", "<>", ""},
    {"no @", "<abc>", "abc"},
    {"control characters are dropped", "<a\x01\x1b@b>", "a@b"},
};

static void
reads_message_ids(void **state)
{
	size_t i, k, n;

	(void)state;
	for (i = 0; i < LEN(ids); i++) {
		struct arena a = ARENA_INIT;
		struct buf got = BUF_INIT(4096);
		const char **v;

		n = msgids_parse(&a, ids[i].raw, strlen(ids[i].raw), &v);
		for (k = 0; k < n; k++)
			buf_printf(&got, "%s%s", k > 0 ? "|" : "", v[k]);
		if (strcmp(buf_text(&got), ids[i].want) != 0)
			fail_msg("%s: got '%s'", ids[i].why, buf_text(&got));
		buf_free(&got);
		arena_free(&a);
	}
}

static void
keeps_the_last_references(void **state)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(1 << 24);
	const char **v;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++)
		buf_printf(&b, "<%d@x> ", i);
	assert_int_equal(msgids_parse(&a, b.data, b.len, &v), REFERENCES_MAX);
	assert_string_equal(v[REFERENCES_MAX - 1], "99999@x");
	assert_string_equal(v[0], "99000@x");
	buf_free(&b);
	arena_free(&a);
}

static const struct {
	const char *why, *header, *want; /* refs joined by | */
} refs[] = {
    {"both, the parent in References",
	"References: <a> <b>\nIn-Reply-To: <b>\n", "a|b"},
    {"both, the parent not in it", "References: <a>\nIn-Reply-To: <b>\n",
	"a|b"},
    {"only In-Reply-To", "In-Reply-To: <b>\n", "b"},
    {"none", "Subject: x\n", ""},
};

static void
orders_references(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < LEN(refs); i++) {
		struct arena a = ARENA_INIT;
		struct buf got = BUF_INIT(4096);
		struct envelope e;

		envelope_parse(
		    &a, refs[i].header, strlen(refs[i].header), NULL, &e);
		for (k = 0; k < e.nrefs; k++)
			buf_printf(&got, "%s%s", k > 0 ? "|" : "", e.refs[k]);
		if (strcmp(buf_text(&got), refs[i].want) != 0)
			fail_msg("%s: got '%s'", refs[i].why, buf_text(&got));
		buf_free(&got);
		arena_free(&a);
	}
}

static const struct {
	const char *why, *subject, *want;
} subjects[] = {
    {"no prefix", "hello", "hello"},
    {"Re:", "Re: hello", "hello"},
    {"again and again", "RE: re: Fwd: FW: hello", "hello"},
    {"counted", "Re[2]: Re^3: hello", "hello"},
    {"a list's name", "[list] hello", "hello"},
    {"both ways", "Re: [list] Re: hello", "hello"},
    {"other languages", "AW: WG: SV: hello", "hello"},
    {"Chinese, full width colon", "\u56de\u590d\uff1ahello", "hello"},
    {"a blob alone is the subject", "[list]", "[list]"},
    {"a word that begins like a prefix", "Rebuild: done", "Rebuild: done"},
    {"a single letter needs its colon", "r hello", "r hello"},
    {"an unclosed blob", "[list hello", "[list hello"},
    {"nothing left", "Re:", ""},
    {"nothing", "", ""},
};

static void
finds_base_subjects(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(subjects); i++) {
		const char *got = subject_base(subjects[i].subject);

		if (strcmp(got, subjects[i].want) != 0)
			fail_msg("%s: got '%s'", subjects[i].why, got);
	}
}

static const struct {
	const char *why, *type;
	bool want;
} kinds[] = {
    {"text", "text/plain", false},
    {"mixed", "Multipart/Mixed; boundary=x", true},
    {"alternative", "multipart/alternative; boundary=x", false},
    {"a lone document", "application/pdf", true},
    {"encrypted or signed mail is text inside",
	"application/pkcs7-mime; smime-type=signed-data", false},
};

static void
guesses_attachments(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(kinds); i++) {
		struct arena a = ARENA_INIT;
		struct buf b = BUF_INIT(4096);
		struct envelope e;

		buf_printf(&b, "Content-Type: %s\n", kinds[i].type);
		envelope_parse(&a, b.data, b.len, NULL, &e);
		if (e.maybe_attachment != kinds[i].want)
			fail_msg("%s", kinds[i].why);
		buf_free(&b);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_all_of_it),
	    cmocka_unit_test(is_empty_without_fields),
	    cmocka_unit_test(joins_doubled_address_fields),
	    cmocka_unit_test(reads_message_ids),
	    cmocka_unit_test(keeps_the_last_references),
	    cmocka_unit_test(orders_references),
	    cmocka_unit_test(finds_base_subjects),
	    cmocka_unit_test(guesses_attachments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
