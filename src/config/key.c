/*
 * Keys as text and back.  Whatever key_text() and key_sequence_text() write,
 * key_parse() reads as the same keys.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/keymap.h"
#include "config_int.h"
#include "key_int.h"
#include "util/utf8.h"

#define MODIFIERS    (KEY_ALT | KEY_CTRL | KEY_SHIFT)
#define KEY_NAME_MAX 16 /* of a key, between < and > */

/* The first name of a key is the one that is written. */
static const struct {
	const char *name;
	uint32_t key;
} named[] = {
    {"Enter", K_ENTER},
    {"Return", K_ENTER},
    {"Tab", K_TAB},
    {"Space", ' '},
    {"Backspace", K_BACKSPACE},
    {"Esc", K_ESC},
    {"Escape", K_ESC},
    {"Delete", K_DELETE},
    {"Del", K_DELETE},
    {"Insert", K_INSERT},
    {"Ins", K_INSERT},
    {"Up", K_UP},
    {"Down", K_DOWN},
    {"Left", K_LEFT},
    {"Right", K_RIGHT},
    {"Home", K_HOME},
    {"End", K_END},
    {"PageUp", K_PAGEUP},
    {"PgUp", K_PAGEUP},
    {"PageDown", K_PAGEDOWN},
    {"PgDn", K_PAGEDOWN},
    {"BackTab", K_BACKTAB},
    {"Less", '<'},
    {"Caret", '^'},
    {"Minus", '-'},
};

/* "Fn", n from 1 to 20; 0 when it is none. */
static uint32_t
function_key(const char *name)
{
	unsigned n = 0;

	if (name[0] != 'F' && name[0] != 'f')
		return 0;
	for (name++; *name >= '0' && *name <= '9' && n < 100; name++)
		n = n * 10 + (unsigned)(*name - '0');
	return *name || n < 1 || n > 20 ? 0 : K_F1 + n - 1;
}

static uint32_t
key_of_name(const char *name)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (strcasecmp(named[i].name, name) == 0)
			return named[i].key;
	return function_key(name);
}

static bool
is_control_of(uint32_t c)
{
	return (c >= '?' && c <= '_') || (c >= 'a' && c <= 'z');
}

/* ^X: 'a' and 'A' are the same there, and ^? is what Backspace sends. */
static uint32_t
control(uint32_t c)
{
	return c == '?' ? 0x7f : c & 0x1f;
}

static bool
takes_modifiers(uint32_t key)
{
	return key >= K_UP || key == ' ' || key == K_ENTER || key == K_TAB ||
	       key == K_ESC || key == K_BACKSPACE;
}

/* A modifier in front of a key; 0xffffffff where there is no such key. */
static uint32_t
modify(uint32_t mods, uint32_t key)
{
	if (mods & KEY_SHIFT && key == K_TAB) {
		key = K_BACKTAB;
		mods &= ~KEY_SHIFT;
	}
	/* Shift and Control on a character is another character. */
	if (mods & KEY_SHIFT && !takes_modifiers(key))
		return UINT32_MAX;
	if (mods & KEY_CTRL && key < 0x7f && is_control_of(key)) {
		key = control(key);
		mods &= ~KEY_CTRL;
	}
	if (mods & KEY_CTRL && !takes_modifiers(key))
		return UINT32_MAX;
	return key | mods;
}

/* What stands between < and >. */
static int
parse_named(const char *name, uint32_t *out, struct err *e)
{
	const char *p = name;
	uint32_t mods = 0, key;
	int32_t cp;

	while (p[0] && p[1] == '-' && p[2]) {
		if (*p == 'C' || *p == 'c')
			mods |= KEY_CTRL;
		else if (*p == 'M' || *p == 'm')
			mods |= KEY_ALT;
		else if (*p == 'S' || *p == 's')
			mods |= KEY_SHIFT;
		else
			break;
		p += 2;
	}
	key = key_of_name(p);
	if (key == 0 && mods != 0 &&
	    utf8_next(p, strlen(p), &cp) == strlen(p) && cp > ' ')
		key = (uint32_t)cp;
	if (key != 0)
		key = modify(mods, key);
	if (key == 0 || key == UINT32_MAX)
		return err_set(e, ERR_INPUT,
		    "there is no key <%s>; there are <Enter> <Tab> <Space> "
		    "<Backspace> <Esc> <Delete> <Insert> <Up> <Down> <Left> "
		    "<Right> <Home> <End> <PageUp> <PageDown> <BackTab> <Less> "
		    "<F1>..<F20>",
		    name);
	*out = key;
	return 0;
}

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* One key at *text without M- in front. */
static int
parse_plain(const char **text, uint32_t *out, struct err *e)
{
	const char *s = *text, *end = *s == '<' ? strchr(s, '>') : NULL;
	char name[KEY_NAME_MAX + 1];
	size_t n;
	int32_t cp;

	if (end && end - s - 1 > 0 && end - s - 1 <= KEY_NAME_MAX) {
		n = (size_t)(end - s - 1);
		memcpy(name, s + 1, n);
		name[n] = '\0';
		*text = end + 1;
		return parse_named(name, out, e);
	}
	if (*s == '<')
		return err_set(e, ERR_INPUT,
		    "\"<\" begins the name of a key, like <Enter>; the key "
		    "itself is <Less>");
	if (*s == '^' && s[1]) {
		if (!is_control_of((unsigned char)s[1]))
			return err_set(e, ERR_INPUT,
			    "^ stands before a letter or one of @[\\]^_?");
		*out = control((unsigned char)s[1]);
		*text = s + 2;
		return 0;
	}
	n = utf8_next(s, strlen(s), &cp);
	if (cp <= ' ' || cp == 0x7f)
		return err_set(
		    e, ERR_INPUT, "a blank or control character is no key");
	*out = (uint32_t)cp;
	*text = s + n;
	return 0;
}

