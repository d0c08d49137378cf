/*
 * The documents that are made from the tables.
 */
#include <stdlib.h>
#include <string.h>

#include "cli_int.h"
#include "util/mem.h"
#include "util/os.h"

static const struct {
	const char *name;
	void (*write)(struct buf *out);
} docs[] = {
    {"config.example", config_write_example},
    {"man/etui.conf.5", config_write_man},
    {"man/etui-keys.5", commands_write_man},
    {"man/etui.1", usage_write_man},
};

int
cmd_docs(const char *dir)
{
	char *man = mem_printf("%s/man", dir);
	struct err e = ERR_INIT;
	int rc = os_mkdirs(man, &e);

	for (size_t i = 0; rc == 0 && i < sizeof docs / sizeof *docs; i++) {
		char *path = mem_printf("%s/%s", dir, docs[i].name);
		struct buf out = BUF_INIT(CLI_OUT_MAX);

		docs[i].write(&out);
		rc = os_save(path, buf_text(&out), out.len, &e);
		buf_free(&out);
		free(path);
	}
	free(man);
	return rc == 0 ? EXIT_DONE : cli_fail(EXIT_ERROR, e.text);
}
