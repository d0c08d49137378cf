/*
 * Keys in, screen out: the real app on a small mailbox of its own, no
 * terminal and no server.  Each case is compared with tests/screens/NAME.txt;
 * with ETUI_UPDATE_SCREENS=1 those are written instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/folder.h"
#include "db/message.h"
#include "ui_int.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/queue.h"

#define OK(call)                                                               \
	do {                                                                   \
		struct err ok_e = ERR_INIT;                                    \
		struct err *e = &ok_e;                                         \
		if ((call) < 0)                                                \
			fail_msg("%s: %s", #call, ok_e.text);                  \
	} while (0)

/* ---- the mailbox ---- */

static const struct mail_row {
	const char *name, *addr, *to, *subject, *msgid, *ref;
	unsigned flags;
	int hour;
	uint64_t size;
	bool attachment;
} inbox[] = {
    {"Ann Example", "ann@example.org", "Me <me@example.org>", "Lunch?", "1@x",
	NULL, FLAG_SEEN | FLAG_ANSWERED, 1, 1200, false},
    {"Me", "me@example.org", "Ann Example <ann@example.org>", "Re: Lunch?",
	"2@x", "1@x", FLAG_SEEN, 2, 1300, false},
    {"Ann Example", "ann@example.org", "Me <me@example.org>", "Re: Lunch?",
	"3@x", "2@x", 0, 3, 1400, false},
    {"Bob", "bob@example.org", "Me <me@example.org>, Ann <ann@example.org>",
	"Re: Lunch?", "4@x", "1@x", 0, 4, 150000, true},
    {"\xe7\x94\xb0\xe4\xb8\xad\xe5\xa4\xaa\xe9\x83\x8e", "taro@example.jp",
	"me@example.org",
	"\xe4\xbc\x9a\xe8\xad\xb0\xe3\x81\xae\xe3\x81\x8a\xe7\x9f\xa5\xe3\x82"
	"\x89\xe3\x81\x9b",
	"5@x", NULL, FLAG_SEEN, 5, 9000, false},
    {"boss@example.org", "eve@evil.example", "me@example.org",
	"Urgent \033]0;owned\007\033[2Jtransfer", "6@x", NULL, FLAG_FLAGGED, 6,
	2000, false},
    {"", "list@example.net", "list@example.net", "", "7@x", NULL, FLAG_SEEN, 7,
	3000000, false},
};

static const char text_mail[] =
    "From: Bob <bob@example.org>\r\n"
    "To: Me <me@example.org>, Ann <ann@example.org>\r\n"
    "Subject: Re: Lunch?\r\n"
    "Date: Tue, 14 Nov 2023 04:00:00 +0000\r\n"
    "Message-ID: <4@x>\r\n"
    "X-Mailer: none of your business\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n"
    "\r\n"
    "--b\r\n"
    "Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
    "\r\n"
    "I would like to come as well, if there is room for one more person at \r\n"
    "the table; the map is at https://maps.example.org/find?q=the+long+way"
    "+round+to+the+place+where+we+eat and the menu too.\r\n"
    "\r\n"
    "> Shall we meet at noon? I have not been there for a while, and they \r\n"
    "> say it has become better.\r\n"
    ">> Lunch?\r\n"
    "\r\n"
    "Col\tumns\tstay\r\n"
    "-- \r\n"
    "Bob\r\n"
    "--b\r\n"
    "Content-Type: application/pdf; name=\"menu.pdf\"\r\n"
    "Content-Disposition: attachment; filename=\"menu.pdf\"\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "\r\n"
    "JVBERi0xLjQK\r\n"
    "--b--\r\n";

