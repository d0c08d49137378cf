#include "config/nearest.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 40
#define TAIL_DISTANCE  99 /* worse than any real distance */

static int
least(int a, int b, int c)
{
	int m = a < b ? a : b;

	return m < c ? m : c;
}

static bool
same(char a, char b)
{
	if (a >= 'A' && a <= 'Z')
		a = (char)(a + ('a' - 'A'));
	if (b >= 'A' && b <= 'Z')
		b = (char)(b + ('a' - 'A'));
	/* both are written between the words of a name */
	return a == b || (a == '_' && b == '-') || (a == '-' && b == '_');
}

/* Letters to insert, delete, replace or swap with their neighbour. */
static int
distance(const char *a, const char *b)
{
	int row[3][NAME_MAX_BYTES + 1] = {{0}};
	int n = (int)strlen(a), m = (int)strlen(b);
	int *prev2 = row[0], *prev = row[1], *cur = row[2], *t;

	if (n > NAME_MAX_BYTES || m > NAME_MAX_BYTES)
		return TAIL_DISTANCE;
	for (int j = 0; j <= m; j++)
		prev[j] = j;
	for (int i = 1; i <= n; i++) {
		cur[0] = i;
		for (int j = 1; j <= m; j++) {
			cur[j] = least(prev[j] + 1, cur[j - 1] + 1,
			    prev[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				cur[j] = least(
				    cur[j], prev2[j - 2] + 1, cur[j]);
		}
		t = prev2;
		prev2 = prev;
		prev = cur;
		cur = t;
	}
	return prev[m];
}

static bool
is_tail(const char *tail, const char *name)
{
	size_t n = strlen(tail), m = strlen(name);

	return n >= 2 && m > n && name[m - n - 1] == '-' &&
	       strcasecmp(name + m - n, tail) == 0;
}

void
nearest_try(struct nearest *n, const char *name)
{
	int far = 1 + (int)strlen(n->want) / 5, d = distance(n->want, name);

	if (d > far) {
		if (!is_tail(n->want, name))
			return;
		d = TAIL_DISTANCE;
	}
	if (!n->best || d < n->distance) {
		n->best = name;
		n->distance = d;
	}
}

void
nearest_try_words(struct nearest *n, const char *words, char space[64])
{
	char word[64];
	size_t len;

	for (; *words; words += len) {
		words += strspn(words, " ");
		len = strcspn(words, " ");
		if (len == 0 || len >= sizeof word)
			continue;
		memcpy(word, words, len);
		word[len] = '\0';
		nearest_try(n, word);
		if (n->best == word) {
			memcpy(space, word, len + 1);
			n->best = space;
		}
	}
}