static int
parse_one(const char **text, uint32_t *out, struct err *e)
{
	const char *s = *text;
	uint32_t alt = 0;

	if (starts(s, "M-") && s[2]) {
		alt = KEY_ALT;
		s += 2;
	} else if (starts(s, "Esc-") && s[4]) {
		alt = KEY_ALT;
		s += 4;
	}
	if (parse_plain(&s, out, e) < 0)
		return -1;
	*out |= alt;
	*text = s;
	return 0;
}

size_t
key_join_escapes(uint32_t *keys, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++, to++) {
		keys[to] = keys[i];
		if (keys[i] == K_ESC && i + 1 < n && !(keys[i + 1] & KEY_ALT)) {
			keys[to] = keys[i + 1] | KEY_ALT;
			i++;
		}
	}
	return to;
}

int
key_parse(const char *text, uint32_t *keys, size_t *n, struct err *e)
{
	/* an Esc in front of each joins with it */
	uint32_t all[2 * KEYMAP_SEQ_MAX];
	char space[SHOWN_MAX * 4];
	const char *p = text;
	size_t count = 0;

	if (!*text)
		return err_set(e, ERR_INPUT, "a key is missing");
	while (*p && count < 2 * KEYMAP_SEQ_MAX)
		if (parse_one(&p, &all[count++], e) < 0)
			return err_wrap(e, "\"%s\"", shown(text, space));
	count = key_join_escapes(all, count);
	if (*p || count > KEYMAP_SEQ_MAX)
		return err_set(e, ERR_INPUT,
		    "\"%s\" is a sequence of more than %d keys; between "
		    "different keys goes a blank",
		    shown(text, space), KEYMAP_SEQ_MAX);
	memcpy(keys, all, count * sizeof *keys);
	*n = count;
	return 0;
}

static const char *
name_of_key(uint32_t key, char space[KEY_NAME_MAX])
{
	if (key >= K_F1 && key < K_F1 + 20) {
		snprintf(space, KEY_NAME_MAX, "F%u", key - K_F1 + 1);
		return space;
	}
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (named[i].key == key && key != '^' && key != '-')
			return named[i].name;
	return NULL;
}

void
key_text(uint32_t key, char out[24])
{
	const char *alt = key & KEY_ALT ? "M-" : "";
	const char *ctrl = key & KEY_CTRL ? "C-" : "";
	const char *shift = key & KEY_SHIFT ? "S-" : "";
	uint32_t base = key & ~MODIFIERS;
	char space[KEY_NAME_MAX], bytes[5] = "";
	const char *name = name_of_key(base, space);

	if (name && *alt && !*ctrl && !*shift)
		snprintf(out, 24, "M-<%s>", name);
	else if (name)
		snprintf(out, 24, "<%s%s%s%s>", alt, ctrl, shift, name);
	else if (base < 0x20)
		snprintf(out, 24, "%s^%c", alt, (int)(base | 0x40));
	else if (utf8_put((int32_t)base, bytes) > 0)
		snprintf(out, 24, "%s%s", alt, bytes);
	else
		snprintf(out, 24, "<?>");
}

void
key_sequence_text(const uint32_t *keys, size_t n, struct buf *out)
{
	char text[24];

	for (size_t i = 0; i < n; i++) {
		key_text(keys[i], text);
		/* A caret would take the next key with it, and a minus the
		 * letter before. */
		if (strcmp(text, "^") == 0 && i + 1 < n)
			buf_puts(out, "<Caret>");
		else if (strcmp(text, "M-^") == 0 && i + 1 < n)
			buf_puts(out, "M-<Caret>");
		else if (strcmp(text, "-") == 0 && i > 0)
			buf_puts(out, "<Minus>");
		else
			buf_puts(out, text);
	}
}
