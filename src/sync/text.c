/*
 * text - one message's text on its way from the server into the cache.
 *
 * A small message comes whole and is taken apart here; of a large one come
 * structure, header and text, by number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mime/message.h"
#include "sync_int.h"
#include "util/mem.h"
#include "util/os.h"

#define TEXT_PARTS_MAX  32
#define LOCAL_WHOLE_MAX (1u << 20)
#define AHEAD_TEXT_MAX  (256u << 10) /* a text larger than this can wait */

/* ---- bytes on their way into memory ---- */

struct take {
	struct worker *worker;
	struct buf out;
	struct progress *progress;
};

static int
on_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct take *t = ctx;

	atomic_store(&t->worker->alive_ms, os_now_ms());
	if (worker_job_is_unwanted(t->worker))
		return err_set(e, ERR_CANCEL, "stopped");
	if (t->progress != NULL) {
		t->progress->done += n;
		progress_tell(t->progress);
	}
	return buf_add(&t->out, p, n, e);
}

static void
on_size(void *ctx, uint64_t total)
{
	struct take *t = ctx;

	if (t->progress != NULL)
		t->progress->total = total;
}

static uint64_t
part_bound(struct worker *w)
{
	uint64_t max = (uint64_t)account_int(
	    w->sync->account, OPT_MAX_MESSAGE_SIZE);

	return max == 0 || max > DB_PART_MAX ? DB_PART_MAX : max;
}

static int
get_parts(struct worker *w, const struct msg *m, const char *const *sections,
    size_t n, struct take *takes, struct err *e)
{
	struct byte_sink sinks[TEXT_PARTS_MAX + 1];
	const struct store_ops *ops = store_ops(w->st);
	size_t i;

	for (i = 0; i < n; i++) {
		sinks[i].ctx = &takes[i];
		sinks[i].bytes = on_bytes;
		sinks[i].size = on_size;
	}
	if (ops->parts != NULL)
		return ops->parts(w->st, &m->key, sections, n, sinks, e);
	for (i = 0; i < n; i++)
		if (ops->part(w->st, &m->key, sections[i], &sinks[i], e) < 0)
			return -1;
	return 0;
}

static int
put_part(struct worker *w, int64_t id, const char *section, const void *p,
    size_t n, struct err *e)
{
	return db_put_part(w->sync->db, id, section, p, n, e);
}

static int
put_structure(
    struct worker *w, int64_t id, const struct part *root, struct err *e)
{
	struct buf packed = BUF_INIT(16u << 20);
	int rc;

	part_pack(root, &packed);
	rc = put_part(w, id, "STRUCTURE", packed.data, packed.len, e);
	buf_free(&packed);
	return rc;
}

/* ---- one message ---- */

/* Take a whole message apart: what a server would have given by number. */
static int
put_whole(struct worker *w, int64_t id, const char *p, size_t n, struct err *e)
{
	const struct part *text[TEXT_PARTS_MAX];
	struct arena a = ARENA_INIT;
	struct part *root = message_parse(&a, p, n);
	size_t k = part_texts(root, false, text, TEXT_PARTS_MAX);
	int rc;

	rc = put_part(w, id, "HEADER", p, message_body_at(p, n), e);
	for (size_t i = 0; rc == 0 && i < k; i++) {
		if (text[i]->offset > n || text[i]->size > n - text[i]->offset)
			continue;
		rc = put_part(w, id, text[i]->section, p + text[i]->offset,
		    text[i]->size, e);
	}
	if (rc == 0)
		rc = put_part(w, id, "", p, n, e);
	/* Last: its presence says that the others are there. */
	if (rc == 0)
		rc = put_structure(w, id, root, e);
	arena_free(&a);
	return rc;
}

static int
fetch_section(struct worker *w, const struct msg *m, const char *section,
    uint64_t ticket, struct err *e)
{
	struct progress p;
	struct take t = {.worker = w, .out = BUF_INIT(0), .progress = &p};
	int rc;

	progress_start(&p, w->sync, ticket, "Message \"%s\"", m->subject);
	p.bytes = true;
	p.total = *section == '\0' ? m->size : 0;
	t.out.max = part_bound(w);
	rc = get_parts(w, m, &section, 1, &t, e);
	if (rc == 0 && *section == '\0')
		rc = put_whole(w, m->id, buf_text(&t.out), t.out.len, e);
	else if (rc == 0)
		rc = put_part(
		    w, m->id, section, buf_text(&t.out), t.out.len, e);
	progress_end(&p, rc, e);
	buf_free(&t.out);
	return rc;
}

struct one_structure {
	struct worker *w;
	int64_t id;
	bool got;
};

static int
on_structure(void *ctx, const struct store_row *r, struct err *e)
{
	struct one_structure *o = ctx;

	if (r->body == NULL)
		return 0;
	o->got = true;
	return put_structure(o->w, o->id, r->body, e);
}

static int
fetch_structure(struct worker *w, const struct msg *m, struct err *e)
{
	struct one_structure o = {.w = w, .id = m->id};
	struct row_sink sink = {.ctx = &o, .row = on_structure};
	struct mset set = MSET_INIT;
	int rc;

	mset_add_key(&set, &m->key);
	rc = store_ops(w->st)->rows(w->st, &set, true, &sink, e);
	mset_free(&set);
	if (rc == 0 && !o.got)
		rc = err_set(
		    e, ERR_GONE, "this message is no longer on the server");
	return rc;
}

