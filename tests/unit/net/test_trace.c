#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/trace.h"
#include "util/buf.h"
#include "util/os.h"
#include "util/utf8.h"

static void
collect(void *ctx, enum trace_dir dir, double seconds, const char *line)
{
	assert_true(seconds >= 0);
	buf_printf(ctx, "%c%s\n", "<>-"[dir], line);
}

static void
put(struct trace *t, enum trace_dir dir, const char *s, bool hidden)
{
	trace_bytes(t, dir, s, strlen(s), hidden);
}

static void
lines(void **state)
{
	struct trace *t = trace_new("work");
	struct buf b = BUF_INIT(100000);

	(void)state;
	put(t, TRACE_IN, "* OK re", false);
	put(t, TRACE_OUT, "a NOOP\r\n", false);
	put(t, TRACE_IN, "ady\r\nnext\n", false);
	trace_note(t, "TLSv1.3");
	put(t, TRACE_IN, "unfinished", false);
	trace_each(t, collect, &b);
	assert_string_equal(
	    buf_text(&b), ">a NOOP\n<* OK ready\n<next\n-TLSv1.3\n");
	buf_free(&b);
	trace_unref(t);
}

static void
secrets(void **state)
{
	struct trace *t = trace_new("work");
	struct buf b = BUF_INIT(100000);

	(void)state;
	put(t, TRACE_OUT, "a AUTHENTICATE PLAIN ", false);
	put(t, TRACE_OUT, "AGFu", true);
	put(t, TRACE_OUT, "bgBwdw==", true);
	put(t, TRACE_OUT, "\r\n", false);
	put(t, TRACE_OUT, "s3cr3t\r\nmore s3cr3t\r\n", true);
	put(t, TRACE_OUT, "a ", false);
	put(t, TRACE_OUT, "pw1", true);
	put(t, TRACE_OUT, " and ", false);
	put(t, TRACE_OUT, "pw2", true);
	put(t, TRACE_OUT, "\n", false);
	trace_each(t, collect, &b);
	assert_string_equal(buf_text(&b),
	    ">a AUTHENTICATE PLAIN [hidden]\n>[hidden]\n>[hidden]\n"
	    ">a [hidden] and [hidden]\n");
	buf_free(&b);
	trace_unref(t);
}

/* What a server says must not reach the terminal by this way either. */
static void
hostile(void **state)
{
	struct trace *t = trace_new("work");
	struct buf b = BUF_INIT(100000);

	(void)state;
	put(t, TRACE_IN,
	    "* BYE \033]0;owned\007\xff\x9b"
	    "2J\n",
	    false);
	trace_note(t, "said %s", "\033[2J");
	trace_each(t, collect, &b);
	assert_null(strchr(buf_text(&b), '\033'));
	assert_null(strchr(buf_text(&b), '\007'));
	assert_null(strstr(buf_text(&b), "\xc2\x9b"));
	assert_true(utf8_is_valid(b.data, b.len));
	buf_free(&b);
	trace_unref(t);
}

static void
bounded(void **state)
{
	struct trace *t = trace_new("work");
	struct buf b = BUF_INIT(4 * 1024 * 1024);
	char line[5000];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		snprintf(line, sizeof line, "line %d %.*s\n", i, i % 90,
		    "......................................................."
		    ".......................................................");
		put(t, TRACE_IN, line, false);
	}
	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 2] = '\n';
	line[sizeof line - 1] = '\0';
	put(t, TRACE_IN, line, false);
	trace_each(t, collect, &b);
	assert_true(b.len < TRACE_MAX_BYTES);
	assert_true(b.len > TRACE_MAX_BYTES / 2);
	assert_non_null(strstr(buf_text(&b), "<line 49999 "));
	assert_null(strstr(buf_text(&b), "<line 1 "));
	assert_memory_equal(buf_text(&b), "<line ", 6);
	assert_non_null(strstr(buf_text(&b), "bytes more\n"));
	buf_free(&b);
	trace_unref(t);
}

static void
to_file(void **state)
{
	struct trace *t = trace_new("work");
	struct buf b = BUF_INIT(100000);
	struct err e = ERR_INIT;
	char *dir = os_tempdir("trace", &e), path[300];
	struct stat st;

	(void)state;
	assert_non_null(dir);
	snprintf(path, sizeof path, "%s/wire", dir);
	assert_int_equal(trace_to_file(t, path, &e), 0);
	put(t, TRACE_OUT, "a LOGIN ", false);
	put(t, TRACE_OUT, "s3cr3t", true);
	put(t, TRACE_OUT, "\r\n", false);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(os_read_file(path, &b, &e), 0);
	assert_non_null(strstr(buf_text(&b), "> a LOGIN [hidden]\n"));
	assert_null(strstr(buf_text(&b), "s3cr3t"));
	assert_int_equal(trace_to_file(t, "/nonexistent/x", &e), -1);
	trace_unref(t);
	buf_free(&b);
	assert_int_equal(os_remove_tree(dir, &e), 0);
	free(dir);
}

static void *
writer(void *arg)
{
	for (int i = 0; i < 2000; i++)
		put(arg, TRACE_IN, "some line of text\r\n", false);
	trace_unref(arg);
	return NULL;
}

static void
ignore(void *ctx, enum trace_dir dir, double seconds, const char *line)
{
	(void)dir;
	(void)seconds;
	*(size_t *)ctx += strlen(line);
}

/* For the thread sanitizer: one writes while another looks. */
static void
threads(void **state)
{
	struct trace *t = trace_new("work");
	size_t seen = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(
	    pthread_create(&thread, NULL, writer, trace_ref(t)), 0);
	for (int i = 0; i < 5; i++)
		trace_each(t, ignore, &seen);
	pthread_join(thread, NULL);
	trace_each(t, ignore, &seen);
	assert_true(seen > 0);
	trace_unref(t);
}

static void
none(void **state)
{
	(void)state;
	trace_bytes(NULL, TRACE_IN, "x\n", 2, false);
	trace_note(NULL, "x");
	trace_each(NULL, collect, NULL);
	assert_null(trace_ref(NULL));
	trace_unref(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(secrets),
	    cmocka_unit_test(hostile),
	    cmocka_unit_test(bounded),
	    cmocka_unit_test(to_file),
	    cmocka_unit_test(threads),
	    cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
