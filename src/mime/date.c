/*
 * Dates in every form that mail carries.
 *
 * The value is cut into numbers and words; each says by its own shape what it
 * is (a word of letters is a month, a zone, AM or PM; "10:52" is a time; four
 * digits are a year), and only what is left over goes by its place.  So RFC
 * 5322, asctime(), ISO 8601 and IMAP's date-time are one parser, and missing
 * or doubled parts do no harm.
 */
#include <string.h>
#include <time.h>

#include "mime_int.h"

struct stamp {
	int year, month, day, hour, minute, second, zone;
	bool has_time, has_zone, pm, am;
	int loose[4]; /* numbers whose meaning their place decides */
	int nloose;
};

static int
month_of(const char *s, size_t n)
{
	/* the second row: other languages' where they differ */
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec"
				    "enefevmrzavrmaigiulugagosetoktnoedez";
	int i;

	if (n < 3)
		return 0;
	for (i = 0; i < 24; i++)
		if (lower(s[0]) == names[3 * i] &&
		    lower(s[1]) == names[3 * i + 1] &&
		    lower(s[2]) == names[3 * i + 2])
			return i % 12 + 1;
	return 0;
}

/* Named zones of RFC 5322, and some that are met. */
static bool
zone_of(const char *s, size_t n, int *minutes)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {{"gmt", 0}, {"ut", 0}, {"utc", 0}, {"z", 0}, {"est", -5},
	    {"edt", -4}, {"cst", -6}, {"cdt", -5}, {"mst", -7}, {"mdt", -6},
	    {"pst", -8}, {"pdt", -7}, {"akst", -9}, {"hst", -10}, {"wet", 0},
	    {"west", 1}, {"bst", 1}, {"cet", 1}, {"cest", 2}, {"met", 1},
	    {"mest", 2}, {"mez", 1}, {"mesz", 2}, {"eet", 2}, {"eest", 3},
	    {"msk", 3}, {"jst", 9}, {"kst", 9}, {"hkt", 8}, {"sgt", 8},
	    {"aest", 10}, {"aedt", 11}, {"nzst", 12}, {"nzdt", 13},
	    {"est5edt", -5}, {"cst6cdt", -6}, {"mst7mdt", -7}, {"pst8pdt", -8}};
	size_t i;

	for (i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (is_word(s, n, zones[i].name)) {
			*minutes = zones[i].hours * 60;
			return true;
		}
	}
	return false;
}

/* Up to nine digits; *n gets how many digits there were. */
static int
number(const char *s, size_t len, size_t *n)
{
	int v = 0;
	size_t i;

	for (i = 0; i < len && is_digit(s[i]); i++)
		if (i < 9)
			v = v * 10 + (s[i] - '0');
	*n = i;
	return v;
}

/* "10:52", "10:52:37.5", "10.52.37"; returns its length or 0. */
static size_t
take_time(const char *s, size_t n, struct stamp *t)
{
	size_t at, k;
	int h = number(s, n, &at), m, sec = 0;
	char sep;

	if (at == 0 || at > 2 || at + 1 >= n ||
	    (s[at] != ':' && s[at] != '.') || !is_digit(s[at + 1]))
		return 0;
	sep = s[at];
	m = number(s + at + 1, n - at - 1, &k);
	at += 1 + k;
	if (k > 2 || h > 24 || m > 59)
		return 0;
	if (at + 1 < n && s[at] == sep && is_digit(s[at + 1])) {
		sec = number(s + at + 1, n - at - 1, &k);
		at += 1 + k;
		if (k > 2)
			return 0; /* "1.7.2003" */
	} else if (sep == '.') {
		return 0; /* "12.30" alone may be a date */
	}
	if (at + 1 < n && (s[at] == '.' || s[at] == ',') &&
	    is_digit(s[at + 1])) {
		number(s + at + 1, n - at - 1, &k);
		at += 1 + k;
	}
	t->hour = h;
	t->minute = m;
	t->second = sec > 60 ? 59 : sec;
	t->has_time = true;
	return at;
}

/* "+0200", "-7:00", "+02"; s[0] is the sign.  "+-0500" is met: no zone. */
static size_t
take_zone(const char *s, size_t n, struct stamp *t)
{
	size_t k, k2 = 0;
	int v, h, m = 0;

	v = number(s + 1, n - 1, &k);
	if (k == 0) {
		number(s + 2, n > 2 ? n - 2 : 0, &k);
		return n > 1 && (s[1] == '-' || s[1] == '+') ? 2 + k : 1;
	}
	if (k <= 2) {
		h = v;
		if (k + 2 < n && s[1 + k] == ':' && is_digit(s[2 + k])) {
			m = number(s + 2 + k, n - 2 - k, &k2);
			k += 1 + k2;
		}
	} else if (k <= 4) {
		h = v / 100;
		m = v % 100;
	} else {
		return 1 + k; /* nonsense: no zone, but not a number either */
	}
	if (h > 24 || m > 59)
		h = m = 0;
	t->zone = (h * 60 + m) * (s[0] == '-' ? -1 : 1);
	t->has_zone = true;
	return 1 + k;
}

