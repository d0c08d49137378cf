/*
 * e2e - what the end-to-end tests have in common.
 */
#ifndef ETUI_TEST_E2E_H
#define ETUI_TEST_E2E_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dovecot.h"
#include "fail.h"
#include "home.h"
#include "scratch.h"
#include "term.h"

/* The bytes that a terminal must never be sent by a mail or a server. */
static inline bool
output_holds(const struct term *t, const char *bytes)
{
	size_t n;
	const char *out = term_output(t, &n);

	return memmem(out, n, bytes, strlen(bytes)) != NULL;
}

/* Leave the index with q and expect that it went well. */
static inline void
quit(struct term *t)
{
	term_keys(t, "q");
	assert_int_equal(term_wait_exit(t, 10000), 0);
}

/* Leave the pager, then the index. */
static inline void
quit_pager(struct term *t)
{
	term_keys(t, "i");
	term_settle(t, 100);
	quit(t);
}

#endif
