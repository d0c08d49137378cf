/* Who is believed, who is not, and what the user is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/tls1.h>

#include "later.h"
#include "peer.h"
#include "stream_int.h"
#include "util/mem.h"

static struct tls_files *files;

enum trust {
	TRUST_CA,     /* tls-ca-file is the test's CA */
	TRUST_SYSTEM, /* no tls-ca-file */
	TRUST_LEAF,   /* tls-ca-file is the server's own certificate */
};

static const struct {
	const char *why;
	enum test_cert cert;
	const char *host;
	enum trust trust;
	int max_version;
	const char *error; /* NULL: trusted */
} cases[] = {
    {"a name in the SAN", CERT_GOOD, "localhost", TRUST_CA, 0, NULL},
    {"an address in the SAN", CERT_GOOD, "127.0.0.1", TRUST_CA, 0, NULL},
    {"case does not matter", CERT_GOOD, "LocalHost.", TRUST_CA, 0, NULL},
    {"TLS 1.2 is good enough", CERT_GOOD, "localhost", TRUST_CA, TLS1_2_VERSION,
	NULL},
    {"TLS 1.1 is not", CERT_GOOD, "localhost", TRUST_CA, TLS1_1_VERSION,
	"old TLS version"},
    {"TLS 1.0 is not", CERT_GOOD, "localhost", TRUST_CA, TLS1_VERSION,
	"old TLS version"},
    {"expired", CERT_EXPIRED, "localhost", TRUST_CA, 0,
	"the certificate expired on 20"},
    {"not yet valid", CERT_NOT_YET, "localhost", TRUST_CA, 0,
	"is not valid before 20"},
    {"another name", CERT_WRONG_NAME, "localhost", TRUST_CA, 0,
	"the certificate is for mail.other.example, imap.other.example, "
	"not for localhost"},
    {"the system does not know the CA", CERT_GOOD, "localhost", TRUST_SYSTEM, 0,
	"signed by \"etui test CA\""},
    {"the tls-ca-file is another CA", CERT_UNKNOWN_CA, "localhost", TRUST_CA, 0,
	"signed by \"etui test stranger CA\", which the tls-ca-file does "
	"not hold; tls-ca-file"},
    {"self-signed", CERT_SELF_SIGNED, "localhost", TRUST_CA, 0,
	"self-signed; to trust it, save it and name the file in "
	"tls-ca-file"},
    {"self-signed, for the system", CERT_SELF_SIGNED, "localhost", TRUST_SYSTEM,
	0, "self-signed"},
    {"self-signed and named in tls-ca-file", CERT_SELF_SIGNED, "localhost",
	TRUST_LEAF, 0, NULL},
    {"a leaf of an unknown CA, named in tls-ca-file", CERT_UNKNOWN_CA,
	"localhost", TRUST_LEAF, 0, NULL},
    {"named there but expired all the same", CERT_EXPIRED, "localhost",
	TRUST_LEAF, 0, "expired"},
    {"named there but for another host", CERT_WRONG_NAME, "localhost",
	TRUST_LEAF, 0, "not for localhost"},
    {"the CN counts for nothing beside a SAN", CERT_CN_DIFFERS, "localhost",
	TRUST_CA, 0, "is for other.example, not for localhost"},
    {"nor without one", CERT_CN_ALONE, "localhost", TRUST_CA, 0,
	"names no host"},
    {"a name does not vouch for an address", CERT_NAME_ONLY, "127.0.0.1",
	TRUST_CA, 0, "is for localhost, not for 127.0.0.1"},
    {"an address written as a name is none", CERT_IP_AS_NAME, "127.0.0.1",
	TRUST_CA, 0, "not for 127.0.0.1"},
    {"a wildcard for one label", CERT_WILDCARD, "imap.example.test", TRUST_CA,
	0, NULL},
    {"not for two", CERT_WILDCARD, "a.imap.example.test", TRUST_CA, 0,
	"not for a.imap.example.test"},
    {"not for none", CERT_WILDCARD, "example.test", TRUST_CA, 0,
	"not for example.test"},
    {"part of a label is no wildcard", CERT_PARTIAL, "imap.example.test",
	TRUST_CA, 0, "not for imap.example.test"},
};

