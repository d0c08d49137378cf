/*
 * sync - starting and ending the workers, and posting to them.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sync_int.h"
#include "util/mem.h"
#include "util/os.h"

void
request_free(struct request *r)
{
	if (r == NULL)
		return;
	free(r->name);
	free(r->section);
	free(r->ids);
	free(r);
}

static void
post(struct worker *w, struct request *r)
{
	queue_push(w->requests, &r->node);
}

static struct request *
request_new(enum request_kind kind)
{
	struct request *r = mem_zalloc(sizeof *r);

	r->kind = kind;
	return r;
}

uint64_t
job_number(struct sync *s)
{
	return SYNC_JOB_TICKET + atomic_fetch_add(&s->jobs, 1);
}

/* For the fetch worker: this folder was opened, and its mail may be next. */
void
request_warm(struct sync *s, const char *folder)
{
	struct request *r = request_new(REQ_WARM);

	r->name = mem_str(folder);
	post(&s->fetch, r);
}

static int
worker_init(struct worker *w, struct sync *s, const char *name, struct err *e)
{
	w->sync = s;
	w->name = name;
	w->requests = queue_new();
	w->cancel = cancel_new();
	w->trace = trace_new(name);
	return db_reader(s->db, &w->dbr, e);
}

static void
worker_done(struct worker *w)
{
	struct node *n;

	if (w->requests != NULL) {
		while ((n = queue_pop(w->requests)) != NULL)
			request_free((struct request *)n);
		queue_free(w->requests);
	}
	dbr_close(w->dbr);
	free(w->memory);
	cancel_unref(w->cancel);
	trace_unref(w->trace);
}

static void
sync_unref(struct sync *s)
{
	if (atomic_fetch_sub(&s->refs, 1) > 1)
		return;
	worker_done(&s->main);
	worker_done(&s->fetch);
	keyring_done(&s->keys);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->lock_path);
	free(s);
}

/* A thread that ends cleans up after itself: its owner may have given up
 * waiting (sync_stop()'s grace). */
static void *
run_main(void *arg)
{
	struct worker *w = arg;
	struct sync *s = w->sync;

	main_worker(w);
	worker_disconnect(w, 0);
	sync_unref(s);
	return NULL;
}

static void *
run_fetch(void *arg)
{
	struct worker *w = arg;
	struct sync *s = w->sync;

	fetch_main(w);
	worker_disconnect(w, 0);
	sync_unref(s);
	return NULL;
}

static char *
lock_path(const struct sync_opts *o)
{
	char *dir = o->data_dir != NULL ? mem_str(o->data_dir)
					: os_dir(OS_DATA);
	char *name = mem_str(account_name(o->account));
	char *path;

	for (char *p = name; *p != '\0'; p++)
		if (*p == '/')
			*p = '_'; /* the config has none */
	path = mem_printf("%s/%s.lock", dir, name);
	free(name);
	free(dir);
	return path;
}

static int
start_thread(struct worker *w, void *(*run)(void *), struct err *e)
{
	atomic_fetch_add(&w->sync->refs, 1);
	if (pthread_create(&w->thread, NULL, run, w) != 0) {
		atomic_fetch_sub(&w->sync->refs, 1);
		return err_set(e, ERR_SYS, "start a thread: out of resources");
	}
	return 0;
}

struct sync *
sync_start(const struct sync_opts *o, struct err *e)
{
	struct sync *s = mem_zalloc(sizeof *s);

	s->account = o->account;
	s->account_id = o->account_id;
	s->db = o->db;
	s->events = o->events;
	s->once = o->once;
	atomic_store(&s->lock_fd, -1);
	s->lock_path = lock_path(o);
	atomic_store(&s->refs, 1);
	keyring_init(&s->keys);
	if (worker_init(&s->main, s, "main", e) < 0 ||
	    worker_init(&s->fetch, s, "fetch", e) < 0 ||
	    start_thread(&s->main, run_main, e) < 0) {
		sync_unref(s);
		return NULL;
	}
	if (start_thread(&s->fetch, run_fetch, e) < 0) {
		pthread_detach(s->main.thread);
		atomic_store(&s->stop, true);
		cancel_set(s->main.cancel);
		post(&s->main, request_new(REQ_STOP));
		sync_unref(s);
		return NULL;
	}
	return s;
}

