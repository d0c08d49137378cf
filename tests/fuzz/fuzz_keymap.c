/* Keys: what is written for a sequence is read as the same.  rooms: config */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/keymap.h"
#include "util/mem.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = mem_strn((const char *)p, n);
	uint32_t a[KEYMAP_SEQ_MAX], b[KEYMAP_SEQ_MAX];
	struct keymap *m = keymap_new();
	size_t na, nb;

	if (keymap_bind(m, "any", text, "x", NULL) == 0) {
		assert(key_parse(text, a, &na, NULL) == 0);
		assert(
		    key_parse(keymap_keys(m, "any", "x"), b, &nb, NULL) == 0);
		assert(na == nb && memcmp(a, b, na * sizeof *a) == 0);
	}
	keymap_free(m);
	free(text);
	return 0;
}
