/* Reading and writing over a connection that is up, and how it breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include <libetpan/mailstream_helper.h>
#include <libetpan/mmapstring.h>

#include "later.h"
#include "net/stream.h"
#include "peer.h"
#include "util/mem.h"
#include "util/os.h"

static struct tls_files *files;

/* Every case runs in clear and under TLS: what it needs of each. */
struct link {
	struct peer *peer;
	struct stream *s;
	struct cancel *cancel;
	struct trace *trace;
	struct err e;
};

static struct link
start(bool tls, peer_script *script, void *ctx)
{
	struct peer_opts po = {.tls = tls, .files = files};
	struct link l = {.cancel = cancel_new(), .trace = trace_new("t")};
	struct stream_opts so = {.host = "127.0.0.1",
	    .tls = tls ? TLS_IMPLICIT : TLS_NONE,
	    .ca_file = tls_files_ca(files),
	    .cancel = l.cancel,
	    .trace = l.trace};

	l.peer = peer_start(&po, script, ctx);
	so.port = peer_port(l.peer);
	if (stream_dial(&so, &l.s, &l.e) < 0)
		fail_msg("%s", l.e.text);
	return l;
}

static void
stop(struct link *l)
{
	stream_close(l->s);
	cancel_unref(l->cancel);
	trace_unref(l->trace);
	peer_stop(l->peer);
}

static void
need_error(struct link *l, int rc, enum err_kind kind, const char *text)
{
	if (rc != -1 || l->e.kind != kind || strstr(l->e.text, text) == NULL)
		fail_msg("rc %d, kind %d, \"%s\"; wanted \"%s\"", rc,
		    (int)l->e.kind, l->e.text, text);
}

static void
say(struct link *l, const char *text)
{
	if (stream_write(l->s, text, strlen(text), &l->e) < 0 ||
	    stream_flush(l->s, &l->e) < 0)
		fail_msg("%s", l->e.text);
}

/* Each test is given twice. */
static bool
tls_of(void **state)
{
	return *state != NULL;
}

static void
script_lines(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S: one\n"
		     "S- two\\n\\r\\n\n"
		     "S- thr\n"
		     "STALL 20\n"
		     "S- ee\\r\n"
		     "STALL 20\n"
		     "S- \\n12345\\0x\\r\\n\n"
		     "C: bye\n");
}

static void
lines(void **state)
{
	static const char *const want[] = {"one", "two", "", "three"};
	struct link l = start(tls_of(state), script_lines, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);
	char five[5];

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
		assert_string_equal(buf_text(&line), want[i]);
	}
	assert_int_equal(stream_read(l.s, five, 5, &l.e), 0);
	assert_memory_equal(five, "12345", 5);
	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	assert_int_equal(line.len, 2); /* NUL and x: neither ends a line */
	say(&l, "bye\r\n");
	need_error(&l, stream_read_line(l.s, &line, &l.e), ERR_NET,
	    "closed the connection");
	buf_free(&line);
	stop(&l);
}

/* libetpan's own reader and ours take turns on one buffer. */
static void
shared_buffer(void **state)
{
	struct link l = start(tls_of(state), script_lines, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);
	MMAPString *s = mmap_string_new("");

	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	assert_non_null(mailstream_read_line(stream_mail(l.s), s));
	assert_string_equal(s->str, "two\n");
	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	assert_int_equal(line.len, 0);
	assert_non_null(mailstream_read_line_remove_eol(stream_mail(l.s), s));
	assert_string_equal(s->str, "three");
	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	assert_int_equal(line.len, 7);
	say(&l, "bye\r\n");
	assert_null(mailstream_read_line(stream_mail(l.s), s));
	need_error(&l, stream_error(l.s, &l.e), ERR_NET, "closed");
	mmap_string_free(s);
	buf_free(&line);
	stop(&l);
}

static void
script_half(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S- half a li\nCLOSE\n");
}

static void
end_in_a_line(void **state)
{
	struct link l = start(tls_of(state), script_half, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);

	need_error(&l, stream_read_line(l.s, &line, &l.e), ERR_NET,
	    "127.0.0.1: the server closed the connection");
	/* dead for good, with the same words */
	err_clear(&l.e);
	need_error(&l, stream_write(l.s, "x", 1, &l.e), ERR_NET, "closed");
	err_clear(&l.e);
	need_error(&l, stream_wait(l.s, 0, -1, &l.e), ERR_NET, "closed");
	buf_free(&line);
	stop(&l);
}

