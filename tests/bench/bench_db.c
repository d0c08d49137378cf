/*
 * bench_db - what the database costs: storing the headers of a large folder,
 * and reading windows of it.
 *
 *	bench_db [MESSAGES]
 *
 * Figures compare within one run on one machine; nothing is asserted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/resource.h>

#include "db/folder.h"
#include "db/journal.h"
#include "db/view.h"
#include "util/mem.h"
#include "util/os.h"

#define BATCH 500

static double
now_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

struct watch {
	double wall, cpu;
};

static struct watch
start(void)
{
	return (struct watch){
	    now_ms(CLOCK_MONOTONIC), now_ms(CLOCK_PROCESS_CPUTIME_ID)};
}

static void
stop(const struct watch *w, const char *what)
{
	printf("%-44s %9.2f ms wall %9.2f ms CPU\n", what,
	    now_ms(CLOCK_MONOTONIC) - w->wall,
	    now_ms(CLOCK_PROCESS_CPUTIME_ID) - w->cpu);
}

static void
check(int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_db: %s\n", e->text);
	exit(1);
}

/* Like a real folder: threads of a few messages, near in time, some lists. */
static void
make(struct arena *a, uint64_t uid, struct db_msg *m)
{
	static const char *const words[] = {"invoice", "meeting", "release",
	    "patch", "question", "holiday", "server", "draft", "review",
	    "budget", "picnic", "kernel", "update", "lunch", "reminder",
	    "agenda"};
	uint64_t root = uid - uid % 4, h = root * 2654435761u;
	const char **refs = arena_alloc(a, 4 * sizeof *refs);
	unsigned who = (unsigned)(uid * 7919 % 500);

	memset(m, 0, sizeof *m);
	m->key.num = uid;
	m->flags = uid % 3 ? FLAG_SEEN : 0;
	m->idate = m->date = (int64_t)(1600000000 + uid * 600);
	m->size = 2000 + uid * 37 % 50000;
	m->subject = arena_printf(a, "%s[list-%u] %s %s for the %s, part %u",
	    uid == root ? "" : "Re: ", (unsigned)(h % 23), words[h % 16],
	    words[h / 16 % 16], words[h / 256 % 16], (unsigned)(root % 10000));
	m->from_name = arena_printf(a, "Person Number %u", who);
	m->from_addr = arena_printf(a, "person%u@example%u.org", who, who % 17);
	m->to = arena_printf(a,
	    "Ann Example <ann@example.org>, list-%u@lists.example.org",
	    (unsigned)(h % 23));
	m->msgid = arena_printf(
	    a, "%" PRIx64 ".%" PRIu64 "@mail%u.example.org", h, uid, who % 17);
	for (uint64_t r = root; r < uid; r++)
		refs[m->nrefs++] = arena_printf(a,
		    "%" PRIx64 ".%" PRIu64 "@mail%u.example.org", h, r,
		    (unsigned)(r * 7919 % 500) % 17);
	m->refs = refs;
	m->list_id = "list.example.org";
}

static void
fill(struct db *d, int64_t folder, uint64_t n)
{
	struct db_msg *v = mem_array(BATCH, sizeof *v);
	struct watch all = start();
	struct err e = ERR_INIT;
	double making = 0;

	for (uint64_t uid = n; uid > 0;) {
		struct arena a = ARENA_INIT;
		double from = now_ms(CLOCK_THREAD_CPUTIME_ID);
		size_t k = 0;

		for (; k < BATCH && uid > 0; k++, uid--)
			make(&a, uid, &v[k]);
		making += now_ms(CLOCK_THREAD_CPUTIME_ID) - from;
		check(db_put_messages(d, folder, v, k, &e), &e);
		arena_free(&a);
	}
	stop(&all, "store all headers, newest first");
	all = start();
	sleep(1); /* nothing else to do: the index catches up */
	stop(&all, "  then the full text index");
	printf(
	    "%-44s %9.2f ms CPU\n", "  of which the bench made them", making);
	free(v);
}

