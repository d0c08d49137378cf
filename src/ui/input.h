/*
 * input - keys from the bytes a terminal sends.
 *
 *	size_t used = input_next(&in, p, n, late, &key);
 *
 * used 0: the bytes may be the start of something longer; ask again when more
 * came, or with `late` when INPUT_ESC_MS passed without any.  key 0: what was
 * used means nothing (an unknown sequence) and is dropped.  Total on any
 * bytes, and bounded: a sequence is at most INPUT_SEQ_MAX bytes, so n never
 * needs to be more.
 *
 * Alt arrives as ESC before the key.  Between K_PASTE_BEGIN and K_PASTE_END
 * every key is a code point that was pasted, whatever it is.
 */
#ifndef ETUI_UI_INPUT_H
#define ETUI_UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/keymap.h"

#define INPUT_SEQ_MAX 64
#define INPUT_ESC_MS  50

struct input {
	unsigned char erase; /* the byte of Backspace; 0: DEL */
	bool paste;          /* inside a bracketed paste */
	bool string;         /* inside an answer of the terminal (OSC) */
};

size_t input_next(struct input *in, const unsigned char *p, size_t n, bool late,
    uint32_t *key);

#endif
