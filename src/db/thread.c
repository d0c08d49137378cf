/*
 * Threads are the connected components of "this message names that one", over
 * all folders of an account: a Message-ID and the ids it refers to are in one
 * thread, whether those messages are here or not.  That is JWZ's grouping
 * (the tree inside a thread is made when it is shown: tree.c), and it does
 * not depend on the order in which messages arrive.
 *
 * ref maps the hash of an id to its thread.  The hash is keyed (SipHash-2-4
 * with a key of this cache), so that a sender cannot make two ids meet.  When
 * a message names two threads, the smaller one's rows and ids move over to
 * the larger: a message moves at most log2(n) times.
 *
 * Random keys spread over the whole tree; written there directly, a batch of
 * 1,000 would rewrite nearly every page of it.  So they go into ref_new,
 * which is small, and are moved over in order of their keys once there are
 * REF_NEW_MAX of them.
 */
#include <stdlib.h>
#include <string.h>

#include "db_int.h"

#define REF_NEW_MAX 8192
#define HASH_BITS   56 /* so that a key takes 8 bytes in the tree */

/* ---- hashes ---- */

static inline uint64_t
rotl(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static inline void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static uint64_t
sip(const uint64_t key[2], uint64_t first, const char *s, size_t n)
{
	uint64_t v[4] = {key[0] ^ 0x736f6d6570736575,
	    key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
	    key[1] ^ 0x7465646279746573};
	uint64_t m = first, last = (uint64_t)(n + 8) << 56;
	size_t i = 0;

	for (;;) {
		v[3] ^= m;
		sip_round(v);
		sip_round(v);
		v[0] ^= m;
		if (i + 8 > n)
			break;
		memcpy(&m, s + i, 8);
		i += 8;
	}
	for (size_t k = 0; i + k < n; k++)
		last |= (uint64_t)(unsigned char)s[i + k] << 8 * k;
	v[3] ^= last;
	sip_round(v);
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int r = 0; r < 4; r++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t
thread_hash(const uint64_t key[2], int64_t account, const char *msgid)
{
	uint64_t h = sip(key, (uint64_t)account, msgid, strlen(msgid));

	h >>= 64 - HASH_BITS;
	return h != 0 ? h : 1; /* 0 says "no id" */
}

size_t
thread_hashes(const uint64_t key[2], int64_t account, const struct db_msg *m,
    int64_t out[REFS_MAX + 1])
{
	size_t n = 0, i = 0;

	out[n++] = m->msgid != NULL && *m->msgid != '\0'
		       ? (int64_t)thread_hash(key, account, m->msgid)
		       : 0;
	while (i < m->nrefs) {
		const char *id = m->refs[i];

		if (id != NULL && *id != '\0')
			out[n++] = (int64_t)thread_hash(key, account, id);
		/* the root, and those nearest to the message */
		if (i == 0 && m->nrefs > REFS_MAX)
			i = m->nrefs - REFS_MAX + 1;
		else
			i++;
	}
	return n;
}

/* ---- ref ---- */

void
refs_forget(struct db *d)
{
	memset(d->refs, 0, REF_CACHE * sizeof *d->refs);
}

static struct ref_slot *
ref_slot(struct db *d, int64_t hash)
{
	return &d->refs[(uint64_t)hash % REF_CACHE];
}

/* 0: in none. */
static int
ref_get(struct db *d, int64_t hash, int64_t *thread, struct err *e)
{
	struct ref_slot *slot = ref_slot(d, hash);
	int rc;

	*thread = 0;
	if (slot->hash == hash) {
		*thread = slot->thread;
		return 0;
	}
	rc = sql_int(&d->cache, e, thread,
	    "SELECT thread FROM ref_new WHERE hash = ?", "i", hash);
	if (rc == 0)
		rc = sql_int(&d->cache, e, thread,
		    "SELECT thread FROM ref WHERE hash = ?", "i", hash);
	if (rc > 0)
		*slot = (struct ref_slot){hash, *thread};
	return rc < 0 ? -1 : 0;
}

static int
ref_put(struct db *d, int64_t hash, int64_t thread, struct err *e)
{
	*ref_slot(d, hash) = (struct ref_slot){hash, thread};
	return sql_run(&d->cache, e, "INSERT INTO ref_new VALUES(?, ?)", "ii",
	    hash, thread);
}

static int
ref_move(struct db *d, int64_t hash, int64_t thread, struct err *e)
{
	if (sql_run(&d->cache, e,
		"UPDATE ref_new SET thread = ? WHERE hash = ?", "ii", thread,
		hash) < 0)
		return -1;
	return sql_run(&d->cache, e, "UPDATE ref SET thread = ? WHERE hash = ?",
	    "ii", thread, hash);
}

/* ---- joining ---- */

/* Which has fewer messages, at the cost of the smaller one. */
static int
is_smaller(struct db *d, int64_t a, int64_t b, bool *smaller, struct err *e)
{
	static const char *const count =
	    "SELECT count(*) FROM (SELECT 1 FROM message WHERE thread = ?"
	    " LIMIT ?)";
	int64_t na, nb;

	for (int64_t limit = 16;; limit *= 8) {
		if (sql_int(&d->cache, e, &na, count, "ii", a, limit) < 0 ||
		    sql_int(&d->cache, e, &nb, count, "ii", b, limit) < 0)
			return -1;
		if (na < limit || nb < limit)
			break;
	}
	*smaller = na < nb;
	return 0;
}

struct member {
	int64_t folder, sdate;
	bool unseen;
};
struct members {
	struct member *v;
	size_t n, cap;
};

/* The rows of a thread, and its ids moved over to `to`. */
static int
take_members(struct db *d, int64_t thread, int64_t to, struct members *out,
    struct err *e)
{
	sqlite3_stmt *st = sql_query(&d->cache, e,
	    "SELECT folder, sdate, flags, refs FROM message WHERE thread = ?",
	    "i", thread);
	int rc;

	while ((rc = sql_step(&d->cache, st, e)) > 0) {
		const char *refs = sqlite3_column_blob(st, 3);
		int n = sqlite3_column_bytes(st, 3) / 8;
		int64_t hash;

		mem_grow(&out->v, &out->cap, out->n + 1, sizeof *out->v);
		out->v[out->n++] = (struct member){sqlite3_column_int64(st, 0),
		    sqlite3_column_int64(st, 1),
		    (sqlite3_column_int64(st, 2) & FLAG_SEEN) == 0};
		for (int i = 0; i < n; i++) {
			memcpy(&hash, refs + i * 8, 8);
			if (hash != 0 && ref_move(d, hash, to, e) < 0) {
				sql_end(st);
				return -1;
			}
		}
	}
	return rc;
}

static int
join(struct db *d, int64_t from, int64_t to, struct err *e)
{
	struct members m = {.v = NULL};
	const struct member *p;
	int rc = -1;

	if (take_members(d, from, to, &m, e) < 0)
		goto out;
	for (p = m.v; p < m.v + m.n; p++)
		if (thread_add(
			d, p->folder, to, p->sdate, p->unseen, false, e) < 0 ||
		    sql_run(&d->cache, e,
			"UPDATE message SET thread = ? WHERE id = (SELECT id"
			" FROM message WHERE thread = ? AND folder = ? AND"
			" sdate = ? LIMIT 1)",
			"iiii", to, from, p->folder, p->sdate) < 0 ||
		    sql_run(&d->cache, e,
			"DELETE FROM thread_folder WHERE folder = ? AND"
			" newest = ? AND thread = ?",
			"iii", p->folder, p->sdate, from) < 0 ||
		    row_bump(d, p->folder, e) < 0)
			goto out;
	refs_forget(d);
	rc = 0;
out:
	free(m.v);
	return rc;
}

/* Move the new rows of ref to their place, in order. */
static int
refs_settle(struct db *d, struct err *e)
{
	int64_t n = 0;

	if (sql_int(&d->cache, e, &n, "SELECT count(*) FROM ref_new", "") < 0)
		return -1;
	if (n < REF_NEW_MAX)
		return 0;
	if (sql_run(&d->cache, e,
		"INSERT OR REPLACE INTO ref SELECT hash, thread FROM ref_new"
		" ORDER BY hash",
		"") < 0)
		return -1;
	return sql_run(&d->cache, e, "DELETE FROM ref_new", "");
}

/* An id may be left of messages that are gone, so that no row told its thread
 * to move. */
static int
move_all(
    struct db *d, const int64_t *hash, size_t n, int64_t thread, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (hash[i] != 0 && ref_move(d, hash[i], thread, e) < 0)
			return -1;
	refs_forget(d);
	return 0;
}

static int
join_all(struct db *d, const int64_t *hash, size_t n, int64_t *thread,
    bool missing[REFS_MAX + 1], struct err *e)
{
	int64_t found;
	bool smaller, joined = false;

	*thread = 0;
	for (size_t i = 0; i < n; i++) {
		missing[i] = false;
		if (hash[i] == 0)
			continue;
		if (ref_get(d, hash[i], &found, e) < 0)
			return -1;
		missing[i] = found == 0;
		if (found == 0 || found == *thread)
			continue;
		if (*thread == 0) {
			*thread = found;
			continue;
		}
		if (is_smaller(d, *thread, found, &smaller, e) < 0)
			return -1;
		if (join(d, smaller ? *thread : found,
			smaller ? found : *thread, e) < 0)
			return -1;
		if (smaller)
			*thread = found;
		joined = true;
	}
	return joined ? move_all(d, hash, n, *thread, e) : 0;
}

int
thread_join(struct db *d, const int64_t *hash, size_t n, int64_t id,
    int64_t *thread, struct err *e)
{
	bool missing[REFS_MAX + 1];
	int64_t unused;

	if (join_all(d, hash, n, thread, missing, e) < 0)
		return -1;
	if (*thread == 0)
		*thread = id;
	for (size_t i = 0; i < n; i++) {
		if (!missing[i])
			continue;
		/* the same id twice in one message */
		if (ref_get(d, hash[i], &unused, e) < 0)
			return -1;
		if (unused == 0 && ref_put(d, hash[i], *thread, e) < 0)
			return -1;
	}
	/* every few rows is enough */
	return id % 512 == 0 ? refs_settle(d, e) : 0;
}
