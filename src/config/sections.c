#include "sections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/keymap.h"
#include "config/nearest.h"
#include "identity.h"

#define SCOPES "index pager folders help any"

enum section_kind { SEC_ACCOUNT, SEC_BIND, SEC_COLOR, SEC_IDENTITY };

/* What the reader hands back as `current`. */
struct section {
	enum section_kind kind;
	const char *scope; /* SEC_BIND */
	struct account *account;
	size_t identity; /* its number */
};

static int
section_named(const char *kind, enum section_kind *out, struct err *e)
{
	static const char *const kinds[] = {
	    [SEC_ACCOUNT] = "account",
	    [SEC_BIND] = "bind",
	    [SEC_COLOR] = "color",
	    [SEC_IDENTITY] = "identity",
	};
	struct nearest n = NEAREST_INIT(kind);
	char space[SHOWN_MAX * 4];

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i], kind) == 0) {
			*out = (enum section_kind)i;
			return 0;
		}
		nearest_try(&n, kinds[i]);
	}
	if (n.best)
		return err_set(e, ERR_INPUT,
		    "there is no section [%s]; did you mean [%s]?",
		    shown(kind, space), n.best);
	return err_set(e, ERR_INPUT,
	    "there is no section [%s]; there are [account NAME], [identity "
	    "NAME], [bind SCOPE] and [color]",
	    shown(kind, space));
}

/* Accounts give their name to folders on disk and to commands. */
static int
check_name(const char *what, const char *name, struct err *e)
{
	char space[SHOWN_MAX * 4];

	if (!*name)
		return err_set(
		    e, ERR_INPUT, "an %s needs a name: [%s work]", what, what);
	if (strlen(name) > CONFIG_NAME_MAX || name[0] == '.' ||
	    name[0] == '-' || name[strcspn(name, " \t/\\\"'[]*?$`;&|<>:,%")])
		return err_set(e, ERR_INPUT,
		    "\"%s\" cannot be the name of an %s; take one word of "
		    "letters, digits, dots and dashes",
		    shown(name, space), what);
	return 0;
}

static int
new_account(struct config *c, const char *name, const struct place *at,
    struct section *s, struct err *e)
{
	const struct account *other;

	if (check_name("account", name, e) < 0)
		return -1;
	other = config_account_named(c, name);
	if (other)
		return err_set(e, ERR_INPUT,
		    "there is an account %s already, in %s:%d", name,
		    other->at.file, other->at.line);
	if (c->accounts == CONFIG_ACCOUNTS_MAX)
		return err_set(
		    e, ERR_INPUT, "more than %d accounts", CONFIG_ACCOUNTS_MAX);
	s->account = arena_alloc(&c->arena, sizeof *s->account);
	s->account->name = arena_str(&c->arena, name);
	s->account->at = *at;
	s->account->config = c;
	mem_grow(&c->account, &c->accounts_cap, c->accounts + 1,
	    sizeof(struct account *));
	c->account[c->accounts++] = s->account;
	return 0;
}

static int
check_scope(const char *scope, struct err *e)
{
	struct nearest n = NEAREST_INIT(scope);
	char space[SHOWN_MAX * 4], best[64];

	if (word_index(SCOPES, scope) >= 0)
		return 0;
	nearest_try_words(&n, SCOPES, best);
	return err_set(e, ERR_INPUT,
	    "[bind %s] is no place where keys work; %s%s%sit is one of: %s",
	    shown(scope, space), n.best ? "did you mean " : "",
	    n.best ? n.best : "", n.best ? "? " : "", SCOPES);
}

int
config_section(void *ctx, const struct place *at, const char *kind,
    const char *name, void **current, struct err *e)
{
	struct config *c = ctx;
	struct section s = {.kind = SEC_ACCOUNT};
	char space[SHOWN_MAX * 4];
	int rc = 0;

	if (section_named(kind, &s.kind, e) < 0)
		return -1;
	switch (s.kind) {
	case SEC_ACCOUNT:
		rc = new_account(c, name, at, &s, e);
		break;
	case SEC_BIND:
		rc = check_scope(name, e);
		s.scope = arena_str(&c->arena, name);
		break;
	case SEC_COLOR:
		if (*name)
			rc = err_set(e, ERR_INPUT,
			    "[color] takes no name, but has \"%s\"",
			    shown(name, space));
		break;
	case SEC_IDENTITY:
		rc = check_name("identity", name, e);
		if (rc == 0)
			rc = identity_new(c, name, at, &s.identity, e);
		break;
	}
	if (rc < 0)
		return -1;
	*current = arena_alloc(&c->arena, sizeof s);
	memcpy(*current, &s, sizeof s);
	return 0;
}

void
value_store(struct config *c, struct value *to, const struct option *o,
    const char *val, const struct place *at)
{
	to->num = option_number(o, val);
	to->at = *at;
	to->str = o->type == OPT_T_PATH ? path_from(&c->arena, at->file, val)
					: arena_str(&c->arena, val);
}

