/*
 * libetpan's IMAP parser pulls lines and literals by itself, allocates a
 * literal by the number the server says, and knows no longest line.  So what
 * arrives is watched before it gets there: where a line ends in {n}, n bytes
 * are a literal.  A server that lies about that only shifts what is counted;
 * no stretch between two line ends is ever let through beyond
 * literal_max + STREAM_LINE_MAX.
 */
#include "stream_int.h"

#include <string.h>

/* Does a line that ends like this announce a literal: {123}, {123+}, ~{123}?
 * A number that does not fit is UINT64_MAX. */
static bool
announces(const char *s, size_t n, uint64_t *out)
{
	uint64_t size = 0, unit = 1;
	size_t digits = 0;

	if (n > 0 && s[n - 1] == '\n')
		n--;
	if (n > 0 && s[n - 1] == '\r')
		n--;
	if (n == 0 || s[n - 1] != '}')
		return false;
	n--;
	if (n > 0 && s[n - 1] == '+')
		n--;
	for (; n > 0 && s[n - 1] >= '0' && s[n - 1] <= '9'; n--) {
		if (digits++ < 18)
			size += (uint64_t)(s[n - 1] - '0') * unit;
		else if (s[n - 1] != '0')
			size = UINT64_MAX / 2;
		unit *= digits < 18 ? 10 : 1;
	}
	*out = size;
	return n == 0 ? digits > 18 : digits > 0 && s[n - 1] == '{';
}

static void
keep_tail(struct bound *b, const char *p, size_t n)
{
	size_t room = sizeof b->tail, keep;

	if (n >= room) {
		memcpy(b->tail, p + n - room, room);
		b->tail_len = room;
		return;
	}
	keep = b->tail_len < room - n ? b->tail_len : room - n;
	memmove(b->tail, b->tail + b->tail_len - keep, keep);
	memcpy(b->tail + keep, p, n);
	b->tail_len = keep + n;
}

static int
line_end(struct bound *b, const char *host, struct err *e)
{
	uint64_t size = 0;

	if (!announces(b->tail, b->tail_len, &size))
		b->whole = size = 0;
	b->tail_len = 0;
	b->line = 0;
	if (size > b->literal_max)
		return err_set(e, ERR_LIMIT,
		    "%s announced %llu bytes in one piece; the limit is %llu",
		    host, (unsigned long long)size,
		    (unsigned long long)b->literal_max);
	b->literal = size;
	return 0;
}

static size_t
pass_literal(struct bound *b, size_t n)
{
	size_t here = b->literal < n ? (size_t)b->literal : n;

	b->literal -= here;
	b->whole += here;
	return here;
}

int
bound_pass(
    struct bound *b, const char *host, const char *p, size_t n, struct err *e)
{
	while (b->literal_max > 0 && n > 0) {
		const char *lf;
		size_t here;

		if (b->literal > 0) {
			here = pass_literal(b, n);
			p += here;
			n -= here;
			continue;
		}
		lf = memchr(p, '\n', n);
		here = lf != NULL ? (size_t)(lf - p) + 1 : n;
		keep_tail(b, p, here);
		b->line += here;
		b->whole += here;
		if (b->line > STREAM_LINE_MAX + 2)
			return err_set(e, ERR_LIMIT,
			    "%s sent a line of more than %d bytes", host,
			    STREAM_LINE_MAX);
		if (b->whole > b->literal_max + STREAM_LINE_MAX)
			return err_set(e, ERR_LIMIT,
			    "%s sent a response of more than %llu bytes", host,
			    (unsigned long long)b->whole);
		if (lf != NULL && line_end(b, host, e) < 0)
			return -1;
		p += here;
		n -= here;
	}
	return 0;
}
