/* The IMAP store on a real Dovecot, with all that it can do and with less. */
#include <time.h>
#include <unistd.h>

#include "dovecot.h"
#include "imap_wire.h"
#include "util/os.h"

#define COUNT 30

/* What a server may offer, from all to nothing. */
static const struct {
	const char *why, *capability;
	bool qresync, condstore;
} servers[] = {
    {"all of it", NULL, true, true},
    {"CONDSTORE without QRESYNC",
	"IMAP4rev1 SASL-IR IDLE ENABLE CONDSTORE ESEARCH UIDPLUS MOVE "
	"LITERAL+ LIST-EXTENDED LIST-STATUS SPECIAL-USE",
	false, true},
    {"neither, and no MOVE", "IMAP4rev1 SASL-IR IDLE UIDPLUS SPECIAL-USE",
	false, false},
    {"nothing but the base protocol", "IMAP4rev1", false, false},
};
#define SERVERS (sizeof servers / sizeof *servers)

static struct dovecot *
start(size_t which, struct wire *w)
{
	struct dovecot_opts o = {
	    .capability = servers[which].capability, .no_tls = true};
	struct dovecot *d = dovecot_start(&o);

	print_message("%s\n", servers[which].why);
	dovecot_fill(d, "ann", "INBOX", 1, COUNT);
	wire_init(w, dovecot_port(d), "");
	w->passwords[0] = "pass";
	return d;
}

static void
ask(struct dovecot *d, const char *folder, const char *command)
{
	free(dovecot_ask(d, "ann", folder, command));
}

/* Does what a login says hold afterwards?  `memory` as the caches keep it. */
static void
open_again(struct wire *w, char **memory)
{
	if (w->st != NULL) {
		free(*memory);
		*memory = mem_str(store_memory(w->st));
	}
	wire_close(w);
	w->opts.memory = *memory;
	w->opts.first_known = w->known.uidvalidity != 0 ? &w->known : NULL;
	wire_ok(w, wire_open(w, "INBOX"));
	wire_clear(w);
	wire_ok(w, wire_select(w, "INBOX"));
}

static void
reads_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVERS; i++) {
		struct wire w;
		struct dovecot *d = start(i, &w);
		uint64_t left = 99;
		char *memory = NULL;

		open_again(&w, &memory);
		assert_int_equal(w.state.exists, COUNT);
		assert_true(w.state.keywords);
		wire_ok(
		    &w, store_ops(w.st)->newest(w.st, 2, &w.row_sink, &w.err));
		assert_non_null(strstr(wire_log(&w), "row 29 f"));
		assert_non_null(strstr(wire_log(&w), "row 30 f"));
		assert_int_equal(w.rows, 2);
		wire_clear(&w);
		wire_ok(&w, store_ops(w.st)->older(
				w.st, 10, &left, &w.row_sink, &w.err));
		assert_int_equal(w.rows, 10);
		assert_int_equal(left, COUNT - 12);
		assert_non_null(strstr(wire_log(&w), "row 19 f"));
		assert_null(strstr(wire_log(&w), "row 18 f"));
		wire_ok(&w, store_ops(w.st)->older(
				w.st, 1000, &left, &w.row_sink, &w.err));
		assert_int_equal(w.rows, COUNT - 2);
		assert_int_equal(left, 0);
		free(memory);
		wire_done(&w);
		dovecot_free(d);
	}
}

