#include "config/config.h"
#include "config/nearest.h"

#include <stdlib.h>
#include <string.h>

#include "config_int.h"
#include "sections.h"
#include "util/os.h"

static struct config *
config_new(void)
{
	return mem_zalloc(sizeof(struct config));
}

void
config_free(struct config *c)
{
	if (!c)
		return;
	free(c->account);
	free(c->bind);
	free(c->color);
	free(c->identity);
	arena_free(&c->arena);
	free(c);
}

/* What can only be said once every line has been read. */
static int
check_whole(const struct config *c, struct err *e)
{
	for (size_t i = 0; i < c->accounts; i++)
		if (account_check(c->account[i], e) < 0)
			return -1;
	return identities_check(c, e);
}

static int
finish(struct config *c, int rc, struct config **out, struct err *e)
{
	if (rc == 0)
		rc = check_whole(c, e);
	if (rc < 0)
		config_free(c);
	else
		*out = c;
	return rc;
}

int
config_load(const char *path, struct config **out, struct err *e)
{
	struct config *c = config_new();
	const struct sink sink = {c, config_section, config_entry};

	return finish(c, read_config_file(path, &c->arena, &sink, e), out, e);
}

int
config_parse(
    const char *name, const char *text, struct config **out, struct err *e)
{
	struct config *c = config_new();
	const struct sink sink = {c, config_section, config_entry};

	return finish(c,
	    read_config_text(name, text, strlen(text), &c->arena, &sink, e),
	    out, e);
}

char *
config_path(void)
{
	char *dir = os_dir(OS_CONFIG), *path = mem_printf("%s/config", dir);

	free(dir);
	return path;
}

const char *
config_str(const struct config *c, enum opt o)
{
	return c->top[o].str ? c->top[o].str : options[o].def;
}

int64_t
config_int(const struct config *c, enum opt o)
{
	return c->top[o].str ? c->top[o].num
			     : option_number(&options[o], options[o].def);
}

bool
config_bool(const struct config *c, enum opt o)
{
	return config_int(c, o) != 0;
}

bool
config_is(const struct config *c, enum opt o, const char *word)
{
	const char *s = config_str(c, o);

	return s && strcmp(s, word) == 0;
}

int
config_set(struct config *c, const char *name, const char *val, struct err *e)
{
	const struct option *o = option_find(name);
	const struct place here = {.file = "", .line = 0};

	if (!o)
		return unknown_option(name, "", e);
	if (o->account)
		return err_set(e, ERR_INPUT,
		    "%s belongs to accounts and is read at the start only; "
		    "change it in the config",
		    name);
	if (option_check(o, val, e) < 0)
		return -1;
	value_store(c, &c->top[o->id], o, val, &here);
	return 0;
}

size_t
config_accounts(const struct config *c)
{
	return c->accounts;
}

const struct account *
config_account(const struct config *c, size_t i)
{
	return i < c->accounts ? c->account[i] : NULL;
}

const struct account *
config_account_named(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->accounts; i++)
		if (strcmp(c->account[i]->name, name) == 0)
			return c->account[i];
	return NULL;
}

const char *
config_account_nearest(const struct config *c, const char *name)
{
	struct nearest n = NEAREST_INIT(name);

	for (size_t i = 0; i < c->accounts; i++)
		nearest_try(&n, c->account[i]->name);
	return n.best;
}

size_t
config_binds(const struct config *c)
{
	return c->binds;
}

const struct config_bind *
config_bind_at(const struct config *c, size_t i)
{
	return i < c->binds ? &c->bind[i] : NULL;
}

size_t
config_colors(const struct config *c)
{
	return c->colors;
}

const struct config_color *
config_color_at(const struct config *c, size_t i)
{
	return i < c->colors ? &c->color[i] : NULL;
}

size_t
config_identities(const struct config *c)
{
	return c->identities;
}

const struct config_identity *
config_identity_at(const struct config *c, size_t i)
{
	return i < c->identities ? &c->identity[i] : NULL;
}