static int
to_loopback(void *ctx, const char *name, uint16_t port, struct addrs *out)
{
	(void)ctx;
	(void)name;
	out->n = dns_literal("127.0.0.1", port, &out->list[0]);
	return 0;
}

static void
script_login(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "C: secret\nS: fine\n");
}

static void
talk(struct stream *s)
{
	struct buf line = BUF_INIT(1000);
	struct err e = ERR_INIT;

	assert_int_equal(stream_write(s, "secret\r\n", 8, &e), 0);
	assert_int_equal(stream_flush(s, &e), 0);
	if (stream_read_line(s, &line, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(buf_text(&line), "fine");
	buf_free(&line);
}

/* One sentence, for one line of a screen. */
static void
check_sentence(const char *why, const struct err *e, const char *want)
{
	if (e->kind != ERR_TLS || strstr(e->text, want) == NULL)
		fail_msg("%s: kind %d, \"%s\"", why, (int)e->kind, e->text);
	assert_true(strlen(e->text) < sizeof e->text - 1);
	assert_null(strpbrk(e->text, "\r\n\033"));
}

static void
matrix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct peer_opts po = {.tls = true,
		    .files = files,
		    .cert = cases[i].cert,
		    .max_version = cases[i].max_version};
		struct peer *p = peer_start(&po, script_login, NULL);
		struct stream_opts so = {.host = cases[i].host,
		    .port = peer_port(p),
		    .tls = TLS_IMPLICIT};
		struct stream *s = NULL;
		struct err e = ERR_INIT;
		int rc;

		if (cases[i].trust == TRUST_CA)
			so.ca_file = tls_files_ca(files);
		if (cases[i].trust == TRUST_LEAF)
			so.ca_file = tls_files_cert(files, cases[i].cert);
		rc = stream_dial_with(&so, to_loopback, NULL, &s, &e);
		if (cases[i].error == NULL && rc < 0)
			fail_msg("%s: %s", cases[i].why, e.text);
		if (cases[i].error != NULL) {
			assert_int_equal(rc, -1);
			check_sentence(cases[i].why, &e, cases[i].error);
			assert_false(peer_saw(p, "secret"));
		} else {
			assert_true(stream_is_tls(s));
			assert_memory_equal(stream_tls_text(s), "TLSv1.", 6);
			talk(s);
			stream_close(s);
		}
		peer_stop(p);
	}
}

/* The system's roots: the directory first, and the bundle when that does not
 * know the CA. */
static void
system_roots(void **state)
{
	struct peer_opts po = {.tls = true, .files = files};
	struct peer *p = peer_start(&po, script_login, NULL);
	struct stream_opts so = {
	    .host = "localhost", .port = peer_port(p), .tls = TLS_IMPLICIT};
	struct stream *s = NULL;
	struct err e = ERR_INIT;

	(void)state;
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	setenv("SSL_CERT_FILE", tls_files_ca(files), 1);
	if (stream_dial(&so, &s, &e) < 0)
		fail_msg("%s", e.text);
	talk(s);
	stream_close(s);
	peer_stop(p);

	/* the bundle vouches for the chain, not for another name */
	po.cert = CERT_WRONG_NAME;
	p = peer_start(&po, script_login, NULL);
	so.port = peer_port(p);
	assert_int_equal(stream_dial(&so, &s, &e), -1);
	check_sentence("bundle", &e, "not for localhost");
	peer_stop(p);

	po.cert = CERT_EXPIRED;
	p = peer_start(&po, script_login, NULL);
	so.port = peer_port(p);
	assert_int_equal(stream_dial(&so, &s, &e), -1);
	check_sentence("bundle", &e, "expired on 20");
	unsetenv("SSL_CERT_DIR");
	unsetenv("SSL_CERT_FILE");
	peer_stop(p);
}

