/*
 * push_int - an act of the journal on its way to the server: push_split.c
 * turns it into commands, push.c says them and notes what came of it.
 */
#ifndef ETUI_SYNC_PUSH_INT_H
#define ETUI_SYNC_PUSH_INT_H

#include "db/journal.h"
#include "sync_int.h"

/* One message that a command is to change, and whose wish that was. */
struct item {
	struct act *act;
	size_t index;
	struct mkey key;
	bool done;
	struct mkey moved;
	uint64_t moved_uidvalidity;
};

/* What one command says: the same of several messages of one folder. */
struct group {
	const char *folder;
	uint64_t uidvalidity;
	enum act_kind kind;
	unsigned on, off;
	const char *to;
	struct item *v;
	size_t n, cap;
	bool told; /* the server named at least one new place */
};

struct push {
	struct worker *worker;
	struct open_folder *open;
	struct arena arena;
	struct group *v;
	size_t n, cap;
	size_t ended; /* acts that are over */
};

/* ---- push_split.c ---- */
/* The commands of one act, appended to p->v.  ERR_GONE: an undo that has
 * nothing to reverse any more. */
int push_split(struct push *p, struct act *a, struct err *e) MUST_CHECK;
/* May these two go as one command?  Only plain acts on one folder each. */
bool push_alike(const struct act *a, const struct act *b);

/* ---- push.c ---- */
/* The newest message of the selected folder with this Message-ID: 1, 0 none. */
int push_find(struct push *p, const char *msgid, struct mkey *key,
    struct err *e) MUST_CHECK;
/* Select another folder than the one on screen. */
int push_select(struct push *p, const char *folder, struct folder_state *st,
    struct err *e) MUST_CHECK;

#endif