static void
script_reset(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S: hi\nC: go\nRESET\n");
}

static void
reset(void **state)
{
	struct link l = start(tls_of(state), script_reset, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);

	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	say(&l, "go\r\n");
	need_error(&l, stream_read_line(l.s, &line, &l.e), ERR_NET, "reset");
	buf_free(&line);
	stop(&l);
}

static void
script_endless(struct peer_conn *c, void *ctx)
{
	static char much[65536];

	(void)ctx;
	memset(much, 'x', sizeof much);
	for (int i = 0; i < 64; i++)
		peer_send_raw(c, much, sizeof much);
}

static void
endless_line(void **state)
{
	struct link l = start(tls_of(state), script_endless, NULL);
	struct buf line = BUF_INIT(2 * STREAM_LINE_MAX);

	need_error(&l, stream_read_line(l.s, &line, &l.e), ERR_LIMIT,
	    "a line of more than 1048576 bytes");
	assert_true(line.len <= STREAM_LINE_MAX + 2);
	need_error(&l, stream_wait(l.s, 0, -1, &l.e), ERR_LIMIT, "line");
	buf_free(&line);
	stop(&l);
}

static void
script_longest(struct peer_conn *c, void *ctx)
{
	static char much[STREAM_LINE_MAX];

	(void)ctx;
	memset(much, 'x', sizeof much);
	peer_send_raw(c, much, sizeof much);
	peer_send(c, "\r\nnext\r\n");
}

static void
longest_line(void **state)
{
	struct link l = start(tls_of(state), script_longest, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);

	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	assert_int_equal(line.len, STREAM_LINE_MAX);
	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	assert_string_equal(buf_text(&line), "next");
	buf_free(&line);
	stop(&l);
}

static void
script_silent(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S: hi\nSTALL 20000\n");
}

static void
read_timeout(void **state)
{
	struct link l = start(tls_of(state), script_silent, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);
	int64_t began;

	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	stream_set_io_ms(l.s, 150);
	began = os_now_ms();
	need_error(&l, stream_read_line(l.s, &line, &l.e), ERR_NET,
	    "127.0.0.1: nothing arrived for 1 second");
	assert_in_range(os_now_ms() - began, 140, 5000);
	buf_free(&line);
	stop(&l);
}

static void
cancel_read(void **state)
{
	struct link l = start(tls_of(state), script_silent, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);
	struct later later;

	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	later_cancel(&later, l.cancel, 50);
	need_error(
	    &l, stream_read_line(l.s, &line, &l.e), ERR_CANCEL, "cancelled");
	assert_in_range(later_took_ms(&later), 0, 500);
	buf_free(&line);
	stop(&l);
}

static void
script_flood(struct peer_conn *c, void *ctx)
{
	static char much[60000];

	(void)ctx;
	memset(much, 'x', sizeof much);
	peer_send_raw(c, much, sizeof much);
	peer_send(c, "\r\n");
	peer_stall(c, 20000);
}

/* Bytes that keep coming must not hold a cancel up: the whole line is there,
 * so that nothing would ever be waited for. */
static void
cancel_flood(void **state)
{
	struct link l = start(tls_of(state), script_flood, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);
	struct timespec soon = {.tv_nsec = 50000000};

	assert_int_equal(stream_wait(l.s, 5000, -1, &l.e), 1);
	nanosleep(&soon, NULL);
	cancel_set(l.cancel);
	need_error(&l, stream_read_line(l.s, &line, &l.e), ERR_CANCEL, "");
	buf_free(&line);
	stop(&l);
}

static void
script_deaf(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_stall(c, 20000);
}

static int
write_much(struct link *l)
{
	static char much[65536];

	for (int i = 0; i < 1000; i++)
		if (stream_write(l->s, much, sizeof much, &l->e) < 0)
			return -1;
	return stream_flush(l->s, &l->e);
}

static void
cancel_write(void **state)
{
	struct link l = start(tls_of(state), script_deaf, NULL);
	struct later later;

	later_cancel(&later, l.cancel, 100);
	need_error(&l, write_much(&l), ERR_CANCEL, "cancelled");
	assert_in_range(later_took_ms(&later), 0, 500);
	stop(&l);
}

