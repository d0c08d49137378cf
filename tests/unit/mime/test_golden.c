/*
 * Our own mails (tests/mail/X.eml) and what is to be read in them (X.txt).
 * With ETUI_WRITE_GOLDEN set the .txt files are written anew: read the
 * difference before it is committed.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mime/header.h"
#include "mime/message.h"
#include "mime/text.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

static void
line(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s: ", name);
	utf8_clean(out, value, strlen(value), CLEAN_LINE);
	buf_putc(out, '\n');
}

static void
address_lines(struct buf *out, struct arena *a, const char *name,
    const struct addresses *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		line(out, name, address_text(a, &list->v[i]));
}

static void
write_envelope(struct buf *out, struct arena *a, const struct envelope *e)
{
	size_t i;

	address_lines(out, a, "from", &e->from);
	address_lines(out, a, "to", &e->to);
	line(out, "subject", e->subject);
	line(out, "base", subject_base(e->subject));
	if (e->date == INT64_MIN)
		line(out, "date", "none");
	else
		buf_printf(
		    out, "date: %lld, zone %d\n", (long long)e->date, e->zone);
	line(out, "id", e->msgid);
	for (i = 0; i < e->nrefs; i++)
		line(out, "reference", e->refs[i]);
	line(out, "list", e->list_id);
}

static void
write_parts(struct buf *out, const struct part *root)
{
	const struct part *p, *up;

	for (p = root; p != NULL; p = part_next(p)) {
		for (up = p; up != NULL; up = up->parent)
			buf_puts(out, "  ");
		buf_printf(out, "[%s] %s/%s %s, %llu bytes%s", p->section,
		    p->type, p->subtype, p->encoding,
		    (unsigned long long)p->size,
		    part_is_attachment(p) ? ", attached" : "");
		if (p->filename != NULL) {
			buf_puts(out, ", ");
			utf8_clean(
			    out, p->filename, strlen(p->filename), CLEAN_LINE);
		}
		buf_putc(out, '\n');
	}
}

static void
write_text(struct buf *out, const struct part *p, const char *bytes)
{
	const char *format = part_param(p, "format");
	bool flowed = format != NULL && strcasecmp(format, "flowed") == 0;
	struct buf text = BUF_INIT(1 << 22);
	struct text_lines l;
	struct err e;
	size_t i;

	buf_printf(out, "--- text of [%s]\n", p->section);
	assert_int_equal(text_of_part(p, bytes + p->offset, (size_t)p->size,
			     NULL, &text, &e),
	    0);
	text_split(buf_text(&text), text.len, flowed, false, &l);
	for (i = 0; i < l.n; i++) {
		buf_printf(out, "%d%c%c|", l.v[i].quote,
		    l.v[i].flowed ? 'f' : ' ', l.v[i].sig ? 's' : ' ');
		utf8_clean(out, l.v[i].s, l.v[i].n, CLEAN_TEXT);
		buf_putc(out, '\n');
	}
	text_lines_free(&l);
	buf_free(&text);
}

static void
describe(struct buf *out, const char *bytes, size_t n)
{
	struct arena a = ARENA_INIT;
	struct part *root = message_parse(&a, bytes, n);
	const struct part *texts[16];
	struct envelope e;
	size_t i, count;

	envelope_parse(&a, bytes, message_body_at(bytes, n), NULL, &e);
	write_envelope(out, &a, &e);
	write_parts(out, root);
	count = part_texts(root, false, texts, 16);
	for (i = 0; i < count; i++)
		write_text(out, texts[i], bytes);
	count = part_texts(root, true, texts, 16);
	for (i = 0; i < count; i++)
		if (part_is(texts[i], "text", "html"))
			write_text(out, texts[i], bytes);
	arena_free(&a);
}

static void
check(const char *name)
{
	char *eml = mem_printf(ETUI_TEST_DATA "/mail/%s", name);
	char *txt = mem_printf("%.*stxt", (int)strlen(eml) - 3, eml), *copy;
	struct buf mail = BUF_INIT(1 << 22), want = BUF_INIT(1 << 22),
		   got = BUF_INIT(1 << 22);
	struct err e = ERR_INIT;

	assert_int_equal(os_read_file(eml, &mail, &e), 0);
	copy = mem_dup(mail.data, mail.len);
	describe(&got, copy, mail.len);
	if (getenv("ETUI_WRITE_GOLDEN") != NULL)
		assert_int_equal(os_save(txt, got.data, got.len, &e), 0);
	if (os_read_file(txt, &want, &e) < 0)
		fail_msg("%s", e.text);
	if (strcmp(buf_text(&want), buf_text(&got)) != 0)
		fail_msg("%s: got\n%s", name, buf_text(&got));
	free(copy);
	buf_free(&mail);
	buf_free(&want);
	buf_free(&got);
	free(eml);
	free(txt);
}

static void
reads_our_mails(void **state)
{
	DIR *d = opendir(ETUI_TEST_DATA "/mail");
	struct dirent *entry;
	size_t count = 0;

	(void)state;
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		size_t n = strlen(entry->d_name);

		if (n < 5 || strcmp(entry->d_name + n - 4, ".eml") != 0)
			continue;
		check(entry->d_name);
		count++;
	}
	closedir(d);
	assert_true(count >= 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_our_mails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
