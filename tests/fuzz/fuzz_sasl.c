/* A server's challenges, a line each; the first byte names the mechanism by
 * its place in the table.  rooms: net */
#include "../../src/net/sasl_int.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf out = BUF_INIT(1 << 20);
	struct sasl *s = n > 0 ? sasl_example(p[0], "nonce") : NULL;

	for (size_t i = 1, k; s != NULL && i <= n; i += k + 1) {
		for (k = 0; i + k < n && p[i + k] != '\n'; k++)
			continue;
		(void)!sasl_step(s, (const char *)p + i, k, &out, NULL);
	}
	sasl_free(s);
	buf_free(&out);
	return 0;
}