static void
write_timeout(void **state)
{
	struct link l = start(tls_of(state), script_deaf, NULL);

	stream_set_io_ms(l.s, 150);
	need_error(&l, write_much(&l), ERR_NET, "nothing was taken");
	stop(&l);
}

static void
script_swallow(struct peer_conn *c, void *ctx)
{
	peer_stall(c, 100);
	peer_skip(c, *(size_t *)ctx);
	peer_send(c, "all\r\n");
}

/* More than the socket holds: partial writes, and the right bytes. */
static void
write_through(void **state)
{
	size_t n = 20 * 1024 * 1024, seen;
	struct link l = start(tls_of(state), script_swallow, &n);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);
	char *much = mem_alloc(n), *got;

	for (size_t i = 0; i < n; i++)
		much[i] = (char)(i * 7 + i / 251);
	assert_int_equal(stream_write(l.s, much, n, &l.e), 0);
	assert_int_equal(stream_flush(l.s, &l.e), 0);
	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	stream_close(l.s);
	l.s = NULL;
	got = peer_received(l.peer, &seen);
	assert_int_equal(seen, n);
	assert_memory_equal(got, much, n);
	free(got);
	free(much);
	buf_free(&line);
	stop(&l);
}

static void
script_wait(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "C: go\nS- a\\r\\nb\\r\\n\nC: end\nCLOSE\n");
}

static void
waiting(void **state)
{
	struct link l = start(tls_of(state), script_wait, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);
	int wake = eventfd(0, EFD_CLOEXEC);
	int64_t began = os_now_ms();

	/* Under TLS 1.3 session tickets arrive: they are no bytes of ours. */
	assert_int_equal(stream_wait(l.s, 60, -1, &l.e), 0);
	assert_true(os_now_ms() - began >= 60);
	assert_int_equal(stream_wait(l.s, 0, -1, &l.e), 0);
	assert_int_equal(eventfd_write(wake, 1), 0);
	assert_int_equal(stream_wait(l.s, -1, wake, &l.e), 0);
	say(&l, "go\r\n");
	assert_int_equal(stream_wait(l.s, 5000, -1, &l.e), 1);
	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	/* b is in the buffer, where poll() does not see it */
	assert_int_equal(stream_wait(l.s, 0, wake, &l.e), 1);
	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	assert_string_equal(buf_text(&line), "b");
	say(&l, "end\r\n");
	need_error(&l, stream_wait(l.s, 5000, -1, &l.e), ERR_NET, "closed");
	close(wake);
	buf_free(&line);
	stop(&l);
}

static void
cancel_wait(void **state)
{
	struct link l = start(tls_of(state), script_silent, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);
	struct later later;

	assert_int_equal(stream_read_line(l.s, &line, &l.e), 0);
	later_cancel(&later, l.cancel, 50);
	need_error(&l, stream_wait(l.s, -1, -1, &l.e), ERR_CANCEL, "cancelled");
	assert_in_range(later_took_ms(&later), 0, 500);
	buf_free(&line);
	stop(&l);
}

static void
collect(void *ctx, enum trace_dir dir, double seconds, const char *line)
{
	(void)seconds;
	if (dir != TRACE_NOTE)
		buf_printf(ctx, "%c%s\n", "<>"[dir], line);
}

static void
script_login(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "C: %a LOGIN ann s3cr3t\n"
		     "C: %b SELECT INBOX\n"
		     "S: %a OK in\n"
		     "C: %c AUTH hunter2 x tok3n\n"
		     "S: %c OK\n");
}

/* Hidden by position, whatever is flushed together with it. */
static void
hidden(void **state)
{
	struct link l = start(tls_of(state), script_login, NULL);
	struct buf b = BUF_INIT(STREAM_LINE_MAX + 2);
	struct {
		const char *text;
		bool hide;
	} parts[] = {{"a LOGIN ann ", false}, {"s3cr3t", true},
	    {"\r\nb SELECT INBOX\r\n", false}, {NULL, false},
	    {"c AUTH ", false}, {"hunter2", true}, {" x ", false},
	    {"tok3n", true}, {"\r\n", false}, {NULL, false}};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const char *text = parts[i].text;

		if (text == NULL) {
			assert_int_equal(stream_flush(l.s, &l.e), 0);
			assert_int_equal(stream_read_line(l.s, &b, &l.e), 0);
			continue;
		}
		stream_hide(l.s, parts[i].hide);
		assert_int_equal(
		    stream_write(l.s, text, strlen(text), &l.e), 0);
	}
	buf_cut(&b, 0);
	trace_each(l.trace, collect, &b);
	assert_string_equal(buf_text(&b),
	    ">a LOGIN ann [hidden]\n>b SELECT INBOX\n<a OK in\n"
	    ">c AUTH [hidden] x [hidden]\n<c OK\n");
	buf_free(&b);
	stop(&l);
}

