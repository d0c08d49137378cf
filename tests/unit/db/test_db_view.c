/*
 * Views against a naive model: an array of messages, sorted anew for each
 * question, threads found by comparing every message with every other.  The
 * same random changes go to both; then windows, positions and searches must
 * agree, in every order.
 */
#include "dbtest.h"

#define MODEL_MAX 160
#define REFS      4

struct model_msg {
	int64_t id;
	uint64_t uid;
	int name; /* Message-ID is "name@x"; -1: it has none */
	int refs[REFS];
	int nrefs;
	int64_t date, idate;
	uint64_t size;
	unsigned flags;
	char subject[24], from[24];
	/* threads */
	int thread, parent, depth;
	uint64_t lines;
	bool last;
};

/*
 * A message that was moved away still connects others: it stands in `away`.
 * One that is gone may or may not, so runs with threads remove none.
 */
struct model {
	struct fixture *f;
	bool threads;
	struct model_msg v[MODEL_MAX], away[MODEL_MAX];
	int n, naway;
	uint64_t next_uid;
	int order[MODEL_MAX]; /* of the view at hand */
	int norder;
};

/* ---- changes ---- */

static void
model_add(struct model *m)
{
	struct model_msg *x = &m->v[m->n];
	struct fixture *f = m->f;
	struct db_msg d;
	char id[20], ref[REFS][20];
	const char *refs[REFS];

	if (m->n + m->naway == MODEL_MAX)
		return;
	memset(x, 0, sizeof *x);
	x->uid = m->next_uid++;
	/* few names, few dates: duplicates, loops and ties are common */
	x->name = fx_random(f, 8) ? (int)fx_random(f, 90) : -1;
	x->nrefs = fx_random(f, 3) ? (int)fx_random(f, REFS + 1) : 0;
	for (int i = 0; i < x->nrefs; i++) {
		x->refs[i] = (int)fx_random(f, 90);
		snprintf(ref[i], sizeof ref[i], "%d@x", x->refs[i]);
		refs[i] = ref[i];
	}
	x->idate = (int64_t)fx_random(f, 40);
	x->date = fx_random(f, 5) ? (int64_t)fx_random(f, 40) : INT64_MIN;
	x->size = fx_random(f, 10);
	x->flags = (unsigned)fx_random(f, 8);
	snprintf(x->subject, sizeof x->subject, "%s%c",
	    fx_random(f, 2) ? "Re: " : "", (char)('A' + fx_random(f, 6)));
	snprintf(x->from, sizeof x->from, "%c\xc3\xa9",
	    (char)((fx_random(f, 2) ? 'a' : 'A') + fx_random(f, 6)));
	snprintf(id, sizeof id, "%d@x", x->name);
	d = msg_of(x->uid, x->name < 0 ? NULL : id, x->date, x->flags);
	d.idate = x->idate;
	d.size = x->size;
	d.subject = x->subject;
	d.from_name = x->from;
	d.refs = refs;
	d.nrefs = (size_t)x->nrefs;
	MUST(db_put_messages(f->d, f->inbox, &d, 1, &e));
	x->id = by_uid(f, f->inbox, x->uid);
	assert_true(x->id > 0);
	m->n++;
}

static void
model_change(struct model *m)
{
	struct model_msg *x;

	if (m->n < 20 || fx_random(m->f, 5) < 3) {
		model_add(m);
		return;
	}
	x = &m->v[fx_random(m->f, (uint64_t)m->n)];
	switch (fx_random(m->f, 3)) {
	case 0:
		if (m->threads)
			break;
		gone(m->f, m->f->inbox, x->uid);
		*x = m->v[--m->n];
		break;
	case 1:
		post_move(m->f, x->id, "Trash");
		m->away[m->naway++] = *x;
		*x = m->v[--m->n];
		break;
	default:
		x->flags = (unsigned)fx_random(m->f, 8);
		put_flags(m->f, m->f->inbox, x->uid, x->flags);
	}
}

/* ---- the model's orders ---- */

static int64_t
sdate(const struct model_msg *x)
{
	return x->date == INT64_MIN ? x->idate : x->date;
}

