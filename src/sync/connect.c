/*
 * connect - dial, prove who we are, remember what the server can.
 *
 * The password comes from password-command, else from the person, and stays
 * in the keyring in memory.  What is remembered of a server is one line of
 * text in the cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sync_int.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/os.h"

#define PASSWORD_MAX        65536 /* OAuth tokens are long */
#define PASSWORD_COMMAND_MS 60000
#define KEYRING_LOOK_MS     100

void
keyring_init(struct keyring *k)
{
	memset(k, 0, sizeof *k);
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->answered, NULL);
}

void
keyring_done(struct keyring *k)
{
	secret_free(&k->secret);
	pthread_cond_destroy(&k->answered);
	pthread_mutex_destroy(&k->lock);
}

void
keyring_answer(struct keyring *k, const struct secret *answer)
{
	pthread_mutex_lock(&k->lock);
	if (answer != NULL && secret_is_set(answer))
		secret_copy(&k->secret, answer);
	k->answers++;
	pthread_cond_broadcast(&k->answered);
	pthread_mutex_unlock(&k->lock);
}

void
keyring_stop(struct keyring *k)
{
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_broadcast(&k->answered);
	pthread_mutex_unlock(&k->lock);
}

void
keyring_forget(struct keyring *k)
{
	pthread_mutex_lock(&k->lock);
	secret_free(&k->secret);
	pthread_mutex_unlock(&k->lock);
}

static int
secret_from_command(
    struct worker *w, const char *command, struct secret *out, struct err *e)
{
	struct buf b = BUF_INIT(PASSWORD_MAX);
	int rc = -1;

	if (os_capture(command, PASSWORD_COMMAND_MS, w->cancel, &b, e) < 0) {
		err_wrap(e, "password-command");
		goto out;
	}
	while (b.len > 0 &&
	       (b.data[b.len - 1] == '\n' || b.data[b.len - 1] == '\r'))
		buf_cut(&b, b.len - 1);
	if (b.len == 0) {
		err_set(e, ERR_AUTH, "password-command printed nothing");
		goto out;
	}
	secret_set(out, b.data, b.len);
	rc = 0;
out:
	buf_wipe(&b);
	return rc;
}

static void
ask_person(struct worker *w, bool again, const char *reason)
{
	const struct account *a = w->sync->account;
	const char *user = account_str(a, OPT_USER);
	const char *host = account_str(a, OPT_RECEIVE_HOST);
	char prompt[200];

	if (!again)
		snprintf(prompt, sizeof prompt,
		    "Password of %s at %s: ", user != NULL ? user : "?",
		    host != NULL ? host : "?");
	else
		snprintf(prompt, sizeof prompt,
		    "Login refused%s%.80s%s. Password of %.40s at %.40s: ",
		    reason != NULL && *reason != '\0' ? " (" : "",
		    reason != NULL ? reason : "",
		    reason != NULL && *reason != '\0' ? ")" : "",
		    user != NULL ? user : "?", host != NULL ? host : "?");
	if (w == &w->sync->main)
		event_state(w, SYNC_AUTH, "waiting for the password");
	event_ask(w->sync, prompt);
}

/* With the lock held: sleep until something may have changed. */
static int
keyring_wait(struct worker *w, struct err *e)
{
	struct keyring *k = &w->sync->keys;
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += KEYRING_LOOK_MS * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000L;
	t.tv_nsec %= 1000000000L;
	pthread_cond_timedwait(&k->answered, &k->lock, &t);
	if (k->stop || cancel_is_set(w->cancel))
		return err_set(e, ERR_CANCEL, "stopped");
	return 0;
}

/* With the lock held, which is let go while the command runs or the person
 * thinks; the other worker waits for the same answer. */
static int
find_secret(struct worker *w, bool again, const char *reason, struct err *e)
{
	const char *command = account_str(
	    w->sync->account, OPT_PASSWORD_COMMAND);
	struct keyring *k = &w->sync->keys;
	struct secret got = SECRET_INIT;
	unsigned answers = k->answers;
	int rc = 0;

	k->asking = true;
	if (command != NULL) {
		pthread_mutex_unlock(&k->lock);
		rc = secret_from_command(w, command, &got, e);
		pthread_mutex_lock(&k->lock);
		if (rc == 0)
			secret_copy(&k->secret, &got);
		secret_free(&got);
		k->answers++;
	} else {
		ask_person(w, again, reason);
		while (rc == 0 && k->answers == answers)
			rc = keyring_wait(w, e);
		if (rc == 0 && w == &w->sync->main)
			event_state(w, SYNC_CONNECTING, "connecting");
	}
	k->asking = false;
	pthread_cond_broadcast(&k->answered);
	return rc;
}

