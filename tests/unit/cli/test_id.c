#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli_int.h"

static void
test_there_and_back(void **state)
{
	static const struct {
		const char *why, *account, *folder;
		uint64_t validity;
		struct mkey key;
		const char *text;
	} cases[] = {
	    {"an IMAP message", "work", "INBOX", 1700000000, {42, NULL},
		"work/INBOX/1700000000/42"},
	    {"folders within folders", "work", "Lists/c-dev", 1, {7, NULL},
		"work/Lists/c-dev/1/7"},
	    {"a Maildir file", "home", "INBOX", 0, {0, "1700000000.M1P2.host"},
		"home/INBOX/0/=1700000000.M1P2.host"},
	    {"a Maildir file named by digits", "home", "INBOX", 0, {0, "123"},
		"home/INBOX/0/=123"},
	    {"blanks and percents", "my work", "50% off", 3, {1, NULL},
		"my%20work/50%25%20off/3/1"},
	    {"a slash in the account", "a/b", "c", 3, {1, NULL}, "a%2Fb/c/3/1"},
	    {"a slash in the key", "a", "c", 3, {0, "x/y"}, "a/c/3/=x%2Fy"},
	    {"escapes never leave as they are", "a", "x\x1b[2Jy", 3, {1, NULL},
		"a/x%1B[2Jy/3/1"},
	    {"other scripts", "a", "Größe", 3, {1, NULL},
		"a/Gr%C3%B6%C3%9Fe/3/1"},
	    {"a folder that looks like an id", "a", "b/1/2", 3, {1, NULL},
		"a/b/1/2/3/1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = id_text(cases[i].account, cases[i].folder,
		    cases[i].validity, &cases[i].key);
		struct err e = ERR_INIT;
		struct id id;

		assert_string_equal(text, cases[i].text);
		if (id_parse(text, &id, &e) < 0)
			fail_msg("%s: %s", cases[i].why, e.text);
		assert_string_equal(id.account, cases[i].account);
		assert_string_equal(id.folder, cases[i].folder);
		assert_true(id.uidvalidity == cases[i].validity);
		assert_true(id.key.num == cases[i].key.num);
		if (cases[i].key.num == 0)
			assert_string_equal(id.key.str, cases[i].key.str);
		id_done(&id);
		free(text);
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *why, *text;
	} cases[] = {
	    {"nothing", ""},
	    {"a number", "5"},
	    {"too short", "a/b/1"},
	    {"no folder", "a//1/2"},
	    {"no validity", "a/b/c/2"},
	    {"no key", "a/b/1/"},
	    {"an empty key", "a/b/1/="},
	    {"UID 0 is none", "a/b/1/0"},
	    {"a number beyond all bounds", "a/b/1/99999999999999999999"},
	    {"negative", "a/b/1/-5"},
	    {"half a code", "a/b%4/1/5"},
	    {"a code that is none", "a/b%zz/1/5"},
	    {"a code at the end", "a/b/1/=x%"},
	    {"NUL", "a/b%00/1/5"},
	    {"only slashes", "////"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = ERR_INIT;
		struct id id;

		if (id_parse(cases[i].text, &id, &e) == 0)
			fail_msg("%s: was taken", cases[i].why);
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

static void
test_sha256(void **state)
{
	static const struct {
		const char *text, *hex;
	} cases[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb924"
		 "27ae41e4649b934ca495991b7852b855"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039"
		"a33ce45964ff2167f6ecedd419db06c1"},
	};
	char hex[65], *big = calloc(1, 1000000);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sha256_hex(cases[i].text, strlen(cases[i].text), hex);
		assert_string_equal(hex, cases[i].hex);
	}
	memset(big, 'a', 1000000);
	sha256_hex(big, 1000000, hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67"
				 "f1809a48a497200e046d39ccc7112cd0");
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_sha256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
