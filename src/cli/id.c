/*
 * Ids as text: account/folder/uidvalidity/key.  The folder may hold slashes;
 * in the other parts they are written %2F, as is everything that a shell or a
 * terminal would mind.  A key that is text begins with "=".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_int.h"
#include "util/mem.h"

#define ID_MAX (64u * 1024)

static void
put_word(struct buf *out, const char *s, bool slashes)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '%' || c <= ' ' || c == 0x7f || c >= 0x80 ||
		    (c == '/' && !slashes))
			buf_printf(out, "%%%02X", c);
		else
			buf_putc(out, *s);
	}
}

char *
id_text(const char *account, const char *folder, uint64_t uidvalidity,
    const struct mkey *key)
{
	struct buf out = BUF_INIT(SIZE_MAX);

	put_word(&out, account, false);
	buf_putc(&out, '/');
	put_word(&out, folder, true);
	buf_printf(&out, "/%" PRIu64 "/", uidvalidity);
	if (key->num != 0)
		buf_printf(&out, "%" PRIu64, key->num);
	else {
		buf_putc(&out, '=');
		put_word(&out, key->str != NULL ? key->str : "", false);
	}
	return buf_take(&out);
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL: a %XX that is none, or that says NUL. */
static char *
take_word(const char *s, size_t n)
{
	char *out = mem_alloc(n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)s[i];

		if (c == '%') {
			int hi = n - i > 2 ? hex(s[i + 1]) : -1;
			int lo = n - i > 2 ? hex(s[i + 2]) : -1;

			if (hi < 0 || lo < 0 || hi + lo == 0) {
				free(out);
				return NULL;
			}
			c = hi * 16 + lo;
			i += 2;
		}
		out[len++] = (char)c;
	}
	out[len] = '\0';
	return out;
}

static bool
take_number(const char *s, size_t n, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' || i >= 19)
			return false;
		*out = *out * 10 + (uint64_t)(s[i] - '0');
	}
	return n > 0;
}

/* The slash before s[n], or NULL. */
static const char *
slash_before(const char *s, size_t n)
{
	while (n > 0)
		if (s[--n] == '/')
			return s + n;
	return NULL;
}

static bool
split(const char *text, struct id *id)
{
	const char *first = strchr(text, '/');
	const char *last = slash_before(text, strlen(text));
	const char *mid = last != NULL
			      ? slash_before(text, (size_t)(last - text))
			      : NULL;

	if (first == NULL || mid == NULL || mid <= first)
		return false;
	if (!take_number(mid + 1, (size_t)(last - mid - 1), &id->uidvalidity))
		return false;
	id->account = take_word(text, (size_t)(first - text));
	id->folder = take_word(first + 1, (size_t)(mid - first - 1));
	if (last[1] == '=')
		id->key.str = id->str = take_word(last + 2, strlen(last + 2));
	else if (!take_number(last + 1, strlen(last + 1), &id->key.num) ||
		 id->key.num == 0)
		return false;
	return id->account != NULL && id->folder != NULL &&
	       *id->folder != '\0' && mkey_is_told(&id->key);
}

int
id_parse(const char *text, struct id *out, struct err *e)
{
	struct id id = {.uidvalidity = 0};

	if (strlen(text) > ID_MAX || !split(text, &id)) {
		id_done(&id);
		return err_set(e, ERR_INPUT,
		    "%.100s is no message ID; list prints them", text);
	}
	*out = id;
	return 0;
}

void
id_done(struct id *id)
{
	free(id->account);
	free(id->folder);
	free(id->str);
	*id = (struct id){.uidvalidity = 0};
}
