/*
 * caps - what the server can do: as it says, and as it is remembered.
 */
#include <string.h>

#include "imap_int.h"

static const struct {
	const char *name;
	unsigned bits; /* what it means, implied capabilities included */
} names[] = {
    {"IMAP4rev1", CAP_REV1},
    {"IMAP4rev2", CAP_REV2 | CAP_SASL_IR | CAP_ENABLE | CAP_IDLE | CAP_MOVE |
		      CAP_UIDPLUS | CAP_ESEARCH | CAP_LIST_EXTENDED |
		      CAP_LIST_STATUS | CAP_SPECIAL_USE | CAP_UNSELECT},
    {"SASL-IR", CAP_SASL_IR},
    {"STARTTLS", CAP_STARTTLS},
    {"LOGINDISABLED", CAP_LOGINDISABLED},
    {"LITERAL+", CAP_LITERAL_PLUS},
    {"ENABLE", CAP_ENABLE},
    {"CONDSTORE", CAP_CONDSTORE},
    {"QRESYNC", CAP_QRESYNC | CAP_CONDSTORE | CAP_ENABLE},
    {"IDLE", CAP_IDLE},
    {"MOVE", CAP_MOVE},
    {"UIDPLUS", CAP_UIDPLUS},
    {"ESEARCH", CAP_ESEARCH},
    {"LIST-EXTENDED", CAP_LIST_EXTENDED},
    {"LIST-STATUS", CAP_LIST_STATUS | CAP_LIST_EXTENDED},
    {"SPECIAL-USE", CAP_SPECIAL_USE},
    {"UNSELECT", CAP_UNSELECT},
};
#define NAMES (sizeof names / sizeof *names)

/* A mechanism's name is letters, digits, hyphens and underscores. */
static void
add_mechanism(struct imap_caps *c, const char *p, size_t n)
{
	size_t len = strlen(c->auth);

	if (n == 0 || n > 20 || len + n + 2 > sizeof c->auth)
		return;
	for (size_t i = 0; i < n; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			   "wxyz0123456789-_",
			p[i]) == NULL ||
		    p[i] == 0)
			return;
	if (len > 0)
		c->auth[len++] = ' ';
	memcpy(c->auth + len, p, n);
	c->auth[len + n] = 0;
}

static void
add(struct imap_caps *c, struct span a)
{
	if (a.n > 5 && span_is((struct span){a.p, 5}, "AUTH="))
		add_mechanism(c, a.p + 5, a.n - 5);
	for (size_t i = 0; i < NAMES; i++)
		if (span_is(a, names[i].name))
			c->bits |= names[i].bits;
}

void
caps_parse(struct imap_caps *c, const char *s, size_t n)
{
	struct scan in = scan_of(s, n);
	struct span a;

	*c = (struct imap_caps){.said = true};
	for (; in.p < in.end; scan_blanks(&in)) {
		if (scan_atom(&in, &a))
			add(c, a);
		else
			in.p++; /* a stray quote hides nothing */
	}
}

/* " key=NAME,NAME,AUTH=X"; nothing when nothing is known. */
void
caps_write(const struct imap_caps *c, const char *key, struct buf *out)
{
	const char *comma = "";

	if (!c->said)
		return;
	buf_printf(out, " %s=", key);
	for (size_t i = 0; i < NAMES; i++) {
		if ((c->bits & names[i].bits) != names[i].bits)
			continue;
		buf_printf(out, "%s%s", comma, names[i].name);
		comma = ",";
	}
	for (const char *p = c->auth; *p != 0;) {
		size_t n = strcspn(p, " ");

		buf_printf(out, "%sAUTH=%.*s", comma, (int)n, p);
		comma = ",";
		p += n;
		p += strspn(p, " ");
	}
}

void
caps_read(struct imap_caps *c, const char *memory, const char *key)
{
	size_t len = strlen(key);

	*c = (struct imap_caps){.said = false};
	for (const char *p = memory; *p != 0;) {
		size_t n = strcspn(p, " ");

		if (n > len && strncmp(p, key, len) == 0 && p[len] == '=') {
			c->said = true;
			for (size_t i = len + 1; i < n;) {
				size_t word = strcspn(p + i, ", ");

				add(c, (struct span){p + i, word});
				i += word + 1;
			}
		}
		p += n;
		p += strspn(p, " ");
	}
}

bool
imap_has(const struct imap *im, enum imap_cap cap)
{
	return (im->caps.bits & cap) != 0;
}

void
imap_remember(struct imap *im)
{
	struct buf *m = &im->base.memory;

	if (im->authed && im->caps.said)
		im->after_login = im->caps;
	buf_cut(m, 0);
	buf_puts(m, "imap1");
	if (im->no_pipeline)
		buf_puts(m, " pipeline=no");
	caps_write(&im->before_login, "before", m);
	caps_write(&im->after_login, "after", m);
}

void
imap_recall(struct imap *im, const char *memory)
{
	if (memory == NULL || strncmp(memory, "imap1", 5) != 0 ||
	    strlen(memory) > 4000)
		return;
	im->no_pipeline = strstr(memory, " pipeline=no") != NULL;
	caps_read(&im->before_login, memory, "before");
	caps_read(&im->after_login, memory, "after");
}
