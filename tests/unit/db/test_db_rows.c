/* Rows: stored, found again, changed, removed; counts stay right. */
#include <sys/stat.h>
#include <time.h>

#include "dbtest.h"

static void
stored_and_read(void **state)
{
	struct fixture *f = *state;
	struct arena a = ARENA_INIT;
	struct db_msg m = msg_of(42, "m@x", 1000, FLAG_FLAGGED);
	struct msg got;

	m.cc = "Cy <cy@example.org>";
	m.list_id = "list.example.org";
	m.keywords = "$Label1 later";
	m.attachment = true;
	MUST(db_put_messages(f->d, f->inbox, &m, 1, &e));
	assert_int_equal(
	    dbr_message(f->r, by_uid(f, f->inbox, 42), &a, &got), 0);
	assert_int_equal(got.account, f->account);
	assert_int_equal(got.folder, f->inbox);
	assert_int_equal(got.folder_key, f->inbox);
	assert_int_equal(got.key.num, 42);
	assert_int_equal(got.flags, FLAG_FLAGGED);
	assert_int_equal(got.idate, 1000);
	assert_int_equal(got.date, 1000);
	assert_int_equal(got.size, 1042);
	assert_string_equal(got.subject, "a subject");
	assert_string_equal(got.from_name, "Ann");
	assert_string_equal(got.from_addr, "ann@example.org");
	assert_string_equal(got.to, "Bob <bob@example.org>");
	assert_string_equal(got.cc, "Cy <cy@example.org>");
	assert_string_equal(got.msgid, "m@x");
	assert_string_equal(got.list_id, "list.example.org");
	assert_string_equal(got.keywords, "$Label1 later");
	assert_true(got.attachment);
	assert_int_equal(by_msgid(f, "m@x"), got.id);
	arena_free(&a);
}

static void
a_mail_without_anything(void **state)
{
	struct fixture *f = *state;
	struct arena a = ARENA_INIT;
	struct db_msg m = {.key.num = 1, .idate = 77, .date = INT64_MIN};
	struct msg got;

	MUST(db_put_messages(f->d, f->inbox, &m, 1, &e));
	assert_int_equal(
	    dbr_message(f->r, by_uid(f, f->inbox, 1), &a, &got), 0);
	assert_true(got.date == INT64_MIN);
	assert_int_equal(got.idate, 77);
	assert_null(got.subject);
	assert_null(got.msgid);
	assert_int_equal(by_msgid(f, ""), 0);
	arena_free(&a);
}

static void
keys(void **state)
{
	static const struct {
		const char *why;
		struct mkey key;
		bool ok;
	} cases[] = {
	    {"a UID", {.num = 1}, true},
	    {"the highest UID", {.num = UINT32_MAX}, true},
	    {"a Maildir base name", {.str = "1700000000.M1P2.host"}, true},
	    {"text that SQL would stumble on", {.str = "it's; --"}, true},
	    {"no key at all cannot be found again", {.num = 0}, false},
	    {"nor can an empty name", {.str = ""}, false},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct db_msg m = msg_of(0, NULL, (int64_t)i, 0);
		struct err err = ERR_INIT;

		m.key = cases[i].key;
		if (db_put_messages(f->d, f->inbox, &m, 1, &err) != 0)
			assert_false(cases[i].ok);
		if ((dbr_message_by_key(f->r, f->inbox, &m.key) > 0) !=
		    cases[i].ok)
			fail_msg("%s", cases[i].why);
	}
	assert_counts(f, f->inbox);
}

static void
put_twice_is_one_row(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	put(f, f->inbox, 5, "a@x", 100, 0);
	id = by_uid(f, f->inbox, 5);
	put(f, f->inbox, 5, "a@x", 100, FLAG_SEEN);
	assert_int_equal(by_uid(f, f->inbox, 5), id);
	assert_where(f, "a@x", "INBOX 5 1");
	put(f, f->inbox, 5, "b@x", 200, 0);
	assert_where(f, "a@x", "none");
	assert_where(f, "b@x", "INBOX 5 0");
	assert_counts(f, f->inbox);
}

static void
removed(void **state)
{
	struct fixture *f = *state;
	struct mset s = MSET_INIT, left = MSET_INIT;

	for (uint64_t uid = 1; uid <= 300; uid++)
		put(f, f->inbox, uid, NULL, (int64_t)uid, 0);
	mset_add_range(&s, 1, 100);
	mset_add(&s, 150);
	mset_add_range(&s, 290, UINT64_MAX); /* a server may say anything */
	MUST(db_remove_messages(f->d, f->inbox, &s, &e));
	dbr_uids(f->r, f->inbox, &left);
	assert_int_equal(mset_count(&left), 188);
	assert_false(mset_has(&left, 150));
	assert_counts(f, f->inbox);
	MUST(db_remove_all(f->d, f->inbox, &e));
	assert_int_equal(by_uid(f, f->inbox, 200), 0);
	assert_counts(f, f->inbox);
	mset_free(&s);
	mset_free(&left);
}

