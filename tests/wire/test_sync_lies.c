/*
 * A small IMAP server of the test's own, with three messages, that lies,
 * refuses or hangs up at one command, and is honest otherwise.  The program
 * reaches rest, with the rows that are true, and says what a person must know.
 */
#include "peer.h"
#include "sync_world.h"

struct lie {
	const char *why;
	const char *verb;  /* answered with `say` instead of the truth */
	const char *say;   /* "%t" is the tag; at the end "CLOSE" hangs up */
	int times;         /* how often; 0: always */
	const char *caps;  /* more than IMAP4rev1 */
	enum act_kind act; /* pushed when the page is here, if `acts` */
	bool acts;
	const char *note; /* expected in the message line; NULL: none */
	uint64_t rows;
	bool refused; /* the folder's end tells a failure */
	bool offline; /* it is seen to reconnect */
};

struct fake {
	const struct lie *lie;
	atomic_int told; /* times the lie was told */
	bool moved;
};

#define MAX_LINE 2000

static void
say(struct peer_conn *c, const char *text, const char *tag)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (strcmp(p, "CLOSE") == 0) {
			peer_close(c);
			return;
		}
		if (p[0] == '%' && p[1] == 't') {
			peer_send(c, "%s", tag);
			p++;
		} else {
			peer_send_raw(c, p, 1);
		}
	}
}

static void
row(struct peer_conn *c, int n)
{
	char head[80];

	snprintf(head, sizeof head,
	    "From: a@b.c\r\nSubject: Message %d\r\nMessage-ID: <%d@x>\r\n\r\n",
	    n, n);
	peer_send(c,
	    "* %d FETCH (UID %d FLAGS () INTERNALDATE \"17-Jul-1996 02:44:25 "
	    "-0700\" RFC822.SIZE 500 BODY[HEADER.FIELDS (SUBJECT)] {%zu}\r\n"
	    "%s)\r\n",
	    n, n + 3, strlen(head), head);
}

static void
answer(struct peer_conn *c, const char *tag, const char *cmd)
{
	if (strncmp(cmd, "SELECT", 6) == 0)
		peer_send(c,
		    "* FLAGS (\\Seen \\Flagged)\r\n* 3 EXISTS\r\n"
		    "* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 7] x\r\n"
		    "* OK [PERMANENTFLAGS (\\Seen \\Flagged \\*)] x\r\n");
	else if (strncmp(cmd, "FETCH", 5) == 0 ||
		 strncmp(cmd, "UID FETCH", 9) == 0)
		for (int n = 1; n <= 3; n++)
			row(c, n);
	else if (strncmp(cmd, "LIST", 4) == 0)
		peer_send(c, "* LIST () \"/\" INBOX\r\n"
			     "* LIST () \"/\" Trash\r\n");
	else if (strncmp(cmd, "STATUS", 6) == 0)
		peer_send(c, "* STATUS INBOX (MESSAGES 3 UNSEEN 3)\r\n");
	else if (strncmp(cmd, "UID SEARCH", 10) == 0)
		peer_send(c, "* SEARCH\r\n");
	else if (strncmp(cmd, "LOGOUT", 6) == 0)
		peer_send(c, "* BYE bye\r\n");
	peer_send(c, "%s OK done\r\n", tag);
}

static void
fake_script(struct peer_conn *c, void *ctx)
{
	struct fake *f = ctx;
	const struct lie *l = f->lie;
	char line[MAX_LINE], tag[80] = "";

	peer_send(c, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR %s] x\r\n",
	    l->caps != NULL ? l->caps : "");
	while (peer_read_line(c, line, sizeof line)) {
		char *cmd = strchr(line, ' ');

		if (strcmp(line, "DONE") == 0) {
			peer_send(c, "%s OK done\r\n", tag);
			continue;
		}
		if (cmd == NULL)
			continue;
		snprintf(tag, sizeof tag, "%.*s", (int)(cmd - line), line);
		cmd++;
		if (l->verb != NULL &&
		    strncmp(cmd, l->verb, strlen(l->verb)) == 0 &&
		    (l->times == 0 || atomic_load(&f->told) < l->times)) {
			atomic_fetch_add(&f->told, 1);
			say(c, l->say, tag);
		} else if (strncmp(cmd, "IDLE", 4) == 0) {
			peer_send(c, "+ idling\r\n");
		} else {
			answer(c, tag, cmd);
		}
	}
}

#define BOX(validity)                                                          \
	"* 3 EXISTS\r\n* OK [UIDVALIDITY " validity                            \
	"] x\r\n* OK [UIDNEXT 7] x\r\n"                                        \
	"* OK [PERMANENTFLAGS (\\Seen \\Flagged)] x\r\n%t OK x\r\n"
#define ONE_ROW                                                                \
	"* 1 FETCH (UID 4 FLAGS () INTERNALDATE \"17-Jul-1996 02:44:25 "       \
	"-0700\" RFC822.SIZE 5 BODY[HEADER.FIELDS (SUBJECT)] {300}\r\n"        \
	"Subject: cut"

