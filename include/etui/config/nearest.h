/*
 * nearest - which known name somebody meant: the one with the fewest letters
 * changed, added, left out or swapped; else, for a short word, the first name
 * that ends in it ("host" for "receive-host").
 *
 *	struct nearest n = NEAREST_INIT("recieve");
 *	nearest_try(&n, "receive");
 *	... n.best is NULL when nothing is near
 *
 * Ownership: borrows the names.  Threads: none of its own.
 */
#ifndef ETUI_CONFIG_NEAREST_H
#define ETUI_CONFIG_NEAREST_H

struct nearest {
	const char *want;
	const char *best; /* borrowed from what was tried */
	int distance;
};
#define NEAREST_INIT(name)                                                     \
	{                                                                      \
		.want = (name)                                                 \
	}

void nearest_try(struct nearest *n, const char *name);
/* The words of a blank-separated list; `space` keeps the best. */
void nearest_try_words(struct nearest *n, const char *words, char space[64]);

#endif