static void
flags_from_the_server(void **state)
{
	struct fixture *f = *state;

	put(f, f->inbox, 1, "a@x", 100, 0);
	put_flags(f, f->inbox, 1, FLAG_SEEN | FLAG_ANSWERED);
	assert_where(f, "a@x", "INBOX 1 3");
	put_flags(f, f->inbox, 99, FLAG_SEEN); /* no such row: nothing */
	assert_counts(f, f->inbox);
}

static void
uidvalidity_drops_the_rows(void **state)
{
	struct fixture *f = *state;
	struct folder_update u = FOLDER_UPDATE_KEEP;

	u.uidvalidity = 1;
	MUST(db_put_folder_state(f->d, f->inbox, &u, &e));
	put(f, f->inbox, 1, "a@x", 100, 0);
	MUST(db_put_folder_state(f->d, f->inbox, &u, &e));
	assert_where(f, "a@x", "INBOX 1 0");
	u.uidvalidity = 2;
	MUST(db_put_folder_state(f->d, f->inbox, &u, &e));
	assert_where(f, "a@x", "none");
	assert_counts(f, f->inbox);
}

static void
a_folder_that_is_not(void **state)
{
	struct fixture *f = *state;
	struct db_msg m = msg_of(1, NULL, 1, 0);
	struct err err = ERR_INIT;

	assert_int_equal(db_put_messages(f->d, 4711, &m, 1, &err), -1);
	assert_int_equal(err.kind, ERR_GONE);
	assert_int_equal(dbr_message_by_key(f->r, 4711, &m.key), 0);
}

/* ---- folders ---- */

