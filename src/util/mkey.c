#include "util/mkey.h"

#include <string.h>

bool
mkey_is_told(const struct mkey *k)
{
	return k->num != 0 || (k->str != NULL && *k->str != '\0');
}

bool
mkey_equal(const struct mkey *a, const struct mkey *b)
{
	if (a->num != 0 || b->num != 0)
		return a->num == b->num;
	return a->str != NULL && b->str != NULL && strcmp(a->str, b->str) == 0;
}