static int
three_way(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static const char *
subject_key(const struct model_msg *x)
{
	return strncmp(x->subject, "Re: ", 4) == 0 ? x->subject + 4
						   : x->subject;
}

static int
flat_compare(
    const struct model_msg *a, const struct model_msg *b, enum view_sort sort)
{
	int c = 0;

	switch (sort) {
	case SORT_DATE:
		break;
	case SORT_ARRIVAL:
		c = three_way(a->idate, b->idate);
		if (c == 0)
			c = three_way((int64_t)a->uid, (int64_t)b->uid);
		return c;
	case SORT_SIZE:
		c = three_way((int64_t)a->size, (int64_t)b->size);
		break;
	case SORT_FROM: /* one letter, any case */
		c = three_way(a->from[0] | 0x20, b->from[0] | 0x20);
		break;
	case SORT_SUBJECT:
		c = strcmp(subject_key(a), subject_key(b));
		break;
	}
	if (c == 0)
		c = three_way(sdate(a), sdate(b));
	return c != 0 ? c : three_way(a->id, b->id);
}

static bool
wanted(const struct view_spec *s, int64_t id)
{
	for (size_t i = 0; i < s->nids; i++)
		if (s->ids[i] == id)
			return true;
	return s->ids == NULL;
}

static void
model_flat(struct model *m, const struct view_spec *s)
{
	m->norder = 0;
	for (int i = 0; i < m->n; i++) {
		int k = m->norder;

		if (!wanted(s, m->v[i].id))
			continue;
		for (; k > 0; k--) {
			int c = flat_compare(
			    &m->v[m->order[k - 1]], &m->v[i], s->sort);

			if (s->reverse ? c > 0 : c < 0)
				break;
			m->order[k] = m->order[k - 1];
		}
		m->order[k] = i;
		m->norder++;
		m->v[i].depth = 0;
		m->v[i].lines = 0;
		m->v[i].last = true;
	}
}

/* ---- the model's threads ---- */

static bool
names(const struct model_msg *a, int name)
{
	for (int i = 0; i < a->nrefs; i++)
		if (a->refs[i] == name)
			return true;
	return a->name == name && name >= 0;
}

static bool
related(const struct model_msg *a, const struct model_msg *b)
{
	for (int i = 0; i < b->nrefs; i++)
		if (names(a, b->refs[i]))
			return true;
	return b->name >= 0 && names(a, b->name);
}

static struct model_msg *
nth(struct model *m, int i)
{
	return i < m->n ? &m->v[i] : &m->away[i - m->n];
}

static void
paint(struct model *m, int i, int thread)
{
	nth(m, i)->thread = thread;
	for (int k = 0; k < m->n + m->naway; k++)
		if (nth(m, k)->thread < 0 && related(nth(m, i), nth(m, k)))
			paint(m, k, thread);
}

static int
total(const struct model_msg *a, const struct model_msg *b)
{
	int c = three_way(sdate(a), sdate(b));

	return c != 0 ? c : three_way(a->id, b->id);
}

static bool
is_above(struct model *m, int i, int below)
{
	for (; below >= 0; below = m->v[below].parent)
		if (below == i)
			return true;
	return false;
}

/* The messages of a thread in total order. */
static int
members(struct model *m, const struct view_spec *s, int thread, int *out)
{
	int n = 0;

	for (int i = 0; i < m->n; i++) {
		int k = n;

		if (m->v[i].thread != thread || !wanted(s, m->v[i].id))
			continue;
		for (; k > 0 && total(&m->v[out[k - 1]], &m->v[i]) > 0; k--)
			out[k] = out[k - 1];
		out[k] = i;
		n++;
	}
	return n;
}

static void
find_parent(struct model *m, const int *in, int n, int i)
{
	struct model_msg *x = &m->v[i];

	for (int r = x->nrefs - 1; r >= 0; r--)
		for (int k = 0; k < n; k++) {
			if (m->v[in[k]].name != x->refs[r])
				continue;
			if (!is_above(m, i, in[k])) {
				x->parent = in[k];
				return;
			}
			break; /* the first of that name */
		}
}

static void
lay_out(struct model *m, const int *in, int n, int i, int depth, uint64_t lines,
    bool last)
{
	int child[MODEL_MAX], c = 0;

	m->order[m->norder++] = i;
	m->v[i].depth = depth;
	m->v[i].lines = lines;
	m->v[i].last = last;
	for (int k = 0; k < n; k++)
		if (m->v[in[k]].parent == i)
			child[c++] = in[k];
	if (depth > 0 && !last)
		lines |= (uint64_t)1 << depth;
	for (int k = 0; k < c; k++)
		lay_out(m, in, n, child[k], depth + 1, lines, k == c - 1);
}

static void
model_thread(struct model *m, const struct view_spec *s, int thread)
{
	int in[MODEL_MAX], n = members(m, s, thread, in), top = -1;

	for (int i = 0; i < n; i++)
		m->v[in[i]].parent = -1;
	for (int i = 0; i < n; i++)
		find_parent(m, in, n, in[i]);
	for (int i = 0; i < n; i++) {
		if (m->v[in[i]].parent >= 0)
			continue;
		if (top < 0)
			top = in[i];
		else
			m->v[in[i]].parent = top;
	}
	lay_out(m, in, n, top, 0, 0, true);
}

static void
model_threads(struct model *m, const struct view_spec *s)
{
	int64_t newest[MODEL_MAX], real[MODEL_MAX];
	int list[MODEL_MAX], n = 0, threads = 0, in[MODEL_MAX];
	struct arena a = ARENA_INIT;
	struct msg row;

	for (int i = 0; i < m->n + m->naway; i++)
		nth(m, i)->thread = -1;
	for (int i = 0; i < m->n; i++)
		if (m->v[i].thread < 0)
			paint(m, i, threads++);
	for (int t = 0; t < threads; t++) {
		int count = members(m, s, t, in), k = n;

		if (count == 0)
			continue;
		newest[t] = sdate(&m->v[in[count - 1]]);
		/* ties are broken by the database's number of the thread */
		assert_int_equal(
		    dbr_message(m->f->r, m->v[in[0]].id, &a, &row), 0);
		real[t] = row.thread;
		for (; k > 0; k--) {
			int u = list[k - 1];
			int c = three_way(newest[u], newest[t]);

			if (c == 0)
				c = three_way(real[u], real[t]);
			if (s->reverse ? c > 0 : c < 0)
				break;
			list[k] = u;
		}
		list[k] = t;
		n++;
	}
	m->norder = 0;
	for (int i = 0; i < n; i++)
		model_thread(m, s, list[i]);
	arena_free(&a);
}

/* ---- comparing ---- */

static void
check_row(struct model *m, const struct view_row *got, int pos)
{
	const struct model_msg *x = &m->v[m->order[pos]];

	if (got->id != x->id)
		fail_msg("position %d holds %" PRId64 ", not %" PRId64, pos,
		    got->id, x->id);
	assert_int_equal(got->key.num, x->uid);
	assert_int_equal(got->flags, x->flags);
	assert_int_equal(got->depth, x->depth);
	assert_int_equal(got->lines, x->lines);
	assert_int_equal(got->last, x->last);
	assert_string_equal(got->subject, x->subject);
}

static void
check_window(struct model *m, struct view *v, int first, int n)
{
	struct view_row row[MODEL_MAX];
	int got = (int)view_rows(v, (uint64_t)first, (size_t)n, row);
	int want = first + n > m->norder ? m->norder - first : n;

	assert_int_equal(got, want < 0 ? 0 : want);
	for (int i = 0; i < got; i++)
		check_row(m, &row[i], first + i);
}

static void
check_flags(struct model *m, struct view *v)
{
	static const unsigned masks[][2] = {{0, FLAG_SEEN}, {FLAG_FLAGGED, 0},
	    {FLAG_FLAGGED, FLAG_SEEN | FLAG_ANSWERED}};
	int from = (int)fx_random(m->f, (uint64_t)m->norder + 2) - 1;
	int dir = fx_random(m->f, 2) ? 1 : -1, want;
	size_t k = fx_random(m->f, 3);

	for (want = from + dir; want >= 0 && want < m->norder; want += dir) {
		unsigned flags = m->v[m->order[want]].flags;

		if ((flags & masks[k][0]) == masks[k][0] &&
		    (flags & masks[k][1]) == 0)
			break;
	}
	if (want >= m->norder || want < 0)
		want = -1;
	assert_int_equal(
	    view_find_flags(v, from, dir, masks[k][0], masks[k][1]), want);
}

static void
check_view(struct model *m, struct view *v, const struct view_spec *s)
{
	int64_t ids[MODEL_MAX];

	if (s->threaded)
		model_threads(m, s);
	else
		model_flat(m, s);
	assert_int_equal(view_count(v), m->norder);
	for (int i = 0; i < 3; i++) {
		int first = (int)fx_random(m->f, (uint64_t)m->norder + 3);

		check_window(m, v, first, 1 + (int)fx_random(m->f, 20));
	}
	for (int i = 0; i < 3 && m->norder > 0; i++) {
		int pos = (int)fx_random(m->f, (uint64_t)m->norder);

		assert_int_equal(view_find(v, m->v[m->order[pos]].id), pos);
		check_flags(m, v);
	}
	assert_int_equal(view_find(v, 1 << 30), -1);
	assert_int_equal(view_ids(v, ids, MODEL_MAX), m->norder);
	for (int i = 0; i < m->norder; i++)
		assert_int_equal(ids[i], m->v[m->order[i]].id);
}

/* ---- the run ---- */

#define SPECS   14
#define LIMITED 12 /* from here on */

static void
make_specs(struct fixture *f, struct view_spec s[SPECS], const int64_t *ids)
{
	memset(s, 0, SPECS * sizeof *s);
	for (int i = 0; i < SPECS; i++) {
		s[i].folder = f->inbox;
		s[i].reverse = i % 2 == 0;
		s[i].sort = (enum view_sort)(i / 2 % 5);
		if (i >= 10)
			s[i].threaded = i < 12;
		if (i >= 10)
			s[i].sort = SORT_DATE;
		if (i >= LIMITED) {
			s[i].ids = ids;
			s[i].threaded = i == LIMITED;
		}
	}
}

/* What a search might have found: ids that are there, sorted. */
static size_t
some_ids(struct model *m, int64_t *out)
{
	size_t n = 0;

	for (int64_t id = 1; id < 4000; id++)
		for (int i = 0; i < m->n; i++)
			if (m->v[i].id == id && fx_random(m->f, 3) > 0)
				out[n++] = id;
	return n;
}

/* The views of a limit are opened anew now and then. */
static void
limit_anew(
    struct model *m, struct view_spec *spec, struct view **v, int64_t *ids)
{
	size_t n = some_ids(m, ids);

	for (int i = LIMITED; i < SPECS; i++) {
		view_close(v[i]);
		spec[i].nids = n;
		MUST(view_open(m->f->r, &spec[i], &v[i], &e));
	}
}

static void
run(uint64_t seed)
{
	struct view_spec spec[SPECS];
	struct view *v[SPECS];
	struct model m = {.next_uid = 1};
	int64_t ids[MODEL_MAX];
	void *fx;

	fx_setup(&fx);
	m.f = fx;
	m.threads = seed % 3 != 0;
	m.f->seed ^= seed * 0x9e3779b97f4a7c15u;
	make_specs(m.f, spec, ids);
	for (int i = 0; i < SPECS; i++)
		MUST(view_open(m.f->r, &spec[i], &v[i], &e));
	for (int round = 0; round < 25; round++) {
		for (uint64_t n = 1 + fx_random(m.f, 12); n > 0; n--)
			model_change(&m);
		if (round % 6 == 1)
			limit_anew(&m, spec, v, ids);
		for (int i = 0; i < SPECS; i++) {
			if (spec[i].threaded && !m.threads)
				continue;
			view_refresh(v[i]);
			check_view(&m, v[i], &spec[i]);
		}
	}
	assert_counts(m.f, m.f->inbox);
	assert_counts(m.f, m.f->trash);
	for (int i = 0; i < SPECS; i++)
		view_close(v[i]);
	fx_teardown(&fx);
}

static void
against_the_model(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		print_message("seed %" PRIu64 "\n", seed);
		run(seed);
	}
}

