#include <stdlib.h>
#include <string.h>

#include "prompt_int.h"
#include "util/mem.h"
#include "util/utf8.h"

#define CTRL(c) ((uint32_t)((c)&0x1f))

/* ---- places in the text ---- */

static size_t
next_at(const struct prompt *p, size_t at)
{
	int w;

	return at + utf8_grapheme(p->text + at, p->n - at, &w);
}

static size_t
prev_at(const struct prompt *p, size_t at)
{
	size_t i = 0, next;

	while (i < at && (next = next_at(p, i)) < at)
		i = next;
	return i;
}

static bool
is_word_byte(char c)
{
	return (c & 0x80) != 0 || (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

static size_t
word_end(const struct prompt *p)
{
	size_t at = p->cur;

	while (at < p->n && !is_word_byte(p->text[at]))
		at = next_at(p, at);
	while (at < p->n && is_word_byte(p->text[at]))
		at = next_at(p, at);
	return at;
}

static size_t
word_start(const struct prompt *p)
{
	size_t at = p->cur;

	while (at > 0 && !is_word_byte(p->text[at - 1]))
		at--;
	while (at > 0 && is_word_byte(p->text[at - 1]))
		at--;
	return at;
}

static size_t
blank_start(const struct prompt *p)
{
	size_t at = p->cur;

	while (at > 0 && p->text[at - 1] == ' ')
		at--;
	while (at > 0 && p->text[at - 1] != ' ')
		at--;
	return at;
}

/* ---- changing it ---- */

void
prompt_splice(struct prompt *p, size_t from, size_t to, const char *s, size_t n)
{
	size_t rest = p->n - to;

	if (from + n + rest > PROMPT_MAX)
		return;
	memmove(p->text + from + n, p->text + to, rest);
	if (n > 0)
		memcpy(p->text + from, s, n);
	p->n = from + n + rest;
	p->text[p->n] = '\0';
	p->cur = from + n;
	if (p->left > p->cur)
		p->left = p->cur;
}

static void
changed(struct prompt *p)
{
	if (p->q.changed != NULL)
		p->q.changed(p->q.ctx, p->text);
}

static void
cut(struct prompt *p, size_t from, size_t to, bool keep)
{
	if (from == to)
		return;
	if (keep && !p->q.secret) {
		free(p->killed);
		p->killed = mem_strn(p->text + from, to - from);
	}
	prompt_splice(p, from, to, "", 0);
	changed(p);
}

static void
set_text(struct prompt *p, const char *s)
{
	prompt_splice(p, 0, p->n, s, strlen(s));
	changed(p);
}

static void
insert(struct prompt *p, uint32_t key)
{
	char u[4];

	prompt_splice(p, p->cur, p->cur, u, utf8_put((int32_t)key, u));
	changed(p);
}

/* ---- history ---- */

static void
go_back(struct prompt *p, bool older)
{
	const char *entry;

	if (p->q.history == NULL || p->hist == NULL || (!older && p->back == 0))
		return;
	if (!older && p->back == 1) {
		p->back = 0;
		set_text(p, p->line ? p->line : "");
		return;
	}
	entry = history_at(
	    p->hist, p->q.history, older ? p->back : p->back - 2);
	if (entry == NULL)
		return;
	if (p->back == 0) {
		free(p->line);
		p->line = mem_str(p->text);
	}
	p->back += older ? 1 : (size_t)-1;
	set_text(p, entry);
}

/* The next older entry with the needle in it, from `back` on. */
static void
search_from(struct prompt *p, size_t back)
{
	const char *entry;

	for (; (entry = history_at(p->hist, p->q.history, back)) != NULL;
	     back++) {
		if (strstr(entry, p->needle) == NULL)
			continue;
		p->back = back + 1;
		set_text(p, entry);
		return;
	}
}

static void
search_begin(struct prompt *p)
{
	if (p->q.history == NULL || p->hist == NULL)
		return;
	p->searching = true;
	p->needle[0] = '\0';
	free(p->line);
	p->line = mem_str(p->text);
}

static void
search_typed(struct prompt *p, uint32_t key)
{
	size_t n = strlen(p->needle);
	char u[4];
	size_t k = utf8_put((int32_t)key, u);

	if (n + k >= sizeof p->needle)
		return;
	memcpy(p->needle + n, u, k);
	p->needle[n + k] = '\0';
	search_from(p, p->back > 0 ? p->back - 1 : 0);
}

static void
search_shorter(struct prompt *p)
{
	size_t n = strlen(p->needle);

	while (n > 0 && ((unsigned char)p->needle[--n] & 0xc0) == 0x80)
		;
	p->needle[n] = '\0';
	if (n > 0)
		search_from(p, 0);
}

static bool
is_text(uint32_t key)
{
	return key >= 0x20 && key != 0x7f && key < 0x110000 &&
	       !(key >= 0x80 && key < 0xa0);
}

/* True: the key was for the search. */
static bool
search_key(struct prompt *p, uint32_t key)
{
	if (key == CTRL('R')) {
		search_from(p, p->back);
		return true;
	}
	if (key == K_BACKSPACE || key == CTRL('H')) {
		search_shorter(p);
		return true;
	}
	if (is_text(key)) {
		search_typed(p, key);
		return true;
	}
	p->searching = false;
	if (key == CTRL('G') || key == K_ESC) {
		p->back = 0;
		set_text(p, p->line ? p->line : "");
		return true;
	}
	return false;
}

/* ---- keys ---- */

static void
key_yank(struct prompt *p)
{
	if (p->killed == NULL)
		return;
	prompt_splice(p, p->cur, p->cur, p->killed, strlen(p->killed));
	changed(p);
}

static void
key_transpose(struct prompt *p)
{
	size_t mid, from;
	char *both;

	if (p->cur == 0 || p->n == 0)
		return;
	if (p->cur == p->n)
		p->cur = prev_at(p, p->cur);
	mid = p->cur;
	from = prev_at(p, mid);
	if (from == mid)
		return;
	both = mem_printf("%.*s%.*s", (int)(next_at(p, mid) - mid),
	    p->text + mid, (int)(mid - from), p->text + from);
	prompt_splice(p, from, next_at(p, mid), both, strlen(both));
	mem_wipe(both, strlen(both));
	free(both);
	changed(p);
}

/* Keys that only move; returns false for others. */
static bool
move_key(struct prompt *p, uint32_t key)
{
	switch (key) {
	case CTRL('A'):
	case K_HOME:
		p->cur = 0;
		return true;
	case CTRL('E'):
	case K_END:
		p->cur = p->n;
		return true;
	case CTRL('B'):
	case K_LEFT:
		p->cur = prev_at(p, p->cur);
		return true;
	case CTRL('F'):
	case K_RIGHT:
		p->cur = next_at(p, p->cur);
		return true;
	case KEY_ALT | 'b':
	case KEY_CTRL | K_LEFT:
		p->cur = word_start(p);
		return true;
	case KEY_ALT | 'f':
	case KEY_CTRL | K_RIGHT:
		p->cur = word_end(p);
		return true;
	default:
		return false;
	}
}

static bool
edit_key(struct prompt *p, uint32_t key)
{
	switch (key) {
	case CTRL('K'):
		cut(p, p->cur, p->n, true);
		return true;
	case CTRL('U'):
		cut(p, 0, p->cur, true);
		return true;
	case CTRL('W'):
		cut(p, blank_start(p), p->cur, true);
		return true;
	case KEY_ALT | 'd':
		cut(p, p->cur, word_end(p), true);
		return true;
	case KEY_ALT | K_BACKSPACE:
	case KEY_ALT | 0x08:
		cut(p, word_start(p), p->cur, true);
		return true;
	case CTRL('D'):
	case K_DELETE:
		cut(p, p->cur, next_at(p, p->cur), false);
		return true;
	case CTRL('H'):
	case K_BACKSPACE:
		cut(p, prev_at(p, p->cur), p->cur, false);
		return true;
	case CTRL('Y'):
		key_yank(p);
		return true;
	case CTRL('T'):
		key_transpose(p);
		return true;
	default:
		return false;
	}
}

/* Completion and history. */
static bool
list_key(struct prompt *p, uint32_t key)
{
	bool list = p->nchoices > 0;

	switch (key) {
	case K_TAB:
		prompt_complete(p, 1);
		return true;
	case K_BACKTAB:
		prompt_complete(p, -1);
		return true;
	case K_DOWN:
	case CTRL('N'):
		if (list)
			prompt_complete(p, 1);
		else
			go_back(p, false);
		return true;
	case K_UP:
	case CTRL('P'):
		if (list)
			prompt_complete(p, -1);
		else
			go_back(p, true);
		return true;
	case CTRL('R'):
		search_begin(p);
		return true;
	default:
		return false;
	}
}

enum prompt_end
prompt_key(struct prompt *p, uint32_t key)
{
	if (p->searching && search_key(p, key))
		return PROMPT_GOES_ON;
	if (list_key(p, key))
		return PROMPT_GOES_ON;
	if (key == K_ESC && p->nchoices > 0) {
		prompt_close_choices(p);
		return PROMPT_GOES_ON;
	}
	prompt_close_choices(p);
	if (key == K_ENTER || key == '\n')
		return PROMPT_DONE;
	if (key == K_ESC || key == CTRL('G') || key == CTRL('C'))
		return PROMPT_GIVEN_UP;
	if (move_key(p, key) || edit_key(p, key))
		return PROMPT_GOES_ON;
	if (is_text(key))
		insert(p, key);
	return PROMPT_GOES_ON;
}

void
prompt_paste(struct prompt *p, uint32_t key)
{
	p->searching = false;
	prompt_close_choices(p);
	if (key == '\r' || key == '\n' || key == '\t')
		key = ' ';
	if (is_text(key))
		insert(p, key);
}

/* ---- life ---- */

struct prompt *
prompt_new(const struct front_ask *q, struct history *h)
{
	struct prompt *p = mem_zalloc(sizeof *p);

	p->q = *q;
	p->q.prompt = mem_str(q->prompt ? q->prompt : "");
	p->q.history = q->secret ? NULL : mem_str(q->history);
	p->q.initial = NULL;
	p->hist = h;
	if (q->initial != NULL)
		prompt_splice(p, 0, 0, q->initial, strlen(q->initial));
	return p;
}

void
prompt_free(struct prompt *p)
{
	if (p == NULL)
		return;
	prompt_close_choices(p);
	free((char *)(uintptr_t)p->q.prompt);
	free((char *)(uintptr_t)p->q.history);
	free(p->killed);
	free(p->line);
	mem_wipe(p, sizeof *p);
	free(p);
}

const char *
prompt_text(const struct prompt *p)
{
	return p->text;
}

void
prompt_remember(struct prompt *p)
{
	if (p->q.history != NULL && !p->q.secret && p->hist != NULL)
		history_add(p->hist, p->q.history, p->text);
}

const struct front_ask *
prompt_ask(const struct prompt *p)
{
	return &p->q;
}
