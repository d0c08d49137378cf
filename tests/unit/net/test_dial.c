/* Looking up, connecting, racing, and stopping in the middle of each. */
#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "later.h"
#include "peer.h"
#include "stream_int.h"
#include "util/mem.h"

static void
greet(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S: hello\nWAIT\n");
}

static void
need_error(int rc, const struct err *e, enum err_kind kind, const char *text)
{
	if (rc != -1 || e->kind != kind || strstr(e->text, text) == NULL)
		fail_msg("rc %d, kind %d, \"%s\"; wanted \"%s\"", rc,
		    (int)e->kind, e->text, text);
}

static void
hear_hello(struct stream *s)
{
	struct buf line = BUF_INIT(1000);
	struct err e = ERR_INIT;

	if (stream_read_line(s, &line, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(buf_text(&line), "hello");
	buf_free(&line);
}

static bool
have_ipv6(void)
{
	struct sockaddr_in6 in6 = {
	    .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&in6, sizeof in6) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void
literals(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "::1", "[::1]",
	    "::ffff:127.0.0.1", "localhost", "LOCALHOST."};

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		bool six = i == 1 || i == 2;
		struct peer_opts po = {.ipv6 = six};
		struct peer *p;
		struct stream_opts so = {.host = hosts[i], .tls = TLS_NONE};
		struct stream *s = NULL;
		struct err e = ERR_INIT;

		if (six && !have_ipv6())
			continue;
		p = peer_start(&po, greet, NULL);
		so.port = peer_port(p);
		if (stream_dial(&so, &s, &e) < 0)
			fail_msg("%s: %s", hosts[i], e.text);
		assert_true(stream_is_loopback(s));
		assert_false(stream_is_tls(s));
		assert_string_equal(stream_tls_text(s), "");
		hear_hello(s);
		stream_close(s);
		peer_stop(p);
	}
}

/* A port where nobody listens: bound, so that nobody else takes it. */
static uint16_t
dead_port(int *fd)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof in;

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)&in, n), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&in, &n), 0);
	return ntohs(in.sin_port);
}

static void
refused(void **state)
{
	int fd;
	struct stream_opts so = {
	    .host = "127.0.0.1", .port = dead_port(&fd), .tls = TLS_NONE};
	struct stream *s = NULL;
	struct err e = ERR_INIT;
	char want[100];

	(void)state;
	snprintf(want, sizeof want,
	    "connect to 127.0.0.1 port %u: connection refused",
	    (unsigned)so.port);
	need_error(stream_dial(&so, &s, &e), &e, ERR_NET, want);
	assert_string_equal(e.text, want);
	assert_null(s);
	close(fd);
}

static void
dial_timeout(void **state)
{
	struct peer_opts po = {.deaf = true};
	struct peer *p = peer_start(&po, NULL, NULL);
	struct stream_opts so = {
	    .host = "127.0.0.1", .port = peer_port(p), .connect_ms = 150};
	struct stream *s = NULL;
	struct err e = ERR_INIT;
	int64_t began = os_now_ms();

	(void)state;
	need_error(stream_dial(&so, &s, &e), &e, ERR_NET, "timed out");
	assert_in_range(os_now_ms() - began, 150, 3000);
	peer_stop(p);
}

static void
cancel_connect(void **state)
{
	struct peer_opts po = {.deaf = true};
	struct peer *p = peer_start(&po, NULL, NULL);
	struct stream_opts so = {
	    .host = "127.0.0.1", .port = peer_port(p), .cancel = cancel_new()};
	struct stream *s = NULL;
	struct err e = ERR_INIT;
	struct later later;

	(void)state;
	later_cancel(&later, so.cancel, 50);
	need_error(stream_dial(&so, &s, &e), &e, ERR_CANCEL, "cancelled");
	assert_in_range(later_took_ms(&later), 0, 500);
	cancel_unref(so.cancel);
	peer_stop(p);
}

static void
cancelled_before(void **state)
{
	struct peer *p = peer_start(NULL, greet, NULL);
	struct stream_opts so = {
	    .host = "127.0.0.1", .port = peer_port(p), .cancel = cancel_new()};
	struct stream *s = NULL;
	struct err e = ERR_INIT;

	(void)state;
	cancel_set(so.cancel);
	need_error(stream_dial(&so, &s, &e), &e, ERR_CANCEL, "cancelled");
	so.host = "localhost";
	need_error(stream_dial(&so, &s, &e), &e, ERR_CANCEL, "cancelled");
	cancel_unref(so.cancel);
	assert_int_equal(peer_connections(p), 0);
	peer_stop(p);
}

/* A DNS that does not answer until it is let go. */
struct slow_dns {
	atomic_bool release, entered, left;
};

static int
slow(void *ctx, const char *name, uint16_t port, struct addrs *out)
{
	struct slow_dns *d = ctx;
	struct timespec ms = {.tv_nsec = 1000000};

	d->entered = true;
	while (!d->release)
		nanosleep(&ms, NULL);
	dns_literal("127.0.0.1", port, &out->list[0]);
	out->n = 1;
	(void)name;
	d->left = true;
	return 0;
}

