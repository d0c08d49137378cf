/*
 * conn - commands go out under tags, responses come in one at a time.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imap_int.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

void
imap_clean(char *out, size_t size, const char *s, size_t n)
{
	struct buf b = BUF_INIT(64 * 1024);
	size_t len;

	utf8_clean(&b, s, n < 4000 ? n : 4000, CLEAN_LINE);
	len = b.len < size ? b.len : size - 1;
	while (len > 0 && len < b.len && (b.data[len] & 0xc0) == 0x80)
		len--;
	if (len > 0)
		memcpy(out, b.data, len);
	out[len] = 0;
	buf_free(&b);
}

void
imap_note(struct imap *im, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	if (im->base.trace == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	trace_note(im->base.trace, "%s", text);
}

int
imap_die(
    struct imap *im, struct err *e, enum err_kind kind, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	im->base.dead = true;
	return err_set(e, kind, "%s", text);
}

int
imap_lost(struct imap *im, struct err *e)
{
	im->base.dead = true;
	if (im->bye[0] != 0 && e != NULL && e->kind == ERR_NET)
		err_set(e, ERR_NET, "the server closed the connection: %s",
		    im->bye);
	return -1;
}

int
imap_ready(struct imap *im, struct err *e)
{
	if (im->base.dead)
		return err_set(e, ERR_NET, "the connection is closed");
	im->sink_err.kind = ERR_NONE;
	return 0;
}

/* Commands out */

struct imap_cmd *
imap_begin(struct imap *im, struct err *e)
{
	for (int i = 0; i < IMAP_IN_FLIGHT; i++) {
		struct imap_cmd *c = &im->cmds[i];

		if (c->num != 0)
			continue;
		im->last_tag++;
		c->num = im->last_tag;
		c->status = IMAP_WAITING;
		c->text[0] = 0;
		c->code.max = IMAP_CODE_MAX;
		c->code.len = 0;
		c->orphan = false;
		buf_cut(&im->out, 0); /* what a failed command left */
		imap_put(im, "e%u ", c->num);
		return c;
	}
	err_set(e, ERR_LIMIT, "too many commands under way");
	return NULL;
}

void
imap_free_cmd(struct imap_cmd *c)
{
	if (c == NULL)
		return;
	c->num = 0;
	buf_free(&c->code);
}

void
imap_put(struct imap *im, const char *fmt, ...)
{
	char small[512], *text = small;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if ((size_t)n >= sizeof small) {
		text = mem_alloc((size_t)n + 1);
		va_start(ap, fmt);
		vsnprintf(text, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	buf_put(&im->out, text, (size_t)n);
	if (text != small)
		free(text);
}

static bool
needs_literal(const char *s, size_t n)
{
	if (n > 1000)
		return true;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || (unsigned char)s[i] > '~')
			return true;
	return false;
}

static int
put_literal(struct imap *im, const char *s, size_t n, struct err *e)
{
	bool plus = imap_has(im, CAP_LITERAL_PLUS);

	imap_put(im, "{%zu%s}\r\n", n, plus ? "+" : "");
	if (!plus && (imap_flush(im, e) < 0 || imap_await_go(im, NULL, e) < 0))
		return -1;
	buf_put(&im->out, s, n);
	return 0;
}

int
imap_put_string(struct imap *im, const char *s, size_t n, struct err *e)
{
	if (memchr(s, '\r', n) != NULL || memchr(s, '\n', n) != NULL ||
	    memchr(s, 0, n) != NULL)
		return err_set(e, ERR_INPUT,
		    "text with a line break cannot be sent to the server");
	if (needs_literal(s, n))
		return put_literal(im, s, n, e);
	buf_putc(&im->out, '"');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"' || s[i] == '\\')
			buf_putc(&im->out, '\\');
		buf_putc(&im->out, s[i]);
	}
	buf_putc(&im->out, '"');
	return 0;
}

int
imap_put_folder(struct imap *im, const char *utf8, struct err *e)
{
	char *wire = imap_wire_name(im, utf8, e);
	int rc = -1;

	if (wire != NULL)
		rc = imap_put_string(im, wire, strlen(wire), e);
	free(wire);
	return rc;
}

