#include "util/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text that did not fit was cut at a byte: do not leave half a character. */
static void
mend_tail(char *s, size_t size)
{
	size_t n = strnlen(s, size);

	if (n + 1 < size)
		return;
	while (n > 0 && ((unsigned char)s[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)s[n - 1] >= 0xc0)
		n--;
	s[n] = '\0';
}

static void vformat(char *to, size_t size, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static void
vformat(char *to, size_t size, const char *fmt, va_list ap)
{
	if (vsnprintf(to, size, fmt, ap) < 0)
		to[0] = '\0';
	mend_tail(to, size);
}

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	char text[sizeof e->text];
	va_list ap;

	if (!e)
		return -1;
	/* Not straight into e: its old text may be among the arguments. */
	va_start(ap, fmt);
	vformat(text, sizeof text, fmt, ap);
	va_end(ap);
	e->kind = kind;
	memcpy(e->text, text, sizeof text);
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char context[sizeof e->text], text[2 * sizeof e->text + 2];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vformat(context, sizeof context, fmt, ap);
	va_end(ap);
	snprintf(text, sizeof text, "%s: %s", context, e->text);
	return err_set(e, e->kind, "%s", text);
}

int
err_errno(struct err *e, const char *fmt, ...)
{
	int code = errno;
	enum err_kind kind = code == ENOSPC || code == EDQUOT ? ERR_FULL
							      : ERR_SYS;
	char what[sizeof e->text];
	va_list ap;

	va_start(ap, fmt);
	vformat(what, sizeof what, fmt, ap);
	va_end(ap);
	err_set(e, kind, "%s: %s", what, strerror(code));
	errno = code;
	return -1;
}

void
err_clear(struct err *e)
{
	if (e) {
		e->kind = ERR_NONE;
		e->text[0] = '\0';
	}
}
