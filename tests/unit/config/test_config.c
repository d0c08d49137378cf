#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "util/buf.h"
#include "util/mem.h"

static struct config *
parse(const char *text)
{
	struct config *c = NULL;
	struct err e = ERR_INIT;

	if (config_parse("c", text, &c, &e) < 0)
		print_error("%s\n", e.text);
	assert_non_null(c);
	return c;
}

static void
test_values(void **state)
{
	static const struct {
		const char *why, *line, *want;
	} cases[] = {
	    {"plain", "name = Ann", "Ann"},
	    {"no blanks needed", "name=Ann", "Ann"},
	    {"blanks around", " \t name \t= \t Ann Example \t ", "Ann Example"},
	    {"a comment behind", "name = Ann # her", "Ann"},
	    {"behind a tab", "name = Ann\t# her", "Ann"},
	    {"# in a word is none", "name = Ann#1", "Ann#1"},
	    {"quotes keep blanks", "name = \"  Ann \"", "  Ann "},
	    {"and #", "name = \"Ann # 1\" # her", "Ann # 1"},
	    {"a quote in quotes", "name = \"5\\\" Ann\"", "5\" Ann"},
	    {"a backslash in quotes", "name = \"a\\\\b\"", "a\\b"},
	    {"other backslashes stay", "name = \"a\\nb\"", "a\\nb"},
	    {"without quotes all stay", "name = a\\\\b", "a\\\\b"},
	    {"quotes inside belong to the value", "name = sh -c \"a # b\" x",
		"sh -c \"a # b\" x"},
	    {"escaped ones too", "name = sh -c \"a \\\"b # c\\\"\"",
		"sh -c \"a \\\"b # c\\\"\""},
	    {"two strings", "name = \"a b\" \"c d\"", "\"a b\" \"c d\""},
	    {"an = in the value", "name = a = b", "a = b"},
	    {"semicolons", "name = a; b", "a; b"},
	    {"more than 192 bytes",
		"name = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaa b",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaa b"},
	    {"byte order mark and CRLF", "\xef\xbb\xbfname = Ann\r\n", "Ann"},
	    {"UTF-8", "name = \u00c4nn \u65e5\u672c", "\u00c4nn \u65e5\u672c"},
	    {"comments and empty lines before", "\n# x = y\n  # [z\n\nname = A",
		"A"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config *c;

		print_message("%s\n", cases[i].why);
		c = parse(cases[i].line);
		assert_string_equal(config_str(c, OPT_NAME), cases[i].want);
		config_free(c);
	}
}

static const struct {
	const char *why, *text, *error; /* the error, or its beginning and * */
} bad[] = {
    {"misspelt option", "\n\nsrot = date",
	"c:3: there is no option \"srot\"; did you mean sort?"},
    {"misspelt in an account", "[account a]\nrecieve-host = x",
	"c:2: there is no option \"recieve-host\" in [account a]; did you "
	"mean receive-host?"},
    {"underscores", "[account a]\nreceive_host = x",
	"c:2: there is no option \"receive_host\" in [account a]; did you "
	"mean receive-host?"},
    {"the end of a name", "host = x",
	"c:1: there is no option \"host\"; did you mean receive-host?"},
    {"nothing near", "frobnicate = 1",
	"c:1: there is no option \"frobnicate\"; etui.conf(5) lists them"},
    {"a global option in an account", "[account a]\nsort = date",
	"c:2: sort cannot stand in [account a]: it is for all accounts; put "
	"it before the first section"},
    {"misspelt word", "sort = dates",
	"c:1: sort cannot be \"dates\"; did you mean date? It is one of: date "
	"arrival from subject size threads"},
    {"a word that is none", "cursor = underline",
	"c:1: cursor cannot be \"underline\"; it is one of: bar arrow"},
    {"not a bool", "threads = maybe",
	"c:1: threads cannot be \"maybe\"; it is one of: yes no"},
    {"case matters", "threads = YES",
	"c:1: threads cannot be \"YES\"; did you mean yes? It is one of: yes "
	"no"},
    {"not a number", "wrap = wide",
	"c:1: wrap cannot be \"wide\"; it is a number"},
    {"a number and more", "wrap = 72x",
	"c:1: wrap cannot be \"72x\"; it is a number"},
    {"negative", "wrap = -1", "c:1: wrap cannot be \"-1\"; it is a number"},
    {"out of range", "wrap = 5000",
	"c:1: wrap cannot be 5000; it is from 0 to 1000"},
    {"beyond 64 bits", "wrap = 99999999999999999999",
	"c:1: wrap cannot be 99999999999999999999; it is from 0 to 1000"},
    {"a number or a word", "sync-messages = most",
	"c:1: sync-messages cannot be \"most\"; it is a number, or all"},
    {"zero is said as all", "sync-messages = 0",
	"c:1: sync-messages cannot be 0; it is from 1 to 1000000000, or all"},
    {"a size", "max-message-size = 3T",
	"c:1: max-message-size cannot be \"3T\"; it is a number of bytes, "
	"like 64M"},
    {"a size out of range", "max-message-size = 9000000000G",
	"c:1: max-message-size cannot be 9000000000G; it is from 65536 to "
	"2146435072"},
    {"a port", "receive-port = 70000",
	"c:1: receive-port cannot be 70000; it is from 1 to 65535"},
    {"not an address", "address = Ann",
	"c:1: address: \"Ann\" is not an address like ann@example.org"},
    {"an address with its name", "address = Ann <a@b>",
	"c:1: address: \"Ann <a@b>\" is not an address like ann@example.org"},
    {"a port with the host", "receive-host = mx:993",
	"c:1: receive-host: \"mx:993\" names a port; that belongs in the "
	"-port option"},
    {"a URL", "receive-host = imaps//mx",
	"c:1: receive-host: \"imaps//mx\" is not the name of a host"},
    {"no such charset", "assumed-charset = latin-99",
	"c:1: assumed-charset: \"latin-99\" is not a character set known here"},
    {"more than a charset", "assumed-charset = UTF-8//IGNORE",
	"c:1: assumed-charset: \"UTF-8//IGNORE\" is not a character set known "
	"here"},
    {"an unknown field", "index-format = %4C %q",
	"c:1: index-format: \"%q\" is not one of *"},
    {"a percent sign at the end", "index-format = 100%",
	"c:1: index-format: \"%\" is not one of *"},
    {"a date that does not end", "index-format = %{%d",
	"c:1: index-format: \"%{%d\" is not one of *"},
    {"headers with colons", "headers = From: To:",
	"c:1: headers: \"From: To:\" is not a list of header names with blanks "
	"between them"},
    {"no value", "name =",
	"c:1: name needs a value (one that begins with # "
	"is written in quotes)"},
    {"only a comment", "name = # Ann", "c:1: name needs a value *"},
    {"empty quotes", "name = \"\"", "c:1: name needs a value *"},
    {"no =", "name Ann",
	"c:1: \"name Ann\" is neither [section name] nor name = value"},
    {"no name", "= Ann", "c:1: \"\" cannot be a name"},
    {"a name of two words", "my name = Ann",
	"c:1: \"my name\" cannot be a name"},
    {"an open quote", "name = \"Ann",
	"c:1: a quotation mark is not closed; for a value that holds one, "
	"quote the whole and write \\\""},
    {"one in the middle", "name = 5\" Ann # x",
	"c:1: a quotation mark is not closed; *"},
    {"twice", "name = a\n\nname = b", "c:3: name is set already, in c:1"},
    {"twice in an account", "[account a]\nname = a\nname = b",
	"c:3: name is set already, in c:2"},
    {"a password", "[account a]\npassword = hunter2",
	"c:2: passwords cannot stand in the config; password-command is the "
	"way: *"},
    {"in other words", "smtp-pass = x",
	"c:1: passwords cannot stand in the config; *"},
    {"or a token", "[account a]\noauth_token = x",
	"c:2: passwords cannot stand in the config; *"},
    {"unknown section", "[acount work]",
	"c:1: there is no section [acount]; did you mean [account]?"},
    {"nothing near it", "[mailboxes]",
	"c:1: there is no section [mailboxes]; there are [account NAME], "
	"[identity NAME], [bind SCOPE] and [color]"},
    {"an open section", "[account work",
	"c:1: a section is written [kind "
	"name]"},
    {"more behind it", "[account work] x",
	"c:1: a section is written [kind "
	"name]"},
    {"an empty one", "[]", "c:1: there is no section []*"},
    {"only a bracket", "[", "c:1: a section is written [kind name]"},
    {"no name of the account", "[account]",
	"c:1: an account needs a name: [account work]"},
    {"a path as name", "[account ../x]",
	"c:1: \"../x\" cannot be the name of an account; *"},
    {"two words", "[account my work]",
	"c:1: \"my work\" cannot be the name of an account; *"},
    {"an option as name", "[account -x]",
	"c:1: \"-x\" cannot be the name of an account; *"},
    {"an account twice", "[account a]\nreceive=maildir\npath=/x\n\n[account a]",
	"c:5: there is an account a already, in c:1"},
    {"a colour twice", "[color]\nx = red\n[color]\nx = blue",
	"c:4: x is set already, in c:2"},
    {"[color] has no name", "[color dark]",
	"c:1: [color] takes no name, but has \"dark\""},
    {"a scope", "[bind indx]",
	"c:1: [bind indx] is no place where keys work; did you mean index? it "
	"is one of: index pager folders help any"},
    {"no scope", "[bind]", "c:1: [bind ] is no place where keys work; *"},
    {"a command twice", "[bind index]\nx = a\n[bind index]\nx = b",
	"c:4: x is set already, in c:2"},
    {"no such key", "[bind index]\nx = a <Entr>",
	"c:2: x: \"<Entr>\": there is no key <Entr>; *"},
    {"too long a sequence", "[bind index]\nx = abcde",
	"c:2: x: \"abcde\" is a sequence of more than 4 keys; *"},
    {"identity keys", "[identity a]\nadress = a@b",
	"c:2: there is no \"adress\" in [identity a]; did you mean address?"},
    {"identity without address", "\n[identity a]\nname = A",
	"c:2: identity a needs an address"},
    {"identity of no account",
	"[account work]\nreceive = mbox\npath = /x\n"
	"[identity a]\naddress = a@b\naccount = wrok",
	"c:4: identity a: there is no account wrok; did you mean work?"},
    {"identity twice", "[identity a]\naddress=a@b\n[identity a]",
	"c:3: there is an identity a already, in c:1"},
    {"identity key twice", "[identity a]\naddress=a@b\naddress=a@c",
	"c:3: address is set already in [identity a]"},
    {"no host", "[account a]\n\nuser = x",
	"c:1: account a needs receive-host, since it has receive = imap"},
    {"nor for pop3", "\n[account a]\nreceive = pop3",
	"c:2: account a needs receive-host, since it has receive = pop3"},
    {"nobody to log in", "[account a]\nreceive-host = h",
	"c:1: account a needs user, since it has receive = imap"},
    {"no path", "[account a]\nreceive = maildir",
	"c:1: account a needs path, since it has receive = maildir"},
    {"sending to nowhere",
	"[account a]\nreceive = mbox\npath = /x\nsend = smtp",
	"c:1: account a needs send-host, since it has send = smtp"},
    {"in the clear",
	"[account a]\nuser = u\nreceive-host = mx.example.org\n"
	"receive-tls = none",
	"c:4: receive-tls = none would send the password to mx.example.org in "
	"the clear; use implicit or starttls, or say allow-cleartext = yes in "
	"[account a]"},
    {"a name that only begins like this machine",
	"receive-tls = none\n[account a]\nuser = u\n"
	"receive-host = 127.0.0.1.example.org",
	"c:1: receive-tls = none would send the password to *"},
    {"sending in the clear",
	"[account a]\nreceive = mbox\npath = /x\nsend-host = mx\n"
	"send-tls = none",
	"c:5: send-tls = none would send the password to mx in the clear; *"},
    {"a control character", "name = a\001b",
	"c:1: a control character (0x01) in column 9"},
    {"a stray CR", "name = a\rb",
	"c:1: a control character (0x0d) in column "
	"9"},
    {"an escape in a comment", "# \033[31m",
	"c:1: a control character (0x1b) in column 3"},
    {"not UTF-8", "name = \xe4", "c:1: the line is not UTF-8"},
    {"bidi in a name is shown as what it is", "na\u202eme = x",
	"c:1: there is no option \"na\ufffdme\"; *"},
    {"a file that is not there", "x = 1\n", "c:1: there is no option *"},
    {"include of nothing", "include =", "c:1: include needs a file"},
    {"a missing file", "\ninclude = /nonexistent/etui",
	"c:2: /nonexistent/etui: No such file or directory"},
    {"a folder", "include = /", "c:1: read /: Is a directory"},
};

static void
assert_text(const char *got, const char *want)
{
	size_t n = strlen(want);

	if (n > 0 && want[n - 1] == '*' && strncmp(got, want, n - 1) == 0)
		return;
	assert_string_equal(got, want);
}

static void
test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct config *c = NULL;
		struct err e = ERR_INIT;

		print_message("%s\n", bad[i].why);
		assert_int_equal(config_parse("c", bad[i].text, &c, &e), -1);
		assert_null(c);
		assert_text(e.text, bad[i].error);
		if (!strstr(bad[i].error, "No such file") &&
		    !strstr(bad[i].error, "Is a dir"))
			assert_int_equal(e.kind, ERR_INPUT);
	}
}