int
imap_end(struct imap *im, struct err *e)
{
	int rc;

	buf_puts(&im->out, "\r\n");
	rc = stream_write(im->base.stream, im->out.data, im->out.len, e);
	mem_wipe(im->out.data, im->out.len);
	buf_cut(&im->out, 0);
	return rc < 0 ? imap_lost(im, e) : 0;
}

int
imap_flush(struct imap *im, struct err *e)
{
	int rc = 0;

	if (im->out.len > 0)
		rc = stream_write(
		    im->base.stream, im->out.data, im->out.len, e);
	if (im->out.len > 0)
		mem_wipe(im->out.data, im->out.len);
	buf_cut(&im->out, 0);
	if (rc < 0 || stream_flush(im->base.stream, e) < 0)
		return imap_lost(im, e);
	return 0;
}

static int
imap_vsend(struct imap *im, struct imap_cmd **out, struct err *e,
    const char *fmt, va_list ap)
{
	char *text;

	*out = imap_begin(im, e);
	if (*out == NULL)
		return -1;
	text = mem_vprintf(fmt, ap);
	buf_puts(&im->out, text);
	free(text);
	return imap_end(im, e);
}

int
imap_send(
    struct imap *im, struct imap_cmd **out, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = imap_vsend(im, out, e, fmt, ap);
	va_end(ap);
	return rc;
}

/* Responses in */

int
imap_read_line(struct imap *im, struct err *e)
{
	im->line.max = STREAM_LINE_MAX;
	if (stream_read_line(im->base.stream, &im->line, e) < 0)
		return imap_lost(im, e);
	return 0;
}

int
imap_drain(struct imap *im, uint64_t n, struct err *e)
{
	if (n > IMAP_DRAIN_MAX)
		return imap_die(im, e, ERR_LIMIT,
		    "the server sends more than was asked for: %d MiB and more",
		    IMAP_DRAIN_MAX >> 20);
	if (im->piece == NULL)
		im->piece = mem_alloc(IMAP_PIECE);
	while (n > 0) {
		size_t now = n < IMAP_PIECE ? (size_t)n : IMAP_PIECE;

		if (stream_read(im->base.stream, im->piece, now, e) < 0)
			return imap_lost(im, e);
		n -= now;
	}
	return 0;
}

/* n octets to the end of im->resp. */
static int
append_octets(struct imap *im, size_t n, struct err *e)
{
	if (im->piece == NULL)
		im->piece = mem_alloc(IMAP_PIECE);
	while (n > 0) {
		size_t now = n < IMAP_PIECE ? n : IMAP_PIECE;

		if (stream_read(im->base.stream, im->piece, now, e) < 0)
			return imap_lost(im, e);
		buf_put(&im->resp, im->piece, now);
		n -= now;
	}
	return 0;
}

int
imap_whole(struct imap *im, size_t max, struct err *e)
{
	uint64_t size, drained = 0;
	bool over = max == 0;

	im->resp.max = IMAP_FETCH_MAX + STREAM_LINE_MAX + 64;
	buf_cut(&im->resp, 0);
	for (;;) {
		if (!over && im->resp.len + im->line.len + 2 > max)
			over = true;
		if (!over) {
			buf_put(&im->resp, im->line.data, im->line.len);
			buf_puts(&im->resp, "\r\n");
		}
		if (!scan_literal_at_end(
			buf_text(&im->line), im->line.len, &size))
			return over ? 1 : 0;
		if (!over && size > max - im->resp.len)
			over = true;
		if (over) {
			drained += size < IMAP_DRAIN_MAX ? size
							 : IMAP_DRAIN_MAX;
			if (imap_drain(im,
				drained > IMAP_DRAIN_MAX ? UINT64_MAX : size,
				e) < 0)
				return -1;
		} else if (append_octets(im, (size_t)size, e) < 0) {
			return -1;
		}
		if (imap_read_line(im, e) < 0)
			return -1;
	}
}

static struct imap_cmd *
cmd_of_tag(struct imap *im, struct span tag)
{
	struct scan s = scan_of(tag.p, tag.n);
	uint64_t num;

	if (!scan_char(&s, 'e') || !scan_number(&s, UINT32_MAX, &num) ||
	    s.p != s.end || num == 0)
		return NULL;
	for (int i = 0; i < IMAP_IN_FLIGHT; i++)
		if (im->cmds[i].num == num &&
		    im->cmds[i].status == IMAP_WAITING)
			return &im->cmds[i];
	return NULL;
}

