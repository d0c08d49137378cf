/*
 * Whole commands: what they print and how they end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli_int.h"
#include "scratch.h"
#include "util/mem.h"

#define WORDS 8

static char *dir;

/* Send a stream to a file; returns what brings it back. */
static int
redirect(int fd, const char *path)
{
	int saved = dup(fd);
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(saved >= 0 && to >= 0);
	fflush(NULL);
	dup2(to, fd);
	close(to);
	return saved;
}

static void
restore(int fd, int saved)
{
	fflush(NULL);
	dup2(saved, fd);
	close(saved);
}

/* Runs it; *out and *diag are what it printed, yours. */
static int
run(const char *const *words, char **out, char **diag)
{
	char *argv[WORDS + 2] = {(char *)(uintptr_t) "etui"};
	char *out_file = scratch_printf("%s/out", dir);
	char *diag_file = scratch_printf("%s/diag", dir);
	int saved_out = redirect(STDOUT_FILENO, out_file);
	int saved_diag = redirect(STDERR_FILENO, diag_file);
	struct err e = ERR_INIT;
	struct cli_args a;
	int argc = 1, code = -1;
	size_t n;

	for (size_t i = 0; i < WORDS && words[i] != NULL; i++)
		argv[argc++] = (char *)(uintptr_t)words[i];
	if (cli_parse(argc, argv, &a, &e) == 0) {
		code = cli_run(&a, NULL);
		cli_args_done(&a);
	}
	restore(STDOUT_FILENO, saved_out);
	restore(STDERR_FILENO, saved_diag);
	*out = scratch_read(out_file, &n);
	*diag = scratch_read(diag_file, &n);
	free(out_file);
	free(diag_file);
	return code;
}

static void
check(const char *why, const char *const *words, int want, const char *out_part,
    const char *diag_part)
{
	char *out, *diag;
	int code = run(words, &out, &diag);

	if (code != want)
		fail_msg("%s: ended with %d: %s", why, code, diag);
	if (strstr(out, out_part) == NULL)
		fail_msg("%s: printed \"%s\"", why, out);
	if (strstr(diag, diag_part) == NULL)
		fail_msg("%s: said \"%s\"", why, diag);
	free(out);
	free(diag);
}

static void
put(const char *name, const char *text)
{
	scratch_write(name, text, strlen(text));
}

static int
setup(void **state)
{
	(void)state;
	dir = scratch_dir();
	if (chdir(dir) < 0)
		return -1;
	setenv("HOME", dir, 1);
	setenv("XDG_CONFIG_HOME", dir, 1);
	setenv("XDG_CACHE_HOME", dir, 1);
	setenv("XDG_DATA_HOME", dir, 1);
	setenv("TZ", "UTC", 1);
	put("plain.eml", "From: Ann <ann@example.org>\n"
			 "To: b@example.org, Team: c@example.org;\n"
			 "Subject: =?utf-8?q?gr=C3=BCn?= \x1b[31m\n"
			 "Date: Tue, 03 Feb 2026 10:00:00 +0000\n"
			 "Message-ID: <1@example.org>\n\nHello \x1b[2J\n");
	put("parts.eml",
	    "From: a@example.org\n"
	    "Content-Type: multipart/mixed; boundary=B\n\n"
	    "--B\nContent-Type: text/html\n\n<p>Hi</p>\n"
	    "--B\nContent-Type: application/x-y; name=\"a b.bin\"\n"
	    "Content-Transfer-Encoding: base64\n\nYWJj\n--B--\n");
	put("empty.eml", "");
	put("good", "[account work]\nname = A\naddress = a@example.org\n"
		    "receive = imap\nreceive-host = 127.0.0.1\n"
		    "receive-port = 1\nreceive-tls = none\nuser = a\n");
	put("bad", "[account work]\nname = A\nreceeve = imap\n");
	put("none", "wrap = 72\n");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (chdir("/") < 0)
		return -1;
	scratch_remove(dir);
	return 0;
}

