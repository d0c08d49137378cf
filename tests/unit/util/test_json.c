#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/json.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/os.h"

static void
test_strings(void **state)
{
	static const struct {
		const char *why, *s, *want;
	} cases[] = {
	    {"plain", "abc", "\"abc\""},
	    {"empty", "", "\"\""},
	    {"null", NULL, "null"},
	    {"quotes and backslash", "a\"b\\c", "\"a\\\"b\\\\c\""},
	    {"one line", "a\nb\r\tc", "\"a\\nb\\r\\tc\""},
	    {"escape", "\033[", "\"\\u001B[\""},
	    {"UTF-8 stays", "\u00e9\u65e5\U0001f600",
		"\"\u00e9\u65e5\U0001f600\""},
	    {"invalid is replaced", "a\xff\xc3", "\"a\ufffd\ufffd\""},
	    {"DEL acts on terminals", "\x7f", "\"\\u007F\""},
	    {"C1 too", "\xc2\x9b", "\"\\u009B\""},
	    {"and bidi", "\u202e", "\"\\u202E\""},
	    {"above the first plane", "\U000e0041", "\"\\uDB40\\uDC41\""},
	    {"line separator", "\u2028", "\"\\u2028\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT(1000);
		struct json j;

		print_message("%s\n", cases[i].why);
		json_init(&j, &out);
		json_str(&j, NULL, cases[i].s);
		assert_string_equal(buf_text(&out), cases[i].want);
		buf_free(&out);
	}
}

static void
test_shape(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct json j;

	(void)state;
	json_init(&j, &out);
	json_open(&j, NULL, '{');
	json_str(&j, "a", "x");
	json_int(&j, "n", INT64_MIN);
	json_open(&j, "l", '[');
	json_bool(&j, NULL, true);
	json_null(&j, NULL);
	json_open(&j, NULL, '{');
	json_close(&j);
	json_open(&j, NULL, '[');
	json_close(&j);
	json_close(&j);
	json_bool(&j, "b\n", false);
	json_strn(&j, "z", "a\0b", 3);
	json_close(&j);
	assert_string_equal(out.data,
	    "{\"a\":\"x\",\"n\":-9223372036854775808,"
	    "\"l\":[true,null,{},[]],\"b\\n\":false,\"z\":\"a\\u0000b\"}");
	/* a second value is not part of the first */
	json_open(&j, NULL, '{');
	json_close(&j);
	assert_string_equal(out.data + out.len - 3, "}{}");
	buf_free(&out);
}

static void
test_log(void **state)
{
	char *dir = os_tempdir("etui-log", NULL),
	     *path = mem_printf("%s/log", dir);
	struct buf b = BUF_INIT(100000);
	struct err e = ERR_INIT;
	char big[5000];

	(void)state;
	log_line("util", "nowhere to go");
	assert_int_equal(log_open("/nonexistent/x", &e), -1);
	assert_int_equal(log_open(path, &e), 0);
	log_line("util", "said: %s", "a\033[31m\nb");
	memset(big, 'x', sizeof big);
	big[sizeof big - 1] = '\0';
	log_line("net", "%s", big);
	log_close();
	log_close();
	log_line("util", "closed");
	assert_int_equal(os_read_file(path, &b, &e), 0);
	assert_non_null(strstr(b.data, "util   said: a\u241b[31m b\n"));
	assert_null(strstr(b.data, "closed"));
	assert_true(b.len < 3000);
	assert_int_equal(b.data[b.len - 1], '\n');
	os_remove_tree(dir, NULL);
	buf_free(&b);
	free(path);
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_strings),
	    cmocka_unit_test(test_shape),
	    cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
