/*
 * keymap - which command a sequence of keys means, by scope.
 *
 * A key is a code point, or KEY_x above 0x110000, with KEY_ALT or'ed in.  In
 * text: characters stand for themselves; ^X is control, M-x or Esc-x is Alt
 * (Esc then x is the same), <Enter> <Tab> <Space> <Backspace> <Esc> <Delete>
 * <Insert> <Up> <Down> <Left> <Right> <Home> <End> <PageUp> <PageDown>
 * <BackTab> <F1>..<F20> <Less>, and S- C- M- before the named ones
 * (<C-Up>).  "i1" is the sequence i, 1.
 */
#ifndef ETUI_CONFIG_KEYMAP_H
#define ETUI_CONFIG_KEYMAP_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

#define KEY_ALT        0x1000000u
#define KEY_CTRL       0x2000000u /* with named keys only; ^X is the control code */
#define KEY_SHIFT      0x4000000u /* with named keys only */
#define KEYMAP_SEQ_MAX 4

enum {
	K_ENTER = '\r',
	K_TAB = '\t',
	K_ESC = 0x1b,
	K_BACKSPACE = 0x7f,
	K_UP = 0x110001,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PAGEUP,
	K_PAGEDOWN,
	K_INSERT,
	K_DELETE,
	K_BACKTAB,
	K_F1, /* K_F1 + n - 1 is Fn, n up to 20 */
	K_RESIZE = 0x110100,
	K_PASTE_BEGIN,
	K_PASTE_END,
	K_FOCUS, /* ignored events */
};

struct keymap;

struct keymap *keymap_new(void);
void keymap_free(struct keymap *m);
/* One sequence in text form; "noop" as the command unbinds. */
int keymap_bind(struct keymap *m, const char *scope, const char *keys,
    const char *command, struct err *e) MUST_CHECK;

enum keymap_hit { KEYMAP_NONE, KEYMAP_PREFIX, KEYMAP_COMMAND };
/* Look the n keys up in `scope`, then in "any".  *command is borrowed. */
enum keymap_hit keymap_find(const struct keymap *m, const char *scope,
    const uint32_t *keys, size_t n, const char **command);
/* The shortest sequence bound to the command in scope (then "any"), in text;
 * "" when none; borrowed until the next bind. */
const char *keymap_keys(
    const struct keymap *m, const char *scope, const char *command);
/* All of them, blank-separated; yours. */
char *keymap_all_keys(
    const struct keymap *m, const char *scope, const char *command);

int key_parse(
    const char *text, uint32_t *keys, size_t *n, struct err *e) MUST_CHECK;
void key_text(uint32_t key, char out[24]);

#endif