static void
bad_ca_file(void **state)
{
	static const char *const paths[] = {"/nonexistent/ca.pem", "/dev/null"};
	struct peer_opts po = {.tls = true, .files = files};
	struct peer *p = peer_start(&po, script_login, NULL);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stream_opts so = {.host = "localhost",
		    .port = peer_port(p),
		    .tls = TLS_IMPLICIT,
		    .ca_file = paths[i]};
		struct stream *s = NULL;
		struct err e = ERR_INIT;

		assert_int_equal(stream_dial(&so, &s, &e), -1);
		check_sentence(paths[i], &e, paths[i]);
	}
	peer_stop(p);
}

static void
script_plain(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S: * OK this is no TLS\nWAIT\n");
}

static void
no_tls_there(void **state)
{
	struct peer *p = peer_start(NULL, script_plain, NULL);
	struct stream_opts so = {
	    .host = "127.0.0.1", .port = peer_port(p), .tls = TLS_IMPLICIT};
	struct stream *s = NULL;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(stream_dial(&so, &s, &e), -1);
	check_sentence("plain", &e, "does not speak TLS here");
	peer_stop(p);
}

static void
script_silent(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_stall(c, 20000);
}

static void
handshake_stops(void **state)
{
	struct peer *p = peer_start(NULL, script_silent, NULL);
	struct stream_opts so = {.host = "127.0.0.1",
	    .port = peer_port(p),
	    .tls = TLS_IMPLICIT,
	    .connect_ms = 150,
	    .cancel = cancel_new()};
	struct stream *s = NULL;
	struct err e = ERR_INIT;
	struct later later;
	int64_t began = os_now_ms();

	(void)state;
	assert_int_equal(stream_dial(&so, &s, &e), -1);
	assert_int_equal(e.kind, ERR_NET);
	assert_non_null(strstr(e.text, "timed out in the handshake"));
	assert_in_range(os_now_ms() - began, 150, 3000);

	so.connect_ms = 0;
	later_cancel(&later, so.cancel, 50);
	assert_int_equal(stream_dial(&so, &s, &e), -1);
	assert_int_equal(e.kind, ERR_CANCEL);
	assert_in_range(later_took_ms(&later), 0, 500);
	cancel_unref(so.cancel);
	peer_stop(p);
}

static void
script_close(struct peer_conn *c, void *ctx)
{
	if (ctx != NULL)
		peer_reset(c);
	else
		peer_close(c);
}

static void
handshake_cut(void **state)
{
	(void)state;
	for (int reset = 0; reset < 2; reset++) {
		struct peer *p = peer_start(
		    NULL, script_close, reset ? &files : NULL);
		struct stream_opts so = {.host = "127.0.0.1",
		    .port = peer_port(p),
		    .tls = TLS_IMPLICIT};
		struct stream *s = NULL;
		struct err e = ERR_INIT;

		assert_int_equal(stream_dial(&so, &s, &e), -1);
		if (e.kind != ERR_NET)
			fail_msg("kind %d: %s", (int)e.kind, e.text);
		peer_stop(p);
	}
}

/* STARTTLS. */

static void
script_starttls(struct peer_conn *c, void *ctx)
{
	peer_play(c, ctx);
}

static struct stream *
dial_clear(struct peer *p, struct buf *line)
{
	struct stream_opts so = {.host = "localhost",
	    .port = peer_port(p),
	    .tls = TLS_STARTTLS,
	    .ca_file = tls_files_ca(files)};
	struct stream *s = NULL;
	struct err e = ERR_INIT;

	if (stream_dial(&so, &s, &e) < 0 ||
	    stream_write(s, "STARTTLS\r\n", 10, &e) < 0 ||
	    stream_flush(s, &e) < 0 || stream_read_line(s, line, &e) < 0)
		fail_msg("%s", e.text);
	assert_false(stream_is_tls(s));
	assert_string_equal(buf_text(line), "OK");
	return s;
}