static const struct lie lies[] = {
    {"none: the test's own server is good enough", NULL, .rows = 3},
    {"hangs up instead of a login", "AUTHENTICATE", "CLOSE", 1, .rows = 3},
    {"BYE instead of a login", "AUTHENTICATE", "* BYE go\r\nCLOSE", 1,
	.rows = 3, .note = "says: go"},
    {"hangs up at SELECT", "SELECT", "CLOSE", 1, .rows = 3, .offline = true},
    {"BYE in the middle of SELECT", "SELECT", "* 3 EXISTS\r\n* BYE x\r\nCLOSE",
	1, .rows = 3, .offline = true, .note = "says: x"},
    {"refuses the folder", "SELECT", "%t NO no such thing\r\n", .rows = 0,
	.refused = true},
    {"cut in the middle of a header", "FETCH", ONE_ROW "CLOSE", 1, .rows = 3,
	.offline = true},
    {"BYE between two rows", "FETCH", "* BYE x\r\nCLOSE", 1, .rows = 3,
	.offline = true, .note = "says: x"},
    {"refuses the rows", "FETCH", "%t NO not today\r\n", .rows = 0,
	.refused = true},
    {"four thousand million messages", "SELECT",
	"* 4000000000 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n%t OK x\r\n",
	.note = "gives none", .rows = 0},
    {"no UIDVALIDITY, and something to do", "SELECT", BOX("0"), .rows = 3,
	.acts = true, .note = "not done"},
    {"rows nobody asked for", "LIST",
	"* 99 FETCH (UID 99 FLAGS (\\Flagged))\r\n"
	"* 2 FETCH (UID 77 FLAGS ())\r\n* 0 FETCH (UID 0)\r\n"
	"* 50 EXPUNGE\r\n%t OK x\r\n",
	.rows = 3},
    {"hangs up at LIST", "LIST", "CLOSE", 1, .rows = 3, .offline = true},
    {"a list of nothing", "LIST", "%t OK x\r\n", .rows = 3},
    {"refuses the list", "LIST", "%t NO x\r\n", .rows = 3, .note = "list"},
    {"BYE while idle", "IDLE", "+ x\r\n* BYE time to go\r\nCLOSE", 1, "IDLE",
	.rows = 3, .offline = true, .note = "time to go"},
    {"tags that nobody gave out", "NOOP", "zz OK x\r\n%t OK x\r\n", .rows = 3},
    {"refuses to flag", "UID STORE", "%t NO read only\r\n", .rows = 3,
	.acts = true, .note = "read only"},
    {"does not understand it", "UID STORE", "%t BAD what\r\n", .rows = 3,
	.acts = true, .note = "what"},
    {"hangs up at it, once", "UID STORE", "CLOSE", 1, .rows = 3, .acts = true,
	.offline = true},
    {"refuses to move", "UID MOVE", "%t NO over quota\r\n", .caps = "MOVE",
	.rows = 3, .acts = true, .act = ACT_MOVE, .note = "over quota"},
    {"refuses to copy", "UID COPY", "%t NO over quota\r\n", .rows = 3,
	.acts = true, .act = ACT_MOVE, .note = "over quota"},
    {"moves and names messages nobody asked for", "UID MOVE",
	"* OK [COPYUID 9 1:1000 1:1000] x\r\n* 1 EXPUNGE\r\n%t OK x\r\n",
	.caps = "MOVE UIDPLUS", .rows = 2, .acts = true, .act = ACT_MOVE,
	.note = "not done"},
};

static bool
is_resting(struct world *w)
{
	return w->state == SYNC_IDLE && w->folder_ended > 0;
}

static bool
was_offline(struct world *w)
{
	return w->offline > 0;
}

static bool
all_over(struct world *w)
{
	return dbr_acts_count(w->dbr, "test") == 0;
}

static void
act_on_one(struct world *w, const struct lie *l)
{
	struct mkey k = {.num = 4};
	int64_t id = dbr_message_by_key(w->dbr, w->inbox, &k);

	assert_true(id > 0);
	if (l->act == ACT_MOVE)
		order(w, ACT_MOVE, 0, 0, "Trash", &id, 1);
	else
		order(w, ACT_FLAGS, FLAG_FLAGGED, 0, NULL, &id, 1);
	until(w, all_over, l->why);
	if (l->offline)
		until(w, is_resting, l->why);
	for (int i = 0; i < 20; i++)
		turn(w, 10);
	if (l->note != NULL && l->act == ACT_FLAGS) {
		struct arena a = ARENA_INIT;
		struct msg m;

		assert_int_equal(dbr_message(w->dbr, id, &a, &m), 0);
		assert_int_equal(m.flags & FLAG_FLAGGED, 0);
		arena_free(&a);
	}
}

static bool
try_one(const struct lie *l)
{
	struct fake f = {.lie = l};
	bool good = true;
	struct peer *p = peer_start(NULL, fake_script, &f);
	struct world *w = world_of(
	    NULL, NULL, peer_port(p), PLAIN_WORLD "\nio-timeout = 5");

	w->hasty = true;
	world_start(w);
	until(w, is_resting, l->why);
	if (l->offline && !l->acts) {
		until(w, was_offline, l->why);
		until(w, is_resting, l->why);
	}
	if (l->acts)
		act_on_one(w, l);
	if (l->verb != NULL && strcmp(l->verb, "NOOP") == 0) {
		sync_check(w->sync);
		for (int i = 0; i < 20; i++)
			turn(w, 10);
	}
	if (l->refused != (w->folder_rc < 0) ||
	    rows_of(w, "INBOX") != l->rows || l->offline != (w->offline > 0) ||
	    (l->note != NULL) != (w->notes > 0) ||
	    (l->note != NULL && strstr(w->note, l->note) == NULL)) {
		good = false;
		print_error(
		    "%s: rc %d \"%s\", %llu rows, offline %d, note \"%s\"\n",
		    l->why, w->folder_rc, w->folder_text,
		    (unsigned long long)rows_of(w, "INBOX"), w->offline,
		    w->note);
	}
	world_free(w);
	peer_stop(p);
	return good;
}

static void
test_lies(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
		good = try_one(&lies[i]) && good;
	assert_true(good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
