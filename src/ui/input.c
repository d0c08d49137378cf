/*
 * A decoder of its own rather than ncurses': it knows the forms of all
 * common terminals at once (a session moves between them through ssh and
 * tmux with the same TERM), needs no delay but the one for a lone ESC, and
 * can be tested on any bytes.
 */
#include <string.h>

#include "input.h"
#include "util/utf8.h"

#define ESC 0x1b

/* Modifier parameter of a CSI: 1 + shift + 2 alt + 4 ctrl. */
static uint32_t
with_mods(uint32_t key, unsigned mods)
{
	unsigned m = mods > 0 ? mods - 1 : 0;

	if (key == 0)
		return 0;
	if (key >= K_UP || key == K_ENTER || key == K_TAB ||
	    key == K_BACKSPACE || key == K_ESC) {
		key |= m & 1 ? KEY_SHIFT : 0;
		key |= m & 4 ? KEY_CTRL : 0;
	} else if (m & 4 && ((key | 0x20) >= 'a' && (key | 0x20) <= 'z')) {
		key &= 0x1f;
	}
	return key | (m & 2 ? KEY_ALT : 0);
}

/* The final letter of CSI and SS3 forms. */
static uint32_t
letter_key(unsigned char final)
{
	switch (final) {
	case 'A':
		return K_UP;
	case 'B':
		return K_DOWN;
	case 'C':
		return K_RIGHT;
	case 'D':
		return K_LEFT;
	case 'H':
		return K_HOME;
	case 'F':
		return K_END;
	case 'M':
		return K_ENTER; /* of the keypad, SS3 */
	case 'Z':
		return K_BACKTAB;
	case 'P':
	case 'Q':
	case 'R':
	case 'S':
		return K_F1 + (uint32_t)(final - 'P');
	default:
		return 0;
	}
}

/* ESC [ n ~ */
static uint32_t
tilde_key(unsigned n)
{
	static const struct {
		unsigned char from, to;
		uint32_t key;
	} ranges[] = {
	    {1, 1, K_HOME},
	    {2, 2, K_INSERT},
	    {3, 3, K_DELETE},
	    {4, 4, K_END},
	    {5, 5, K_PAGEUP},
	    {6, 6, K_PAGEDOWN},
	    {7, 7, K_HOME},
	    {8, 8, K_END},
	    {11, 15, K_F1},
	    {17, 21, K_F1 + 5},
	    {23, 26, K_F1 + 10},
	    {28, 29, K_F1 + 14},
	    {31, 34, K_F1 + 16},
	};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		if (n >= ranges[i].from && n <= ranges[i].to)
			return ranges[i].key + (n - ranges[i].from);
	}
	return 0;
}

/* A key that a terminal reports by code point (CSI u, modifyOtherKeys). */
static uint32_t
code_key(unsigned code, unsigned mods)
{
	/* surrogates, and the private range kitty puts its modifiers in */
	if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xf900))
		return 0;
	if (code == K_TAB && mods > 0 && (mods - 1) & 1)
		return with_mods(K_BACKTAB, mods - 1);
	return with_mods(code, mods);
}

struct csi {
	unsigned param[4];
	size_t nparam;
	bool plain; /* only digits and ';' before the final byte */
};

static void
csi_params(const unsigned char *p, size_t n, struct csi *c)
{
	*c = (struct csi){.nparam = n > 0 ? 1 : 0, .plain = true};
	for (size_t i = 0; i < n; i++) {
		unsigned *v = &c->param[c->nparam - 1];

		if (p[i] >= '0' && p[i] <= '9') {
			if (*v < 1000000)
				*v = *v * 10 + (unsigned)(p[i] - '0');
		} else if (p[i] == ';' && c->nparam < 4) {
			c->nparam++;
		} else if (p[i] == ':') {
			/* sub-parameters of the kitty protocol: event kinds */
			c->plain = false;
		} else {
			c->plain = false;
			return;
		}
	}
}

static uint32_t
csi_tilde(struct input *in, const struct csi *c)
{
	if (c->param[0] == 200) {
		in->paste = true;
		return K_PASTE_BEGIN;
	}
	if (c->param[0] == 201)
		return 0; /* the end of a paste that never began */
	if (c->param[0] == 27 && c->nparam == 3)
		return code_key(c->param[2], c->param[1]);
	return with_mods(tilde_key(c->param[0]), c->param[1]);
}

static uint32_t
csi_key(struct input *in, const unsigned char *p, size_t n, unsigned char final)
{
	struct csi c;

	csi_params(p, n, &c);
	if (!c.plain)
		return 0;
	switch (final) {
	case '~':
		return csi_tilde(in, &c);
	case '^': /* rxvt: with Control */
		return with_mods(tilde_key(c.param[0]), 5);
	case '$': /* rxvt: with Shift */
		return with_mods(tilde_key(c.param[0]), 2);
	case '@':
		return with_mods(tilde_key(c.param[0]), 6);
	case 'u':
		return code_key(c.param[0], c.param[1]);
	case 'I':
	case 'O':
		return K_FOCUS;
	case 'a':
	case 'b':
	case 'c':
	case 'd':
		return letter_key((unsigned char)(final - 0x20)) | KEY_SHIFT;
	case 'M': /* that is a mouse */
		return 0;
	default:
		return with_mods(letter_key(final), c.param[1]);
	}
}