/* ---- more rows than a window, a walk, or a bounded count takes ---- */

static void
fill_many(struct fixture *f, uint64_t n, bool same_date)
{
	struct db_msg *m = mem_array(n, sizeof *m);

	for (uint64_t i = 0; i < n; i++)
		m[i] = msg_of(
		    i + 1, NULL, same_date ? 5 : (int64_t)(i / 3), FLAG_SEEN);
	MUST(db_put_messages(f->d, f->inbox, m, n, &e));
	free(m);
}

static void
check_positions(struct fixture *f, const struct view_spec *s, uint64_t n)
{
	struct view_row row[50];
	struct view *v;

	MUST(view_open(f->r, s, &v, &e));
	assert_int_equal(view_count(v), n);
	for (int i = 0; i < 200; i++) {
		uint64_t first = fx_random(f, n);
		size_t got = view_rows(v, first, 50, row);

		assert_int_equal(got, n - first < 50 ? n - first : 50);
		for (size_t k = 1; k < got; k++)
			assert_int_equal(row[k].key.num,
			    row[k - 1].key.num + (s->reverse ? UINT64_MAX : 1));
		assert_int_equal(
		    row[0].key.num, s->reverse ? n - first : first + 1);
		if (i % 10 == 0)
			view_refresh(v);
		assert_int_equal(
		    view_find(v, row[got - 1].id), first + got - 1);
	}
	view_close(v);
}

