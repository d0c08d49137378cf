#include "identity.h"
#include "config/nearest.h"

#include <string.h>

#include "sections.h"

#define IDENTITIES_MAX 256

/* clang-format off */
static const struct {
	const char *key;
	size_t field; /* a const char * of struct config_identity */
} keys[] = {
	{ "name", offsetof(struct config_identity, name) },
	{ "address", offsetof(struct config_identity, address) },
	{ "signature", offsetof(struct config_identity, signature) },
	{ "reply-to", offsetof(struct config_identity, reply_to) },
	{ "organization", offsetof(struct config_identity, organization) },
	{ "sent-folder", offsetof(struct config_identity, sent_folder) },
	{ "account", offsetof(struct config_identity, account) },
};
/* clang-format on */

int
identity_new(struct config *c, const char *id, const struct place *at,
    size_t *out, struct err *e)
{
	struct config_identity *v;

	for (size_t i = 0; i < c->identities; i++)
		if (strcmp(c->identity[i].id, id) == 0)
			return err_set(e, ERR_INPUT,
			    "there is an identity %s already, in %s:%d", id,
			    c->identity[i].file, c->identity[i].line);
	if (c->identities == IDENTITIES_MAX)
		return err_set(
		    e, ERR_INPUT, "more than %d identities", IDENTITIES_MAX);
	mem_grow(&c->identity, &c->identities_cap, c->identities + 1,
	    sizeof *c->identity);
	v = &c->identity[c->identities];
	*v = (struct config_identity){
	    .id = arena_str(&c->arena, id),
	    .file = at->file,
	    .line = at->line,
	};
	*out = c->identities++;
	return 0;
}

static int
unknown_key(const char *key, const char *id, struct err *e)
{
	struct nearest n = NEAREST_INIT(key);
	char space[SHOWN_MAX * 4];

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		nearest_try(&n, keys[i].key);
	if (n.best)
		return err_set(e, ERR_INPUT,
		    "there is no \"%s\" in [identity %s]; did you mean %s?",
		    shown(key, space), id, n.best);
	return err_set(e, ERR_INPUT,
	    "there is no \"%s\" in [identity %s]; there are name, address, "
	    "signature, reply-to, organization, sent-folder and account",
	    shown(key, space), id);
}

int
identity_set(struct config *c, size_t i, const struct place *at,
    const char *key, const char *value, struct err *e)
{
	struct config_identity *v = &c->identity[i];
	const char *text, **field;
	size_t k;

	for (k = 0; k < sizeof keys / sizeof *keys; k++)
		if (strcmp(keys[k].key, key) == 0)
			break;
	if (k == sizeof keys / sizeof *keys)
		return unknown_key(key, v->id, e);
	field = (const char **)(void *)((char *)v + keys[k].field);
	if (*field)
		return err_set(e, ERR_INPUT,
		    "%s is set already in [identity %s]", key, v->id);
	if ((field == &v->address || field == &v->reply_to) &&
	    check_address(value, e) < 0)
		return err_wrap(e, "%s", key);
	text = field == &v->signature ? path_from(&c->arena, at->file, value)
				      : arena_str(&c->arena, value);
	*field = text;
	return 0;
}

static int
check_one(
    const struct config *c, const struct config_identity *v, struct err *e)
{
	char space[SHOWN_MAX * 4];
	const char *near;

	if (!v->address)
		return err_set(
		    e, ERR_INPUT, "identity %s needs an address", v->id);
	if (!v->account || config_account_named(c, v->account))
		return 0;
	near = config_account_nearest(c, v->account);
	return err_set(e, ERR_INPUT,
	    "identity %s: there is no account %s%s%s%s", v->id,
	    shown(v->account, space), near ? "; did you mean " : "",
	    near ? near : "", near ? "?" : "");
}

int
identities_check(const struct config *c, struct err *e)
{
	for (size_t i = 0; i < c->identities; i++) {
		const struct config_identity *v = &c->identity[i];

		if (check_one(c, v, e) < 0)
			return err_at(e, &(struct place){v->file, v->line});
	}
	return 0;
}