/* After ESC [.  Returns the bytes behind it that belong to it, 0: more. */
static size_t
csi_next(struct input *in, const unsigned char *p, size_t n, uint32_t *key)
{
	size_t i = 0;

	if (n > 0 && p[0] == '[') { /* the Linux console's F1..F5 */
		if (n < 2)
			return 0;
		if (p[1] >= 'A' && p[1] <= 'E')
			*key = K_F1 + (uint32_t)(p[1] - 'A');
		return 2;
	}
	if (n > 0 && p[0] == 'M') /* an X10 mouse report: three bytes more */
		return n < 4 ? 0 : 4;
	while (i < n && p[i] >= 0x20 && p[i] <= 0x3f) {
		if (p[i] == '$' && i > 0 && p[i - 1] >= '0' && p[i - 1] <= '9')
			break;
		i++;
	}
	if (i >= n)
		return n >= INPUT_SEQ_MAX - 2 ? n : 0;
	if (p[i] < 0x20 || p[i] > 0x7e)
		return i; /* broken off: what comes is a new key */
	*key = csi_key(in, p, i, p[i]);
	return i + 1;
}

static uint32_t
ss3_key(unsigned char c)
{
	if (c >= 'a' && c <= 'd') /* rxvt: arrows with Control */
		return letter_key((unsigned char)(c - 0x20)) | KEY_CTRL;
	if (c >= 'j' && c <= 'y') /* the keypad in application mode */
		return (uint32_t) "*+,-./0123456789"[c - 'j'];
	return letter_key(c);
}

/* One key that is no escape sequence. */
static size_t
plain_next(const struct input *in, const unsigned char *p, size_t n, bool late,
    uint32_t *key)
{
	int32_t cp;
	size_t len, want;

	if (p[0] < 0x80) {
		*key = p[0];
		if (in->erase != 0 && p[0] == in->erase)
			*key = K_BACKSPACE;
		return 1;
	}
	want = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	len = utf8_next((const char *)p, n, &cp);
	if (cp < 0) {
		if (n < want && !late && p[0] >= 0xc2)
			return 0;
		return 1;
	}
	*key = (uint32_t)cp;
	return len;
}

/* An answer of the terminal that nobody asked for: up to BEL or ESC \. */
static size_t
string_next(struct input *in, const unsigned char *p, size_t n, bool late)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == 0x07) {
			in->string = false;
			return i + 1;
		}
		if (p[i] != ESC)
			continue;
		if (i + 1 == n && !late)
			return i;
		in->string = false;
		return i + 1 < n && p[i + 1] == '\\' ? i + 2 : i + 1;
	}
	in->string = !late;
	return n;
}

static size_t
escape_next(struct input *in, const unsigned char *p, size_t n, bool late,
    uint32_t *key)
{
	size_t used;

	if (n == 1) {
		*key = K_ESC;
		return late ? 1 : 0;
	}
	if (p[1] == '[' && n > 2 && p[2] >= 0x20 && p[2] <= 0x7e) {
		used = csi_next(in, p + 2, n - 2, key);
		if (used > 0)
			return used + 2;
		return late ? n : 0;
	}
	if (p[1] == 'O' && n > 2) {
		*key = ss3_key(p[2]);
		return 3;
	}
	if (p[1] == ']' && n > 2 && p[2] >= '0' && p[2] <= '9') {
		in->string = true;
		return 3;
	}
	if ((p[1] == '[' || p[1] == 'O' || p[1] == ']') && n == 2 && !late)
		return 0;
	if (p[1] == ESC) { /* Esc, and another sequence behind it */
		used = n > 2 || late ? escape_next(in, p + 1, n - 1, late, key)
				     : 0;
		if (used > 0 && *key != 0)
			*key |= KEY_ALT;
		return used > 0 ? used + 1 : 0;
	}
	used = plain_next(in, p + 1, n - 1, late, key);
	if (used > 0 && *key != 0)
		*key |= KEY_ALT;
	return used > 0 ? used + 1 : 0;
}

static size_t
paste_next(struct input *in, const unsigned char *p, size_t n, bool late,
    uint32_t *key)
{
	static const char end[] = "\033[201~";
	size_t len = sizeof end - 1;

	if (p[0] != ESC)
		return plain_next(
		    &(struct input){.paste = true}, p, n, late, key);
	if (memcmp(p, end, n < len ? n : len) == 0) {
		if (n < len)
			return late ? n : 0;
		in->paste = false;
		*key = K_PASTE_END;
		return len;
	}
	return 1;
}

size_t
input_next(struct input *in, const unsigned char *p, size_t n, bool late,
    uint32_t *key)
{
	uint32_t k = 0;
	size_t used;

	if (n == 0)
		return 0;
	if (n > INPUT_SEQ_MAX)
		n = INPUT_SEQ_MAX;
	if (in->string) {
		*key = 0;
		return string_next(in, p, n, late);
	}
	if (n == INPUT_SEQ_MAX)
		late = true; /* no more will fit: decide now */
	if (in->paste) {
		used = paste_next(in, p, n, late, &k);
	} else if (p[0] == ESC) {
		used = escape_next(in, p, n, late, &k);
	} else {
		used = plain_next(in, p, n, late, &k);
	}
	*key = k;
	return used;
}