/* Header and text of a large message whose structure is known. */
static int
fetch_text_of(struct worker *w, const struct msg *m, const struct part *root,
    uint64_t ticket, struct err *e)
{
	const struct part *text[TEXT_PARTS_MAX];
	const char *section[TEXT_PARTS_MAX + 1];
	struct take take[TEXT_PARTS_MAX + 1];
	struct progress p;
	size_t k = part_texts(root, false, text, TEXT_PARTS_MAX), n = 0;
	int rc = 0;

	progress_start(&p, w->sync, ticket, "Message \"%s\"", m->subject);
	p.bytes = true;
	section[n++] = "HEADER";
	for (size_t i = 0; i < k; i++)
		section[n++] = text[i]->section;
	for (size_t i = 0; i < n; i++) {
		take[i] = (struct take){.worker = w, .progress = &p};
		take[i].out.max = part_bound(w);
	}
	rc = get_parts(w, m, section, n, take, e);
	for (size_t i = 0; i < n; i++) {
		if (rc == 0)
			rc = put_part(w, m->id, section[i],
			    buf_text(&take[i].out), take[i].out.len, e);
		buf_free(&take[i].out);
	}
	progress_end(&p, rc, e);
	return rc;
}

static bool
is_too_much(const struct part *root)
{
	const struct part *text[TEXT_PARTS_MAX];
	size_t k = part_texts(root, false, text, TEXT_PARTS_MAX);
	uint64_t total = 0;

	for (size_t i = 0; i < k && total <= AHEAD_TEXT_MAX; i++)
		total += text[i]->size;
	return total > AHEAD_TEXT_MAX;
}

static int
fetch_large(struct worker *w, const struct msg *m, const struct request *r,
    struct err *e)
{
	struct buf packed = BUF_INIT(16u << 20);
	struct arena a = ARENA_INIT;
	struct part *root = NULL;
	int rc = -1;

	if (!dbr_has_part(w->dbr, m->id, "STRUCTURE") &&
	    fetch_structure(w, m, e) < 0)
		goto out;
	if (dbr_part(w->dbr, m->id, "STRUCTURE", &packed, e) < 0)
		goto out;
	root = part_unpack(&a, packed.data, packed.len);
	if (root == NULL) {
		err_set(e, ERR_PROTO,
		    "the structure of this message is unreadable");
		goto out;
	}
	if (r->ahead && is_too_much(root))
		rc = 0;
	else
		rc = fetch_text_of(w, m, root, r->ticket, e);
out:
	buf_free(&packed);
	arena_free(&a);
	return rc;
}

/* Is everything that reading needs here already? */
bool
text_is_here(struct worker *w, const struct request *r)
{
	struct buf packed = BUF_INIT(16u << 20);
	const struct part *text[TEXT_PARTS_MAX];
	struct arena a = ARENA_INIT;
	struct part *root;
	bool here = false;
	size_t k;

	if (r->section != NULL)
		return dbr_has_part(w->dbr, r->msg, r->section);
	if (!dbr_has_part(w->dbr, r->msg, "HEADER") ||
	    dbr_part(w->dbr, r->msg, "STRUCTURE", &packed, NULL) < 0)
		goto out;
	root = part_unpack(&a, packed.data, packed.len);
	if (root == NULL)
		goto out;
	here = true;
	k = part_texts(root, false, text, TEXT_PARTS_MAX);
	for (size_t i = 0; here && i < k; i++)
		here = dbr_has_part(w->dbr, r->msg, text[i]->section);
out:
	buf_free(&packed);
	arena_free(&a);
	return here;
}

int
text_fetch(struct worker *w, const struct msg *m, const struct request *r,
    struct err *e)
{
	bool local = (store_caps(w->st) & STORE_LOCAL) != 0;

	if (r->section != NULL)
		return fetch_section(w, m, r->section, r->ticket, e);
	if (m->size <= SYNC_WHOLE_MAX || (local && m->size < LOCAL_WHOLE_MAX))
		return fetch_section(w, m, "", r->ticket, e);
	return fetch_large(w, m, r, e);
}

/* ---- structures of the rows on screen, on the main connection ---- */

struct structures {
	struct worker *w;
	int64_t folder;
};

static int
on_visible(void *ctx, const struct store_row *r, struct err *e)
{
	struct structures *s = ctx;
	int64_t id;

	if (r->body == NULL)
		return 0;
	id = dbr_message_by_key(s->w->dbr, s->folder, &r->key);
	if (id == 0)
		return 0;
	return put_structure(s->w, id, r->body, e);
}

/* Only of large messages: the small ones come whole, and bring their own. */
int
structures_fetch(struct worker *w, const int64_t *ids, size_t n, int64_t folder,
    struct err *e)
{
	struct structures s = {.w = w, .folder = folder};
	struct row_sink sink = {.ctx = &s, .row = on_visible};
	struct mset set = MSET_INIT;
	struct arena a = ARENA_INIT;
	struct msg m;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		if (dbr_message(w->dbr, ids[i], &a, &m) < 0 ||
		    m.folder_key != folder || m.size <= SYNC_WHOLE_MAX ||
		    dbr_has_part(w->dbr, ids[i], "STRUCTURE"))
			continue;
		mset_add_key(&set, &m.key);
	}
	if (mset_count(&set) > 0 && !(store_caps(w->st) & STORE_LOCAL))
		rc = store_ops(w->st)->rows(w->st, &set, true, &sink, e);
	mset_free(&set);
	arena_free(&a);
	return rc;
}
