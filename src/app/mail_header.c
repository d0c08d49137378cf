/*
 * The header as lines: the fields that `headers` names, in that order, or
 * all of them.
 *
 * Addresses are parsed and written again, so that a display name cannot pass
 * for an address; a date is given in the reader's zone, and as it was written
 * where that differs.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "mail_int.h"
#include "mime/header.h"
#include "util/mem.h"
#include "util/utf8.h"

static void
add_field(struct mail *m, const char *name, size_t name_len, const char *value)
{
	struct buf clean = BUF_INIT(4 * HEADER_MAX);
	struct mail_line *l;

	utf8_clean(&clean, name, name_len, CLEAN_LINE);
	name_len = clean.len;
	buf_puts(&clean, ": ");
	utf8_clean(&clean, value, strlen(value), CLEAN_LINE);
	l = line_add(m, LINE_HEADER, buf_text(&clean), clean.len);
	l->name_len = name_len;
	buf_free(&clean);
}

static bool
is_name(const struct field *f, const char *name)
{
	return f->name_len == strlen(name) &&
	       strncasecmp(f->name, name, f->name_len) == 0;
}

static bool
holds_addresses(const struct field *f)
{
	static const char *const names[] = {"From", "To", "Cc", "Bcc",
	    "Reply-To", "Sender", "Resent-From", "Resent-To", "Resent-Cc"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (is_name(f, names[i]))
			return true;
	return false;
}

static const char *
addresses_value(struct mail *m, const struct field *f)
{
	struct buf out = BUF_INIT(8 * HEADER_MAX);
	struct addresses list = {.n = 0};
	size_t shown;
	char *value;

	address_parse(&m->arena, f->value, f->value_len, m->assumed, &list);
	if (list.n == 0)
		return header_decode(
		    &m->arena, f->value, f->value_len, m->assumed);
	shown = m->all_headers || list.n <= MAIL_ADDRESSES_SHOWN
		    ? list.n
		    : MAIL_ADDRESSES_SHOWN;
	for (size_t i = 0; i < shown; i++) {
		const char *one = address_text(&m->arena, &list.v[i]);

		if (out.len + strlen(one) + 64 > out.max) {
			shown = i;
			break;
		}
		if (i > 0)
			buf_puts(&out, ", ");
		buf_puts(&out, one);
	}
	if (shown < list.n || list.cut)
		buf_printf(&out, ", and %zu%s more", list.n - shown,
		    list.cut ? " or" : "");
	value = arena_strn(&m->arena, buf_text(&out), out.len);
	buf_free(&out);
	return value;
}

/* English, as the mail itself writes dates, in any locale. */
static void
date_text(time_t when, char out[64])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	long east;

	if (localtime_r(&when, &tm) == NULL) {
		snprintf(out, 64, "%lld", (long long)when);
		return;
	}
	east = tm.tm_gmtoff / 60;
	snprintf(out, 64, "%.3s, %d %.3s %d %02d:%02d:%02d %c%02ld%02ld",
	    &days[tm.tm_wday * 3], tm.tm_mday, &months[tm.tm_mon * 3],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    east < 0 ? '-' : '+', (east < 0 ? -east : east) / 60,
	    (east < 0 ? -east : east) % 60);
}

static const char *
date_value(struct mail *m, const struct field *f)
{
	const char *raw = header_decode(
	    &m->arena, f->value, f->value_len, m->assumed);
	time_t when;
	struct tm tm;
	char text[64];
	int64_t date;
	int zone = 0;

	date = date_parse(f->value, f->value_len, &zone);
	if (date == INT64_MIN)
		return raw;
	when = (time_t)date;
	date_text(when, text);
	if (localtime_r(&when, &tm) != NULL && tm.tm_gmtoff == zone * 60L)
		return arena_str(&m->arena, text);
	return arena_printf(&m->arena, "%s (%s)", text, raw);
}

static const char *
field_value(struct mail *m, const struct field *f)
{
	if (is_name(f, "Date"))
		return date_value(m, f);
	if (holds_addresses(f))
		return addresses_value(m, f);
	return header_decode(&m->arena, f->value, f->value_len, m->assumed);
}

static void
add_all(struct mail *m)
{
	struct field f;
	size_t pos = 0;

	while (header_next(m->header, m->header_len, &pos, &f))
		add_field(m, f.name, f.name_len, field_value(m, &f));
}

static void
add_named(struct mail *m, const char *name)
{
	struct field f;
	size_t pos = 0;

	while (header_next(m->header, m->header_len, &pos, &f))
		if (is_name(&f, name))
			add_field(m, f.name, f.name_len, field_value(m, &f));
}

static void
add_weeded(struct mail *m)
{
	const char *at = config_str(m->config, OPT_HEADERS);
	char name[80];
	size_t n, from;

	for (at = at != NULL ? at : "Date From To Cc Subject"; *at != '\0';
	     at += n) {
		at += strspn(at, " \t,");
		n = strcspn(at, " \t,");
		if (n > 0 && n < sizeof name) {
			memcpy(name, at, n);
			name[n] = '\0';
			if (n > 1 && name[n - 1] == ':')
				name[n - 1] = '\0';
			add_named(m, name);
		}
	}
	from = header_count(m->header, m->header_len, "From");
	if (from > 1)
		line_printf(m, LINE_PART,
		    "[this message has %zu From fields; one of them may be "
		    "forged]",
		    from);
}

/* The header has not come yet: what the index knows. */
static void
add_from_row(struct mail *m)
{
	const struct msg *g = &m->msg;
	char date[64];

	if (g->date != INT64_MIN) {
		date_text((time_t)g->date, date);
		add_field(m, "Date", 4, date);
	}
	add_field(m, "From", 4,
	    g->from_name == NULL || *g->from_name == '\0'
		? (g->from_addr != NULL ? g->from_addr : "")
		: arena_printf(&m->arena, "%s <%s>", g->from_name,
		      g->from_addr != NULL ? g->from_addr : ""));
	if (g->to != NULL && *g->to != '\0')
		add_field(m, "To", 2, g->to);
	add_field(m, "Subject", 7, g->subject != NULL ? g->subject : "");
}

void
mail_add_header(struct mail *m)
{
	if (m->header == NULL)
		add_from_row(m);
	else if (m->all_headers)
		add_all(m);
	else
		add_weeded(m);
	line_add(m, LINE_BLANK, "", 0);
}
