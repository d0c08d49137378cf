#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/mem.h"
#include "util/os.h"

static char *dir;

static int
setup(void **state)
{
	(void)state;
	dir = os_tempdir("etui-os", NULL);
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
in_dir(const char *name)
{
	return mem_printf("%s/%s", dir, name);
}

static void
assert_holds(const char *path, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	assert_int_equal(os_read_file(path, &b, &e), 0);
	assert_string_equal(buf_text(&b), want);
	buf_free(&b);
}

static void
test_save(void **state)
{
	char *path = in_dir("draft");
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(os_save(path, "one", 3, &e), 0);
	assert_int_equal(os_save(path, "two", 3, &e), 0);
	assert_holds(path, "two");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
	path = in_dir("no/such/folder");
	assert_int_equal(os_save(path, "x", 1, &e), -1);
	assert_int_equal(e.kind, ERR_SYS);
	free(path);
}

static int
entries(const char *path)
{
	char *cmd = mem_printf("ls -A %s | wc -l", path);
	struct buf out = BUF_INIT(100);
	int n;

	assert_int_equal(os_capture(cmd, 5000, NULL, &out, NULL), 0);
	n = (int)strtol(buf_text(&out), NULL, 10);
	buf_free(&out);
	free(cmd);
	return n;
}

/* A write that the system cuts short: the old content stays, and nothing is
 * left lying about. */
static void
test_save_cut_short(void **state)
{
	char *path = in_dir("kept"), *big = mem_zalloc(100000);
	struct rlimit old, small;
	struct err e = ERR_INIT;
	int before, rc;

	(void)state;
	assert_int_equal(os_save(path, "old", 3, &e), 0);
	before = entries(dir);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = os_save(path, big, 100000, &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(rc, -1);
	assert_holds(path, "old");
	assert_int_equal(entries(dir), before);
	free(big);
	free(path);
}

static void
test_full_disk_has_its_kind(void **state)
{
	FILE *f = fopen("/dev/full", "w");
	struct err e = ERR_INIT;

	(void)state;
	if (!f)
		skip();
	setvbuf(f, NULL, _IONBF, 0);
	assert_true(fputs("x", f) < 0);
	err_errno(&e, "write");
	assert_int_equal(e.kind, ERR_FULL);
	fclose(f);
}

static void
test_read(void **state)
{
	char *path = in_dir("data"), *big = mem_zalloc(200000);
	struct buf b = BUF_INIT(200000);
	struct err e = ERR_INIT;

	(void)state;
	memset(big, 'x', 200000);
	assert_int_equal(os_save(path, big, 200000, &e), 0);
	assert_int_equal(os_read_file(path, &b, &e), 0);
	assert_int_equal(b.len, 200000);
	buf_cut(&b, 3);
	/* over the bound: an error, and what was there before stays */
	assert_int_equal(os_read_file(path, &b, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_string_equal(b.data, "xxx");
	assert_int_equal(os_read_file(dir, &b, &e), -1);
	assert_int_equal(os_read_file("/nonexistent", &b, &e), -1);
	buf_free(&b);
	free(big);
	free(path);
}

static void
test_dirs(void **state)
{
	char *deep = in_dir("a/b//c/"), *file = in_dir("file"),
	     *below = in_dir("file/x"), *top = in_dir("a"),
	     *link = in_dir("a/b/link"), *kept = in_dir("kept-target");
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(os_mkdirs(deep, &e), 0);
	assert_int_equal(os_mkdirs(deep, &e), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(os_save(file, "", 0, &e), 0);
	assert_int_equal(os_mkdirs(below, &e), -1);
	assert_int_equal(os_mkdirs(kept, &e), 0);
	assert_int_equal(symlink(kept, link), 0);
	assert_int_equal(os_remove_tree(top, &e), 0);
	assert_int_equal(os_remove_tree(top, &e), 0); /* gone is gone */
	assert_int_equal(stat(top, &st), -1);
	assert_int_equal(stat(kept, &st), 0); /* links are not followed */
	free(deep);
	free(file);
	free(below);
	free(top);
	free(link);
	free(kept);
}

static void
test_places(void **state)
{
	static const struct {
		const char *why, *path, *want;
	} cases[] = {
	    {"home", "~/Mail", "/h/Mail"},
	    {"home itself", "~", "/h"},
	    {"another user's is not ours to guess", "~ann/x", "~ann/x"},
	    {"a variable", "$ETUI_T/x", "/t/x"},
	    {"alone", "$ETUI_T", "/t"},
	    {"not set: left as it is", "$ETUI_NONE/x", "$ETUI_NONE/x"},
	    {"only as a whole word", "$ETUI_T-x/y", "$ETUI_T-x/y"},
	    {"only at the start", "/a/~/$ETUI_T", "/a/~/$ETUI_T"},
	    {"absolute", "/x", "/x"},
	    {"relative", "x", "x"},
	    {"empty", "", ""},
	};
	char *s;

	(void)state;
	setenv("HOME", "/h", 1);
	setenv("ETUI_T", "/t", 1);
	unsetenv("ETUI_NONE");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_message("%s\n", cases[i].why);
		s = os_expand(cases[i].path);
		assert_string_equal(s, cases[i].want);
		free(s);
	}
	setenv("XDG_CONFIG_HOME", "/c", 1);
	s = os_dir(OS_CONFIG);
	assert_string_equal(s, "/c/etui");
	free(s);
	setenv("XDG_CONFIG_HOME", "relative", 1); /* the standard: ignore */
	s = os_dir(OS_CONFIG);
	assert_string_equal(s, "/h/.config/etui");
	free(s);
	unsetenv("XDG_DATA_HOME");
	s = os_dir(OS_DATA);
	assert_string_equal(s, "/h/.local/share/etui");
	free(s);
	unsetenv("HOME");
	s = os_dir(OS_DATA);
	assert_int_equal(*s, '/');
	free(s);
	setenv("HOME", "/h", 1);
}

static void
test_capture(void **state)
{
	static const struct {
		const char *why, *command, *out, *error; /* error: NULL: none */
		enum err_kind kind;
	} cases[] = {
	    {"output", "printf %s pass", "pass", NULL, 0},
	    {"none", "true", "", NULL, 0},
	    {"stdin is empty, not ours", "cat; echo end", "end\n", NULL, 0},
	    {"stderr is not output", "echo x; echo y >&2", "x\n", NULL, 0},
	    {"status, and what it said", "echo; echo no key >&2; exit 3", "",
		"exit status 3: no key", ERR_SYS},
	    {"output of a failure is dropped", "echo half; exit 1", "",
		"exit status 1", ERR_SYS},
	    {"its words are cleaned", "printf 'a\\033[31m\\nb' >&2; exit 1", "",
		"exit status 1: a\u241b[31m", ERR_SYS},
	    {"signal", "kill -9 $$", "", "ended by signal 9 (Killed)", ERR_SYS},
	    {"no such program", "/nonexistent/x 2>/dev/null", "",
		"exit status 127", ERR_SYS},
	    {"endless output", "yes", "",
		"output: more than 1000 bytes, the "
		"limit here",
		ERR_LIMIT},
	    {"endless complaints", "yes >&2 & sleep 0.2; kill $!; exit 1", "",
		"exit status 1: y", ERR_SYS},
	    {"default signals", "kill -PIPE $$", "",
		"ended by signal 13 (Broken pipe)", ERR_SYS},
	};

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT(1000);
		struct err e = ERR_INIT;
		int rc;

		print_message("%s\n", cases[i].why);
		rc = os_capture(cases[i].command, 10000, NULL, &out, &e);
		assert_string_equal(
		    e.text, cases[i].error ? cases[i].error : "");
		assert_int_equal(rc, cases[i].error ? -1 : 0);
		assert_int_equal(e.kind, cases[i].kind);
		assert_string_equal(buf_text(&out), cases[i].out);
		buf_free(&out);
	}
}

static void
test_capture_time(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct err e = ERR_INIT;
	int64_t start = os_now_ms();
	char *mark = in_dir("still-alive"),
	     *cmd = mem_printf("(sleep 2; touch %s) & sleep 60", mark);

	(void)state;
	assert_int_equal(os_capture(cmd, 200, NULL, &out, &e), -1);
	assert_int_equal(e.kind, ERR_SYS);
	assert_in_range(os_now_ms() - start, 150, 5000);
	/* it does not heed SIGTERM: it ends anyway */
	start = os_now_ms();
	assert_int_equal(os_capture("trap '' TERM; while :; do sleep 9; done",
			     100, NULL, &out, &e),
	    -1);
	assert_in_range(os_now_ms() - start, 50, 5000);
	/* what it leaves behind, our pipe in hand, does not hold us */
	start = os_now_ms();
	assert_int_equal(
	    os_capture("sleep 5 & echo ok", 20000, NULL, &out, &e), 0);
	assert_string_equal(out.data, "ok\n");
	assert_in_range(os_now_ms() - start, 0, 4000);
	/* the whole group of the first one is gone */
	sleep(2);
	assert_int_equal(access(mark, F_OK), -1);
	buf_free(&out);
	free(cmd);
	free(mark);
}

static void *
cancel_soon(void *arg)
{
	usleep(100000);
	cancel_set(arg);
	cancel_unref(arg);
	return NULL;
}

static void
test_capture_cancel(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct err e = ERR_INIT;
	struct cancel *c = cancel_new();
	int64_t start = os_now_ms();
	pthread_t t;

	(void)state;
	pthread_create(&t, NULL, cancel_soon, cancel_ref(c));
	assert_int_equal(os_capture("sleep 60", -1, c, &out, &e), -1);
	pthread_join(t, NULL);
	assert_int_equal(e.kind, ERR_CANCEL);
	assert_in_range(os_now_ms() - start, 50, 5000);
	assert_int_equal(os_capture("true", -1, c, &out, &e), -1);
	cancel_reset(c);
	assert_int_equal(os_capture("true", -1, c, &out, &e), 0);
	cancel_unref(c);
	buf_free(&out);
}

static void
test_run(void **state)
{
	const size_t n = 3000000; /* far more than a pipe holds */
	char *big = mem_zalloc(n + 1), *path = in_dir("got"),
	     *cmd = mem_printf("cat > %s", path);
	const char *const sh[] = {"sh", "-c", cmd, NULL};
	const char *const deaf[] = {"sh", "-c", "exit 7", NULL};
	const char *const none[] = {"etui-no-such-program", NULL};
	const char *const fds[] = {
	    "sh", "-c", "test ! -e /proc/self/fd/9", NULL};
	struct err e = ERR_INIT;
	struct stat st;
	int status;

	(void)state;
	memset(big, 'x', n);
	assert_int_equal(os_run(sh, big, n, &status, &e), 0);
	assert_int_equal(status, 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, n);
	assert_int_equal(os_run(deaf, big, n, &status, &e), 0);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(os_run(none, NULL, 0, &status, &e), -1);
	assert_int_equal(dup2(2, 9), 9);
	assert_int_equal(os_run(fds, "", 0, &status, &e), 0);
	assert_int_equal(status, 0);
	close(9);
	free(big);
	free(cmd);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_save),
	    cmocka_unit_test(test_save_cut_short),
	    cmocka_unit_test(test_full_disk_has_its_kind),
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_dirs),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_capture),
	    cmocka_unit_test(test_capture_time),
	    cmocka_unit_test(test_capture_cancel),
	    cmocka_unit_test(test_run),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