static void
test_long_lines(void **state)
{
	char *line = mem_zalloc(CONFIG_LINE_MAX + 20);
	struct config *c = NULL;
	struct err e = ERR_INIT;

	(void)state;
	memset(line, 'a', CONFIG_LINE_MAX);
	memcpy(line, "name = ", 7);
	c = parse(line);
	assert_int_equal(strlen(config_str(c, OPT_NAME)), CONFIG_LINE_MAX - 7);
	config_free(c);
	line[CONFIG_LINE_MAX] = 'a';
	assert_int_equal(config_parse("c", line, &c, &e), -1);
	assert_string_equal(e.text, "c:1: the line is longer than 8192 bytes");
	free(line);
}

/* What an outside benchmark gives us. */
static void
test_bench(void **state)
{
	struct config *c = parse("# bench\n"
				 "[account bench]\n"
				 "name = Me\n"
				 "address = me@example.com\n"
				 "receive = imap\n"
				 "receive-host = 127.0.0.1\n"
				 "receive-port = 21143\n"
				 "receive-tls = none\n"
				 "user = m1k\n"
				 "password-command = printf %s pass\n"
				 "auth = plain\n"
				 "send = sendmail\n");
	const struct account *a = config_account(c, 0);

	(void)state;
	assert_int_equal(config_accounts(c), 1);
	assert_string_equal(account_name(a), "bench");
	assert_string_equal(
	    account_str(a, OPT_PASSWORD_COMMAND), "printf %s pass");
	assert_int_equal(account_receive_port(a), 21143);
	assert_true(account_is(a, OPT_SEND, "sendmail"));
	assert_int_equal(account_send_port(a), 0);
	config_free(c);
}

