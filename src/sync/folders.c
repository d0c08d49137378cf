/*
 * folders - the list of folders and their counts.
 *
 * One LIST-STATUS where the server has it.  Elsewhere the list, then STATUS
 * folder by folder, giving way whenever a person asks for something.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync_int.h"
#include "util/log.h"
#include "util/mem.h"

#define STATUS_MAX 200 /* folders asked one by one in a round */

struct listing {
	struct worker *worker;
	struct arena arena;
	struct folder *v;
	size_t n, cap;
};

static void
counts_copy(struct folder *to, const struct store_folder *f)
{
	to->messages = f->has_counts ? f->messages : DB_KEEP;
	to->unseen = f->has_counts ? f->unseen : DB_KEEP;
}

static int
on_folder(void *ctx, const struct store_folder *f, struct err *e)
{
	struct listing *l = ctx;
	struct folder *to;

	if (l->n >= STORE_FOLDERS_MAX)
		return err_set(e, ERR_LIMIT,
		    "the server lists more than %d folders", STORE_FOLDERS_MAX);
	mem_grow(&l->v, &l->cap, l->n + 1, sizeof *l->v);
	to = &l->v[l->n++];
	memset(to, 0, sizeof *to);
	to->account = l->worker->sync->account_id;
	to->name = arena_str(&l->arena, f->name);
	to->delim = f->delim;
	to->role = f->role;
	to->selectable = f->selectable;
	to->subscribed = f->subscribed;
	counts_copy(to, f);
	return 0;
}

/* The config's word for a special folder beats the server's and the name's. */
static void
roles_from_config(const struct account *a, struct listing *l)
{
	static const struct {
		enum opt opt;
		enum folder_role role;
	} words[] = {
	    {OPT_FOLDER_TRASH, ROLE_TRASH},
	    {OPT_FOLDER_SENT, ROLE_SENT},
	    {OPT_FOLDER_DRAFTS, ROLE_DRAFTS},
	    {OPT_FOLDER_ARCHIVE, ROLE_ARCHIVE},
	    {OPT_FOLDER_JUNK, ROLE_JUNK},
	};

	for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
		const char *name = account_str(a, words[w].opt);

		for (size_t i = 0; name != NULL && i < l->n; i++) {
			if (strcmp(l->v[i].name, name) == 0)
				l->v[i].role = words[w].role;
			else if (l->v[i].role == words[w].role)
				l->v[i].role = ROLE_NONE;
		}
	}
}

static int
status_one(struct worker *w, const struct folder *f, struct err *e)
{
	struct store_folder got;
	struct folder_update u = FOLDER_UPDATE_KEEP;
	struct arena a = ARENA_INIT;
	struct folder row;
	int rc = 0;

	memset(&got, 0, sizeof got);
	if (store_ops(w->st)->status(w->st, f->name, &got, e) < 0) {
		log_line("sync", "status: %s", e->text);
		return store_is_dead(w->st) ? -1 : 0;
	}
	u.messages = got.messages;
	u.unseen = got.unseen;
	if (dbr_folder_named(w->dbr, w->sync->account_id, f->name, &a, &row) ==
	    0)
		rc = db_put_folder_state(w->sync->db, row.id, &u, e);
	arena_free(&a);
	return rc;
}

static int
status_each(struct worker *w, struct listing *l, int64_t open, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct folder row;
	size_t asked = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n && asked < STATUS_MAX; i++) {
		if (!l->v[i].selectable || worker_is_wanted(w))
			continue;
		if (dbr_folder_named(w->dbr, w->sync->account_id, l->v[i].name,
			&a, &row) == 0 &&
		    row.id == open)
			continue;
		rc = status_one(w, &l->v[i], e);
		asked++;
	}
	arena_free(&a);
	return rc;
}

/* A list without the folder that is open tells nothing about what is gone. */
static bool
is_plausible(struct worker *w, const struct listing *l, int64_t open)
{
	struct arena a = ARENA_INIT;
	struct folder row;
	bool found = l->n > 0 && open == 0;

	if (open != 0 && dbr_folder(w->dbr, open, &a, &row) == 0)
		for (size_t i = 0; i < l->n && !found; i++)
			found = strcmp(l->v[i].name, row.name) == 0;
	arena_free(&a);
	return found;
}

int
folders_sync(struct worker *w, int64_t open, struct err *e)
{
	struct listing l = {.worker = w};
	struct folder_sink sink = {.ctx = &l, .folder = on_folder};
	int rc = 0;

	if (store_ops(w->st)->folders(w->st, &sink, e) < 0) {
		rc = err_wrap(e, "list folders");
		goto out;
	}
	roles_from_config(w->sync->account, &l);
	rc = db_put_folders(w->sync->db, w->sync->account_id, l.v, l.n,
	    is_plausible(w, &l, open), e);
	if (rc == 0 && !(store_caps(w->st) & STORE_COUNTS))
		rc = status_each(w, &l, open, e);
out:
	arena_free(&l.arena);
	free(l.v);
	return rc;
}
