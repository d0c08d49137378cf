/*
 * imapline - the smallest IMAP client, with which a test looks at a server
 * behind the program's back.  Private to the support code.
 */
#ifndef ETUI_TEST_IMAPLINE_H
#define ETUI_TEST_IMAPLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct imapline {
	int fd;
	char *in; /* received and not yet taken */
	size_t len, cap;
	unsigned tag;
};

/* Connect to a loopback port and read the greeting; false: not answering. */
bool imapline_open(struct imapline *c, uint16_t port);
void imapline_login(struct imapline *c, const char *user);
void imapline_send(struct imapline *c, const void *p, size_t n);
/* Send a command under a new tag and wait for its OK; what came, yours. */
char *imapline_do(struct imapline *c, const char *command);
/* The same for a command that was sent already under this tag. */
char *imapline_await(struct imapline *c, const char *tag);
/* Wait for the "+" that asks for a literal. */
void imapline_await_go(struct imapline *c);
void imapline_close(struct imapline *c);

#endif