static void
folders(void **state)
{
	static const struct folder listed[] = {
	    {.name = "Zoo", .delim = '/', .messages = 7, .unseen = 3},
	    {.name = "Trash",
		.role = ROLE_TRASH,
		.messages = DB_KEEP,
		.unseen = DB_KEEP},
	    {.name = "INBOX", .role = ROLE_INBOX, .selectable = true},
	    {.name = "Alps", .delim = '/'},
	};
	static const char *const want[] = {"INBOX", "Trash", "Alps", "Zoo"};
	struct fixture *f = *state;
	struct arena a = ARENA_INIT;
	struct folder *got;
	int64_t old;

	MUST(db_need_folder(f->d, f->account, "Old", ROLE_NONE, &old, &e));
	put(f, old, 1, "old@x", 1, 0);
	MUST(db_put_folders(f->d, f->account, listed, 4, true, &e));
	assert_int_equal(dbr_folders(f->r, f->account, &a, &got), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(got[i].name, want[i]);
	assert_int_equal(got[0].id, f->inbox);
	assert_true(got[0].selectable);
	assert_int_equal(got[3].messages, 7);
	assert_int_equal(got[3].unseen, 3);
	assert_int_equal(got[1].messages, 0);
	assert_where(f, "old@x", "none");
	assert_int_equal(
	    dbr_folder_named(f->r, f->account, "Old", &a, got), -1);
	assert_int_equal(
	    dbr_folder_role(f->r, f->account, ROLE_TRASH, &a, got), 0);
	assert_int_equal(got[0].id, f->trash);
	arena_free(&a);
}

static void
folder_state(void **state)
{
	struct fixture *f = *state;
	struct folder_update u = FOLDER_UPDATE_KEEP;
	struct arena a = ARENA_INIT;
	struct folder got;

	u.uidnext = 50;
	u.modseq = UINT64_C(9223372036854775807);
	u.complete = 1;
	MUST(db_put_folder_state(f->d, f->inbox, &u, &e));
	u = (struct folder_update)FOLDER_UPDATE_KEEP;
	u.synced = 1234;
	MUST(db_put_folder_state(f->d, f->inbox, &u, &e));
	assert_int_equal(dbr_folder(f->r, f->inbox, &a, &got), 0);
	assert_int_equal(got.uidnext, 50);
	assert_true(got.modseq == UINT64_C(9223372036854775807));
	assert_true(got.complete);
	assert_int_equal(got.synced, 1234);
	arena_free(&a);
}

static void
memory(void **state)
{
	struct fixture *f = *state;
	char *text;

	assert_null(dbr_memory(f->r, f->account));
	MUST(db_put_memory(f->d, f->account, "condstore pipeline=no", &e));
	fx_again(f);
	text = dbr_memory(f->r, f->account);
	assert_string_equal(text, "condstore pipeline=no");
	free(text);
}

/* ---- parts ---- */

static void
parts(void **state)
{
	static const struct {
		const char *why, *section;
		size_t n;
	} cases[] = {
	    {"nothing is something", "1", 0},
	    {"a blob", "1.2", 1000},
	    {"the largest blob", "HEADER", 256 * 1024},
	    {"the smallest file", "2", 256 * 1024 + 1},
	    {"a name from a server is no path", "../../etc/x", 300 * 1024},
	};
	struct fixture *f = *state;
	int64_t id;

	put(f, f->inbox, 1, "a@x", 1, 0);
	id = by_uid(f, f->inbox, 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf got = BUF_INIT(DB_PART_MAX);
		char *p = mem_alloc(cases[i].n + 1);

		memset(p, 'a' + (int)i, cases[i].n);
		assert_false(dbr_has_part(f->r, id, cases[i].section));
		MUST(
		    db_put_part(f->d, id, cases[i].section, p, cases[i].n, &e));
		if (!dbr_has_part(f->r, id, cases[i].section))
			fail_msg("%s", cases[i].why);
		MUST(dbr_part(f->r, id, cases[i].section, &got, &e));
		assert_int_equal(got.len, cases[i].n);
		assert_memory_equal(buf_text(&got), p, got.len);
		buf_free(&got);
		free(p);
	}
}

static size_t
files_in(const char *dir)
{
	char *list = scratch_printf("ls %s | wc -l", dir);
	struct buf out = BUF_INIT(1000);
	size_t n;

	MUST(os_capture(list, 5000, NULL, &out, &e));
	n = strtoul(buf_text(&out), NULL, 10);
	buf_free(&out);
	free(list);
	return n;
}

static void
parts_go_with_the_message(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(DB_PART_MAX);
	struct err err = ERR_INIT;
	char *big = mem_zalloc(500000), *dir = fx_path(f, "parts");
	int64_t id;

	put(f, f->inbox, 1, "a@x", 1, 0);
	id = by_uid(f, f->inbox, 1);
	MUST(db_put_part(f->d, id, "1", big, 500000, &e));
	MUST(db_put_part(f->d, id, "2", big, 10, &e));
	assert_int_equal(files_in(dir), 1);
	MUST(db_put_part(f->d, id, "1", big, 400000, &e));
	assert_int_equal(files_in(dir), 1);
	MUST(db_put_part(f->d, id, "1", big, 20, &e));
	assert_int_equal(files_in(dir), 0);
	MUST(db_put_part(f->d, id, "1", big, 500000, &e));
	gone(f, f->inbox, 1);
	assert_int_equal(files_in(dir), 0);
	assert_int_equal(dbr_part(f->r, id, "1", &out, &err), -1);
	assert_int_equal(err.kind, ERR_GONE);
	assert_int_equal(db_put_part(f->d, id, "1", big, 10, &err), -1);
	assert_int_equal(err.kind, ERR_GONE);
	free(big);
	free(dir);
}

static void
a_part_whose_file_went_away(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(DB_PART_MAX);
	struct err err = ERR_INIT;
	char *big = mem_zalloc(500000), *dir = fx_path(f, "parts");
	int64_t id;

	put(f, f->inbox, 1, "a@x", 1, 0);
	id = by_uid(f, f->inbox, 1);
	MUST(db_put_part(f->d, id, "1", big, 500000, &e));
	MUST(os_remove_tree(dir, &e));
	assert_false(dbr_has_part(f->r, id, "1"));
	assert_int_equal(dbr_part(f->r, id, "1", &out, &err), -1);
	assert_int_equal(err.kind, ERR_GONE);
	free(big);
	free(dir);
}

static void
parts_have_a_bound(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	static const char byte;

	put(f, f->inbox, 1, "a@x", 1, 0);
	assert_int_equal(db_put_part(f->d, by_uid(f, f->inbox, 1), "1", &byte,
			     DB_PART_MAX + 1, &err),
	    -1);
	assert_int_equal(err.kind, ERR_LIMIT);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fx_setup, fx_teardown)

/* Nobody else moves the log into the file: it would grow for ever. */
static void
the_log_is_moved_when_it_is_quiet(void **state)
{
	struct fixture *f = *state;
	char *path = fx_path(f, "cache.db");
	int64_t end = os_now_ms() + 15000;
	struct stat st = {0};
	off_t before;

	assert_int_equal(stat(path, &st), 0);
	before = st.st_size;
	for (uint64_t uid = 1; uid <= 300; uid++)
		put(f, f->inbox, uid, NULL, 1000, 0);
	while (st.st_size == before && os_now_ms() < end) {
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		assert_int_equal(stat(path, &st), 0);
	}
	assert_true(st.st_size > before);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(stored_and_read),
	    CASE(a_mail_without_anything),
	    CASE(keys),
	    CASE(put_twice_is_one_row),
	    CASE(removed),
	    CASE(flags_from_the_server),
	    CASE(uidvalidity_drops_the_rows),
	    CASE(a_folder_that_is_not),
	    CASE(folders),
	    CASE(folder_state),
	    CASE(memory),
	    CASE(parts),
	    CASE(parts_go_with_the_message),
	    CASE(a_part_whose_file_went_away),
	    CASE(parts_have_a_bound),
	    CASE(the_log_is_moved_when_it_is_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