static void
long_lists(void **state)
{
	enum { LONG = 9000 };
	struct fixture *f = *state;

	for (int same = 0; same < 2; same++) {
		MUST(db_remove_all(f->d, f->inbox, &e));
		fill_many(f, LONG, same);
		for (int i = 0; i < 6; i++) {
			struct view_spec s = {.folder = f->inbox,
			    .sort = i < 2 ? SORT_DATE : SORT_ARRIVAL,
			    .reverse = i % 2,
			    .threaded = i >= 4};

			check_positions(f, &s, LONG);
		}
	}
}

static void
next_unseen_far_away(void **state)
{
	enum { LONG = 9000 };
	struct fixture *f = *state;

	fill_many(f, LONG, false);
	put_flags(f, f->inbox, 8000, 0);
	put_flags(f, f->inbox, 17, FLAG_FLAGGED);
	for (int i = 0; i < 6; i++) {
		struct view_spec s = {.folder = f->inbox,
		    .sort = i < 2 ? SORT_DATE : SORT_ARRIVAL,
		    .reverse = i % 2,
		    .threaded = i >= 4};
		int64_t a = s.reverse ? LONG - 8000 : 7999;
		int64_t b = s.reverse ? LONG - 17 : 16;
		struct view *v;

		MUST(view_open(f->r, &s, &v, &e));
		assert_int_equal(
		    view_find_flags(v, -1, 1, 0, FLAG_SEEN), a < b ? a : b);
		assert_int_equal(
		    view_find_flags(v, LONG, -1, 0, FLAG_SEEN), a < b ? b : a);
		assert_int_equal(
		    view_find_flags(v, a, a < b ? 1 : -1, 0, FLAG_SEEN), b);
		assert_int_equal(
		    view_find_flags(v, a, a < b ? -1 : 1, 0, FLAG_SEEN), -1);
		assert_int_equal(view_find_flags(v, -1, 1, FLAG_FLAGGED, 0), b);
		view_close(v);
	}
}

