#include "tls_int.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/bio.h>

static int
fd_of(BIO *b)
{
	return (int)(intptr_t)BIO_get_data(b);
}

static int
bio_write(BIO *b, const char *p, int n)
{
	ssize_t put;

	BIO_clear_retry_flags(b);
	put = send(fd_of(b), p, (size_t)n, MSG_NOSIGNAL);
	if (put < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(b);
	return (int)put;
}

static int
bio_read(BIO *b, char *p, int n)
{
	ssize_t got;

	BIO_clear_retry_flags(b);
	got = recv(fd_of(b), p, (size_t)n, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(b);
	return (int)got;
}

static long
bio_ctrl(BIO *b, int cmd, long num, void *ptr)
{
	(void)b;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO *
tls_bio_new(int fd, BIO_METHOD **method)
{
	BIO *b;

	*method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "etui socket");
	if (*method == NULL)
		return NULL;
	BIO_meth_set_write(*method, bio_write);
	BIO_meth_set_read(*method, bio_read);
	BIO_meth_set_ctrl(*method, bio_ctrl);
	b = BIO_new(*method);
	if (b == NULL)
		return NULL;
	BIO_set_data(b, (void *)(intptr_t)fd);
	BIO_set_init(b, 1);
	return b;
}