static void
put_rows(struct db *d, int64_t folder)
{
	for (size_t i = 0; i < sizeof inbox / sizeof *inbox; i++) {
		const struct mail_row *r = &inbox[i];
		struct db_msg m = {.key = {.num = i + 1},
		    .flags = r->flags,
		    .keywords = "",
		    .idate = 1699920000 + r->hour * 3600,
		    .date = 1699920000 + r->hour * 3600,
		    .size = r->size,
		    .subject = r->subject,
		    .from_name = r->name,
		    .from_addr = r->addr,
		    .to = r->to,
		    .cc = "",
		    .msgid = r->msgid,
		    .refs = &r->ref,
		    .nrefs = r->ref != NULL,
		    .list_id = "",
		    .attachment = r->attachment};

		OK(db_put_messages(d, folder, &m, 1, e));
	}
}

static void
put_text(struct db *d, int64_t folder)
{
	struct arena a = ARENA_INIT;
	struct buf packed = BUF_INIT(1 << 20);
	size_t n = sizeof text_mail - 1;
	struct part *root = message_parse(&a, text_mail, n);
	struct mkey key = {.num = 4};
	struct dbr *r = NULL;
	int64_t id;

	OK(db_reader(d, &r, e));
	id = dbr_message_by_key(r, folder, &key);
	dbr_close(r);
	part_pack(root, &packed);
	OK(db_put_part(d, id, "STRUCTURE", packed.data, packed.len, e));
	OK(db_put_part(
	    d, id, "HEADER", text_mail, message_body_at(text_mail, n), e));
	for (const struct part *p = root; p != NULL; p = part_next(p)) {
		if (p->child == NULL)
			OK(db_put_part(d, id, p->section, text_mail + p->offset,
			    p->size, e));
	}
	buf_free(&packed);
	arena_free(&a);
}

static void
fill(const char *cache, const char *data)
{
	static const char *const names[] = {"INBOX", "Sent", "Trash", "Lists",
	    "Lists/dovecot", "Lists/a very long name that is cut"};
	struct folder f[6];
	struct folder_update u = FOLDER_UPDATE_KEEP;
	struct db *d = NULL;
	int64_t account = 0, id = 0;

	OK(db_open(cache, data, &d, e));
	OK(db_account(d, "work", &account, e));
	for (int i = 0; i < 6; i++)
		f[i] = (struct folder){.name = names[i],
		    .delim = '/',
		    .selectable = true,
		    .subscribed = true,
		    .role = role_of("", names[i], '/')};
	OK(db_put_folders(d, account, f, 6, true, e));
	OK(db_need_folder(d, account, "INBOX", ROLE_INBOX, &id, e));
	u.uidvalidity = 1;
	u.messages = 7;
	u.unseen = 3;
	u.complete = 1;
	u.synced = 1700000000;
	OK(db_put_folder_state(d, id, &u, e));
	put_rows(d, id);
	put_text(d, id);
	OK(db_need_folder(d, account, "Lists/dovecot", ROLE_NONE, &id, e));
	u.messages = 5000;
	u.unseen = 17;
	u.complete = 0;
	OK(db_put_folder_state(d, id, &u, e));
	db_close(d);
}

/* ---- one program ---- */

struct world {
	char *dir, *cache, *data;
	struct app *app;
	struct ui *ui;
};

static void
begin(struct world *w, const char *top, unsigned cols, unsigned rows)
{
	/* Trees show more of what can go wrong than flat lists. */
	const char *threads = strstr(top, "threads") == NULL ? "threads = yes\n"
							     : "";
	char *text = mem_printf("%s%s\n"
				"[account work]\n"
				"name = Me\n"
				"address = me@example.org\n"
				"receive = maildir\n"
				"path = %s\n"
				"send = sendmail\n",
	    threads, top, w->dir);
	struct app_opts o = {.cache_dir = w->cache, .data_dir = w->data};

	OK(config_parse("test", text, &o.config, e));
	OK(app_open(&o, &w->app, e));
	free(text);
	w->ui = ui_new(w->app, NULL);
	assert_non_null(w->ui);
	ui_resize(w->ui, cols, rows);
}