static void
an_empty_folder(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 12; i++) {
		struct view_spec s = {.folder = i < 6 ? f->inbox : 4711,
		    .sort = (enum view_sort)(i % 5),
		    .threaded = i % 6 == 5};
		struct view_row row[3];
		struct view *v;

		MUST(view_open(f->r, &s, &v, &e));
		assert_int_equal(view_count(v), 0);
		assert_int_equal(view_rows(v, 0, 3, row), 0);
		assert_int_equal(view_rows(v, 7, 3, row), 0);
		assert_int_equal(view_find(v, 1), -1);
		assert_int_equal(view_find_flags(v, -1, 1, 0, 1), -1);
		assert_int_equal(view_find_flags(v, 0, -1, 0, 1), -1);
		view_close(v);
	}
}

/* Rows that go while a view looks: no crash, and right after a refresh. */
static void
rows_that_go(void **state)
{
	struct fixture *f = *state;

	fill_many(f, 100, false);
	for (int i = 0; i < 3; i++) {
		struct view_spec s = {.folder = f->inbox,
		    .sort = i == 0 ? SORT_DATE : SORT_SIZE,
		    .threaded = i == 2};
		struct view_row row[100];
		struct view *v;
		uint64_t n;

		MUST(view_open(f->r, &s, &v, &e));
		n = view_count(v);
		view_rows(v, 0, 100, row);
		for (uint64_t uid = 1; uid <= 10; uid++)
			gone(f, f->inbox, (uint64_t)i * 10 + uid);
		assert_true(view_rows(v, 0, 100, row) <= n);
		view_rows(v, n - 1, 5, row);
		view_refresh(v);
		assert_int_equal(view_count(v), n - 10);
		assert_int_equal(view_rows(v, 0, 100, row), n - 10);
		view_close(v);
	}
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fx_setup, fx_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(against_the_model),
	    CASE(long_lists),
	    CASE(next_unseen_far_away),
	    CASE(an_empty_folder),
	    CASE(rows_that_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