/*
 * `again` means that what we gave last was refused.  If the other worker has
 * replaced it meanwhile, that is the answer; else the command is run anew
 * (a token may have expired), or the person is asked.
 */
static int
worker_secret(void *ctx, bool again, const char *reason, struct secret *out,
    struct err *e)
{
	struct worker *w = ctx;
	struct keyring *k = &w->sync->keys;
	unsigned answers;
	int rc = 0;

	pthread_mutex_lock(&k->lock);
	answers = k->answers;
	if (again && secret_is_set(&k->secret) &&
	    (!secret_is_set(out) || strcmp(k->secret.data, out->data) == 0))
		secret_free(&k->secret);
	while (rc == 0 && !secret_is_set(&k->secret) && k->answers == answers)
		rc = k->asking ? keyring_wait(w, e)
			       : find_secret(w, again, reason, e);
	if (rc == 0 && !secret_is_set(&k->secret))
		rc = err_set(e, ERR_AUTH, "no password was given");
	if (rc == 0)
		secret_copy(out, &k->secret);
	pthread_mutex_unlock(&k->lock);
	return rc;
}

static void
worker_alert(void *ctx, const char *text)
{
	struct worker *w = ctx;

	event_note(w->sync, "%s: the server says: %s",
	    account_name(w->sync->account), text);
}

int
worker_connect(struct worker *w, const char *first_folder,
    const struct folder_known *known, struct err *e)
{
	struct sync *s = w->sync;
	struct store_opts o = {
	    .account = s->account,
	    .first_folder = first_folder,
	    .first_known = known,
	    .cancel = w->cancel,
	    .trace = w->trace,
	    .ctx = w,
	    .secret = worker_secret,
	    .alert = worker_alert,
	};

	free(w->memory);
	w->memory = dbr_memory(w->dbr, s->account_id);
	o.memory = w->memory;
	if (store_open(&o, &w->st, e) == 0)
		return 0;
	worker_disconnect(w, 0);
	return -1;
}

void
worker_remember(struct worker *w)
{
	const char *now = store_memory(w->st);
	struct err e = ERR_INIT;

	if (now == NULL || (w->memory != NULL && strcmp(now, w->memory) == 0))
		return;
	free(w->memory);
	w->memory = mem_str(now);
	if (db_put_memory(w->sync->db, w->sync->account_id, now, &e) < 0)
		log_line("sync", "%s", e.text); /* only slower next time */
}

void
worker_disconnect(struct worker *w, int timeout_ms)
{
	if (w->st != NULL)
		store_ops(w->st)->close(w->st, timeout_ms);
	w->st = NULL;
	cancel_reset(w->cancel);
	if (atomic_load(&w->sync->stop))
		cancel_set(w->cancel);
}

void
worker_job(struct worker *w, uint64_t ticket)
{
	atomic_store(&w->alive_ms, 0);
	atomic_store(&w->ticket, ticket);
}

bool
worker_job_is_unwanted(const struct worker *w)
{
	uint64_t ticket = atomic_load(&w->ticket);

	return ticket != 0 && atomic_load(&w->unwanted) == ticket;
}

bool
worker_is_stopped(const struct worker *w)
{
	return atomic_load(&w->sync->stop);
}

bool
worker_is_wanted(struct worker *w)
{
	struct node *n;

	if (worker_job_is_unwanted(w) || worker_is_stopped(w))
		return true;
	n = queue_pop(w->requests);
	if (n == NULL)
		return false;
	queue_push_front(w->requests, n);
	return true;
}

/*
 * One etui of several pushes an account's journal: the one that holds this
 * lock.  It ends with the process, however the process ends.
 */
int
lock_take(struct sync *s)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	if (atomic_load(&s->lock_fd) >= 0)
		return 0;
	fd = open(
	    s->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		log_line("sync", "lock %s: %s", s->lock_path, strerror(errno));
		return -1;
	}
	if (fcntl(fd, F_OFD_SETLK, &l) < 0) {
		close(fd);
		return -1;
	}
	if (atomic_load(&s->lock_fd) >= 0) { /* the other worker was faster */
		close(fd);
		return 0;
	}
	atomic_store(&s->lock_fd, fd);
	return 0;
}
