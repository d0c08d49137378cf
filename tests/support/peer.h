/*
 * peer - the other end of a connection, following a script inside the test.
 *
 * peer_start() listens on loopback; every connection that is accepted runs
 * `script` on a thread of its own.  A script sends, expects, cuts, stalls,
 * starts TLS.  What it expected and did not get fails the test in
 * peer_stop(), with what was wanted and what came.
 *
 *	static void script(struct peer_conn *c, void *ctx)
 *	{
 *		peer_play(c,
 *		    "S: * OK ready\n"
 *		    "C: %a LOGIN *\n"
 *		    "S: %a NO [AUTHENTICATIONFAILED] no\n");
 *	}
 *
 *	struct peer *p = peer_start(NULL, script, NULL);
 *	... dial 127.0.0.1 peer_port(p), close ...
 *	assert_false(peer_saw(p, "secret"));
 *	peer_stop(p);
 *
 * Scripts end early and silently when the client hangs up while they send or
 * stall; that is for the test's own side to judge.  Every wait is bounded.
 */
#ifndef ETUI_TEST_PEER_H
#define ETUI_TEST_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tlsfiles.h"

struct peer;
struct peer_conn;

typedef void peer_script(struct peer_conn *c, void *ctx);

struct peer_opts {
	bool ipv6;     /* [::1] instead of 127.0.0.1 */
	uint16_t port; /* 0: any free one */
	bool deaf;     /* listens and never answers a connect */
	bool mute;     /* accepts and never reads, small receive buffer */
	bool tls;      /* handshake first; the script runs only after it */
	const struct tls_files *files; /* needed for any TLS; borrowed */
	enum test_cert cert;           /* of `tls`, and of "TLS" in a play */
	int max_version;               /* TLS1_1_VERSION: an old server */
	int timeout_ms;                /* of each expectation; 0: 10 s */
};

/* opts NULL: all zero. */
struct peer *peer_start(
    const struct peer_opts *opts, peer_script *script, void *ctx);
/* Ends all connections and fails the test if a script was disappointed. */
void peer_stop(struct peer *p);
uint16_t peer_port(const struct peer *p);
int peer_connections(struct peer *p); /* accepted so far */
/* Wait until `n` connections were accepted, and all scripts have ended
 * (for that the client must have hung up).  False after timeout_ms. */
bool peer_wait_connections(struct peer *p, int n, int timeout_ms);
bool peer_wait_ended(struct peer *p, int timeout_ms);

/* All that clients ever sent (inside TLS as well as before it), and whether
 * `text` was in it, plainly or in base64.  Waits for the scripts to end, so
 * close the client first.  peer_received is yours to free. */
char *peer_received(struct peer *p, size_t *n);
bool peer_saw(struct peer *p, const char *text);

/*
 * A whole script as lines:
 *	S: text		send it with CRLF; %a at its start is a captured tag
 *	S- text		send it without CRLF; \r \n \0 \\ \xHH are understood
 *	C: glob		expect a line; * is any run, %a at the start captures
 *			a tag under that letter; case does not matter
 *	TLS		handshake (server side) with the peer's certificate
 *	STALL ms	say nothing; ends early when the client hangs up
 *	WAIT		until the client hangs up, reading all it says
 *	CLOSE, RESET	hang up (FIN, RST)
 */
void peer_play(struct peer_conn *c, const char *play);

void peer_send(struct peer_conn *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void peer_send_raw(struct peer_conn *c, const void *p, size_t n);
/* In pieces of `piece` bytes, gap_ms apart. */
void peer_send_slowly(
    struct peer_conn *c, const void *p, size_t n, size_t piece, int gap_ms);
/* The next line without CRLF; false at the end of the connection or after the
 * timeout.  Lines longer than cap are cut. */
bool peer_read_line(struct peer_conn *c, char *line, size_t cap);
/* Expect a line that matches glob ("% FETCH 1:*"): a % at the start captures
 * the first word into tag, when that is not NULL. */
void peer_expect_line(struct peer_conn *c, const char *glob, char tag[64]);
void peer_expect_bytes(struct peer_conn *c, const void *p, size_t n);
void peer_skip(struct peer_conn *c, size_t n); /* read n bytes, whatever */
/* False when the client refused. */
bool peer_start_tls(struct peer_conn *c, enum test_cert cert);
void peer_stall(struct peer_conn *c, int ms);
void peer_wait_hangup(struct peer_conn *c);
void peer_close(struct peer_conn *c);
void peer_reset(struct peer_conn *c);
int peer_index(const struct peer_conn *c); /* 0 for the first connection */
char *peer_tag(struct peer_conn *c, char letter); /* what a play captured */
/* Fail the test from a script. */
void peer_fail(struct peer_conn *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));

bool peer_glob(const char *glob, const char *text); /* only * is special */

#endif