/* Something that told us nothing: too many of those are an attack. */
static int
junk(struct imap *im, struct err *e)
{
	imap_note(im, "skipped a line that means nothing here");
	if (++im->junk > IMAP_JUNK_MAX)
		return imap_die(
		    im, e, ERR_PROTO, "the server sends nothing but noise");
	return 0;
}

static int
tagged(struct imap *im, struct err *e)
{
	struct scan s = scan_of(im->line.data, im->line.len);
	enum imap_status status;
	struct imap_cmd *c;
	struct span tag;

	if (!scan_atom(&s, &tag) || (c = cmd_of_tag(im, tag)) == NULL)
		return junk(im, e);
	scan_blanks(&s);
	if (scan_word(&s, "OK"))
		status = IMAP_OK;
	else if (scan_word(&s, "NO"))
		status = IMAP_NO;
	else if (scan_word(&s, "BAD"))
		status = IMAP_BAD;
	else
		return junk(im, e);
	scan_blanks(&s);
	im->junk = 0;
	im->unasked = 0;
	imap_resp_text(im, c, s.p, (size_t)(s.end - s.p));
	c->status = status;
	if (c->orphan)
		imap_free_cmd(c);
	return 0;
}

int
imap_step(struct imap *im, struct err *e)
{
	const char *p;

	if (imap_read_line(im, e) < 0)
		return -1;
	p = buf_text(&im->line);
	if (p[0] == '*' && p[1] == ' ') {
		int rc = imap_untagged(im, e);

		return rc > 0 ? junk(im, e) : rc;
	}
	if (p[0] == '+') {
		size_t skip = p[1] == ' ' ? 2 : 1;

		im->cont.max = STREAM_LINE_MAX;
		buf_cut(&im->cont, 0);
		buf_put(&im->cont, p + skip, im->line.len - skip);
		im->has_cont = true;
		if (++im->junk > IMAP_JUNK_MAX)
			return junk(im, e);
		return 0;
	}
	return tagged(im, e);
}

int
imap_wait_ms(struct imap *im, int ms, struct err *e)
{
	int rc = stream_wait(im->base.stream, ms, -1, e);

	return rc < 0 ? imap_lost(im, e) : rc;
}

int
imap_await(struct imap *im, const struct imap_cmd *c, struct err *e)
{
	while (c->status == IMAP_WAITING)
		if (imap_step(im, e) < 0)
			return -1;
	return 0;
}

int
imap_await_go(struct imap *im, const struct imap_cmd *c, struct err *e)
{
	unsigned num = im->last_tag;

	im->has_cont = false;
	for (int i = 0; c == NULL && i < IMAP_IN_FLIGHT; i++)
		if (im->cmds[i].num == num)
			c = &im->cmds[i];
	while (!im->has_cont) {
		if (imap_step(im, e) < 0)
			return -1;
		if (c != NULL && c->status != IMAP_WAITING)
			return imap_refused(c, "send text", e);
	}
	im->has_cont = false;
	return 0;
}

int
imap_refused(const struct imap_cmd *c, const char *what, struct err *e)
{
	enum err_kind kind = ERR_PROTO;
	struct scan s = scan_of(buf_text(&c->code), c->code.len);

	if (scan_word(&s, "NONEXISTENT") || scan_word(&s, "TRYCREATE"))
		kind = ERR_GONE;
	return err_set(e, kind, "%s: the server said: %s%s%s", what,
	    c->status == IMAP_BAD ? "BAD" : "NO", c->text[0] != 0 ? " " : "",
	    c->text);
}

int
imap_finish(
    struct imap *im, struct imap_cmd *c, const char *what, struct err *e)
{
	int rc = imap_await(im, c, e);

	if (rc == 0 && c->status != IMAP_OK)
		rc = imap_refused(c, what, e);
	imap_free_cmd(c);
	return rc;
}

int
imap_run(struct imap *im, const char *what, struct err *e, const char *fmt, ...)
{
	struct imap_cmd *c;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = imap_vsend(im, &c, e, fmt, ap);
	va_end(ap);
	if (rc < 0 || imap_flush(im, e) < 0)
		return -1;
	return imap_finish(im, c, what, e);
}
