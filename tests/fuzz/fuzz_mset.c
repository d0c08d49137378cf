/* Sequence sets: what is parsed and written is parsed as the same, and
 * adding one by one agrees.  rooms: util */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/mkey.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mset a = MSET_INIT, b = MSET_INIT;
	size_t from = 0;
	char *text;

	if (mset_parse(&a, (const char *)p, n, 1000) == 0) {
		text = mset_text(&a, &from, SIZE_MAX);
		for (size_t i = a.n; i-- > 0;)
			mset_add_range(&b, a.range[i].lo, a.range[i].hi);
		assert(mset_parse(&b, text, strlen(text), 1000) == 0);
		assert(a.n == b.n && mset_count(&a) == mset_count(&b));
		assert(!memcmp(a.range, b.range, a.n * sizeof *a.range));
		free(text);
	}
	mset_free(&a);
	mset_free(&b);
	return 0;
}