/* While we are away: 3 is seen, 5 and 6 go, 31 comes. */
static void
sees_what_happened(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVERS; i++) {
		struct wire w;
		struct dovecot *d = start(i, &w);
		struct mset uids = MSET_INIT;
		char *memory = NULL;
		uint64_t left;

		/* the first time nobody knows yet to ask for mod-sequences */
		open_again(&w, &memory);
		open_again(&w, &memory);
		assert_int_equal(w.state.modseq != 0, servers[i].condstore);
		mset_add_range(&uids, 3, COUNT);
		w.known = (struct folder_known){
		    .uidvalidity = w.state.uidvalidity,
		    .uidnext = w.state.uidnext,
		    .modseq = w.state.modseq,
		    .uids = &uids};
		ask(d, "INBOX", "UID STORE 3 +FLAGS (\\Seen)");
		ask(d, "INBOX", "UID STORE 5:6 +FLAGS (\\Deleted)");
		ask(d, "INBOX", "EXPUNGE");
		dovecot_fill(d, "ann", "INBOX", COUNT + 1, 1);
		open_again(&w, &memory);
		assert_int_equal(w.state.resynced, servers[i].qresync);
		assert_false(w.state.reset);
		if (!w.state.resynced)
			wire_ok(&w, store_ops(w.st)->changes(
					w.st, &w.known, &w.changes, &w.err));
		assert_non_null(strstr(wire_log(&w), "flags 3 f1; "));
		assert_non_null(strstr(wire_log(&w), "gone 5:6; "));
		if (servers[i].condstore)
			assert_null(strstr(wire_log(&w), "flags 4 "));

		/* the same by changes() alone */
		wire_clear(&w);
		wire_ok(&w, store_ops(w.st)->changes(
				w.st, &w.known, &w.changes, &w.err));
		assert_non_null(strstr(wire_log(&w), "flags 3 f1; "));
		assert_non_null(strstr(wire_log(&w), "gone 5:6; "));
		wire_clear(&w);
		wire_ok(&w, store_ops(w.st)->since(
				w.st, w.known.uidnext, &w.row_sink, &w.err));
		assert_int_equal(w.rows, 1);
		assert_non_null(strstr(wire_log(&w), "row 31 "));
		/* below the known ones there are 1 and 2 */
		wire_clear(&w);
		wire_ok(&w, store_ops(w.st)->older(
				w.st, 0, &left, &w.row_sink, &w.err));
		assert_int_equal(left, 2);
		wire_ok(&w, store_ops(w.st)->older(
				w.st, 10, &left, &w.row_sink, &w.err));
		assert_int_equal(w.rows, 2);
		assert_int_equal(left, 0);
		mset_free(&uids);
		free(memory);
		wire_done(&w);
		dovecot_free(d);
	}
}

static void
notices_another_life(void **state)
{
	struct wire w;
	struct dovecot *d = start(0, &w);
	struct mset uids = MSET_INIT;
	char *memory = NULL;

	(void)state;
	open_again(&w, &memory);
	mset_add_range(&uids, 1, COUNT);
	w.known = (struct folder_known){.uidvalidity = w.state.uidvalidity + 1,
	    .uidnext = w.state.uidnext,
	    .modseq = 1,
	    .uids = &uids};
	ask(d, "INBOX", "UID STORE 3 +FLAGS (\\Seen)");
	open_again(&w, &memory);
	assert_true(w.state.reset);
	assert_false(w.state.resynced);
	assert_string_equal(wire_log(&w), "");
	mset_free(&uids);
	free(memory);
	wire_done(&w);
	dovecot_free(d);
}

static void
acts(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVERS; i++) {
		static const char mail[] = "Subject: appended\r\n"
					   "Message-ID: <new@fill.example>\r\n"
					   "\r\nhello\r\n";
		struct wire w;
		struct dovecot *d = start(i, &w);
		struct mset set = MSET_INIT, found = MSET_INIT;
		const struct store_ops *ops;
		struct mkey key = {.num = 0};
		struct store_folder counts;
		char *memory = NULL, *said;

		open_again(&w, &memory);
		ops = store_ops(w.st);
		mset_add_range(&set, 2, 4);
		wire_ok(&w, ops->set_flags(w.st, &set, FLAG_FLAGGED | FLAG_JUNK,
				FLAG_SEEN, &w.err));
		said = dovecot_ask(d, "ann", "INBOX", "UID FETCH 3 (FLAGS)");
		assert_non_null(strstr(said, "\\Flagged"));
		assert_non_null(strstr(said, "$Junk"));
		free(said);

		wire_clear(&w);
		wire_ok(
		    &w, ops->move(w.st, &set, "Trash", &w.move_sink, &w.err));
		if (servers[i].capability == NULL)
			assert_non_null(
			    strstr(wire_log(&w), "2>1; 3>2; 4>3; "));
		wire_ok(&w, ops->status(w.st, "Trash", &counts, &w.err));
		assert_int_equal(counts.messages, 3);
		assert_int_equal(counts.unseen, 3);

		wire_ok(
		    &w, ops->append(w.st, "Drafts", FLAG_DRAFT | FLAG_SEEN,
			    1000000000, mail, sizeof mail - 1, &key, &w.err));
		wire_clear(&w);
		wire_ok(&w, wire_select(&w, "Drafts"));
		wire_ok(&w,
		    ops->find_msgid(w.st, "new@fill.example", &found, &w.err));
		assert_true(mset_has(&found, 1));
		assert_int_equal(mset_count(&found), 1);
		wire_ok(&w, ops->newest(w.st, 5, &w.row_sink, &w.err));
		assert_non_null(strstr(wire_log(&w), "row 1 f"));
		assert_int_equal(
		    ops->select(w.st, "no such", NULL, NULL, &w.state, &w.err),
		    -1);
		assert_false(store_is_dead(w.st));
		wire_ok(&w, wire_select(&w, "INBOX"));
		mset_free(&set);
		mset_free(&found);
		free(memory);
		wire_done(&w);
		dovecot_free(d);
	}
}

