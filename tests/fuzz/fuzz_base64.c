/* Decoding base64 is total, and what decodes encodes to it again.
 * rooms: net */
#include <assert.h>

#include "net/sasl.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf out = BUF_INIT(1 << 24), back = BUF_INIT(1 << 24);

	if (base64_decode((const char *)p, n, &out, NULL) == 0) {
		base64_encode(out.data, out.len, &back);
		assert(back.len == n);
	}
	buf_free(&out);
	buf_free(&back);
	return 0;
}
