/* A server that lies, cuts and rambles: one row or one command is lost, or
 * the connection; never the program. */
#include <sys/resource.h>

#include "imap_wire.h"
#include "peer.h"
#include "util/os.h"

/* Up to the open folder; the next command is e3. */
#define IN                                                                     \
	"S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN%s] ready\n"          \
	"C: e1 AUTHENTICATE *\nC: e2 SELECT *\nS: e1 OK in\n"
#define BOX                                                                    \
	"S: * FLAGS (\\Seen)\nS: * 3 EXISTS\n"                                 \
	"S: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 10] x\n"                  \
	"S: * OK [PERMANENTFLAGS (\\Seen \\*)] x\nS: e2 OK [READ-WRITE] x\n"
#define HEAD " BODY[HEADER.FIELDS (SUBJECT)] "
#define ROW(n, uid)                                                            \
	"S: * " #n " FETCH (UID " #uid                                         \
	" FLAGS () INTERNALDATE \"17-Jul-1996 02:44:25 -0700\""                \
	" RFC822.SIZE 5" HEAD "{12}\nS- Subject: x\\r\\n\nS: )\n"

enum act {
	NEWEST,
	OLDER,
	SINCE,
	STRUCTURE,
	PART,
	MOVE,
	FOLDERS,
	CHANGES,
	FIND,
	NOOP
};

struct lie {
	const char *why;
	enum act act;
	const char *play;
	const char *log;
	enum err_kind kind;
	bool dead, quiet; /* quiet: rows are not logged */
	const char *caps; /* more of them */
	const char *box;  /* instead of BOX */
};

/* A script may end at any send: it owns no memory. */
static void
repeat(struct peer_conn *c, const char *text, size_t times)
{
	char some[64 * 100];
	size_t n = strlen(text), have = 0;

	while (have + n <= sizeof some && have / n < times) {
		memcpy(some + have, text, n);
		have += n;
	}
	for (size_t left = times; left > 0;) {
		size_t now = have / n < left ? have / n : left;

		peer_send_raw(c, some, now * n);
		left -= now;
	}
}

/* What would be too long to write down. */
static bool
ramble(struct peer_conn *c, const char *word)
{
	if (strncmp(word, "FILL ", 5) == 0) {
		repeat(c, "x", strtoul(word + 5, NULL, 10));
	} else if (strcmp(word, "LITERALS") == 0) {
		peer_send(c, "* 3 FETCH (UID 6");
		for (int i = 0; i < 30; i++) {
			peer_send(c, " X {4000000}\r\n");
			repeat(c, "y", 4000000);
		}
	} else if (strcmp(word, "NEST") == 0) {
		peer_send(c, "* 3 FETCH (UID 6 FLAGS ");
		repeat(c, "(", 100000);
		peer_send(c, "\r\n");
	} else if (strcmp(word, "DEEP") == 0) {
		peer_send(c, "* 2 FETCH (UID 5 FLAGS () BODYSTRUCTURE ");
		repeat(c, "(", 20000);
		repeat(c, ")", 20000);
		peer_send(c, ")\r\n");
	} else if (strcmp(word, "NOISE") == 0) {
		repeat(c, "* XYZZY {2}\r\nab\r\n", 20000);
	} else if (strcmp(word, "AGAIN") == 0) {
		repeat(c, "* 3 FETCH (UID 6 FLAGS ()" HEAD "NIL)\r\n", 3000);
	} else if (strcmp(word, "ENDLESS") == 0) {
		repeat(c, "x", 3000000);
	} else {
		return false;
	}
	return true;
}

static void
play(struct peer_conn *c, const char *lines)
{
	char line[1000];

	while (*lines != 0) {
		size_t n = strcspn(lines, "\n");

		snprintf(line, sizeof line, "%.*s", (int)n, lines);
		if (!ramble(c, line))
			peer_play(c, line);
		lines += n + (lines[n] == '\n');
	}
}

