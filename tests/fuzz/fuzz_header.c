/* A header block: envelope, and each value as whatever it might be.
 * rooms: mime */
#include "mime/header.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct envelope e;
	struct addresses list;
	const char *s = (const char *)p, **ids;
	int zone;

	envelope_parse(&a, s, n, NULL, &e);
	subject_base(header_decode(&a, s, n, "koi8-r"));
	address_parse(&a, s, n, NULL, &list);
	msgids_parse(&a, s, n, &ids);
	date_parse(s, n, &zone);
	arena_free(&a);
	return 0;
}