static void
starttls(void **state)
{
	struct peer_opts po = {.files = files};
	char play[] = "C: STARTTLS\nS: OK\nTLS\nC: secret\nS: fine\n";
	struct peer *p = peer_start(&po, script_starttls, play);
	struct buf line = BUF_INIT(1000);
	struct stream *s = dial_clear(p, &line);
	struct err e = ERR_INIT;

	(void)state;
	if (stream_starttls(s, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(stream_is_tls(s));
	talk(s);
	/* a second one is a mistake of ours */
	assert_int_equal(stream_starttls(s, &e), -1);
	stream_close(s);
	buf_free(&line);
	peer_stop(p);
}

static void
starttls_refused(void **state)
{
	static const struct {
		const char *why, *play;
		enum test_cert cert;
		const char *error;
	} rows[] = {
	    {"bytes in the same packet",
		"C: STARTTLS\nS- OK\\r\\n* CAPABILITY X\\r\\n\nTLS\nWAIT\n",
		CERT_GOOD, "injected before the TLS handshake"},
	    {"one byte", "C: STARTTLS\nS- OK\\r\\nx\nTLS\nWAIT\n", CERT_GOOD,
		"injected before the TLS handshake"},
	    {"bytes in the next packet",
		"C: STARTTLS\nS: OK\nS: * PREAUTH hi\nTLS\nWAIT\n", CERT_GOOD,
		"localhost"},
	    {"expired", "C: STARTTLS\nS: OK\nTLS\nC: x\n", CERT_EXPIRED,
		"expired"},
	    {"another name", "C: STARTTLS\nS: OK\nTLS\nC: x\n", CERT_WRONG_NAME,
		"not for localhost"},
	    {"self-signed", "C: STARTTLS\nS: OK\nTLS\nC: x\n", CERT_SELF_SIGNED,
		"self-signed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct peer_opts po = {.files = files, .cert = rows[i].cert};
		struct peer *p = peer_start(
		    &po, script_starttls, (void *)(uintptr_t)rows[i].play);
		struct buf line = BUF_INIT(1000);
		struct stream *s = dial_clear(p, &line);
		struct err e = ERR_INIT;

		assert_int_equal(stream_starttls(s, &e), -1);
		check_sentence(rows[i].why, &e, rows[i].error);
		/* dead: nothing can be sent by mistake */
		assert_int_equal(stream_write(s, "secret\r\n", 8, &e), -1);
		assert_int_equal(e.kind, ERR_TLS);
		assert_int_equal(stream_flush(s, &e), -1);
		assert_int_equal(stream_read_line(s, &line, &e), -1);
		stream_close(s);
		assert_false(peer_saw(p, "secret"));
		buf_free(&line);
		peer_stop(p);
	}
}

/* The server hangs up properly, or is cut off: both are an end. */
static void
script_truncate(struct peer_conn *c, void *ctx)
{
	(void)ctx;
	peer_play(c, "S- * BYE and\nCLOSE\n");
}

static void
truncated(void **state)
{
	struct peer_opts po = {.tls = true, .files = files};
	struct peer *p = peer_start(&po, script_truncate, NULL);
	struct stream_opts so = {.host = "127.0.0.1",
	    .port = peer_port(p),
	    .tls = TLS_IMPLICIT,
	    .ca_file = tls_files_ca(files)};
	struct stream *s = NULL;
	struct buf line = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(stream_dial(&so, &s, &e), 0);
	assert_int_equal(stream_read_line(s, &line, &e), -1);
	assert_int_equal(e.kind, ERR_NET);
	assert_non_null(strstr(e.text, "closed the connection"));
	stream_close(s);
	buf_free(&line);
	peer_stop(p);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(matrix),
	    cmocka_unit_test(system_roots),
	    cmocka_unit_test(bad_ca_file),
	    cmocka_unit_test(no_tls_there),
	    cmocka_unit_test(handshake_stops),
	    cmocka_unit_test(handshake_cut),
	    cmocka_unit_test(starttls),
	    cmocka_unit_test(starttls_refused),
	    cmocka_unit_test(truncated),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