static void
script(struct peer_conn *c, void *ctx)
{
	const struct lie *l = ctx;
	char hello[2000];

	snprintf(hello, sizeof hello, IN "%s", l->caps != NULL ? l->caps : "",
	    l->box != NULL ? l->box : BOX);
	peer_play(c, hello);
	play(c, l->play);
}

static int
act(struct wire *w, enum act what)
{
	const struct store_ops *ops = store_ops(w->st);
	struct mkey key = {.num = 5};
	struct mset set = MSET_INIT, found = MSET_INIT;
	uint64_t left;
	int rc = -1;

	mset_add_range(&set, 4, 6);
	w->known = (struct folder_known){
	    .uidvalidity = 7, .uidnext = 10, .uids = &set};
	switch (what) {
	case NEWEST:
		rc = ops->newest(w->st, 50, &w->row_sink, &w->err);
		break;
	case OLDER:
		rc = ops->older(w->st, 1000000, &left, &w->row_sink, &w->err);
		break;
	case SINCE:
		rc = ops->since(w->st, 6, &w->row_sink, &w->err);
		break;
	case STRUCTURE:
		mset_remove(&set, 4);
		mset_remove(&set, 6);
		rc = ops->rows(w->st, &set, true, &w->row_sink, &w->err);
		break;
	case PART:
		rc = ops->part(w->st, &key, "1", &w->byte_sink, &w->err);
		break;
	case MOVE:
		rc = ops->move(w->st, &set, "Trash", &w->move_sink, &w->err);
		break;
	case FOLDERS:
		rc = ops->folders(w->st, &w->folder_sink, &w->err);
		break;
	case CHANGES:
		rc = ops->changes(w->st, &w->known, &w->changes, &w->err);
		break;
	case FIND:
		rc = ops->find_msgid(w->st, "a@b", &found, &w->err);
		buf_printf(&w->log, "found %llu; ",
		    (unsigned long long)mset_count(&found));
		break;
	case NOOP:
		rc = ops->noop(w->st, &w->err);
		break;
	}
	mset_free(&set);
	mset_free(&found);
	return rc;
}

static void
run(const struct lie *l)
{
	struct peer *peer = peer_start(NULL, script, (void *)(uintptr_t)l);
	int64_t began = os_now_ms();
	struct wire w;
	int rc;

	print_message("%s\n", l->why);
	wire_init(&w, peer_port(peer), "io-timeout = 3\n");
	w.quiet = l->quiet;
	wire_ok(&w, wire_open(&w, "INBOX"));
	wire_ok(&w, wire_select(&w, "INBOX"));
	rc = act(&w, l->act);
	if (l->kind == ERR_NONE && rc < 0)
		fail_msg("%s", w.err.text);
	if (l->kind != ERR_NONE) {
		assert_int_equal(rc, -1);
		print_message("  %s\n", w.err.text);
		assert_int_equal(w.err.kind, l->kind);
	}
	assert_int_equal(store_is_dead(w.st), l->dead);
	assert_string_equal(wire_log(&w), l->log);
	wire_done(&w);
	peer_stop(peer);
	assert_true(os_now_ms() - began < 20000);
}

static void
run_all(const struct lie *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run(&l[i]);
}