/* Take what comes from the other threads until nothing does. */
static void
settle(struct world *w)
{
	struct pollfd fd = {.fd = queue_fd(w->app->events), .events = POLLIN};

	ui_draw(w->ui);
	while (poll(&fd, 1, 30) > 0)
		app_turn(w->app);
	ui_draw(w->ui);
}

/* Until the answer of another thread is on the message line. */
static void
wait_for_word(struct world *w)
{
	int64_t until = os_now_ms() + 10000;

	while (w->ui->say[0] == '\0' && os_now_ms() < until)
		settle(w);
}

/* Keys with blanks between; "..." waits for the answer of another thread. */
static void
type(struct world *w, const char *keys)
{
	while (*keys != '\0') {
		uint32_t seq[KEYMAP_SEQ_MAX];
		size_t n = strcspn(keys, " "), k = 0;
		char *word = mem_strn(keys, n);

		if (strcmp(word, "...") == 0)
			wait_for_word(w);
		else
			OK(key_parse(word, seq, &k, e));
		for (size_t i = 0; i < k; i++)
			ui_key(w->ui, seq[i]);
		free(word);
		keys += n + strspn(keys + n, " ");
		ui_draw(w->ui);
		settle(w);
	}
}

static void
end(struct world *w)
{
	ui_free(w->ui);
	app_close(w->app);
	w->ui = NULL;
	w->app = NULL;
}

/* Styles that say something: what is marked, and where. */
static bool
tells(enum style st)
{
	return st != ST_NORMAL && st != ST_INDEX && st != ST_PAGER &&
	       st != ST_SIDEBAR && st != ST_SIDEBAR_LINE && st != ST_HEADER &&
	       st != ST_HELP_LINE && st != ST_STATUS && st != ST_MESSAGE &&
	       st != ST_PROMPT && st != ST_CHOICE;
}

static void
dump_styles(const struct canvas *c, struct buf *out)
{
	buf_printf(out, "-- cursor %u,%u\n", c->cy, c->cx);
	for (unsigned y = 0; y < c->h; y++) {
		for (unsigned x = 0, from; x < c->w;) {
			enum style st = canvas_at(c, y, x)->style;

			for (from = x; x < c->w; x++) {
				if (canvas_at(c, y, x)->style != st)
					break;
			}
			if (tells(st))
				buf_printf(out, "-- %u,%u-%u %s\n", y, from,
				    x - 1, style_name(st));
		}
	}
}

static void
compare(const char *name, const char *got)
{
	char *path = mem_printf("%s/screens/%s.txt", ETUI_TEST_DATA, name);
	struct buf want = BUF_INIT(1 << 20);

	if (getenv("ETUI_UPDATE_SCREENS") != NULL)
		OK(os_save(path, got, strlen(got), e));
	OK(os_read_file(path, &want, e));
	if (strcmp(buf_text(&want), got) != 0)
		fail_msg("%s.txt\n--- want\n%s--- got\n%s", name,
		    buf_text(&want), got);
	buf_free(&want);
	free(path);
}

