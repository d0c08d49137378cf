/*
 * A few hundred bindings in the order they were made, looked through for each
 * key: that costs microseconds, and what overrides what stays plain.  A new
 * binding takes the place of those in its scope that would hide it or that it
 * would hide: the same sequence, its beginnings, and those that begin with it.
 */
#include "config/keymap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "key_int.h"
#include "util/mem.h"

#define TEXT_MAX 256

struct binding {
	char *scope, *command, *text;
	uint32_t keys[KEYMAP_SEQ_MAX];
	size_t n;
};

struct keymap {
	struct binding *v;
	size_t n, cap;
};

struct keymap *
keymap_new(void)
{
	return mem_zalloc(sizeof(struct keymap));
}

static void
binding_done(struct binding *b)
{
	free(b->scope);
	free(b->command);
	free(b->text);
}

void
keymap_free(struct keymap *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		binding_done(&m->v[i]);
	free(m->v);
	free(m);
}

static bool
is_noop(const struct binding *b)
{
	return strcmp(b->command, "noop") == 0;
}

static bool
begins_with(const struct binding *b, const uint32_t *keys, size_t n)
{
	return b->n >= n && memcmp(b->keys, keys, n * sizeof *keys) == 0;
}

/* Whether the two would fight over the same keys. */
static bool
clashes(const struct binding *a, const struct binding *b)
{
	return strcmp(a->scope, b->scope) == 0 &&
	       (begins_with(a, b->keys, b->n) || begins_with(b, a->keys, a->n));
}

static void
drop_clashing(struct keymap *m, const struct binding *b)
{
	size_t to = 0;

	for (size_t i = 0; i < m->n; i++)
		if (clashes(&m->v[i], b))
			binding_done(&m->v[i]);
		else
			m->v[to++] = m->v[i];
	m->n = to;
}

int
keymap_bind(struct keymap *m, const char *scope, const char *keys,
    const char *command, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	struct binding b = {.n = 0};

	if (key_parse(keys, b.keys, &b.n, e) < 0)
		return -1;
	key_sequence_text(b.keys, b.n, &text);
	b.scope = mem_str(scope);
	b.command = mem_str(command);
	b.text = buf_take(&text);
	drop_clashing(m, &b);
	mem_grow(&m->v, &m->cap, m->n + 1, sizeof *m->v);
	m->v[m->n++] = b;
	return 0;
}

/* Esc at the end may be the beginning of any Alt key. */
static bool
may_become(const struct binding *b, const uint32_t *keys, size_t n)
{
	if (is_noop(b) || b->n < n)
		return false;
	if (b->n > n && begins_with(b, keys, n))
		return true;
	return keys[n - 1] == K_ESC && begins_with(b, keys, n - 1) &&
	       b->keys[n - 1] & KEY_ALT;
}

static enum keymap_hit
find_in(const struct keymap *m, const char *scope, const uint32_t *keys,
    size_t n, const struct binding **hit)
{
	bool prefix = false;

	for (size_t i = 0; i < m->n; i++) {
		const struct binding *b = &m->v[i];

		if (strcmp(b->scope, scope) != 0)
			continue;
		if (b->n == n && begins_with(b, keys, n)) {
			*hit = b;
			return KEYMAP_COMMAND;
		}
		prefix = prefix || may_become(b, keys, n);
	}
	return prefix ? KEYMAP_PREFIX : KEYMAP_NONE;
}

/* The binding that decides about these keys; a noop decides too. */
static enum keymap_hit
decide(const struct keymap *m, const char *scope, const uint32_t *keys,
    size_t n, const struct binding **hit)
{
	enum keymap_hit h = find_in(m, scope, keys, n, hit);

	if (h == KEYMAP_NONE && strcmp(scope, "any") != 0)
		h = find_in(m, "any", keys, n, hit);
	return h;
}

enum keymap_hit
keymap_find(const struct keymap *m, const char *scope, const uint32_t *keys,
    size_t n, const char **command)
{
	uint32_t joined[2 * KEYMAP_SEQ_MAX];
	const struct binding *b;
	enum keymap_hit h;

	if (n == 0 || n > 2 * KEYMAP_SEQ_MAX)
		return KEYMAP_NONE;
	memcpy(joined, keys, n * sizeof *keys);
	n = key_join_escapes(joined, n);
	if (n > KEYMAP_SEQ_MAX)
		return KEYMAP_NONE;
	h = decide(m, scope, joined, n, &b);
	if (h != KEYMAP_COMMAND)
		return h;
	if (is_noop(b))
		return KEYMAP_NONE;
	*command = b->command;
	return KEYMAP_COMMAND;
}

/* Whether the keys of b, pressed in `scope`, really run it. */
static bool
is_reached(const struct keymap *m, const char *scope, const struct binding *b)
{
	const struct binding *hit;

	for (size_t n = 1; n < b->n; n++)
		if (decide(m, scope, b->keys, n, &hit) != KEYMAP_PREFIX)
			return false;
	return decide(m, scope, b->keys, b->n, &hit) == KEYMAP_COMMAND &&
	       hit == b;
}

static bool
is_bound_to(const struct keymap *m, const struct binding *b, const char *in,
    const char *scope, const char *command)
{
	return strcmp(b->scope, in) == 0 && strcmp(b->command, command) == 0 &&
	       is_reached(m, scope, b);
}

static bool
is_shorter(const struct binding *a, const struct binding *b)
{
	if (a->n != b->n)
		return a->n < b->n;
	return strlen(a->text) < strlen(b->text);
}

const char *
keymap_keys(const struct keymap *m, const char *scope, const char *command)
{
	const char *const in[] = {scope, "any"};
	const struct binding *best = NULL;

	for (size_t k = 0; k < 2 && !best; k++)
		for (size_t i = 0; i < m->n; i++)
			if (is_bound_to(m, &m->v[i], in[k], scope, command) &&
			    (!best || is_shorter(&m->v[i], best)))
				best = &m->v[i];
	return best ? best->text : "";
}

char *
keymap_all_keys(const struct keymap *m, const char *scope, const char *command)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	const char *const in[] = {scope, "any"};
	const size_t places = strcmp(scope, "any") == 0 ? 1 : 2;

	for (size_t k = 0; k < places; k++)
		for (size_t i = 0; i < m->n; i++)
			if (is_bound_to(m, &m->v[i], in[k], scope, command)) {
				if (out.len > 0)
					buf_putc(&out, ' ');
				buf_puts(&out, m->v[i].text);
			}
	return buf_take(&out);
}