static void
reading(struct dbr *r, int64_t folder, bool threaded)
{
	struct view_spec s = {.folder = folder,
	    .sort = SORT_ARRIVAL,
	    .reverse = true,
	    .threaded = threaded};
	struct view_row rows[50];
	struct err e = ERR_INIT;
	struct watch w = start();
	struct view *v;
	uint64_t n;

	printf("%s\n", threaded ? "threaded:" : "flat:");
	check(view_open(r, &s, &v, &e), &e);
	view_rows(v, 0, 50, rows);
	stop(&w, "  open, first window of 50");
	w = start();
	n = view_count(v);
	for (uint64_t i = 0; i < 1000; i++)
		view_rows(v, i, 50, rows);
	stop(&w, "  1,000 lines down, one by one");
	w = start();
	view_rows(v, n - 50, 50, rows);
	stop(&w, "  last page");
	w = start();
	view_rows(v, n / 2, 50, rows);
	stop(&w, "  jump to the middle");
	w = start();
	view_refresh(v);
	view_rows(v, 0, 50, rows);
	view_find(v, rows[20].id);
	stop(&w, "  refresh, window, find row 20");
	w = start();
	view_find_flags(v, 0, 1, 0, FLAG_SEEN);
	stop(&w, "  next unseen");
	view_close(v);
}

static void
sorting(struct dbr *r, int64_t folder, enum view_sort sort, const char *name)
{
	struct view_spec s = {.folder = folder, .sort = sort};
	struct view_row rows[50];
	struct err e = ERR_INIT;
	struct watch w = start();
	struct view *v;

	check(view_open(r, &s, &v, &e), &e);
	view_rows(v, 0, 50, rows);
	stop(&w, name);
	view_close(v);
}

static void
finding(struct dbr *r, int64_t folder, const char *needle)
{
	struct find_term t = {FIND_ALL, needle, false};
	struct err e = ERR_INIT;
	struct watch w = start();
	int64_t *ids;
	size_t n;
	char *name;

	check(dbr_find(r, folder, &t, 1, NULL, &ids, &n, &e), &e);
	name = mem_printf("find \"%s\": %zu", needle, n);
	stop(&w, name);
	free(name);
	free(ids);
}

int
main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
	struct err e = ERR_INIT;
	char *dir = os_tempdir("bench-db", &e);
	struct watch w = start();
	struct rusage use;
	int64_t account, folder;
	struct db *d;
	struct dbr *r;

	if (dir == NULL)
		check(-1, &e);
	check(db_open(dir, dir, &d, &e), &e);
	check(db_reader(d, &r, &e), &e);
	stop(&w, "create both files");
	check(db_account(d, "work", &account, &e), &e);
	check(db_need_folder(d, account, "INBOX", ROLE_INBOX, &folder, &e), &e);
	fill(d, folder, n);
	w = start();
	dbr_close(r);
	db_close(d);
	stop(&w, "close");
	w = start();
	check(db_open(dir, dir, &d, &e), &e);
	check(db_reader(d, &r, &e), &e);
	stop(&w, "open again");
	reading(r, folder, false);
	reading(r, folder, true);
	sorting(r, folder, SORT_SUBJECT, "sort by subject");
	sorting(r, folder, SORT_FROM, "sort by sender");
	sorting(r, folder, SORT_SIZE, "sort by size");
	finding(r, folder, "part 1004");
	finding(r, folder, "person499@");
	finding(r, folder, "kernel");
	finding(r, folder, "zz");
	dbr_close(r);
	db_close(d);
	getrusage(RUSAGE_SELF, &use);
	printf("%-44s %9.2f ms CPU, peak %ld KB\n", "all of it",
	    now_ms(CLOCK_PROCESS_CPUTIME_ID), use.ru_maxrss);
	os_remove_tree(dir, NULL);
	free(dir);
	return 0;
}
