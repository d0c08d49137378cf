#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"
#include "util/mem.h"
#include "util/os.h"

static char *dir;

static int
setup(void **state)
{
	(void)state;
	dir = os_tempdir("etui-config", NULL);
	return dir ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	os_remove_tree(dir, NULL);
	free(dir);
	return 0;
}

static char *
put(const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", dir, name);
	struct err e = ERR_INIT;

	assert_int_equal(os_save(path, text, strlen(text), &e), 0);
	return path;
}

static void
put_free(const char *name, const char *text)
{
	free(put(name, text));
}

/* Loads, and takes the folder's name out of the message. */
static char *
load(const char *path, struct config **out)
{
	struct buf text = BUF_INIT(1000);
	struct err e = ERR_INIT;
	const char *p = e.text, *hit;

	*out = NULL;
	if (config_load(path, out, &e) == 0)
		return mem_str("");
	assert_null(*out);
	for (; (hit = strstr(p, dir)); p = hit + strlen(dir))
		buf_put(&text, p, (size_t)(hit - p));
	buf_puts(&text, p);
	return buf_take(&text);
}

static void
test_include(void **state)
{
	char *sub = mem_printf("%s/sub", dir), *top, *said;
	struct config *c;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(os_mkdirs(sub, &e), 0);
	put_free("sub/keys", "[bind index]\ndelete = d\n");
	put_free("sub/common", "user = u\ninclude = deeper # beside it\n");
	put_free("sub/deeper", "receive-host = h");
	top = put("config", "include = sub/keys\n"
			    "wrap = 72\n" /* still before the sections */
			    "[account a]\n"
			    "include = sub/common\n"
			    "idle = no\n"
			    "path = mail\n");
	said = load(top, &c);
	assert_string_equal(said, "");
	assert_int_equal(config_int(c, OPT_WRAP), 72);
	assert_int_equal(config_binds(c), 1);
	assert_string_equal(
	    account_str(config_account(c, 0), OPT_RECEIVE_HOST), "h");
	assert_false(account_bool(config_account(c, 0), OPT_IDLE));
	/* a relative path belongs to the file it stands in */
	assert_true(account_str(config_account(c, 0), OPT_PATH)[0] == '/');
	config_free(c);
	free(said);
	free(top);
	free(sub);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *why, *top, *a, *b, *error;
	} cases[] = {
	    {"an error in an included file has its place", "include = a\n",
		"wrap = 1\nsrot = date\n", "",
		"/a:2: there is no option \"srot\"; did you mean sort?"},
	    {"itself", "\ninclude = top\n", "", "",
		"/top:2: top is being read already: files include each other "
		"in a circle"},
	    {"a circle", "include = a\n", "include = b\n",
		"\n\ninclude = ./a\n",
		"/b:3: ./a is being read already: files include each other in "
		"a circle"},
	    {"missing", "include = nowhere\n", "", "",
		"/top:1: nowhere: No such file or directory"},
	    {"set in two files", "include = a\nwrap = 2\n", "wrap = 1\n", "",
		"/top:2: wrap is set already, in /a:1"},
	    {"twice is once too often", "include = a\ninclude = a\n",
		"wrap = 1\n", "", "/a:1: wrap is set already, in /a:1"},
	    {"sections of an included file end with it",
		"include = a\nreceive-host = x\nreceive-host = y\n",
		"[account z]\nreceive-host=h\nuser=u\n", "",
		"/top:3: receive-host is set already, in /top:2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config *c;
		char *top = put("top", cases[i].top), *said;

		print_message("%s\n", cases[i].why);
		put_free("a", cases[i].a);
		put_free("b", cases[i].b);
		said = load(top, &c);
		assert_string_equal(said, cases[i].error);
		free(said);
		free(top);
	}
}

static void
test_depth(void **state)
{
	struct config *c;
	char name[20], text[60], *said, *top;

	(void)state;
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof name, "d%d", i);
		snprintf(text, sizeof text, "include = d%d\n", i + 1);
		put_free(name, text);
	}
	put_free("d12", "");
	top = put("top", "include = d4\n"); /* d4..d11, d12: nine */
	said = load(top, &c);
	assert_string_equal(
	    said, "/d11:1: files include each other more than 8 deep");
	free(said);
	free(top);
	top = put("top", "include = d5\n");
	said = load(top, &c);
	assert_string_equal(said, "");
	config_free(c);
	free(said);
	free(top);
}

/* Files that include the next one many times over must not take for ever. */
static void
test_breadth(void **state)
{
	struct buf many = BUF_INIT(100000);
	struct config *c;
	char name[20], *said, *top;

	(void)state;
	for (int i = 0; i < 7; i++) {
		buf_cut(&many, 0);
		for (int k = 0; k < 100; k++)
			buf_printf(&many, "include = w%d\n", i + 1);
		snprintf(name, sizeof name, "w%d", i);
		put_free(name, many.data);
	}
	put_free("w7", "");
	top = put("top", "include = w0\n");
	said = load(top, &c);
	assert_non_null(strstr(said, "more than 256 files included"));
	free(said);
	free(top);
	buf_free(&many);
}

static void
test_file(void **state)
{
	char *path = put("big", ""), *said, *long_name, *name;
	struct config *c;
	struct err e = ERR_INIT;
	char *big = mem_alloc(5 << 20);

	(void)state;
	assert_int_equal(config_load("/nonexistent", &c, &e), -1);
	assert_string_equal(e.text, "/nonexistent: No such file or directory");
	memset(big, '\n', 5 << 20);
	assert_int_equal(os_save(path, big, 5 << 20, &e), 0);
	said = load(path, &c);
	assert_non_null(strstr(said, "the limit here"));
	free(said);
	/* NUL: a C string would hide what follows */
	memcpy(big, "wrap = 1\nname = a\0b\n", 20);
	assert_int_equal(os_save(path, big, 20, &e), 0);
	said = load(path, &c);
	assert_string_equal(
	    said, "/big:2: a control character (0x00) in column 9");
	free(said);
	/* a long path does not push the message out */
	memset(big, 'x', 200);
	big[200] = '\0';
	name = mem_printf("%s", big);
	long_name = put(name, "\nsrot = 1\n");
	assert_int_equal(config_load(long_name, &c, &e), -1);
	assert_non_null(strstr(e.text, ":2: there is no option \"srot\"; did "
				       "you mean sort?"));
	free(long_name);
	free(name);
	free(big);
	free(path);
}

static void
test_default_place(void **state)
{
	char *path;

	(void)state;
	setenv("XDG_CONFIG_HOME", "/x", 1);
	path = config_path();
	assert_string_equal(path, "/x/etui/config");
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_include),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_breadth),
	    cmocka_unit_test(test_file),
	    cmocka_unit_test(test_default_place),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
