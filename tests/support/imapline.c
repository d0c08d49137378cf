#include "imapline.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "scratch.h"

#define WAIT_MS 60000

/* Bytes from the server behind what is there; false: closed or silent. */
static bool
more(struct imapline *c)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	ssize_t n;

	if (c->cap - c->len < 65536) {
		c->cap = c->cap * 2 + 65536;
		c->in = realloc(c->in, c->cap + 1);
		if (!c->in)
			abort();
	}
	if (poll(&p, 1, WAIT_MS) <= 0)
		return false;
	n = recv(c->fd, c->in + c->len, c->cap - c->len, 0);
	if (n <= 0)
		return false;
	c->len += (size_t)n;
	c->in[c->len] = '\0';
	return true;
}

/* Move the first n bytes out; yours. */
static char *
take(struct imapline *c, size_t n)
{
	char *s = malloc(n + 1);

	if (!s)
		abort();
	memcpy(s, c->in, n);
	s[n] = '\0';
	c->len -= n;
	memmove(c->in, c->in + n, c->len + 1);
	return s;
}

bool
imapline_open(struct imapline *c, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

	memset(c, 0, sizeof *c);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd >= 0 && connect(c->fd, (struct sockaddr *)&a, sizeof a) == 0)
		while (more(c))
			if (strchr(c->in, '\n')) {
				free(take(c, c->len));
				return true;
			}
	imapline_close(c);
	return false;
}

void
imapline_send(struct imapline *c, const void *p, size_t n)
{
	const char *s = p;
	ssize_t put;

	for (; n > 0; s += put, n -= (size_t)put) {
		put = send(c->fd, s, n, MSG_NOSIGNAL);
		if (put < 0)
			fail_because("send to the server: %s", strerror(errno));
	}
}

char *
imapline_await(struct imapline *c, const char *tag)
{
	char *want = scratch_printf("%s ", tag), *at, *end;
	size_t from = 0;

	for (;;) {
		at = c->len > from ? strstr(c->in + from, want) : NULL;
		if (at && (at == c->in || at[-1] == '\n')) {
			end = strchr(at, '\n');
			if (end)
				break;
		} else if (at) {
			from = (size_t)(at - c->in) + 1;
			continue;
		}
		if (!more(c))
			fail_because("the server did not answer: %.200s",
			    c->len ? c->in : "(nothing)");
	}
	if (strncmp(at + strlen(want), "OK", 2) != 0)
		fail_because("the server refused: %.*s", (int)(end - at), at);
	free(want);
	return take(c, (size_t)(end - c->in) + 1);
}

void
imapline_await_go(struct imapline *c)
{
	while (!c->len || !strchr(c->in, '\n'))
		if (!more(c))
			fail_because("the server did not ask for a literal");
	if (c->in[0] != '+')
		fail_because("no literal wanted: %.200s", c->in);
	free(take(c, (size_t)(strchr(c->in, '\n') - c->in) + 1));
}

char *
imapline_do(struct imapline *c, const char *command)
{
	char tag[16], *line;

	snprintf(tag, sizeof tag, "t%u", ++c->tag);
	line = scratch_printf("%s %s\r\n", tag, command);
	imapline_send(c, line, strlen(line));
	free(line);
	return imapline_await(c, tag);
}

void
imapline_login(struct imapline *c, const char *user)
{
	char *line = scratch_printf("LOGIN \"%s\" pass", user);

	free(imapline_do(c, line));
	free(line);
}

void
imapline_close(struct imapline *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
	c->in = NULL;
	c->fd = -1;
}
