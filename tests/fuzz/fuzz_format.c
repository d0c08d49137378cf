/* index-format: any text compiles or is refused, and writes.  rooms: ui */
#include <stdlib.h>

#include "../../src/ui/format.h"
#include "util/mem.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = mem_strn((const char *)p, n);
	struct view_row row = {.subject = text, .from_name = text, .depth = 3};
	struct format_row r = {.row = &row, .date_format = "%D"};
	struct buf b = BUF_INIT(SIZE_MAX);
	struct format f;

	if (format_compile(text, &f, NULL) == 0) {
		format_line(&f, &r, 80, &b);
		format_free(&f);
	}
	buf_free(&b);
	free(text);
	return 0;
}
