/* An IMAP server that says anything.  rooms: store
 * (libFuzzer: -detect_leaks=0; libetpan loses a little over what it refuses) */
#include "imap_feed.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	feed_run(p, n);
	return 0;
}
