/* The Maildir driver, against folders made here and against other programs'
 * doings in them. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "mime/header.h"
#include "scratch.h"
#include "store/store.h"
#include "util/mem.h"
#include "util/os.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

/* One account over a Maildir of its own, and what the sinks were told. */
struct world {
	char *dir;
	struct config *config;
	struct store *store;
	struct buf rows;    /* "base FLAGS subject|" */
	struct buf changes; /* "base FLAGS|", "-base|", "=exists|" */
	struct buf folders; /* "name role|" */
	struct buf bytes;
	struct buf moved; /* "from>to|" */
	int stop_after;   /* rows; 0: all */
};

static const char *
letters(unsigned flags)
{
	static char text[16];
	size_t n = 0;

	if (flags & FLAG_DRAFT)
		text[n++] = 'D';
	if (flags & FLAG_FLAGGED)
		text[n++] = 'F';
	if (flags & FLAG_FORWARDED)
		text[n++] = 'P';
	if (flags & FLAG_ANSWERED)
		text[n++] = 'R';
	if (flags & FLAG_SEEN)
		text[n++] = 'S';
	if (flags & FLAG_DELETED)
		text[n++] = 'T';
	text[n] = '\0';
	return text;
}

static int
on_row(void *ctx, const struct store_row *r, struct err *e)
{
	struct world *w = ctx;
	struct arena a = ARENA_INIT;
	struct envelope env;

	(void)e;
	envelope_parse(&a, r->header, r->header_len, NULL, &env);
	buf_printf(&w->rows, "%s %s%s|", r->key.str, letters(r->flags),
	    r->body != NULL ? r->body->type : env.subject);
	arena_free(&a);
	return w->stop_after > 0 && --w->stop_after == 0 ? 1 : 0;
}

static int
on_flags(void *ctx, const struct mkey *k, unsigned flags, const char *keywords,
    uint64_t modseq, struct err *e)
{
	struct world *w = ctx;

	(void)keywords;
	(void)modseq;
	(void)e;
	buf_printf(&w->changes, "%s %s|", k->str, letters(flags));
	return 0;
}

static int
on_gone(void *ctx, const struct mset *gone, struct err *e)
{
	struct world *w = ctx;
	size_t i;

	(void)e;
	for (i = 0; i < gone->nstr; i++)
		buf_printf(&w->changes, "-%s|", gone->str[i]);
	return 0;
}

static int
on_exists(void *ctx, uint64_t exists, struct err *e)
{
	struct world *w = ctx;

	(void)e;
	buf_printf(&w->changes, "=%d|", (int)exists);
	return 0;
}

static int
on_folder(void *ctx, const struct store_folder *f, struct err *e)
{
	struct world *w = ctx;

	(void)e;
	buf_printf(&w->folders, "%s %d|", f->name, (int)f->role);
	return 0;
}

static int
on_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct world *w = ctx;

	return buf_add(&w->bytes, p, n, e);
}

static int
on_moved(void *ctx, const struct mkey *from, const struct mkey *to,
    uint64_t uidvalidity, struct err *e)
{
	struct world *w = ctx;

	(void)e;
	assert_int_equal(uidvalidity, 1);
	buf_printf(&w->moved, "%s>%s|", from->str, to->str);
	return 0;
}

static char *
in(const struct world *w, const char *name)
{
	return scratch_printf("%s/%s", w->dir, name);
}

static void
put(const struct world *w, const char *name, const char *text)
{
	char *path = in(w, name);

	scratch_write(path, text, strlen(text));
	free(path);
}

static void
make(const struct world *w, const char *folder)
{
	static const char *const subs[] = {"cur", "new", "tmp"};
	size_t i;

	for (i = 0; i < 3; i++) {
		char *path = scratch_printf("%s/%s%s", w->dir, folder, subs[i]);

		scratch_mkdirs(path);
		free(path);
	}
}

static bool
exists(const struct world *w, const char *name)
{
	char *path = in(w, name);
	bool is = scratch_exists(path);

	free(path);
	return is;
}

