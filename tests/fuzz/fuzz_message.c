/* A message: every part lies inside it, and packs and unpacks.  rooms: mime */
#include <assert.h>

#include "mime/message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct buf packed = BUF_INIT(1 << 26);
	struct part *root = message_parse(&a, (const char *)p, n), *q;
	const struct part *texts[8];

	for (q = root; q != NULL; q = part_next(q))
		assert(q->offset <= n && q->size <= n - q->offset);
	part_texts(root, true, texts, 8);
	part_pack(root, &packed);
	assert(part_unpack(&a, packed.data, packed.len) != NULL);
	buf_free(&packed);
	arena_free(&a);
	return 0;
}
