/* Shared by the keymap files of this room. */
#ifndef ETUI_KEY_INT_H
#define ETUI_KEY_INT_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* Esc and then a key is that key with Alt; returns how many are left. */
size_t key_join_escapes(uint32_t *keys, size_t n);
void key_sequence_text(const uint32_t *keys, size_t n, struct buf *out);

#endif
