/* A tree from a disk: a tree within the bounds, or none.  rooms: mime */
#include <assert.h>

#include "mime/message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct part *q = part_unpack(&a, p, n);
	const struct part *texts[8];
	size_t count = 0;

	if (q != NULL)
		part_texts(q, false, texts, 8);
	for (; q != NULL; q = part_next(q))
		count++;
	assert(count <= PART_MAX_COUNT);
	arena_free(&a);
	return 0;
}