static bool
join_until(pthread_t t, const struct timespec *end)
{
	if (pthread_timedjoin_np(t, NULL, end) == 0)
		return true;
	pthread_detach(t);
	return false;
}

bool
sync_stop(struct sync *s, int grace_ms)
{
	struct timespec end;
	bool all;

	if (s == NULL)
		return true;
	atomic_store(&s->stop, true);
	cancel_set(s->main.cancel);
	cancel_set(s->fetch.cancel);
	keyring_stop(&s->keys);
	post(&s->main, request_new(REQ_STOP));
	post(&s->fetch, request_new(REQ_STOP));
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += grace_ms / 1000;
	end.tv_nsec += (grace_ms % 1000) * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	all = join_until(s->main.thread, &end);
	all = join_until(s->fetch.thread, &end) && all;
	sync_unref(s);
	return all;
}

void
sync_open_folder(
    struct sync *s, int64_t folder, const char *name, unsigned page)
{
	struct request *r = request_new(REQ_OPEN);

	r->folder = folder;
	r->name = mem_str(name);
	r->count = page;
	post(&s->main, r);
}

void
sync_older(struct sync *s, int64_t folder, uint64_t count)
{
	struct request *r = request_new(REQ_OLDER);

	r->folder = folder;
	r->count = count;
	post(&s->main, r);
}

void
sync_fetch(struct sync *s, uint64_t ticket, int64_t msg, const char *section,
    bool ahead)
{
	struct request *r = request_new(REQ_FETCH);

	r->ticket = ticket;
	r->msg = msg;
	r->section = mem_str(section);
	r->ahead = ahead;
	post(&s->fetch, r);
}

void
sync_visible(struct sync *s, int64_t folder, const int64_t *ids, size_t n)
{
	struct request *r = request_new(REQ_VISIBLE);

	r->folder = folder;
	r->ids = mem_dup(ids, n * sizeof *ids);
	r->n = n;
	post(&s->main, r);
}

static bool
is_silent(const struct worker *w)
{
	return os_now_ms() - (int64_t)atomic_load(&w->alive_ms) >
	       SYNC_STALLED_MS;
}

/*
 * A server that is still talking is let finish its sentence; a silent one
 * loses the connection.
 */
static void
stop_job(struct worker *w, uint64_t ticket)
{
	atomic_store(&w->unwanted, ticket);
	if (is_silent(w))
		cancel_set(w->cancel);
}

/* A fetch: it is being done, or it waits, perhaps behind one that hangs. */
static void
stop_fetch(struct sync *s, uint64_t ticket)
{
	uint64_t doing = atomic_load(&s->fetch.ticket);
	struct request *r = request_new(REQ_CANCEL);

	r->ticket = ticket;
	post(&s->fetch, r);
	if (doing != 0 && (doing == ticket || is_silent(&s->fetch)))
		stop_job(&s->fetch, doing);
}

/* Something is going on, or should be: a request waits. */
static bool
is_at_work(const struct worker *w)
{
	struct pollfd p = {.fd = queue_fd(w->requests), .events = POLLIN};

	return atomic_load(&w->busy) || poll(&p, 1, 0) > 0;
}

static bool
stop_any(struct sync *s)
{
	uint64_t fetching = atomic_load(&s->fetch.ticket);
	uint64_t working = atomic_load(&s->main.ticket);

	if (fetching != 0 && fetching < SYNC_JOB_TICKET)
		stop_fetch(s, fetching);
	else if (working != 0)
		stop_job(&s->main, working);
	else if (is_at_work(&s->main) && is_silent(&s->main))
		cancel_set(s->main.cancel);
	else
		return false;
	return true;
}

bool
sync_cancel(struct sync *s, uint64_t ticket)
{
	if (ticket == 0)
		return stop_any(s);
	if (ticket < SYNC_JOB_TICKET)
		stop_fetch(s, ticket);
	else if (atomic_load(&s->main.ticket) == ticket)
		stop_job(&s->main, ticket);
	else
		return false;
	return true;
}

void
sync_check(struct sync *s)
{
	post(&s->main, request_new(REQ_CHECK));
}

void
sync_nudge(struct sync *s)
{
	post(&s->main, request_new(REQ_NUDGE));
}

void
sync_secret(struct sync *s, const struct secret *answer)
{
	keyring_answer(&s->keys, answer);
}

struct trace *
sync_trace(struct sync *s, int which)
{
	return trace_ref(which == 0 ? s->main.trace : s->fetch.trace);
}
