#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void
fail_because(const char *fmt, ...)
{
	va_list ap;

	/* Not through cmocka, which cuts at 1,024 bytes: half a screen. */
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	fail();
	abort();
}