static void
reads_parts(void **state)
{
	static const char mail[] =
	    "Subject: two\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	    "--b\r\nContent-Type: text/plain\r\n\r\nfirst\r\n"
	    "--b\r\nContent-Type: text/html; name*0*=utf-8''%c3%a4;"
	    " name*1=\".html\"\r\n\r\n<b>\r\n--b--\r\n";
	struct wire w;
	struct dovecot *d = start(0, &w);
	static const char *const sections[] = {"2", "1", "2.MIME"};
	struct byte_sink sinks[3];
	struct mkey key = {.num = COUNT + 1};
	struct mset set = MSET_INIT;
	char *memory = NULL;

	(void)state;
	dovecot_append(
	    d, "ann", "INBOX", "\\Draft", NULL, mail, sizeof mail - 1);
	open_again(&w, &memory);
	for (int i = 0; i < 3; i++)
		sinks[i] = w.byte_sink;
	wire_ok(
	    &w, store_ops(w.st)->parts(w.st, &key, sections, 3, sinks, &w.err));
	assert_non_null(strstr(wire_log(&w), "<b>"));
	assert_non_null(strstr(wire_log(&w), "first"));
	assert_non_null(strstr(wire_log(&w), "Content-Type: text/html"));
	wire_clear(&w);
	wire_ok(
	    &w, store_ops(w.st)->part(w.st, &key, "", &w.byte_sink, &w.err));
	assert_string_equal(wire_log(&w), mail);
	wire_clear(&w);
	mset_add(&set, key.num);
	wire_ok(
	    &w, store_ops(w.st)->rows(w.st, &set, true, &w.row_sink, &w.err));
	assert_string_equal(wire_log(&w),
	    "row 31 f30 =multipart/mixed 1=text/plain 2=text/html; ");
	mset_free(&set);
	free(memory);
	wire_done(&w);
	dovecot_free(d);
}

static void
lists_folders(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVERS; i++) {
		struct wire w;
		struct dovecot *d = start(i, &w);
		struct store_folder counts;
		char *memory = NULL;

		ask(d, NULL, "CREATE \"Entw&APw-rfe/a \\\"b\\\\ &- c\"");
		ask(d, NULL, "SUBSCRIBE Sent");
		open_again(&w, &memory);
		/* Dovecot makes folders while it lists them for the first
		 * time, and says less of them then */
		wire_ok(
		    &w, store_ops(w.st)->folders(w.st, &w.folder_sink, &w.err));
		wire_clear(&w);
		wire_ok(
		    &w, store_ops(w.st)->folders(w.st, &w.folder_sink, &w.err));
		assert_non_null(strstr(wire_log(&w), "INBOX role1"));
		assert_non_null(strstr(wire_log(&w), "Sent subscribed role2"));
		assert_non_null(
		    strstr(wire_log(&w), "Entw\xc3\xbcrfe/a \"b\\ & c"));
		if (store_caps(w.st) & STORE_COUNTS)
			assert_non_null(
			    strstr(wire_log(&w), "INBOX role1 30/30; "));
		wire_ok(
		    &w, store_ops(w.st)->status(w.st,
			    "Entw\xc3\xbcrfe/a \"b\\ & c", &counts, &w.err));
		assert_int_equal(counts.messages, 0);
		wire_ok(&w, wire_select(&w, "Entw\xc3\xbcrfe/a \"b\\ & c"));
		assert_int_equal(
		    store_ops(w.st)->status(w.st, "x\r\ny", &counts, &w.err),
		    -1);
		assert_int_equal(w.err.kind, ERR_INPUT);
		free(memory);
		wire_done(&w);
		dovecot_free(d);
	}
}