static void
let_go(struct slow_dns *d)
{
	struct timespec ms = {.tv_nsec = 1000000};

	d->release = true;
	for (int i = 0; i < 5000 && d->entered && !d->left; i++)
		nanosleep(&ms, NULL);
	nanosleep(&ms, NULL);
	assert_true(d->left);
}

static void
cancel_lookup(void **state)
{
	struct slow_dns d = {.release = false};
	struct stream_opts so = {
	    .host = "imap.example.org", .port = 993, .cancel = cancel_new()};
	struct stream *s = NULL;
	struct err e = ERR_INIT;
	struct later later;

	(void)state;
	later_cancel(&later, so.cancel, 50);
	need_error(stream_dial_with(&so, slow, &d, &s, &e), &e, ERR_CANCEL,
	    "look up imap.example.org: cancelled");
	assert_in_range(later_took_ms(&later), 0, 500);
	cancel_unref(so.cancel);
	let_go(&d);
}

static void
lookup_timeout(void **state)
{
	struct slow_dns d = {.release = false};
	struct stream_opts so = {
	    .host = "imap.example.org", .port = 993, .connect_ms = 100};
	struct stream *s = NULL;
	struct err e = ERR_INIT;

	(void)state;
	need_error(stream_dial_with(&so, slow, &d, &s, &e), &e, ERR_NET,
	    "look up imap.example.org: timed out");
	let_go(&d);
}

/* A resolver that answers from a list. */
struct answer {
	int rc;
	const char *addr[DNS_ADDRS_MAX + 1];
	uint16_t port[DNS_ADDRS_MAX];
	char asked[256];
};

static int
from_list(void *ctx, const char *name, uint16_t port, struct addrs *out)
{
	struct answer *a = ctx;

	snprintf(a->asked, sizeof a->asked, "%s", name);
	for (int i = 0; a->addr[i] != NULL; i++)
		if (dns_literal(a->addr[i], a->port[i] != 0 ? a->port[i] : port,
			&out->list[i]))
			out->n++;
	errno = EIO;
	return a->rc;
}

static void
lookup_errors(void **state)
{
	static const struct {
		int rc;
		const char *text;
	} cases[] = {
	    {EAI_NONAME, "there is no such host"},
	    {EAI_AGAIN, "no answer from the DNS"},
	    {EAI_SYSTEM, "Input/output error"},
	    {EAI_FAIL, "Non-recoverable failure"},
	    {0, "there is no such host"}, /* and no address */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct answer a = {.rc = cases[i].rc};
		struct stream_opts so = {.host = "no.example.org", .port = 143};
		struct stream *s = NULL;
		struct err e = ERR_INIT;

		need_error(stream_dial_with(&so, from_list, &a, &s, &e), &e,
		    ERR_NET, cases[i].text);
	}
}