static void
test_inheritance(void **state)
{
	struct config *c = parse("check-interval = 60\n"
				 "sync-messages = all\n"
				 "[account a]\n"
				 "address = a@x\n"
				 "receive-host = h\n"
				 "check-interval = 90\n"
				 "password-command = p\n"
				 "[account b]\n"
				 "user = bob\n"
				 "send-user = bs\n"
				 "receive-host = h\n"
				 "max-message-size = 1M\n"
				 "idle = no\n");
	const struct account *a = config_account(c, 0),
			     *b = config_account_named(c, "b");

	(void)state;
	assert_int_equal(account_int(a, OPT_CHECK_INTERVAL), 90);
	assert_int_equal(account_int(b, OPT_CHECK_INTERVAL), 60);
	assert_int_equal(account_int(a, OPT_SYNC_MESSAGES), 0);
	assert_string_equal(account_str(a, OPT_SYNC_MESSAGES), "all");
	assert_string_equal(account_str(a, OPT_USER), "a@x");
	assert_string_equal(account_str(a, OPT_SEND_USER), "a@x");
	assert_string_equal(account_str(a, OPT_SEND_PASSWORD_COMMAND), "p");
	assert_string_equal(account_str(b, OPT_SEND_USER), "bs");
	assert_null(account_str(b, OPT_PASSWORD_COMMAND));
	assert_null(account_str(b, OPT_FOLDER_TRASH));
	assert_int_equal(account_int(b, OPT_MAX_MESSAGE_SIZE), 1048576);
	assert_int_equal(account_int(a, OPT_MAX_MESSAGE_SIZE), 67108864);
	assert_true(account_bool(a, OPT_IDLE));
	assert_false(account_bool(b, OPT_IDLE));
	assert_int_equal(account_int(a, OPT_CONNECT_TIMEOUT), 30);
	assert_null(config_account(c, 2));
	assert_null(config_account_named(c, "c"));
	assert_string_equal(config_account_nearest(c, "A"), "a");
	config_free(c);
}

