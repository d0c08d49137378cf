/*
 * Written straight to the buf, so that a list of 100,000 messages is never a
 * tree in memory.
 */
#include "util/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "json_int.h"

static void
lead(struct json *j, const char *key)
{
	const bool object = j->depth > 0 && j->stack[j->depth - 1] == '{';

	assert(object == (key != NULL));
	if (!j->first)
		buf_putc(j->out, ',');
	j->first = false;
	if (key) {
		json_put_string(j->out, key, strlen(key));
		buf_putc(j->out, ':');
	}
}

void
json_init(struct json *j, struct buf *out)
{
	*j = (struct json){.out = out, .first = true};
}

void
json_open(struct json *j, const char *key, char kind)
{
	assert(j->depth < (int)sizeof j->stack);
	assert(kind == '{' || kind == '[');
	lead(j, key);
	buf_putc(j->out, kind);
	j->stack[j->depth++] = kind;
	j->first = true;
}

void
json_close(struct json *j)
{
	assert(j->depth > 0);
	j->depth--;
	buf_putc(j->out, j->stack[j->depth] == '{' ? '}' : ']');
	/* At the top the line is done: the next value is a line of its own. */
	j->first = j->depth == 0;
}

void
json_strn(struct json *j, const char *key, const char *val, size_t n)
{
	lead(j, key);
	json_put_string(j->out, val, n);
}

void
json_str(struct json *j, const char *key, const char *val)
{
	if (val)
		json_strn(j, key, val, strlen(val));
	else
		json_null(j, key);
}

void
json_int(struct json *j, const char *key, int64_t val)
{
	lead(j, key);
	buf_printf(j->out, "%" PRId64, val);
}

void
json_bool(struct json *j, const char *key, bool val)
{
	lead(j, key);
	buf_puts(j->out, val ? "true" : "false");
}

void
json_null(struct json *j, const char *key)
{
	lead(j, key);
	buf_puts(j->out, "null");
}