static size_t
take_word(const char *s, size_t n, struct stamp *t)
{
	size_t i = 0;
	int month, zone;

	while (i < n && lower(s[i]) >= 'a' && lower(s[i]) <= 'z')
		i++;
	if (i == 0)
		return 1;
	if ((month = month_of(s, i)) != 0 && t->month == 0)
		t->month = month;
	else if (is_word(s, i, "am"))
		t->am = true;
	else if (is_word(s, i, "pm"))
		t->pm = true;
	else if (!t->has_zone && t->has_time && zone_of(s, i, &zone)) {
		t->zone = zone;
		/* "GMT+0200": the number has the say */
		t->has_zone = zone != 0;
	}
	return i;
}

/* "2003-07-01" or "20030701". */
static size_t
take_iso(const char *s, size_t n, struct stamp *t)
{
	size_t a, b, c;
	int y = number(s, n, &a), m, d;

	if (a != 4 || a + 1 >= n || (s[a] != '-' && s[a] != '/') ||
	    !is_digit(s[a + 1]))
		return 0;
	m = number(s + a + 1, n - a - 1, &b);
	if (b > 2 || a + b + 2 >= n || s[a + 1 + b] != s[a])
		return 0;
	d = number(s + a + b + 2, n - a - b - 2, &c);
	if (c == 0 || c > 2)
		return 0;
	t->year = y;
	t->month = m;
	t->day = d;
	return a + b + c + 2;
}

static size_t
take_number(const char *s, size_t n, struct stamp *t)
{
	size_t k = 0;
	int v;

	if (!t->has_time && (k = take_time(s, n, t)) != 0)
		return k;
	if (t->year == 0 && (k = take_iso(s, n, t)) != 0)
		return k;
	v = number(s, n, &k);
	if (k >= 4 && t->year == 0 && v >= 1000 && v <= 9999)
		t->year = v;
	else if (k <= 3 && t->nloose < 4)
		t->loose[t->nloose++] = v;
	return k;
}

static void
scan(const char *s, size_t n, struct stamp *t)
{
	size_t i = 0, k;

	while (i < n) {
		char c = s[i];

		if (c == '(') {
			k = comment_len(s + i, n - i);
			i += k > 0 ? k : 1;
			if (k == 0) /* unclosed: the rest is the comment */
				return;
		} else if ((c == '+' || c == '-') && t->has_time &&
			   !t->has_zone &&
			   (k = take_zone(s + i, n - i, t)) > 0) {
			i += k;
		} else if (is_digit(c)) {
			i += take_number(s + i, n - i, t);
		} else {
			i += take_word(s + i, n - i, t);
		}
	}
}

static int
full_year(int y)
{
	if (y < 50)
		return y + 2000;
	return y < 1000 ? y + 1900 : y;
}

/* Give the numbers without a shape of their own their meaning: day, then
 * month where no word said it, then year. */
static void
place(struct stamp *t)
{
	int i = 0;

	if (t->day == 0 && i < t->nloose)
		t->day = t->loose[i++];
	if (t->month == 0 && i < t->nloose)
		t->month = t->loose[i++];
	if (t->year == 0 && i < t->nloose) {
		t->year = full_year(t->loose[i]);
		if (t->day > 31) { /* year first */
			t->year = full_year(t->day);
			t->day = t->loose[i];
		}
	}
	if (t->month > 12 && t->day <= 12) { /* month first */
		int day = t->month;

		t->month = t->day;
		t->day = day;
	}
}

int64_t
date_parse(const char *value, size_t n, int *zone)
{
	struct stamp t = {.year = 0};
	int64_t at;

	if (zone != NULL)
		*zone = 0;
	/* longest sane date with its comments; a bomb is no date */
	scan(value, n < 1024 ? n : 1024, &t);
	/* numbers too many and no time: a broken one, so nothing is sure */
	if (!t.has_time &&
	    t.nloose > (t.day == 0) + (t.month == 0) + (t.year == 0))
		return INT64_MIN;
	place(&t);
	if (t.day < 1 || t.day > 31 || t.month < 1 || t.month > 12 ||
	    t.year < 1900 || t.year > 9999)
		return INT64_MIN;
	if (t.pm && t.hour < 12)
		t.hour += 12;
	if (t.am && t.hour == 12)
		t.hour = 0;
	if (zone != NULL)
		*zone = t.zone;
	at = timegm(&(struct tm){
	    .tm_year = t.year - 1900, .tm_mon = t.month - 1, .tm_mday = t.day});
	return at + t.hour * 3600 + t.minute * 60 + t.second - t.zone * 60;
}