static void
watches(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVERS; i++) {
		struct wire w;
		struct dovecot *d = start(i, &w);
		const struct store_ops *ops;
		char *memory = NULL;
		int64_t began;
		int wake[2];

		open_again(&w, &memory);
		ops = store_ops(w.st);
		wire_ok(&w, ops->newest(w.st, 50, &w.row_sink, &w.err));
		wire_clear(&w);
		assert_int_equal(pipe(wake), 0);

		/* nothing happens */
		began = os_now_ms();
		wire_ok(&w, ops->watch(w.st, wake[0], 200, &w.err));
		assert_true(os_now_ms() - began >= 150);
		assert_string_equal(wire_log(&w), "");

		/* it is woken */
		assert_int_equal(write(wake[1], "x", 1), 1);
		began = os_now_ms();
		wire_ok(&w, ops->watch(w.st, wake[0], 20000, &w.err));
		assert_true(os_now_ms() - began < 10000);

		/* what happened before comes at once */
		ask(d, "INBOX", "UID STORE 7 +FLAGS (\\Deleted)");
		ask(d, "INBOX", "UID STORE 9 +FLAGS (\\Flagged)");
		ask(d, "INBOX", "EXPUNGE");
		dovecot_fill(d, "ann", "INBOX", COUNT + 1, 2);
		for (int n = 0;
		     n < 20 && (strstr(wire_log(&w), "gone 7; ") == NULL ||
				   strstr(wire_log(&w), "flags 9 f") == NULL ||
				   strstr(wire_log(&w), "exists 31; ") == NULL);
		     n++)
			wire_ok(&w, ops->watch(w.st, -1, 500, &w.err));
		assert_non_null(strstr(wire_log(&w), "gone 7; "));
		assert_non_null(strstr(wire_log(&w), "flags 9 f"));
		assert_non_null(strstr(wire_log(&w), "exists 31; "));
		close(wake[0]);
		close(wake[1]);
		free(memory);
		wire_done(&w);
		dovecot_free(d);
	}
}

static void
stops_when_told(void **state)
{
	struct wire w;
	struct dovecot *d = start(0, &w);
	struct cancel *c = cancel_new();
	char *memory = NULL;
	uint64_t left;

	(void)state;
	w.opts.cancel = c;
	open_again(&w, &memory);
	w.row_answer = 1;
	wire_ok(
	    &w, store_ops(w.st)->older(w.st, 1000, &left, &w.row_sink, &w.err));
	wire_ok(&w, store_ops(w.st)->noop(w.st, &w.err));
	w.row_answer = -1;
	assert_int_equal(
	    store_ops(w.st)->newest(w.st, 5, &w.row_sink, &w.err), -1);
	assert_false(store_is_dead(w.st));
	cancel_set(c);
	assert_int_equal(store_ops(w.st)->noop(w.st, &w.err), -1);
	assert_int_equal(w.err.kind, ERR_CANCEL);
	assert_true(store_is_dead(w.st));
	free(memory);
	wire_done(&w);
	cancel_unref(c);
	dovecot_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_pages),
	    cmocka_unit_test(sees_what_happened),
	    cmocka_unit_test(notices_another_life),
	    cmocka_unit_test(acts),
	    cmocka_unit_test(reads_parts),
	    cmocka_unit_test(lists_folders),
	    cmocka_unit_test(watches),
	    cmocka_unit_test(stops_when_told),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