static bool
is_password(const char *key)
{
	static const char *const words[] = {
	    "password", "passwd", "pass", "passphrase", "secret", "token"};
	size_t n = strlen(key), m;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		m = strlen(words[i]);
		if (n >= m && strcmp(key + n - m, words[i]) == 0 &&
		    (n == m || strchr("-_.", key[n - m - 1])))
			return true;
	}
	return false;
}

int
unknown_option(const char *name, const char *where, struct err *e)
{
	const char *near = option_nearest(name);
	char space[SHOWN_MAX * 4];

	if (is_password(name))
		return err_set(e, ERR_INPUT,
		    "passwords cannot stand in the config; password-command "
		    "is the way: a command that prints it, like \"pass show "
		    "mail\". Without one you are asked");
	if (near)
		return err_set(e, ERR_INPUT,
		    "there is no option \"%s\"%s; did you mean %s?",
		    shown(name, space), where, near);
	return err_set(e, ERR_INPUT,
	    "there is no option \"%s\"%s; etui.conf(5) lists them",
	    shown(name, space), where);
}

static int
twice(const char *key, const struct place *first, struct err *e)
{
	char space[SHOWN_MAX * 4];

	return err_set(e, ERR_INPUT, "%s is set already, in %s:%d",
	    shown(key, space), first->file, first->line);
}

static int
set_option(struct config *c, struct account *a, const struct place *at,
    const char *key, const char *value, struct err *e)
{
	const struct option *o = option_find(key);
	char where[CONFIG_NAME_MAX + 16] = "";
	struct value *to;

	if (a)
		snprintf(where, sizeof where, " in [account %s]", a->name);
	if (!o)
		return unknown_option(key, where, e);
	if (a && !o->account)
		return err_set(e, ERR_INPUT,
		    "%s cannot stand%s: it is for all accounts; put it before "
		    "the first section",
		    key, where);
	to = a ? &a->own[o->id] : &c->top[o->id];
	if (to->str)
		return twice(key, &to->at, e);
	if (option_check(o, value, e) < 0)
		return -1;
	value_store(c, to, o, value, at);
	return 0;
}

static int
check_keys(const char *value, struct err *e)
{
	static const char blanks[] = " \t";
	uint32_t keys[KEYMAP_SEQ_MAX];
	const char *p = value;
	char *word;
	size_t n, len;
	int rc = 0;

	for (p += strspn(p, blanks); *p && rc == 0; p += strspn(p, blanks)) {
		len = strcspn(p, blanks);
		word = mem_strn(p, len);
		rc = key_parse(word, keys, &n, e);
		free(word);
		p += len;
	}
	return rc;
}

static int
add_bind(struct config *c, const struct section *s, const struct place *at,
    const char *key, const char *value, struct err *e)
{
	for (size_t i = 0; i < c->binds; i++)
		if (strcmp(c->bind[i].scope, s->scope) == 0 &&
		    strcmp(c->bind[i].command, key) == 0)
			return twice(key,
			    &(struct place){c->bind[i].file, c->bind[i].line},
			    e);
	if (check_keys(value, e) < 0)
		return err_wrap(e, "%s", key);
	mem_grow(&c->bind, &c->binds_cap, c->binds + 1, sizeof *c->bind);
	c->bind[c->binds++] = (struct config_bind){
	    .scope = s->scope,
	    .command = arena_str(&c->arena, key),
	    .keys = arena_str(&c->arena, value),
	    .file = at->file,
	    .line = at->line,
	};
	return 0;
}

static int
add_color(struct config *c, const struct place *at, const char *key,
    const char *value, struct err *e)
{
	for (size_t i = 0; i < c->colors; i++)
		if (strcmp(c->color[i].name, key) == 0)
			return twice(key,
			    &(struct place){c->color[i].file, c->color[i].line},
			    e);
	mem_grow(&c->color, &c->colors_cap, c->colors + 1, sizeof *c->color);
	c->color[c->colors++] = (struct config_color){
	    .name = arena_str(&c->arena, key),
	    .value = arena_str(&c->arena, value),
	    .file = at->file,
	    .line = at->line,
	};
	return 0;
}

int
config_entry(void *ctx, void *current, const struct place *at, const char *key,
    const char *value, struct err *e)
{
	struct config *c = ctx;
	const struct section *s = current;
	char space[SHOWN_MAX * 4];

	if (!*value && !is_password(key))
		return err_set(e, ERR_INPUT,
		    "%s needs a value (one that begins with # is written in "
		    "quotes)",
		    shown(key, space));
	if (!s)
		return set_option(c, NULL, at, key, value, e);
	switch (s->kind) {
	case SEC_BIND:
		return add_bind(c, s, at, key, value, e);
	case SEC_COLOR:
		return add_color(c, at, key, value, e);
	case SEC_IDENTITY:
		return identity_set(c, s->identity, at, key, value, e);
	case SEC_ACCOUNT:
		break;
	}
	return set_option(c, s->account, at, key, value, e);
}
