/*
 * replay - runs one fuzz target over a folder of inputs, as a plain test.
 *
 * Each file is given whole, at eight cuts, and with eight of its bytes turned,
 * so that the replay looks a little further than the corpus.  Inputs are exact
 * heap copies without a NUL: that is how ASan sees a read past their end.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
give(const uint8_t *p, size_t n, size_t turned)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	if (!copy)
		abort();
	memcpy(copy, p, n);
	if (turned < n)
		copy[turned] ^= 0x55;
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int
replay(const char *path)
{
	uint8_t *p = malloc(INPUT_MAX);
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!p || !f) {
		perror(path);
		return -1;
	}
	n = fread(p, 1, INPUT_MAX, f);
	fclose(f);
	give(p, n, n);
	for (size_t i = 0; i < 8 && n > 0; i++) {
		give(p, n * i / 8, n);
		give(p, n, (n - 1) * i / 7);
	}
	free(p);
	return 0;
}

int
main(int argc, char **argv)
{
	struct dirent *entry;
	char path[4096];
	size_t n = 0;
	DIR *dir;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	dir = opendir(argv[1]);
	if (!dir) {
		perror(argv[1]);
		return 1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
		if (replay(path) < 0)
			return 1;
		n++;
	}
	closedir(dir);
	printf("%zu inputs\n", n);
	return n == 0;
}