static void
test_ports(void **state)
{
	static const struct {
		const char *why, *text;
		int receive, send;
	} cases[] = {
	    {"by default", "", 993, 465},
	    {"starttls", "receive-tls = starttls\nsend-tls = starttls\n", 143,
		587},
	    {"none", "receive-tls = none\nsend-tls = none\n", 143, 25},
	    {"pop3", "receive = pop3\n", 995, 465},
	    {"pop3 with starttls", "receive = pop3\nreceive-tls = starttls\n",
		110, 465},
	    {"given", "receive-port = 1\nsend-port = 65535\n", 1, 65535},
	    {"no server, no port",
		"receive = maildir\npath = /m\nsend = sendmail\n", 0, 0},
	    {"local", "send = local\n", 993, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = mem_printf("[account a]\nuser = u\n"
					"receive-host = localhost\n"
					"send-host = ::1\n%s",
		    cases[i].text);
		struct config *c;

		print_message("%s\n", cases[i].why);
		c = parse(text);
		assert_int_equal(account_receive_port(config_account(c, 0)),
		    cases[i].receive);
		assert_int_equal(
		    account_send_port(config_account(c, 0)), cases[i].send);
		config_free(c);
		free(text);
	}
}

static void
test_cleartext_allowed(void **state)
{
	static const char *const hosts[] = {"localhost", "LOCALHOST",
	    "127.0.0.1", "127.1.2.3", "::1", "[::1]", "mail.localhost",
	    "mx.example.org\nallow-cleartext = yes"};

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		char *text = mem_printf("[account a]\nuser = u\n"
					"receive-tls = none\n"
					"receive-host = %s\n",
		    hosts[i]);

		config_free(parse(text));
		free(text);
	}
}