static void
script_challenge(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S: + s3cr3t\nC: go\nS: open\n");
}

static void
hidden_reads(void **state)
{
	struct link l = start(tls_of(state), script_challenge, NULL);
	struct buf b = BUF_INIT(STREAM_LINE_MAX + 2);

	stream_hide(l.s, true);
	assert_int_equal(stream_read_line(l.s, &b, &l.e), 0);
	stream_hide(l.s, false);
	say(&l, "go\r\n");
	assert_int_equal(stream_read_line(l.s, &b, &l.e), 0);
	buf_cut(&b, 0);
	trace_each(l.trace, collect, &b);
	assert_string_equal(buf_text(&b), "<[hidden]\n>go\n<open\n");
	buf_free(&b);
	stop(&l);
}

static void
script_many(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	for (int i = 0; i < 20; i++) {
		peer_expect_line(c, "* s3cr3t *", NULL);
		peer_send(c, "ok\r\n");
	}
}

/* More hidden stretches than there are slots, in one flush: rather too much
 * is hidden than one too little. */
static void
hidden_many(void **state)
{
	struct link l = start(tls_of(state), script_many, NULL);
	struct buf b = BUF_INIT(STREAM_LINE_MAX + 2);

	for (int i = 0; i < 20; i++) {
		assert_int_equal(stream_write(l.s, "a ", 2, &l.e), 0);
		stream_hide(l.s, true);
		assert_int_equal(stream_write(l.s, "s3cr3t", 6, &l.e), 0);
		stream_hide(l.s, false);
		assert_int_equal(stream_write(l.s, " b\r\n", 4, &l.e), 0);
	}
	assert_int_equal(stream_flush(l.s, &l.e), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(stream_read_line(l.s, &b, &l.e), 0);
	buf_cut(&b, 0);
	trace_each(l.trace, collect, &b);
	assert_null(strstr(buf_text(&b), "s3cr3t"));
	assert_non_null(strstr(buf_text(&b), ">a [hidden] b\n"));
	buf_free(&b);
	stop(&l);
}

/* libetpan closes the stream by itself in places. */
static void
closed_by_libetpan(void **state)
{
	struct link l = start(tls_of(state), script_silent, NULL);
	struct buf line = BUF_INIT(STREAM_LINE_MAX + 2);

	assert_int_equal(mailstream_close(stream_mail(l.s)), 0);
	assert_null(stream_mail(l.s));
	need_error(
	    &l, stream_read_line(l.s, &line, &l.e), ERR_NET, "is closed");
	need_error(&l, stream_write(l.s, "x", 1, &l.e), ERR_NET, "is closed");
	need_error(&l, stream_wait(l.s, -1, -1, &l.e), ERR_NET, "is closed");
	need_error(&l, stream_flush(l.s, &l.e), ERR_NET, "is closed");
	buf_free(&line);
	stop(&l);
}

static int
set_up(void **state)
{
	(void)state;
	files = tls_files_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tls_files_free(files);
	return 0;
}

#define BOTH(f)                                                                \
	{#f " in clear", f, NULL, NULL, NULL},                                 \
	{                                                                      \
#f " under TLS", f, NULL, NULL, &files                         \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(lines),
	    BOTH(shared_buffer),
	    BOTH(end_in_a_line),
	    BOTH(reset),
	    BOTH(endless_line),
	    BOTH(longest_line),
	    BOTH(read_timeout),
	    BOTH(cancel_read),
	    BOTH(cancel_flood),
	    BOTH(cancel_write),
	    BOTH(write_timeout),
	    BOTH(write_through),
	    BOTH(waiting),
	    BOTH(cancel_wait),
	    BOTH(hidden),
	    BOTH(hidden_reads),
	    BOTH(hidden_many),
	    BOTH(closed_by_libetpan),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
