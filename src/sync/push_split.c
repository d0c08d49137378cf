/*
 * Acts as commands: neighbours that say the same of the same folder are one,
 * an undo is one for each folder and each way to put flags back.
 */
#include <string.h>

#include "push_int.h"
#include "util/mem.h"

static bool
text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static struct group *
group_for(struct push *p, const struct group *like)
{
	struct group *g = p->n > 0 ? &p->v[p->n - 1] : NULL;

	if (g != NULL && strcmp(g->folder, like->folder) == 0 &&
	    g->uidvalidity == like->uidvalidity && g->kind == like->kind &&
	    g->on == like->on && g->off == like->off &&
	    text_equal(g->to, like->to))
		return g;
	mem_grow(&p->v, &p->cap, p->n + 1, sizeof *p->v);
	g = &p->v[p->n++];
	*g = *like;
	g->v = NULL;
	g->n = g->cap = 0;
	return g;
}

static void
group_add(struct group *g, struct act *a, size_t index, const struct mkey *k)
{
	mem_grow(&g->v, &g->cap, g->n + 1, sizeof *g->v);
	g->v[g->n++] = (struct item){.act = a, .index = index, .key = *k};
}

static bool
same_message(const struct act_target *a, const struct act_target *b)
{
	return strcmp(a->folder, b->folder) == 0 &&
	       mkey_equal(&a->key, &b->key);
}

static const struct act_target *
target_like(const struct act *of, const struct act_target *t, size_t hint)
{
	if (hint < of->n && same_message(&of->v[hint], t))
		return &of->v[hint];
	for (size_t i = 0; i < of->n; i++)
		if (same_message(&of->v[i], t))
			return &of->v[i];
	return NULL;
}

/* Where a reversed move put this message, asking the server when it did not
 * say at the time. */
static int
find_moved(struct push *p, const struct act *reversed,
    const struct act_target *was, struct group *like, struct mkey *key,
    struct err *e)
{
	struct folder_state st;
	int rc;

	like->folder = reversed->to;
	like->uidvalidity = was->moved_uidvalidity;
	if (mkey_is_told(&was->moved)) {
		*key = was->moved;
		return 0;
	}
	if (was->msgid == NULL || *was->msgid == '\0')
		return err_set(
		    e, ERR_GONE, "the server did not say where it went");
	if (push_select(p, reversed->to, &st, e) < 0)
		return -1;
	rc = push_find(p, was->msgid, key, e);
	if (rc == 0)
		return err_set(
		    e, ERR_GONE, "it is no longer in %s", reversed->to);
	like->uidvalidity = st.uidvalidity;
	return rc < 0 ? -1 : 0;
}

/* The command that one target of an undo needs. */
static int
reverse_target(struct push *p, const struct act *a, const struct act *reversed,
    size_t i, struct group *like, struct mkey *key, struct err *e)
{
	const struct act_target *t = &a->v[i];
	const struct act_target *was = target_like(reversed, t, i);

	if (was == NULL)
		return err_set(
		    e, ERR_GONE, "what it reverses is not in the journal");
	if (a->kind == ACT_FLAGS) {
		unsigned mask = reversed->on | reversed->off;

		like->on = was->flags_before & mask;
		like->off = ~was->flags_before & mask;
		return 0;
	}
	like->to = t->folder;
	return find_moved(p, reversed, was, like, key, e);
}

int
push_split(struct push *p, struct act *a, struct err *e)
{
	struct act reversed;
	bool undo = a->undoes != 0;

	memset(&reversed, 0, sizeof reversed);
	if (undo &&
	    dbr_act(p->worker->dbr, a->undoes, &p->arena, &reversed) < 0)
		return err_set(
		    e, ERR_GONE, "what it reverses is not in the journal");
	for (size_t i = 0; i < a->n; i++) {
		struct act_target *t = &a->v[i];
		struct mkey key = t->key;
		struct group like = {
		    .folder = t->folder,
		    .uidvalidity = t->uidvalidity,
		    .kind = a->kind,
		    .on = a->on,
		    .off = a->off,
		    .to = a->to,
		};

		if (t->done)
			continue;
		if (undo &&
		    reverse_target(p, a, &reversed, i, &like, &key, e) < 0)
			return -1;
		group_add(group_for(p, &like), a, i, &key);
	}
	return 0;
}

bool
push_alike(const struct act *a, const struct act *b)
{
	if (a->undoes != 0 || b->undoes != 0 || a->kind != b->kind ||
	    a->on != b->on || a->off != b->off || !text_equal(a->to, b->to) ||
	    a->n == 0 || b->n == 0)
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(a->v[0].folder, b->v[i].folder) != 0 ||
		    a->v[0].uidvalidity != b->v[i].uidvalidity)
			return false;
	return true;
}
