/*
 * From the bytes of a message to the lines that the pager shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "app/mail.h"
#include "config/config.h"
#include "mail_int.h"
#include "util/mem.h"

/* One letter for the kind, the quote depth where there is one, a ~ for lines
 * that may be wrapped at words, then the text. */
static void
write_out(struct buf *out, const struct mail *m)
{
	static const char letters[] = "HbtqsP+-@";

	for (size_t i = 0; i < m->nlines; i++) {
		const struct mail_line *l = &m->line[i];

		buf_putc(out, letters[l->kind]);
		if (l->quote > 0)
			buf_printf(out, "%d", l->quote);
		buf_puts(out, l->flowed ? "~|" : "|");
		buf_put(out, l->s, l->n);
		buf_putc(out, '\n');
	}
}

#define HEAD                                                                   \
	"From: Ann <ann@example.org>\n"                                        \
	"Subject: x\n"                                                         \
	"MIME-Version: 1.0\n"
#define HEAD_LINES "H|From: Ann <ann@example.org>\nH|Subject: x\nb|\n"

#define CONFIG "headers = date from to cc subject\n"

static const struct {
	const char *why, *mail, *want;
} cases[] = {
    {"plain text", HEAD "\nHello,\n\nbye\n\n\n",
	HEAD_LINES "t|Hello,\nb|\nt|bye\n"},
    {"headers in the order of the option, whatever theirs is",
	"Subject: s\nX-Y: z\nTo: b@example.org\nFrom: a@example.org\n\nhi\n",
	"H|From: a@example.org\nH|To: b@example.org\nH|Subject: s\nb|\n"
	"t|hi\n"},
    {"no header at all is no reason to show nothing", "\njust text\n",
	"b|\nt|just text\n"},
    {"quotes", HEAD "\n> one\n> > two\nme\n",
	HEAD_LINES "q1|> one\nq2|> > two\nt|me\n"},
    {"a signature", HEAD "\ntext\n-- \nAnn\n",
	HEAD_LINES "t|text\ns|-- \ns|Ann\n"},
    {"flowed lines are joined, and lose their quote marks",
	HEAD "Content-Type: text/plain; format=flowed\n\n"
	     "one \ntwo\n> three \n> four\n",
	HEAD_LINES "t~|one two\nq1~|three four\n"},
    {"escape sequences are shown, not sent",
	"From: \x1b[31mred <a@example.org>\nSubject: \x1b]0;title\x07\n"
	"\nx\x1b[2Jy\n",
	"H|From: \"\xe2\x90\x9b[31mred\" <a@example.org>\n"
	"H|Subject: \xe2\x90\x9b]0;title\xef\xbf\xbd\nb|\n"
	"t|x\xe2\x90\x9b[2Jy\n"},
    {"encoded words, decoded once",
	"From: =?utf-8?q?Zo=C3=AB?= <z@example.org>\n"
	"Subject: =?iso-8859-1?q?gr=FCn?=\n\nx\n",
	"H|From: Zo\xc3\xab <z@example.org>\n"
	"H|Subject: gr\xc3\xbcn\nb|\nt|x\n"},
    {"a second From may be a lie, and is shown",
	"From: a@example.org\nFrom: b@example.org\nSubject: s\n\nx\n",
	"H|From: a@example.org\nH|From: b@example.org\nH|Subject: s\n"
	"P|[this message has 2 From fields; one of them may be forged]\n"
	"b|\nt|x\n"},
    {"a patch",
	HEAD "\ntext\n---\n a.c | 1 +\n\ndiff --git a/a.c b/a.c\n"
	     "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-old\n+new\n same\n",
	HEAD_LINES "t|text\nt|---\nt| a.c | 1 +\nb|\n"
		   "t|diff --git a/a.c b/a.c\n-|--- a/a.c\n+|+++ b/a.c\n"
		   "@|@@ -1 +1 @@\n-|-old\n+|+new\nt| same\n"},
    {"a list with dashes is no patch", HEAD "\n- milk\n+ bread\n",
	HEAD_LINES "t|- milk\nt|+ bread\n"},
    {"nothing in it", HEAD "\n", HEAD_LINES "P|[no text in this message]\n"},
    {"of two forms the plain one, without a word about the other",
	HEAD "Content-Type: multipart/alternative; boundary=B\n\n"
	     "--B\nContent-Type: text/plain\n\nplain text\n"
	     "--B\nContent-Type: text/html\n\n<p>html text</p>\n--B--\n",
	HEAD_LINES "t|plain text\n"},
    {"an invitation is named, though its text is shown",
	HEAD "Content-Type: multipart/alternative; boundary=B\n\n"
	     "--B\nContent-Type: text/plain\n\ncome\n"
	     "--B\nContent-Type: text/calendar; method=REQUEST\n\nxx\n--B--\n",
	HEAD_LINES "t|come\nb|\nP|[2 text/calendar, 2 bytes]\n"},
    {"HTML alone is turned into text",
	HEAD "Content-Type: text/html\n\n<p>Hello <b>you</b></p>\n",
	HEAD_LINES "t~|Hello you\n"},
    {"an attachment is one line of ours",
	HEAD "Content-Type: multipart/mixed; boundary=B\n\n"
	     "--B\nContent-Type: text/plain\n\nsee below\n"
	     "--B\nContent-Type: application/pdf; name=\"a\x1b[b.pdf\"\n"
	     "Content-Transfer-Encoding: base64\n\nAAAAAAAA\n--B--\n",
	HEAD_LINES "t|see below\nb|\n"
		   "P|[2 a\xe2\x90\x9b[b.pdf, application/pdf, 6 bytes]\n"},
    {"no text but an attachment",
	HEAD "Content-Type: image/png\n"
	     "Content-Disposition: attachment; filename=x.png\n\nabcd\n",
	HEAD_LINES "b|\nP|[1 x.png, image/png, 5 bytes]\nb|\n"
		   "P|[no text in this message]\n"},
    {"a signed mail shows its text and says what came with it",
	HEAD "Content-Type: multipart/signed; boundary=B\n\n"
	     "--B\nContent-Type: text/plain\n\nsigned text\n"
	     "--B\nContent-Type: application/pgp-signature\n\nxx\n--B--\n",
	HEAD_LINES "t|signed text\nb|\n"
		   "P|[signed with OpenPGP; the signature was not "
		   "checked]\n"},
    {"one signed with S/MIME too",
	HEAD "Content-Type: multipart/signed; boundary=B\n\n"
	     "--B\nContent-Type: text/plain\n\nsigned text\n"
	     "--B\nContent-Type: application/x-pkcs7-signature; "
	     "name=smime.p7s\n\nxx\n--B--\n",
	HEAD_LINES "t|signed text\nb|\n"
		   "P|[signed with S/MIME; the signature was not checked]\n"},
    {"a signature that nothing was signed with is an attachment",
	HEAD "Content-Type: multipart/mixed; boundary=B\n\n"
	     "--B\nContent-Type: text/plain\n\ntext\n"
	     "--B\nContent-Type: application/pgp-signature\n\nxx\n--B--\n",
	HEAD_LINES "t|text\nb|\nP|[2 application/pgp-signature, 2 bytes]\n"},
    {"what is encrypted is said in one sentence",
	HEAD "Content-Type: multipart/encrypted; boundary=B\n\n"
	     "--B\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
	     "--B\nContent-Type: application/octet-stream; "
	     "name=encrypted.asc\n\nxx\n--B--\n",
	HEAD_LINES "P|[encrypted with OpenPGP; it cannot be read here, | "
		   "gives it to a program that can]\n"},
    {"S/MIME says by a parameter what it did to the text",
	HEAD "Content-Type: application/pkcs7-mime; "
	     "smime-type=enveloped-data; name=smime.p7m\n\nxx\n",
	HEAD_LINES "P|[encrypted with S/MIME; it cannot be read here, | "
		   "gives it to a program that can]\n"},
    {"a signature around the text hides it as well",
	HEAD "Content-Type: application/pkcs7-mime; "
	     "smime-type=signed-data; name=smime.p7m\n\nxx\n",
	HEAD_LINES "P|[wrapped in an S/MIME signature; it cannot be read "
		   "here, | gives it to a program that can]\n"},
    {"a mail line cannot pass for one of ours",
	HEAD "\n[2 a.pdf, application/pdf, 6 bytes]\n",
	HEAD_LINES "t|[2 a.pdf, application/pdf, 6 bytes]\n"},
    {"a forwarded message is one line, not its inside",
	HEAD "Content-Type: multipart/mixed; boundary=B\n\n"
	     "--B\nContent-Type: text/plain\n\nlook\n"
	     "--B\nContent-Type: message/rfc822\n\n"
	     "From: c@example.org\nContent-Type: multipart/mixed; "
	     "boundary=C\n\n"
	     "--C\n\ninner\n--C\nContent-Type: image/png\n\nyy\n--C--\n"
	     "\n--B--\n",
	HEAD_LINES "t|look\nb|\nP|[2 message/rfc822, 112 bytes]\n"},
};

