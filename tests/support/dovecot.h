/*
 * dovecot - a real IMAP server of one's own: a private Dovecot on free
 * loopback ports, with its own config, mail and log in a temporary folder,
 * whether the test runs as root or not.
 *
 * Any user name logs in with the password "pass".  Each has INBOX, Archive,
 * Drafts, Junk, Sent and Trash (special use), "/" between the levels of a
 * name, and Maildir storage unless mdbox is asked for.
 *
 *	struct dovecot *d = dovecot_start(&(struct dovecot_opts){ 0 });
 *	dovecot_fill(d, "ann", "INBOX", 1, 100);
 *	... dovecot_port(d), dovecot_ca(d) ...
 *	char *all = dovecot_ask(d, "ann", "INBOX", "FETCH 1:* (UID FLAGS)");
 *	free(all);
 *	dovecot_free(d);
 *
 * Every failure ends the test (fail.h).  The server ends with the test
 * process, however that ends.
 */
#ifndef ETUI_TEST_DOVECOT_H
#define ETUI_TEST_DOVECOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tlsfiles.h"

struct dovecot_opts {
	/* What CAPABILITY says, before and after login ("IMAP4rev1 UIDPLUS"):
	 * to see how the program falls back.  NULL: all that Dovecot has. */
	const char *capability;
	const char *mechanisms; /* NULL: "plain login" */
	bool mdbox;             /* one storage for all: fast for 100,000s */
	bool compress;          /* COMPRESS=DEFLATE */
	bool no_tls;            /* neither STARTTLS nor the TLS port */
	enum test_cert cert;    /* which certificate; CERT_GOOD is 0 */
	const char *extra;      /* more lines of dovecot.conf */
};

struct dovecot;

/* Is the program there?  A test that needs it skips (77) when not. */
bool dovecot_installed(void);

struct dovecot *dovecot_start(const struct dovecot_opts *o);
/* Both ways keep ports, mail and certificates: an outage, and its end. */
void dovecot_stop(struct dovecot *d);
void dovecot_again(struct dovecot *d);
/* From the next dovecot_again(): another certificate. */
void dovecot_use_cert(struct dovecot *d, enum test_cert cert);
/* Stop and remove everything; NULL is fine. */
void dovecot_free(struct dovecot *d);

uint16_t dovecot_port(const struct dovecot *d);     /* plain, and STARTTLS */
uint16_t dovecot_tls_port(const struct dovecot *d); /* TLS from byte one */
const char *dovecot_ca(const struct dovecot *d);    /* PEM file to trust */
const char *dovecot_dir(const struct dovecot *d);
/* The user's mail folder on disk (Maildir: cur, new, tmp, .Sent ...); yours. */
char *dovecot_maildir(const struct dovecot *d, const char *user);
char *dovecot_log(const struct dovecot *d); /* all of it so far; yours */

/* Suspend every process of the server, so that connections stay open and
 * nothing is answered; and let them run on. */
void dovecot_freeze(struct dovecot *d, bool on);

/* Append one message.  flags: "\\Seen \\Flagged" or NULL; date: an
 * INTERNALDATE ("01-Mar-2026 10:00:00 +0000") or NULL. */
void dovecot_append(struct dovecot *d, const char *user, const char *folder,
    const char *flags, const char *date, const char *message, size_t n);
/*
 * Append n small messages, numbered from `first`: Subject "Message N",
 * From "Sender K <sK@example.org>" (K is N modulo 10), Message-ID
 * <N@fill.example>, Date and INTERNALDATE one minute apart from 1 January
 * 2026, and a body that says its number.
 */
void dovecot_fill(struct dovecot *d, const char *user, const char *folder,
    unsigned first, unsigned n);
/*
 * Log in, SELECT folder (NULL: none), send one command and return all that
 * came in answer to that, tagged line included; yours.  A NO or BAD ends the
 * test.
 */
char *dovecot_ask(struct dovecot *d, const char *user, const char *folder,
    const char *command);

#endif
