#include "util/secret.h"

#include <stdlib.h>

#include "util/mem.h"

void
secret_set(struct secret *s, const char *p, size_t n)
{
	char *fresh = p ? mem_strn(p, n) : NULL;

	secret_free(s);
	s->data = fresh;
	s->len = p ? n : 0;
}

void
secret_copy(struct secret *to, const struct secret *from)
{
	secret_set(to, from->data, from->len);
}

bool
secret_is_set(const struct secret *s)
{
	return s->data;
}

void
secret_free(struct secret *s)
{
	mem_wipe(s->data, s->len);
	free(s->data);
	s->data = NULL;
	s->len = 0;
}