static void
test_set(void **state)
{
	struct config *c = parse("wrap = 72\n");
	struct err e = ERR_INIT;
	const char *before = config_str(c, OPT_SORT);

	(void)state;
	assert_string_equal(before, "date");
	assert_true(config_is(c, OPT_SORT, "date"));
	assert_int_equal(config_set(c, "sort", "size", &e), 0);
	assert_true(config_is(c, OPT_SORT, "size"));
	assert_int_equal(config_int(c, OPT_WRAP), 72);
	assert_int_equal(config_set(c, "wrap", "0", &e), 0);
	assert_int_equal(config_int(c, OPT_WRAP), 0);
	assert_false(config_bool(c, OPT_THREADS));
	assert_int_equal(config_set(c, "threads", "yes", &e), 0);
	assert_true(config_bool(c, OPT_THREADS));
	assert_int_equal(config_set(c, "sort", "szie", &e), -1);
	assert_text(e.text, "sort cannot be \"szie\"; did you mean size? *");
	assert_true(config_is(c, OPT_SORT, "size"));
	assert_int_equal(config_set(c, "wrapp", "1", &e), -1);
	assert_string_equal(
	    e.text, "there is no option \"wrapp\"; did you mean wrap?");
	assert_int_equal(config_set(c, "user", "x", &e), -1);
	assert_text(e.text, "user belongs to accounts *");
	config_free(c);
}

