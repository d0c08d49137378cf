/* Key decoding: total on whatever a terminal sends.  rooms: ui */
#include "../../src/ui/input.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct input in = {.erase = 8};
	uint32_t key;

	while (n > 0) {
		size_t used = input_next(&in, p, n, true, &key);

		p += used;
		n -= used;
	}
	return 0;
}