static struct config *
config(const char *text)
{
	struct config *c;
	struct err e = ERR_INIT;

	if (config_parse("test", text, &c, &e) < 0)
		fail_msg("%s", e.text);
	return c;
}

static void
test_lines(void **state)
{
	struct config *c = config(CONFIG);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		/* An exact copy without NUL, so that reading past the end
		 * is seen. */
		size_t n = strlen(cases[i].mail);
		char *bytes = mem_dup(cases[i].mail, n);
		struct buf out = BUF_INIT(1 << 20);
		struct mail *m = mail_from_bytes(c, bytes, n);

		write_out(&out, m);
		if (strcmp(buf_text(&out), cases[i].want) != 0)
			fail_msg("%s:\ngot:\n%s\nwant:\n%s", cases[i].why,
			    buf_text(&out), cases[i].want);
		mail_free(m);
		buf_free(&out);
		free(bytes);
	}
	config_free(c);
}

static void
test_date(void **state)
{
	static const struct {
		const char *why, *date, *want;
	} dates[] = {
	    {"another zone: ours, and theirs as written",
		"Tue, 03 Feb 2026 10:00:00 +0100",
		"Tue, 3 Feb 2026 04:00:00 -0500 "
		"(Tue, 03 Feb 2026 10:00:00 +0100)"},
	    {"our zone: once", "Tue, 03 Feb 2026 10:00:00 -0500",
		"Tue, 3 Feb 2026 10:00:00 -0500"},
	    {"no date at all", "next week", "next week"},
	};
	struct config *c = config("headers = date\n");

	(void)state;
	setenv("TZ", "EST5", 1);
	tzset();
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		char *mail = mem_printf("Date: %s\n\nx\n", dates[i].date);
		char *want = mem_printf("Date: %s", dates[i].want);
		struct mail *m = mail_from_bytes(c, mail, strlen(mail));

		assert_int_equal(m->line[0].kind, LINE_HEADER);
		assert_int_equal(m->line[0].name_len, 4);
		assert_string_equal(m->line[0].s, want);
		mail_free(m);
		free(want);
		free(mail);
	}
	config_free(c);
}

