/* The server that other tests stand on: does it do what its header says? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dovecot.h"
#include "imapline.h"
#include "scratch.h"

static void
keeps_mail_over_an_outage(void **state)
{
	struct dovecot *d = dovecot_start(&(struct dovecot_opts){0});
	static const char mail[] = "Subject: one\r\n\r\nbody\r\n";
	uint16_t port = dovecot_port(d);
	struct imapline c;
	char *answer;

	(void)state;
	dovecot_append(
	    d, "ann", "INBOX", "\\Seen", NULL, mail, sizeof mail - 1);
	dovecot_fill(d, "ann", "INBOX", 1, 20);
	answer = dovecot_ask(d, "ann", "INBOX", "FETCH 1:* (UID FLAGS)");
	assert_non_null(strstr(answer, "* 1 FETCH (UID 1 FLAGS (\\Seen"));
	assert_non_null(strstr(answer, "* 21 FETCH (UID 21 "));
	free(answer);
	answer = dovecot_ask(d, "ann", "INBOX",
	    "FETCH 21 (INTERNALDATE BODY[HEADER.FIELDS (SUBJECT)])");
	assert_non_null(strstr(answer, "01-Jan-2026 00:20:00 +0000"));
	assert_non_null(strstr(answer, "Subject: Message 20"));
	free(answer);

	dovecot_stop(d);
	assert_false(imapline_open(&c, port));
	dovecot_again(d);
	assert_int_equal(dovecot_port(d), port);
	answer = dovecot_ask(d, "ann", NULL, "STATUS INBOX (MESSAGES)");
	assert_non_null(strstr(answer, "MESSAGES 21"));
	free(answer);
	dovecot_free(d);
}

static void
answers_as_told(void **state)
{
	struct dovecot *d = dovecot_start(&(struct dovecot_opts){.mdbox = true,
	    .no_tls = true,
	    .capability = "IMAP4rev1 LITERAL+ MULTIAPPEND"});
	char *answer;

	(void)state;
	dovecot_fill(d, "bob", "Sent", 1, 3);
	answer = dovecot_ask(d, "bob", NULL, "CAPABILITY");
	assert_null(strstr(answer, "CONDSTORE"));
	assert_null(strstr(answer, "STARTTLS"));
	assert_non_null(strstr(answer, "MULTIAPPEND"));
	free(answer);
	answer = dovecot_ask(d, "bob", NULL, "LIST (SPECIAL-USE) \"\" *");
	assert_non_null(strstr(answer, "\\Trash"));
	free(answer);
	dovecot_free(d);
}

static void
freezes_and_goes_on(void **state)
{
	struct dovecot *d = dovecot_start(&(struct dovecot_opts){0});
	char *answer, *log;

	(void)state;
	dovecot_freeze(d, true);
	dovecot_freeze(d, false);
	answer = dovecot_ask(d, "ann", NULL, "CAPABILITY");
	assert_non_null(strstr(answer, "QRESYNC"));
	free(answer);
	log = dovecot_log(d);
	assert_null(strstr(log, "Fatal"));
	free(log);
	dovecot_free(d);
	dovecot_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_mail_over_an_outage),
	    cmocka_unit_test(answers_as_told),
	    cmocka_unit_test(freezes_and_goes_on),
	};

	if (!dovecot_installed())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