static const struct {
	const char *why, *name, *options;
	unsigned cols, rows;
	const char *keys;
} cases[] = {
    {"the newest first, hostile text harmless", "index", "", 80, 12, ""},
    {"folders beside it when there is room", "sidebar", "", 110, 12, ""},
    {"the sidebar can be asked for", "sidebar-narrow", "", 80, 10, "`"},
    {"the mark moves in the sidebar", "sidebar-mark", "", 110, 10,
	"<C-Down> <C-Down>"},
    {"an arrow for those who want few bytes", "arrow", "cursor = arrow", 80, 12,
	"j j"},
    {"everything in ASCII", "ascii", "ascii = yes", 110, 12, ""},
    {"a flat list", "flat", "", 80, 12, "od"},
    {"20 by 5 is enough", "tiny", "", 20, 5, "j"},
    {"smaller is not", "too-small", "", 9, 3, ""},
    {"keys that wait for more", "pending", "", 80, 8, "o"},
    {"a key without a command", "unbound", "", 80, 8, "@@"},
    {"tags", "tags", "", 80, 12, "t j t ;"},
    {"a limit", "limit", "", 80, 12, "l l u n c h <Enter> ..."},
    {"a limit that nothing meets", "limit-none", "", 80, 8,
	"l z z z <Enter> ..."},
    {"a folder without anything", "empty", "", 80, 8, "c S e n t <Enter>"},
    {"more on the server than here", "older", "sync-messages = 100", 80, 8,
	"c d o v e <Enter>"},
    {"and some on their way", "coming", "sync-messages = 3\nthreads = no", 80,
	8, "c d o v e <Enter>"},
    {"completion over the line", "complete", "", 80, 12, ": s o r t - <Tab>"},
    {"the command line runs", "command", "", 80, 12,
	": s o r t <Space> s i z e <Enter>"},
    {"help of the index", "help-index", "", 80, 24, "?"},
    {"help where there is little room", "help-narrow", "", 40, 10, "?"},
    {"a sentence longer than the window", "long-message", "", 40, 12,
	": d e l e t e - m e s s a g e z <Enter>"},
    {"and no room for all of it", "long-message-cut", "", 24, 6,
	": d e l e t e - m e s s a g e z <Enter>"},
    {"help is searched", "help-search", "", 80, 10,
	"? / s i d e b a r <Enter>"},
    {"a message", "pager", "", 72, 30, "7 <Enter> <Enter>"},
    {"a message beside the folders", "pager-sidebar", "mark-seen = no", 110, 20,
	"7 <Enter> <Enter>"},
    {"all header fields", "pager-headers", "", 72, 16, "7 <Enter> <Enter> h"},
    {"quoted text hidden", "pager-hidden", "", 72, 24, "7 <Enter> <Enter> T"},
    {"quoted text skipped", "pager-skipped", "", 72, 12, "7 <Enter> <Enter> S"},
    {"to the end of a message", "pager-end", "", 72, 10,
	"7 <Enter> <Enter> <End>"},
    {"a message that is not here", "pager-missing", "", 72, 12, "<Enter>"},
    {"folders", "folders", "", 60, 12, "y j j"},
    {"jobs, none", "jobs", "", 60, 6, "I"},
    {"what was said", "trace", "", 60, 6, "M"},
    {"deleting says so", "delete", "", 80, 12, "d ..."},
    {"back to the index", "back", "", 80, 12, "? q j"},
};

static struct world world;

static int
make_world(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	world.dir = os_tempdir("etui-screens", &e);
	if (world.dir == NULL)
		return -1;
	return 0;
}

static int
drop_world(void **state)
{
	(void)state;
	os_remove_tree(world.dir, NULL);
	free(world.dir);
	return 0;
}

/* Each case has a mailbox of its own: one may change it. */
static void
run_case(size_t i)
{
	struct buf b = BUF_INIT(1 << 20);
	struct world *w = &world;

	w->cache = mem_printf("%s/%zu/cache", w->dir, i);
	w->data = mem_printf("%s/%zu/data", w->dir, i);
	fill(w->cache, w->data);
	begin(w, cases[i].options, cases[i].cols, cases[i].rows);
	settle(w);
	type(w, cases[i].keys);
	canvas_dump(&w->ui->cv, &b);
	if (strstr(buf_text(&b), "\033") != NULL)
		fail_msg("%s: an escape reached the screen", cases[i].why);
	dump_styles(&w->ui->cv, &b);
	compare(cases[i].name, buf_text(&b));
	end(w);
	buf_free(&b);
	free(w->cache);
	free(w->data);
}

static void
screens_are_as_they_were(void **state)
{
	const char *only = getenv("ETUI_SCREEN");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (only == NULL || strcmp(only, cases[i].name) == 0)
			run_case(i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(screens_are_as_they_were),
	};

	return cmocka_run_group_tests(tests, make_world, drop_world);
}