/* Bounds that say so. */
static void
test_bounds(void **state)
{
	struct config *c = config(CONFIG);
	struct buf mail = BUF_INIT(64 << 20);
	struct mail *m;

	(void)state;
	buf_puts(&mail, "From: a@example.org\nTo: b0@example.org");
	for (int i = 1; i < 500; i++)
		buf_printf(&mail, ",\n b%d@example.org", i);
	buf_puts(&mail, "\n\n");
	for (size_t i = 0; i < MAIL_TEXT_MAX / 8 + 1000; i++)
		buf_puts(&mail, "1234567\n");
	m = mail_from_bytes(c, mail.data, mail.len);
	assert_non_null(strstr(m->line[1].s, "b29@example.org, and 470 more"));
	assert_null(strstr(m->line[1].s, "b30@"));
	assert_int_equal(m->line[m->nlines - 1].kind, LINE_PART);
	assert_non_null(
	    strstr(m->line[m->nlines - 1].s, "the first 8.0 MB of this text"));
	assert_true(m->nlines < MAIL_TEXT_MAX / 8 + 10);
	mail_free(m);
	buf_free(&mail);
	config_free(c);
}

static void
test_size_text(void **state)
{
	static const struct {
		uint64_t n;
		const char *want;
	} sizes[] = {
	    {0, "0 bytes"},
	    {1023, "1023 bytes"},
	    {1024, "1 KB"},
	    {31 * 1024, "31 KB"},
	    {999 * 1024, "999 KB"},
	    {1024 * 1024, "1.0 MB"},
	    {50 * 1024 * 1024, "50 MB"},
	    {UINT64_MAX, "16777216 TB"},
	};
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_text(sizes[i].n, out);
		assert_string_equal(out, sizes[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_date),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_size_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