static const struct lie row_lies[] = {
    {
	.why = "as it should be",
	.act = NEWEST,
	.play = "C: e3 FETCH 1:3 *\n" ROW(1, 4) ROW(2, 5)
	    ROW(3, 6) "S: e3 OK x\nWAIT\n",
	.log = "row 4 f0 \"Subject: x\"; row 5 f0 \"Subject: x\"; "
	       "row 6 f0 \"Subject: x\"; ",
    },
    {
	.why = "a message that does not exist",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n" ROW(9, 99) ROW(0, 98)
	    ROW(3, 6) "S: e3 OK x\nWAIT\n",
	.log = "row 6 f0 \"Subject: x\"; ",
    },
    {
	.why = "UID 0, a UID over 32 bits, a negative one",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n" ROW(1, 0) ROW(2, 4294967296) ROW(2, -5)
	    ROW(3, 6) "S: e3 OK x\n"
		      "C: e4 FETCH 1:2 *\nS: e4 OK x\nWAIT\n",
	.log = "row 6 f0 \"Subject: x\"; ",
    },
    {
	.why = "lines that are no response",
	.act = NEWEST,
	.play = "C: e3 FETCH *\nS: \nS: *\nS: * \nS: what\nS: * 1\n"
		"S: * 1 FETCH\nS: * 1 FETCH (\nS: * 1 FETCH )(\n"
		"S: e99 OK x\nS: e OK\nS: e3\nS: e3 MAYBE x\n" ROW(
		    3, 6) "S: e3 OK x\nC: e4 FETCH 1 *\nS: e4 OK x\nWAIT\n",
	.log = "row 6 f0 \"Subject: x\"; ",
    },
    {
	.why = "a row that cannot be read is asked for again, smaller",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n" ROW(
	    1, 4) "S: * 2 FETCH (UID 5 FLAGS (\\Seen) INTERNALDATE "
		  "\"when\" "
		  "RFC822.SIZE 5" HEAD "\"Subject: y\")\n" ROW(
		      3, 6) "S: e3 OK x\n"
			    "C: e4 UID FETCH 5 (UID FLAGS RFC822.SIZE "
			    "BODY.PEEK[* ("
			    "FROM SUBJECT DATE MESSAGE-ID)])\n"
			    "S: * 2 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE "
			    "5" HEAD "\"Subject: y\")\nS: e4 OK x\nWAIT\n",
	.log = "row 4 f0 \"Subject: x\"; row 6 f0 \"Subject: x\"; "
	       "row 5 f1 \"Subject: y\"; ",
    },
    {
	.why = "and at last only its flags count",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n"
		"S: * 3 FETCH (UID 6 FLAGS () RFC822.SIZE x" HEAD "NIL)\n"
		"S: e3 OK x\nC: e4 UID FETCH 6 *\n"
		"S: * 3 FETCH (UID 6 (((\nS: e4 OK x\n"
		"C: e5 UID FETCH 6 (UID FLAGS)\n"
		"S: * 3 FETCH (UID 6 FLAGS (\\Seen $junk work))\n"
		"S: e5 OK x\nWAIT\n",
	.log = "row 6 f81 [work]; ",
    },
    {
	.why = "an item that we do not know",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n"
		"S: * 3 FETCH (UID 6 ANNOTATION (/x (a \"b\")) FLAGS "
		"()" HEAD
		"NIL)\nS: e3 OK x\nC: e4 UID FETCH 6 *\nS: e4 OK x\nWAIT\n",
	.log = "",
    },
    {
	.why = "a header over its bound becomes a smaller one",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n"
		"S: * 3 FETCH (UID 6 FLAGS ()" HEAD "{5000000}\n"
		"FILL 5000000\nS: )\nS: e3 OK x\nC: e4 FETCH 3 *\n" ROW(
		    3, 6) "S: e4 OK x\nWAIT\n",
	.log = "row 6 f0 \"Subject: x\"; ",
    },
    {
	.why = "a literal of 4 GB",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n"
		"S: * 3 FETCH (UID 6" HEAD "{4294967296}\nWAIT\n",
	.log = "",
	.kind = ERR_LIMIT,
	.dead = true,
    },
    {
	.why = "a literal of 2^64 + 1",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n"
		"S: * 3 FETCH (UID 6" HEAD "{18446744073709551617}\nWAIT\n",
	.log = "",
	.kind = ERR_LIMIT,
	.dead = true,
    },
    {
	.why = "many literals, each allowed, without end",
	.act = NEWEST,
	.play = "C: e3 FETCH *\nLITERALS\n",
	.log = "",
	.kind = ERR_LIMIT,
	.dead = true,
    },
    {
	.why = "cut in mid-literal",
	.act = NEWEST,
	.play = "C: e3 FETCH *\nS: * 3 FETCH (UID 6" HEAD
		"{100}\nS: abc\nCLOSE\n",
	.log = "",
	.kind = ERR_NET,
	.dead = true,
    },
    {
	.why = "reset in mid-line",
	.act = NEWEST,
	.play = "C: e3 FETCH *\nS- * 3 FETCH (UID\nRESET\n",
	.log = "",
	.kind = ERR_NET,
	.dead = true,
    },
    {
	.why = "silence in mid-literal",
	.act = NEWEST,
	.play = "C: e3 FETCH *\nS: * 3 FETCH (UID 6" HEAD
		"{100}\nS: abc\nWAIT\n",
	.log = "",
	.kind = ERR_NET,
	.dead = true,
    },
    {
	.why = "BYE in the middle",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n" ROW(1, 4) "S: * BYE going \x1b[1mdown\n",
	.log = "row 4 f0 \"Subject: x\"; alert going "
	       "\xe2\x90\x9b[1mdown; ",
	.kind = ERR_NET,
	.dead = true,
    },
    {
	.why = "NO without text",
	.act = NEWEST,
	.play = "C: e3 FETCH *\nS: e3 NO\nWAIT\n",
	.log = "",
	.kind = ERR_PROTO,
	.dead = false,
    },
    {
	.why = "some rows and then NO is no success",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n" ROW(1, 4) "S: e3 NO disk\nWAIT\n",
	.log = "row 4 f0 \"Subject: x\"; ",
	.kind = ERR_PROTO,
	.dead = false,
    },
    {
	.why = "NO because some were expunged is",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n" ROW(
	    1, 4) "S: e3 NO [EXPUNGEISSUED] some\nWAIT\n",
	.log = "row 4 f0 \"Subject: x\"; ",
    },
    {
	.why = "rows again and again are handed on, but no more than came",
	.act = NEWEST,
	.play = "C: e3 FETCH *\n" ROW(3, 6) ROW(3, 6) "S: e3 OK x\nWAIT\n",
	.log = "row 6 f0 \"Subject: x\"; row 6 f0 \"Subject: x\"; ",
    },
    {
	.why = "rows again and again, without end",
	.act = NEWEST,
	.play = "C: e3 FETCH *\nAGAIN\n",
	.log = "",
	.kind = ERR_PROTO,
	.dead = true,
	.quiet = true,
    },
    {
	.why = "numbers in parentheses as deep as can be",
	.act = NEWEST,
	.play = "C: e3 FETCH *\nNEST\nS: e3 OK x\nC: e4 UID FETCH 6 *\n"
		"S: e4 OK x\nWAIT\n",
	.log = "",
    },
    {
	.why = "the newest come when others are asked for: n:* turned "
	       "round",
	.act = SINCE,
	.play = "C: e3 UID FETCH 6:* *\n" ROW(3, 5) "S: e3 OK x\nWAIT\n",
	.log = "flags 5 f0; ",
    },
    {
	.why = "EXISTS 4,000,000,000 allocates nothing and does not loop",
	.act = OLDER,
	.play = "C: e3 FETCH 3999999001:4000000000 *\n"
		"C: e4 FETCH 3999998001:3999999000 *\n"
		"S: e4 OK x\nS: e3 OK x\nC: e5 FETCH *\nS: e5 OK x\n"
		"C: e6 FETCH *\nS: e6 OK x\nWAIT\n",
	.log = "",
	.kind = ERR_PROTO,
	.dead = false,
	.caps = NULL,
	.box = "S: * 4000000000 EXISTS\nS: * OK [UIDVALIDITY 7] x\n"
	       "S: e2 OK x\n",
    },
    {
	.why = "EXISTS of 2^64 is no EXISTS",
	.act = OLDER,
	.play = "WAIT\n",
	.log = "",
	.kind = ERR_NONE,
	.dead = false,
	.caps = NULL,
	.box = "S: * 18446744073709551616 EXISTS\nS: e2 OK x\n",
    },
    {
	.why = "EXPUNGE of what is not there",
	.act = NOOP,
	.play = "C: e3 NOOP\nS: * 0 EXPUNGE\nS: * 4 EXPUNGE\n"
		"S: * 4294967295 EXPUNGE\nS: * 2 EXPUNGE\nS: e3 OK "
		"x\nWAIT\n",
	.log = "exists 2; ",
    },
    {
	.why = "VANISHED of all there could be",
	.act = NOOP,
	.play = "C: e3 NOOP\nS: * VANISHED 1:4294967295\nS: * VANISHED 9,\n"
		"S: * VANISHED\nS: * VANISHED (EARLIER) 5:3\n"
		"S: * VANISHED (LATER) 1\nS: e3 OK x\nWAIT\n",
	.log = "gone 1:4294967295; gone 3:5; ",
    },
    {
	.why = "nothing but noise",
	.act = NOOP,
	.play = "C: e3 NOOP\nNOISE\n",
	.log = "",
	.kind = ERR_PROTO,
	.dead = true,
    },
    {
	.why = "a line without an end",
	.act = NOOP,
	.play = "C: e3 NOOP\nENDLESS\n",
	.log = "",
	.kind = ERR_LIMIT,
	.dead = true,
    },
};

