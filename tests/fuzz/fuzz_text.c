/* A message's parts as text, and that as lines.  rooms: mime */
#include "mime/text.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	const char *s = (const char *)p;
	struct part *q = message_parse(&a, s, n);

	for (; q != NULL; q = part_next(q)) {
		struct buf out = BUF_INIT(1 << 26);
		struct text_lines l;

		if (text_of_part(q, s + q->offset, q->size, NULL, &out, NULL))
			buf_cut(&out, 0);
		text_split(out.data, out.len, n & 1, n & 2, &l);
		text_lines_free(&l);
		buf_free(&out);
	}
	arena_free(&a);
	return 0;
}