static void
test_sections(void **state)
{
	struct config *c = parse("[bind index]\n"
				 "delete = d <Delete>\n"
				 "tag = \"#\"\n"
				 "[bind any]\n"
				 "delete = x\n"
				 "[color]\n"
				 "index.new = bold yellow # new\n"
				 "[account work]\n"
				 "receive = mbox\n"
				 "path = /m\n"
				 "[identity list]\n"
				 "address = ann+list@example.org\n"
				 "name = Ann\n"
				 "signature = /sig\n"
				 "account = work\n");
	const struct config_bind *b = config_bind_at(c, 1);
	const struct config_identity *id = config_identity_at(c, 0);

	(void)state;
	assert_int_equal(config_binds(c), 3);
	assert_string_equal(b->scope, "index");
	assert_string_equal(b->command, "tag");
	assert_string_equal(b->keys, "#");
	assert_string_equal(b->file, "c");
	assert_int_equal(b->line, 3);
	assert_null(config_bind_at(c, 3));
	assert_int_equal(config_colors(c), 1);
	assert_string_equal(config_color_at(c, 0)->name, "index.new");
	assert_string_equal(config_color_at(c, 0)->value, "bold yellow");
	assert_int_equal(config_color_at(c, 0)->line, 7);
	assert_null(config_color_at(c, 1));
	assert_int_equal(config_identities(c), 1);
	assert_string_equal(id->id, "list");
	assert_string_equal(id->address, "ann+list@example.org");
	assert_string_equal(id->signature, "/sig");
	assert_string_equal(id->account, "work");
	assert_null(id->reply_to);
	config_free(c);
}

static void
test_table(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct option *o = &options[i];

		print_message("%s\n", o->name);
		assert_int_equal(o->id, i);
		assert_ptr_equal(option_find(o->name), o);
		assert_non_null(o->help);
		assert_true(o->help[strlen(o->help) - 1] == '.');
		assert_true(o->def || o->example);
		if (o->def)
			assert_int_equal(option_check(o, o->def, &e), 0);
		if (o->example)
			assert_int_equal(option_check(o, o->example, &e), 0);
		assert_int_equal(option_check(o, "", &e), -1);
	}
	assert_null(option_find("x"));
}

/* The generated example works as it stands, and with every setting on. */
static void
test_example(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct config *c;
	char *p;

	(void)state;
	config_write_example(&b);
	c = parse(b.data);
	assert_int_equal(config_accounts(c), 1);
	config_free(c);
	for (p = b.data; (p = strchr(p, '#')); p++)
		if (p == b.data || p[-1] == '\n')
			if ((p[1] >= 'a' && p[1] <= 'z') || p[1] == '[')
				*p = ' ';
	c = parse(b.data);
	assert_int_equal(config_accounts(c), 2);
	for (size_t i = 0; i < OPT_COUNT; i++)
		if (i != OPT_PATH && i != OPT_TLS_CA_FILE)
			assert_string_equal(
			    account_str(config_account(c, 0), options[i].id),
			    options[i].example ? options[i].example
					       : options[i].def);
	config_free(c);
	buf_free(&b);
}

/* Every option is in the manual, and no line of ours is taken for a troff
 * request by accident. */
static void
test_man(void **state)
{
	static const char *const requests[] = {".TH ", ".SH ", ".SS ", ".TP",
	    ".PP", ".B ", ".BR ", ".I ", ".IR ", ".EX", ".EE", ".\\\" "};
	struct buf b = BUF_INIT(1 << 20);
	size_t k;

	(void)state;
	config_write_man(&b);
	for (char *p = b.data; p && *p; p = strchr(p, '\n'), p += p ? 1 : 0) {
		assert_int_not_equal(*p, '\'');
		if (*p != '.')
			continue;
		for (k = 0; k < sizeof requests / sizeof *requests; k++)
			if (strncmp(p, requests[k], strlen(requests[k])) == 0)
				break;
		assert_true(k < sizeof requests / sizeof *requests);
	}
	for (size_t i = 0; i < OPT_COUNT; i++) {
		struct buf tag = BUF_INIT(1000);

		buf_puts(&tag, ".TP\n\\fB");
		for (const char *s = options[i].name; *s; s++)
			buf_printf(&tag, *s == '-' ? "\\-" : "%c", *s);
		buf_puts(&tag, "\\fR = ");
		assert_non_null(strstr(b.data, tag.data));
		buf_free(&tag);
	}
	assert_non_null(config_color_help("index.new"));
	assert_null(config_color_help("nothing"));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_bench),
	    cmocka_unit_test(test_inheritance),
	    cmocka_unit_test(test_ports),
	    cmocka_unit_test(test_cleartext_allowed),
	    cmocka_unit_test(test_set),
	    cmocka_unit_test(test_sections),
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_example),
	    cmocka_unit_test(test_man),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
