/* Dates in the forms that mail carries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mime/header.h"

#define LEN(a)   (sizeof(a) / sizeof *(a))
#define HOPELESS INT64_MIN

static const struct {
	const char *why, *raw;
	int64_t want;
	int zone;
} cases[] = {
    {"RFC 5322", "Tue, 1 Jul 2003 10:52:37 +0200", 1057049557, 120},
    {"no weekday", "1 Jul 2003 10:52:37 +0200", 1057049557, 120},
    {"no seconds", "1 Jul 2003 10:52 +0200", 1057049520, 120},
    {"west of Greenwich, half an hour", "30 Dec 1969 23:32:54 -0330", -75426,
	-210},
    {"before 1970", "Thu, 13 Feb 1969 23:32 -0330", -27723480, -210},
    {"comments, nested", "Tue, 1 Jul 2003 ((a) b) 10:52:37 +0200 (CEST)",
	1057049557, 120},
    {"an unclosed comment", "Tue, 1 Jul 2003 10:52:37 +0200 (CEST", 1057049557,
	120},
    {"folded", "Tue,\r\n 1 Jul\r\n 2003 10:52:37 +0200", 1057049557, 120},
    {"a named zone", "1 Jul 2003 04:52:37 EDT", 1057049557, -240},
    {"GMT", "1 Jul 2003 08:52:37 GMT", 1057049557, 0},
    {"GMT and a number: the number counts", "1 Jul 2003 10:52:37 GMT+0200",
	1057049557, 120},
    {"a zone nobody knows", "1 Jul 2003 08:52:37 ZZZZ", 1057049557, 0},
    {"no zone is UTC", "1 Jul 2003 08:52:37", 1057049557, 0},
    {"a zone with two signs is none", "1 Jul 2003 08:52:37 +-0500", 1057049557,
	0},
    {"two digits of a year, this century", "1 Jul 03 08:52:37", 1057049557, 0},
    {"two digits of a year, the last one", "21 Nov 97 09:55:06 -0600",
	880127706, -360},
    {"three digits, a bug of the year 2000", "1 Jul 103 08:52:37", 1057049557,
	0},
    {"asctime", "Tue Jul  1 08:52:37 2003", 1057049557, 0},
    {"asctime with a zone", "Tue Jul  1 10:52:37 CEST 2003", 1057049557, 120},
    {"ISO 8601", "2003-07-01T10:52:37+02:00", 1057049557, 120},
    {"ISO 8601 Z with fractions", "2003-07-01T08:52:37.123Z", 1057049557, 0},
    {"ISO with blanks", "2003-07-01 08:52:37", 1057049557, 0},
    {"IMAP", "01-Jul-2003 10:52:37 +0200", 1057049557, 120},
    {"RFC 850", "Tuesday, 01-Jul-03 08:52:37 GMT", 1057049557, 0},
    {"dots in the time", "1 Jul 2003 08.52.37", 1057049557, 0},
    {"months by number, day first", "1.7.2003 08:52:37", 1057049557, 0},
    {"months by number, told by the day", "7/31/2003 08:52:37", 1059641557, 0},
    {"PM", "Jul 1, 2003 08:52:37 PM", 1057092757, 0},
    {"12 AM is midnight", "Jul 1, 2003 12:52:37 AM", 1057020757, 0},
    {"months in full", "Tue, 1 July 2003 08:52:37 +0000", 1057049557, 0},
    {"any case", "TUE, 1 JUL 2003 08:52:37 gmt", 1057049557, 0},
    {"leap day", "29 Feb 2004 00:00:00 +0000", 1078012800, 0},
    {"leap second", "31 Dec 2016 23:59:60 +0000", 1483228799 + 1, 0},
    {"a date alone", "1 Jul 2003", 1057017600, 0},
    {"after 2038", "1 Jul 2103 08:52:37 +0000", 4212723157, 0},
    {"no month of that name", "7 Bog 2026 19:14:51 +0000", HOPELESS, 0},
    {"month zero", "7 00 2026 19:14:51 +0000", HOPELESS, 0},
    {"a broken time makes it doubtful", "15 Dec 2010 59:10 -0500", HOPELESS, 0},
    {"numbers without end", "99999999999999999999 Jul 2003 10:00", HOPELESS, 0},
    {"words", "yesterday", HOPELESS, 0},
    {"nothing", "", HOPELESS, 0},
};

static void
parses(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LEN(cases); i++) {
		size_t n = strlen(cases[i].raw);
		char *p = malloc(n + (n == 0));
		int zone = -1;
		int64_t got;

		assert_non_null(p);
		memcpy(p, cases[i].raw, n);
		got = date_parse(p, n, &zone);
		if (got != cases[i].want || zone != cases[i].zone)
			fail_msg("%s: got %lld, zone %d", cases[i].why,
			    (long long)got, zone);
		free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
