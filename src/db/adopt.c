#include "adopt.h"

#include <stdlib.h>
#include <string.h>

static const char *
id_of(const char *msgid)
{
	return msgid != NULL ? msgid : "";
}

static int
compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = strcmp(id_of(x->msgid), id_of(y->msgid));

	return c != 0 ? c : (x->id > y->id) - (x->id < y->id);
}

int
adopt_load(struct db *d, const struct home *h, struct adopt *ad, struct err *e)
{
	size_t n;

	if (rows_collect(d,
		sql_query(&d->cache, e,
		    "SELECT " ROW_COLUMNS " FROM message WHERE home = ?"
		    " AND uid <= 0 AND ukey IS NULL",
		    "i", h->id),
		&ad->rows, e) < 0)
		return -1;
	n = ad->rows.n;
	if (h->pending &&
	    rows_collect(d,
		sql_query(&d->cache, e,
		    "SELECT " ROW_COLUMNS " FROM message WHERE folder = ?"
		    " AND folder <> home",
		    "i", h->id),
		&ad->rows, e) < 0)
		return -1;
	/* of those on their way, only what the server may have done */
	for (size_t i = n; i < ad->rows.n; i++) {
		struct shown s;

		if (pending_shown(d, &ad->rows.v[i], 0, &s, e) < 0)
			return -1;
		if (s.pushing)
			ad->rows.v[n++] = ad->rows.v[i];
	}
	ad->rows.n = n;
	if (n > 1)
		qsort(ad->rows.v, n, sizeof *ad->rows.v, compare);
	return 0;
}

static bool
is_it(const struct row *r, const struct db_msg *m)
{
	if (r->id == 0)
		return false;
	if (m->msgid != NULL && *m->msgid != '\0')
		return true;
	return r->idate == m->idate && r->size == (int64_t)m->size;
}

static struct row *
find(struct adopt *ad, const char *msgid, const struct db_msg *m)
{
	size_t lo = 0, hi = ad->rows.n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(id_of(ad->rows.v[mid].msgid), msgid) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (;
	     lo < ad->rows.n && strcmp(id_of(ad->rows.v[lo].msgid), msgid) == 0;
	     lo++)
		if (is_it(&ad->rows.v[lo], m))
			return &ad->rows.v[lo];
	return NULL;
}

int
adopt_try(struct db *d, const struct home *h, struct adopt *ad,
    const struct db_msg *m, struct err *e)
{
	struct row *c = ad->rows.n > 0 ? find(ad, id_of(m->msgid), m) : NULL;
	struct adopt_told *t;
	struct shown s;

	if (c == NULL)
		return 0;
	/* The journal still names the message by where it was. */
	if (pending_shown(d, c, m->flags, &s, e) < 0 ||
	    row_set_place(d, c, h->id, &m->key, e) < 0 ||
	    row_set_server(d, c, m->flags, m->keywords, e) < 0 ||
	    row_show(d, c, s.folder, s.flags, e) < 0)
		return -1;
	if (c->msgid != NULL) {
		mem_grow(
		    &ad->told, &ad->toldcap, ad->ntold + 1, sizeof *ad->told);
		t = &ad->told[ad->ntold++];
		t->msgid = c->msgid;
		t->key = m->key;
	}
	tx_changed(d, DB_ROWS | DB_FLAGS, h->account, c->folder);
	c->id = 0;
	return 1;
}

int
adopt_tell(
    struct db *d, const struct home *h, const struct adopt *ad, struct err *e)
{
	for (size_t i = 0; i < ad->ntold; i++)
		if (pending_adopted(
			d, h, ad->told[i].msgid, &ad->told[i].key, e) < 0)
			return -1;
	return 0;
}

void
adopt_done(struct adopt *ad)
{
	rows_done(&ad->rows);
	free(ad->told);
}