static void
names(void **state)
{
	static const struct {
		const char *why, *host, *asked; /* NULL: no name at all */
	} cases[] = {
	    {"as it is", "imap.example.org", "imap.example.org"},
	    {"a final dot is the root", "imap.example.org.",
		"imap.example.org"},
	    {"letters of the world",
		"b\xc3\xbc"
		"cher.example",
		"xn--bcher-kva.example"},
	    {"composed first",
		"bu\xcc\x88"
		"cher.example",
		"xn--bcher-kva.example"},
	    {"sharp s is a letter (IDNA 2008)", "fa\xc3\x9f.example",
		"xn--fa-hia.example"},
	    {"an underscore is seen in the wild", "my_host.lan", "my_host.lan"},
	    {"empty", "", NULL},
	    {"a line end", "a\r\nb", NULL},
	    {"a blank", "a b", NULL},
	    {"a port does not belong here", "host:143", NULL},
	    {"not UTF-8",
		"b\xfc"
		"cher.example",
		NULL},
	    {"a path", "host/x", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct answer a = {.rc = EAI_NONAME};
		struct stream_opts so = {.host = cases[i].host, .port = 143};
		struct stream *s = NULL;
		struct err e = ERR_INIT;
		int rc = stream_dial_with(&so, from_list, &a, &s, &e);

		assert_int_equal(rc, -1);
		if (e.kind != (cases[i].asked != NULL ? ERR_NET : ERR_INPUT))
			fail_msg("%s: %s", cases[i].why, e.text);
		if (strcmp(a.asked,
			cases[i].asked != NULL ? cases[i].asked : "") != 0)
			fail_msg("%s: asked for %s", cases[i].why, a.asked);
	}
}

static void
too_long_name(void **state)
{
	char host[400];
	struct stream_opts so = {.host = host, .port = 143};
	struct stream *s = NULL;
	struct err e = ERR_INIT;

	(void)state;
	memset(host, 'a', sizeof host - 1);
	host[sizeof host - 1] = '\0';
	need_error(stream_dial(&so, &s, &e), &e, ERR_INPUT, "aaa");
}

static void
order(void **state)
{
	struct answer a = {
	    .addr = {"::1", "::2", "::3", "127.0.0.1", "127.0.0.2"}};
	struct addrs got = {.n = 0};
	static const sa_family_t want[] = {
	    AF_INET6, AF_INET, AF_INET6, AF_INET, AF_INET6};

	(void)state;
	from_list(&a, "x", 1, &got);
	dns_interleave(&got);
	assert_int_equal(got.n, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(got.list[i].ss.ss_family, want[i]);
}

static struct stream *
race(struct answer *a, int64_t *took)
{
	struct stream_opts so = {
	    .host = "two.example.org", .port = 143, .tls = TLS_NONE};
	struct stream *s = NULL;
	struct err e = ERR_INIT;
	int64_t began = os_now_ms();

	if (stream_dial_with(&so, from_list, a, &s, &e) < 0)
		fail_msg("%s", e.text);
	*took = os_now_ms() - began;
	return s;
}

/* IPv6 is refused: IPv4 is tried at once, not after the head start. */
static void
next_after_refusal(void **state)
{
	struct peer *p = peer_start(NULL, greet, NULL);
	int fd;
	struct answer a = {.addr = {"127.0.0.1", "127.0.0.1"},
	    .port = {dead_port(&fd), peer_port(p)}};
	int64_t took;
	struct stream *s = race(&a, &took);

	(void)state;
	hear_hello(s);
	assert_in_range(took, 0, 200);
	stream_close(s);
	close(fd);
	peer_stop(p);
}

/* IPv6 hangs: IPv4 gets its turn after the head start, and wins. */
static void
next_after_silence(void **state)
{
	struct peer_opts deaf = {.deaf = true, .ipv6 = have_ipv6()};
	struct peer *dead = peer_start(&deaf, NULL, NULL);
	struct peer *p = peer_start(NULL, greet, NULL);
	struct answer a = {
	    .addr = {deaf.ipv6 ? "::1" : "127.0.0.1", "127.0.0.1"},
	    .port = {peer_port(dead), peer_port(p)}};
	int64_t took;
	struct stream *s = race(&a, &took);

	(void)state;
	hear_hello(s);
	assert_in_range(took, STREAM_STAGGER_MS, 2000);
	stream_close(s);
	peer_stop(p);
	peer_stop(dead);
}

static void
first_wins(void **state)
{
	struct peer_opts six = {.ipv6 = have_ipv6()};
	struct peer *one = peer_start(&six, greet, NULL);
	struct peer *two = peer_start(NULL, greet, NULL);
	struct answer a = {
	    .addr = {six.ipv6 ? "::1" : "127.0.0.1", "127.0.0.1"},
	    .port = {peer_port(one), peer_port(two)}};
	int64_t took;
	struct stream *s = race(&a, &took);

	(void)state;
	hear_hello(s);
	stream_close(s);
	assert_int_equal(peer_connections(one), 1);
	assert_int_equal(peer_connections(two), 0);
	assert_in_range(took, 0, 200);
	peer_stop(one);
	peer_stop(two);
}

static void
all_refuse(void **state)
{
	int fd;
	uint16_t port = dead_port(&fd);
	struct answer a = {.addr = {"127.0.0.1", "127.0.0.1", "127.0.0.1"},
	    .port = {port, port, port}};
	struct stream_opts so = {.host = "two.example.org", .port = 143};
	struct stream *s = NULL;
	struct err e = ERR_INIT;

	(void)state;
	need_error(stream_dial_with(&so, from_list, &a, &s, &e), &e, ERR_NET,
	    "connect to two.example.org port 143: connection refused");
	close(fd);
}

static int
open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* Nothing stays open, whatever became of the dial.  (The thread that looked
 * the name up may hold its own a moment longer.) */
static void
no_leaks(void **state)
{
	struct peer *p = peer_start(NULL, greet, NULL);
	struct timespec ms = {.tv_nsec = 1000000};
	int fd, before;
	struct answer a = {.addr = {"127.0.0.1", "127.0.0.1"},
	    .port = {dead_port(&fd), peer_port(p)}};
	int64_t took;

	(void)state;
	before = open_files();
	for (int i = 0; i < 20; i++)
		stream_close(race(&a, &took));
	assert_true(peer_wait_ended(p, 5000));
	for (int i = 0; i < 2000 && open_files() > before; i++)
		nanosleep(&ms, NULL);
	assert_true(open_files() <= before);
	close(fd);
	peer_stop(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(literals),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(dial_timeout),
	    cmocka_unit_test(cancel_connect),
	    cmocka_unit_test(cancelled_before),
	    cmocka_unit_test(cancel_lookup),
	    cmocka_unit_test(lookup_timeout),
	    cmocka_unit_test(lookup_errors),
	    cmocka_unit_test(names),
	    cmocka_unit_test(too_long_name),
	    cmocka_unit_test(order),
	    cmocka_unit_test(next_after_refusal),
	    cmocka_unit_test(next_after_silence),
	    cmocka_unit_test(first_wins),
	    cmocka_unit_test(all_refuse),
	    cmocka_unit_test(no_leaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