static void
give_name(const struct world *w, const char *from, const char *to)
{
	char *a = in(w, from), *b = in(w, to);

	assert_int_equal(rename(a, b), 0);
	free(a);
	free(b);
}

static void
open_store(struct world *w)
{
	struct store_opts o = {.account = config_account(w->config, 0)};
	struct err e = ERR_INIT;

	if (store_open(&o, &w->store, &e) < 0)
		fail_msg("%s", e.text);
}

static int
setup(void **state)
{
	struct world *w = mem_zalloc(sizeof *w);
	struct err e = ERR_INIT;
	char *text;

	w->dir = scratch_dir();
	w->rows.max = w->changes.max = w->folders.max = w->bytes.max =
	    w->moved.max = 1 << 22;
	make(w, "");
	text = scratch_printf("[account a]\nname = A\naddress = a@b.example\n"
			      "receive = maildir\npath = %s\n"
			      "max-message-size = 65536\n",
	    w->dir);
	if (config_parse("test", text, &w->config, &e) < 0)
		fail_msg("%s", e.text);
	free(text);
	open_store(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	store_ops(w->store)->close(w->store, 0);
	config_free(w->config);
	buf_free(&w->rows);
	buf_free(&w->changes);
	buf_free(&w->folders);
	buf_free(&w->bytes);
	buf_free(&w->moved);
	scratch_remove(w->dir);
	free(w);
	return 0;
}

static struct folder_state
select_known(struct world *w, const char *folder, const struct mset *known)
{
	struct folder_known k = {.uidvalidity = 1, .uids = known};
	struct change_sink sink = {
	    .ctx = w, .flags = on_flags, .gone = on_gone, .exists = on_exists};
	struct folder_state st;
	struct err e = ERR_INIT;

	if (store_ops(w->store)->select(w->store, folder,
		known != NULL ? &k : NULL, &sink, &st, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(st.uidvalidity, 1);
	return st;
}

static struct row_sink
rows(struct world *w)
{
	buf_cut(&w->rows, 0);
	return (struct row_sink){.ctx = w, .row = on_row};
}

static void
newest(struct world *w, uint64_t count)
{
	struct row_sink sink = rows(w);
	struct err e = ERR_INIT;

	assert_int_equal(
	    store_ops(w->store)->newest(w->store, count, &sink, &e), 0);
}

static uint64_t
older(struct world *w, uint64_t count)
{
	struct row_sink sink = rows(w);
	struct err e = ERR_INIT;
	uint64_t left = 99;

	assert_int_equal(
	    store_ops(w->store)->older(w->store, count, &left, &sink, &e), 0);
	return left;
}

static void
since(struct world *w)
{
	struct row_sink sink = rows(w);
	struct err e = ERR_INIT;

	assert_int_equal(store_ops(w->store)->since(w->store, 0, &sink, &e), 0);
}

static void
noop(struct world *w)
{
	struct err e = ERR_INIT;

	buf_cut(&w->changes, 0);
	assert_int_equal(store_ops(w->store)->noop(w->store, &e), 0);
}

static int
part(struct world *w, const char *key, const char *section, struct err *e)
{
	struct byte_sink sink = {.ctx = w, .bytes = on_bytes};
	struct mkey k = {.str = key};

	buf_cut(&w->bytes, 0);
	return store_ops(w->store)->part(w->store, &k, section, &sink, e);
}

static void
is(const struct buf *b, const char *want)
{
	assert_string_equal(buf_text(b), want);
}

static void
lists_newest_first(void **state)
{
	struct world *w = *state;

	put(w, "cur/1600000003.c:2,FS", "Subject: three\n\n");
	put(w, "cur/1600000001.a:2,", "Subject: one\n\n");
	put(w, "new/1600000004.d", "Subject: four\n\n");
	put(w, "cur/1600000002.b:2,RTabX", "Subject: two\n\n");
	assert_int_equal(select_known(w, "INBOX", NULL).exists, 4);
	/* what was new is in cur now */
	assert_true(exists(w, "cur/1600000004.d:2,"));
	newest(w, 2);
	is(&w->rows, "1600000004.d four|1600000003.c FSthree|");
	assert_int_equal(older(w, 0), 2);
	is(&w->rows, "");
	w->stop_after = 1;
	assert_int_equal(older(w, 5), 1);
	is(&w->rows, "1600000002.b RTtwo|");
	assert_int_equal(older(w, 5), 0);
	is(&w->rows, "1600000001.a one|");
	since(w);
	is(&w->rows, "");
}

static void
goes_by_the_files_time_without_one_in_the_name(void **state)
{
	struct world *w = *state;
	struct timespec t[2] = {{.tv_sec = 1500000000}, {.tv_sec = 1500000000}};
	char *path = in(w, "cur/0002.demo:2,S");

	put(w, "cur/1600000001.a:2,", "Subject: one\n\n");
	put(w, "cur/0002.demo:2,S", "Subject: two\n\n");
	assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
	free(path);
	select_known(w, "INBOX", NULL);
	newest(w, 9);
	is(&w->rows, "1600000001.a one|0002.demo Stwo|");
}

static void
reads_messages_only(void **state)
{
	struct world *w = *state;
	char *fifo = in(w, "cur/1600000002.fifo"),
	     *link = in(w, "cur/1600000003.link"),
	     *dir = in(w, "cur/1600000004.dir"),
	     *odd = in(w, "cur/1600000005.\x1b[31m");

	put(w, "cur/1600000001.a:2,", "Subject: one\n\n");
	put(w, "cur/.hidden", "Subject: no\n\n");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	scratch_write(odd, "x", 1);
	assert_int_equal(select_known(w, "INBOX", NULL).exists, 1);
	newest(w, 9);
	is(&w->rows, "1600000001.a one|");
	free(fifo);
	free(link);
	free(dir);
	free(odd);
}

static void
does_not_follow_a_file_that_became_a_link(void **state)
{
	struct world *w = *state;
	char *path = in(w, "cur/1600000001.a:2,");
	struct err e = ERR_INIT;

	put(w, "cur/1600000001.a:2,", "Subject: one\n\n");
	select_known(w, "INBOX", NULL);
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(part(w, "1600000001.a", "", &e), -1);
	assert_int_equal(w->bytes.len, 0);
	free(path);
}

static void
tells_what_others_changed(void **state)
{
	struct world *w = *state;
	char *gone;

	put(w, "cur/1600000001.a:2,", "Subject: one\n\n");
	put(w, "cur/1600000002.b:2,", "Subject: two\n\n");
	select_known(w, "INBOX", NULL);
	newest(w, 9);
	noop(w);
	is(&w->changes, "");
	give_name(w, "cur/1600000001.a:2,", "cur/1600000001.a:2,S");
	noop(w);
	is(&w->changes, "1600000001.a S|");
	put(w, "new/1600000003.c", "Subject: three\n\n");
	noop(w);
	is(&w->changes, "=3|");
	since(w);
	is(&w->rows, "1600000003.c three|");
	gone = in(w, "cur/1600000002.b:2,");
	unlink(gone);
	free(gone);
	noop(w);
	is(&w->changes, "-1600000002.b|=2|");
}

/* Moved here by hand, with an old name: new all the same. */
static void
tells_of_old_mail_that_arrives(void **state)
{
	struct world *w = *state;

	put(w, "cur/1600000002.b:2,", "Subject: two\n\n");
	select_known(w, "INBOX", NULL);
	newest(w, 9);
	put(w, "cur/1600000001.a:2,", "Subject: one\n\n");
	noop(w);
	is(&w->changes, "=2|");
	since(w);
	is(&w->rows, "1600000001.a one|");
}

static void
remembers_what_the_cache_knows(void **state)
{
	struct world *w = *state;
	struct mset known = MSET_INIT;

	put(w, "cur/1600000001.a:2,", "Subject: one\n\n");
	put(w, "cur/1600000002.b:2,F", "Subject: two\n\n");
	put(w, "cur/1600000003.c:2,", "Subject: three\n\n");
	mset_add_str(&known, "1600000002.b");
	mset_add_str(&known, "1600000002.gone");
	select_known(w, "INBOX", &known);
	is(&w->changes, "1600000002.b F|-1600000002.gone|");
	since(w);
	is(&w->rows, "1600000003.c three|");
	assert_int_equal(older(w, 9), 0);
	is(&w->rows, "1600000001.a one|");
	mset_free(&known);
}

static void
finds_a_file_that_was_renamed(void **state)
{
	struct world *w = *state;
	struct err e = ERR_INIT;

	put(w, "cur/1600000001.a:2,", "Subject: one\n\nhello");
	select_known(w, "INBOX", NULL);
	give_name(w, "cur/1600000001.a:2,", "cur/1600000001.a:2,S");
	assert_int_equal(part(w, "1600000001.a", "TEXT", &e), 0);
	is(&w->bytes, "hello");
	assert_int_equal(part(w, "1600000001.none", "", &e), -1);
	assert_int_equal(e.kind, ERR_GONE);
}

static const struct {
	const char *section, *want; /* NULL: there is none */
} sections[] = {
    {"", "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
	 "--b\n\none\n--b\nContent-Type: message/rfc822\n\n"
	 "Subject: y\n\ntwo\n--b--\n"},
    {"HEADER", "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"},
    {"TEXT", "--b\n\none\n--b\nContent-Type: message/rfc822\n\n"
	     "Subject: y\n\ntwo\n--b--\n"},
    {"1", "one"},
    {"1.MIME", "\n"},
    {"2", "Subject: y\n\ntwo"},
    {"2.MIME", "Content-Type: message/rfc822\n\n"},
    {"2.HEADER", "Subject: y\n\n"},
    {"2.TEXT", "two"},
    {"2.1", "two"},
    {"3", NULL},
    {"nonsense", NULL},
};

static void
gives_sections(void **state)
{
	struct world *w = *state;
	size_t i;

	put(w, "cur/1600000001.a:2,", sections[0].want);
	select_known(w, "INBOX", NULL);
	for (i = 0; i < LEN(sections); i++) {
		struct err e = ERR_INIT;
		int rc = part(w, "1600000001.a", sections[i].section, &e);

		assert_int_equal(rc, sections[i].want != NULL ? 0 : -1);
		if (sections[i].want != NULL &&
		    strcmp(buf_text(&w->bytes), sections[i].want) != 0)
			fail_msg("%s: '%s'", sections[i].section,
			    buf_text(&w->bytes));
	}
}

static void
gives_structures(void **state)
{
	struct world *w = *state;
	struct mset set = MSET_INIT;
	struct row_sink sink = rows(w);
	struct err e = ERR_INIT;

	put(w, "cur/1600000001.a:2,", sections[0].want);
	select_known(w, "INBOX", NULL);
	mset_add_str(&set, "1600000001.a");
	mset_add_str(&set, "1600000001.none");
	assert_int_equal(
	    store_ops(w->store)->rows(w->store, &set, true, &sink, &e), 0);
	is(&w->rows, "1600000001.a multipart|");
	mset_free(&set);
}

static void
lists_what_is_too_large_to_read(void **state)
{
	struct world *w = *state;
	char *big = mem_zalloc(70000);
	struct err e = ERR_INIT;

	memset(big, 'x', 69999);
	memcpy(big, "Subject: big\n\n", 14);
	put(w, "cur/1600000001.a:2,", big);
	select_known(w, "INBOX", NULL);
	newest(w, 1);
	is(&w->rows, "1600000001.a big|");
	assert_int_equal(part(w, "1600000001.a", "", &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	free(big);
}

static const struct {
	const char *why, *before;
	unsigned on, off;
	const char *after;
} marks[] = {
    {"read", "1600000001.a:2,", FLAG_SEEN, 0, "1600000001.a:2,S"},
    {"unread", "1600000001.a:2,FS", 0, FLAG_SEEN, "1600000001.a:2,F"},
    {"in the order of letters", "1600000001.a:2,S",
	FLAG_FLAGGED | FLAG_ANSWERED | FLAG_DELETED | FLAG_DRAFT |
	    FLAG_FORWARDED,
	0, "1600000001.a:2,DFPRST"},
    {"keywords of Dovecot stay", "1600000001.a:2,Sab", FLAG_FLAGGED, 0,
	"1600000001.a:2,FSab"},
    {"so do letters of nobody", "1600000001.a:2,X", FLAG_SEEN, 0,
	"1600000001.a:2,SX"},
    {"a name without flags", "1600000001.a", FLAG_SEEN, 0, "1600000001.a:2,S"},
    {"no change", "1600000001.a:2,S", FLAG_SEEN, 0, "1600000001.a:2,S"},
    {"what has no letter is let be", "1600000001.a:2,S", FLAG_JUNK, 0,
	"1600000001.a:2,S"},
};

static void
sets_flags(void **state)
{
	struct world *w = *state;
	struct mset set = MSET_INIT;
	size_t i;

	mset_add_str(&set, "1600000001.a");
	mset_add_str(&set, "1600000009.none"); /* gone: not a reason to stop */
	for (i = 0; i < LEN(marks); i++) {
		struct err e = ERR_INIT;
		char *before = scratch_printf("cur/%s", marks[i].before),
		     *after = scratch_printf("cur/%s", marks[i].after), *path;

		put(w, before, "Subject: x\n\n");
		select_known(w, "INBOX", NULL);
		assert_int_equal(store_ops(w->store)->set_flags(w->store, &set,
				     marks[i].on, marks[i].off, &e),
		    0);
		if (!exists(w, after))
			fail_msg("%s", marks[i].why);
		/* our own doing is no news */
		noop(w);
		is(&w->changes, "");
		path = in(w, after);
		unlink(path);
		free(path);
		free(before);
		free(after);
	}
	mset_free(&set);
}

static void
moves(void **state)
{
	struct world *w = *state;
	struct mset set = MSET_INIT;
	struct move_sink sink = {.ctx = w, .moved = on_moved};
	struct err e = ERR_INIT;

	put(w, "cur/1600000001.a:2,S", "Subject: one\n\n");
	put(w, "cur/1600000002.b:2,", "Subject: two\n\n");
	select_known(w, "INBOX", NULL);
	newest(w, 9);
	mset_add_str(&set, "1600000001.a");
	mset_add_str(&set, "1600000009.none");
	assert_int_equal(
	    store_ops(w->store)->move(w->store, &set, "Work/2024", &sink, &e),
	    0);
	is(&w->moved, "1600000001.a>1600000001.a|");
	assert_true(exists(w, ".Work.2024/cur/1600000001.a:2,S"));
	assert_false(exists(w, "cur/1600000001.a:2,S"));
	assert_int_equal(select_known(w, "Work/2024", NULL).exists, 1);
	newest(w, 9);
	is(&w->rows, "1600000001.a Sone|");
	mset_free(&set);
}

/* A message of that name is there: neither may be lost. */
static void
moves_beside_one_of_the_same_name(void **state)
{
	struct world *w = *state;
	struct mset set = MSET_INIT;
	struct move_sink sink = {.ctx = w, .moved = on_moved};
	struct err e = ERR_INIT;

	make(w, ".Work/");
	put(w, "cur/1600000001.a:2,", "Subject: mine\n\n");
	put(w, ".Work/cur/1600000001.a:2,", "Subject: theirs\n\n");
	select_known(w, "INBOX", NULL);
	mset_add_str(&set, "1600000001.a");
	assert_int_equal(
	    store_ops(w->store)->move(w->store, &set, "Work", &sink, &e), 0);
	assert_int_equal(select_known(w, "Work", NULL).exists, 2);
	newest(w, 9);
	assert_non_null(strstr(buf_text(&w->rows), " mine|"));
	assert_non_null(strstr(buf_text(&w->rows), " theirs|"));
	mset_free(&set);
}

static void
appends(void **state)
{
	static const char text[] =
	    "Subject: sent\r\nMessage-ID: <s@x>\r\n\r\nhello\r\n";
	struct world *w = *state;
	struct mset found = MSET_INIT;
	struct mkey key = {.str = NULL};
	struct err e = ERR_INIT;

	assert_int_equal(
	    store_ops(w->store)->append(w->store, "Sent", FLAG_SEEN, 1600000000,
		text, sizeof text - 1, &key, &e),
	    0);
	assert_non_null(key.str);
	assert_int_equal(strncmp(key.str, "1600000000.", 11), 0);
	assert_int_equal(select_known(w, "Sent", NULL).exists, 1);
	newest(w, 1);
	assert_non_null(strstr(buf_text(&w->rows), " Ssent|"));
	assert_int_equal(
	    store_ops(w->store)->find_msgid(w->store, "s@x", &found, &e), 0);
	assert_int_equal(found.nstr, 1);
	/* the line ends that other programs of a Maildir expect */
	assert_int_equal(part(w, found.str[0], "TEXT", &e), 0);
	is(&w->bytes, "hello\n");
	mset_free(&found);
}

static void
appends_bytes_that_are_no_lines(void **state)
{
	static const char text[] = "Subject: x\r\n\r\nbare\nLF\r\n";
	struct world *w = *state;
	struct mkey key = {.str = NULL};
	struct err e = ERR_INIT;

	assert_int_equal(store_ops(w->store)->append(w->store, "INBOX", 0, 0,
			     text, sizeof text - 1, &key, &e),
	    0);
	select_known(w, "INBOX", NULL);
	assert_int_equal(part(w, key.str, "", &e), 0);
	is(&w->bytes, text);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The listing, sorted: directories come in no order. */
static char *
sorted(char *text)
{
	struct buf b = BUF_INIT(1 << 16);
	char *v[64], *s = text;
	size_t n = 0, i;

	for (; *s != '\0' && n < 64; n++) {
		v[n] = s;
		s += strcspn(s, "|");
		*s++ = '\0';
	}
	qsort(v, n, sizeof *v, by_name);
	for (i = 0; i < n; i++)
		buf_printf(&b, "%s|", v[i]);
	return buf_take(&b);
}

static void
lists_folders(void **state)
{
	struct world *w = *state;
	struct folder_sink sink = {.ctx = w, .folder = on_folder};
	struct err e = ERR_INIT;
	char *out = in(w, ".Out"), *odd = in(w, ".a\nb/cur"), *got;

	make(w, ".Sent/");
	make(w, ".Lists.c-dev/");
	make(w, ".Entw&APw-rfe/");
	make(w, "Nested/Deep/");
	make(w, ".../");
	scratch_mkdirs(odd);
	assert_int_equal(symlink("/tmp", out), 0);
	assert_int_equal(store_ops(w->store)->folders(w->store, &sink, &e), 0);
	got = sorted(w->folders.data);
	assert_string_equal(got, "Entw\u00fcrfe 3|INBOX 1|Lists/c-dev 0|"
				 "Nested/Deep 0|Sent 2|");
	free(got);
	free(out);
	free(odd);
}

static const struct {
	const char *why, *name;
	enum err_kind kind;
} no_folders[] = {
    {"not there", "Nowhere", ERR_GONE},
    {"above", "..", ERR_INPUT},
    {"above, in the middle", "a/../../b", ERR_INPUT},
    {"absolute", "/etc", ERR_INPUT},
    {"empty", "", ERR_INPUT},
    {"hidden", ".git", ERR_INPUT},
    {"a line end", "a\nb", ERR_INPUT},
    {"a link that leads out", "Out", ERR_INPUT},
    {"a link on the way", "Way/Sub", ERR_GONE},
};

static void
refuses_folders(void **state)
{
	struct world *w = *state;
	char *out = in(w, ".Out"), *way = in(w, "Way"), *other = scratch_dir(),
	     *sub = scratch_printf("%s/Sub/cur", other);
	size_t i;

	scratch_mkdirs(sub);
	assert_int_equal(symlink(other, out), 0);
	assert_int_equal(symlink(other, way), 0);
	for (i = 0; i < LEN(no_folders); i++) {
		struct folder_state st;
		struct store_folder f;
		struct err e = ERR_INIT;

		if (store_ops(w->store)->select(w->store, no_folders[i].name,
			NULL, NULL, &st, &e) == 0 ||
		    e.kind != no_folders[i].kind)
			fail_msg(
			    "%s: %d %s", no_folders[i].why, e.kind, e.text);
		assert_int_equal(store_ops(w->store)->status(
				     w->store, no_folders[i].name, &f, &e),
		    -1);
	}
	free(out);
	free(way);
	free(sub);
	scratch_remove(other);
}

static void
counts(void **state)
{
	struct world *w = *state;
	struct store_folder f;
	struct err e = ERR_INIT;

	put(w, "cur/1600000001.a:2,S", "x");
	put(w, "cur/1600000002.b:2,F", "x");
	put(w, "new/1600000003.c", "x");
	assert_int_equal(
	    store_ops(w->store)->status(w->store, "INBOX", &f, &e), 0);
	assert_int_equal(f.messages, 3);
	assert_int_equal(f.unseen, 2);
	/* looking does not take new mail in */
	assert_true(exists(w, "new/1600000003.c"));
}

static void
watches(void **state)
{
	struct world *w = *state;
	struct err e = ERR_INIT;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	select_known(w, "INBOX", NULL);
	assert_int_equal(
	    store_ops(w->store)->watch(w->store, fds[0], 20, &e), 0);
	is(&w->changes, "");
	put(w, "tmp/1600000001.a", "Subject: one\n\n");
	give_name(w, "tmp/1600000001.a", "new/1600000001.a");
	assert_int_equal(
	    store_ops(w->store)->watch(w->store, fds[0], 10000, &e), 0);
	is(&w->changes, "=1|");
	since(w);
	is(&w->rows, "1600000001.a one|");
	/* moving it to cur was our own doing; it may wake us, with no news */
	buf_cut(&w->changes, 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(
	    store_ops(w->store)->watch(w->store, fds[0], 10000, &e), 0);
	is(&w->changes, "");
	close(fds[0]);
	close(fds[1]);
}

static void
says_what_is_no_maildir(void **state)
{
	struct world *w = *state;
	struct store_opts o = {0};
	struct store *s;
	struct config *c;
	struct err e = ERR_INIT;

	assert_int_equal(config_parse("t",
			     "[account a]\nname = A\naddress = a@b.example\n"
			     "receive = maildir\npath = /nonexistent/mail\n",
			     &c, &e),
	    0);
	o.account = config_account(c, 0);
	assert_int_equal(store_open(&o, &s, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	config_free(c);
	(void)w;
}

static void
lists_many(void **state)
{
	struct world *w = *state;
	int64_t t;
	int i;

	for (i = 0; i < 20000; i++) {
		char *name = scratch_printf("cur/%d.M%dP1.host:2,%s",
		    1600000000 + i / 3, i, i % 2 ? "S" : "");

		put(w, name, "Subject: x\n\n");
		free(name);
	}
	t = os_now_ms();
	assert_int_equal(select_known(w, "INBOX", NULL).exists, 20000);
	print_message("select of 20000: %d ms\n", (int)(os_now_ms() - t));
	t = os_now_ms();
	newest(w, 50);
	print_message("newest 50: %d ms\n", (int)(os_now_ms() - t));
	t = os_now_ms();
	assert_int_equal(older(w, 20000), 0);
	print_message("older 19950: %d ms\n", (int)(os_now_ms() - t));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lists_newest_first),
	    TEST(goes_by_the_files_time_without_one_in_the_name),
	    TEST(reads_messages_only),
	    TEST(does_not_follow_a_file_that_became_a_link),
	    TEST(tells_what_others_changed),
	    TEST(tells_of_old_mail_that_arrives),
	    TEST(remembers_what_the_cache_knows),
	    TEST(finds_a_file_that_was_renamed),
	    TEST(gives_sections),
	    TEST(gives_structures),
	    TEST(lists_what_is_too_large_to_read),
	    TEST(sets_flags),
	    TEST(moves),
	    TEST(moves_beside_one_of_the_same_name),
	    TEST(appends),
	    TEST(appends_bytes_that_are_no_lines),
	    TEST(lists_folders),
	    TEST(refuses_folders),
	    TEST(counts),
	    TEST(watches),
	    TEST(says_what_is_no_maildir),
	    TEST(lists_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
