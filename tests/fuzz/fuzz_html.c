/* A page: any bytes become valid text.  rooms: mime */
#include <assert.h>
#include <stdint.h>

#include "mime/text.h"
#include "util/utf8.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf out = BUF_INIT(1 << 26), page = BUF_INIT(1 << 26);

	if (text_to_utf8("utf-8", NULL, (const char *)p, n, &page, NULL) == 0 &&
	    html_to_text(buf_text(&page), page.len, &out, NULL) == 0)
		assert(utf8_is_valid(buf_text(&out), out.len));
	buf_free(&page);
	buf_free(&out);
	return 0;
}
