/* The scripted peer itself: a tool that cannot fail proves nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "peer.h"

static int
dial(uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void
hear(int fd, const char *want)
{
	char got[256];
	size_t n = 0;

	while (n < strlen(want)) {
		ssize_t k = recv(fd, got + n, sizeof got - 1 - n, 0);

		assert_true(k > 0);
		n += (size_t)k;
	}
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void
globs(void **state)
{
	static const struct {
		const char *why, *glob, *text;
		bool want;
	} cases[] = {
	    {"equal", "a b", "a b", true},
	    {"case does not matter", "LOGIN", "login", true},
	    {"a star is any run", "a * c", "a x y c", true},
	    {"also an empty one", "a*", "a", true},
	    {"brackets are themselves", "[x]", "[x]", true},
	    {"and no sets", "[x]", "x", false},
	    {"it must reach the end", "a", "ab", false},
	    {"a star retries", "*ab", "aab", true},
	    {"a star in the text", "1:*", "1:*", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (peer_glob(cases[i].glob, cases[i].text) != cases[i].want)
			fail_msg("%s", cases[i].why);
}

static void
greet(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S: * OK hi\n"
		     "C: %a LOGIN * x\n"
		     "S: %a OK done\n"
		     "S- raw\\x21\\r\\n\n"
		     "CLOSE\n");
}

static void
play(void **state)
{
	struct peer *p = peer_start(NULL, greet, NULL);
	int fd = dial(peer_port(p));

	(void)state;
	say(fd, "t7 login ann x\r\n");
	hear(fd, "* OK hi\r\nt7 OK done\r\nraw!\r\n");
	close(fd);
	assert_true(peer_wait_ended(p, 5000));
	assert_int_equal(peer_connections(p), 1);
	assert_true(peer_saw(p, "login ann"));
	assert_false(peer_saw(p, "bob"));
	peer_stop(p);
}

static void
deaf_ears(void **state)
{
	struct peer_opts o = {.deaf = true};
	struct peer *p = peer_start(&o, NULL, NULL);
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_port = htons(peer_port(p)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval tv = {.tv_usec = 200000};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), -1);
	assert_int_equal(errno, EINPROGRESS);
	close(fd);
	peer_stop(p);
}

static void
base64_is_seen(void **state)
{
	struct peer *p = peer_start(NULL, NULL, NULL);
	int fd = dial(peer_port(p));

	(void)state;
	say(fd, "a AUTHENTICATE PLAIN AGFubgBzM2NyM3Q=\r\n");
	close(fd);
	assert_true(peer_wait_connections(p, 1, 5000));
	assert_true(peer_saw(p, "s3cr3t"));
	peer_stop(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(globs),
	    cmocka_unit_test(play),
	    cmocka_unit_test(deaf_ears),
	    cmocka_unit_test(base64_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
