/*
 * 700 mails as they were really sent, and what several other parsers say is in
 * them; header values with their expected parse.  Skipped where the corpus is
 * absent.  Prints how much agrees and fails below a floor that was reached.
 */
#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mime/header.h"
#include "mime/message.h"
#include "mime/text.h"
#include "mime_int.h"
#include "util/os.h"
#include "util/utf8.h"

/* How much of what is certain we must agree with. */
#define FLOOR_PERCENT 99.8

struct score {
	const char *what;
	size_t good, bad;
};

static const char *
corpus(void)
{
	const char *dir = getenv("ETUI_CORPUS");

	return dir != NULL && *dir != '\0' ? dir : ETUI_CORPUS;
}

static bool
is_format(int32_t cp)
{
	return cp == 0xad || cp == 0x61c || cp == 0x180e ||
	       (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
	       (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0x7f && cp < 0xa0);
}

/* What counts when two readings are compared: no format or control
 * characters, runs of blanks as one, none at the ends. */
static char *
normal(const char *s)
{
	struct buf b = BUF_INIT(1 << 26);
	size_t n = s != NULL ? strlen(s) : 0, len;
	bool space = false;
	int32_t cp;

	for (; n > 0; s += len, n -= len) {
		len = utf8_next(s, n, &cp);
		if (cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xa0 ||
		    cp == 0x3000 || (cp >= 0x2000 && cp <= 0x200a)) {
			space = true;
		} else if (cp >= ' ' && !is_format(cp)) {
			if (space && b.len > 0)
				buf_putc(&b, ' ');
			space = false;
			buf_put(&b, s, len);
		}
	}
	return b.data != NULL ? buf_take(&b) : mem_str("");
}

static bool
same(const char *a, const char *b)
{
	char *x = normal(a), *y = normal(b);
	bool equal = strcmp(x, y) == 0;

	free(x);
	free(y);
	return equal;
}

static void
count(struct score *s, bool good, const char *file, const char *want,
    const char *got)
{
	if (good) {
		s->good++;
		return;
	}
	s->bad++;
	print_message("%s: %s: want '%.70s' got '%.70s'\n", file, s->what,
	    want != NULL ? want : "(null)", got != NULL ? got : "(null)");
}

/* Prints the scores; true when all of it together reaches the floor. */
static void
check_scores(const struct score *s, size_t n, double floor)
{
	size_t i, good = 0, bad = 0;

	for (i = 0; i < n; i++) {
		good += s[i].good;
		bad += s[i].bad;
		print_message("%-12s %5zu of %zu\n", s[i].what, s[i].good,
		    s[i].good + s[i].bad);
	}
	assert_true(good > 0);
	print_message(
	    "agreed on %.2f %%\n", 100.0 * (double)good / (double)(good + bad));
	assert_true(100.0 * (double)good / (double)(good + bad) >= floor);
}

static bool
is_strict(const json_t *mail, const char *key)
{
	return strcmp(json_string_value(
			  json_object_get(json_object_get(mail, "grade"), key)),
		   "strict") == 0;
}

enum { SUBJECT, DATE, MSGID, FROM, TO, CC, TEXT, SCORES };

static void
check_addresses(struct score *s, const char *file, const json_t *want,
    const struct addresses *got)
{
	size_t i, k = 0;
	json_t *w;

	json_array_foreach(want, i, w)
	{
		const char *addr = json_string_value(
			       json_object_get(w, "address")),
			   *is = NULL;

		while (k < got->n && *got->v[k].addr == '\0' &&
		       got->v[k].group != NULL)
			k++;
		if (k < got->n)
			is = *got->v[k].addr != '\0' ? got->v[k].addr
						     : got->v[k].name;
		if (addr == NULL)
			addr = json_string_value(json_object_get(w, "name"));
		count(
		    s, is != NULL && strcasecmp(is, addr) == 0, file, addr, is);
		k++;
	}
}

static void
check_text(struct score *s, const char *file, const json_t *mail,
    const struct part *root, const char *bytes)
{
	const json_t *want = json_object_get(mail, "text");
	const char *start = json_string_value(json_object_get(want, "start"));
	struct buf text = BUF_INIT(1 << 26);
	const struct part *parts[64];
	char *got, *norm;
	size_t i, n;
	struct err e;

	if (strcmp(json_string_value(json_object_get(want, "kind")), "plain") !=
	    0)
		return;
	n = part_texts(root, false, parts, 64);
	for (i = 0; i < n; i++)
		assert_int_equal(
		    text_of_part(parts[i], bytes + parts[i]->offset,
			(size_t)parts[i]->size, NULL, &text, &e),
		    0);
	got = normal(buf_text(&text));
	norm = normal(start);
	/* the expectation ends where it was cut */
	count(s,
	    strncmp(got, norm, strlen(norm) > 110 ? 110 : strlen(norm)) == 0,
	    file, norm, got);
	free(got);
	free(norm);
	buf_free(&text);
}

static void
check_mail(struct score *s, const json_t *mail, const char *file,
    const char *bytes, size_t n)
{
	static const char *const lists[] = {"from", "to", "cc"};
	struct arena a = ARENA_INIT;
	struct envelope e;
	size_t body = message_body_at(bytes, n), i;
	const char *want;

	envelope_parse(&a, bytes, body, NULL, &e);
	want = json_string_value(json_object_get(mail, "subject"));
	if (is_strict(mail, "subject"))
		count(
		    &s[SUBJECT], same(want, e.subject), file, want, e.subject);
	want = json_string_value(json_object_get(mail, "message_id"));
	if (is_strict(mail, "message_id"))
		count(&s[MSGID], same(want, e.msgid), file, want, e.msgid);
	if (is_strict(mail, "date")) {
		const json_t *d = json_object_get(mail, "date");

		count(&s[DATE],
		    e.date ==
			(json_is_null(d) ? INT64_MIN : json_integer_value(d)),
		    file, json_string_value(json_object_get(mail, "date_iso")),
		    "");
	}
	for (i = 0; i < 3; i++)
		if (is_strict(mail, lists[i]))
			check_addresses(&s[FROM + i], file,
			    json_object_get(mail, lists[i]),
			    i == 0   ? &e.from
			    : i == 1 ? &e.to
				     : &e.cc);
	if (is_strict(mail, "text"))
		check_text(
		    &s[TEXT], file, mail, message_parse(&a, bytes, n), bytes);
	arena_free(&a);
}

static void
agrees_with_others(void **state)
{
	struct score s[SCORES] = {{"subject", 0, 0}, {"date", 0, 0},
	    {"message-id", 0, 0}, {"from", 0, 0}, {"to", 0, 0}, {"cc", 0, 0},
	    {"text", 0, 0}};
	char *list = mem_printf("%s/expect.jsonl", corpus()), *line = NULL;
	FILE *f = fopen(list, "r");
	size_t cap = 0;

	(void)state;
	assert_non_null(f);
	while (getline(&line, &cap, f) > 0) {
		json_t *mail = json_loads(line, 0, NULL);
		const char *file = json_string_value(
		    json_object_get(mail, "file"));
		char *path = mem_printf("%s/%s", corpus(), file), *copy;
		struct buf b = BUF_INIT(1 << 28);
		struct err e;

		assert_int_equal(os_read_file(path, &b, &e), 0);
		/* without the NUL a buf has, so that overreads are seen */
		copy = mem_dup(buf_text(&b), b.len);
		check_mail(s, mail, file, copy, b.len);
		free(copy);
		buf_free(&b);
		free(path);
		json_decref(mail);
	}
	fclose(f);
	free(line);
	free(list);
	check_scores(s, SCORES, FLOOR_PERCENT);
}

typedef void check_fn(struct score *s, const char *header, const json_t *want);

/* Each {"header", "expected"} of one file of header values. */
static void
each_header(const char *name, check_fn *check, double floor)
{
	char *path = mem_printf("%s/headers/%s.json", corpus(), name);
	json_t *all = json_load_file(path, 0, NULL), *row;
	struct score s = {name, 0, 0};
	size_t i;

	assert_non_null(all);
	json_array_foreach(all, i, row)
	    check(&s, json_string_value(json_object_get(row, "header")),
		json_object_get(row, "expected"));
	json_decref(all);
	free(path);
	check_scores(&s, 1, floor);
}

static void
check_unstructured(struct score *s, const char *header, const json_t *want)
{
	struct arena a = ARENA_INIT;
	char *got = header_decode(&a, header, strlen(header), NULL);

	count(s, same(got, json_string_value(want)), header,
	    json_string_value(want), got);
	arena_free(&a);
}

static void
check_ids(struct score *s, const char *header, const json_t *want)
{
	struct arena a = ARENA_INIT;
	const char **ids;
	size_t i, n = msgids_parse(&a, header, strlen(header), &ids);
	json_t *w;

	count(s, n == json_array_size(want), header, "as many", "others");
	json_array_foreach(want, i, w) if (i < n)
	    count(s, same(json_string_value(w), ids[i]), header,
		json_string_value(w), ids[i]);
	arena_free(&a);
}

static int64_t
field(const json_t *d, const char *name)
{
	return json_integer_value(json_object_get(d, name));
}

/* What they cannot read at all we may. */
static void
check_date(struct score *s, const char *header, const json_t *want)
{
	char iso[80];
	int zone, zone2;
	int64_t got, is;

	if (json_is_null(want))
		return;
	snprintf(iso, sizeof iso, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d",
	    (int)field(want, "year"), (int)field(want, "month"),
	    (int)field(want, "day"), (int)field(want, "hour"),
	    (int)field(want, "minute"), (int)field(want, "second"),
	    json_is_true(json_object_get(want, "tz_before_gmt")) ? '-' : '+',
	    (int)field(want, "tz_hour"), (int)field(want, "tz_minute"));
	got = date_parse(header, strlen(header), &zone);
	is = date_parse(iso, strlen(iso), &zone2);
	count(s, got == is && (zone == zone2 || got == INT64_MIN), header, iso,
	    "other");
}

static void
check_type(struct score *s, const char *header, const json_t *want)
{
	struct arena a = ARENA_INIT;
	const json_t *attrs = json_object_get(want, "attributes");
	struct param *params;
	const char *type = params_parse(&a, header, strlen(header), &params);
	const char *sub = json_string_value(json_object_get(want, "c_subtype"));
	char *full = mem_printf("%s%s%s",
	    json_string_value(json_object_get(want, "c_type")),
	    sub != NULL ? "/" : "", sub != NULL ? sub : "");
	size_t i;
	json_t *pair;

	if (!json_is_null(want)) {
		count(s, strcasecmp(type, full) == 0, header, full, type);
		json_array_foreach(attrs, i, pair)
		{
			const char *name = json_string_value(
				       json_array_get(pair, 0)),
				   *value = json_string_value(
				       json_array_get(pair, 1)),
				   *got;

			if (strstr(name, "-language") != NULL)
				continue;
			got = params_get(params, name);
			count(s, got != NULL && same(got, value), header, value,
			    got);
		}
	}
	free(full);
	arena_free(&a);
}

static const json_t *
next_wanted(const json_t *want, size_t *at)
{
	const json_t *list = json_object_get(want, "List"),
		     *groups = json_object_get(want, "Group"), *g;
	size_t i, left = *at;

	(*at)++;
	if (list != NULL)
		return json_array_get(list, left);
	json_array_foreach(groups, i, g)
	{
		const json_t *v = json_object_get(g, "addresses");

		if (left < json_array_size(v))
			return json_array_get(v, left);
		left -= json_array_size(v);
	}
	return NULL;
}

/* Addresses are compared; of names only that what we call one they do too
 * (theirs have all comments in them). */
static void
check_address(struct score *s, const char *header, const json_t *want)
{
	struct arena a = ARENA_INIT;
	struct addresses list;
	size_t k = 0, at = 0;
	const json_t *w;

	address_parse(&a, header, strlen(header), NULL, &list);
	while ((w = next_wanted(want, &at)) != NULL) {
		const char *addr = json_string_value(
		    json_object_get(w, "address"));
		const char *name = json_string_value(
		    json_object_get(w, "name"));

		while (k < list.n && *list.v[k].addr == '\0')
			k++;
		if (addr == NULL)
			continue;
		count(s, k < list.n && strcasecmp(list.v[k].addr, addr) == 0,
		    header, addr, k < list.n ? list.v[k].addr : NULL);
		if (k < list.n && list.v[k].name != NULL && name != NULL)
			count(s, strncmp(name, list.v[k].name, 3) == 0, header,
			    name, list.v[k].name);
		k++;
	}
	arena_free(&a);
}

static void
reads_header_values(void **state)
{
	(void)state;
	each_header("unstructured", check_unstructured, 93);
	each_header("id", check_ids, 92);
	each_header("date", check_date, 88);
	each_header("content_type", check_type, 95);
	each_header("address", check_address, 98);
}

/* One address a line; those of the second file are valid. */
static void
reads_single_addresses(void **state)
{
	struct score s = {"mailbox", 0, 0};
	char *path = mem_printf(
	    "%s/headers/flanker-mailbox_valid.txt", corpus());
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *f = fopen(path, "r");

	(void)state;
	assert_non_null(f);
	while ((n = getline(&line, &cap, f)) > 0) {
		struct arena a = ARENA_INIT;
		struct addresses list;

		if (line[n - 1] == '\n')
			line[--n] = '\0';
		address_parse(&a, line, (size_t)n, NULL, &list);
		count(&s, list.n == 1 && *list.v[0].addr != '\0', line, line,
		    list.n > 0 ? list.v[0].addr : NULL);
		arena_free(&a);
	}
	fclose(f);
	free(line);
	free(path);
	check_scores(&s, 1, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_with_others),
	    cmocka_unit_test(reads_header_values),
	    cmocka_unit_test(reads_single_addresses),
	};
	DIR *d = opendir(corpus());

	if (d == NULL) {
		printf("skipped: no corpus at ETUI_CORPUS=%s\n", corpus());
		return 77;
	}
	closedir(d);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