static void
test_show_file(void **state)
{
	(void)state;
	check("as text, clean",
	    (const char *[WORDS]){"show", "--file", "plain.eml"}, 0,
	    "Subject: gr\xc3\xbcn \xe2\x90\x9b[31m\n\nHello "
	    "\xe2\x90\x9b[2J\n",
	    "");
	check("raw is raw",
	    (const char *[WORDS]){"show", "--raw", "--file", "plain.eml"}, 0,
	    "Hello \x1b[2J\n", "");
	check("JSON",
	    (const char *[WORDS]){"show", "--json", "--file", "plain.eml"}, 0,
	    "\"from\":[{\"name\":\"Ann\",\"address\":\"ann@example.org\"}],"
	    "\"to\":[{\"name\":null,\"address\":\"b@example.org\"},"
	    "{\"name\":null,\"address\":\"c@example.org\"}],\"cc\":[],",
	    "");
	check("JSON has no raw escapes",
	    (const char *[WORDS]){"show", "--json", "--file", "plain.eml"}, 0,
	    "\"text\":\"Hello \\u001B[2J\\n\",\"text_kind\":\"plain\"", "");
	check("attachments",
	    (const char *[WORDS]){"show", "--json", "--file", "parts.eml"}, 0,
	    "{\"name\":\"a b.bin\",\"type\":\"application/x-y\","
	    "\"section\":\"2\",\"size\":3,\"sha256\":"
	    "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015"
	    "ad\"",
	    "");
	check("what is missing is null",
	    (const char *[WORDS]){"show", "--json", "--file", "parts.eml"}, 0,
	    "\"subject\":null,\"date\":null,\"message_id\":null", "");
	check("nothing at all",
	    (const char *[WORDS]){"show", "--file", "empty.eml"}, 0,
	    "[no text in this message]", "");
	check("several",
	    (const char *[WORDS]){"show", "--file", "plain.eml", "parts.eml"},
	    0, "[2 a b.bin, application/x-y, 3 bytes]", "");
	check("one of them is not there",
	    (const char *[WORDS]){"show", "--file", "no.eml", "plain.eml"}, 1,
	    "Hello", "no.eml");
}

static void
test_config(void **state)
{
	(void)state;
	check("no config: two ways on", (const char *[WORDS]){"list"}, 78, "",
	    "etui --demo");
	check("it is not where it was said to be",
	    (const char *[WORDS]){"list", "-F", "nowhere"}, 78, "", "nowhere");
	check("a mistake in it", (const char *[WORDS]){"list", "-F", "bad"}, 78,
	    "", "bad:3: ");
	check("no account in it", (const char *[WORDS]){"list", "-F", "none"},
	    78, "", "no [account NAME] section");
	check("another account",
	    (const char *[WORDS]){"list", "-F", "good", "--account", "w"}, 2,
	    "", "no account is called w");
}

static void
test_server(void **state)
{
	(void)state;
	check("nobody answers", (const char *[WORDS]){"list", "-F", "good"}, 69,
	    "", "port 1");
	check("... and nobody is asked",
	    (const char *[WORDS]){"list", "-F", "good", "--offline"}, 1, "",
	    "");
	check("folders that are known",
	    (const char *[WORDS]){"folders", "-F", "good", "--offline"}, 0,
	    "0\t0\tINBOX\n", "");
	check("sync says what failed",
	    (const char *[WORDS]){"sync", "-F", "good", "--json"}, 69,
	    "\"error\":\"", "port 1");
	check("an id that is none",
	    (const char *[WORDS]){"show", "-F", "good", "17"}, 1, "",
	    "no message ID");
	check("an id of nobody's",
	    (const char *[WORDS]){
		"show", "-F", "good", "--offline", "work/INBOX/1/2"},
	    1, "", "never synced");
}

static void
test_docs(void **state)
{
	static const char *const files[] = {"config.example", "man/etui.conf.5",
	    "man/etui-keys.5", "man/etui.1"};

	(void)state;
	check("all are written", (const char *[WORDS]){"--write-docs", "docs"},
	    0, "", "");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char *path = scratch_printf("docs/%s", files[i]);
		size_t n;
		char *text = scratch_read(path, &n);

		assert_true(n > 1000);
		free(text);
		free(path);
	}
	check("nowhere to write",
	    (const char *[WORDS]){"--write-docs", "/dev/null/x"}, 1, "",
	    "/dev/null");
}

static void
test_help(void **state)
{
	(void)state;
	check(
	    "help", (const char *[WORDS]){"--help"}, 0, "--low-bandwidth", "");
	check("version", (const char *[WORDS]){"--version"}, 0,
	    "etui " ETUI_VERSION "\n", "");
}

static void
test_demo(void **state)
{
	(void)state;
	check("folders", (const char *[WORDS]){"folders", "--demo", "--json"},
	    0, "\"folder\":\"Lists/c-dev\",\"role\":null", "");
	check("the newest", (const char *[WORDS]){"list", "--demo", "-n", "1"},
	    0, "\tWelcome: ", "");
	check("one message",
	    (const char *[WORDS]){"show", "--demo", "demo/INBOX/1/=0063.demo"},
	    0, "Subject: Welcome", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_show_file),
	    cmocka_unit_test(test_config),
	    cmocka_unit_test(test_server),
	    cmocka_unit_test(test_docs),
	    cmocka_unit_test(test_help),
	    cmocka_unit_test(test_demo),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