static void
rows(void **state)
{
	(void)state;
	run_all(row_lies, sizeof row_lies / sizeof *row_lies);
}

static const struct lie other_lies[] = {
    {
	.why = "a structure",
	.act = STRUCTURE,
	.play = "C: e3 UID FETCH 5 *\n"
		"S: * 2 FETCH (UID 5 FLAGS () BODYSTRUCTURE ((\"TEXT\" "
		"\"PLAIN\" NIL NIL NIL \"7BIT\" 3 1)(\"MESSAGE\" "
		"\"RFC822\" "
		"NIL NIL NIL \"7BIT\" 342 (NIL NIL NIL NIL NIL NIL NIL NIL "
		"NIL NIL) ((\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 3 1)"
		"(\"IMAGE\" \"PNG\" (\"NAME\" \"a.png\") NIL NIL "
		"\"BASE64\" 9) \"RELATED\") 5) \"MIXED\"))\n"
		"S: e3 OK x\nWAIT\n",
	.log = "row 5 f0 =multipart/mixed 1=text/plain 2=message/rfc822 "
	       "2.TEXT=multipart/related 2.1=text/html 2.2=image/png; ",
    },
    {
	.why = "a structure too deep is one raw part",
	.act = STRUCTURE,
	.play = "C: e3 UID FETCH 5 *\nDEEP\nS: e3 OK x\n"
		"C: e4 UID FETCH 5 (UID FLAGS)\n"
		"S: * 2 FETCH (UID 5 FLAGS (\\Seen))\nS: e4 OK x\nWAIT\n",
	.log = "row 5 f1 TEXT=text/plain; ",
    },
    {
	.why = "a size that does not fit",
	.act = STRUCTURE,
	.play = "C: e3 UID FETCH 5 *\n"
		"S: * 2 FETCH (UID 5 FLAGS () BODYSTRUCTURE (\"TEXT\" "
		"\"PLAIN\" NIL NIL NIL \"7BIT\" 99999999999999 1))\n"
		"S: e3 OK x\nC: e4 UID FETCH 5 (UID FLAGS)\n"
		"S: * 2 FETCH (UID 5 FLAGS ())\nS: e4 OK x\nWAIT\n",
	.log = "row 5 f0 TEXT=text/plain; ",
    },
    {
	.why = "a part as a literal, its UID behind it",
	.act = PART,
	.play = "C: e3 UID FETCH 5 (UID BODY.PEEK[1])\n"
		"S: * 2 FETCH (FLAGS (\\Seen))\n"
		"S: * 2 FETCH (BODY[1] {5}\nS- hello\nS:  UID 5)\n"
		"S: e3 OK x\nWAIT\n",
	.log = "hello",
    },
    {
	.why = "a part as a quoted string",
	.act = PART,
	.play = "C: e3 *\nS: * 2 FETCH (UID 5 BODY[1] \"he\\\"llo\")\n"
		"S: e3 OK x\nWAIT\n",
	.log = "he\"llo",
    },
    {
	.why = "a part that is NIL is empty",
	.act = PART,
	.play = "C: e3 *\nS: * 2 FETCH (BODY[1] NIL UID 5)\n"
		"S: e3 OK x\nWAIT\n",
	.log = "",
    },
    {
	.why = "a part of another message is not taken",
	.act = PART,
	.play = "C: e3 *\nS: * 1 FETCH (UID 4 BODY[1] {5}\nS- evil!\nS: )\n"
		"S: e3 OK x\nWAIT\n",
	.log = "",
	.kind = ERR_GONE,
	.dead = false,
    },
    {
	.why = "another part of the message is not taken",
	.act = PART,
	.play = "C: e3 *\nS: * 2 FETCH (UID 5 BODY[2] {5}\nS- evil!\n"
		"S:  BODY[1] {4}\nS- good\nS: )\nS: e3 OK x\nWAIT\n",
	.log = "good",
    },
    {
	.why = "the message is gone",
	.act = PART,
	.play = "C: e3 *\nS: e3 OK x\nWAIT\n",
	.log = "",
	.kind = ERR_GONE,
	.dead = false,
    },
    {
	.why = "a part of 4 GB",
	.act = PART,
	.play = "C: e3 *\nS: * 2 FETCH (UID 5 BODY[1] {4294967295}\nWAIT\n",
	.log = "",
	.kind = ERR_LIMIT,
	.dead = true,
    },
    {
	.why = "a part that is cut",
	.act = PART,
	.play = "C: e3 *\nS: * 2 FETCH (UID 5 BODY[1] {10}\nS- "
		"abc\nCLOSE\n",
	.log = "",
	.kind = ERR_NET,
	.dead = true,
    },
    {
	.why = "MOVE pairs by COPYUID, in its order",
	.act = MOVE,
	.play = "C: e3 UID MOVE 4:6 \"Trash\"\n"
		"S: * OK [COPYUID 9 6,4:5 11,7:8] x\nS: * 1 EXPUNGE\n"
		"S: e3 OK x\nWAIT\n",
	.log = "exists 2; 6>11; 4>7; 5>8; ",
	.kind = ERR_NONE,
	.dead = false,
	.caps = " MOVE",
    },
    {
	.why = "COPYUID of messages that were not asked for",
	.act = MOVE,
	.play = "C: e3 UID MOVE *\nS: * OK [COPYUID 9 1:4294967295 "
		"1:4294967295] x\nS: e3 OK x\nWAIT\n",
	.log = "4>0?; 5>0?; 6>0?; ",
	.kind = ERR_NONE,
	.dead = false,
	.caps = " MOVE",
    },
    {
	.why = "no MOVE: copied, marked, and those alone expunged",
	.act = MOVE,
	.play = "C: e3 UID COPY 4:6 \"Trash\"\n"
		"S: e3 OK [COPYUID 9 4:6 1:3] x\n"
		"C: e4 UID STORE 4:6 +FLAGS.SILENT (\\Deleted)\n"
		"S: e4 OK x\nC: e5 UID EXPUNGE 4:6\nS: e5 OK x\nWAIT\n",
	.log = "4>1; 5>2; 6>3; ",
	.kind = ERR_NONE,
	.dead = false,
	.caps = " UIDPLUS",
    },
    {
	.why = "neither MOVE nor UIDPLUS: no bare EXPUNGE",
	.act = MOVE,
	.play = "C: e3 UID COPY *\nS: e3 OK x\nC: e4 UID STORE *\n"
		"S: e4 OK x\nC: e5 LOGOUT\nS: e5 OK x\nWAIT\n",
	.log = "4>0?; 5>0?; 6>0?; ",
    },
    {
	.why = "the target is not there",
	.act = MOVE,
	.play = "C: e3 UID MOVE *\nS: e3 NO [TRYCREATE] no Trash\nWAIT\n",
	.log = "",
	.kind = ERR_GONE,
	.dead = false,
	.caps = " MOVE",
    },
    {
	.why = "folders of all kinds",
	.act = FOLDERS,
	.play = "C: e3 LIST \"\" \"*\"\nC: e4 LSUB *\n"
		"S: * LIST (\\HasNoChildren) \"/\" inbox\n"
		"S: * LIST (\\Noselect) NIL {6}\nS- a \"b\\\\c\nS: \n"
		"S: * LIST () \"/\" \"Entw&APw-rfe\"\n"
		"S: * LIST () \"/\" \"A&-B &*\"\n"
		"S: * LIST () \"/\" {4}\nS- a\\r\\nb\nS: \n"
		"S: * LIST () \"/\"\nS: * LIST\nS: * LIST (((( \"/\" x\n"
		"S: * LIST () \"/\" \"\x1b]0;owned\x07\"\n"
		"S: * LIST (\\Trash) \"/\" Bin\n"
		"S: e3 OK x\nS: * LSUB () \"/\" Bin\n"
		"S: * LSUB () \"/\" gone\nS: e4 OK x\nWAIT\n",
	.log = "INBOX role1; a \"b\\c noselect; Entw\xc3\xbcrfe role3; "
	       "A&B &*; \x1b]0;owned\x07; Bin subscribed role4; ",
    },
    {
	.why = "counts come along, in any order; a literal among them",
	.act = FOLDERS,
	.play = "C: e3 LIST \"\" \"*\" RETURN *\n"
		"S: * STATUS lost (MESSAGES 1)\n"
		"S: * LIST (\\Subscribed) \"/\" b\nS: * LIST () \"/\" a\n"
		"S: * STATUS {1}\nS- a\nS:  (MESSAGES 7 UNSEEN 2 SIZE 9)\n"
		"S: * STATUS b (UNSEEN 18446744073709551616 MESSAGES 1)\n"
		"S: * STATUS b ()\nS: * STATUS b\nS: e3 OK x\nWAIT\n",
	.log = "b subscribed 0/0; a 2/7; ",
	.kind = ERR_NONE,
	.dead = false,
	.caps = " LIST-EXTENDED LIST-STATUS",
    },
    {
	.why = "LIST-STATUS is promised and refused",
	.act = FOLDERS,
	.play = "C: e3 LIST * RETURN *\nS: e3 BAD what\n"
		"C: e4 LIST \"\" \"*\"\nC: e5 LSUB *\n"
		"S: * LIST () \"/\" a\nS: e4 OK x\nS: e5 NO x\nWAIT\n",
	.log = "a; ",
	.kind = ERR_NONE,
	.dead = false,
	.caps = " LIST-EXTENDED LIST-STATUS",
    },
    {
	.why = "flags of what is known; the rest is gone",
	.act = CHANGES,
	.play = "C: e3 UID FETCH 4:6 (UID FLAGS)\n"
		"S: * 1 FETCH (UID 4 FLAGS (\\Seen))\n"
		"S: * 3 FETCH (FLAGS (x y) UID 6)\nS: e3 OK x\nWAIT\n",
	.log = "flags 4 f1; flags 6 f0 x y; gone 5; ",
    },
    {
	.why = "a search that never ends in one line",
	.act = FIND,
	.play = "C: e3 UID SEARCH HEADER Message-ID \"<a@b>\"\n"
		"S: * SEARCH 1 2 99999999999 3\nS: * SEARCH\n"
		"S: * SEARCH x\nS: e3 OK x\nWAIT\n",
	.log = "found 2; ",
    },
    {
	.why = "ESEARCH with things we did not ask for",
	.act = FIND,
	.play = "C: e3 UID SEARCH RETURN (ALL) *\n"
		"S: * ESEARCH (TAG \"e3\") UID COUNT 3 ALL 1:2,9 X (1 2)\n"
		"S: * ESEARCH (TAG \"e3\") UID ALL 1,\n"
		"S: * ESEARCH\nS: e3 OK x\nWAIT\n",
	.log = "found 3; ",
	.kind = ERR_NONE,
	.dead = false,
	.caps = " ESEARCH",
    },
};

static void
others(void **state)
{
	(void)state;
	run_all(other_lies, sizeof other_lies / sizeof *other_lies);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows),
	    cmocka_unit_test(others),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	print_message("peak memory: %ld KiB\n", used.ru_maxrss);
	return failed;
}
