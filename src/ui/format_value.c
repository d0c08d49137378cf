#include <string.h>
#include <strings.h>
#include <time.h>

#include "format_int.h"
#include "util/mem.h"
#include "util/utf8.h"

static const char *
str(const char *s)
{
	return s ? s : "";
}

/* ---- flags ---- */

static char
status_letter(const struct view_row *m)
{
	if (m->flags & FLAG_DELETED)
		return 'D';
	if (!(m->flags & FLAG_SEEN))
		return 'N';
	if (m->flags & FLAG_ANSWERED)
		return 'r';
	if (m->flags & FLAG_FORWARDED)
		return 'f';
	return ' ';
}

static bool
is_own(const struct format_row *r)
{
	return r->own != NULL && r->row->from_addr != NULL &&
	       strcasecmp(r->own, r->row->from_addr) == 0;
}

/* '*' tagged, '!' flagged, 'F' from me, '+' to me alone, 'T' to me too. */
static char
mark_letter(const struct format_row *r)
{
	const char *to = str(r->row->to);

	if (r->tagged)
		return '*';
	if (r->row->flags & FLAG_FLAGGED)
		return '!';
	if (is_own(r))
		return 'F';
	if (r->own == NULL || r->own[0] == '\0' ||
	    strcasestr(to, r->own) == NULL)
		return ' ';
	return strchr(to, ',') == NULL ? '+' : 'T';
}

/* ---- people ---- */

/*
 * A display name that holds an address is how "boss@example.com" is made to
 * stand where the sender's own address does not: then show the real one.
 */
static const char *
author(const struct view_row *m)
{
	const char *name = str(m->from_name), *addr = str(m->from_addr);

	if (name[0] == '\0')
		return addr;
	if (strchr(name, '@') != NULL && strcasecmp(name, addr) != 0 &&
	    addr[0] != '\0')
		return addr;
	return name;
}

static void
put_author(const struct format_row *r, struct buf *out)
{
	const char *to = str(r->row->to);
	size_t n = strcspn(to, "<,");

	if (!is_own(r) || to[0] == '\0') {
		buf_puts(out, author(r->row));
		return;
	}
	buf_puts(out, "To ");
	while (n > 0 && to[n - 1] == ' ')
		n--;
	if (n > 0) {
		buf_put(out, to, n);
		return;
	}
	to += to[0] == '<';
	buf_put(out, to, strcspn(to, ">,"));
}

static void
put_both(const struct view_row *m, struct buf *out)
{
	const char *name = str(m->from_name);

	if (name[0] != '\0')
		buf_printf(out, "%s <%s>", name, str(m->from_addr));
	else
		buf_puts(out, str(m->from_addr));
}

/* ---- date, size, tree ---- */

static void
put_date(const struct view_row *m, const char *format, struct buf *out)
{
	time_t t = (time_t)(m->date != INT64_MIN ? m->date : m->idate);
	char text[256];
	struct tm tm;

	/* Years of more than four digits only fill the column. */
	if (t < -62135596800 || t > 253402300799 ||
	    localtime_r(&t, &tm) == NULL)
		return;
	if (format[0] == '!')
		format++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	buf_put(out, text, strftime(text, sizeof text, format, &tm));
#pragma GCC diagnostic pop
}

static void
put_size(uint64_t n, struct buf *out)
{
	if (n < 1000)
		buf_printf(out, "%u", (unsigned)n);
	else if (n < 10000)
		buf_printf(out, "%.1fK", (double)n / 1024);
	else if (n < 1000000)
		buf_printf(out, "%uK", (unsigned)(n / 1024));
	else if (n < 10000000)
		buf_printf(out, "%.1fM", (double)n / 1048576);
	else
		buf_printf(out, "%lluM", (unsigned long long)(n / 1048576));
}

void
format_tree(const struct view_row *m, bool ascii, struct buf *out)
{
	int first = 1;

	if (m->depth <= 0)
		return;
	if (m->depth > TREE_DEPTH_MAX)
		first = m->depth - TREE_DEPTH_MAX + 1;
	for (int d = first; d < m->depth; d++) {
		bool on = d < 64 && (m->lines >> d & 1);

		buf_puts(out, on ? (ascii ? "| " : "\xe2\x94\x82 ") : "  ");
	}
	if (ascii)
		buf_puts(out, m->last ? "`->" : "|->");
	else
		buf_puts(out, m->last ? "\xe2\x94\x94\xe2\x94\x80>"
				      : "\xe2\x94\x9c\xe2\x94\x80>");
}

bool
format_has(char kind, const struct format_row *r)
{
	const struct view_row *m = r->row;

	switch (kind) {
	case 'M':
		return m->thread_count > 1;
	case 'X':
		return m->attachment;
	case 'g':
		return str(m->keywords)[0] != '\0';
	case 'n':
		return str(m->from_name)[0] != '\0';
	case 's':
		return str(m->subject)[0] != '\0';
	case 't':
		return str(m->to)[0] != '\0';
	case 'F':
		return is_own(r);
	default:
		return true;
	}
}

static void
put_people(char kind, const struct format_row *r, struct buf *out)
{
	const struct view_row *m = r->row;

	switch (kind) {
	case 'F':
		put_author(r, out);
		break;
	case 'a':
		buf_puts(out, str(m->from_addr));
		break;
	case 'f':
		put_both(m, out);
		break;
	case 'n':
		buf_puts(out, author(m));
		break;
	default:
		buf_puts(out, str(m->to));
		break;
	}
}

void
format_value(
    const struct format_item *it, const struct format_row *r, struct buf *out)
{
	const struct view_row *m = r->row;

	switch (it->kind) {
	case 'C':
		buf_printf(out, "%llu", (unsigned long long)r->number);
		break;
	case 'D':
	case 'd':
		put_date(m, r->date_format, out);
		break;
	case '{':
		put_date(m, it->text, out);
		break;
	case 'M':
		if (m->thread_count > 1)
			buf_printf(out, "%u", m->thread_count);
		break;
	case 'S':
		buf_putc(out, status_letter(m));
		break;
	case 'X':
		buf_putc(out, m->attachment ? '@' : ' ');
		break;
	case 'Z':
		buf_putc(out, status_letter(m));
		buf_putc(out, m->attachment ? '@' : ' ');
		buf_putc(out, mark_letter(r));
		break;
	case 'c':
		put_size(m->size, out);
		break;
	case 'g':
		buf_puts(out, str(m->keywords));
		break;
	case 's':
		format_tree(m, r->ascii, out);
		buf_puts(out, str(m->subject));
		break;
	case '%':
		buf_putc(out, '%');
		break;
	default:
		put_people(it->kind, r, out);
		break;
	}
}
