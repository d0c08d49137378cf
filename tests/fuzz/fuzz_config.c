/* The config reader: total on any text that is not a path.  rooms: config */
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "util/mem.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = mem_strn((const char *)p, n);
	struct config *c;
	struct err e;

	/* no files: an input must not read what lies about on this machine */
	if (!strstr(text, "include") && config_parse("c", text, &c, &e) == 0)
		config_free(c);
	free(text);
	return 0;
}
